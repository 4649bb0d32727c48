/* Tests of the progress line. */
#include "tests/test.h"
#include "app/progress.h"
#include <string.h>

enum { SECOND_US = 1000000 };

TEST(progress, tells_counts_rate_and_time_left) {
    char text[1024] = "";
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    progress_view p = { .out = out };
    progress_show(&p, STR(""), 0, 0, 0);
    progress_show(&p, STR("products"), 0, 500, SECOND_US);
    progress_show(&p, STR("products"), 10, 500, 2 * SECOND_US);        /* too soon for another line */
    progress_show(&p, STR("products"), 100, 500, 11 * SECOND_US);
    progress_show(&p, STR("orders"), 7, 0, 12 * SECOND_US);
    progress_end(&p);
    fclose(out);
    assert_string_equal("  products       0 of 500\n"
                        "  products       100 of 500, 10 a second, 40 s left\n"
                        "  orders         7\n", text);
}

TEST(progress, rewrites_one_line_on_a_terminal_and_keeps_control_characters_out) {
    char text[1024] = "";
    FILE *out = fmemopen(text, sizeof text - 1, "w");
    progress_view p = { .out = out, .tty = true };
    progress_show(&p, STR("a\033[2Jb"), 1, 2, SECOND_US);
    progress_end(&p);
    progress_end(&p);
    fclose(out);
    assert_string_equal("\r  a?[2Jb         1 of 2\033[K\n", text);
}

TEST(progress, says_durations_as_people_do) {
    static const struct { double seconds; const char *text; } cases[] = {
        { 0, "0 s" }, { 59.4, "59 s" }, { 60, "1 min 0 s" }, { 3599, "59 min 59 s" }, { 3900, "1 h 5 min" }, { -1, "0 s" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[32];
        progress_duration(cases[i].seconds, out);
        assert_string_equal(cases[i].text, out);
    }
}
