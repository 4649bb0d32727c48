import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf } from '../src/answers';
import { configOf } from '../src/config';
import { address, priceStyleOf } from '../src/read';

test('addresses that are not http or https are never followed', () => {
  const hostile = ['javascript:alert(1)', ' java\nscript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,<script>1</script>', 'vbscript:x',
                   'blob:https://x/1', 'file:///etc/passwd', 'https://[', '', null, 7];
  for (const url of hostile) assert.equal(address(url, 'https://shop.example'), '', String(url));
  assert.equal(address('/demo/images/1.svg', 'https://shop.example/p/x'), 'https://shop.example/demo/images/1.svg');
});

test('a style that no price could be written by is none', () => {
  const good = { before: 'lei', after: '', thousand: '', decimal: '.', digits: 2 };
  assert.deepEqual(priceStyleOf(good), { ...good, trim: false });
  const hostile = [{ thousand: 'abcde' }, { thousand: '<b' }, { thousand: '1' }, { thousand: 7 }, { decimal: '' }, { decimal: 'x' }, { decimal: '...' }, { digits: -1 }, { digits: 9 },
                   { digits: 1.5 }, { digits: '2' }, { digits: NaN }, { digits: Infinity }, { before: 'x'.repeat(41) }, { after: null }, { before: {} }];
  for (const change of hostile) assert.equal(priceStyleOf({ ...good, ...change }), null, JSON.stringify(change));
  for (const none of [null, undefined, 7, 'x', [], {}]) assert.equal(priceStyleOf(none), null);
});

test('a card keeps hostile names as text and loses hostile addresses', () => {
  const item = { product_id: '1', name: '<img src=x onerror=alert(1)>', url: 'https://shop.example/1', image: 'javascript:alert(1)', price: 5 };
  const answer = answerOf({ rec_id: 'r', items: [item, { ...item, url: 'javascript:alert(1)' }] }, 'https://vitrine.example');
  assert.equal(answer?.items.length, 1);
  assert.equal(answer?.items[0]?.name, '<img src=x onerror=alert(1)>');
  assert.equal(answer?.items[0]?.image, '');
});

test('a bundle with a product that cannot be shown is no bundle', () => {
  const good = { product_id: '1', name: 'A', url: 'https://shop.example/1' };
  const of = (products: unknown[]) => answerOf({ rec_id: 'r', items: [], bundle: { products } }, 'https://v.example')?.bundle;
  assert.equal(of([good, { ...good, product_id: '2' }])?.products.length, 2);
  assert.equal(of([good, { ...good, name: '' }]), null);
});

test('a configuration of any shape becomes one that can be worked with', () => {
  for (const raw of [null, 7, [], 'x', {}, { placements: [null, 3, { display: 'email', placement: 'email' }] }]) {
    const c = configOf(raw);
    assert.deepEqual([c.placements.length, c.track.consent, c.track.impression_ms, c.design.scheme], [0, 'optional', 1000, 'auto']);
  }
  const c = configOf({ placements: [{ placement: 'product', display: 'inline', n: 900, source: 'all', trigger: { kind: 'eval' },
                                      schedule: { from: '2026-11-01T00:00:00Z' } }] });
  const p = c.placements[0];
  assert.deepEqual([p?.n, p?.source, p?.slot, p?.layout, p?.trigger.kind, p?.schedule.from],
                   [50, '', 'product', 'carousel', 'load', Date.UTC(2026, 10, 1)]);
});
