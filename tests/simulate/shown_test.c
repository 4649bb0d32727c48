/* The simulated shop: determinism, and frequencies against their closed forms. */
#include "simulate/strangers.h"
#include <math.h>
#include <string.h>
#include "simulate/proof.h"
#include "tests/experiments/near.h"

#define WORLD(c, w)                                                             \
    TEST_CTX(c);                                                                \
    sim_world w;                                                                \
    sim_params params_ = sim_default_params();                                  \
    params_.products = 60, params_.categories = 6, params_.visits_a_day = 200;  \
    assert_ok(c, sim_world_make(c, &params_, &w))

enum { LIST = 4 };

/* The first page of the first visit from `from` on that has a list and enough to say. */
static sim_visit visit_with_list(const sim_world *w, uint32_t from, size_t *ret_page) {
    for (uint32_t place = from;; place++) {
        sim_visit v = sim_visit_of(w, 3, place % w->p.visits_a_day);
        for (size_t i = 0; i < v.n_pages; i++)
            if (v.pages[i].kind == SIM_PRODUCT) {
                *ret_page = i;
                return v;
            }
    }
}

TEST(simulate, the_same_seed_gives_the_same_shop_and_visits_and_another_one_others) {
    WORLD(c, w);
    sim_world again, other;
    assert_ok(c, sim_world_make(c, &params_, &again));
    params_.seed = 2;
    assert_ok(c, sim_world_make(c, &params_, &other));
    assert_memory_equal(w.products, again.products, w.p.products * sizeof *w.products);
    assert_true(memcmp(w.products, other.products, w.p.products * sizeof *w.products) != 0);
    sim_visit a = sim_visit_of(&w, 5, 7), b = sim_visit_of(&again, 5, 7);
    assert_memory_equal(a.pages, b.pages, sizeof a.pages);
    assert_int_equal(a.visitor.number, b.visitor.number);
}

TEST(simulate, refuses_shops_that_cannot_be) {
    TEST_CTX(c);
    sim_world w;
    struct { uint32_t products, categories, brands, visits; const char *field; } cases[] = {
        { 19, 6, 12, 100, "products" }, { 60, 1, 12, 100, "categories" }, { 60, 31, 12, 100, "products" },
        { 60, 6, 41, 100, "brands" }, { 60, 6, 12, 0, "visits_a_day" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sim_params p = { .seed = 1, .products = cases[i].products, .categories = cases[i].categories, .brands = cases[i].brands,
                         .visits_a_day = cases[i].visits };
        assert_err(ERR_INVALID, sim_world_make(c, &p, &w));
        assert_string_equal(cases[i].field, c->error.field);
    }
}

TEST(simulate, what_a_visit_is_worth_by_itself_is_the_shop_s_and_not_the_luck_of_those_who_came) {
    WORLD(c, w);
    double own = sim_baseline(&w, 3, 4), came = 0;
    w.p.visits_a_day = 40;
    assert_true(sim_baseline(&w, 3, 4) == own);
    w.p.visits_a_day = SIM_VISITORS_MOST;
    for (uint32_t place = 0; place < SIM_VISITORS_MOST; place++) {
        sim_visit v = sim_visit_of(&w, 3, place);
        came += v.returns ? 0 : sim_visit_value(&w, &v);
    }
    assert_near(own, came / SIM_VISITORS_MOST, 0.1 * own);              /* some 800 orders: standard error 4 % */
    assert_true(sim_baseline(&w, 3, 3) == 0);
}

TEST(simulate, two_of_five_visits_are_of_somebody_who_came_before) {
    WORLD(c, w);
    int back = 0, n = 0;
    for (uint32_t day = 20; day < 30; day++)
        for (uint32_t place = 0; place < w.p.visits_a_day; place++, n++) {
            sim_visit v = sim_visit_of(&w, day, place);
            back += v.visitor.number != v.number;
        }
    assert_near(SIM_RETURNING_0_1, back / (double)n, 4 * sqrt(0.24 / n));
}

TEST(simulate, the_clairvoyants_list_is_worth_more_than_any_and_than_its_own_products_in_another_order) {
    WORLD(c, w);
    rng r = sim_stream(&w, 999, 0, 0);
    for (uint32_t from = 0; from < 20; from++) {
        size_t page, n;
        sim_visit v = visit_with_list(&w, from * 3, &page);
        uint32_t barred[SIM_BASKET_MOST + 1], best[LIST], other[LIST];
        sim_moment m = { &w, &v, page, barred, sim_barred_at(&v, page, barred) };
        sim_clairvoyant_list(&m, LIST, best, &n);
        assert_int_equal(LIST, n);
        double value = sim_list_value(&m, best, n);
        for (int i = 0; i < 200; i++) {
            for (size_t k = 0; k < LIST; k++) other[k] = (uint32_t)rng_below(&r, w.p.products);
            bool distinct = true;
            for (size_t k = 1; k < LIST; k++)
                for (size_t j = 0; j < k; j++) distinct &= other[k] != other[j];
            if (distinct) assert_true(sim_list_value(&m, other, LIST) <= value);
        }
        uint32_t swapped[LIST] = { best[1], best[0], best[2], best[3] };
        assert_true(sim_list_value(&m, swapped, LIST) <= value);
        for (size_t k = 0; k < n; k++) assert_true(best[k] != v.pages[page].about);
    }
}

TEST(simulate, clicks_and_purchases_come_as_often_as_their_chances_say) {
    WORLD(c, w);
    double clicks = 0, purchases = 0, looked = 0, bought = 0, spread = 0, value = 0, money = 0;
    for (uint32_t day = 0; day < 60; day++)
        for (uint32_t place = 0; place < w.p.visits_a_day; place++) {
            sim_visit v = sim_visit_of(&w, day, place);
            for (size_t page = 0; page < v.n_pages; page++) {
                uint32_t barred[SIM_BASKET_MOST + 1], list[LIST];
                size_t n = 0;
                sim_moment m = { &w, &v, page, barred, sim_barred_at(&v, page, barred) };
                if (sim_page_has_list(v.pages[page].kind)) sim_clairvoyant_list(&m, LIST, list, &n);
                value += sim_list_value(&m, list, n);
                for (size_t k = 0; k < n; k++) {
                    double p = sim_looked_at(k + 1) * sim_click_chance(&m, list[k]);
                    sim_outcome o = sim_show(&m, list[k], k + 1);
                    clicks += p, spread += p * (1 - p), purchases += p * sim_buy_chance(&m, list[k]);
                    looked += o.clicked, bought += o.bought;
                    money += o.bought * w.products[list[k]].price * (1 - SIM_RETURNED_0_1);
                }
            }
        }
    assert_true(clicks > 500);
    assert_near(clicks, looked, 4 * sqrt(spread));
    assert_near(purchases, bought, 4 * sqrt(purchases));
    assert_near(value, money, 0.4 * value);                 /* few purchases */
}

TEST(simulate, who_knows_the_shop_but_not_the_person_does_better_than_chance_and_worse_than_the_clairvoyant) {
    WORLD(c, w);
    sim_strangers s;
    assert_ok(c, sim_strangers_make(c, &w, 0, &s));
    double best = 0, stranger = 0, chance = 0;
    rng r = sim_stream(&w, 999, 1, 0);
    for (uint32_t place = 0; place < w.p.visits_a_day; place++) {
        sim_visit v = sim_visit_of(&w, 0, place);
        for (size_t page = 0; page < v.n_pages; page++) {
            uint32_t barred[SIM_BASKET_MOST + 1], list[LIST];
            size_t n;
            sim_moment m = { &w, &v, page, barred, sim_barred_at(&v, page, barred) };
            if (!sim_page_has_list(v.pages[page].kind)) continue;
            sim_clairvoyant_list(&m, LIST, list, &n);
            best += sim_list_value(&m, list, n);
            sim_stranger_list(&m, &s, LIST, list, &n);
            stranger += sim_list_value(&m, list, n);
            for (size_t k = 0; k < LIST; k++) list[k] = (uint32_t)rng_below(&r, w.p.products);
            chance += sim_list_value(&m, list, LIST);
        }
    }
    assert_true(stranger < 0.95 * best && stranger > 0.6 * best && chance < 0.3 * stranger);
}

TEST(simulate, after_the_swap_the_best_product_is_liked_as_the_worst_was) {
    WORLD(c, w);
    w.p.swap_day = 10;
    assert_int_equal(w.products[w.best].category, w.products[w.worst].category);
    sim_visitor v = sim_visitor_of(&w, 5);
    assert_true(sim_liking(&w, &v, w.best, 9) == sim_liking(&w, &v, w.worst, 10));
    assert_true(sim_liking(&w, &v, w.worst, 9) == sim_liking(&w, &v, w.best, 10));
    for (uint32_t i = 0; i < w.p.products; i++)
        if (i != w.best && i != w.worst) assert_true(sim_liking(&w, &v, i, 9) == sim_liking(&w, &v, i, 10));
}

TEST(simulate, seasons_rise_and_fall_within_a_quarter) {
    WORLD(c, w);
    for (uint32_t k = 0; k < w.p.categories; k++) {
        double sum = 0, top = 0;
        for (uint32_t day = 0; day < 91; day++) sum += sim_season(&w, k, day), top = fmax(top, sim_season(&w, k, day));
        assert_near(0, sum, 1e-9);
        assert_true(top > 0.49 && top <= 0.5);
    }
}

TEST(simulate, suggestions_cause_what_visitors_with_them_spend_more) {
    WORLD(c, w);
    sim_spenders without, with;
    assert_ok(c, sim_spenders_of(c, &w, 14, &without, &with));
    assert_true(without.visitors == with.visitors && without.visitors < 14 * 200 && without.visitors > 14 * 200 * 0.55);
    assert_true(with.n >= without.n && with.buyers_mean * (double)with.n > 1.05 * without.buyers_mean * (double)without.n);
}
