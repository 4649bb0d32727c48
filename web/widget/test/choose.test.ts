import './browser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf } from '../src/answers';
import { changes } from '../src/cart';
import { fits, listOf, mayShow, questionOf, shownOf, turn } from '../src/choose';
import { configOf } from '../src/config';
import { factsOf, guess } from '../src/page';
import { visitAt } from '../src/visitor';
import type { Placement } from '../src/types';

const placement = (more: Record<string, unknown>): Placement => {
  const p = configOf({ placements: [{ placement: 'product', display: 'inline', where: { page: 'product' }, ...more }] }).placements[0];
  if (!p) throw new Error('no placement');
  return p;
};
const moment = { now: 1000, phone: true, returning: false, hasSlot: () => false, off: [] as string[] };

test('a placement belongs on its page, in its time, to its visitors', () => {
  const cases: [Record<string, unknown>, boolean][] = [
    [{}, true], [{ where: { page: 'cart' } }, false], [{ where: { page: 'any' } }, true],
    [{ audience: { device: 'desktop' } }, false], [{ audience: { device: 'phone' } }, true],
    [{ audience: { visitor: 'returning' } }, false], [{ audience: { visitor: 'new' } }, true],
    [{ schedule: { from: 1001 } }, false], [{ schedule: { until: 1000 } }, false], [{ schedule: { from: 1000, until: 1001 } }, true],
  ];
  for (const [more, expected] of cases) assert.equal(fits(placement(more), 'product', moment), expected, JSON.stringify(more));
});

test('a slot in the page is filled wherever it stands', () => {
  assert.ok(fits(placement({ where: { page: 'cart' }, slot: 'mine' }), 'home', { ...moment, hasSlot: (s) => s === 'mine' }));
  for (const has of [false, true])                         /* a slot that is switched off is placed nowhere, but filled where the page has it */
    assert.equal(fits(placement({ where: { page: 'home' }, slot: 'mine' }), 'home', { ...moment, off: ['mine'], hasSlot: () => has }), has);
  assert.ok(!fits(placement({ display: 'popup', where: { page: 'any' }, slot: 'popup' }), 'home', { ...moment, off: ['popup'] }));
});

test('overlays keep to their limits a visit, a day and a gap', () => {
  const day = 86400000, f = { per_session: 1, per_day: 2, gap_seconds: 60 };
  assert.ok(mayShow(f, [], [], day * 5));
  assert.ok(!mayShow(f, [day * 5 - 90000], [day * 5 - 90000], day * 5), 'once a visit');
  assert.ok(!mayShow(f, [day * 5 - 59000], [], day * 5), 'not within a minute');
  assert.ok(!mayShow(f, [day * 5 - 200000, day * 5 - 100000], [], day * 5), 'twice a day');
  assert.ok(mayShow(f, [day * 3, day * 3 + 5], [], day * 5), 'yesterday is over');
  assert.ok(mayShow({ per_session: 0, per_day: 0, gap_seconds: 0 }, [1, 2, 3], [1, 2], 4), '0 is no limit');
});

test('what is asked follows the page', () => {
  const empty = factsOf({ page: 'search', results: 0, search: 'x' });
  assert.equal(empty.page, 'search_empty');
  assert.deepEqual(questionOf([], empty, [], []), { lists: [] });
  assert.deepEqual(questionOf([{ n: 1 }], factsOf({ page: 'product', product_id: 7 }), ['3'], ['5']),
                   { lists: [{ n: 1 }], product_id: '7', cart: ['3'], exclude: ['5'] });
  assert.deepEqual(questionOf([], factsOf({ page: 'category', category: '9' }), [], []), { lists: [], filter: { categories: ['9'] } });
});

test('a list says what of it is shown, and what is bought together has the first choice, then what one source alone can fill', () => {
  const list = { placement: 'product', n: 4 };
  assert.deepEqual(listOf(placement({ source: 'all', layout: 'list' })), list);
  assert.deepEqual(listOf(placement({ source: 'upsell', layout: 'card', n: 1 })), { ...list, n: 1, source: 'upsell' });
  assert.deepEqual(listOf(placement({ layout: 'grid' })), { ...list, least: 2 });
  assert.deepEqual(listOf(placement({ source: 'cross_sell', layout: 'bundle' })), { ...list, source: 'cross_sell', bundle: true, least: 2 });
  const turns = [{ layout: 'bundle', source: 'cross_sell' }, { source: 'trending' }, { source: 'all' }, {}].map((p) => turn(placement(p)));
  assert.deepEqual(turns, [0, 1, 2, 2]);
});

test('what stands in the page is what a visitor meets of an answer', () => {
  const item = (id: string) => ({ product_id: id, name: id, url: 'https://s.example/' });
  const raw = { rec_id: 'r', items: ['1', '2', '3'].map(item) }, bundle = { products: ['9', '1'].map(item) };
  const cases: [Record<string, unknown>, unknown, string[]][] = [
    [{ layout: 'grid' }, raw, ['1', '2', '3']], [{ layout: 'card' }, raw, ['1']], [{ layout: 'bar' }, raw, ['1']],
    [{ layout: 'bundle' }, { ...raw, bundle }, ['9', '1']], [{ layout: 'bundle' }, raw, ['1', '2', '3']], [{ layout: 'grid' }, { ...raw, bundle }, ['1', '2', '3']],
    [{ layout: 'carousel' }, { ...raw, items: [item('1')] }, []], [{ layout: 'list' }, { ...raw, items: [item('1')] }, ['1']], [{}, { ...raw, items: [] }, []],
  ];
  for (const [more, told, expected] of cases) {
    const answer = answerOf(told, 'https://s.example');
    assert.deepEqual(answer && shownOf(placement(more), answer), expected, JSON.stringify([more, told]));
  }
});

test('a WooCommerce page is known by the classes of its body', () => {
  const cases: [string, string, string, string][] = [
    ['single single-product postid-123 woocommerce', 'https://s.example/p/', 'product', '123'],
    ['woocommerce-cart woocommerce-page', 'https://s.example/cart/', 'cart', ''],
    ['woocommerce-checkout woocommerce-order-received', 'https://s.example/checkout/order-received/55/', 'order_received', ''],
    ['archive tax-product_cat term-9', 'https://s.example/c/', 'category', ''],
    ['search search-no-results', 'https://s.example/?s=cana', 'search_empty', ''], ['error404', 'https://s.example/x', 'not_found', ''],
    ['home page', 'https://s.example/', 'home', ''], ['', 'https://s.example/', 'other', ''],
  ];
  for (const [classes, href, page, product] of cases) {
    const facts = guess(classes, href);
    assert.deepEqual([facts.page, facts.product_id], [page, product], classes);
  }
  assert.equal(guess('woocommerce-order-received', 'https://s.example/checkout/order-received/55/?key=x').order?.id, '55');
  assert.equal(guess('search search-results', 'https://s.example/?s=cana').search, 'cana');
});

test('two carts differ by what was put in and taken out', () => {
  const before = [{ product_id: '1', quantity: 2 }, { product_id: '2', quantity: 1 }];
  const after = [{ product_id: '1', quantity: 1 }, { product_id: '3', variation_id: '31', quantity: 2, price: 4.5 }];
  assert.deepEqual(changes(before, after), [
    { type: 'cart_remove', product_id: '1', quantity: 1 },
    { type: 'cart_add', product_id: '3', quantity: 2, variation_id: '31', value: 9 },
    { type: 'cart_remove', product_id: '2', quantity: 1 },
  ]);
  assert.deepEqual(changes(after, after), []);
});

test('a visit ends with thirty silent minutes, and the visitor has returned', () => {
  let n = 0;
  const id = (): string => 's' + ++n, minute = 60000, first = visitAt(null, 0, id);
  const same = visitAt(first, 29 * minute, id), other = visitAt(same, 59 * minute, id);
  assert.deepEqual([first.n, same.id, other.id, other.n], [1, 's1', 's2', 2]);
});
