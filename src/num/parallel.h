/* One parallel loop: a range is cut into chunks, threads take them in turn.
 * Promise: every chunk runs once; which thread takes which chunk is not fixed, so a body that gives the same bits for any
 * number of threads writes only to places owned by its indexes. Threads live for one call. Call from any thread. */
#pragma once
#include "base/ctx.h"

enum { PARALLEL_MAX_THREADS = 64 };

/* Work on indexes [from, to) as worker `worker` (0 .. threads - 1, for scratch memory). Must not use the caller's ctx. */
typedef void parallel_body(void *state, size_t from, size_t to, int worker);

/* Threads to use for a wish: `wanted` >= 1 is taken up to PARALLEL_MAX_THREADS, anything else is the number of cores. */
int parallel_threads(int wanted);
/* Run `body` over [0, n).
 *   threads   1..PARALLEL_MAX_THREADS; fewer run when the system gives no more
 *   chunk     indexes a body gets at once, >= 1
 * Cancel flag and deadline of `c` are looked at between chunks: ERR_CANCELLED, ERR_DEADLINE (then part of the range has run). */
CHECK_RESULT err_code parallel_for(ctx *c, int threads, size_t n, size_t chunk, parallel_body *body, void *state);
