/* Days of reports. */
#include "reports/period.h"
#include "base/zone.h"
#include "schema/rec_id.h"
#include "tests/test.h"

TEST(report_period, holds_every_moment_in_the_day_its_calendar_says) {
    TEST_CTX(c);
    static const char *const zones[] = { "Europe/Bucharest", "America/Santiago", "Atlantic/Azores", "+05:30", "" };
    rng r;
    rng_seed(&r, 5);
    for (size_t z = 0; z < COUNT(zones); z++) {
        report_period p;
        assert_ok(c, report_period_read(c, str_of(zones[z]), STR("2026-01-01"), STR("2026-12-31"), &p));
        assert_int_equal(365, p.n_days);
        for (int i = 0; i < 300; i++) {
            int64_t ms = p.from_ms + (int64_t)rng_below(&r, (uint64_t)(p.to_ms - p.from_ms));
            assert_int_equal(zone_day_of(c, str_of(zones[z]), ms), p.first_day + (int64_t)report_period_day(&p, ms));
        }
        for (int64_t i = 0; i < p.n_days; i++) assert_int_equal(i, report_period_day(&p, p.starts[i]));
        assert_int_equal(p.n_days - 1, report_period_day(&p, p.to_ms - 1));
    }
}

TEST(report_period, says_what_is_wrong_with_its_dates) {
    TEST_CTX(c);
    report_period p;
    static const struct { const char *from, *to, *field; } bad[] = {
        { "2026-02-30", "", "from" }, { "2026-1-1", "", "from" }, { "yesterday", "", "from" }, { "2026-01-01T10:00", "", "from" },
        { "", "20261120", "to" }, { "2026-02-02", "2026-02-01", "to" }, { "2020-01-01", "2026-01-01", "to" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_err(ERR_INVALID, report_period_read(c, STR("UTC"), str_of(bad[i].from), str_of(bad[i].to), &p));
        assert_string_equal(bad[i].field, c->error.field);
    }
}

TEST(report_period, ends_today_and_has_four_weeks_when_nothing_is_said) {
    TEST_CTX(c);
    time_source clock = time_source_manual(0);
    report_period p;
    char date[REPORT_DATE_BYTES];
    assert_true(time_parse(STR("2026-11-20T22:30:00Z"), &clock.manual_ms));      /* half past midnight of the 21st in Bucharest */
    c->time = &clock;
    assert_ok(c, report_period_read(c, STR("+02:00"), STR(""), STR(""), &p));
    assert_int_equal(28, p.n_days);
    report_date(p.first_day + p.n_days - 1, date);
    assert_string_equal("2026-11-21", date);
    report_date(p.first_day, date);
    assert_string_equal("2026-10-25", date);
}

TEST(rec_id, sorts_by_time_and_begins_at_its_first) {
    rng r;
    rng_seed(&r, 1);
    char id[REC_ID_LENGTH + 1], first[REC_ID_LENGTH + 1], next[REC_ID_LENGTH + 1];
    for (int64_t ms = 1; ms < INT64_C(4000000000000); ms = ms * 3 + 1) {
        rec_id_make(ms, &r, id);
        rec_id_first(ms, first);
        rec_id_first(ms + 1, next);
        assert_true(strcmp(first, id) <= 0 && strcmp(id, next) < 0 && strlen(id) == REC_ID_LENGTH);
    }
    rec_id_first(INT64_C(1469918176385), first);                        /* the example of the ULID specification */
    assert_memory_equal("01ARYZ6S41", first, 10);
}
