import assert from 'node:assert/strict';
import { test } from 'node:test';
import { letterOf } from '../src/letter';

const REC = '01M7X627F76CCKFTKY01YWJA24';

test('the link of a letter tells its answer and leaves the rest of the address as it was written', () => {
  const cases: [string, number, string][] = [
    [`?vitrine_rec=${REC}&vitrine_position=2`, 2, ''], [`?a=b%20c&vitrine_rec=${REC}&vitrine_position=1&d&e=+`, 1, '?a=b%20c&d&e=+'],
    [`?vitrine_position=3&utm_source=x&vitrine_rec=${REC}`, 3, '?utm_source=x'], [`?vitrine_rec=${REC}`, 0, ''],
    [`?vitrine_rec=${REC}&vitrine_position=-1`, 0, ''], [`?vitrine_rec=${REC}&vitrine_position=1.5`, 0, ''], [`?vitrine_rec=${REC}&vitrine_position=9999`, 0, ''],
    [`?xvitrine_rec=1&vitrine_rec=${REC}&vitrine_position=x`, 0, '?xvitrine_rec=1'],
  ];
  for (const [search, position, rest] of cases) assert.deepEqual(letterOf(search), { rec_id: REC, position, rest }, search);
});

test('what is no letter\'s link is left alone', () => {
  for (const search of ['', '?', '?vitrine_position=1', '?vitrine_rec=', '?vitrine_rec=<script>', '?vitrine_rec=%', '?vitrine_rec=a%20b%20c%20d', `?vitrine_rec=${'x'.repeat(41)}`])
    assert.equal(letterOf(search), null, search);
});
