/* The rows of shops and their sealed credentials. It does NOT talk to a shop: connect/ does. */
#include "stores/stores.h"
#include "base/limits.h"
#include "base/parse.h"
#include "net/url.h"
#include "schema/currency.h"
#include "storage/job_queue.h"
#include "storage/queries.h"

enum { LONGEST_NAME = 60, NAMES_SHOWN = 10, REMOVE_ROWS = 500, WEBHOOK_SECRET_LETTERS = 40, DEFAULT_SYNC_MIN = 15 };

/* ---- making ---- */

static bool is_name_letter(char ch) {
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-';
}

static err_code clean_name(ctx *c, str name, str *ret_name) {
    int64_t number;
    bool good = name.n >= 1 && name.n <= LONGEST_NAME && !parse_i64(name, &number) && name.p[0] != '-';
    for (size_t i = 0; good && i < name.n; i++) good = is_name_letter(name.p[i]);
    if (!good)
        return fail_field(c, ERR_INVALID, "name", "a store's name is 1 to %d letters, digits and '-', and not only digits", LONGEST_NAME);
    char *lower = arena_alloc(c->arena, name.n + 1);
    if (!lower) return fail(c, ERR_NO_MEMORY, "make a store");
    for (size_t i = 0; i < name.n; i++) lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
    *ret_name = (str){ lower, name.n };
    return ERR_OK;
}

static err_code check_order(ctx *c, const store_order *o) {
    static const char *const platforms[] = { "woocommerce", "demo", "import" };
    bool known = false;
    for (size_t i = 0; i < COUNT(platforms); i++) known = known || str_eq(o->platform, str_of(platforms[i]));
    if (!known) return fail_field(c, ERR_INVALID, "platform", "a store's platform is woocommerce, demo or import");
    if (o->currency.n && !currency_find(o->currency))
        return fail_field(c, ERR_INVALID, "currency", "a currency is three letters of ISO 4217, such as RON or EUR");
    if (o->locale.n && !locale_is_known(o->locale)) return fail_field(c, ERR_INVALID, "locale", "the locale is ro or en");
    if (o->time_zone.n > LIMIT_ID_BYTES) return fail_field(c, ERR_INVALID, "time_zone", "the time zone is a name such as Europe/Bucharest");
    url_parts parts;
    return o->url.n ? url_parse(c, o->url, &parts) : ERR_OK;
}

static str or_else(str s, str otherwise) { return s.n ? s : otherwise; }

static store new_row(ctx *c, const store_order *o, str name) {
    bool shop = str_eq(o->platform, STR("woocommerce"));
    int64_t now = ctx_now_ms(c);
    int64_t interval = o->sync_interval_min < 0 ? 0 : o->sync_interval_min ? o->sync_interval_min : shop ? DEFAULT_SYNC_MIN : 0;
    return (store){
        .name = name, .platform = o->platform, .url = o->url, .currency = or_else(o->currency, STR("RON")),
        .locale = o->locale.n ? str_of(locale_language(o->locale)) : STR("ro"), .time_zone = or_else(o->time_zone, STR("Europe/Bucharest")),
        .tax_display = STR("incl"), .sync_interval_min = interval, .state = STR("new"), .created_ms = now, .updated_ms = now,
    };
}

/* The highest number ever given. A removed store's number must not come back: keys, files and memory of other processes may
 * still mean the old one. Kept as a cursor of store 0, which is no store. */
static err_code take_number(ctx *c, db *d, int64_t *ret_id) {
    int64_t last = 0;
    sync_cursor given = { .resource = STR("store numbers") };
    err_code e = storage_get(c, d, &sync_cursor_entity, &given);
    if (e && e != ERR_NOT_FOUND) return e;
    TRY(storage_query_i64(c, d, &query_last_store, NULL, 0, 0, &last));
    given.done = (given.done > last ? given.done : last) + 1;
    if (given.done > LIMIT_STORES) return fail(c, ERR_CONFLICT, "this database has had %d stores: the limit", LIMIT_STORES);
    *ret_id = given.done;
    return storage_put(c, d, &sync_cursor_entity, &given);
}

static err_code insert(ctx *c, db *d, store *s) {
    int64_t taken = 0;
    TRY(storage_query_i64(c, d, &query_store_named, &SQL_TEXT(s->name), 1, 0, &taken));
    if (taken) return fail_field(c, ERR_CONFLICT, "name", "there is a store '%.*s' already; choose another name", STR_ARG(s->name));
    TRY(take_number(c, d, &s->store_id));
    return storage_put(c, d, &store_entity, s);
}

err_code store_create(ctx *c, db *d, const store_order *o, store *ret_store) {
    str name;
    bool ours = false;
    TRY(clean_name(c, o->name, &name));
    TRY(check_order(c, o));
    store s = new_row(c, o, name);
    TRY(storage_join(c, d, &ours));
    TRY(storage_leave(c, d, ours, insert(c, d, &s)));
    TRY(entity_dup_texts(c, c->arena, &store_entity, &s));
    *ret_store = s;
    return ERR_OK;
}

/* ---- finding ---- */

err_code store_get(ctx *c, db *d, int64_t store_id, store *ret_store) {
    store s = { .store_id = store_id };
    err_code e = storage_get(c, d, &store_entity, &s);
    if (e == ERR_NOT_FOUND) return fail_field(c, ERR_NOT_FOUND, "store", "there is no store number %lld", (long long)store_id);
    if (!e) *ret_store = s;
    return e;
}

err_code store_list(ctx *c, db *d, int64_t after_id, size_t limit, store **ret_stores, size_t *ret_n) {
    return storage_scan_stores(c, d, after_id, limit, ret_stores, ret_n);
}

static err_code no_such_name(ctx *c, db *d, str name) {
    store *stores = NULL;
    size_t n = 0;
    TRY(store_list(c, d, 0, NAMES_SHOWN, &stores, &n));
    buf names;
    buf_init_in(&names, c->arena, 1 * KIB);
    for (size_t i = 0; i < n; i++) buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(stores[i].name));
    return fail_field(c, ERR_NOT_FOUND, "store", "there is no store '%.*s'; %s%s", STR_ARG(str_clip(name, LONGEST_NAME)),
                      n ? "there are: " : "there is none yet", n ? names.p : "");
}

err_code store_find(ctx *c, db *d, str name_or_id, store *ret_store) {
    int64_t id = 0;
    if (parse_int_in(name_or_id, 1, LIMIT_STORES, &id)) return store_get(c, d, id, ret_store);
    str name;
    if (clean_name(c, name_or_id, &name)) return no_such_name(c, d, name_or_id);
    TRY(storage_query_i64(c, d, &query_store_named, &SQL_TEXT(name), 1, 0, &id));
    return id ? store_get(c, d, id, ret_store) : no_such_name(c, d, name);
}

/* ---- changing ---- */

static err_code change(ctx *c, db *d, int64_t store_id, store_edit *edit, void *arg, store *ret_store) {
    TRY(store_get(c, d, store_id, ret_store));
    TRY(edit(c, ret_store, arg));
    ret_store->store_id = store_id;
    ret_store->updated_ms = ctx_now_ms(c);
    return storage_put(c, d, &store_entity, ret_store);
}

err_code store_change(ctx *c, db *d, int64_t store_id, store_edit *edit, void *arg, store *ret_store) {
    bool ours = false;
    store s;
    TRY(storage_join(c, d, &ours));
    TRY(storage_leave(c, d, ours, change(c, d, store_id, edit, arg, &s)));
    if (ret_store) *ret_store = s;
    return ERR_OK;
}

static bool is_removing(const store *s) { return str_eq(s->state, STR("removing")); }

typedef struct { str state, note; } state_words;
static err_code edit_state(ctx *c, store *s, void *arg) {
    const state_words *w = arg;
    if (is_removing(s)) return fail(c, ERR_CONFLICT, "store '%.*s' is being removed", STR_ARG(s->name));
    s->state = w->state;
    s->state_note = w->note;
    return ERR_OK;
}

err_code store_set_state(ctx *c, db *d, int64_t store_id, str state, str note) {
    return store_change(c, d, store_id, edit_state, &(state_words){ state, note }, NULL);
}

err_code store_settings_put(ctx *c, store *s, const char *name, str json) {
    const json_value *old = NULL;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &old)) old = NULL;      /* unreadable: the defaults served */
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    jw_object(&w);
    for (void *it = jr_first(old); it; it = jr_next(old, it)) {
        if (str_eq(jr_member_key(it), str_of(name))) continue;
        jw_key_str(&w, jr_member_key(it));
        jw_value(&w, jr_member_value(it));
    }
    if (json.n) jw_key(&w, name), jw_raw(&w, json);
    jw_end_object(&w);
    if (buf_err(&b)) return fail(c, buf_err(&b), "the settings of the store are too long");
    s->settings = buf_view(&b);
    return ERR_OK;
}

/* ---- removing ---- */

static err_code edit_removing(ctx *c, store *s, void *arg) {
    (void)c, (void)arg;                                         /* nothing to refuse */
    s->state = STR("removing");
    s->state_note = STR("");
    s->credentials = s->webhook_secret = s->plugin_secret = (str){ 0 };
    return ERR_OK;
}

static err_code stop_jobs(ctx *c, db *d, int64_t store_id) {
    job *jobs = NULL;
    size_t n = 0;
    /* at most one job of a kind is open, and it is among the newest */
    TRY(job_list(c, d, store_id, &(job_page){ .limit = LIMIT_PAGE_ROWS }, &jobs, &n));
    for (size_t i = 0; i < n; i++) TRY(job_cancel(c, d, store_id, jobs[i].job_id, NULL));
    return ERR_OK;
}

/* One page of rows in one transaction; *ret_n is how many went. */
static err_code remove_page(ctx *c, db *d, const entity *e, const void *key, size_t *ret_n) {
    char *rows = NULL;
    TRY(storage_scan(c, d, e, key, 1, NULL, REMOVE_ROWS, &rows, ret_n));
    if (!*ret_n) return ERR_OK;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e_delete = ERR_OK;
    for (size_t i = 0; i < *ret_n && !e_delete; i++) e_delete = storage_delete(c, d, e, rows + i * e->row_size, e->n_keys, NULL);
    return storage_leave(c, d, true, e_delete);
}

static err_code remove_rows(ctx *c, db *d, const entity *e, int64_t store_id) {
    void *key = arena_alloc(c->arena, e->row_size);
    if (!key) return fail(c, ERR_NO_MEMORY, "remove a store");
    *(int64_t *)entity_at_mut(e, key, 0) = store_id;
    size_t n = 1;
    while (n) {
        arena_mark before = arena_save(c->arena);
        TRY(ctx_check(c));
        TRY(remove_page(c, d, e, key, &n));
        arena_restore(c->arena, before);
    }
    return ERR_OK;
}

err_code store_remove(ctx *c, db *d, int64_t store_id) {
    TRY(store_change(c, d, store_id, edit_removing, NULL, NULL));
    TRY(stop_jobs(c, d, store_id));
    for (size_t i = 0; i < n_entities; i++)                     /* keys, webhooks and jobs come first in the list */
        if (all_entities[i] != &store_entity) TRY(remove_rows(c, d, all_entities[i], store_id));
    return storage_delete(c, d, &store_entity, &(store){ .store_id = store_id }, 1, NULL);
}

/* ---- credentials ---- */

static err_code credentials_json(ctx *c, const store_credentials *o, str *ret_json) {
    buf b;
    buf_init_in(&b, c->arena, 64 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_str(&w, "key", o->key);
    jw_member_str(&w, "secret", o->secret);
    jw_member_bool(&w, "insecure", o->insecure);
    jw_end_object(&w);
    if (buf_err(&b)) return fail_field(c, ERR_INVALID, "key", "the shop's key is too long");
    *ret_json = buf_view(&b);
    return ERR_OK;
}

typedef struct { str url, sealed; bool can_write; } sealed_words;
static err_code edit_credentials(ctx *c, store *s, void *arg) {
    const sealed_words *w = arg;
    if (is_removing(s)) return fail(c, ERR_CONFLICT, "store '%.*s' is being removed", STR_ARG(s->name));
    s->url = w->url;
    s->credentials = w->sealed;
    s->can_write = w->can_write;
    return ERR_OK;
}

err_code store_set_credentials(ctx *c, db *d, const seal_key *k, int64_t store_id, const store_credentials *o) {
    url_parts parts;
    str plain;
    sealed_words words = { .url = o->url, .can_write = o->can_write };
    TRY(url_parse(c, o->url, &parts));
    TRY(credentials_json(c, o, &plain));
    TRY(crypto_seal(c, k, plain, &words.sealed));
    return store_change(c, d, store_id, edit_credentials, &words, NULL);
}

static err_code edit_webhook_secret(ctx *c, store *s, void *arg) {
    if (s->webhook_secret.n) return ERR_OK;
    str secret = crypto_random_text(c->arena, WEBHOOK_SECRET_LETTERS);
    if (!secret.p) return fail(c, ERR_NO_MEMORY, "make a webhook secret");
    return crypto_seal(c, arg, secret, &s->webhook_secret);
}

err_code store_ensure_webhook_secret(ctx *c, db *d, const seal_key *k, int64_t store_id) {
    seal_key copy = *k;                                         /* store_edit takes a plain pointer */
    return store_change(c, d, store_id, edit_webhook_secret, &copy, NULL);
}

static err_code open_sealed(ctx *c, const seal_key *k, const store *s, str sealed, str *ret_plain) {
    if (!sealed.n) return ERR_OK;
    err_code e = crypto_unseal(c, k, sealed, ret_plain);
    if (e == ERR_CORRUPT)
        return fail(c, ERR_CORRUPT, "a secret of store '%.*s' was sealed with another key file; restore that file, or give the secret "
                    "again (connect the shop, set the mail password)", STR_ARG(s->name));
    return e;
}

err_code store_access(ctx *c, db *d, const seal_key *k, int64_t store_id, shop_access *ret_access) {
    store s;
    str plain = { 0 };
    const json_value *v = NULL;
    TRY(store_get(c, d, store_id, &s));
    shop_access a = { .store_id = store_id, .url = s.url, .currency_digits = currency_digits(s.currency), .time_zone = s.time_zone };
    TRY(open_sealed(c, k, &s, s.credentials, &plain));
    TRY(open_sealed(c, k, &s, s.webhook_secret, &a.webhook_secret));
    if (plain.n) TRY(json_parse(c, plain, JSON_READ_STRICT, &v));
    a.key = jr_string(jr_get(v, "key"));
    a.secret = jr_string(jr_get(v, "secret"));
    a.insecure = jr_bool(jr_get(v, "insecure"), false);
    *ret_access = a;
    return ERR_OK;
}

/* ---- the password of its mail server ---- */

static err_code edit_mail_password(ctx *c, store *s, void *arg) {
    (void)c;                                                    /* nothing here can fail */
    s->smtp_password = *(const str *)arg;
    return ERR_OK;
}

err_code store_set_mail_password(ctx *c, db *d, const seal_key *k, int64_t store_id, str password) {
    str sealed = { 0 };
    if (password.n > LIMIT_ID_BYTES) return fail_field(c, ERR_INVALID, "password", "a mail password has at most %d letters",
                                                       LIMIT_ID_BYTES);
    if (password.n) TRY(crypto_seal(c, k, password, &sealed));
    return store_change(c, d, store_id, edit_mail_password, &sealed, NULL);
}

err_code store_mail_password(ctx *c, const seal_key *k, const store *s, str *ret_password) {
    *ret_password = (str){ 0 };
    return open_sealed(c, k, s, s->smtp_password, ret_password);
}
