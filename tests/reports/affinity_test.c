/* What is bought together, against a count of every pair in every order. */
#include "reports/affinity.h"
#include <stdio.h>
#include "tests/experiments/near.h"
#include "tests/storage/backends.h"

#define DAY0 INT64_C(20500)
enum { ORDERS = 60, KINDS = 9 };

typedef struct { bool holds[ORDERS][KINDS], sale[ORDERS]; db *d; report_period period; } shop;

static void put(ctx *c, db *d, const entity *e, const void *row) { assert_ok(c, storage_put(c, d, e, row)); }

static void add_line(ctx *c, shop *s, const char *order_id, int line, size_t number) {
    char id[8], name[8];
    snprintf(id, sizeof id, "%d", line % 1000);
    snprintf(name, sizeof name, "p%zu", number % 100);
    put(c, s->d, &order_line_entity, &(order_line){ .store_id = 1, .order_id = str_of(order_id), .line_id = str_of(id), .kind = STR("item"),
                                                    .product_id = str_of(name), .quantity = 1, .total = 100 });
}

/* Lines of one product twice, orders of one moment, cancelled ones, one beyond the period. */
static void shop_open(ctx *c, shop *s) {
    db_options o;
    rng r;
    rng_seed(&r, 11);
    s->d = test_database(c, &backends[0], &o);
    assert_ok(c, report_period_make(c, STR("UTC"), DAY0, DAY0 + 1, &s->period));
    assert_ok(c, storage_begin(c, s->d, STORAGE_WRITE));
    for (size_t i = 0; i < ORDERS; i++) {
        char id[8];
        snprintf(id, sizeof id, "o%zu", i % 100);
        s->sale[i] = rng_below(&r, 6) > 0;
        const str status = s->sale[i] ? STR("completed") : STR("failed");
        const int64_t ms = s->period.from_ms + (int64_t)(i / 3) * MS_PER_HOUR;
        put(c, s->d, &order_entity, &(order){ .store_id = 1, .order_id = str_of(id), .status = status, .created_ms = ms });
        for (size_t k = 0; k < KINDS; k++) s->holds[i][k] = rng_below(&r, 3 + k / 2) == 0;
        for (int line = 0; line < 2 * KINDS; line++)
            if (s->holds[i][line % KINDS] && (line < KINDS || rng_below(&r, 3) == 0)) add_line(c, s, id, line, (size_t)line % KINDS);
    }
    const order late = { .store_id = 1, .order_id = STR("late"), .status = STR("completed"), .created_ms = s->period.to_ms };
    put(c, s->d, &order_entity, &late);
    add_line(c, s, "late", 0, 0);
    add_line(c, s, "late", 1, 1);
    assert_ok(c, storage_commit(c, s->d));
}

static int64_t with(const shop *s, size_t a, size_t b) {
    int64_t n = 0;
    for (size_t i = 0; i < ORDERS; i++) n += s->sale[i] && s->holds[i][a] && s->holds[i][b];
    return n;
}

static size_t number_of(const affinity *m, uint32_t item) { return (size_t)(m->items[item].product_id.p[1] - '0'); }

static int64_t orders_with_products(const shop *s) {
    int64_t n = 0;
    for (size_t i = 0; i < ORDERS; i++) {
        bool any = false;
        for (size_t k = 0; k < KINDS; k++) any = any || s->holds[i][k];
        n += s->sale[i] && any;
    }
    return n;
}

static void assert_map(const shop *s, const affinity *m, int64_t least) {
    size_t pairs = 0;
    assert_int_equal(orders_with_products(s), m->orders);
    for (size_t a = 0; a < KINDS; a++)
        for (size_t b = a + 1; b < KINDS; b++) pairs += with(s, a, b) >= least;
    assert_int_equal(pairs, m->n_pairs);
    for (size_t i = 0; i < m->n_pairs; i++) {
        const affinity_pair *p = &m->pairs[i];
        size_t a = number_of(m, p->a), b = number_of(m, p->b);
        double n = (double)with(s, a, b), all = (double)m->orders, in_a = (double)with(s, a, a), in_b = (double)with(s, b, b);
        assert_true(a < b && p->orders >= least && in_a == (double)m->items[p->a].orders);
        assert_near(n, (double)p->orders, 0);
        assert_near(n / all, p->support, 1e-12);
        assert_near(n / in_a, p->a_to_b, 1e-12);
        assert_near(n / in_b, p->b_to_a, 1e-12);
        assert_near((n / all) / (in_a / all * (in_b / all)), p->lift, 1e-9);
    }
}

TEST(affinity, equals_a_count_of_every_pair_also_in_many_passes) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    affinity one, many;
    shop_open(c, s);
    for (int64_t least = 1; least <= 4; least += 3) {
        const affinity_params p = { least, 1000, least == 4 };
        assert_ok(c, affinity_read(c, &(report_source){ s->d, 1, &s->period, 0 }, &p, &one));
        assert_ok(c, affinity_read(c, &(report_source){ s->d, 1, &s->period, 5 }, &p, &many));
        assert_map(s, &one, least);
        assert_map(s, &many, least);
        for (size_t i = 0; i < one.n_pairs; i++) {
            assert_int_equal(number_of(&one, one.pairs[i].a), number_of(&many, many.pairs[i].a));
            assert_int_equal(number_of(&one, one.pairs[i].b), number_of(&many, many.pairs[i].b));
            if (!i) continue;
            const affinity_pair *before = &one.pairs[i - 1], *now = &one.pairs[i];
            assert_true(p.by_lift ? before->lift >= now->lift : before->orders >= now->orders);
        }
    }
    storage_close(s->d);
}

TEST(affinity, keeps_the_best_pairs_it_was_asked_for) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    affinity all, few;
    shop_open(c, s);
    assert_ok(c, affinity_read(c, &(report_source){ s->d, 1, &s->period, 0 }, &(affinity_params){ 1, 1000, false }, &all));
    assert_ok(c, affinity_read(c, &(report_source){ s->d, 1, &s->period, 4 }, &(affinity_params){ 1, 3, false }, &few));
    assert_int_equal(3, few.n_pairs);
    for (size_t i = 0; i < 3; i++) assert_true(all.pairs[i].orders == few.pairs[i].orders && all.pairs[i].lift == few.pairs[i].lift);
    storage_close(s->d);
}

TEST(affinity, of_a_shop_without_orders_is_empty) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    report_period p;
    affinity m;
    assert_ok(c, report_period_make(c, STR("UTC"), DAY0, DAY0, &p));
    assert_ok(c, affinity_read(c, &(report_source){ d, 1, &p, 0 }, &(affinity_params){ 1, 10, false }, &m));
    assert_true(m.orders == 0 && m.n_items == 0 && m.n_pairs == 0);
    storage_close(d);
}
