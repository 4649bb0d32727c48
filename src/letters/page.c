/* A page of blocks, drawn as text and as HTML. The only place of letters/ where values meet markup. */
#include "letters/letter_int.h"
#include "base/html.h"
#include "base/zone.h"
#include "schema/currency.h"
#include "schema/tables.h"

enum { LETTER_BYTES = 256 * 1024 };

letter_reader letter_reader_of(ctx *c, const store *s) {
    return (letter_reader){ .shop = s->title.n ? s->title : s->name, .locale = s->locale, .currency = s->currency,
                            .zone_ms = zone_offset_ms(c, s->time_zone, ctx_now_ms(c)) };
}

void letter_page_init(ctx *c, const letter_reader *to, letter_page *ret_page) {
    bool romanian = str_eq(str_of(locale_language(to->locale)), STR("ro"));
    *ret_page = (letter_page){ .c = c, .to = to, .language = romanian ? LETTER_RO : LETTER_EN };
}

str letter_fill(letter_page *p, const phrase *f, const str *values, size_t n) {
    buf b;
    buf_init_in(&b, p->c->arena, 16 * 1024);
    for (const char *at = f->in[p->language]; *at; at++) {
        bool hole = at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}' && (size_t)(at[1] - '0') < n;
        if (hole) buf_str(&b, values[at[1] - '0']);
        else buf_char(&b, *at);
        if (hole) at += 2;
    }
    if (buf_err(&b)) p->full = true;
    return buf_view(&b);
}

void letter_add(letter_page *p, block_kind kind, str text) {
    if (p->n == LIMIT_LETTER_BLOCKS) p->full = true;
    else p->blocks[p->n++] = (block){ kind, text };
}

/* ---- text ---- */
/* Row by row, each figure behind the words of its column: lines of a mail may be broken anywhere, columns would not survive. */
static void table_text(const letter_page *p, buf *b) {
    for (size_t r = 1; r < p->rows; r++) {
        buf_printf(b, "%.*s\n", STR_ARG(p->cells[r][0]));
        for (size_t k = 1; k < p->columns; k++)
            if (p->cells[r][k].n) buf_printf(b, "  %.*s: %.*s\n", STR_ARG(p->cells[0][k]), STR_ARG(p->cells[r][k]));
    }
}

static void draw_text(const letter_page *p, buf *b) {
    for (size_t i = 0; i < p->n; i++) {
        if (i) buf_char(b, '\n');
        if (p->blocks[i].kind == BLOCK_TABLE) table_text(p, b);
        else buf_str(b, p->blocks[i].text), buf_char(b, '\n');
    }
}

/* ---- HTML ---- */
#define LINE_BELOW "border-bottom:1px solid #d9dde3"
#define FONT "font-family:Arial,Helvetica,sans-serif;"

static void element(buf *b, const char *open, str text, const char *close) {
    buf_text(b, open);
    html_text(b, text);
    buf_text(b, close);
}

static void table_html(const letter_page *p, buf *b) {
    buf_text(b, "<table role=\"presentation\" width=\"100%\" cellpadding=\"8\" cellspacing=\"0\" border=\"0\" "
                "style=\"border-collapse:collapse;margin:16px 0;" FONT "font-size:14px\">\n");
    for (size_t r = 0; r < p->rows; r++) {
        buf_text(b, r ? "<tr>" : "<tr style=\"background:#f0f2f5\">");
        for (size_t k = 0; k < p->columns; k++)
            element(b, k ? "<td align=\"right\" style=\"" LINE_BELOW "\">" : "<td style=\"" LINE_BELOW "\">", p->cells[r][k], "</td>");
        buf_text(b, "</tr>\n");
    }
    buf_text(b, "</table>\n");
}

static const struct { const char *open, *close; } tags[] = {
    [BLOCK_HEAD] = { "<h1 style=\"margin:0 0 16px;" FONT "font-size:20px;line-height:28px;color:#14181f\">", "</h1>\n" },
    [BLOCK_PARAGRAPH] = { "<p style=\"margin:0 0 12px;" FONT "font-size:15px;line-height:22px;color:#14181f\">", "</p>\n" },
    [BLOCK_SMALL] = { "<p style=\"margin:16px 0 0;" FONT "font-size:12px;line-height:18px;color:#5b6470\">", "</p>\n" },
};

static void draw_html(const letter_page *p, buf *b) {
    buf_printf(b, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\">", p->language == LETTER_RO ? "ro" : "en");
    element(b, "<title>", p->subject, "</title></head>\n<body style=\"margin:0;padding:0;background:#f6f7f9\">\n");
    buf_text(b, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td align=\"center\">\n"
                "<table role=\"presentation\" width=\"600\" cellpadding=\"24\" cellspacing=\"0\" border=\"0\" "
                "style=\"max-width:600px;width:100%;background:#ffffff\"><tr><td>\n");
    for (size_t i = 0; i < p->n; i++) {
        if (p->blocks[i].kind == BLOCK_TABLE) table_html(p, b);
        else element(b, tags[p->blocks[i].kind].open, p->blocks[i].text, tags[p->blocks[i].kind].close);
    }
    buf_text(b, "</td></tr></table>\n</td></tr></table>\n</body></html>\n");
}

err_code letter_draw(const letter_page *p, letter *ret_letter) {
    buf text, html;
    buf_init_in(&text, p->c->arena, LETTER_BYTES);
    buf_init_in(&html, p->c->arena, LETTER_BYTES);
    draw_text(p, &text);
    draw_html(p, &html);
    if (p->full || buf_err(&text) || buf_err(&html)) return fail(p->c, ERR_NO_MEMORY, "write a letter");
    *ret_letter = (letter){ p->subject, buf_view(&text), buf_view(&html) };
    return ERR_OK;
}
