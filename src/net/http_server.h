/* HTTP server over libmicrohttpd: bytes in, structs to the application, bytes out. It knows no routes.
 * Promise: a loop thread never waits; whatever waits runs on a worker while the connection is suspended. Requests that smell of
 * smuggling are refused (Content-Length with Transfer-Encoding, two different Content-Lengths), so are bodies over the limit the
 * application names, before they are read. Everything of a request lives in its arena, which is reused by the next one.
 * Threads: `accept` and `handle` run on loop threads, or `handle` on a worker when accept said so. */
#pragma once
#include "base/thread.h"

typedef struct http_request {
    ctx *c;                     /* arena of this request, trace id, deadline */
    str method;                 /* as sent, "GET" */
    str path;                   /* percent-decoded, starts with '/' */
    str query;                  /* raw, behind '?', may be empty; read with http_query() */
    str body;                   /* complete when handle() runs */
    str peer;                   /* address of the client, no port */
    void *app_data;             /* free for the application between accept and handle (its route row) */
    void *raw;                  /* the server's own */
} http_request;

enum { HTTP_HEADERS_OUT = 12 };
typedef struct http_response {
    int status;
    const char *content_type;                                   /* static text */
    buf body;                                                   /* in the request's arena */
    struct { const char *name; str value; } headers[HTTP_HEADERS_OUT];   /* extra ones; values live in the request's arena */
    size_t n_headers;
    str static_body;            /* when .p is set: sent as is instead of body, must live as long as the server */
} http_response;

/* What the application says after the headers and before the body. */
typedef struct {
    size_t max_body;            /* larger bodies are refused with 413 */
    bool waits;                 /* handle() may block: run it on a worker */
    bool refuse;                /* answer now from the response filled by accept(), do not read the body */
} http_decision;

typedef struct {
    void *app;
    /* Headers are here. Fill `decision`; when refusing, fill `response` as well. */
    void (*accept)(void *app, http_request *r, http_decision *decision, http_response *response);
    /* The body is here. Fill `response`. worker_state is what workers.start made (NULL on a loop thread). */
    void (*handle)(void *app, void *worker_state, http_request *r, http_response *response);
    /* A request was refused or failed inside the server (bad framing, too large, busy): fill the body in the application's form. */
    void (*problem)(void *app, http_request *r, err_code e, http_response *response);
    /* After the last byte of the answer: for metrics. elapsed_us since the headers were complete. */
    void (*finished)(void *app, const http_request *r, int status, size_t bytes, int64_t elapsed_us);
} http_app;

typedef struct {
    const char *address;        /* "127.0.0.1", "0.0.0.0", "::" */
    uint16_t port;              /* 0 = any free one, see http_server_port() */
    int loops;                  /* event-loop threads, 0 = one per processor */
    unsigned max_connections;
    workers_options workers;    /* for handlers that wait */
    const time_source *time;
    const logger *log;
} http_server_options;

typedef struct http_server http_server;
/* ERR_INVALID (bad address), ERR_CONFLICT (port taken: says by what to do), ERR_INTERNAL. */
CHECK_RESULT err_code http_server_start(ctx *c, const http_server_options *o, const http_app *app, http_server **ret_server);
/* Stop accepting, let running requests end (at most 5 s), free. NULL is fine. */
void http_server_stop(http_server *s);
uint16_t http_server_port(const http_server *s);
/* Open connections now. */
unsigned http_server_connections(const http_server *s);

/* Header of a request by name, any case; empty when not there. */
str http_header(const http_request *r, const char *name);
/* Decoded value of a query parameter (first one wins), in the request's arena; .p NULL when not there. */
str http_query(const http_request *r, const char *name);
/* Add a header to an answer; silently dropped beyond HTTP_HEADERS_OUT (our own mistake: asserted). */
void http_add_header(http_response *response, const char *name, str value);
