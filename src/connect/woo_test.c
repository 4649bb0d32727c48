/* What `connect` tells the owner: does it work, and if not, what to do. It also reads what a shop says of itself.
 * Nothing in the shop is changed: the permission to write is asked for by a batch with nothing in it. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "net/crypto.h"
#include "net/url.h"

/* ---- what the shop says of itself ---- */
static str setting(const json_value *list, const char *id) {
    for (size_t i = 0; i < jr_count(list); i++)
        if (str_eq(jr_string(jr_get(jr_at(list, i), "id")), str_of(id))) return jr_string(jr_get(jr_at(list, i), "value"));
    return (str){ 0 };
}

static err_code keep_text(ctx *c, str s, str *ret_copy) {
    *ret_copy = str_dup(c->arena, s);
    return ret_copy->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "facts of the shop");
}

/* "Europe/Bucharest", or 2, "5.5", -3 hours where the owner chose an offset. */
static err_code read_zone(ctx *c, const json_value *root, store *facts) {
    double hours = 0;
    str name = jr_string(jr_get(root, "timezone_string"));
    if (name.n) return keep_text(c, name, &facts->time_zone);
    if (!jr_double(jr_get(root, "gmt_offset"), &hours) || hours < -14 || hours > 14) return ERR_OK;
    int minutes = (int)(hours * 60 + (hours < 0 ? -0.5 : 0.5)), size = minutes < 0 ? -minutes : minutes;
    char text[16];
    snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60 % 24, size % 60);
    return keep_text(c, str_of(text), &facts->time_zone);
}

static err_code read_root(ctx *c, const json_value *v, store *facts) {
    woo_mapper m = { .c = c };
    static const woo_field name[] = { { "name", 0, WOO_NAME } };
    str title = { 0 };
    woo_map_fields(&m, v, name, 1, &title);
    TRY(keep_text(c, title, &facts->title));
    return read_zone(c, v, facts);
}

static err_code read_general(ctx *c, const json_value *v, store *facts) {
    return keep_text(c, setting(v, "woocommerce_currency"), &facts->currency);
}

static err_code read_tax(ctx *c, const json_value *v, store *facts) {
    facts->prices_include_tax = str_eq(setting(v, "woocommerce_prices_include_tax"), STR("yes"));
    return keep_text(c, setting(v, "woocommerce_tax_display_shop"), &facts->tax_display);
}

static err_code read_environment(ctx *c, const json_value *v, store *facts) {
    const json_value *e = jr_get(v, "environment");
    TRY(keep_text(c, jr_string(jr_get(e, "version")), &facts->platform_version));
    return keep_text(c, str_sub(jr_string(jr_get(e, "language")), 0, 2), &facts->locale);
}

static const struct fact_source {
    const char *path, *query;
    bool list;
    err_code (*read)(ctx *c, const json_value *v, store *facts);
} fact_sources[] = {
    { "!/", "_fields=name,description,url,gmt_offset,timezone_string,namespaces", false, read_root },
    { "/settings/general", "_fields=id,value", true, read_general },
    { "/settings/tax", "_fields=id,value", true, read_tax },
    { "/system_status", "_fields=environment", false, read_environment },
};

/* A source that refuses leaves its facts unknown: a key of a shop manager may read products but not settings. */
err_code woo_read_facts(ctx *c, woo_shop *shop, store *ret_facts) {
    *ret_facts = (store){ .store_id = shop->access->store_id, .platform = STR("woocommerce") };
    for (size_t i = 0; i < COUNT(fact_sources); i++) {
        const struct fact_source *f = &fact_sources[i];
        woo_slot *s = &shop->slot[0];
        TRY(woo_get(c, s, f->path, f->query, f->list));
        if (!s->trouble) TRY(f->read(c, s->json, ret_facts));
        else if (woo_trouble_passes(s->trouble) && !shop->one_try) return woo_fail(c, s, "read the settings of the shop");
    }
    return ERR_OK;
}

/* ---- the report ---- */
static err_code say(ctx *c, connect_report *r, woo_trouble t, const woo_slot *s) {
    buf b;
    buf_init_in(&b, c->arena, 1000);
    buf_text(&b, woo_trouble_text(t));
    if (t == WOO_CERTIFICATE || t == WOO_NETWORK || t == WOO_SERVER_ERROR || t == WOO_NOT_JSON || t == WOO_BAD_REQUEST) {
        buf_text(&b, " The shop said: ");
        buf_text(&b, s->detail);
        buf_char(&b, '.');
    }
    r->problem = t == WOO_NONE ? (str){ 0 } : str_of(woo_trouble_word(t));
    r->sentence = buf_view(&b);
    return buf_err(&b) ? fail(c, buf_err(&b), "report") : ERR_OK;
}

/* "Cannot view" is said of unknown keys and of users who may not. A known key with a wrong secret is said to have a wrong secret,
 * so one request with a secret that cannot be right tells which. */
static err_code key_is_known(ctx *c, woo_shop *shop, bool *ret_known) {
    shop_access wrong = *shop->access;
    wrong.secret = STR("cs_0000000000000000000000000000000000000000");
    const shop_access *right = shop->access;
    shop->access = &wrong;
    atomic_store(&shop->auth, WOO_QUERY);
    err_code e = woo_get(c, &shop->slot[0], "/products", "per_page=1&_fields=id", true);
    shop->access = right;
    *ret_known = !e && shop->slot[0].trouble == WOO_WRONG_SECRET;
    return e;
}

static err_code find_trouble(ctx *c, woo_shop *shop, woo_trouble *ret_trouble) {
    woo_slot *s = &shop->slot[0];
    TRY(woo_find_routes(c, shop));
    woo_trouble t = s->trouble;
    if (t == WOO_CANNOT_VIEW && atomic_load(&shop->auth) != WOO_OAUTH) {
        bool known = false;
        TRY(key_is_known(c, shop, &known));
        if (!known) t = WOO_WRONG_KEY;
    }
    *ret_trouble = t;
    return ERR_OK;
}

static err_code count_rows(ctx *c, woo_shop *shop, const char *path, const char *query, int64_t *ret_n) {
    woo_slot *s = &shop->slot[0];
    TRY(woo_get(c, s, path, query, true));
    *ret_n = s->trouble ? -1 : s->total;
    return ERR_OK;
}

/* An empty batch of webhooks changes nothing, and a key without write permission is refused before the batch is read. */
static err_code may_write(ctx *c, woo_shop *shop, bool *ret_may) {
    woo_slot *s = &shop->slot[0];
    s->method = "POST";
    s->path = STR("/webhooks/batch");
    s->query = (str){ 0 };
    s->body = STR("{}");
    s->wants_list = s->may_shrink = false;
    TRY(woo_ask(c, s, 1));
    s->body = (str){ 0 };
    *ret_may = s->trouble == WOO_NONE;
    return ERR_OK;
}

static err_code report_good(ctx *c, woo_shop *shop, connect_report *r) {
    store facts;
    r->ok = true;
    r->latency_ms = shop->slot[0].elapsed_ms;
    TRY(count_rows(c, shop, "/products", "per_page=1&_fields=id", &r->products));
    TRY(count_rows(c, shop, "/customers", "per_page=1&_fields=id&role=all", &r->customers));
    TRY(count_rows(c, shop, "/orders", "per_page=1&_fields=id", &r->orders));
    if (shop->slot[0].trouble == WOO_CANNOT_VIEW) {
        r->ok = false;
        return say(c, r, WOO_CANNOT_VIEW, &shop->slot[0]);
    }
    TRY(may_write(c, shop, &r->can_write));
    TRY(woo_read_facts(c, shop, &facts));
    r->title = facts.title;
    r->version = facts.platform_version;
    r->currency = facts.currency;
    return say(c, r, r->can_write ? shop->by_rest_route ? WOO_PLAIN_LINKS : WOO_NONE : WOO_READ_ONLY, &shop->slot[0]);
}

/* A shop given as http:// that answers https as well should be used so: the key then travels unread. */
static err_code try_https(ctx *c, const shop_access *a, bool *ret_answers) {
    woo_shop *shop = arena_new(c->arena, woo_shop, 1);
    buf b;
    buf_init_in(&b, c->arena, a->url.n + 2);
    buf_text(&b, "https");
    buf_str(&b, str_sub(a->url, 4, SIZE_MAX));
    if (!shop || buf_err(&b)) return fail(c, ERR_NO_MEMORY, "try https");
    shop_access secure = *a;
    secure.url = buf_view(&b);
    secure.timeout_ms = 5000;
    err_code e = woo_open(c, &secure, 1, shop);
    shop->one_try = true;
    if (!e) e = woo_get(c, &shop->slot[0], "/products", "per_page=1&_fields=id", true);
    *ret_answers = !e && shop->slot[0].trouble == WOO_NONE;
    woo_close(shop);
    return e == ERR_INVALID ? ERR_OK : e;
}

static err_code test_open(ctx *c, woo_shop *shop, connect_report *r) {
    woo_trouble t = WOO_NONE;
    bool secure = false;
    TRY(find_trouble(c, shop, &t));
    r->latency_ms = shop->slot[0].elapsed_ms;
    if (t == WOO_NONE) return report_good(c, shop, r);
    bool plain = !str_eq_nocase(str_sub(shop->access->url, 0, 6), STR("https:"));
    if (plain && (t == WOO_REFUSED || t == WOO_CANNOT_VIEW || t == WOO_WRONG_SECRET)) TRY(try_https(c, shop->access, &secure));
    return say(c, r, secure ? WOO_USE_HTTPS : t, &shop->slot[0]);
}

err_code woo_test(ctx *c, const shop_access *a, connect_report *ret_report) {
    connect_report r = { .products = -1, .orders = -1, .customers = -1 };
    woo_shop *shop = arena_new(c->arena, woo_shop, 1);
    if (!shop) return fail(c, ERR_NO_MEMORY, "test a shop");
    shop_access quick = *a;
    if (!quick.timeout_ms) quick.timeout_ms = 20 * MS_PER_SECOND;
    err_code e = woo_open(c, &quick, 1, shop);
    shop->one_try = true;
    if (e == ERR_INVALID) e = say(c, &r, WOO_BAD_URL, &shop->slot[0]);
    else if (!e) e = test_open(c, shop, &r);
    woo_close(shop);
    if (!e) *ret_report = r;
    return e;
}
