/* Words for results of jobs. */
#include "app/learned.h"
#include <inttypes.h>
#include "app/pick.h"
#include "base/limits.h"
#include "decide/learn_words.h"

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

void print_learned(ctx *c, const invocation *v, str result) {
    const json_value *r = parsed(c, result), *m = jr_get(r, "metrics");
    learn_sentences s;
    if (!r) return;
    if (!jr_is_null(jr_get(r, "refused"))) {
        fprintf(v->out, "learned, and not taken, for it is worse than what serves: %.*s\n", STR_ARG(jr_string(jr_get(r, "refused"))));
        return;
    }
    fprintf(v->out, "learned version %" PRId64 " from %" PRId64 " baskets: %" PRId64 " cross-sell and %" PRId64 " upsell rules",
            number(r, "version"), number(m, "baskets"), number(m, "cross_sell_rules"), number(m, "upsell_rules"));
    fprintf(v->out, " for %" PRId64 " products\n", number(m, "products"));
    if (learn_words(c, m, &s)) return;     /* what was learned serves all the same */
    for (size_t i = 0; i < s.n; i++) fprintf(v->out, "  %.*s\n", STR_ARG(s.text[i]));
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
