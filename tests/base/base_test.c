/* Tests of the ground everything stands on. */
#include "tests/test.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/thread.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

TEST(arena, answers_null_at_its_cap) {
    AUTO_ARENA a;
    arena_init(&a, 10000);
    assert_non_null(arena_alloc(&a, 4000));
    assert_non_null(arena_alloc(&a, 4000));
    assert_null(arena_alloc(&a, 4000));
    assert_null(arena_array(&a, SIZE_MAX, 16));
}

TEST(arena, forgets_what_came_after_a_mark) {
    AUTO_ARENA a;
    arena_init(&a, MIB);
    char *first = arena_alloc(&a, 16);
    first[0] = 'x';
    arena_mark m = arena_save(&a);
    for (int i = 0; i < 100; i++) assert_non_null(arena_alloc(&a, 1000));
    arena_restore(&a, m);
    assert_int_equal(16, (int)a.used);
    assert_int_equal('x', first[0]);
    assert_int_equal(0, *(char *)arena_alloc(&a, 16));      /* zeroed although the bytes were used before */
}

TEST(arena, keeps_one_block_over_a_reset) {
    AUTO_ARENA a;
    arena_init(&a, MIB);
    for (int i = 0; i < 50; i++) assert_non_null(arena_alloc(&a, 1000));
    arena_reset(&a);
    size_t held = a.held;
    assert_non_null(arena_alloc(&a, 1000));
    assert_int_equal(held, a.held);
}

TEST(buf, stops_at_its_maximum_and_remembers) {
    AUTO_BUF b;
    buf_init(&b, 5);
    buf_text(&b, "abc");
    buf_text(&b, "def");
    buf_text(&b, "g");
    assert_err(ERR_TOO_LARGE, buf_err(&b));
    assert_str("abc", buf_view(&b));
}

TEST(buf, writes_numbers_as_people_expect) {
    static const struct { double v; int decimals; const char *text; } fixed[] = {
        { 0.125, 2, "0.13" }, { -0.005, 2, "-0.01" }, { 3, 0, "3" }, { 0.0421, 4, "0.0421" }, { -1.5, 1, "-1.5" }, { 1e18, 2, "1e+18" },
    };
    static const struct { double v; const char *text; } shortest[] = {
        { 0.1, "0.1" }, { 1.0 / 3, "0.3333333333333333" }, { 1e300, "1e+300" }, { -2, "-2" }, { 5e-324, "4.94065645841247e-324" },
    };
    for (size_t i = 0; i < COUNT(fixed); i++) {
        AUTO_BUF b;
        buf_init(&b, 100);
        buf_fixed(&b, fixed[i].v, fixed[i].decimals);
        assert_str(fixed[i].text, buf_view(&b));
    }
    for (size_t i = 0; i < COUNT(shortest); i++) {
        AUTO_BUF b;
        buf_init(&b, 100);
        buf_double(&b, shortest[i].v);
        assert_str(shortest[i].text, buf_view(&b));
    }
}

TEST(str, cuts_every_part_also_empty_ones) {
    str rest = STR("a,,b,"), parts[5];
    size_t n = 0;
    while (rest.p && n < 5) parts[n++] = str_cut(&rest, ',');
    assert_int_equal(4, n);
    assert_str("a", parts[0]);
    assert_str("", parts[1]);
    assert_str("b", parts[2]);
    assert_str("", parts[3]);
}

TEST(str, knows_good_utf8_from_bad) {
    static const struct { const char *text; bool good; } cases[] = {
        { "cămașă", true }, { "\xF0\x9F\x9B\x92", true }, { "\xC0\x80", false }, { "\xED\xA0\x80", false },
        { "\xF4\x90\x80\x80", false }, { "\xE2\x82", false }, { "\x80", false }, { "", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(cases[i].good, str_is_utf8(str_of(cases[i].text)));
    assert_false(str_is_utf8((str){ "a\0b", 3 }));
    assert_str("cam", str_clip(STR("camăș"), 4));
}

TEST(parse, takes_the_whole_input_or_nothing) {
    int64_t v = -7;
    static const char *const bad[] = { "", "-", " 1", "1 ", "1.5", "9223372036854775808", "0x10", "1e3" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(parse_i64(str_of(bad[i]), &v));
    assert_int_equal(-7, v);
    assert_true(parse_i64(STR("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_false(parse_int_in(STR("11"), 0, 10, &v));
}

TEST(parse, reads_money_to_minor_units) {
    static const struct { const char *text; int digits; int64_t minor; } cases[] = {
        { "15", 2, 1500 }, { "51.1", 2, 5110 }, { "27.53", 2, 2753 }, { "-34.39", 2, -3439 }, { "33.266055", 2, 3327 },
        { "0.005", 2, 1 }, { "1200", 0, 1200 }, { "1.2345", 3, 1235 }, { ".5", 2, 50 }, { "7.", 2, 700 },
    };
    static const char *const bad[] = { "", ".", "1,5", "12a", "--1", "1.2.3", "9999999999999999", " 1" };
    int64_t v = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(parse_money(str_of(cases[i].text), cases[i].digits, &v));
        assert_true(v == cases[i].minor);
    }
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(parse_money(str_of(bad[i]), 2, &v));
}

TEST(clock, reads_the_dates_shops_send) {
    static const struct { const char *text; int64_t ms; } cases[] = {
        { "1970-01-01", 0 }, { "2026-11-20T01:11:13", 1795137073000 }, { "2026-11-20T03:11:13+02:00", 1795137073000 },
        { "2026-11-20 01:11:13", 1795137073000 }, { "2026-11-20T01:11:13.250Z", 1795137073250 }, { "2024-02-29", 1709164800000 },
    };
    static const char *const bad[] = { "", "2026", "2026-13-01", "2026-02-29", "2026-11-20T25:00:00", "2026-11-20T01:11:13+99:00",
                                       "2026-11-20X", "0000-00-00T00:00:00", "2026-11-20T01:11:13Zjunk" };
    int64_t ms = -1;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(time_parse(str_of(cases[i].text), &ms));
        assert_true(ms == cases[i].ms);
    }
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(time_parse(str_of(bad[i]), &ms));
    char text[21];
    time_format(1795137073000, text);
    assert_string_equal("2026-11-20T01:11:13Z", text);
    assert_int_equal(4, civil_from_ms(1795137073000).weekday);  /* a Friday */
}

TEST(json, writes_what_it_reads) {
    TEST_CTX(c);
    const json_value *v = NULL;
    str text = STR("{\"b\":[1,-2.5,true,null,\"\\u0219\\n\\\"\"],\"a\":{}}");
    assert_ok(c, json_parse(c, text, JSON_READ_STRICT, &v));
    AUTO_BUF b;
    buf_init(&b, 1000);
    json_out w;
    jw_init(&w, &b);
    jw_value(&w, v);
    assert_str("{\"b\":[1,-2.5,true,null,\"\xC8\x99\\n\\\"\"],\"a\":{}}", buf_view(&b));
}

/* Text is escaped eight bytes at a time: the same comes out as byte by byte, wherever the odd byte stands. */
TEST(json, escapes_every_byte_at_every_place) {
    TEST_CTX(c);
    for (int byte = 0; byte < 256; byte++) {
        buf alone;
        buf_init_in(&alone, c->arena, 64);
        json_out w;
        jw_init(&w, &alone);
        char odd = (char)byte;
        jw_str(&w, (str){ &odd, 1 });
        for (size_t place = 0; place < 19; place++) {
            char text[19] = "plain text, 19 long", wanted[64];
            text[place] = odd;
            buf out;
            buf_init_in(&out, c->arena, 128);
            jw_init(&w, &out);
            jw_str(&w, (str){ text, sizeof text });
            snprintf(wanted, sizeof wanted, "\"%.*s%.*s%.*s\"", (int)place, text, (int)alone.n - 2, alone.p + 1,
                     (int)(sizeof text - place - 1), text + place + 1);
            assert_str(wanted, buf_view(&out));
        }
    }
}

TEST(json, refuses_hostile_text) {
    TEST_CTX(c);
    char deep[400];
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    const str bad[] = { STR(""), STR("{"), STR("[1,]"), STR("{\"a\":1,\"a\":2}"), STR("\"\xC3\x28\""), STR("[1] x"), STR("nan"),
                        { deep, 400 } };
    const json_value *v = NULL;
    for (size_t i = 0; i < COUNT(bad); i++) assert_err(ERR_INVALID, json_parse(c, bad[i], JSON_READ_STRICT, &v));
    assert_null(v);
}

TEST(json, finds_the_value_in_a_dirty_answer) {
    TEST_CTX(c);
    static const char *const dirty[] = {
        "\xEF\xBB\xBF[{\"id\":1}]", "\n\n <b>Notice</b>: Undefined index [x] in {y.php}\n[{\"id\":1}]", "[{\"id\":1}]<!-- cached -->",
    };
    for (size_t i = 0; i < COUNT(dirty); i++) {
        const json_value *v = NULL;
        int64_t id = 0;
        assert_ok(c, json_parse(c, str_of(dirty[i]), JSON_READ_TOLERANT, &v));
        assert_true(jr_i64(jr_get(jr_at(v, 0), "id"), &id));
        assert_int_equal(1, id);
    }
    const json_value *v = NULL;
    assert_err(ERR_INVALID, json_parse(c, STR("<html>just a moment</html>"), JSON_READ_TOLERANT, &v));
    assert_err(ERR_INVALID, json_parse(c, STR("[{\"id\":1,\"images\":[{\"id\":5}],\"name"), JSON_READ_TOLERANT, &v));
}

TEST(json, takes_numbers_where_strings_belong) {
    TEST_CTX(c);
    const json_value *v = NULL;
    assert_ok(c, json_parse(c, STR("{\"n\":12,\"d\":1.5,\"s\":\"7\",\"t\":true}"), JSON_READ_STRICT, &v));
    assert_str("12", jr_text(c->arena, jr_get(v, "n")));
    assert_str("1.5", jr_text(c->arena, jr_get(v, "d")));
    assert_str("", jr_text(c->arena, jr_get(v, "missing")));
    int64_t n = 0;
    assert_true(jr_i64(jr_get(v, "s"), &n));
    assert_int_equal(7, n);
    assert_true(jr_bool(jr_get(v, "t"), false));
}

TEST(map, finds_every_key_it_was_given) {
    TEST_CTX(c);
    map m;
    map_init(&m, c->arena);
    char key[16];
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key%u", i);
        bool added = false;
        assert_int_equal(i, map_put(&m, str_of(key), i, &added));
        assert_true(added);
    }
    uint32_t v = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key%u", i);
        assert_true(map_get(&m, str_of(key), &v));
        assert_int_equal(i, v);
    }
    assert_false(map_get(&m, STR("nobody"), &v));
    map64 m64;
    map64_init(&m64, c->arena);
    for (uint64_t i = 0; i < 5000; i++) *map64_at(&m64, i * 7919) += (uint32_t)i;
    assert_int_equal(4999, *map64_find(&m64, 4999 * 7919));
    assert_null(map64_find(&m64, 1));
}

TEST(file, keeps_the_old_text_until_the_new_is_whole) {
    TEST_CTX(c);
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/deep/er", test_folder());
    assert_ok(c, file_make_dirs(c, path.p));
    buf_text(&path, "/f");
    assert_ok(c, file_write_atomic(c, path.p, STR("one"), 0600));
    assert_ok(c, file_write_atomic(c, path.p, STR("two"), 0600));
    str text = { 0 };
    assert_ok(c, file_read(c, path.p, 100, &text));
    assert_str("two", text);
    assert_err(ERR_TOO_LARGE, file_read(c, path.p, 2, &text));
    assert_err(ERR_NOT_FOUND, file_read(c, "/nowhere/at/all", 2, &text));
    struct stat s;
    assert_int_equal(0, stat(path.p, &s));
    assert_int_equal(0600, s.st_mode & 0777);
    file_map m = { 0 };
    assert_ok(c, file_map_open(c, path.p, &m));
    assert_memory_equal("two", m.data, 3);
    file_unmap(&m);
}

static void count_task(void *state, void *task) {
    (void)state;                                            /* no state in this pool */
    atomic_fetch_add((atomic_int *)task, 1);
}

TEST(workers, run_every_task_once) {
    TEST_CTX(c);
    atomic_int ran = 0;
    workers *w = NULL;
    assert_ok(c, workers_new(c, &(workers_options){ .name = "test", .threads = 4, .queue = 1000 }, &w));
    for (int i = 0; i < 1000; i++) assert_ok(c, workers_give(w, count_task, &ran));
    workers_free(w);
    assert_int_equal(1000, ran);
}

TEST(ctx, stops_work_at_its_deadline_or_when_cancelled) {
    TEST_CTX(c);
    time_source t = time_source_manual(1000);
    atomic_bool cancel = false;
    c->time = &t;
    c->cancel = &cancel;
    c->deadline_us = 1500 * 1000;
    assert_ok(c, ctx_check(c));
    t.sleep_ms(&t, 600);
    assert_err(ERR_DEADLINE, ctx_check(c));
    cancel = true;
    assert_err(ERR_CANCELLED, ctx_check(c));
}

TEST(clock, a_virtual_one_stands_until_it_is_moved_and_never_goes_back) {
    virtual_clock v;
    virtual_clock_init(&v, 1000);
    TEST_CTX(c);
    c->time = &v.source;
    assert_int_equal(1000, ctx_now_ms(c));
    assert_true(virtual_clock_move(&v, 5000) && virtual_clock_move(&v, 5000));
    assert_false(virtual_clock_move(&v, 4999));
    assert_int_equal(5000, ctx_now_ms(c));
    assert_true(c->time->mono_us(c->time) > 5000);          /* deadlines stay on the real one */
}
