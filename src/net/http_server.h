/* HTTP server over libmicrohttpd: bytes in, structs to the application, bytes out. It knows no routes and no TLS.
 * Promise: a loop thread never waits; whatever waits runs on a worker while the connection is suspended. Requests that smell of
 * smuggling are refused (Content-Length with Transfer-Encoding, two different Content-Lengths), so are bodies over the limit the
 * application names: before they are read when Content-Length tells, while they are read otherwise. A refused request ends its
 * connection. HTTP/1.0 is understood, HEAD is answered like GET without the body, "Expect: 100-continue" waits for accept().
 * Everything of a request lives in its arena, which is reused by the next one.
 * What the library refuses by itself (a request line that is none, no Host in HTTP/1.1, headers beyond the connection's memory)
 * it answers with a short HTML page and a 4xx status; the application does not hear of it.
 * Threads: `accept`, `problem` and `finished` run on loop threads, `handle` too, or on a worker when accept said so. All of them
 * are called from several threads at once. Read next: http_server.c, http_request_int.h. */
#pragma once
#include "base/thread.h"

typedef struct http_request {
    ctx *c;                     /* arena of this request, trace id, deadline */
    str method;                 /* as sent, "POST"; HEAD arrives as GET, the server leaves the body out */
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
    const char *content_type;                                   /* static text; NULL: application/json */
    buf body;                                                   /* in the request's arena; ready to be written to */
    struct { const char *name; str value; } headers[HTTP_HEADERS_OUT];   /* by http_add_header() */
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
    /* A request was refused or failed inside the server (bad framing, too large, busy): fill the body in the application's form.
     * r->c->error has the detail; the status is there already. May be NULL: then it is plain text. */
    void (*problem)(void *app, http_request *r, err_code e, http_response *response);
    /* After the last byte of the answer, or when the client went away: for metrics. status 0: no answer was made. elapsed_us
     * since the headers were complete. May be NULL. */
    void (*finished)(void *app, const http_request *r, int status, size_t bytes, int64_t elapsed_us);
} http_app;

typedef struct {
    const char *address;        /* "127.0.0.1", "0.0.0.0", "::" */
    uint16_t port;              /* 0 = any free one, see http_server_port() */
    int loops;                  /* event-loop threads, 0 = one per processor, at most HTTP_LOOPS_MOST */
    unsigned max_connections;   /* 0 = LIMIT_CONNECTIONS; the process' limit of open files is raised to hold them */
    int idle_ms;                /* a connection without a whole request head for so long is closed; 0 = LIMIT_IDLE_MS */
    int request_ms;             /* a body that takes longer ends the connection, and ctx.deadline_us; 0 = LIMIT_REQUEST_MS */
    workers_options workers;    /* for handlers that wait; threads = 0: none, then no handler may wait */
    const time_source *time;    /* NULL: the system's */
    const logger *log;          /* given to each request's ctx; may be NULL */
} http_server_options;

enum { HTTP_LOOPS_MOST = 64 };
typedef struct http_server http_server;
/* Open the port and serve until http_server_stop(). `app` is copied; what it points to must outlive the server.
 * ERR_INVALID (bad address), ERR_CONFLICT (port taken: says by what to do), ERR_INTERNAL. */
CHECK_RESULT err_code http_server_start(ctx *c, const http_server_options *o, const http_app *app, http_server **ret_server);
/* Stop accepting, let running requests end (at most 5 s, then they are cancelled), free. NULL is fine. */
void http_server_stop(http_server *s);
uint16_t http_server_port(const http_server *s);
/* Open connections now. */
unsigned http_server_connections(const http_server *s);

/* From inside handle(): the answer comes later, from any thread. The connection is suspended; when handle() returns, it may have been
 * answered already, so nothing of the request may be touched after it was handed over. Call http_answer_now() exactly once.
 * http_server_stop() waits for it. */
void http_answer_later(http_request *r);
/* `response` of handle() is filled: send it. The last thing done with the request. Any thread, inside handle() too. */
void http_answer_now(http_request *r);

/* Header of a request by name, any case; empty when not there. */
str http_header(const http_request *r, const char *name);
/* Decoded value of a query parameter (first one wins), in the request's arena; .p NULL when not there. */
str http_query(const http_request *r, const char *name);
/* Add a header to an answer; the value must live as long as the request (its arena, or static). A value with a line break is
 * left out. Dropped beyond HTTP_HEADERS_OUT (our own mistake: asserted). */
void http_add_header(http_response *response, const char *name, str value);
