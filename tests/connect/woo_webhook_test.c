/* Deliveries: genuine or not, applied in any order, believed or not. */
#include "tests/test.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/parse.h"
#include "connect/connect.h"
#include "net/crypto.h"
#include "tests/connect/memory_sink.h"

static const connector *woo(void) { return connect_find(STR("woocommerce")); }

static webhook_delivery signed_by(ctx *c, const shop_access *a, const char *topic, const char *body) {
    digest256 mac = crypto_hmac_sha256(a->webhook_secret, str_of(body));
    str signature = crypto_base64(c->arena, (str){ (char *)mac.b, sizeof mac.b });
    return (webhook_delivery){ .topic = str_of(topic), .body = str_of(body), .signature = signature };
}

static const shop_access shop = { .store_id = 1, .currency_digits = 2, .webhook_secret = { "s3cret", 6 } };

static str header_of(str head, const char *name) {
    while (head.p) {
        str value = str_cut(&head, '\n'), key = str_cut(&value, ':');
        if (str_eq_nocase(key, str_of(name))) return str_trim(value);
    }
    return (str){ 0 };
}

/* Every recorded delivery in `folder`, given to `each`; how many there were. Without `secrets` the secret is "s": the second session's. */
static size_t for_each_delivery(ctx *c, const char *folder, const json_value *secrets,
                                void (*each)(ctx *c, const shop_access *a, const webhook_delivery *d, void *arg), void *arg) {
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, alphasort);
    size_t deliveries = 0;
    for (int i = 0; i < n; i++) {
        char path[600], id[24] = "";
        size_t length = strlen(names[i]->d_name);
        if (length > 5 && !strcmp(names[i]->d_name + length - 5, ".head")) {
            str head = { 0 }, body = { 0 };
            snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
            assert_ok(c, file_read(c, path, MIB, &head));
            snprintf(path, sizeof path, "%s/%.*s.body", folder, (int)length - 5, names[i]->d_name);
            assert_ok(c, file_read(c, path, MIB, &body));
            snprintf(id, sizeof id, "%.*s", STR_ARG(str_clip(header_of(head, "X-WC-Webhook-ID"), 20)));
            shop_access a = { .store_id = 1, .currency_digits = 2, .webhook_secret = STR("s") };
            if (secrets) a.webhook_secret = jr_string(jr_get(jr_get(secrets, "secret_by_webhook_id"), id));
            webhook_delivery d = { .topic = header_of(head, "X-WC-Webhook-Topic"), .signature = header_of(head, "X-WC-Webhook-Signature"),
                                   .body = body, .content_type = header_of(head, "Content-Type") };
            each(c, &a, &d, arg);
            deliveries++;
        }
        free(names[i]);
    }
    free(names);
    return deliveries;
}

static const json_value *secrets_of(ctx *c) {
    const char *path = test_shared("fixtures/woocommerce/11.0.1/webhooks/secrets.json");
    str text = { 0 };
    const json_value *v = NULL;
    if (!path) return NULL;
    assert_ok(c, file_read(c, path, MIB, &text));
    assert_ok(c, json_parse(c, text, JSON_READ_STRICT, &v));
    return v;
}

static void accepted_and_refused(ctx *c, const shop_access *a, const webhook_delivery *d, void *arg) {
    (void)arg;
    if (!woo()->webhook_is_genuine(c, a, d)) test_fail("refused: topic '%.*s', %.*s", STR_ARG(d->topic), STR_ARG(d->signature));
    if (!d->topic.n) return;                                /* a ping carries no signature */
    for (size_t at = 0; at < d->body.n; at += d->body.n > 40 ? d->body.n / 7 : 1) {
        char *changed = arena_alloc(c->arena, d->body.n);
        memcpy(changed, d->body.p, d->body.n);
        changed[at] ^= 1;
        webhook_delivery bad = *d;
        bad.body = (str){ changed, d->body.n };
        assert_false(woo()->webhook_is_genuine(c, a, &bad));
    }
    webhook_delivery cut = *d, unsigned_one = *d;
    cut.body.n--;
    unsigned_one.signature = (str){ 0 };
    assert_false(woo()->webhook_is_genuine(c, a, &cut));
    assert_false(woo()->webhook_is_genuine(c, a, &unsigned_one));
}

TEST(woo_webhook, accepts_every_recorded_delivery_and_refuses_it_with_one_byte_changed) {
    TEST_CTX(c);
    static const char *const folders[] = { "fixtures/woocommerce/11.0.1/webhooks/deliveries",
                                           "fixtures/woocommerce/11.0.1/webhooks/deliveries-restore-and-force-delete" };
    const json_value *secrets = secrets_of(c);
    skip_without(secrets);
    size_t n = 0;
    for (size_t i = 0; i < COUNT(folders); i++)
        n += for_each_delivery(c, str_cstr(c->arena, str_of(test_shared(folders[i]))), i ? NULL : secrets, accepted_and_refused, NULL);
    assert_true(n >= 100);
}

static void apply_one(ctx *c, const shop_access *a, const webhook_delivery *d, void *arg) { assert_ok(c, woo()->webhook(c, a, d, arg)); }

TEST(woo_webhook, ends_in_the_same_rows_when_all_deliveries_come_twice) {
    TEST_CTX(c);
    const json_value *secrets = secrets_of(c);
    skip_without(secrets);
    const char *folder = str_cstr(c->arena, str_of(test_shared("fixtures/woocommerce/11.0.1/webhooks/deliveries")));
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    for (int round = 0; round < 2; round++) {
        for_each_delivery(c, folder, secrets, apply_one, &s);
        assert_null(memory_find(&m, &order_entity, "644", NULL));       /* arrived in the trash */
        assert_null(memory_find(&m, &customer_entity, "62", NULL));     /* deleted */
        assert_non_null(memory_find(&m, &coupon_entity, "641", NULL));
        assert_str("81", ((const product *)memory_find(&m, &product_entity, "82", NULL))->parent_id);
        assert_str("processing", ((const order *)memory_find(&m, &order_entity, "642", NULL))->status);
        assert_int_equal(6, memory_count(&m, &product_entity));         /* 82 113 169 173 640 643; 640 came back after its deletion */
    }
}

TEST(woo_webhook, takes_a_ping_without_a_signature_and_nothing_else) {
    TEST_CTX(c);
    static const struct { const char *topic, *body; bool ping; } cases[] = {
        { "", "webhook_id=12", true }, { "", "webhook_id=", false }, { "", "webhook_id=12&x=1", false }, { "", "{}", false },
        { "order.created", "webhook_id=12", false }, { "", "webhook_id=-1", false },
    };
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    for (size_t i = 0; i < COUNT(cases); i++) {
        webhook_delivery d = { .topic = str_of(cases[i].topic), .body = str_of(cases[i].body) };
        assert_int_equal(cases[i].ping, woo()->webhook_is_genuine(c, &shop, &d));
        if (cases[i].ping) assert_ok(c, woo()->webhook(c, &shop, &d, &s));
    }
    assert_int_equal(0, m.puts);
    webhook_delivery d = signed_by(c, &shop, "order.created", "{}");
    shop_access without = shop;
    without.webhook_secret = (str){ 0 };
    assert_true(woo()->webhook_is_genuine(c, &shop, &d));
    assert_false(woo()->webhook_is_genuine(c, &without, &d));
}

#define PRODUCT(id, stock, modified) "{\"id\":" id ",\"type\":\"simple\",\"status\":\"publish\",\"manage_stock\":true," \
                                     "\"stock_quantity\":" stock ",\"date_created_gmt\":\"2026-01-01T00:00:00\"," \
                                     "\"date_modified_gmt\":\"" modified "\"}"

static void give(ctx *c, connect_sink *s, const char *topic, const char *body) {
    webhook_delivery d = signed_by(c, &shop, topic, body);
    assert_true(woo()->webhook_is_genuine(c, &shop, &d));
    assert_ok(c, woo()->webhook(c, &shop, &d, s));
}

TEST(woo_webhook, never_lets_an_older_body_overwrite_a_newer_row) {
    TEST_CTX(c);
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    give(c, &s, "product.updated", PRODUCT("5", "3", "2026-02-02T00:00:00"));
    give(c, &s, "product.created", PRODUCT("5", "9", "2026-02-01T00:00:00"));
    const product *p = memory_find(&m, &product_entity, "5", NULL);
    assert_int_equal(3, p->stock_quantity.v);
    give(c, &s, "product.updated", PRODUCT("5", "1", "2026-02-02T00:00:00"));      /* a sale in the same second */
    assert_int_equal(1, ((const product *)memory_find(&m, &product_entity, "5", NULL))->stock_quantity.v);
}

TEST(woo_webhook, believes_a_deletion_only_of_the_kind_it_holds) {
    TEST_CTX(c);
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    give(c, &s, "product.created", PRODUCT("640", "3", "2026-02-02T00:00:00"));
    give(c, &s, "coupon.deleted", "{\"id\":640}");          /* what WooCommerce sends when a product is trashed by REST */
    give(c, &s, "order.deleted", "{\"id\":640}");
    assert_non_null(memory_find(&m, &product_entity, "640", NULL));
    give(c, &s, "coupon.created", "{\"id\":640,\"code\":\"x\",\"date_created_gmt\":\"2026-01-01T00:00:00\"}");
    give(c, &s, "coupon.deleted", "{\"id\":640}");          /* held as both: the sweep will tell */
    assert_non_null(memory_find(&m, &coupon_entity, "640", NULL));
    give(c, &s, "coupon.deleted", "{\"id\":7}");
    assert_int_equal(0, m.removed);
    give(c, &s, "product.created", PRODUCT("641", "3", "2026-02-02T00:00:00"));
    give(c, &s, "product.deleted", "{\"id\":641}");
    give(c, &s, "product.deleted", "{\"id\":641}");
    assert_int_equal(1, m.removed);
}

TEST(woo_webhook, puts_a_variation_in_its_place_and_passes_the_parents_stock_on) {
    TEST_CTX(c);
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    give(c, &s, "product.updated", "{\"id\":11,\"parent_id\":10,\"type\":\"variation\",\"manage_stock\":\"parent\",\"stock_quantity\":4,"
                                   "\"stock_status\":\"instock\",\"date_created_gmt\":\"2026-01-01T00:00:00\"}");
    give(c, &s, "product.updated", "{\"id\":11,\"parent_id\":0,\"type\":\"variation\",\"manage_stock\":\"parent\",\"stock_quantity\":4,"
                                   "\"stock_status\":\"instock\",\"date_created_gmt\":\"2026-01-01T00:00:00\"}");
    assert_str("10", ((const product *)memory_find(&m, &product_entity, "11", NULL))->parent_id);
    give(c, &s, "product.updated", "{\"id\":10,\"type\":\"variable\",\"manage_stock\":true,\"stock_quantity\":0,"
                                   "\"stock_status\":\"outofstock\","
                                   "\"variations\":[11,12],\"date_created_gmt\":\"2026-01-01T00:00:00\"}");
    const product *v = memory_find(&m, &product_entity, "11", NULL);
    assert_int_equal(0, v->stock_quantity.v);
    assert_str("outofstock", v->stock_status);
    assert_null(memory_find(&m, &product_entity, "12", NULL));
}

TEST(woo_webhook, refuses_a_body_that_is_not_what_the_topic_promises) {
    TEST_CTX(c);
    memory_sink m;
    connect_sink s = memory_sink_start(c, &m);
    static const struct { const char *topic, *body; err_code e; } cases[] = {
        { "order.created", "{}", ERR_INVALID }, { "order.created", "[1]", ERR_INVALID },
        { "order.created", "{\"id\":3}", ERR_INVALID },
        { "order.created", "{\"id\":-3}", ERR_INVALID }, { "product.updated", "not json", ERR_INVALID },
        { "order", "{\"id\":3}", ERR_INVALID },
        { "", "{\"id\":3}", ERR_INVALID }, { "product.deleted", "{\"id\":\"x\"}", ERR_INVALID },
        { "order.updated", "{\"id\":3", ERR_INVALID },
        { "action.woocommerce_order_status_completed", "{\"action\":\"x\",\"arg\":638}", ERR_OK },
        { "subscription.created", "{\"id\":1}", ERR_OK },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        webhook_delivery d = signed_by(c, &shop, cases[i].topic, cases[i].body);
        assert_err(cases[i].e, woo()->webhook(c, &shop, &d, &s));
    }
    assert_int_equal(0, m.puts + m.removed);
}
