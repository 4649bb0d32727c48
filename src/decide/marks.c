/* Which words are marks, and sums of pairs. It does NOT know requests. */
#include "decide/marks.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"
#include "num/shrink.h"

/* How many pairs or clicks it takes to believe half of what is seen. */
static const double bought_strength = 10, clicked_strength = 10, viewed_strength = 50;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "learn marks: more memory than a job may have"); }

/* ---- which words ---- */
/* A word or label: its items, how many pairs of two kinds it joins, and a number that tells sets of items apart. */
typedef struct { uint32_t name; double pairs; uint64_t set; } found;
typedef struct { uint64_t *start; uint32_t *items; uint32_t n; } postings;

static uint32_t names_of(const content_model *m) { return m->n_terms + m->shop->n_labels; }

/* Words first, labels behind them. */
typedef void each_name(void *arg, uint32_t name, uint32_t item);
static void walk(const content_model *m, each_name *each, void *arg) {
    for (uint32_t i = 0; i < m->shop->n_items; i++) {
        for (uint64_t k = m->start[i]; k < m->start[i + 1]; k++) each(arg, m->terms[k].term, i);
        for (uint64_t k = m->labels.start[i]; k < m->labels.start[i + 1]; k++) each(arg, m->n_terms + m->labels.values[k], i);
    }
}

static void count_name(void *arg, uint32_t name, uint32_t item) {
    (void)item;
    ((postings *)arg)->start[name + 1]++;
}

static void put_name(void *arg, uint32_t name, uint32_t item) {
    postings *p = arg;
    p->items[p->start[name]++] = item;
}

/* Items of each name, ascending. */
static err_code turn_around(ctx *c, const content_model *m, postings *ret) {
    postings p = { .n = names_of(m) };
    p.start = arena_new(c->arena, uint64_t, (size_t)p.n + 2);
    if (!p.start) return no_memory(c);
    walk(m, count_name, &p);
    for (uint32_t i = 0; i < p.n; i++) p.start[i + 1] += p.start[i];
    p.items = arena_new_raw(c->arena, uint32_t, p.start[p.n] + 1);
    if (!p.items) return no_memory(c);
    walk(m, put_name, &p);
    memmove(p.start + 1, p.start, p.n * sizeof *p.start);   /* each start moved on to the next one's */
    p.start[0] = 0;
    *ret = p;
    return ERR_OK;
}

static found look_at(const postings *p, uint32_t name, const uint8_t *kind_of) {
    double of_kind[256] = { 0 }, all = 0, pairs = 0;
    found f = { .name = name };
    for (uint64_t k = p->start[name]; k < p->start[name + 1]; k++) {
        of_kind[kind_of[p->items[k]]]++, all++;
        f.set += hash_bytes(&p->items[k], sizeof *p->items, 0);
    }
    for (size_t k = 0; k < COUNT(of_kind); k++) pairs += of_kind[k] * (all - of_kind[k]);
    f.pairs = pairs;
    return f;
}

static int more_pairs_first(const void *a, const void *b) {
    const found *x = a, *y = b;
    if (x->pairs != y->pairs) return x->pairs > y->pairs ? -1 : 1;
    return (x->name > y->name) - (x->name < y->name);
}

/* A tag that is also a word of the name is one mark. */
static bool is_new(const found *f, size_t n, uint64_t set) {
    for (size_t i = 0; i < n; i++)
        if (f[i].set == set) return false;
    return true;
}

/* What half of the shop has says nothing, nor what one kind alone has. */
static err_code choose_names(ctx *c, const postings *p, const uint8_t *kind_of, size_t n_items, found *ret_chosen, size_t *ret_n) {
    found *f = arena_new_raw(c->arena, found, (size_t)p->n + 1);
    size_t n = 0, kept = 0;
    if (!f) return no_memory(c);
    for (uint32_t name = 0; name < p->n; name++) {
        uint64_t items = p->start[name + 1] - p->start[name];
        if (items < 2 || 2 * items > n_items) continue;
        f[n] = look_at(p, name, kind_of);
        n += f[n].pairs > 0;
    }
    qsort(f, n, sizeof *f, more_pairs_first);
    for (size_t i = 0; i < n && kept < MARKS_MOST; i++)
        if (is_new(ret_chosen, kept, f[i].set)) ret_chosen[kept++] = f[i];
    *ret_n = kept;
    return ERR_OK;
}

static err_code mark_items(ctx *c, const content_model *m, const uint8_t *kind_of, marks *k) {
    postings p = { 0 };
    found chosen[MARKS_MOST];
    size_t n = 0;
    TRY(turn_around(c, m, &p));
    TRY(choose_names(c, &p, kind_of, k->n_items, chosen, &n));
    for (size_t i = 0; i < n; i++)
        for (uint64_t at = p.start[chosen[i].name]; at < p.start[chosen[i].name + 1]; at++) k->of[p.items[at]] |= UINT64_C(1) << i;
    return ERR_OK;
}

err_code marks_find(ctx *c, const content_model *m, const uint8_t *kind_of, size_t n_kinds, marks *ret_marks) {
    marks k = { .n_items = m->shop->n_items, .n_kinds = n_kinds };
    k.of = arena_new(c->arena, uint64_t, k.n_items);
    k.held = arena_new(c->arena, double, (n_kinds + 1) * MARKS_MOST);
    k.held_of = arena_new(c->arena, double, n_kinds + 1);
    k.worth = arena_new(c->arena, snapshot_mark, SNAPSHOT_MARK_ROWS);
    if (!k.worth || !k.of || !k.held || !k.held_of) return no_memory(c);
    arena_mark before = arena_save(c->arena);
    err_code e = mark_items(c, m, kind_of, &k);
    arena_restore(c->arena, before);
    if (!e) *ret_marks = k;
    return e;
}

/* ---- sums ---- */
void marks_forget_clicks(marks *m) {
    marks_count_again(m);
    for (size_t i = 0; i < SNAPSHOT_MARK_ROWS; i++) m->worth[i].clicked = 0;
    memset(m->viewed, 0, sizeof m->viewed);
    marks_forget_held(m);
    marks_weigh(m);
}

void marks_count_again(marks *m) {
    memset(m->clicked, 0, sizeof m->clicked);
    memset(m->crowd, 0, sizeof m->crowd);
}

void marks_forget_held(marks *m) {
    memset(m->held, 0, (m->n_kinds + 1) * MARKS_MOST * sizeof *m->held);
    memset(m->held_of, 0, (m->n_kinds + 1) * sizeof *m->held_of);
}

void marks_add_one(marks *m, uint8_t kind, uint32_t item, double weight) {
    m->held_of[kind] += weight;
    for (uint64_t left = m->of[item]; left; left &= left - 1)
        m->held[(size_t)kind * MARKS_MOST + (size_t)__builtin_ctzll(left)] += weight;
}

void marks_add_pair(const marks *m, mark_sums sums[MARK_PAIRS][MARKS_MOST], const uint8_t *kind_of, uint32_t first, uint32_t second,
                    double weight) {
    uint8_t kind = kind_of[second];
    if (!(m->held_of[kind] > 0)) return;
    mark_sums *of = sums[kind == kind_of[first]];
    for (uint64_t left = m->of[first]; left; left &= left - 1) {
        size_t k = (size_t)__builtin_ctzll(left);
        double share = m->held[(size_t)kind * MARKS_MOST + k] / m->held_of[kind];
        of[k].seen[m->of[second] >> k & 1] += weight;
        of[k].expected[1] += weight * share, of[k].expected[0] += weight * (1 - share);
    }
}

/* Of each mark, over what the others that the two share lead to expect: words stand together, and what one explains is not another's
 * too. */
void marks_add_look(marks *m, const uint8_t *kind_of, uint32_t about, uint32_t item, double expected, bool clicked) {
    size_t row = kind_of[about] == kind_of[item];
    mark_sums *of = m->clicked[row];
    double n = __builtin_popcountll(m->of[about] & m->of[item]);
    for (uint64_t left = m->of[about]; left; left &= left - 1) {
        size_t k = (size_t)__builtin_ctzll(left), has = m->of[item] >> k & 1;
        double by_others = has ? expected * exp(-(double)m->worth[row * MARKS_MOST + k].clicked) : expected;
        of[k].seen[has] += clicked, of[k].expected[has] += by_others;
        if (has) m->crowd[row][k] += by_others * n;
    }
}

double marks_shared(const marks *m, const uint8_t *kind_of, uint32_t about, uint32_t item) {
    double sum = 0;
    const snapshot_mark *worth = m->worth + (kind_of[about] == kind_of[item] ? MARKS_MOST : 0);
    for (uint64_t left = m->of[about] & m->of[item]; left; left &= left - 1) sum += (double)worth[__builtin_ctzll(left)].clicked;
    return sum;
}

static float worth_of(const mark_sums *s, double strength) {
    double lift[2];
    for (size_t has = 0; has < 2; has++) lift[has] = log((s->seen[has] + strength) / (s->expected[has] + strength));
    return (float)(lift[1] - lift[0]);
}

/* Log of how much likelier clicks are if the mark matters than if it does not; -infinity where nothing is known. */
static double evidence(const mark_sums *s, double strength) {
    if (!(s->expected[0] > 0 && s->expected[1] > 0)) return -INFINITY;
    return shrink_evidence(s->seen[0], s->expected[0], strength) + shrink_evidence(s->seen[1], s->expected[1], strength);
}

/* Of most words nobody cares. The chance that each of them matters, whose mean all of them together teach (two groups: Efron 2008). */
static void weigh_chances(mark_sums sums[MARK_PAIRS][MARKS_MOST], double strength, double *ret_chance) {
    enum { ROUNDS = 30 };
    double often = 0.2, matters[SNAPSHOT_MARK_ROWS];
    for (size_t i = 0; i < SNAPSHOT_MARK_ROWS; i++) matters[i] = evidence(&sums[i / MARKS_MOST][i % MARKS_MOST], strength);
    for (int round = 0; round < ROUNDS; round++) {
        double sum = 1, n = 5;                              /* as if one of five had been seen to */
        for (size_t i = 0; i < SNAPSHOT_MARK_ROWS; i++) {
            ret_chance[i] = 1 / (1 + (1 - often) / often * exp(-matters[i]));
            sum += ret_chance[i], n += isfinite(matters[i]);
        }
        often = sum / n;
    }
}

/* All marks move at once, each by what the others were worth before: those that stand together share the way, or each would go all of it,
 * and then all of it back (generalized iterative scaling: Darroch and Ratcliff 1972). */
static float step_to(float before, float wanted, const mark_sums *s, double crowd) {
    double together = s->expected[1] > 0 ? crowd / s->expected[1] : 1;
    return before + (wanted - before) / (float)together;
}

void marks_weigh(marks *m) {
    double chance[SNAPSHOT_MARK_ROWS];
    weigh_chances(m->clicked, clicked_strength, chance);
    for (size_t i = 0; i < SNAPSHOT_MARK_ROWS; i++) {
        size_t row = i / MARKS_MOST, k = i % MARKS_MOST;
        float clicked = (float)chance[i] * worth_of(&m->clicked[row][k], clicked_strength);
        m->worth[i] = (snapshot_mark){ worth_of(&m->bought[row][k], bought_strength),
                                       step_to(m->worth[i].clicked, clicked, &m->clicked[row][k], m->crowd[row][k]),
                                       worth_of(&m->viewed[row][k], viewed_strength) };
    }
}
