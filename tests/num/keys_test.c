/* Keys of scored items: their order, selecting and sorting them, lists made to be hard. */
#include "num/keys.h"
#include <math.h>
#include <stdlib.h>
#include "tests/test.h"

enum { MOST = 3000 };

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

TEST(num, keys_order_as_scores_rank_and_come_back) {
    const topk_entry ranked[] = { { 3, INFINITY }, { 9, 5 }, { 1, 2 }, { 2, 2 }, { 8, 1e-40f }, { 0, 0 }, { 4, -0.0f }, { 7, -1e-3f },
                                  { 5, -2 }, { 6, -INFINITY } };
    for (size_t i = 0; i < COUNT(ranked); i++) {
        topk_entry back = key_entry(key_of(ranked[i].item, ranked[i].score));
        assert_int_equal(ranked[i].item, back.item);
        assert_true(back.score == ranked[i].score);
        if (i > 0) assert_true(key_of(ranked[i - 1].item, ranked[i - 1].score) < key_of(ranked[i].item, ranked[i].score));
    }
}

/* Ascending, descending, one high among low, random, organ pipe. */
static uint64_t hard_key(rng *r, int shape, size_t i, size_t n) {
    switch (shape) {
        case 0: return i;
        case 1: return n - i;
        case 2: return (i * 7919) % 3001 + (uint64_t)(i == n / 2) * 100000;
        case 3: return (rng_u64(r) & ~0xfffull) | i;
        default: return i < n / 2 ? 2 * i : 2 * (n - i) + 1;
    }
}

TEST(num, keys_select_and_sort_agree_with_the_library) {
    TEST_CTX(c);
    static const size_t sizes[] = { 0, 1, 2, 24, 25, 26, 100, 777, MOST };
    for (int shape = 0; shape < 5; shape++)
        for (size_t s = 0; s < COUNT(sizes); s++)
            for (size_t k = 0; k <= sizes[s] + 1; k += 1 + sizes[s] / 5) {
                size_t n = sizes[s], head = k < n ? k : n;
                uint64_t keys[MOST], want[MOST];
                for (size_t i = 0; i < n; i++) want[i] = keys[i] = hard_key(&c->random, shape, i, n);
                qsort(want, n, sizeof *want, ascending);
                keys_select(keys, n, k);
                keys_sort(keys, head);
                assert_memory_equal(want, keys, head * sizeof *keys);
                keys_sort(keys, n);
                assert_memory_equal(want, keys, n * sizeof *keys);
            }
}
