/* promises: what the models of now promise for what was shown before they were learned, beside what was promised then.
 * Clicks are counted over what answers promised (events/counters.h, "expected"). A ranker that learned from these very clicks promises
 * more for what was clicked: to multiply its promise by clicks over the old one would count them twice. So training writes the
 * difference, sum by sum, and answers add it to what was expected: clicks that the ranker explains move nothing any more, those that
 * it does not go on to.
 * Promise: pure readers; without a ranker of outcomes nothing is corrected. Read next: live_answer.c, README-learning.md. */
#pragma once
#include "base/map.h"
#include "decide/live.h"
#include "decide/snapshot.h"

/* Of (placement, source, product looked at, product shown), each of the last three may be empty: all of it. */
uint64_t promise_seed(str placement, str source);
uint64_t promise_key(uint64_t seed, str anchor, str item);

/* The snapshot's differences, faded as counters fade. */
typedef struct { const snapshot *snap; double slow, late; } promises;
promises promises_at(const snapshot *snap, int64_t now_ms);
/* Bring one sum's expectation up to what is promised now; whether there was anything to correct. */
bool promises_correct(const promises *p, uint64_t key, live_sums *sums);

/* ---- learning ---- */
typedef struct { map64 at; snapshot_promise *list; size_t n, room; } promise_book;
/* Add differences to all sums that a position counts in, as of the snapshot's moment. ERR_NO_MEMORY. */
CHECK_RESULT err_code promise_note(ctx *c, promise_book *b, str placement, str source, str anchor, str item, double expected, double late);
/* As a table for the snapshot; nothing when it grew beyond PROMISES_MOST: then expectations stay as they were. */
enum { PROMISES_MOST = 200000 };
CHECK_RESULT err_code promise_table(ctx *c, const promise_book *b, snapshot *out);
