/* Contract of the rule model: right answers that are known, limits, ties, threads. */
#include "tests/test.h"
#include "tests/models/make.h"
#include "models/rules.h"
#include <math.h>
#include <string.h>

static const rule *rules_of(const rule_lists *l, uint32_t item) { return l->rules + (size_t)item * l->k; }

TEST(rules, the_first_order_already_gives_a_rule) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 3, "ab");
    rules_params p = rules_default_params();
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    assert_int_equal(1, l.length[0]);
    assert_int_equal(1, rules_of(&l, 0)[0].item);
    assert_int_equal(1, rules_of(&l, 0)[0].count);
    assert_true(rules_of(&l, 0)[0].probability > 0 && rules_of(&l, 0)[0].probability <= 1);
    assert_true(rules_of(&l, 0)[0].confidence < 0.5f);
    assert_int_equal(0, l.length[2]);
}

TEST(rules, learn_the_checkerboard) {
    /* given: even items are bought with even ones, odd with odd */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 8, "aceg bdfh aceg bdfh ace bdf ceg dfh");
    rules_params p = rules_default_params();
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(3, l.length[i]);
        for (uint32_t n = 0; n < 3; n++) assert_int_equal(i % 2, rules_of(&l, i)[n].item % 2);
    }
}

TEST(rules, take_empty_and_single_item_baskets) {
    static const struct { const char *text; uint32_t n_items; } cases[] = { { "", 0 }, { "", 4 }, { "a", 1 }, { "a b c", 3 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        basket_matrix b = baskets_of(c, cases[i].n_items, cases[i].text);
        rules_params p = rules_default_params();
        rule_lists l;
        assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
        for (uint32_t n = 0; n < cases[i].n_items; n++) assert_int_equal(0, l.length[n]);
    }
}

TEST(rules, llr_equals_published_values) {
    /* Dunning 1993, table 2 ("the swiss": 270.72); the others worked out by hand from 2 sum O ln(O/E) */
    static const struct { double both, only_a, only_b, neither, llr; } cases[] = {
        { 110, 2442, 111, 29114, 270.7219 }, { 29, 13, 123, 31612, 263.8984 }, { 1, 0, 0, 1, 2.772589 }, { 10, 0, 0, 10, 27.72589 },
        { 5, 1995, 0, 100000, 39.33052 }, { 1, 1, 1, 1, 0 }, { 0, 5, 5, 0, 13.86294 }, { 0, 0, 0, 0, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double llr = rules_llr(cases[i].both, cases[i].only_a, cases[i].only_b, cases[i].neither);
        if (fabs(llr - cases[i].llr) > 1e-4 * (1 + cases[i].llr)) test_fail("case %zu: %.6f instead of %.6f", i, llr, cases[i].llr);
    }
}

static const rule *find_rule(const rule_lists *l, uint32_t anchor, uint32_t item) {
    for (uint32_t n = 0; n < l->length[anchor]; n++)
        if (rules_of(l, anchor)[n].item == item) return &rules_of(l, anchor)[n];
    test_fail("no rule from %u to %u", anchor, item);
    return NULL;
}

TEST(rules, one_lucky_pair_does_not_win) {
    /* given: a and b met once, in the only basket of each; c went with d 8 times of 10; c and the rare f met once */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 7, "ab cd cd cd cd cd cd cd cd c cf e e e e e eg dg");
    rules_params p = rules_default_params();
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    /* then: all of one basket is less believed than most of ten, within a list and across lists */
    assert_true(find_rule(&l, 2, 3)->probability > find_rule(&l, 0, 1)->probability);
    assert_true(find_rule(&l, 2, 3)->confidence > find_rule(&l, 0, 1)->confidence);
    assert_true(find_rule(&l, 2, 3)->llr > find_rule(&l, 0, 1)->llr);
    assert_int_equal(3, rules_of(&l, 2)[0].item);
    assert_true(find_rule(&l, 2, 5)->probability < 0.3f);
}

TEST(rules, probability_is_the_posterior_mean_worked_out_by_hand) {
    /* given: 4 baskets, a in 3, b in 3, both in 2; no category, so the prior is P(b) times the shop's lift */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 2, "ab ab a b");
    rules_params p = rules_default_params();
    p.pair_prior = 2;
    p.category_prior = 4;
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    /* lift: observed 4 ordered pairs, expected (6^2 - 18) / 4 = 4.5, each with 4 more: 8 / 8.5 */
    double prior = 3.0 / 4 * 8 / 8.5, expected = (2 + 2 * prior) / (3 + 2);
    const rule *r = find_rule(&l, 0, 1);
    assert_true(fabs((double)r->probability - expected) < 1e-6);
    assert_true(fabs((double)r->lift - expected / 0.75) < 1e-6);
    assert_true(fabs((double)r->confidence - 3.0 / 5) < 1e-6);
    assert_int_equal(2, r->count);
    assert_int_equal(3, l.item_count[0]);
}

TEST(rules, learn_from_the_category_when_the_pair_is_young) {
    /* given: categories 10 (a b c) and 20 (d e f) often meet, 10 and 30 (g h) never but once; a-f and a-h met once each */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 8, "bd ce bd ce bd ce be cd bd g h gh gh af ah");
    static const uint32_t category[] = { 10, 10, 10, 20, 20, 20, 30, RULES_NO_CATEGORY };
    uint32_t of[8];
    memcpy(of, category, sizeof of);
    of[7] = 30;
    rules_params p = rules_default_params();
    rule_lists with, without;
    assert_ok(c, rules_fit(c, &b, of, &p, &with));
    assert_ok(c, rules_fit(c, &b, NULL, &p, &without));
    /* then: f belongs to the category that goes with a's; h does not, although h alone is more popular than f */
    assert_true(find_rule(&with, 0, 5)->probability > find_rule(&without, 0, 5)->probability);
    assert_true(find_rule(&with, 0, 7)->probability < find_rule(&without, 0, 7)->probability);
    assert_int_equal(5, rules_of(&with, 0)[0].item);
    /* and: an item without category is served by the level above */
    assert_ok(c, rules_fit(c, &b, category, &p, &with));
    assert_true(find_rule(&with, 0, 7)->probability > 0);
}

TEST(rules, score_is_the_posterior_mean_worked_out_by_hand) {
    /* given: the baskets of the case above, each vote its weight, nothing held back */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 2, "ab ab a b");
    rules_params p = rules_default_params();
    p.category_prior = 4, p.size_power = 0, p.popularity_power = 0, p.score_shape = 0.5;
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    /* then: 2 together where 3 m are expected */
    double m = 3.0 / 4 * 8 / 8.5, expected = m * (0.5 + 2) / (0.5 + 3 * m);
    assert_true(fabs((double)find_rule(&l, 0, 1)->score - expected) < 1e-6);
}

TEST(rules, propose_what_the_category_goes_with_although_never_bought_together) {
    /* given: cases (d e f) go with phones (a b c), f sells best of them, but nobody bought it with a; g h are neither */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 8, "ad ad be bf cf cf bf ce f f gh gh gh g h a a a");
    static const uint32_t category[] = { 10, 10, 10, 20, 20, 20, 30, 30 };
    rules_params p = rules_default_params();
    rule_lists without, with;
    assert_ok(c, rules_fit(c, &b, category, &p, &without));
    p.unseen = 4, p.score_shape = 5, p.popularity_power = 0;
    assert_ok(c, rules_fit(c, &b, category, &p, &with));
    /* then: without proposals a has one rule; with them f is among a's, never seen, doubted, and before what is neither */
    assert_int_equal(1, without.length[0]);
    const rule *f = find_rule(&with, 0, 5);
    assert_int_equal(0, f->count);
    assert_true(f->probability > 0 && f->probability < find_rule(&with, 0, 3)->probability);
    for (uint32_t n = 0; n < with.length[0]; n++) {
        const rule *r = &rules_of(&with, 0)[n];
        assert_true(r->item != 0);
        if (r->item >= 6) assert_true(r->score < f->score);
    }
    /* and: with a small shape d is first, which went with a twice; with a large one what sells best */
    p.score_shape = 1000;
    assert_ok(c, rules_fit(c, &b, category, &p, &with));
    assert_int_equal(5, rules_of(&with, 0)[0].item);
    p.score_shape = 0.01;
    assert_ok(c, rules_fit(c, &b, category, &p, &with));
    assert_int_equal(3, rules_of(&with, 0)[0].item);
}

TEST(rules, prefer_what_is_bought_now) {
    /* given: a went with b a year ago and with c this week, as often */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 3, "ab ab ab ac ac ac");
    static const int64_t day = MS_PER_DAY, time_ms[] = { 0, 0, 0, 360 * day, 361 * day, 362 * day };
    float weight[6];
    rules_params p = rules_default_params();
    baskets_decay(time_ms, 6, 365 * day, p.half_life_days, weight);
    b.weight = weight;
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    assert_int_equal(2, rules_of(&l, 0)[0].item);
    assert_int_equal(3, find_rule(&l, 0, 1)->count);
    assert_true(find_rule(&l, 0, 1)->probability < find_rule(&l, 0, 2)->probability);
}

TEST(rules, halve_a_basket_every_half_life) {
    static const struct { int64_t age_days; double half_life, weight; } cases[] = {
        { 0, 90, 1 }, { 90, 90, 0.5 }, { 180, 90, 0.25 }, { -5, 90, 1 }, { 90, 0, 1 }, { 90, -1, 1 }, { 90, NAN, 1 },
        { 90, INFINITY, 1 }, { 100000, 1, 1e-6 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t now = INT64_C(1320796800000), then = now - cases[i].age_days * MS_PER_DAY;
        float weight = 0;
        baskets_decay(&then, 1, now, cases[i].half_life, &weight);
        if (fabs((double)weight - cases[i].weight) > 1e-9) test_fail("case %zu: weight %g", i, (double)weight);
    }
}

TEST(rules, leave_giant_baskets_out_of_the_pairs_only) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 5, "abcde ab");
    rules_params p = rules_default_params();
    p.max_basket = 4;
    rule_lists l;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    assert_int_equal(1, l.length[0]);
    assert_int_equal(1, rules_of(&l, 0)[0].count);
    assert_int_equal(0, l.length[4]);
    assert_int_equal(2, l.item_count[0]);
    assert_int_equal(1, l.item_count[4]);
}

static bool sound(const rule *r) {
    return isfinite(r->probability) && r->probability >= 0 && r->probability <= 1 && isfinite(r->lift) && r->lift > 0 &&
           isfinite(r->llr) && r->llr >= 0 && r->confidence >= 0 && r->confidence <= 1 && isfinite(r->score) && r->score > 0 &&
           r->cart_score >= 0 && r->cart_score <= 1.0001f;
}

TEST(rules, give_the_same_bits_for_any_number_of_threads_and_nothing_unsound) {
    /* given: drawn baskets with weights from huge to tiny */
    TEST_CTX(c);
    basket_matrix b = baskets_random(c, 800, 120, 15, 3);
    float *weight = arena_new(c->arena, float, b.n_baskets);
    for (uint32_t i = 0; i < b.n_baskets; i++) weight[i] = i % 7 == 0 ? 1e-6f : i % 11 == 0 ? 1e6f : 0.5f;
    b.weight = weight;
    uint32_t category[120];
    for (uint32_t i = 0; i < 120; i++) category[i] = i % 10 == 0 ? RULES_NO_CATEGORY : i % 6;
    rule_lists one, more;
    rules_params p = rules_default_params();
    p.threads = 1;
    assert_ok(c, rules_fit(c, &b, category, &p, &one));
    for (int threads = 2; threads <= 5; threads++) {
        p.threads = threads;
        assert_ok(c, rules_fit(c, &b, category, &p, &more));
        assert_memory_equal(one.length, more.length, 120 * sizeof *one.length);
        assert_memory_equal(one.rules, more.rules, 120 * p.k * sizeof(rule));
    }
    for (uint32_t i = 0; i < 120; i++)
        for (uint32_t n = 0; n < one.length[i]; n++) {
            if (!sound(&rules_of(&one, i)[n])) test_fail("rule %u of item %u is unsound", n, i);
            if (n) assert_true(rules_of(&one, i)[n - 1].score >= rules_of(&one, i)[n].score);
        }
}

TEST(rules, refuse_a_matrix_that_is_not_one) {
    static const uint64_t good[] = { 0, 2, 4 }, down[] = { 0, 3, 2 }, late[] = { 1, 2, 4 }, beyond[] = { 0, 9, 4 };
    static const uint32_t items[] = { 0, 1, 0, 2 }, twice[] = { 0, 0, 1, 2 }, falling[] = { 1, 0, 1, 2 }, large[] = { 0, 1, 0, 3 };
    static const float one[] = { 1, 1 }, zero[] = { 1, 0 }, negative[] = { -1, 1 }, nan[] = { 1, NAN }, infinite[] = { INFINITY, 1 };
    static const struct { const uint64_t *start; const uint32_t *items; const float *weight; err_code expected; } cases[] = {
        { good, items, one, ERR_OK }, { down, items, one, ERR_INVALID }, { late, items, one, ERR_INVALID },
        { beyond, items, one, ERR_INVALID }, { good, twice, one, ERR_INVALID }, { good, falling, one, ERR_INVALID },
        { good, large, one, ERR_INVALID }, { good, items, zero, ERR_INVALID }, { good, items, negative, ERR_INVALID },
        { good, items, nan, ERR_INVALID }, { good, items, infinite, ERR_INVALID },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        basket_matrix b = { 2, 3, cases[i].start, cases[i].items, cases[i].weight };
        rules_params p = rules_default_params();
        rule_lists l;
        assert_err(cases[i].expected, rules_fit(c, &b, NULL, &p, &l));
    }
}

TEST(rules, refuse_parameters_out_of_range_by_name) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 2, "ab");
    rule_lists l;
    rules_params p = rules_default_params();
    p.k = 0;
    assert_err(ERR_INVALID, rules_fit(c, &b, NULL, &p, &l));
    assert_string_equal("k", c->error.field);
    p = rules_default_params();
    p.pair_prior = NAN;
    assert_err(ERR_INVALID, rules_fit(c, &b, NULL, &p, &l));
    assert_string_equal("pair_prior", c->error.field);
}

TEST(rules, stop_when_cancelled_and_at_the_memory_cap) {
    TEST_CTX(c);
    basket_matrix b = baskets_random(c, 100, 50, 10, 1);
    rules_params p = rules_default_params();
    rule_lists l = { 0 };
    atomic_bool stop = true;
    c->cancel = &stop;
    assert_err(ERR_CANCELLED, rules_fit(c, &b, NULL, &p, &l));
    c->cancel = NULL;
    for (size_t cap = 1 * KIB; cap <= 64 * KIB; cap *= 2) {
        AUTO_ARENA small;
        arena_init(&small, cap);
        ctx tight;
        ctx_init(&tight, &small);
        assert_err(ERR_NO_MEMORY, rules_fit(&tight, &b, NULL, &p, &l));
    }
    assert_null(l.rules);                                   /* nothing was written */
}

/* ---- carts ---- */
TEST(rules, answer_a_cart_with_what_goes_with_all_of_it) {
    /* given: a and b each go with c a little, a alone goes with d more */
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 6, "abc abc abc ad ad ad ae bf bf abc");
    rules_params p = rules_default_params();
    rule_lists l;
    rule out[5];
    uint32_t n;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    /* when: with doubles and an unknown item */
    static const uint32_t cart[] = { 0, 1, 0, 99 };
    assert_ok(c, rules_rank_cart(c, &l, cart, COUNT(cart), 5, out, &n));
    /* then */
    assert_int_equal(4, n);
    assert_int_equal(2, out[0].item);
    for (uint32_t i = 0; i < n; i++) assert_true(out[i].item > 1);
    for (uint32_t i = 1; i < n; i++) assert_true(out[i - 1].score >= out[i].score);
}

TEST(rules, answer_one_anchor_with_its_own_list_and_nothing_with_nothing) {
    TEST_CTX(c);
    basket_matrix b = baskets_of(c, 4, "ab ab ac d");
    rules_params p = rules_default_params();
    rule_lists l;
    rule out[3];
    uint32_t n = 9;
    assert_ok(c, rules_fit(c, &b, NULL, &p, &l));
    assert_ok(c, rules_rank_cart(c, &l, (uint32_t[]){ 0 }, 1, 1, out, &n));
    assert_int_equal(1, n);
    assert_memory_equal(rules_of(&l, 0), out, sizeof(rule));
    static const struct { uint32_t cart[2]; size_t n; uint32_t k; } nothing[] = {
        { { 0 }, 0, 3 }, { { 3 }, 1, 3 }, { { 77 }, 1, 3 }, { { 77, 3 }, 2, 3 }, { { 0, 1 }, 2, 0 },
    };
    for (size_t i = 0; i < COUNT(nothing); i++) {
        n = 9;
        assert_ok(c, rules_rank_cart(c, &l, nothing[i].cart, nothing[i].n, nothing[i].k, out, &n));
        assert_int_equal(0, n);
    }
}
