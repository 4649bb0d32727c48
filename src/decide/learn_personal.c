/* Candidates, measured on the newest weeks, then the winner's other settings, then the fit on everything; see learn_personal.h.
 * It does NOT fit what answers too slowly to serve: rows and their limits stand in the table. */
#include "decide/learn_personal.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "eval/race.h"
#include "eval/store.h"

/* Who may be personal, in the order that breaks ties. Answers must come within microseconds: lists do for any shop, models that touch
 * every item, or look for people alike, only in small ones. A network must be trained in seconds. */
enum {
    OF_ITEMS = 1,                   /* touches all items, in fit or answer */
    OF_PEOPLE = 2,                  /* looks through people */
    OF_REPEATS = 4,                 /* for goods bought again */
    OF_PASSES = 8,                  /* learns in passes over all users: has a parameter "epochs" */
};
static const struct { const char *name; unsigned kind; } rows[] = {
    { "popularity", 0 }, { "rules", 0 }, { "item_knn", 0 }, { "rp3beta", 0 }, { "ease", OF_ITEMS },
    { "graph_filter", OF_ITEMS | OF_PEOPLE }, { "als", OF_ITEMS },
    { "tifu_knn", OF_ITEMS | OF_PEOPLE | OF_REPEATS }, { "up_cf", OF_ITEMS | OF_PEOPLE | OF_REPEATS },
    { "content", OF_ITEMS }, { "two_tower", OF_ITEMS | OF_PASSES },
};
static const char *const needs_least[] = { "rules", "item_knn", "popularity" };     /* the first there is, where nothing can be judged */

enum { MOST_TRIED = 64, LEAST_PASSES = 4 };
static const double INSIDE = 0.95;         /* of intervals */

personal_params personal_default_params(void) {
    return (personal_params){ .n_items_dense = 5000, .n_people = 5000, .n_taught = 60000, .bytes_most = 512 * MIB, .seed = 1 };
}

typedef struct {
    const model_row *row;
    model_options options;
    race_run run;                   /* never refused */
    bool too_large;                 /* when packed */
} tried;

typedef struct {
    const personal_params *p;
    const interactions *x;
    store_questions q;
    race race;
    tried tried[MOST_TRIED];
    uint32_t n;
} contest;

/* As many passes as the time allows. */
static void limit_passes(const contest *t, const model_row *row, model_options *o) {
    uint32_t users = t->x->n_users ? t->x->n_users : 1;
    for (size_t i = 0; i < row->n_params; i++)
        if (strcmp(row->params[i].name, "epochs") == 0) o->param[i] = fmin(o->param[i], fmax(1, (double)(t->p->n_taught / users)));
}

static model_options options_of(const contest *t, const model_row *row) {
    model_options o = model_default_options(row);
    o.seed = t->p->seed, o.threads = t->p->threads, o.progress = t->p->progress, o.progress_state = t->p->progress_state;
    limit_passes(t, row, &o);
    return o;
}

/* What is measured is remembered; what refuses the data is not. */
static err_code try_one(ctx *c, contest *t, const model_row *row, const model_options *o) {
    tried next = { .row = row, .options = *o };
    if (t->n == MOST_TRIED) return ERR_OK;
    TRY(race_next(c, &t->race, row, o, &next.run));
    if (!next.run.refused) t->tried[t->n++] = next;
    return ERR_OK;
}

/* Whoever was stopped comes after all that were not. */
static bool is_better(const tried *a, const tried *b) {
    if (a->too_large != b->too_large) return b->too_large;
    if (a->run.stopped != b->run.stopped) return b->run.stopped;
    return a->run.value > b->run.value;
}

static tried *best_of(contest *t) {
    tried *best = &t->tried[0];
    for (uint32_t i = 1; i < t->n; i++)
        if (is_better(&t->tried[i], best)) best = &t->tried[i];
    return best;
}

static bool suits(const contest *t, const model_row *row, unsigned kind) {
    bool too_large = ((kind & OF_ITEMS) && t->x->n_items > t->p->n_items_dense) || ((kind & OF_PEOPLE) && t->x->n_users > t->p->n_people);
    too_large |= (kind & OF_PASSES) && t->x->n_users > t->p->n_taught / LEAST_PASSES;
    bool nothing_again = (kind & OF_REPEATS) && t->q.cases.hide_history;
    return !too_large && !nothing_again && ((row->needs & MODEL_NEEDS_FACTS) == 0 || t->x->facts);
}

static err_code try_rows(ctx *c, contest *t) {
    for (size_t i = 0; i < COUNT(rows); i++) {
        const model_row *row = model_named(str_of(rows[i].name));
        if (!row || !suits(t, row, rows[i].kind)) continue;
        model_options o = options_of(t, row);
        TRY(try_one(c, t, row, &o));
    }
    return ERR_OK;
}

/* The other settings of whoever leads. */
static err_code try_settings(ctx *c, contest *t) {
    const tried leader = *best_of(t);
    for (const char *const *setting = leader.row->grid; setting && *setting; setting++) {
        model_options o = options_of(t, leader.row);
        TRY(model_set_all(c, leader.row, &o, str_of(*setting)));
        TRY(try_one(c, t, leader.row, &o));
    }
    return ERR_OK;
}

/* Fit on everything and pack into the arena; the fit's own memory is given back. ERR_TOO_LARGE over bytes_most. */
static err_code fit_and_pack(ctx *c, const contest *t, const model_row *row, const model_options *o, str *ret_pack) {
    AUTO_BUF b;
    model m;
    arena_mark mark = arena_save(c->arena);
    buf_init(&b, t->p->bytes_most);
    TRY(model_fit(c, row, t->x, o, &m));
    TRY(model_save(c, &m, &b));
    arena_restore(c->arena, mark);
    str copy = str_dup(c->arena, buf_view(&b));
    if (!copy.p) return fail(c, ERR_NO_MEMORY, "the personal model takes %zu bytes", b.n);
    *ret_pack = copy;
    return ERR_OK;
}

enum { HITS, GAIN, POPULAR, FIGURES };

/* Hits of the one chosen and of best sellers, and how far chance may have moved them. */
static err_code describe(ctx *c, const contest *t, const tried *winner, personal_judgement *j) {
    uint32_t n = t->q.cases.n;
    interval drawn[FIGURES];
    arena_mark mark = arena_save(c->arena);
    double *sum = arena_new(c->arena, double, (size_t)n * FIGURES), *weight = arena_new(c->arena, double, n);
    if (!sum || !weight) return fail(c, ERR_NO_MEMORY, "intervals over %u cases", n);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = (size_t)i * METRIC_COUNT + METRIC_HIT;
        double hit = (double)winner->run.each[at], popular = (double)t->tried[0].run.each[at];
        weight[i] = 1, sum[HITS * n + i] = hit, sum[GAIN * n + i] = hit - popular, sum[POPULAR * n + i] = popular;
    }
    TRY(interval_means(c, (const double *const[]){ sum + HITS * n, sum + GAIN * n, sum + POPULAR * n }, FIGURES, weight, n, INSIDE,
                       t->p->seed, drawn));
    arena_restore(c->arena, mark);
    j->model = winner->row->name, j->judged = true;
    j->hit_rate = drawn[HITS], j->gain = drawn[GAIN], j->popular = drawn[POPULAR];
    return ERR_OK;
}

/* Somebody stopped early is chosen after all, since the better ones are too large: all cases, for his figures. */
static err_code finish(ctx *c, contest *t, tried *winner) {
    t->race.leader = NULL;
    return race_next(c, &t->race, winner->row, &winner->options, &winner->run);
}

/* Too few people came back: the least demanding row there is. */
static err_code without_judging(ctx *c, const contest *t, str *ret_pack, personal_judgement *j) {
    for (size_t i = 0; i < COUNT(needs_least); i++) {
        const model_row *row = model_named(str_of(needs_least[i]));
        if (!row) continue;
        model_options o = options_of(t, row);
        arena_mark mark = arena_save(c->arena);
        err_code e = fit_and_pack(c, t, row, &o, ret_pack);
        if (!e) j->model = row->name;
        if (e != ERR_TOO_LARGE && e != ERR_INVALID) return e;
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static err_code choose(ctx *c, contest *t, str *ret_pack, personal_judgement *j) {
    TRY(race_new(c, &t->q.cases, store_tasks[STORE_NEXT].metrics, t->p->seed, &t->race));
    TRY(try_rows(c, t));
    TRY(try_settings(c, t));
    j->tried = t->n;
    for (uint32_t left = t->n; left-- > 0;) {
        tried *winner = best_of(t);
        arena_mark mark = arena_save(c->arena);
        err_code e = fit_and_pack(c, t, winner->row, &winner->options, ret_pack);
        if (!e && winner->run.stopped) e = finish(c, t, winner);
        if (!e) return describe(c, t, winner, j);
        if (e != ERR_TOO_LARGE && e != ERR_INVALID) return e;
        arena_restore(c->arena, mark);
        winner->too_large = true;                           /* to publish: the next best */
    }
    return ERR_OK;
}

err_code learn_personal(ctx *c, const interactions *x, const personal_params *p, str *ret_pack, personal_judgement *ret_judgement) {
    int64_t from = c->time->mono_us(c->time);
    personal_judgement j = { .model = "", .cases_needed = STORE_LEAST_CASES };
    str packed = { 0 };
    AUTO_ARENA scratch;
    arena_init(&scratch, c->arena->cap);
    arena *home = c->arena;
    contest *t = arena_new(&scratch, contest, 1);
    if (!t) return fail(c, ERR_NO_MEMORY, "choose a personal model");
    t->p = p, t->x = x;
    c->arena = &scratch;                                    /* questions and fits leave together; the pack alone is kept */
    err_code e = x->n_items ? store_ask(c, x, STORE_NEXT, &t->q) : ERR_OK;
    j.cases = t->q.n_clusters, j.split_ms = t->q.window.split_ms, j.repeats = x->n_items && !t->q.cases.hide_history;
    if (!e && x->n_items) e = j.cases < STORE_LEAST_CASES ? without_judging(c, t, &packed, &j) : choose(c, t, &packed, &j);
    c->arena = home;
    if (e) return e;
    *ret_pack = packed.n ? str_dup(home, packed) : packed;
    if (packed.n && !ret_pack->p) return fail(c, ERR_NO_MEMORY, "the personal model takes %zu bytes", packed.n);
    j.seconds = (double)(c->time->mono_us(c->time) - from) * 1e-6;
    *ret_judgement = j;
    return ERR_OK;
}

static void write_figure(json_out *w, const char *name, bool known, const interval *i) {
    jw_key(w, name);
    if (!known) {
        jw_null(w);
        return;
    }
    jw_array(w);
    jw_fixed(w, i->value, 4), jw_fixed(w, i->low, 4), jw_fixed(w, i->high, 4);
    jw_end_array(w);
}

void personal_judgement_write(json_out *w, const personal_judgement *j) {
    jw_member_text(w, "personal_model", j->model);
    jw_member_bool(w, "personal_repeats", j->repeats);
    jw_member_i64(w, "personal_cases", j->cases);
    jw_member_i64(w, "personal_cases_needed", j->cases_needed);
    write_figure(w, "personal_hit_rate_10", j->judged, &j->hit_rate);
    write_figure(w, "personal_hit_rate_10_popular", j->judged, &j->popular);
    write_figure(w, "personal_gain", j->judged, &j->gain);
    jw_member_i64(w, "personal_split_ms", j->split_ms);
    jw_member_i64(w, "personal_tried", j->tried);
    jw_member_i64(w, "personal_ms", (int64_t)(j->seconds * 1000));
}
