/* Answers kept: the same bytes as answers made, and never one that does not belong to the request. */
#include "decide/answer_cache.h"
#include "schema/exposed_items.h"
#include "tests/alloc.h"
#include "tests/decide/fake_shop.h"
#include "tests/test.h"
#include "base/limits.h"
#include <stdio.h>
#include <string.h>

static void corner_shop(fake_shop *f, ctx *c) {
    static const char *const ids[] = { "tea", "cup", "pot", "milk", "honey", "spoon", "tray" };
    fake_init(f, c, 16, 16);
    for (size_t i = 0; i < COUNT(ids); i++) fake_product(f, ids[i], i % 2 ? "kitchen" : "drinks", (int64_t)(500 + 300 * i));
    fake_says(f, FAKE_CROSS, "tea", "cup", 0.4f);
    fake_says(f, FAKE_CROSS, "tea", "pot", 0.3f);
    fake_says(f, FAKE_CROSS, "cup", "spoon", 0.2f);
    fake_says(f, FAKE_UPSELL, "tea", "honey", 0.2f);
    fake_bought(f, "ana", "pot", FAKE_NOW - 3ll * MS_PER_DAY);
}

#define CORNER_SHOP(f, c)                   \
    TEST_CTX(c);                            \
    time_source clock_of_test = time_source_manual(FAKE_NOW); \
    c->time = &clock_of_test;               \
    AUTO_FAKE f;                            \
    corner_shop(&f, c);                     \
    fake_publish(&f, true)

#define about_tea ((recommend_query){ .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3 })

/* The bytes behind the id, which is new in each answer. */
static str body_of(str answer) {
    size_t id = strlen("{\"rec_id\":\"\"") + REC_ID_LENGTH;
    assert_true(answer.n > id);
    return str_sub(answer, id, answer.n);
}

static str written(ctx *c, const serving *s, const recommend_query *q) {
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, recommend_write(c, s, q, &out, NULL));
    return buf_view(&out);
}

static str made(ctx *c, const serving *s, const recommend_query *q) {
    buf out;
    json_out w;
    recommend_answer a;
    buf_init_in(&out, c->arena, MIB);
    jw_init(&w, &out);
    assert_ok(c, recommend(c, s, q, &a));
    assert_ok(c, recommend_json(c, &w, s, &a));
    return buf_view(&out);
}

TEST(answers, kept_or_made_are_the_same_but_for_the_id) {
    CORNER_SHOP(f, c);
    AUTO_SERVING s = fake_pin(&f);
    str first = written(c, s, &about_tea), second = written(c, s, &about_tea), fresh = made(c, s, &about_tea);
    assert_true(str_eq(body_of(fresh), body_of(first)));
    assert_true(str_eq(body_of(fresh), body_of(second)));
    assert_false(str_eq(first, second));                    /* the id */
}

TEST(answers, belong_to_everything_a_request_says) {
    CORNER_SHOP(f, c);
    for (size_t i = 0; i < f.n; i++)
        if (str_eq(f.rows[i].product_id, STR("cup"))) f.rows[i].stock_status = STR("onbackorder");
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const str cup[] = { STR("cup") }, honey[] = { STR("honey") }, kitchen[] = { STR("kitchen") }, tray[] = { STR("tray") };
    const recommend_event seen[] = {
        { .product_id = STR("cup") }, { .product_id = STR("cup"), .kind = EVENT_PURCHASE },
        { .product_id = STR("cup"), .kind = EVENT_PURCHASE, .time_ms = FAKE_NOW - 100ll * MS_PER_DAY },
    };
    recommend_query asked[] = {
        about_tea,
        { .product_id = STR("cup"), .source = SOURCE_ALL, .n = 3 },
        { .source = SOURCE_ALL, .n = 3 },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 2 },
        { .product_id = STR("tea"), .source = SOURCE_CROSS_SELL, .n = 3 },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .placement = STR("upsell") },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .locale = STR("ro") },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .cart = { cup, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .history = { seen, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .history = { seen + 1, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .history = { seen + 2, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .max_per_brand = 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .max_per_category = 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .new_slots = 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .diversity = { 0.9, true } } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .explore_slots = 2 }, .visitor_id = STR("a") },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .slate = { .explore_slots = 2 }, .visitor_id = STR("b") },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .exclude = { cup, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .exclude = { honey, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .exclude = { tray, 1 } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .customer_id = STR("ana") },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .filter = { .price_max = SOME(1000) } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .filter = { .price_min = SOME(1000) } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .filter = { .categories = { kitchen, 1 } } },
        { .product_id = STR("tea"), .source = SOURCE_ALL, .n = 3, .filter = { .on_hand = true } },
    };
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(asked); i++)
            assert_true(str_eq(body_of(made(c, s, &asked[i])), body_of(written(c, s, &asked[i]))));
}

TEST(answers, are_made_anew_when_a_person_just_bought) {
    CORNER_SHOP(f, c);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = about_tea;
    q.visitor_id = STR("v1");
    const str cup[] = { STR("cup") };
    assert_true(str_find(body_of(written(c, s, &q)), STR("\"product_id\":\"cup\"")) != SIZE_MAX);
    serving_order_placed(f.registry, FAKE_STORE, STR(""), STR("v1"), (str_list){ cup, 1 }, FAKE_NOW);
    assert_true(str_find(body_of(written(c, s, &q)), STR("\"product_id\":\"cup\"")) == SIZE_MAX);
    q.visitor_id = STR("v2");
    assert_true(str_find(body_of(written(c, s, &q)), STR("\"product_id\":\"cup\"")) != SIZE_MAX);
}

TEST(answers, of_an_older_generation_are_not_given) {
    CORNER_SHOP(f, c);
    {
        AUTO_SERVING s = fake_pin(&f);
        assert_true(str_find(written(c, s, &about_tea), STR("\"product_id\":\"cup\"")) != SIZE_MAX);
    }
    for (size_t i = 0; i < f.n; i++)
        if (str_eq(f.rows[i].product_id, STR("cup"))) f.rows[i].stock_status = STR("outofstock");
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    assert_true(str_find(written(c, s, &about_tea), STR("\"product_id\":\"cup\"")) == SIZE_MAX);
}

TEST(answers, take_no_memory_outside_the_request_arena) {
    CORNER_SHOP(f, c);
    AUTO_SERVING s = fake_pin(&f);
    AUTO_ARENA request;
    arena_init(&request, LIMIT_REQUEST_ARENA);
    assert_non_null(arena_alloc(&request, 256 * KIB));
    arena_reset(&request);
    c->arena = &request;
    uint64_t before = allocations();
    str kept_later = written(c, s, &about_tea), kept = written(c, s, &about_tea);
    assert_int_equal(before, allocations());
    assert_int_equal(kept_later.n, kept.n);
}

TEST(answers, leave_in_turn_and_too_long_ones_are_not_kept) {
    TEST_CTX(c);
    answer_cache *k = answer_cache_new(1);
    assert_non_null(k);
    AUTO_BUF out;
    AUTO_BUF trace;
    buf_init(&out, MIB);
    buf_init(&trace, MIB);
    for (uint64_t i = 1; i <= 9; i++) {                     /* one set: keys 256 apart, eight places */
        char text[16];
        snprintf(text, sizeof text, "answer %llu", (unsigned long long)i);
        answer_cache_keep(k, i * 256, str_of(text), STR("t"));
    }
    assert_false(answer_cache_find(k, 1 * 256, &out, &trace));
    assert_true(answer_cache_find(k, 2 * 256, &out, &trace));
    assert_true(answer_cache_find(k, 9 * 256, &out, &trace));
    assert_str("answer 2answer 9", buf_view(&out));
    assert_str("tt", buf_view(&trace));
    char *large = arena_new(c->arena, char, 16 * KIB);
    answer_cache_keep(k, 7, (str){ large, 16 * KIB }, STR(""));
    assert_false(answer_cache_find(k, 7, &out, &trace));
    assert_false(answer_cache_find(k, 0, &out, &trace));            /* the key of an empty place */
    answer_cache_free(k);
    answer_cache_keep(NULL, 1, STR("x"), STR(""));
    assert_false(answer_cache_find(NULL, 1, &out, &trace));
    answer_cache_free(NULL);
}

TEST(answers, kept_or_made_tell_the_log_the_same) {
    CORNER_SHOP(f, c);
    AUTO_SERVING s = fake_pin(&f);
    buf out;
    buf_init_in(&out, c->arena, MIB);
    recommend_trace first, second, fresh;
    recommend_answer a;
    assert_ok(c, recommend_write(c, s, &about_tea, &out, &first));
    assert_ok(c, recommend_write(c, s, &about_tea, &out, &second));
    assert_ok(c, recommend(c, s, &about_tea, &a));
    assert_ok(c, recommend_trace_of(c, &a, &fresh));
    const recommend_trace *all[] = { &first, &second, &fresh };
    for (size_t i = 0; i < COUNT(all); i++) {
        exposed_item *x;
        size_t n;
        assert_true(str_eq(first.items, all[i]->items));
        assert_str("rules", all[i]->strategy);
        assert_string_equal("product", all[i]->placement);
        assert_int_equal(a.model_version, all[i]->model_version);
        assert_ok(c, exposed_items_read(c, all[i]->items, &x, &n));
        assert_int_equal(a.n, n);
        for (size_t k = 0; k < n; k++) {
            assert_true(str_eq(a.items[k].item->product_id, x[k].product_id));
            assert_str(decide_source_name(a.items[k].source), x[k].source);
            assert_int_equal(a.items[k].incentive_minor, x[k].price_minor);
        }
    }
    assert_string_not_equal(first.rec_id, second.rec_id);
}
