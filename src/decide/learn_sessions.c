/* Who may be the session model of a shop, when it is worth having, and what its scores stand for; see learn_sessions.h. */
#include "decide/learn_sessions.h"
#include <string.h>
#include "decide/learn_contest_int.h"
#include "num/topk.h"

/* In the order that breaks ties. The blend of all of them answers in 240 us where these take 75: a page would wait for it. */
static const contest_row rows[] = { { "popularity", 0 }, { "markov", 0 }, { "vmis_knn", 0 }, { "vstan", 0 } };
enum { PLACE_OF_MARKOV = 1, UNIT_TOP = 20 };

/* ---- what a score stands for ---- */
typedef struct {
    const interactions *x;          /* questions point into it, in the order of its users */
    uint32_t user;                  /* whose question is asked */
    float *scores, *worth;          /* n_items each; worth: what was done to it after the question, 0 between questions */
    double said, came;
} measure;

static uint64_t visit_end(measure *m, uint64_t from) {
    const interactions *x = m->x;
    while (x->start[m->user + 1] <= from) m->user++;
    uint64_t at = from;
    while (at < x->start[m->user + 1] && x->visit[at] == x->visit[from]) at++;
    return at;
}

static void add_up(measure *m) {
    topk_entry room[UNIT_TOP];
    topk best = { room, 0, UNIT_TOP };
    for (uint32_t i = 0; i < m->x->n_items; i++)
        if (m->scores[i] > 0) topk_offer(&best, i, m->scores[i]);
    for (uint32_t i = 0; i < best.n; i++) {
        m->said += (double)room[i].score;
        m->came += (double)m->worth[room[i].item];
    }
}

static err_code measure_one(ctx *c, const model *fitted, const history *h, measure *m) {
    uint64_t from = (uint64_t)(h->item - m->x->item), to = visit_end(m, from);
    TRY(model_score(c, fitted, h, 1, m->scores));
    for (size_t i = 0; i < h->n; i++) m->scores[h->item[i]] = 0;                /* touched already: no answer */
    for (uint64_t e = from + h->n; e < to; e++)
        if (m->x->weight[e] > m->worth[m->x->item[e]]) m->worth[m->x->item[e]] = m->x->weight[e];
    add_up(m);
    for (uint64_t e = from + h->n; e < to; e++) m->worth[m->x->item[e]] = 0;
    return ERR_OK;
}

/* Of the same model fitted on what was before the questions. */
static err_code find_unit(ctx *c, const contest *t, const tried *winner, double *ret_unit) {
    const eval_cases *q = &t->q.cases;
    model fitted;
    measure m = { .x = t->x, .scores = arena_new(c->arena, float, t->x->n_items), .worth = arena_new(c->arena, float, t->x->n_items) };
    if (!m.scores || !m.worth) return fail(c, ERR_NO_MEMORY, "what scores of %u products stand for", t->x->n_items);
    TRY(model_fit(c, winner->row, &q->train, &winner->options, &fitted));
    for (uint32_t i = 0; i < q->n; i++) TRY(measure_one(c, &fitted, &q->asked[i], &m));
    *ret_unit = m.said > 0 ? m.came / m.said : 0;
    return ERR_OK;
}

/* ---- the choice ---- */
static double markov_of(const contest *t) {
    for (uint32_t i = 0; i < t->n && i <= PLACE_OF_MARKOV; i++)                 /* its defaults: right behind popularity */
        if (str_eq(str_of(t->tried[i].row->name), STR("markov"))) return contest_hit_rate(t, &t->tried[i]);
    return -1;
}

static err_code choose(ctx *c, contest *t, str *ret_pack, personal_judgement *best, void *state) {
    session_judgement *j = state;
    const tried *winner = NULL;
    str packed = { 0 };
    if (best->cases < STORE_LEAST_CASES) return ERR_OK;
    TRY(contest_hold(c, t, rows, COUNT(rows), &packed, best, &winner));
    j->markov = markov_of(t);
    j->won = winner && best->gain.low > 0;
    if (!j->won) return ERR_OK;
    TRY(find_unit(c, t, winner, &j->unit));
    *ret_pack = packed;
    return ERR_OK;
}

err_code learn_sessions(ctx *c, const interactions *x, const personal_params *p, str *ret_pack, session_judgement *ret_judgement) {
    session_judgement j = { .markov = -1 };
    TRY(contest_open(c, x, p, STORE_VISIT, choose, &j, ret_pack, &j.best));
    *ret_judgement = j;
    return ERR_OK;
}

void session_judgement_write(json_out *w, const session_judgement *j) {
    jw_member_text(w, "session_model", j->won ? j->best.model : "");
    jw_member_text(w, "session_best", j->best.model);
    judgement_write_figures(w, "session", &j->best);
    jw_key(w, "session_hit_rate_10_markov");
    if (j->markov >= 0) jw_fixed(w, j->markov, 4);
    else jw_null(w);
    jw_member_fixed(w, "session_unit", j->unit, 6);
}
