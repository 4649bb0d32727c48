/* What leaves the counters when memory ends: of one shop the least seen products, names nothing is counted of, old lines; of all shops
 * the quiet ones, then halves of the largest. It does NOT count. Numbers of names change here, so nobody may hold one across it. */
#include <stdlib.h>
#include <string.h>
#include "events/counters_int.h"

enum { CELLS_A_TIME = 5 + ARMS_COUNTED, MOST_TRIES = 64 };
static const size_t smallest_halved = MIB;      /* of smaller ones there are a thousand: the one used longest ago goes */

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "make room for what is counted"); }

static bool is_narrow(const cell *x) { return x->key.of[KEY_ITEM] || x->key.of[KEY_ANCHOR]; }

/* ---- cells ---- */
static int larger_last(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of narrow cells `n_gone` have fewer looks than *ret_edge, or as many and came first. */
static err_code find_edge(ctx *c, const counter_state *s, size_t n_gone, double *ret_edge, size_t *ret_equal) {
    double *looks = malloc((s->n_cells + 1) * sizeof *looks);
    size_t n = 0, below = 0;
    if (!looks) return no_memory(c);
    for (size_t i = 0; i < s->n_cells; i++)
        if (is_narrow(&s->cells[i])) looks[n++] = s->cells[i].sums.looks;
    qsort(looks, n, sizeof *looks, larger_last);
    double edge = n_gone < n ? looks[n_gone] : 0;
    while (below < n_gone && looks[below] < edge) below++;
    free(looks);
    *ret_edge = edge;
    *ret_equal = n_gone - below;
    return ERR_OK;
}

static err_code index_cells(ctx *c, counter_state *s) {
    arena_done(&s->index_home);
    map64_init(&s->index, &s->index_home);
    for (size_t i = 0; i < s->n_cells; i++) {
        uint32_t *at = map64_at(&s->index, hash_bytes(s->cells[i].key.of, sizeof s->cells[i].key.of, 0));
        if (!at) return no_memory(c);
        *at = (uint32_t)i + 1;
    }
    return ERR_OK;
}

static void fit_cells(counter_state *s) {
    cell *fitting = s->n_cells ? realloc(s->cells, s->n_cells * sizeof *fitting) : NULL;
    if (fitting) s->cells = fitting, s->cells_room = s->n_cells;      /* else it stays larger */
}

/* The share of the narrow cells with the fewest looks goes; the index is stale then. */
static err_code drop_cells(ctx *c, counter_state *s, size_t one_of) {
    size_t narrow = 0, kept = 0, equal = 0, n = s->n_cells;
    double edge = 0;
    for (size_t i = 0; i < n; i++) narrow += is_narrow(&s->cells[i]);
    size_t gone = (narrow + one_of - 1) / one_of;
    TRY(find_edge(c, s, gone, &edge, &equal));
    for (size_t i = 0; i < n; i++) {
        const cell *x = &s->cells[i];
        bool goes = gone && is_narrow(x) && (x->sums.looks < edge || (x->sums.looks <= edge && equal > 0));
        if (goes && x->sums.looks >= edge) equal--;
        if (!goes) s->cells[kept++] = *x;
    }
    s->dropped += n - kept;
    s->n_cells = kept;
    s->rewrite = true;
    fit_cells(s);
    return ERR_OK;
}

/* ---- names ---- */
typedef struct { counter_state *s; arena home; map64 names; str *of; uint32_t *number; size_t n; } renaming;

static bool rename_part(renaming *r, uint32_t *number) {
    if (*number == COUNTER_ANY || *number == COUNTER_UNKNOWN) return true;
    uint32_t *now = &r->number[*number];
    if (!*now) {
        str kept = str_dup(&r->home, r->s->name_of[*number]);
        uint32_t *at = kept.p ? map64_at(&r->names, hash_str(kept)) : NULL;
        if (!at) return false;
        *at = *now = (uint32_t)++r->n;
        r->of[r->n] = kept;
    }
    *number = *now;
    return true;
}

static bool rename_key(renaming *r, cell_key *k) {
    bool ok = true;
    for (int i = 0; i < KEY_PARTS; i++) ok = ok && rename_part(r, &k->of[i]);
    return ok;
}

static bool rename_all(renaming *r) {
    counter_state *s = r->s;
    bool ok = true;
    for (size_t i = 0; ok && i < s->n_cells; i++) ok = rename_key(r, &s->cells[i].key);
    for (size_t i = 0; ok && i < s->n_lines; i++) ok = rename_key(r, &s->lines[i].at);
    for (size_t i = 0; ok && i < s->n_curves; i++) ok = rename_part(r, &s->curves[i].placement);
    return ok;
}

static void take_names(counter_state *s, renaming *r) {
    arena_done(&s->home);
    free(s->name_of);
    s->home = r->home;
    s->names = r->names;
    s->names.home = &s->home;
    s->name_of = r->of;
    s->names_room = r->n + 2;
    s->n_names = s->named = r->n;
    s->names_full = false;
}

/* Only names that cells, lines and curves go by stay. Half renamed the state is of no use: the caller's is thrown away on errors. */
static err_code renew_names(ctx *c, counter_state *s) {
    renaming r = { .s = s, .of = calloc(s->n_names + 2, sizeof *r.of), .number = calloc(s->n_names + 2, sizeof *r.number) };
    arena_init(&r.home, LIMIT_COUNTER_NAMES);
    map64_init(&r.names, &r.home);
    bool ok = r.of && r.number && rename_all(&r);
    free(r.number);
    if (ok) {
        str *fitting = realloc(r.of, (r.n + 2) * sizeof *fitting);
        if (fitting) r.of = fitting;
        take_names(s, &r);
        return ERR_OK;
    }
    free(r.of);
    arena_done(&r.home);
    return no_memory(c);
}

static err_code drop_share(ctx *c, counter_state *s, size_t one_of) {
    TRY(drop_cells(c, s, one_of));
    TRY(renew_names(c, s));
    return index_cells(c, s);
}

/* Where what is left of the names fills the room still, it is tried again only after many more were lost. */
static bool names_may_leave(const counter_state *s) { return s->names_full && s->n_names > s->named + s->named / 8; }

err_code state_make_room(ctx *c, counter_state *s) {
    if (s->n_cells + CELLS_A_TIME <= s->most_cells && !names_may_leave(s)) return ERR_OK;
    return drop_share(c, s, 4);
}

/* ---- lines ---- */
static int older_first(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static err_code middle_of_lines(ctx *c, const counter_state *s, int64_t *ret_ms) {
    int64_t *times = malloc(s->n_lines * sizeof *times);
    if (!times) return no_memory(c);
    for (size_t i = 0; i < s->n_lines; i++) times[i] = s->lines[i].ordered_ms;
    qsort(times, s->n_lines, sizeof *times, older_first);
    *ret_ms = times[s->n_lines / 2] + 1;
    free(times);
    return ERR_OK;
}

static err_code index_lines(ctx *c, counter_state *s) {
    arena_done(&s->orders_home);
    map64_init(&s->orders, &s->orders_home);
    for (size_t i = 0; i < s->n_lines; i++) {
        uint32_t *first = map64_at(&s->orders, s->lines[i].order);
        if (!first) return no_memory(c);
        s->lines[i].next = *first;
        *first = (uint32_t)i + 1;
    }
    return ERR_OK;
}

/* What they added stays counted; what is given back for them later is not taken off. */
static err_code drop_lines(ctx *c, counter_state *s) {
    size_t kept = 0;
    TRY(middle_of_lines(c, s, &s->lines_since_ms));
    for (size_t i = 0; i < s->n_lines; i++)
        if (s->lines[i].ordered_ms >= s->lines_since_ms) s->lines[kept++] = s->lines[i];
    s->n_lines = kept;
    counted_line *fitting = kept ? realloc(s->lines, kept * sizeof *fitting) : NULL;
    if (fitting) s->lines = fitting, s->lines_room = kept;
    return index_lines(c, s);
}

err_code state_make_line_room(ctx *c, counter_state *s) { return s->n_lines < s->most_lines ? ERR_OK : drop_lines(c, s); }

/* ---- all shops ---- */
static size_t answers_bytes(const answer_set *a) { return a->home.held + a->room * sizeof *a->answers; }

static size_t state_bytes(const counter_state *s) {
    return sizeof *s + s->home.held + s->index_home.held + s->orders_home.held + s->names_room * sizeof *s->name_of +
           s->cells_room * sizeof *s->cells + s->lines_room * sizeof *s->lines + answers_bytes(&s->newer) + answers_bytes(&s->older);
}

void shop_weigh(counters *k, counters_shop *p) {
    size_t now = p->state ? state_bytes(p->state) : 0, before = atomic_exchange(&p->bytes, now);
    atomic_fetch_add(&k->bytes, now - before);              /* unsigned: less is a very large more */
}

/* A map names the arena it lives in, so it is told when that moves. */
void state_forget_answers(counter_state *s) {
    if (s->older.newest_ms > s->forgot_ms) s->forgot_ms = s->older.newest_ms;
    answer_set_done(&s->older);
    s->older = s->newer;
    s->older.at.home = &s->older.home;
    answer_set_init(&s->newer);
}

static err_code halve(ctx *c, counter_state *s) {
    state_forget_answers(s);
    if (s->n_lines) TRY(drop_lines(c, s));
    return drop_share(c, s, 2);
}

/* It comes back from rows and log with its next event: nothing is lost that was not kept. */
static void put_away(counters *k, counters_shop *p) {
    state_free(p->state);
    p->state = NULL;
    atomic_fetch_add(&k->put_away, 1);
}

static void lighten(ctx *c, counters *k, counters_shop *p, bool whole) {
    WITH_LOCK(&p->writing);
    if (!p->state) return;
    pthread_rwlock_wrlock(&p->guard);
    if (whole || halve(c, p->state)) put_away(k, p);
    else atomic_fetch_add(&k->halved, 1);
    pthread_rwlock_unlock(&p->guard);
    shop_weigh(k, p);
    atomic_fetch_add(&p->changed, 1);
}

typedef struct { counters_shop *quiet, *largest; } candidates;

static candidates find_candidates(counters *k) {
    candidates x = { 0 };
    WITH_LOCK(&k->mutex);
    for (size_t i = 0; i < k->n; i++) {
        counters_shop *p = k->shops[i];
        size_t bytes = atomic_load(&p->bytes);
        if (!bytes) continue;
        if (!x.quiet || atomic_load(&p->used_ms) < atomic_load(&x.quiet->used_ms)) x.quiet = p;
        if (!x.largest || bytes > atomic_load(&x.largest->bytes)) x.largest = p;
    }
    return x;
}

void counters_stay_bounded(ctx *c, counters *k) {
    for (int i = 0; i < MOST_TRIES && atomic_load(&k->bytes) > k->most.bytes; i++) {
        candidates x = find_candidates(k);
        if (!x.quiet) return;
        bool whole = ctx_now_ms(c) - atomic_load(&x.quiet->used_ms) > COUNTER_IDLE_MS || atomic_load(&x.largest->bytes) < smallest_halved;
        lighten(c, k, whole ? x.quiet : x.largest, whole);
    }
}
