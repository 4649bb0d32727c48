/* What the cart, checkout and mini-cart blocks do, as far as others see it: they follow the Store API and hear of additions. */
(() => {
    const ask = async (path, body) => {
        const answer = await fetch(wcStoreApi.root + path, body === undefined ? { credentials: 'same-origin' } : {
            method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', Nonce: wcStoreApi.nonce }, body: JSON.stringify(body) });
        wcStoreApi.nonce = answer.headers.get('Nonce') || wcStoreApi.nonce;
        const value = await answer.json();
        if (!answer.ok) throw new Error(value.message);
        return value;
    };
    const element = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text, className: name || '' });
    const total = (cart) => (cart.totals.total_price / 10 ** cart.totals.currency_minor_unit).toFixed(cart.totals.currency_minor_unit);
    const draw = (cart) => {
        document.querySelectorAll('.wc-block-mini-cart__badge').forEach((badge) => { badge.textContent = cart.items_count; });
        document.querySelectorAll('.wp-block-woocommerce-cart, .wp-block-woocommerce-checkout').forEach((block) => {
            block.classList.remove('is-loading');
            const rows = cart.items.map((item) => element('div', `${item.name} × ${item.quantity}`, 'wc-block-cart-item__row'));
            block.replaceChildren(...rows, element('div', total(cart), 'wc-block-components-totals-footer-item'));
            if (block.classList.contains('wp-block-woocommerce-checkout')) block.append(form());
        });
    };
    const form = () => {
        const made = element('form', '', 'wc-block-components-form wc-block-checkout__form');
        const email = Object.assign(element('input', ''), { type: 'email', id: 'email', autocomplete: 'email' });
        email.addEventListener('change', () => ask('cart/update-customer', { billing_address: { email: email.value } }).catch(() => {}));
        made.append(email, Object.assign(element('button', 'Place order', 'wc-block-components-checkout-place-order-button'), { type: 'submit' }));
        made.addEventListener('submit', async (event) => {
            event.preventDefault();
            try {
                const order = await ask('checkout', { billing_address: { first_name: 'Ana', last_name: 'Pop', country: 'RO', email: email.value }, payment_method: 'cod' });
                location.href = order.payment_result.redirect_url;
            } catch (problem) { made.append(element('p', problem.message, 'wc-block-components-notice-banner')); }
        });
        return made;
    };
    const refresh = () => ask('cart').then(draw);
    document.body.addEventListener('wc-blocks_added_to_cart', refresh);
    document.body.addEventListener('wc-blocks_removed_from_cart', refresh);
    if (document.querySelector('.wp-block-woocommerce-cart, .wp-block-woocommerce-checkout, .wc-block-mini-cart__badge')) refresh();
})();
