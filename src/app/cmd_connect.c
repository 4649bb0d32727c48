/* vitrine connect: from a shop's address and key to a first recommendation. */
#include <inttypes.h>
#include "app/answer.h"
#include "app/commands.h"
#include "app/connect_address.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/signals.h"
#include "app/store_keys.h"
#include "base/limits.h"
#include "stores/connection.h"

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
    connection_order order;
    connect_report report;
    connection made;
    foreground_outcome copied, learned;
} connect_run;

static err_code read_options(ctx *c, const invocation *v, connect_run *k) {
    int interval = (int)invocation_int(v, "interval");
    str url = invocation_arg(v, 1);
    const char *from_env = settings_get(c, v->settings, "WOOCOMMERCE_URL");
    k->order = (connection_order){
        .platform = invocation_arg(v, 0), .name = invocation_text(v, "name"), .url = url.n || !from_env ? url : str_of(from_env),
        .key = invocation_text(v, "key"), .secret = invocation_text(v, "secret"), .insecure = invocation_flag(v, "insecure"),
        .webhook_base = invocation_text(v, "webhook-base"), .sync_interval_min = interval ? interval : -1,
    };
    if (!str_eq(k->order.platform, STR("woocommerce")))
        return usage_error(c, "-", "'%.*s' is neither a platform that can be connected nor 'code'; there is: woocommerce",
                           STR_ARG(str_clip(k->order.platform, 40)));
    if (!k->order.url.n) return usage_error(c, "-", "the shop's address is missing: vitrine connect woocommerce https://shop.example");
    if (!k->order.key.n) return usage_error(c, "--key", "the consumer key is missing: --key ck_..., or WOOCOMMERCE_KEY in .env");
    if (!k->order.secret.n)
        return usage_error(c, "--secret", "the consumer secret is missing: --secret cs_..., or WOOCOMMERCE_SECRET in .env");
    return ERR_OK;
}

static err_code test_connection(ctx *c, connect_run *k) {
    const connect_report *r = &k->report;
    TRY(connection_test(c, &k->order, &k->report));
    if (k->v->json) return ERR_OK;
    FILE *out = k->v->out;
    fprintf(out, "connected to %.*s (WooCommerce %.*s, %.*s), answers in %" PRId64 " ms\n", STR_ARG(r->title), STR_ARG(r->version),
            STR_ARG(r->currency), r->latency_ms);
    if (r->products >= 0)
        fprintf(out, "  %" PRId64 " products, %" PRId64 " orders, %" PRId64 " customers\n", r->products, r->orders, r->customers);
    if (r->sentence.n) fprintf(out, "  %.*s\n", STR_ARG(r->sentence));
    return ERR_OK;
}

/* ---- telling ---- */

static void print_keys(const connect_run *k) {
    FILE *out = k->v->out;
    const connection *m = &k->made;
    fprintf(out, "store '%.*s' (%" PRId64 ")%s\n", STR_ARG(m->row.name), m->row.store_id,
            m->is_new ? "" : ", which was here: its shop key is renewed");
    if (!m->is_new) return;
    store_keys_print(out, &(store_keys){ m->secret_key, m->public_key });
    if (k->report.can_write && !k->order.webhook_base.n)
        fputs("the key may write: with --webhook-base URL changes would arrive at once instead of within minutes\n", out);
}

static err_code print_example(ctx *c, connect_run *k) {
    AUTO_ANSWER a = { 0 };
    recommend_query q = RECOMMEND_QUERY;
    str base;
    FILE *out = k->v->out;
    q.n = 3;
    TRY(answer_open(c, &k->home, k->made.row.store_id, &a));
    TRY(answer_good_product(c, &a, &q.product_id));
    fputs("\nan example, ", out);
    TRY(answer_print(c, &a, &q, false, out));
    TRY(connect_address_here(c, k->v, &base));
    fprintf(out, "\nask for it:\n  vitrine serve --data %s &\n  curl -H 'Authorization: Bearer %.*s' \\\n", k->v->data,
            STR_ARG(k->made.is_new ? k->made.secret_key : STR("SECRET_KEY")));
    fprintf(out, "    '%.*s/api/v1/recommendations?product_id=%.*s&n=3'\n", STR_ARG(base), STR_ARG(q.product_id));
    return ERR_OK;
}

static err_code print_connection(ctx *c, const connect_run *k) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "store_id", k->made.row.store_id);
    jw_member_str(&w, "store", k->made.row.name);
    jw_member_bool(&w, "new", k->made.is_new);
    jw_member_bool(&w, "can_write", k->report.can_write);
    if (k->made.is_new) jw_member_str(&w, "secret", k->made.secret_key);
    if (k->made.is_new) jw_member_str(&w, "public", k->made.public_key);
    jw_key(&w, "sync");
    jw_raw(&w, k->copied.result.n ? k->copied.result : STR("null"));
    jw_key(&w, "train");
    jw_raw(&w, k->learned.result.n ? k->learned.result : STR("null"));
    jw_end_object(&w);
    return print_json(k->v, &b);
}

static err_code copy_and_learn(ctx *c, connect_run *k) {
    home *h = &k->home;
    TRY(foreground_run(c, k->v, h, &k->made.row, &(foreground_order){ .kind = "sync", .input = "{\"depth\":\"changes\"}" }, &k->copied));
    if (!k->v->json) print_copied(c, k->v, k->copied.result);
    TRY(foreground_run(c, k->v, h, &k->made.row, &(foreground_order){ .kind = "train", .input = "" }, &k->learned));
    if (!k->v->json) print_learned(c, k->v, k->learned.result);
    return ERR_OK;
}

static err_code connect_shop(ctx *c, connect_run *k) {
    bool sync = !invocation_flag(k->v, "no-sync");
    TRY(read_options(c, k->v, k));
    TRY(crypto_start(c));
    TRY(test_connection(c, k));
    TRY(home_open(c, k->v, HOME_MAKE, &k->home));
    TRY(connection_keep(c, k->home.d, &k->home.key, &k->order, &k->report, &k->made));
    if (!k->v->json) print_keys(k);
    if (sync) TRY(copy_and_learn(c, k));
    if (k->v->json) return print_connection(c, k);
    return sync ? print_example(c, k) : ERR_OK;
}

/* ---- a code for the plugin ---- */

static err_code print_code(ctx *c, const invocation *v, const connect_address *a) {
    char until[TIME_WORDS];
    if (v->json) {
        buf b;
        json_out w;
        buf_init_in(&b, c->arena, 4 * KIB);
        jw_init(&w, &b);
        jw_object(&w);
        jw_member_str(&w, "address", a->text);
        jw_member_str(&w, "code", a->code);
        jw_member_i64(&w, "end_ms", a->end_ms);
        jw_end_object(&w);
        return print_json(v, &b);
    }
    fprintf(v->out, "%.*s\n  paste this line into the page of the Vitrine plugin in your shop and press Connect;\n"
            "  it works once, until %s\n", STR_ARG(a->text), time_words(a->end_ms, until));
    return ERR_OK;
}

static err_code make_code(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    connect_address a;
    str base = invocation_text(v, "webhook-base");
    if (v->n_args > 1) return usage_error(c, "-", "'vitrine connect code' takes no address of a shop: the plugin tells it");
    if (!base.n) TRY(connect_address_here(c, v, &base));
    TRY(home_open(c, v, HOME_MAKE, &h));
    TRY(connect_address_make(c, h.d, &h.key, base, &a));
    return print_code(c, v, &a);
}

static err_code run(ctx *c, const invocation *v) {
    if (str_eq(invocation_arg(v, 0), STR("code"))) return make_code(c, v);
    connect_run k = { .v = v };
    signals_start();
    c->cancel = signals_asked();
    err_code e = connect_shop(c, &k);
    home_close(&k.home);
    return e;
}

const command cmd_connect = {
    .name = "connect", .summary = "Connect a shop: test, copy, learn, first recommendation",
    .usage = "code [--webhook-base URL] | woocommerce URL --key KEY --secret SECRET [options]",
    .details = "With the WooCommerce plugin: 'code' prints an address to paste into the plugin's page, good once and for a day; the\n"
               "plugin does the rest through a running server. --webhook-base is the address under which the shop reaches that\n"
               "server; without it, it is the one the server of this data folder listens at.\n"
               "Without the plugin: the shop's REST key is made in WooCommerce, Settings, Advanced, REST API. One that may write lets\n"
               "Vitrine register webhooks; one that may only read is enough for all else. URL may also come from WOOCOMMERCE_URL. The\n"
               "connection is tested first; nothing is kept when it does not work. The key is sealed before it is stored.",
    .options = options, .n_options = COUNT(options), .min_args = 1, .max_args = 2, .run = run,
};
