/* HTTP client over libcurl: one request, one bounded answer.
 * Promise: http and https only; never more than max_body bytes in memory (counted after decompression), never longer than the
 * time-outs, certificates checked, credentials never sent to another host, no cookies, nothing logged.
 * Redirects: at most HTTP_REDIRECTS_MOST, only to the same host and port or from http to https of the same host, never from https
 * to http, and only where the method survives (GET and HEAD always, others on 307 and 308, 303 becomes GET). A redirect that may
 * not be followed is the answer: its status is 3xx and its Location header says where the shop really lives.
 * A `http_client` keeps connections alive and belongs to one thread at a time. Proxies are taken from the environment. */
#pragma once
#include "base/ctx.h"

typedef struct http_client http_client;
enum { HTTP_REDIRECTS_MOST = 5 };

typedef struct {
    int connect_ms;             /* 0 = 10 s */
    int total_ms;               /* redirects included; 0 = 60 s; ctx.deadline_us shortens it */
    size_t max_body;            /* 0 = LIMIT_RESPONSE_BYTES */
    bool insecure;              /* do not check the certificate: only when the owner said so in words */
    const char *user_agent;     /* NULL = "Vitrine/VERSION" */
    const char *ca_file;        /* NULL = the system's */
} http_client_options;

/* Free with http_client_free(); `o` and its texts are copied, NULL stands for all defaults. ERR_NO_MEMORY, ERR_INTERNAL. */
CHECK_RESULT err_code http_client_new(ctx *c, const http_client_options *o, http_client **ret_client);
/* Closes its connections. NULL is fine. */
void http_client_free(http_client *h);

typedef struct { str name, value; } http_field;

typedef struct {
    str method;                 /* GET, HEAD, POST, PUT, PATCH, DELETE */
    str url;
    const http_field *headers;
    size_t n_headers;
    str body;
    str basic_user, basic_password;     /* sent as Basic when user.p is set */
} http_call;

/* Why there was no whole answer. */
typedef enum {
    NET_OK,
    NET_BAD_URL,                /* url_parse() refuses it */
    NET_NO_SUCH_HOST,
    NET_REFUSED,                /* nobody listens, or no way there */
    NET_TIMEOUT,
    NET_CERTIFICATE,            /* TLS could not be agreed on: wrong name, not trusted, expired, or no TLS on that port */
    NET_TOO_LARGE,              /* more than max_body */
    NET_CUT_OFF,                /* the connection ended inside the answer */
    NET_OTHER                   /* not HTTP, broken compression, ... */
} net_problem;
/* Machine name of a problem, "refused"; static. */
const char *net_problem_name(net_problem p);

typedef struct {
    net_problem problem;
    int status;                 /* 0 unless problem is NET_OK: half an answer is none */
    str body;                   /* in c->arena, decompressed; a NUL stands behind it */
    http_field *headers;        /* last answer's, in c->arena */
    size_t n_headers;
    int64_t elapsed_us;
    str final_url;              /* after redirects; may hold secrets in its query: not for the log */
    char detail[256];           /* curl's sentence, for the log */
} http_answer;

/* Do it. ERR_OK whenever the call was made, also when the shop said 500 or nothing: look at ->problem and ->status.
 * Cancelling is noticed within a second. ERR_INVALID (a method or header of ours with control bytes), ERR_NO_MEMORY,
 * ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code http_client_do(ctx *c, http_client *h, const http_call *call, http_answer *ret_answer);
/* Header by name, any case; empty when not there. */
str http_answer_header(const http_answer *a, const char *name);
