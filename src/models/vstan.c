/* vstan: what neighbours of a session went on with (vector session and time aware nearest neighbours).
 *   sim(s)   = 2^(-age_s / half_life) |s|^-length_power sum over shared items i of w_i exp(-ago_i / position_decay)
 *   score(c) = sum over the k nearest s, sim(s) exp(-step_s / match_decay) (1 + idf_weight idf_c) w_c
 *              sum over the places of c in s of  exp(-distance to the matched place / distance_decay) * 1, before, or same
 * ago: clicks back in the session asked with; step_s: how many distinct items back the newest shared one is; the matched place is its
 * last one in s; `before` weighs what stood before it, `same` the item itself. It does NOT look at the clock: age is the number of
 * newer sessions, as a share of all, so that a setting means the same in a large shop and a small one. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/session_index.h"

enum { RECENT, SAMPLE, NEIGHBOURS, HALF_LIFE, LENGTH_POWER, POSITION_DECAY, MATCH_DECAY, DISTANCE_DECAY, BEFORE, SAME, IDF_WEIGHT };
static const model_param params[] = {
    [RECENT] = { "recent", 30, 1, SESSION_MAX_RECENT, true, "distinct items asked with, the newest" },
    [SAMPLE] = { "sample", 5000, 1, 100000, true, "sessions looked at: the newest that share an item" },
    [NEIGHBOURS] = { "neighbours", 500, 1, 100000, true, "of these the most similar speak" },
    [HALF_LIFE] = { "half_life_share", 0.6, 0, 1000, false, "a session older than this share of all counts half; 0: all alike" },
    [LENGTH_POWER] = { "length_power", 0.25, 0, 2, false, "similarity is divided by the session's length to this" },
    [POSITION_DECAY] = { "position_decay", 6, 0.01, 1000, false, "clicks back in which an item's weight falls to 1/e" },
    [MATCH_DECAY] = { "match_decay", 1.5, 0.01, 1000, false, "items back in which a neighbour's vote falls to 1/e" },
    [DISTANCE_DECAY] = { "distance_decay", 4.9, 0.01, 1000, false, "places from the match in which a vote falls to 1/e" },
    [BEFORE] = { "before", 0.8, 0, 10, false, "weight of what stood before the match" },
    [SAME] = { "same", 2, 0, 10, false, "weight of the matched item itself: seen again" },
    [IDF_WEIGHT] = { "idf_weight", 3, 0, 100, false, "how much rare items are preferred" },
};

/* Votes by how far: places from the match, items back in the question. */
typedef struct { float near[SESSION_MAX_CLICKS], step[SESSION_MAX_RECENT]; } vote_table;

static void fill_votes(const double *param, vote_table *t) {
    for (int d = 0; d < SESSION_MAX_CLICKS; d++) t->near[d] = (float)exp(-d / param[DISTANCE_DECAY]);
    for (int i = 0; i < SESSION_MAX_RECENT; i++) t->step[i] = (float)exp(-i / param[MATCH_DECAY]);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    return session_model_fit(c, x, o->param, COUNT(params), (uint32_t)o->param[SAMPLE], ret_state);
}

/* Similarities of the sessions that share something, then the nearest of them. How many. */
static uint32_t find_neighbours(const session_model *s, const session_query *q, session_neighbour *list, float *scratch) {
    const session_log *log = &s->index.log;
    float weight[SESSION_MAX_RECENT];
    for (uint32_t i = 0; i < q->n; i++) weight[i] = q->weight[i] * (float)exp(-(double)q->ago[i] / s->param[POSITION_DECAY]);
    uint32_t n = session_matches(&s->index, q, weight, (uint32_t)s->param[SAMPLE], list);
    float fade = s->param[HALF_LIFE] > 0 ? (float)(1 / (s->param[HALF_LIFE] * log->n_sessions)) : 0;
    float power = (float)s->param[LENGTH_POWER];
    for (uint32_t i = 0; i < n; i++) {
        list[i].similarity *= exp2f(-(float)(log->n_sessions - 1 - list[i].session) * fade);
        if (power > 0) list[i].similarity *= powf((float)(log->start[list[i].session + 1] - log->start[list[i].session]), -power);
    }
    return session_nearest(list, n, (uint32_t)s->param[NEIGHBOURS], scratch);
}

static void add_votes(const session_model *s, const vote_table *t, const session_query *q, session_neighbour near, float *scores) {
    const session_log *log = &s->index.log;
    float before = (float)s->param[BEFORE], same = (float)s->param[SAME], idf_weight = (float)s->param[IDF_WEIGHT];
    float vote = near.similarity * t->step[near.match];
    uint64_t match = session_match_position(&s->index, q, near);
    for (uint64_t e = log->start[near.session]; e < log->start[near.session + 1]; e++) {
        uint32_t item = log->item[e];
        float place = e > match ? t->near[e - match] : e < match ? before * t->near[match - e] : same;
        float worth = vote * place * (1 + idf_weight * s->index.idf[item]) * (log->weight ? log->weight[e] : 1);
        session_score_add(scores, item, worth);
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const session_model *s = state;
    uint32_t n_items = s->index.log.n_items, sample = (uint32_t)s->param[SAMPLE];
    arena_mark mark = arena_save(c->arena);
    session_neighbour *list = arena_new_raw(c->arena, session_neighbour, sample);
    float *scratch = arena_new_raw(c->arena, float, sample);
    vote_table t;
    if (!list || !scratch) return fail(c, ERR_NO_MEMORY, "%u neighbours", sample);
    fill_votes(s->param, &t);
    for (size_t i = 0; i < n; i++) {
        float *scores = ret_scores + i * n_items;
        session_query q = session_query_of(&h[i], n_items, (uint32_t)s->param[RECENT]);
        memcpy(scores, s->index.fallback, n_items * sizeof *scores);
        uint32_t found = find_neighbours(s, &q, list, scratch);
        for (uint32_t k = 0; k < found; k++) add_votes(s, &t, &q, list[k], scores);
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) { return session_model_save(c, state, COUNT(params), out); }

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    return session_model_load(c, p, n_items, params, COUNT(params), ret_state);
}

static const char *const grid[] = { "neighbours=100", "sample=1500 neighbours=300", "half_life_share=0.2", "idf_weight=0", NULL };

const model_row model_vstan = {
    .name = "vstan", .title = "What similar sessions went on with, by place and age",
    .source = "Ludewig, Mauro, Latifi, Jannach 2021 (VSTAN); Garg et al. 2019 (STAN)", .needs = MODEL_NEEDS_ORDER,
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
