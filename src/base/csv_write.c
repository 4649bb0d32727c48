/* CSV out: one field at a time. It does NOT read: csv.c does. */
#include "base/csv.h"

/* What starts a formula; the second four are their full-width twins, which some spreadsheets take for the same. */
static const char *const formula_starts[] = {
    "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0",
};

/* Also behind the blanks that a spreadsheet may skip. */
static bool looks_like_formula(str text) {
    size_t at = 0;
    while (at < text.n && memchr(" \t\r\n", text.p[at], 4)) at++;
    if (text.n && memchr("\t\r\n", text.p[0], 3)) return true;
    str rest = str_sub(text, at, text.n);
    for (size_t i = 0; i < COUNT(formula_starts); i++)
        if (str_starts(rest, str_of(formula_starts[i]))) return true;
    return false;
}

void csv_put(buf *out, str text) {
    bool formula = looks_like_formula(text), quote = formula;
    for (size_t i = 0; i < text.n && !quote; i++) quote = memchr(",;\"\r\n\t|", text.p[i], 7) != NULL;
    if (!quote) {
        buf_str(out, text);
        return;
    }
    buf_char(out, '"');
    if (formula) buf_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') buf_char(out, '"');
        buf_char(out, text.p[i]);
    }
    buf_char(out, '"');
}
