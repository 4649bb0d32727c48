/* Judges the answers of a WooCommerce shop. It does NOT ask anything. */
#include "connect/woo_int.h"
#include "base/limits.h"

static const struct { const char *word, *text; } troubles[] = {
#define X(name, word, text) { word, text },
    WOO_TROUBLE_LIST(X)
#undef X
};
const char *woo_trouble_word(woo_trouble t) { return troubles[t].word; }
const char *woo_trouble_text(woo_trouble t) { return troubles[t].text; }

bool woo_trouble_passes(woo_trouble t) {
    static const bool passes[WOO_TROUBLES] = {
        [WOO_REFUSED] = true, [WOO_TIMEOUT] = true, [WOO_CUT_OFF] = true, [WOO_NETWORK] = true, [WOO_NONCE] = true,
        [WOO_MAINTENANCE] = true, [WOO_SERVER_ERROR] = true, [WOO_BUSY] = true, [WOO_NOT_JSON] = true, [WOO_NO_SUCH_HOST] = true,
        [WOO_FIREWALL] = true,      /* "checking your browser" pages come and go */
        [WOO_NO_PAGE] = true,       /* an HTML 404 in the middle of a copy is the host's, not WordPress's */
    };
    return passes[t];
}

static woo_trouble of_network(net_problem p) {
    static const woo_trouble by_problem[] = {
        [NET_OK] = WOO_NONE, [NET_BAD_URL] = WOO_BAD_URL, [NET_NO_SUCH_HOST] = WOO_NO_SUCH_HOST, [NET_REFUSED] = WOO_REFUSED,
        [NET_TIMEOUT] = WOO_TIMEOUT, [NET_CERTIFICATE] = WOO_CERTIFICATE, [NET_TOO_LARGE] = WOO_TOO_LARGE,
        [NET_CUT_OFF] = WOO_CUT_OFF, [NET_OTHER] = WOO_NETWORK,
    };
    return (size_t)p < COUNT(by_problem) ? by_problem[p] : WOO_NETWORK;
}

/* ASCII letters without case: page texts, error messages */
static bool has_word(str text, const char *word) {
    size_t n = str_of(word).n;
    for (size_t i = 0; n <= text.n && i + n <= text.n; i++)
        if (str_eq_nocase((str){ text.p + i, n }, str_of(word))) return true;
    return false;
}

static bool has_any(str text, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (has_word(text, words[i])) return true;
    return false;
}

/* A page instead of data. */
static woo_trouble of_page(const http_answer *a) {
    static const char *const guards[] = { "captcha", "cloudflare", "just a moment", "wordfence", "sucuri", "incapsula", "firewall",
                                          "ddos", "access denied", "mod_security", "imunify", "bot protection", "are you human" };
    static const char *const closed[] = { "maintenance", "wartung", "mentenan" };
    str start = str_sub(a->body, 0, 64 * KIB);
    if (has_any(start, guards, COUNT(guards))) return WOO_FIREWALL;
    if (has_any(start, closed, COUNT(closed))) return WOO_MAINTENANCE;
    if (a->status == 403 || a->status == 406 || a->status == 401) return WOO_FIREWALL;
    if (a->status == 404 || a->status == 410) return WOO_NO_PAGE;
    return a->status >= 500 ? WOO_SERVER_ERROR : WOO_NOT_JSON;
}

/* Codes and messages as recorded in 11.0.1 and 7.9.0 (../shared/fixtures/woocommerce); messages may be translated by the shop, so the
 * wordless default is the commonest cause. */
static woo_trouble of_authentication(str message, bool reading) {
    static const struct { const char *word; woo_trouble t; } rows[] = {
        { "read permission", WOO_WRITE_ONLY }, { "write permission", WOO_READ_ONLY }, { "timestamp", WOO_CLOCK }, { "nonce", WOO_NONCE },
        { "key is invalid", WOO_WRONG_KEY }, { "secret is invalid", WOO_WRONG_SECRET }, { "signature", WOO_WRONG_SECRET },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (has_word(message, rows[i].word)) return rows[i].t;
    return reading ? WOO_WRONG_SECRET : WOO_READ_ONLY;
}

static woo_trouble of_error(const http_answer *a, const json_value *body, bool reading) {
    str code = jr_string(jr_get(body, "code")), message = jr_string(jr_get(body, "message"));
    if (str_eq(code, STR("rest_no_route"))) return WOO_NO_ROUTE;
    if (str_starts(code, STR("woocommerce_rest_authentication"))) return of_authentication(message, reading);
    if (str_starts(code, STR("woocommerce_rest_cannot_"))) return WOO_CANNOT_VIEW;
    if (a->status == 404 || str_ends(code, STR("_invalid_id")) || str_ends(code, STR("_term_invalid"))) return WOO_NOT_FOUND;
    if (a->status == 401 || a->status == 403)
        return str_starts(code, STR("rest_")) || !str_starts(code, STR("woocommerce_")) ? WOO_REST_OFF : WOO_CANNOT_VIEW;
    return a->status >= 500 ? WOO_SERVER_ERROR : WOO_BAD_REQUEST;
}

static bool is_page(const http_answer *a) {
    str start = str_trim(str_sub(a->body, 0, 2000));
    return str_starts(start, STR("<!")) || str_eq_nocase(str_sub(start, 0, 5), STR("<html"));
}

woo_trouble woo_judge(const http_answer *a, const json_value *body, bool reading) {
    if (a->problem != NET_OK) return of_network(a->problem);
    switch (a->status) {
    case 429: return WOO_BUSY;
    case 408:
    case 504:
    case 508:               /* "resource limit reached" of shared hosts */
    case 522:
    case 524: return WOO_TIMEOUT;
    default: break;
    }
    bool data = body && !is_page(a) && (jr_is_object(body) || jr_is_array(body));
    if (a->status >= 200 && a->status < 300) return data ? WOO_NONE : of_page(a);
    if (!data || !jr_is_string(jr_get(body, "code"))) return of_page(a);
    return of_error(a, body, reading);
}
