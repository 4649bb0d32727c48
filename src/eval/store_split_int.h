/* Between the files that cut a store's past: store_split.c (what was bought), store_visits.c (what was looked at). */
#pragma once
#include "eval/store_split.h"

/* End of the visit that begins at event `from` of a user whose events end at `end`. */
uint64_t store_visit_end(const interactions *x, uint64_t from, uint64_t end);
/* First event of user u at or after the split: events stand in time order. */
uint64_t store_first_after(const interactions *x, uint32_t u, int64_t split_ms);
/* Events before split_ms; users keep their numbers. ERR_NO_MEMORY. */
CHECK_RESULT err_code store_events_before(ctx *c, const interactions *x, int64_t split_ms, interactions *ret_train);

/* Questions that could be asked of what came at or after the split. */
typedef uint32_t store_counter(const interactions *x, int64_t split_ms);
/* The fewest newest weeks with 500 of them, never more than a quarter of the visits at `times`, which are sorted. */
store_window store_window_of(const interactions *x, int64_t *times, size_t n, store_counter *count);
