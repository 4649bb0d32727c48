/* Figures of a training as sentences; see learn_words.h. */
#include "decide/learn_words.h"
#include <inttypes.h>
#include "base/limits.h"

enum { SENTENCE_BYTES = 600 };

/* ---- what goes with a product ---- */

static void say_baskets(buf *b, const json_value *m) {
    double hit_rate, popular;
    if (!jr_double(jr_get(m, "hit_rate_10"), &hit_rate) || !jr_double(jr_get(m, "hit_rate_10_popular"), &popular)) return;
    buf_printf(b, "On the newest orders, kept out of learning: ten suggestions beside a product hold another one of its order in %.0f %% "
                  "(ten best sellers: %.0f %%).", 100 * hit_rate, 100 * popular);
}

/* ---- what a known customer buys next ---- */

static void say_too_few(buf *b, const json_value *m) {
    int64_t cases = 0, needed = 0;
    if (!jr_i64(jr_get(m, "personal_cases"), &cases) || !jr_i64(jr_get(m, "personal_cases_needed"), &needed) || cases >= needed) return;
    buf_printf(b, "What known customers buy next cannot be judged yet: %" PRId64 " came back in the newest weeks, %" PRId64 " are needed; "
                  "until then the model that needs least serves them.", cases, needed);
}

static void say_personal(buf *b, const json_value *m) {
    const json_value *rate = jr_get(m, "personal_hit_rate_10");
    str model = jr_string(jr_get(m, "personal_model"));
    double value, low, high, popular;
    int64_t tried = 0;
    if (!model.n) return;
    if (!jr_double(jr_at(rate, 0), &value) || !jr_double(jr_at(rate, 1), &low) || !jr_double(jr_at(rate, 2), &high) ||
        !jr_double(jr_at(jr_get(m, "personal_hit_rate_10_popular"), 0), &popular)) {
        say_too_few(b, m);
        return;
    }
    buf_printf(b, "Ten suggestions for a known customer hold what was bought next in %.0f %% (%.0f to %.0f %%; ten best sellers: %.0f %%)",
               100 * value, 100 * low, 100 * high, 100 * popular);
    if (jr_i64(jr_get(m, "personal_tried"), &tried) && tried > 1)
        buf_printf(b, "; the best of %" PRId64 " ways tried in this shop is used, %.*s.", tried, STR_ARG(str_clip(model, 40)));
    else buf_printf(b, ", by %.*s.", STR_ARG(str_clip(model, 40)));
}

/* ---- what a visitor looks at next ---- */

static void say_session(buf *b, const json_value *m) {
    const json_value *rate = jr_get(m, "session_hit_rate_10");
    str model = jr_string(jr_get(m, "session_model"));
    double value, popular;
    if (!jr_double(jr_at(rate, 0), &value) || !jr_double(jr_at(jr_get(m, "session_hit_rate_10_popular"), 0), &popular)) return;
    buf_printf(b, "Ten products named after a few pages of a visit hold the one looked at next in %.0f %% (ten best sellers: %.0f %%)",
               100 * value, 100 * popular);
    if (model.n) buf_printf(b, "; answers follow the visit, by %.*s.", STR_ARG(str_clip(model, 40)));
    else buf_text(b, ", which is no more than chance: answers do not follow it.");
}

/* ---- the order of suggestions ---- */

/* Kinds of learn_questions.c. Strangers are told of where there are no known customers to tell of: one sentence stays one. */
static const struct { const char *kind, *where; bool strangers; } places[] = {
    { "product", "beside a product", false },
    { "cart", "beside a cart", false },
    { "visitor", "elsewhere", false },
    { "stranger_product", "beside a product for strangers", true },
    { "stranger_cart", "beside a cart for strangers", true },
};

static int say_kinds(buf *b, const json_value *ranker, bool strangers) {
    int said = 0;
    for (size_t i = 0; i < COUNT(places); i++) {
        const json_value *kind = jr_get(ranker, places[i].kind);
        double before, now;
        if (places[i].strangers != strangers || !jr_bool(jr_get(kind, "used"), false) ||
            !jr_double(jr_get(kind, "hit_rate_10_rules"), &before) || !jr_double(jr_get(kind, "hit_rate_10_ranker"), &now))
            continue;
        buf_text(b, said++ ? ", " : "The order of suggestions is learned too; one of the first ten is then bought ");
        buf_printf(b, "%s in %.0f %% instead of %.0f %%", places[i].where, 100 * now, 100 * before);
    }
    if (said) buf_char(b, '.');
    return said;
}

static void say_ranker(buf *b, const json_value *m) {
    const json_value *ranker = jr_get(m, "ranker");
    int64_t rows = 0;
    if (!jr_i64(jr_get(m, "ranker_rows"), &rows) || say_kinds(b, ranker, false) || say_kinds(b, ranker, true)) return;
    buf_text(b, rows ? "A learned order of suggestions was tried and did no better than the plain one, which stays."
                     : "There are too few orders to learn the order of suggestions; the plain one serves.");
}

err_code learn_words(ctx *c, const json_value *metrics, learn_sentences *ret_sentences) {
    static void (*const says[LEARN_SENTENCES])(buf *, const json_value *) = { say_baskets, say_personal, say_session, say_ranker };
    learn_sentences s = { .n = 0 };
    for (size_t i = 0; i < COUNT(says); i++) {
        buf b;
        buf_init_in(&b, c->arena, SENTENCE_BYTES);
        says[i](&b, metrics);
        TRY(buf_err(&b));
        if (buf_view(&b).n) s.text[s.n++] = buf_view(&b);
    }
    *ret_sentences = s;
    return ERR_OK;
}
