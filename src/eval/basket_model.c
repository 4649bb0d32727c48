/* The measured models as rows. They do NOT see the test part. */
#include "eval/basket_model.h"
#include <stddef.h>
#include "base/json.h"
#include "base/parse.h"
#include "models/cooc.h"
#include "num/topk.h"

/* ---- popularity: what most baskets hold ---- */
typedef struct { uint32_t n; const topk_entry *order; } popularity;

static bool among(const uint32_t *items, size_t n, uint32_t item) {
    for (size_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

static err_code popularity_fit(ctx *c, const invoice_data *d, const basket_params *p, void **ret_state) {
    (void)p;                        /* it has no parameters */
    popularity *s = arena_new(c->arena, popularity, 1);
    topk_entry *entry = arena_new(c->arena, topk_entry, d->n_items);
    uint32_t *count = arena_new(c->arena, uint32_t, d->n_items);
    if (!s || !entry || !count) return fail(c, ERR_NO_MEMORY, "popularity of %u items", d->n_items);
    for (uint64_t e = 0; e < d->train.start[d->train.n_baskets]; e++) count[d->train.items[e]]++;
    topk all = { entry, 0, d->n_items };
    for (uint32_t i = 0; i < d->n_items; i++) topk_offer(&all, i, (float)count[i]);
    topk_sort(&all);
    *s = (popularity){ d->n_items, entry };
    *ret_state = s;
    return ERR_OK;
}

/* Fill up to k with the most popular items that are neither asked with nor answered yet. */
static void fill_popular(const popularity *s, const uint32_t *items, size_t n, uint32_t k, uint32_t *list, uint32_t *length) {
    for (uint32_t i = 0; i < s->n && *length < k; i++) {
        uint32_t item = s->order[i].item;
        if (!among(items, n, item) && !among(list, *length, item)) list[(*length)++] = item;
    }
}

static err_code popularity_recommend(ctx *c, const void *state, const uint32_t *items, size_t n, uint32_t k, uint32_t *ret_items,
                                     uint32_t *ret_n) {
    (void)c;                        /* needs no memory */
    *ret_n = 0;
    fill_popular(state, items, n, k, ret_items, ret_n);
    return ERR_OK;
}

/* ---- cocount: plain counts of baskets with both ---- */
enum { COCOUNT_K = 200 };
typedef struct { const popularity *popular; cooc_lists lists; } cocount;

static err_code cocount_fit(ctx *c, const invoice_data *d, const basket_params *p, void **ret_state) {
    cocount *s = arena_new(c->arena, cocount, 1);
    void *popular;
    if (!s) return fail(c, ERR_NO_MEMORY, "co-counts");
    TRY(popularity_fit(c, d, p, &popular));
    s->popular = popular;
    TRY(cooc_top(c, &d->train, 0, COCOUNT_K, p->rules.threads, &s->lists));
    *ret_state = s;
    return ERR_OK;
}

static err_code cocount_recommend(ctx *c, const void *state, const uint32_t *items, size_t n, uint32_t k, uint32_t *ret_items,
                                  uint32_t *ret_n) {
    const cocount *s = state;
    arena_mark mark = arena_save(c->arena);
    float *sum = arena_new(c->arena, float, s->lists.n_items);
    topk best = { arena_new(c->arena, topk_entry, k), 0, k };
    if (!sum || !best.entry) return fail(c, ERR_NO_MEMORY, "recommend for %zu items", n);
    for (size_t i = 0; i < n; i++)
        for (uint32_t m = 0; m < s->lists.length[items[i]]; m++) {
            const cooc_pair *pair = &s->lists.pairs[(size_t)items[i] * s->lists.k + m];
            sum[pair->item] += (float)pair->count;
        }
    for (size_t i = 0; i < n; i++) sum[items[i]] = 0;
    for (uint32_t item = 0; item < s->lists.n_items; item++)
        if (sum[item] > 0) topk_offer(&best, item, sum[item]);
    topk_sort(&best);
    *ret_n = best.n;
    for (uint32_t i = 0; i < best.n; i++) ret_items[i] = best.entry[i].item;
    fill_popular(s->popular, items, n, k, ret_items, ret_n);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- rules: what the shop is served with ---- */
typedef struct { const popularity *popular; rule_lists lists; } rules_state;

static err_code rules_state_fit(ctx *c, const invoice_data *d, const basket_params *p, void **ret_state) {
    rules_state *s = arena_new(c->arena, rules_state, 1);
    float *weight = arena_new(c->arena, float, d->train.n_baskets);
    void *popular;
    if (!s || !weight) return fail(c, ERR_NO_MEMORY, "rules");
    TRY(popularity_fit(c, d, p, &popular));
    s->popular = popular;
    baskets_decay(d->train_ms, d->train.n_baskets, d->split_ms, p->rules.half_life_days, weight);
    basket_matrix b = d->train;
    b.weight = weight;
    TRY(rules_fit(c, &b, NULL, &p->rules, &s->lists));
    *ret_state = s;
    return ERR_OK;
}

static err_code rules_state_recommend(ctx *c, const void *state, const uint32_t *items, size_t n, uint32_t k, uint32_t *ret_items,
                                      uint32_t *ret_n) {
    const rules_state *s = state;
    arena_mark mark = arena_save(c->arena);
    rule *list = arena_new(c->arena, rule, k);
    if (!list) return fail(c, ERR_NO_MEMORY, "recommend for %zu items", n);
    uint32_t length = 0;
    TRY(rules_rank_cart(c, &s->lists, items, n, k, list, &length));
    for (uint32_t i = 0; i < length; i++) ret_items[i] = list[i].item;
    fill_popular(s->popular, items, n, k, ret_items, &length);
    *ret_n = length;
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static const basket_model popularity_model = { "popularity", popularity_fit, popularity_recommend };
static const basket_model cocount_model = { "cocount", cocount_fit, cocount_recommend };
static const basket_model rules_model = { "rules", rules_state_fit, rules_state_recommend };
const basket_model *const basket_models[] = { &popularity_model, &cocount_model, &rules_model };
const size_t n_basket_models = COUNT(basket_models);

const basket_model *basket_model_named(str name) {
    for (size_t i = 0; i < n_basket_models; i++)
        if (str_eq(name, str_of(basket_models[i]->name))) return basket_models[i];
    return NULL;
}

/* ---- parameters by name ---- */
typedef enum { PARAM_REAL, PARAM_U32, PARAM_INT } param_kind;
static const struct { const char *name; param_kind kind; size_t offset; } param_rows[] = {
    { "k", PARAM_U32, offsetof(rules_params, k) },
    { "max_basket", PARAM_U32, offsetof(rules_params, max_basket) },
    { "half_life_days", PARAM_REAL, offsetof(rules_params, half_life_days) },
    { "size_power", PARAM_REAL, offsetof(rules_params, size_power) },
    { "popularity_power", PARAM_REAL, offsetof(rules_params, popularity_power) },
    { "pair_prior", PARAM_REAL, offsetof(rules_params, pair_prior) },
    { "category_prior", PARAM_REAL, offsetof(rules_params, category_prior) },
    { "score_prior", PARAM_REAL, offsetof(rules_params, score_prior) },
    { "cart_anchor_power", PARAM_REAL, offsetof(rules_params, cart_anchor_power) },
    { "cart_item_power", PARAM_REAL, offsetof(rules_params, cart_item_power) },
    { "cart_power", PARAM_REAL, offsetof(rules_params, cart_power) },
    { "threads", PARAM_INT, offsetof(rules_params, threads) },
};

static bool param_store(void *at, param_kind kind, double value) {
    if (kind == PARAM_REAL) *(double *)at = value;
    else if (value != (double)(int32_t)value || value < 0) return false;
    else if (kind == PARAM_U32) *(uint32_t *)at = (uint32_t)value;
    else *(int *)at = (int)value;
    return true;
}

err_code basket_params_set(ctx *c, basket_params *p, str key, str value) {
    AUTO_BUF known;
    buf_init(&known, 1024);
    for (size_t i = 0; i < COUNT(param_rows); i++) {
        buf_printf(&known, "%s%s", i ? ", " : "", param_rows[i].name);
        if (!str_eq(key, str_of(param_rows[i].name))) continue;
        double number;
        if (parse_double(value, &number) && number > -2e9 && number < 2e9 &&
            param_store((char *)&p->rules + param_rows[i].offset, param_rows[i].kind, number)) return ERR_OK;
        return fail_field(c, ERR_INVALID, "set", "'%.*s' is no value for %s", STR_ARG(value), param_rows[i].name);
    }
    return fail_field(c, ERR_INVALID, "set", "there is no parameter '%.*s'; known: %s", STR_ARG(key), known.p);
}

void basket_params_write(const basket_params *p, json_out *w) {
    for (size_t i = 0; i < COUNT(param_rows); i++) {
        const void *at = (const char *)&p->rules + param_rows[i].offset;
        jw_key(w, param_rows[i].name);
        if (param_rows[i].kind == PARAM_REAL) jw_double(w, *(const double *)at);
        else jw_i64(w, param_rows[i].kind == PARAM_U32 ? (int64_t)*(const uint32_t *)at : *(const int *)at);
    }
}
