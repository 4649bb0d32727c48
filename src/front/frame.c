/* What all pages share: head, header, footer, cards, prices, places for the widget. Constant text around escaped values. */
#include "front/front_int.h"
#include "base/map.h"

enum { NAV_MOST = 12 };

void frame_json(buf *out, str json) {
    for (size_t i = 0, from = 0; i <= json.n; i++) {
        if (i < json.n && json.p[i] != '<' && json.p[i] != '>' && json.p[i] != '&') continue;
        buf_add(out, json.p + from, i - from);
        if (i < json.n) buf_printf(out, "\\u%04x", json.p[i]);
        from = i + 1;
    }
}

void frame_slot(buf *out, const char *slot) { buf_printf(out, "<div data-vitrine-slot=%s></div>", slot); }

void frame_note(buf *out, str note) {
    if (!note.n) return;
    buf_text(out, "<p class=note role=status>");
    html_text(out, note);
    buf_text(out, "</p>");
}

static void href(buf *out, const char *start, str id) {
    buf_text(out, start);
    url_encode(out, id);                                    /* leaves no quote, no markup */
    buf_char(out, '\'');
}
void product_href(buf *out, str product_id) { href(out, "'/shop/p/", product_id); }
void category_href(buf *out, str category_id) { href(out, "'/shop/c/", category_id); }

void money_html(const front_shop *s, buf *out, int64_t minor) {
    AUTO_BUF text;
    buf_init(&text, KIB);
    money_text(&text, minor, s->row->currency, s->row->locale);
    html_text(out, buf_view(&text));
}

void price_html(const front_shop *s, buf *out, int64_t price_minor, int64_t regular_minor, bool from) {
    bool reduced = regular_minor > price_minor;
    buf_text(out, reduced ? "<p class='price sale'>" : "<p class=price>");
    if (from) buf_text(out, "<span class=from>de la</span> ");
    if (reduced) buf_text(out, "<span class=hidden>Preț redus: </span>");
    buf_text(out, "<b>");
    money_html(s, out, price_minor);
    buf_text(out, "</b>");
    if (reduced) {
        buf_text(out, " <span class=hidden>, înainte: </span><s>");
        money_html(s, out, regular_minor);
        buf_text(out, "</s>");
    }
    buf_text(out, "</p>");
}

/* ---- cards ---- */
static int percent_off(const catalogue_item *it) {
    return it->regular_minor > 0 ? (int)((it->regular_minor - it->price_minor) * 100 / it->regular_minor) : 0;
}

/* One press for what needs no choice. */
static void quick_add(buf *out, const catalogue_item *it) {
    if (it->n_variations) {
        buf_text(out, "<a class=choose href=");
        product_href(out, it->product_id);
        buf_text(out, ">Alege<span class=hidden> varianta: ");
        html_text(out, it->name);
        buf_text(out, "</span></a>");
        return;
    }
    buf_text(out, "<form method=post action=/shop/cart data-add><input type=hidden name=id value='");
    html_text(out, it->product_id);
    buf_text(out, "'><button class=quick name=do value=add><svg width=20 height=20 viewBox='0 0 20 20' aria-hidden=true>"
                  "<path d='M10 4v12M4 10h12'/></svg><span class=hidden>Adaugă în coș: ");
    html_text(out, it->name);
    buf_text(out, "</span></button></form>");
}

/* On a shelf, suggestions that share the page leave it out (data-vitrine-product); a list of what is looked for is no suggestion. */
static void card(const front_shop *s, buf *out, const catalogue_item *it, bool on_shelf) {
    const int level = on_shelf ? 3 : 2;
    buf_text(out, "<li class=card");
    if (on_shelf) buf_text(out, " data-vitrine-product='"), html_text(out, it->product_id), buf_char(out, '\'');
    buf_text(out, "><div class=picture>");
    if (it->image.n) buf_text(out, "<img loading=lazy width=400 height=400 alt='' src='"), html_url(out, it->image), buf_text(out, "'>");
    if (it->on_sale && percent_off(it) > 0) buf_printf(out, "<span class=badge>−%d&nbsp;%%</span>", percent_off(it));
    buf_printf(out, "</div><h%d><a href=", level);
    product_href(out, it->product_id);
    buf_char(out, '>');
    html_text(out, it->name);
    buf_printf(out, "</a></h%d><div class=buy>", level);
    price_html(s, out, it->price_minor, it->regular_minor, it->price_from);
    quick_add(out, it);
    buf_text(out, "</div></li>");
}

void cards_html(const front_shop *s, buf *out, const catalogue_item *const *items, size_t n, bool on_shelf) {
    buf_text(out, "<ul class=cards>");
    for (size_t i = 0; i < n; i++) card(s, out, items[i], on_shelf);
    buf_text(out, "</ul>");
}

void shelf_section(const front_shop *s, buf *out, const shelf *found, const char *title, const char *more) {
    if (!found->n) return;
    buf_printf(out, "<section class=shelf><div class=shelf-head><h2>%s</h2>", title);
    if (more) buf_printf(out, "<a class=more href='%s'>Vezi tot<span class=hidden>: %s</span></a>", more, title);
    buf_text(out, "</div>");
    cards_html(s, out, found->items, found->n, true);
    buf_text(out, "</section>");
}

err_code shelf_html(ctx *c, const front_shop *s, buf *out, const shelf_query *q, const char *title, const char *more) {
    shelf found;
    TRY(shelf_pick(c, s->pin, q, &found));
    shelf_section(s, out, &found, title, more);
    return ERR_OK;
}

const category *category_find(const front_shop *s, str category_id) {
    for (size_t i = 0; i < s->n_categories; i++)
        if (str_eq(s->categories[i].category_id, category_id)) return &s->categories[i];
    return NULL;
}

/* ---- head ---- */
static void asset(buf *out, const char *name) {
    front_file f = { .name = name };
    (void)front_file_find(str_of(name), &f);                /* ours: it is there */
    buf_printf(out, "'/shop/static/%s?v=%08x'", name, (unsigned)hash_str(f.body));
}

str cart_facts(ctx *c, const front_basket *k, int digits) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    jw_key(&w, "cart");
    front_basket_json(&w, k, digits);
    return buf_view(&b);
}

/* The cart is told on every page, so that the widget knows what was there before something is put in. */
static void write_facts(ctx *c, const front_shop *s, const front_head *h, buf *out) {
    front_basket k;
    buf_printf(out, "<script type=application/json data-vitrine>{\"page\":\"%s\"", h->page);
    if (h->facts.n) buf_char(out, ','), frame_json(out, h->facts);
    if (!h->cart_told && !front_basket_load(c, s, &k))      /* a cart that cannot be read is not told: the page stands without it */
        buf_char(out, ','), frame_json(out, cart_facts(c, &k, currency_digits(s->row->currency)));
    buf_text(out, "}</script>");
}

static void write_scripts(ctx *c, const front_shop *s, const front_head *h, buf *out) {
    write_facts(c, s, h, out);
    buf_text(out, "<script defer src=");
    asset(out, "shop.js");
    buf_text(out, "></script>");
    if (!s->has_widget || !s->public_key.n) return;
    buf_text(out, "<script async src=/v.js data-store='");
    html_text(out, s->public_key);
    buf_text(out, "'></script>");
}

static void write_title(const front_shop *s, const front_head *h, buf *out) {
    buf_text(out, "<title>");
    html_text(out, str_clip(h->name, 120));
    if (h->title && h->name.n) buf_text(out, " · ");
    if (h->title) buf_text(out, h->title);
    buf_text(out, " · ");
    html_text(out, s->row->title.n ? s->row->title : s->row->name);
    buf_text(out, "</title>");
}

static const char LOGO[] =
    "<svg width=34 height=34 viewBox='0 0 34 34' fill=none aria-hidden=true><rect width=34 height=34 rx=10 fill='currentColor'/>"
    "<path d='M8 14l2-5h14l2 5M8 14v11h18V14M8 14h18' stroke='var(--page)' stroke-width=2 stroke-linejoin=round />"
    "<path d='m13 19 3.5 3.5L21 17' stroke='var(--page)' stroke-width=2 stroke-linecap=round stroke-linejoin=round /></svg>";

static void write_search(const front_head *h, buf *out) {
    buf_text(out, "<form class=search role=search action=/shop/search><label class=hidden for=q>Caută produse</label>"
                  "<input id=q name=q type=search maxlength=80 autocomplete=off placeholder='Caută produse' value='");
    html_text(out, h->search);
    buf_text(out, "'><button><svg width=20 height=20 viewBox='0 0 20 20' aria-hidden=true><circle cx=9 cy=9 r=5.5 />"
                  "<path d='m13.5 13.5 3.5 3.5'/></svg><span class=hidden>Caută</span></button></form>");
}

static void write_cart_link(const front_shop *s, buf *out) {
    long long n = (long long)cart_count(&s->cart);
    buf_printf(out, "<a class=cart-link href=/shop/cart><svg width=24 height=24 viewBox='0 0 24 24' aria-hidden=true>"
                    "<path d='M6 8h12l1 12H5zM9 8a3 3 0 0 1 6 0'/></svg>Coș<span class=count data-cart-count%s>%lld</span>"
                    "<span class=hidden> produse</span></a>", n ? "" : " hidden", n);
}

static void write_nav(const front_shop *s, buf *out) {
    size_t n = 0;
    buf_text(out, "<nav class=departments aria-label=Departamente><ul>");
    for (size_t i = 0; i < s->n_categories && n < NAV_MOST; i++) {
        if (s->categories[i].parent_id.n) continue;
        buf_text(out, "<li><a href=");
        category_href(out, s->categories[i].category_id);
        buf_char(out, '>');
        html_text(out, s->categories[i].name);
        buf_text(out, "</a></li>");
        n++;
    }
    buf_text(out, "</ul></nav>");
}

void frame_start(ctx *c, const front_shop *s, const front_head *h, buf *out) {
    buf_text(out, "<!doctype html><html lang=ro><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>"
                  "<meta name=color-scheme content='light dark'>");
    if (!h->indexed) buf_text(out, "<meta name=robots content=noindex>");
    write_title(s, h, out);
    buf_text(out, "<link rel=stylesheet href=");
    asset(out, "shop.css");
    /* drawn once it is here whole: what comes later would move what is seen */
    buf_text(out, "><link rel=expect href='#end' blocking=render><link rel=icon href='/shop/static/icon.svg'>");
    write_scripts(c, s, h, out);
    buf_printf(out, "</head><body class=page-%s><a class=skip href='#main'>Sari la conținut</a>"
                    "<aside class=ribbon aria-label='Despre magazin'>Magazin demonstrativ: nimic nu se vinde "
                    "cu adevărat. <span>Transport gratuit de la 250 lei.</span></aside><header class=top>"
                    "<a class=brand href=/shop/>", h->page);
    buf_text(out, LOGO);
    buf_text(out, "<span>");
    html_text(out, s->row->title.n ? s->row->title : s->row->name);
    buf_text(out, "</span></a>");
    write_search(h, out);
    write_cart_link(s, out);
    buf_text(out, "</header>");
    write_nav(s, out);
    buf_text(out, "<main id=main tabindex=-1>");
}

err_code frame_end(ctx *c, buf *out) {
    buf_text(out, "</main><footer class=foot id=end><div><p><b>Un magazin inventat, recomandări adevărate.</b></p>"
                  "<p>Produsele, clienții și comenzile sunt inventate. Sugestiile vin de la serverul Vitrine care rulează aici "
                  "și învață din fiecare comandă plasată.</p></div>"
                  "<nav aria-label=Subsol><ul><li><a href=/>Ce a învățat Vitrine</a></li><li><a href=/docs>API</a></li>"
                  "<li><a href=/shop/cart>Coșul meu</a></li></ul></nav></footer>"
                  "<div class=toast data-toast role=status aria-live=polite hidden></div></body></html>");
    err_code e = buf_err(out);
    return e ? fail(c, e, "the page does not fit into its memory") : ERR_OK;
}
