/* What is learned from the demonstration shop against what its makers know. */
#include "connect/demo.h"
#include "decide/learn.h"
#include "stores/sink.h"
#include "tests/test.h"
#include <stdio.h>
#include <string.h>

static const int64_t a_day = INT64_C(1763640000000);        /* 2025-11-20 12:00 UTC */

/* The demonstration shop of `seed`, copied into a database and learned. */
static void learn_demo(ctx *c, const char *seed, learn_report *ret_report, snapshot **ret_snapshot) {
    time_source t = time_source_manual(a_day);
    const time_source *kept = c->time;
    db *d = NULL;
    store_sink *sink = NULL;
    buf url, path;
    buf_init_in(&url, c->arena, 4096);
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&url, "sqlite:%s/demo.db", test_folder());
    buf_printf(&path, "%s/demo.snap", test_folder());
    assert_ok(c, storage_open(c, &(db_options){ .url = buf_view(&url) }, &d));
    assert_ok(c, storage_migrate(c, d));
    assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 7, .name = STR("demo"), .platform = STR("demo") }));
    assert_ok(c, store_sink_new(c, &(store_sink_options){ .d = d, .store_id = 7 }, &sink));
    c->time = &t;
    assert_ok(c, connect_find(STR("demo"))->sync(c, &(shop_access){ .store_id = 7, .key = str_of(seed), .currency_digits = 2 },
                                     &(sync_plan){ .depth = SYNC_FULL, .max_parallel = 1 }, store_sink_door(sink)));
    assert_ok(c, store_sink_flush(c, sink));
    store_sink_free(sink);
    learn_params p = learn_default_params();
    p.locale = STR("ro_RO");
    assert_ok(c, learn_store(c, d, 7, &p, path.p, ret_report));
    c->time = kept;
    storage_close(d);
    assert_ok(c, snapshot_open(c, path.p, ret_snapshot));
}

/* Facts that hold for a product, as item numbers. */
typedef struct { uint32_t items[64]; uint32_t n; } truths;

static truths truths_of(const snapshot *s, const demo_fact *facts, size_t n, demo_relation relation, uint32_t item) {
    truths t = { .n = 0 };
    for (size_t i = 0; i < n; i++) {
        if (facts[i].relation != relation || snapshot_find_item(s, str_of(facts[i].product_id)) != item) continue;
        uint32_t other = snapshot_find_item(s, str_of(facts[i].other_id));
        if (other != SNAPSHOT_NONE && t.n < COUNT(t.items)) t.items[t.n++] = other;
    }
    return t;
}

static bool is_true(const truths *t, uint32_t item) {
    for (uint32_t i = 0; i < t->n; i++)
        if (t->items[i] == item) return true;
    return false;
}

enum { TOP = 3, ENOUGH_SALES = 10 };

TEST(learn, recovers_what_the_makers_of_the_demonstration_shop_know) {
    /* given the demonstration shop, learned */
    TEST_CTX(c);
    snapshot *s = NULL;
    learn_report r;
    demo_fact *facts = NULL;
    size_t n_facts = 0;
    learn_demo(c, "", &r, &s);
    assert_ok(c, demo_truth(c, &facts, &n_facts));
    /* when each product with some sales shows its best */
    double cross = 0, upgrades = 0;
    int n_cross = 0, n_upgrades = 0;
    for (uint32_t i = 0; i < s->n_items; i++) {
        truths beside = truths_of(s, facts, n_facts, DEMO_COMPLEMENT, i), above = truths_of(s, facts, n_facts, DEMO_UPGRADE, i);
        rule_span rules = snapshot_cross_sell(s, i);
        upsell_span up = snapshot_upsells(s, i);
        if (beside.n && s->items[i].sales >= ENOUGH_SALES) {
            uint32_t most = beside.n < TOP ? beside.n : TOP, hits = 0;
            for (uint32_t k = 0; k < rules.n && k < TOP; k++) hits += is_true(&beside, rules.p[k].item);
            cross += (double)(hits < most ? hits : most) / most;
            n_cross++;
        }
        bool hit = false;
        for (uint32_t k = 0; k < up.n && k < TOP; k++) hit |= is_true(&above, up.p[k].item);
        if (above.n && up.n) upgrades += hit, n_upgrades++;
    }
    print_message("# precision@3 of cross-sell %.3f over %d products, hit@3 of upsell %.3f over %d\n", cross / n_cross, n_cross,
                  upgrades / n_upgrades, n_upgrades);
    print_message("# personal model %s, HR@10 %.3f, of popularity %.3f, %u tried in %.2f s\n", r.personal.model, r.personal.hit_rate.value,
                  r.personal.popular.value, r.personal.tried, r.personal.seconds);
    for (size_t i = 0; i < COUNT(r.ranked) && r.ranked[i].kind; i++)
        print_message("# ranker, %s: HR@10 %.3f to %.3f, MRR@10 %.3f to %.3f over %u questions%s, promised %.3f came %.3f\n",
            r.ranked[i].kind,
                      r.ranked[i].hit_rate_rules, r.ranked[i].hit_rate_ranker, r.ranked[i].rank_rules, r.ranked[i].rank_ranker,
                      r.ranked[i].questions, r.ranked[i].used ? ", used" : "", r.ranked[i].said, r.ranked[i].came);
    print_message("# HR@10 %.3f, of popularity %.3f; %.0f KB\n", r.hit_rate, r.hit_rate_popular, (double)r.bytes / 1024);
    /* then it is what goes together and what is next on the ladder */
    assert_true(n_cross >= 60 && cross / n_cross >= 0.75);
    assert_true(n_upgrades >= 50 && upgrades / n_upgrades >= 0.78);
    assert_true(r.hit_rate > 1.2 * r.hit_rate_popular);
    assert_true(r.bytes < 2 * MIB);
    snapshot_close(s);
}
