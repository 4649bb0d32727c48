/* The cart, the checkout, and the page that thanks for the order. */
#include "front/front_int.h"

/* ---- what all three show ---- */
static err_code write_line_name(ctx *c, const front_shop *s, const front_line *l, buf *out) {
    buf_text(out, "<a href=");
    product_href(out, l->parent->product_id);
    buf_char(out, '>');
    html_text(out, l->parent->name);
    buf_text(out, "</a>");
    if (l->row == l->parent) return ERR_OK;
    str name, choice;
    TRY(variation_choice(c, s, l->row->product_id, &name, &choice));
    buf_text(out, "<span class=soft>");
    if (name.n) html_text(out, name), buf_text(out, ": ");
    html_text(out, choice);
    buf_text(out, "</span>");
    return ERR_OK;
}

/* What the line costs, and what it would without its offer. */
static void write_line_sum(const front_shop *s, const front_line *l, buf *out) {
    int64_t gross = l->unit_minor * l->quantity;
    buf_text(out, "<b class=sum>");
    if (l->saving_minor) {
        buf_text(out, "<span class=hidden>Fără ofertă: </span><s>");
        money_html(s, out, gross);
        buf_text(out, "</s> <span class=hidden>cu ofertă: </span>");
    }
    money_html(s, out, gross - l->saving_minor);
    buf_text(out, "</b>");
}

static void write_line_picture(const front_line *l, buf *out) {
    buf_text(out, "<div class=picture>");
    if (l->image.n) buf_text(out, "<img width=400 height=400 alt='' src='"), html_url(out, l->image), buf_text(out, "'>");
    buf_text(out, "</div>");
}

static void write_sum(const front_shop *s, buf *out, const char *what, int64_t minor, const char *class) {
    buf_printf(out, "<div class='%s'><dt>%s</dt><dd>", class, what);
    if (minor) money_html(s, out, minor);
    else buf_text(out, "gratuit");
    buf_text(out, "</dd></div>");
}

static void write_sums(const front_shop *s, int64_t goods, int64_t saving, int64_t shipping, int64_t total, buf *out) {
    buf_text(out, "<dl class=sums>");
    write_sum(s, out, "Produse", goods, "");
    if (saving) write_sum(s, out, "Reducere din ofertă", -saving, "saving");
    write_sum(s, out, "Transport", shipping, "");
    write_sum(s, out, "Total <small>cu TVA</small>", total, "total");
    buf_text(out, "</dl>");
}

/* ---- the cart ---- */
static err_code write_cart_line(ctx *c, const front_shop *s, const front_line *l, buf *out) {
    buf_text(out, l->available ? "<li class=line>" : "<li class='line gone'>");
    write_line_picture(l, out);
    buf_text(out, "<div class=what>");
    TRY(write_line_name(c, s, l, out));
    if (!l->available) buf_text(out, "<span class='stock none'>Nu mai este în stoc: scoate-l din coș ca să poți comanda</span>");
    buf_text(out, "</div><label class=quantity><span class=hidden>Cantitate: ");
    html_text(out, l->row->name);
    buf_text(out, "</span><input type=number inputmode=numeric min=0 required name='q.");
    html_text(out, l->row->product_id);
    buf_printf(out, "' max=%d value=%lld></label>", FRONT_QUANTITY_MOST, (long long)l->quantity);
    write_line_sum(s, l, out);
    buf_text(out, "<button class=remove name=remove value='");
    html_text(out, l->row->product_id);
    buf_text(out, "'>Scoate<span class=hidden>: ");
    html_text(out, l->row->name);
    buf_text(out, "</span></button></li>");
    return ERR_OK;
}

static void write_shipping_hint(const front_shop *s, const front_basket *k, buf *out) {
    if (!k->shipping_minor) return;
    buf_text(out, "<p class=hint>Încă ");
    money_html(s, out, FREE_SHIPPING_MINOR - (k->goods_minor - k->saving_minor));
    buf_printf(out, " până la transport gratuit<progress max=%d value=%lld aria-hidden=true></progress></p>", FREE_SHIPPING_MINOR,
               (long long)(k->goods_minor - k->saving_minor));
}

static err_code write_full_cart(ctx *c, const front_shop *s, const front_basket *k, buf *out) {
    buf_text(out, "<div class=split><form method=post action=/shop/cart><ul class=lines>");
    for (size_t i = 0; i < k->n; i++) TRY(write_cart_line(c, s, &k->lines[i], out));
    buf_text(out, "</ul><p class=row><button class=button-soft name=do value=update>Actualizează cantitățile</button>"
                  "<a href=/shop/>Mai caut ceva</a></p></form><aside class=summary><h2>De plată</h2>");
    write_sums(s, k->goods_minor, k->saving_minor, k->shipping_minor, k->total_minor, out);
    if (k->lapsed) buf_printf(out, "<p class=hint>%s</p>", k->lapsed);
    write_shipping_hint(s, k, out);
    if (k->all_available) buf_text(out, "<a class='button wide' href=/shop/checkout>Spre finalizare</a>");
    buf_text(out, "</aside></div>");
    return ERR_OK;
}

err_code front_cart_page(ctx *c, const front_shop *s, str note, buf *out) {
    front_basket k;
    TRY(front_basket_load(c, s, &k));
    const front_head h = { .page = "cart", .title = "Coș", .cart_told = true,
                           .facts = cart_facts(c, &k, currency_digits(s->row->currency)) };
    frame_start(c, s, &h, out);
    frame_note(out, note);
    buf_text(out, k.n ? "<h1>Coșul tău</h1>" : "<section class=empty><h1>Coșul este gol</h1><p>Ce pui în coș rămâne aici 30 de zile.</p>"
                                               "<p><a class=button href=/shop/>Spre magazin</a></p></section>");
    if (k.n) TRY(write_full_cart(c, s, &k, out));
    frame_slot(out, "cart");
    return frame_end(c, out);
}

/* ---- the checkout ---- */
static const struct { const char *label, *type, *autocomplete, *hint; bool required; } inputs[CHECKOUT_FIELDS] = {
    [CHECKOUT_NAME] = { "Nume și prenume", "text", "name", NULL, true },
    [CHECKOUT_EMAIL] = { "E-mail", "email", "email", "Nu trimitem nimic: magazinul este demonstrativ.", true },
    [CHECKOUT_PHONE] = { "Telefon", "tel", "tel", "Opțional", false },
    [CHECKOUT_ADDRESS] = { "Stradă și număr", "text", "street-address", NULL, true },
    [CHECKOUT_CITY] = { "Localitate", "text", "address-level2", NULL, true },
    [CHECKOUT_PAYMENT] = { "Plata", "radio", "off", NULL, true },
};

static void write_input(const checkout_form *f, checkout_field i, buf *out) {
    const char *name = checkout_names[i], *problem = f->problem[i];
    buf_printf(out, "<div class=field><label for=%s>%s</label><input id=%s name=%s type=%s autocomplete='%s' maxlength=%d%s", name,
               inputs[i].label, name, name, inputs[i].type, inputs[i].autocomplete, CHECKOUT_TEXT_BYTES,
               inputs[i].required ? " required" : "");
    if (problem || inputs[i].hint) buf_printf(out, " aria-describedby=%s-hint", name);
    buf_text(out, problem ? " aria-invalid=true value='" : " value='");
    html_text(out, f->value[i]);
    buf_text(out, "'>");
    if (problem || inputs[i].hint)
        buf_printf(out, "<p id=%s-hint class='%s'>%s</p>", name, problem ? "problem" : "soft", problem ? problem : inputs[i].hint);
    buf_text(out, "</div>");
}

static void write_payment(const checkout_form *f, buf *out) {
    bool card = str_eq(f->value[CHECKOUT_PAYMENT], STR("card"));
    buf_printf(out, "<fieldset class=choices><legend>Plata</legend><div>"
                    "<label><input type=radio name=payment value=cod%s><span>La livrare</span></label>"
                    "<label><input type=radio name=payment value=card%s><span>Card <small>(de probă)</small></span></label>"
                    "</div></fieldset>",
               card ? "" : " checked", card ? " checked" : "");
}

/* All that is wrong, with a link to each field. */
static void write_problems(const checkout_form *f, buf *out) {
    bool any = false;
    for (size_t i = 0; i < CHECKOUT_FIELDS; i++) {
        if (!f->problem[i]) continue;
        if (!any) buf_text(out, "<div class=problems role=alert tabindex=-1><p>Comanda nu a plecat încă:</p><ul>");
        any = true;
        buf_printf(out, "<li><a href='#%s'>%s</a></li>", checkout_names[i], f->problem[i]);
    }
    if (any) buf_text(out, "</ul></div>");
}

static err_code write_summary(ctx *c, const front_shop *s, const front_basket *k, buf *out) {
    buf_text(out, "<aside class=summary><h2>Comanda ta</h2><ul class='lines small'>");
    for (size_t i = 0; i < k->n; i++) {
        const front_line *l = &k->lines[i];
        buf_text(out, "<li class=line>");
        write_line_picture(l, out);
        buf_text(out, "<div class=what>");
        TRY(write_line_name(c, s, l, out));
        buf_printf(out, "<span class=soft>%lld buc.</span></div>", (long long)l->quantity);
        write_line_sum(s, l, out);
        buf_text(out, "</li>");
    }
    buf_text(out, "</ul>");
    write_sums(s, k->goods_minor, k->saving_minor, k->shipping_minor, k->total_minor, out);
    buf_text(out, "<p><a href=/shop/cart>Schimbă coșul</a></p></aside>");
    return ERR_OK;
}

err_code front_checkout(ctx *c, const front_shop *s, const checkout_form *f, str note, buf *out) {
    front_basket k;
    TRY(front_basket_load(c, s, &k));
    const front_head h = { .page = "checkout", .title = "Finalizare", .cart_told = true,
                           .facts = cart_facts(c, &k, currency_digits(s->row->currency)) };
    frame_start(c, s, &h, out);
    frame_note(out, note);
    write_problems(f, out);
    buf_text(out, "<h1>Finalizare</h1><div class=split><form class=checkout method=post action=/shop/checkout novalidate>"
                  "<input type=hidden name=once value='");
    html_text(out, f->once);
    buf_printf(out, "'><input type=hidden name=total value=%lld><h2>Unde livrăm</h2>", (long long)k.total_minor);
    for (checkout_field i = 0; i < CHECKOUT_PAYMENT; i++) write_input(f, i, out);
    write_payment(f, out);
    buf_text(out, "<button class='button wide'>Trimite comanda: ");
    money_html(s, out, k.total_minor);
    buf_text(out, "</button><p class=soft>Este un magazin demonstrativ: nu se plătește și nu se livrează nimic, dar Vitrine învață din "
                  "comandă. Scrie date inventate.</p></form>");
    TRY(write_summary(c, s, &k, out));
    buf_text(out, "</div>");
    frame_slot(out, "checkout");
    return frame_end(c, out);
}

/* ---- the order ---- */
static void order_facts(json_out *w, const order *o, const order_line *lines, size_t n, int digits) {
    jw_key(w, "order");
    jw_object(w);
    jw_member_str(w, "id", o->order_id);
    jw_member_money(w, "total", o->total, digits);
    jw_member_str(w, "currency", o->currency);
    jw_key(w, "items");
    jw_array(w);
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(lines[i].kind, STR("item"))) continue;
        int64_t quantity = lines[i].quantity >= 1 ? (int64_t)lines[i].quantity : 1;
        jw_object(w);
        jw_member_str(w, "product_id", lines[i].product_id);
        if (lines[i].variation_id.n) jw_member_str(w, "variation_id", lines[i].variation_id);
        jw_member_i64(w, "quantity", quantity);
        jw_member_money(w, "price", (lines[i].total + lines[i].total_tax) / quantity, digits);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_end_object(w);
}

static err_code write_bought(ctx *c, const front_shop *s, const order_line *l, buf *out) {
    front_line shown = { .quantity = 1 };
    TRY(first_image(c, s, l->variation_id.n ? l->variation_id : l->product_id, &shown.image));
    buf_text(out, "<li class=line>");
    write_line_picture(&shown, out);
    buf_text(out, "<div class=what><a href=");
    product_href(out, l->product_id);
    buf_char(out, '>');
    html_text(out, l->name);
    buf_printf(out, "</a><span class=soft>%lld buc.</span></div><b class=sum>", (long long)l->quantity);
    money_html(s, out, l->total + l->total_tax);
    buf_text(out, "</b></li>");
    return ERR_OK;
}

err_code front_received(ctx *c, const front_shop *s, str order_id, buf *out) {
    order o = { .store_id = s->row->store_id, .order_id = order_id };
    order_line like = { .store_id = s->row->store_id, .order_id = order_id }, *lines = NULL;
    size_t n = 0;
    buf facts;
    json_out w;
    TRY(storage_get(c, s->d, &order_entity, &o));
    TRY(storage_scan(c, s->d, &order_line_entity, &like, 2, NULL, 4 * FRONT_CART_LINES, &lines, &n));
    buf_init_in(&facts, c->arena, 64 * KIB);
    jw_init(&w, &facts);
    order_facts(&w, &o, lines, n, currency_digits(s->row->currency));
    /* its cart became the order: nothing was taken out */
    frame_start(c, s, &(front_head){ .page = "order_received", .title = "Comanda a ajuns", .cart_told = true,
                                     .facts = buf_view(&facts) }, out);
    buf_text(out, "<section class=thanks><p class=tick aria-hidden=true><svg width=56 height=56 viewBox='0 0 56 56'>"
                  "<circle cx=28 cy=28 r=28 />"
                  "<path d='m17 29 8 8 15-17'/></svg></p><h1>Mulțumim! Comanda a ajuns.</h1><p class=lead>Numărul ei este <b>");
    html_text(out, o.number);
    buf_text(out, "</b>. Vitrine a învățat deja din ea: următoarele sugestii țin cont de ce ai cumpărat.</p></section>"
                  "<section class=receipt><h2>Ce ai comandat</h2><ul class='lines small'>");
    int64_t shipping = o.shipping_total + o.shipping_tax;
    for (size_t i = 0; i < n; i++)
        if (str_eq(lines[i].kind, STR("item"))) TRY(write_bought(c, s, &lines[i], out));
    buf_text(out, "</ul>");
    int64_t saving = o.discount_total + o.discount_tax;
    write_sums(s, o.total - shipping + saving, saving, shipping, o.total, out);
    buf_text(out, "<p><a class=button href=/shop/>Înapoi în magazin</a></p></section>");
    frame_slot(out, "order_received");
    return frame_end(c, out);
}
