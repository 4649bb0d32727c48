/* Exact counts against a naive reference, on drawn data and on a real shop. */
#include "tests/test.h"
#include "tests/models/make.h"
#include "eval/invoices.h"
#include "models/cooc.h"
#include <string.h>

/* All pairs in a square, the slow and obvious way. */
static uint32_t *naive_counts(ctx *c, const basket_matrix *b, uint32_t max_basket) {
    uint32_t *count = arena_new(c->arena, uint32_t, (size_t)b->n_items * b->n_items);
    for (uint32_t at = 0; at < b->n_baskets; at++) {
        const uint32_t *items = b->items + b->start[at];
        uint64_t n = b->start[at + 1] - b->start[at];
        if (max_basket && n > max_basket) continue;
        for (uint64_t x = 0; x < n; x++)
            for (uint64_t y = 0; y < n; y++)
                if (x != y) count[(size_t)items[x] * b->n_items + items[y]]++;
    }
    return count;
}

/* Place of (item, count) in a row: how many columns come before it. */
static uint32_t naive_rank(const uint32_t *row, uint32_t n_items, cooc_pair p) {
    uint32_t before = 0;
    for (uint32_t j = 0; j < n_items; j++) before += row[j] > p.count || (row[j] == p.count && j < p.item);
    return before;
}

static void check_against(const cooc_lists *l, const uint32_t *naive) {
    uint64_t distinct = 0, total = 0;
    for (uint32_t i = 0; i < l->n_items; i++) {
        const uint32_t *row = naive + (size_t)i * l->n_items;
        uint32_t partners = 0;
        for (uint32_t j = 0; j < l->n_items; j++) partners += row[j] > 0, total += row[j];
        distinct += partners;
        assert_int_equal(partners < l->k ? partners : l->k, l->length[i]);
        for (uint32_t m = 0; m < l->length[i]; m++) {
            cooc_pair p = l->pairs[(size_t)i * l->k + m];
            assert_int_equal(row[p.item], p.count);
            assert_int_equal(m, naive_rank(row, l->n_items, p));
        }
    }
    assert_int_equal(distinct, l->distinct);
    assert_int_equal(total, l->total);
}

TEST(cooc, equals_a_naive_count_on_drawn_baskets) {
    static const struct { uint32_t baskets, items, size, k, max_basket; int threads; } cases[] = {
        { 200, 30, 8, 5, 0, 1 }, { 200, 30, 8, 100, 0, 3 }, { 500, 80, 20, 20, 0, 2 }, { 300, 40, 30, 7, 6, 2 }, { 50, 2, 2, 1, 0, 8 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        basket_matrix b = baskets_random(c, cases[i].baskets, cases[i].items, cases[i].size, 7 + i);
        cooc_lists l;
        assert_ok(c, cooc_top(c, &b, cases[i].max_basket, cases[i].k, cases[i].threads, &l));
        check_against(&l, naive_counts(c, &b, cases[i].max_basket));
    }
}

TEST(cooc, breaks_ties_by_item_number) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 5, "ae ad ac ab");
    cooc_lists l;
    assert_ok(c, cooc_top(c, &b, 0, 3, 2, &l));
    for (uint32_t m = 0; m < 3; m++) assert_int_equal(m + 1, l.pairs[m].item);
}

TEST(cooc, takes_nothing_and_refuses_nonsense) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 3, "");
    cooc_lists l;
    assert_ok(c, cooc_top(c, &b, 0, 3, 1, &l));
    assert_int_equal(0, l.distinct);
    assert_err(ERR_INVALID, cooc_top(c, &b, 0, 0, 1, &l));
    atomic_bool stop = true;
    c->cancel = &stop;
    assert_err(ERR_CANCELLED, cooc_top(c, &b, 0, 3, 1, &l));
}

TEST(cooc, equals_the_published_figures_of_online_retail) {
    const char *folder = test_shared("data/online_retail");
    skip_without(folder);
    TEST_CTX(c);
    invoice_data d;
    assert_ok(c, invoices_read(c, folder, (invoice_window){ INT64_MIN, INT64_MAX }, &d));
    cooc_lists l;
    assert_ok(c, cooc_top(c, &d.train, 0, 20, 0, &l));
    uint64_t rows = 0, sum = 0;
    for (uint32_t i = 0; i < l.n_items; i++) {
        rows += l.length[i];
        for (uint32_t m = 0; m < l.length[i]; m++) sum += l.pairs[(size_t)i * l.k + m].count;
    }
    assert_int_equal(6727196, l.distinct);
    assert_int_equal(74601, rows);
    assert_int_equal(2291717, sum);
}
