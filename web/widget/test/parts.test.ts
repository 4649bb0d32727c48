import './browser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownAs } from '../src/choose';
import { configOf } from '../src/config';
import { sumOf } from '../src/parts/bundle';
import { colourOf, contrast } from '../src/parts/colour';
import { messageOf } from '../src/parts/forward';
import { moneyLike, percentOff, styled, styleFor } from '../src/parts/money';
import { factsOf } from '../src/page';
import { tokenSheet, tokensOf } from '../src/parts/theme';
import type { Found } from '../src/parts/theme';
import { shareSeen } from '../src/parts/trigger';
import { wordsOf } from '../src/parts/words';
import type { Bundle, Card, Config } from '../src/types';

const card = (product_id: string, price: number): Card => ({ product_id, name: product_id, url: 'https://s.example', image: '', price, regular_price: price,
  on_sale: false, price_from: false, price_text: '', currency: 'RON', stock_left: null, rating: 0, rating_count: 0, category: '', message: '', incentive: null });

test('sums are written as the shop writes its prices', () => {
  const cases: [string, number, string, string][] = [
    ['229,99 lei', 1307.5, 'ro-RO', '1.307,50 lei'], ['€1.299,00', 5, 'de-DE', '€5,00'], ['$ 12.50', 1234.5, 'en-US', '$ 1,234.50'],
    ['de la 15,00 lei', 20, 'ro-RO', 'de la 20,00 lei'],
  ];
  for (const [like, value, locale, expected] of cases) assert.equal(moneyLike(like, value, locale, 'RON', 2), expected);
  assert.match(moneyLike('', 9.5, 'en-US', 'USD', 2), /\$9\.50/);
  assert.equal(moneyLike('', 9.5, 'not a locale!', 'USD', 2), '9.50');
  assert.equal(moneyLike('1200 ¥', 3400, 'ja-JP', 'JPY', 0), '3,400 ¥');
});

const lei = { before: '', after: '\u00a0lei', thousand: '.', decimal: ',', digits: 2, trim: false };

test('prices are written by position, separators and digits of the shop', () => {
  const cases: [Partial<typeof lei>, number, number, string][] = [
    [{}, 34.9, 2, '34,90\u00a0lei'], [{}, 1234567.89, 2, '1.234.567,89\u00a0lei'], [{ before: 'lei', after: '', thousand: ',', decimal: '.' }, 1034.9, 2, 'lei1,034.90'],
    [{ digits: 0 }, 34.9, 2, '35\u00a0lei'], [{ digits: 0 }, 34.5, 2, '35\u00a0lei'], [{ digits: 0 }, 34.49, 2, '34\u00a0lei'], [{ digits: 0 }, 999.5, 2, '1.000\u00a0lei'],
    [{ digits: 1 }, 34.95, 2, '35,0\u00a0lei'], [{ digits: 3 }, 34.9, 2, '34,900\u00a0lei'], [{ digits: 2 }, 1200, 0, '1.200,00\u00a0lei'],
    [{ digits: 2 }, 1.235, 3, '1,24\u00a0lei'], [{ digits: 1 }, 0.05, 2, '0,1\u00a0lei'], [{}, 0.29 * 100 - 28, 2, '1,00\u00a0lei'], [{}, -19.9, 2, '-19,90\u00a0lei'], [{}, 0, 2, '0,00\u00a0lei'],
    [{ trim: true }, 35, 2, '35\u00a0lei'], [{ trim: true }, 35.5, 2, '35,50\u00a0lei'], [{ thousand: '' }, 1234, 2, '1234,00\u00a0lei'],
    [{ thousand: '$&', decimal: '$1' }, 1234, 2, '1$&234$100\u00a0lei'], [{ before: '<b>', after: '</b>' }, 1, 2, '<b>1,00</b>'],
  ];
  for (const [change, value, minor, expected] of cases) assert.equal(styled({ ...lei, ...change }, value, minor), expected);
});

test('the page says how prices are written, unless it speaks of another currency', () => {
  const store = configOf({ store: { currency: 'RON', minor: 2, price: { ...lei, digits: 0 } } }).store, page = (price: unknown) => factsOf({ page: 'product', price });
  assert.equal(styleFor(store, page({ ...lei, currency: 'RON' }))?.digits, 2);
  for (const other of [undefined, null, 7, lei, { ...lei, currency: 'EUR' }, { ...lei, currency: 'RON', digits: 40 }]) assert.equal(styleFor(store, page(other))?.digits, 0);
  assert.equal(styleFor(configOf({ store: { currency: 'RON', price: null } }).store, page(undefined)), null);
});

test('percents off are never rounded up, and a dearer price is none', () => {
  assert.deepEqual([percentOff(80, 100), percentOff(139.99, 179.99), percentOff(99.99, 100), percentOff(100, 100), percentOff(120, 100), percentOff(0, 100)],
                   [20, 22, 0, 0, 0, 0]);
});

test('the price of a bundle is shown only while all is ticked and the cart grants it', () => {
  const products = [card('1', 100), card('2', 50), card('3', 25)], bundle: Bundle = { products, normal_price: 175, bundle_price: 160, savings: 15, bundle_price_text: '', offer: '' };
  assert.deepEqual(sumOf(bundle, products, true), { now: 160, before: 175 });
  assert.deepEqual(sumOf(bundle, products, false), { now: 175, before: 0 });
  assert.deepEqual(sumOf(bundle, products.slice(0, 2), true), { now: 150, before: 0 });
  assert.deepEqual(sumOf(bundle, [], true), { now: 0, before: 0 });
});

const design = configOf({}).design;
const theme = (surface: string, text: string, button: string): Found => ({ surface: colourOf(surface) ?? [0, 0, 0, 1], text: colourOf(text) ?? [0, 0, 0, 1],
  button: colourOf(button), link: null, font: 'serif', titleFont: 'serif', titleWeight: '700', radius_px: 8, size_px: 16, title_px: 20, bleeds: false });

test('whatever the theme, texts stand out by 4.5 and controls by 3', () => {
  const grounds = ['#fff', '#000', '#14161b', '#faf7f2', '#808080', '#ffe600', '#7a0019'], inks = ['#fff', '#000', '#777', '#c0c0c0', '#ff0000'];
  for (const surface of grounds) for (const text of inks) for (const button of ['#0b6b57', '#ffe600', '#fff', '#000', '#999']) {
    const t = tokensOf(theme(surface, text, button), design);
    const c = (name: string) => colourOf((t[name] ?? '').replace(/ /g, ', ')) ?? [0, 0, 0, 1] as const;
    const told = `${surface} ${text} ${button} ${JSON.stringify(t)}`, ground = c('--surface');
    for (const name of ['--text', '--soft', '--accent-text']) assert.ok(contrast(c(name), ground) >= 4.45, `${name}: ${told}`);
    for (const name of ['--text', '--soft', '--sale']) assert.ok(contrast(c(name), c('--wash')) >= 4.45, `${name} on the sum of a bundle: ${told}`);
    for (const name of ['--accent', '--edge']) assert.ok(contrast(c(name), ground) >= 2.95, `${name}: ${told}`);
    assert.ok(contrast(c('--on-accent'), c('--accent')) >= 4.45, `--on-accent: ${told}`);
  }
});

test('the owner decides over the theme, and cannot break out of a declaration', () => {
  const t = tokensOf(theme('#fff', '#111', '#0b6b57'), { ...design, accent: '#8a3ffc', radius: '3px', font: 'x;}*{display:none}</style>' });
  assert.equal(t['--accent'], 'rgb(138 63 252)');
  assert.equal(t['--button-radius'], '3px');
  assert.ok(!/[{}<>]/.test(tokenSheet(t).slice(6, -1)));
});

test('what reaches from edge to edge keeps the theme\'s distance from them', () => {
  const found = theme('#fff', '#111', '#0b6b57');
  assert.equal(tokensOf(found, design)['--inset'], '0px');
  assert.match(tokensOf({ ...found, bleeds: true }, design)['--inset'] ?? '', /^max\(var\(--wp--style--root--padding-left, /);
});

test('an owner who wants it dark gets it dark on a light page', () => {
  assert.equal(tokensOf(theme('#fff', '#111', '#0b6b57'), { ...design, scheme: 'dark' })['color-scheme'], 'dark');
  assert.equal(tokensOf(theme('#111', '#eee', '#0b6b57'), design)['color-scheme'], 'dark');
});

test('an answer changes the display unless the slot is what it is', () => {
  const config: Config = configOf({ displays: { popup: { trigger: { kind: 'exit' }, frequency: { per_day: 2 } } },
                                    placements: [{ placement: 'product', display: 'inline', layout: 'carousel' }, { placement: 'x', display: 'inline', fixed: true }] });
  const [free, fixed] = config.placements;
  if (!free || !fixed) throw new Error('no placements');
  const popup = shownAs(free, 'popup', config.displays);
  assert.deepEqual([popup.display, popup.layout, popup.trigger.kind, popup.frequency.per_day], ['popup', 'grid', 'exit', 2]);
  assert.equal(shownAs(fixed, 'popup', config.displays).display, 'inline');
  for (const wish of ['', 'cart', 'checkout', 'hologram']) assert.equal(shownAs(free, wish, config.displays).display, 'inline');
});

test('words are the configuration\'s, with what belongs into them', () => {
  const word = wordsOf({ rating: '{0} din 5, {1} recenzii' });
  assert.equal(word('rating', '4,5', 12), '4,5 din 5, 12 recenzii');
  assert.equal(word('add_to_cart'), 'Add to cart');
  assert.equal(word('nobody'), '');
});

test('each analytics tool hears of an addition in its own words', () => {
  const m = messageOf('add', [{ card: card('7', 19.9), quantity: 2, variation_id: '71' }, { card: card('8', 5) }], { id: 'vitrine_similar', name: 'Similar' }, 'RON');
  assert.deepEqual(m.ga4, ['add_to_cart', { currency: 'RON', value: 44.8, items: [
    { item_id: '7', item_name: '7', price: 19.9, quantity: 2, item_variant: '71', item_list_id: 'vitrine_similar', item_list_name: 'Similar' },
    { item_id: '8', item_name: '8', price: 5, quantity: 1, item_list_id: 'vitrine_similar', item_list_name: 'Similar' }] }]);
  assert.deepEqual(m.meta, ['track', 'AddToCart', { content_ids: ['7', '8'], content_type: 'product', value: 44.8, currency: 'RON' }]);
  assert.deepEqual(m.segment, ['Product Added', { product_id: '7', name: '7', price: 19.9, quantity: 2, variant: '71', url: 'https://s.example',
                                                  list_id: 'vitrine_similar', currency: 'RON', value: 39.8 }]);
  assert.equal(messageOf('seen', [], { id: 'a', name: 'b' }, 'RON').ga4[0], 'view_item_list');
  assert.equal(messageOf('click', [{ card: card('7', 1), position: 3 }], { id: 'a', name: 'b' }, 'RON').ga4[0], 'select_item');
});

test('a page that fits into the view has been seen whole', () => {
  assert.deepEqual([shareSeen(0, 800, 700), shareSeen(0, 800, 1600), shareSeen(800, 800, 1600)], [1, 0.5, 1]);
});
