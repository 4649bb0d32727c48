/* Reads events out of bodies by their parameter tables. It does NOT know requests, keys or storage. */
#include "api/event_body.h"
#include <assert.h>
#include <math.h>
#include "base/limits.h"
#include "decide/catalogue.h"
#include "events/user_agent.h"
#include "net/crypto.h"

enum { MOST_MAJOR = 1000000000, MOST_QUANTITY = 1000000, MOST_POSITION = 10000, QUERY_BYTES = 500, PAGE_BYTES = 2000, SHA256_DIGITS = 64 };
#define LAST_MS INT64_C(4102444800000)  /* 2100-01-01 */

typedef struct {
    const json_value *list;         /* "events"; NULL: the object is one event */
    str type, id, visitor_id, session_id, customer_id, email_hash, product_id, variation_id, category_id, rec_id, placement, currency,
        order_id, query, page, referrer, device, consent;
    opt_i64 time, position;
    opt_f64 quantity, value;
    entries items;                  /* of told_item */
} event_input;

#define ITEM_OFFSET(member) offsetof(told_item, member)
const param told_item_params[COUNT_TOLD_ITEM] = {
    { "product_id", PARAM_TEXT, ITEM_OFFSET(product_id), 1, 0, true, "The product, or a variation of it.", "\"104\"", NULL, 0 },
    { "variation_id", PARAM_TEXT, ITEM_OFFSET(variation_id), 0, 0, false, "Which variation.", NULL, NULL, 0 },
    { "quantity", PARAM_NUMBER, ITEM_OFFSET(quantity), 0, MOST_QUANTITY, false, "How many; 1 when left out.", "1", NULL, 0 },
    { "price", PARAM_NUMBER, ITEM_OFFSET(price), 0, MOST_MAJOR, false, "Of one, major units.", "29.99", NULL, 0 },
};

#define OFFSET(member) offsetof(event_input, member)
#define EVENT_ROWS                                                                                                                \
    { "type", PARAM_TEXT, OFFSET(type), 1, 40, false,                                                                             \
      "view, click, cart_add, cart_remove, wishlist, search, category_view, checkout_start, purchase, impression, widget_open, "  \
      "widget_close, widget_dismiss or consent. Must be there.", "\"view\"", NULL, 0 },                                           \
    { "id", PARAM_TEXT, OFFSET(id), 0, 0, false, "Your own id of the event: sent again, it counts once.", "\"e-51\"", NULL, 0 },  \
    { "time", PARAM_INT, OFFSET(time), 0, LAST_MS, false,                                                                         \
      "When, UTC milliseconds; now when left out, at most now, at least a week ago.", "1763640000000", NULL, 0 },                 \
    { "visitor_id", PARAM_TEXT, OFFSET(visitor_id), 0, 0, false, "Your first-party id of the visitor.", "\"v-7f3a\"", NULL, 0 },  \
    { "session_id", PARAM_TEXT, OFFSET(session_id), 0, 0, false,                                                                  \
      "Your id of the visit; left out: Vitrine's own, ended by 30 minutes of silence.", NULL, NULL, 0 },                          \
    { "customer_id", PARAM_TEXT, OFFSET(customer_id), 0, 0, false,                                                                \
      "The shop's customer id, when logged in; believed with the secret key only.", NULL, NULL, 0 },                              \
    { "email_hash", PARAM_TEXT, OFFSET(email_hash), 0, SHA256_DIGITS, false,                                                      \
      "SHA-256 of the e-mail address, trimmed and in lower case, as 64 hexadecimal digits.", NULL, NULL, 0 },                     \
    { "consent", PARAM_TEXT, OFFSET(consent), 0, 20, false,                                                                       \
      "What the visitor agreed to: all, statistics (counted, no personal answers) or none (no visitor id is stored).",            \
      "\"all\"", NULL, 0 },                                                                                                     \
    { "product_id", PARAM_TEXT, OFFSET(product_id), 0, 0, false, "The product; a variation's id is fine.", "\"101\"", NULL, 0 },  \
    { "variation_id", PARAM_TEXT, OFFSET(variation_id), 0, 0, false, "Which variation of it.", NULL, NULL, 0 },                   \
    { "category_id", PARAM_TEXT, OFFSET(category_id), 0, 0, false, "The category looked at.", NULL, NULL, 0 },                    \
    { "rec_id", PARAM_TEXT, OFFSET(rec_id), 0, 0, false, "The answer it belongs to.", NULL, NULL, 0 },                            \
    { "placement", PARAM_TEXT, OFFSET(placement), 0, 40, false, "Where that answer was shown.", "\"product\"", NULL, 0 },         \
    { "position", PARAM_INT, OFFSET(position), 0, MOST_POSITION, false, "Place in its list, from 1.", "1", NULL, 0 },             \
    { "quantity", PARAM_NUMBER, OFFSET(quantity), 0, MOST_QUANTITY, false, "How many.", "1", NULL, 0 },                           \
    { "value", PARAM_NUMBER, OFFSET(value), 0, MOST_MAJOR, false, "Money, major units of the shop's currency.", "29.99", NULL, 0 }, \
    { "currency", PARAM_TEXT, OFFSET(currency), 0, 3, false, "ISO 4217; must be the shop's.", "\"RON\"", NULL, 0 },               \
    { "order_id", PARAM_TEXT, OFFSET(order_id), 0, 0, false, "The order, of a purchase.", NULL, NULL, 0 },                        \
    { "query", PARAM_TEXT, OFFSET(query), 0, QUERY_BYTES, false, "What was searched for.", "\"cana\"", NULL, 0 },                 \
    { "page", PARAM_TEXT, OFFSET(page), 0, PAGE_BYTES, false, "Address of the page; its path is kept.", "\"/produs/cana/\"", NULL, 0 }, \
    { "referrer", PARAM_TEXT, OFFSET(referrer), 0, PAGE_BYTES, false, "Where the visitor came from; the host is kept.", NULL, NULL, 0 }, \
    { "device", PARAM_TEXT, OFFSET(device), 0, 10, false,                                                                         \
      "desktop, mobile, tablet or robot; left out: by the User-Agent of the browser.", "\"mobile\"", NULL, 0 },                   \
    { "items", PARAM_ENTRIES, OFFSET(items), sizeof(told_item), LIMIT_EVENT_ITEMS, false,                                         \
      "Products shown or bought, in their order: ids, or objects.", "[{\"product_id\":\"104\",\"quantity\":1,\"price\":29.99}]",  \
      told_item_params, COUNT_TOLD_ITEM }

static const param event_fields[] = { EVENT_ROWS };
static_assert(COUNT(event_fields) + 1 == COUNT_TRACK, "the list and what one event may hold");
const param track_params[COUNT_TRACK] = {
    { "events", PARAM_LIST, OFFSET(list), 0, LIMIT_EVENTS, false,
      "Several events, in their order; what stands beside the list holds for each that does not say otherwise.", NULL, event_fields,
      COUNT(event_fields) },
    EVENT_ROWS,
};

/* ---- one event ---- */
typedef struct { ctx *c; const event_context *x; } reader;

static int64_t minor_of(const reader *r, double major) { return llround(major * pow(10, r->x->digits)); }

/* "https://shop.example/a/b?c#d" -> "/a/b": what stands in a query may be anybody's secret. */
static str path_of(str page) {
    size_t scheme = str_find(page, STR("://"));
    if (scheme != SIZE_MAX && page.p[0] != '/' && page.p[0] != '?') {
        str rest = str_sub(page, scheme + 3, page.n);
        size_t slash = str_find(rest, STR("/"));
        page = slash == SIZE_MAX ? STR("/") : str_sub(rest, slash, rest.n);
    }
    page = str_cut(&page, '?');
    return str_clip(str_cut(&page, '#'), QUERY_BYTES);
}

static str host_of(str referrer) {
    size_t scheme = str_find(referrer, STR("://"));
    if (scheme != SIZE_MAX) referrer = str_sub(referrer, scheme + 3, referrer.n);
    referrer = str_cut(&referrer, '/');
    referrer = str_cut(&referrer, '?');
    size_t at = str_find(referrer, STR("@"));
    return str_clip(at == SIZE_MAX ? referrer : str_sub(referrer, at + 1, referrer.n), LIMIT_ID_BYTES);
}

/* Learning knows products only: a variation's id stands for its product. */
static err_code fold_variation(const reader *r, str *product_id, str *variation_id) {
    const catalogue_item *known = r->x->shop && product_id->n ? serving_find(r->x->shop, *product_id) : NULL;
    if (!known || str_eq(known->product_id, *product_id)) return ERR_OK;
    str parent = str_dup(r->c->arena, known->product_id);
    if (!parent.p) return fail(r->c, ERR_NO_MEMORY, "read a product");
    if (!variation_id->n) *variation_id = *product_id;
    *product_id = parent;
    return ERR_OK;
}

static err_code write_items(const reader *r, const entries *items, str *ret_json) {
    buf b;
    json_out w;
    buf_init_in(&b, r->c->arena, 64 * KIB);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < items->n; i++) {
        told_item it = ((const told_item *)items->p)[i];
        TRY(fold_variation(r, &it.product_id, &it.variation_id));
        jw_array(&w);
        jw_str(&w, it.product_id);
        jw_double(&w, it.quantity.known ? it.quantity.v : 1);
        jw_i64(&w, minor_of(r, it.price.v));
        jw_end_array(&w);
    }
    jw_end_array(&w);
    if (buf_err(&b)) return fail_field(r->c, ERR_INVALID, "items", "'items' is too long");
    *ret_json = buf_view(&b);
    return ERR_OK;
}

static err_code check_words(const reader *r, const event_input *in, visitor_event *e) {
    ctx *c = r->c;
    if (!in->type.n) return fail_field(c, ERR_INVALID, "type", "'type' is required: what happened");
    if (!event_kind_find(in->type, &e->kind))
        return fail_field(c, ERR_INVALID, "type", "'%.*s' is no kind of event; /docs lists them", STR_ARG(in->type));
    if (!consent_find(in->consent, &e->consent)) return fail_field(c, ERR_INVALID, "consent", "'consent' is all, statistics or none");
    if (in->device.n && !user_agent_is_device(in->device))
        return fail_field(c, ERR_INVALID, "device", "'device' is desktop, mobile, tablet or robot");
    if (in->email_hash.n && !crypto_is_sha256_text(in->email_hash))
        return fail_field(c, ERR_INVALID, "email_hash", "'email_hash' is a SHA-256 in 64 lower-case hexadecimal digits");
    if (in->currency.n && r->x->currency.n && !str_eq_nocase(in->currency, r->x->currency))
        return fail_field(c, ERR_INVALID, "currency", "the shop's currency is %.*s: send values in it", STR_ARG(r->x->currency));
    return ERR_OK;
}

/* What the browser says of itself counts less than what the page says, except that a robot is one. */
static void take_device(const event_context *x, const event_input *in, visitor_event *e) {
    e->row.device = x->robot ? STR("robot") : in->device.n ? in->device : x->device;
    e->row.robot = str_eq(e->row.device, STR("robot"));
}

static err_code take_input(const reader *r, const event_input *in, visitor_event *e) {
    TRY(check_words(r, in, e));
    take_device(r->x, in, e);
    e->row.store_id = r->x->store_id;
    e->row.time_ms = in->time.v;
    e->row.visitor_id = in->visitor_id;
    e->row.session_id = in->session_id;
    e->row.product_id = in->product_id;
    e->row.variation_id = in->variation_id;
    e->row.category_id = in->category_id;
    e->row.rec_id = in->rec_id;
    e->row.placement = in->placement;
    e->row.position = in->position.v;
    e->row.quantity = in->quantity.v;
    e->row.value = minor_of(r, in->value.v);
    e->row.order_id = in->order_id;
    e->row.query = in->query;
    e->row.page = path_of(in->page);
    e->row.referrer = host_of(in->referrer);
    if (r->x->trusted) e->customer_id = in->customer_id;    /* anybody's page could claim to be customer 7 */
    e->email_hash = in->email_hash;
    e->currency = in->currency;
    e->client_hash = client_hash_of(r->x->store_id, in->visitor_id, in->id);
    TRY(fold_variation(r, &e->row.product_id, &e->row.variation_id));
    if (in->items.n) TRY(write_items(r, &in->items, &e->row.items));
    return event_check(r->c, e, r->x->received_ms);
}

/* ---- bodies ---- */
static err_code reject(ctx *c, event_list *l, size_t index, err_code e) {
    rejected_event *to = &l->rejected[l->n_rejected++];
    *to = (rejected_event){ index, e, str_dup(c->arena, str_of(c->error.field)), str_dup(c->arena, str_of(c->error.text)) };
    return to->field.p && to->message.p ? ERR_OK : fail(c, ERR_NO_MEMORY, "tell what is wrong");
}

static err_code read_one(const reader *r, const event_input *defaults, const json_value *one, visitor_event *e) {
    event_input in = *defaults;
    if (!jr_is_object(one)) return fail_field(r->c, ERR_INVALID, "events", "an event must be an object");
    TRY(param_read_json(r->c, one, event_fields, COUNT(event_fields), &in));
    return take_input(r, &in, e);
}

static err_code read_list(const reader *r, const event_input *defaults, event_list *l) {
    size_t n = jr_count(defaults->list);
    if (!n) return fail_field(r->c, ERR_INVALID, "events", "'events' is empty: send one at least");
    if (defaults->id.n) return fail_field(r->c, ERR_INVALID, "id", "'id' belongs to one event: put it inside 'events'");
    l->batch = true;
    l->events = arena_new(r->c->arena, visitor_event, n);
    l->rejected = arena_new(r->c->arena, rejected_event, n);
    if (!l->events || !l->rejected) return fail(r->c, ERR_NO_MEMORY, "read %zu events", n);
    for (size_t i = 0; i < n; i++) {
        r->c->error.field[0] = 0;
        l->events[l->n] = (visitor_event){ 0 };
        err_code e = read_one(r, defaults, jr_at(defaults->list, i), &l->events[l->n]);
        if (e && e != ERR_INVALID) return e;
        if (e) TRY(reject(r->c, l, i, e));
        else l->n++;
    }
    return ERR_OK;
}

static err_code parse_object(ctx *c, str body, const param *table, size_t n, void *into) {
    const json_value *v = NULL;
    TRY(json_parse(c, body, JSON_READ_STRICT, &v));
    if (!jr_is_object(v)) return fail(c, ERR_INVALID, "the body must be a JSON object");
    return param_read_json(c, v, table, n, into);
}

static err_code start_one(ctx *c, event_list *l) {
    l->events = arena_new(c->arena, visitor_event, 1);
    return l->events ? ERR_OK : fail(c, ERR_NO_MEMORY, "read an event");
}

err_code event_body_read(ctx *c, str body, const event_context *x, event_list *ret_list) {
    event_input in = { 0 };
    event_list l = { 0 };
    const reader r = { c, x };
    TRY(parse_object(c, body, track_params, COUNT(track_params), &in));
    if (in.list) TRY(read_list(&r, &in, &l));
    else {
        TRY(start_one(c, &l));
        TRY(take_input(&r, &in, l.events));
        l.n = 1;
    }
    *ret_list = l;
    return ERR_OK;
}

err_code event_object_read(ctx *c, const json_value *one, str otherwise_id, const event_context *x, visitor_event *ret_event) {
    const event_input defaults = { .id = otherwise_id };
    visitor_event e = { 0 };
    TRY(read_one(&(reader){ c, x }, &defaults, one, &e));
    *ret_event = e;
    return ERR_OK;
}

/* ---- the short form ---- */
typedef struct { str store_id, rec_id, order_id, visitor_id; opt_flag converted; opt_f64 revenue; } conversion_input;
#define CONVERSION_OFFSET(member) offsetof(conversion_input, member)
const param conversion_params[COUNT_CONVERSION] = {
    { "store_id", PARAM_TEXT, CONVERSION_OFFSET(store_id), 0, 0, false, "Number of the store the key belongs to; may be left out.", "\"1\"",
      NULL, 0 },
    { "rec_id", PARAM_TEXT, CONVERSION_OFFSET(rec_id), 1, 0, true, "The answer that was followed; the same one counts once.",
      "\"01M7X627F76CCKFTKY01YWJA24\"", NULL, 0 },
    { "converted", PARAM_BOOL, CONVERSION_OFFSET(converted), 0, 0, true, "Was anything bought.", "true", NULL, 0 },
    { "revenue", PARAM_NUMBER, CONVERSION_OFFSET(revenue), 0, MOST_MAJOR, false, "For how much, major units.", "129.9", NULL, 0 },
    { "order_id", PARAM_TEXT, CONVERSION_OFFSET(order_id), 0, 0, false, "The order.", NULL, NULL, 0 },
    { "visitor_id", PARAM_TEXT, CONVERSION_OFFSET(visitor_id), 0, 0, false, "Your first-party id of the visitor.", NULL, NULL, 0 },
};

err_code conversion_body_read(ctx *c, str body, const event_context *x, str *ret_told_store, event_list *ret_list) {
    conversion_input in = { 0 };
    event_list l = { 0 };
    const reader r = { c, x };
    TRY(parse_object(c, body, conversion_params, COUNT(conversion_params), &in));
    TRY(start_one(c, &l));
    event_input as_event = { .type = STR("purchase"), .visitor_id = in.visitor_id, .rec_id = in.rec_id, .order_id = in.order_id,
                             .value = in.revenue };
    TRY(take_input(&r, &as_event, l.events));
    l.events->client_hash = client_hash_of(x->store_id, STR("conversion"), in.rec_id);
    l.n = in.converted.v ? 1 : 0;
    *ret_told_store = in.store_id;
    *ret_list = l;
    return ERR_OK;
}
