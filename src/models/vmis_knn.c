/* vmis_knn: nearest neighbour sessions by items shared, quick by construction (vector multiplication indexed sessions kNN).
 *   sim(s)   = sum over shared items of place_i / n                 place: 1 for the oldest of the n items asked with, n for the newest
 *   score(c) = idf_c sum over the k nearest s that hold c of sim(s) max(0, 1 - 0.1 step_s)
 * over the m newest sessions that share an item; step_s counts from 1 at the newest item. Published code lets the last factor go below 0
 * behind the tenth item; here it stops at 0. idf is ln(1 + sessions / sessions with c): an item of every session keeps a vote. */
#include <string.h>
#include "models/rows.h"
#include "models/session_index.h"

enum { RECENT, SAMPLE, NEIGHBOURS };
static const model_param params[] = {
    [RECENT] = { "recent", 5, 1, SESSION_MAX_RECENT, true, "distinct items asked with, the newest (L)" },
    [SAMPLE] = { "sample", 500, 1, 100000, true, "sessions looked at: the newest that share an item (m)" },
    [NEIGHBOURS] = { "neighbours", 100, 1, 100000, true, "of these the most similar speak (k)" },
};

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    return session_model_fit(c, x, o->param, COUNT(params), (uint32_t)o->param[SAMPLE], ret_state);
}

/* An item votes once a session, however often it was clicked. */
static bool came_before(const session_log *log, uint32_t session, uint64_t click) {
    for (uint64_t e = log->start[session]; e < click; e++)
        if (log->item[e] == log->item[click]) return true;
    return false;
}

static void add_votes(const session_model *s, session_neighbour near, float *scores) {
    const session_log *log = &s->index.log;
    float vote = near.similarity * (1 - 0.1f * (float)(near.match + 1));
    if (vote <= 0) return;
    for (uint64_t e = log->start[near.session]; e < log->start[near.session + 1]; e++) {
        if (came_before(log, near.session, e)) continue;
        session_score_add(scores, log->item[e], vote * s->index.idf[log->item[e]] * (log->weight ? log->weight[e] : 1));
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const session_model *s = state;
    uint32_t n_items = s->index.log.n_items, sample = (uint32_t)s->param[SAMPLE];
    arena_mark mark = arena_save(c->arena);
    session_neighbour *list = arena_new_raw(c->arena, session_neighbour, sample);
    float *scratch = arena_new_raw(c->arena, float, sample), weight[SESSION_MAX_RECENT];
    if (!list || !scratch) return fail(c, ERR_NO_MEMORY, "%u neighbours", sample);
    for (size_t i = 0; i < n; i++) {
        float *scores = ret_scores + i * n_items;
        session_query q = session_query_of(&h[i], n_items, (uint32_t)s->param[RECENT]);
        for (uint32_t k = 0; k < q.n; k++) weight[k] = q.weight[k] * (float)(q.n - k) / (float)q.n;
        memcpy(scores, s->index.fallback, n_items * sizeof *scores);
        uint32_t found = session_matches(&s->index, &q, weight, sample, list);
        found = session_nearest(list, found, (uint32_t)s->param[NEIGHBOURS], scratch);
        for (uint32_t k = 0; k < found; k++) {
            if (k % SESSION_TOGETHER == 0) session_touch(&s->index, list, found, k);
            add_votes(s, list[k], scores);
        }
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) { return session_model_save(c, state, COUNT(params), out); }

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    return session_model_load(c, p, n_items, params, COUNT(params), ret_state);
}

static const char *const grid[] = { "sample=1500 neighbours=500", "recent=10", NULL };

const model_row model_vmis_knn = {
    .name = "vmis_knn", .title = "What similar sessions hold, quick by construction", .needs = MODEL_NEEDS_ORDER,
    .source = "Kersbergen, Sprangers, Schelter 2022 (Serenade), section 3", .params = params, .n_params = COUNT(params),
    .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
