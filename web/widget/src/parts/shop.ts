/* The shop's cart: by the page's own window.vitrineShop, else by WooCommerce's Store API, else by its older wc-ajax.
 * Promise: add() throws with a reason when the shop refused; reading answers null or nothing when it cannot be read. */
import { linesOf } from '../page';
import { offer } from '../part';
import { list, number, object, text } from '../read';
import type { Json } from '../read';
import type { CartLine, ShopAdapter, ShopPart, Variation } from '../types';

interface ShopWindow { vitrineShop?: ShopAdapter; jQuery?: (target: unknown) => { trigger(name: string, rest?: unknown[]): unknown } }
const page = window as unknown as ShopWindow;
const WAIT_MS = 10000;

/* ---- WooCommerce ---- */
let nonce = '';
const restRoot = (): string => document.querySelector<HTMLLinkElement>('link[rel="https://api.w.org/"]')?.href ?? `${location.origin}/wp-json/`;
const isWoo = (): boolean => /\bwoocommerce|\bwc-/.test(document.body.className) || 'wcSettings' in window || 'wc_add_to_cart_params' in window;

async function call(url: string, init: RequestInit): Promise<Response> {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    const response = await fetch(url, { ...init, credentials: 'same-origin', signal: stop.signal });
    nonce = response.headers.get('Nonce') ?? response.headers.get('X-WC-Store-API-Nonce') ?? nonce;
    return response;
  } finally {
    clearTimeout(clock);
  }
}

function store(path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = body ? { 'Content-Type': 'application/json', Nonce: nonce, 'X-WC-Store-API-Nonce': nonce } : {};
  return call(`${restRoot()}wc/store/v1/${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
}

async function wooAdd(line: CartLine): Promise<void> {
  if (!nonce) await store('cart');
  const id = Number(line.variation_id ?? line.product_id), answer = await store('cart/add-item', { id, quantity: line.quantity });
  if (answer.ok) return;
  const why = object(await answer.json().catch(() => null));
  if (answer.status !== 404 || text(why.code).startsWith('woocommerce')) throw new Error(text(why.message, 'not added'));
  const form = new URLSearchParams({ product_id: String(id), quantity: String(line.quantity) });
  const old = await call('/?wc-ajax=add_to_cart', { method: 'POST', body: form });
  if (!old.ok || object(await old.json()).error) throw new Error('not added');
}

/* Themes redraw their mini carts at these. */
function tellTheme(): void {
  document.body.dispatchEvent(new CustomEvent('wc-blocks_added_to_cart', { bubbles: true, detail: { preserveCartData: false } }));
  page.jQuery?.(document.body).trigger('wc_fragment_refresh');
}

function wooLine(v: unknown): Json {
  const item = object(v), prices = object(item.prices);
  return { product_id: text(item.id), quantity: item.quantity,
           price: number(prices.price, 0) / 10 ** number(prices.currency_minor_unit, 2, 0, 6) };
}

async function wooCart(): Promise<CartLine[] | null> {
  const answer = await store('cart');
  return answer.ok ? linesOf(list(object(await answer.json()).items).map(wooLine)) : null;
}

async function wooVariations(product_id: string): Promise<Variation[]> {
  const answer = await store(`products/${encodeURIComponent(product_id)}`);
  if (!answer.ok) return [];
  return list(object(await answer.json()).variations).map((v): Variation => {
    const variation = object(v);
    return { id: text(variation.id), label: list(variation.attributes).map((a) => text(object(a).value)).filter(Boolean).join(' / ') };
  }).filter((v) => v.id && v.label);
}

/* ---- either ---- */
function variationsOf(v: unknown): Variation[] {
  return list(v).map((x): Variation => {
    const o = object(x), out: Variation = { id: text(o.id), label: text(o.label), in_stock: o.in_stock !== false };
    if (o.price_text) out.price_text = text(o.price_text);
    return out;
  }).filter((x) => x.id && x.label);
}

offer('shop', (core): ShopPart => ({
  can: () => !!page.vitrineShop || isWoo(),
  grants: (what) => page.vitrineShop?.[what] === true,
  async add(items, about) {
    await core.knowCart();
    if (page.vitrineShop) await page.vitrineShop.add(items, about);
    else {
      for (const line of items) await wooAdd(line);
      tellTheme();
    }
    core.refreshCart();
  },
  async variations(product_id) {
    const own = page.vitrineShop;
    if (own) return own.variations ? variationsOf(await own.variations(product_id)) : [];
    return wooVariations(product_id);
  },
  async cart() {
    const own = page.vitrineShop;
    if (own) return own.cart ? linesOf(await own.cart()) : null;
    return isWoo() ? wooCart() : null;
  },
}));
