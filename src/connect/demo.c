/* The connector row of the demonstration shop. It does NOT know the assortment: demo_kinds.c and demo_tables.c do. */
#include "connect/demo.h"
#include "base/parse.h"
#include "connect/demo_int.h"
#include "connect/platforms_int.h"
#include "connect/woo_int.h"
#include <stdio.h>

static err_code read_seed(ctx *c, const shop_access *a, uint64_t *ret_seed) {
    *ret_seed = DEMO_SEED;
    if (a->key.n && !parse_u64(a->key, ret_seed)) return fail_field(c, ERR_INVALID, "key",
            "the seed of a demonstration shop is a whole number");
    return ERR_OK;
}

static err_code demo_open(ctx *c, const shop_access *a, demo_shop *s) {
    uint64_t seed;
    TRY(read_seed(c, a, &seed));
    TRY(demo_shop_init(c, s, seed, ctx_now_ms(c)));
    s->store_id = a->store_id;
    s->url = a->url;
    s->persons = arena_new(c->arena, demo_person, DEMO_CUSTOMERS + DEMO_GUESTS);
    if (!s->persons) return fail(c, ERR_NO_MEMORY, "no memory for the customers of the demonstration shop");
    for (int i = 0; i < DEMO_CUSTOMERS + DEMO_GUESTS; i++) TRY(demo_person_make(c, s, i, &s->persons[i]));
    return ERR_OK;
}

static err_code demo_test(ctx *c, const shop_access *a, connect_report *ret_report) {
    uint64_t seed;
    TRY(read_seed(c, a, &seed));
    *ret_report = (connect_report){ .ok = true, .sentence = STR("The demonstration shop is always there."), .title = STR("Vitrine Demo"),
                                    .version = STR("1"), .currency = STR("RON"), .products = -1, .orders = -1,
                                            .customers = DEMO_CUSTOMERS };
    return ERR_OK;
}

static const struct {
    const char *resource;
    err_code (*put)(ctx *c, const demo_shop *s, const connect_sink *sink);
} steps[] = {
    { "categories", demo_put_categories }, { "products", demo_put_products }, { "customers", demo_put_customers },
    { "orders", demo_put_orders }, { "reviews", demo_put_reviews }, { "coupons", demo_put_coupons },
};

static err_code demo_sync(ctx *c, const shop_access *a, const sync_plan *p, const connect_sink *sink) {
    (void)p;                                                /* everything is made anew each time; the sink keeps what did not change */
    demo_shop s;
    TRY(demo_open(c, a, &s));
    TRY(sink->shop(c, sink->self, &(store){ .store_id = a->store_id, .title = STR("Vitrine Demo"), .currency = STR("RON"),
            .locale = STR("ro"),
                                            .time_zone = STR("Europe/Bucharest"), .prices_include_tax = true, .tax_display = STR("incl"),
                                            .platform_version = STR("1"), .url = s.url }));
    for (size_t i = 0; i < COUNT(steps); i++) {
        TRY(steps[i].put(c, &s, sink));
        sync_cursor done = { .store_id = a->store_id, .resource = str_of(steps[i].resource), .watermark_ms = s.now_ms,
                .complete = true };
        TRY(sink->checkpoint(c, sink->self, &done));
        if (sink->progress)
            sink->progress(c, sink->self, &(sync_progress){ .step = done.resource, .done = (int64_t)i + 1,
                    .total = COUNT(steps), .seconds_left = -1 });
    }
    return ERR_OK;
}

/* Its front (src/front) tells of orders placed there, signed, as WooCommerce writes them. */
static bool demo_webhook_is_genuine(ctx *c, const shop_access *a, const webhook_delivery *d) {
    return d->topic.n && woo_webhook_is_genuine(c, a, d);
}

static err_code demo_webhook(ctx *c, const shop_access *a, const webhook_delivery *d, const connect_sink *sink) {
    if (!str_eq(d->topic, STR("order.created"))) return fail(c, ERR_INVALID, "the demonstration shop tells of new orders only");
    return woo_webhook(c, a, d, sink);
}

static err_code demo_webhooks_ensure(ctx *c, const shop_access *a, webhook **ret_rows, size_t *ret_n) {
    (void)c, (void)a;                                       /* there is nothing to make */
    *ret_rows = NULL;
    *ret_n = 0;
    return ERR_OK;
}

const connector demo_connector = { .platform = "demo", .test = demo_test, .sync = demo_sync,
        .webhook_is_genuine = demo_webhook_is_genuine,
                                   .webhook = demo_webhook, .webhooks_ensure = demo_webhooks_ensure };

static void state(demo_fact *f, demo_relation relation, int id, int other, double strength) {
    *f = (demo_fact){ .relation = relation, .strength = strength };
    snprintf(f->product_id, sizeof f->product_id, "%d", id);
    snprintf(f->other_id, sizeof f->other_id, "%d", other);
}

err_code demo_truth(ctx *c, demo_fact **ret_facts, size_t *ret_n) {
    demo_shop s;
    TRY(demo_shop_init(c, &s, DEMO_SEED, ctx_now_ms(c)));
    demo_fact *facts = arena_new(c->arena, demo_fact, (n_demo_pairs + DEMO_KINDS) * DEMO_MOST_RUNGS);
    if (!facts) return fail(c, ERR_NO_MEMORY, "no memory for the truth of the demonstration shop");
    size_t n = 0;
    for (int i = 0; i < s.n_pairs; i++)
        for (int m = s.kind_first[s.pairs[i].from]; m < s.kind_first[s.pairs[i].from + 1]; m++)
            state(&facts[n++], DEMO_COMPLEMENT, s.models[m].id, s.models[demo_partner(&s, s.pairs[i].to,
                    s.models[m].rung)].id,
                  s.pairs[i].p * DEMO_PARTNER_PERCENT / 100);
    for (size_t m = 0; m + 1 < s.n_models; m++)
        if (s.models[m].kind == s.models[m + 1].kind) state(&facts[n++], DEMO_UPGRADE, s.models[m].id, s.models[m + 1].id, 1);
    *ret_facts = facts;
    *ret_n = n;
    return ERR_OK;
}
