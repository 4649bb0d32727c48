/* The snapshot file: what is written is read, and nothing damaged is ever believed. */
#include "tests/test.h"
#include "decide/snapshot.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Three products (lamp 10 with a variation 11, bulb 20, shade 30), two categories, two customers. */
static const char text[] = "10" "11" "20" "30" "light" "bulbs";
static const snapshot_rule cross[] = {
    { 1, 7, 0.5f, 2, 9, 0.8f, 1 }, { 2, 3, 0.2f, 1.5f, 4, 0.6f, 1 }, { 0, 7, 0.4f, 2, 9, 0.8f, 1 },
};
static const snapshot_rule also[] = { { 2, 3, 0.2f, 1.5f, 4, 0.6f, 1 } };
static const snapshot_upsell upsell[] = { { 2, 5, 0.3f, 0.5f, 1.5f, 0.05f } };
static const snapshot_ranked similar[] = { { 2, 0.7f }, { 0, 0.7f } }, popular[] = { { 0, 8 }, { 1, 7 } }, newest[] = { { 2, 0.9f } },
                             in_category[] = { { 0, 8 }, { 1, 7 }, { 1, 7 } };
static const uint32_t item_categories[] = { 0, 1, 0 };
static const snapshot_purchase purchases[] = { { 1, 1700000000 }, { 0, 1600000000 }, { 2, 1500000000 } };

static const snapshot_vector vectors[] = { { { 127 } }, { { 90, 90 } }, { { 0 } } };

/* A model that likes item 1 best, as bytes: what a training would save. */
static str saved_model(ctx *c, uint32_t n_items) {
    static const uint64_t start[] = { 0, 3 };
    static const uint32_t bought[] = { 0, 1, 1 };
    interactions x = { .n_users = 1, .n_items = n_items, .start = start, .item = bought };
    const model_row *row = model_named(STR("popularity"));
    model_options o = model_default_options(row);
    model m;
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, model_fit(c, row, &x, &o, &m));
    assert_ok(c, model_save(c, &m, &out));
    return buf_view(&out);
}

/* The shop above with its arrays in c->arena, so that a test may spoil one. */
static snapshot little_shop(ctx *c) {
    snapshot_item *items = arena_new(c->arena, snapshot_item, 3);
    items[0] = (snapshot_item){ .id = { 0, 2 }, .cross_sell = { 0, 2 }, .also_bought = { 0, 1 }, .upsell = { 0, 1 }, .similar = { 0, 1 },
                                .categories = { 0, 1 }, .price_minor = 1999, .sales = 8, .weight = 8, .popularity = 0.8f };
    items[1] = (snapshot_item){ .id = { 4, 2 }, .cross_sell = { 2, 1 }, .also_bought = { 1, 0 }, .upsell = { 1, 0 }, .similar = { 1, 0 },
                                .categories = { 1, 2 }, .price_minor = -1 };
    items[2] = (snapshot_item){ .id = { 6, 2 }, .cross_sell = { 3, 0 }, .also_bought = { 1, 0 }, .upsell = { 1, 0 }, .similar = { 1, 1 },
                                .categories = { 3, 0 } };
    static const snapshot_alias aliases[] = { { { 0, 2 }, 0, 0 }, { { 4, 2 }, 1, 0 }, { { 6, 2 }, 2, 0 }, { { 2, 2 }, 0, 0 } };
    static const snapshot_category categories[] = { { { 8, 5 }, { 0, 2 }, SNAPSHOT_NONE, 2 }, { { 13, 5 }, { 2, 1 }, 0, 1 } };
    snapshot_customer *customers = arena_new(c->arena, snapshot_customer, 2);
    uint64_t ana = snapshot_customer_hash(7, STR("ana")), ion = snapshot_customer_hash(7, STR("ion"));
    customers[0] = (snapshot_customer){ ana < ion ? ana : ion, ana < ion ? (snapshot_range){ 0, 2 } : (snapshot_range){ 0, 1 } };
    customers[1] = (snapshot_customer){ ana < ion ? ion : ana, { customers[0].purchases.n, 3 - customers[0].purchases.n } };
    str personal = saved_model(c, 3);
    return (snapshot){
        .personal = personal.p, .n_personal = personal.n, .sessions = personal.p, .n_sessions = personal.n,
        .vectors = vectors, .n_vectors = 3,
        .facts = { .store_id = 7, .version = 3, .created_ms = 5, .as_of_ms = 4, .baskets = 10, .total_weight = 10, .mean_items = 2,
                   .hit_rate = -1, .hit_rate_popular = -1 },
        .text = text, .n_text = sizeof text - 1, .items = items, .n_items = 3, .aliases = aliases, .n_aliases = 4,
        .categories = categories, .n_categories = 2, .item_categories = item_categories, .n_item_categories = 3,
        .cross_sell = cross, .n_cross_sell = 3, .also_bought = also, .n_also_bought = 1, .upsell = upsell, .n_upsell = 1,
        .similar = similar, .n_similar = 2, .popular = popular, .n_popular = 2, .newest = newest, .n_newest = 1,
        .category_popular = in_category, .n_category_popular = 3, .customers = customers, .n_customers = 2,
        .purchases = purchases, .n_purchases = 3,
    };
}

static const char *fresh_path(ctx *c, const char *name) {
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/%s", test_folder(), name);
    return path.p;
}

static str written(ctx *c, const snapshot *s) {
    const char *path = fresh_path(c, "s.snap");
    str bytes = { 0 };
    assert_ok(c, snapshot_write(c, path, s, NULL, NULL));
    assert_ok(c, file_read(c, path, 100 * MIB, &bytes));
    return bytes;
}

TEST(snapshot, reads_back_what_was_written) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), *s = NULL;
    const char *path = fresh_path(c, "shop.snap");
    uint64_t bytes = 0, check = 0;
    assert_ok(c, snapshot_write(c, path, &shop, &bytes, &check));
    assert_ok(c, snapshot_open(c, path, &s));
    assert_int_equal(s->map.size, bytes);
    assert_true(check != 0);
    assert_int_equal(7, s->facts.store_id);
    assert_str("20", snapshot_item_id(s, 1));
    assert_int_equal(1999, s->items[0].price_minor);
    rule_span rules = snapshot_cross_sell(s, 0);
    assert_int_equal(2, rules.n);
    assert_memory_equal(cross, rules.p, 2 * sizeof *cross);
    assert_int_equal(0, snapshot_cross_sell(s, 2).n);
    assert_int_equal(2, snapshot_also_bought(s, 0).p[0].item);
    assert_int_equal(2, snapshot_upsells(s, 0).p[0].item);
    assert_int_equal(0, snapshot_similar(s, 2).p[0].item);
    assert_int_equal(2, snapshot_popular(s).n);
    assert_int_equal(0, snapshot_trending(s).n);
    assert_int_equal(2, snapshot_newest(s).p[0].item);
    uint32_t bulbs = snapshot_find_category(s, STR("bulbs"));
    assert_int_equal(1, bulbs);
    assert_str("bulbs", snapshot_category_id(s, bulbs));
    assert_int_equal(1, snapshot_popular_in(s, bulbs).n);
    assert_int_equal(bulbs, snapshot_categories(s, 1).p[0]);
    snapshot_close(s);
}

TEST(snapshot, carries_models_that_answer_from_the_file) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), *s = NULL;
    const char *path = fresh_path(c, "models.snap");
    assert_ok(c, snapshot_write(c, path, &shop, NULL, NULL));
    assert_ok(c, snapshot_open(c, path, &s));
    const model *models[] = { &s->personal_model, &s->session_model };
    for (size_t i = 0; i < COUNT(models); i++) {
        float scores[3];
        history nobody = { .user = MODEL_NOBODY };
        assert_string_equal("popularity", models[i]->row->name);
        assert_ok(c, model_score(c, models[i], &nobody, 1, scores));
        assert_true(scores[1] > scores[0] && scores[0] > scores[2]);
    }
    snapshot_close(s);
}

TEST(snapshot, says_how_alike_two_items_are) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    assert_ok(c, snapshot_read(c, written(c, &shop), &s));
    assert_float_equal(1, snapshot_likeness(&s, 0, 0), 0.01f);
    assert_float_equal(0.709f, snapshot_likeness(&s, 0, 1), 0.01f);
    assert_float_equal(0, snapshot_likeness(&s, 0, 2), 0);      /* nothing is known of item 2 */
    assert_float_equal(0, snapshot_likeness(&s, 0, 99), 0);
}

TEST(snapshot, refuses_a_model_of_another_shop_or_half_a_model) {
    TEST_CTX(c);
    str foreign = saved_model(c, 4), whole = saved_model(c, 3);
    const struct { str bytes; uint64_t n; } cases[] = { { foreign, foreign.n }, { whole, whole.n - 64 }, { whole, 8 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        snapshot shop = little_shop(c);
        shop.personal = cases[i].bytes.p, shop.n_personal = cases[i].n;
        const char *path = fresh_path(c, "half.snap");
        assert_err(ERR_INVALID, snapshot_write(c, path, &shop, NULL, NULL));
        assert_false(file_exists(path));
    }
}

TEST(snapshot, tells_from_the_head_whether_a_file_is_readable) {
    TEST_CTX(c);
    snapshot shop = little_shop(c);
    const char *path = fresh_path(c, "head.snap");
    assert_false(snapshot_is_readable(c, path));
    assert_ok(c, snapshot_write(c, path, &shop, NULL, NULL));
    assert_true(snapshot_is_readable(c, path));
    str bytes = { 0 };
    assert_ok(c, file_read(c, path, MIB, &bytes));
    const struct { size_t at; char byte; size_t less; } cases[] = { { 0, 'X', 0 }, { 16, 1, 0 }, { 0, 'V', 64 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str other = str_dup(c->arena, bytes);
        ((char *)(uintptr_t)other.p)[cases[i].at] = cases[i].byte;
        assert_ok(c, file_write_atomic(c, path, str_sub(other, 0, other.n - cases[i].less), 0600));
        assert_false(snapshot_is_readable(c, path));
    }
}

TEST(snapshot, finds_items_by_product_and_variation_id) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    assert_ok(c, snapshot_read(c, written(c, &shop), &s));
    static const struct { const char *id; uint32_t item; } cases[] = {
        { "10", 0 }, { "11", 0 }, { "20", 1 }, { "30", 2 }, { "", SNAPSHOT_NONE }, { "1", SNAPSHOT_NONE }, { "999", SNAPSHOT_NONE },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(cases[i].item, snapshot_find_item(&s, str_of(cases[i].id)));
    assert_int_equal(SNAPSHOT_NONE, snapshot_find_category(&s, STR("10")));
}

TEST(snapshot, finds_histories_by_customer_and_holds_no_names) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    str bytes = written(c, &shop);
    assert_ok(c, snapshot_read(c, bytes, &s));
    uint32_t n = snapshot_history(&s, STR("ana")).n + snapshot_history(&s, STR("ion")).n;
    assert_int_equal(3, n);
    assert_int_equal(0, snapshot_history(&s, STR("stranger")).n);
    assert_int_equal(0, snapshot_history(&s, STR("")).n);
    assert_true(str_find(bytes, STR("ana")) == SIZE_MAX);
    assert_true(snapshot_customer_hash(7, STR("ana")) != snapshot_customer_hash(8, STR("ana")));
}

TEST(snapshot, of_an_empty_shop_is_a_good_snapshot) {
    TEST_CTX(c);
    snapshot nothing = { .facts = { .store_id = 1 } }, s;
    assert_ok(c, snapshot_read(c, written(c, &nothing), &s));
    assert_int_equal(0, s.n_items);
    assert_int_equal(SNAPSHOT_NONE, snapshot_find_item(&s, STR("10")));
    assert_int_equal(0, snapshot_popular(&s).n);
}

TEST(snapshot, gives_the_same_bytes_for_the_same_shop) {
    TEST_CTX(c);
    snapshot one = little_shop(c), two = little_shop(c);
    str a = written(c, &one), b = written(c, &two);
    assert_true(str_eq(a, b));
}

TEST(snapshot, refuses_any_flipped_bit) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    str bytes = written(c, &shop);
    char *spoiled = arena_alloc(c->arena, bytes.n);
    for (size_t i = 0; i < bytes.n; i++) {
        memcpy(spoiled, bytes.p, bytes.n);
        spoiled[i] ^= (char)(1 << rng_below(&c->random, 8));
        assert_err(ERR_CORRUPT, snapshot_read(c, (str){ spoiled, bytes.n }, &s));
    }
}

TEST(snapshot, refuses_any_cut_and_any_tail) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    str bytes = written(c, &shop);
    char *longer = arena_alloc(c->arena, bytes.n + 8);
    memcpy(longer, bytes.p, bytes.n);
    for (size_t n = 0; n < bytes.n; n++) assert_err(ERR_CORRUPT, snapshot_read(c, (str){ longer, n }, &s));
    assert_err(ERR_CORRUPT, snapshot_read(c, (str){ longer, bytes.n + 8 }, &s));
}

TEST(snapshot, refuses_files_that_are_none) {
    TEST_CTX(c);
    snapshot *s = NULL;
    const char *path = fresh_path(c, "x.snap");
    assert_err(ERR_NOT_FOUND, snapshot_open(c, path, &s));
    assert_ok(c, file_write_atomic(c, path, STR(""), 0600));
    assert_err(ERR_CORRUPT, snapshot_open(c, path, &s));
    assert_ok(c, file_write_atomic(c, path, STR("{\"not\":\"a snapshot\"}"), 0600));
    assert_err(ERR_CORRUPT, snapshot_open(c, path, &s));
    assert_err(ERR_CORRUPT, snapshot_open(c, test_folder(), &s));
    assert_null(s);
    snapshot_close(NULL);
}

TEST(snapshot, of_another_format_says_train_again) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    str bytes = written(c, &shop);
    char *spoiled = arena_alloc(c->arena, bytes.n);
    memcpy(spoiled, bytes.p, bytes.n);
    spoiled[16] = 99;
    assert_err(ERR_CORRUPT, snapshot_read(c, (str){ spoiled, bytes.n }, &s));
    assert_non_null(strstr(c->error.text, "format 99"));
    assert_non_null(strstr(c->error.text, "train"));
}

/* Each row spoils one number of a sound shop in a way that would make a reader run astray. */
#define SPOIL(what) static void what(ctx *c, snapshot *s, snapshot_item *items)
#define COPY(field) (void *)memcpy(arena_alloc(c->arena, s->n_##field * sizeof *s->field), s->field, s->n_##field * sizeof *s->field)
SPOIL(id_outside) { (void)c, (void)s, items[1].id = (snapshot_range){ 15, 4 }; }
SPOIL(list_too_long) { (void)c, (void)s, items[2].similar.n = 2; }
SPOIL(list_overlaps) { (void)c, (void)s, items[1].cross_sell = (snapshot_range){ 1, 2 }; }
SPOIL(list_wraps) { (void)c, (void)s, items[0].cross_sell = (snapshot_range){ 0, UINT32_MAX }; }
SPOIL(popularity_over_one) { (void)c, (void)s, items[0].popularity = 1.5f; }
SPOIL(rule_to_nowhere) { snapshot_rule *r = COPY(cross_sell); r[0].item = 3, s->cross_sell = r; (void)items; }
SPOIL(rule_to_itself) { snapshot_rule *r = COPY(cross_sell); r[0].item = 0, s->cross_sell = r; (void)items; }
SPOIL(rule_not_a_number) { snapshot_rule *r = COPY(cross_sell); r[0].lift = 0.0f / 0.0f, s->cross_sell = r; (void)items; }
SPOIL(upsell_to_nowhere) { snapshot_upsell *r = COPY(upsell); r[0].item = 9, s->upsell = r; (void)items; }
SPOIL(popular_to_nowhere) { snapshot_ranked *r = COPY(popular); r[1].item = 3, s->popular = r; (void)items; }
SPOIL(newest_not_a_number) { snapshot_ranked *r = COPY(newest); r[0].score = 0.0f / 0.0f, s->newest = r; (void)items; }
SPOIL(category_unknown) { uint32_t *r = COPY(item_categories); r[2] = 2, s->item_categories = r; (void)items; }
SPOIL(category_its_own_parent) { snapshot_category *r = COPY(categories); r[1].parent = 1, s->categories = r; (void)items; }
SPOIL(alias_to_nowhere) { snapshot_alias *r = COPY(aliases); r[3].item = 3, s->aliases = r; (void)items; }
SPOIL(alias_of_another) { snapshot_alias *r = COPY(aliases); r[0].item = 1, s->aliases = r; (void)items; }
SPOIL(customers_unsorted) { snapshot_customer *r = COPY(customers); r[1].hash = r[0].hash, s->customers = r; (void)items; }
SPOIL(purchase_of_nothing) { snapshot_purchase *r = COPY(purchases); r[2].item = 3, s->purchases = r; (void)items; }
SPOIL(vectors_of_others) { (void)c, (void)items, s->n_vectors = 2; }
SPOIL(vector_too_long) { snapshot_vector *v = COPY(vectors); v[1].x[5] = -128, s->vectors = v; (void)items; }
SPOIL(unit_not_a_number) { (void)c, (void)items, s->facts.personal_unit = 0.0 / 0.0; }
SPOIL(rules_without_owner) { (void)c, (void)items, s->n_also_bought = 0, s->n_cross_sell = 2; }

TEST(snapshot, is_never_written_with_an_index_out_of_range) {
    static void (*const spoilers[])(ctx *, snapshot *, snapshot_item *) = {
        id_outside, list_too_long, list_overlaps, list_wraps, popularity_over_one, rule_to_nowhere, rule_to_itself, rule_not_a_number,
        upsell_to_nowhere, popular_to_nowhere, newest_not_a_number, category_unknown, category_its_own_parent, alias_to_nowhere,
        alias_of_another, customers_unsorted, purchase_of_nothing, rules_without_owner, vectors_of_others, vector_too_long,
        unit_not_a_number,
    };
    for (size_t i = 0; i < COUNT(spoilers); i++) {
        TEST_CTX(c);
        snapshot shop = little_shop(c);
        const char *path = fresh_path(c, "bad.snap");
        spoilers[i](c, &shop, (snapshot_item *)(uintptr_t)shop.items);
        if (snapshot_write(c, path, &shop, NULL, NULL) != ERR_INVALID) test_fail("spoiler %zu was not noticed", i);
        assert_false(file_exists(path));
    }
}

/* A hostile writer can make the checksum right; then the bounds alone must hold. */
TEST(snapshot, with_a_forged_checksum_is_read_without_straying) {
    TEST_CTX(c);
    snapshot shop = little_shop(c), s;
    str bytes = written(c, &shop);
    char *spoiled = arena_alloc(c->arena, bytes.n);
    int refused = 0;
    for (int round = 0; round < 20000; round++) {
        memcpy(spoiled, bytes.p, bytes.n);
        for (uint64_t k = 1 + rng_below(&c->random, 3); k; k--)
            spoiled[16 + rng_below(&c->random, bytes.n - 16)] = (char)rng_u64(&c->random);
        snapshot_seal(spoiled, bytes.n);
        if (snapshot_read(c, (str){ spoiled, bytes.n }, &s)) {
            refused++;
            continue;
        }
        for (uint32_t i = 0; i < s.n_items; i++) assert_true(snapshot_item_id(&s, i).n <= s.n_text && snapshot_cross_sell(&s, i).n <= 3);
        (void)snapshot_find_item(&s, STR("11"));                /* must end, whatever it finds */
        (void)snapshot_history(&s, STR("ana"));
        (void)snapshot_likeness(&s, 0, 1);
        float scores[3];
        history one = { .n = 1, .item = (const uint32_t[]){ 1 }, .user = MODEL_NOBODY };
        if (s.personal_model.row && s.n_items == 3) assert_ok(c, model_score(c, &s.personal_model, &one, 1, scores));
    }
    assert_true(refused > 5000 && refused < 20000);
}
