/* How far visitors look: simulated clicks with a known curve, and what little data or wrong counts do. */
#include "events/examination.h"
#include <math.h>
#include "tests/test.h"

enum { ITEMS = 60, SHOWN = 8 };
typedef struct { examined x[ITEMS * SHOWN]; size_t n; } counts;

/* Better items stand higher, but one list in four is shuffled: what every shop with exploration logs. */
static void simulate(double power, int lists, uint64_t seed, counts *ret) {
    rng r;
    rng_seed(&r, seed);
    ret->n = ITEMS * SHOWN;
    for (uint32_t j = 0; j < ret->n; j++) ret->x[j] = (examined){ .item = j / SHOWN, .position = j % SHOWN + 1 };
    for (int l = 0; l < lists; l++) {
        uint32_t order[SHOWN], from = (uint32_t)rng_below(&r, ITEMS - SHOWN + 1);
        for (uint32_t k = 0; k < SHOWN; k++) order[k] = from + k;
        bool shuffled = rng_below(&r, 4) == 0;
        for (uint32_t k = 0; k + 1 < SHOWN && shuffled; k++) {
            uint32_t other = k + (uint32_t)rng_below(&r, SHOWN - k), was = order[k];
            order[k] = order[other];
            order[other] = was;
        }
        for (uint32_t k = 0; k < SHOWN; k++) {
            double appeal = 0.3 * (1 - order[k] / (double)ITEMS) + 0.02, seen = pow(k + 1, -power);
            examined *x = &ret->x[order[k] * SHOWN + k];
            x->impressions++;
            x->clicks += rng_unit(&r) < seen * appeal;
        }
    }
}

TEST(examination, a_known_curve_is_found_within_a_few_percent) {
    static const double powers[] = { 0.25, 0.5, 1 };
    for (size_t p = 0; p < COUNT(powers); p++) {
        TEST_CTX(c);
        counts k;
        examination e;
        simulate(powers[p], 60000, 7 + p, &k);
        assert_ok(c, examination_fit(c, k.x, k.n, ITEMS, 0, &e));
        assert_true(e.seen[0] == 1);
        for (int i = 1; i < SHOWN; i++) assert_true(fabs(e.seen[i] / pow(i + 1, -powers[p]) - 1) < 0.06);
    }
}

TEST(examination, what_never_moved_says_nothing_of_its_position) {
    TEST_CTX(c);
    examination e;
    const examined x[] = { { 0, 1, 1000, 500 }, { 1, 2, 1000, 10 }, { 2, 3, 1000, 900 } };
    assert_ok(c, examination_fit(c, x, COUNT(x), 3, 0, &e));
    for (int k = 0; k < 3; k++) assert_true(fabs(e.seen[k] - EXAMINATION_PRIOR.seen[k]) < 1e-4);
}

TEST(examination, an_item_that_changed_places_is_worked_by_hand) {
    TEST_CTX(c);
    examination e;
    const examined x[] = { { 0, 1, 1e6, 200000 }, { 0, 2, 1e6, 60000 } };
    assert_ok(c, examination_fit(c, x, COUNT(x), 1, 1e-6, &e));
    assert_true(fabs(e.seen[1] - 0.3) < 1e-4);
}

TEST(examination, without_clicks_the_prior_stays) {
    TEST_CTX(c);
    examination e;
    assert_ok(c, examination_fit(c, NULL, 0, 0, 0, &e));
    for (int k = 0; k < EXAMINED_POSITIONS; k++) assert_true(fabs(e.seen[k] - pow(k + 1, -0.5)) < 1e-6);
    assert_true(examination_of(&e, 0) == 1 && examination_of(&e, 1) == 1 && examination_of(&e, 999) == e.seen[EXAMINED_POSITIONS - 1]);
}

TEST(examination, counts_that_are_none_are_refused) {
    TEST_CTX(c);
    examination e;
    const examined bad[] = { { 1, 1, 1, 1 }, { 0, 1, -1, 0 }, { 0, 1, (double)NAN, 0 } };
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_INVALID, examination_fit(c, &bad[i], 1, 1, 0, &e));
}
