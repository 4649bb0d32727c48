/* Candidates, measured on the newest weeks, then the winner's other settings, then the fit on everything; see learn_contest_int.h.
 * It does NOT say who takes part. */
#include "decide/learn_contest_int.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"

enum { LEAST_PASSES = 4 };
static const double INSIDE = 0.95;         /* of intervals */

/* As many passes as the time allows. */
static void limit_passes(const contest *t, const interactions *x, const model_row *row, model_options *o) {
    uint32_t users = x->n_users ? x->n_users : 1;
    for (size_t i = 0; i < row->n_params; i++)
        if (strcmp(row->params[i].name, "epochs") == 0) o->param[i] = fmin(o->param[i], fmax(1, (double)(t->p->n_taught / users)));
}

model_options contest_options(const contest *t, const model_row *row) {
    model_options o = model_default_options(row);
    o.seed = t->p->seed, o.threads = t->p->threads, o.progress = t->p->progress, o.progress_state = t->p->progress_state;
    limit_passes(t, t->x, row, &o);
    return o;
}

/* What is measured is remembered; what refuses the data is not. */
static err_code try_one(ctx *c, contest *t, tried next) {
    if (t->n == MOST_TRIED) return ERR_OK;
    TRY(race_next(c, &t->race, next.row, &next.options, &next.run));
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

static bool suits(const contest *t, const interactions *x, const model_row *row, unsigned kind) {
    bool too_large = ((kind & OF_ITEMS) && x->n_items > t->p->n_items_dense) || ((kind & OF_PEOPLE) && x->n_users > t->p->n_people);
    too_large |= (kind & OF_PASSES) && x->n_users > t->p->n_taught / LEAST_PASSES;
    bool nothing_again = (kind & OF_REPEATS) && t->q.cases.hide_history;
    return !too_large && !nothing_again && ((row->needs & MODEL_NEEDS_FACTS) == 0 || x->facts);
}

static err_code try_rows(ctx *c, contest *t, const contest_row *rows, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
        const model_row *row = model_named(str_of(rows[i].name));
        if (!row || !suits(t, t->x, row, rows[i].kind)) continue;
        TRY(try_one(c, t, (tried){ .row = row, .options = contest_options(t, row), .kind = rows[i].kind }));
    }
    return ERR_OK;
}

/* The other settings of whoever leads. */
static err_code try_settings(ctx *c, contest *t) {
    const tried leader = *best_of(t);
    for (const char *const *setting = leader.row->grid; setting && *setting; setting++) {
        model_options o = contest_options(t, leader.row);
        TRY(model_set_all(c, leader.row, &o, str_of(*setting)));
        TRY(try_one(c, t, (tried){ .row = leader.row, .options = o, .kind = leader.kind }));
    }
    return ERR_OK;
}

/* ---- taught with what was looked at ---- */
enum { MOST_BROWSED = 3 };

/* Of the first `n` the best that suits what was looked at and is not among the `n_taken`; NULL when there is none. */
static const tried *next_best(const contest *t, uint32_t n, const tried *const *taken, uint32_t n_taken) {
    const tried *best = NULL;
    for (uint32_t i = 0; i < n; i++) {
        const tried *x = &t->tried[i];
        bool free = suits(t, &t->browsed_train, x->row, x->kind);
        for (uint32_t k = 0; k < n_taken; k++) free &= taken[k] != x;
        if (free && (!best || is_better(x, best))) best = x;
    }
    return best;
}

static err_code try_browsing(ctx *c, contest *t, uint32_t n_plain) {
    const tried *taken[MOST_BROWSED];
    TRY(t->browsed->before(c, t->browsed->state, t->q.cases.train.as_of_ms, &t->browsed_train));
    t->race.cases.train = t->browsed_train;
    for (uint32_t k = 0; k < MOST_BROWSED && (taken[k] = next_best(t, n_plain, taken, k)); k++) {
        tried more = { .row = taken[k]->row, .options = taken[k]->options, .kind = taken[k]->kind, .browsing = true };
        limit_passes(t, &t->browsed_train, more.row, &more.options);
        TRY(try_one(c, t, more));
    }
    t->race.cases.train = t->q.cases.train;
    return ERR_OK;
}

/* The figure a race is run by, in one case. */
static double figure_of(const contest *t, const tried *x, uint32_t i) {
    double sum = 0, n = 0;
    for (int m = 0; m < METRIC_COUNT; m++)
        if (t->race.metrics & 1U << m) sum += (double)x->run.each[(size_t)i * METRIC_COUNT + (size_t)m], n++;
    return n > 0 ? sum / n : 0;
}

/* Better by more than the standard error of the difference. */
static bool beats(const contest *t, const tried *x, const tried *plain) {
    double sum = 0, squares = 0, n = t->q.cases.n;
    if (x->run.stopped || plain->run.stopped) return false;
    for (uint32_t i = 0; i < t->q.cases.n; i++) {
        double more = figure_of(t, x, i) - figure_of(t, plain, i);
        sum += more, squares += more * more;
    }
    double mean = sum / n, variance = squares / n - mean * mean;
    return mean > sqrt(variance > 0 ? variance / n : 0);
}

/* Purchases alone are the rule: what does not clearly do better with browsing leaves. */
static err_code weigh_browsing(ctx *c, contest *t, personal_judgement *j) {
    uint32_t n_plain = t->n, kept = n_plain;
    if (!t->browsed) return ERR_OK;
    const tried *plain = best_of(t);
    TRY(try_browsing(c, t, n_plain));
    j->browsing_tried = t->n - n_plain;
    j->hit_rate_purchases = contest_hit_rate(t, plain), j->hit_rate_browsing = -1;
    for (uint32_t i = n_plain; i < t->n; i++) {
        j->hit_rate_browsing = fmax(j->hit_rate_browsing, contest_hit_rate(t, &t->tried[i]));
        if (beats(t, &t->tried[i], plain)) t->tried[kept++] = t->tried[i];
    }
    t->n = kept;
    return ERR_OK;
}

double contest_hit_rate(const contest *t, const tried *x) {
    double sum = 0;
    if (!x->run.each) return -1;
    for (uint32_t i = 0; i < t->q.cases.n; i++) sum += (double)x->run.each[(size_t)i * METRIC_COUNT + METRIC_HIT];
    return sum / t->q.cases.n;
}

/* ---- the choice ---- */
err_code contest_pack(ctx *c, const contest *t, const interactions *x, const model_row *row, const model_options *o, str *ret_pack) {
    AUTO_BUF b;
    model m;
    arena_mark mark = arena_save(c->arena);
    buf_init(&b, t->p->bytes_most);
    TRY(model_fit(c, row, x, o, &m));
    TRY(model_save(c, &m, &b));
    arena_restore(c->arena, mark);
    str copy = str_dup(c->arena, buf_view(&b));
    if (!copy.p) return fail(c, ERR_NO_MEMORY, "a model takes %zu bytes", b.n);
    *ret_pack = copy;
    return ERR_OK;
}

static err_code pack_tried(ctx *c, const contest *t, const tried *x, str *ret_pack) {
    interactions all = *t->x;
    if (x->browsing) TRY(t->browsed->before(c, t->browsed->state, INT64_MAX, &all));
    return contest_pack(c, t, &all, x->row, &x->options, ret_pack);
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
    t->race.cases.train = winner->browsing ? t->browsed_train : t->q.cases.train;
    return race_next(c, &t->race, winner->row, &winner->options, &winner->run);
}

err_code contest_hold(ctx *c, contest *t, const contest_row *rows, size_t n_rows, str *ret_pack, personal_judgement *j,
                      const tried **ret_winner) {
    *ret_winner = NULL;
    TRY(race_new(c, &t->q.cases, store_tasks[t->q.task].metrics, t->p->seed, &t->race));
    TRY(try_rows(c, t, rows, n_rows));
    TRY(try_settings(c, t));
    j->tried = t->n;
    TRY(weigh_browsing(c, t, j));
    j->tried += j->browsing_tried;
    for (uint32_t left = t->n; left-- > 0;) {
        tried *winner = best_of(t);
        arena_mark mark = arena_save(c->arena);
        err_code e = pack_tried(c, t, winner, ret_pack);
        if (!e && winner->run.stopped) e = finish(c, t, winner);
        if (!e) {
            *ret_winner = winner;
            j->browsing = winner->browsing;
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
