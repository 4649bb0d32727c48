/* Tests of time zones: names and files come from elsewhere. */
#include "tests/test.h"
#include "base/zone.h"
#include "base/file.h"
#include <string.h>

enum { JANUARY_S = 1768478400, JULY_S = 1784116800 };                   /* 2026-01-15 and 2026-07-15, 12:00 UTC */

TEST(zone, reads_fixed_offsets_and_takes_all_else_for_utc) {
    static const struct { const char *name; int minutes; } cases[] = {
        { "+02:00", 120 }, { "-05:30", -330 }, { "-0530", -330 }, { "+2", 120 }, { "+00:00", 0 }, { "+14:00", 840 },
        { "", 0 }, { "+", 0 }, { "+99:00", 0 }, { "+02:99", 0 }, { "UTC", 0 }, { "No/Such_Place", 0 }, { "../../../etc/passwd", 0 },
        { "/etc/passwd", 0 }, { "Europe//Bucharest", 0 }, { "Europe/", 0 }, { "Europe", 0 }, { "Europe/Bucha\xff", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        int64_t got = zone_offset_ms(c, str_of(cases[i].name), (int64_t)JANUARY_S * 1000);
        if (got != cases[i].minutes * (int64_t)MS_PER_MINUTE) test_fail("'%s' gave %ld ms", cases[i].name, (long)got);
    }
}

TEST(zone, knows_summer_time) {
    if (!file_exists("/usr/share/zoneinfo/Europe/Bucharest")) skip();
    TEST_CTX(c);
    assert_int_equal(2 * MS_PER_HOUR, zone_offset_ms(c, STR("Europe/Bucharest"), (int64_t)JANUARY_S * 1000));
    assert_int_equal(3 * MS_PER_HOUR, zone_offset_ms(c, STR("Europe/Bucharest"), (int64_t)JULY_S * 1000));
}

/* A version 2 file with one change at `JULY_S`, from type 0 (+1 h) to type `kind` (+2 h when 1). */
static str make_file(char *out, unsigned char kind) {
    static const char header[20] = "TZif2";
    memset(out, 0, 256);
    memcpy(out, header, 20);
    out[39] = 1;                                                        /* first block: one type, six bytes */
    char *second = out + 44 + 6;
    memcpy(second, header, 20);
    second[35] = 1, second[39] = 2;
    char *body = second + 44;
    for (int i = 0; i < 8; i++) body[i] = (char)((uint64_t)JULY_S >> (56 - 8 * i));
    body[8] = (char)kind;
    body[9 + 2] = 0x0E, body[9 + 3] = 0x10;                             /* 3600 */
    body[15 + 2] = 0x1C, body[15 + 3] = 0x20;                           /* 7200 */
    return (str){ out, 44 + 6 + 44 + 9 + 12 };
}

TEST(zone, checks_every_count_of_a_file) {
    char bytes[256];
    int64_t offset = 0;
    str good = make_file(bytes, 1);
    assert_true(zone_read(good, (int64_t)JANUARY_S * 1000, &offset));
    assert_int_equal(MS_PER_HOUR, offset);
    assert_true(zone_read(good, (int64_t)JULY_S * 1000, &offset));
    assert_int_equal(2 * MS_PER_HOUR, offset);
    for (size_t n = 0; n < good.n; n++) assert_false(zone_read(str_sub(good, 0, n), (int64_t)JULY_S * 1000, &offset));
    assert_false(zone_read(make_file(bytes, 2), (int64_t)JULY_S * 1000, &offset));
    good = make_file(bytes, 1);
    bytes[44 + 6 + 32] = 0x7f;                                          /* two thousand million changes */
    assert_false(zone_read(good, (int64_t)JULY_S * 1000, &offset));
}

TEST(zone, days_begin_by_the_local_calendar_also_where_summer_time_changes) {
    if (!file_exists("/usr/share/zoneinfo/Europe/Bucharest")) skip();
    TEST_CTX(c);
    static const struct { const char *zone; int year, month, day; const char *begins; int hours; } cases[] = {
        { "Europe/Bucharest", 2026, 1, 15, "2026-01-14T22:00:00Z", 24 }, { "Europe/Bucharest", 2026, 3, 29, "2026-03-28T22:00:00Z", 23 },
        { "Europe/Bucharest", 2026, 3, 30, "2026-03-29T21:00:00Z", 24 }, { "Europe/Bucharest", 2026, 10, 25, "2026-10-24T21:00:00Z", 25 },
        { "America/Santiago", 2026, 9, 6, "2026-09-06T04:00:00Z", 23 },         /* midnight is skipped: the day begins at one */
        { "America/Santiago", 2026, 4, 5, "2026-04-05T04:00:00Z", 24 },         /* 24:00 turns back to 23:00 of the day before */
        { "Atlantic/Azores", 2026, 10, 25, "2026-10-25T00:00:00Z", 25 },        /* midnight comes twice */
        { "+05:30", 2026, 1, 1, "2025-12-31T18:30:00Z", 24 }, { "UTC", 2026, 1, 1, "2026-01-01T00:00:00Z", 24 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t day = days_from_civil(cases[i].year, cases[i].month, cases[i].day), begin, end;
        char got[21];
        begin = zone_day_start_ms(c, str_of(cases[i].zone), day);
        end = zone_day_start_ms(c, str_of(cases[i].zone), day + 1);
        time_format(begin, got);
        assert_string_equal(cases[i].begins, got);
        assert_int_equal(cases[i].hours * MS_PER_HOUR, end - begin);
        assert_int_equal(day, zone_day_of(c, str_of(cases[i].zone), begin));
        assert_int_equal(day, zone_day_of(c, str_of(cases[i].zone), end - 1));
    }
}
