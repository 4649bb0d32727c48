/* Interactions as a matrix and as baskets. */
#include "models/baskets.h"
#include "models/weigh.h"
#include "tests/test.h"

static const uint64_t start[] = { 0, 5, 5, 7 };
static const uint32_t item[] = { 3, 1, 3, 0, 1, 2, 2 };
static const uint32_t visit[] = { 0, 0, 0, 1, 1, 0, 1 };
static const float weight[] = { 1, 2, 4, 8, 16, 32, 64 };
static const int64_t time_ms[] = { 10, 11, 12, 20, 21, 30, 40 };
static const interactions x = { .n_users = 3, .n_items = 4, .start = start, .item = item, .weight = weight, .visit = visit,
                                .time_ms = time_ms, .as_of_ms = 50 };

TEST(interactions, become_a_matrix_with_repeats_added_up) {
    TEST_CTX(c);
    csr m;
    assert_ok(c, weigh_matrix(c, &x, &(weighing){ WEIGH_SUM, 0 }, &m));
    assert_ok(c, csr_check(c, &m));
    static const uint64_t rows[] = { 0, 3, 3, 4 };
    static const uint32_t cols[] = { 0, 1, 3, 2 };
    static const float values[] = { 8, 18, 5, 96 };
    assert_memory_equal(rows, m.start, sizeof rows);
    assert_memory_equal(cols, m.col, sizeof cols);
    assert_memory_equal(values, m.value, sizeof values);
}

TEST(interactions, become_baskets_of_distinct_items_one_a_visit) {
    TEST_CTX(c);
    basket_matrix b;
    int64_t *times;
    assert_ok(c, interactions_baskets(c, &x, &b, &times));
    assert_ok(c, baskets_check(c, &b));
    static const uint64_t rows[] = { 0, 2, 4, 5, 6 };
    static const uint32_t items[] = { 1, 3, 0, 1, 2, 2 };
    static const int64_t first[] = { 10, 20, 30, 40 };
    assert_int_equal(4, b.n_baskets);
    assert_memory_equal(rows, b.start, sizeof rows);
    assert_memory_equal(items, b.items, sizeof items);
    assert_memory_equal(first, times, sizeof first);
}

TEST(interactions, without_visits_are_one_basket_a_user) {
    TEST_CTX(c);
    interactions flat = x;
    flat.visit = NULL, flat.time_ms = NULL;
    basket_matrix b;
    int64_t *times;
    assert_ok(c, interactions_baskets(c, &flat, &b, &times));
    assert_null(times);
    assert_int_equal(2, b.n_baskets);                       /* who did nothing has no basket */
    assert_int_equal(3, b.start[1]);
    assert_int_equal(4, b.start[2]);
}

TEST(interactions, of_one_user_are_his_history) {
    history h = interactions_history(&x, 2);
    assert_int_equal(2, h.n);
    assert_int_equal(2, h.user);
    assert_int_equal(50, h.now_ms);
    assert_ptr_equal(item + 5, h.item);
    assert_ptr_equal(visit + 5, h.visit);
    assert_ptr_equal(time_ms + 5, h.time_ms);
}
