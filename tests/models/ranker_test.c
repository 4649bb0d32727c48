/* Trees, their fast scorer, the logistic model and calibration: right answers that are known, limits, damage. */
#include "tests/models/fitted.h"
#include "tests/test.h"
#include "models/boost.h"
#include "models/logistic.h"
#include "models/ranker.h"
#include <math.h>
#include <string.h>

/* Questions of 10 candidates; the answer depends on input 0 twice (not on a line) and on input 1; input 2 is noise. */
enum { WIDTH = 3, CANDIDATES = 10 };
static ranker_rows made_up(ctx *c, size_t n_groups, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    size_t n = n_groups * CANDIDATES;
    float *x = arena_new(c->arena, float, n * WIDTH);
    uint8_t *label = arena_new(c->arena, uint8_t, n);
    size_t *group = arena_new(c->arena, size_t, n_groups + 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < WIDTH; k++) x[i * WIDTH + k] = (float)(rng_unit(&r) * 4 - 2);
        double z = -3 + 3 * (fabs((double)x[i * WIDTH]) < 1) + (double)x[i * WIDTH + 1];
        label[i] = rng_unit(&r) < logistic_sigmoid(z);
    }
    for (size_t g = 0; g <= n_groups; g++) group[g] = g * CANDIDATES;
    return (ranker_rows){ x, label, NULL, n, WIDTH, group, n_groups };
}

static ranker ranker_of(ctx *c, const ranker_rows *rows, ranker_kind kind) {
    ranker_params p = ranker_default_params();
    ranker r;
    p.kind = kind;
    assert_ok(c, ranker_fit(c, rows, &p, &r));
    return r;
}

TEST(forest, equals_the_library_that_grew_it) {
    static const struct { uint32_t trees, depth; bool by_order; size_t groups; } cases[] = {
        { 1, 1, false, 5 }, { 30, 3, false, 200 }, { 60, 6, false, 500 }, { 20, 4, true, 200 }, { 5, 6, false, 1 },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        ranker_rows rows = made_up(c, cases[k].groups, 7 + k);
        ranker_params p = ranker_default_params();
        p.trees = cases[k].trees, p.depth = cases[k].depth, p.by_order = cases[k].by_order;
        forest f;
        float *library = arena_new(c->arena, float, rows.n), *ours = arena_new(c->arena, float, rows.n);
        assert_ok(c, boost_fit(c, &rows, &p, &f, library));
        assert_int_equal(p.trees, f.n_trees);
        forest_score(&f, rows.x, rows.n, ours);
        for (size_t i = 0; i < rows.n; i++)
            if (fabsf(ours[i] - library[i]) > 1e-5f) test_fail("case %zu row %zu: %g, library %g", k, i, (double)ours[i],
                (double)library[i]);
    }
}

/* A forest nobody grew: every node and leaf by chance, inputs on the cuts and beside them. */
static forest by_chance(ctx *c, rng *r, uint32_t width, uint32_t depth, uint32_t trees, uint32_t cuts) {
    size_t nodes = ((size_t)1 << depth) - 1;
    uint32_t *start = arena_new(c->arena, uint32_t, width + 1);
    float *cut = arena_new(c->arena, float, (size_t)width * cuts), *leaf = arena_new(c->arena, float, (size_t)trees << depth);
    forest_node *node = arena_new(c->arena, forest_node, trees * nodes);
    for (uint32_t k = 0; k < width; k++) start[k + 1] = start[k] + cuts;
    for (uint32_t i = 0; i < width * cuts; i++) cut[i] = (float)(i % cuts) - 3;
    for (size_t i = 0; i < trees * nodes; i++) node[i] = (forest_node){ (uint8_t)rng_below(r, width), (uint8_t)rng_below(r, cuts) };
    for (size_t i = 0; i < (size_t)trees << depth; i++) leaf[i] = (float)(rng_unit(r) - 0.5);
    return (forest){ width, trees, depth, start, cut, node, leaf };
}

TEST(forest, fast_form_gives_the_bits_of_the_plain_one) {
    rng r;
    rng_seed(&r, 3);
    for (uint32_t depth = 1; depth <= FOREST_MAX_DEPTH; depth++) {
        TEST_CTX(c);
        uint32_t width = 1 + (uint32_t)rng_below(&r, FOREST_MAX_WIDTH), n = 1 + (uint32_t)rng_below(&r, 150);
        forest f = by_chance(c, &r, width, depth, 17, depth == 6 ? FOREST_MAX_CUTS : 5);
        float *x = arena_new(c->arena, float, (size_t)n * width), *fast = arena_new(c->arena, float, n),
              *plain = arena_new(c->arena, float, n);
        for (size_t i = 0; i < (size_t)n * width; i++) x[i] = (float)(rng_unit(&r) < 0.5 ? (double)rng_below(&r, 9) - 4 : rng_unit(&r) * 9);
        x[0] = NAN;
        assert_ok(c, forest_check(c, &f));
        forest_score(&f, x, n, fast);
        forest_score_plain(&f, x, n, plain);
        assert_memory_equal(plain, fast, n * sizeof *fast);
    }
}

TEST(forest, damage_is_refused) {
    TEST_CTX(c);
    rng r;
    rng_seed(&r, 4);
    forest good = by_chance(c, &r, 3, 2, 2, 4), bad = good;
    forest_node node[6] = { { 3, 0 } };
    float leaf[8] = { NAN }, cut[12] = { 2, 1 };
    uint32_t start[4] = { 0, 4, 3, 12 };
    bad.node = node;
    assert_err(ERR_CORRUPT, forest_check(c, &bad));
    bad = good, bad.leaf = leaf;
    assert_err(ERR_CORRUPT, forest_check(c, &bad));
    bad = good, bad.cut = cut;
    assert_err(ERR_CORRUPT, forest_check(c, &bad));
    bad = good, bad.cut_start = start;
    assert_err(ERR_CORRUPT, forest_check(c, &bad));
    bad = good, bad.depth = FOREST_MAX_DEPTH + 1;
    assert_err(ERR_CORRUPT, forest_check(c, &bad));
    assert_ok(c, forest_check(c, &good));
}

TEST(logistic, finds_the_coefficients_it_was_made_from) {
    /* given: log-odds -1 + 2 x0 - 0.01 x1, x1 large and far from 0 */
    TEST_CTX(c);
    enum { N = 40000 };
    rng r;
    rng_seed(&r, 5);
    float *x = arena_new(c->arena, float, 2 * N), *y = arena_new(c->arena, float, N);
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = (float)(rng_unit(&r) * 2 - 1), x[2 * i + 1] = (float)(1000 + rng_unit(&r) * 200);
        y[i] = rng_unit(&r) < logistic_sigmoid(-1 + 2 * (double)x[2 * i] - 0.01 * ((double)x[2 * i + 1] - 1100));
    }
    double b[2], offset;
    assert_ok(c, logistic_fit(c, &(logistic_rows){ .x = x, .target = y, .n = N, .width = 2, .ridge = 1e-3 }, b, &offset));
    assert_true(fabs(b[0] - 2) < 0.1 && fabs(b[1] + 0.01) < 0.001 && fabs(offset - (-1 + 11)) < 1);
}

TEST(logistic, keeps_to_what_was_believed_until_data_say_otherwise) {
    /* given: a belief that the first input weighs 1 and the second nothing; in truth it is 2 and -1; the second is ten times as wide */
    TEST_CTX(c);
    enum { N = 40000 };
    const double toward[] = { 1, 0 };
    rng r;
    rng_seed(&r, 6);
    float *x = arena_new(c->arena, float, 2 * N), *y = arena_new(c->arena, float, N);
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = (float)sqrt(12) * (float)(rng_unit(&r) - 0.5), x[2 * i + 1] = 10 * (float)sqrt(12) * (float)(rng_unit(&r) - 0.5);
        y[i] = rng_unit(&r) < logistic_sigmoid(2 * (double)x[2 * i] - 0.1 * (double)x[2 * i + 1]);
    }
    const struct { size_t n; double ridge, low, high; } cases[] = { { 0, 50, 1, 1 }, { 100, 1e6, 0.999, 1.001 }, { 1000, 50, 1.3, 1.95 },
                                                                   { N, 50, 1.9, 2.1 } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        double b[2], offset;
        assert_ok(c, logistic_fit(c, &(logistic_rows){ .x = x, .target = y, .n = cases[k].n, .width = 2, .ridge = cases[k].ridge,
                                                       .toward = toward }, b, &offset));
        assert_true(b[0] >= cases[k].low && b[0] <= cases[k].high);
        assert_true(isfinite(b[0]) && isfinite(b[1]) && fabs(offset) < 0.3);
        if (k == COUNT(cases) - 1) assert_true(fabs(b[1] + 0.1) < 0.01);
    }
}

TEST(logistic, however_strongly_it_believes_in_weights_takes_the_level_from_data) {
    /* given: one of fifty comes, whatever the input is; and no doubt that the input weighs nothing */
    TEST_CTX(c);
    enum { N = 1000 };
    const double toward[] = { 0 };
    float x[N], y[N];
    double b, offset;
    for (size_t i = 0; i < N; i++) x[i] = (float)(i % 7), y[i] = i % 50 == 0;
    assert_ok(c, logistic_fit(c, &(logistic_rows){ .x = x, .target = y, .n = N, .width = 1, .ridge = 1e6, .toward = toward }, &b, &offset));
    assert_true(fabs(b) < 1e-3 && fabs(logistic_sigmoid(offset) - 0.02) < 0.001);
}

TEST(logistic, ends_finite_on_hopeless_data) {
    /* separable; a constant input; all one label; nothing at all */
    static const struct { float x[8], y[4]; size_t n; } cases[] = {
        { { -1, 7, -2, 7, 1, 7, 2, 7 }, { 0, 0, 1, 1 }, 4 }, { { 1, 1, 2, 2, 3, 3, 4, 4 }, { 1, 1, 1, 1 }, 4 }, { { 0 }, { 0 }, 0 },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        double b[2], offset;
        const logistic_rows rows = { .x = cases[k].x, .target = cases[k].y, .n = cases[k].n, .width = 2, .ridge = 0.01 };
        assert_ok(c, logistic_fit(c, &rows, b, &offset));
        assert_true(isfinite(b[0]) && isfinite(b[1]) && isfinite(offset));
    }
}

TEST(ranker, trees_know_what_a_line_cannot) {
    TEST_CTX(c);
    ranker_rows rows = made_up(c, 1500, 1);
    ranker trees = ranker_of(c, &rows, RANKER_TREES), line = ranker_of(c, &rows, RANKER_LOGISTIC);
    assert_int_equal(RANKER_TREES, trees.kind);
    assert_int_equal(RANKER_LOGISTIC, line.kind);
    const float x[2 * WIDTH] = { 0, 1, 0, 1.8f, 1, 0 };
    float by_trees[2], by_line[2];
    ranker_score(&trees, x, 2, by_trees);
    ranker_score(&line, x, 2, by_line);
    assert_true(by_trees[0] > 3 * by_trees[1]);
    assert_true(by_line[0] < 1.5f * by_line[1]);
}

TEST(ranker, probabilities_are_calibrated) {
    /* given: questions it has not seen; then: of those it calls p, about a share p are answers */
    static const ranker_kind kinds[] = { RANKER_RATE, RANKER_LOGISTIC, RANKER_TREES };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        TEST_CTX(c);
        ranker_rows rows = made_up(c, 1500, 1), fresh = made_up(c, 1500, 2);
        ranker r = ranker_of(c, &rows, kinds[k]);
        float *p = arena_new(c->arena, float, fresh.n);
        double called[5] = { 0 }, came[5] = { 0 }, n[5] = { 0 };
        ranker_score(&r, fresh.x, fresh.n, p);
        for (size_t i = 0; i < fresh.n; i++) {
            assert_true(p[i] >= 0 && p[i] <= 1);
            size_t b = (size_t)fminf(p[i] * 5, 4);
            called[b] += (double)p[i], came[b] += fresh.label[i], n[b]++;
        }
        double off = 0;
        for (size_t b = 0; b < 5; b++) off += fabs(called[b] - came[b]);
        if (off > 0.03 * (double)fresh.n) test_fail("kind %zu is off by %g", k, off / (double)fresh.n);
    }
}

TEST(ranker, weights_say_what_a_row_stands_for) {
    /* given: one of ten negatives kept, each standing for ten */
    TEST_CTX(c);
    ranker_rows all = made_up(c, 1500, 1);
    float *x = arena_new(c->arena, float, all.n * WIDTH), *weight = arena_new(c->arena, float, all.n);
    uint8_t *label = arena_new(c->arena, uint8_t, all.n);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        if (!all.label[i] && i % 10) continue;
        memcpy(x + n * WIDTH, all.x + i * WIDTH, WIDTH * sizeof *x);
        label[n] = all.label[i], weight[n++] = all.label[i] ? 1 : 10;
    }
    ranker_rows kept = { x, label, weight, n, WIDTH, NULL, 0 };
    ranker one = ranker_of(c, &all, RANKER_LOGISTIC), other = ranker_of(c, &kept, RANKER_LOGISTIC);
    const float asked[WIDTH] = { 0.5f, 1, 0 };
    float a, b;
    ranker_score(&one, asked, 1, &a);
    ranker_score(&other, asked, 1, &b);
    assert_true(fabsf(a - b) < 0.05f);
}

TEST(ranker, few_answers_get_a_simpler_kind) {
    static const struct { size_t groups; ranker_kind kind; } cases[] = {
        { 0, RANKER_RATE }, { 1, RANKER_RATE }, { 30, RANKER_LOGISTIC }, { 600, RANKER_TREES },
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        ranker_rows rows = made_up(c, cases[k].groups, 9);
        ranker r = ranker_of(c, &rows, RANKER_TREES);
        assert_int_equal(cases[k].kind, r.kind);
        const float x[WIDTH] = { 0 };
        float p;
        ranker_score(&r, x, 1, &p);
        assert_true(p > 0 && p < 1);
    }
}

TEST(ranker, the_same_seed_gives_the_same_bits_and_another_does_not) {
    TEST_CTX(c);
    ranker_rows rows = made_up(c, 300, 1);
    float p[3][CANDIDATES];
    for (size_t k = 0; k < 3; k++) {
        ranker_params params = ranker_default_params();
        ranker r;
        params.seed = k == 2 ? 8 : 7;
        assert_ok(c, ranker_fit(c, &rows, &params, &r));
        ranker_score(&r, rows.x, CANDIDATES, p[k]);
    }
    assert_memory_equal(p[0], p[1], sizeof p[0]);
    assert_memory_not_equal(p[0], p[2], sizeof p[0]);
}

TEST(ranker, what_is_saved_is_loaded) {
    static const ranker_kind kinds[] = { RANKER_RATE, RANKER_LOGISTIC, RANKER_TREES };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        TEST_CTX(c);
        ranker_rows rows = made_up(c, 300, 1);
        ranker r = ranker_of(c, &rows, kinds[k]), back;
        buf b;
        buf_init_in(&b, c->arena, MIB);
        assert_ok(c, ranker_save(c, &r, &b));
        str bytes = aligned_bytes(c, &b);
        assert_ok(c, ranker_load(c, bytes, &back));
        float was[CANDIDATES], is[CANDIDATES];
        ranker_score(&r, rows.x, CANDIDATES, was);
        ranker_score(&back, rows.x, CANDIDATES, is);
        assert_memory_equal(was, is, sizeof was);
        assert_err(ERR_CORRUPT, ranker_load(c, (str){ bytes.p, bytes.n - 64 }, &back));
    }
}

/* Bytes of the arrays of a ranker, each rounded up as an arena may. */
static size_t own_bytes(const ranker *r) {
    enum { ROUNDING = 64 };
    const forest *f = &r->trees;
    if (r->kind == RANKER_LOGISTIC) return r->width * sizeof(float) + ROUNDING;
    if (r->kind != RANKER_TREES) return 0;
    size_t leaves = (size_t)f->n_trees << f->depth, nodes = leaves - f->n_trees;
    return (f->width + 1 + f->cut_start[f->width]) * sizeof(float) + nodes * sizeof(forest_node) + leaves * sizeof(float) + 4 * ROUNDING;
}

TEST(ranker, a_fit_leaves_nothing_but_the_ranker) {
    static const ranker_kind kinds[] = { RANKER_RATE, RANKER_LOGISTIC, RANKER_TREES };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        TEST_CTX(c);
        ranker_rows rows = made_up(c, 300, 1);
        size_t before = c->arena->used;
        ranker r = ranker_of(c, &rows, kinds[k]);
        assert_int_equal(kinds[k], r.kind);
        if (c->arena->used - before > own_bytes(&r))
            test_fail("kind %zu leaves %zu bytes, %zu are its own", k, c->arena->used - before, own_bytes(&r));
    }
}

TEST(ranker, refuses_what_is_not_a_number) {
    TEST_CTX(c);
    ranker_rows rows = made_up(c, 30, 1);
    ((float *)rows.x)[5] = NAN;
    ranker_params p = ranker_default_params();
    ranker r;
    assert_err(ERR_INVALID, ranker_fit(c, &rows, &p, &r));
    rows = made_up(c, 30, 1), p.depth = FOREST_MAX_DEPTH + 1;
    assert_err(ERR_INVALID, ranker_fit(c, &rows, &p, &r));
    rows.width = 0;
    assert_err(ERR_INVALID, ranker_fit(c, &rows, &p, &r));
}
