/* "/": what runs, which shops it holds, what it learned, a first request to copy. Constant text around escaped values. */
#include "base/html.h"
#include "api/page_frame.h"
#include "api/pages.h"
#include "decide/learn_words.h"
#include "letters/findings.h"
#include "storage/job_queue.h"

enum { SHOPS_SHOWN = 20, PAIRS_SHOWN = 6, JOBS_READ = 20, NAME_SHOWN_BYTES = 120 };

/* What a card is made of. */
typedef struct {
    const store *row;
    const serving *pin;
    serving_facts facts;
    int64_t orders, customers, reviews;
    const job *jobs;                    /* newest first */
    size_t n_jobs;
} shop_view;

static void write_fact(buf *b, int64_t n, const char *what) {
    buf_text(b, "<div><b>");
    html_count(b, n);
    buf_text(b, "</b><span>");
    buf_text(b, what);
    buf_text(b, "</span></div>");
}

static void write_when(buf *b, const char *what, int64_t ms) {
    if (!ms) return;
    char when[21];
    time_format(ms, when);
    buf_printf(b, "%s %.10s %.5s UTC · ", what, when, when + 11);
}

/* ---- pairs ---- */
static void write_product(buf *b, const catalogue_item *item, const serving_facts *facts) {
    buf_text(b, "<figure>");
    if (item->image.n) buf_text(b, "<img loading=lazy alt='' src='"), html_url(b, item->image), buf_text(b, "'>");
    else buf_text(b, "<div class=none></div>");
    buf_text(b, "<figcaption><span class=name>");
    html_text(b, item->name.n ? str_clip(item->name, NAME_SHOWN_BYTES) : item->product_id);
    buf_text(b, "</span><span class=soft>");
    if (item->price_from) buf_text(b, "from ");
    page_price(b, item->price_minor, facts->locale, facts);
    buf_text(b, "</span></figcaption></figure>");
}

static void write_pair(buf *b, const rule_pair *p, const serving_facts *facts, bool upgrade) {
    bool bare = !p->from->image.n && !p->to->image.n;
    buf_text(b, bare ? "<div class='pair bare'>" : "<div class=pair>");
    write_product(b, p->from, facts);
    buf_text(b, upgrade ? "<span class=plus>→</span>" : "<span class=plus>+</span>");
    write_product(b, p->to, facts);
    buf_printf(b, "<p><b>%.0f %%</b> %s</p></div>", p->probability * 100,
               upgrade ? "of those who buy one of the two take the better one" : "of those who buy the first buy the second too");
}

/* "A with B" was shown already when this is "B with A". */
static bool is_mirror(const rule_pair *pairs, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (pairs[k].from == pairs[i].to && pairs[k].to == pairs[i].from) return true;
    return false;
}

static err_code write_pairs(api_call *call, const shop_view *v, decide_source source, const char *title) {
    rule_pair *pairs = NULL;
    size_t n = 0;
    TRY(recommend_top_pairs(call->c, v->pin, source, 2 * PAIRS_SHOWN, &pairs, &n));
    if (!n) return ERR_OK;
    buf *b = &call->out->body;
    buf_text(b, "<h3>");
    buf_text(b, title);
    buf_text(b, "</h3><div class=pairs>");
    for (size_t i = 0, shown = 0; i < n && shown < PAIRS_SHOWN; i++) {
        if (is_mirror(pairs, i)) continue;
        write_pair(b, &pairs[i], &v->facts, source == SOURCE_UPSELL);
        shown++;
    }
    buf_text(b, "</div>");
    return ERR_OK;
}

/* ---- what goes on ---- */
static const char *job_words(str kind) {
    static const struct { const char *kind, *words; } words[] = {
        { "sync", "Copying the shop" }, { "train", "Learning" }, { "import", "Taking in a file" },
        { "displays", "Learning how to show suggestions" },
        { "positions", "Watching how far visitors look" },
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(kind, str_of(words[i].kind))) return words[i].words;
    return "Working";
}

static void write_running(buf *b, const job *j) {
    buf_printf(b, "<div class=work><p class=small>%s", job_words(j->kind));
    if (j->step.n) buf_text(b, ": "), html_text(b, j->step);
    if (j->done > 0) buf_text(b, ", "), html_count(b, j->done);
    if (j->done > 0 && j->total > 0) buf_text(b, " of "), html_count(b, j->total);
    buf_text(b, "</p><progress");
    if (j->total > 0) buf_printf(b, " max=%lld value=%lld", (long long)j->total, (long long)j->done);
    buf_text(b, "></progress></div>");
}

static bool job_in(const job *j, const char *state) { return str_eq(j->state, str_of(state)); }

static void write_failure(buf *b, const job *j) {
    buf_printf(b, "<p class='small trouble'>%s failed: ", job_words(j->kind));
    html_text(b, str_clip(j->error, 400));
    buf_text(b, "</p>");
}

/* The running job, and the newest of each kind when it failed and the shop's own note does not tell it already. */
static void write_jobs(api_call *call, const shop_view *v) {
    buf *b = &call->out->body;
    bool busy = false;
    for (size_t i = 0; i < v->n_jobs; i++) {
        const job *j = &v->jobs[i];
        bool newest = true;
        for (size_t k = 0; k < i; k++) newest = newest && !str_eq(v->jobs[k].kind, j->kind);
        if (job_in(j, "running")) write_running(b, j);
        else if (newest && job_in(j, "failed") && !v->row->state_note.n) write_failure(b, j);
        busy = busy || job_in(j, "running") || (job_in(j, "queued") && j->due_ms <= ctx_now_ms(call->c));
    }
    if (busy) page_again_soon(call);
}

/* What is missing, in a sentence; nothing when nothing is. */
static const char *hint(const shop_view *v) {
    if (!v->facts.products) return "Nothing has been copied yet.";
    if (!v->facts.sellable) return "No product may be shown: all are out of stock, hidden, without a price or not published.";
    if (!v->orders) return "No orders yet: suggestions come from names, categories and prices. The first orders already help.";
    if (v->facts.snapshot_error.n) return "What was learned cannot be read and is learned anew; until then the catalogue answers.";
    if (!v->facts.snapshot_version) return "Not learned yet: suggestions come from the catalogue alone.";
    return NULL;
}

/* ---- one shop ---- */
static void write_example(api_call *call, const store *shop, str product_id) {
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
    html_text(b, product_id.n ? product_id : STR("PRODUCT_ID"));
    buf_text(b, "\", \"n\": 4}'</pre>");
    if (is_demo) return;
    buf_text(b, "<p class='soft small'>Keys are shown once, when they are made; <code>vitrine stores keys ");
    html_text(b, shop->name);
    buf_text(b, " rotate public</code> makes a new one.</p>");
}

static err_code look_at(api_call *call, const store *row, shop_view *ret_view) {
    shop_view v = { .row = row };
    const struct { const entity *e; int64_t *n; } counts[] = {
        { &order_entity, &v.orders }, { &customer_entity, &v.customers }, { &review_entity, &v.reviews },
    };
    for (size_t i = 0; i < COUNT(counts); i++) TRY(storage_count(call->c, call->d, counts[i].e, row->store_id, counts[i].n));
    job *jobs = NULL;
    TRY(job_list(call->c, call->d, row->store_id, &(job_page){ .limit = JOBS_READ }, &jobs, &v.n_jobs));
    v.jobs = jobs;
    *ret_view = v;
    return ERR_OK;
}

static void write_numbers(buf *b, const shop_view *v) {
    buf_text(b, "<div class=facts>");
    write_fact(b, (int64_t)v->facts.products, "products");
    write_fact(b, (int64_t)v->facts.sellable, "can be shown now");
    write_fact(b, v->orders, "orders");
    write_fact(b, v->customers, "customers");
    write_fact(b, v->reviews, "reviews");
    write_fact(b, (int64_t)v->facts.cross_sell_rules, "cross-sell rules");
    write_fact(b, (int64_t)v->facts.upsell_rules, "upgrade rules");
    buf_text(b, "</div><p class='soft small'>");
    if (str_eq(v->row->platform, STR("demo")) && str_eq(v->row->name, STR("demo"))) buf_text(b, "<a href=/shop/>Visit the shop</a> · ");
    write_when(b, "Copied", v->row->synced_ms);
    write_when(b, "Learned", v->facts.learned_ms);
    buf_printf(b, "%zu KB in memory</p>", v->facts.bytes / 1024);
    const char *missing = hint(v);
    if (missing) buf_printf(b, "<p>%s</p>", missing);
    if (v->facts.snapshot_error.n)
        buf_text(b, "<p class='small trouble'>"), html_text(b, v->facts.snapshot_error), buf_text(b, "</p>");
}

/* What the training that serves found of itself; an older row without figures says nothing. */
static err_code write_quality(api_call *call, const shop_view *v) {
    stored_model m = { .store_id = v->row->store_id, .kind = STR("snapshot"), .version = v->facts.snapshot_version };
    const json_value *metrics = NULL;
    learn_sentences s;
    if (!m.version || storage_get(call->c, call->d, &stored_model_entity, &m)) return ERR_OK;      /* the next load of the page tells */
    if (!m.metrics.n || json_parse(call->c, m.metrics, JSON_READ_TOLERANT, &metrics)) return ERR_OK;
    TRY(learn_words(call->c, metrics, &s));
    buf *b = &call->out->body;
    if (s.n) buf_text(b, "<h3>How well it answers</h3>");
    for (size_t i = 0; i < s.n; i++) buf_text(b, "<p class=small>"), html_text(b, s.text[i]), buf_text(b, "</p>");
    return ERR_OK;
}

/* What the newest day taught. */
static err_code write_insights(api_call *call, const shop_view *v) {
    day_insight *day = NULL;
    finding *f = NULL;
    size_t n = 0, n_findings = 0;
    char date[REPORT_DATE_BYTES];
    letter_reader to = letter_reader_of(call->c, v->row);
    TRY(insights_read(call->c, call->d, v->row->store_id, 0, 1, &day, &n));
    if (!n || insight_findings(call->c, &day[0], &f, &n_findings) || !n_findings) return ERR_OK;
    buf *b = &call->out->body;
    report_date(day[0].day, date);
    to.locale = STR("en");                                  /* the page's language */
    buf_printf(b, "<h3>What %s taught</h3>", date);
    for (size_t i = 0; i < n_findings; i++) {
        str text;
        TRY(finding_say(call->c, &to, &f[i], &text));
        buf_text(b, "<p class=small>"), html_text(b, text), buf_text(b, "</p>");
    }
    return ERR_OK;
}

static void write_shop_head(buf *b, const store *shop) {
    buf_text(b, "<div class=top><h2>");
    html_text(b, shop->title.n ? shop->title : shop->name);
    buf_text(b, str_eq(shop->state, STR("error")) ? "</h2><span class='state bad'>" : "</h2><span class=state>");
    html_text(b, shop->state);
    buf_text(b, "</span></div><p class='soft small'>");
    html_text(b, shop->platform);
    if (shop->url.n) buf_text(b, " · "), html_text(b, shop->url);
    buf_text(b, " · store ");
    buf_i64(b, shop->store_id);
    buf_text(b, " (<code>");
    html_text(b, shop->name);
    buf_text(b, "</code>)</p>");
    if (shop->state_note.n) buf_text(b, "<p class='small trouble'>"), html_text(b, shop->state_note), buf_text(b, "</p>");
}

/* A product to ask for: the strongest anchor, so that the answer shows something. */
static err_code write_learned(api_call *call, const shop_view *v) {
    TRY(write_pairs(call, v, SOURCE_CROSS_SELL, "Goes together"));
    TRY(write_pairs(call, v, SOURCE_UPSELL, "Worth a step up"));
    rule_pair *first = NULL;
    size_t n = 0;
    TRY(recommend_top_pairs(call->c, v->pin, SOURCE_CROSS_SELL, 1, &first, &n));
    if (v->facts.products) write_example(call, v->row, n ? first->from->product_id : (str){ 0 });
    return ERR_OK;
}

static err_code write_shop_body(api_call *call, const store *row) {
    shop_view v;
    TRY(look_at(call, row, &v));
    write_jobs(call, &v);
    TRY(serving_load(call->c, call->a->o.serving, call->d, row->store_id));
    AUTO_SERVING s = serving_pin(call->a->o.serving, row->store_id);
    if (!s) return fail(call->c, ERR_NOT_READY, "store %lld is not in memory", (long long)row->store_id);
    v.pin = s;
    serving_get_facts(s, &v.facts);
    write_numbers(&call->out->body, &v);
    TRY(write_quality(call, &v));
    TRY(write_insights(call, &v));
    return write_learned(call, &v);
}

/* One shop that cannot be shown does not hide the others. */
static void write_shop(api_call *call, const store *row) {
    buf *b = &call->out->body;
    buf_text(b, "<section class=card>");
    write_shop_head(b, row);
    err_code e = write_shop_body(call, row);
    if (e) buf_printf(b, "<p class='small trouble'>This shop cannot be shown in full. %s</p>", err_text(e));
    buf_text(b, "</section>");
}

static void write_welcome(buf *b) {
    buf_text(b, "<section class=card><h2>No shop yet</h2><p>Connect a WooCommerce shop: it is copied, learned and served, and nothing "
                "else has to be done.</p><pre>build/vitrine connect woocommerce https://your-shop.example --key ck_... --secret cs_..."
                "</pre><p>Only files of orders? They are learned from as well:</p>"
                "<pre>build/vitrine import orders orders.csv --store my-shop</pre>"
                "<p class=soft>Or look at the demonstration shop first: <code>build/vitrine demo</code>, then load this page again.</p>"
                "</section>");
}

static err_code write_shops(api_call *call) {
    store *shops = NULL;
    size_t n = 0;
    TRY(storage_scan_stores(call->c, call->d, 0, SHOPS_SHOWN, &shops, &n));
    if (!n) write_welcome(&call->out->body);
    for (size_t i = 0; i < n; i++) write_shop(call, &shops[i]);
    if (n == SHOPS_SHOWN) buf_text(&call->out->body, "<p class=soft>More may be here: <code>vitrine stores</code> lists all.</p>");
    return ERR_OK;
}

err_code page_home(api_call *call) {
    page_start(call, "Vitrine", "The brain of an online shop: what goes with this, what to step up to, what comes next.");
    if (api_is_local(call->r) || call->a->o.open_pages) TRY(write_shops(call));
    else
        buf_text(&call->out->body,
                 "<section class=card><h2>It runs.</h2><p>What it knows of its shops is shown only on the machine it runs on "
                 "(open it there as <code>localhost</code>, with the same port), or to everybody when started with "
                 "<code>--open-pages</code>.</p>"
                 "</section>");
    return page_end(call);
}
