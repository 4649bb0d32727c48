/* What was caused and the shop as a whole, against sums made person by person. */
#include "reports/caused.h"
#include "experiments/fixed.h"
#include "reports/shop.h"
#include "tests/experiments/near.h"
#include "tests/reports/made_log.h"
#include "tests/storage/backends.h"

static bool same(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* ---- the slow way: for each person, look through everything ---- */
typedef struct { const made_log *l; int64_t from_ms, to_ms; unsigned by; const char *key; } question;

static bool is_robot(const made_visitor *v) { return v->row && v->robot; }
static bool is_of(const question *q, const made_answer *a, const char *person) {
    const made_visitor *v = &q->l->visitors[a->visitor];
    return v->id[0] && !is_robot(v) && same(v->person, person) && a->ms >= q->from_ms && a->ms < q->to_ms;
}

static bool has_source(const made_answer *a, const char *source) {
    for (size_t k = 0; k < a->n; k++)
        if (same(a->source[k], source)) return true;
    return false;
}

/* Earliest answer of the person in the period that fits the key, NULL when there is none. */
static const made_answer *first_answer(const question *q, const char *person, bool of_key) {
    const made_answer *first = NULL;
    for (size_t i = 0; i < MADE_ANSWERS; i++) {
        const made_answer *a = &q->l->answers[i];
        if (!is_of(q, a, person) || (first && first->ms <= a->ms)) continue;
        if (of_key && q->by == REPORT_BY(REPORT_PLACEMENT) && !same(a->placement, q->key)) continue;
        if (of_key && q->by == REPORT_BY(REPORT_SOURCE) && !has_source(a, q->key)) continue;
        first = a;
    }
    if (!first || !of_key) return first;
    const made_visitor *v = &q->l->visitors[first->visitor];
    const char *segment = !v->row ? "" : first->ms - v->first_ms < MS_PER_DAY ? "new" : "returning";
    if (q->by == REPORT_BY(REPORT_DEVICE) && !same(v->row ? v->device : "", q->key)) return NULL;
    return q->by == REPORT_BY(REPORT_SEGMENT) && !same(segment, q->key) ? NULL : first;
}

static bool is_sale(const made_order *o) { return !same(o->status, "cancelled") && !same(o->status, "pending"); }

static caused_sums summed(const question *q) {
    caused_sums out = { 0 };
    for (size_t p = 0; p < MADE_VISITORS; p++) {
        const char *person = q->l->visitors[p].person;
        if (!person[0] || p == 3) continue;                             /* 3 is 2 */
        const made_answer *met = first_answer(q, person, false), *of_key = first_answer(q, person, true);
        if (!of_key) continue;
        double revenue = 0, orders = 0;
        for (size_t i = 0; i < MADE_ORDERS; i++) {
            const made_order *o = &q->l->orders[i];
            if (o->buyer == SIZE_MAX || !same(q->l->visitors[o->buyer].person, person) || !is_sale(o) || o->refunded == o->total) continue;
            int64_t ms = o->ms % 1000 ? o->ms : o->ms + 999;
            if (o->ms >= q->to_ms || ms < of_key->ms) continue;
            revenue += (double)(o->total - o->refunded), orders++;
        }
        int group = met->held_out ? CAUSED_HELD_OUT : CAUSED_TREATED;
        moments *y = &out.revenue[group], *b = &out.buyers[group];
        y->n++, y->y += revenue, y->yy += revenue * revenue;
        b->n++, b->y += orders > 0, b->yy += orders > 0;
        for (size_t i = 0; i < MADE_ANSWERS; i++) {
            const made_answer *a = &q->l->answers[i];
            if (!is_of(q, a, person) || a->held_out == met->held_out) continue;
            out.mixed++;
            break;
        }
    }
    return out;
}

static void assert_sums(const caused_sums *expected, const caused_sums *got) {
    for (int g = 0; g < CAUSED_GROUPS; g++) {
        assert_near(expected->revenue[g].n, got->revenue[g].n, 0);
        assert_near(expected->revenue[g].y, got->revenue[g].y, 0);
        assert_near(expected->revenue[g].yy, got->revenue[g].yy, 0);
        assert_near(expected->buyers[g].y, got->buyers[g].y, 0);
        assert_near(expected->buyers[g].n, got->buyers[g].n, 0);
    }
    assert_int_equal(expected->mixed, got->mixed);
}

typedef struct { made_log *log; db *d; report_period period; } shop;

static void shop_open(ctx *c, uint64_t seed, shop *s) {
    db_options o;
    s->log = arena_new(c->arena, made_log, 1);
    s->d = test_database(c, &backends[0], &o);
    make_log(c, s->d, seed, s->log);
    assert_ok(c, report_period_make(c, MADE_ZONE, MADE_FIRST_DAY, MADE_FIRST_DAY + MADE_DAYS - 1, &s->period));
}

TEST(caused, equals_sums_made_person_by_person_whatever_it_is_asked_by) {
    TEST_CTX(c);
    static const report_dimension by[] = { REPORT_PLACEMENT, REPORT_SOURCE, REPORT_DEVICE, REPORT_SEGMENT };
    double held_out = 0, bought = 0;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        shop s;
        caused_report r;
        shop_open(c, seed, &s);
        for (size_t i = 0; i < COUNT(by); i++) {
            question q = { s.log, s.period.from_ms, s.period.to_ms, 0, "" };
            assert_ok(c, caused_read(c, &(report_source){ s.d, 1, &s.period, 0 }, 0.05, REPORT_BY(by[i]), &r));
            caused_sums all = summed(&q);
            assert_sums(&all, &r.total.sums);
            held_out += all.revenue[CAUSED_HELD_OUT].n, bought += all.revenue[CAUSED_TREATED].y;
            assert_true(all.mixed > 0 && r.n > 1);
            for (size_t k = 0; k < r.n; k++) {
                q.by = REPORT_BY(by[i]), q.key = str_cstr(c->arena, r.rows[k].key);
                caused_sums expected = summed(&q);
                assert_sums(&expected, &r.rows[k].sums);
            }
        }
        storage_close(s.d);
    }
    assert_true(held_out > 5 && bought > 0);                            /* there was something to compare */
}

TEST(caused, each_day_is_what_a_report_that_ends_there_says_also_in_many_passes) {
    TEST_CTX(c);
    shop s;
    caused_report days, many, one;
    report_period p;
    shop_open(c, 4, &s);
    assert_ok(c, caused_read(c, &(report_source){ s.d, 1, &s.period, 0 }, 0.05, REPORT_BY(REPORT_DAY), &days));
    assert_ok(c, caused_read(c, &(report_source){ s.d, 1, &s.period, 3 }, 0.05, REPORT_BY(REPORT_DAY), &many));
    assert_int_equal(MADE_DAYS, days.n);
    for (size_t i = 0; i < days.n; i++) {
        assert_ok(c, report_period_make(c, MADE_ZONE, MADE_FIRST_DAY, MADE_FIRST_DAY + (int64_t)i, &p));
        assert_ok(c, caused_read(c, &(report_source){ s.d, 1, &p, 0 }, 0.05, 0, &one));
        assert_sums(&one.total.sums, &days.rows[i].sums);
        assert_sums(&one.total.sums, &many.rows[i].sums);
    }
    assert_sums(&one.total.sums, &many.total.sums);
    storage_close(s.d);
}

/* 1000 visitors and `buyers` of them bought for 100.00 each. */
static void group(caused_sums *s, int g, double n, double buyers) {
    s->revenue[g] = (moments){ .n = n, .y = 10000 * buyers, .yy = 1e8 * buyers };
    s->buyers[g] = (moments){ .n = n, .y = buyers, .yy = buyers };
}

TEST(caused, is_the_difference_a_visitor_times_those_who_saw_and_says_when_not_to_believe_it) {
    TEST_CTX(c);
    caused_row r = { 0 };
    group(&r.sums, CAUSED_HELD_OUT, 1000, 40);
    group(&r.sums, CAUSED_TREATED, 19000, 950);
    assert_ok(c, caused_judge(c, 0.05, &r));
    assert_int_equal(CAUSED_OK, r.state);
    assert_near(100, r.revenue.per_visitor.value, 1e-9);                /* 5.00 against 4.00 */
    assert_near(1900000, r.revenue.caused, 1e-3);
    assert_near(0.25, r.revenue.lift.value, 1e-9);
    assert_near(0.2, r.revenue.caused_share, 1e-9);
    /* the variance of a visitor from his group's buyers and what all buyers spend: plain formulas */
    double held_out = 1e8 * 0.04 - 400.0 * 400, treated = 1e8 * 0.05 - 500.0 * 500;
    assert_near(sqrt(held_out / 1000 + treated / 19000), r.once.se, 0.05);
    assert_true(r.once.low < 100 && r.once.high > 100);
    assert_true(r.revenue.per_visitor.low < r.once.low && r.revenue.per_visitor.high > r.once.high);
    group(&r.sums, CAUSED_HELD_OUT, 1000, CAUSED_LEAST_BUYERS - 1);
    assert_ok(c, caused_judge(c, 0.05, &r));
    assert_int_equal(CAUSED_FEW_BUYERS, r.state);
    group(&r.sums, CAUSED_HELD_OUT, 1300, 60);
    assert_ok(c, caused_judge(c, 0.05, &r));
    assert_int_equal(CAUSED_RATIO_MISMATCH, r.state);
    assert_ok(c, caused_judge(c, 0, &r));
    assert_int_equal(CAUSED_NO_HOLDOUT, r.state);
    assert_false(r.revenue.per_visitor.known);
    r = (caused_row){ 0 };
    assert_ok(c, caused_judge(c, 0.05, &r));                            /* nobody was there */
    assert_int_equal(CAUSED_FEW_BUYERS, r.state);
    assert_false(r.revenue.per_visitor.known);
}

TEST(caused, share_held_out_is_the_owner_s_setting) {
    TEST_CTX(c);
    static const struct { const char *settings; double share; } cases[] = {
        { "", 0.05 }, { "{}", 0.05 }, { "{\"holdout_percent\":10}", 0.1 }, { "{\"holdout_percent\":0}", 0 },
        { "{\"holdout_percent\":99}", 0.05 }, { "not json", 0.05 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_near(cases[i].share, caused_held_out_share(c, &(store){ .settings = str_of(cases[i].settings) }), 1e-12);
}

TEST(caused, cannot_be_told_by_product_or_by_two_things) {
    TEST_CTX(c);
    shop s;
    caused_report r;
    shop_open(c, 1, &s);
    static const unsigned bad[] = { REPORT_BY(REPORT_PRODUCT), REPORT_BY(REPORT_ARM), REPORT_BY(REPORT_DAY) | REPORT_BY(REPORT_DEVICE) };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_err(ERR_INVALID, caused_read(c, &(report_source){ s.d, 1, &s.period, 0 }, 0.05, bad[i], &r));
        assert_string_equal("by", c->error.field);
    }
    storage_close(s.d);
}

/* ---- the shop as a whole ---- */
static const char *key_of(const made_visitor *v, unsigned by, int64_t ms) {
    if (!v || !v->row) return "";
    if (by == REPORT_BY(REPORT_DEVICE)) return v->device;
    return ms - v->first_ms < MS_PER_DAY ? "new" : "returning";
}

static bool is_followed(const made_log *l, const made_order *o) {
    for (size_t i = 0; i < MADE_LINES; i++)
        if (same(l->lines[i].order, o->id) && !same(l->lines[i].how, "view") && l->lines[i].value > l->lines[i].refunded) return true;
    return false;
}

static shop_figures shop_summed(const made_log *l, int64_t from_ms, int64_t to_ms, unsigned by, const char *key) {
    shop_figures f = { 0 };
    for (size_t p = 0; p < MADE_VISITORS; p++) {
        const made_visitor *v = &l->visitors[p];
        bool met = false;
        for (size_t i = 0; i < MADE_EVENTS && v->id[0] && !is_robot(v); i++) {
            const made_event *e = &l->events[i];
            met = met || (e->visitor == p && !e->robot && e->ms >= from_ms && e->ms < to_ms && (!by || same(key, key_of(v, by, e->ms))));
        }
        f.visitors += met;
    }
    for (size_t i = 0; i < MADE_ORDERS; i++) {
        const made_order *o = &l->orders[i];
        const made_visitor *v = o->browser == SIZE_MAX ? NULL : &l->visitors[o->browser];
        if (!is_sale(o) || o->ms < from_ms || o->ms >= to_ms || (by && !same(key, key_of(v, by, o->ms)))) continue;
        f.orders++, f.revenue += o->total, f.refunded += o->refunded;
        if (is_followed(l, o)) f.followed_orders++, f.followed_revenue += o->total, f.followed_refunded += o->refunded;
    }
    return f;
}

static void assert_shop(const shop_figures *expected, const shop_figures *got) {
#define X(name) \
    if (expected->name != got->name) test_fail(#name ": expected %lld, got %lld", (long long)expected->name, (long long)got->name);
    SHOP_FIGURE_LIST(X)
#undef X
}

TEST(shop_figures, equal_a_count_visitor_by_visitor_and_order_by_order) {
    TEST_CTX(c);
    shop s;
    shop_report r;
    static const unsigned by[] = { REPORT_BY(REPORT_DAY), REPORT_BY(REPORT_DEVICE), REPORT_BY(REPORT_SEGMENT) };
    shop_open(c, 5, &s);
    for (size_t i = 0; i < COUNT(by); i++)
        for (size_t units = 0; units <= 8; units += 8) {
            shop_figures all = shop_summed(s.log, s.period.from_ms, s.period.to_ms, 0, "");
            assert_ok(c, shop_read(c, &(report_source){ s.d, 1, &s.period, units }, by[i], &r));
            assert_true(all.visitors > 8 && all.followed_orders > 3 && all.refunded > 0);
            assert_shop(&all, &r.total);
            for (size_t k = 0; k < r.n; k++) {
                bool day = by[i] == REPORT_BY(REPORT_DAY);
                int64_t from_ms = day ? s.period.starts[k] : s.period.from_ms, to_ms = day ? s.period.starts[k + 1] : s.period.to_ms;
                shop_figures expected = shop_summed(s.log, from_ms, to_ms, day ? 0 : by[i], str_cstr(c->arena, r.rows[k].key));
                assert_shop(&expected, &r.rows[k].f);
            }
        }
    storage_close(s.d);
}
