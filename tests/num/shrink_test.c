/* How far counts are believed, as they tell it themselves: against counts drawn from a known shape. */
#include "num/shrink.h"
#include <math.h>
#include "base/rng.h"
#include "tests/test.h"

/* Counts of m things whose factors are gamma of mean 1 and a whole shape: so many exponentials added up. */
static void draw(rng *r, int shape, size_t m, double *sums) {
    for (size_t i = 0; i < m; i++) {
        double gamma = 0;
        for (int j = 0; j < shape; j++) gamma -= log(1 - rng_unit(r));
        sums[2 * i + 1] = 5 + 30 * rng_unit(r);
        sums[2 * i] = rng_poisson(r, sums[2 * i + 1] * gamma / shape);
    }
}

TEST(num, shrink_finds_the_shape_that_counts_were_drawn_from) {
    enum { M = 3000 };
    static double sums[2 * M], factor[M], usual = 8;
    static const int shapes[] = { 2, 8, 32 };
    for (size_t t = 0; t < COUNT(shapes); t++) {
        rng r;
        rng_seed(&r, 5 + t);
        draw(&r, shapes[t], M, sums);
        assert_true(shrink_strength(sums, NULL, M, usual) == shapes[t]);
        for (size_t i = 0; i < M; i++) factor[i] = 4, sums[2 * i + 1] /= 4;
        assert_true(shrink_strength(sums, factor, M, usual) == shapes[t]);
    }
}

TEST(num, shrink_keeps_to_what_is_usual_where_counts_are_few_and_draws_equal_ones_together) {
    enum { M = 500 };
    double few[] = { 1, 0.5, 0, 0.5, 7, 0 }, equal[2 * M];
    assert_true(shrink_strength(few, NULL, 0, 16) == 16 && shrink_strength(few, NULL, 3, 16) == 16);
    for (size_t i = 0; i < 2 * M; i++) equal[i] = 20;
    assert_true(shrink_strength(equal, NULL, M, 16) == 1024);
}

TEST(num, shrink_weighs_the_evidence_that_a_count_is_not_what_was_expected) {
    /* worked by hand, k = 1: seen 0 of e: log((1 + e)^-1) + e; seen 1: log(e (1 + e)^-2) - log(e exp(-e)) */
    assert_true(fabs(shrink_evidence(0, 3, 1) - (3 - log(4))) < 1e-12);
    assert_true(fabs(shrink_evidence(1, 3, 1) - (3 - 2 * log(4))) < 1e-12);
    assert_true(shrink_evidence(100, 100, 10) < -0.5 && shrink_evidence(200, 100, 10) > 20 && shrink_evidence(0, 0, 10) == 0);
}
