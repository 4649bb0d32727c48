/* Addresses with a code in them, and where the server of a data folder says it is. */
#include "app/connect_address.h"
#include <unistd.h>
#include "base/file.h"
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

/* ---- where the server is ---- */
enum { ADDRESS_BYTES = 320 };

err_code connect_address_note(ctx *c, const char *dir, str base) {
    const char *path = home_path(c, dir, ADDRESS_FILE);
    return path ? file_write_atomic(c, path, base, 0600) : fail(c, ERR_NO_MEMORY, "note the address of the server");
}

/* Empty: no server noted one, or what is there is none. */
static str noted(ctx *c, const char *dir) {
    const char *path = home_path(c, dir, ADDRESS_FILE);
    str text = { 0 };
    url_parts parts;
    if (!path || file_read(c, path, ADDRESS_BYTES, &text)) return (str){ 0 };
    text = str_trim(text);
    return url_parse(c, text, &parts) ? (str){ 0 } : text;
}

void connect_address_forget(ctx *c, const char *dir, str base) {
    const char *path = home_path(c, dir, ADDRESS_FILE);
    if (path && base.n && str_eq(noted(c, dir), base)) (void)unlink(path);         /* what stays is overwritten by the next start */
}

err_code connect_address_here(ctx *c, const invocation *v, str *ret_base) {
    const char *port = settings_get(c, v->settings, "VITRINE_PORT PORT");
    buf b;
    *ret_base = noted(c, v->data);
    if (ret_base->n) return ERR_OK;
    buf_init_in(&b, c->arena, 64);
    buf_printf(&b, "http://localhost:%.5s", port ? port : "8080");
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "write the address to connect by");
    *ret_base = buf_view(&b);
    return ERR_OK;
}
