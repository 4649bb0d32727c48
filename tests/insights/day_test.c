/* Tests of days that are kept: over a made log, against what reports/ says of the whole, on every back end. */
#include "tests/test.h"
#include "base/zone.h"
#include "insights/day.h"
#include "letters/findings.h"
#include "reports/followed.h"
#include "reports/shop.h"
#include "tests/reports/made_log.h"
#include "tests/storage/backends.h"

static int64_t after_days(ctx *c, int64_t days) { return zone_day_start_ms(c, MADE_ZONE,
                                                                           MADE_FIRST_DAY + days) + 4 * (int64_t)MS_PER_HOUR; }

static store shop_of(void) { return (store){ .store_id = 1, .name = STR("s"), .time_zone = MADE_ZONE, .currency = STR("RON") }; }

/* Impressions, clicks, lines of {"name":[...],...} added up. */
static void add_parts(ctx *c, str json, int64_t ret[3]) {
    const json_value *o = NULL;
    assert_ok(c, json_parse(c, json, JSON_READ_STRICT, &o));
    for (void *it = jr_first(o); it; it = jr_next(o, it))
        for (size_t k = 0; k < 3; k++) {
            int64_t v = 0;
            assert_true(jr_i64(jr_at(jr_member_value(it), k), &v));
            ret[k] += v;
        }
}

TEST(insights, keep_each_day_once_and_days_add_up_to_what_reports_say) {
    for (size_t b = 0; b < n_backends; b++) {
        TEST_CTX(c);
        const store shop = shop_of();
        db_options o;
        db *d = test_database(c, &backends[b], &o);
        made_log *l = arena_new(c->arena, made_log, 1);
        size_t written = 0, n = 0;
        day_insight *days = NULL, sum = { 0 };
        make_log(c, d, 5, l);
        assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, MADE_DAYS) }, &written));
        assert_in_range(written, MADE_DAYS, MADE_DAYS + 1);      /* some events came the day before */
        assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, MADE_DAYS) }, &written));
        assert_int_equal(0, written);
        assert_ok(c, insights_read(c, d, 1, 0, INSIGHT_DAYS, &days, &n));
        assert_in_range(n, MADE_DAYS, MADE_DAYS + 1);
        int64_t source[3] = { 0 }, place[3] = { 0 };
        for (size_t i = 0; i < MADE_DAYS; i++) {
            assert_int_equal(MADE_FIRST_DAY + MADE_DAYS - 1 - (int64_t)i, days[i].day);
            sum.impressions += days[i].impressions, sum.clicks += days[i].clicks, sum.sold += days[i].sold, sum.orders += days[i].orders;
            sum.revenue += days[i].revenue, sum.dismissals += days[i].dismissals;
            add_parts(c, days[i].by_source, source);
            add_parts(c, days[i].by_placement, place);
        }
        report_period all;
        followed_table t;
        shop_report s;
        assert_ok(c, report_period_make(c, MADE_ZONE, MADE_FIRST_DAY, MADE_FIRST_DAY + MADE_DAYS - 1, &all));
        const report_source from = { .d = d, .store_id = 1, .period = &all };
        followed_table_init(&t, c->arena, 0, 0);
        assert_ok(c, followed_read(c, &from, &t));
        assert_ok(c, shop_read(c, &from, 0, &s));
        assert_true(sum.clicks > 50 && sum.orders > 20);
        assert_int_equal(t.total.f.impressions, sum.impressions);
        assert_int_equal(t.total.f.clicks, sum.clicks);
        assert_int_equal(t.total.f.click_lines, sum.sold);
        assert_int_equal(t.total.f.dismissals, sum.dismissals);
        assert_int_equal(s.total.orders, sum.orders);
        assert_int_equal(s.total.revenue - s.total.refunded, sum.revenue);
        for (size_t k = 0; k < 3; k++) assert_int_equal(k == 0 ? sum.impressions : k == 1 ? sum.clicks : sum.sold, place[k]);
        assert_true(source[1] <= sum.clicks && source[1] > 0);
        storage_close(d);
    }
}

TEST(insights, go_on_where_they_were_stopped) {
    TEST_CTX(c);
    const store shop = shop_of();
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    made_log *l = arena_new(c->arena, made_log, 1);
    size_t written = 0, n = 0;
    day_insight *days = NULL;
    make_log(c, d, 6, l);
    assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, 2) }, &written));
    assert_in_range(written, 2, 3);
    assert_ok(c, insights_read(c, d, 1, 0, 1, &days, &n));
    days[0].findings = (str){ 0 };                          /* as if it had been killed before it was judged */
    assert_ok(c, storage_put(c, d, &day_insight_entity, &days[0]));
    assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, 2) }, &written));
    assert_int_equal(0, written);
    assert_ok(c, insights_read(c, d, 1, 0, 1, &days, &n));
    assert_str("[]", days[0].findings);                     /* too few days to say anything */
    assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, MADE_DAYS) }, &written));
    assert_int_equal(MADE_DAYS - 2, written);
    assert_ok(c, insights_read(c, d, 1, MADE_FIRST_DAY + 2, INSIGHT_DAYS, &days, &n));
    assert_in_range(n, 2, 3);
    storage_close(d);
}

TEST(insights, are_silent_in_a_shop_nobody_came_to) {
    TEST_CTX(c);
    const store shop = shop_of();
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    size_t written = 9;
    assert_ok(c, insights_catch_up(c, d, &shop, &(insight_options){ .now_ms = after_days(c, 3) }, &written));
    assert_int_equal(0, written);
    storage_close(d);
}

TEST(insights, are_told_with_sentences_in_both_languages) {
    TEST_CTX(c);
    buf b;
    json_out w;
    const letter_reader to = { .shop = STR("s"), .locale = STR("ro"), .currency = STR("RON") };
    const day_insight day = { .store_id = 1, .day = MADE_FIRST_DAY, .orders = 3, .revenue = 12345,
                              .findings = STR("[{\"kind\":\"trend\",\"metric\":\"orders\",\"value\":0.1}]") };
    buf_init_in(&b, c->arena, 1 << 16);
    jw_init(&w, &b);
    assert_ok(c, insight_write(c, &w, &to, &day));
    assert_non_null(strstr(b.p, "\"day\":\"2026-03-27\""));
    assert_non_null(strstr(b.p, "\"revenue\":123.45"));
    assert_non_null(strstr(b.p, "\"ro\":\"Comenzi: +10,0"));
    assert_non_null(strstr(b.p, "\"en\":\"Orders: +10.0%"));
}
