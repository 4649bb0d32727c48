/* Quick add: into the cart at once, or after the choice of a version in a dialog; the button says how it went. */
import type { About, Card, CartLine, Core, Variation } from '../types';
import { el, icon } from './dom';
import type { Word } from './words';

export interface AddTools { core: Core; root: ShadowRoot; label: Word }

const SAID_MS = 2000, REASON_MS = 5000, MOST_REASON = 120;

/* The shop's own sentence, where it said one: an Error that is not the browser's. */
const reason = (e: unknown): string => (e instanceof Error && e.constructor === Error && e.message.includes(' ') && e.message.length <= MOST_REASON ? e.message : '');

/* What the button shows and says while it works; afterwards it is as before. */
async function saying(t: AddTools, button: HTMLElement, work: () => Promise<void>): Promise<boolean> {
  const before = [...button.childNodes];
  button.setAttribute('aria-disabled', 'true');
  button.setAttribute('aria-live', 'polite');
  button.replaceChildren(el('span', {}, t.label('adding')));
  let done = true;
  try {
    await work();
    button.replaceChildren(icon('check'), el('span', { class: 'said' }, t.label('added')));
  } catch (e) {
    done = false;
    button.replaceChildren(el('span', { class: 'said' }, reason(e) || t.label('add_failed')));
  }
  setTimeout(() => {
    button.removeAttribute('aria-disabled');
    if (button.querySelector('.said')) button.replaceChildren(...before);
  }, done ? SAID_MS : REASON_MS);
  return done;
}

function option(v: Variation, i: number, chosen: boolean): HTMLElement {
  const sold_out = v.in_stock === false;
  return el('label', { class: 'option' }, el('input', { type: 'radio', name: 'version', value: String(i), checked: chosen, disabled: sold_out }),
            el('span', {}, v.price_text ? `${v.label} · ${v.price_text}` : v.label));
}

/* The version that the visitor chose; null when he went away. The dialog is the browser's own: focus stays in it, Esc ends it. */
function choose(t: AddTools, c: Card, versions: Variation[]): Promise<Variation | null> {
  const first = versions.findIndex((v) => v.in_stock !== false);
  const title = el('h2', { class: 'title', id: 'choice' }, c.name), close = el('button', { class: 'round corner', type: 'button', 'aria-label': t.label('close') }, icon('close'));
  const take = el('button', { class: 'add primary', type: 'submit' }, t.label('add_to_cart'));
  const form = el('form', { method: 'dialog' }, el('fieldset', {}, el('legend', {}, t.label('choose_options')), ...versions.map((v, i) => option(v, i, i === first))), first >= 0 && take);
  const dialog = el('dialog', { class: 'choice', 'aria-labelledby': 'choice' }, title, close, form);
  t.root.append(dialog);
  return new Promise((done) => {
    let chosen: Variation | null = null;
    form.addEventListener('submit', () => {
      chosen = versions[Number(form.querySelector<HTMLInputElement>('input:checked')?.value ?? -1)] ?? null;
    });
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (e) => e.target === dialog && dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      done(chosen);
    });
    dialog.showModal();
  });
}

/* Puts `cards` in, each of the version chosen. True when all are in. */
export async function addAll(t: AddTools, cards: Card[], about: About, button: HTMLElement, quantity = 1): Promise<boolean> {
  if (button.getAttribute('aria-disabled') === 'true') return false;
  const shop = await t.core.part('shop');
  if (!shop) return false;
  const lines: { card: Card; line: CartLine }[] = [];
  for (const card of cards) {
    const versions = await shop.variations(card.product_id).catch((): Variation[] => []);
    const chosen = versions.length ? await choose(t, card, versions) : null;
    if (versions.length && !chosen) return false;
    lines.push({ card, line: { product_id: card.product_id, quantity, price: card.price, ...(chosen ? { variation_id: chosen.id } : {}) } });
  }
  return saying(t, button, async () => {
    lines.forEach((l) => t.core.credit(l.card.product_id, about.rec_id));     /* before the shop tells of its cart */
    await shop.add(lines.map((l) => l.line), about);
    t.core.emit('add_to_cart', { rec_id: about.rec_id, items: lines.map((l) => ({ card: l.card, quantity, variation_id: l.line.variation_id ?? '' })) });
  });
}
