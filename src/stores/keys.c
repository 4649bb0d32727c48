/* Keys in the database: made, withdrawn, changed. It does NOT check a key: key_table.c does, from memory. */
#include "stores/keys.h"
#include "base/limits.h"
#include "net/crypto.h"
#include "net/url.h"
#include "stores/stores.h"

static const struct { const char *word, *prefix; } kinds[KEY_KINDS] = {
    [KEY_NONE] = { "", "" }, [KEY_PUBLIC] = { "public", "vpk" }, [KEY_SECRET] = { "secret", "vsk" },
};
enum { KEY_LETTERS = 32, HINT_LETTERS = 4, LONGEST_ORIGIN = 300 };

/* ---- origins ---- */

static bool is_default_port(const url_parts *u) {
    return !u->port || u->port == (str_eq_nocase(u->scheme, STR("https")) ? 443 : 80);
}

static void add_lower(buf *b, str s) {
    for (size_t i = 0; i < s.n; i++) buf_char(b, (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]));
}

err_code key_origin_clean(ctx *c, str origin, str *ret_origin) {
    if (str_eq(origin, STR("*"))) {
        *ret_origin = STR("*");
        return ERR_OK;
    }
    url_parts u = { 0 };
    bool whole = origin.n <= LONGEST_ORIGIN && url_parse(c, origin, &u) == ERR_OK && !u.query.p &&
                 (!u.path.n || str_eq(u.path, STR("/")));
    if (!whole)
        return fail_field(c, ERR_INVALID, "origins", "'%.*s' is not an origin: write https://shop.example, without a path, or *",
                          STR_ARG(str_clip(origin, 100)));
    buf b;
    buf_init_in(&b, c->arena, LONGEST_ORIGIN + 16);
    add_lower(&b, u.scheme);
    buf_text(&b, "://");
    add_lower(&b, u.host);
    if (!is_default_port(&u)) buf_printf(&b, ":%u", (unsigned)u.port);
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "read an origin");
    *ret_origin = buf_view(&b);
    return ERR_OK;
}

static err_code origins_json(ctx *c, const str *origins, size_t n, str *ret_json) {
    if (n > LIMIT_KEY_ORIGINS) return fail_field(c, ERR_INVALID, "origins", "a key has at most %d origins", LIMIT_KEY_ORIGINS);
    buf b;
    buf_init_in(&b, c->arena, 64 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        str clean;
        TRY(key_origin_clean(c, origins[i], &clean));
        jw_str(&w, clean);
    }
    jw_end_array(&w);
    if (buf_err(&b)) return fail_field(c, ERR_INVALID, "origins", "the origins are too long together");
    *ret_json = buf_view(&b);
    return ERR_OK;
}

/* ---- making ---- */

static str key_hash(arena *a, str key) {
    digest256 digest = crypto_blake2b(key);
    buf b;
    buf_init_in(&b, a, 100);
    buf_hex(&b, digest.b, sizeof digest.b);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

static err_code new_key(ctx *c, int64_t store_id, key_kind kind, str *ret_key, api_key *ret_row) {
    str letters = crypto_random_text(c->arena, KEY_LETTERS);
    buf b;
    buf_init_in(&b, c->arena, 100);
    buf_printf(&b, "%s_%lld_", kinds[kind].prefix, (long long)store_id);
    buf_str(&b, letters);
    str key = buf_view(&b), hash = key_hash(c->arena, key);
    if (!letters.p || buf_err(&b) || !hash.p) return fail(c, ERR_NO_MEMORY, "make a key");
    *ret_key = key;
    *ret_row = (api_key){ .store_id = store_id, .key_hash = hash, .kind = str_of(kinds[kind].word),
                          .hint = str_sub(key, key.n - HINT_LETTERS, HINT_LETTERS), .created_ms = ctx_now_ms(c) };
    return ERR_OK;
}

err_code key_list(ctx *c, db *d, int64_t store_id, api_key **ret_keys, size_t *ret_n) {
    api_key key = { .store_id = store_id }, *rows = NULL;
    size_t n = 0, live = 0;
    TRY(storage_scan(c, d, &api_key_entity, &key, 1, NULL, LIMIT_SCAN_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (!rows[i].revoked_ms) rows[live++] = rows[i];
    *ret_keys = rows;
    *ret_n = live;
    return ERR_OK;
}

static err_code add(ctx *c, db *d, int64_t store_id, key_kind kind, str origins, str *ret_key) {
    api_key row, *live = NULL;
    size_t n = 0;
    store s;
    TRY(store_get(c, d, store_id, &s));
    TRY(key_list(c, d, store_id, &live, &n));
    if (n >= LIMIT_STORE_KEYS) return fail(c, ERR_CONFLICT, "the store has %d keys; revoke one first", LIMIT_STORE_KEYS);
    TRY(new_key(c, store_id, kind, ret_key, &row));
    row.origins = kind == KEY_PUBLIC ? origins : (str){ 0 };
    return storage_put(c, d, &api_key_entity, &row);
}

static err_code check_kind(ctx *c, key_kind kind) {
    if (kind == KEY_PUBLIC || kind == KEY_SECRET) return ERR_OK;
    return fail_field(c, ERR_INVALID, "kind", "a key is secret or public");
}

err_code key_make(ctx *c, db *d, int64_t store_id, key_kind kind, const str *origins, size_t n_origins, str *ret_key) {
    str json, key;
    bool ours = false;
    TRY(check_kind(c, kind));
    TRY(origins_json(c, origins, n_origins, &json));
    TRY(storage_join(c, d, &ours));
    TRY(storage_leave(c, d, ours, add(c, d, store_id, kind, json, &key)));
    *ret_key = key;
    return ERR_OK;
}

/* ---- withdrawing and changing ---- */

static err_code find_live(ctx *c, db *d, int64_t store_id, str which, api_key *ret_row) {
    api_key *live = NULL;
    size_t n = 0, found = 0, at = 0;
    str hash = key_hash(c->arena, which);
    TRY(key_list(c, d, store_id, &live, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(live[i].key_hash, which) && !str_eq(live[i].key_hash, hash) && !str_eq(live[i].hint, which)) continue;
        found++;
        at = i;
    }
    if (!found) return fail_field(c, ERR_NOT_FOUND, "key", "this store has no live key that ends so");
    if (found > 1) return fail_field(c, ERR_CONFLICT, "key", "%zu keys end so; give the whole key or its hash", found);
    *ret_row = live[at];
    return ERR_OK;
}

static err_code revoke(ctx *c, db *d, api_key *row) {
    row->revoked_ms = ctx_now_ms(c);
    return storage_put(c, d, &api_key_entity, row);
}

static err_code find_and_revoke(ctx *c, db *d, int64_t store_id, str which) {
    api_key row;
    TRY(find_live(c, d, store_id, which, &row));
    return revoke(c, d, &row);
}

err_code key_revoke(ctx *c, db *d, int64_t store_id, str which) {
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, find_and_revoke(c, d, store_id, which));
}

/* Every origin of these rows once. */
static err_code add_origins(ctx *c, const api_key *row, str *origins, size_t *n) {
    const json_value *list = NULL;
    if (!row->origins.n) return ERR_OK;
    TRY(json_parse(c, row->origins, JSON_READ_STRICT, &list));
    for (size_t i = 0; i < jr_count(list); i++) {
        bool known = false;
        for (size_t k = 0; k < *n; k++) known = known || str_eq(origins[k], jr_string(jr_at(list, i)));
        if (!known && *n < LIMIT_KEY_ORIGINS) origins[(*n)++] = jr_string(jr_at(list, i));
    }
    return ERR_OK;
}

static err_code rotate(ctx *c, db *d, int64_t store_id, key_kind kind, str *ret_key) {
    api_key *live = NULL;
    size_t n = 0, n_origins = 0;
    str origins[LIMIT_KEY_ORIGINS], json;
    TRY(key_list(c, d, store_id, &live, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(live[i].kind, str_of(kinds[kind].word))) continue;
        TRY(add_origins(c, &live[i], origins, &n_origins));
        TRY(revoke(c, d, &live[i]));
    }
    TRY(origins_json(c, origins, n_origins, &json));
    return add(c, d, store_id, kind, json, ret_key);
}

err_code key_rotate(ctx *c, db *d, int64_t store_id, key_kind kind, str *ret_key) {
    str key;
    bool ours = false;
    TRY(check_kind(c, kind));
    TRY(storage_join(c, d, &ours));
    TRY(storage_leave(c, d, ours, rotate(c, d, store_id, kind, &key)));
    *ret_key = key;
    return ERR_OK;
}

static err_code set_origins(ctx *c, db *d, int64_t store_id, str which, str json) {
    api_key row;
    TRY(find_live(c, d, store_id, which, &row));
    if (!str_eq(row.kind, STR("public"))) return fail_field(c, ERR_INVALID, "key", "a secret key has no origins: it is for servers");
    row.origins = json;
    return storage_put(c, d, &api_key_entity, &row);
}

err_code key_set_origins(ctx *c, db *d, int64_t store_id, str which, const str *origins, size_t n_origins) {
    str json;
    bool ours = false;
    TRY(origins_json(c, origins, n_origins, &json));
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, set_origins(c, d, store_id, which, json));
}

static err_code add_origin(ctx *c, db *d, int64_t store_id, str which, str origin) {
    api_key row;
    str origins[LIMIT_KEY_ORIGINS], json;
    size_t n = 0;
    TRY(find_live(c, d, store_id, which, &row));
    TRY(add_origins(c, &row, origins, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(origins[i], origin)) return ERR_OK;
    if (n == LIMIT_KEY_ORIGINS) n--;                        /* this one is needed: the last of the others gives way */
    origins[n++] = origin;
    TRY(origins_json(c, origins, n, &json));
    return set_origins(c, d, store_id, which, json);
}

err_code key_add_origin(ctx *c, db *d, int64_t store_id, str which, str origin) {
    bool ours = false;
    str clean;
    TRY(key_origin_clean(c, origin, &clean));
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, add_origin(c, d, store_id, which, clean));
}

static err_code revoke_all(ctx *c, db *d, int64_t store_id) {
    api_key *live = NULL;
    size_t n = 0;
    TRY(key_list(c, d, store_id, &live, &n));
    for (size_t i = 0; i < n; i++) TRY(revoke(c, d, &live[i]));
    return ERR_OK;
}

err_code key_revoke_all(ctx *c, db *d, int64_t store_id) {
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, revoke_all(c, d, store_id));
}
