/* Lists of partners: kept from dense rows, closed, cut, turned, asked, saved; hostile bytes refused. */
#include "models/item_lists.h"
#include <math.h>
#include <string.h>
#include "tests/test.h"

enum { ITEMS = 50, KEPT = 7 };

/* Dense weights with many ties, zeros and negative ones. */
static void dense_row(rng *r, float *row) {
    for (size_t j = 0; j < ITEMS; j++) row[j] = (float)((int)rng_below(r, 9) - 4);
}

/* The reference: look for the strongest that is left, k times. */
static size_t strongest_plain(const float *row, uint32_t self, topk_entry *ret_best) {
    bool taken[ITEMS] = { [0] = false };
    size_t n = 0;
    for (; n < KEPT; n++) {
        int best = -1;
        for (int j = 0; j < ITEMS; j++)
            if (!taken[j] && j != (int)self && row[j] != 0 && (best < 0 || fabsf(row[j]) > fabsf(row[best]))) best = j;
        if (best < 0) break;
        taken[best] = true;
        ret_best[n] = (topk_entry){ (uint32_t)best, row[best] };
    }
    return n;
}

static item_lists random_lists(ctx *c, float rows[ITEMS][ITEMS]) {
    item_lists_room room;
    item_lists lists;
    assert_ok(c, item_lists_room_new(c, ITEMS, KEPT, &room));
    for (uint32_t i = 0; i < ITEMS; i++) {
        dense_row(&c->random, rows[i]);
        if (i % 10 == 3) memset(rows[i], 0, sizeof rows[i]);
        item_lists_keep_dense(&room, i, rows[i]);
    }
    assert_ok(c, item_lists_close(c, &room, &lists));
    return lists;
}

TEST(models, item_lists_keep_the_strongest_of_dense_rows) {
    TEST_CTX(c);
    float rows[ITEMS][ITEMS];
    item_lists lists = random_lists(c, rows);
    for (uint32_t i = 0; i < ITEMS; i++) {
        topk_entry want[KEPT];
        size_t n = strongest_plain(rows[i], i, want);
        assert_int_equal(n, lists.start[i + 1] - lists.start[i]);
        assert_memory_equal(want, lists.entry + lists.start[i], n * sizeof *want);
    }
}

TEST(models, item_lists_cut_keeps_the_head_of_every_list) {
    TEST_CTX(c);
    float rows[ITEMS][ITEMS];
    item_lists lists = random_lists(c, rows), cut;
    assert_ok(c, item_lists_cut(c, &lists, 3, &cut));
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint64_t n = lists.start[i + 1] - lists.start[i], left = cut.start[i + 1] - cut.start[i];
        assert_int_equal(n < 3 ? n : 3, left);
        assert_memory_equal(lists.entry + lists.start[i], cut.entry + cut.start[i], left * sizeof *cut.entry);
    }
}

TEST(models, item_lists_turned_twice_are_the_same_lists) {
    TEST_CTX(c);
    float rows[ITEMS][ITEMS];
    item_lists lists = random_lists(c, rows), turned, again;
    assert_ok(c, item_lists_turn(c, &lists, &turned));
    assert_ok(c, item_lists_turn(c, &turned, &again));
    assert_memory_equal(lists.start, again.start, (ITEMS + 1) * sizeof *lists.start);
    assert_memory_equal(lists.entry, again.entry, lists.start[ITEMS] * sizeof *lists.entry);
    for (uint32_t j = 0; j < ITEMS; j++)
        for (uint64_t e = turned.start[j]; e < turned.start[j + 1]; e++)
            assert_float_equal(rows[turned.entry[e].item][j], turned.entry[e].score, 0);
}

TEST(models, item_lists_answer_a_history_by_adding_its_lists) {
    TEST_CTX(c);
    float rows[ITEMS][ITEMS], got[2 * ITEMS], want[ITEMS] = { 0 };
    item_lists lists = random_lists(c, rows);
    const uint32_t items[] = { 4, 9, 4, 1000, 17 };                 /* twice, and one that came after the fit */
    const float weights[] = { 1, 2, 3, 1, .5f };
    const history asked[2] = { { .user = MODEL_NOBODY }, { .n = 5, .item = items, .weight = weights, .user = MODEL_NOBODY } };
    const weighing largest = { WEIGH_LARGEST, 0 };
    item_lists_add(&lists, 4, 3, want), item_lists_add(&lists, 9, 2, want), item_lists_add(&lists, 17, .5f, want);
    memset(got, 0xff, sizeof got);
    assert_ok(c, item_lists_score(c, &lists, &largest, asked, 2, got));
    for (size_t j = 0; j < ITEMS; j++) {
        assert_float_equal(0, got[j], 0);
        assert_float_equal(want[j], got[ITEMS + j], 0);
    }
}

TEST(models, item_lists_come_back_from_a_pack_and_damaged_ones_do_not) {
    TEST_CTX(c);
    float rows[ITEMS][ITEMS];
    item_lists lists = random_lists(c, rows), back;
    pack_array arrays[ITEM_LISTS_ARRAYS];
    item_lists_arrays(&lists, arrays);
    topk_entry *entry = arena_new(c->arena, topk_entry, lists.start[ITEMS]);
    uint64_t start[ITEMS + 1];
    const topk_entry none = { ITEMS, 1 }, nan = { 0, NAN };
    static const char *const damage[] = { NULL, "a partner out of range", "a weight that is no number", "a list that ends before it starts",
                                          "lists beyond the end" };
    for (size_t d = 0; d < COUNT(damage); d++) {
        AUTO_BUF out;
        buf_init(&out, MIB);
        memcpy(entry, lists.entry, lists.start[ITEMS] * sizeof *entry), memcpy(start, lists.start, sizeof start);
        arrays[0].data = start, arrays[1].data = entry;
        if (d == 1) entry[5] = none;
        if (d == 2) entry[5] = nan;
        if (d == 3) start[8] = start[7] - 1;
        if (d == 4) start[ITEMS]++;
        assert_ok(c, pack_write(c, arrays, COUNT(arrays), &out));
        pack p;
        assert_ok(c, pack_open(c, (str){ out.p, out.n }, &p));
        err_code e = item_lists_load(c, &p, ITEMS, &back);
        if (d > 0 && e != ERR_CORRUPT) test_fail("%s is taken", damage[d]);
        if (d == 0) {
            assert_ok(c, e);
            assert_int_equal(ITEMS, back.n_items);
            assert_memory_equal(lists.entry, back.entry, lists.start[ITEMS] * sizeof *entry);
        }
    }
}

TEST(models, item_lists_of_no_items_and_of_one_item_are_empty) {
    TEST_CTX(c);
    for (uint32_t n = 0; n < 2; n++) {
        item_lists_room room;
        item_lists lists;
        const float weight = 5;
        assert_ok(c, item_lists_room_new(c, n, 10, &room));
        if (n == 1) item_lists_keep_dense(&room, 0, &weight);
        assert_ok(c, item_lists_close(c, &room, &lists));
        assert_int_equal(0, lists.start[n]);
    }
}
