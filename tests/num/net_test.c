/* Layers against numerical gradients and against themselves written plainly. */
#include "num/net.h"
#include <math.h>
#include <string.h>
#include "tests/test.h"

static void draw(rng *r, float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = (float)(2 * rng_unit(r) - 1);
}

/* What a layer's output is weighed with makes a loss of it: sum of y * weight; its gradient with respect to y is the weight. */
static double weighed(const float *y, const float *weight, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)y[i] * (double)weight[i];
    return sum;
}

typedef double loss_of(void *state);
/* Move each number a little both ways and compare the slope of the loss with the gradient claimed. */
static void check_gradient(const char *what, loss_of *loss, void *state, float *x, const float *gradient, size_t n, double tolerance) {
    for (size_t i = 0; i < n; i++) {
        float kept = x[i], step = 1e-2f;
        x[i] = kept + step;
        double up = loss(state);
        x[i] = kept - step;
        double down = loss(state);
        x[i] = kept;
        double slope = (up - down) / (2 * (double)step), claimed = (double)gradient[i];
        if (fabs(slope - claimed) > tolerance * (1 + fabs(slope))) test_fail("%s: number %zu: slope %g, gradient %g", what, i,
            slope, claimed);
    }
}

enum { N = 5, IN = 7, OUT = 6 };
typedef struct { float x[N * IN], w[IN * OUT], b[OUT], y[N * OUT], weight[N * OUT], inverse[N]; } layer;

static double linear_loss(void *state) {
    layer *l = state;
    net_linear(l->x, l->w, l->b, N, IN, OUT, l->y);
    return weighed(l->y, l->weight, COUNT(l->y));
}

static void draw_layer(layer *l) {
    rng r;
    rng_seed(&r, 5);
    draw(&r, l->x, COUNT(l->x));
    draw(&r, l->w, COUNT(l->w));
    draw(&r, l->b, COUNT(l->b));
    draw(&r, l->weight, COUNT(l->weight));
}

TEST(net, a_linear_layer_goes_back_as_it_went_forward) {
    layer l;
    float dx[N * IN], dw[IN * OUT], db[OUT];
    draw_layer(&l);
    net_linear_back_x(l.weight, l.w, N, IN, OUT, dx, IN);
    for (size_t at = 0; at < OUT; at += 4)                          /* in blocks, as threads share it */
        net_linear_back_w(l.x, l.weight, N, IN, OUT, at, at + 4 < OUT ? at + 4 : OUT, dw, db);
    check_gradient("x", linear_loss, &l, l.x, dx, COUNT(dx), 1e-3);
    check_gradient("w", linear_loss, &l, l.w, dw, COUNT(dw), 1e-3);
    check_gradient("b", linear_loss, &l, l.b, db, COUNT(db), 1e-3);
}

TEST(net, a_linear_layer_is_the_sum_written_out) {
    layer l;
    draw_layer(&l);
    net_linear(l.x, l.w, l.b, N, IN, OUT, l.y);
    for (size_t r = 0; r < N; r++)
        for (size_t o = 0; o < OUT; o++) {
            double sum = (double)l.b[o];
            for (size_t i = 0; i < IN; i++) sum += (double)l.x[r * IN + i] * (double)l.w[i * OUT + o];
            assert_true(fabs(sum - (double)l.y[r * OUT + o]) < 1e-5);
        }
}

static double relu_loss(void *state) {
    layer *l = state;
    memcpy(l->y, l->x, sizeof l->y);
    net_relu(l->y, COUNT(l->y));
    return weighed(l->y, l->weight, COUNT(l->y));
}

TEST(net, relu_passes_gradients_where_it_passed_numbers) {
    layer l;
    float d[N * OUT];
    draw_layer(&l);
    for (size_t i = 0; i < COUNT(l.y); i++) l.x[i] += l.x[i] > 0 ? 0.1f : -0.1f;    /* away from the corner */
    (void)relu_loss(&l);
    memcpy(d, l.weight, sizeof d);
    net_relu_back(l.y, COUNT(d), d);
    check_gradient("relu", relu_loss, &l, l.x, d, COUNT(d), 1e-3);
}

static double normalise_loss(void *state) {
    layer *l = state;
    net_normalise(l->x, N, OUT, l->y, OUT, l->inverse);
    return weighed(l->y, l->weight, COUNT(l->y));
}

TEST(net, rows_of_length_one_go_back) {
    layer l;
    float d[N * OUT];
    draw_layer(&l);
    (void)normalise_loss(&l);
    for (size_t r = 0; r < N; r++) {
        double squares = 0;
        for (size_t i = 0; i < OUT; i++) squares += (double)l.y[r * OUT + i] * (double)l.y[r * OUT + i];
        assert_true(fabs(squares - 1) < 1e-5);
    }
    net_normalise_back(l.weight, l.y, OUT, l.inverse, N, OUT, d);
    check_gradient("normalise", normalise_loss, &l, l.x, d, COUNT(d), 2e-3);
}

TEST(net, a_row_of_zeros_stays_one_and_gives_no_gradient) {
    float x[4] = { 0 }, y[4] = { 9, 9, 9, 9 }, d[4] = { 1, 2, 3, 4 }, inverse[1];
    net_normalise(x, 1, 4, y, 4, inverse);
    net_normalise_back(d, y, 4, inverse, 1, 4, d);
    for (size_t i = 0; i < 4; i++) assert_true(y[i] == 0 && d[i] == 0);
}

TEST(net, a_bag_adds_weighed_rows_of_the_table) {
    static const uint64_t start[3] = { 0, 2, 2 };
    static const uint32_t col[2] = { 0, 2 };
    static const float value[2] = { 2, -1 }, table[6] = { 1, 2, 3, 4, 5, 6 };
    const csr bags = { 2, 3, start, col, value };
    float y[2] = { 10, 20 }, nothing[2] = { 1, 1 };
    net_bag(&bags, 0, table, 2, y);
    net_bag(&bags, 1, table, 2, nothing);
    assert_true(y[0] == 10 + 2 * 1 - 5 && y[1] == 20 + 2 * 2 - 6);
    assert_true(nothing[0] == 1 && nothing[1] == 1);
}

enum { M = 37 };
typedef struct { float logit[M], work[M], log_weight[M]; uint32_t own[4]; float right_weight[2], scratch[2]; } answers;

static double softmax_loss(void *state) {
    answers *a = state;
    memcpy(a->work, a->logit, sizeof a->work);
    return net_softmax_row(a->work, a->log_weight, M, a->own, 4, 2, a->right_weight, a->scratch);
}

/* The same, as the formula stands in the header. */
static double softmax_plain(const answers *a) {
    double wrong = 0, loss = 0;
    for (uint32_t j = 0; j < M; j++) {
        bool own = false;
        for (size_t k = 0; k < 4; k++) own |= a->own[k] == j;
        if (!own) wrong += exp((double)a->logit[j] + (double)a->log_weight[j]);
    }
    for (size_t k = 0; k < 2; k++)
        loss += (double)a->right_weight[k] * (log(exp((double)a->logit[a->own[k]]) + wrong) - (double)a->logit[a->own[k]]);
    return loss;
}

TEST(net, a_sampled_softmax_is_its_formula_and_its_slope) {
    rng r;
    rng_seed(&r, 9);
    answers a = { .own = { 3, 30, 7, 8 }, .right_weight = { 0.7f, 0.3f } };
    draw(&r, a.logit, M);
    draw(&r, a.log_weight, M);
    for (uint32_t j = 0; j < M; j++) a.logit[j] *= 6;
    double loss = softmax_loss(&a);
    assert_true(fabs(loss - softmax_plain(&a)) < 1e-4);
    float gradient[M];
    memcpy(gradient, a.work, sizeof gradient);
    check_gradient("softmax", softmax_loss, &a, a.logit, gradient, M, 1e-3);
    assert_true(gradient[7] == 0 && gradient[8] == 0);              /* what a person has beside is neither right nor wrong */
}

TEST(net, a_softmax_stays_finite_at_its_ends) {
    const struct { float logit[4], log_weight[4]; size_t n_own, n_right; } cases[] = {
        { { 50, -50, 50, -50 }, { 0 }, 1, 1 }, { { -50, 50, 50, 50 }, { 10, 10, 10, 10 }, 1, 1 },
        { { 1, 2, 3, 4 }, { 0 }, 4, 2 },                            /* nothing is wrong */
        { { 1, 2, 3, 4 }, { 0 }, 2, 0 },                            /* nothing is right */
    };
    static const uint32_t own[4] = { 0, 1, 2, 3 };
    static const float weight[2] = { 1, 1 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        float logit[4], scratch[2];
        memcpy(logit, cases[i].logit, sizeof logit);
        double loss = net_softmax_row(logit, cases[i].log_weight, 4, own, cases[i].n_own, cases[i].n_right, weight, scratch);
        assert_true(isfinite(loss) && loss >= 0);
        for (size_t k = 0; k < 4; k++) assert_true(isfinite(logit[k]) && fabsf(logit[k]) <= 2);
        if (cases[i].n_right == 0) assert_true(loss == 0 && logit[0] == 0 && logit[3] == 0);
    }
}

TEST(net, exponentials_are_those_of_the_library) {
    for (float x = -86; x < 87; x += 0.37f) {
        float some[19];
        for (size_t i = 0; i < COUNT(some); i++) some[i] = x;
        net_exp(some, COUNT(some));
        for (size_t i = 0; i < COUNT(some); i++) assert_true(fabs((double)some[i] / exp((double)x) - 1) < 1e-5);
    }
    float far[2] = { -1e6f, 1e6f };
    net_exp(far, 2);
    assert_true(far[0] >= 0 && far[0] < 1e-37f && isfinite(far[1]));
}

TEST(net, adam_takes_the_steps_of_its_paper) {
    /* given two numbers and gradients of the same sign, the first step is the rate whatever the size of the gradient */
    float x[2] = { 1, -1 }, g[2] = { 0.001f, -50 }, m1[2] = { 0 }, m2[2] = { 0 };
    net_adam a = net_adam_step(0.1f, 0, 1);
    net_adam_update(&a, x, g, m1, m2, 2);
    assert_true(fabsf(x[0] - 0.9f) < 1e-4f && fabsf(x[1] + 0.9f) < 1e-4f);
    /* the second one by hand: m = .09g + .1h, v = .000999g^2 + .001h^2, corrected by .19 and .001999 */
    float h[2] = { 0.002f, 50 };
    a = net_adam_step(0.1f, 0, 2);
    net_adam_update(&a, x, h, m1, m2, 2);
    double m = 0.09 * 0.001 + 0.1 * 0.002, v = 0.000999e-6 + 0.001 * 4e-6;
    assert_true(fabs((double)x[0] - (0.9 - 0.1 * (m / 0.19) / sqrt(v / 0.001999))) < 1e-4);
    /* and decay draws towards zero where there is no gradient */
    float y[1] = { 2 }, none[1] = { 0 }, n1[1] = { 0 }, n2[1] = { 0 };
    a = net_adam_step(0.1f, 0.5f, 1);
    net_adam_update(&a, y, none, n1, n2, 1);
    assert_true(fabsf(y[0] - 1.9f) < 1e-6f);
}
