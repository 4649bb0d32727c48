/* Words for results of jobs. */
#include "app/learned.h"
#include <inttypes.h>
#include "app/pick.h"
#include "base/limits.h"

static const json_value *parsed(ctx *c, str text) {
    const json_value *v = NULL;
    if (!text.n || json_parse(c, text, JSON_READ_TOLERANT, &v)) return NULL;
    return v;
}

static int64_t number(const json_value *v, const char *member) {
    int64_t n = 0;
    return jr_i64(jr_get(v, member), &n) ? n : 0;
}

void print_copied(ctx *c, const invocation *v, str result) {
    const json_value *r = parsed(c, result);
    if (!r) return;
    fprintf(v->out, "copied: %" PRId64 " new, %" PRId64 " changed, %" PRId64 " the same, %" PRId64 " removed, in %" PRId64 " requests\n",
            number(r, "new"), number(r, "changed"), number(r, "same"), number(r, "removed"), number(r, "requests"));
    if (number(r, "webhooks"))
        fprintf(v->out, "webhooks: %" PRId64 " of %" PRId64 " active\n", number(r, "webhooks_active"), number(r, "webhooks"));
}

/* What a known customer buys next: who was picked and by how much. */
static void print_personal(const invocation *v, const json_value *m) {
    const json_value *rate = jr_get(m, "personal_hit_rate_10"), *popular = jr_get(m, "personal_hit_rate_10_popular");
    str name = jr_string(jr_get(m, "personal_model"));
    double value, low, high, best_sellers;
    if (!jr_double(jr_at(rate, 0), &value) || !jr_double(jr_at(rate, 1), &low) || !jr_double(jr_at(rate, 2), &high) ||
        !jr_double(jr_at(popular, 0), &best_sellers))
        return;
    fprintf(v->out, "for visitors picked %.*s: what a known customer bought next is among ten suggestions in %.0f %% [%.0f, %.0f]",
            STR_ARG(name), 100 * value, 100 * low, 100 * high);
    fprintf(v->out, " (best sellers: %.0f %%)\n", 100 * best_sellers);
}

void print_learned(ctx *c, const invocation *v, str result) {
    const json_value *r = parsed(c, result), *m = jr_get(r, "metrics");
    double hit_rate = -1, popular = -1;
    if (!r) return;
    fprintf(v->out, "learned version %" PRId64 " from %" PRId64 " baskets: %" PRId64 " cross-sell and %" PRId64 " upsell rules",
            number(r, "version"), number(m, "baskets"), number(m, "cross_sell_rules"), number(m, "upsell_rules"));
    fprintf(v->out, " for %" PRId64 " products\n", number(m, "products"));
    if (jr_double(jr_get(m, "hit_rate_10"), &hit_rate) && jr_double(jr_get(m, "hit_rate_10_popular"), &popular) && hit_rate >= 0)
        fprintf(v->out, "on the newest orders, left out: the next product is among ten suggestions in %.0f %% (best sellers: %.0f %%)\n",
                100 * hit_rate, 100 * popular);
    print_personal(v, m);
}

err_code print_results(ctx *c, const invocation *v, str sync, str train) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "sync");
    if (sync.n) jw_raw(&w, sync);
    else jw_null(&w);
    jw_key(&w, "train");
    if (train.n) jw_raw(&w, train);
    else jw_null(&w);
    jw_end_object(&w);
    return print_json(v, &b);
}
