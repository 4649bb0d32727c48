/* Deliveries through a connector made for the test: signature, transaction, mark, repetition. */
#include "stores/webhooks.h"
#include <string.h>
#include "stores/stores.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static bool genuine(ctx *c, const shop_access *a, const webhook_delivery *w) {
    (void)c;
    return str_eq(w->signature, a->webhook_secret);
}

/* The body is the name of product 7; "bad" fails after the first row was put. */
static err_code apply(ctx *c, const shop_access *a, const webhook_delivery *w, const connect_sink *s) {
    product p = { .store_id = a->store_id, .product_id = STR("7"), .name = w->body };
    TRY(s->put(c, s->self, &(record){ .e = &product_entity, .row = &p }, NULL));
    return str_eq(w->body, STR("bad")) ? fail(c, ERR_INVALID, "the body is not a product") : ERR_OK;
}

static const connector fake = { .platform = "fake", .webhook_is_genuine = genuine, .webhook = apply };

#define HOOKS(c)                                                                                                        \
    TEST_CTX(c);                                                                                                        \
    assert_ok(c, crypto_start(c));                                                                                      \
    db_options o;                                                                                                       \
    db *d = test_database(c, &backends[0], &o);                                                                         \
    store shop;                                                                                                         \
    seal_key seal;                                                                                                      \
    crypto_random(&seal, sizeof seal);                                                                                  \
    assert_ok(c, store_create(c, d, &(store_order){ .name = STR("shop"), .platform = STR("import") }, &shop));          \
    assert_ok(c, store_ensure_webhook_secret(c, d, &seal, 1));                                                          \
    shop_access access;                                                                                                 \
    assert_ok(c, store_access(c, d, &seal, 1, &access));                                                                \
    committer *m = NULL;                                                                                                \
    assert_ok(c, committer_new(c, &o, 16, &m));                                                                         \
    webhook_work w = { .store_id = 1, .seal = &seal, .home = c->arena, .platform = &fake,                               \
                       .delivery = { .topic = STR("product.updated"), .signature = access.webhook_secret, .body = STR("Ceas") } }

#define HOOKS_END() (committer_free(m), storage_close(d))

TEST(webhooks, are_applied_once_and_marked) {
    HOOKS(c);
    assert_ok(c, webhook_verify(c, d, &w));
    assert_ok(c, committer_wait(c, m, webhook_apply, &w));
    assert_int_equal(1, w.changes.rows_new);
    assert_int_equal(1, w.changes.products.n);
    assert_str("7", w.changes.products.ids[0]);
    assert_ok(c, committer_wait(c, m, webhook_apply, &w));                      /* shops send twice */
    assert_int_equal(0, w.changes.rows_new);
    assert_int_equal(0, w.changes.products.n);
    webhook row = { .store_id = 1, .topic = STR("product.updated") };
    assert_ok(c, storage_get(c, d, &webhook_entity, &row));
    assert_int_equal(2, row.received);
    assert_true(row.received_ms > 0);
    HOOKS_END();
}

TEST(webhooks, change_nothing_when_unsigned_or_broken) {
    HOOKS(c);
    char *forged = (char *)(uintptr_t)str_dup(c->arena, access.webhook_secret).p;
    forged[0] ^= 1;
    const struct { int64_t store_id; str signature, topic, body; const connector *k; err_code e; } cases[] = {
        { 1, { forged, access.webhook_secret.n }, STR("product.updated"), STR("Ceas"), &fake, ERR_UNAUTHORIZED },
        { 1, STR(""), STR("product.updated"), STR("Ceas"), &fake, ERR_UNAUTHORIZED },
        { 1, access.webhook_secret, STR("product.updated"), STR("bad"), &fake, ERR_INVALID },
        { 1, access.webhook_secret, STR("x'; DROP"), STR("Ceas"), &fake, ERR_INVALID },
        { 1, access.webhook_secret, STR("product.updated"), STR("Ceas"), NULL, ERR_NOT_FOUND },    /* no shop behind it */
        { 9, access.webhook_secret, STR("product.updated"), STR("Ceas"), &fake, ERR_NOT_FOUND },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        w.store_id = cases[i].store_id;
        w.platform = cases[i].k;
        w.delivery = (webhook_delivery){ .topic = cases[i].topic, .signature = cases[i].signature, .body = cases[i].body };
        assert_err(cases[i].e, committer_wait(c, m, webhook_apply, &w));
    }
    static const entity *const tables[] = { &product_entity, &webhook_entity };
    for (size_t i = 0; i < COUNT(tables); i++) {
        int64_t n = -1;
        assert_ok(c, storage_count(c, d, tables[i], 1, &n));
        assert_int_equal(0, n);
    }
    w.store_id = 1, w.platform = &fake;
    assert_err(ERR_INTERNAL, webhook_apply(c, d, &w));                          /* outside a transaction */
    HOOKS_END();
}

TEST(webhooks, accept_a_ping) {
    HOOKS(c);
    w.delivery.topic = STR("");
    assert_ok(c, committer_wait(c, m, webhook_apply, &w));
    assert_true(w.ping);
    int64_t n = -1;
    assert_ok(c, storage_count(c, d, &product_entity, 1, &n));
    assert_int_equal(0, n);
    HOOKS_END();
}
