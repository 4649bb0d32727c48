/* The rule of attribution: cases worked by hand, and thousands of random ones against a reference written differently. */
#include "events/attribution.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/test.h"

#define H ((int64_t)MS_PER_HOUR)
#define D ((int64_t)MS_PER_DAY)
#define ORDERED (100 * D)

static touch made(touch_kind kind, const char *item, const char *rec, int64_t before_ms) {
    return (touch){ .kind = kind, .product_id = str_of(item), .rec_id = str_of(rec), .time_ms = ORDERED - before_ms };
}

/* The rec_id that a line of product "p" (variation "v") follows, "" for none. */
static const char *follows(const touch *touches, size_t n, attribution_windows w) {
    const bought_line line = { STR("1"), STR("p"), STR("v"), 1000 };
    const placed_order o = { .ordered_ms = ORDERED, .is_sale = true, .total = 1000, .lines = &line, .n_lines = 1 };
    line_credit k;
    attribute(&o, touches, n, &w, &k);
    return k.touch == NO_TOUCH ? "" : touches[k.touch].rec_id.p;
}

TEST(attribution, the_order_s_own_word_beats_a_click_and_a_click_beats_a_look) {
    const struct { touch t[3]; size_t n; const char *rec; } cases[] = {
        { { made(TOUCH_VIEW, "p", "seen", 1), made(TOUCH_CLICK, "p", "clicked", 2 * D), made(TOUCH_CARRIED, "p", "carried", 5 * D) }, 3,
          "carried" },
        { { made(TOUCH_VIEW, "p", "seen", 1), made(TOUCH_CLICK, "p", "clicked", 2 * D) }, 2, "clicked" },
        { { made(TOUCH_CLICK, "p", "first", 3 * D), made(TOUCH_CLICK, "p", "last", 1 * D), made(TOUCH_CLICK, "p", "middle", 2 * D) }, 3,
          "last" },
        { { made(TOUCH_CLICK, "p", "a", D), made(TOUCH_CLICK, "p", "b", D) }, 2, "b" },     /* of one moment: always the same one */
        { { made(TOUCH_CLICK, "q", "other", 1) }, 1, "" },
        { { made(TOUCH_CLICK, "v", "variation", 1) }, 1, "variation" },
        { { { .kind = TOUCH_CLICK, .variation_id = STR("v"), .rec_id = STR("too"), .time_ms = ORDERED } }, 1, "too" },
        { { { .kind = TOUCH_CLICK, .rec_id = STR("of nothing"), .time_ms = ORDERED } }, 1, "" },
        { { made(TOUCH_VIEW, "p", "seen", 2), made(TOUCH_CLICK, "p", "after", -1) }, 2, "seen" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_string_equal(cases[i].rec, follows(cases[i].t, cases[i].n, ATTRIBUTION_WINDOWS));
}

TEST(attribution, windows_end_to_the_millisecond_and_are_the_owner_s) {
    const struct { touch_kind kind; int64_t before_ms, click_ms, view_ms; bool counts; } cases[] = {
        { TOUCH_CLICK, 7 * D, 7 * D, 24 * H, true },  { TOUCH_CLICK, 7 * D + 1, 7 * D, 24 * H, false },
        { TOUCH_VIEW, 24 * H, 7 * D, 24 * H, true },  { TOUCH_VIEW, 24 * H + 1, 7 * D, 24 * H, false },
        { TOUCH_CLICK, 7 * D + 1, 30 * D, 24 * H, true }, { TOUCH_VIEW, 1, 7 * D, 0, false },
        { TOUCH_CARRIED, 99 * D, 7 * D, 24 * H, true }, { TOUCH_CARRIED, -1, 7 * D, 24 * H, false },
        { TOUCH_CLICK, 0, 7 * D, 24 * H, true },      { TOUCH_CLICK, -1, 7 * D, 24 * H, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        touch t = made(cases[i].kind, "p", "r", cases[i].before_ms);
        assert_string_equal(cases[i].counts ? "r" : "", follows(&t, 1, (attribution_windows){ cases[i].click_ms, cases[i].view_ms }));
    }
}

TEST(attribution, what_was_held_out_moved_nobody) {
    touch t[] = { made(TOUCH_CARRIED, "p", "held", 1), made(TOUCH_VIEW, "p", "seen", 1) };
    t[0].held_out = true;
    assert_string_equal("seen", follows(t, 2, ATTRIBUTION_WINDOWS));
}

/* ---- money ---- */

typedef struct { const char *p, *v; int64_t value; } money_of;
typedef struct {
    money_of lines[4], returned[4];
    int64_t total, refunded;
    bool cancelled;
    int64_t expected[4];
} money_case;

static void check_money(const money_case *k) {
    bought_line lines[4];
    returned_line returned[4];
    line_credit got[4];
    placed_order o = { .ordered_ms = ORDERED, .is_sale = !k->cancelled, .total = k->total, .refunded = k->refunded, .lines = lines,
                       .returned = returned };
    for (; o.n_lines < 4 && k->lines[o.n_lines].p; o.n_lines++)
        lines[o.n_lines] = (bought_line){ STR("x"), str_of(k->lines[o.n_lines].p), str_of(k->lines[o.n_lines].v),
                                          k->lines[o.n_lines].value };
    for (; o.n_returned < 4 && k->returned[o.n_returned].p; o.n_returned++)
        returned[o.n_returned] = (returned_line){ str_of(k->returned[o.n_returned].p), str_of(k->returned[o.n_returned].v),
                                                  k->returned[o.n_returned].value };
    const attribution_windows w = ATTRIBUTION_WINDOWS;
    attribute(&o, NULL, 0, &w, got);
    for (size_t i = 0; i < o.n_lines; i++) assert_int_equal(k->expected[i], got[i].refunded);
}

TEST(attribution, money_given_back_is_taken_from_what_it_was_given_back_for) {
    static const money_case cases[] = {
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { 0 } }, 1500, 0, false, { 0, 0 } },
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { "b", "", 200 } }, 1500, 200, false, { 0, 200 } },
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { "b", "", 900 } }, 1500, 900, false, { 0, 500 } },      /* at most all of it */
        { { { "a", "1", 1000 }, { "a", "2", 500 } }, { { "a", "2", 300 } }, 1500, 300, false, { 0, 300 } },   /* of that variation */
        { { { "a", "1", 1000 }, { "a", "2", 500 } }, { { "a", "", 300 } }, 1500, 300, false, { 300, 0 } },    /* of the product */
        { { { "a", "", 100 }, { "a", "", 500 } }, { { "a", "", 300 } }, 600, 300, false, { 100, 200 } },      /* the same in two lines */
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { 0 } }, 2000, 400, false, { 200, 100 } },     /* 400 of 2000: a fifth of each */
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { 0 } }, 2000, 2000, false, { 1000, 500 } },
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { "", "", 300 } }, 1800, 300, false, { 0, 0 } },         /* postage only */
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { "a", "", 400 } }, 1500, 550, false, { 500, 50 } },     /* 400 of a, 150 of all */
        { { { "a", "", 1000 }, { "b", "", 500 } }, { { 0 } }, 1500, 0, true, { 1000, 500 } },
        { { { "a", "", 333 }, { "b", "", 333 }, { "c", "", 334 } }, { { 0 } }, 1000, 1, false, { 0, 0, 0 } },
        { { { "a", "", 0 } }, { { "a", "", 5 } }, 0, 5, false, { 0 } },
        { { { "a", "", INT64_C(9000000000000000) } }, { { 0 } }, INT64_C(9000000000000000), INT64_C(9000000000000000), false,
          { INT64_C(9000000000000000) } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) check_money(&cases[i]);
}

/* ---- the reference ---- */

/* All candidates of a line sorted as a clerk would, weakest first, then the last one that counts. */
typedef struct { char text[120]; } sort_card;
static sort_card card_of(const touch *t) {
    sort_card k;
    snprintf(k.text, sizeof k.text, "%d|%020lld|%-20.*s|%09lld", (int)t->kind, (long long)t->time_ms, STR_ARG(t->rec_id),
             999 - (long long)t->position);
    return k;
}

static int as_a_clerk(const void *a, const void *b) {
    sort_card x = card_of(*(const touch *const *)a), y = card_of(*(const touch *const *)b);
    return strcmp(x.text, y.text);
}

static const touch *slow_touch(const bought_line *l, const placed_order *o, const touch *t, size_t n, const attribution_windows *w) {
    const touch *all[64], *found = NULL;
    for (size_t i = 0; i < n; i++) all[i] = &t[i];
    qsort(all, n, sizeof *all, as_a_clerk);
    for (size_t i = 0; i < n; i++) {
        bool fits = str_eq(all[i]->product_id, l->product_id) || str_eq(all[i]->product_id, l->variation_id);
        int64_t age = o->ordered_ms - all[i]->time_ms;
        bool young = all[i]->kind == TOUCH_CARRIED || age <= (all[i]->kind == TOUCH_CLICK ? w->click_ms : w->view_ms);
        if (fits && age >= 0 && young && !all[i]->held_out) found = all[i];
    }
    return found;
}

/* Coin by coin: the first line that fits and still has one gives it. */
static bool give_coin(const placed_order *o, const returned_line *r, bool exact, int64_t *left) {
    for (size_t i = 0; i < o->n_lines; i++)
        if (left[i] > 0 && r->product_id.n && str_eq(r->product_id, o->lines[i].product_id) &&
            (!exact || str_eq(r->variation_id, o->lines[i].variation_id)))
            return left[i]--, true;
    return false;
}

static void slow_money(const placed_order *o, int64_t *ret_refunded) {
    int64_t left[8], unsaid = o->refunded, goods = 0;
    for (size_t i = 0; i < o->n_lines; i++) left[i] = o->lines[i].value, goods += o->lines[i].value;
    for (size_t k = 0; k < o->n_returned; k++) {
        int64_t coins = o->returned[k].value;
        unsaid -= coins;
        while (coins && give_coin(o, &o->returned[k], true, left)) coins--;
        while (coins && give_coin(o, &o->returned[k], false, left)) coins--;
    }
    int64_t whole = o->total > goods ? o->total : goods;
    if (unsaid > whole) unsaid = whole;
    for (size_t i = 0; i < o->n_lines && unsaid > 0; i++) {
        int64_t part = 0;                                   /* the whole number nearest to value * unsaid / whole, half up */
        while ((2 * part + 1) * whole <= 2 * o->lines[i].value * unsaid) part++;
        left[i] = part > left[i] ? 0 : left[i] - part;
    }
    for (size_t i = 0; i < o->n_lines; i++) ret_refunded[i] = o->is_sale ? o->lines[i].value - left[i] : o->lines[i].value;
}

static str pick(ctx *c, const char *letters) {
    char *p = arena_alloc(c->arena, 2);
    p[0] = letters[rng_below(&c->random, strlen(letters))];
    return (str){ p, p[0] == '-' ? 0 : 1 };
}

static touch random_touch(ctx *c) {
    return (touch){ .kind = (touch_kind)rng_below(&c->random, TOUCH_KINDS), .product_id = pick(c, "abcdxy"), .rec_id = pick(c, "rst"),
                    .time_ms = ORDERED - (int64_t)rng_below(&c->random, 12) * 5 * H + H, .position = (int64_t)rng_below(&c->random, 3),
                    .held_out = rng_below(&c->random, 6) == 0 };
}

TEST(attribution, equals_the_reference_in_thousands_of_random_orders) {
    TEST_CTX(c);
    for (int round = 0; round < 4000; round++) {
        arena_mark m = arena_save(c->arena);
        bought_line lines[5];
        returned_line returned[4];
        touch touches[20];
        line_credit got[5];
        int64_t refunded[5], goods = 0;
        placed_order o = { .ordered_ms = ORDERED, .is_sale = rng_below(&c->random, 8) != 0, .lines = lines, .returned = returned,
                           .n_lines = 1 + rng_below(&c->random, 5), .n_returned = rng_below(&c->random, 4) };
        for (size_t i = 0; i < o.n_lines; i++) {
            lines[i] = (bought_line){ STR("x"), pick(c, "abc"), pick(c, "xy-"), (int64_t)rng_below(&c->random, 60) };
            goods += lines[i].value;
        }
        for (size_t i = 0; i < o.n_returned; i++) {
            returned[i] = (returned_line){ pick(c, "abc-"), pick(c, "xy-"), (int64_t)rng_below(&c->random, 60) };
            o.refunded += returned[i].value;
        }
        if (rng_below(&c->random, 2)) o.refunded += (int64_t)rng_below(&c->random, 80);
        o.total = goods + (int64_t)rng_below(&c->random, 30) - 5;
        size_t n = rng_below(&c->random, 20);
        for (size_t i = 0; i < n; i++) touches[i] = random_touch(c);
        const attribution_windows w = { (int64_t)rng_below(&c->random, 10) * 5 * H, (int64_t)rng_below(&c->random, 5) * 5 * H };
        attribute(&o, touches, n, &w, got);
        slow_money(&o, refunded);
        for (size_t i = 0; i < o.n_lines; i++) {
            const touch *expected = slow_touch(&lines[i], &o, touches, n, &w);
            assert_true((expected == NULL) == (got[i].touch == NO_TOUCH));
            if (expected) assert_int_equal(0, as_a_clerk(&expected, &(const touch *){ &touches[got[i].touch] }));
            assert_int_equal(refunded[i], got[i].refunded);
        }
        arena_restore(c->arena, m);
    }
}
