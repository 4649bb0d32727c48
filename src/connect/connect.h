/* Shop platforms: one row and one file each. A connector pages through the shop and turns what it finds into schema records,
 * which go out through a sink; it knows neither the database nor the jobs.
 * Promise: everything is idempotent; order of arrival does not matter; a failed sync leaves what was there.
 * Read next: connect/README.md, connect/woocommerce.c. */
#pragma once
#include "schema/tables.h"

/* How to reach the shop. Texts live in the caller's arena. */
typedef struct {
    int64_t store_id;
    str url, key, secret;
    str webhook_secret;         /* ours; empty when none was made yet */
    str webhook_base;           /* public address of this Vitrine, "" when shops cannot reach it */
    bool insecure;              /* do not check the certificate */
    int timeout_ms;             /* longest wait for one answer; 0 = 60 s */
    int currency_digits;        /* of the store's currency, 0..4 */
    str time_zone;
} shop_access;

typedef struct {
    str step;                   /* "products" */
    int64_t done, total;        /* of this step; total 0 = not known */
    int64_t requests, rows_changed, rows_removed;   /* changed: new ones too; the sink can tell them apart */
    double seconds_left;        /* < 0 = not known */
} sync_progress;

/* Where records go. All calls from one thread. `self` is the sink's own. */
typedef struct connect_sink {
    void *self;
    /* Upsert a row with the child sets given (sets not given are left alone). `ret_changed` may be NULL. */
    err_code (*put)(ctx *c, void *self, const record *r, bool *ret_changed);
    /* Remove a row and all that hangs on it: children, a product's variations, an order's lines and refunds. Not there: fine. */
    err_code (*remove)(ctx *c, void *self, const entity *e, const void *key_row);
    /* Is there a row with this key? Fills the row. ERR_NOT_FOUND. */
    err_code (*get)(ctx *c, void *self, const entity *e, void *row);
    /* What the shop says of itself: title, currency and how prices are written, time zone, locale, tax, version. Only these
     * columns of the store are taken, and of the texts only those that are not empty (empty = the shop did not say); the style of prices
     * goes with the currency, empty too. */
    err_code (*shop)(ctx *c, void *self, const store *facts);
    /* Cursor of a resource; a resource never seen gives a zeroed one. */
    err_code (*cursor_get)(ctx *c, void *self, str resource, sync_cursor *ret_cursor);
    /* All put since the last checkpoint and this cursor become durable together. */
    err_code (*checkpoint)(ctx *c, void *self, const sync_cursor *cursor);
    /* Ids of an entity stored (its second key column), ascending by bytes, at most `limit` after `after`; texts in c->arena. */
    err_code (*ids)(ctx *c, void *self, const entity *e, str after, size_t limit, str *ret_ids, size_t *ret_n);
    void (*progress)(ctx *c, void *self, const sync_progress *p);
} connect_sink;

typedef enum { SYNC_CHANGES, SYNC_FULL, SYNC_SWEEP } sync_depth;    /* since the watermark; all; all + deletions */
typedef struct {
    sync_depth depth;
    int max_parallel;           /* 1..3 requests at once */
} sync_plan;

/* What `connect` tells the owner. */
typedef struct {
    bool ok, can_write;
    str problem;                /* machine word: wrong_key, read_only_key, rest_off, certificate, firewall, timeout, ... */
    str sentence;               /* what is wrong and what to do */
    str title, version, currency;
    int64_t products, orders, customers;    /* -1 = not known */
    int64_t latency_ms;
} connect_report;

typedef struct {
    str topic;                  /* order.created; empty for a ping */
    str signature;              /* as received */
    str body;                   /* raw bytes */
    str content_type;
} webhook_delivery;

typedef struct connector {
    const char *platform;
    /* Test the connection; ERR_OK whenever a report could be made. */
    err_code (*test)(ctx *c, const shop_access *a, connect_report *ret_report);
    /* Copy. ERR_UPSTREAM, ERR_UPSTREAM_AUTH, ERR_CANCELLED, and the sink's own errors. May be called again to go on. */
    err_code (*sync)(ctx *c, const shop_access *a, const sync_plan *p, const connect_sink *s);
    /* Signature ok? Constant time. A ping (no topic, form body) is ok unsigned. */
    bool (*webhook_is_genuine)(ctx *c, const shop_access *a, const webhook_delivery *d);
    /* Apply a genuine delivery. ERR_INVALID when the body is not what the topic promises. */
    err_code (*webhook)(ctx *c, const shop_access *a, const webhook_delivery *d, const connect_sink *s);
    /* Make or mend our webhooks at the shop. ret_rows (in c->arena) says how each stands. */
    err_code (*webhooks_ensure)(ctx *c, const shop_access *a, webhook **ret_rows, size_t *ret_n);
    /* Delete those with our address there. */
    err_code (*webhooks_remove)(ctx *c, const shop_access *a);
} connector;

/* NULL when the platform is unknown. */
const connector *connect_find(str platform);
