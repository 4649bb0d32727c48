/* The one file that knows libcurl. It does NOT retry: the connector decides what is worth a second try. */
#include "net/http_client.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "net/crypto.h"
#include "net/url.h"

enum { CONNECT_MS = 10000, TOTAL_MS = 60000, KEEP_BYTES = 4 << 20, METHOD_MOST = 16, HEADERS_MOST = 500 };
_Static_assert(sizeof(((http_answer *)0)->detail) == CURL_ERROR_SIZE, "curl writes its sentence straight into the answer");

struct http_client {
    CURL *curl;
    http_client_options options;    /* texts are our own copies */
    char *user_agent, *ca_file;
    buf body;                       /* of the answer being read; kept for the next one unless it grew beyond KEEP_BYTES */
    bool global;                    /* curl_global_init() was done for us */
};

/* What the callbacks of one call share. */
typedef struct { ctx *c; http_client *h; bool stopped; } transfer;

/* ---- birth and end ---- */

void http_client_free(http_client *h) {
    if (!h) return;
    curl_easy_cleanup(h->curl);
    buf_free(&h->body);
    free(h->user_agent);
    free(h->ca_file);
    if (h->global) curl_global_cleanup();
    free(h);
}

static void take_options(http_client *h, const http_client_options *o) {
    if (o) h->options = *o;
    if (h->options.connect_ms <= 0) h->options.connect_ms = CONNECT_MS;
    if (h->options.total_ms <= 0) h->options.total_ms = TOTAL_MS;
    if (h->options.max_body == 0) h->options.max_body = LIMIT_RESPONSE_BYTES;
    h->user_agent = strdup(h->options.user_agent ? h->options.user_agent : "Vitrine/" VITRINE_VERSION);
    h->ca_file = h->options.ca_file ? strdup(h->options.ca_file) : NULL;
    buf_init(&h->body, h->options.max_body);
}

err_code http_client_new(ctx *c, const http_client_options *o, http_client **ret_client) {
    http_client *h = calloc(1, sizeof *h);
    if (!h) return fail(c, ERR_NO_MEMORY, "make an HTTP client");
    take_options(h, o);
    h->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;      /* counted and thread-safe since 7.84 */
    h->curl = h->global ? curl_easy_init() : NULL;
    bool whole = h->curl && h->user_agent && (h->ca_file || !h->options.ca_file);
    if (!whole) {
        http_client_free(h);
        return fail(c, ERR_INTERNAL, "libcurl does not start");
    }
    *ret_client = h;
    return ERR_OK;
}

/* ---- names ---- */

const char *net_problem_name(net_problem p) {
    static const char *const names[] = {
        [NET_OK] = "ok", [NET_BAD_URL] = "bad_url", [NET_NO_SUCH_HOST] = "no_such_host", [NET_REFUSED] = "refused",
        [NET_TIMEOUT] = "timeout", [NET_CERTIFICATE] = "certificate", [NET_TOO_LARGE] = "too_large", [NET_CUT_OFF] = "cut_off",
        [NET_OTHER] = "other",
    };
    return (unsigned)p < COUNT(names) ? names[p] : "other";
}

static void keep_text(char detail[CURL_ERROR_SIZE], const char *text) {
    size_t n = strnlen(text, CURL_ERROR_SIZE - 1);
    memcpy(detail, text, n);
    detail[n] = 0;
}

static net_problem problem_of(CURLcode code) {
    static const struct { CURLcode code; net_problem problem; } rows[] = {
        { CURLE_OK, NET_OK },
        { CURLE_URL_MALFORMAT, NET_BAD_URL },
        { CURLE_COULDNT_RESOLVE_HOST, NET_NO_SUCH_HOST },
        { CURLE_COULDNT_RESOLVE_PROXY, NET_NO_SUCH_HOST },
        { CURLE_COULDNT_CONNECT, NET_REFUSED },
        { CURLE_OPERATION_TIMEDOUT, NET_TIMEOUT },
        { CURLE_PEER_FAILED_VERIFICATION, NET_CERTIFICATE },
        { CURLE_SSL_CONNECT_ERROR, NET_CERTIFICATE },
        { CURLE_SSL_CERTPROBLEM, NET_CERTIFICATE },
        { CURLE_SSL_CACERT_BADFILE, NET_CERTIFICATE },
        { CURLE_SSL_ISSUER_ERROR, NET_CERTIFICATE },
        { CURLE_SSL_INVALIDCERTSTATUS, NET_CERTIFICATE },
        { CURLE_FILESIZE_EXCEEDED, NET_TOO_LARGE },
        { CURLE_PARTIAL_FILE, NET_CUT_OFF },
        { CURLE_GOT_NOTHING, NET_CUT_OFF },
        { CURLE_SEND_ERROR, NET_CUT_OFF },
        { CURLE_RECV_ERROR, NET_CUT_OFF },
        { CURLE_HTTP2, NET_CUT_OFF },
        { CURLE_HTTP2_STREAM, NET_CUT_OFF },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].code == code) return rows[i].problem;
    return NET_OTHER;
}

/* ---- one transfer ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg) {
    transfer *t = arg;
    buf_add(&t->h->body, bytes, size * n);
    return t->h->body.err ? 0 : size * n;           /* any other number than asked ends the transfer */
}

static int ask_whether_to_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e) {
    (void)a, (void)b, (void)d, (void)e;             /* progress figures nobody asked for */
    transfer *t = arg;
    t->stopped = ctx_check(t->c) != ERR_OK;
    return t->stopped;
}

static bool has_control_byte(str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return true;
    return false;
}

static void free_list(struct curl_slist **list) { curl_slist_free_all(*list); }
#define AUTO_LIST __attribute__((cleanup(free_list))) struct curl_slist

static err_code add_header(ctx *c, struct curl_slist **list, str name, str value) {
    buf line;
    if (has_control_byte(name) || has_control_byte(value) || name.n == 0)
        return fail(c, ERR_INVALID, "a header to send has control bytes or no name");
    buf_init_in(&line, c->arena, name.n + value.n + 2);
    buf_str(&line, name);
    buf_text(&line, value.n ? ": " : ";");          /* "Name;" is how curl sends an empty one */
    buf_str(&line, value);
    struct curl_slist *longer = buf_err(&line) ? NULL : curl_slist_append(*list, line.p);
    if (!longer) return fail(c, ERR_NO_MEMORY, "send headers");
    *list = longer;
    return ERR_OK;
}

/* Ours and not CURLOPT_USERPWD: curl would write the credentials into the address it proposes after a redirect. */
static err_code add_basic(ctx *c, struct curl_slist **list, str user, str password) {
    buf pair, value;
    buf_init_in(&pair, c->arena, user.n + password.n + 1);
    buf_str(&pair, user);
    buf_char(&pair, ':');
    buf_str(&pair, password);
    str text = buf_err(&pair) ? (str){ 0 } : crypto_base64(c->arena, buf_view(&pair));
    if (!text.p) return fail(c, ERR_NO_MEMORY, "send credentials");
    buf_init_in(&value, c->arena, text.n + 6);
    buf_text(&value, "Basic ");
    buf_str(&value, text);
    return buf_err(&value) ? fail(c, ERR_NO_MEMORY, "send credentials") : add_header(c, list, STR("Authorization"), buf_view(&value));
}

static err_code make_headers(ctx *c, const http_call *call, struct curl_slist **list) {
    if (call->basic_user.p) TRY(add_basic(c, list, call->basic_user, call->basic_password));
    for (size_t i = 0; i < call->n_headers; i++) TRY(add_header(c, list, call->headers[i].name, call->headers[i].value));
    struct curl_slist *longer = curl_slist_append(*list, "Expect:");    /* no waiting for 100-continue: PHP hosts rarely send it */
    if (!longer) return fail(c, ERR_NO_MEMORY, "send headers");
    *list = longer;
    return ERR_OK;
}

/* What stays the same for all hops of a call. */
static void set_rules(transfer *t, http_answer *answer) {
    const http_client_options *o = &t->h->options;
    CURL *curl = t->h->curl;
    curl_easy_reset(curl);                          /* options go, open connections stay */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, t->h->user_agent);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
    if (t->h->ca_file) curl_easy_setopt(curl, CURLOPT_CAINFO, t->h->ca_file);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->max_body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ask_whether_to_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->detail);
}

/* Method and body. `method` is NUL-terminated and lives as long as the transfer. */
static void set_request(transfer *t, const http_call *call, const char *method, bool with_body) {
    CURL *curl = t->h->curl;
    if (with_body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.p ? call->body.p : "");
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    if (strcmp(method, "HEAD") == 0) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

/* Milliseconds this hop may take, at least 1. */
static long time_left_ms(const transfer *t, int64_t started_us) {
    int64_t now = t->c->time->mono_us(t->c->time);
    int64_t left = t->h->options.total_ms - (now - started_us) / 1000;
    if (t->c->deadline_us && (t->c->deadline_us - now) / 1000 + 1 < left) left = (t->c->deadline_us - now) / 1000 + 1;
    return left < 1 ? 1 : (long)left;
}

static err_code perform(transfer *t, const char *url, int64_t started_us, http_answer *answer) {
    curl_easy_setopt(t->h->curl, CURLOPT_URL, url);
    curl_easy_setopt(t->h->curl, CURLOPT_TIMEOUT_MS, time_left_ms(t, started_us));
    buf_reset(&t->h->body);
    answer->detail[0] = 0;
    CURLcode code = curl_easy_perform(t->h->curl);
    if (t->stopped || code == CURLE_OPERATION_TIMEDOUT) TRY(ctx_check(t->c));
    answer->problem = t->h->body.err == ERR_TOO_LARGE ? NET_TOO_LARGE : problem_of(code);
    if (t->h->body.err == ERR_NO_MEMORY || code == CURLE_OUT_OF_MEMORY) return fail(t->c, ERR_NO_MEMORY, "read an answer");
    if (answer->problem && !answer->detail[0]) keep_text(answer->detail, curl_easy_strerror(code));
    long status = 0;
    if (!answer->problem) curl_easy_getinfo(t->h->curl, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    return ERR_OK;
}

/* ---- redirects ---- */

static bool may_go(ctx *c, str from, str to) {
    url_parts a, b;
    if (url_parse(c, from, &a) || url_parse(c, to, &b) || !str_eq_nocase(a.host, b.host)) return false;
    bool a_tls = str_eq_nocase(a.scheme, STR("https")), b_tls = str_eq_nocase(b.scheme, STR("https"));
    if (a_tls == b_tls) return url_port(&a) == url_port(&b);
    return b_tls && url_port(&b) == 443;
}

/* Where this answer sends us, if we may go there; NULL otherwise. Turns `*method` into GET where the status says so. */
static const char *next_hop(transfer *t, const char *url, const http_answer *answer, const char **method) {
    static const struct { int status; bool keeps_method; } rows[] = {
        { 301, false }, { 302, false }, { 303, false }, { 307, true }, { 308, true },
    };
    const char *to = NULL;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].status != answer->status) continue;
        bool safe = strcmp(*method, "GET") == 0 || strcmp(*method, "HEAD") == 0;
        if (!safe && !rows[i].keeps_method && answer->status != 303) return NULL;
        curl_easy_getinfo(t->h->curl, CURLINFO_REDIRECT_URL, &to);
        if (!to || !may_go(t->c, str_of(url), str_of(to))) return NULL;
        if (!safe && answer->status == 303) *method = "GET";
        return str_cstr(t->c->arena, str_of(to));
    }
    return NULL;
}

/* ---- the answer ---- */

static err_code copy_headers(ctx *c, CURL *curl, http_answer *answer) {
    struct curl_header *h = NULL;
    http_field *fields = arena_new(c->arena, http_field, HEADERS_MOST);
    if (!fields) return fail(c, ERR_NO_MEMORY, "keep an answer's headers");
    size_t n = 0;
    while (n < HEADERS_MOST && (h = curl_easy_nextheader(curl, CURLH_HEADER, -1, h))) {
        fields[n] = (http_field){ str_dup(c->arena, str_of(h->name)), str_dup(c->arena, str_of(h->value)) };
        if (!fields[n].name.p || !fields[n].value.p) return fail(c, ERR_NO_MEMORY, "keep an answer's headers");
        n++;
    }
    answer->headers = fields;
    answer->n_headers = n;
    return ERR_OK;
}

static err_code copy_answer(transfer *t, const char *url, http_answer *answer) {
    answer->final_url = str_of(url);
    if (!answer->problem) {
        TRY(copy_headers(t->c, t->h->curl, answer));
        answer->body = str_dup(t->c->arena, buf_view(&t->h->body));
        if (!answer->body.p) return fail(t->c, ERR_NO_MEMORY, "keep an answer of %zu bytes", t->h->body.n);
    }
    if (t->h->body.cap > KEEP_BYTES) buf_free(&t->h->body);
    return ERR_OK;
}

static err_code check_method(ctx *c, str method) {
    bool ok = method.n > 0 && method.n <= METHOD_MOST;
    for (size_t i = 0; ok && i < method.n; i++) ok = method.p[i] >= 'A' && method.p[i] <= 'Z';
    return ok ? ERR_OK : fail(c, ERR_INVALID, "a method to send is not a word in capitals");
}

/* The call, hop by hop. */
static err_code travel(transfer *t, const http_call *call, const char *url, int64_t started_us, http_answer *answer) {
    AUTO_LIST *list = NULL;
    const char *method = str_cstr(t->c->arena, call->method);
    if (!method) return fail(t->c, ERR_NO_MEMORY, "call a shop");
    TRY(make_headers(t->c, call, &list));
    for (int hop = 0;; hop++) {
        bool with_body = call->body.p || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
        if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) with_body = false;
        set_rules(t, answer);
        curl_easy_setopt(t->h->curl, CURLOPT_HTTPHEADER, list);
        set_request(t, call, method, with_body);
        TRY(perform(t, url, started_us, answer));
        const char *next = hop < HTTP_REDIRECTS_MOST ? next_hop(t, url, answer, &method) : NULL;
        if (!next) return copy_answer(t, url, answer);
        url = next;
    }
}

err_code http_client_do(ctx *c, http_client *h, const http_call *call, http_answer *ret_answer) {
    http_answer answer = { 0 };
    transfer t = { c, h, false };
    int64_t started_us = c->time->mono_us(c->time);
    url_parts parts;
    TRY(ctx_check(c));
    TRY(check_method(c, call->method));
    if (url_parse(c, call->url, &parts) != ERR_OK) {
        answer.problem = NET_BAD_URL;
        keep_text(answer.detail, c->error.text);
    } else {
        const char *url = str_cstr(c->arena, call->url);
        if (!url) return fail(c, ERR_NO_MEMORY, "call a shop");
        err_code e = travel(&t, call, url, started_us, &answer);
        curl_easy_reset(h->curl);                   /* it must not keep pointers into this call */
        if (e) return e;
    }
    answer.elapsed_us = c->time->mono_us(c->time) - started_us;
    *ret_answer = answer;
    return ERR_OK;
}

str http_answer_header(const http_answer *a, const char *name) {
    for (size_t i = 0; i < a->n_headers; i++)
        if (str_eq_nocase(a->headers[i].name, str_of(name))) return a->headers[i].value;
    return (str){ 0 };
}
