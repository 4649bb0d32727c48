/* Signature base string and its HMAC. It does NOT make nonces or read the clock: the caller does. */
#include "net/oauth1.h"
#include <stdlib.h>
#include "base/limits.h"
#include "net/crypto.h"
#include "net/url.h"

typedef struct { str name, value; } param;          /* both percent-encoded, once */

enum { OAUTH_PARAMS = 4, OUT_MOST = 4 * LIMIT_URL_BYTES };

/* The protocol's own parameters, in the order they are sent. */
static void oauth_params(ctx *c, const oauth1_credentials *o, param out[OAUTH_PARAMS]) {
    buf time;
    buf_init_in(&time, c->arena, 32);
    buf_i64(&time, o->timestamp_s);
    out[0] = (param){ STR("oauth_consumer_key"), o->key };
    out[1] = (param){ STR("oauth_timestamp"), buf_view(&time) };
    out[2] = (param){ STR("oauth_nonce"), o->nonce };
    out[3] = (param){ STR("oauth_signature_method"), STR("HMAC-SHA256") };
}

static str encoded(ctx *c, str text) {
    buf b;
    buf_init_in(&b, c->arena, 3 * text.n);
    url_encode(&b, text);
    return buf_err(&b) ? (str){ 0 } : text.n ? buf_view(&b) : STR("");
}

/* Decoded as a form, encoded the one way OAuth knows (RFC 5849, 3.4.1.3.1 and 3.6). */
static err_code recoded(ctx *c, str text, str *ret_text) {
    str plain;
    if (!url_decode(c->arena, text, true, &plain)) return fail(c, ERR_INVALID, "the query has a broken escape");
    *ret_text = encoded(c, plain);
    return ret_text->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "sign a URL");
}

static int by_name_then_value(const void *a, const void *b) {
    const param *x = a, *y = b;
    int d = str_cmp(x->name, y->name);
    return d ? d : str_cmp(x->value, y->value);
}

/* All parameters, encoded and sorted. */
static err_code collect(ctx *c, str query, const oauth1_credentials *o, param **ret_params, size_t *ret_n) {
    size_t most = OAUTH_PARAMS + 1, n = 0;
    for (size_t i = 0; i < query.n; i++) most += query.p[i] == '&';
    param *all = arena_new(c->arena, param, most), own[OAUTH_PARAMS];
    if (!all) return fail(c, ERR_NO_MEMORY, "sign a URL");
    for (str name, value; url_next_pair(&query, &name, &value); n++) {
        TRY(recoded(c, name, &all[n].name));
        TRY(recoded(c, value, &all[n].value));
    }
    oauth_params(c, o, own);
    for (size_t i = 0; i < OAUTH_PARAMS; i++, n++) {
        all[n] = (param){ own[i].name, encoded(c, own[i].value) };
        if (!all[n].value.p) return fail(c, ERR_NO_MEMORY, "sign a URL");
    }
    qsort(all, n, sizeof *all, by_name_then_value);
    *ret_params = all;
    *ret_n = n;
    return ERR_OK;
}

static void add_lower(buf *b, str s) {
    for (size_t i = 0; i < s.n; i++) buf_char(b, (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]));
}

/* scheme://host[:port]/path, lower case, the scheme's usual port left out (RFC 5849, 3.4.1.2). */
static str base_uri(ctx *c, const url_parts *u) {
    buf b;
    buf_init_in(&b, c->arena, LIMIT_URL_BYTES + 8);
    add_lower(&b, u->scheme);
    buf_text(&b, "://");
    add_lower(&b, u->host);
    uint16_t usual = url_port(&(url_parts){ .scheme = u->scheme });
    if (url_port(u) != usual) buf_printf(&b, ":%u", url_port(u));
    buf_str(&b, u->path.n ? u->path : STR("/"));
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

err_code oauth1_base_string(ctx *c, str method, str url, const oauth1_credentials *o, buf *out) {
    url_parts u;
    param *params = NULL;
    size_t n = 0;
    TRY(url_parse(c, url, &u));
    TRY(collect(c, u.query, o, &params, &n));
    str uri = base_uri(c, &u);
    if (!uri.p) return fail(c, ERR_NO_MEMORY, "sign a URL");
    for (size_t i = 0; i < method.n; i++) buf_char(out, (char)(method.p[i] >= 'a' && method.p[i] <= 'z' ? method.p[i] - 32 : method.p[i]));
    buf_char(out, '&');
    url_encode(out, uri);
    buf_char(out, '&');
    for (size_t i = 0; i < n; i++) {
        if (i) buf_text(out, "%26");
        url_encode(out, params[i].name);
        buf_text(out, "%3D");
        url_encode(out, params[i].value);
    }
    return buf_err(out) ? fail(c, buf_err(out), "sign a URL of %zu bytes", url.n) : ERR_OK;
}

static str signature_of(ctx *c, str base, str secret) {
    buf key;
    buf_init_in(&key, c->arena, 3 * secret.n + 1);
    url_encode(&key, secret);
    buf_char(&key, '&');                            /* no token secret behind it: one-legged */
    if (buf_err(&key)) return (str){ 0 };
    digest256 d = crypto_hmac_sha256(buf_view(&key), base);
    return crypto_base64(c->arena, (str){ (const char *)d.b, sizeof d.b });
}

err_code oauth1_sign_url(ctx *c, str method, str url, const oauth1_credentials *o, str *ret_url) {
    buf base, out;
    param own[OAUTH_PARAMS];
    buf_init_in(&base, c->arena, 4 * OUT_MOST);
    buf_init_in(&out, c->arena, OUT_MOST);
    TRY(oauth1_base_string(c, method, url, o, &base));
    oauth_params(c, o, own);
    str signature = signature_of(c, buf_view(&base), o->secret);
    if (!signature.p) return fail(c, ERR_NO_MEMORY, "sign a URL");
    buf_str(&out, url);
    if (str_find(url, STR("?")) == SIZE_MAX) buf_char(&out, '?');
    else if (!str_ends(url, STR("?")) && !str_ends(url, STR("&"))) buf_char(&out, '&');
    for (size_t i = 0; i < OAUTH_PARAMS; i++) {
        buf_str(&out, own[i].name);
        buf_char(&out, '=');
        url_encode(&out, own[i].value);
        buf_char(&out, '&');
    }
    buf_text(&out, "oauth_signature=");
    url_encode(&out, signature);
    if (buf_err(&out)) return fail(c, buf_err(&out), "sign a URL of %zu bytes", url.n);
    *ret_url = buf_view(&out);
    return ERR_OK;
}
