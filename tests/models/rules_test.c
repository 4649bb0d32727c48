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
