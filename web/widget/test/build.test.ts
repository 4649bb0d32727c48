import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
// @ts-expect-error the build script has no types
import { buildAll } from '../build.mjs';

interface Built { part: string; name: string; body: Buffer; zip: Buffer }
const FIRST_LOAD_BYTES = 14 * 1024;
const files = (await (buildAll as () => Promise<Built[]>)()), loader = files[0];
const text = loader?.body.toString() ?? '';

test('what every page loads first is at most 14 kB, and comes back out of its gzip copy', () => {
  assert.equal(loader?.name, 'v.js');
  assert.ok(loader.zip.length <= FIRST_LOAD_BYTES, `${loader.zip.length} bytes`);
  for (const f of files) assert.ok(gunzipSync(f.zip).equals(f.body), f.name);
});

test('the loader knows the hash of each part, and names change with what is in them', () => {
  for (const f of files.slice(1)) {
    assert.match(f.name, /^[a-z]+\.[0-9a-f]{12}\.js$/);
    assert.ok(f.name.includes(createHash('sha256').update(f.body).digest('hex').slice(0, 12)));
    assert.ok(text.includes(f.name) && text.includes('sha384-' + createHash('sha384').update(f.body).digest('base64')), f.name);
  }
});

test('nothing evaluates text, writes HTML or sets style attributes', () => {
  for (const f of files) {
    const found = /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style"/.exec(f.body.toString());
    assert.equal(found?.[0], undefined, f.name);
  }
});

test('the build is the same every time', async () => {
  const again = await (buildAll as () => Promise<Built[]>)();
  assert.deepEqual(again.map((f) => f.name), files.map((f) => f.name));
  assert.ok(again[0]?.zip.equals(loader?.zip ?? Buffer.alloc(0)));
});
