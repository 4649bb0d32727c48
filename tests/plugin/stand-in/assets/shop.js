/* What WooCommerce's own scripts do on classic pages, as far as others listen to it: add to cart without a reload, fragments, checkout. */
jQuery(function ($) {
    const address = (name) => wc_add_to_cart_params.wc_ajax_url.replace('%%endpoint%%', name);
    const put = (answer) => $.each((answer && answer.fragments) || {}, (selector, html) => $(selector).replaceWith(html));
    $(document.body).on('click', '.ajax_add_to_cart', function (event) {
        event.preventDefault();
        const button = $(this);
        $.post(address('add_to_cart'), { product_id: button.data('product_id'), quantity: button.data('quantity') }, (answer) => {
            if (answer.error) { location.href = answer.product_url; return; }
            $(document.body).trigger('added_to_cart', [answer.fragments, answer.cart_hash, button]);
        });
    });
    $(document.body).on('added_to_cart removed_from_cart', (event, fragments) => put({ fragments }));
    $(document.body).on('wc_fragment_refresh', () => $.post(address('get_refreshed_fragments'), put));
    $('form.checkout').on('submit', function (event) {
        event.preventDefault();
        $.post(address('checkout'), $(this).serialize(), (answer) => {
            if (answer.result === 'success') { location.href = answer.redirect; return; }
            $('form.checkout').prepend(answer.messages);
            $(document.body).trigger('checkout_error', [answer.messages]);
        });
    });
});
