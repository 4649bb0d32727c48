/* Two shares of hits compared; see not_worse.h. */
#include "jobs/not_worse.h"
#include <math.h>
#include "base/json.h"

typedef struct { const char *hit_rate, *cases, *what; } measured;
static const measured judged[] = {
    { "hit_rate_10", "quality_baskets", "pairs" },
    { "personal_hit_rate_10", "personal_cases", "the personal model" },
};

/* A number, or the first of value, low and high. */
static bool number_of(const json_value *o, const char *key, double *ret_value) {
    const json_value *v = jr_get(o, key);
    return jr_double(jr_is_array(v) ? jr_at(v, 0) : v, ret_value);
}

static bool read_one(const json_value *o, const measured *m, double *ret_share, double *ret_n) {
    return number_of(o, m->hit_rate, ret_share) && number_of(o, m->cases, ret_n) && *ret_share >= 0 && *ret_n > 0;
}

static bool fell(double before, double n_before, double after, double n_after) {
    double p = (before * n_before + after * n_after) / (n_before + n_after);
    return before - after > .1 * before && before - after > 3 * sqrt(p * (1 - p) * (1 / n_before + 1 / n_after));
}

bool learned_is_worse(ctx *c, str serving, str learned, str *ret_why) {
    const json_value *old = NULL, *new = NULL;
    if (json_parse(c, serving, JSON_READ_STRICT, &old) || json_parse(c, learned, JSON_READ_STRICT, &new)) return false;
    for (size_t i = 0; i < COUNT(judged); i++) {
        double before, n_before, after, n_after;
        if (!read_one(old, &judged[i], &before, &n_before) || !read_one(new, &judged[i], &after, &n_after)) continue;
        if (!fell(before, n_before, after, n_after)) continue;
        buf b;
        buf_init_in(&b, c->arena, 300);
        buf_printf(&b, "%s: %.1f %% of %.0f questions had a hit among ten, %.1f %% of %.0f before", judged[i].what, 100 * after, n_after,
                   100 * before, n_before);
        *ret_why = buf_view(&b);
        return true;
    }
    return false;
}
