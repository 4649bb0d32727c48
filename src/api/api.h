/* The API: route table, keys, limits, answers. It makes an http_app for net/http_server.
 * Promise: everything a caller may do is a row of api/routes.c; every error is {"error":{"code","message","field","trace"}};
 * nothing is changed by a refused request. Handlers that wait (database, webhooks) run on workers with a connection of their
 * own; recommendations, health and metrics run on the event loops and never wait.
 * Read next: api/routes.c (the table of contents), api/api_int.h (what a handler gets). */
#pragma once
#include "decide/serving.h"
#include "events/counters.h"
#include "events/exposures.h"
#include "events/intake.h"
#include "events/known_names.h"
#include "net/crypto.h"
#include "net/http_server.h"
#include "stores/keys.h"

typedef struct api api;

typedef struct {
    db_options database;            /* workers open their own connections */
    serving_registry *serving;      /* owned by the caller, outlives the api */
    committer *writes;              /* group commit for webhooks; the caller's */
    intake *events;                 /* the caller's; NULL: none are taken in */
    known_names *names;             /* who is who, for answers; the caller's; NULL: every visitor is a person of his own */
    session_memory *memory;         /* what visitors did, for answers; the caller's; NULL: none */
    counters *counters;             /* of the learning loop; the caller's; NULL: nothing is counted */
    exposure_log *exposures;        /* answers are logged there; the caller's; NULL: they are not */
    key_table *keys;                /* the caller's; reloaded by the caller or api_keys_changed() */
    seal_key seal;
    const time_source *time;
    err_code (*move_clock)(ctx *c, db *d, int64_t now_ms, void *arg);      /* for POST /api/v1/clock: ERR_CONFLICT when it would go
                                     * back; NULL where the clock is the system's: there is no such route */
    void *move_clock_arg;
    const logger *log;
    str demo_key;                   /* public key of the demonstration store for the first page's example; empty = none */
    bool open_pages;                /* show the first page's shop data to strangers too, not only to this machine */
    int public_rate;                /* requests a second that one address may make with a public key; 0 = 50 */
} api_options;

/* Texts of `o` are copied. ERR_NO_MEMORY. */
CHECK_RESULT err_code api_new(ctx *c, const api_options *o, api **ret_api);
void api_free(api *a);
/* Callbacks for http_server_start(); `waiting` in workers_options: start/stop come from api_worker_hooks(). */
http_app api_http_app(api *a);
/* Fills start, stop and app of the worker options. */
void api_worker_hooks(api *a, workers_options *w);
/* For the intake: what visitors say they bought is not shown to them again. */
event_taker api_purchase_taker(serving_registry *r);
/* Readiness as /readyz tells it: set once the stores are loaded. */
void api_set_ready(api *a, bool ready);
/* The API description as JSON (OpenAPI 3.1). */
void api_describe(buf *out);
