import './browser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeApi, hashOf, openApi, waitingApi } from '../src/api';
import type { ApiTools, ApiWindow } from '../src/api';
import type { Answer, ConsentLevel, Question } from '../src/types';

const page = globalThis as unknown as ApiWindow, call = (...words: unknown[]): unknown => page.vitrine?.(...words);
const answer: Answer = { rec_id: 'r', placement: 'home', display: '', items: [], bundle: null, held_out: false };

function tools() {
  const asked: Question[] = [], consents: ConsentLevel[] = [], tracked: unknown[] = [];
  const core = { recommend: (q: Question) => Promise.resolve(asked.push(q) ? answer : null), track: (e: unknown) => void tracked.push(e) };
  const t = { core, templates: new Map(), consent: (c: ConsentLevel) => void consents.push(c), identify: () => undefined, page: () => undefined };
  return { t: t as unknown as ApiTools, asked, consents, tracked };
}

test('calls made before the script is there are done when it comes, in their order', async () => {
  delete page.vitrine;
  const early: ArrayLike<unknown>[] = [];
  page.vitrine = Object.assign((...words: unknown[]) => early.push(words), { q: early });
  call('consent', 'all');
  waitingApi();
  const promised = call('recommend', { n: 2 });
  call('track', 'wishlist', { product_id: '7' });
  const r = tools();
  openApi(r.t);
  assert.deepEqual([r.consents, r.asked, r.tracked], [['all'], [{ n: 2 }], [{ product_id: '7', type: 'wishlist' }]]);
  assert.equal(await promised, answer);
});

test('without a configuration questions are answered with null and nothing throws', async () => {
  delete page.vitrine;
  waitingApi();
  const early = call('recommend', {});
  closeApi();
  assert.equal(await early, null);
  assert.equal(await call('recommend', {}), null);
  assert.equal(typeof call('on', 'click', () => undefined), 'function');
  assert.equal(call('track', 'view'), undefined);
});

test('a call of a wrong name or shape does nothing and does not throw', () => {
  openApi(tools().t);
  for (const words of [['nobody'], [null], [], ['consent', 'perhaps'], ['render', 'x', 7], ['identify', null]]) assert.doesNotThrow(() => call(...words));
});

test('an address is hashed as the server does it: without blanks around it, in lower case', async () => {
  assert.equal(await hashOf(' Ana@Example.com '), '8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11');
});
