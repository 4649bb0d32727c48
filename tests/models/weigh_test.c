/* Events to values: each rule, decay, and that a history weighs as the matrix does. */
#include "models/weigh.h"
#include <math.h>
#include "tests/test.h"

static const int64_t day = 86400000;

/* Two users; the first takes item 2 twice (weights 1 and 4, ten days apart) and item 0 once. */
static const uint64_t starts[] = { 0, 3, 4 };
static const uint32_t items[] = { 2, 0, 2, 1 };
static const float weights[] = { 1, 2, 4, 1 };

TEST(models, weigh_makes_one_value_of_several_events) {
    TEST_CTX(c);
    const int64_t times[] = { 0, 0, 10 * day, 20 * day };
    const interactions x = { .n_users = 2, .n_items = 3, .start = starts, .item = items, .weight = weights, .time_ms = times,
                             .as_of_ms = 20 * day };
    const struct { weighing w; float zero, two; } cases[] = {
        { { WEIGH_ONE, 0 }, 1, 1 },
        { { WEIGH_LARGEST, 0 }, 2, 4 },
        { { WEIGH_SUM, 0 }, 2, 5 },
        { { WEIGH_LOG, 0 }, log2f(3), log2f(6) },
        { { WEIGH_ONE, 10 }, .25f, .5f },
        { { WEIGH_LARGEST, 10 }, .5f, 2 },
        { { WEIGH_SUM, 10 }, .5f, 2.25f },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        csr m;
        weighed *asked;
        size_t n;
        const history h = { .n = 3, .item = items, .weight = weights, .time_ms = times, .now_ms = 20 * day };
        assert_ok(c, weigh_matrix(c, &x, &cases[i].w, &m));
        assert_ok(c, csr_check(c, &m));
        assert_int_equal(2, m.start[1]);
        assert_int_equal(0, m.col[0]);
        assert_int_equal(2, m.col[1]);
        assert_float_equal(cases[i].zero, csr_value(&m, 0), 1e-6);
        assert_float_equal(cases[i].two, csr_value(&m, 1), 1e-6);
        assert_ok(c, weigh_history(c, &h, 3, &cases[i].w, &asked, &n));
        assert_int_equal(2, n);
        for (size_t e = 0; e < n; e++) {
            assert_int_equal(m.col[e], asked[e].item);
            assert_float_equal(csr_value(&m, e), asked[e].value, 0);
        }
    }
}

TEST(models, weigh_says_when_every_cell_is_one) {
    TEST_CTX(c);
    const interactions x = { .n_users = 2, .n_items = 3, .start = starts, .item = items };
    csr m;
    assert_ok(c, weigh_matrix(c, &x, &(weighing){ WEIGH_LARGEST, 30 }, &m));
    assert_null(m.value);
}

TEST(models, weigh_sorts_long_histories_and_passes_over_items_after_the_fit) {
    TEST_CTX(c);
    uint32_t item[500];
    weighed *asked;
    size_t n;
    for (uint32_t e = 0; e < 500; e++) item[e] = (e * 37) % 250;        /* each of 0..249 twice */
    const history h = { .n = 500, .item = item };
    assert_ok(c, weigh_history(c, &h, 200, &(weighing){ WEIGH_SUM, 0 }, &asked, &n));
    assert_int_equal(200, n);
    for (uint32_t e = 0; e < 200; e++) {
        assert_int_equal(e, asked[e].item);
        assert_float_equal(2, asked[e].value, 0);
    }
}
