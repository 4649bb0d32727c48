/* Two sets of equations solved in turn until nothing moves. It does NOT read events: counters_log.c does. */
#include "events/examination.h"
#include <math.h>
#include <string.h>

enum { ROUNDS = 500 };
static const double still = 1e-7;       /* the largest move of the last round */

/* 1 / sqrt(k) */
const examination EXAMINATION_PRIOR = { {
    1.0000000, 0.7071068, 0.5773503, 0.5000000, 0.4472136, 0.4082483, 0.3779645, 0.3535534, 0.3333333, 0.3162278,
    0.3015113, 0.2886751, 0.2773501, 0.2672612, 0.2581989, 0.2500000, 0.2425356, 0.2357023, 0.2294157, 0.2236068,
    0.2182179, 0.2132007, 0.2085144, 0.2041241, 0.2000000, 0.1961161, 0.1924501, 0.1889822, 0.1856953, 0.1825742,
    0.1796053, 0.1767767, 0.1740777, 0.1714986, 0.1690309, 0.1666667, 0.1643990, 0.1622214, 0.1601282, 0.1581139,
    0.1561738, 0.1543034, 0.1524986, 0.1507557, 0.1490712, 0.1474420, 0.1458650, 0.1443376, 0.1428571, 0.1414214,
} };

double examination_of(const examination *e, int64_t position) {
    if (position < 1) return e->seen[0];
    return e->seen[(position < EXAMINED_POSITIONS ? position : EXAMINED_POSITIONS) - 1];
}

typedef struct { double shown, clicks; } ratio;

static bool is_used(const examined *x) { return x->position >= 1 && x->position <= EXAMINED_POSITIONS && x->impressions > 0; }

/* appeal_i = clicks_i / sum over positions of impressions * seen */
static void fit_appeal(const examined *x, size_t n, const examination *e, ratio *item, uint32_t n_items) {
    memset(item, 0, n_items * sizeof *item);
    for (size_t j = 0; j < n; j++) {
        if (!is_used(&x[j])) continue;
        item[x[j].item].shown += x[j].impressions * e->seen[x[j].position - 1];
        item[x[j].item].clicks += x[j].clicks;
    }
}

/* seen_k = clicks_k / sum over items of impressions * appeal, each side with the prior's clicks. Returns the largest move. */
static double fit_seen(const examined *x, size_t n, const ratio *item, double strength, examination *e) {
    ratio at[EXAMINED_POSITIONS] = { 0 };
    double first = 0, moved = 0;
    for (size_t j = 0; j < n; j++) {
        if (!is_used(&x[j])) continue;
        const ratio *i = &item[x[j].item];
        at[x[j].position - 1].shown += x[j].impressions * (i->shown > 0 ? i->clicks / i->shown : 0);
        at[x[j].position - 1].clicks += x[j].clicks;
    }
    for (size_t k = 0; k < EXAMINED_POSITIONS; k++) {
        double seen = (at[k].clicks + strength * EXAMINATION_PRIOR.seen[k]) / (at[k].shown + strength);
        if (!k) first = seen;
        seen = fmin(1, fmax(1e-3, seen / first));
        moved = fmax(moved, fabs(seen - e->seen[k]));
        e->seen[k] = seen;
    }
    return moved;
}

err_code examination_fit(ctx *c, const examined *x, size_t n, uint32_t n_items, double strength, examination *ret_fit) {
    for (size_t j = 0; j < n; j++)
        if (x[j].item >= n_items || !(x[j].impressions >= 0 && x[j].clicks >= 0 && isfinite(x[j].impressions + x[j].clicks)))
            return fail(c, ERR_INVALID, "count %zu of the positions names item %u of %u, or is no count", j, x[j].item, n_items);
    ratio *item = arena_new(c->arena, ratio, n_items ? n_items : 1);
    if (!item) return fail(c, ERR_NO_MEMORY, "learn how far visitors look");
    examination e = EXAMINATION_PRIOR;
    for (int round = 0; round < ROUNDS; round++) {
        fit_appeal(x, n, &e, item, n_items);
        if (fit_seen(x, n, item, strength > 0 ? strength : EXAMINATION_STRENGTH, &e) < still) break;
    }
    *ret_fit = e;
    return ERR_OK;
}
