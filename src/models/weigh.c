/* Events to values; see weigh.h. */
#include "models/weigh.h"
#include <math.h>
#include <stdlib.h>

static const double day_ms = 86400e3;

static float event_value(const weighing *w, float weight, int64_t age_ms) {
    if (w->half_life_days <= 0 || age_ms <= 0) return weight;
    return weight * (float)exp2(-(double)age_ms / day_ms / w->half_life_days);
}

float weighing_join(const weighing *w, float sum, float more) {
    return w->values == WEIGH_SUM || w->values == WEIGH_LOG ? sum + more : fmaxf(sum, more);
}

float weighing_finish(const weighing *w, float sum) { return w->values == WEIGH_LOG ? log2f(1 + sum) : sum; }

/* Values of single events; NULL when all are 1. */
static err_code event_values(ctx *c, const interactions *x, const weighing *w, float **ret_values) {
    bool decays = w->half_life_days > 0 && x->time_ms, weighs = x->weight && w->values != WEIGH_ONE;
    *ret_values = NULL;
    if (!decays && !weighs) return ERR_OK;
    uint64_t n = x->start[x->n_users];
    float *values = arena_new_raw(c->arena, float, n);
    if (!values) return fail(c, ERR_NO_MEMORY, "values of %llu events", (unsigned long long)n);
    for (uint64_t e = 0; e < n; e++)
        values[e] = event_value(w, weighs ? x->weight[e] : 1.0f, decays ? x->as_of_ms - x->time_ms[e] : 0);
    *ret_values = values;
    return ERR_OK;
}

/* Turned twice, rows stand ascending with repeats side by side. */
static err_code sort_rows(ctx *c, const interactions *x, const float *values, csr *ret_sorted) {
    csr by_item, raw = { x->n_users, x->n_items, x->start, x->item, values };
    TRY(csr_transpose(c, &raw, &by_item));
    return csr_transpose(c, &by_item, ret_sorted);
}

static bool all_ones(const float *value, uint64_t n) {
    for (uint64_t e = 0; e < n; e++)
        if (value[e] != 1.0f) return false;
    return true;
}

err_code weigh_matrix(ctx *c, const interactions *x, const weighing *w, csr *ret_matrix) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)x->n_users + 1);
    uint32_t *col = arena_new_raw(c->arena, uint32_t, x->start[x->n_users]);
    float *value = arena_new_raw(c->arena, float, x->start[x->n_users]), *events;
    if (!start || !col || !value) return fail(c, ERR_NO_MEMORY, "matrix of %u users", x->n_users);
    arena_mark mark = arena_save(c->arena);
    csr sorted;
    TRY(event_values(c, x, w, &events));
    TRY(sort_rows(c, x, events, &sorted));
    uint64_t n = 0;
    for (uint32_t u = 0; u < x->n_users; u++) {
        for (uint64_t e = sorted.start[u]; e < sorted.start[u + 1]; e++) {
            if (n > start[u] && col[n - 1] == sorted.col[e]) value[n - 1] = weighing_join(w, value[n - 1], csr_value(&sorted, e));
            else col[n] = sorted.col[e], value[n++] = csr_value(&sorted, e);
        }
        start[u + 1] = n;
    }
    for (uint64_t e = 0; e < n; e++) value[e] = weighing_finish(w, value[e]);
    arena_restore(c->arena, mark);
    *ret_matrix = (csr){ x->n_users, x->n_items, start, col, all_ones(value, n) ? NULL : value };
    return ERR_OK;
}

static int by_item(const void *a, const void *b) {
    const weighed *x = a, *y = b;
    return (x->item > y->item) - (x->item < y->item);
}

/* Few entries, often sorted already: insertion; a long history is sorted by the library. */
static void sort_items(weighed *items, size_t n) {
    enum { FEW = 64 };
    if (n > FEW) {
        qsort(items, n, sizeof *items, by_item);        /* equal items are joined by sums and maxima: their order matters only to */
        return;                                         /* the last bit of a sum, and the same history is sorted the same way */
    }
    for (size_t i = 1; i < n; i++) {
        weighed e = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].item > e.item; at--) items[at] = items[at - 1];
        items[at] = e;
    }
}

err_code weigh_history(ctx *c, const history *h, uint32_t n_items, const weighing *w, weighed **ret_items, size_t *ret_n) {
    weighed *items = arena_new_raw(c->arena, weighed, h->n);
    size_t n = 0, kept = 0;
    if (!items) return fail(c, ERR_NO_MEMORY, "a history of %zu events", h->n);
    for (size_t e = 0; e < h->n; e++) {
        if (h->item[e] >= n_items) continue;
        float weight = h->weight && w->values != WEIGH_ONE ? h->weight[e] : 1.0f;
        items[n++] = (weighed){ h->item[e], event_value(w, weight, h->time_ms && h->now_ms ? h->now_ms - h->time_ms[e] : 0) };
    }
    sort_items(items, n);
    for (size_t e = 0; e < n; e++) {
        if (kept > 0 && items[kept - 1].item == items[e].item) items[kept - 1].value = weighing_join(w, items[kept - 1].value,
            items[e].value);
        else items[kept++] = items[e];
    }
    for (size_t e = 0; e < kept; e++) items[e].value = weighing_finish(w, items[e].value);
    *ret_items = items;
    *ret_n = kept;
    return ERR_OK;
}

pack_array weighing_array(const weighing *w, double room[WEIGHING_NUMBERS]) {
    room[0] = w->values, room[1] = w->half_life_days;
    return (pack_array){ "weighing", room, sizeof *room, WEIGHING_NUMBERS };
}

err_code weighing_load(ctx *c, const pack *p, weighing *ret_weighing) {
    const void *numbers;
    TRY(pack_get(c, p, "weighing", sizeof(double), WEIGHING_NUMBERS, &numbers, NULL));
    const double *n = numbers;
    if (!(n[0] >= WEIGH_ONE && n[0] <= WEIGH_LOG && n[0] == floor(n[0]) && n[1] >= 0 && isfinite(n[1])))
        return fail(c, ERR_CORRUPT, "saved model: how events weigh");
    *ret_weighing = (weighing){ (int)n[0], n[1] };
    return ERR_OK;
}
