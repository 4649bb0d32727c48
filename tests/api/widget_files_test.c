/* The widget's files as they are served. */
#include "tests/test.h"
#include "api/widget_files.h"

TEST(widget, is_sent_small_to_those_who_take_it_small) {
    static const struct { const char *header; bool takes; } cases[] = {
        { "gzip, deflate, br", true }, { "br;q=1.0, GZIP;q=0.8", true }, { "*", true }, { "gzip;q=0.5", true },
        { "gzip;q=0", false }, { "gzip; q=0", false }, { "identity", false }, { "", false }, { "xgzip", false }, { ",;,", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (widget_takes_gzip(str_of(cases[i].header)) != cases[i].takes) test_fail("'%s'", cases[i].header);
}

TEST(widget, is_in_the_program_loader_first) {
    assert_true(n_widget_files >= 2);
    assert_str("v.js", str_of(widget_files[0].name));
    for (size_t i = 0; i < n_widget_files; i++) {
        const widget_file *f = &widget_files[i];
        assert_true(f->n > f->n_zip && f->n_zip > 100);
        assert_true(f->zip[0] == 0x1f && f->zip[1] == 0x8b);
        assert_string_not_equal(f->etag, f->zip_etag);
        str name = str_of(f->name), loader = { (const char *)widget_files[0].body, widget_files[0].n };
        if (i) assert_true(str_find(loader, name) != SIZE_MAX);
    }
}
