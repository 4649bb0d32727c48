/* All lists of a page at once: nothing stands twice, nothing is shorter for it, and each list is what a request of its own would be. */
#include <stdio.h>
#include <string.h>
#include "base/limits.h"
#include "decide/page_lists.h"
#include "schema/exposed_items.h"
#include "tests/decide/fake_shop.h"
#include "tests/test.h"

enum { MUGS = 20 };

/* A kettle that mugs of falling probability go with, the first of them upgrades of it too. */
static void kettle_shop(fake_shop *f, ctx *c) {
    fake_init(f, c, MUGS + 4, 100);
    fake_product(f, "kettle", "kettles", 900);
    for (int i = 0; i < MUGS; i++) {
        char id[16];
        snprintf(id, sizeof id, "mug%02d", i);
        fake_product(f, id, i % 3 ? "mugs" : "cups", 1500);
        fake_says(f, FAKE_CROSS, "kettle", id, 0.3f - 0.01f * (float)i);
        if (i < 4) fake_says(f, FAKE_UPSELL, "kettle", id, 0.2f - 0.01f * (float)i);
    }
    f->settings = "{\"diversity_percent\":0}";
    fake_publish(f, true);
}

#define KETTLE_SHOP(f, c, s)                                  \
    TEST_CTX(c);                                              \
    time_source clock_of_test = time_source_manual(FAKE_NOW); \
    c->time = &clock_of_test;                                 \
    AUTO_FAKE f;                                              \
    kettle_shop(&f, c);                                       \
    AUTO_SERVING s = fake_pin(&f)

#define ABOUT_KETTLE ((recommend_query){ .product_id = STR("kettle"), .source = SOURCE_ALL })

typedef struct {
    str text;
    recommend_trace traces[LIMIT_PAGE_LISTS];
    exposed_item *items[LIMIT_PAGE_LISTS];
    size_t n[LIMIT_PAGE_LISTS];
} answered;

static answered ask(ctx *c, const serving *s, const recommend_query *q, const page_list *lists, size_t n) {
    answered a = { 0 };
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, page_lists_write(c, s, q, lists, n, &out, a.traces));
    a.text = buf_view(&out);
    for (size_t i = 0; i < n; i++)
        if (a.traces[i].items.n) assert_ok(c, exposed_items_read(c, a.traces[i].items, &a.items[i], &a.n[i]));
    return a;
}

static bool holds(const answered *a, size_t list, str id) {
    for (size_t i = 0; i < a->n[list]; i++)
        if (str_eq(a->items[list][i].product_id, id)) return true;
    return false;
}

/* Products of list k that a list before it has. */
static size_t twice(const answered *a, size_t k) {
    size_t n = 0;
    for (size_t i = 0; i < a->n[k]; i++)
        for (size_t before = 0; before < k; before++) n += holds(a, before, a->items[k][i].product_id);
    return n;
}

TEST(page_lists, no_product_stands_in_two_and_none_is_shorter_for_it) {
    KETTLE_SHOP(f, c, s);
    const page_list lists[] = {
        { .placement = STR("upsell"), .source = SOURCE_UPSELL, .n = 1 }, { .placement = STR("product"), .source = SOURCE_ALL, .n = 6 },
        { .placement = STR("also_bought"), .source = SOURCE_ALL, .n = 6 }, { .placement = STR("similar"), .source = SOURCE_ALL, .n = 6 },
    };
    recommend_query q = ABOUT_KETTLE;
    answered a = ask(c, s, &q, lists, COUNT(lists));
    for (size_t k = 0; k < COUNT(lists); k++) {
        assert_int_equal(lists[k].n, a.n[k]);
        assert_int_equal(0, twice(&a, k));
    }
    assert_true(str_eq(a.items[0][0].product_id, STR("mug00")) && str_eq(a.items[1][0].product_id, STR("mug01")));
}

TEST(page_lists, each_is_what_is_answered_to_who_tells_of_the_ones_before) {
    KETTLE_SHOP(f, c, s);
    const page_list lists[] = { { .placement = STR("product"), .source = SOURCE_ALL, .n = 5 },
                                { .placement = STR("cart"), .source = SOURCE_ALL, .n = 5 } };
    const str tea[] = { STR("mug19") };
    recommend_query q = ABOUT_KETTLE;
    q.exclude = (str_list){ tea, 1 };
    for (int round = 0; round < 2; round++) {               /* made, then kept */
        answered a = ask(c, s, &q, lists, COUNT(lists));
        str standing[5];
        for (size_t i = 0; i < 5; i++) standing[i] = a.items[0][i].product_id;
        recommend_query alone = q;
        alone.placement = lists[1].placement, alone.n = 5, alone.standing = (str_list){ standing, 5 };
        buf out;
        recommend_trace t;
        buf_init_in(&out, c->arena, MIB);
        assert_ok(c, recommend_write(c, s, &alone, &out, &t));
        str body = str_sub(buf_view(&out), strlen("{\"rec_id\":\"") + REC_ID_LENGTH, out.n);
        assert_true(str_find(a.text, body) != SIZE_MAX && str_eq(t.items, a.traces[1].items) && str_eq(t.strategy, a.traces[1].strategy));
        const json_value *read = NULL;
        assert_ok(c, json_parse(c, a.text, JSON_READ_STRICT, &read));
        assert_int_equal(2, jr_count(jr_get(read, "lists")));
        assert_true(str_eq(jr_string(jr_get(jr_at(jr_get(read, "lists"), 1), "rec_id")), str_of(a.traces[1].rec_id)));
    }
}

TEST(page_lists, what_a_page_does_not_show_of_a_list_is_free_for_the_next) {
    KETTLE_SHOP(f, c, s);
    const struct { page_list first; bool free[3]; } cases[] = {        /* mug00, mug01, mug02 in the second list */
        { { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 3 }, { false, false, false } },
        { { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 3, .bundle = true }, { false, false, true } },
        { { .placement = STR("upsell"), .source = SOURCE_CROSS_SELL, .n = 3, .bundle = true }, { false, false, false } },   /* has none */
        { { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 3, .least = 3 }, { false, false, false } },
        { { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 3, .least = 4 }, { true, true, true } },
    };
    for (size_t k = 0; k < COUNT(cases); k++)
        for (int round = 0; round < 2; round++) {
            const page_list lists[] = { cases[k].first, { .placement = STR("product"), .source = SOURCE_ALL, .n = 8 } };
            recommend_query q = ABOUT_KETTLE;
            answered a = ask(c, s, &q, lists, 2);
            assert_int_equal(8, a.n[1]);
            for (int i = 0; i < 3; i++) {
                char id[16];
                snprintf(id, sizeof id, "mug%02d", i);
                if (holds(&a, 1, str_of(id)) != cases[k].free[i]) test_fail("case %zu: %s", k, id);
            }
        }
}

TEST(page_lists, a_reserved_one_is_not_answered_nor_told_and_nothing_of_it_stands_elsewhere) {
    KETTLE_SHOP(f, c, s);
    const page_list bundle = { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 2 };
    const page_list lists[] = { { .placement = STR("product"), .source = SOURCE_CROSS_SELL, .n = 2, .reserve = true },
                                { .placement = STR("product"), .source = SOURCE_ALL, .n = 4 } };
    recommend_query q = ABOUT_KETTLE;
    answered open = ask(c, s, &q, &bundle, 1), a = ask(c, s, &q, lists, 2);
    assert_true(str_starts(a.text, STR("{\"lists\":[null,{\"rec_id\"")));
    assert_true(!a.traces[0].rec_id[0] && !a.traces[0].items.n && a.n[1] == 4);
    for (size_t i = 0; i < open.n[0]; i++) assert_false(holds(&a, 1, open.items[0][i].product_id));
}

TEST(page_lists, too_many_or_an_unknown_place_are_refused) {
    KETTLE_SHOP(f, c, s);
    page_list lists[LIMIT_PAGE_LISTS + 1];
    recommend_trace traces[LIMIT_PAGE_LISTS + 1];
    recommend_query q = ABOUT_KETTLE;
    for (size_t i = 0; i < COUNT(lists); i++) lists[i] = (page_list){ .placement = STR("product"), .source = SOURCE_ALL, .n = 1 };
    AUTO_BUF out;
    buf_init(&out, MIB);
    assert_err(ERR_INVALID, page_lists_write(c, s, &q, lists, 0, &out, traces));
    assert_err(ERR_INVALID, page_lists_write(c, s, &q, lists, COUNT(lists), &out, traces));
    assert_ok(c, page_lists_write(c, s, &q, lists, LIMIT_PAGE_LISTS, &out, traces));
    lists[1].placement = STR("ceiling");
    assert_err(ERR_INVALID, page_lists_write(c, s, &q, lists, 2, &out, traces));
    assert_true(c->arena->head != NULL && !strcmp(c->error.field, "placement"));
}
