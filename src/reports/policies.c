/* The policies. */
#include "reports/policies.h"
#include "base/ctx.h"

static double as_logged(const shown_item *x, int source) {
    (void)x, (void)source;
    return 1;
}

/* At most half of the answers explore, so what stands there without chance has half of the propensity or more, and nothing else has. */
static double best_only(const shown_item *x, int source) {
    (void)source;
    return x->propensity >= .5 ? 1 / x->propensity : 0;
}

static double of_source(const shown_item *x, int source) { return x->source == source; }
static double not_of_source(const shown_item *x, int source) { return x->source != source; }

static double evenly(const shown_item *x, int source) {
    (void)source;
    return 1 / x->propensity;
}

const policy_row policy_rows[] = {
    { "logged", "what was shown, as a check: exactly what was earned", as_logged, true, true, NULL },
    { "no_exploration", "the best list for everybody, nothing drawn by chance", best_only, true, false, NULL },
    { "source:", "at each place only what this source had for it", of_source, false, false, NULL },
    { "without:", "at each place what the other sources had for it", not_of_source, false, false, NULL },
    { "popular_first", "best sellers where one could stand, else as logged", of_source, false, true, "popular" },
    { "uniform", "each product that could stand at a place equally often there", evenly, false, false, NULL },
};
const size_t n_policy_rows = COUNT(policy_rows);

const policy_row *policy_find(str name, str *ret_source) {
    for (size_t i = 0; i < n_policy_rows; i++) {
        const policy_row *p = &policy_rows[i];
        str known = str_of(p->name);
        bool asks = str_ends(known, STR(":"));
        *ret_source = asks ? str_sub(name, known.n, name.n) : str_of(p->source);
        if (asks ? str_starts(name, known) && name.n > known.n : str_eq(name, known)) return p;
    }
    return NULL;
}
