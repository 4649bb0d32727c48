/* Addresses with a code in them. */
#include "app/connect_address.h"
#include "base/limits.h"
#include "net/url.h"
#include "stores/connect_code.h"

err_code connect_address_make(ctx *c, db *d, const seal_key *k, str base, connect_address *ret_address) {
    connect_address a;
    url_parts parts;
    buf b;
    TRY(url_parse(c, base, &parts));
    while (base.n && base.p[base.n - 1] == '/') base.n--;
    TRY(connect_code_make(c, d, k, &a.code, &a.end_ms));
    buf_init_in(&b, c->arena, 2 * LIMIT_URL_BYTES);
    buf_str(&b, base);
    buf_text(&b, "/connect/");
    buf_str(&b, a.code);
    a.text = buf_view(&b);
    *ret_address = a;
    return buf_err(&b) ? fail(c, buf_err(&b), "write the address to connect by") : ERR_OK;
}

err_code connect_address_here(ctx *c, const invocation *v, str *ret_base) {
    const char *port = settings_get(c, v->settings, "VITRINE_PORT PORT");
    buf b;
    buf_init_in(&b, c->arena, 64);
    buf_printf(&b, "http://localhost:%.5s", port ? port : "8080");
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "write the address to connect by");
    *ret_base = buf_view(&b);
    return ERR_OK;
}
