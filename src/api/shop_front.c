/* The front of the demonstration shop over HTTP. What pages look like is front/'s business, what an order means the connector's. */
#include "api/shop_front.h"
#include "api/page_frame.h"
#include "api/webhooks.h"
#include "base/parse.h"
#include "front/front.h"
#include "front/offers.h"
#include "front/order.h"
#include "net/url.h"
#include "schema/currency.h"
#include "stores/stores.h"

#define CART_COOKIE "vitrine_cart"
#define OFFERS_COOKIE "vitrine_offers"
#define VISITOR_COOKIE "vitrine_visitor"        /* of the widget: who this browser is ... */
#define RECS_COOKIE "vitrine_recs"              /* ... and the answers that led to the cart, with dots between */
enum { CART_SECONDS = 30 * 86400, OFFERS_SECONDS = 7200, ONCE_LETTERS = 24, ORDERS_A_SECOND = 1 };

/* ---- the shop of a call ---- */
static err_code find_demo(api_call *call, store *ret_row) {
    store row;
    err_code e = store_find(call->c, call->d, STR("demo"), &row);
    if (e && e != ERR_NOT_FOUND) return e;
    bool here = !e && str_eq(row.platform, STR("demo")) && !str_eq(row.state, STR("removing"));
    if (!here) return fail(call->c, ERR_NOT_FOUND, "there is no demonstration shop here; 'vitrine demo' makes one");
    *ret_row = row;
    return ERR_OK;
}

static str public_key_of(api_call *call, int64_t store_id) {
    key_facts key;
    str text = call->a->o.demo_key;
    bool live = text.n && key_check(call->a->o.keys, call->c->arena, text, &key) && key.kind == KEY_PUBLIC && key.store_id == store_id;
    return live ? text : (str){ 0 };
}

static bool server_has(str path) {
    str value;
    bool known = false;
    return route_find(STR("GET"), path, &value, &known) != NULL;
}

static err_code open_shop(api_call *call, front_shop *ret_shop) {
    front_shop s = { .d = call->d };
    store *row = arena_new(call->c->arena, store, 1);
    category like, *rows = NULL;
    if (!row) return fail(call->c, ERR_NO_MEMORY, "open the shop");
    if (!api_rate_take(call->a, api_visitor_address(call->r), call->a->o.public_rate))
        return fail(call->c, ERR_RATE_LIMITED, "%s", err_text(ERR_RATE_LIMITED));
    TRY(find_demo(call, row));
    call->store_id = row->store_id;
    like = (category){ .store_id = row->store_id };
    TRY(storage_scan(call->c, call->d, &category_entity, &like, 1, NULL, FRONT_CATEGORIES, &rows, &s.n_categories));
    s.row = row;
    s.categories = rows;
    s.public_key = public_key_of(call, row->store_id);
    s.has_widget = server_has(STR("/v.js"));
    str cookies = http_header(call->r, "Cookie");
    s.cart = cart_read(call->c->arena, cookie_find(cookies, STR(CART_COOKIE)));
    s.visitor_id = cookie_find(cookies, STR(VISITOR_COOKIE));
    if (s.visitor_id.n > LIMIT_ID_BYTES || !str_is_utf8(s.visitor_id)) s.visitor_id = (str){ 0 };
    front_offers_read(&s, cookie_find(cookies, STR(OFFERS_COOKIE)));
    *ret_shop = s;
    return ERR_OK;
}

/* ---- answers ---- */
/* Scripts and styles only from this server; a data block is not a script. Forms go nowhere else, nobody frames the page. */
static void add_headers(http_response *out) {
    page_guard(out, PAGE_POLICY("script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'"), STR("same-origin"),
               STR("private, no-cache"));
    http_add_header(out, "Vary", STR("Accept, Cookie"));
}

static err_code set_cookie(api_call *call, const char *name, str text, int seconds) {
    buf b;
    buf_init_in(&b, call->c->arena, FRONT_OFFERS_BYTES + 200);
    buf_printf(&b, "%s=", name);
    buf_str(&b, text);
    buf_printf(&b, "; Path=/shop; Max-Age=%d; HttpOnly; SameSite=Lax", text.n ? seconds : 0);
    if (buf_err(&b)) return fail(call->c, buf_err(&b), "keep the cart");
    http_add_header(call->out, "Set-Cookie", buf_view(&b));
    return ERR_OK;
}

/* The cart, and the offers for it where there are or were some. */
static err_code set_cart(api_call *call, const front_shop *s) {
    str cart, offers;
    TRY(cart_write(call->c, &s->cart, &cart));
    TRY(front_offers_write(call->c, s, &offers));
    TRY(set_cookie(call, CART_COOKIE, cart, CART_SECONDS));
    bool had_some = cookie_find(http_header(call->r, "Cookie"), STR(OFFERS_COOKIE)).n > 0;
    return offers.n || had_some ? set_cookie(call, OFFERS_COOKIE, offers, OFFERS_SECONDS) : ERR_OK;
}

static err_code go_to(api_call *call, str path) {
    buf_reset(&call->out->body);
    call->out->status = 303;
    call->out->content_type = "text/plain; charset=utf-8";
    http_add_header(call->out, "Location", path);
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    return ERR_OK;
}

/* What a page is asked for: the shop is open and pinned. Statuses other than 200 are set by it. */
typedef err_code shop_page(api_call *call, front_shop *s);

static err_code write_page(api_call *call, front_shop *s, shop_page *page) {
    serving_facts facts;
    buf *out = &call->out->body;
    serving_get_facts(s->pin, &facts);
    call->out->status = 200;
    call->out->content_type = "text/html; charset=utf-8";
    if (!facts.products) {
        http_add_header(call->out, "Refresh", STR("2"));
        return front_opening(call->c, s, out);
    }
    err_code e = page(call, s);
    if (e != ERR_NOT_FOUND) return e;
    buf_reset(out);
    call->out->status = 404;
    call->out->content_type = "text/html; charset=utf-8";
    return front_missing(call->c, s, out);
}

static err_code serve(api_call *call, shop_page *page) {
    front_shop s;
    TRY(open_shop(call, &s));
    AUTO_SERVING pin = NULL;
    TRY(api_pin_shop(call, &pin));
    s.pin = pin;
    TRY(write_page(call, &s, page));
    if (call->out->status != 303) add_headers(call->out);
    return ERR_OK;
}

static size_t page_number(api_call *call) {
    int64_t n = 1;
    return parse_int_in(http_query(call->r, "page"), 1, FRONT_PAGES_MOST, &n) ? (size_t)n : 1;
}

/* ---- pages to look at ---- */
static err_code home(api_call *call, front_shop *s) { return front_home(call->c, s, &call->out->body); }
static err_code missing(api_call *call, front_shop *s) {
    (void)s;                                                /* the page says so */
    return fail(call->c, ERR_NOT_FOUND, "nothing is at this address");
}

static err_code listed(api_call *call, front_shop *s) {
    static const struct { const char *word; shelf_order order; } orders[] = {
        { "best", SHELF_BEST_FIRST }, { "new", SHELF_NEWEST }, { "cheap", SHELF_CHEAPEST }, { "dear", SHELF_DEAREST },
    };
    str asked = http_query(call->r, "sort");
    shelf_order sort = SHELF_BEST_FIRST;
    for (size_t i = 0; i < COUNT(orders); i++)
        if (str_eq(asked, str_of(orders[i].word))) sort = orders[i].order;
    return front_category(call->c, s, call->path_value, sort, page_number(call), &call->out->body);
}

static err_code searched(api_call *call, front_shop *s) {
    str words = str_trim(http_query(call->r, "q"));
    if (http_query(call->r, "sale").n) return front_sale(call->c, s, page_number(call), &call->out->body);
    if (!str_is_utf8(words)) words = (str){ 0 };
    return front_search(call->c, s, str_clip(words, FRONT_SEARCH_BYTES), page_number(call), &call->out->body);
}

static bool wants_json(const http_request *r) { return str_find(http_header(r, "Accept"), STR("application/json")) != SIZE_MAX; }

static err_code one_product(api_call *call, front_shop *s) {
    if (wants_json(call->r)) {
        json_out w = api_json(call);
        jw_object(&w);
        jw_key(&w, "variations");
        TRY(front_variations_json(call->c, s, call->path_value, &w));
        jw_end_object(&w);
        return api_json_done(call, &w);
    }
    return front_product(call->c, s, call->path_value, (str){ 0 }, &call->out->body);
}

/* ---- the cart ---- */
static err_code cart_as_json(api_call *call, const front_shop *s) {
    front_basket k;
    TRY(front_basket_load(call->c, s, &k));
    json_out w = api_json(call);
    jw_object(&w);
    jw_key(&w, "items");
    front_basket_json(&w, &k, currency_digits(s->row->currency));
    jw_member_i64(&w, "count", cart_count(&s->cart));
    jw_member_money(&w, "saving", k.saving_minor, currency_digits(s->row->currency));
    jw_end_object(&w);
    return api_json_done(call, &w);
}

static err_code show_cart(api_call *call, front_shop *s) {
    if (wants_json(call->r)) return cart_as_json(call, s);
    bool added = http_query(call->r, "added").n > 0;
    return front_cart_page(call->c, s, added ? STR("Adăugat în coș.") : (str){ 0 }, &call->out->body);
}

/* Next name and value of the form; passes over what is not text. */
static bool next_field(api_call *call, str *rest, str *ret_name, str *ret_value) {
    str name, value;
    while (url_next_pair(rest, &name, &value)) {
        bool fine = url_decode(call->c->arena, name, true, ret_name) && url_decode(call->c->arena, value, true, ret_value);
        if (fine && str_is_utf8(*ret_name) && str_is_utf8(*ret_value)) return true;
    }
    return false;
}

static str field_of(api_call *call, const char *wanted) {
    str rest = call->r->body, name, value;
    while (next_field(call, &rest, &name, &value))
        if (str_eq(name, str_of(wanted))) return value;
    return (str){ 0 };
}

static err_code put_in(api_call *call, front_shop *s, str id, int64_t quantity) {
    TRY(front_can_add(call->c, s, id));
    return cart_add(&s->cart, id, quantity)
               ? ERR_OK : fail_field(call->c, ERR_INVALID, "id", "Coșul este plin: are loc pentru %d produse diferite.", FRONT_CART_LINES);
}

/* "id=12&quantity=2&id=13": a quantity belongs to the id before it. "offer=TOKEN": the price that all of it was promised at. */
static err_code add_fields(api_call *call, front_shop *s) {
    str rest = call->r->body, name, value, id = { 0 };
    int64_t quantity = 1;
    while (next_field(call, &rest, &name, &value)) {
        if (str_eq(name, STR("quantity")) && !parse_int_in(value, 1, FRONT_QUANTITY_MOST, &quantity))
            return fail_field(call->c, ERR_INVALID, "quantity", "Cantitatea este un număr de la 1 la %d.", FRONT_QUANTITY_MOST);
        if (!str_eq(name, STR("id"))) continue;
        if (id.n) TRY(put_in(call, s, id, quantity));
        id = value;
        quantity = 1;
    }
    if (!id.n) return fail_field(call->c, ERR_INVALID, "id", "Alege mai întâi un produs.");
    TRY(put_in(call, s, id, quantity));
    str offer = field_of(call, "offer");
    return offer.n ? front_offers_add(call->c, s, offer) : ERR_OK;
}

/* "q.12=3" sets, "remove=12" takes out. */
static void change_fields(api_call *call, front_shop *s) {
    str rest = call->r->body, name, value;
    while (next_field(call, &rest, &name, &value)) {
        int64_t quantity = 0;
        if (str_eq(name, STR("remove"))) cart_set(&s->cart, value, 0);
        else if (str_starts(name, STR("q.")) && parse_int_in(value, 0, FRONT_QUANTITY_MOST, &quantity))
            cart_set(&s->cart, str_sub(name, 2, name.n), quantity);
    }
}

/* Without script the visitor stays at the product and reads why. */
static err_code refuse_add(api_call *call, front_shop *s, err_code e) {
    str id = field_of(call, "id"), why = str_dup(call->c->arena, str_of(call->c->error.text));
    if (e != ERR_INVALID || wants_json(call->r)) return e;
    call->out->status = 400;
    err_code shown = front_product(call->c, s, id, why, &call->out->body);
    if (shown == ERR_NOT_FOUND) return front_cart_page(call->c, s, why, &call->out->body);
    return shown;
}

static err_code change_cart(api_call *call, front_shop *s) {
    bool adding = str_eq(field_of(call, "do"), STR("add"));
    if (adding) {
        err_code e = add_fields(call, s);
        if (e) return refuse_add(call, s, e);
    } else {
        change_fields(call, s);
    }
    TRY(set_cart(call, s));
    if (wants_json(call->r)) return cart_as_json(call, s);
    return go_to(call, adding ? STR("/shop/cart?added=1") : STR("/shop/cart"));
}

/* ---- the checkout ---- */
static err_code show_checkout(api_call *call, front_shop *s) {
    front_basket k;
    TRY(front_basket_load(call->c, s, &k));
    if (!k.goods_minor || !k.all_available) return go_to(call, STR("/shop/cart"));
    checkout_form f = { .once = crypto_random_text(call->c->arena, ONCE_LETTERS) };
    return front_checkout(call->c, s, &f, (str){ 0 }, &call->out->body);
}

static bool is_once(str s) {
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (!((ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z'))) return false;
    }
    return s.n >= 16 && s.n <= 64;
}

/* The store's secret signs what the front tells, as a platform's would; made when the first order comes. */
static err_code open_secret(api_call *call, str *ret_secret) {
    shop_access access;
    TRY(store_access(call->c, call->d, &call->a->o.seal, call->store_id, &access));
    if (!access.webhook_secret.n) {
        TRY(store_ensure_webhook_secret(call->c, call->d, &call->a->o.seal, call->store_id));
        TRY(store_access(call->c, call->d, &call->a->o.seal, call->store_id, &access));
    }
    *ret_secret = access.webhook_secret;
    return ERR_OK;
}

/* Cookies are the visitor's own word, as at any shop: what is not of the form of ours is left out. */
static order_origin origin_of(api_call *call, const front_shop *s) {
    str header = http_header(call->r, "Cookie");
    order_origin o = { .visitor_id = s->visitor_id };
    str recs = cookie_find(header, STR(RECS_COOKIE));
    buf b;
    buf_init_in(&b, call->c->arena, LIMIT_ORDER_RECS_BYTES);
    while (recs.n && str_is_utf8(recs)) {
        str id = str_cut(&recs, '.');
        if (!id.n || id.n > LIMIT_ID_BYTES || b.n + id.n + 1 > LIMIT_ORDER_RECS_BYTES) continue;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, id);
    }
    o.rec_ids = buf_view(&b);
    return o;
}

static err_code deliver(api_call *call, str secret, str body) {
    digest256 mac = crypto_hmac_sha256(secret, body);
    webhook_work work = {
        .store_id = call->store_id, .seal = &call->a->o.seal, .home = call->c->arena,
        .delivery = { .topic = STR("order.created"), .body = body, .content_type = STR("application/json"),
                      .signature = crypto_base64(call->c->arena, (str){ (const char *)mac.b, sizeof mac.b }) },
    };
    return webhook_take(call, &work);
}

/* The order that the form is of: sent twice it is the same one. */
static err_code name_order(api_call *call, front_shop *s, const checkout_form *f, str *ret_secret, int64_t *ret_id) {
    buf b;
    TRY(open_secret(call, ret_secret));
    *ret_id = order_id_of(*ret_secret, f->once);
    buf_init_in(&b, call->c->arena, 24);
    buf_i64(&b, *ret_id);
    s->order_id = buf_view(&b);
    return buf_err(&b);
}

static err_code place_order(api_call *call, front_shop *s, const front_basket *k, const checkout_form *f, str secret, int64_t id) {
    str body;
    order_origin origin = origin_of(call, s);
    TRY(order_body(call->c, s, k, f, &origin, id, &body));
    TRY(front_offers_use(call->c, s, k, s->order_id));
    TRY(deliver(call, secret, body));
    s->cart.n = s->n_offers = 0;
    TRY(set_cart(call, s));
    buf path;
    buf_init_in(&path, call->c->arena, 200);
    buf_text(&path, "/shop/order/");
    buf_str(&path, s->order_id);
    buf_text(&path, "?key=");
    buf_str(&path, order_page_key(call->c, secret, s->order_id));
    return buf_err(&path) ? fail(call->c, buf_err(&path), "thank for the order") : go_to(call, buf_view(&path));
}

static checkout_form read_form(api_call *call) {
    checkout_form f = { .once = field_of(call, "once") };
    for (size_t i = 0; i < CHECKOUT_FIELDS; i++) f.value[i] = field_of(call, checkout_names[i]);
    return f;
}

/* Does the visitor agree to this sum? It may have changed since he saw it: an offer ended, a price is another one. */
static bool sum_is_known(api_call *call, const front_basket *k) {
    str told = field_of(call, "total");
    int64_t minor = 0;
    return !told.n || (parse_int_in(told, 0, INT64_MAX, &minor) && minor == k->total_minor);
}

static const char sum_changed[] = "Totalul s-a schimbat între timp: uită-te la el și trimite comanda din nou.";

/* A sentence for the visitor and a status where the order cannot be taken as it stands; an empty one where only fields are wrong. */
static str why_not(api_call *call, const front_basket *k, bool once, bool fine) {
    if (!once) return STR("Formularul a expirat: trimite-l încă o dată.");
    if (fine && !sum_is_known(call, k)) return call->out->status = 409, str_of(sum_changed);
    if (fine && !api_rate_take(call->a, STR("orders of the demonstration shop"), ORDERS_A_SECOND))
        return call->out->status = 429, STR("Prea multe comenzi deodată: încearcă din nou peste câteva secunde.");
    return (str){ 0 };
}

static err_code take_checkout(api_call *call, front_shop *s) {
    front_basket k;
    checkout_form f = read_form(call);
    str secret = { 0 };
    int64_t id = 0;
    bool once = is_once(f.once), fine = checkout_check(&f);
    if (once) TRY(name_order(call, s, &f, &secret, &id));
    else f.once = crypto_random_text(call->c->arena, ONCE_LETTERS);
    TRY(front_basket_load(call->c, s, &k));
    if (!k.goods_minor || !k.all_available) return go_to(call, STR("/shop/cart"));
    call->out->status = 422;
    str note = why_not(call, &k, once, fine);
    if (!note.n && fine) {
        err_code e = place_order(call, s, &k, &f, secret, id);
        if (e != ERR_CONFLICT) return e;
        call->out->status = 409;
        note = str_of(sum_changed);                         /* another order was quicker to use an offer */
    }
    return front_checkout(call->c, s, &f, note, &call->out->body);
}

/* Only who placed the order has the key of its page. */
static err_code received(api_call *call, front_shop *s) {
    str secret, key = http_query(call->r, "key");
    TRY(open_secret(call, &secret));
    if (!crypto_equal(key, order_page_key(call->c, secret, call->path_value)))
        return fail(call->c, ERR_NOT_FOUND, "no such order");
    return front_received(call->c, s, call->path_value, &call->out->body);
}

/* ---- the rows of the route table ---- */
err_code shop_front_home(api_call *call) { return serve(call, home); }
err_code shop_front_category(api_call *call) { return serve(call, listed); }
err_code shop_front_product(api_call *call) { return serve(call, one_product); }
err_code shop_front_search(api_call *call) { return serve(call, searched); }
err_code shop_front_cart(api_call *call) { return serve(call, show_cart); }
err_code shop_front_cart_post(api_call *call) { return serve(call, change_cart); }
err_code shop_front_checkout(api_call *call) { return serve(call, show_checkout); }
err_code shop_front_checkout_post(api_call *call) { return serve(call, take_checkout); }
err_code shop_front_received(api_call *call) { return serve(call, received); }
err_code shop_front_missing(api_call *call) { return serve(call, missing); }

err_code shop_front_door(api_call *call) {
    store row;
    TRY(find_demo(call, &row));
    return go_to(call, STR("/shop/"));
}

err_code shop_front_static(api_call *call) {
    front_file file;
    store row;
    TRY(find_demo(call, &row));
    if (!front_file_find(call->path_value, &file)) return fail(call->c, ERR_NOT_FOUND, "the shop has no such file");
    call->out->status = 200;
    call->out->content_type = file.content_type;
    call->out->static_body = file.body;
    http_add_header(call->out, "X-Content-Type-Options", STR("nosniff"));
    http_add_header(call->out, "Cache-Control", http_query(call->r, "v").n ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    return ERR_OK;
}
