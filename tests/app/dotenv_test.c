/* Tests of the .env reader: what people write, and what nobody should. */
#include "tests/test.h"
#include "app/dotenv.h"
#include <string.h>

TEST(dotenv, reads_what_people_write) {
    static const struct { const char *text, *key, *value; } cases[] = {
        { "A=1", "A", "1" },
        { "  export A = some words  ", "A", "some words" },
        { "export\tA=1", "A", "1" },
        { "A=x # why", "A", "x" },
        { "A=x#y", "A", "x#y" },
        { "A=", "A", "" },
        { "A=#c", "A", "" },
        { "A='a $b \\n # c' # d", "A", "a $b \\n # c" },
        { "A=\"a\\nb\\t\\\"c\\\" \\$d \\q\"", "A", "a\nb\t\"c\" $d \\q" },
        { "\xEF\xBB\xBF" "A=1\r\nB=2\r\n", "B", "2" },
        { "\xEF\xBB\xBF" "A=1\r\nB=2\r\n", "A", "1" },
        { "A=1\nA=2\n", "A", "2" },
        { "# A=0\n\n\nA=1", "A", "1" },
        { "A=a=b", "A", "a=b" },
        { "exported=1", "exported", "1" },
        { "A=c\xC4\x83r\xC8\x9Bi", "A", "c\xC4\x83r\xC8\x9Bi" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        dotenv d;
        assert_ok(c, dotenv_parse(c, str_of(cases[i].text), &d));
        assert_int_equal(0, d.n_problems);
        assert_str(cases[i].value, dotenv_get(&d, str_of(cases[i].key)));
    }
}

TEST(dotenv, reports_lines_it_cannot_read_by_number_and_goes_on) {
    static const char *const bad[] = { "A", "=1", "1A=2", "A B=1", "A='x", "A=\"x", "A=\"x\\\"", "A='x' y", "A=\"x\"y", "A=\xff", "-A=1" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        TEST_CTX(c);
        char text[64];
        snprintf(text, sizeof text, "X=1\n%s\nY=2\n", bad[i]);
        dotenv d;
        assert_ok(c, dotenv_parse(c, str_of(text), &d));
        assert_int_equal(1, d.n_problems);
        assert_int_equal(2, d.problems[0].line);
        assert_non_null(d.problems[0].why);
        assert_str("1", dotenv_get(&d, STR("X")));
        assert_str("2", dotenv_get(&d, STR("Y")));
        assert_null(dotenv_get(&d, STR("A")).p);
    }
}

TEST(dotenv, survives_bytes_that_are_no_text) {
    TEST_CTX(c);
    static const char zeros[] = "A=1\0B=2\nC=3";
    dotenv d;
    assert_ok(c, dotenv_parse(c, (str){ zeros, sizeof zeros - 1 }, &d));
    assert_int_equal(1, d.n_problems);
    assert_str("3", dotenv_get(&d, STR("C")));
    assert_ok(c, dotenv_parse(c, (str){ 0 }, &d));
    assert_int_equal(0, d.n_pairs);
}

TEST(dotenv, keeps_its_limits) {
    TEST_CTX(c);
    dotenv d;
    char *big = arena_alloc(c->arena, LIMIT_ENV_FILE_BYTES + 1);
    memset(big, 'A', LIMIT_ENV_FILE_BYTES + 1);
    assert_err(ERR_TOO_LARGE, dotenv_parse(c, (str){ big, LIMIT_ENV_FILE_BYTES + 1 }, &d));
    assert_ok(c, dotenv_parse(c, (str){ big, LIMIT_ENV_FILE_BYTES }, &d));
    assert_int_equal(1, d.n_problems);
    for (size_t i = 0; i + 4 <= LIMIT_ENV_FILE_BYTES; i += 4) memcpy(big + i, "A=1\n", 4);
    assert_ok(c, dotenv_parse(c, (str){ big, LIMIT_ENV_FILE_BYTES }, &d));
    assert_int_equal(DOTENV_PAIRS, d.n_pairs);
    assert_int_equal(DOTENV_PROBLEMS, d.n_problems);
}
