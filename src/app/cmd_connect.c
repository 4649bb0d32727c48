/* vitrine connect: from a shop's address and key to a first recommendation. */
#include <inttypes.h>
#include "app/answer.h"
#include "app/commands.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/signals.h"
#include "app/store_keys.h"
#include "app/store_settings.h"
#include "base/limits.h"
#include "net/url.h"
#include "stores/stores.h"

static const option options[] = {
    { "key", OPTION_TEXT, "KEY", "WOOCOMMERCE_KEY WC_CONSUMER_KEY", NULL, 0, 0, "consumer key, ck_..." },
    { "secret", OPTION_TEXT, "SECRET", "WOOCOMMERCE_SECRET WC_CONSUMER_SECRET", NULL, 0, 0, "consumer secret, cs_..." },
    { "name", OPTION_TEXT, "NAME", NULL, NULL, 0, 0, "short name of the store here; made of the address otherwise" },
    { "webhook-base", OPTION_TEXT, "URL", "VITRINE_WEBHOOK_BASE", NULL, 0, 0, "address under which the shop reaches this Vitrine" },
    { "interval", OPTION_INT, "MINUTES", NULL, "15", 0, 10080, "minutes between syncs; 0 is never by itself" },
    { "insecure", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "do not check the shop's certificate" },
    { "no-sync", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "only connect; a running server copies" },
};

typedef struct {
    const invocation *v;
    home home;
    const connector *shop;
    shop_access access;
    connect_report report;
    store row;
    bool is_new;
    store_keys keys;            /* only when they were made now */
    foreground_outcome copied, learned;
} connection;

static err_code read_options(ctx *c, const invocation *v, connection *k) {
    str platform = invocation_arg(v, 0), url = invocation_arg(v, 1);
    const char *from_env = settings_get(c, v->settings, "WOOCOMMERCE_URL");
    if (!url.n && from_env) url = str_of(from_env);
    k->shop = connect_find(platform);
    if (!k->shop || !k->shop->test || str_eq(platform, STR("demo")))
        return usage_error(c, "-", "'%.*s' is no platform that can be connected; there is: woocommerce", STR_ARG(str_clip(platform, 40)));
    if (!url.n) return usage_error(c, "-", "the shop's address is missing: vitrine connect woocommerce https://shop.example");
    k->access = (shop_access){
        .url = url, .key = invocation_text(v, "key"), .secret = invocation_text(v, "secret"), .insecure = invocation_flag(v, "insecure"),
        .currency_digits = 2, .webhook_base = invocation_text(v, "webhook-base"),
    };
    if (!k->access.key.n) return usage_error(c, "--key", "the consumer key is missing: --key ck_..., or WOOCOMMERCE_KEY in .env");
    if (!k->access.secret.n)
        return usage_error(c, "--secret", "the consumer secret is missing: --secret cs_..., or WOOCOMMERCE_SECRET in .env");
    return ERR_OK;
}

static err_code test_connection(ctx *c, connection *k) {
    const connect_report *r = &k->report;
    TRY(k->shop->test(c, &k->access, &k->report));
    if (!r->ok) return fail_field(c, ERR_UPSTREAM, str_cstr(c->arena, r->problem), "%.*s", STR_ARG(r->sentence));
    if (k->v->json) return ERR_OK;
    FILE *out = k->v->out;
    fprintf(out, "connected to %.*s (WooCommerce %.*s, %.*s), answers in %" PRId64 " ms\n", STR_ARG(r->title), STR_ARG(r->version),
            STR_ARG(r->currency), r->latency_ms);
    if (r->products >= 0)
        fprintf(out, "  %" PRId64 " products, %" PRId64 " orders, %" PRId64 " customers\n", r->products, r->orders, r->customers);
    if (r->sentence.n) fprintf(out, "  %.*s\n", STR_ARG(r->sentence));
    return ERR_OK;
}

/* ---- the store ---- */

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

/* The store that has this address already: connecting again renews its key. */
static err_code find_existing(ctx *c, connection *k, bool *ret_found) {
    store *stores;
    size_t n;
    str name = invocation_text(k->v, "name");
    TRY(all_stores(c, k->home.d, &stores, &n));
    *ret_found = false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(stores[i].url, k->access.url) && (!name.n || str_eq_nocase(name, stores[i].name))) {
            k->row = stores[i];
            *ret_found = true;
        }
    return ERR_OK;
}

static err_code make_store(ctx *c, connection *k) {
    int interval = (int)invocation_int(k->v, "interval");
    store_order o = {
        .name = invocation_text(k->v, "name"), .platform = str_of(k->shop->platform), .url = k->access.url, .currency = k->report.currency,
        .sync_interval_min = interval ? interval : -1,
    };
    if (!o.name.n) o.name = name_of_host(c, k->access.url);
    TRY(store_create(c, k->home.d, &o, &k->row));
    url_parts parts;
    buf origin;
    buf_init_in(&origin, c->arena, 2 * KIB);
    TRY(url_parse(c, k->access.url, &parts));
    buf_printf(&origin, "%.*s://%.*s", STR_ARG(parts.scheme), STR_ARG(parts.host));
    if (parts.port) buf_printf(&origin, ":%u", parts.port);
    TRY(buf_err(&origin));
    return store_keys_make(c, k->home.d, k->row.store_id, buf_view(&origin), &k->keys);     /* the shop's own pages may use it */
}

static err_code apply_webhook_base(ctx *c, store *s, void *arg) {
    connection *k = arg;
    buf b;
    buf_init_in(&b, c->arena, 4 * KIB);
    buf_text(&b, "webhook_base=");
    buf_str(&b, k->access.webhook_base);
    TRY(buf_err(&b));
    return store_setting_apply(c, s, buf_view(&b));
}

static err_code keep_store(ctx *c, connection *k) {
    bool found;
    TRY(find_existing(c, k, &found));
    k->is_new = !found;
    if (!found) TRY(make_store(c, k));
    const store_credentials credentials = {
        .url = k->access.url, .key = k->access.key, .secret = k->access.secret, .can_write = k->report.can_write,
        .insecure = k->access.insecure,
    };
    TRY(store_set_credentials(c, k->home.d, &k->home.key, k->row.store_id, &credentials));
    TRY(store_ensure_webhook_secret(c, k->home.d, &k->home.key, k->row.store_id));
    if (k->access.webhook_base.n) TRY(store_change(c, k->home.d, k->row.store_id, apply_webhook_base, k, NULL));
    return store_get(c, k->home.d, k->row.store_id, &k->row);
}

/* ---- telling ---- */

static void print_keys(const connection *k) {
    FILE *out = k->v->out;
    fprintf(out, "store '%.*s' (%" PRId64 ")%s\n", STR_ARG(k->row.name), k->row.store_id,
            k->is_new ? "" : ", which was here: its shop key is renewed");
    if (!k->is_new) return;
    store_keys_print(out, &k->keys);
    if (k->report.can_write && !k->access.webhook_base.n)
        fputs("the key may write: with --webhook-base URL changes would arrive at once instead of within minutes\n", out);
}

static err_code print_example(ctx *c, connection *k) {
    AUTO_ANSWER a = { 0 };
    recommend_query q = RECOMMEND_QUERY;
    FILE *out = k->v->out;
    q.n = 3;
    TRY(answer_open(c, &k->home, k->row.store_id, &a));
    TRY(answer_good_product(c, &a, &q.product_id));
    fputs("\nan example, ", out);
    TRY(answer_print(c, &a, &q, false, out));
    fprintf(out, "\nask for it:\n  vitrine serve --data %s &\n  curl -H 'Authorization: Bearer %.*s' \\\n", k->v->data,
            STR_ARG(k->is_new ? k->keys.secret : STR("SECRET_KEY")));
    fprintf(out, "    'http://localhost:8080/api/v1/recommendations?product_id=%.*s&n=3'\n", STR_ARG(q.product_id));
    return ERR_OK;
}

static err_code print_connection(ctx *c, const connection *k) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "store_id", k->row.store_id);
    jw_member_str(&w, "store", k->row.name);
    jw_member_bool(&w, "new", k->is_new);
    jw_member_bool(&w, "can_write", k->report.can_write);
    if (k->is_new) jw_member_str(&w, "secret", k->keys.secret);
    if (k->is_new) jw_member_str(&w, "public", k->keys.public);
    jw_key(&w, "sync");
    jw_raw(&w, k->copied.result.n ? k->copied.result : STR("null"));
    jw_key(&w, "train");
    jw_raw(&w, k->learned.result.n ? k->learned.result : STR("null"));
    jw_end_object(&w);
    return print_json(k->v, &b);
}

static err_code copy_and_learn(ctx *c, connection *k) {
    home *h = &k->home;
    TRY(foreground_run(c, k->v, h, &k->row, &(foreground_order){ .kind = "sync", .input = "{\"depth\":\"changes\"}" }, &k->copied));
    if (!k->v->json) print_copied(c, k->v, k->copied.result);
    TRY(foreground_run(c, k->v, h, &k->row, &(foreground_order){ .kind = "train", .input = "" }, &k->learned));
    if (!k->v->json) print_learned(c, k->v, k->learned.result);
    return ERR_OK;
}

static err_code connect_shop(ctx *c, connection *k) {
    bool sync = !invocation_flag(k->v, "no-sync");
    TRY(read_options(c, k->v, k));
    TRY(crypto_start(c));
    TRY(test_connection(c, k));
    TRY(home_open(c, k->v, HOME_MAKE, &k->home));
    TRY(keep_store(c, k));
    if (!k->v->json) print_keys(k);
    if (sync) TRY(copy_and_learn(c, k));
    if (k->v->json) return print_connection(c, k);
    return sync ? print_example(c, k) : ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    connection k = { .v = v };
    signals_start();
    c->cancel = signals_asked();
    err_code e = connect_shop(c, &k);
    home_close(&k.home);
    return e;
}

const command cmd_connect = {
    .name = "connect", .summary = "Connect a shop: test, copy, learn, first recommendation",
    .usage = "woocommerce URL --key KEY --secret SECRET [options]",
    .details = "The shop's REST key is made in WooCommerce, Settings, Advanced, REST API. One that may write lets Vitrine register\n"
               "webhooks; one that may only read is enough for all else. URL may also come from WOOCOMMERCE_URL. The connection is\n"
               "tested first; nothing is kept when it does not work. The key is sealed before it is stored.",
    .options = options, .n_options = COUNT(options), .min_args = 1, .max_args = 2, .run = run,
};
