import './browser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowKeeping } from '../src/keep';
import { asker } from '../src/recommend';

const item = (id: string) => ({ product_id: id, name: id, url: `https://shop.example/${id}` });
const asking = () => asker({ url: 'https://v.example/r', origin: 'https://v.example', lang: 'ro', who: () => 'v1' });
let server: () => Promise<unknown> = () => Promise.reject(new Error('away'));
Object.assign(globalThis, { fetch: () => server().then((body) => ({ ok: true, json: () => Promise.resolve(body) })) });
const answering = (body: unknown, ms = 0) => () => new Promise<unknown>((go) => setTimeout(() => go(body), ms));
const ids = (a: { items: { product_id: string }[] } | null): string[] | null => a && a.items.map((i) => i.product_id);

test('an answer that comes late is no answer in time, and is there for who waits', async () => {
  allowKeeping(true);
  server = answering({ rec_id: 'late1', items: [item('1')] }, 1000);
  const a = asking(), q = { placement: 'late', n: 2 };
  assert.equal(await a.recommend(q), null);
  assert.equal((await a.lists(q, true))?.[0]?.rec_id, 'late1');
  assert.equal((await asking().recommend(q))?.rec_id, 'late1');      /* and kept: asked again while the server is slow */
});

test('a server that is away is answered for by the same question of this visit, less what is in the cart', async () => {
  allowKeeping(true);
  server = answering({ rec_id: 'kept1', items: [item('1'), item('2'), item('3')], bundle: { products: [item('1'), item('2')] } });
  const q = { placement: 'similar', product_id: '9', n: 3 };
  assert.deepEqual(ids(await asking().recommend(q)), ['1', '2', '3']);
  server = () => Promise.reject(new Error('away'));
  const near = await asking().recommend({ ...q, cart: ['2'] });
  assert.deepEqual([ids(near), near?.bundle], [['1', '3'], null]);
  for (const other of [{ ...q, product_id: '8' }, { ...q, placement: 'product' }, { ...q, n: 4 }])
    assert.equal(await asking().recommend(other), null, JSON.stringify(other));
});

test('lists of a page are one question with an answer each, and stand in for it later without what is shown elsewhere by then', async () => {
  allowKeeping(true);
  server = answering({ lists: [{ rec_id: 'a', items: [item('1'), item('2')] }, null, { rec_id: 'b', items: [item('3'), item('4')] }] });
  const q = { lists: [{ placement: 'product', n: 2 }, { placement: 'upsell' }, { placement: 'similar', n: 2 }], product_id: '9' };
  assert.deepEqual((await asking().lists(q))?.map(ids), [['1', '2'], null, ['3', '4']]);
  server = () => Promise.reject(new Error('away'));
  assert.deepEqual((await asking().lists({ ...q, cart: ['1'], exclude: ['4'] }))?.map(ids), [['2'], null, ['3']]);
  assert.equal(await asking().lists({ ...q, lists: q.lists.slice(1) }), null);
});

test('two that ask the same at once ask once', async () => {
  let n = 0;
  server = () => (n++, Promise.resolve({ rec_id: 'r', items: [] }));
  const a = asking();
  await Promise.all([a.recommend({ placement: 'once' }), a.recommend({ placement: 'once' }), a.lists({ placement: 'once' }, true)]);
  assert.equal(n, 1);
});
