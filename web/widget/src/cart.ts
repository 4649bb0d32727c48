/* The visitor's cart as the page's shop knows it: listens to WooCommerce (classic and blocks) and to the page's own adapter, and tells
 * what changed. It does NOT put anything in (parts/shop.ts). */
import { thisVisit } from './keep';
import { linesOf } from './page';
import type { CartLine, TrackedEvent } from './types';

const idOf = (l: CartLine): string => l.product_id + '/' + (l.variation_id ?? '');

/* Events that lead from one cart to the other. Pure. */
export function changes(before: CartLine[], after: CartLine[]): TrackedEvent[] {
  const old = new Map(before.map((l) => [idOf(l), l])), out: TrackedEvent[] = [];
  const event = (type: string, l: CartLine, quantity: number): void => {
    const e: TrackedEvent = { type, product_id: l.product_id, quantity };
    if (l.variation_id) e.variation_id = l.variation_id;
    if (l.price !== undefined) e.value = Math.round(l.price * quantity * 1e4) / 1e4;
    out.push(e);
  };
  for (const line of after) {
    const was = old.get(idOf(line))?.quantity ?? 0;
    old.delete(idOf(line));
    if (line.quantity > was) event('cart_add', line, line.quantity - was);
    if (line.quantity < was) event('cart_remove', line, was - line.quantity);
  }
  for (const gone of old.values()) event('cart_remove', gone, gone.quantity);
  return out;
}

export const knownCart = (): CartLine[] => linesOf(thisVisit.get('cart'));
export const hasKnownCart = (): boolean => thisVisit.get('cart') !== null;
export const keepCart = (lines: CartLine[]): void => thisVisit.set('cart', lines);

interface JQuery { (target: unknown): { on(names: string, run: () => void): unknown } }
interface WordPressData { subscribe?: (run: () => void) => unknown; select?: (store: string) => unknown }
interface ShopWindow { jQuery?: JQuery; wp?: { data?: WordPressData } }

const BLOCKS = ['wc-blocks_added_to_cart', 'wc-blocks_removed_from_cart', 'vitrine-shop:cart'];
const CLASSIC = 'added_to_cart removed_from_cart updated_cart_totals wc_cart_emptied item_removed_from_classic_cart';

/* The cart block changes quantities without an event: its store tells of any change, its item count of those that matter. */
function watchBlocks(data: WordPressData, changed: () => void): void {
  let last = '';
  data.subscribe?.(() => {
    const store = data.select?.('wc/store/cart') as { getCartData?: () => { items?: { key?: string; quantity?: number }[] } } | undefined;
    const now = (store?.getCartData?.().items ?? []).map((i) => `${i.key}:${i.quantity}`).join();
    if (last && now !== last) changed();
    last = now || last;
  });
}

/* Calls `changed` whenever the shop says that the cart may be another one. */
export function listenToCart(changed: () => void): void {
  const w = window as unknown as ShopWindow;
  for (const name of BLOCKS) document.addEventListener(name, changed);
  try {
    w.jQuery?.(document.body).on(CLASSIC, changed);
    if (w.wp?.data?.subscribe) watchBlocks(w.wp.data, changed);
  } catch { /* a theme's own jQuery may be anything */ }
}
