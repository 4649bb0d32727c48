/* Cases in drawn order, looks at growing parts of them; see race.h. Idea: Maron and Moore 1994 (Hoeffding races), with the paired
 * differences of Moore and Lee 1994 in place of bounds for any figure. */
#include "eval/race.h"
#include <math.h>
#include <string.h>

static const double looks[] = { 0.125, 0.25, 0.5, 1 };         /* shares of the cases */

static err_code deal(ctx *c, const eval_cases *from, uint64_t seed, race *r) {
    uint32_t n = from->n, *place = arena_new_raw(c->arena, uint32_t, n), *truth = arena_new_raw(c->arena, uint32_t, from->truth_start[n]);
    history *asked = arena_new_raw(c->arena, history, n);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    if (!place || !truth || !asked || !start) return fail(c, ERR_NO_MEMORY, "a race over %u cases", n);
    rng luck;
    rng_seed(&luck, seed);
    for (uint32_t i = 0; i < n; i++) {                          /* Fisher and Yates, inside out */
        uint32_t at = (uint32_t)rng_below(&luck, (uint64_t)i + 1);
        place[i] = place[at], place[at] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t first = from->truth_start[place[i]], size = from->truth_start[place[i] + 1] - first;
        asked[i] = from->asked[place[i]];
        memcpy(truth + start[i], from->truth + first, size * sizeof *truth);
        start[i + 1] = start[i] + size;
    }
    r->cases = *from, r->place = place;
    r->cases.asked = asked, r->cases.truth_start = start, r->cases.truth = truth;
    return ERR_OK;
}

err_code race_new(ctx *c, const eval_cases *cases, unsigned metrics, uint64_t seed, race *ret_race) {
    race r = { .metrics = metrics };
    if (!cases->n || cases->group || cases->weight) return fail(c, ERR_INVALID, "a race takes cases of one group, all alike");
    TRY(deal(c, cases, seed, &r));
    *ret_race = r;
    return ERR_OK;
}

/* Mean of the metrics compared; NAN without a truth. */
static double figure_of(const race *r, const float *each, uint32_t i) {
    double sum = 0;
    int n = 0;
    for (int m = 0; m < METRIC_COUNT; m++)
        if (r->metrics & 1U << m) sum += (double)each[(size_t)i * METRIC_COUNT + (size_t)m], n++;
    return n ? sum / n : 0;
}

static double mean_of(const race *r, const float *each, uint32_t n) {
    double sum = 0;
    uint32_t counted = 0;
    for (uint32_t i = 0; i < n; i++) {
        double figure = figure_of(r, each, i);
        if (!isnan(figure)) sum += figure, counted++;
    }
    return counted ? sum / counted : 0;
}

static bool clearly_worse(const race *r, const float *each, uint32_t n) {
    double sum = 0, squares = 0, counted = 0;
    for (uint32_t i = 0; i < n; i++) {
        double less = figure_of(r, each, i) - r->leader[i];
        if (!isnan(less)) sum += less, squares += less * less, counted++;
    }
    if (counted < RACE_LEAST) return false;
    double mean = sum / counted, variance = (squares - sum * mean) / (counted - 1);
    return mean + RACE_ERRORS * sqrt(variance > 0 ? variance / counted : 0) < 0;
}

/* Cases [from, to) of those in the order asked. */
static eval_cases part_of(const eval_cases *all, uint32_t from, uint32_t to) {
    eval_cases part = *all;
    part.n = to - from, part.asked = all->asked + from, part.truth_start = all->truth_start + from;
    return part;
}

/* Look by look, until it is clearly worse or has answered all. */
static err_code run_race(ctx *c, const race *r, const model *m, float *each, race_run *run) {
    for (size_t look = 0; look < COUNT(looks) && !run->stopped; look++) {
        uint32_t to = (uint32_t)(looks[look] * r->cases.n);
        if ((!r->leader || to < RACE_LEAST) && to < r->cases.n) continue;
        eval_cases part = part_of(&r->cases, run->asked, to);
        TRY(judge_answers(c, &part, m, each + (size_t)run->asked * METRIC_COUNT));
        run->asked = to;
        run->stopped = to < r->cases.n && clearly_worse(r, each, to);
    }
    run->value = mean_of(r, each, run->asked);
    return ERR_OK;
}

static err_code fit_and_run(ctx *c, const race *r, const model_row *row, const model_options *o, float *each, race_run *run) {
    model m;
    arena_mark mark = arena_save(c->arena);
    TRY(model_fit(c, row, &r->cases.train, o, &m));
    TRY(run_race(c, r, &m, each, run));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* Figures in the caller's order; in the order asked for the next ones, when this is the best so far. */
static err_code keep(ctx *c, race *r, const float *each, race_run *run) {
    float *sorted = arena_new_raw(c->arena, float, (size_t)r->cases.n * METRIC_COUNT);
    double *figures = arena_new_raw(c->arena, double, r->cases.n);
    if (!sorted || !figures) return fail(c, ERR_NO_MEMORY, "figures of %u cases", r->cases.n);
    for (uint32_t i = 0; i < r->cases.n; i++) {
        memcpy(sorted + (size_t)r->place[i] * METRIC_COUNT, each + (size_t)i * METRIC_COUNT, METRIC_COUNT * sizeof *each);
        figures[i] = figure_of(r, each, i);
    }
    run->each = sorted;
    if (!r->leader || run->value > r->leader_value) r->leader = figures, r->leader_value = run->value;
    return ERR_OK;
}

err_code race_next(ctx *c, race *r, const model_row *row, const model_options *o, race_run *ret_run) {
    arena_mark mark = arena_save(c->arena);
    race_run run = { 0 };
    float *each = arena_new_raw(c->arena, float, (size_t)r->cases.n * METRIC_COUNT);
    if (!each) return fail(c, ERR_NO_MEMORY, "figures of %u cases", r->cases.n);
    err_code e = fit_and_run(c, r, row, o, each, &run);
    if ((e == ERR_TOO_LARGE || e == ERR_INVALID) && r->leader) run = (race_run){ .refused = true };
    else if (e) return e;
    if (run.refused || run.stopped) arena_restore(c->arena, mark);
    else TRY(keep(c, r, each, &run));
    *ret_run = run;
    return ERR_OK;
}
