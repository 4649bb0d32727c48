/* GET /api/v1/widget/email: a block of products for a letter, as tables with inline styles and as text.
 * It is made when the letter is written. Nothing is loaded from us when it is opened, so opening counts nothing, and links lead straight to
 * the shop with the answer's id: what a mail program fetches ahead is no click, the page that a person opens tells it. */
#include "api/page_frame.h"
#include "api/recommendations.h"
#include "api/widget.h"
#include "base/html.h"
#include "decide/catalogue.h"
#include "decide/widget_config.h"
#include "net/url.h"

enum { COLUMNS = 2, CELL_PX = 280, IMAGE_PX = 248 };

typedef struct { recommend_input ask; str part, base; } email_input;
#define OFFSET(member) offsetof(email_input, member)
const param widget_email_params[COUNT_WIDGET_EMAIL] = {
    { "customer_id", PARAM_TEXT, OFFSET(ask.customer_id), 0, 0, false, "Whom the letter is for: the shop's customer id.", "\"17\"",
        NULL, 0 },
    { "visitor_id", PARAM_TEXT, OFFSET(ask.visitor_id), 0, 0, false, "The same by the browser's id.", "\"v-7f3a\"", NULL, 0 },
    { "product_id", PARAM_TEXT, OFFSET(ask.product_id), 0, 0, false, "What the letter is about.", "\"101\"", NULL, 0 },
    { "cart", PARAM_TEXTS, OFFSET(ask.cart), 0, LIMIT_CART_ITEMS, false, "What was bought or left in the cart: not shown again.",
      "[\"104\",\"230\"]", NULL, 0 },
    { "exclude", PARAM_TEXTS, OFFSET(ask.exclude), 0, LIMIT_EXCLUDE_ITEMS, false, "Products that must not be shown.", NULL, NULL, 0 },
    { "n", PARAM_INT, OFFSET(ask.n), 1, 12, false, "How many; 4 by default. What is set for the placement 'email' holds over it.",
        "4", NULL, 0 },
    { "lang", PARAM_TEXT, OFFSET(ask.locale), 0, 20, false, "ro, or en for all others; left out: the shop's.", "\"ro\"", NULL, 0 },
    { "part", PARAM_TEXT, OFFSET(part), 0, 4, false,
        "html (the default), or text: the letter's other part, asked for by the same n.", "\"html\"",
      NULL, 0 },
    { "base", PARAM_TEXT, OFFSET(base), 0, 0, false,
      "The shop's address, put before links and pictures that are told without one; else such a product has neither.",
      "\"https://shop.example\"", NULL, 0 },
    { "preview_token", PARAM_TEXT, OFFSET(ask.preview_token), 0, 0, false, "A look that is logged nowhere.", NULL, NULL, 0 },
};

/* What the letter's block is drawn of. */
typedef struct {
    buf *b;
    const recommend_answer *found;
    const slot_design *slot;
    widget_look look;
    widget_language language;
    serving_facts shop;
    str see_product, from_price;
    str base;                       /* "https://shop.example", or empty */
} block;

/* ---- colours ---- */
static int hex_of(char ch) { return ch <= '9' ? ch - '0' : (ch | 0x20) - 'a' + 10; }

/* Mail programs know #rrggbb alone: three digits are doubled, what lies behind six is left out. */
static void put_colour(buf *b, str colour, const char *otherwise) {
    if (!colour.n) buf_text(b, otherwise);
    else if (colour.n == 4) buf_printf(b, "#%c%c%c%c%c%c", colour.p[1], colour.p[1], colour.p[2], colour.p[2], colour.p[3], colour.p[3]);
    else buf_str(b, str_sub(colour, 0, 7));
}

/* Letters on a ground of that colour: black where white would be hard to read (relative luminance as in WCAG 2.2, gamma of 2). */
static const char *ink_on(str colour) {
    const double weight[3] = { 0.2126, 0.7152, 0.0722 };
    double light = 0;
    if (!colour.n) return "#ffffff";
    for (int i = 0; i < 3; i++) {
        int level = colour.n == 4 ? 17 * hex_of(colour.p[1 + i]) : 16 * hex_of(colour.p[1 + 2 * i]) + hex_of(colour.p[2 + 2 * i]);
        double part = level / 255.0;
        light += weight[i] * part * part;
    }
    return light > 0.18 ? "#000000" : "#ffffff";            /* both have a contrast of 4.58 at 0.179 */
}

/* ---- addresses ---- */
static bool is_absolute(str url) { return str_starts(url, STR("https://")) || str_starts(url, STR("http://")); }

/* An address a letter can hold, in c->arena; empty when the product has none. */
static str whole_url(ctx *c, const block *x, str url) {
    buf b;
    if (is_absolute(url)) return url;
    if (!x->base.n || !str_starts(url, STR("/")) || str_starts(url, STR("//"))) return (str){ 0 };
    buf_init_in(&b, c->arena, LIMIT_URL_BYTES * 2);
    buf_str(&b, x->base);
    buf_str(&b, url);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

/* The product's page, told which answer led there and from which place. */
static str link_of(ctx *c, const block *x, size_t i) {
    buf b;
    str url = whole_url(c, x, x->found->items[i].item->url), page = str_cut(&url, '#');
    if (!page.n) return (str){ 0 };
    buf_init_in(&b, c->arena, LIMIT_URL_BYTES * 2);
    buf_str(&b, page);
    buf_printf(&b, "%cvitrine_rec=%s&vitrine_position=%zu", str_find(page, STR("?")) == SIZE_MAX ? '?' : '&', x->found->rec_id, i + 1);
    if (url.n) buf_char(&b, '#'), buf_str(&b, url);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

/* ---- prices ---- */
static const char *language_of(const block *x) { return widget_languages[x->language]; }

static void put_money(const block *x, int64_t minor) { page_price(x->b, minor, str_of(language_of(x)), &x->shop); }

/* "from {0}" filled in where variations differ. */
static void put_price(const block *x, const recommended *r) {
    str head = x->from_price, tail = x->from_price;
    size_t hole = str_find(tail, STR("{0}"));
    bool from = r->item->price_from && hole != SIZE_MAX;
    if (from) html_text(x->b, str_sub(head, 0, hole));
    put_money(x, r->price_minor);
    if (from) html_text(x->b, str_sub(tail, hole + 3, tail.n));
}

static int64_t price_before(const recommended *r) {
    return r->item->regular_minor > r->price_minor ? r->item->regular_minor : 0;
}

/* ---- HTML ---- */
#define FONT "font-family:Arial,Helvetica,sans-serif;"

static void open_style(const block *x, const char *start, const char *size) {
    buf_printf(x->b, "%s style=\"margin:0;%sfont-size:%s;line-height:1.4;color:", start, FONT, size);
    put_colour(x->b, x->look.text, "#1f2328");
    buf_text(x->b, "\">");
}

static void open_link(const block *x, str link) {
    if (!link.n) return;
    buf_text(x->b, "<a href=\"");
    html_url(x->b, link);
    buf_text(x->b, "\" style=\"text-decoration:none;color:inherit\">");
}

static void close_link(const block *x, str link) {
    if (link.n) buf_text(x->b, "</a>");
}

/* A picture that does not come leaves the product's name in its place. */
static void put_picture(ctx *c, const block *x, const recommended *r, str link) {
    str picture = whole_url(c, x, r->item->image);
    if (!picture.n) return;
    open_link(x, link);
    buf_text(x->b, "<img src=\"");
    html_url(x->b, picture);
    buf_text(x->b, "\" alt=\"");
    html_text(x->b, r->item->name);
    buf_printf(x->b, "\" width=\"%d\" style=\"display:block;border:0;width:100%%;max-width:%dpx;height:auto;", IMAGE_PX, IMAGE_PX);
    buf_printf(x->b, "%sfont-size:14px;color:#57606a\">", FONT);
    close_link(x, link);
}

static void put_prices(const block *x, const recommended *r) {
    open_style(x, "<p", "16px");
    buf_text(x->b, "<b>");
    put_price(x, r);
    buf_text(x->b, "</b>");
    if (price_before(r)) {
        buf_text(x->b, " <span style=\"text-decoration:line-through;color:#57606a;font-size:14px\">");
        put_money(x, price_before(r));
        buf_text(x->b, "</span>");
    }
    buf_text(x->b, "</p>");
}

static void put_button(const block *x, str link) {
    if (!link.n || !x->slot->add_to_cart) return;
    buf_text(x->b,
             "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
             "style=\"margin-top:8px\"><tr><td style=\"background:");
    put_colour(x->b, x->look.accent, "#1f2328");
    buf_printf(x->b, ";border-radius:%dpx\"><a href=\"", x->look.radius_px < 0 ? 4 : x->look.radius_px);
    html_url(x->b, link);
    buf_printf(x->b, "\" style=\"display:inline-block;padding:10px 18px;%sfont-size:14px;text-decoration:none;color:%s\">", FONT,
               ink_on(x->look.accent));
    html_text(x->b, x->see_product);
    buf_text(x->b, "</a></td></tr></table>");
}

static void put_cell(ctx *c, const block *x, size_t i, int width) {
    const recommended *r = &x->found->items[i];
    str link = link_of(c, x, i);
    buf_printf(x->b, "<td width=\"%d\" valign=\"top\" style=\"padding:12px\">", width);
    put_picture(c, x, r, link);
    open_style(x, "<p", "15px");
    open_link(x, link);
    html_text(x->b, r->item->name);
    close_link(x, link);
    buf_text(x->b, "</p>");
    put_prices(x, r);
    if (x->slot->message && r->message.n) {
        open_style(x, "<p", "13px");
        html_text(x->b, r->message);
        buf_text(x->b, "</p>");
    }
    put_button(x, link);
    buf_text(x->b, "</td>\n");
}

static void draw_html(ctx *c, const block *x) {
    size_t columns = x->slot->layout == WIDGET_LAYOUT_LIST || x->found->n == 1 ? 1 : COLUMNS;
    buf_printf(x->b, "<table role=\"presentation\" lang=\"%s\" width=\"100%%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
               "style=\"max-width:600px;margin:0 auto;background:", language_of(x));
    put_colour(x->b, x->look.surface, "#ffffff");
    buf_text(x->b, "\">\n");
    if (x->slot->title.in[x->language].n) {
        buf_printf(x->b, "<tr><td colspan=\"%zu\" style=\"padding:12px\">", columns);
        open_style(x, "<h2", "20px");
        html_text(x->b, x->slot->title.in[x->language]);
        buf_text(x->b, "</h2></td></tr>\n");
    }
    for (size_t i = 0; i < x->found->n; i += columns) {
        buf_text(x->b, "<tr>");
        for (size_t k = i; k < i + columns && k < x->found->n; k++) put_cell(c, x, k, columns == 1 ? 2 * CELL_PX : CELL_PX);
        buf_text(x->b, "</tr>\n");
    }
    buf_text(x->b, "</table>\n");
}

/* ---- text ---- */
/* A line break in a name would be a line of the letter. */
static void put_line(buf *b, str s) {
    for (size_t i = 0; i < s.n; i++) buf_char(b, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

static void draw_text(ctx *c, const block *x) {
    if (x->slot->title.in[x->language].n) put_line(x->b, x->slot->title.in[x->language]), buf_text(x->b, "\n\n");
    for (size_t i = 0; i < x->found->n; i++) {
        const recommended *r = &x->found->items[i];
        put_line(x->b, r->item->name);
        buf_text(x->b, ": ");
        price_text(x->b, r->price_minor, x->shop.currency, str_of(language_of(x)), x->shop.prices);
        buf_char(x->b, '\n');
        put_line(x->b, link_of(c, x, i));
        buf_text(x->b, "\n\n");
    }
}

/* ---- request ---- */
/* "https://shop.example" or with a port, nothing behind it. */
static err_code check_base(ctx *c, str base) {
    url_parts parts;
    if (!base.n) return ERR_OK;
    err_code e = url_parse(c, base, &parts);
    if (!e && !parts.path.n && !parts.query.p) return ERR_OK;
    return fail_field(c, ERR_INVALID, "base", "'base' must be an address without a path: https://shop.example");
}

static err_code read_input(api_call *call, const serving *s, email_input *in, bool *ret_text) {
    TRY(api_read_query(call, widget_email_params, COUNT_WIDGET_EMAIL, in));
    *ret_text = str_eq(in->part, STR("text"));
    if (in->part.n && !*ret_text && !str_eq(in->part, STR("html")))
        return fail_field(call->c, ERR_INVALID, "part", "'part' must be html or text");
    TRY(check_base(call->c, in->base));
    int source = widget_config_slot(s, WIDGET_SLOT_EMAIL).source;
    in->ask.placement = STR("email");
    if (source != WIDGET_SOURCE_ALL && source != WIDGET_SOURCE_RECENT) in->ask.source = str_of(widget_source_words[source]);
    if (!in->ask.n.known) in->ask.n = (opt_i64){ widget_slots[WIDGET_SLOT_EMAIL].n, true };
    return ERR_OK;
}

static void say_what_it_is(api_call *call, const recommend_answer *found, bool text) {
    call->out->status = 200;
    call->out->content_type = text ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    http_add_header(call->out, "Content-Security-Policy", STR("default-src 'none'; img-src https: http:; style-src 'unsafe-inline'"));
    http_add_header(call->out, "X-Content-Type-Options", STR("nosniff"));
    str id = str_dup(call->c->arena, str_of(found->rec_id));
    if (id.p) http_add_header(call->out, "X-Vitrine-Rec", id);
}

static block block_of(api_call *call, const serving *s, const recommend_answer *found, const slot_design *slot) {
    block x = { .b = &call->out->body, .found = found, .slot = slot, .language = widget_language_of(str_of(found->language)) };
    serving_get_facts(s, &x.shop);
    widget_look own = slot->look;
    x.look = widget_config_look(s);
    if (own.accent.n) x.look.accent = own.accent;
    if (own.text.n) x.look.text = own.text;
    if (own.surface.n) x.look.surface = own.surface;
    if (own.radius_px >= 0) x.look.radius_px = own.radius_px;
    x.see_product = widget_config_text(s, "see_product", x.language);
    x.from_price = widget_config_text(s, "from_price", x.language);
    return x;
}

err_code widget_email_get(api_call *call) {
    AUTO_SERVING s = NULL;
    email_input in = { 0 };
    recommend_answer found;
    bool text = false;
    TRY(api_pin_shop(call, &s));
    TRY(read_input(call, s, &in, &text));
    slot_design slot = widget_config_slot(s, WIDGET_SLOT_EMAIL);
    TRY(recommendations_find(call, s, &in.ask, &found));
    say_what_it_is(call, &found, text);
    bool nothing = found.terms.held_out || found.terms.off || !slot.enabled || !found.n;
    block x = block_of(call, s, &found, &slot);
    x.base = in.base;
    if (!nothing && text) draw_text(call->c, &x);
    else if (!nothing) draw_html(call->c, &x);
    err_code e = buf_err(&call->out->body);
    return e ? fail(call->c, e, "a letter's block does not fit into its memory") : ERR_OK;
}
