import { local } from './browser';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consentLevel, fromConsentMode } from '../src/consent';
import { allowKeeping, refused } from '../src/keep';
import { fateOf, Queue } from '../src/queue';
import type { Sent } from '../src/queue';

const none = { told: null, dnt: false, browserSaysNo: false, wordpress: null, wordpressSaid: true, dataLayer: [] };

/* A queue whose network answers what is given, and whose clock and timers the test moves. */
function rig(answers: Sent[]) {
  const sent: { events: { id: string; type: string }[] }[] = [], beacons: string[] = [], timers: (() => void)[] = [];
  const clock = { now: 1e12 };
  const queue = new Queue({ now: () => clock.now++, later: (run) => void timers.push(run), beacon: (b) => beacons.push(b) > 0,
                            send: (body) => {
                              sent.push(JSON.parse(body));
                              return Promise.resolve(answers.shift() ?? 'taken');
                            } });
  return { queue, sent, beacons, timers, clock };
}
const kept = (): number => Object.keys(local).filter((k) => k.startsWith('vitrine.e.')).length;

test('events are kept until the server has them, and sent again with the same ids', async () => {
  allowKeeping(true);
  const r = rig(['later', 'taken']);
  r.queue.put({ type: 'view', product_id: '1' });
  r.queue.put({ type: 'view', product_id: '2' });
  await r.queue.flush();
  assert.equal(kept(), 2);
  await r.queue.flush();
  assert.equal(kept(), 0);
  assert.deepEqual(r.sent[0], r.sent[1]);
  assert.equal(new Set(r.sent[0]?.events.map((e) => e.id)).size, 2);
});

test('what the last page could not send, the next page sends', async () => {
  allowKeeping(true);
  const before = rig(['later']), after = rig(['taken']);
  before.queue.put({ type: 'click', product_id: '9' });
  before.queue.leave();
  assert.equal(before.beacons.length, 1);
  await after.queue.flush();
  assert.equal(after.sent[0]?.events[0]?.type, 'click');
  assert.equal((JSON.parse(before.beacons[0] ?? '') as { events: { id: string }[] }).events[0]?.id, after.sent[0]?.events[0]?.id);
  assert.equal(kept(), 0);
});

test('what the server calls wrong is dropped, what it could not take is not', () => {
  const cases: [number, Sent][] = [[200, 'taken'], [202, 'taken'], [400, 'refused'], [401, 'refused'], [403, 'refused'], [413, 'refused'],
                                   [429, 'later'], [500, 'later'], [503, 'later'], [0, 'later']];
  for (const [status, fate] of cases) assert.equal(fateOf(status), fate, String(status));
});

test('a server that is away does not fill the browser', () => {
  allowKeeping(true);
  const r = rig([]);
  for (let i = 0; i < 260; i++) r.queue.put({ type: 'view', product_id: String(i) });
  assert.ok(kept() <= 200 + 1, String(kept()));
  r.queue.clear();
  assert.equal(kept(), 0);
});

test('without consent nothing is written, and a withdrawal forgets what was', () => {
  allowKeeping(true);
  rig([]).queue.put({ type: 'view', product_id: '1' });
  assert.equal(kept(), 1);
  allowKeeping(false);
  assert.equal(Object.keys(local).length, 0);
  rig([]).queue.put({ type: 'view', product_id: '2' });
  assert.equal(Object.keys(local).length, 0);
});

test('who has not answered on this page yet loses nothing of what he agreed to before', () => {
  allowKeeping(true);
  rig([]).queue.put({ type: 'view', product_id: '1' });
  const before = kept();
  allowKeeping(false, false);
  rig([]).queue.put({ type: 'view', product_id: '2' });
  assert.equal(kept(), before);
  allowKeeping(true);
  assert.equal(kept(), before + 1);
  allowKeeping(false);
});

test('that somebody said no is the one thing kept of him', () => {
  allowKeeping(true);
  refused(true);
  allowKeeping(false);
  assert.deepEqual(Object.keys(local), ['vitrine.refused']);
  assert.ok(refused());
  assert.ok(!refused(false));
});

test('the page is believed first, then the browser where it counts, then WordPress, then Consent Mode', () => {
  const wordpress = (granted: string[]) => (c: string) => granted.includes(c);
  const layer = [['consent', 'default', { analytics_storage: 'denied' }], ['consent', 'update', { analytics_storage: 'granted', ad_storage: 'denied' }]];
  assert.equal(consentLevel(none), null);
  assert.equal(consentLevel({ ...none, told: 'all', dnt: true, browserSaysNo: true }), 'all');
  assert.equal(consentLevel({ ...none, dnt: true, browserSaysNo: true, dataLayer: layer }), 'none');
  assert.equal(consentLevel({ ...none, browserSaysNo: true }), null);
  assert.equal(consentLevel({ ...none, wordpress: wordpress(['statistics']) }), 'statistics');
  assert.equal(consentLevel({ ...none, wordpress: wordpress(['statistics', 'marketing']) }), 'all');
  assert.equal(consentLevel({ ...none, wordpress: wordpress([]), dataLayer: layer }), 'none');
  assert.equal(consentLevel({ ...none, dataLayer: layer }), 'statistics');
});

test('a no that nobody said yet is waited out, one that was said is not', () => {
  const denied = { analytics_storage: 'denied' };
  assert.equal(fromConsentMode([['consent', 'default', denied]]), 'waiting');
  assert.equal(fromConsentMode([['consent', 'default', denied], ['consent', 'update', denied]]), 'none');
  assert.equal(fromConsentMode([['consent', 'default', denied], ['consent', 'update', { ad_storage: 'denied' }]]), 'none');
  assert.equal(consentLevel({ ...none, wordpress: () => false, wordpressSaid: false }), 'waiting');
  assert.equal(consentLevel({ ...none, dnt: true, browserSaysNo: true, wordpress: () => false, wordpressSaid: false }), 'none');
});

test('consent commands are read as gtag pushes them, as arguments objects too', () => {
  function gtag(..._words: unknown[]): IArguments {
    return arguments;
  }
  assert.equal(fromConsentMode([gtag('consent', 'default', { analytics_storage: 'granted' })]), 'all');
  assert.equal(fromConsentMode([{ event: 'gtm.js' }, null, 'x']), null);
});
