/* Making and opening of plugin secrets. It does NOT say who gets one: stores/ does. */
#include "plugin/secret.h"

static err_code hex_in(ctx *c, const void *bytes, str *ret_text) {
    buf b;
    buf_init_in(&b, c->arena, PLUGIN_SECRET_DIGITS);
    buf_hex(&b, bytes, PLUGIN_SECRET_DIGITS / 2);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "make a plugin secret");
    *ret_text = buf_view(&b);
    return ERR_OK;
}

err_code plugin_secret_make(ctx *c, const seal_key *k, str *ret_secret, str *ret_sealed) {
    unsigned char bytes[PLUGIN_SECRET_DIGITS / 2];
    str secret = { 0 };
    crypto_random(bytes, sizeof bytes);
    err_code e = hex_in(c, bytes, &secret);
    crypto_wipe(bytes, sizeof bytes);
    if (e) return e;
    TRY(crypto_seal(c, k, secret, ret_sealed));
    *ret_secret = secret;
    return ERR_OK;
}

static err_code of_demonstration(ctx *c, const seal_key *k, int64_t store_id, str *ret_secret) {
    char text[80];
    int n = snprintf(text, sizeof text, "plugin secret of demonstration store %lld", (long long)store_id);
    digest256 own = crypto_hmac_sha256((str){ (const char *)k->b, sizeof k->b }, (str){ text, (size_t)n });
    return hex_in(c, own.b, ret_secret);
}

err_code plugin_secret_open(ctx *c, const seal_key *k, const store *s, str *ret_secret) {
    if (s->plugin_secret.n) return crypto_unseal(c, k, s->plugin_secret, ret_secret);
    if (str_eq(s->platform, STR("demo"))) return of_demonstration(c, k, s->store_id, ret_secret);
    *ret_secret = (str){ 0 };
    return ERR_OK;
}
