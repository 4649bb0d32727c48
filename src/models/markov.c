/* markov: what is clicked after what, near after near: the floor of session models.
 *   T(i, c)  = sum over clicks of i and c in one session of w_c 2^(-age / half_life) exp(-(gap - 1) / gap_decay) * 1, or `backward`
 *   score(c) = sum over the items i asked with of w_i exp(-ago_i / prefix_decay) T(i, c) / (sum_c T(i, c))^row_power
 * With window 1 and backward 0 it is the first-order Markov chain; with a window and no backward, the sequential rules (SR). */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/session_pairs.h"

enum { PER_ITEM, WINDOW, GAP_DECAY, BACKWARD, SAME, HALF_LIFE, PREFIX_DECAY, ROW_POWER };
static const model_param params[] = {
    [PER_ITEM] = { "k", 300, 1, 10000, true, "partners kept per item" },
    [WINDOW] = { "window", 20, 1, SESSION_MAX_CLICKS - 1, true, "clicks apart at most" },
    [GAP_DECAY] = { "gap_decay", 3, 0.01, 1000, false, "clicks apart in which a pair's weight falls to 1/e" },
    [BACKWARD] = { "backward", 0.5, 0, 10, false, "weight of what came before, against 1 for what came after" },
    [SAME] = { "same", 1, 0, 10, false, "weight of an item clicked again" },
    [HALF_LIFE] = { "half_life_share", 0.6, 0, 1000, false, "a session older than this share of all counts half; 0: all alike" },
    [PREFIX_DECAY] = { "prefix_decay", 2, 0.01, 1000, false, "clicks back in which an item's weight falls to 1/e" },
    [ROW_POWER] = { "row_power", 0.5, 0, 1, false, "an item's partners are divided by their sum to this" },
};

typedef struct {
    session_pairs pairs;
    const float *fallback;          /* n_items, -1..0 */
    const double *param;
} markov;

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    session_log log;
    session_index ix;
    markov *s = arena_new(c->arena, markov, 1);
    double *param = arena_new(c->arena, double, COUNT(params));
    if (!s || !param) return fail(c, ERR_NO_MEMORY, "markov");
    memcpy(param, o->param, sizeof(double) * COUNT(params));
    const pair_params p = {
        .forward = 1, .backward = param[BACKWARD], .gap_decay = param[GAP_DECAY], .same = param[SAME],
        .window = (uint32_t)param[WINDOW], .half_life_share = param[HALF_LIFE], .per_item = (uint32_t)param[PER_ITEM],
    };
    TRY(session_log_of(c, x, &log));
    TRY(session_index_build(c, &log, 1, &ix));              /* for the fallback */
    TRY(session_pairs_count(c, &log, &p, o->threads, &s->pairs));
    s->fallback = ix.fallback, s->param = param;
    *ret_state = s;
    return ERR_OK;
}

static void score_one(const markov *s, const history *h, float *scores) {
    const csr *rows = &s->pairs.rows;
    session_query q = session_query_of(h, rows->n_rows, SESSION_MAX_RECENT);
    memcpy(scores, s->fallback, rows->n_rows * sizeof *scores);
    for (uint32_t i = 0; i < q.n; i++) {
        uint32_t item = q.item[i];
        double total = (double)s->pairs.total[item];
        if (!(total > 0)) continue;
        float worth = (float)((double)q.weight[i] * exp(-(double)q.ago[i] / s->param[PREFIX_DECAY]) / pow(total, s->param[ROW_POWER]));
        for (uint64_t e = rows->start[item]; e < rows->start[item + 1]; e++)
            session_score_add(scores, rows->col[e], worth * rows->value[e]);
    }
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const markov *s = state;
    (void)c;                        /* needs no memory */
    for (size_t i = 0; i < n; i++) score_one(s, &h[i], ret_scores + i * s->pairs.rows.n_rows);
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const markov *s = state;
    session_pairs_names names;
    pack_array arrays[SESSION_PAIRS_ARRAYS + 2];
    session_pairs_arrays(&s->pairs, 0, &names, arrays);
    arrays[SESSION_PAIRS_ARRAYS] = (pack_array){ "fallback", s->fallback, sizeof(float), s->pairs.rows.n_rows };
    arrays[SESSION_PAIRS_ARRAYS + 1] = (pack_array){ "param", s->param, sizeof(double), COUNT(params) };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    markov *s = arena_new(c->arena, markov, 1);
    const void *fallback, *param;
    if (!s) return fail(c, ERR_NO_MEMORY, "load markov");
    TRY(pack_get(c, p, "fallback", sizeof(float), n_items, &fallback, NULL));
    s->fallback = fallback;
    for (uint32_t i = 0; i < n_items; i++)
        if (!(s->fallback[i] >= -1 && s->fallback[i] <= 0)) return fail(c, ERR_CORRUPT, "saved model: a fallback is out of range");
    TRY(session_pairs_load(c, p, 0, n_items, &s->pairs));
    TRY(pack_get(c, p, "param", sizeof(double), COUNT(params), &param, NULL));
    TRY(model_check_params(c, params, COUNT(params), param));
    s->param = param;
    *ret_state = s;
    return ERR_OK;
}

static const char *const grid[] = { "backward=0", "window=1 backward=0 row_power=1", "gap_decay=6", NULL };

const model_row model_markov = {
    .name = "markov", .title = "What is clicked after what", .needs = MODEL_NEEDS_ORDER,
    .source = "Ludewig, Jannach 2018 (MC, SR), with decay by gap, place and age", .params = params, .n_params = COUNT(params),
    .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
