/* Messages handed to a mail server by libcurl. It does NOT write them (mail.c) and does not try twice: a job does. */
#include "net/mail.h"
#include <curl/curl.h>
#include "base/limits.h"

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000 };

typedef struct { ctx *c; str rest; } upload;

static size_t give(char *to, size_t size, size_t n, void *arg) {
    upload *u = arg;
    size_t k = size * n < u->rest.n ? size * n : u->rest.n;
    if (k) memcpy(to, u->rest.p, k);
    u->rest = str_sub(u->rest, k, u->rest.n);
    return k;
}

static int ask_whether_to_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e) {
    (void)a, (void)b, (void)d, (void)e;             /* progress figures nobody asked for */
    upload *u = arg;
    return ctx_check(u->c) != ERR_OK;
}

static bool is_this_machine(str url) {
    return str_starts(url, STR("smtp://127.0.0.1")) || str_starts(url, STR("smtp://localhost")) || str_starts(url, STR("smtp://[::1]"));
}

static err_code check_server(ctx *c, const mail_server *s) {
    bool good = (str_starts(s->url, STR("smtp://")) || str_starts(s->url, STR("smtps://"))) && s->url.n <= LIMIT_URL_BYTES;
    for (size_t i = 0; i < s->url.n; i++) good = good && s->url.p[i] > ' ' && s->url.p[i] <= '~' && s->url.p[i] != '@';
    if (!good) return fail_field(c, ERR_INVALID, "server", "a mail server is written smtp://HOST:PORT or smtps://HOST:PORT");
    return ERR_OK;
}

static err_code problem(ctx *c, CURL *curl, CURLcode code, const char *why) {
    long said = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &said);
    TRY(ctx_check(c));
    if (code == CURLE_LOGIN_DENIED)
        return fail(c, ERR_UPSTREAM_AUTH, "the mail server refused the login (%ld): check user and password", said);
    if (code == CURLE_USE_SSL_FAILED)
        return fail(c, ERR_INVALID, "the mail server offers no TLS, and nothing is sent without: use smtps:// or another port");
    if (said >= 500) return fail(c, ERR_INVALID, "the mail server refused the message (%ld): %s", said, why);
    return fail(c, ERR_UPSTREAM, "the mail server could not be used now (%ld): %s", said, *why ? why : curl_easy_strerror(code));
}

static err_code transfer(ctx *c, CURL *curl, const mail_server *s, const mail_message *m, str bytes) {
    char why[CURL_ERROR_SIZE] = "";
    upload u = { c, bytes };
    const char *url = str_cstr(c->arena, s->url), *from = str_cstr(c->arena, m->from.address), *to = str_cstr(c->arena, m->to.address);
    const char *user = str_cstr(c->arena, s->user), *password = str_cstr(c->arena, s->password);
    struct curl_slist *people = to ? curl_slist_append(NULL, to) : NULL;
    if (!url || !from || !people || !user || !password) {
        curl_slist_free_all(people);
        return fail(c, ERR_NO_MEMORY, "send a message");
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(is_this_machine(s->url) && !s->user.n ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    if (s->ca_file) curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca_file);
    if (s->user.n) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, people);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &u);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ask_whether_to_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &u);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : TIMEOUT_MS));
    CURLcode code = curl_easy_perform(curl);
    err_code e = code == CURLE_OK ? ERR_OK : problem(c, curl, code, why);
    curl_slist_free_all(people);
    return e;
}

err_code mail_send(ctx *c, const mail_server *s, const mail_message *m) {
    AUTO_BUF bytes;
    buf_init(&bytes, 8 * MIB);
    TRY(check_server(c, s));
    TRY(mail_compose(c, m, &bytes));
    bool global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;        /* counted and thread-safe since 7.84 */
    CURL *curl = global ? curl_easy_init() : NULL;
    err_code e = curl ? transfer(c, curl, s, m, buf_view(&bytes)) : fail(c, ERR_INTERNAL, "libcurl does not start");
    curl_easy_cleanup(curl);
    if (global) curl_global_cleanup();
    return e;
}
