/* Prices in a shop's own hand: checked, kept, written. It does NOT know where a platform says how it writes. */
#include "schema/price_style.h"
#include <string.h>
#include "schema/currency.h"

enum { SYMBOL_CHARACTERS = 16, SEPARATOR_CHARACTERS = 2 };
#define HARD_SPACE "\xC2\xA0"

static size_t characters(str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool is_figure(char ch) { return ch >= '0' && ch <= '9'; }
static bool is_letter(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z'); }

/* Text that stands beside an amount: no markup, nothing that cannot be seen. */
static bool is_plain(str s, size_t most) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F || s.p[i] == '<' || s.p[i] == '>') return false;
    return (!s.n || str_is_utf8(s)) && characters(s) <= most;
}

static bool is_separator(str s) {
    for (size_t i = 0; i < s.n; i++)
        if (is_figure(s.p[i]) || is_letter(s.p[i]) || s.p[i] == '&') return false;
    return s.n < PRICE_SEPARATOR_BYTES && is_plain(s, SEPARATOR_CHARACTERS);
}

static bool has_figures(str s) {
    for (size_t i = 0; i < s.n; i++)
        if (is_figure(s.p[i])) return true;
    return false;
}

/* Symbols of shops are also pictures (`<i class="icon">`): those cannot be text. A figure in one would be read as part of the amount. */
static str symbol_of(const price_words *w) {
    const currency *k = currency_find(w->code);
    bool fits = w->symbol.n && w->symbol.n + sizeof HARD_SPACE < PRICE_AROUND_BYTES;
    if (fits && is_plain(w->symbol, SYMBOL_CHARACTERS) && !has_figures(w->symbol)) return w->symbol;
    return k ? str_of(k->symbol) : str_clip(w->code, 3);
}

static void set(char *to, str a, str b) {
    if (a.n) memcpy(to, a.p, a.n);
    if (b.n) memcpy(to + a.n, b.p, b.n);
    to[a.n + b.n] = 0;
}

bool price_style_make(const price_words *w, price_style *ret_style) {
    bool left = str_starts(w->position, STR("left")), spaced = str_ends(w->position, STR("_space"));
    str side = str_sub(w->position, 0, w->position.n - (spaced ? 6 : 0)), none = { 0 }, symbol = symbol_of(w);
    str space = spaced ? STR(HARD_SPACE) : none, point = w->point.n ? w->point : STR(".");
    if (!str_eq(side, left ? STR("left") : STR("right"))) return false;
    if (!is_separator(w->thousand) || !is_separator(point) || w->digits < 0 || w->digits > PRICE_DIGITS_MOST) return false;
    *ret_style = (price_style){ .known = true, .digits = (int)w->digits };
    set(ret_style->before, left ? symbol : none, left ? space : none);
    set(ret_style->after, left ? none : space, left ? none : symbol);
    set(ret_style->thousand, w->thousand, none);
    set(ret_style->point, point, none);
    return true;
}

/* ---- kept ---- */
void price_style_write(json_out *w, const price_style *s) {
    if (!s->known) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_member_text(w, "before", s->before);
    jw_member_text(w, "after", s->after);
    jw_member_text(w, "thousand", s->thousand);
    jw_member_text(w, "decimal", s->point);
    jw_member_i64(w, "digits", s->digits);
    jw_end_object(w);
}

void price_style_read(ctx *c, str json, price_style *ret_style) {
    const json_value *v = NULL;
    int64_t digits = -1;
    *ret_style = (price_style){ 0 };
    if (!json.n || json_parse(c, json, JSON_READ_STRICT, &v)) return;
    str before = jr_string(jr_get(v, "before")), after = jr_string(jr_get(v, "after"));
    str thousand = jr_string(jr_get(v, "thousand")), point = jr_string(jr_get(v, "decimal"));
    bool fits = before.n < PRICE_AROUND_BYTES && after.n < PRICE_AROUND_BYTES && point.n && is_separator(thousand) && is_separator(point);
    if (!fits || !is_plain(before, PRICE_AROUND_BYTES) || !is_plain(after, PRICE_AROUND_BYTES)) return;
    if (!jr_i64(jr_get(v, "digits"), &digits) || digits < 0 || digits > PRICE_DIGITS_MOST) return;
    *ret_style = (price_style){ .known = true, .digits = (int)digits };
    set(ret_style->before, before, (str){ 0 });
    set(ret_style->after, after, (str){ 0 });
    set(ret_style->thousand, thousand, (str){ 0 });
    set(ret_style->point, point, (str){ 0 });
}

/* ---- written ---- */
void price_text(buf *b, int64_t minor, str code, str locale, const price_style *s) {
    if (!s || !s->known) {
        money_text(b, minor, code, locale);
        return;
    }
    int digits = currency_digits(code);
    uint64_t amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor, unit = 1;
    for (; digits > s->digits; digits--) unit *= 10;
    if (minor < 0) buf_char(b, '-');
    buf_text(b, s->before);
    money_amount(b, (amount + unit / 2) / unit, digits, s->digits, str_of(s->thousand), str_of(s->point));
    buf_text(b, s->after);
}
