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

/* The next press, key or move of the page. */
function stir(): Promise<Event> {
  const names = ['scroll', 'resize', 'click', 'keydown', 'visibilitychange'];
  return new Promise((go) => {
    const came = (e: Event): void => {
      names.forEach((n) => removeEventListener(n, came, true));
      go(e);
    };
    names.forEach((n) => addEventListener(n, came, { capture: true, passive: true }));
  });
}

/* Just before the next picture is drawn: what is done then is in it, and no scrolling comes between. */
export const beforePicture = (): Promise<void> => new Promise((go) => (document.hidden ? go() : void requestAnimationFrame(() => go())));

/* Resolves when content may be put where `line` says: nobody sees it in the picture that is on the screen, nor in the one that is about to
 * be drawn with it (a page that is moved and changed between two pictures seems to jump). `stopped`: the page became another one. */
async function calm(line: () => number, stopped: () => boolean): Promise<boolean> {
  const fine = (): boolean => document.hidden || unseen(line());
  const unseenTwice = async (): Promise<boolean> => {
    await beforePicture();
    if (!fine()) return false;
    await beforePicture();
    return fine();
  };
  /* on a short page nothing ever leaves the view: there what follows a visitor's own doing has to be good enough */
  const short = (): boolean => document.documentElement.scrollHeight < innerHeight * SHORT_PAGE;
  while (!stopped()) {
    if (fine() && (await unseenTwice())) return !stopped();
    const { type } = await stir();
    if (short() && (type === 'click' || type === 'keydown')) return !stopped();
  }
  return false;
}

/* Where what stands behind `e` begins: the first of it that has a height. Far below when there is nothing. */
function behind(e: Element): number {
  for (let at: Element | null = e; at && at !== document.body; at = at.parentElement)
    for (let next = at.nextElementSibling; next; next = next.nextElementSibling) {
      const box = next.getBoundingClientRect(), fixed = getComputedStyle(next).position;
      if (box.height > 0 && fixed !== 'fixed' && fixed !== 'absolute') return box.top;
    }
  return Infinity;
}

/* Height in the view of the first thing that content put there would move. */
function lineOf(anchor: Element, position: Where['position']): number {
  const box = anchor.getBoundingClientRect(), below = position === 'after' || position === 'inside';
  return below ? Math.max(box.bottom, behind(anchor)) : box.top;
}

/* Beside a page's main part there are no margins: what goes behind it goes to its end. */
const isMain = (e: Element): boolean => e.matches('main, #content, #main');

function put(anchor: Element, position: Where['position'], slot: HTMLElement): void {
  if (isMain(anchor) && position === 'after') anchor.append(slot);
  else if (isMain(anchor) && position === 'before') anchor.prepend(slot);
  else if (position === 'inside') anchor.append(slot);
  else if (position === 'before') anchor.before(slot);
  else if (position === 'replace') anchor.replaceWith(slot);
  else anchor.after(slot);
}

const STYLED_MS = 3000;
const unread = (): HTMLLinkElement[] =>
  [...document.querySelectorAll<HTMLLinkElement>('link[rel~=stylesheet]')].filter((l) => !l.sheet && !l.disabled && (!l.media || matchMedia(l.media).matches));

/* WooCommerce's cart and check-out blocks are drawn by scripts; until then all behind them stands elsewhere. */
const BLOCKS = '.wp-block-woocommerce-cart, .wp-block-woocommerce-checkout', DRAWN_PX = 80, LOOK_MS = 200, LOOKS = 25, FIRST_PICTURE_MS = 600;
const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms));
async function drawn(): Promise<void> {
  const block = document.querySelector<HTMLElement>(BLOCKS);
  const undrawn = (): boolean => block !== null && (block.matches('.is-loading') || block.offsetHeight < DRAWN_PX);
  if (!undrawn()) return;
  for (let i = 0; i < LOOKS && undrawn(); i++) await pause(LOOK_MS);
  await pause(FIRST_PICTURE_MS);
}

/* When the page looks as it will: before, its sizes are not its own. */
export const styled = (): Promise<void> => sheets().then(drawn);

/* When the page's style sheets are there. */
function sheets(): Promise<void> {
  if (document.readyState === 'complete' || !unread().length) return Promise.resolve();
  return new Promise((go) => {
    const look = (): void => void (unread().length || go());
    unread().forEach((l) => ['load', 'error'].forEach((n) => l.addEventListener(n, () => setTimeout(look, 0), { once: true })));
    addEventListener('load', () => go(), { once: true });
    setTimeout(go, STYLED_MS);
  });
}

/* Does the page itself keep room for it? */
export const keepsSpace = (e: HTMLElement): boolean => e.offsetHeight >= RESERVED_PX;

/* Slots of a name that stand in the page already. */
export function slotsOf(name: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-vitrine-slot]')].filter((e) => e.dataset.vitrineSlot === name);
}

/* The element a list is to fill, when it may be filled: its own, else one that is put into the page, which `made` hears of. */
export async function placeFor(p: Placement, own: HTMLElement | null, page: PageKind, stopped: () => boolean,
                               made: (e: HTMLElement) => void): Promise<HTMLElement | null> {
  if (own) return keepsSpace(own) || (await calm(() => Math.max(own.getBoundingClientRect().top, behind(own)), stopped)) ? own : null;
  const anchor = anchorOf(p.where, page);
  if (!anchor || !(await calm(() => lineOf(anchor, p.where.position), stopped)) || !anchor.isConnected) return null;
  const slot = document.createElement('div');
  slot.dataset.vitrineSlot = p.slot;
  put(anchor, p.where.position, slot);
  made(slot);
  return slot;
}
