/* Reads messages of a plugin by one table of kinds. */
#include "api/plugin_body.h"
#include <math.h>
#include "base/limits.h"
#include "events/carts.h"
#include "net/crypto.h"
#include "net/url.h"

enum { MOST_MAJOR = 1000000000, HASH_DIGITS = 64, ID_BYTES = 64, EMAIL_BYTES = 254,
       NAME_BYTES = LIMIT_ID_BYTES - 2 };    /* names of persons are written with a letter and a colon in front */
#define LAST_MS INT64_C(4102444800000)  /* 2100-01-01 */

typedef struct {
    str id, kind, token, visitor_id, customer_id, email, email_hash, currency, recovery_url, state, order_id, product_id, variation_id,
        stock_status;
    opt_i64 time_ms;
    opt_flag email_consent;
    opt_f64 total, stock_quantity, price, regular_price, sale_price;
    texts rec_ids;
    entries items;                  /* of told_item */
    const json_value *event;
} message_input;

#define AT(member) offsetof(message_input, member)
#define ROW(name, kind, low, high, required, doc) { #name, kind, AT(name), low, high, required, doc, NULL, NULL, 0 }
/* What every message has. */
#define ENVELOPE                                                                                                                        \
    ROW(id, PARAM_TEXT, 1, ID_BYTES, true, "Of the message: sent again, it counts once."),                                              \
    ROW(kind, PARAM_TEXT, 1, 20, true, "event, cart, identity, stock or order."),                                                       \
    ROW(time_ms, PARAM_INT, 0, LAST_MS, true, "When it was so, UTC milliseconds.")
#define WHO                                                                                                                             \
    ROW(visitor_id, PARAM_TEXT, 0, NAME_BYTES, false, "The browser."), \
    ROW(customer_id, PARAM_TEXT, 0, NAME_BYTES, false, "The account, when logged in.")

static const param event_rows[] = { ENVELOPE, ROW(event, PARAM_JSON, 0, 0, true, "One event as /api/v1/events/track takes it.") };
static const param cart_rows[] = {
    ENVELOPE, WHO,
    ROW(token, PARAM_TEXT, 1, 0, true, "Hash of the token in the recovery link: the cart's name."),
    ROW(email, PARAM_TEXT, 0, EMAIL_BYTES, false, "Kept only with email_consent."),
    ROW(email_consent, PARAM_BOOL, 0, 0, false, "He agreed to letters about his cart."),
    { "items", PARAM_ENTRIES, AT(items), sizeof(told_item), LIMIT_CART_ITEMS, true, "What lies in it.", NULL,
      told_item_params, COUNT_TOLD_ITEM },
    ROW(total, PARAM_NUMBER, 0, MOST_MAJOR, false, "Major units."), ROW(currency, PARAM_TEXT, 0, 3, false, "ISO 4217."),
    ROW(recovery_url, PARAM_TEXT, 0, LIMIT_URL_BYTES, false, "Fills the cart again."),
    ROW(state, PARAM_TEXT, 1, 20, true, "open, ordered or emptied."), ROW(order_id, PARAM_TEXT, 0, 0, false, "The order made of it."),
};
static const param identity_rows[] = {
    ENVELOPE, WHO, ROW(email_hash, PARAM_TEXT, 0, HASH_DIGITS, false, "SHA-256 of the address, trimmed, in lower case, as hex."),
};
static const param stock_rows[] = {
    ENVELOPE, ROW(product_id, PARAM_TEXT, 1, 0, true, "The product."), ROW(variation_id, PARAM_TEXT, 0, 0, false, "Which variation."),
    ROW(stock_status, PARAM_TEXT, 0, 20, false, "instock, outofstock or onbackorder."),
    ROW(stock_quantity, PARAM_NUMBER, -MOST_MAJOR, MOST_MAJOR, false, "null: not counted."),
    ROW(price, PARAM_NUMBER, 0, MOST_MAJOR, false, "Asked today, major units; null: none."),
    ROW(regular_price, PARAM_NUMBER, 0, MOST_MAJOR, false, "Before the sale; null: none."),
    ROW(sale_price, PARAM_NUMBER, 0, MOST_MAJOR, false, "In the sale; null: none."),
};
static const param order_rows[] = {
    ENVELOPE, ROW(order_id, PARAM_TEXT, 1, 0, true, "The order."), ROW(visitor_id, PARAM_TEXT, 0, NAME_BYTES, false, "The browser."),
    ROW(rec_ids, PARAM_TEXTS, 0, LIMIT_ORDER_RECS, false, "Answers that led to it."),
};

typedef struct {
    ctx *c;
    const event_context *x;
    plugin_batch *b;
    const message_input *in;
    const json_value *raw;
} reader;

static int64_t minor_of(const reader *r, double major) { return llround(major * pow(10, r->x->digits)); }

/* A clock of a shop that is ahead must not make its word the newest for ever. */
static int64_t time_of(const reader *r) { return r->in->time_ms.v < r->x->received_ms ? r->in->time_ms.v : r->x->received_ms; }

/* ---- one function a kind ---- */
static err_code take_event(const reader *r) {
    TRY(event_object_read(r->c, r->in->event, r->in->id, r->x, &r->b->events[r->b->n_events]));
    r->b->n_events++;
    return ERR_OK;
}

static err_code write_items(const reader *r, str *ret_json) {
    const told_item *items = r->in->items.p;
    buf b;
    json_out w;
    buf_init_in(&b, r->c->arena, 128 * KIB);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < r->in->items.n; i++) {
        jw_array(&w);
        jw_str(&w, items[i].product_id);
        jw_str(&w, items[i].variation_id);
        jw_double(&w, items[i].quantity.known ? items[i].quantity.v : 1);
        jw_i64(&w, minor_of(r, items[i].price.v));
        jw_end_array(&w);
    }
    jw_end_array(&w);
    if (buf_err(&b)) return fail_field(r->c, ERR_INVALID, "items", "'items' is too long");
    *ret_json = buf_view(&b);
    return ERR_OK;
}

static err_code check_cart(const reader *r) {
    url_parts parts;
    const message_input *in = r->in;
    if (!cart_state_is_known(in->state)) return fail_field(r->c, ERR_INVALID, "state", "'state' is open, ordered or emptied");
    if (in->recovery_url.n && url_parse(r->c, in->recovery_url, &parts))
        return fail_field(r->c, ERR_INVALID, "recovery_url", "'recovery_url' must be an address of http or https");
    if (in->email.n && str_find(in->email, STR("@")) == SIZE_MAX)
        return fail_field(r->c, ERR_INVALID, "email", "'email' must be an address like ana@example.com");
    return ERR_OK;
}

static err_code take_cart(const reader *r) {
    const message_input *in = r->in;
    shop_cart row = {
        .store_id = r->x->store_id, .cart_id = in->token, .visitor_id = in->visitor_id, .customer_id = in->customer_id,
        .email = in->email_consent.v ? str_trim(in->email) : (str){ 0 }, .total = minor_of(r, in->total.v), .currency = in->currency,
        .recovery_url = in->recovery_url, .state = in->state, .order_id = in->order_id, .told_ms = time_of(r),
    };
    TRY(check_cart(r));
    TRY(write_items(r, &row.items));
    r->b->carts[r->b->n_carts++] = row;
    return ERR_OK;
}

static err_code take_identity(const reader *r) {
    const message_input *in = r->in;
    if (in->email_hash.n && !crypto_is_sha256_text(in->email_hash))
        return fail_field(r->c, ERR_INVALID, "email_hash", "'email_hash' must be %d digits 0-9a-f", HASH_DIGITS);
    if ((in->visitor_id.n != 0) + (in->customer_id.n != 0) + (in->email_hash.n != 0) < 2)
        return fail_field(r->c, ERR_INVALID, "visitor_id", "say two of 'visitor_id', 'customer_id' and 'email_hash'");
    r->b->identities[r->b->n_identities++] =
        (identity_told){ r->x->store_id, in->visitor_id, in->customer_id, in->email_hash, time_of(r) };
    return ERR_OK;
}

static bool is_told(const reader *r, const char *name) { return jr_get(r->raw, name) != NULL; }
static opt_int money_of(const reader *r, opt_f64 major) { return major.known ? SOME(minor_of(r, major.v)) : UNKNOWN; }

static err_code take_stock(const reader *r) {
    const message_input *in = r->in;
    if (in->stock_status.n && !stock_status_is_known(in->stock_status))
        return fail_field(r->c, ERR_INVALID, "stock_status", "'stock_status' is instock, outofstock or onbackorder");
    r->b->stocks[r->b->n_stocks++] = (stock_told){
        .product_id = in->product_id, .variation_id = in->variation_id, .stock_status = in->stock_status,
        .stock_quantity = in->stock_quantity.known ? SOME((int64_t)floor(in->stock_quantity.v)) : UNKNOWN,
        .price = money_of(r, in->price), .regular_price = money_of(r, in->regular_price), .sale_price = money_of(r, in->sale_price),
        .quantity_told = is_told(r, "stock_quantity"), .price_told = is_told(r, "price"),
        .regular_told = is_told(r, "regular_price"), .sale_told = is_told(r, "sale_price"),
    };
    return ERR_OK;
}

static err_code take_order(const reader *r) {
    const message_input *in = r->in;
    buf list;
    buf_init_in(&list, r->c->arena, LIMIT_ORDER_RECS_BYTES);
    for (size_t i = 0; i < in->rec_ids.n; i++) {
        if (!in->rec_ids.p[i].n || str_find(in->rec_ids.p[i], STR(" ")) != SIZE_MAX)
            return fail_field(r->c, ERR_INVALID, "rec_ids", "'rec_ids' is a list of ids of answers");
        if (i) buf_char(&list, ' ');
        buf_str(&list, in->rec_ids.p[i]);
    }
    if (buf_err(&list)) return fail_field(r->c, ERR_INVALID, "rec_ids", "'rec_ids' may have at most %d bytes", LIMIT_ORDER_RECS_BYTES);
    r->b->orders[r->b->n_orders++] = (order_told){ r->x->store_id, in->order_id, in->visitor_id, buf_view(&list), time_of(r) };
    return ERR_OK;
}

static const struct message_kind {
    const char *word;
    const param *rows;
    size_t n;
    err_code (*take)(const reader *r);
} kinds[] = {
    { "event", event_rows, COUNT(event_rows), take_event },
    { "cart", cart_rows, COUNT(cart_rows), take_cart },
    { "identity", identity_rows, COUNT(identity_rows), take_identity },
    { "stock", stock_rows, COUNT(stock_rows), take_stock },
    { "order", order_rows, COUNT(order_rows), take_order },
};

/* For the description: what no kind's own table says. */
static const param message_rows[] = { ENVELOPE };
const param plugin_params[COUNT_PLUGIN] = {
    { "messages", PARAM_LIST, 0, 0, LIMIT_PLUGIN_MESSAGES, true, "Each with id, kind, time_ms and what its kind has: docs/api.md.",
      NULL, message_rows, COUNT(message_rows) },
};

/* ---- bodies ---- */
static err_code read_message(reader *r, const json_value *one) {
    message_input in = { 0 };
    str word = jr_string(jr_get(one, "kind"));
    if (!jr_is_object(one)) return fail_field(r->c, ERR_INVALID, "messages", "a message must be an object");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!str_eq(word, str_of(kinds[i].word))) continue;
        TRY(param_read_json(r->c, one, kinds[i].rows, kinds[i].n, &in));
        r->in = &in;
        r->raw = one;
        return kinds[i].take(r);
    }
    return fail_field(r->c, ERR_INVALID, "kind", "'kind' is event, cart, identity, stock or order");
}

static err_code reject(reader *r, size_t index, const json_value *one) {
    rejected_message *to = &r->b->rejected[r->b->n_rejected++];
    *to = (rejected_message){ index, str_clip(jr_string(jr_get(one, "id")), ID_BYTES), str_dup(r->c->arena, str_of(r->c->error.text)) };
    return to->message.p ? ERR_OK : fail(r->c, ERR_NO_MEMORY, "tell what is wrong");
}

static err_code make_room(ctx *c, size_t n, plugin_batch *b) {
    b->events = arena_new(c->arena, visitor_event, n);
    b->carts = arena_new(c->arena, shop_cart, n);
    b->identities = arena_new(c->arena, identity_told, n);
    b->stocks = arena_new(c->arena, stock_told, n);
    b->orders = arena_new(c->arena, order_told, n);
    b->rejected = arena_new(c->arena, rejected_message, n);
    bool whole = b->events && b->carts && b->identities && b->stocks && b->orders && b->rejected;
    return whole ? ERR_OK : fail(c, ERR_NO_MEMORY, "read %zu messages", n);
}

err_code plugin_body_read(ctx *c, str body, const event_context *x, plugin_batch *ret_batch) {
    const json_value *v = NULL, *list = NULL;
    plugin_batch b = { 0 };
    reader r = { .c = c, .x = x, .b = &b };
    TRY(json_parse(c, body, JSON_READ_STRICT, &v));
    if (!jr_is_object(v)) return fail(c, ERR_INVALID, "the body must be a JSON object");
    TRY(param_read_json(c, v, plugin_params, COUNT_PLUGIN, &list));
    b.n_messages = jr_count(list);
    if (!b.n_messages) return fail_field(c, ERR_INVALID, "messages", "'messages' is empty: send one at least");
    TRY(make_room(c, b.n_messages, &b));
    for (size_t i = 0; i < b.n_messages; i++) {
        err_code e = read_message(&r, jr_at(list, i));
        if (e && e != ERR_INVALID) return e;
        if (e) TRY(reject(&r, i, jr_at(list, i)));
    }
    *ret_batch = b;
    return ERR_OK;
}
