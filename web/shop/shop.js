// What the shop's pages do beyond links and forms: add without leaving the page, tell the widget of the cart. All of it works without.
(() => {
  'use strict';
  const CART = '/shop/cart';
  const TOAST_MS = 5000;

  async function ask(options) {
    const answer = await fetch(CART, { credentials: 'same-origin', ...options, headers: { Accept: 'application/json', ...options.headers } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error && body.error.message || 'Coșul nu a putut fi schimbat.');
    return body;
  }

  function show(body) {
    for (const place of document.querySelectorAll('[data-cart-count]')) {
      place.textContent = String(body.count);
      place.hidden = !body.count;
    }
    document.dispatchEvent(new CustomEvent('vitrine-shop:cart', { detail: { items: body.items } }));
  }

  let waiting;
  function say(text, link) {
    const toast = document.querySelector('[data-toast]');
    if (!toast) return;
    toast.textContent = text;
    if (link) {
      const a = document.createElement('a');
      a.href = link.href;
      a.textContent = link.text;
      toast.append(' ', a);
    }
    toast.hidden = false;
    clearTimeout(waiting);
    waiting = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
  }

  // items: [{ product_id, variation_id?, quantity? }] -> the cart's items; about.offer: the signed offer whose price was shown
  async function add(items, about) {
    const form = new URLSearchParams({ do: 'add' });
    for (const item of items) {
      form.append('id', item.variation_id || item.product_id);
      form.append('quantity', String(item.quantity || 1));
    }
    if (about && about.offer) form.append('offer', about.offer);
    const body = await ask({ method: 'POST', body: form });
    show(body);
    return body.items;
  }

  async function cart() {
    return (await ask({})).items;
  }

  document.addEventListener('submit', async (event) => {
    const form = event.target.closest('form[data-add]');
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    const data = new FormData(form);
    const button = form.querySelector('button');
    button.setAttribute('aria-busy', 'true');
    try {
      await add([{ product_id: data.get('id') || '', quantity: Number(data.get('quantity') || 1) }]);
      say('Adăugat în coș.', { href: CART, text: 'Vezi coșul' });
    } catch (error) {
      say(error.message);
    } finally {
      button.removeAttribute('aria-busy');
    }
  });

  const problems = document.querySelector('.problems');
  if (problems) problems.focus();

  // -> [{ id, label, price_text, in_stock }], empty when there is nothing to choose
  async function variations(productId) {
    const answer = await fetch(`/shop/p/${encodeURIComponent(productId)}`, { headers: { Accept: 'application/json' } });
    if (!answer.ok) throw new Error('Produsul nu mai este în magazin.');
    return (await answer.json()).variations;
  }

  // the cart grants what offers promise
  window.vitrineShop = { add, cart, variations, bundles: true, incentives: true };
})();
