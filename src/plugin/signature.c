/* Signed batches of plugins. */
#include "plugin/signature.h"
#include "base/parse.h"

/* In hex, as sent. */
static str expected(ctx *c, str secret, str time, str body) {
    hmac_key k = crypto_hmac_key(secret);
    buf head, hex;
    buf_init_in(&head, c->arena, 64);
    buf_str(&head, time);
    buf_char(&head, '.');
    digest256 mac = crypto_hmac_with(&k, buf_view(&head), body);
    crypto_wipe(&k, sizeof k);
    buf_init_in(&hex, c->arena, 2 * sizeof mac);
    buf_hex(&hex, mac.b, sizeof mac.b);
    return buf_err(&head) || buf_err(&hex) ? (str){ 0 } : buf_view(&hex);
}

err_code plugin_signature_check(ctx *c, str secret, str time, str body, str signature) {
    int64_t told_s = 0, now_s = ctx_now_ms(c) / MS_PER_SECOND;
    if (!secret.n)
        return fail(c, ERR_UNAUTHORIZED, "this store was not connected by a plugin, or its plugin has ended that; connect it again");
    if (!parse_int_in(time, 0, INT64_MAX / MS_PER_SECOND, &told_s) || told_s > now_s + PLUGIN_CLOCK_S || told_s < now_s - PLUGIN_CLOCK_S)
        return fail_field(c, ERR_UNAUTHORIZED, "X-Vitrine-Time", "X-Vitrine-Time is not within %d seconds of the time here; set the "
                          "clocks of both machines by NTP", PLUGIN_CLOCK_S);
    str wanted = expected(c, secret, time, body);
    if (!wanted.p) return fail(c, ERR_NO_MEMORY, "check a signature");
    if (!crypto_equal(wanted, signature))
        return fail_field(c, ERR_UNAUTHORIZED, "X-Vitrine-Signature", "the signature does not fit; connect the plugin again");
    return ERR_OK;
}
