/* What the WooCommerce files share: the open shop, answers and their troubles, mapping. Private to connect/.
 * woo_http.c asks, woo_trouble.c judges answers, woo_pages.c walks lists, woo_map.c and woo_orders.c turn JSON into records,
 * woo_sweep.c finds deletions, woocommerce.c orders the steps, woo_webhook.c takes deliveries, woo_test.c reports. */
#pragma once
#include <stdatomic.h>
#include "base/map.h"
#include "base/thread.h"
#include "connect/connect.h"
#include "net/http_client.h"
#include "schema/price_style.h"

/* ---- what can be wrong with an answer: name, machine word, what to do about it ---- */
#define WOO_TROUBLE_LIST(X)                                                                                                       \
    X(NONE, "ok", "The shop answers.")                                                                                            \
    X(BAD_URL, "bad_url", "The address of the shop is not valid; write it like https://shop.example.")                           \
    X(NO_SUCH_HOST, "no_such_host", "There is no machine of that name; check the spelling of the shop's address.")               \
    X(REFUSED, "refused", "Nothing answers at that address and port; check the address and that the shop is up.")                \
    X(TIMEOUT, "timeout", "The shop did not answer in time; try again, and ask the host about slow PHP if it stays so.")         \
    X(CERTIFICATE, "certificate", "The shop's certificate cannot be trusted; renew it, or use --insecure for a test shop only.") \
    X(CUT_OFF, "cut_off", "The shop broke off in the middle of its answer; try again, then ask the host to look at its log.")    \
    X(TOO_LARGE, "too_large", "The answer is larger than a page of a shop can be; check that the address is that of a shop.")    \
    X(NETWORK, "network", "The connection to the shop failed; check this machine's network and try again.")                      \
    X(WRONG_KEY, "wrong_key", "The shop does not know this consumer key; make one under WooCommerce, Settings, Advanced, REST API.") \
    X(WRONG_SECRET, "wrong_secret", "The key is known but the consumer secret is wrong; copy it again or make a new key.")       \
    X(WRITE_ONLY, "write_only_key", "This key may write but not read; make a key with Read or Read/Write permission.")           \
    X(READ_ONLY, "read_only_key", "This key may only read; everything works, but webhooks need a key with Read/Write permission.") \
    X(CANNOT_VIEW, "no_capability", "The key's user may not see the shop's data; make the key for an administrator or shop manager.") \
    X(CLOCK, "clock", "The clocks of the shop and of this machine differ by more than 15 minutes; set both by NTP.")             \
    X(NONCE, "nonce", "The shop says a request was repeated; a cache or proxy in front of it repeats requests.")                 \
    X(REST_OFF, "rest_off", "The REST API is switched off for outsiders, usually by a security plugin; allow /wp-json/wc/ there.") \
    X(PLAIN_LINKS, "plain_permalinks", "The shop uses plain permalinks; set Settings, Permalinks to anything but Plain.")        \
    X(FIREWALL, "firewall", "A firewall answered instead of the shop; let this machine's address reach /wp-json/wc/.")           \
    X(MAINTENANCE, "maintenance", "The shop is in maintenance mode; try again when it is back.")                                 \
    X(SERVER_ERROR, "server_error", "The shop failed inside; the host's PHP error log says why.")                                \
    X(BUSY, "busy", "The shop says it gets too many requests; try again later.")                                                 \
    X(NOT_JSON, "not_json", "The shop answered with a page instead of data; a plugin or the host stands in front of the API.")   \
    X(NO_PAGE, "no_page", "There is no WordPress at that address; if the shop lives in a folder, add it to the address.")        \
    X(NO_ROUTE, "not_woocommerce", "This is WordPress, but without WooCommerce; install and activate WooCommerce 3.5 or newer.") \
    X(NOT_FOUND, "not_found", "The shop has nothing under that id.")                                                             \
    X(BAD_REQUEST, "bad_request", "The shop did not understand the request; it may run a very old or altered WooCommerce.")      \
    X(USE_HTTPS, "use_https", "The shop speaks https; use its https:// address.")

typedef enum {
#define X(name, word, text) WOO_##name,
    WOO_TROUBLE_LIST(X)
#undef X
    WOO_TROUBLES
} woo_trouble;
const char *woo_trouble_word(woo_trouble t);
const char *woo_trouble_text(woo_trouble t);
/* Would asking again help? */
bool woo_trouble_passes(woo_trouble t);
/* Judge an answer. `body` is its JSON, or NULL when it is none; `reading` is false for a request that writes. */
woo_trouble woo_judge(const http_answer *a, const json_value *body, bool reading);

/* ---- asking ---- */
typedef enum { WOO_BASIC, WOO_QUERY, WOO_OAUTH } woo_auth;
enum {
    WOO_SLOTS = 6,              /* 0..2 pages of lists, 3..5 what hangs on their rows */
    WOO_PARALLEL = 3,
    WOO_TRIES = 8,
    WOO_FIRST_PAUSE_MS = 250, WOO_LONGEST_PAUSE_MS = 60000,
    WOO_SLOW_MS = 5000          /* an answer that takes longer means: fewer at once */
};

typedef struct woo_shop woo_shop;
typedef struct {
    woo_shop *shop;
    arena memory;               /* of the answer; emptied by the next request of this slot */
    ctx c;                      /* its own, for the thread that works on it */
    http_client *client;
    /* asked */
    const char *method;
    str path, query, body;      /* "/products", "page=1"; body is JSON for POST and PUT */
    bool may_shrink;            /* a time-out is handed back at once, so that the caller asks for less */
    bool wants_list;
    /* answered */
    err_code err;               /* ERR_OK, or ours: ERR_CANCELLED, ERR_DEADLINE, ERR_NO_MEMORY */
    woo_trouble trouble;
    int status, tries;
    const json_value *json;
    int64_t total;              /* X-WP-Total, -1 = not said */
    int64_t date_ms;            /* the shop's own clock, 0 = not said */
    int64_t elapsed_ms;
    char detail[256];           /* why, for the log: no keys in it */
} woo_slot;

struct woo_shop {
    const shop_access *access;
    str base;                   /* "https://shop.example/sub", no slash at the end */
    atomic_int auth;            /* woo_auth; a slot may turn BASIC into QUERY */
    bool by_rest_route;         /* /wp-json does not answer: ?rest_route= */
    bool one_try;               /* connection test: do not repeat */
    int timeout_ms;
    atomic_uint_fast64_t serial;    /* cache-buster */
    atomic_int requests;
    int parallel, most_parallel;    /* 1..3 now, and at most */
    woo_slot slot[WOO_SLOTS];
    workers *pool;
    pthread_mutex_t mutex;
    pthread_cond_t idle;
    int working;
};

/* Ready to ask; takes no network. Free with woo_close() also after an error. ERR_INVALID (address), ERR_NO_MEMORY, ERR_INTERNAL. */
CHECK_RESULT err_code woo_open(ctx *c, const shop_access *a, int parallel, woo_shop *shop);
void woo_close(woo_shop *shop);
/* Fill slot->path and query before. Waits for all `n` slots; each says in itself how it went.
 * ERR_CANCELLED, ERR_DEADLINE, ERR_NO_MEMORY of any of them. */
CHECK_RESULT err_code woo_ask(ctx *c, woo_slot *first, size_t n);
/* One request on slot `i`, GET unless said otherwise before. */
CHECK_RESULT err_code woo_get(ctx *c, woo_slot *s, const char *path, const char *query, bool wants_list);
/* Ask for one product in both ways a shop may write its routes, and keep the one that answers; slot 0 has the last answer. */
CHECK_RESULT err_code woo_find_routes(ctx *c, woo_shop *shop);
/* Sleep, unless the work is cancelled meanwhile. ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code woo_pause(ctx *c, int64_t ms);
/* The error for a trouble that stays: ERR_UPSTREAM or ERR_UPSTREAM_AUTH with the sentence. */
err_code woo_fail(ctx *c, const woo_slot *s, const char *doing);
/* "Fri, 20 Nov 2026 12:49:52 GMT"; false for anything else. */
bool woo_http_date(str text, int64_t *ret_ms);

/* ---- mapping ---- */
typedef struct {
    ctx *c;                     /* texts live in its arena */
    const shop_access *access;
    str parent_id;              /* product whose variations these are, when the row does not say */
    bool out_of_memory;
} woo_mapper;

typedef enum {
    WOO_TEXT, WOO_NAME /* entities decoded */, WOO_ID /* 0 = none */, WOO_BOOL, WOO_INT, WOO_OPT_INT, WOO_MONEY, WOO_MONEY_POSITIVE,
    WOO_OPT_MONEY, WOO_TIME /* the _gmt twin is read */, WOO_REAL, WOO_JSON, WOO_IDS /* list of ids as text */
} woo_rule;
typedef struct { const char *key; size_t at; woo_rule rule; } woo_field;
/* Fill the members of `row` from `json`; what is missing or cannot be read stays as it was. "a.b" reads b of a. */
void woo_map_fields(woo_mapper *m, const json_value *json, const woo_field *fields, size_t n, void *row);
str woo_map_id(woo_mapper *m, const json_value *v);
/* `s` with its entities as characters, in `a` or itself; `space`: what a hard space becomes. Pure but for the room. */
str woo_decode(arena *a, str s, const char *space);

/* Each fills a row (and child sets) from one JSON object. False when it is not one of these (no id). */
typedef struct { product row; record r; } woo_product;
bool woo_map_product(woo_mapper *m, const json_value *v, woo_product *ret_product);
bool woo_map_category(woo_mapper *m, const json_value *v, category *ret_row);
bool woo_map_tag(woo_mapper *m, const json_value *v, tag *ret_row);
bool woo_map_brand(woo_mapper *m, const json_value *v, brand *ret_row);
bool woo_map_customer(woo_mapper *m, const json_value *v, customer *ret_row);
bool woo_map_review(woo_mapper *m, const json_value *v, review *ret_row);
bool woo_map_coupon(woo_mapper *m, const json_value *v, coupon *ret_row);
bool woo_map_order(woo_mapper *m, const json_value *v, order *ret_row, order_line **ret_lines, size_t *ret_n);
/* Details when `v` comes from a refunds list, the summary when from an order. */
bool woo_map_refund(woo_mapper *m, str order_id, const json_value *v, refund *ret_row, refund_line **ret_lines, size_t *ret_n);
/* Who bought without an account. False when the order has an account or no e-mail. */
bool woo_map_guest(woo_mapper *m, const json_value *v, const order *o, customer *ret_row);

/* ---- putting ---- */
typedef struct {
    const connect_sink *sink;
    const shop_access *access;
    bool newer_only;            /* never let an older body overwrite a newer row */
    int64_t *rows_changed, *rows_removed;   /* may be NULL */
} woo_target;
typedef err_code woo_put(ctx *c, const woo_target *t, const json_value *v);
woo_put woo_put_product, woo_put_category, woo_put_tag, woo_put_brand, woo_put_customer, woo_put_review, woo_put_coupon, woo_put_order,
    woo_put_refund;
/* Put an order with the list of its refunds (NULL: its summary, merged with what the sink knows). */
err_code woo_put_order_with(ctx *c, const woo_target *t, const json_value *v, const json_value *refunds);
/* Put a variation of that product. */
err_code woo_put_variation_of(ctx *c, const woo_target *t, str parent_id, const json_value *v);
/* Does the order have refunds of which the sink has no details? */
err_code woo_order_lacks_refunds(ctx *c, const woo_target *t, const json_value *v, bool *ret_lacks);
/* A zeroed row of `e` with store and id filled; NULL at the arena's cap. */
void *woo_key_row(ctx *c, const shop_access *a, const entity *e, str id);
/* Take a row away. Fine when it is not there. */
err_code woo_remove(ctx *c, const woo_target *t, const entity *e, str id);

/* ---- a sync ---- */
typedef struct woo_resource {
    const char *name, *path;
    const char *query, *otherwise;  /* when the shop refuses the first: the second */
    const entity *e;
    woo_put *put;
    bool by_modified;           /* the shop can list what changed; otherwise only new rows are asked for between sweeps */
    bool optional;              /* 404: this shop has none */
    bool once;                  /* only at full copies */
    bool ids_only;              /* a sweep lists ids instead of reading everything again */
} woo_resource;

typedef struct woo_sync {
    woo_shop shop;
    woo_target target;
    const sync_plan *plan;
    bool variation_list;        /* the shop has /variations */
    bool sweeping;              /* gather the ids of this entity in `seen` */
    bool seen_whole;            /* every list of this entity was read to its end and the counts matched */
    map seen;                   /* ids as text, in seen_memory */
    struct woo_seen { struct woo_seen *next; str id; } *seen_list;
    arena seen_memory;
    ctx page;                   /* c with an arena that is emptied after each page */
    arena page_memory;
    int per_page;               /* 100, 50, 20 */
    int64_t shop_now_ms;        /* the shop's clock at the start */
    sync_progress progress;
    int64_t step_started_us, step_done_before;
    int64_t rows_changed, rows_removed;
} woo_sync;

typedef struct {
    const woo_resource *r;
    sync_cursor cursor;         /* position: the last id put; done: how many */
    sync_cursor before;         /* what stands in storage until the walk ends, when it cannot be resumed */
    int64_t since_ms;           /* only what changed after; 0 = everything */
    bool ids_only;              /* list ids into `seen`, put nothing, touch no cursor */
    bool resumable;             /* write the position at each page */
    bool tail;                  /* only rows behind the cursor are wanted: counts need not match */
    bool missing;               /* the shop has no such list */
    bool whole;                 /* read to the end, and as many as the shop says */
} woo_walk;
/* Read a list from behind the cursor to its end, putting every row. See connect/README.md for how pages overlap. */
CHECK_RESULT err_code woo_walk_list(ctx *c, woo_sync *y, woo_walk *w);
/* After all lists of an entity were swept: look twice at what is stored and was not listed, then remove it; put what was listed
 * and is not stored. */
CHECK_RESULT err_code woo_sweep(ctx *c, woo_sync *y, const woo_resource *r, const sync_cursor *k);
/* Put one row of a list with what hangs on it (an order's refunds, an old shop's variations). */
CHECK_RESULT err_code woo_put_row(ctx *c, woo_sync *y, const woo_resource *r, const json_value *row);
void woo_tell(ctx *c, woo_sync *y, int64_t done, int64_t total);
/* Remember an id of the entity swept. */
err_code woo_saw(ctx *c, woo_sync *y, str id);

/* connector functions */
err_code woo_sync_shop(ctx *c, const shop_access *a, const sync_plan *p, const connect_sink *s);
err_code woo_test(ctx *c, const shop_access *a, connect_report *ret_report);
bool woo_webhook_is_genuine(ctx *c, const shop_access *a, const webhook_delivery *d);
err_code woo_webhook(ctx *c, const shop_access *a, const webhook_delivery *d, const connect_sink *s);
err_code woo_webhooks_ensure(ctx *c, const shop_access *a, webhook **ret_rows, size_t *ret_n);
err_code woo_webhooks_remove(ctx *c, const shop_access *a);
/* What a shop says of itself while it is read, answer by answer; an answer that was refused is left out. */
typedef struct {
    store row;
    str currency;
    price_words prices;             /* texts as told, entities and all */
} woo_facts;
#define WOO_FACTS ((woo_facts){ .prices.digits = -1 })
err_code woo_facts_general(ctx *c, const json_value *settings, woo_facts *f);
err_code woo_facts_status(ctx *c, const json_value *system_status, woo_facts *f);
/* Fill the row's currency and price_style of what was read. */
err_code woo_facts_end(ctx *c, woo_facts *f);
/* What the shop says of itself; used by sync and by test. Texts in c->arena. */
err_code woo_read_facts(ctx *c, woo_shop *shop, store *ret_facts);
