/* Makes the demonstration store. */
#include "app/demo_store.h"
#include <inttypes.h>
#include "base/file.h"
#include "base/limits.h"
#include "stores/keys.h"
#include "stores/stores.h"

err_code demo_store_keys(ctx *c, home *h, str *ret_secret, str *ret_public) {
    const char *path = home_path(c, h->dir, DEMO_KEYS_FILE);
    str text;
    const json_value *v;
    if (!path) return fail(c, ERR_NO_MEMORY, "no memory for a path");
    TRY(file_read(c, path, 4 * KIB, &text));
    TRY(json_parse(c, text, JSON_READ_STRICT, &v));
    *ret_secret = jr_string(jr_get(v, "secret_key"));
    *ret_public = jr_string(jr_get(v, "public_key"));
    return ERR_OK;
}

static err_code write_keys(ctx *c, const demo_store *s) {
    buf b;
    buf_init_in(&b, c->arena, 4 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "store_id", s->row.store_id);
    jw_member_str(&w, "secret_key", s->secret);
    jw_member_str(&w, "public_key", s->public);
    jw_end_object(&w);
    buf_char(&b, '\n');
    TRY(buf_err(&b));
    return file_write_atomic(c, s->keys_file, buf_view(&b), 0600);
}

/* Keys whose file was never written are of no use to anybody: new ones take their place. */
static err_code ensure_keys(ctx *c, home *h, demo_store *s) {
    static const str any_page = { "*", 1 };
    s->keys_file = home_path(c, h->dir, DEMO_KEYS_FILE);
    if (!s->keys_file) return fail(c, ERR_NO_MEMORY, "no memory for a path");
    if (file_exists(s->keys_file)) return demo_store_keys(c, h, &s->secret, &s->public);
    TRY(key_rotate(c, h->d, s->row.store_id, KEY_SECRET, &s->secret));
    TRY(key_rotate(c, h->d, s->row.store_id, KEY_PUBLIC, &s->public));
    TRY(key_set_origins(c, h->d, s->row.store_id, s->public, &any_page, 1));
    return write_keys(c, s);
}

static err_code create(ctx *c, home *h, int64_t seed, store *ret_row) {
    const store_order o = {
        .name = STR("demo"), .platform = STR("demo"), .currency = STR("RON"), .locale = STR("ro"),
        .time_zone = STR("Europe/Bucharest"), .sync_interval_min = -1,      /* it changes only when somebody asks */
    };
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, seed);
    TRY(store_create(c, h->d, &o, ret_row));
    if (!seed) return ERR_OK;                               /* the usual shop needs none */
    return store_set_credentials(c, h->d, &h->key, ret_row->store_id, &(store_credentials){ .key = str_of(text) });
}

err_code demo_store_ensure(ctx *c, home *h, int64_t seed, demo_store *ret_store) {
    demo_store s = { 0 };
    err_code e = store_find(c, h->d, STR("demo"), &s.row);
    if (e && e != ERR_NOT_FOUND) return e;
    s.is_new = e == ERR_NOT_FOUND;
    if (s.is_new) TRY(create(c, h, seed, &s.row));
    if (!str_eq(s.row.platform, STR("demo")))
        return fail(c, ERR_CONFLICT, "the store called demo is not the demonstration shop; give it another name first");
    TRY(ensure_keys(c, h, &s));
    *ret_store = s;
    return ERR_OK;
}
