/* "Frequently bought together": the product and what goes with it, tick boxes, one sum, one button.
 * Promise: the bundle's price is shown only while all are ticked and only where the cart grants it; else the sum is the plain one. */
import type { Bundle, Card } from '../types';
import { link, money, picture, price, silent } from './card';
import type { Drawing } from './card';
import { el } from './dom';

export interface BundleTools { grants: boolean; own: string; add(cards: Card[], whole: boolean, button: HTMLElement): Promise<void> }

interface Sum { now: number; before: number }
/* What the ticked ones cost. Pure. */
export function sumOf(bundle: Bundle, ticked: Card[], grants: boolean): Sum {
  const plain = ticked.reduce((s, c) => s + c.price, 0);
  return grants && ticked.length === bundle.products.length && bundle.savings > 0 ? { now: bundle.bundle_price, before: bundle.normal_price }
                                                                                  : { now: plain, before: 0 };
}

function choice(d: Drawing, c: Card, own: boolean, changed: () => void): { li: HTMLElement; box: HTMLInputElement } {
  const box = el('input', { type: 'checkbox', checked: true, 'aria-label': c.name });
  const li = el('li', { class: 'tick' }, el('label', {}, box)), shown = picture(c);
  if (own) shown.append(el('span', { class: 'chips' }, el('span', { class: 'chip own' }, d.label('this_product'))));
  const words = el('div', { class: 'words' }, link(d, c, el('span', { class: 'name' }, c.name)), price(d, c));
  li.append(silent(d, c, shown), words);
  box.addEventListener('change', () => {
    li.classList.toggle('off', !box.checked);
    changed();
  });
  if (!own) d.seen(li, c);
  return { li, box };
}

export function together(d: Drawing, bundle: Bundle, tools: BundleTools): HTMLElement {
  const amount = el('p', { class: 'amount' }), saved = el('p', { class: 'saved' }), add = el('button', { class: 'add primary', type: 'button' });
  const sum = el('div', { class: 'sum' }, el('p', { class: 'label' }, d.label('bundle_total')), el('div', { 'aria-live': 'polite' }, amount, tools.grants && bundle.savings > 0 && saved), add);
  const rows = bundle.products.map((c) => ({ c, ...choice(d, c, c.product_id === tools.own, () => draw()) }));
  const ticked = (): Card[] => rows.filter((r) => r.box.checked).map((r) => r.c);
  function draw(): void {
    const cards = ticked(), s = sumOf(bundle, cards, tools.grants);
    amount.replaceChildren(el('span', { dir: 'auto' }, money(d, s.now)));
    if (s.before > s.now) amount.append(el('span', { class: 'vh' }, d.label('regular_price') + ' '), el('span', { class: 'was', dir: 'auto' }, money(d, s.before)));
    saved.textContent = s.before > s.now ? d.label('bundle_save', money(d, s.before - s.now)) : '';
    add.textContent = d.label(cards.length < 2 ? 'add_to_cart' : cards.length === rows.length ? 'add_bundle' : 'add_selected', cards.length);
    add.setAttribute('aria-disabled', String(!cards.length));
  }
  add.addEventListener('click', () => {
    const cards = ticked();
    if (cards.length) void tools.add(cards, cards.length === rows.length, add).then(() => setTimeout(draw, 5200));
  });
  draw();
  if (!d.can) add.remove();
  return el('div', { class: 'together' }, el('ul', { class: 'items', role: 'list' }, ...rows.map((r) => r.li)), sum);
}
