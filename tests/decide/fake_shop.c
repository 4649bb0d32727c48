/* The builder: rows in, catalogue and snapshot file out. */
#include "tests/decide/fake_shop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/map.h"

void fake_init(fake_shop *f, ctx *c, size_t products, size_t rules) {
    *f = (fake_shop){ .c = c, .most = products, .most_rules = rules, .currency = "RON", .locale = "ro", .settings = "", .price_style = "" };
    f->rows = arena_new(c->arena, product, products);
    f->category = arena_new(c->arena, const char *, products);
    f->brand = arena_new(c->arena, const char *, products);
    f->attribute = arena_new(c->arena, const product_attribute *, products);
    f->popularity = arena_new(c->arena, float, products);
    f->categories = arena_new(c->arena, category, 64);
    for (size_t i = 0; i < FAKE_LISTS; i++) f->rules[i] = arena_new(c->arena, fake_rule, rules);
    fake_counted(f, NULL);
}

void fake_counted(fake_shop *f, struct counters *k) {
    serving_registry_free(f->registry);
    if (serving_registry_new(f->c, &(serving_options){ .data_dir = STR("/tmp"), .counters = k }, &f->registry)) abort();
}

void fake_done(fake_shop *f) { serving_registry_free(f->registry); }

static uint32_t row_of(const fake_shop *f, const char *id) {
    for (uint32_t i = 0; i < f->n; i++)
        if (str_eq(f->rows[i].product_id, str_of(id))) return i;
    fprintf(stderr, "the fake shop has no product %s\n", id);
    abort();
}

static const category *category_of(fake_shop *f, const char *name) {
    for (size_t i = 0; i < f->n_categories; i++)
        if (str_eq(f->categories[i].name, str_of(name))) return &f->categories[i];
    f->categories[f->n_categories] = (category){ .store_id = FAKE_STORE, .category_id = str_of(name), .name = str_of(name),
                                                 .slug = str_of(name) };
    return &f->categories[f->n_categories++];
}

product *fake_product(fake_shop *f, const char *id, const char *category_name, int64_t price_minor) {
    if (f->n == f->most) abort();
    product *p = &f->rows[f->n];
    str own = str_dup(f->c->arena, str_of(id));
    *p = (product){ .store_id = FAKE_STORE, .product_id = own, .name = own, .type = STR("simple"), .status = STR("publish"),
                    .visibility = STR("visible"), .permalink = STR("https://shop.example/p"), .sku = own, .price = SOME(price_minor),
                    .regular_price = SOME(price_minor), .purchasable = true, .manage_stock = STR("no"), .stock_status = STR("instock"),
                    .backorders = STR("no") };
    f->category[f->n] = category_name;
    if (category_name) category_of(f, category_name);
    f->popularity[f->n++] = 0.001f;
    return p;
}

product *fake_variation(fake_shop *f, const char *parent, const char *id, int64_t price_minor) {
    f->rows[row_of(f, parent)].type = STR("variable");
    product *p = fake_product(f, id, NULL, price_minor);
    p->type = STR("variation");
    p->parent_id = str_of(parent);
    return p;
}

void fake_says(fake_shop *f, fake_list list, const char *from, const char *to, float p) {
    if (f->n_rules[list] == f->most_rules) abort();
    f->rules[list][f->n_rules[list]++] = (fake_rule){ row_of(f, from), row_of(f, to), p, 9, 2, false };
}

void fake_bought(fake_shop *f, const char *who, const char *id, int64_t at_ms) {
    f->purchases[f->n_purchases++] = (fake_purchase){ who, row_of(f, id), at_ms };
}

/* ---- catalogue ---- */
static catalogue *make_catalogue(fake_shop *f) {
    catalogue *k = NULL;
    if (catalogue_new(f->c, (card_style){ str_of(f->currency), str_eq(str_of(f->currency), STR("JPY")) ? 0 : 2 }, &k)) abort();
    product *variations = arena_new(f->c->arena, product, 64);
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].parent_id.n) continue;
        product_family family = { .parent = &f->rows[i], .variations = variations };
        for (size_t v = 0; f->rows[i].type.n == 8 && v < f->n; v++)             /* variable */
            if (str_eq(f->rows[v].parent_id, f->rows[i].product_id)) variations[family.n_variations++] = f->rows[v];
        const category *own[1] = { f->category[i] ? category_of(f, f->category[i]) : NULL };
        family.categories = own;
        family.n_categories = own[0] ? 1 : 0;
        const brand made_by = { .brand_id = str_of(f->brand[i] ? f->brand[i] : "") }, *brands[1] = { &made_by };
        family.brands = brands;
        family.n_brands = f->brand[i] ? 1 : 0;
        family.attributes = f->attribute[i];
        family.n_attributes = f->attribute[i] ? 1 : 0;
        catalogue_leftover left = { .n = 0 };
        if (catalogue_put(f->c, k, &family, &left)) abort();
        catalogue_leftover_free(&left);
    }
    return k;
}

/* ---- snapshot ---- */
typedef struct { snapshot s; uint32_t *item_of_row; char *text; uint32_t n_text; } maker;

static snapshot_range put_text(maker *m, str t) {
    snapshot_range r = { m->n_text, (uint32_t)t.n };
    memcpy(m->text + m->n_text, t.p, t.n);
    m->n_text += (uint32_t)t.n;
    return r;
}

/* Rules of a list grouped by anchor in the order they were said; ranges of the items set through `at`. */
static fake_rule *group_rules(fake_shop *f, maker *m, fake_list list, size_t range_offset, snapshot_item *items, size_t n_items) {
    fake_rule *out = arena_new(f->c->arena, fake_rule, f->n_rules[list]);
    uint32_t *next = arena_new(f->c->arena, uint32_t, n_items + 1);
    for (size_t i = 0; i < f->n_rules[list]; i++) next[m->item_of_row[f->rules[list][i].from] + 1]++;
    for (size_t i = 0; i < n_items; i++) next[i + 1] += next[i];
    for (size_t i = 0; i < n_items; i++)
        *(snapshot_range *)((char *)&items[i] + range_offset) = (snapshot_range){ next[i], next[i + 1] - next[i] };
    for (size_t i = 0; i < f->n_rules[list]; i++) {
        fake_rule r = f->rules[list][i];
        r.to = m->item_of_row[r.to];
        out[next[m->item_of_row[r.from]]++] = r;
    }
    return out;
}

static snapshot_rule *make_rules(fake_shop *f, maker *m, fake_list list, size_t range, snapshot_item *items, uint64_t *ret_n) {
    fake_rule *r = group_rules(f, m, list, range, items, m->s.n_items);
    snapshot_rule *out = arena_new(f->c->arena, snapshot_rule, f->n_rules[list]);
    for (size_t i = 0; i < f->n_rules[list]; i++)
        out[i] = (snapshot_rule){ .item = r[i].to, .count = r[i].count, .probability = r[i].p, .lift = r[i].lift,
                                  .llr = r[i].by_chance ? 1 : 10, .confidence = 0.8f, .score = r[i].p };
    *ret_n = f->n_rules[list];
    return out;
}

static void make_more_rules(fake_shop *f, maker *m, snapshot_item *items) {
    fake_rule *u = group_rules(f, m, FAKE_UPSELL, offsetof(snapshot_item, upsell), items, m->s.n_items);
    snapshot_upsell *upsell = arena_new(f->c->arena, snapshot_upsell, f->n_rules[FAKE_UPSELL]);
    for (size_t i = 0; i < f->n_rules[FAKE_UPSELL]; i++)
        upsell[i] = (snapshot_upsell){ .item = u[i].to, .count = 5, .probability = u[i].p, .confidence = 0.5f, .price_ratio = 1.5f,
                                       .discount = 0.05f };
    fake_rule *l = group_rules(f, m, FAKE_SIMILAR, offsetof(snapshot_item, similar), items, m->s.n_items);
    snapshot_ranked *similar = arena_new(f->c->arena, snapshot_ranked, f->n_rules[FAKE_SIMILAR]);
    for (size_t i = 0; i < f->n_rules[FAKE_SIMILAR]; i++) similar[i] = (snapshot_ranked){ l[i].to, l[i].p };
    m->s.upsell = upsell, m->s.n_upsell = f->n_rules[FAKE_UPSELL];
    m->s.similar = similar, m->s.n_similar = f->n_rules[FAKE_SIMILAR];
}

static int by_hash(const void *a, const void *b) {
    const fake_purchase *pa = a, *pb = b;
    uint64_t x = snapshot_customer_hash(FAKE_STORE, str_of(pa->who)), y = snapshot_customer_hash(FAKE_STORE, str_of(pb->who));
    return (x > y) - (x < y);
}

static void make_customers(fake_shop *f, maker *m) {        /* one purchase each */
    snapshot_purchase *p = arena_new(f->c->arena, snapshot_purchase, 16);
    snapshot_customer *k = arena_new(f->c->arena, snapshot_customer, 16);
    qsort(f->purchases, f->n_purchases, sizeof *f->purchases, by_hash);
    for (uint32_t i = 0; i < f->n_purchases; i++) {
        p[i] = (snapshot_purchase){ m->item_of_row[f->purchases[i].item], (uint32_t)(f->purchases[i].at_ms / 1000) };
        k[i] = (snapshot_customer){ snapshot_customer_hash(FAKE_STORE, str_of(f->purchases[i].who)), { i, 1 } };
    }
    m->s.customers = k, m->s.purchases = p;
    m->s.n_customers = m->s.n_purchases = f->n_purchases;
}

static void make_items(fake_shop *f, maker *m, snapshot_item *items, snapshot_alias *aliases) {
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].parent_id.n || f->popularity[i] < 0) continue;
        uint32_t at = (uint32_t)m->s.n_items++;
        m->item_of_row[i] = at;
        items[at] = (snapshot_item){ .id = put_text(m, f->rows[i].product_id), .price_minor = f->rows[i].price.v, .sales = 10,
                                     .co_purchases = 5, .weight = 10, .popularity = f->popularity[i] };
        aliases[at] = (snapshot_alias){ .id = items[at].id, .item = at };
    }
    m->s.items = items, m->s.aliases = aliases, m->s.n_aliases = m->s.n_items;
}

static int by_popularity(const void *pa, const void *pb) {
    const snapshot_ranked *a = pa, *b = pb;
    return a->score != b->score ? (a->score > b->score ? -1 : 1) : (a->item > b->item) - (a->item < b->item);
}

static void make_popular(fake_shop *f, maker *m) {
    snapshot_ranked *r = arena_new(f->c->arena, snapshot_ranked, m->s.n_items);
    for (uint32_t i = 0; i < m->s.n_items; i++) r[i] = (snapshot_ranked){ i, m->s.items[i].popularity };
    qsort(r, m->s.n_items, sizeof *r, by_popularity);
    m->s.popular = r;
    m->s.n_popular = m->s.n_items < 200 ? m->s.n_items : 200;
}

/* What is known of products without sales: that they are products, and of which category. */
static csr make_facts(fake_shop *f, const maker *m) {
    ctx *c = f->c;
    uint32_t n = (uint32_t)m->s.n_items, n_columns = (uint32_t)f->n_categories + 1;
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *col = arena_new(c->arena, uint32_t, 2 * (size_t)n);
    for (uint32_t i = 0; i <= n; i++) start[i] = 2 * (uint64_t)i;
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].parent_id.n || f->popularity[i] < 0) continue;
        uint32_t *own = col + 2 * (size_t)m->item_of_row[i];
        own[0] = f->category[i] ? (uint32_t)(category_of(f, f->category[i]) - f->categories) : n_columns;
        own[1] = own[0] < n_columns ? n_columns : n_columns + 1;
    }
    return (csr){ n, n_columns + 2, start, col, NULL };
}

/* Each cross-sell pair is somebody who took both. */
static str fit_model(fake_shop *f, maker *m) {
    ctx *c = f->c;
    size_t all = f->n_rules[FAKE_CROSS], n = f->personal_pairs && f->personal_pairs < all ? f->personal_pairs : all;
    csr facts = make_facts(f, m);
    uint64_t *start = arena_new(c->arena, uint64_t, n + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, 2 * n);
    for (size_t i = 0; i < n; i++) {
        const fake_rule *pair = &f->rules[FAKE_CROSS][i * all / n];
        item[2 * i] = m->item_of_row[pair->from];
        item[2 * i + 1] = m->item_of_row[pair->to];
        start[i + 1] = 2 * (i + 1);
    }
    interactions x = { .n_users = (uint32_t)n, .n_items = (uint32_t)m->s.n_items, .start = start, .item = item, .facts = &facts };
    const model_row *row = model_named(str_of(f->personal ? f->personal : "item_knn"));
    model_options o = model_default_options(row);
    model fitted;
    buf out;
    buf_init_in(&out, c->arena, (size_t)1 << 30);
    if (f->personal_set && model_set_all(c, row, &o, str_of(f->personal_set))) abort();
    if (model_fit(c, row, &x, &o, &fitted) || model_save(c, &fitted, &out)) fprintf(stderr, "%s\n", c->error.text), abort();
    return buf_view(&out);
}

static str fit_session(fake_shop *f, maker *m) {
    enum { STEPS = 4, NEAR = 50 };
    ctx *c = f->c;
    uint64_t *start = arena_new(c->arena, uint64_t, f->visits + 1);
    uint32_t *item = arena_new(c->arena, uint32_t, (size_t)f->visits * STEPS), n_items = (uint32_t)m->s.n_items;
    for (uint32_t v = 0; v < f->visits; v++) {
        uint32_t at = (uint32_t)rng_below(&c->random, n_items);
        for (uint32_t k = 0; k < STEPS; k++, at = (at + 1 + (uint32_t)rng_below(&c->random, NEAR)) % n_items)
            item[(size_t)v * STEPS + k] = at;
        start[v + 1] = (uint64_t)(v + 1) * STEPS;
    }
    interactions x = { .n_users = f->visits, .n_items = n_items, .start = start, .item = item };
    const model_row *row = model_named(str_of(f->session));
    model_options o = model_default_options(row);
    model fitted;
    buf out;
    buf_init_in(&out, c->arena, (size_t)1 << 30);
    if (model_fit(c, row, &x, &o, &fitted) || model_save(c, &fitted, &out)) fprintf(stderr, "%s\n", c->error.text), abort();
    return buf_view(&out);
}

/* Products of a category point the same way, each a little its own. */
static void make_vectors(fake_shop *f, maker *m) {
    snapshot_vector *v = arena_new(f->c->arena, snapshot_vector, m->s.n_items);
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].parent_id.n || f->popularity[i] < 0) continue;
        uint32_t item = m->item_of_row[i];
        uint64_t kind = f->category[i] ? hash_str(str_of(f->category[i])) : i;
        for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) v[item].x[d] = kind >> d & 1 ? 15 : -15;
        v[item].x[item % SNAPSHOT_VECTOR_DIMS] = 20;
    }
    m->s.vectors = v, m->s.n_vectors = m->s.n_items;
}

/* Sixteen kinds by category, alike and unlike at random. */
static void make_kinds(fake_shop *f, maker *m) {
    enum { KINDS = 17 };
    uint8_t *kind_of = arena_new(f->c->arena, uint8_t, m->s.n_items);
    float *liked = arena_new(f->c->arena, float, m->s.n_items), *viewed = arena_new(f->c->arena, float, m->s.n_items);
    snapshot_kind *kinds = arena_new(f->c->arena, snapshot_kind, KINDS);
    snapshot_kin *kin = arena_new(f->c->arena, snapshot_kin, KINDS * KINDS);
    uint64_t *marks = arena_new(f->c->arena, uint64_t, m->s.n_items);
    snapshot_mark *worth = arena_new(f->c->arena, snapshot_mark, SNAPSHOT_MARK_ROWS);
    for (size_t i = 0; i < f->n; i++) {
        if (f->rows[i].parent_id.n || f->popularity[i] < 0) continue;
        uint32_t item = m->item_of_row[i];
        kind_of[item] = f->category[i] ? (uint8_t)(1 + hash_str(str_of(f->category[i])) % (KINDS - 1)) : 0;
        liked[item] = (float)(item % 7) / 10 - 0.3f, viewed[item] = (float)(item % 5) / 5 - 0.4f;
        marks[item] = UINT64_C(1) << item % 3 | UINT64_C(1) << (60 + item % 4);
    }
    for (size_t i = 0; i < KINDS * KINDS; i++) kin[i] = (snapshot_kin){ (float)(i % 5) / 2 - 1, (float)(i % 3) / 2 - 0.5f };
    for (size_t i = 0; i < KINDS; i++) kinds[i].log_price = 9, kinds[i].viewed = (float)(i % 4) / 4;
    for (size_t i = 0; i < SNAPSHOT_MARK_ROWS; i++) worth[i] = (snapshot_mark){ (float)(i + 1) / 100, (float)i / 50 - 1, (float)(i % 9) };
    m->s.kind_of = kind_of, m->s.n_kind_of = m->s.n_items, m->s.kinds = kinds, m->s.n_kinds = KINDS;
    m->s.kin = kin, m->s.n_kin = KINDS * KINDS, m->s.liked = liked, m->s.n_liked = m->s.n_items;
    m->s.viewed = viewed, m->s.n_viewed = m->s.n_items;
    m->s.marks = marks, m->s.n_marks = m->s.n_items, m->s.mark_worth = worth, m->s.n_mark_worth = SNAPSHOT_MARK_ROWS;
}

static void make_models(fake_shop *f, maker *m) {
    str bytes = fit_model(f, m);
    m->s.personal = m->s.sessions = bytes.p, m->s.n_personal = m->s.n_sessions = bytes.n;
    if (f->session) bytes = fit_session(f, m), m->s.sessions = bytes.p, m->s.n_sessions = bytes.n;
    if (f->without_session) m->s.sessions = NULL, m->s.n_sessions = 0;
    m->s.facts.personal_unit = m->s.facts.session_unit = 0.2;
    m->s.ranker = f->ranker.p, m->s.n_ranker = f->ranker.n;
    m->s.facts.ranked = f->ranked;
    m->s.outcomes = f->outcomes.p, m->s.n_outcomes = f->outcomes.n;
    m->s.facts.ranked_by_outcomes = f->ranked_by_outcomes;
    m->s.promises = f->promises, m->s.n_promises = f->n_promises;
    m->s.facts.promise_half_life_ms = f->n_promises ? 14.0 * MS_PER_DAY : 0;
    make_vectors(f, m);
    make_kinds(f, m);
}

static snapshot *make_snapshot(fake_shop *f) {
    ctx *c = f->c;
    maker m = { .item_of_row = arena_new(c->arena, uint32_t, f->n), .text = arena_alloc(c->arena, f->n * 64 + 64) };
    m.s.facts = (snapshot_facts){ .store_id = FAKE_STORE, .version = 3, .created_ms = FAKE_NOW, .as_of_ms = FAKE_NOW, .baskets = 1000,
                                  .orders = 1000, .total_weight = 1000, .hit_rate = -1, .hit_rate_popular = -1, .mean_items = 2,
                                  .first_order_ms = 1, .last_order_ms = FAKE_NOW };
    snapshot_item *items = arena_new(c->arena, snapshot_item, f->n);
    make_items(f, &m, items, arena_new(c->arena, snapshot_alias, f->n));
    m.s.cross_sell = make_rules(f, &m, FAKE_CROSS, offsetof(snapshot_item, cross_sell), items, &m.s.n_cross_sell);
    m.s.also_bought = make_rules(f, &m, FAKE_ALSO, offsetof(snapshot_item, also_bought), items, &m.s.n_also_bought);
    make_more_rules(f, &m, items);
    make_popular(f, &m);
    make_customers(f, &m);
    if (f->with_models) make_models(f, &m);
    m.s.text = m.text, m.s.n_text = m.n_text;
    char path[64];
    snprintf(path, sizeof path, "/tmp/vitrine-fake-%d.snap", (int)getpid());
    snapshot *s = NULL;
    err_code e = snapshot_write(c, path, &m.s, NULL, NULL);
    if (!e) e = snapshot_open(c, path, &s);
    if (e) fprintf(stderr, "%s\n", c->error.text), abort();
    unlink(path);
    return s;
}

loaded_shop *fake_load(fake_shop *f, bool with_snapshot) {
    store facts = { .store_id = FAKE_STORE, .currency = str_of(f->currency), .locale = str_of(f->locale), .settings = str_of(f->settings),
                    .price_style = str_of(f->price_style) };
    loaded_shop *l = NULL;
    if (loaded_shop_new(f->c, &facts, make_catalogue(f), with_snapshot ? make_snapshot(f) : NULL, &l)) abort();
    l->offers = offer_key_of(f->plugin_secret);
    return l;
}

void fake_publish(fake_shop *f, bool with_snapshot) {
    if (serving_publish(f->c, f->registry, fake_load(f, with_snapshot))) abort();
}

const serving *fake_pin(fake_shop *f) { return serving_pin(f->registry, FAKE_STORE); }

recommend_answer fake_ask(fake_shop *f, const serving *s, const recommend_query *q) {
    recommend_answer a = { .n = 0 };
    err_code e = recommend(f->c, s, q, &a);
    if (e) {
        fprintf(stderr, "recommend: %s\n", f->c->error.text);
        abort();
    }
    return a;
}

int fake_place(const recommend_answer *a, const char *id) {
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->items[i].item->product_id, str_of(id))) return (int)i;
    return -1;
}
