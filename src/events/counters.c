/* The memory of the counters: names, cells, decay, reading. It does NOT read events (counters_log.c) or rows (counters_keep.c). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "events/counters_int.h"

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "count what was shown"); }

/* ---- decay ---- */
typedef struct { double slow, late; } decay;
static decay decay_of(const counter_state *s, int64_t time_ms) {
    double halves = (double)(time_ms - s->landmark_ms) / s->half_life_ms;
    return (decay){ exp2(halves), exp2(halves * COUNTER_LATE_PARTS) };
}

static void scale(counter_sums *x, decay d) {
#define X(name, kind) x->name *= d.kind;
    COUNTER_SUM_LIST(X)
#undef X
}

static void add(counter_sums *to, const counter_sums *x) {
#define X(name, kind) to->name += x->name;
    COUNTER_SUM_LIST(X)
#undef X
}

/* Far from the landmark numbers grow out of their range. */
static void move_landmark(counter_state *s, int64_t time_ms) {
    const double far = 500;
    if (!s->landmark_ms) s->landmark_ms = time_ms;
    if ((double)(time_ms - s->landmark_ms) / s->half_life_ms * COUNTER_LATE_PARTS < far) return;
    decay now = decay_of(s, time_ms), back = { 1 / now.slow, 1 / now.late };
    for (size_t i = 0; i < s->n_cells; i++) scale(&s->cells[i].sums, back);
    s->landmark_ms = time_ms;
}

/* ---- names ---- */
uint32_t state_name(counter_state *s, str name) {
    if (!name.n) return COUNTER_ANY;
    const uint32_t *known = map64_find(&s->names, hash_str(name));
    if (known) return *known;
    s->names_full = true;           /* unless it is found to fit */
    if (s->n_names + 1 >= s->names_room) {
        size_t room = s->names_room ? 2 * s->names_room : 1024;
        str *more = realloc(s->name_of, room * sizeof *more);
        if (!more) return COUNTER_UNKNOWN;
        s->name_of = more, s->names_room = room;
    }
    str kept = str_dup(&s->home, name);
    uint32_t number = (uint32_t)s->n_names + 1, *at = kept.p ? map64_at(&s->names, hash_str(name)) : NULL;
    if (!at) return COUNTER_UNKNOWN;
    *at = number;
    s->name_of[number] = kept;
    s->n_names++;
    s->names_full = false;
    return number;
}

/* ---- cells ---- */
static uint64_t hash_of(const cell_key *k) { return hash_bytes(k->of, sizeof k->of, 0); }

static err_code cell_of(ctx *c, counter_state *s, const cell_key *k, cell **ret_cell) {
    uint64_t hash = hash_of(k);
    const uint32_t *known = map64_find(&s->index, hash);
    if (!known && s->n_cells == s->cells_room) {
        size_t room = s->cells_room ? 2 * s->cells_room : 256;
        cell *more = realloc(s->cells, room * sizeof *more);
        if (!more) return no_memory(c);
        s->cells = more, s->cells_room = room;
    }
    uint32_t *at = map64_at(&s->index, hash);
    if (!at) return no_memory(c);
    if (!*at) {
        s->cells[s->n_cells++] = (cell){ .key = *k };
        *at = (uint32_t)s->n_cells;
    }
    *ret_cell = &s->cells[*at - 1];
    return ERR_OK;
}

static err_code add_to(ctx *c, counter_state *s, cell_key k, const counter_sums *change) {
    cell *x = NULL;
    for (int i = 0; i < KEY_PARTS; i++)
        if (k.of[i] == COUNTER_UNKNOWN) return ERR_OK;      /* no room for its name: the wider ones count it */
    if (change->purchases < 0 && !map64_find(&s->index, hash_of(&k))) return ERR_OK;        /* it left with what is taken back now */
    TRY(cell_of(c, s, &k, &x));
    if (!x->dirty) s->n_dirty++;
    x->dirty = true;
    add(&x->sums, change);
    if (x->sums.purchases < 0) x->sums.purchases = x->sums.revenue = 0;     /* the same, and it came back meanwhile */
    return ERR_OK;
}

static err_code add_to_arms(ctx *c, counter_state *s, cell_key k, str arms, const counter_sums *change) {
    for (int left = ARMS_COUNTED; arms.n && left; left--) {
        str arm = str_cut(&arms, ' ');
        if (!arm.n) continue;
        k.of[KEY_ARM] = state_name(s, arm);
        TRY(add_to(c, s, k, change));
    }
    return ERR_OK;
}

err_code state_add(ctx *c, counter_state *s, const cell_key *at, const counter_sums *change, int64_t time_ms) {
    const uint32_t p = at->of[KEY_PLACEMENT], from = at->of[KEY_SOURCE], a = at->of[KEY_ANCHOR];
    const uint32_t i = at->of[KEY_ITEM], arms = at->of[KEY_ARM];
    counter_sums x = *change;
    move_landmark(s, time_ms);
    scale(&x, decay_of(s, time_ms));
    TRY(add_to(c, s, (cell_key){ { p } }, &x));
    TRY(add_to(c, s, (cell_key){ { p, from } }, &x));
    TRY(add_to(c, s, (cell_key){ { p, from, 0, i } }, &x));
    if (a) TRY(add_to(c, s, (cell_key){ { p, from, a } }, &x));
    if (a) TRY(add_to(c, s, (cell_key){ { p, from, a, i } }, &x));
    if (!arms || arms == COUNTER_UNKNOWN) return ERR_OK;
    return add_to_arms(c, s, (cell_key){ { p, from } }, s->name_of[arms], &x);
}

/* ---- as rows ---- */
err_code state_restore(ctx *c, counter_state *s, const learning_counter *row) {
    const str parts[KEY_PARTS] = { row->placement, row->source, row->anchor, row->item, row->arm };
    counter_sums x = { .looks = row->looks, .impressions = row->impressions, .expected = row->expected, .clicks = row->clicks,
                       .carts = row->carts, .late_expected = row->late_expected, .late_clicks = row->late_clicks };
    cell_key k;
    TRY(state_make_room(c, s));
    for (int i = 0; i < KEY_PARTS; i++) k.of[i] = state_name(s, parts[i]);
    move_landmark(s, row->at_ms);
    scale(&x, decay_of(s, row->at_ms));
    TRY(add_to(c, s, k, &x));
    return ERR_OK;
}

static str name_at(const counter_state *s, uint32_t number) { return number ? s->name_of[number] : STR(""); }

learning_counter state_row(const counter_state *s, const cell *x, int64_t at_ms) {
    decay now = decay_of(s, at_ms);
    counter_sums v = x->sums;
    scale(&v, (decay){ 1 / now.slow, 1 / now.late });
    return (learning_counter){ .store_id = s->store_id, .placement = name_at(s, x->key.of[KEY_PLACEMENT]),
                               .source = name_at(s, x->key.of[KEY_SOURCE]), .anchor = name_at(s, x->key.of[KEY_ANCHOR]),
                               .item = name_at(s, x->key.of[KEY_ITEM]), .arm = name_at(s, x->key.of[KEY_ARM]), .looks = v.looks,
                               .impressions = v.impressions, .expected = v.expected, .clicks = v.clicks, .carts = v.carts,
                               .purchases = v.purchases, .revenue = v.revenue, .late_expected = v.late_expected,
                               .late_clicks = v.late_clicks, .at_ms = at_ms };
}

/* ---- positions ---- */
examination *state_curve(counter_state *s, uint32_t placement) {
    size_t i = 0;
    while (i < s->n_curves && s->curves[i].placement != placement) i++;
    if (i == CURVES_MOST) return NULL;
    if (i == s->n_curves) s->curves[s->n_curves++] = (placement_curve){ placement, EXAMINATION_PRIOR };
    return &s->curves[i].e;
}

const examination *state_find_curve(const counter_state *s, str placement) {
    const uint32_t *number = map64_find(&s->names, hash_str(placement));
    for (size_t i = 0; number && i < s->n_curves; i++)
        if (s->curves[i].placement == *number) return &s->curves[i].e;
    return &EXAMINATION_PRIOR;
}

double state_seen(const counter_state *s, uint32_t placement, int64_t position) {
    for (size_t i = 0; i < s->n_curves; i++)
        if (s->curves[i].placement == placement) return examination_of(&s->curves[i].e, position);
    return examination_of(&EXAMINATION_PRIOR, position);
}

/* ---- reading ---- */
bool counters_begin(counters *k, int64_t store_id, int64_t now_ms, counters_view *ret_view) {
    counters_shop *p = shop_find(k, store_id, false);
    if (!p) return false;
    pthread_rwlock_rdlock(&p->guard);
    if (!p->state || !p->state->landmark_ms) {
        pthread_rwlock_unlock(&p->guard);
        return false;
    }
    decay now = decay_of(p->state, now_ms);
    *ret_view = (counters_view){ p, 1 / now.slow, 1 / now.late };
    return true;
}

void counters_end(counters_view *v) {
    pthread_rwlock_unlock((pthread_rwlock_t *)(uintptr_t)&v->shop->guard);      /* const to readers but for its lock */
    *v = (counters_view){ 0 };
}

uint32_t counters_name(const counters_view *v, str name) {
    if (!name.n) return COUNTER_ANY;
    const uint32_t *number = map64_find(&v->shop->state->names, hash_str(name));
    return number ? *number : COUNTER_UNKNOWN;
}

counter_sums counters_at(const counters_view *v, const uint32_t of[5]) {
    const counter_state *s = v->shop->state;
    cell_key k;
    memcpy(k.of, of, sizeof k.of);
    const uint32_t *at = map64_find(&s->index, hash_of(&k));
    if (!at) return (counter_sums){ 0 };
    counter_sums x = s->cells[*at - 1].sums;
    scale(&x, (decay){ v->slow, v->late });
    return x;
}

void counters_each(const counters_view *v, counters_told *told, void *arg) {
    const counter_state *s = v->shop->state;
    for (size_t i = 0; i < s->n_cells; i++) {
        const uint32_t *of = s->cells[i].key.of;
        if (!of[KEY_ITEM] || of[KEY_ARM]) continue;
        counted_item x = { name_at(s, of[KEY_PLACEMENT]), name_at(s, of[KEY_SOURCE]), name_at(s, of[KEY_ANCHOR]), name_at(s, of[KEY_ITEM]),
                           s->cells[i].sums };
        scale(&x.sums, (decay){ v->slow, v->late });
        told(arg, &x);
    }
}

/* ---- many at once: each lies somewhere else in memory, so all are fetched before the first is read ---- */
typedef struct { uint64_t name, item, pair; } ask_hashes;

static void expect_names(const counter_state *s, const counter_ask *x, size_t n, ask_hashes *h) {
    for (size_t i = 0; i < n; i++) map64_expect(&s->names, h[i].name = hash_str(x[i].item));
}

static void expect_places(const counter_state *s, uint32_t placed, uint32_t anchor, const counter_ask *x, size_t n, ask_hashes *h) {
    for (size_t i = 0; i < n; i++) {
        const uint32_t *item = map64_find(&s->names, h[i].name);
        h[i].name = item && x[i].source != COUNTER_UNKNOWN;
        if (!h[i].name) continue;
        h[i].item = hash_of(&(cell_key){ { placed, x[i].source, COUNTER_ANY, *item } });
        h[i].pair = hash_of(&(cell_key){ { placed, x[i].source, anchor, *item } });
        map64_expect(&s->index, h[i].item);
        map64_expect(&s->index, h[i].pair);
    }
}

static uint64_t expect_cell(const counter_state *s, uint64_t hash) {
    const uint32_t *at = map64_find(&s->index, hash);
    if (!at) return 0;
    __builtin_prefetch(&s->cells[*at - 1].sums.looks);
    __builtin_prefetch(&s->cells[*at - 1].sums.late_clicks);
    return *at;
}

static counter_sums sums_of(const counters_view *v, uint64_t place) {
    if (!place) return (counter_sums){ 0 };
    counter_sums x = v->shop->state->cells[place - 1].sums;
    scale(&x, (decay){ v->slow, v->late });
    return x;
}

void counters_ask_items(const counters_view *v, uint32_t placed, uint32_t anchor, counter_ask *x, size_t n) {
    const counter_state *s = v->shop->state;
    ask_hashes h[COUNTER_ASKED_MOST];
    expect_names(s, x, n, h);
    expect_places(s, placed, anchor, x, n, h);
    for (size_t i = 0; i < n; i++) {
        h[i].item = h[i].name ? expect_cell(s, h[i].item) : 0;
        h[i].pair = h[i].item && anchor && anchor != COUNTER_UNKNOWN ? expect_cell(s, h[i].pair) : 0;
    }
    for (size_t i = 0; i < n; i++) x[i].of_item = sums_of(v, h[i].item), x[i].of_pair = sums_of(v, h[i].pair);
}

double counters_seen(const counters_view *v, str placement, int64_t position) {
    return state_seen(v->shop->state, counters_name(v, placement), position);
}

/* ---- life ---- */
void answer_set_init(answer_set *a) {
    *a = (answer_set){ 0 };
    arena_init(&a->home, COUNTER_INDEX_ARENA);
    map64_init(&a->at, &a->home);
}

void answer_set_done(answer_set *a) {
    arena_done(&a->home);
    free(a->answers);
}

err_code state_new(ctx *c, int64_t store_id, const counter_bounds *most, double half_life_ms, counter_state **ret_state) {
    counter_state *s = calloc(1, sizeof *s);
    if (!s) return no_memory(c);
    s->store_id = store_id;
    s->most_cells = most->cells;
    s->most_lines = most->lines;
    s->most_answers = most->answers;
    s->half_life_ms = half_life_ms;
    arena_init(&s->home, LIMIT_COUNTER_NAMES);
    arena_init(&s->index_home, COUNTER_INDEX_ARENA);
    arena_init(&s->orders_home, COUNTER_INDEX_ARENA);
    map64_init(&s->names, &s->home);
    map64_init(&s->index, &s->index_home);
    map64_init(&s->orders, &s->orders_home);
    answer_set_init(&s->newer);
    answer_set_init(&s->older);
    *ret_state = s;
    return ERR_OK;
}

void state_free(counter_state *s) {
    if (!s) return;
    answer_set_done(&s->newer);
    answer_set_done(&s->older);
    free(s->lines);
    free(s->cells);
    free(s->name_of);
    arena_done(&s->orders_home);
    arena_done(&s->index_home);
    arena_done(&s->home);
    free(s);
}

err_code counters_new(ctx *c, const counter_bounds *most, counters **ret_counters) {
    counters *k = calloc(1, sizeof *k);
    if (!k) return no_memory(c);
    k->most = most ? *most : (counter_bounds){ 0 };
    if (!k->most.cells) k->most.cells = LIMIT_COUNTER_CELLS;
    if (!k->most.lines) k->most.lines = LIMIT_COUNTED_LINES;
    if (!k->most.answers) k->most.answers = LIMIT_COUNTED_ANSWERS;
    if (!k->most.bytes) k->most.bytes = LIMIT_COUNTERS_BYTES;
    pthread_mutex_init(&k->mutex, NULL);
    arena_init(&k->home, 64 * MIB);
    map64_init(&k->places, &k->home);
    *ret_counters = k;
    return ERR_OK;
}

void counters_set_waiting(counters *k, struct exposure_log *waiting) { k->waiting = waiting; }

void counters_free(counters *k) {
    if (!k) return;
    for (size_t i = 0; i < k->n; i++) {
        state_free(k->shops[i]->state);
        pthread_rwlock_destroy(&k->shops[i]->guard);
        pthread_mutex_destroy(&k->shops[i]->writing);
        free(k->shops[i]);
    }
    free(k->shops);
    arena_done(&k->home);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}

static counters_shop *shop_make(counters *k, int64_t store_id, uint32_t *place) {
    if (k->n == k->room) {
        size_t room = k->room ? 2 * k->room : 16;
        counters_shop **more = realloc(k->shops, room * sizeof *more);
        if (!more) return NULL;
        k->shops = more, k->room = room;
    }
    counters_shop *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    pthread_rwlock_init(&p->guard, NULL);
    pthread_mutex_init(&p->writing, NULL);
    p->store_id = store_id;
    k->shops[k->n++] = p;
    *place = (uint32_t)k->n;
    return p;
}

counters_shop *shop_find(counters *k, int64_t store_id, bool make) {
    WITH_LOCK(&k->mutex);
    const uint32_t *known = map64_find(&k->places, (uint64_t)store_id);
    if (known && *known) return k->shops[*known - 1];
    uint32_t *place = make ? map64_at(&k->places, (uint64_t)store_id) : NULL;
    return place ? shop_make(k, store_id, place) : NULL;
}

uint64_t counters_shown_change(counters *k, int64_t store_id, int64_t now_ms) {
    counters_shop *p = shop_find(k, store_id, false);
    if (!p) return 0;
    uint64_t changed = atomic_load(&p->changed), shown = atomic_load(&p->shown);
    int64_t since_ms = now_ms - atomic_load(&p->shown_ms);
    bool waits = atomic_load(&p->settled) && since_ms >= 0 && since_ms < COUNTER_SHOWN_MS;
    if (changed == shown || waits) return shown;
    atomic_store(&p->shown_ms, now_ms);                     /* two at once tell the same */
    atomic_store(&p->shown, changed);
    return changed;
}

counters_facts counters_get_facts(counters *k, int64_t store_id) {
    counters_facts f = { 0 };
    counters_shop *p = shop_find(k, store_id, false);
    if (!p) return f;
    pthread_rwlock_rdlock(&p->guard);
    if (p->state) f = (counters_facts){ p->state->n_cells, p->state->n_names, p->state->n_lines, p->state->last, p->state->dropped };
    pthread_rwlock_unlock(&p->guard);
    return f;
}

counters_total counters_get_total(counters *k) {
    counters_total t = { .bytes = atomic_load(&k->bytes), .put_away = atomic_load(&k->put_away), .halved = atomic_load(&k->halved) };
    WITH_LOCK(&k->mutex);
    for (size_t i = 0; i < k->n; i++) t.shops += atomic_load(&k->shops[i]->bytes) > 0;
    return t;
}
