/* The one walker over tables of design fields. It does NOT know what a slot is: design.c does. */
#include "builder/fields.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "schema/currency.h"

const char *const widget_languages[] = { [WIDGET_RO] = "ro", [WIDGET_EN] = "en", NULL };

widget_language widget_language_of(str locale) {
    return str_eq(str_of(locale_language(locale)), STR("ro")) ? WIDGET_RO : WIDGET_EN;
}

const char *design_path(ctx *c, const char *path, str name) {
    buf b;
    buf_init_in(&b, c->arena, KIB);
    buf_printf(&b, "%s%s%.*s", path, *path ? "." : "", STR_ARG(str_clip(name, 40)));
    return buf_err(&b) ? path : b.p;
}

/* ---- what is safe ---- */
bool design_text_is_plain(str s) {
    if (!str_is_utf8(s)) return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        if (ch < ' ' || ch == 0x7f || ch == '<' || ch == '>') return false;
    }
    return true;
}

static bool is_letter_or_digit(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9'); }

static bool all_of(str s, const char *others) {
    for (size_t i = 0; i < s.n; i++)
        if (!is_letter_or_digit(s.p[i]) && (!s.p[i] || !strchr(others, s.p[i]))) return false;
    return true;
}

static bool is_hex(char ch) { return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F'); }

/* #rgb, #rrggbb or #rrggbbaa: no names and no functions, so that nothing but a colour can be said. */
static bool is_colour(str s) {
    if ((s.n != 4 && s.n != 7 && s.n != 9) || s.p[0] != '#') return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_hex(s.p[i])) return false;
    return true;
}

/* ---- reading ---- */
typedef struct { ctx *c; const char *path; const design_field *f; void *to; } slot_of_value;

static err_code wrong(const slot_of_value *x, const char *right) {
    const char *name = design_path(x->c, x->path, str_of(x->f->name));
    return fail_field(x->c, ERR_INVALID, name, "'%s' must be %s", name, right);
}

static err_code wrong_number(const slot_of_value *x, const char *what) {
    char right[120];
    snprintf(right, sizeof right, "%s from %.15g to %.15g", what, x->f->low, x->f->high);
    return wrong(x, right);
}

static err_code wrong_word(const slot_of_value *x) {
    buf b;
    buf_init_in(&b, x->c->arena, KIB);
    buf_text(&b, "one of ");
    for (size_t i = 0; x->f->words[i]; i++) buf_printf(&b, "%s%s", i ? ", " : "", x->f->words[i]);
    return buf_err(&b) ? fail(x->c, ERR_NO_MEMORY, "read a design") : wrong(x, b.p);
}

static err_code read_word(const slot_of_value *x, const json_value *v) {
    for (size_t i = 0; jr_is_string(v) && x->f->words[i]; i++)
        if (str_eq(jr_string(v), str_of(x->f->words[i]))) {
            *(int *)x->to = (int)i;
            return ERR_OK;
        }
    return wrong_word(x);
}

static err_code read_whole(const slot_of_value *x, const json_value *v) {
    int64_t n = 0;
    if (!jr_is_number(v) || !jr_i64(v, &n) || (double)n < x->f->low || (double)n > x->f->high) return wrong_number(x, "a whole number");
    if (x->f->kind == DESIGN_TIME) *(int64_t *)x->to = n;
    else *(int *)x->to = (int)n;
    return ERR_OK;
}

static err_code read_real(const slot_of_value *x, const json_value *v) {
    double n = 0;
    if (!jr_is_number(v) || !jr_double(v, &n) || !isfinite(n) || n < x->f->low || n > x->f->high) return wrong_number(x, "a number");
    *(double *)x->to = n;
    return ERR_OK;
}

static err_code read_string(const slot_of_value *x, const json_value *v) {
    str s = jr_string(v);
    bool colour = x->f->kind == DESIGN_COLOUR, font = x->f->kind == DESIGN_FONT;
    if (colour && !is_colour(s)) return wrong(x, "a colour as #rgb, #rrggbb or #rrggbbaa, or null for the theme's");
    if (!colour && (!s.n || (double)s.n > x->f->high)) {
        char right[80];
        snprintf(right, sizeof right, "a text of 1 to %.0f bytes, or null", x->f->high);
        return wrong(x, right);
    }
    if (font && !all_of(s, " ,-")) return wrong(x, "names of fonts, of letters, digits, blanks and hyphens, with commas between");
    if (x->f->kind == DESIGN_SELECTOR && !all_of(s, " -_.#>+~*[]=\"'^$|:(),"))
        return wrong(x, "a CSS selector of letters, digits, blanks and any of - _ . # > + ~ * [ ] = \" ' ^ $ | : ( ) ,");
    *(str *)x->to = s;
    return ERR_OK;
}

err_code design_text_read(ctx *c, const char *field, const json_value *v, size_t most, str *ret_text) {
    str s = jr_string(v);
    if (!jr_is_string(v) || s.n > most) return fail_field(c, ERR_INVALID, field, "'%s' must be a text of at most %zu bytes", field, most);
    if (!design_text_is_plain(s))
        return fail_field(c, ERR_INVALID, field, "'%s' must be plain text: no '<', no '>' and no control characters", field);
    *ret_text = s;
    return ERR_OK;
}

static size_t language_of(str word) {
    size_t k = 0;
    while (k < WIDGET_LANGUAGES && !str_eq(word, str_of(widget_languages[k]))) k++;
    return k;
}

static err_code read_words(const slot_of_value *x, const json_value *v) {
    const char *path = design_path(x->c, x->path, str_of(x->f->name));
    if (!jr_is_object(v)) return wrong(x, "an object of texts by language: ro, en");
    for (void *it = jr_first(v); it; it = jr_next(v, it)) {
        size_t k = language_of(jr_member_key(it));
        if (k == WIDGET_LANGUAGES) return wrong(x, "an object of texts by language: ro, en");
        if (!jr_is_null(jr_member_value(it)))
            TRY(design_text_read(x->c, design_path(x->c, path, jr_member_key(it)), jr_member_value(it), (size_t)x->f->high,
                                 &((widget_words *)x->to)->in[k]));
    }
    return ERR_OK;
}

static err_code read_one(ctx *c, const char *path, const design_field *f, const json_value *v, void *into) {
    const slot_of_value x = { c, path, f, (char *)into + f->offset };
    switch (f->kind) {
    case DESIGN_FLAG:
        if (!jr_is_bool(v)) return wrong(&x, "true or false");
        *(bool *)x.to = jr_bool(v, false);
        return ERR_OK;
    case DESIGN_WORD: return read_word(&x, v);
    case DESIGN_INT:
    case DESIGN_THEME_INT:
    case DESIGN_TIME: return read_whole(&x, v);
    case DESIGN_REAL: return read_real(&x, v);
    case DESIGN_COLOUR:
    case DESIGN_FONT:
    case DESIGN_SELECTOR: return read_string(&x, v);
    case DESIGN_WORDS: return read_words(&x, v);
    case DESIGN_GROUP: return design_fields_read(c, design_path(c, path, str_of(f->name)), v, f->fields, f->n_fields, into);
    }
    return ERR_INTERNAL;
}

static const design_field *find(const design_field *table, size_t n, str name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(table[i].name))) return &table[i];
    return NULL;
}

static err_code unknown(ctx *c, const char *path, str name, const design_field *table, size_t n) {
    buf list;
    buf_init_in(&list, c->arena, KIB);
    for (size_t i = 0; i < n; i++) buf_printf(&list, "%s%s", i ? ", " : "", table[i].name);
    return fail_field(c, ERR_INVALID, design_path(c, path, name), "%s%shas no member '%.*s'; there is: %.*s", path,
                      *path ? " " : "a design ",
                      STR_ARG(str_clip(name, 40)), STR_ARG(buf_view(&list)));
}

err_code design_fields_read(ctx *c, const char *path, const json_value *o, const design_field *table, size_t n, void *into) {
    if (!jr_is_object(o)) return fail_field(c, ERR_INVALID, path, "'%s' must be an object", path);
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        const design_field *f = find(table, n, jr_member_key(it));
        if (!f) return unknown(c, path, jr_member_key(it), table, n);
        if (!jr_is_null(jr_member_value(it))) TRY(read_one(c, path, f, jr_member_value(it), into));
    }
    return ERR_OK;
}

/* ---- writing ---- */
static void write_words(json_out *w, const widget_words *t, widget_language language) {
    if (language != WIDGET_EVERY_LANGUAGE) {
        jw_str(w, t->in[language]);
        return;
    }
    jw_object(w);
    for (size_t k = 0; k < WIDGET_LANGUAGES; k++) jw_member_str(w, widget_languages[k], t->in[k]);
    jw_end_object(w);
}

static void write_or_null(json_out *w, str s) {
    if (s.n) jw_str(w, s);
    else jw_null(w);
}

static void write_one(json_out *w, const design_field *f, const void *from, widget_language language) {
    const void *at = (const char *)from + f->offset;
    switch (f->kind) {
    case DESIGN_FLAG: jw_bool(w, *(const bool *)at); return;
    case DESIGN_WORD: jw_text(w, f->words[*(const int *)at]); return;
    case DESIGN_INT: jw_i64(w, *(const int *)at); return;
    case DESIGN_REAL: jw_double(w, *(const double *)at); return;
    case DESIGN_COLOUR:
    case DESIGN_FONT:
    case DESIGN_SELECTOR: write_or_null(w, *(const str *)at); return;
    case DESIGN_WORDS: write_words(w, at, language); return;
    case DESIGN_THEME_INT:
        if (*(const int *)at < (int)f->low) jw_null(w);
        else jw_i64(w, *(const int *)at);
        return;
    case DESIGN_TIME:
        if (*(const int64_t *)at) jw_i64(w, *(const int64_t *)at);
        else jw_null(w);
        return;
    case DESIGN_GROUP:
        jw_object(w);
        design_fields_write(w, f->fields, f->n_fields, from, language);
        jw_end_object(w);
        return;
    }
}

void design_fields_write(json_out *w, const design_field *table, size_t n, const void *from, widget_language language) {
    for (size_t i = 0; i < n; i++) {
        jw_key(w, table[i].name);
        write_one(w, &table[i], from, language);
    }
}

/* ---- describing ---- */
static const char *const kind_words[] = {
    [DESIGN_FLAG] = "flag", [DESIGN_WORD] = "word", [DESIGN_INT] = "whole", [DESIGN_REAL] = "number", [DESIGN_TIME] = "time_ms",
    [DESIGN_COLOUR] = "colour", [DESIGN_FONT] = "font", [DESIGN_SELECTOR] = "selector", [DESIGN_THEME_INT] = "whole",
    [DESIGN_WORDS] = "texts", [DESIGN_GROUP] = "group",
};

void design_fields_describe(json_out *w, const design_field *table, size_t n) {
    jw_array(w);
    for (size_t i = 0; i < n; i++) {
        const design_field *f = &table[i];
        jw_object(w);
        jw_member_text(w, "name", f->name);
        jw_member_text(w, "kind", kind_words[f->kind]);
        if (f->low < f->high) jw_key(w, "low"), jw_double(w, f->low), jw_key(w, "high"), jw_double(w, f->high);
        if (f->words) {
            jw_key(w, "words");
            jw_array(w);
            for (size_t k = 0; f->words[k]; k++) jw_text(w, f->words[k]);
            jw_end_array(w);
        }
        if (f->fields) jw_key(w, "fields"), design_fields_describe(w, f->fields, f->n_fields);
        jw_end_object(w);
    }
    jw_end_array(w);
}
