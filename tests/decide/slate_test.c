/* What a list keeps to besides order, and how it follows the visitor. */
#include "decide/candidate_features.h"
#include "tests/decide/fake_shop.h"
#include "tests/test.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Forty mugs and forty cups of two brands, dearer by number; each mug goes with the cup of its number. */
static void crockery(fake_shop *f, ctx *c) {
    fake_init(f, c, 100, 200);
    f->with_models = true;
    for (int i = 0; i < 40; i++) {
        char mug[16], cup[16];
        snprintf(mug, sizeof mug, "mug%02d", i);
        snprintf(cup, sizeof cup, "cup%02d", i);
        fake_product(f, mug, "mugs", 1000 + 10 * i);
        f->brand[f->n - 1] = i % 4 ? "clay" : "glass";
        f->popularity[f->n - 1] = 0.05f - 0.001f * (float)i;
        fake_product(f, cup, "cups", 1000 + 10 * i);
        f->brand[f->n - 1] = i % 4 ? "clay" : "glass";
        fake_says(f, FAKE_CROSS, mug, cup, 0.3f);
    }
}
#define CROCKERY(f, c)                                       \
    TEST_CTX(c);                                             \
    time_source clock_of_test = time_source_manual(FAKE_NOW); \
    c->time = &clock_of_test;                                \
    AUTO_FAKE f;                                             \
    crockery(&f, c)

static size_t count_like(const recommend_answer *a, const recommended *x, bool by_brand) {
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += by_brand ? a->items[i].item->brand == x->item->brand : a->items[i].item->main_category == x->item->main_category;
    return n;
}

#define at_home ((recommend_query){ .placement = STR("home"), .source = SOURCE_ALL, .n = 8 })

TEST(slate, keeps_quotas_of_brands_and_categories) {
    CROCKERY(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    static const struct { size_t brand, kind, n; } cases[] = { { 2, 0, 4 }, { 1, 0, 2 }, { 0, 3, 6 }, { 3, 1, 2 }, { 4, 4, 8 },
        { 50, 50, 8 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        recommend_query q = at_home;
        q.slate = (slate_rules){ .max_per_brand = cases[i].brand, .max_per_category = cases[i].kind };
        recommend_answer a = fake_ask(&f, s, &q);
        assert_int_equal(cases[i].n, a.n);              /* two brands, two categories: no more can be shown */
        for (size_t k = 0; k < a.n; k++) {
            assert_true(!cases[i].brand || count_like(&a, &a.items[k], true) <= cases[i].brand);
            assert_true(!cases[i].kind || count_like(&a, &a.items[k], false) <= cases[i].kind);
        }
    }
}

TEST(slate, takes_the_stores_quotas_where_the_request_has_none) {
    CROCKERY(f, c);
    f.settings = "{\"max_per_brand\":1,\"explore_slots\":0,\"diversity_percent\":50,\"new_slots\":\"many\"}";
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    assert_int_equal(2, fake_ask(&f, s, &at_home).n);
    recommend_query q = at_home;
    q.slate.max_per_brand = 3;
    assert_int_equal(6, fake_ask(&f, s, &q).n);
}

TEST(slate, makes_room_for_newcomers) {
    CROCKERY(f, c);
    for (size_t i = 0; i < f.n; i++) f.rows[i].created_ms = FAKE_NOW - 500ll * MS_PER_DAY;
    product *fresh = fake_product(&f, "jug", "jugs", 5000);
    fresh->created_ms = FAKE_NOW - 55ll * MS_PER_DAY;
    f.popularity[f.n - 1] = -1;                         /* not known when the shop was learned */
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = at_home;
    q.n = 4;
    q.placement = STR("account");
    recommend_event seen[] = { { .product_id = STR("mug03"), .kind = EVENT_CART } };
    q.history = (recommend_events){ seen, 1 };
    assert_int_equal(-1, fake_place(&(recommend_answer[]){ fake_ask(&f, s, &q) }[0], "jug"));
    q.slate.new_slots = 1;
    recommend_answer a = fake_ask(&f, s, &q);
    assert_true(fake_place(&a, "jug") >= 0);
    assert_int_equal(4, a.n);
}

TEST(slate, explores_with_known_chance_and_can_be_made_again) {
    CROCKERY(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = at_home;
    q.slate.explore_slots = 2;
    q.visitor_id = STR("v1");
    recommend_answer a = fake_ask(&f, s, &q), again = fake_ask(&f, s, &q);
    size_t explored = 0;
    for (size_t i = 0; i < a.n; i++) {
        assert_ptr_equal(a.items[i].item, again.items[i].item);
        explored += a.items[i].explored;
        assert_true(a.items[i].explored ? i >= 6 && a.items[i].propensity > 0 && a.items[i].propensity < 0.2 : a.items[i].propensity == 1);
    }
    assert_int_equal(8, a.n);
    assert_int_equal(2, explored);
    /* over many visitors each one next in line is drawn about as often as its propensity says */
    double drawn = 0, visitors = 400;
    const catalogue_item *one = a.items[7].item;
    for (int i = 0; i < (int)visitors; i++) {
        char id[16];
        snprintf(id, sizeof id, "w%d", i);
        q.visitor_id = str_of(id);
        recommend_answer b = fake_ask(&f, s, &q);
        for (size_t k = 6; k < b.n; k++) drawn += b.items[k].item == one;
    }
    assert_true(fabs(a.items[7].propensity - drawn / visitors) < 0.03);
}

TEST(slate, pays_for_variety_from_its_budget) {
    CROCKERY(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    double sums[3], categories[3];
    static const double budgets[3] = { 0, 0.02, 0.5 };
    for (size_t i = 0; i < 3; i++) {
        recommend_query q = at_home;
        q.slate.diversity.v = budgets[i], q.slate.diversity.known = true;
        recommend_answer a = fake_ask(&f, s, &q);
        sums[i] = categories[i] = 0;
        for (size_t k = 0; k < a.n; k++) {
            sums[i] += a.items[k].score;
            categories[i] += 1 / (double)count_like(&a, &a.items[k], false);
        }
        assert_true(sums[i] >= (1 - budgets[i]) * sums[0] - 1e-9);
    }
    assert_true(categories[2] > categories[0]);         /* mugs sell best: only what is paid brings cups in */
}

/* ---- the visitor ---- */
static recommend_answer after(fake_shop *f, const serving *s, const recommend_event *newest_first, size_t n) {
    recommend_query q = at_home;
    q.history = (recommend_events){ newest_first, n };
    q.source = SOURCE_PERSONAL;
    q.n = 3;
    return fake_ask(f, s, &q);
}

TEST(visitor, changes_the_scores_with_the_very_next_event) {
    CROCKERY(f, c);
    f.n_rules[FAKE_SIMILAR] = 0;
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const recommend_event events[] = { { .product_id = STR("mug09") }, { .product_id = STR("mug05") } };
    recommend_answer before = after(&f, s, events + 1, 1), then = after(&f, s, events, 2);
    assert_int_equal(0, fake_place(&before, "cup05"));
    assert_int_equal(-1, fake_place(&before, "cup09"));
    assert_int_equal(0, fake_place(&then, "cup09"));
    assert_int_equal(1, fake_place(&then, "cup05"));
}

TEST(visitor, counts_a_purchase_more_than_a_look_and_what_was_sent_back_not_at_all) {
    CROCKERY(f, c);
    f.with_models = false;                              /* they have their own measure of time */
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const recommend_event looked[] = { { .product_id = STR("mug09") }, { .product_id = STR("mug05") } };
    const recommend_event bought[] = { { .product_id = STR("mug09") }, { .product_id = STR("mug05"), .kind = EVENT_PURCHASE } };
    const recommend_event sent_back[] = { { .product_id = STR("mug05"), .kind = EVENT_REFUND }, bought[0], bought[1] };
    const recommend_event long_ago[] = { looked[0], { STR("mug05"), EVENT_PURCHASE, FAKE_NOW - 900ll * MS_PER_DAY } };
    recommend_answer a = after(&f, s, looked, 2);
    assert_int_equal(0, fake_place(&a, "cup09"));
    a = after(&f, s, bought, 2);
    assert_int_equal(0, fake_place(&a, "cup05"));
    a = after(&f, s, sent_back, 3);
    assert_int_equal(-1, fake_place(&a, "cup05"));
    a = after(&f, s, long_ago, 2);
    assert_int_equal(0, fake_place(&a, "cup09"));
}

TEST(visitor, is_answered_by_the_model_where_no_rule_speaks) {
    CROCKERY(f, c);
    fake_says(&f, FAKE_CROSS, "mug00", "cup01", 0.2f);  /* so mug00 and mug01 have a cup in common */
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const recommend_event seen[] = { { .product_id = STR("cup01") } };      /* rules lead from mugs to cups only */
    recommend_answer a = after(&f, s, seen, 1);
    assert_true(fake_place(&a, "mug01") >= 0);
    assert_string_equal("your_taste", a.items[fake_place(&a, "mug01")].reason);
    assert_null(a.items[fake_place(&a, "mug01")].anchor);
    assert_str("Ales pentru tine", a.items[fake_place(&a, "mug01")].message);
}

/* ---- ranker ---- */
/* A ranker that wants one thing only: dear products. */
static str dear_ones(ctx *c) {
    enum { ROWS = 400 };
    float *x = arena_new(c->arena, float, (size_t)ROWS * n_candidate_features);
    uint8_t *label = arena_new(c->arena, uint8_t, ROWS);
    uint32_t price = 0;
    while (strcmp(candidate_feature_rows[price].name, "price") != 0) price++;
    for (uint32_t i = 0; i < ROWS; i++) {
        x[i * n_candidate_features + price] = 6.9f + 0.5f * (float)i / ROWS;
        label[i] = i > ROWS / 2;
    }
    ranker_params p = ranker_default_params();
    p.kind = RANKER_LOGISTIC;
    ranker k;
    buf out;
    buf_init_in(&out, c->arena, 1 << 20);
    assert_ok(c, ranker_fit(c, &(ranker_rows){ .x = x, .label = label, .n = ROWS, .width = n_candidate_features }, &p, &k));
    assert_ok(c, ranker_save(c, &k, &out));
    return buf_view(&out);
}

TEST(ranker, orders_the_questions_it_was_chosen_for) {
    CROCKERY(f, c);
    f.ranker = dear_ones(c);
    f.ranked = SNAPSHOT_RANKS_STRANGER_PRODUCT;
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    recommend_query q = { .product_id = STR("mug00"), .source = SOURCE_ALL, .n = 5 };
    recommend_answer a = fake_ask(&f, s, &q);
    assert_string_equal("ranker", a.strategy);
    for (size_t i = 0; i < a.n; i++) {
        assert_true(a.items[i].price_minor > 1300);
        assert_true(a.items[i].probability > 0.5 && a.items[i].probability <= 1);
    }
    assert_string_equal("rules", fake_ask(&f, s, &at_home).strategy);                /* not chosen for visitors */
    q.placement = STR("similar");
    assert_string_equal("rules", fake_ask(&f, s, &q).strategy);                      /* a place that is not about the next purchase */
    q.placement = STR(""), q.source = SOURCE_CROSS_SELL;
    assert_int_equal(0, fake_place(&(recommend_answer[]){ fake_ask(&f, s, &q) }[0], "cup00"));
}

TEST(ranker, is_told_finite_numbers_whatever_the_request) {
    CROCKERY(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    for (uint32_t i = 0; i < n_candidate_features; i++) assert_true(candidate_feature_rows[i].name[0] && candidate_feature_rows[i].what[0]);
    const str cart[] = { STR("mug01"), STR("no such thing"), STR("cup02") };
    const recommend_event past[] = { { STR("mug03"), EVENT_CART, 1 }, { STR("cup03"), EVENT_PURCHASE, INT64_MAX }, { STR("x"),
        EVENT_VIEW, 0 } };
    const recommend_query queries[] = {
        at_home, { .product_id = STR("mug07"), .source = SOURCE_ALL }, { .cart = { cart, 3 }, .source = SOURCE_ALL },
        { .history = { past, 3 }, .source = SOURCE_ALL }, { .product_id = STR("gone"), .history = { past, 3 }, .source = SOURCE_ALL },
    };
    for (size_t i = 0; i < COUNT(queries); i++) {
        request *r = NULL;
        pool h;
        assert_ok(c, request_open(c, s, &queries[i], &r));
        assert_ok(c, personal_score(r, 0));
        assert_ok(c, candidates_gather(r));
        assert_ok(c, pool_best(r, POOL_MOST, &h));
        assert_true(h.n > 0);
        float *x = arena_new(c->arena, float, h.n * n_candidate_features);
        candidate_features(r, &h, x);
        for (size_t k = 0; k < h.n * n_candidate_features; k++)
            if (!(x[k] > -1e7f && x[k] < 1e7f)) test_fail("request %zu: %s is no number", i,
                candidate_feature_rows[k % n_candidate_features].name);
    }
}

static bool near(float wanted, float got, double most) { return fabs((double)(wanted - got)) <= most; }

static size_t column_of(const char *name) {
    for (size_t i = 0; i < n_candidate_features; i++)
        if (strcmp(candidate_feature_rows[i].name, name) == 0) return i;
    test_fail("no feature %s", name);
    return 0;
}

TEST(ranker, is_told_what_a_candidate_shares_with_the_product_asked_about_and_with_pages_opened) {
    /* given: a mug's page, and somebody who opened another mug before */
    CROCKERY(f, c);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    const snapshot *snap = s->loaded->snap;
    const recommend_event past[] = { { STR("mug03"), EVENT_VIEW, 1 } };
    const recommend_query q = { .product_id = STR("mug07"), .history = { past, 1 }, .source = SOURCE_ALL };
    request *r = NULL;
    pool h;
    assert_ok(c, request_open(c, s, &q, &r));
    assert_ok(c, personal_score(r, 0));
    assert_ok(c, candidates_gather(r));
    assert_ok(c, pool_best(r, POOL_MOST, &h));
    float *x = arena_new(c->arena, float, h.n * n_candidate_features);
    candidate_features(r, &h, x);
    /* then each row holds the sums over the marks, told bit by bit */
    uint32_t page = r->anchors[0].learned, shared_somewhere = 0;
    for (size_t i = 0; i < h.n; i++) {
        uint32_t item = serving_item_of(s, h.p[i]->slot);
        float bought = 0, clicked = 0, taste = 0;
        for (size_t m = 0; m < SNAPSHOT_MARKS; m++) {
            if (!(snap->marks[item] >> m & 1)) continue;
            const snapshot_mark *worth = &snap->mark_worth[m + (snap->kind_of[item] == snap->kind_of[page] ? SNAPSHOT_MARKS : 0)];
            if (snap->marks[page] >> m & 1) bought += worth->bought, clicked += worth->clicked, shared_somewhere++;
            for (uint32_t e = 0; e < r->events.n; e++)
                if (snap->marks[r->events.item[e]] >> m & 1) taste += snap->mark_worth[m + SNAPSHOT_MARKS].viewed;
        }
        const float *row = x + i * n_candidate_features;
        assert_true(near(bought, row[column_of("bought_marks")], 1e-6));
        assert_true(near(clicked, row[column_of("clicked_marks")], 1e-6));
        assert_true(near(taste, row[column_of("taste")], 1e-5));
        float kin = snap->kin[snap->kind_of[page] * snap->n_kinds + snap->kind_of[item]].clicked;
        assert_true(near(kin + clicked + snap->viewed[item] + snap->liked[item], row[column_of("appeal")], 1e-5));
        assert_true(row[column_of("kind_viewed")] == 0);        /* the page says what kinds are wanted */
    }
    assert_true(shared_somewhere > 0 && r->events.n >= 2);
}

/* ---- the best of a model's scores ---- */
TEST(personal, finds_the_best_scores_as_a_plain_scan_does) {
    TEST_CTX(c);
    static const uint32_t sizes[] = { 1, 15, 16, 17, 1000, 5003 };
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (int kind = 0; kind < 4; kind++) {
            uint32_t n = sizes[s], k = 150;
            float *scores = arena_new(c->arena, float, n);
            for (uint32_t i = 0; i < n; i++) {
                float u = (float)rng_unit(&c->random);
                scores[i] = kind == 0 ? u - 0.5f : kind == 1 ? (u < 0.01f) : kind == 2 ? 1 : i % 5 ? u : NAN;
            }
            topk plain = { arena_new(c->arena, topk_entry, k), 0, k }, fast;
            for (uint32_t i = 0; i < n; i++)
                if (scores[i] > 0) topk_offer(&plain, i, scores[i]);
            topk_sort(&plain);
            assert_ok(c, personal_best(c, scores, n, k, &fast));
            assert_int_equal(plain.n, fast.n);
            for (uint32_t i = 0; i < plain.n; i++) assert_int_equal(plain.entry[i].item, fast.entry[i].item);
        }
}

/* 240 products, each bought with the four after it: more than any answer takes from a model. */
static void row_of_shelves(fake_shop *f, ctx *c, const char *personal) {
    enum { PRODUCTS = 240, NEAR = 4 };
    char id[PRODUCTS][16];
    fake_init(f, c, PRODUCTS, (size_t)PRODUCTS * NEAR);
    f->with_models = true, f->personal = personal;
    for (int i = 0; i < PRODUCTS; i++) {
        snprintf(id[i], sizeof id[i], "p%d", i);
        fake_product(f, id[i], i % 2 ? "shelves" : "lamps", 1000 + i);
    }
    for (int i = 0; i < PRODUCTS * NEAR; i++)
        fake_says(f, FAKE_CROSS, id[i / NEAR], id[(i / NEAR + 1 + i % NEAR) % PRODUCTS], 0.2f);
    fake_publish(f, true);
}

typedef struct { request *r; pool h; float *x; } gathered;

static gathered gather(ctx *c, const serving *s, const recommend_query *q, uint32_t search_from) {
    gathered g;
    assert_ok(c, request_open(c, s, q, &g.r));
    assert_ok(c, personal_score(g.r, search_from));
    assert_ok(c, candidates_gather(g.r));
    assert_ok(c, pool_best(g.r, POOL_MOST, &g.h));
    g.x = arena_new(c->arena, float, g.h.n * n_candidate_features);
    candidate_features(g.r, &g.h, g.x);
    return g;
}

static void assert_same_candidates(const gathered *a, const gathered *b) {
    assert_int_equal(a->r->n_candidates, b->r->n_candidates);
    for (uint32_t i = 0; i < a->r->n_candidates; i++) {
        const candidate *x = &a->r->candidates[i], *y = &b->r->candidates[i];
        if (x->slot != y->slot || x->of[SOURCE_PERSONAL] != y->of[SOURCE_PERSONAL] || x->relevance != y->relevance)
            test_fail("candidate %u: product %u of %.9g, by all scores %u of %.9g", i, x->slot, (double)x->relevance, y->slot,
                      (double)y->relevance);
    }
    assert_int_equal(a->h.n, b->h.n);
    assert_memory_equal(a->x, b->x, a->h.n * n_candidate_features * sizeof *a->x);
}

TEST(personal, by_vectors_proposes_what_all_scores_propose_and_nothing_banned) {
    static const char *const models[] = { "als", "bpr", "two_tower" };
    for (size_t m = 0; m < COUNT(models); m++) {
        /* given a shop whose model answers by vectors, and somebody with a past, a cart and wishes */
        TEST_CTX(c);
        AUTO_FAKE f;
        row_of_shelves(&f, c, models[m]);
        AUTO_SERVING s = fake_pin(&f);
        const str cart[] = { STR("p12"), STR("p15") }, not_these[] = { STR("p13"), STR("p14"), STR("p17") };
        const recommend_event past[] = { { STR("p11"), EVENT_PURCHASE, 0 }, { STR("p40"), EVENT_VIEW, 0 } };
        const recommend_query q = { .product_id = STR("p10"), .cart = { cart, 2 }, .exclude = { not_these, 3 }, .history = { past, 2 },
                                    .source = SOURCE_ALL };
        /* when he is answered by vectors, then by the scores of all products */
        gathered by_vectors = gather(c, s, &q, 0), by_scores = gather(c, s, &q, UINT32_MAX);
        /* then it is the same, to the bit */
        assert_true(by_vectors.r->personal.aim.query && by_scores.r->personal.scores);
        assert_same_candidates(&by_vectors, &by_scores);
        topk best;
        assert_ok(c, opinion_best(by_vectors.r, &by_vectors.r->personal, 100, &best));
        assert_true(best.n > 20);
        for (uint32_t i = 0; i < best.n; i++)
            for (size_t b = 0; b < by_vectors.r->n_ban; b++)
                assert_true(serving_slot_of(s, best.entry[i].item) != by_vectors.r->ban[b]);
    }
}

TEST(personal, proposes_a_product_never_sold_to_whom_its_kind_suits) {
    /* given a shop of mugs and lamps sold apart, two of each that nobody bought, and towers that learned what products are */
    TEST_CTX(c);
    AUTO_FAKE f;
    enum { PRODUCTS = 40, SOLD = 36 };
    char id[PRODUCTS][16];
    fake_init(&f, c, PRODUCTS, 400);
    f.with_models = f.without_session = true, f.personal = "two_tower";
    for (int i = 0; i < PRODUCTS; i++) {
        snprintf(id[i], sizeof id[i], "%s%d", i % 2 ? "lamp" : "mug", i);
        fake_product(&f, id[i], i % 2 ? "lamps" : "mugs", 1000 + i);
    }
    for (int i = 0; i < 400; i++) {
        int from = i % SOLD, to = (from + 2 * (1 + i / SOLD)) % SOLD;
        fake_says(&f, FAKE_CROSS, id[from], id[to], 0.2f);
    }
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    /* when somebody who looked at mugs asks for what is personal */
    const recommend_event past[] = { { STR("mug2"), EVENT_VIEW, 0 }, { STR("mug8"), EVENT_VIEW, 0 }, { STR("mug20"), EVENT_VIEW, 0 } };
    recommend_query q = { .placement = STR("home"), .history = { past, 3 }, .source = SOURCE_PERSONAL, .n = 20 };
    recommend_answer a = fake_ask(&f, s, &q);
    /* then the mugs nobody bought are among the proposals, before the lamps nobody bought */
    int mug = fake_place(&a, "mug36"), other_mug = fake_place(&a, "mug38");
    int lamp = fake_place(&a, "lamp37"), other_lamp = fake_place(&a, "lamp39");
    assert_true(mug >= 0 && other_mug >= 0);
    assert_true((lamp < 0 || lamp > mug) && (other_lamp < 0 || other_lamp > other_mug));
}
