/* Numbers, money, dates, places and settings as an owner reads them. It does NOT know any letter. */
#include "letters/letter_int.h"
#include <math.h>
#include "base/json.h"
#include "schema/currency.h"

static str done(letter_page *p, const buf *b) {
    if (buf_err(b)) p->full = true;
    return buf_view(b);
}

/* Groups of three and the sign for decimals of the language. */
static void number(letter_page *p, buf *b, double v, int decimals) {
    char digits[64];
    buf plain = { .p = digits, .cap = sizeof digits, .max = sizeof digits - 1 };
    buf_fixed(&plain, fabs(v) < 1e15 ? fabs(v) : 0, decimals);
    size_t whole = plain.n - (decimals ? (size_t)decimals + 1 : 0);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0) buf_char(b, p->language == LETTER_RO ? '.' : ',');
        buf_char(b, digits[i]);
    }
    if (!decimals) return;
    buf_char(b, p->language == LETTER_RO ? ',' : '.');
    buf_add(b, digits + whole + 1, (size_t)decimals);
}

static void percent(letter_page *p, buf *b, double share, int decimals) {
    number(p, b, 100 * share, decimals);
    buf_text(b, p->language == LETTER_RO ? "\u00A0%" : "%");
}

str letter_count(letter_page *p, double n) {
    buf b;
    buf_init_in(&b, p->c->arena, 64);
    number(p, &b, n, 0);
    return done(p, &b);
}

str letter_percent(letter_page *p, double share, int decimals) {
    buf b;
    buf_init_in(&b, p->c->arena, 64);
    percent(p, &b, share, decimals);
    return done(p, &b);
}

str letter_change(letter_page *p, double share) {
    buf b;
    buf_init_in(&b, p->c->arena, 64);
    if (!isfinite(share)) return share < 0 ? STR("−∞") : STR("∞");
    buf_text(&b, share < 0 ? "−" : "+");
    percent(p, &b, share, 1);
    return done(p, &b);
}

str letter_money(letter_page *p, double minor) {
    buf b;
    buf_init_in(&b, p->c->arena, 128);
    money_text(&b, llround(fabs(minor) < 9e15 ? minor : 0), p->to->currency, p->to->locale);
    return done(p, &b);
}

str letter_date(letter_page *p, int64_t at_ms) {
    static const phrase months[] = {
        { { "ianuarie", "January" } }, { { "februarie", "February" } }, { { "martie", "March" } }, { { "aprilie", "April" } },
        { { "mai", "May" } }, { { "iunie", "June" } }, { { "iulie", "July" } }, { { "august", "August" } },
        { { "septembrie", "September" } }, { { "octombrie", "October" } }, { { "noiembrie", "November" } },
        { { "decembrie", "December" } },
    };
    civil_time t = civil_from_ms(at_ms + p->to->zone_ms);
    buf b;
    buf_init_in(&b, p->c->arena, 64);
    buf_printf(&b, "%d %s %lld", t.day, months[t.month - 1].in[p->language], (long long)t.year);
    return done(p, &b);
}

/* ---- places ---- */
typedef struct { const char *word; phrase text; } named;

static const phrase *find_named(const named *rows, size_t n, str word) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, str_of(rows[i].word))) return &rows[i].text;
    return NULL;
}

str letter_place(letter_page *p, str placement) {
    static const named places[] = {
        { "", { { "tot magazinul", "the whole shop" } } },
        { "home", { { "prima pagină", "the home page" } } },
        { "category", { { "paginile de categorie", "category pages" } } },
        { "product", { { "pagina de produs", "the product page" } } },
        { "upsell", { { "propunerile mai scumpe", "dearer alternatives" } } },
        { "similar", { { "produsele similare", "similar products" } } },
        { "also_bought", { { "„au mai cumpărat”", "“also bought”" } } },
        { "cart", { { "coș", "the cart" } } },
        { "checkout", { { "finalizarea comenzii", "the checkout" } } },
        { "thank_you", { { "pagina de mulțumire", "the thank-you page" } } },
        { "account", { { "contul clientului", "the customer's account" } } },
        { "email", { { "e-mailuri", "e-mails" } } },
    };
    const phrase *f = find_named(places, COUNT(places), placement);
    return f ? str_of(f->in[p->language]) : placement;
}

/* ---- settings ---- */
static const phrase *display_words(str word) {
    static const named displays[] = {
        { "popup", { { "fereastră pop-up", "pop-up" } } }, { "banner", { { "banner", "banner" } } },
        { "inline", { { "în pagină", "inline" } } },       { "cart", { { "în coș", "in the cart" } } },
        { "checkout", { { "la finalizare", "at the checkout" } } },
        { "slide_in", { { "glisant din lateral", "slide-in" } } }, { "sticky", { { "fixat pe ecran", "sticky" } } },
    };
    return find_named(displays, COUNT(displays), word);
}

/* One setting in words; empty when there are none for it. */
static str one_setting(letter_page *p, str name, const json_value *v) {
    static const phrase items = { { "{0} produse", "{0} products" } }, item = { { "1 produs", "1 product" } };
    static const phrase off = { { "reducere {0}", "{0} off" } }, no_discount = { { "fără reducere", "no discount" } };
    static const phrase hidden = { { "ascuns", "hidden" } };
    int64_t n = 0;
    if (str_eq(name, STR("n")) && jr_i64(v, &n)) {
        str count = letter_count(p, (double)n);
        return letter_fill(p, n == 1 ? &item : &items, &count, 1);
    }
    if (str_eq(name, STR("discount")) && jr_i64(v, &n)) {
        str share = letter_percent(p, (double)n / 100, 0);
        return letter_fill(p, n ? &off : &no_discount, &share, 1);
    }
    const phrase *display = str_eq(name, STR("display")) ? display_words(jr_string(v)) : NULL;
    if (display) return letter_fill(p, display, NULL, 0);
    if (str_eq(name, STR("price_incentive")) && !jr_bool(v, true)) return letter_fill(p, &no_discount, NULL, 0);
    if (str_eq(name, STR("enabled")) && !jr_bool(v, true)) return letter_fill(p, &hidden, NULL, 0);
    return (str){ 0 };
}

static void other_setting(letter_page *p, buf *b, str name, const json_value *v) {
    str value = jr_text(p->c->arena, v);
    buf_printf(b, "%.*s %.*s", STR_ARG(str_clip(name, 40)), STR_ARG(str_clip(value, 60)));
}

str letter_settings(letter_page *p, str settings) {
    static const phrase as_before = { { "ca până acum", "as before" } };
    const json_value *o = NULL;
    buf b;
    buf_init_in(&b, p->c->arena, 1024);
    if (settings.n && json_parse(p->c, settings, JSON_READ_STRICT, &o)) o = NULL;
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        str words = one_setting(p, jr_member_key(it), jr_member_value(it));
        if (b.n) buf_text(&b, ", ");
        if (words.n) buf_str(&b, words);
        else other_setting(p, &b, jr_member_key(it), jr_member_value(it));
    }
    return b.n ? done(p, &b) : letter_fill(p, &as_before, NULL, 0);
}
