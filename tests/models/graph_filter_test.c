/* The graph filter against its equations written out with dense matrices of items by items. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "num/blas.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { USERS = 30, ITEMS = 18 };

typedef struct { uint64_t start[USERS + 1]; uint32_t item[USERS * ITEMS]; interactions x; bool a[USERS][ITEMS]; } shop;

/* Two tastes, noise, one item nobody took and one user who took nothing. */
static const interactions *draw_shop(ctx *c, shop *s) {
    for (uint32_t u = 0; u < USERS; u++) {
        s->start[u + 1] = s->start[u];
        for (uint32_t i = 0; i < ITEMS; i++) {
            double chance = i == 5 || u == 7 ? 0 : i % 3 == 0 ? 0.6 : i % 2 == u % 2 ? 0.5 : 0.1;
            s->a[u][i] = rng_unit(&c->random) < chance;
            if (s->a[u][i]) s->item[s->start[u + 1]++] = i;
        }
    }
    s->x = (interactions){ .n_users = USERS, .n_items = ITEMS, .start = s->start, .item = s->item };
    return &s->x;
}

static double user_degree(const shop *s, int u) { return (double)(s->start[u + 1] - s->start[u]); }
static double item_degree(const shop *s, int i) {
    double n = 0;
    for (int u = 0; u < USERS; u++) n += s->a[u][i];
    return n;
}
static double power_of(double degree, double power) { return degree > 0 ? pow(degree, power) : 0; }

typedef double square[ITEMS][ITEMS];

/* P = Rn'Rn. */
static void dense_p(const shop *s, square ret) {
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++) {
            ret[i][j] = 0;
            for (int u = 0; u < USERS; u++)
                if (s->a[u][i] && s->a[u][j])
                    ret[i][j] += 1 / user_degree(s, u) * power_of(item_degree(s, i), -0.5) * power_of(item_degree(s, j), -0.5);
        }
}

/* y P. */
static void times_p(double p[ITEMS][ITEMS], const double *y, double *ret) {
    for (int j = 0; j < ITEMS; j++) {
        ret[j] = 0;
        for (int i = 0; i < ITEMS; i++) ret[j] += y[i] * p[i][j];
    }
}

/* The equation of the blur, user by user. */
static void blur_plain(const shop *s, const bool *r, double in, double power, double user, double out, double *ret) {
    memset(ret, 0, ITEMS * sizeof *ret);
    for (int v = 0; v < USERS; v++) {
        double near = 0;
        for (int i = 0; i < ITEMS; i++) near += r[i] && s->a[v][i] ? power_of(item_degree(s, i), -in) : 0;
        for (int j = 0; j < ITEMS; j++)
            if (s->a[v][j] && near > 0) ret[j] += pow(near, power) * power_of(user_degree(s, v), -user) * power_of(item_degree(s, j), -out);
    }
}

/* dy/dt = -y P over time T: the exponential series to the end, or to the order of a one-step Runge-Kutta solver. */
static void sharpen_plain(const shop *s, double time, int order, double root, double *y) {
    square p;
    double term[ITEMS], next[ITEMS];
    dense_p(s, p);
    for (int i = 0; i < ITEMS; i++) term[i] = y[i] *= power_of(item_degree(s, i), -root);
    for (int j = 1; j <= (order ? order : 60); j++) {
        times_p(p, term, next);
        for (int i = 0; i < ITEMS; i++) y[i] += term[i] = -time / j * next[i];
    }
    for (int i = 0; i < ITEMS; i++) y[i] *= power_of(item_degree(s, i), root);
}

/* D^1/2 V V' D^-1/2 r over the `rank` leading eigenvectors. */
static void add_ideal_plain(ctx *c, const shop *s, const bool *r, int rank, double weight, double *y) {
    square p;
    float a[ITEMS][ITEMS], value[ITEMS];
    dense_p(s, p);
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < ITEMS; j++) a[i][j] = (float)p[i][j];
    assert_ok(c, blas_eigen(c, a[0], ITEMS, value));
    for (int k = ITEMS - rank; k < ITEMS; k++) {
        double along = 0;
        for (int i = 0; i < ITEMS; i++) along += r[i] ? (double)a[k][i] * power_of(item_degree(s, i), -0.5) : 0;
        for (int j = 0; j < ITEMS; j++) y[j] += weight * along * (double)a[k][j] * power_of(item_degree(s, j), 0.5);
    }
}

typedef struct { double in, power, user, out, ideal, sharpen; int rank, order; double root; int whole; } setting;

static model fit_with(ctx *c, const interactions *x, const setting *t) {
    char text[256];
    (void)snprintf(text, sizeof text, "in=%g power=%g user=%g out=%g ideal=%g sharpen=%g rank=%d order=%d root=%g whole=%d passes=12",
                     t->in, t->power,
                     t->user, t->out, t->ideal, t->sharpen, t->rank, t->order, t->root, t->whole);
    return fitted(c, &model_graph_filter, x, text, 0);
}

static void compare(const double *want, const float *got, size_t at, int user) {
    double largest = 0;
    for (int j = 0; j < ITEMS; j++) largest = fmax(largest, fabs(want[j]));
    for (int j = 0; j < ITEMS; j++)
        if (fabs(want[j] - (double)got[j]) > 2e-4 * largest)
            test_fail("setting %zu, user %d, item %d: %g, not %g", at, user, j, (double)got[j], want[j]);
}

TEST(graph_filter, answers_what_its_equations_say) {
    static const setting settings[] = {
        { 0.5, 1, 1, 0.5, 0, 0, 0, 0, 0, 0 },                     /* one linear pass: y = r P */
        { 0.5, 1, 1, 0.5, 0.3, 0, 4, 0, 0, 0 },                   /* GF-CF */
        { 0.5, 1, 1, 0.5, 0.2, 2.5, ITEMS, 4, 0, 0 },             /* BSPM, early merge, one Runge-Kutta step */
        { 0.5, 1, 1, 0.5, 0.2, 2.5, 5, 4, 0, 1 },           /* the same with the whole of P and a low-pass of rank 5 */
        { 0.5, 1, 1, 0.5, 0, 1.2, ITEMS, 1, 0, 0 },               /* BSPM, Euler */
        { 0.5, 1.25, 0.9, 0.2, 0, 0.2, ITEMS, 0, 0.5, 0 },
        { 0.3, 2, 0.5, 0, 0.1, 1, ITEMS, 0, 0.3, 0 },
    };
    for (size_t at = 0; at < COUNT(settings); at++) {
        const setting *t = &settings[at];
        TEST_CTX(c);
        shop s = { .start = { 0 } };
        model m = fit_with(c, draw_shop(c, &s), t);
        for (uint32_t u = 0; u < USERS; u++) {
            double want[ITEMS];
            float got[ITEMS];
            history h = interactions_history(&s.x, u);
            assert_ok(c, model_score(c, &m, &h, 1, got));
            blur_plain(&s, s.a[u], t->in, t->power, t->user, t->out, want);
            if (t->ideal > 0) add_ideal_plain(c, &s, s.a[u], t->rank, t->ideal, want);
            sharpen_plain(&s, t->sharpen, t->order, t->root, want);
            compare(want, got, at, (int)u);
        }
    }
}

TEST(graph_filter, two_halves_of_an_event_count_as_one) {
    TEST_CTX(c);
    uint64_t start[] = { 0, 2, 5, 8 };
    uint32_t item[] = { 0, 1, 0, 1, 2, 1, 2, 2 };
    float weight[] = { 1, 1, 1, 1, 1, 1, 0.5f, 0.5f }, whole[] = { 1, 1, 1, 1, 1, 1, 1 }, got[2][3];
    interactions halves = { .n_users = 3, .n_items = 3, .start = start, .item = item, .weight = weight };
    uint64_t start_whole[] = { 0, 2, 5, 7 };
    interactions wholes = { .n_users = 3, .n_items = 3, .start = start_whole, .item = item, .weight = whole };
    for (int i = 0; i < 2; i++) {
        model m = fitted(c, &model_graph_filter, i ? &wholes : &halves, "values=2", 0);
        history h = interactions_history(i ? &wholes : &halves, 2);
        assert_ok(c, model_score(c, &m, &h, 1, got[i]));
    }
    assert_memory_equal(got[0], got[1], sizeof got[0]);
}

TEST(graph_filter, stays_finite_with_weights_far_apart_and_items_unknown) {
    TEST_CTX(c);
    uint64_t start[] = { 0, 3, 6, 6 };
    uint32_t item[] = { 0, 1, 2, 0, 2, 3 }, asked[] = { 3, 1000000, 0, 0, 2, UINT32_MAX };
    float weight[] = { 1e-30f, 1e30f, 1, 1e20f, 1e-20f, 3e38f }, got[5];
    interactions x = { .n_users = 3, .n_items = 5, .start = start, .item = item, .weight = weight };
    model m = fitted(c, &model_graph_filter, &x, "power=2 in=1.5 user=1.5 out=1.5 ideal=1", 0);
    history h = { .n = COUNT(asked), .item = asked, .weight = weight, .user = MODEL_NOBODY };
    assert_ok(c, model_score(c, &m, &h, 1, got));
    for (size_t j = 0; j < COUNT(got); j++) assert_true(isfinite(got[j]));
}

TEST(graph_filter, thins_out_an_item_that_everybody_has) {
    TEST_CTX(c);
    /* given: 1,000 users with item 0 and one of four others, each as often */
    enum { MANY = 1000 };
    uint64_t *start = arena_new(c->arena, uint64_t, MANY + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, 2 * MANY), zero = 0;
    for (uint32_t u = 0; u < MANY; u++) start[u + 1] = 2 * (u + 1ULL), item[2 * u] = 0, item[2 * u + 1] = 1 + (u / 250);
    interactions x = { .n_users = MANY, .n_items = 5, .start = start, .item = item };
    float all[5], some[5];
    const char *settings[] = { "sharpen=0", "sharpen=0 most=100" };
    for (int i = 0; i < 2; i++) {
        model m = fitted(c, &model_graph_filter, &x, settings[i], 0);
        assert_ok(c, model_score(c, &m, &(history){ .n = 1, .item = &zero, .user = MODEL_NOBODY }, 1, i ? some : all));
    }
    /* then: a tenth of the users are asked, evenly spread: the order of items and their shares stay */
    for (int j = 1; j < 5; j++) assert_true(fabsf(some[j] / some[1] - all[j] / all[1]) < 1e-3f);
}

TEST(graph_filter, lists_add_up_what_each_item_alone_would_answer) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    const interactions *x = draw_shop(c, &s);
    model whole = fitted(c, &model_graph_filter, x, "power=1 sharpen=0", 0);
    model lists = fitted(c, &model_graph_filter, x, "power=1 sharpen=0 lists=1000000", 0);
    for (uint32_t u = 0; u < USERS; u++) {
        float want[ITEMS], got[ITEMS];
        history h = interactions_history(x, u);
        assert_ok(c, model_score(c, &whole, &h, 1, want));
        assert_ok(c, model_score(c, &lists, &h, 1, got));
        for (int j = 0; j < ITEMS; j++)                     /* an item's vote for itself is in no list */
            if (!s.a[u][j]) assert_true(fabsf(want[j] - got[j]) < 1e-4f * (1 + fabsf(want[j])));
    }
}

TEST(graph_filter, lists_are_saved_alone_and_come_back) {
    TEST_CTX(c);
    shop s = { .start = { 0 } };
    const interactions *x = draw_shop(c, &s);
    str bytes;
    model m = fitted(c, &model_graph_filter, x, "lists=4", 0), back = kept(c, &m, &bytes);
    for (uint32_t u = 0; u < USERS; u++) {
        float want[ITEMS], got[ITEMS];
        history h = interactions_history(x, u);
        assert_ok(c, model_score(c, &m, &h, 1, want));
        assert_ok(c, model_score(c, &back, &h, 1, got));
        assert_memory_equal(want, got, sizeof want);
    }
    for (size_t cut = 0; cut < bytes.n; cut += 7) assert_err(ERR_CORRUPT, model_load(c, (str){ bytes.p, cut }, &back));
}
