/* A product: picture, choice of variation, price, stock, what it is, what buyers say. */
#include "front/front_int.h"
#include "features/text.h"
#include <math.h>

enum { DESCRIPTION_BYTES = 4000, LOW_STOCK = 4 };

/* ---- stars ---- */
static void write_stars(buf *out, double rating, int64_t n) {
    if (n <= 0) return;
    int full = (int)lround(rating);
    buf_text(out, "<p class=rating><span aria-hidden=true>");
    for (int i = 0; i < 5; i++) buf_text(out, i < full ? "★" : "☆");
    buf_text(out, "</span> <span class=hidden>Nota </span>");
    buf_printf(out, "%d,%d", (int)lround(rating * 10) / 10, (int)lround(rating * 10) % 10);
    buf_text(out, " <span class=soft>(");
    html_count(out, n);
    buf_text(out, n == 1 ? " părere)</span></p>" : " păreri)</span></p>");
}

/* ---- stock: said only when it is so ---- */
static void write_stock(buf *out, const product *p, bool available) {
    bool counted = str_eq(p->manage_stock, STR("yes")) && p->stock_quantity.known;
    if (!available) buf_text(out, "<p class='stock none'>Nu mai este în stoc</p>");
    else if (str_eq(p->stock_status, STR("onbackorder"))) buf_text(out, "<p class=stock>La comandă: ajunge în 7–10 zile</p>");
    else if (counted && p->stock_quantity.v <= LOW_STOCK && p->stock_quantity.v > 0)
        buf_printf(out, "<p class='stock low'>Ultimele %lld în stoc</p>", (long long)p->stock_quantity.v);
    else buf_text(out, "<p class=stock>În stoc, pleacă azi</p>");
}

/* ---- choice ---- */
static err_code write_choice(ctx *c, const front_shop *s, const front_family *f, size_t i, bool *first, buf *out) {
    const product *v = &f->variations[i];
    bool available = row_available(v, &f->row);
    str name, choice;
    TRY(variation_choice(c, s, v->product_id, &name, &choice));
    buf_text(out, "<label><input type=radio name=id required value='");
    html_text(out, v->product_id);
    buf_text(out, available && *first ? "' checked" : available ? "'" : "' disabled");
    buf_text(out, "><span>");
    html_text(out, choice.n ? choice : v->name);
    if (!available) buf_text(out, "<span class=hidden>, nu este în stoc</span>");
    buf_text(out, "</span></label>");
    if (available) *first = false;
    return ERR_OK;
}

static err_code write_choices(ctx *c, const front_shop *s, const front_family *f, buf *out) {
    bool first = true;
    str name, choice;
    TRY(variation_choice(c, s, f->variations[0].product_id, &name, &choice));
    buf_text(out, "<fieldset class=choices><legend>");
    html_text(out, name.n ? name : STR("Varianta"));
    buf_text(out, "</legend><div>");
    for (size_t i = 0; i < f->n_variations; i++) TRY(write_choice(c, s, f, i, &first, out));
    buf_text(out, "</div></fieldset>");
    return ERR_OK;
}

static err_code write_buy(ctx *c, const front_shop *s, const front_family *f, bool available, buf *out) {
    if (!available) return ERR_OK;
    buf_text(out, "<form class=add method=post action=/shop/cart data-add>");
    if (f->n_variations) {
        TRY(write_choices(c, s, f, out));
    } else {
        buf_text(out, "<input type=hidden name=id value='");
        html_text(out, f->row.product_id);
        buf_text(out, "'>");
    }
    buf_printf(out, "<div class=row><label class=quantity>Cantitate<input name=quantity type=number inputmode=numeric min=1 max=%d value=1 "
                    "required></label><button class=button name=do value=add>Adaugă în coș</button></div></form>", FRONT_QUANTITY_MOST);
    return ERR_OK;
}

static bool any_available(const front_family *f) {
    if (!f->n_variations) return row_available(&f->row, NULL);
    for (size_t i = 0; i < f->n_variations; i++)
        if (row_available(&f->variations[i], &f->row)) return true;
    return false;
}

/* ---- what it is ---- */
static err_code write_plain(ctx *c, str html, buf *out) {
    str plain;
    TRY(text_plain(c, html, DESCRIPTION_BYTES, &plain));
    html_text(out, plain);
    return ERR_OK;
}

static void write_options(ctx *c, const product_attribute *a, buf *out) {
    const json_value *options = NULL;
    if (json_parse(c, a->options, JSON_READ_TOLERANT, &options)) return;        /* unreadable: an empty cell */
    for (size_t i = 0; i < jr_count(options); i++) {
        if (i) buf_text(out, ", ");
        html_text(out, jr_text(c->arena, jr_at(options, i)));
    }
}

static void write_attributes(ctx *c, const front_family *f, buf *out) {
    buf_text(out, "<table><caption class=hidden>Caracteristici</caption><tbody>");
    if (f->brand.n) buf_text(out, "<tr><th scope=row>Marcă</th><td>"), html_text(out, f->brand), buf_text(out, "</td></tr>");
    for (size_t i = 0; i < f->n_attributes; i++) {
        if (!f->attributes[i].visible) continue;
        buf_text(out, "<tr><th scope=row>");
        html_text(out, f->attributes[i].name);
        buf_text(out, "</th><td>");
        write_options(c, &f->attributes[i], out);
        buf_text(out, "</td></tr>");
    }
    if (f->row.sku.n) buf_text(out, "<tr><th scope=row>Cod</th><td>"), html_text(out, f->row.sku), buf_text(out, "</td></tr>");
    buf_text(out, "</tbody></table>");
}

static void write_reviews(const front_family *f, buf *out) {
    if (!f->n_reviews) return;
    buf_text(out, "<section class=reviews><h2>Ce spun cumpărătorii</h2><ul>");
    for (size_t i = 0; i < f->n_reviews; i++) {
        const review *r = &f->reviews[i];
        buf_text(out, "<li>");
        write_stars(out, (double)r->rating, 1);
        buf_text(out, "<p>");
        html_text(out, str_clip(r->review, 600));
        buf_text(out, "</p><p class=soft>");
        html_text(out, str_clip(r->reviewer, 60));
        buf_text(out, r->verified ? ", cumpărător verificat</p></li>" : "</p></li>");
    }
    buf_text(out, "</ul></section>");
}

/* ---- the page ---- */
static void write_crumbs(const front_shop *s, const front_family *f, buf *out) {
    buf_text(out, "<nav class=crumbs aria-label='Unde ești'><ol><li><a href=/shop/>Magazin</a></li>");
    for (size_t i = f->n_categories; i-- > 0;) {            /* the main category is the last step */
        const category *k = category_find(s, f->categories[i].category_id);
        if (!k) continue;
        buf_text(out, "<li><a href=");
        category_href(out, k->category_id);
        buf_char(out, '>');
        html_text(out, k->name);
        buf_text(out, "</a></li>");
    }
    buf_text(out, "</ol></nav>");
}

static void write_picture(const front_family *f, buf *out) {
    buf_text(out, "<div class=picture>");
    if (f->n_images) {
        buf_text(out, "<img width=400 height=400 alt='");
        html_text(out, f->images[0].alt.n ? f->images[0].alt : f->row.name);
        buf_text(out, "' src='");
        html_url(out, f->images[0].src);
        buf_text(out, "'>");
    }
    buf_text(out, "</div>");
}

static void write_price(const front_shop *s, const front_family *f, buf *out) {
    const catalogue_item *it = serving_find(s->pin, f->row.product_id);
    opt_int price = f->row.price, regular = f->row.regular_price;
    if (it) price_html(s, out, it->price_minor, it->regular_minor, it->price_from);
    else if (price.known) price_html(s, out, price.v, regular.known ? regular.v : price.v, false);
}

static err_code write_offer(ctx *c, const front_shop *s, const front_family *f, buf *out) {
    bool available = any_available(f);
    buf_text(out, "<div class=offer>");
    if (f->brand.n) buf_text(out, "<p class=eyebrow>"), html_text(out, f->brand), buf_text(out, "</p>");
    buf_text(out, "<h1>");
    html_text(out, f->row.name);
    buf_text(out, "</h1>");
    write_stars(out, f->row.average_rating, f->row.rating_count);
    write_price(s, f, out);
    buf_text(out, "<p class=lead>");
    TRY(write_plain(c, f->row.short_description, out));
    buf_text(out, "</p>");
    write_stock(out, &f->row, available);
    TRY(write_buy(c, s, f, available, out));
    buf_text(out, "<ul class=ticks><li>Livrare în 24–48 de ore</li><li>Retur în 30 de zile</li><li>Plată la livrare sau cu cardul</li></ul>"
                  "</div>");
    return ERR_OK;
}

static void write_variation(ctx *c, const front_shop *s, const front_family *f, const product *v, json_out *w) {
    str name, choice;
    buf price;
    buf_init_in(&price, c->arena, KIB);
    money_text(&price, v->price.known ? v->price.v : 0, s->row->currency, s->row->locale);
    bool named = !variation_choice(c, s, v->product_id, &name, &choice) && choice.n;
    jw_object(w);
    jw_member_str(w, "id", v->product_id);
    jw_member_str(w, "label", named ? choice : v->name);
    jw_member_str(w, "price_text", buf_view(&price));
    jw_member_bool(w, "in_stock", row_available(v, &f->row));
    jw_end_object(w);
}

err_code front_variations_json(ctx *c, const front_shop *s, str product_id, json_out *w) {
    front_family f;
    TRY(family_load(c, s, product_id, &f));
    jw_array(w);
    for (size_t i = 0; i < f.n_variations; i++) write_variation(c, s, &f, &f.variations[i], w);
    jw_end_array(w);
    return ERR_OK;
}

static str facts_of(ctx *c, const front_family *f) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_member_str(&w, "product_id", f->row.product_id);
    if (f->n_categories) jw_member_str(&w, "category", f->categories[0].category_id);
    return buf_view(&b);
}

err_code front_product(ctx *c, const front_shop *s, str product_id, str note, buf *out) {
    front_family f;
    TRY(family_load(c, s, product_id, &f));
    frame_start(c, s, &(front_head){ .page = "product", .name = f.row.name, .facts = facts_of(c, &f), .indexed = true }, out);
    write_crumbs(s, &f, out);
    frame_note(out, note);
    buf_text(out, "<article class=product>");
    write_picture(&f, out);
    TRY(write_offer(c, s, &f, out));
    buf_text(out, "</article>");
    buf_text(out, "<section class=about><div><h2>Despre produs</h2><p>");
    TRY(write_plain(c, f.row.description, out));
    buf_text(out, "</p></div>");
    write_attributes(c, &f, out);
    buf_text(out, "</section>");
    frame_slot(out, "bought_together");
    frame_slot(out, "upgrade");
    frame_slot(out, "also_viewed");
    write_reviews(&f, out);
    frame_slot(out, "similar");
    return frame_end(c, out);
}
