/* Draws one product: picture, name, price, what is true of it. Names, prices and addresses are text. It does NOT know layouts. */
import type { Answer, Card, Config, Placement, PriceStyle } from '../types';
import { el, icon } from './dom';
import { moneyLike, percentOff, styled } from './money';
import type { Word } from './words';

/* What drawing needs to know. */
export interface Drawing {
  config: Config;
  placement: Placement;
  answer: Answer;
  label: Word;
  can: boolean;                       /* there is a cart to put things into */
  incentives: boolean;                /* and it grants discounts of upgrades */
  style: PriceStyle | null;           /* how the shop writes prices */
  like: string;                       /* some price, where the shop did not say how */
  seen(element: Element, item: Card): void;
  clicked(item: Card): void;
  add(item: Card, button: HTMLElement): Promise<void>;
}

export function money(d: Drawing, value: number): string {
  const { locale, currency, minor } = d.config.store;
  return d.style ? styled(d.style, value, minor) : moneyLike(d.like, value, locale, currency, minor);
}

/* What it costs today: with the incentive only where the cart grants it. */
const asked = (d: Drawing, c: Card): number => (c.incentive && d.incentives ? c.incentive.price : c.price);
export const priceText = (d: Drawing, c: Card): string => (!d.style && asked(d, c) === c.price && c.price_text ? c.price_text : money(d, asked(d, c)));

/* What it cost before all that is taken off, sale and incentive; 0: nothing is. */
function before(d: Drawing, c: Card): number {
  const was = c.on_sale && !c.price_from ? Math.max(c.regular_price, c.price) : c.price;
  return was > asked(d, c) ? was : 0;
}

export function price(d: Drawing, c: Card): HTMLElement {
  const was = before(d, c);
  const p = el('p', { class: was ? 'price sale' : 'price' });
  const now_text = priceText(d, c);
  p.append(el('span', { class: 'now', dir: 'auto' }, c.price_from ? d.label('from_price', now_text) : now_text));
  if (was) p.append(el('span', { class: 'vh' }, d.label('regular_price') + ' '), el('span', { class: 'was', dir: 'auto' }, money(d, was)));
  return p;
}

/* A picture that is about as high as wide fills its place to the edge, as in the shop's own lists; another one is shown whole on a ground. */
const SQUARE = [0.74, 1.36] as const;
function fit(img: HTMLImageElement): void {
  const ratio = img.naturalWidth / img.naturalHeight;
  img.classList.toggle('whole', ratio < SQUARE[0] || ratio > SQUARE[1]);
}

export function picture(c: Card): HTMLElement {
  const letter = (): HTMLElement => el('span', { class: 'letter', 'aria-hidden': 'true' }, c.name.trim().charAt(0).toUpperCase());
  const box = el('span', { class: 'pic' });
  if (!c.image) box.append(letter());
  else {
    const img = el('img', { src: c.image, alt: '', width: 320, height: 320, loading: 'lazy', decoding: 'async' });
    img.addEventListener('load', () => fit(img), { once: true });
    img.addEventListener('error', () => img.replaceWith(letter()), { once: true });
    box.append(img);
  }
  return box;
}

/* What is true and helps: how much off, how few are left, what others thought. */
function chips(d: Drawing, c: Card, box: HTMLElement): void {
  const off = c.price_from ? 0 : percentOff(asked(d, c), before(d, c));
  const list = el('span', { class: 'chips' });
  if (off >= 3) list.append(el('span', { class: 'chip off', dir: 'ltr' }, `−${off}%`));
  if (d.placement.show.stock && c.stock_left !== null && c.stock_left > 0) list.append(el('span', { class: 'chip few' }, d.label('low_stock', c.stock_left)));
  if (list.childElementCount) box.append(list);
  if (!d.placement.show.rating || c.rating_count < 1 || c.rating <= 0) return;
  const rating = c.rating.toLocaleString(d.config.store.locale || undefined, { maximumFractionDigits: 1 });
  box.append(el('span', { class: 'chip rating' }, el('span', { class: 'vh' }, d.label('rating', rating, c.rating_count)),
                el('span', { class: 'star', 'aria-hidden': 'true' }, '★'), el('span', { 'aria-hidden': 'true' }, rating)));
}

export function link(d: Drawing, c: Card, ...children: (Node | string)[]): HTMLAnchorElement {
  const a = el('a', { href: c.url }, ...children);
  a.addEventListener('click', () => d.clicked(c));
  a.addEventListener('auxclick', (e) => e.button === 1 && d.clicked(c));
  return a;
}

/* The picture leads to the product too, but is not told or stopped at a second time. */
export function silent(d: Drawing, c: Card, box: HTMLElement): HTMLElement {
  const a = link(d, c, box);
  a.setAttribute('tabindex', '-1'), a.setAttribute('aria-hidden', 'true');
  return a;
}

/* Puts it into the cart, or shows the way where there is none. */
export function button(d: Drawing, c: Card, kind = ''): HTMLElement {
  if (!d.can) {
    const way = link(d, c, d.label('see_product'));
    way.className = 'add ' + kind;
    return way;
  }
  const text = el('span', { class: 'text' }, d.label(c.price_from ? 'choose_options' : 'add_to_cart'));
  const b = el('button', { class: 'add ' + kind, type: 'button' }, icon('plus'), text, el('span', { class: 'vh' }, ': ' + c.name));
  b.addEventListener('click', () => void d.add(c, b));
  return b;
}

export function card(d: Drawing, c: Card): HTMLElement {
  const box = picture(c), li = el('li', { class: 'card' });
  chips(d, c, box);
  li.append(silent(d, c, box), el('div', { class: 'words' }, link(d, c, el('span', { class: 'name' }, c.name)), price(d, c)));
  if (d.placement.show.add_to_cart) li.append(button(d, c));
  d.seen(li, c);
  return li;
}

export function row(d: Drawing, c: Card): HTMLElement {
  const a = link(d, c, el('span', { class: 'name' }, c.name)), li = el('li', { class: 'row' });
  li.append(silent(d, c, picture(c)), el('div', { class: 'words' }, a, price(d, c)));
  if (d.placement.show.add_to_cart) li.append(button(d, c));
  d.seen(li, c);
  return li;
}

export function big(d: Drawing, c: Card): HTMLElement {
  const box = picture(c), promise = c.incentive && !d.incentives;     /* a sentence of a discount that the cart would not grant */
  chips(d, c, box);
  const li = el('li', { class: 'card big' }), way = silent(d, c, box);
  const words = el('div', { class: 'words' }, link(d, c, el('span', { class: 'name' }, c.name)), !promise && d.placement.show.message && c.message && el('p', { class: 'note' }, c.message),
                   price(d, c), d.placement.show.add_to_cart && button(d, c, 'primary'));
  li.append(way, words);
  d.seen(li, c);
  return li;
}

/* Takes as much room as a card will. */
export function blank(buttons: boolean): HTMLElement {
  return el('li', { class: 'card', 'aria-hidden': 'true' }, el('span', { class: 'pic blank' }),
            el('div', { class: 'words' }, el('span', { class: 'name blank' }), el('p', { class: 'price blank' })), buttons && el('span', { class: 'add blank' }));
}
