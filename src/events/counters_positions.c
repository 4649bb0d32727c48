/* How far visitors look, learned from the log: one walk that counts (item, position), one fit a placement, kept for all processes.
 * It does NOT know the model: examination.c does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "events/counters_int.h"

typedef struct { examined count; uint32_t placement; } placed_count;
typedef struct {
    arena home;
    map placements, items;          /* items: of one placement and source, beside one product */
    str names[CURVES_MOST];         /* of placements */
    uint32_t n_names;
    map64 at;                       /* item, position -> place in counts, from 1 */
    placed_count *counts;
    size_t n, room;
    int64_t from_ms;
} position_counts;

static placed_count *count_at(position_counts *p, uint32_t placement, uint32_t item, size_t position) {
    uint32_t *at = map64_at(&p->at, (uint64_t)item << 8 | position);
    if (!at) return NULL;
    if (*at) return &p->counts[*at - 1];
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 1024;
        placed_count *more = realloc(p->counts, room * sizeof *more);
        if (!more) return NULL;
        p->counts = more, p->room = room;
    }
    p->counts[p->n++] = (placed_count){ { .item = item, .position = (uint32_t)position }, placement };
    *at = (uint32_t)p->n;
    return &p->counts[p->n - 1];
}

/* What stands first beside one product because it is liked there stands fourth beside another because it is not: taken for the same thing
 * it would say that nobody looks at the fourth. */
static placed_count *find_count(position_counts *p, const log_reader *r, size_t position) {
    char text[4 * LIMIT_ID_BYTES];
    const exposed_item *it = &r->items[position - 1];
    int n = snprintf(text, sizeof text, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(r->answer.placement), STR_ARG(it->source),
                     STR_ARG(r->answer.product_id), STR_ARG(it->product_id));
    if (n < 0 || (size_t)n >= sizeof text) return NULL;
    bool added = false;
    uint32_t item = map_put(&p->items, (str){ text, (size_t)n }, (uint32_t)p->items.count, NULL);
    uint32_t placement = map_put(&p->placements, r->answer.placement, (uint32_t)p->placements.count, &added);
    if (item == UINT32_MAX || placement >= CURVES_MOST) return NULL;
    if (added) p->names[p->n_names++] = str_dup(&p->home, r->answer.placement);
    return count_at(p, placement, item, position);
}

static void note(void *arg, const log_reader *r, size_t position, bool clicked, int64_t time_ms) {
    position_counts *p = arg;
    placed_count *x = time_ms >= p->from_ms ? find_count(p, r, position) : NULL;
    if (!x) return;                 /* too old, or one too many: what is left says enough */
    if (clicked) x->count.clicks++;
    else x->count.impressions++;
}

static err_code fit(ctx *c, const position_counts *p, named_curve *curves) {
    examined *x = arena_new(c->arena, examined, p->n ? p->n : 1);
    if (!x) return fail(c, ERR_NO_MEMORY, "learn how far visitors look");
    for (uint32_t k = 0; k < p->n_names; k++) {
        size_t n = 0;
        for (size_t i = 0; i < p->n; i++)
            if (p->counts[i].placement == k) x[n++] = p->counts[i].count;
        TRY(examination_fit(c, x, n, (uint32_t)p->items.count, 0, &curves[k].e));
        curves[k].placement = p->names[k];
    }
    return ERR_OK;
}

/* Counting all anew for less would cost more than it tells. */
static bool has_moved(const counter_state *s, const named_curve *curves, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const examination *before = state_find_curve(s, curves[i].placement);
        for (int k = 0; k < EXAMINED_POSITIONS; k++)
            if (fabs(before->seen[k] - curves[i].e.seen[k]) > COUNTER_CURVE_MOVES) return true;
    }
    return false;
}

static err_code fit_and_keep(ctx *c, db *d, const counter_state *s, const position_counts *p) {
    named_curve curves[CURVES_MOST];
    TRY(fit(c, p, curves));
    return has_moved(s, curves, p->n_names) ? counters_put_curves(c, d, s->store_id, curves, p->n_names) : ERR_OK;
}

static err_code learn(ctx *c, db *d, int64_t store_id, position_counts *p) {
    counter_state *s = NULL;
    /* positions are told, nothing is counted */
    const counters none = { .most = { .cells = LIMIT_COUNTER_CELLS, .lines = 1, .answers = LIMIT_COUNTED_ANSWERS } };
    const build_plan plan = { .anew = true, .told = note, .arg = p, .since_ms = p->from_ms - MS_PER_DAY };
    TRY(counters_build(c, &none, d, store_id, &plan, &s));
    err_code e = fit_and_keep(c, d, s, p);
    state_free(s);
    return e;
}

err_code counters_learn_positions(ctx *c, db *d, int64_t store_id) {
    position_counts p = { .from_ms = ctx_now_ms(c) - (int64_t)COUNTER_POSITION_DAYS * MS_PER_DAY };
    arena_init(&p.home, 512 * MIB);
    map_init(&p.placements, &p.home);
    map_init(&p.items, &p.home);
    map64_init(&p.at, &p.home);
    err_code e = learn(c, d, store_id, &p);
    free(p.counts);
    arena_done(&p.home);
    return e;
}
