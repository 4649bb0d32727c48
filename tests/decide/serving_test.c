/* Shops in memory: loading from storage, changes seen at once, pins that hold, limits kept. */
#include "base/thread.h"
#include "tests/decide/fake_shop.h"
#include "tests/storage/backends.h"
#include "tests/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { ctx *c; db *d; serving_registry *r; const char *folder; } stage;

static void put(stage *t, const entity *e, const void *row) { assert_ok(t->c, storage_put(t->c, t->d, e, row)); }

static product simple(int64_t store_id, const char *id, int64_t price_minor) {
    return (product){ .store_id = store_id, .product_id = str_of(id), .name = str_of(id), .type = STR("simple"), .status = STR("publish"),
                      .visibility = STR("visible"), .price = SOME(price_minor), .regular_price = SOME(price_minor), .purchasable = true,
                      .stock_status = STR("instock"), .manage_stock = STR("no"), .backorders = STR("no") };
}

static void put_product(stage *t, int64_t store_id, const char *id, int64_t price_minor) {
    product p = simple(store_id, id, price_minor);
    put(t, &product_entity, &p);
}

static void set_stage(stage *t, ctx *c, size_t max_bytes) {
    db_options options;
    *t = (stage){ .c = c, .d = test_database(c, &backends[0], &options) };
    t->folder = test_folder();
    assert_ok(c, serving_registry_new(c, &(serving_options){ .data_dir = str_of(t->folder), .max_bytes = max_bytes }, &t->r));
    static const char *const names[] = { "", "one", "two", "three" };
    for (int64_t id = 1; id <= 3; id++) {
        store s = { .store_id = id, .name = str_of(names[id]), .currency = STR("RON"), .locale = STR("ro") };
        put(t, &store_entity, &s);
    }
}
static void clear_stage(stage *t) {
    serving_registry_free(t->r);
    storage_close(t->d);
}
#define TEST_STAGE(t, c, max_bytes)                             \
    TEST_CTX(c);                                                \
    __attribute__((cleanup(clear_stage))) stage t;              \
    set_stage(&t, c, max_bytes)

static size_t count_shown(stage *t, int64_t store_id) {
    AUTO_SERVING s = serving_pin(t->r, store_id);
    recommend_answer a = { .n = 0 };
    recommend_query q = { .source = SOURCE_ALL, .n = 50 };
    assert_non_null(s);
    assert_ok(t->c, recommend(t->c, s, &q, &a));
    return a.n;
}

TEST(serving, stock_change_shows_in_the_next_answer) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "10", 500);
    put_product(&t, 1, "11", 700);
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    assert_int_equal(2, count_shown(&t, 1));
    product p = simple(1, "10", 450);
    p.stock_status = STR("outofstock");
    put(&t, &product_entity, &p);
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("10")));
    assert_int_equal(1, count_shown(&t, 1));
    put_product(&t, 1, "12", 900);                          /* a new product, and the old one back at another price */
    put_product(&t, 1, "10", 450);
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("12")));
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("10")));
    assert_int_equal(3, count_shown(&t, 1));
    AUTO_SERVING s = serving_pin(t.r, 1);
    assert_int_equal(450, serving_find(s, STR("10"))->price_minor);
    assert_ok(c, storage_delete(c, t.d, &product_entity, &(product){ .store_id = 1, .product_id = STR("12") }, 2, NULL));
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("12")));
    assert_int_equal(2, count_shown(&t, 1));
}

TEST(serving, reads_variations_again_with_their_product) {
    TEST_STAGE(t, c, 0);
    product shirt = simple(1, "20", 900), small = simple(1, "21", 600), large = simple(1, "22", 800);
    shirt.type = STR("variable");
    small.type = large.type = STR("variation");
    small.parent_id = large.parent_id = STR("20");
    put(&t, &product_entity, &shirt);
    put(&t, &product_entity, &small);
    put(&t, &product_entity, &large);
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    AUTO_SERVING s = serving_pin(t.r, 1);
    assert_str("20", serving_find(s, STR("22"))->product_id);
    assert_int_equal(600, serving_find(s, STR("20"))->price_minor);
    small.stock_status = STR("outofstock");
    put(&t, &product_entity, &small);
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("21")));
    assert_int_equal(800, serving_find(s, STR("20"))->price_minor);
    assert_ok(c, storage_delete(c, t.d, &product_entity, &large, 2, NULL));
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("22")));       /* a deleted variation: its parent is read again */
    assert_false(serving_find(s, STR("20"))->sellable);
    serving_facts facts;
    AUTO_SERVING now = serving_pin(t.r, 1);
    serving_get_facts(now, &facts);
    assert_int_equal(1, facts.products);
    assert_int_equal(1, facts.variations);
    assert_int_equal(0, facts.sellable);
}

TEST(serving, carries_names_of_categories_with_their_ancestors_tags_and_brands) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "10", 500);
    put_product(&t, 1, "11", 500);
    category top = { .store_id = 1, .category_id = STR("1"), .parent_id = STR("2"), .name = STR("Casă"), .slug = STR("casa") };
    category sub = { .store_id = 1, .category_id = STR("2"), .parent_id = STR("1"), .name = STR("Lămpi"), .slug = STR("lampi") };
    put(&t, &category_entity, &top);                        /* a circle of parents must end too */
    put(&t, &category_entity, &sub);
    put(&t, &tag_entity, &(tag){ .store_id = 1, .tag_id = STR("5"), .name = STR("Nou"), .slug = STR("nou") });
    put(&t, &brand_entity, &(brand){ .store_id = 1, .brand_id = STR("6"), .name = STR("Acme"), .slug = STR("acme") });
    put(&t, &product_category_entity, &(product_category){ .store_id = 1, .product_id = STR("10"), .category_id = STR("2") });
    put(&t, &product_category_entity, &(product_category){ .store_id = 1, .product_id = STR("11"), .category_id = STR("404") });
    put(&t, &product_tag_entity, &(product_tag){ .store_id = 1, .product_id = STR("10"), .tag_id = STR("5") });
    put(&t, &product_brand_entity, &(product_brand){ .store_id = 1, .product_id = STR("10"), .brand_id = STR("6") });
    put(&t, &product_image_entity, &(product_image){ .store_id = 1, .product_id = STR("10"), .src = STR("https://x/y.jpg") });
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    for (int again = 0; again < 2; again++) {               /* the whole load and the single one give the same */
        AUTO_SERVING s = serving_pin(t.r, 1);
        const str sub_slug[] = { STR("lampi") }, top_id[] = { STR("1") }, tag_name[] = { STR("nou") }, brand_name[] = { STR("ACME") };
        const recommend_filter filters[] = { { .categories = { sub_slug, 1 } }, { .categories = { top_id, 1 } },
                                             { .tags = { tag_name, 1 } }, { .brands = { brand_name, 1 } } };
        for (size_t i = 0; i < COUNT(filters); i++) {
            recommend_answer a = { .n = 0 };
            recommend_query q = { .source = SOURCE_ALL, .n = 5, .filter = filters[i] };
            assert_ok(c, recommend(c, s, &q, &a));
            assert_int_equal(1, a.n);
            assert_str("10", a.items[0].item->product_id);
        }
        assert_str("https://x/y.jpg", serving_find(s, STR("10"))->image);
        assert_true(str_find(serving_find(s, STR("10"))->card, STR("[\"Lămpi\",\"Casă\"]")) != SIZE_MAX);
        assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("10")));
    }
}

TEST(serving, loads_a_shop_larger_than_one_batch) {
    TEST_STAGE(t, c, 0);
    assert_ok(c, storage_begin(c, t.d, STORAGE_WRITE));
    put(&t, &category_entity, &(category){ .store_id = 1, .category_id = STR("7"), .name = STR("All"), .slug = STR("all") });
    for (int i = 0; i < 2500; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        put_product(&t, 1, id, 100 + i);
        put(&t, &product_category_entity, &(product_category){ .store_id = 1, .product_id = str_of(id), .category_id = STR("7") });
    }
    assert_ok(c, storage_commit(c, t.d));
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    AUTO_SERVING s = serving_pin(t.r, 1);
    serving_facts facts;
    serving_get_facts(s, &facts);
    assert_int_equal(2500, facts.products);
    assert_int_equal(2500, facts.sellable);
    for (int i = 0; i < 2500; i++) {
        char id[24];
        snprintf(id, sizeof id, "%d", i);
        const catalogue_item *it = serving_find(s, str_of(id));
        assert_non_null(it);
        assert_int_equal(100 + i, it->price_minor);
        assert_int_equal(3, it->n_terms);
    }
    assert_null(serving_find(s, STR("2500")));
    assert_null(serving_find(s, STR("")));
}

TEST(serving, is_empty_until_loaded_and_after_it_is_dropped) {
    TEST_STAGE(t, c, 0);
    assert_null(serving_pin(t.r, 1));
    assert_err(ERR_NOT_FOUND, serving_load(c, t.r, t.d, 99));
    assert_null(serving_pin(t.r, 99));
    assert_ok(c, serving_product_changed(c, t.r, t.d, 1, STR("10")));       /* not loaded: nothing to change */
    assert_ok(c, serving_load(c, t.r, t.d, 1));                             /* a shop without products is fine */
    assert_int_equal(0, count_shown(&t, 1));
    const serving *held = serving_pin(t.r, 1);
    serving_drop(t.r, 1);
    assert_null(serving_pin(t.r, 1));
    serving_facts facts;
    serving_get_facts(held, &facts);                                        /* still whole */
    assert_int_equal(1, facts.store_id);
    serving_unpin(held);
    serving_unpin(NULL);
}

TEST(serving, answers_from_the_catalogue_when_the_snapshot_is_damaged) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "10", 500);
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/bad.snap", t.folder);
    assert_ok(c, file_write_atomic(c, path.p, STR("this is no snapshot"), 0600));
    put(&t, &stored_model_entity, &(stored_model){ .store_id = 1, .kind = STR("snapshot"), .version = 4, .state = STR("serving"),
                                     .artifact = STR("bad.snap") });
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    assert_int_equal(1, count_shown(&t, 1));
    AUTO_SERVING s = serving_pin(t.r, 1);
    serving_facts facts;
    serving_get_facts(s, &facts);
    assert_true(str_find(facts.snapshot_error, STR("not a snapshot")) != SIZE_MAX);
    assert_int_equal(0, facts.snapshot_version);
}

TEST(serving, refuses_a_snapshot_of_another_store) {
    TEST_STAGE(t, c, 0);
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/other.snap", t.folder);
    snapshot other = { .facts = { .store_id = 2, .version = 1, .hit_rate = -1, .hit_rate_popular = -1 } };
    assert_ok(c, snapshot_write(c, path.p, &other, NULL, NULL));
    for (int64_t id = 1; id <= 2; id++) {
        put(&t, &stored_model_entity, &(stored_model){ .store_id = id, .kind = STR("snapshot"), .version = 1, .state = STR("serving"),
                                         .artifact = STR("other.snap") });
        assert_ok(c, serving_load(c, t.r, t.d, id));
        AUTO_SERVING s = serving_pin(t.r, id);
        serving_facts facts;
        serving_get_facts(s, &facts);
        assert_int_equal(id == 2, facts.snapshot_version);
        assert_int_equal(id == 2, facts.snapshot_error.n == 0);
    }
}

TEST(serving, lets_shops_leave_by_least_use_within_the_limit) {
    TEST_STAGE(t, c, 1);                                    /* one byte: only the newest shop stays */
    for (int64_t id = 1; id <= 3; id++) {
        put_product(&t, id, "10", 500);
        assert_ok(c, serving_load(c, t.r, t.d, id));
    }
    assert_null(serving_pin(t.r, 1));
    assert_null(serving_pin(t.r, 2));
    assert_int_equal(1, count_shown(&t, 3));
    registry_facts facts;
    serving_registry_get_facts(t.r, &facts);
    assert_int_equal(1, facts.shops);
    assert_int_equal(2, facts.evictions);
    assert_int_equal(3, facts.loads);
    assert_ok(c, serving_load(c, t.r, t.d, 1));             /* and comes back when asked */
    assert_int_equal(1, count_shown(&t, 1));
}

TEST(serving, takes_new_settings_with_a_reload) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "10", 500);
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    store s = { .store_id = 1, .name = STR("one"), .currency = STR("JPY"), .locale = STR("en"),
                .settings = STR("{\"bundle_discount\":7}") };
    put(&t, &store_entity, &s);
    AUTO_SERVING before = serving_pin(t.r, 1);
    assert_ok(c, serving_load(c, t.r, t.d, 1));             /* already there: nothing read */
    assert_int_equal(4, before->loaded->settings.bundle_discount);
    assert_ok(c, serving_reload(c, t.r, t.d, 1));
    AUTO_SERVING after = serving_pin(t.r, 1);
    assert_int_equal(4, before->loaded->settings.bundle_discount);
    assert_int_equal(7, after->loaded->settings.bundle_discount);
    assert_int_equal(0, after->loaded->digits);
}

TEST(serving, remembers_purchases_within_bounds) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "10", 500);
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    for (int i = 0; i < 20000; i++) {
        char who[24];
        snprintf(who, sizeof who, "c%d", i);
        const str item[] = { STR("10") };
        serving_order_placed(t.r, 1, str_of(who), STR(""), (str_list){ item, 1 }, 1000 + i);
    }
    serving_order_placed(t.r, 1, STR(""), STR(""), (str_list){ NULL, 0 }, 5);
    serving_order_placed(t.r, 44, STR("x"), STR(""), (str_list){ NULL, 0 }, 5);
    AUTO_SERVING s = serving_pin(t.r, 1);
    recommend_query q = { .customer_id = STR("c19999"), .source = SOURCE_ALL, .n = 1 };
    recommend_answer a = { .n = 0 };
    time_source soon = time_source_manual(30000);
    c->time = &soon;
    assert_ok(c, recommend(c, s, &q, &a));
    assert_int_equal(0, a.n);
    q.customer_id = STR("c1");                              /* long pushed out */
    assert_ok(c, recommend(c, s, &q, &a));
    assert_int_equal(1, a.n);
}

/* ---- many readers, one writer ---- */
enum { READERS = 8, PUBLISHES = 30 };
typedef struct { serving_registry *r; atomic_bool *stop; atomic_int *answers, *wrong; uint64_t seed; } reader;

static void *read_on(void *arg) {
    reader *me = arg;
    arena a;
    arena_init(&a, 8 * MIB);
    while (!atomic_load(me->stop)) {
        ctx c;
        arena_reset(&a);
        ctx_init(&c, &a);
        rng_seed(&c.random, me->seed++);
        AUTO_SERVING s = serving_pin(me->r, FAKE_STORE);
        recommend_query q = { .product_id = STR("a"), .source = SOURCE_ALL, .n = 5, .customer_id = STR("ana") };
        recommend_answer got;
        buf b;
        buf_init_in(&b, &a, MIB);
        json_out w;
        jw_init(&w, &b);
        if (recommend(&c, s, &q, &got)) {
            atomic_fetch_add(me->wrong, 1);
            continue;
        }
        bool right = !recommend_json(&c, &w, s, &got) && got.n == 5;
        for (size_t i = 0; i < got.n; i++) right = right && got.items[i].item->sellable;
        atomic_fetch_add(right ? me->answers : me->wrong, 1);
    }
    arena_done(&a);
    return NULL;
}

TEST(serving, publishes_while_eight_threads_recommend) {
    TEST_CTX(c);
    AUTO_FAKE f;
    fake_init(&f, c, 64, 64);
    static const char *const ids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    for (size_t i = 0; i < COUNT(ids); i++) fake_product(&f, ids[i], "x", 1000);
    for (size_t i = 1; i < COUNT(ids); i++) fake_says(&f, FAKE_CROSS, "a", ids[i], 0.3f);
    fake_publish(&f, true);
    atomic_bool stop = false;
    atomic_int answers = 0, wrong = 0;
    pthread_t threads[READERS];
    reader readers[READERS];
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (reader){ f.registry, &stop, &answers, &wrong, i * 1000 };
        assert_int_equal(0, pthread_create(&threads[i], NULL, read_on, &readers[i]));
    }
    const str bought[] = { STR("b") };
    for (int i = 0; i < PUBLISHES || atomic_load(&answers) < 500; i++) {
        arena_mark before = arena_save(c->arena);
        fake_publish(&f, i % 2);
        arena_restore(c->arena, before);
        if (atomic_load(&wrong)) break;
        serving_order_placed(f.registry, FAKE_STORE, STR("ion"), STR("v"), (str_list){ bought, 1 }, i);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < READERS; i++) pthread_join(threads[i], NULL);
    assert_int_equal(0, atomic_load(&wrong));
    assert_true(atomic_load(&answers) >= 500);
}

/* ---- readers while products change ---- */
static void *read_catalogue(void *arg) {
    reader *me = arg;
    arena a;
    arena_init(&a, 8 * MIB);
    while (!atomic_load(me->stop)) {
        ctx c;
        arena_reset(&a);
        ctx_init(&c, &a);
        AUTO_SERVING s = serving_pin(me->r, 1);
        recommend_query q = { .source = SOURCE_ALL, .n = 20 };
        recommend_answer got;
        bool right = !recommend(&c, s, &q, &got);
        for (size_t i = 0; right && i < got.n; i++)         /* an item is never half of one state and half of another */
            right = got.items[i].item->sellable && str_starts(got.items[i].item->card, STR("\"product_id\":\""));
        atomic_fetch_add(right ? me->answers : me->wrong, 1);
    }
    arena_done(&a);
    return NULL;
}

TEST(serving, changes_products_while_threads_recommend) {
    TEST_STAGE(t, c, 0);
    put_product(&t, 1, "0", 500);
    assert_ok(c, serving_load(c, t.r, t.d, 1));
    atomic_bool stop = false;
    atomic_int answers = 0, wrong = 0;
    pthread_t threads[4];
    reader readers[4];
    for (size_t i = 0; i < COUNT(threads); i++) {
        readers[i] = (reader){ t.r, &stop, &answers, &wrong, i };
        assert_int_equal(0, pthread_create(&threads[i], NULL, read_catalogue, &readers[i]));
    }
    for (int i = 0; i < 300; i++) {                         /* grows slots and ids several times over, changes old ones between */
        char id[24];
        snprintf(id, sizeof id, "%d", i % 3 ? i : i / 2);
        product p = simple(1, id, 100 + i);
        if (i % 7 == 0) p.stock_status = STR("outofstock");
        put(&t, &product_entity, &p);
        assert_ok(c, serving_product_changed(c, t.r, t.d, 1, str_of(id)));
        AUTO_SERVING now = serving_pin(t.r, 1);
        assert_int_equal(100 + i, serving_find(now, str_of(id))->price_minor);
        if (i % 100 == 99) assert_ok(c, serving_reload(c, t.r, t.d, 1));
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    assert_int_equal(0, atomic_load(&wrong));
    assert_true(atomic_load(&answers) > 0);
}
