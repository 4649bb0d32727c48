/* Products without any sale in the demonstration shop: who gets to see them? A fifth of the products is stripped of all its sales;
 * then everybody who really bought one of them is asked what of these newcomers suits him, by the rest of his history. */
#include "connect/demo.h"
#include "decide/shop_interactions.h"
#include "features/facts.h"
#include "models/rows.h"
#include "stores/sink.h"
#include "tests/test.h"

static const int64_t a_day = INT64_C(1763640000000);        /* 2025-11-20 12:00 UTC */
enum { ONE_IN = 5, TOP = 10 };

static void load_demo(ctx *c, shop_data *ret_shop, shop_facts *ret_facts) {
    time_source t = time_source_manual(a_day);
    const time_source *kept = c->time;
    db *d = NULL;
    store_sink *sink = NULL;
    buf url;
    buf_init_in(&url, c->arena, 4096);
    buf_printf(&url, "sqlite:%s/cold.db", test_folder());
    assert_ok(c, storage_open(c, &(db_options){ .url = buf_view(&url) }, &d));
    assert_ok(c, storage_migrate(c, d));
    assert_ok(c, storage_put(c, d, &store_entity, &(store){ .store_id = 7, .name = STR("demo"), .platform = STR("demo") }));
    assert_ok(c, store_sink_new(c, &(store_sink_options){ .d = d, .store_id = 7 }, &sink));
    c->time = &t;
    assert_ok(c, connect_find(STR("demo"))->sync(c, &(shop_access){ .store_id = 7, .key = STR(""), .currency_digits = 2 },
                                     &(sync_plan){ .depth = SYNC_FULL, .max_parallel = 1 }, store_sink_door(sink)));
    assert_ok(c, store_sink_flush(c, sink));
    store_sink_free(sink);
    assert_ok(c, features_load_shop(c, d, 7, a_day, ret_shop));
    c->time = kept;
    storage_close(d);
    assert_ok(c, facts_of_shop(c, ret_shop, STR("ro_RO"), ret_facts));
}

static bool is_newcomer(uint32_t item) { return item % ONE_IN == 2; }

/* The same people without what they did with newcomers. */
static interactions without_newcomers(ctx *c, const interactions *x) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)x->n_users + 1), n = 0, all = x->start[x->n_users];
    uint32_t *item = arena_new(c->arena, uint32_t, all);
    int64_t *time_ms = arena_new(c->arena, int64_t, all);
    for (uint32_t u = 0; u < x->n_users; u++) {
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++)
            if (!is_newcomer(x->item[e])) item[n] = x->item[e], time_ms[n++] = x->time_ms[e];
        start[u + 1] = n;
    }
    interactions y = *x;
    y.start = start, y.item = item, y.time_ms = time_ms, y.visit = NULL, y.weight = NULL;
    return y;
}

/* Share of newcomers really bought that stand among the TOP newcomers of their buyer. */
static double share_found(ctx *c, const model *m, const interactions *all, const interactions *known, uint32_t *ret_n) {
    float *scores = arena_new(c->arena, float, all->n_items);
    uint32_t found = 0, asked = 0;
    for (uint32_t u = 0; u < all->n_users; u++) {
        if (known->start[u + 1] - known->start[u] < 3) continue;    /* hardly anything is known of him */
        bool scored = false;
        for (uint64_t e = all->start[u]; e < all->start[u + 1]; e++) {
            uint32_t item = all->item[e], before = 0;
            if (!is_newcomer(item)) continue;
            history h = interactions_history(known, u);
            h.user = MODEL_NOBODY;
            if (!scored) assert_ok(c, model_score(c, m, &h, 1, scores));
            scored = true;
            for (uint32_t i = 0; i < all->n_items; i++)
                before += is_newcomer(i) && (scores[i] > scores[item] || (scores[i] == scores[item] && i < item));
            found += before < TOP;
            asked++;
        }
    }
    *ret_n = asked;
    return asked ? (double)found / asked : 0;
}

static double measure(ctx *c, const char *name, const interactions *all, const interactions *known) {
    const model_row *row = model_named(str_of(name));
    model_options o = model_default_options(row);
    model m;
    uint32_t n = 0;
    assert_ok(c, model_fit(c, row, known, &o, &m));
    double found = share_found(c, &m, all, known, &n);
    print_message("# newcomers: %s finds %.3f of %u sales among the first %d\n", name, found, n, TOP);
    return found;
}

TEST(cold_start, products_nobody_bought_reach_those_who_would) {
    /* given the demonstration shop, a fifth of its products without sales */
    TEST_CTX(c);
    shop_data shop;
    shop_facts facts;
    interactions all;
    load_demo(c, &shop, &facts);
    assert_ok(c, shop_interactions(c, &shop, &facts.matrix, &all));
    interactions known = without_newcomers(c, &all), bare = known;
    bare.facts = NULL;
    uint32_t newcomers = 0;
    for (uint32_t i = 0; i < all.n_items; i++) newcomers += is_newcomer(i);
    double chance = (double)TOP / newcomers;
    /* when their buyers are asked, by all models that could know */
    double popular = measure(c, "popularity", &all, &known), content = measure(c, "content", &all, &known);
    double ids_only = measure(c, "two_tower", &all, &bare), two_tower = measure(c, "two_tower", &all, &known);
    /* then what is known of them finds them, and nothing else does */
    print_message("# newcomers: chance %.3f\n", chance);
    assert_true(popular < 2 * chance && ids_only < 2 * chance);
    assert_true(content > 3.5 * chance && two_tower > 3.5 * chance);
    assert_true(two_tower > 0.85 * content);                        /* level with it here: tastes of this shop follow its departments */
}
