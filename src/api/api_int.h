/* What the files of api/ share: the route row, what a handler gets, how it answers. */
#pragma once
#include <stdatomic.h>
#include "api/api.h"
#include "api/metrics.h"
#include "api/param.h"
#include "base/limits.h"
#include "storage/storage.h"

typedef enum {
    ACCESS_OPEN,        /* anybody */
    ACCESS_PUBLIC,      /* a public or a secret key of a store */
    ACCESS_SECRET,      /* a secret key of a store */
    ACCESS_SIGNED,      /* the handler checks a signature over the body */
    ACCESS_FORM,        /* anybody, by a form of a page of ours: refused when it comes from another site's page */
    ACCESS_CLOCK        /* a secret key, and only where the clock is virtual: elsewhere there is no such route */
} access_kind;

typedef struct api_call {
    ctx *c;
    api *a;
    http_request *r;
    http_response *out;
    const struct route *route;
    int64_t store_id;               /* of the key; 0 for open routes */
    key_kind key;                   /* KEY_NONE for open routes */
    str path_value;                 /* what stood for {…} in the path; empty when the route has none */
    db *d;                          /* connection of the worker; NULL on a loop */
    bool told;                      /* the detail of a failure is for the caller to read, also of a 5xx: a sentence for the owner */
} api_call;

typedef CHECK_RESULT err_code route_handler(api_call *call);

typedef struct route {
    const char *method, *path;      /* one {name} at most */
    access_kind access;
    size_t max_body;                /* 0 = no body */
    bool waits;                     /* touches the database */
    route_handler *run;
    const char *tag, *summary, *doc;
    const param *input;             /* query of GET and DELETE, JSON body of POST */
    size_t n_input;
    const param *query;             /* query parameters of a POST */
    size_t n_query;
    const param *output;            /* members of the JSON answer; NULL: see content_type */
    size_t n_output;
    const char *content_type;       /* of the answer; NULL = application/json */
} route;

extern const route api_routes[];
extern const size_t n_api_routes;

struct api {
    api_options o;
    arena home;                     /* process lifetime: copied texts, metrics */
    api_metrics metrics;
    atomic_bool ready;
    atomic_uint_fast64_t events_rejected;
    atomic_uint_fast64_t *rate, *tries;     /* one slot per address hash, see api/limit.c */
    str description;                /* OpenAPI JSON, made once */
};

/* Route of a method and path. NULL and *ret_known_path says whether another method would have been right. */
const route *route_find(str method, str path, str *ret_path_value, bool *ret_known_path);
/* What may be done at a path, "GET, PUT, OPTIONS", in `a`; of a path that is none what most know. */
str route_methods(arena *a, str path);
/* Start the JSON answer in out->body (status 200). */
json_out api_json(api_call *call);
/* End it: ERR_OK, or what went wrong while writing. */
CHECK_RESULT err_code api_json_done(api_call *call, json_out *w);
/* The same for a call that is answered later, with a line in the log when it is our fault. */
void api_fail(api_call *call, err_code e);
/* The shop of the call; read first when nobody asked for it since the start (then we are on a worker). ERR_NOT_READY, ERR_STORAGE. */
CHECK_RESULT err_code api_pin_shop(api_call *call, const serving **ret_shop);
/* Body of the request as a JSON object read into `into` by the route's table; no body is an empty object. */
CHECK_RESULT err_code api_read_body(api_call *call, void *into);
/* Query of the request, by route->input (GET) or route->query (POST). */
CHECK_RESULT err_code api_read_query(api_call *call, const param *table, size_t n, void *into);
/* Make the allowance slots. ERR_NO_MEMORY. */
CHECK_RESULT err_code api_rate_start(ctx *c, api *a);
/* Takes one request of `peer` from its allowance. False when there is none left. Lock-free. */
bool api_rate_take(api *a, str peer, int per_second);
/* One of ten tries an hour: for what is guessed at. False when there is none left. Lock-free. */
bool api_try_take(api *a, str peer);
/* "http://HOST" as the caller wrote it, https where our own proxy says so; in the request's arena. Empty when it cannot be told. */
str api_own_address(const http_request *r);
/* Whose allowance it is: the peer's, or behind a proxy on this machine or a private network the address that proxy saw (the last
 * one of X-Forwarded-For). Strangers cannot choose it: from outside the header is not looked at. Points into the request. */
str api_visitor_address(const http_request *r);
/* Is this a person at this very machine (loopback address, no proxy in between, loopback Host)? */
bool api_is_local(const http_request *r);
