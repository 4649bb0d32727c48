/* How far what visitors do may move a suggestion in a day. Each night the factors they had earned by then are kept; until the next night a
 * probability is moved at most so many percentage points from what that night's factor made of it (store setting move_points, 5): a
 * guard against a burst of clicks, whoever makes them. What was moved is what the night reports.
 * Promise: without a night nothing was known, so every factor then was 1; the guard never turns a rise into a fall.
 * Threads: the base is constant once read; keeping is a job's. Read next: decide/live.h, insights/findings.h. */
#pragma once
#include "base/map.h"
#include "events/counters.h"
#include "storage/storage.h"

enum { LIMIT_MOVES = 50000 };       /* of one shop: those farthest from 1 */

/* Factors of last night, by hash. */
typedef struct {
    map64 at;                       /* hash of the names -> place in factor, from 1 */
    float *factor;
    size_t n;
    int64_t night_ms;               /* 0: none was kept yet */
} move_base;
/* Of a shop, in `home`. ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code moves_read(ctx *c, db *d, int64_t store_id, arena *home, move_base *ret_base);
/* The night that reading now would find; one row is looked at. */
CHECK_RESULT err_code moves_night(ctx *c, db *d, int64_t store_id, int64_t *ret_night_ms);

/* Hash of a place and a source, for moves_factor(). */
uint64_t moves_seed(str placement, str source);
/* Last night's factor of a product beside the one looked at, else beside whatever, else 1. anchor may be empty. */
double moves_factor(const move_base *b, uint64_t seed, str anchor, str item);
/* `factor` as far as it may be of use today.
 *   p       probability of the model, before any factor; > 0
 *   before  last night's factor
 *   points  0..1 of probability */
double moves_guard(double p, double factor, double before, double points);

/* Keep tonight's factors in place of the last.
 *   k       the shop's counters are loaded first if need be
 *   ret     those that changed the most clicks, at most `most`, in c->arena
 * Not inside a transaction: it makes its own, of many rows. ERR_STORAGE, ERR_NO_MEMORY. O(counters). */
CHECK_RESULT err_code moves_keep(ctx *c, counters *k, db *d, int64_t store_id, size_t most, suggestion_move **ret_moves, size_t *ret_n);
