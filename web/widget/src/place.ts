/* Finds or makes the element a placement goes into, at a moment when nothing that is seen moves (no layout shift): into a slot whose
 * space the page keeps free, below the fold, or above what is seen where the browser holds the view still. */
import type { PageKind, Placement, Where } from './types';

/* Where things stand in WooCommerce themes, classic and block. */
const USUAL: Readonly<Record<string, string>> = {
  product: '.single-product div.product > .woocommerce-tabs, .wp-block-woocommerce-product-details, .single-product div.product, main',
  cart: '.woocommerce-cart-form, .wp-block-woocommerce-cart, main', checkout: 'form.checkout, .wp-block-woocommerce-checkout, main',
  category: '.woocommerce ul.products, .wp-block-woocommerce-product-collection, main',
  search_empty: '.woocommerce-no-products-found, .no-results, main', order_received: '.woocommerce-order, main', '': 'main, #content, #main',
};
const RESERVED_PX = 60, SHORT_PAGE = 1.5;

function anchorOf(where: Where, page: PageKind): Element | null {
  try {
    if (where.selector) return document.querySelector(where.selector);
  } catch {
    return null;                                            /* the owner's selector is none */
  }
  for (const selector of (USUAL[page] ?? USUAL[''] ?? 'main').split(', ')) {
    const found = document.querySelector(selector);
    if (found) return found;
  }
  return null;
}

/* Would content put at height `y` of the view move something that is seen? */
const unseen = (y: number): boolean => y >= innerHeight || (y < 0 && CSS.supports('overflow-anchor: auto'));

/* Resolves when content may be put where `line` says. `stopped`: the page became another one. */
function calm(line: () => number, stopped: () => boolean): Promise<boolean> {
  if (unseen(line())) return Promise.resolve(true);
  return new Promise((done) => {
    const names = ['scroll', 'resize', 'click', 'keydown', 'visibilitychange'];
    const end = (may: boolean): void => {
      names.forEach((n) => removeEventListener(n, look, true));
      done(may);
    };
    /* on a short page nothing ever leaves the view: there what follows a visitor's own doing has to be good enough */
    const short = (): boolean => document.documentElement.scrollHeight < innerHeight * SHORT_PAGE;
    const look = (e: Event): void => {
      if (stopped()) end(false);
      else if (unseen(line()) || document.hidden || (short() && (e.type === 'click' || e.type === 'keydown'))) end(true);
    };
    names.forEach((n) => addEventListener(n, look, { capture: true, passive: true }));
  });
}

function lineOf(anchor: Element, position: Where['position']): number {
  const box = anchor.getBoundingClientRect();
  return position === 'after' || position === 'inside' ? box.bottom : box.top;
}

function put(anchor: Element, position: Where['position'], slot: HTMLElement): void {
  if (position === 'inside') anchor.append(slot);
  else if (position === 'before') anchor.before(slot);
  else if (position === 'replace') anchor.replaceWith(slot);
  else anchor.after(slot);
}

/* Slots of a name that stand in the page already. */
export function slotsOf(name: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-vitrine-slot]')].filter((e) => e.dataset.vitrineSlot === name);
}

/* The elements a placement is to fill, each when it may be filled. `made`: hears of those that were put into the page. */
export async function placeFor(p: Placement, page: PageKind, stopped: () => boolean, made: (e: HTMLElement) => void): Promise<HTMLElement[]> {
  const own = slotsOf(p.slot);
  if (own.length) {
    const ready = await Promise.all(own.map((e) => e.offsetHeight >= RESERVED_PX || calm(() => e.getBoundingClientRect().top, stopped)));
    return own.filter((_, i) => ready[i]);
  }
  const anchor = anchorOf(p.where, page);
  if (!anchor || !(await calm(() => lineOf(anchor, p.where.position), stopped)) || !anchor.isConnected) return [];
  const slot = document.createElement('div');
  slot.dataset.vitrineSlot = p.slot;
  put(anchor, p.where.position, slot);
  made(slot);
  return [slot];
}
