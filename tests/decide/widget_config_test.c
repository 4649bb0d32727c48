/* What a page is told of its widgets: the design, with what the placements are set to and what experiments vary. */
#include "decide/widget_config.h"
#include <stdio.h>
#include <string.h>
#include "builder/versions.h"
#include "tests/decide/fake_shop.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static void close_at(db **d) { storage_close(*d); }

#define EMPTY_SHOP(f, d, c)                                                     \
    TEST_CTX(c);                                                                \
    time_source clock_of_test = time_source_manual(FAKE_NOW);                   \
    c->time = &clock_of_test;                                                   \
    __attribute__((cleanup(close_at))) db *d = test_database(c, &backends[0], &(db_options){ 0 }); \
    AUTO_FAKE f;                                                                \
    fake_init(&f, c, 4, 4)

static void publish(fake_shop *f, db *d) {
    loaded_shop *l = fake_load(f, false);
    assert_ok(f->c, loaded_shop_read_terms(f->c, d, l));
    assert_ok(f->c, serving_publish(f->c, f->registry, l));
}

static void owner_sets(ctx *c, db *d, const char *place, const char *settings) {
    placement_setting row = { .store_id = FAKE_STORE, .placement = str_of(place), .settings = str_of(settings) };
    assert_ok(c, storage_put(c, d, &placement_setting_entity, &row));
}

static void experiment_runs(ctx *c, db *d, const char *place, const char *settings) {
    char variants[256];
    int n = snprintf(variants, sizeof variants, "[{\"key\":\"a\",\"share\":0.5},{\"key\":\"b\",\"share\":0.5,\"settings\":%s}]", settings);
    experiment row = { .store_id = FAKE_STORE, .experiment_id = 4, .state = STR("running"), .placement = str_of(place),
                       .variants = { variants, (size_t)n } };
    assert_ok(c, storage_put(c, d, &experiment_entity, &row));
}

static const json_value *told(fake_shop *f, const char *locale, bool preview) {
    ctx *c = f->c;
    AUTO_SERVING s = fake_pin(f);
    buf b;
    json_out w;
    const json_value *o = NULL;
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    widget_config_write(c, &w, s, &(widget_config_query){ .locale = str_of(locale), .preview = preview });
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &o));
    return o;
}

static const json_value *config(fake_shop *f, const char *locale) { return told(f, locale, false); }

static const json_value *slot(const json_value *config, const char *name) {
    const json_value *list = jr_get(config, "placements");
    for (size_t i = 0; i < jr_count(list); i++)
        if (str_eq(jr_string(jr_get(jr_at(list, i), "slot")), str_of(name))) return jr_at(list, i);
    return NULL;
}

static int64_t number(const json_value *o, const char *key) {
    int64_t n = -1;
    assert_true(jr_i64(jr_get(o, key), &n));
    return n;
}

TEST(widget_config, tells_a_shop_nobody_designed_what_it_needs) {
    EMPTY_SHOP(f, d, c);
    publish(&f, d);
    const json_value *o = config(&f, "en-GB"), *bundle = slot(o, "bought_together");
    assert_int_equal(0, number(o, "version"));
    assert_str("en", jr_string(jr_get(o, "language")));
    assert_str("Add to cart", jr_string(jr_get(jr_get(o, "texts"), "add_to_cart")));
    assert_str("Frequently bought together", jr_string(jr_get(bundle, "title")));
    assert_str("product", jr_string(jr_get(bundle, "placement")));
    assert_str("inline", jr_string(jr_get(bundle, "display")));
    assert_int_equal(3, number(bundle, "n"));
    assert_true(jr_is_null(jr_get(bundle, "experiment")) && jr_get(bundle, "experiment"));
    assert_null(slot(o, "popup"));                          /* off until somebody asks for it */
    assert_null(slot(o, "email"));                          /* not for pages */
    assert_str("add_to_cart", jr_string(jr_get(jr_get(jr_get(jr_get(o, "displays"), "popup"), "trigger"), "kind")));
    assert_str("Adaugă în coș", jr_string(jr_get(jr_get(config(&f, "ro"), "texts"), "add_to_cart")));
    assert_str("ro-RO", jr_string(jr_get(jr_get(config(&f, "ro_RO"), "store"), "locale")));
}

TEST(widget_config, tells_how_the_shop_writes_prices_where_it_said_so) {
    EMPTY_SHOP(f, d, c);
    publish(&f, d);
    assert_true(jr_is_null(jr_get(jr_get(config(&f, "ro"), "store"), "price")));
    f.price_style = "{\"before\":\"lei\",\"after\":\"\",\"thousand\":\",\",\"decimal\":\".\",\"digits\":0}";
    publish(&f, d);
    const json_value *price = jr_get(jr_get(config(&f, "ro"), "store"), "price");
    assert_str("lei", jr_string(jr_get(price, "before")));
    assert_str(".", jr_string(jr_get(price, "decimal")));
    assert_int_equal(0, number(price, "digits"));
    f.price_style = "{\"before\":\"<script>\"}";
    publish(&f, d);
    assert_true(jr_is_null(jr_get(jr_get(config(&f, "ro"), "store"), "price")));
}

TEST(widget_config, goes_by_what_the_owner_set_for_the_placement) {
    EMPTY_SHOP(f, d, c);
    owner_sets(c, d, "product", "{\"n\":2,\"display\":\"popup\"}");
    owner_sets(c, d, "cart", "{\"display\":\"cart\"}");
    owner_sets(c, d, "home", "{\"n\":5,\"display\":\"banner\"}");
    owner_sets(c, d, "checkout", "{\"enabled\":false}");
    publish(&f, d);
    const json_value *o = config(&f, "ro");
    assert_str("popup", jr_string(jr_get(slot(o, "bought_together"), "display")));
    assert_int_equal(2, number(slot(o, "bought_together"), "n"));
    assert_str("inline", jr_string(jr_get(slot(o, "cart"), "display")));
    assert_str("banner", jr_string(jr_get(slot(o, "for_you"), "display")));
    assert_str("inline", jr_string(jr_get(slot(o, "trending"), "display")));        /* fixed: the placement has one that follows */
    assert_int_equal(5, number(slot(o, "trending"), "n"));
    assert_null(slot(o, "checkout"));
    assert_str("inline", jr_string(jr_get(slot(o, "similar"), "display")));
}

TEST(widget_config, says_which_displays_an_experiment_may_ask_for) {
    EMPTY_SHOP(f, d, c);
    experiment_runs(c, d, "product", "{\"display\":\"slide_in\",\"n\":2}");
    publish(&f, d);
    const json_value *o = config(&f, "ro"), *e = jr_get(slot(o, "bought_together"), "experiment");
    assert_int_equal(4, number(e, "id"));
    assert_int_equal(2, jr_count(jr_get(e, "displays")));
    assert_str("inline", jr_string(jr_at(jr_get(e, "displays"), 0)));
    assert_str("slide_in", jr_string(jr_at(jr_get(e, "displays"), 1)));
    assert_true(jr_is_null(jr_get(slot(o, "cart"), "experiment")));
    assert_int_equal(3, number(slot(o, "bought_together"), "n"));                   /* an arm's number comes with its answer */
}

TEST(widget_config, keeps_a_switched_off_place_that_an_experiment_switches_on) {
    EMPTY_SHOP(f, d, c);
    owner_sets(c, d, "checkout", "{\"enabled\":false}");
    experiment_runs(c, d, "checkout", "{\"enabled\":true}");
    publish(&f, d);
    assert_non_null(slot(config(&f, "ro"), "checkout"));
}

TEST(widget_config, shows_what_was_published_and_the_draft_to_who_may_see_it) {
    EMPTY_SHOP(f, d, c);
    widget_version row;
    assert_ok(c, widget_draft_put(c, d, FAKE_STORE, STR("{\"slots\":{\"popup\":{\"enabled\":true},\"cart\":{\"enabled\":false}}}"),
                                  -1, &row));
    publish(&f, d);
    assert_null(slot(config(&f, "ro"), "popup"));
    const json_value *draft = told(&f, "ro", true);
    assert_true(jr_bool(jr_get(draft, "preview"), false) && jr_is_null(jr_get(config(&f, "ro"), "preview")));
    assert_non_null(slot(draft, "popup"));
    assert_null(slot(draft, "cart"));
    assert_ok(c, widget_publish(c, d, FAKE_STORE, STR(""), &row));
    assert_ok(c, serving_follow_terms(c, f.registry, d, FAKE_STORE));
    assert_non_null(slot(config(&f, "ro"), "popup"));
    assert_int_equal(1, number(config(&f, "ro"), "version"));
}

TEST(widget_config, leaves_out_a_slot_whose_time_is_over) {
    EMPTY_SHOP(f, d, c);
    widget_version row;
    char design[200];
    (void)snprintf(design, sizeof design,
                   "{\"slots\":{\"cart\":{\"schedule\":{\"until\":%lld}},\"similar\":{\"schedule\":{\"until\":%lld}}}}",
                   (long long)FAKE_NOW, (long long)FAKE_NOW + 1);
    assert_ok(c, widget_draft_put(c, d, FAKE_STORE, str_of(design), -1, &row));
    assert_ok(c, widget_publish(c, d, FAKE_STORE, STR(""), &row));
    publish(&f, d);
    assert_null(slot(config(&f, "ro"), "cart"));
    assert_non_null(slot(config(&f, "ro"), "similar"));
}
