/* Count pairs of clicks: a row is gathered in one dense array by walking the sessions of its item (Gustavson 1978). */
#include "models/session_pairs.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "num/parallel.h"
#include "num/topk.h"

enum { ITEMS_AT_ONCE = 64 };

typedef struct {
    float *sum;                     /* n_items, 0 where not touched */
    uint32_t *touched;
    topk_entry *best;               /* per_item */
    uint32_t n;
} gathering;

typedef struct {
    const session_log *log;
    const pair_params *p;
    csr holders;                    /* items x sessions, ascending, repeated as often as clicked */
    double fade;
    float near[SESSION_MAX_CLICKS]; /* weight by clicks apart */
    gathering *worker;
    uint64_t *room;                 /* n_items + 1: where a row may be written */
    uint32_t *length, *col;
    float *value, *total;
} counting;

static void gather_click(const counting *w, gathering *g, uint32_t session, uint64_t click, float age) {
    const session_log *log = w->log;
    uint64_t first = log->start[session], end = log->start[session + 1];
    uint64_t from = click - first > w->p->window ? click - w->p->window : first;
    uint64_t to = end - click > w->p->window ? click + w->p->window + 1 : end;
    for (uint64_t e = from; e < to; e++) {
        if (e == click) continue;
        uint32_t item = log->item[e];
        float more = age * (e > click ? (float)w->p->forward * w->near[e - click] : (float)w->p->backward * w->near[click - e]);
        if (item == log->item[click]) more *= (float)w->p->same;
        if (log->weight) more *= log->weight[e];
        if (!(more > 0)) continue;
        if (g->sum[item] <= 0) g->touched[g->n++] = item;
        g->sum[item] += more;
    }
}

static void gather_row(const counting *w, gathering *g, uint32_t item) {
    const session_log *log = w->log;
    uint32_t before = UINT32_MAX;
    for (uint64_t h = w->holders.start[item]; h < w->holders.start[item + 1]; h++) {
        uint32_t s = w->holders.col[h];
        if (s == before) continue;
        before = s;
        float age = (float)exp2(-(double)(log->n_sessions - 1 - s) * w->fade);
        for (uint64_t e = log->start[s]; e < log->start[s + 1]; e++)
            if (log->item[e] == item) gather_click(w, g, s, e, age);
    }
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The heaviest partners in ascending order; the array is clean again. */
static void write_row(const counting *w, gathering *g, uint32_t item) {
    topk best = { g->best, 0, w->p->per_item };
    double total = 0;
    for (uint32_t i = 0; i < g->n; i++) total += (double)g->sum[g->touched[i]];
    if (g->n > w->p->per_item) {
        for (uint32_t i = 0; i < g->n; i++) topk_offer(&best, g->touched[i], g->sum[g->touched[i]]);
        for (uint32_t i = 0; i < g->n; i++) g->sum[g->touched[i]] = 0;
        for (uint32_t i = 0; i < best.n; i++) g->touched[i] = best.entry[i].item, g->sum[best.entry[i].item] = best.entry[i].score;
        g->n = best.n;
    }
    qsort(g->touched, g->n, sizeof *g->touched, by_number);
    uint32_t *col = w->col + w->room[item];
    float *value = w->value + w->room[item];
    for (uint32_t i = 0; i < g->n; i++) {
        col[i] = g->touched[i];
        value[i] = g->sum[col[i]];
        g->sum[col[i]] = 0;
    }
    w->total[item] = (float)total;
    w->length[item] = g->n;
    g->n = 0;
}

static void count_rows(void *state, size_t from, size_t to, int worker) {
    counting *w = state;
    for (size_t i = from; i < to; i++) {
        gather_row(w, &w->worker[worker], (uint32_t)i);
        write_row(w, &w->worker[worker], (uint32_t)i);
    }
}

/* A row has at most as many partners as there are clicks near its item. */
static void reserve_rows(const counting *w) {
    const session_log *log = w->log;
    for (uint32_t s = 0; s < log->n_sessions; s++)
        for (uint64_t e = log->start[s], others = log->start[s + 1] - log->start[s] - 1; e < log->start[s + 1]; e++)
            w->room[log->item[e] + 1] += others;
    for (uint32_t i = 0; i < log->n_items; i++) {
        uint64_t most = w->room[i + 1] < w->p->per_item ? w->room[i + 1] : w->p->per_item;
        w->room[i + 1] = w->room[i] + most;
    }
}

static err_code start_workers(ctx *c, counting *w, int threads) {
    w->worker = arena_new(c->arena, gathering, (size_t)threads);
    for (int t = 0; w->worker && t < threads; t++) {
        gathering *g = &w->worker[t];
        g->sum = arena_new(c->arena, float, w->log->n_items);
        g->touched = arena_new_raw(c->arena, uint32_t, w->log->n_items);
        g->best = arena_new_raw(c->arena, topk_entry, w->p->per_item);
        if (!g->sum || !g->touched || !g->best) return fail(c, ERR_NO_MEMORY, "pairs of %u items", w->log->n_items);
    }
    return w->worker ? ERR_OK : fail(c, ERR_NO_MEMORY, "pairs of %u items", w->log->n_items);
}

/* Rows moved together: most are shorter than what was reserved. */
static err_code close_up(ctx *c, const counting *w, session_pairs *ret) {
    uint32_t n_items = w->log->n_items;
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_items + 1);
    if (!start) return fail(c, ERR_NO_MEMORY, "pairs of %u items", n_items);
    for (uint32_t i = 0; i < n_items; i++) {
        start[i + 1] = start[i] + w->length[i];
        memmove(w->col + start[i], w->col + w->room[i], w->length[i] * sizeof *w->col);
        memmove(w->value + start[i], w->value + w->room[i], w->length[i] * sizeof *w->value);
    }
    *ret = (session_pairs){ { n_items, n_items, start, w->col, w->value }, w->total };
    return ERR_OK;
}

err_code session_pairs_count(ctx *c, const session_log *log, const pair_params *p, int threads, session_pairs *ret_pairs) {
    uint32_t n_items = log->n_items;
    counting w = { .log = log, .p = p, .room = arena_new(c->arena, uint64_t, (size_t)n_items + 1) };
    w.length = arena_new(c->arena, uint32_t, n_items);
    w.total = arena_new(c->arena, float, n_items);
    if (!w.room || !w.length || !w.total) return fail(c, ERR_NO_MEMORY, "pairs of %u items", n_items);
    reserve_rows(&w);
    w.col = arena_new_raw(c->arena, uint32_t, w.room[n_items]);
    w.value = arena_new_raw(c->arena, float, w.room[n_items]);
    if (!w.col || !w.value) return fail(c, ERR_NO_MEMORY, "%llu pairs of items", (unsigned long long)w.room[n_items]);
    w.fade = p->half_life_share > 0 && log->n_sessions ? 1 / (p->half_life_share * log->n_sessions) : 0;
    for (int gap = 0; gap < SESSION_MAX_CLICKS; gap++) w.near[gap] = (float)exp(-(gap - 1) / p->gap_decay);
    arena_mark mark = arena_save(c->arena);
    const csr sessions = { log->n_sessions, n_items, log->start, log->item, NULL };
    TRY(csr_transpose(c, &sessions, &w.holders));
    threads = parallel_threads(threads);
    TRY(start_workers(c, &w, threads));
    TRY(parallel_for(c, threads, n_items, ITEMS_AT_ONCE, count_rows, &w));
    arena_restore(c->arena, mark);
    return close_up(c, &w, ret_pairs);
}

/* ---- as a pack ---- */
void session_pairs_arrays(const session_pairs *p, int tag, session_pairs_names *names, pack_array ret_arrays[SESSION_PAIRS_ARRAYS]) {
    static const char *const parts[SESSION_PAIRS_ARRAYS] = { "pair_start", "pair", "pair_weight", "pair_total" };
    for (int i = 0; i < SESSION_PAIRS_ARRAYS; i++) snprintf(names->name[i], SESSION_PAIRS_NAME, "%s_%d", parts[i], tag);
    uint64_t cells = p->rows.start[p->rows.n_rows];
    ret_arrays[0] = (pack_array){ names->name[0], p->rows.start, sizeof(uint64_t), (uint64_t)p->rows.n_rows + 1 };
    ret_arrays[1] = (pack_array){ names->name[1], p->rows.col, sizeof(uint32_t), cells };
    ret_arrays[2] = (pack_array){ names->name[2], p->rows.value, sizeof(float), cells };
    ret_arrays[3] = (pack_array){ names->name[3], p->total, sizeof(float), p->rows.n_rows };
}

err_code session_pairs_load(ctx *c, const pack *p, int tag, uint32_t n_items, session_pairs *ret_pairs) {
    session_pairs empty = { .rows = { .n_rows = 0, .start = &(uint64_t){ 0 } } };
    session_pairs_names names;
    pack_array a[SESSION_PAIRS_ARRAYS];
    const void *start, *col, *value, *total;
    uint64_t cells;
    session_pairs_arrays(&empty, tag, &names, a);           /* for the names */
    TRY(pack_get(c, p, a[0].name, a[0].size, (uint64_t)n_items + 1, &start, NULL));
    TRY(pack_get(c, p, a[1].name, a[1].size, UINT64_MAX, &col, &cells));
    TRY(pack_get(c, p, a[2].name, a[2].size, cells, &value, NULL));
    TRY(pack_get(c, p, a[3].name, a[3].size, n_items, &total, NULL));
    session_pairs pairs = { { n_items, n_items, start, col, value }, total };
    bool sound = pairs.rows.start[0] == 0 && pairs.rows.start[n_items] == cells;
    for (uint32_t i = 0; i < n_items && sound; i++)         /* before csr_check() walks the rows */
        sound = pairs.rows.start[i] <= pairs.rows.start[i + 1] && isfinite(pairs.total[i]) && pairs.total[i] >= 0;
    if (!sound || csr_check(c, &pairs.rows)) return fail(c, ERR_CORRUPT, "saved pairs of items: out of range");
    *ret_pairs = pairs;
    return ERR_OK;
}
