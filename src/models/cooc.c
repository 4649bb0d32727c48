/* Row-wise sparse product X'X. It does NOT keep rows: the caller takes what it needs before the next one. */
#include "models/cooc.h"
#include "num/parallel.h"
#include "num/topk.h"

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
    for (uint64_t e = t->start[item]; e < t->start[item + 1]; e++) {
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

/* ---- counts only: four bytes a cell, so that a row of ten thousand items stays in the first cache ---- */
typedef struct {
    uint32_t *count, *touched;
    topk_entry *heap;
    uint64_t distinct, total;
} counter;

typedef struct {
    const basket_matrix *b;
    basket_transpose t;
    cooc_lists lists;
    counter counters[PARALLEL_MAX_THREADS];
} count_job;

static uint32_t count_row(const count_job *job, uint32_t item, uint32_t *count, uint32_t *touched) {
    const basket_matrix *b = job->b;
    uint32_t n = 0;
    count[item] = 1;
    for (uint64_t e = job->t.start[item]; e < job->t.start[item + 1]; e++) {
        uint32_t at = job->t.baskets[e];
        const uint32_t *p = b->items + b->start[at], *end = b->items + b->start[at + 1];
        for (; p < end; p++) {
            touched[n] = *p;
            n += count[*p]++ == 0;
        }
    }
    count[item] = 0;
    return n;
}

static void count_items(void *state, size_t from, size_t to, int worker) {
    count_job *job = state;
    counter *mine = &job->counters[worker];
    uint32_t k = job->lists.k;
    for (size_t i = from; i < to; i++) {
        uint32_t n = count_row(job, (uint32_t)i, mine->count, mine->touched);
        topk best = { mine->heap, 0, k };
        for (uint32_t m = 0; m < n; m++) {
            uint32_t item = mine->touched[m];
            topk_offer(&best, item, (float)mine->count[item]);
            mine->total += mine->count[item];
        }
        mine->distinct += n;
        topk_sort(&best);
        for (uint32_t m = 0; m < best.n; m++)
            job->lists.pairs[i * k + m] = (cooc_pair){ best.entry[m].item, mine->count[best.entry[m].item] };
        job->lists.length[i] = best.n;
        for (uint32_t m = 0; m < n; m++) mine->count[mine->touched[m]] = 0;
    }
}

static err_code counters_new(ctx *c, count_job *job, int threads) {
    size_t items = job->b->n_items;
    for (int w = 0; w < threads; w++) {
        counter *mine = &job->counters[w];
        mine->count = arena_new(c->arena, uint32_t, items);
        mine->touched = arena_new(c->arena, uint32_t, items + 1);
        mine->heap = arena_new(c->arena, topk_entry, job->lists.k);
        if (!mine->count || !mine->touched || !mine->heap) return fail(c, ERR_NO_MEMORY, "counters of %zu items", items);
    }
    return ERR_OK;
}

err_code cooc_top(ctx *c, const basket_matrix *b, uint32_t max_basket, uint32_t k, int threads, cooc_lists *ret_lists) {
    if (k < 1) return fail_field(c, ERR_INVALID, "k", "at least one partner must be kept");
    TRY(baskets_check(c, b));
    threads = parallel_threads(threads);
    count_job *job = arena_new(c->arena, count_job, 1);
    if (!job) return fail(c, ERR_NO_MEMORY, "count pairs");
    job->b = b;
    job->lists = (cooc_lists){ .n_items = b->n_items, .k = k, .length = arena_new(c->arena, uint32_t, b->n_items),
                               .pairs = arena_array(c->arena, b->n_items, sizeof(cooc_pair) * k) };
    if (!job->lists.length || !job->lists.pairs) return fail(c, ERR_NO_MEMORY, "top %u of %u items", k, b->n_items);
    TRY(counters_new(c, job, threads));
    TRY(baskets_transpose(c, b, max_basket, &job->t));
    TRY(parallel_for(c, threads, b->n_items, 16, count_items, job));
    for (int w = 0; w < threads; w++) {
        job->lists.distinct += job->counters[w].distinct;
        job->lists.total += job->counters[w].total;
    }
    *ret_lists = job->lists;
    return ERR_OK;
}
