/* What baskets say, counted and kept: the regression, votes of pairs, numbers of baskets. It does NOT weigh: basket_ask.c does. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/basket_blend_int.h"
#include "models/ease.h"
#include "models/rows.h"
#include "num/parallel.h"

const model_row *blend_part(uint32_t n_items) { return n_items > 25000 ? &model_sansa : &model_ease; }

static err_code fit_part(ctx *c, blend *m, const model_options *o) {
    model_options part = model_default_options(m->part);
    part.threads = o->threads, part.seed = o->seed, part.progress = o->progress, part.progress_state = o->progress_state;
    if (m->part == &model_ease) {
        AUTO_BUF set;
        buf_init(&set, KIB);
        buf_printf(&set, "lambda=%g user_power=0.5 values=0", o->param[LAMBDA]);
        TRY(model_set_all(c, m->part, &part, buf_view(&set)));
    }
    void *state = NULL;
    bool fades = m->part == &model_ease && m->log.fade && m->log.fade->tells;
    if (fades) TRY(ease_fit_lines(c, &m->log.lines, m->log.fade->all, &part, &state));
    else TRY(m->part->fit(c, &m->log.x, &part, &state));
    m->ease = state;
    return ERR_OK;
}

item_regression blend_regression(const blend *m) { return (item_regression){ m->part, m->ease }; }

float blend_idf(const blend *m, uint32_t item) { return m->popular[item] > 0 ? -logf(fminf(m->popular[item], 0.999f)) : 0; }

static void share_of_baskets(const basket_log *log, const float *votes, float *ret_share) {
    double sum = 0;
    for (uint32_t b = 0; b < log->x.n_users; b++) {
        sum += votes ? (double)votes[b] : 1;
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) ret_share[log->x.item[e]] += votes ? votes[b] : 1;
    }
    for (uint32_t i = 0; i < log->x.n_items && sum > 0; i++) ret_share[i] = (float)((double)ret_share[i] / sum);
}

/* Numbers of baskets and items that follow from the log alone: made anew when a model is loaded. */
static err_code describe(ctx *c, blend *m) {
    const basket_log *log = &m->log;
    uint32_t n = log->x.n_users;
    float *popular = arena_new(c->arena, float, m->n_items), *lately = arena_new(c->arena, float, m->n_items);
    float *norm = arena_new(c->arena, float, n), *decay = arena_new(c->arena, float, n), *fresh = arena_new(c->arena, float, n);
    if (!popular || !lately || !norm || !decay || !fresh) return fail(c, ERR_NO_MEMORY, "%u baskets", n);
    share_of_baskets(log, NULL, popular);
    m->popular = popular, m->lately = lately, m->norm = norm, m->decay = decay;
    basket_votes(log, 0, m->param[HALF_LIFE], decay);
    basket_votes(log, 0, m->param[RECENT], fresh);
    share_of_baskets(log, fresh, lately);
    for (uint32_t b = 0; b < n; b++) {
        double sum = 0;
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) sum += (double)blend_idf(m, log->x.item[e]);
        norm[b] = (float)sqrt(sum);
    }
    return ERR_OK;
}

static err_code damp_totals(ctx *c, blend *m) {
    float *damped = arena_new(c->arena, float, m->n_items);
    if (!damped) return fail(c, ERR_NO_MEMORY, "%u items", m->n_items);
    for (uint32_t i = 0; i < m->n_items; i++) damped[i] = m->pairs.total[i] > 0 ? powf(m->pairs.total[i], -0.4f) : 0;
    m->damped = damped;
    return ERR_OK;
}

/* Votes of size^-power 2^(-age / half_life); `fade` as in basket_pairs(). */
static err_code count_pairs(ctx *c, const blend *m, double power, double half_life_days, const float *fade, const model_options *o,
                            pair_votes *ret_votes) {
    float *votes = arena_new(c->arena, float, m->log.x.n_users), *total = arena_new(c->arena, float, m->n_items);
    if (!votes || !total) return fail(c, ERR_NO_MEMORY, "lists of %u items", m->n_items);
    basket_votes(&m->log, power, half_life_days, votes);
    ret_votes->total = total;
    return basket_pairs(c, &m->log, votes, fade, (uint32_t)m->param[PARTNERS], parallel_threads(o->threads), &ret_votes->lists, total);
}

static err_code count_nothing(ctx *c, uint32_t n_items, pair_votes *ret_votes) {
    item_lists_room room;
    float *total = arena_new(c->arena, float, n_items);
    if (!total) return fail(c, ERR_NO_MEMORY, "lists of %u items", n_items);
    ret_votes->total = total;
    TRY(item_lists_room_new(c, n_items, 1, &room));
    return item_lists_close(c, &room, &ret_votes->lists);
}

static err_code fit_lists(ctx *c, blend *m, const model_options *o) {
    const basket_fade *fade = m->log.fade;
    TRY(count_pairs(c, m, 0.6, 0, NULL, o, &m->pairs));
    TRY(count_pairs(c, m, 0.6, m->param[RECENT], NULL, o, &m->recent));
    if (!fade || !fade->tells) return count_nothing(c, m->n_items, &m->close);
    return count_pairs(c, m, 0, m->param[HALF_LIFE], fade->near, o, &m->close);
}

err_code blend_gather(ctx *c, blend *m, const model_options *o) {
    TRY(describe(c, m));
    TRY(fit_part(c, m, o));
    TRY(fit_lists(c, m, o));
    return damp_totals(c, m);
}

/* ---- keeping ---- */

static const char *const list_names[] = { "pairs", "recent", "close", "alone" };
enum { N_LISTS = COUNT(list_names) };

/* Lists as a pack within the pack: every model of lists names its arrays alike. */
static err_code save_lists(ctx *c, const item_lists *lists, buf *out) {
    pack_array a[ITEM_LISTS_ARRAYS];
    item_lists_arrays(lists, a);
    return pack_write(c, a, COUNT(a), out);
}

err_code blend_save(ctx *c, const void *state, buf *out) {
    const blend *m = state;
    const item_lists *lists[N_LISTS] = { &m->pairs.lists, &m->recent.lists, &m->close.lists, &m->alone };
    buf inner[N_LISTS + 1];
    pack_array a[N_LISTS + 9];
    for (size_t k = 0; k < COUNT(inner); k++) {
        buf_init_in(&inner[k], c->arena, SIZE_MAX / 4);
        TRY(k < N_LISTS ? save_lists(c, lists[k], &inner[k]) : m->part->save(c, m->ease, &inner[k]));
        a[k] = (pack_array){ k < N_LISTS ? list_names[k] : "regression", inner[k].p, 1, inner[k].n };
    }
    const interactions *x = &m->log.x;
    size_t n = COUNT(inner);
    a[n++] = (pack_array){ "param", m->param, sizeof *m->param, N_PARAMS };
    a[n++] = (pack_array){ "weight", m->weight, sizeof *m->weight, N_WEIGHTS };
    a[n++] = (pack_array){ "basket.start", x->start, sizeof *x->start, (uint64_t)x->n_users + 1 };
    a[n++] = (pack_array){ "basket.item", x->item, sizeof *x->item, x->start[x->n_users] };
    a[n++] = (pack_array){ "basket.age", m->log.age_days, sizeof(float), x->n_users };
    a[n++] = (pack_array){ "total", m->pairs.total, sizeof(float), m->n_items };
    a[n++] = (pack_array){ "close_total", m->close.total, sizeof(float), m->n_items };
    a[n++] = (pack_array){ "recent_total", m->recent.total, sizeof(float), m->n_items };
    return pack_write(c, a, n, out);
}

static err_code inner_pack(ctx *c, const pack *p, const char *name, pack *ret) {
    const void *at = NULL;
    uint64_t n = 0;
    TRY(pack_get(c, p, name, 1, UINT64_MAX, &at, &n));
    return pack_open(c, (str){ at, (size_t)n }, ret);
}

static err_code load_numbers(ctx *c, const pack *p, const char *name, uint64_t n, const float **ret) {
    const void *at = NULL;
    TRY(pack_get(c, p, name, sizeof(float), n, &at, NULL));
    const float *v = at;
    for (uint64_t i = 0; i < n; i++)
        if (!(v[i] >= 0 && v[i] <= 1e12f)) return fail(c, ERR_CORRUPT, "saved model: %s is damaged", name);
    *ret = v;
    return ERR_OK;
}

static err_code load_log(ctx *c, const pack *p, blend *m) {
    const void *start, *item;
    const float *age = NULL;
    uint64_t n = 0;
    TRY(pack_get(c, p, "basket.start", sizeof(uint64_t), UINT64_MAX, &start, &n));
    if (n == 0 || n > UINT32_MAX || ((const uint64_t *)start)[0] != 0) return fail(c, ERR_CORRUPT, "saved model: baskets");
    TRY(pack_get(c, p, "basket.item", sizeof(uint32_t), ((const uint64_t *)start)[n - 1], &item, NULL));
    TRY(load_numbers(c, p, "basket.age", n - 1, &age));
    m->log = (basket_log){ .x = { .n_users = (uint32_t)(n - 1), .n_items = m->n_items, .start = start, .item = item },
                           .items = { (uint32_t)(n - 1), m->n_items, start, item, NULL }, .age_days = age };
    if (csr_check(c, &m->log.items)) return fail(c, ERR_CORRUPT, "saved model: baskets are damaged");
    return csr_transpose(c, &m->log.items, &m->log.holders);
}

static err_code load_weights(ctx *c, const pack *p, blend *m) {
    const void *at = NULL;
    TRY(pack_get(c, p, "weight", sizeof *m->weight, N_WEIGHTS, &at, NULL));
    m->weight = at;
    for (int k = 0; k < N_WEIGHTS; k++)
        if (!(fabsf(m->weight[k]) <= 1e6f)) return fail(c, ERR_CORRUPT, "saved model: a weight of evidence is damaged");
    return ERR_OK;
}

err_code blend_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    blend *m = arena_new(c->arena, blend, 1);
    const void *param = NULL;
    void *part = NULL;
    pack inner;
    if (!m) return fail(c, ERR_NO_MEMORY, "load basket_blend");
    *m = (blend){ .n_items = n_items, .part = blend_part(n_items) };
    item_lists *lists[N_LISTS] = { &m->pairs.lists, &m->recent.lists, &m->close.lists, &m->alone };
    TRY(pack_get(c, p, "param", sizeof(double), N_PARAMS, &param, NULL));
    TRY(model_check_params(c, basket_blend_params, N_PARAMS, param));
    m->param = param;
    TRY(load_weights(c, p, m));
    TRY(load_log(c, p, m));
    TRY(load_numbers(c, p, "total", n_items, &m->pairs.total));
    TRY(load_numbers(c, p, "close_total", n_items, &m->close.total));
    TRY(load_numbers(c, p, "recent_total", n_items, &m->recent.total));
    for (size_t k = 0; k < N_LISTS; k++) {
        TRY(inner_pack(c, p, list_names[k], &inner));
        TRY(item_lists_load(c, &inner, n_items, lists[k]));
    }
    TRY(inner_pack(c, p, "regression", &inner));
    TRY(m->part->load(c, &inner, n_items, &part));
    m->ease = part;
    TRY(describe(c, m));
    TRY(damp_totals(c, m));
    *ret_state = m;
    return ERR_OK;
}
