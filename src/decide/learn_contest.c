/* Candidates, measured on the newest weeks, then the winner's other settings, then the fit on everything; see learn_contest_int.h.
 * It does NOT say who takes part. */
#include "decide/learn_contest_int.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"

enum { LEAST_PASSES = 4 };
static const double INSIDE = 0.95;         /* of intervals */

/* As many passes as the time allows. */
static void limit_passes(const contest *t, const model_row *row, model_options *o) {
    uint32_t users = t->x->n_users ? t->x->n_users : 1;
    for (size_t i = 0; i < row->n_params; i++)
        if (strcmp(row->params[i].name, "epochs") == 0) o->param[i] = fmin(o->param[i], fmax(1, (double)(t->p->n_taught / users)));
}

model_options contest_options(const contest *t, const model_row *row) {
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

static err_code try_rows(ctx *c, contest *t, const contest_row *rows, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
        const model_row *row = model_named(str_of(rows[i].name));
        if (!row || !suits(t, row, rows[i].kind)) continue;
        model_options o = contest_options(t, row);
        TRY(try_one(c, t, row, &o));
    }
    return ERR_OK;
}

/* The other settings of whoever leads. */
static err_code try_settings(ctx *c, contest *t) {
    const tried leader = *best_of(t);
    for (const char *const *setting = leader.row->grid; setting && *setting; setting++) {
        model_options o = contest_options(t, leader.row);
        TRY(model_set_all(c, leader.row, &o, str_of(*setting)));
        TRY(try_one(c, t, leader.row, &o));
    }
    return ERR_OK;
}

err_code contest_pack(ctx *c, const contest *t, const model_row *row, const model_options *o, str *ret_pack) {
    AUTO_BUF b;
    model m;
    arena_mark mark = arena_save(c->arena);
    buf_init(&b, t->p->bytes_most);
    TRY(model_fit(c, row, t->x, o, &m));
    TRY(model_save(c, &m, &b));
    arena_restore(c->arena, mark);
    str copy = str_dup(c->arena, buf_view(&b));
    if (!copy.p) return fail(c, ERR_NO_MEMORY, "a model takes %zu bytes", b.n);
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

err_code contest_hold(ctx *c, contest *t, const contest_row *rows, size_t n_rows, str *ret_pack, personal_judgement *j,
                      const tried **ret_winner) {
    *ret_winner = NULL;
    TRY(race_new(c, &t->q.cases, store_tasks[t->q.task].metrics, t->p->seed, &t->race));
    TRY(try_rows(c, t, rows, n_rows));
    TRY(try_settings(c, t));
    j->tried = t->n;
    for (uint32_t left = t->n; left-- > 0;) {
        tried *winner = best_of(t);
        arena_mark mark = arena_save(c->arena);
        err_code e = contest_pack(c, t, winner->row, &winner->options, ret_pack);
        if (!e && winner->run.stopped) e = finish(c, t, winner);
        if (!e) {
            *ret_winner = winner;
            return describe(c, t, winner, j);
        }
        if (e != ERR_TOO_LARGE && e != ERR_INVALID) return e;
        arena_restore(c->arena, mark);
        winner->too_large = true;                           /* to publish: the next best */
    }
    return ERR_OK;
}

err_code contest_open(ctx *c, const interactions *x, const personal_params *p, store_task task, contest_fn *fn, void *state,
                      str *ret_pack, personal_judgement *ret_judgement) {
    int64_t from = c->time->mono_us(c->time);
    personal_judgement j = { .model = "", .cases_needed = STORE_LEAST_CASES };
    str packed = { 0 };
    AUTO_ARENA scratch;
    arena_init(&scratch, c->arena->cap);
    arena *home = c->arena;
    contest *t = arena_new(&scratch, contest, 1);
    if (!t) return fail(c, ERR_NO_MEMORY, "choose a model");
    t->p = p, t->x = x;
    c->arena = &scratch;                                    /* questions and fits leave together */
    err_code e = x->n_items ? store_ask(c, x, task, &t->q) : ERR_OK;
    j.cases = t->q.n_clusters, j.split_ms = t->q.window.split_ms, j.repeats = x->n_items && !t->q.cases.hide_history;
    if (!e && x->n_items) e = fn(c, t, &packed, &j, state);
    c->arena = home;
    if (e) return e;
    *ret_pack = packed.n ? str_dup(home, packed) : packed;
    if (packed.n && !ret_pack->p) return fail(c, ERR_NO_MEMORY, "a model takes %zu bytes", packed.n);
    j.seconds = (double)(c->time->mono_us(c->time) - from) * 1e-6;
    *ret_judgement = j;
    return ERR_OK;
}
