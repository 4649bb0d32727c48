/* Asks a WooCommerce shop: the three ways to show a key, both ways to write a route, repeating with back-off, up to three at once.
 * It does NOT know what the answers mean beyond good and bad (woo_trouble.c). */
#include "connect/woo_int.h"
#include <stdio.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/crypto.h"
#include "net/oauth1.h"
#include "net/url.h"

/* ---- opening ---- */
static bool is_https(str url) { return str_eq_nocase(str_sub(url, 0, 8), STR("https://")); }

/* "https://shop.example/sub/", ".../wp-json/wc/v3", ".../wp-admin": people paste what stands in their browser. */
static str base_of(str url) {
    static const char *const tails[] = { "/wp-json", "/index.php", "/wp-admin", "/wp-login.php", "?", "#" };
    url = str_trim(url);
    for (size_t i = 0; i < COUNT(tails); i++) {
        size_t at = str_find(url, str_of(tails[i]));
        if (at != SIZE_MAX && at > 8) url.n = at;
    }
    while (url.n && url.p[url.n - 1] == '/') url.n--;
    return url;
}

static err_code open_slot(ctx *c, woo_shop *shop, size_t i) {
    woo_slot *s = &shop->slot[i];
    s->shop = shop;
    arena_init(&s->memory, LIMIT_PAGE_ARENA);
    s->c = *c;
    s->c.arena = &s->memory;
    rng_seed(&s->c.random, rng_u64(&c->random));
    http_client_options o = { .total_ms = shop->timeout_ms, .insecure = shop->access->insecure };
    return http_client_new(c, &o, &s->client);
}

err_code woo_open(ctx *c, const shop_access *a, int parallel, woo_shop *shop) {
    *shop = (woo_shop){ .access = a, .timeout_ms = a->timeout_ms, .parallel = 1 };
    shop->most_parallel = parallel < 1 ? 1 : parallel > WOO_PARALLEL ? WOO_PARALLEL : parallel;
    pthread_mutex_init(&shop->mutex, NULL);
    pthread_cond_init(&shop->idle, NULL);
    shop->base = base_of(a->url);
    url_parts parts;
    TRY(url_parse(c, shop->base, &parts));
    atomic_store(&shop->auth, is_https(shop->base) ? WOO_BASIC : WOO_OAUTH);
    atomic_store(&shop->serial, rng_u64(&c->random) >> 32);
    for (size_t i = 0; i < WOO_SLOTS; i++) TRY(open_slot(c, shop, i));
    if (shop->most_parallel == 1) return ERR_OK;
    workers_options o = { .name = "shop", .threads = shop->most_parallel - 1, .queue = WOO_PARALLEL };
    return workers_new(c, &o, &shop->pool);
}

void woo_close(woo_shop *shop) {
    if (!shop->access) return;
    workers_free(shop->pool);
    for (size_t i = 0; i < WOO_SLOTS; i++) {
        http_client_free(shop->slot[i].client);
        arena_done(&shop->slot[i].memory);
    }
    pthread_cond_destroy(&shop->idle);
    pthread_mutex_destroy(&shop->mutex);
    shop->access = NULL;
}

/* ---- one request ---- */
/* Query without the key. `_vt` is a cache-buster: page caches in front of /wp-json serve old lists (wp-rest-api-cache#28).
 * WooCommerce looks for "wp-json/wc/" in the request line before it reads a key (class-wc-rest-authentication.php,
 * is_request_to_rest_api), so a ?rest_route= request must carry these letters somewhere. */
static str url_of(woo_slot *s) {
    woo_shop *shop = s->shop;
    buf b;
    buf_init_in(&b, &s->memory, LIMIT_TARGET_BYTES);
    buf_str(&b, shop->base);
    bool root = s->path.n && s->path.p[0] == '!';           /* "!/" asks WordPress itself, not WooCommerce's part */
    str path = root ? str_sub(s->path, 1, SIZE_MAX) : s->path;
    buf_text(&b, shop->by_rest_route ? "/?rest_route=" : "/wp-json");
    if (!root) buf_text(&b, "/wc/v3");
    buf_str(&b, path);
    buf_text(&b, shop->by_rest_route ? "&via=wp-json/wc/&" : "?");
    if (s->query.n) {
        buf_str(&b, s->query);
        buf_char(&b, '&');
    }
    buf_printf(&b, "_vt=%llu", (unsigned long long)atomic_fetch_add(&shop->serial, 1));
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

static err_code add_key(woo_slot *s, woo_auth auth, http_call *call) {
    const shop_access *a = s->shop->access;
    if (auth == WOO_BASIC) {
        call->basic_user = a->key;
        call->basic_password = a->secret;
        return ERR_OK;
    }
    if (auth == WOO_OAUTH) {
        oauth1_credentials o = { .key = a->key, .secret = a->secret, .nonce = crypto_random_text(&s->memory, 24),
                                 .timestamp_s = ctx_now_ms(&s->c) / MS_PER_SECOND };
        return oauth1_sign_url(&s->c, call->method, call->url, &o, &call->url);
    }
    buf b;
    buf_init_in(&b, &s->memory, LIMIT_TARGET_BYTES);
    buf_str(&b, call->url);
    buf_text(&b, "&consumer_key=");
    url_encode(&b, a->key);
    buf_text(&b, "&consumer_secret=");
    url_encode(&b, a->secret);
    call->url = buf_view(&b);
    return buf_err(&b) ? fail(&s->c, buf_err(&b), "build a URL") : ERR_OK;
}

static void read_answer(woo_slot *s, const http_answer *a) {
    bool reading = strcmp(s->method, "GET") == 0;
    s->json = NULL;
    if (a->problem == NET_OK && a->body.n && json_parse(&s->c, a->body, JSON_READ_TOLERANT, &s->json)) s->json = NULL;
    s->trouble = woo_judge(a, s->json, reading);
    if (s->trouble == WOO_NONE && reading && s->wants_list != jr_is_array(s->json)) s->trouble = WOO_NOT_JSON;
    if (!is_https(s->shop->base) && is_https(a->final_url)) s->trouble = WOO_USE_HTTPS;
    s->status = a->status;
    s->elapsed_ms = a->elapsed_us / 1000;
    if (!parse_i64(http_answer_header(a, "X-WP-Total"), &s->total) || s->total < 0) s->total = -1;
    if (!woo_http_date(http_answer_header(a, "Date"), &s->date_ms)) s->date_ms = 0;
    str message = jr_string(jr_get(s->json, "message"));
    snprintf(s->detail, sizeof s->detail, "%.*s: status %d%s%.*s%s%s", STR_ARG(str_clip(s->path, 80)), s->status, message.n ? ", " : "",
             STR_ARG(str_clip(message, 100)), a->detail[0] ? ", " : "", str_cstr(&s->memory, str_clip(str_of(a->detail), 60)));
}

/* Seconds, or a date. */
static int64_t retry_after_ms(const woo_slot *s, const http_answer *a) {
    str text = http_answer_header(a, "Retry-After");
    int64_t v = 0;
    if (parse_int_in(text, 0, 3600, &v)) return v * MS_PER_SECOND;
    return text.n && woo_http_date(text, &v) ? v - ctx_now_ms(&s->c) : 0;
}

static err_code ask_once(woo_slot *s, woo_auth auth, int64_t *ret_wait_ms) {
    arena_reset(&s->memory);
    http_field headers[] = { { STR("Accept"), STR("application/json") }, { STR("Cache-Control"), STR("no-cache") },
                             { STR("Content-Type"), STR("application/json") } };
    http_call call = { .method = str_of(s->method), .url = url_of(s), .headers = headers, .n_headers = s->body.p ? 3 : 2, .body = s->body };
    http_answer a = { 0 };
    if (!call.url.p) return fail(&s->c, ERR_NO_MEMORY, "build a URL");
    TRY(add_key(s, auth, &call));
    atomic_fetch_add(&s->shop->requests, 1);
    TRY(http_client_do(&s->c, s->client, &call, &a));
    read_answer(s, &a);
    *ret_wait_ms = retry_after_ms(s, &a);
    return ERR_OK;
}

/* Sleep in small steps, so that a cancelled sync ends at once. */
err_code woo_pause(ctx *c, int64_t ms) {
    enum { STEP_MS = 100 };
    for (; ms > 0; ms -= STEP_MS) {
        TRY(ctx_check(c));
        c->time->sleep_ms(c->time, ms < STEP_MS ? ms : STEP_MS);
    }
    return ctx_check(c);
}

/* Doubling, with jitter so that parallel requests do not come back together. */
static int64_t back_off_ms(woo_slot *s, int64_t wanted_ms) {
    int64_t ms = (int64_t)WOO_FIRST_PAUSE_MS << s->tries;
    ms = ms / 2 + (int64_t)rng_below(&s->c.random, (uint64_t)ms / 2 + 1);
    if (ms < wanted_ms) ms = wanted_ms;
    return ms > WOO_LONGEST_PAUSE_MS ? WOO_LONGEST_PAUSE_MS : ms;
}

/* Many hosts drop the Authorization header (woocommerce#17271): over https the key may go into the query instead. */
static err_code ask_in_some_way(woo_slot *s, int64_t *ret_wait_ms) {
    woo_auth auth = (woo_auth)atomic_load(&s->shop->auth);
    TRY(ask_once(s, auth, ret_wait_ms));
    if (auth != WOO_BASIC || (s->trouble != WOO_CANNOT_VIEW && s->trouble != WOO_REST_OFF)) return ERR_OK;
    woo_trouble first = s->trouble;
    TRY(ask_once(s, WOO_QUERY, ret_wait_ms));
    if (s->trouble == WOO_NONE || s->trouble == WOO_WRONG_SECRET || s->trouble == WOO_WRITE_ONLY || s->trouble == WOO_READ_ONLY)
        atomic_store(&s->shop->auth, WOO_QUERY);
    else if (!woo_trouble_passes(s->trouble)) s->trouble = first;
    return ERR_OK;
}

static err_code ask_until_good(woo_slot *s) {
    for (s->tries = 0;; s->tries++) {
        int64_t wait_ms = 0;
        TRY(ctx_check(&s->c));
        TRY(ask_in_some_way(s, &wait_ms));
        if (!woo_trouble_passes(s->trouble) || s->shop->one_try || s->tries + 1 >= WOO_TRIES) return ERR_OK;
        if (s->trouble == WOO_TIMEOUT && s->may_shrink) return ERR_OK;
        if ((s->trouble == WOO_NO_SUCH_HOST || s->trouble == WOO_REFUSED) && s->tries >= 3) return ERR_OK;
        TRY(woo_pause(&s->c, back_off_ms(s, wait_ms)));
    }
}

/* Where /wp-json is not answered by WordPress (plain permalinks, or a guard in front of it) the same routes live under ?rest_route=. */
err_code woo_find_routes(ctx *c, woo_shop *shop) {
    woo_slot *s = &shop->slot[0];
    bool one_try = shop->one_try;
    shop->one_try = true;
    err_code e = woo_get(c, s, "/products", "per_page=1&_fields=id", true);
    if (!e && (s->trouble == WOO_NO_PAGE || s->trouble == WOO_NOT_JSON || s->trouble == WOO_FIREWALL)) {
        shop->by_rest_route = true;
        e = woo_get(c, s, "/products", "per_page=1&_fields=id", true);
        bool speaks = s->trouble == WOO_NONE || s->trouble == WOO_WRONG_SECRET || s->trouble == WOO_CANNOT_VIEW ||
                      s->trouble == WOO_NO_ROUTE || s->trouble == WOO_REST_OFF;
        if (e || !speaks) shop->by_rest_route = false;
        if (!e && !speaks) e = woo_get(c, s, "/products", "per_page=1&_fields=id", true);
    }
    shop->one_try = one_try;
    return e;
}

/* ---- several at once ---- */
static void ask_task(void *state, void *task) {
    (void)state;                                            /* this pool keeps nothing per worker */
    woo_slot *s = task;
    s->err = ask_until_good(s);
    WITH_LOCK(&s->shop->mutex);
    s->shop->working--;
    pthread_cond_signal(&s->shop->idle);
}

static void wait_for_all(woo_shop *shop) {
    WITH_LOCK(&shop->mutex);
    while (shop->working) pthread_cond_wait(&shop->idle, &shop->mutex);
}

/* Fewer at once when the shop groans, more when it is quick. */
static void adapt(woo_shop *shop, const woo_slot *first, size_t n) {
    bool slow = false, quick = true;
    for (size_t i = 0; i < n; i++) {
        slow = slow || first[i].tries || first[i].elapsed_ms > WOO_SLOW_MS || first[i].trouble == WOO_TIMEOUT;
        quick = quick && first[i].elapsed_ms < WOO_SLOW_MS / 2;
    }
    if (slow) shop->parallel = 1;
    else if (quick && shop->parallel < shop->most_parallel) shop->parallel++;
}

err_code woo_ask(ctx *c, woo_slot *first, size_t n) {
    woo_shop *shop = first->shop;
    for (size_t i = 0; i < n; i++) {
        first[i].c.cancel = c->cancel;
        first[i].c.deadline_us = c->deadline_us;
        first[i].err = ERR_OK;
        if (!first[i].method) first[i].method = "GET";
    }
    for (size_t i = 1; i < n; i++) {
        pthread_mutex_lock(&shop->mutex);
        shop->working++;
        pthread_mutex_unlock(&shop->mutex);
        if (!shop->pool || workers_give(shop->pool, ask_task, &first[i])) ask_task(NULL, &first[i]);
    }
    first->err = ask_until_good(first);
    wait_for_all(shop);
    for (size_t i = 0; i < n; i++) {
        if (!first[i].err) continue;
        c->error = first[i].c.error;
        return first[i].err;
    }
    adapt(shop, first, n);
    return ERR_OK;
}

err_code woo_get(ctx *c, woo_slot *s, const char *path, const char *query, bool wants_list) {
    s->method = "GET";
    s->path = str_of(path);
    s->query = str_of(query);
    s->body = (str){ 0 };
    s->wants_list = wants_list;
    s->may_shrink = false;
    return woo_ask(c, s, 1);
}

err_code woo_fail(ctx *c, const woo_slot *s, const char *doing) {
    static const bool about_key[WOO_TROUBLES] = { [WOO_WRONG_KEY] = true, [WOO_WRONG_SECRET] = true, [WOO_WRITE_ONLY] = true,
                                                  [WOO_CANNOT_VIEW] = true, [WOO_READ_ONLY] = true, [WOO_REST_OFF] = true };
    return fail(c, about_key[s->trouble] ? ERR_UPSTREAM_AUTH : ERR_UPSTREAM, "%s: %s (%s)", doing, woo_trouble_text(s->trouble), s->detail);
}

/* ---- HTTP dates ---- */
bool woo_http_date(str text, int64_t *ret_ms) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t day = 0, year = 0, hour = 0, minute = 0, second = 0;
    if (text.n != 29 || !str_ends(text, STR(" GMT"))) return false;
    size_t month = str_find(str_of(months), str_sub(text, 8, 3));
    bool good = month != SIZE_MAX && month % 3 == 0 && parse_int_in(str_sub(text, 5, 2), 1, 31, &day) &&
                parse_int_in(str_sub(text, 12, 4), 1970, 9999, &year) && parse_int_in(str_sub(text, 17, 2), 0, 23, &hour) &&
                parse_int_in(str_sub(text, 20, 2), 0, 59, &minute) && parse_int_in(str_sub(text, 23, 2), 0, 60, &second);
    if (!good) return false;
    *ret_ms = days_from_civil(year, (int)month / 3 + 1, (int)day) * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * MS_PER_SECOND;
    return true;
}
