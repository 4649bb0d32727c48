/* Row-wise sparse product X'X. It does NOT keep rows: the caller takes what it needs before the next one.
 * A row walks baskets all over memory; asking for them a few ahead makes 100 times the baskets
 * four times as fast. */
#include "models/cooc.h"
#include "num/parallel.h"
#include "num/topk.h"
#include <string.h>

enum { AHEAD = 8, LINE_ITEMS = 16, LINES_AHEAD = 8 };  /* baskets asked for ahead; items in a cache line; lines asked for */

/* Ask for the start of the basket 2 * AHEAD entries on, and for the items of the one AHEAD on.
 * always_inline: gcc 12 takes a function of prefetches alone for one without effect and drops the call. */
__attribute__((always_inline)) static inline void look_ahead(const basket_matrix *b, const basket_transpose *t, uint64_t e,
                                                             uint64_t last) {
    if (e + 2 * AHEAD < last) __builtin_prefetch(&b->start[t->baskets[e + 2 * AHEAD]]);
    if (e + AHEAD >= last) return;
    const uint32_t *p = b->items + b->start[t->baskets[e + AHEAD]], *end = b->items + b->start[t->baskets[e + AHEAD] + 1];
    for (int line = 0; line < LINES_AHEAD && p < end; line++, p += LINE_ITEMS) __builtin_prefetch(p);
}

err_code cooc_row_new(ctx *c, uint32_t n_items, cooc_row *ret_row) {
    cooc_row row = { .cell = arena_new(c->arena, cooc_cell, n_items), .touched = arena_new(c->arena, uint32_t, (size_t)n_items + 1) };
    if (!row.cell || !row.touched) return fail(c, ERR_NO_MEMORY, "a row of %u items", n_items);
    *ret_row = row;
    return ERR_OK;
}

void cooc_row_fill(const basket_matrix *b, const basket_transpose *t, const float *vote, uint32_t item, cooc_row *row) {
    cooc_cell *cell = row->cell;
    uint32_t *touched = row->touched, n = 0;
    cell[item].count = 1;                           /* so that the item never touches itself */
    for (uint64_t e = t->start[item], last = t->start[item + 1]; e < last; e++) {
        look_ahead(b, t, e, last);
        uint32_t at = t->baskets[e];
        float weight = b->weight ? b->weight[at] : 1, voted = vote ? vote[at] : 0;
        const uint32_t *p = b->items + b->start[at], *end = b->items + b->start[at + 1];
        for (; p < end; p++) {
            cooc_cell *to = &cell[*p];
            touched[n] = *p;                        /* written always, kept only when new: no branch to mispredict */
            n += to->count == 0;
            to->count++;
            to->weight += weight;
            to->vote += voted;
        }
    }
    cell[item] = (cooc_cell){ 0 };
    row->n_touched = n;
}

void cooc_row_clear(cooc_row *row) {
    for (uint32_t n = 0; n < row->n_touched; n++) row->cell[row->touched[n]] = (cooc_cell){ 0 };
    row->n_touched = 0;
}

/* ---- counts only: four bytes a cell, so that rows stay in the nearest caches ---- */
typedef struct {
    uint32_t *count;                /* n_items rounded up to whole blocks; zero between rows */
    uint32_t *touched;              /* n_items + 1 */
    topk_entry *heap;
    uint64_t distinct;
} counter;

typedef struct {
    const basket_matrix *b;
    basket_transpose t;
    cooc_lists lists;
    uint64_t *additions;            /* per item: sizes of its baskets summed, the work of its row */
    uint16_t *narrow;               /* items of the baskets in half the memory, for dense rows: large jobs wait for memory.
                                     * NULL with more than 65,536 items, where rows are sparse */
    counter counters[PARALLEL_MAX_THREADS];
} count_job;

enum { BLOCK = 32, DENSE = 4 };     /* cells looked at together; a row with n_items / DENSE additions is walked as a whole */

/* Count the partners of `item`, remembering which cells were touched. Good for the many items sold rarely. */
static uint32_t count_sparse(const count_job *job, uint32_t item, uint32_t *count, uint32_t *touched) {
    const basket_matrix *b = job->b;
    uint32_t n = 0;
    count[item] = 1;                                /* so that the item never touches itself */
    for (uint64_t e = job->t.start[item], last = job->t.start[item + 1]; e < last; e++) {
        look_ahead(b, &job->t, e, last);
        const uint32_t *p = b->items + b->start[job->t.baskets[e]], *end = b->items + b->start[job->t.baskets[e] + 1];
        for (; p < end; p++) {
            touched[n] = *p;
            n += count[*p]++ == 0;
        }
    }
    count[item] = 0;
    return n;
}

/* The same without remembering: less than half the work for each pair, and a walk over all cells afterwards. */
static void count_dense(const count_job *job, uint32_t item, uint32_t *count) {
    const uint64_t *start = job->b->start;
    const uint32_t *baskets = job->t.baskets;
    for (uint64_t e = job->t.start[item], last = job->t.start[item + 1]; e < last; e++) {
        if (e + 2 * AHEAD < last) __builtin_prefetch(&start[baskets[e + 2 * AHEAD]]);
        if (e + AHEAD < last) {
            const uint16_t *ask = job->narrow + start[baskets[e + AHEAD]], *to = job->narrow + start[baskets[e + AHEAD] + 1];
            for (int line = 0; line < LINES_AHEAD && ask < to; line++, ask += 2 * LINE_ITEMS) __builtin_prefetch(ask);
        }
        const uint16_t *p = job->narrow + start[baskets[e]], *end = job->narrow + start[baskets[e] + 1];
        for (; p < end; p++) count[*p]++;
    }
    count[item] = 0;
}

/* Offer every cell of the row and zero it; returns how many were not zero. Cells come in the order of their items, so one that
 * only equals the worst kept count loses the tie, and whole blocks below it are passed over. */
static uint32_t pick_dense(uint32_t *count, uint32_t n_items, topk *best) {
    uint32_t distinct = 0;
    for (uint32_t from = 0; from < n_items; from += BLOCK) {
        uint32_t *cell = count + from, seen = 0, above = 0, worst = best->n < best->k ? 0 : (uint32_t)best->entry[0].score;
        for (uint32_t j = 0; j < BLOCK; j++) seen += cell[j] != 0, above |= cell[j] > worst;
        distinct += seen;
        for (uint32_t j = 0; j < BLOCK && above; j++)
            if (cell[j] > worst) topk_offer(best, from + j, (float)cell[j]);
        memset(cell, 0, BLOCK * sizeof *cell);
    }
    return distinct;
}

static uint32_t pick_sparse(uint32_t *count, const uint32_t *touched, uint32_t n, topk *best) {
    for (uint32_t m = 0; m < n; m++) {
        topk_offer(best, touched[m], (float)count[touched[m]]);
        count[touched[m]] = 0;
    }
    return n;
}

static void count_items(void *state, size_t from, size_t to, int worker) {
    count_job *job = state;
    counter *mine = &job->counters[worker];
    uint32_t k = job->lists.k, n_items = job->b->n_items;
    for (size_t i = from; i < to; i++) {
        topk best = { mine->heap, 0, k };
        if (job->narrow && job->additions[i] >= n_items / DENSE) {
            count_dense(job, (uint32_t)i, mine->count);
            mine->distinct += pick_dense(mine->count, n_items, &best);
        } else {
            uint32_t n = count_sparse(job, (uint32_t)i, mine->count, mine->touched);
            mine->distinct += pick_sparse(mine->count, mine->touched, n, &best);
        }
        topk_sort(&best);
        for (uint32_t m = 0; m < best.n; m++)       /* a float holds whole numbers up to COOC_MAX_BASKETS exactly */
            job->lists.pairs[i * k + m] = (cooc_pair){ best.entry[m].item, (uint32_t)best.entry[m].score };
        job->lists.length[i] = best.n;
    }
}

static err_code counters_new(ctx *c, count_job *job, int threads) {
    size_t items = job->b->n_items;
    for (int w = 0; w < threads; w++) {
        counter *mine = &job->counters[w];
        mine->count = arena_new(c->arena, uint32_t, items + BLOCK);
        mine->touched = arena_new(c->arena, uint32_t, items + 1);
        mine->heap = arena_new(c->arena, topk_entry, job->lists.k);
        if (!mine->count || !mine->touched || !mine->heap) return fail(c, ERR_NO_MEMORY, "counters of %zu items", items);
    }
    return ERR_OK;
}

/* Size of every row's work, and of the whole; and the narrow copy. */
static err_code add_up(ctx *c, count_job *job, uint32_t max_basket) {
    const basket_matrix *b = job->b;
    bool narrow = b->n_items <= UINT16_MAX + 1u;
    job->additions = arena_new(c->arena, uint64_t, b->n_items);
    if (narrow) job->narrow = arena_new(c->arena, uint16_t, b->start[b->n_baskets]);
    if (!job->additions || (narrow && !job->narrow)) return fail(c, ERR_NO_MEMORY, "%u items", b->n_items);
    for (uint64_t e = 0; narrow && e < b->start[b->n_baskets]; e++) job->narrow[e] = (uint16_t)b->items[e];
    for (uint32_t at = 0; at < b->n_baskets; at++) {
        uint64_t n = b->start[at + 1] - b->start[at];
        if (n < 2 || (max_basket && n > max_basket)) continue;
        job->lists.total += n * (n - 1);
        for (uint64_t e = b->start[at]; e < b->start[at + 1]; e++) job->additions[b->items[e]] += n;
    }
    return ERR_OK;
}

err_code cooc_top(ctx *c, const basket_matrix *b, uint32_t max_basket, uint32_t k, int threads, cooc_lists *ret_lists) {
    if (k < 1) return fail_field(c, ERR_INVALID, "k", "at least one partner must be kept");
    TRY(baskets_check(c, b));
    if (b->n_baskets > COOC_MAX_BASKETS) return fail(c, ERR_TOO_LARGE, "%u baskets, at most %u", b->n_baskets, COOC_MAX_BASKETS);
    threads = parallel_threads(threads);
    count_job *job = arena_new(c->arena, count_job, 1);
    if (!job) return fail(c, ERR_NO_MEMORY, "count pairs");
    job->b = b;
    job->lists = (cooc_lists){ .n_items = b->n_items, .k = k, .length = arena_new(c->arena, uint32_t, b->n_items),
                               .pairs = arena_array(c->arena, b->n_items, sizeof(cooc_pair) * k) };
    if (!job->lists.length || !job->lists.pairs) return fail(c, ERR_NO_MEMORY, "top %u of %u items", k, b->n_items);
    TRY(counters_new(c, job, threads));
    TRY(add_up(c, job, max_basket));
    TRY(baskets_transpose(c, b, max_basket, &job->t));
    TRY(parallel_for(c, threads, b->n_items, 16, count_items, job));
    for (int w = 0; w < threads; w++) job->lists.distinct += job->counters[w].distinct;
    *ret_lists = job->lists;
    return ERR_OK;
}
