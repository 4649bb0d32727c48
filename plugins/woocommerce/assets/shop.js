/* The shop's cart for the widget (window.vitrineShop), the guest's wish to be reminded at the checkout, and pages told where the widget is blocked.
 * Promise: throws nothing into the page and asks the shop nothing that nobody needs. It does NOT draw anything. */
(() => {
  'use strict';
  const WAIT_MS = 15000, TYPING_MS = 700, LATE_MS = 10000;

  const place = document.getElementById('vitrine-shop-facts');
  let facts = {};
  try {
    facts = JSON.parse((place && place.textContent) || '{}');
  } catch (e) {
    facts = {};
  }
  if (!facts.ajax || window.vitrineShop) return;

  const address = (action) => facts.ajax.replace('%%endpoint%%', 'vitrine_' + action);

  // Posts fields to one of the plugin's four questions; rejects with an Error whose message is a sentence for the visitor.
  async function ask(action, fields) {
    const stop = new AbortController(), clock = setTimeout(() => stop.abort(), WAIT_MS);
    try {
      const answer = await fetch(address(action), {
        method: 'POST', body: new URLSearchParams(fields || {}), credentials: 'same-origin', signal: stop.signal,
        headers: { Accept: 'application/json' },
      });
      const body = await answer.json();
      if (!answer.ok || body.error) throw new Error((body.error && body.error.message) || String(answer.status));
      return body;
    } finally {
      clearTimeout(clock);
    }
  }

  /* ---- the cart ---- */
  // Mini carts, cart and checkout of classic themes listen to jQuery, those of block themes to events of the body and to their store.
  function tell(body) {
    document.dispatchEvent(new CustomEvent('vitrine-shop:cart', { detail: { items: body.items } }));
    if (window.jQuery) {
      const $body = window.jQuery(document.body);
      $body.trigger('added_to_cart', [body.fragments || {}, body.cart_hash || '', window.jQuery()]);
      if (document.querySelector('form.checkout')) $body.trigger('update_checkout');
    }
    document.body.dispatchEvent(new CustomEvent('wc-blocks_added_to_cart', { bubbles: true, cancelable: true, detail: { preserveCartData: false } }));
    const data = window.wp && window.wp.data, store = data && data.dispatch && data.dispatch('wc/store/cart');
    if (store && store.invalidateResolutionForStore) store.invalidateResolutionForStore();
  }

  // items: [{ product_id, variation_id?, quantity? }]; about: { rec_id, bundle, offer? } -> the cart's items
  async function add(items, about) {
    const body = await ask('add', { items: JSON.stringify(items), about: JSON.stringify(about || {}) });
    try {
      tell(body);
    } catch (e) {
      console.warn('vitrine', e);       // a theme's listener broke: what is in the cart is in the cart
    }
    return body.items;
  }

  // A visitor without a cart has no cookie of one: then nobody has to be asked.
  async function cart() {
    return /(?:^|; )woocommerce_(items_in_cart|cart_hash)=/.test(document.cookie) ? (await ask('cart')).items : [];
  }

  // -> [{ id, label, price_text, in_stock }], empty when there is nothing to choose
  async function variations(productId) {
    return (await ask('variations', { product_id: String(productId) })).variations;
  }

  window.vitrineShop = { add, cart, variations, bundles: facts.bundles === true, incentives: facts.incentives === true };

  /* ---- the checkout ---- */
  const EMAIL = '#billing_email, .wc-block-checkout input[type=email]';
  const BOX = '#vitrine_email_consent, .wc-block-checkout input[type=checkbox][id$="vitrine-email-consent"]';
  let told = '', typing = 0;

  function contact() {
    const box = document.querySelector(BOX), field = document.querySelector(EMAIL);
    if (!box || !field) return;
    const email = field.value.trim(), says = (box.checked ? '1' : '0') + email;
    if (says === told || (box.checked ? !/^\S+@\S+\.\S+$/.test(email) : told.charAt(0) !== '1')) return;
    told = says;
    ask('contact', { email, consent: box.checked ? '1' : '0' }).catch(() => { told = ''; });
  }

  // A checkout block that takes no fields of others (before WooCommerce 8.9) gets the box from here, below the address, once it is drawn.
  function putBox(triesLeft) {
    const step = document.querySelector('.wc-block-checkout #contact-fields .wc-block-components-checkout-step__content');
    if (!triesLeft) return;
    if (step && !document.querySelector(BOX)) {             // drawn anew, the block loses it
      const label = document.createElement('label'), box = document.createElement('input');
      Object.assign(box, { type: 'checkbox', id: 'vitrine_email_consent', checked: told.charAt(0) === '1' });
      label.append(box, ' ', facts.question);
      step.append(label);
    }
    setTimeout(putBox, 1000, triesLeft - 1);
  }

  if (facts.contact) {
    if (facts.question) putBox(60);
    const soon = (event) => {
      if (!event.target.matches || !event.target.matches(EMAIL + ', ' + BOX)) return;
      clearTimeout(typing);
      typing = setTimeout(contact, TYPING_MS);
    };
    for (const name of ['input', 'change']) document.addEventListener(name, soon);
    const first = document.querySelector(BOX);
    if (first && first.checked) told = '1';        // agreed before: taking it back is told as well
    contact();
  }

  /* ---- where the widget is blocked ---- */
  // The widget says that it runs by window.vitrineLoaded; a page left or ten seconds old without it is told by the shop.
  if (facts.seen) {
    let done = false;
    const tellSeen = () => {
      if (done) return;
      done = true;
      if (!window.vitrineLoaded) fetch(facts.seen, { credentials: 'same-origin', keepalive: true, cache: 'no-store' }).catch(() => {});
    };
    setTimeout(tellSeen, LATE_MS);
    addEventListener('pagehide', tellSeen);
  }
})();
