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
    [NEIGHBOURS] = { "neighbours", 1000, 1, 100000, true, "of these the most similar speak" },
    [HALF_LIFE] = { "half_life_share", 0.6, 0, 1000, false, "a session older than this share of all counts half; 0: all alike" },
    [LENGTH_POWER] = { "length_power", 0, 0, 2, false, "similarity is divided by the session's length to this" },
    [POSITION_DECAY] = { "position_decay", 4.9, 0.01, 1000, false, "clicks back in which an item's weight falls to 1/e" },
    [MATCH_DECAY] = { "match_decay", 1.2, 0.01, 1000, false, "items back in which a neighbour's vote falls to 1/e" },
    [DISTANCE_DECAY] = { "distance_decay", 4.9, 0.01, 1000, false, "places from the match in which a vote falls to 1/e" },
    [BEFORE] = { "before", 0.8, 0, 10, false, "weight of what stood before the match" },
    [SAME] = { "same", 1.5, 0, 10, false, "weight of the matched item itself: seen again" },
    [IDF_WEIGHT] = { "idf_weight", 3, 0, 100, false, "how much rare items are preferred" },
};

typedef struct {
    session_index index;
    const double *param;            /* COUNT(params) */
    float *near;                    /* SESSION_MAX_CLICKS: vote by distance */
    float step[SESSION_MAX_RECENT]; /* vote by step */
} vstan;

static err_code make_state(ctx *c, const session_index *ix, const double *param, void **ret_state) {
    vstan *s = arena_new(c->arena, vstan, 1);
    float *near = arena_new(c->arena, float, SESSION_MAX_CLICKS);
    if (!s || !near) return fail(c, ERR_NO_MEMORY, "vstan");
    *s = (vstan){ .index = *ix, .param = param, .near = near };
    for (int d = 0; d < SESSION_MAX_CLICKS; d++) near[d] = (float)exp(-d / param[DISTANCE_DECAY]);
    for (int i = 0; i < SESSION_MAX_RECENT; i++) s->step[i] = (float)exp(-i / param[MATCH_DECAY]);
    *ret_state = s;
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    session_log log;
    session_index ix;
    double *param = arena_new(c->arena, double, COUNT(params));
    if (!param) return fail(c, ERR_NO_MEMORY, "vstan");
    memcpy(param, o->param, sizeof(double) * COUNT(params));
    TRY(session_log_of(c, x, &log));
    TRY(session_index_build(c, &log, (uint32_t)param[SAMPLE], &ix));
    return make_state(c, &ix, param, ret_state);
}

/* Similarities of the sessions that share something, then the nearest of them. How many. */
static uint32_t find_neighbours(const vstan *s, const session_query *q, session_neighbour *list, float *scratch) {
    const session_log *log = &s->index.log;
    float weight[SESSION_MAX_RECENT];
    for (uint32_t i = 0; i < q->n; i++) weight[i] = q->weight[i] * (float)exp(-q->ago[i] / s->param[POSITION_DECAY]);
    uint32_t n = session_matches(&s->index, q, weight, (uint32_t)s->param[SAMPLE], list);
    float fade = s->param[HALF_LIFE] > 0 ? (float)(1 / (s->param[HALF_LIFE] * log->n_sessions)) : 0;
    float power = (float)s->param[LENGTH_POWER];
    for (uint32_t i = 0; i < n; i++) {
        list[i].similarity *= exp2f(-(float)(log->n_sessions - 1 - list[i].session) * fade);
        if (power > 0) list[i].similarity *= powf((float)(log->start[list[i].session + 1] - log->start[list[i].session]), -power);
    }
    return session_nearest(list, n, (uint32_t)s->param[NEIGHBOURS], scratch);
}

static void add_votes(const vstan *s, const session_query *q, session_neighbour near, float *scores) {
    const session_log *log = &s->index.log;
    float before = (float)s->param[BEFORE], same = (float)s->param[SAME], idf_weight = (float)s->param[IDF_WEIGHT];
    float vote = near.similarity * s->step[near.match];
    uint64_t match = session_match_position(&s->index, q, near);
    for (uint64_t e = log->start[near.session]; e < log->start[near.session + 1]; e++) {
        uint32_t item = log->item[e];
        float place = e > match ? s->near[e - match] : e < match ? before * s->near[match - e] : same;
        float worth = vote * place * (1 + idf_weight * s->index.idf[item]) * (log->weight ? log->weight[e] : 1);
        session_score_add(scores, item, worth);
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const vstan *s = state;
    uint32_t n_items = s->index.log.n_items, sample = (uint32_t)s->param[SAMPLE];
    arena_mark mark = arena_save(c->arena);
    session_neighbour *list = arena_new_raw(c->arena, session_neighbour, sample);
    float *scratch = arena_new_raw(c->arena, float, sample);
    if (!list || !scratch) return fail(c, ERR_NO_MEMORY, "%u neighbours", sample);
    for (size_t i = 0; i < n; i++) {
        float *scores = ret_scores + i * n_items;
        session_query q = session_query_of(&h[i], n_items, (uint32_t)s->param[RECENT]);
        memcpy(scores, s->index.fallback, n_items * sizeof *scores);
        uint32_t found = find_neighbours(s, &q, list, scratch);
        for (uint32_t k = 0; k < found; k++) add_votes(s, &q, list[k], scores);
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const vstan *s = state;
    pack_array arrays[SESSION_INDEX_ARRAYS + 1];
    session_index_arrays(&s->index, arrays);
    arrays[SESSION_INDEX_ARRAYS] = (pack_array){ "param", s->param, sizeof(double), COUNT(params) };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code load(ctx *c, const pack *p, void **ret_state) {
    session_index ix;
    const void *param;
    TRY(session_index_load(c, p, &ix));
    TRY(pack_get(c, p, "param", sizeof(double), COUNT(params), &param, NULL));
    TRY(model_check_params(c, params, COUNT(params), param));
    return make_state(c, &ix, param, ret_state);
}

static const char *const grid[] = { "neighbours=100", "sample=1500 neighbours=300", "half_life_share=0.2", "idf_weight=0", NULL };

const model_row model_vstan = {
    .name = "vstan", .title = "What similar sessions went on with, by place and age",
    .source = "Ludewig, Mauro, Latifi, Jannach 2021 (VSTAN); Garg et al. 2019 (STAN)", .needs = MODEL_NEEDS_ORDER,
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
