/* vstan: what neighbours of a session went on with (vector session and time aware nearest neighbours).
 *   sim(s)   = 2^(-age_s / half_life) |s|^-length_power sum over shared items i of w_i exp(-ago_i / position_decay)
 *   score(c) = sum over the k nearest s, sim(s) exp(-step_s / match_decay) (1 + idf_weight idf_c) w_c
 *              sum over the places of c in s of  exp(-distance to the matched place / distance_decay) * 1, before, or same
 * ago: clicks back in the session asked with; step_s: how many distinct items back the newest shared one is; the matched place is its
 * last one in s; `before` weighs what stood before it, `same` the item itself. It does NOT look at the clock: age is the number of
 * newer sessions, as a share of all, so that a setting means the same in a large shop and a small one. */
#include "models/vstan.h"
#include <math.h>
#include <string.h>
#include "models/rows.h"

enum { RECENT, SAMPLE, NEIGHBOURS, HALF_LIFE, LENGTH_POWER, POSITION_DECAY, MATCH_DECAY, DISTANCE_DECAY, BEFORE, SAME, IDF_WEIGHT };
static const model_param params[] = {
    [RECENT] = { "recent", 30, 1, SESSION_MAX_RECENT, true, "distinct items asked with, the newest" },
    [SAMPLE] = { "sample", 2500, 1, 100000, true, "sessions looked at: the newest that share an item" },
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

static void prepare(const double *param, vstan_scale *ret_scale) {
    memcpy(ret_scale->param, param, COUNT(params) * sizeof *param);
    for (int d = 0; d < SESSION_MAX_CLICKS; d++) ret_scale->near[d] = (float)exp(-d / param[DISTANCE_DECAY]);
    for (int i = 0; i < SESSION_MAX_RECENT; i++) ret_scale->step[i] = (float)exp(-i / param[MATCH_DECAY]);
    for (int n = 0; n <= SESSION_MAX_CLICKS; n++) ret_scale->length[n] = (float)pow(n < 1 ? 1 : n, -param[LENGTH_POWER]);
}

void vstan_prepare_default(vstan_scale *ret_scale) {
    model_options o = model_default_options(&model_vstan);
    prepare(o.param, ret_scale);
}

uint32_t vstan_recent(const vstan_scale *t) { return (uint32_t)t->param[RECENT]; }
uint32_t vstan_sample(const vstan_scale *t) { return (uint32_t)t->param[SAMPLE]; }

/* Sessions, and the tables, made once: they hold some hundred powers. */
typedef struct {
    const session_model *sessions;
    vstan_scale scale;
} vstan_model;

static err_code wrap(ctx *c, void *sessions, void **ret_state) {
    vstan_model *m = arena_new_raw(c->arena, vstan_model, 1);
    if (!m) return fail(c, ERR_NO_MEMORY, "tables of a model of sessions");
    m->sessions = sessions;
    prepare(m->sessions->param, &m->scale);
    *ret_state = m;
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    void *sessions = NULL;
    TRY(session_model_fit(c, x, o->param, COUNT(params), (uint32_t)o->param[SAMPLE], &sessions));
    return wrap(c, sessions, ret_state);
}

uint32_t vstan_neighbours(const session_index *ix, const vstan_scale *t, const session_query *q, session_neighbour *list,
                          float *scratch) {
    const session_log *log = &ix->log;
    float weight[SESSION_MAX_RECENT];
    for (uint32_t i = 0; i < q->n; i++) weight[i] = q->weight[i] * (float)exp(-(double)q->ago[i] / t->param[POSITION_DECAY]);
    uint32_t n = session_matches(ix, q, weight, vstan_sample(t), list);
    float fade = t->param[HALF_LIFE] > 0 ? (float)(1 / (t->param[HALF_LIFE] * log->n_sessions)) : 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t s = list[i].session;
        list[i].similarity *= t->length[log->start[s + 1] - log->start[s]];
        if (fade > 0) list[i].similarity *= exp2f(-(float)(log->n_sessions - 1 - s) * fade);
    }
    return session_nearest(list, n, (uint32_t)t->param[NEIGHBOURS], scratch);
}

float vstan_vote(const session_index *ix, const vstan_scale *t, session_neighbour near, uint64_t match, uint64_t place) {
    float before = (float)t->param[BEFORE], same = (float)t->param[SAME], idf_weight = (float)t->param[IDF_WEIGHT];
    float far = place > match ? t->near[place - match] : place < match ? before * t->near[match - place] : same;
    float weight = ix->log.weight ? ix->log.weight[place] : 1;
    return near.similarity * t->step[near.match] * far * (1 + idf_weight * ix->idf[ix->log.item[place]]) * weight;
}

static void score_one(const session_index *ix, const vstan_scale *t, const history *h, session_neighbour *list, float *scratch,
                      float *scores) {
    session_query q = session_query_of(h, ix->log.n_items, vstan_recent(t));
    memcpy(scores, ix->fallback, ix->log.n_items * sizeof *scores);
    uint32_t n = vstan_neighbours(ix, t, &q, list, scratch);
    for (uint32_t k = 0; k < n; k++) {
        if (k % SESSION_TOGETHER == 0) session_touch(ix, list, n, k);
        uint64_t match = session_match_position(ix, &q, list[k]);
        for (uint64_t e = ix->log.start[list[k].session]; e < ix->log.start[list[k].session + 1]; e++)
            session_score_add(scores, ix->log.item[e], vstan_vote(ix, t, list[k], match, e));
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const vstan_model *m = state;
    const session_index *ix = &m->sessions->index;
    uint32_t sample = vstan_sample(&m->scale);
    arena_mark mark = arena_save(c->arena);
    session_neighbour *list = arena_new_raw(c->arena, session_neighbour, sample);
    float *scratch = arena_new_raw(c->arena, float, sample);
    if (!list || !scratch) return fail(c, ERR_NO_MEMORY, "%u neighbours", sample);
    for (size_t i = 0; i < n; i++) score_one(ix, &m->scale, &h[i], list, scratch, ret_scores + i * ix->log.n_items);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const vstan_model *m = state;
    return session_model_save(c, m->sessions, COUNT(params), out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    void *sessions = NULL;
    TRY(session_model_load(c, p, n_items, params, COUNT(params), &sessions));
    return wrap(c, sessions, ret_state);
}

static const char *const grid[] = { "neighbours=100", "sample=1500 neighbours=300", "half_life_share=0.2", "idf_weight=0", NULL };

const model_row model_vstan = {
    .name = "vstan", .title = "What similar sessions went on with, by place and age",
    .source = "Ludewig, Mauro, Latifi, Jannach 2021 (VSTAN); Garg et al. 2019 (STAN)", .needs = MODEL_NEEDS_ORDER,
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
