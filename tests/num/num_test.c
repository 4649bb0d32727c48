/* Tests of the loops and selections below the models. */
#include "tests/test.h"
#include "num/parallel.h"
#include "num/topk.h"

static void mark_range(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    for (size_t i = from; i < to; i++) ((uint8_t *)state)[i]++;
}

TEST(parallel, runs_every_index_once_whatever_the_threads_and_chunks) {
    static const struct { int threads; size_t n, chunk; } cases[] = {
        { 1, 100, 7 }, { 2, 100, 7 }, { 8, 1000, 1 }, { 64, 3, 1 }, { 3, 0, 5 }, { 4, 10, 100 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        uint8_t *seen = arena_new(c->arena, uint8_t, cases[i].n);
        assert_ok(c, parallel_for(c, cases[i].threads, cases[i].n, cases[i].chunk, mark_range, seen));
        for (size_t at = 0; at < cases[i].n; at++) assert_int_equal(1, seen[at]);
    }
}

TEST(parallel, stops_when_cancelled_or_late) {
    TEST_CTX(c);
    uint8_t seen[10] = { 0 };
    atomic_bool stop = true;
    c->cancel = &stop;
    assert_err(ERR_CANCELLED, parallel_for(c, 2, 10, 1, mark_range, seen));
    assert_int_equal(0, seen[0]);
    c->cancel = NULL;
    time_source clock = time_source_manual(1000);
    c->time = &clock;
    c->deadline_us = 1;
    assert_err(ERR_DEADLINE, parallel_for(c, 2, 10, 1, mark_range, seen));
    assert_int_equal(0, seen[9]);
}

TEST(parallel, turns_a_wish_into_a_possible_number_of_threads) {
    assert_int_equal(1, parallel_threads(1));
    assert_int_equal(PARALLEL_MAX_THREADS, parallel_threads(100000));
    assert_true(parallel_threads(0) >= 1);
    assert_true(parallel_threads(-5) >= 1);
}

TEST(topk, keeps_the_best_in_a_fixed_order_however_they_come) {
    /* given: scores with ties, offered forwards and backwards */
    static const float score[] = { 1, 5, 3, 5, 0, 3, 9, 5 };
    static const uint32_t expected[] = { 6, 1, 3, 7, 2 };
    topk_entry forward[5], backward[5];
    topk a = { forward, 0, 5 }, b = { backward, 0, 5 };
    /* when */
    for (uint32_t i = 0; i < COUNT(score); i++) {
        topk_offer(&a, i, score[i]);
        topk_offer(&b, (uint32_t)COUNT(score) - 1 - i, score[COUNT(score) - 1 - i]);
    }
    topk_sort(&a);
    topk_sort(&b);
    /* then */
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(expected[i], a.entry[i].item);
        assert_int_equal(expected[i], b.entry[i].item);
    }
}

TEST(topk, holds_less_than_k_when_less_is_offered) {
    topk_entry room[4];
    topk t = { room, 0, 4 };
    topk_sort(&t);
    assert_int_equal(0, t.n);
    topk_offer(&t, 8, 2);
    topk_offer(&t, 7, 2);
    topk_sort(&t);
    assert_int_equal(2, t.n);
    assert_int_equal(7, t.entry[0].item);
}
