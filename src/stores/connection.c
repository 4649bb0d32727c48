/* A shop connected and let go. The connector asks, one transaction keeps. */
#include "stores/connection.h"
#include "base/limits.h"
#include "net/url.h"
#include "plugin/secret.h"
#include "storage/job_queue.h"
#include "stores/connect_code.h"
#include "stores/keys.h"

enum { MOST_NAMES = 99 };

/* ---- asking ---- */

err_code connection_test(ctx *c, const connection_order *o, connect_report *ret_report) {
    const connector *shop = connect_find(o->platform);
    if (!shop || !shop->test || str_eq(o->platform, STR("demo")))
        return fail_field(c, ERR_INVALID, "platform", "'%.*s' is no platform that can be connected; there is: woocommerce",
                          STR_ARG(str_clip(o->platform, 40)));
    url_parts parts;
    if (o->webhook_base.n && url_parse(c, o->webhook_base, &parts))
        return fail_field(c, ERR_INVALID, "webhook_base", "the address under which the shop reaches this Vitrine is not valid; write it "
                          "like https://vitrine.example");
    const shop_access access = { .url = o->url, .key = o->key, .secret = o->secret, .insecure = o->insecure, .currency_digits = 2,
                                 .timeout_ms = o->timeout_ms };
    connect_report r;
    err_code e = shop->test(c, &access, &r);
    if (e == ERR_DEADLINE)
        return fail_field(c, ERR_UPSTREAM, "timeout", "The shop did not answer in time; try again, and ask the host about slow PHP if it "
                          "stays so.");
    TRY(e);
    if (!r.ok) return fail_field(c, ERR_UPSTREAM, str_cstr(c->arena, r.problem), "%.*s", STR_ARG(r.sentence));
    *ret_report = r;
    return ERR_OK;
}

/* ---- the store of an address ---- */

static str folder_of(const url_parts *u) {
    str path = u->path;
    while (path.n && path.p[path.n - 1] == '/') path.n--;
    return path;
}

/* By http or https, with or without a slash at the end: the same shop. */
static bool same_shop(ctx *c, str a, str b) {
    url_parts x, y;
    if (str_eq(a, b)) return true;
    if (url_parse(c, a, &x) || url_parse(c, b, &y)) return false;
    bool same_port = url_port(&x) == url_port(&y) || (!x.port && !y.port);
    return same_port && str_eq_nocase(x.host, y.host) && str_eq(folder_of(&x), folder_of(&y));
}

static err_code find_existing(ctx *c, db *d, const connection_order *o, connection *k, bool *ret_found) {
    store *stores = NULL;
    size_t n = LIMIT_SCAN_ROWS;
    *ret_found = false;
    for (int64_t after = 0; n == LIMIT_SCAN_ROWS; after = n ? stores[n - 1].store_id : after) {
        TRY(store_list(c, d, after, LIMIT_SCAN_ROWS, &stores, &n));
        for (size_t i = 0; i < n; i++)
            if (str_eq(stores[i].platform, o->platform) && same_shop(c, stores[i].url, o->url) &&
                (!o->name.n || str_eq_nocase(o->name, stores[i].name))) {
                k->row = stores[i];
                *ret_found = true;
            }
    }
    return ERR_OK;
}

/* "www.Shop-Example.ro" becomes "shop-example-ro". */
static str name_of_host(ctx *c, str url) {
    url_parts parts;
    if (url_parse(c, url, &parts)) return STR("shop");
    str host = str_starts(parts.host, STR("www.")) ? str_sub(parts.host, 4, parts.host.n) : parts.host;
    char *name = arena_alloc(c->arena, host.n + 6);
    if (!name) return STR("shop");
    size_t n = 0;
    for (size_t i = 0; i < host.n && n < 50; i++) {
        char ch = host.p[i];
        bool word = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (word || (n && name[n - 1] != '-')) name[n++] = word ? ch : '-';
    }
    while (n && name[n - 1] == '-') n--;
    bool digits = n > 0 && name[0] >= '0' && name[0] <= '9';
    if (!digits) return n ? (str){ name, n } : STR("shop");
    buf b;                                                  /* 127.0.0.1: a name is not only digits */
    buf_init_in(&b, c->arena, 80);
    buf_text(&b, "shop-");
    buf_add(&b, name, n);
    return buf_err(&b) ? STR("shop") : buf_view(&b);
}

/* Two shops of one host live in folders: the second is shop-example-2. */
static err_code create(ctx *c, db *d, store_order *wanted, str base, store *ret_row) {
    err_code e = store_create(c, d, wanted, ret_row);
    for (int i = 2; e == ERR_CONFLICT && base.n && i <= MOST_NAMES; i++) {
        buf b;
        buf_init_in(&b, c->arena, 80);
        buf_str(&b, base);
        buf_printf(&b, "-%d", i);
        TRY(buf_err(&b));
        wanted->name = buf_view(&b);
        e = store_create(c, d, wanted, ret_row);
    }
    return e;
}

static err_code make_store(ctx *c, db *d, const connection_order *o, const connect_report *r, connection *k) {
    str base = o->name.n ? (str){ 0 } : name_of_host(c, o->url);
    store_order wanted = { .name = o->name.n ? o->name : base, .platform = o->platform, .url = o->url, .currency = r->currency,
                           .sync_interval_min = o->sync_interval_min };
    return create(c, d, &wanted, base, &k->row);
}

/* ---- what opens it, and what it opens ---- */

static err_code origin_of(ctx *c, str url, str *ret_origin) {
    url_parts parts;
    buf origin;
    buf_init_in(&origin, c->arena, 2 * KIB);
    TRY(url_parse(c, url, &parts));
    buf_printf(&origin, "%.*s://%.*s", STR_ARG(parts.scheme), STR_ARG(parts.host));
    if (parts.port) buf_printf(&origin, ":%u", parts.port);
    TRY(buf_err(&origin));
    return key_origin_clean(c, buf_view(&origin), ret_origin);
}

/* A plugin knows the keys it is told now and no others. */
static err_code make_keys(ctx *c, db *d, const connection_order *o, connection *k) {
    str origin;
    TRY(origin_of(c, o->url, &origin));
    if (k->is_new) {
        TRY(key_make(c, d, k->row.store_id, KEY_SECRET, NULL, 0, &k->secret_key));
        return key_make(c, d, k->row.store_id, KEY_PUBLIC, &origin, 1, &k->public_key);     /* the shop's own pages may use it */
    }
    if (!o->code.n) return ERR_OK;
    TRY(key_rotate(c, d, k->row.store_id, KEY_SECRET, &k->secret_key));
    TRY(key_rotate(c, d, k->row.store_id, KEY_PUBLIC, &k->public_key));
    return key_add_origin(c, d, k->row.store_id, k->public_key, origin);
}

typedef struct { const connection_order *o; str sealed; } plugin_words;
static err_code edit_for_plugin(ctx *c, store *s, void *arg) {
    const plugin_words *w = arg;
    if (w->sealed.n) s->plugin_secret = w->sealed;
    if (!w->o->webhook_base.n) return ERR_OK;
    buf b;
    json_out value;
    buf_init_in(&b, c->arena, 16 * KIB);
    jw_init(&value, &b);
    jw_str(&value, w->o->webhook_base);
    TRY(buf_err(&b));
    return store_settings_put(c, s, "webhook_base", buf_view(&b));
}

static err_code keep(ctx *c, db *d, const seal_key *seal, const connection_order *o, const connect_report *r, connection *k) {
    bool found = false;
    plugin_words words = { .o = o };
    const store_credentials credentials = { .url = o->url, .key = o->key, .secret = o->secret, .can_write = r->can_write,
                                            .insecure = o->insecure };
    if (o->code.n) TRY(connect_code_use(c, d, seal, o->code));
    TRY(find_existing(c, d, o, k, &found));
    k->is_new = !found;
    if (!found) TRY(make_store(c, d, o, r, k));
    TRY(store_set_credentials(c, d, seal, k->row.store_id, &credentials));
    TRY(store_ensure_webhook_secret(c, d, seal, k->row.store_id));
    TRY(make_keys(c, d, o, k));
    if (o->code.n) TRY(plugin_secret_make(c, seal, &k->plugin_secret, &words.sealed));
    return store_change(c, d, k->row.store_id, edit_for_plugin, &words, &k->row);
}

err_code connection_keep(ctx *c, db *d, const seal_key *k, const connection_order *o, const connect_report *r,
                         connection *ret_connection) {
    connection made = { 0 };
    TRY(storage_begin(c, d, STORAGE_WRITE));
    TRY(storage_leave(c, d, true, keep(c, d, k, o, r, &made)));
    *ret_connection = made;
    return ERR_OK;
}

/* ---- ending ---- */

static err_code edit_end(ctx *c, store *s, void *arg) {
    (void)arg;                                              /* there is nothing to be told */
    if (str_eq(s->state, STR("removing"))) return fail(c, ERR_CONFLICT, "store '%.*s' is being removed", STR_ARG(s->name));
    s->credentials = s->webhook_secret = s->plugin_secret = (str){ 0 };
    s->can_write = false;
    s->state_note = STR("Disconnected in the shop. What was learned stays; connect it again to go on.");
    return ERR_OK;
}

static err_code forget(ctx *c, db *d, int64_t store_id) {
    TRY(store_change(c, d, store_id, edit_end, NULL, NULL));
    TRY(storage_delete(c, d, &webhook_entity, &(webhook){ .store_id = store_id }, 1, NULL));
    return key_revoke_all(c, d, store_id);
}

static err_code stop_sync(ctx *c, db *d, int64_t store_id) {
    static const char *const open[] = { "running", "queued" };
    for (size_t i = 0; i < COUNT(open); i++) {
        job *jobs = NULL;
        size_t n = 0;
        TRY(job_list(c, d, store_id, &(job_page){ .state = str_of(open[i]), .limit = LIMIT_PAGE_ROWS }, &jobs, &n));
        for (size_t k = 0; k < n; k++)
            if (str_eq(jobs[k].kind, STR("sync"))) TRY(job_cancel(c, d, store_id, jobs[k].job_id, NULL));
    }
    return ERR_OK;
}

/* The shop may be gone: that must not keep its owner from leaving. */
static bool tell_shop(ctx *c, db *d, const seal_key *k, const store *s, int timeout_ms) {
    const connector *shop = connect_find(s->platform);
    shop_access access;
    const json_value *settings = NULL;
    if (!shop || !shop->webhooks_remove || !s->credentials.n || !s->can_write) return true;
    if (store_access(c, d, k, s->store_id, &access) || (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &settings)))
        return false;
    access.webhook_base = jr_string(jr_get(settings, "webhook_base"));
    access.timeout_ms = timeout_ms;
    return !access.webhook_base.n || !shop->webhooks_remove(c, &access);
}

err_code connection_end(ctx *c, db *d, const seal_key *k, int64_t store_id, int timeout_ms, bool *ret_told) {
    store s;
    TRY(store_get(c, d, store_id, &s));
    if (!str_eq(s.platform, STR("woocommerce")))
        return fail(c, ERR_INVALID, "store '%.*s' has no shop to let go: it was not connected", STR_ARG(s.name));
    TRY(stop_sync(c, d, store_id));                         /* it would make the webhooks again */
    bool told = tell_shop(c, d, k, &s, timeout_ms);
    TRY(storage_begin(c, d, STORAGE_WRITE));
    TRY(storage_leave(c, d, true, forget(c, d, store_id)));
    *ret_told = told;
    return ERR_OK;
}

bool connection_is_open(const store *s) { return !str_eq(s->platform, STR("woocommerce")) || s->credentials.n; }
