/* What `connect` tells the owner: does it work, and if not, what to do. What the shop says of itself is read by woo_facts.c.
 * Nothing in the shop is changed: the permission to write is asked for by a batch with nothing in it. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "net/crypto.h"
#include "net/url.h"

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
