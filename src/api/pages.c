/* The first page and the readable API description: constant text around escaped values. No script, no framework, no third party. */
#include "api/html.h"
#include "api/pages.h"
#include "api/page_style.h"
#include "schema/currency.h"

enum { SHOPS_SHOWN = 20, PAIRS_SHOWN = 6 };

static const char LOGO[] =
    "<div class=logo><svg width=26 height=26 viewBox='0 0 26 26' fill=none stroke='#fff' stroke-width=2 stroke-linejoin=round "
    "aria-hidden=true>"
    "<path d='M4 10 6 4h14l2 6M4 10v12h18V10M4 10h18'/><path d='m9 15 4 4 5-6' stroke-linecap=round /></svg></div>";

static void page_start(buf *b, const char *title) {
    buf_text(b, "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
        "content='width=device-width,initial-scale=1'><title>");
    buf_text(b, title);
    buf_text(b, "</title>");
    buf_text(b, PAGE_STYLE);
    buf_text(b, "</head><body><main>");
}

static err_code page_end(api_call *call) {
    http_response *out = call->out;
    buf_text(&out->body, "<footer>Vitrine " VITRINE_VERSION " · <a href=/docs>API</a> · <a href=/openapi.json>openapi.json</a> · "
                         "<a href=/healthz>health</a> · <a href=/metrics>metrics</a></footer></main></body></html>");
    out->status = 200;
    out->content_type = "text/html; charset=utf-8";
    http_add_header(out, "Content-Security-Policy",
                    STR("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; base-uri 'none'; "
                        "frame-ancestors 'none'"));
    http_add_header(out, "X-Content-Type-Options", STR("nosniff"));
    http_add_header(out, "Referrer-Policy", STR("no-referrer"));
    http_add_header(out, "Cache-Control", STR("no-store"));
    err_code e = buf_err(&out->body);
    return e ? fail(call->c, e, "the page does not fit into its memory") : ERR_OK;
}

/* ---- the first page ---- */
static void write_fact(buf *b, int64_t n, const char *what) {
    buf_text(b, "<div><b>");
    html_count(b, n);
    buf_text(b, "</b><span>");
    buf_text(b, what);
    buf_text(b, "</span></div>");
}

static void write_picture(buf *b, const catalogue_item *item) {
    if (!item->image.n) {
        buf_text(b, "<div class=none></div>");
        return;
    }
    buf_text(b, "<img loading=lazy alt='' src='");
    html_url(b, item->image);
    buf_text(b, "'>");
}

static void write_pair(buf *b, const rule_pair *p, const serving_facts *facts, bool upgrade) {
    buf_text(b, "<div class=pair>");
    write_picture(b, p->from);
    buf_text(b, upgrade ? "<span class=plus>→</span>" : "<span class=plus>+</span>");
    write_picture(b, p->to);
    buf_text(b, "<div>");
    html_text(b, str_clip(p->from->name, 60));
    buf_text(b, upgrade ? " → <b>" : " + <b>");
    html_text(b, str_clip(p->to->name, 60));
    buf_text(b, "</b><br><span class=soft>");
    money_text(b, p->to->price_minor, facts->currency, facts->locale);
    buf_text(b, " · ");
    buf_fixed(b, p->probability * 100, 1);
    buf_text(b, upgrade ? " % choose it</span></div></div>" : " % buy it too</span></div></div>");
}

static err_code write_pairs(api_call *call, const serving *s, decide_source source, const char *title) {
    rule_pair *pairs = NULL;
    size_t n = 0;
    serving_facts facts;
    serving_get_facts(s, &facts);
    TRY(recommend_top_pairs(call->c, s, source, PAIRS_SHOWN, &pairs, &n));
    if (!n) return ERR_OK;
    buf *b = &call->out->body;
    buf_text(b, "<h3>");
    buf_text(b, title);
    buf_text(b, "</h3><div class=pairs>");
    for (size_t i = 0; i < n; i++) write_pair(b, &pairs[i], &facts, source == SOURCE_UPSELL);
    buf_text(b, "</div>");
    return ERR_OK;
}

static void write_example(api_call *call, const store *shop, const catalogue_item *item) {
    buf *b = &call->out->body;
    str key = call->a->o.demo_key;
    bool is_demo = key.n && str_eq(shop->platform, STR("demo"));
    str host = http_header(call->r, "Host");
    buf_text(b, "<h3>Ask it yourself</h3><pre>curl -s http://");
    html_text(b, host.n ? host : STR("localhost:8080"));
    buf_text(b, "/api/v1/recommendations \\\n  -H 'Authorization: Bearer ");
    if (is_demo) html_text(b, key);
    else buf_text(b, "YOUR_KEY");
    buf_text(b, "' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"product_id\": \"");
    html_text(b, item ? item->product_id : STR("PRODUCT_ID"));
    buf_text(b, "\", \"n\": 4}'</pre>");
    if (!is_demo) buf_text(b, "<p class='soft small'>The keys were shown when the shop was connected; "
                              "<code>vitrine stores keys STORE --rotate</code> makes new ones.</p>");
}

static void write_learned(buf *b, const serving_facts *facts) {
    buf_text(b, "<p class='soft small'>");
    if (!facts->snapshot_version) {
        buf_text(b, "Not trained yet: suggestions come from the catalogue alone.</p>");
        return;
    }
    char when[21];
    time_format(facts->learned_ms, when);
    buf_printf(b, "Learned %.10s %.5s UTC, version %lld, %zu KB in memory.</p>", when, when + 11, (long long)facts->snapshot_version,
               facts->bytes / 1024);
}

static err_code count_of(api_call *call, const entity *e, int64_t store_id, int64_t *ret_n) {
    return storage_count(call->c, call->d, e, store_id, ret_n);
}

static err_code write_numbers(api_call *call, const store *shop, const serving_facts *facts) {
    int64_t orders = 0, customers = 0, reviews = 0;
    TRY(count_of(call, &order_entity, shop->store_id, &orders));
    TRY(count_of(call, &customer_entity, shop->store_id, &customers));
    TRY(count_of(call, &review_entity, shop->store_id, &reviews));
    buf *b = &call->out->body;
    buf_text(b, "<div class=facts>");
    write_fact(b, (int64_t)facts->products, "products");
    write_fact(b, (int64_t)facts->sellable, "can be shown now");
    write_fact(b, orders, "orders");
    write_fact(b, customers, "customers");
    write_fact(b, reviews, "reviews");
    write_fact(b, (int64_t)facts->cross_sell_rules, "cross-sell rules");
    write_fact(b, (int64_t)facts->upsell_rules, "upgrade rules");
    buf_text(b, "</div>");
    return ERR_OK;
}

static void write_shop_head(buf *b, const store *shop) {
    buf_text(b, "<div class=top><h2>");
    html_text(b, shop->title.n ? shop->title : shop->name);
    buf_text(b, "</h2><span class=state>");
    html_text(b, shop->state);
    buf_text(b, "</span></div><p class='soft small'>");
    html_text(b, shop->platform);
    if (shop->url.n) buf_text(b, " · "), html_text(b, shop->url);
    buf_text(b, " · store ");
    buf_i64(b, shop->store_id);
    buf_text(b, " (<code>");
    html_text(b, shop->name);
    buf_text(b, "</code>)</p>");
    if (shop->state_note.n) buf_text(b, "<p class=small>"), html_text(b, shop->state_note), buf_text(b, "</p>");
}

static err_code write_shop(api_call *call, const store *shop) {
    buf *b = &call->out->body;
    buf_text(b, "<section class=card>");
    write_shop_head(b, shop);
    TRY(serving_load(call->c, call->a->o.serving, call->d, shop->store_id));
    AUTO_SERVING s = serving_pin(call->a->o.serving, shop->store_id);
    if (!s) return fail(call->c, ERR_NOT_READY, "store %lld is not in memory", (long long)shop->store_id);
    serving_facts facts;
    serving_get_facts(s, &facts);
    TRY(write_numbers(call, shop, &facts));
    write_learned(b, &facts);
    TRY(write_pairs(call, s, SOURCE_CROSS_SELL, "Goes together"));
    TRY(write_pairs(call, s, SOURCE_UPSELL, "Worth a step up"));
    rule_pair *first = NULL;
    size_t n = 0;
    TRY(recommend_top_pairs(call->c, s, SOURCE_CROSS_SELL, 1, &first, &n));
    write_example(call, shop, n ? first->from : NULL);
    buf_text(b, "</section>");
    return ERR_OK;
}

static void write_welcome(buf *b) {
    buf_text(b, "<section class=card><h2>No shop yet</h2><p>Connect a WooCommerce shop: it is copied, learned and served, with "
        "nothing else to do."
                "</p><pre>build/vitrine connect woocommerce https://your-shop.example --key ck_... --secret cs_...</pre>"
                "<p class=soft>Or look at the demonstration shop first: <code>build/vitrine demo</code></p></section>");
}

static err_code write_shops(api_call *call) {
    store *shops = NULL;
    size_t n = 0;
    TRY(storage_scan_stores(call->c, call->d, 0, SHOPS_SHOWN, &shops, &n));
    if (!n) write_welcome(&call->out->body);
    for (size_t i = 0; i < n; i++) TRY(write_shop(call, &shops[i]));
    return ERR_OK;
}

err_code page_home(api_call *call) {
    buf *b = &call->out->body;
    page_start(b, "Vitrine");
    buf_text(b, "<header>");
    buf_text(b, LOGO);
    buf_text(b, "<div><h1>Vitrine</h1><p class=soft>The brain of an online shop: what goes with this, what to step up to, what "
        "comes next.</p>"
                "</div></header>");
    if (api_is_local(call->r) || call->a->o.open_pages) TRY(write_shops(call));
    else
        buf_text(b, "<section class=card><h2>It runs.</h2><p>What it knows of its shops is shown only on the machine it runs on "
                    "(open <code>http://localhost:8080</code> there), or to everybody when started with "
                    "<code>--open-pages</code>.</p></section>");
    return page_end(call);
}

/* ---- /docs ---- */
static void write_param_rows(buf *b, const param *table, size_t n, const char *prefix) {
    for (size_t i = 0; i < n; i++) {
        buf_text(b, "<tr><td><code>");
        buf_text(b, prefix);
        buf_text(b, table[i].name);
        buf_text(b, "</code>");
        if (table[i].required) buf_text(b, " <span class=soft>required</span>");
        buf_text(b, "</td><td>");
        if (table[i].doc) html_text(b, str_of(table[i].doc));
        if (table[i].example) buf_text(b, " <span class=soft>e.g. <code>"), html_text(b, str_of(table[i].example)), buf_text(b,
            "</code></span>");
        buf_text(b, "</td></tr>");
        char inner[80];
        snprintf(inner, sizeof inner, "%s%s.", prefix, table[i].name);
        if (table[i].fields) write_param_rows(b, table[i].fields, table[i].n_fields, inner);
    }
}

static void write_params(buf *b, const char *title, const param *table, size_t n) {
    if (!table || !n) return;
    buf_text(b, "<h3>");
    buf_text(b, title);
    buf_text(b, "</h3><table>");
    write_param_rows(b, table, n, "");
    buf_text(b, "</table>");
}

static const char *access_sentence(access_kind k) {
    switch (k) {
    case ACCESS_OPEN: return "no key";
    case ACCESS_PUBLIC: return "public or secret key";
    case ACCESS_SECRET: return "secret key";
    case ACCESS_SIGNED: return "signed by the shop";
    }
    return "";
}

static void write_route(buf *b, const route *r) {
    buf_text(b, "<section class=card><details><summary><span class=method>");
    buf_text(b, r->method);
    buf_text(b, "</span><code>");
    html_text(b, str_of(r->path));
    buf_text(b, "</code> <span class=soft>· ");
    buf_text(b, r->summary);
    buf_text(b, " · ");
    buf_text(b, access_sentence(r->access));
    buf_text(b, "</span></summary>");
    if (r->doc) buf_text(b, "<p>"), html_text(b, str_of(r->doc)), buf_text(b, "</p>");
    bool get = str_eq(str_of(r->method), STR("GET"));
    write_params(b, get ? "Query" : "JSON body", r->input, r->n_input);
    write_params(b, "Query", r->query, r->n_query);
    write_params(b, "Answer", r->output, r->n_output);
    buf_text(b, "</details></section>");
}

err_code page_docs(api_call *call) {
    buf *b = &call->out->body;
    page_start(b, "Vitrine API");
    buf_text(b, "<header>");
    buf_text(b, LOGO);
    buf_text(b, "<div><h1>API</h1><p class=soft>Send the key of your store as <code>Authorization: Bearer KEY</code>, "
                "<code>X-Vitrine-Key: KEY</code> or <code>?key=KEY</code>. Errors: "
                "<code>{\"error\":{\"code\",\"message\",\"field\",\"trace\"}}</code>.</p></div></header>");
    for (size_t i = 0; i < n_api_routes; i++) write_route(b, &api_routes[i]);
    return page_end(call);
}
