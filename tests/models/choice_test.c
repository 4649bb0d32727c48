/* The conditional logit: worked cases, and its slope by definition. */
#include "models/choice.h"
#include <math.h>
#include <string.h>
#include "tests/test.h"

TEST(choice, follows_the_odds_of_what_was_taken) {
    /* given 100 choices between a marked and a plain candidate, the marked one taken 80 times */
    TEST_CTX(c);
    enum { N = 100 };
    float x[2 * N] = { 0 }, prior = 0, weight = 7;
    size_t group[N + 1];
    for (size_t g = 0; g <= N; g++) group[g] = 2 * g;
    for (size_t g = 0; g < N; g++) x[2 * g + (g % 5 == 0)] = 1;
    const choice_rows rows = { x, 1, group, N };
    /* when hardly anything holds the weight, then it is ln(80 / 20) */
    assert_ok(c, choice_fit(c, &rows, &prior, 1e-6, &weight));
    assert_true(fabs((double)weight - log(4)) < 1e-4);
    /* when the ridge is heavy, then it stays where it was */
    prior = 0.25f;
    assert_ok(c, choice_fit(c, &rows, &prior, 1e9, &weight));
    assert_true(fabsf(weight - 0.25f) < 1e-4f);
}

TEST(choice, without_choices_the_prior_stands) {
    TEST_CTX(c);
    const float prior[2] = { 0.5f, -3 };
    float weight[2];
    const size_t none = 0;
    assert_ok(c, choice_fit(c, &(choice_rows){ NULL, 2, &none, 0 }, prior, 1, weight));
    assert_memory_equal(prior, weight, sizeof prior);
    assert_int_equal(ERR_INVALID, choice_fit(c, &(choice_rows){ NULL, 0, &none, 0 }, prior, 1, weight));
}

enum { WIDTH = 3, CHOICES = 60, OF = 4 };

/* The penalised log-likelihood as it is written down. */
static double objective(const float *x, const double *w, const float *prior, const double *deviation, double ridge) {
    double value = 0;
    for (size_t g = 0; g < CHOICES; g++) {
        double all = 0, taken = 0;
        for (size_t i = 0; i < OF; i++) {
            double sum = 0;
            for (size_t k = 0; k < WIDTH; k++) sum += w[k] * (double)x[(g * OF + i) * WIDTH + k];
            all += exp(sum);
            if (i == 0) taken = sum;
        }
        value += taken - log(all);
    }
    for (size_t k = 0; k < WIDTH; k++) value -= ridge / 2 * pow((w[k] - (double)prior[k]) * deviation[k], 2);
    return value;
}

TEST(choice, ends_where_no_small_step_is_better) {
    TEST_CTX(c);
    rng r;
    rng_seed(&r, 5);
    float x[CHOICES * OF * WIDTH], weight[WIDTH];
    const float prior[WIDTH] = { 0.3f, 0, -0.2f };
    size_t group[CHOICES + 1];
    double deviation[WIDTH];
    for (size_t g = 0; g <= CHOICES; g++) group[g] = g * OF;
    for (size_t i = 0; i < COUNT(x); i++) {
        bool leans = i % (OF * WIDTH) == 1;
        x[i] = (float)rng_below(&r, 1000) / 300 * (float)(1 + i % WIDTH) + (leans ? 1 : 0);
    }
    for (size_t k = 0; k < WIDTH; k++) {
        double sum = 0, squares = 0;
        for (size_t i = k; i < COUNT(x); i += WIDTH) sum += (double)x[i], squares += (double)x[i] * (double)x[i];
        deviation[k] = sqrt(squares / (CHOICES * OF) - pow(sum / (CHOICES * OF), 2));
    }
    const choice_rows rows = { x, WIDTH, group, CHOICES };
    assert_ok(c, choice_fit(c, &rows, prior, 2, weight));
    const double w[WIDTH] = { (double)weight[0], (double)weight[1], (double)weight[2] };
    double best = objective(x, w, prior, deviation, 2);
    for (size_t k = 0; k < 2 * (size_t)WIDTH; k++) {
        double near[WIDTH];
        memcpy(near, w, sizeof near);
        near[k / 2] += k % 2 ? 0.01 : -0.01;
        assert_true(objective(x, near, prior, deviation, 2) < best);
    }
}
