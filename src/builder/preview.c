/* Signing and checking of preview tokens. */
#include "builder/preview.h"
#include "base/limits.h"
#include "base/parse.h"

enum { MOST_TOKEN = 160 };

static digest256 sign(const seal_key *k, int64_t store_id, int64_t end_s) {
    char text[80];
    int n = snprintf(text, sizeof text, "widget preview of store %lld", (long long)store_id);
    digest256 own = crypto_hmac_sha256((str){ (const char *)k->b, sizeof k->b }, (str){ text, (size_t)n });
    n = snprintf(text, sizeof text, "until %lld", (long long)end_s);
    return crypto_hmac_sha256((str){ (const char *)own.b, sizeof own.b }, (str){ text, (size_t)n });
}

err_code widget_preview_make(ctx *c, const seal_key *k, int64_t store_id, int64_t ends_ms, str *ret_token) {
    buf b;
    int64_t end_s = ends_ms / MS_PER_SECOND;
    digest256 signature = sign(k, store_id, end_s);
    buf_init_in(&b, c->arena, MOST_TOKEN);
    buf_printf(&b, "vpt_%lld_%lld_", (long long)store_id, (long long)end_s);
    buf_hex(&b, signature.b, sizeof signature.b);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "make a preview token");
    *ret_token = buf_view(&b);
    return ERR_OK;
}

static err_code refuse(ctx *c, const char *why) {
    return fail_field(c, ERR_FORBIDDEN, "preview_token", "this preview %s: make another one with POST /api/v1/widget/preview", why);
}

err_code widget_preview_check(ctx *c, const seal_key *k, int64_t store_id, str token) {
    str rest = token, expected;
    int64_t store = 0, end_s = 0;
    bool whole = token.n <= MOST_TOKEN && str_eq(str_cut(&rest, '_'), STR("vpt")) && parse_i64(str_cut(&rest, '_'), &store) &&
                 parse_int_in(str_cut(&rest, '_'), 0, INT64_MAX / MS_PER_SECOND, &end_s);
    if (!whole || store != store_id) return refuse(c, "is not of this store");
    TRY(widget_preview_make(c, k, store_id, end_s * MS_PER_SECOND, &expected));
    if (!crypto_equal(expected, token)) return refuse(c, "is not of this store");
    return end_s * MS_PER_SECOND > ctx_now_ms(c) ? ERR_OK : refuse(c, "is over");
}
