/* HTTP client over libcurl: one request, one bounded answer.
 * Promise: never more than max_body bytes in memory, never longer than the time-outs, certificates checked, redirects only
 * followed within the same host and never from https to http, credentials never sent to another host, nothing logged.
 * A `http_client` keeps connections alive and belongs to one thread at a time. */
#pragma once
#include "base/ctx.h"

typedef struct http_client http_client;

typedef struct {
    int connect_ms;             /* 0 = 10 s */
    int total_ms;               /* 0 = 60 s */
    size_t max_body;            /* 0 = LIMIT_RESPONSE_BYTES */
    bool insecure;              /* do not check the certificate: only when the owner said so in words */
    const char *user_agent;     /* NULL = "Vitrine/VERSION" */
    const char *ca_file;        /* NULL = the system's */
} http_client_options;

CHECK_RESULT err_code http_client_new(ctx *c, const http_client_options *o, http_client **ret_client);
void http_client_free(http_client *h);

typedef struct { str name, value; } http_field;

typedef struct {
    str method;                 /* GET, POST, PUT, DELETE */
    str url;
    const http_field *headers;
    size_t n_headers;
    str body;
    str basic_user, basic_password;     /* sent as Basic when user.p is set */
} http_call;

/* Why there was no answer at all. */
typedef enum {
    NET_OK, NET_BAD_URL, NET_NO_SUCH_HOST, NET_REFUSED, NET_TIMEOUT, NET_CERTIFICATE, NET_TOO_LARGE, NET_CUT_OFF, NET_OTHER
} net_problem;

typedef struct {
    net_problem problem;
    int status;                 /* 0 when there was no answer */
    str body;                   /* in c->arena */
    http_field *headers;        /* last answer's, in c->arena */
    size_t n_headers;
    int64_t elapsed_us;
    str final_url;              /* after redirects */
    char detail[256];           /* curl's sentence, for the log */
} http_answer;

/* Do it. ERR_OK whenever the call was made, also when the shop said 500 or nothing: look at ->problem and ->status.
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code http_client_do(ctx *c, http_client *h, const http_call *call, http_answer *ret_answer);
/* Header by name, any case; empty when not there. */
str http_answer_header(const http_answer *a, const char *name);
