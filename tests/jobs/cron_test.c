/* Tests of plans: moments of the local calendar, checked against a walk over every minute. */
#include "tests/test.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "jobs/cron.h"
#include "base/zone.h"

static const char bucharest[] = "Europe/Bucharest";

static int64_t at(const char *text) {
    int64_t ms = -1;
    assert_true(time_parse(str_of(text), &ms));
    return ms;
}

static cron plan(const char *text, uint64_t spread) {
    TEST_CTX(c);
    cron k;
    assert_int_equal(ERR_OK, cron_parse(c, str_of(text), spread, &k));
    return k;
}

static void check_last(const char *text, const char *zone, const char *now, const char *last) {
    TEST_CTX(c);
    char got[21] = "never";
    cron k = plan(text, 1);
    int64_t ms = cron_last_ms(c, &k, str_of(zone), at(now));
    if (ms >= 0) time_format(ms, got);
    if (strcmp(got, last)) test_fail("%s in %s before %s: %s, not %s", text, zone, now, got, last);
}

TEST(cron, finds_the_newest_moment_by_the_clock_on_the_wall) {
    check_last("30 4 * * *", "UTC", "2026-11-21T04:30:00Z", "2026-11-21T04:30:00Z");
    check_last("30 4 * * *", "UTC", "2026-11-21T04:29:59Z", "2026-11-20T04:30:00Z");
    check_last("30 4 * * *", "+02:00", "2026-11-21T04:29:59Z", "2026-11-21T02:30:00Z");
    check_last("*/15 * * * *", "UTC", "2026-11-21T04:29:59Z", "2026-11-21T04:15:00Z");
    check_last("5/20 9-17/4 * * *", "UTC", "2026-11-21T12:00:00Z", "2026-11-21T09:45:00Z");
    check_last("0 6 * * mon", "UTC", "2026-11-21T12:00:00Z", "2026-11-16T06:00:00Z");
    check_last("0 6 * * 7", "UTC", "2026-11-21T12:00:00Z", "2026-11-15T06:00:00Z");
    check_last("0 0 1,15 * *", "UTC", "2026-11-14T12:00:00Z", "2026-11-01T00:00:00Z");
    check_last("0 0 31 * *", "UTC", "2026-11-30T12:00:00Z", "2026-10-31T00:00:00Z");
    check_last("0 0 29 feb *", "UTC", "2026-11-30T12:00:00Z", "2024-02-29T00:00:00Z");
    check_last("0 0 13 * fri", "UTC", "2026-11-21T12:00:00Z", "2026-11-20T00:00:00Z");   /* either decides, as in cron(8) */
}

TEST(cron, meets_the_days_on_which_clocks_change) {
    if (!file_exists("/usr/share/zoneinfo/Europe/Bucharest")) skip();
    check_last("30 3 * * *", bucharest, "2026-03-29T23:00:00Z", "2026-03-29T01:30:00Z");    /* skipped: 04:30 by the new time */
    check_last("30 4 * * *", bucharest, "2026-03-29T23:00:00Z", "2026-03-29T01:30:00Z");
    check_last("30 3 * * *", bucharest, "2026-10-25T23:00:00Z", "2026-10-25T00:30:00Z");    /* lived twice: the first time */
    check_last("0 5 * * *", bucharest, "2026-10-25T23:00:00Z", "2026-10-25T03:00:00Z");
}

/* The reference: every minute of a week and a half, told by the zone what the clock shows. */
static int64_t slow_last(ctx *c, const char *zone, bool (*fits)(civil_time), int64_t now_ms) {
    for (int64_t ms = now_ms / MS_PER_MINUTE * MS_PER_MINUTE; ms > now_ms - 10 * (int64_t)MS_PER_DAY; ms -= MS_PER_MINUTE)
        if (fits(civil_from_ms(ms + zone_offset_ms(c, str_of(zone), ms)))) return ms;
    return -1;
}

static bool workdays_at_half_past(civil_time t) { return t.weekday < 5 && t.minute == 30 && (t.hour == 8 || t.hour == 18); }

TEST(cron, equals_a_walk_over_every_minute) {
    TEST_CTX(c);
    cron k = plan("30 8,18 * * 1-5", 0);
    rng r;
    rng_seed(&r, 7);
    for (int i = 0; i < 40; i++) {
        int64_t now_ms = at("2026-01-01T00:00:00Z") + (int64_t)(rng_unit(&r) * 365 * (double)MS_PER_DAY);
        int64_t fast = cron_last_ms(c, &k, str_of("-05:30"), now_ms), slow = slow_last(c, "-05:30", workdays_at_half_past, now_ms);
        if (fast != slow) test_fail("at %lld: %lld, not %lld", (long long)now_ms, (long long)fast, (long long)slow);
    }
}

TEST(cron, spreads_stores_over_the_range_asked_for_and_keeps_each_at_its_place) {
    int used[60] = { 0 }, minutes = 0;
    for (uint64_t store = 1; store <= 500; store++) {
        cron k = plan("H H(3-4) * * *", store), again = plan("H H(3-4) * * *", store), steps = plan("H/20 * * * *", store);
        assert_int_equal(k.minute, again.minute);
        assert_true(k.hour == 1u << 3 || k.hour == 1u << 4);
        assert_int_equal(1, __builtin_popcountll(k.minute));
        assert_int_equal(3, __builtin_popcountll(steps.minute));
        used[__builtin_ctzll(k.minute)]++;
    }
    for (int m = 0; m < 60; m++) minutes += used[m] > 0;
    assert_true(minutes > 50);
}

TEST(cron, refuses_what_is_no_plan_with_a_sentence) {
    static const struct { const char *text, *says; } cases[] = {
        { "", "five fields" }, { "* * * *", "five fields" }, { "* * * * * *", "five fields" }, { "60 * * * *", "minute" },
        { "* 24 * * *", "hour" }, { "* * 0 * *", "day" }, { "* * * 13 *", "month" }, { "* * * * 8", "weekday" },
        { "5-1 * * * *", "minute" }, { "*/0 * * * *", "minute" }, { "1,,2 * * * *", "minute" }, { "H( * * * *", "minute" },
        { "H(1-99) * * * *", "minute" }, { "H() * * * *", "minute" }, { "-1 * * * *", "minute" }, { "0 0 30 2 *", "never comes" },
        { "0 0 31 4,6 *", "never comes" }, { "a b c d e", "minute" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        cron k = { .minute = 42 };
        if (cron_parse(c, str_of(cases[i].text), 1, &k) != ERR_INVALID || !strstr(c->error.text, cases[i].says) || k.minute != 42)
            test_fail("'%s': %s", cases[i].text, c->error.text);
    }
}
