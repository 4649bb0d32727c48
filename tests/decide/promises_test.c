/* What a ranker learned from clicks promises for them is not counted as news. */
#include <math.h>
#include "decide/promises.h"
#include "tests/test.h"

#define DAY ((int64_t)MS_PER_DAY)

/* A snapshot that holds a book's table, as of day 0. */
static snapshot snapshot_of(ctx *c, const promise_book *b) {
    snapshot s = { .facts = { .as_of_ms = 0, .promise_half_life_ms = 14.0 * MS_PER_DAY } };
    assert_ok(c, promise_table(c, b, &s));
    return s;
}

static promise_book book_of(ctx *c) {
    promise_book b = { 0 };
    map64_init(&b.at, c->arena);
    return b;
}

TEST(promises, make_clicks_that_a_ranker_explains_move_nothing_any_more) {
    TEST_CTX(c);
    /* given: lamp beside desk, 100 looks promised .01 and clicked twice as often as promised; the ranker now says .02 for them */
    promise_book b = book_of(c);
    const uint64_t seed = promise_seed(STR("product"), STR("popular")), item = promise_key(seed, (str){ 0 }, STR("lamp"));
    live_evidence e = { .all = { .expected = 1000, .clicks = 1000 }, .of = { [LIVE_ITEM] = { 100, 200, 0, 50, 100 } } };
    double before = live_believe(&e, &LIVE_STRENGTHS).factor;
    for (int i = 0; i < 100; i++)
        assert_ok(c, promise_note(c, &b, STR("product"), STR("popular"), STR("desk"), STR("lamp"), 1, 0.5));
    snapshot s = snapshot_of(c, &b);
    promises now = promises_at(&s, 0);
    /* then */
    assert_true(promises_correct(&now, item, &e.of[LIVE_ITEM]));
    assert_true(before > 1.8 && fabs(live_believe(&e, &LIVE_STRENGTHS).factor - 1) < 1e-6);
    e.of[LIVE_ITEM].clicks += 40, e.of[LIVE_ITEM].late_clicks += 20;
    assert_true(live_believe(&e, &LIVE_STRENGTHS).factor > 1.1);            /* the next ones count */
}

TEST(promises, are_noted_for_every_sum_that_counters_keep) {
    TEST_CTX(c);
    promise_book b = book_of(c);
    static const struct { str source, anchor, item; } sums[] = {
        { { "", 0 }, { "", 0 }, { "", 0 } }, { { "popular", 7 }, { "", 0 }, { "", 0 } }, { { "popular", 7 }, { "", 0 }, { "lamp", 4 } },
        { { "popular", 7 }, { "desk", 4 }, { "", 0 } }, { { "popular", 7 }, { "desk", 4 }, { "lamp", 4 } },
    };
    assert_ok(c, promise_note(c, &b, STR("product"), STR("popular"), STR("desk"), STR("lamp"), 3, 1));
    assert_ok(c, promise_note(c, &b, STR("product"), STR("popular"), (str){ 0 }, STR("lamp"), 4, 1));
    snapshot s = snapshot_of(c, &b);
    promises now = promises_at(&s, 0);
    static const double expected[] = { 17, 17, 17, 13, 13 };
    for (size_t i = 0; i < COUNT(sums); i++) {
        live_sums x = { .expected = 10, .late_expected = 5 };
        assert_true(promises_correct(&now, promise_key(promise_seed(STR("product"), sums[i].source), sums[i].anchor, sums[i].item), &x));
        assert_float_equal(expected[i], x.expected, 1e-9);
    }
    live_sums other = { .expected = 10 };
    assert_false(promises_correct(&now, promise_key(promise_seed(STR("cart"), STR("popular")), (str){ 0 }, STR("lamp")), &other));
    assert_float_equal(10, other.expected, 0);
}

TEST(promises, fade_as_counters_do_and_never_take_all) {
    TEST_CTX(c);
    promise_book b = book_of(c);
    assert_ok(c, promise_note(c, &b, STR("home"), STR("new"), (str){ 0 }, STR("cup"), -80, -80));
    snapshot s = snapshot_of(c, &b);
    const uint64_t key = promise_key(promise_seed(STR("home"), STR("new")), (str){ 0 }, STR("cup"));
    promises later = promises_at(&s, 14 * DAY), now = promises_at(&s, 0);
    live_sums half = { .expected = 100, .late_expected = 100 }, least = { .expected = 40, .late_expected = 10 };
    assert_true(promises_correct(&later, key, &half) && promises_correct(&now, key, &least));
    assert_float_equal(60, half.expected, 1e-6);
    assert_true(half.late_expected <= half.expected);
    assert_float_equal(2, least.expected, 1e-6);
    assert_float_equal(0.5, least.late_expected, 1e-6);
}
