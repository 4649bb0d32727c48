/* How long one answer takes: recommend() and recommend_json() together, for shops of 500, 5,000 and 50,000 products, a product page
 * with a cart of 5 and a history of 50 events with kinds and times. Once from rules alone, once with everything a shop has: all
 * sources, personal model, vectors, 500 candidates, a ranker of 100 trees, quotas and variety. One JSON line each; times in
 * microseconds of one thread. The kept answers are not asked: every request is another. `recommend_bench N`: one shop of N
 * products. `recommend_bench N als` (bpr, two_tower): with that personal model, the best found by its vectors, then by scoring all
 * products, in the same run. `recommend_bench N live`: models alone, then with what visitors did since: 60,000 pairs and twice N
 * products with looks and clicks, one of ten visitors shown a list drawn by chance; by turns, in the same run. `recommend_bench N visits`:
 * without and with each session model, learned from 10 N visits; by turns, in the same run. `recommend_bench N page`: the four lists of a
 * product page, each asked for by itself, then all at once, none with a product of another; by turns, in the same run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/limits.h"
#include "base/parse.h"
#include "decide/candidate_features.h"
#include "decide/page_lists.h"
#include "events/counters_int.h"
#include "tests/decide/fake_shop.h"
#include "tests/decide/fake_shop.c"

enum { RULES = 50, REQUESTS = 20000, WARM_UP = 400, CART = 5, HISTORY = 50, CATEGORIES = 40 };

static void fill_shop(fake_shop *f, ctx *c, size_t products) {
    static const char *const names[] = { "shoes", "shirts", "lamps", "books", "mugs", "cables", "phones", "cases" };
    fake_init(f, c, products, products * RULES);
    for (size_t i = 0; i < products; i++) {
        char id[24];
        snprintf(id, sizeof id, "%zu", i);
        fake_product(f, id, names[rng_below(&c->random, COUNT(names))], (int64_t)(500 + rng_below(&c->random, 50000)));
        f->popularity[i] = (float)(0.05 / (1 + (double)i));
    }
    for (size_t list = 0; list < FAKE_LISTS; list++)
        for (size_t i = 0; i < products; i++)
            for (size_t k = 0; k < (list == FAKE_CROSS || list == FAKE_ALSO ? RULES : 10); k++) {
                uint32_t to = (uint32_t)((i + 1 + k * 7 + rng_below(&c->random, 7)) % products);
                if (to != i) f->rules[list][f->n_rules[list]++] = (fake_rule){ (uint32_t)i, to, 0.3f / (float)(k + 1), 5, 2, false };
            }
}

/* Trees as deep and as many as a shop's: answers follow from three of the features, with noise. */
static str grow_ranker(ctx *c) {
    enum { ROWS = 6000 };
    float *x = arena_new(c->arena, float, (size_t)ROWS * n_candidate_features);
    uint8_t *label = arena_new(c->arena, uint8_t, ROWS);
    for (size_t i = 0; i < (size_t)ROWS * n_candidate_features; i++) x[i] = (float)rng_unit(&c->random);
    for (size_t i = 0; i < ROWS; i++) {
        const float *row = x + i * n_candidate_features;
        label[i] = row[0] * row[1] + 0.3f * row[13] > 0.5f + 0.3f * (float)rng_unit(&c->random);
    }
    ranker_params p = ranker_default_params();
    ranker k;
    buf out;
    buf_init_in(&out, c->arena, 64 * MIB);
    if (ranker_fit(c, &(ranker_rows){ .x = x, .label = label, .n = ROWS, .width = n_candidate_features }, &p, &k) ||
        ranker_save(c, &k, &out))
        abort();
    return buf_view(&out);
}

static str product_id(arena *a, rng *r, size_t products) {
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)rng_below(r, products));
    return str_dup(a, str_of(id));
}

static double one_answer(const serving *s, arena *a, rng *r, size_t products, bool full, buf *out) {
    ctx c;
    arena_reset(a);
    ctx_init(&c, a);
    str cart[CART];
    recommend_event past[HISTORY];
    for (size_t i = 0; i < CART; i++) cart[i] = product_id(a, r, products);
    for (size_t i = 0; i < HISTORY; i++) past[i] = (recommend_event){ product_id(a, r, products),
        (event_kind)(i % EVENT_REFUND), FAKE_NOW - (int64_t)i * MS_PER_HOUR };
    recommend_query q = { .product_id = product_id(a, r, products), .cart = { cart, CART }, .history = { past, HISTORY },
                          .source = SOURCE_ALL, .n = 8 };
    if (full) q.slate = (slate_rules){ .diversity = { 0.1, true }, .max_per_brand = 6, .max_per_category = 5, .new_slots = 1 };
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    recommend_answer answer;
    if (recommend(&c, s, &q, &answer) || answer.n != 8) abort();
    buf_reset(out);
    json_out w;
    jw_init(&w, out);
    if (recommend_json(&c, &w, s, &answer)) abort();
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static int by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of the least disturbed five hundred in a row: what the work costs when nothing else runs. */
static double quiet_median(const double *took) {
    enum { CHUNK = 500 };
    double best = took[0] + 1e9, chunk[CHUNK];
    for (size_t i = 0; i + CHUNK <= REQUESTS; i += CHUNK) {
        memcpy(chunk, took + i, sizeof chunk);
        qsort(chunk, CHUNK, sizeof *chunk, by_time);
        if (chunk[CHUNK / 2] < best) best = chunk[CHUNK / 2];
    }
    return best;
}

/* A fit of seconds: what an answer costs depends on the form of the vectors, not on how well they were learned. */
static void choose_model(fake_shop *f, const char *personal) {
    f->personal = personal;
    f->personal_pairs = 100000;
    f->personal_set = strcmp(personal, "als") == 0 ? "sweeps=2" : "epochs=1";
}

static void ask_many(const serving *s, ctx *c, size_t products, bool full, const char *with) {
    AUTO_ARENA memory;
    arena_init(&memory, LIMIT_REQUEST_ARENA);
    static double took[REQUESTS];
    AUTO_BUF out;
    buf_init(&out, MIB);
    for (int i = 0; i < WARM_UP; i++) one_answer(s, &memory, &c->random, products, full, &out);
    for (int i = 0; i < REQUESTS; i++) took[i] = one_answer(s, &memory, &c->random, products, full, &out);
    double quiet = quiet_median(took);
    qsort(took, REQUESTS, sizeof *took, by_time);
    serving_facts facts;
    serving_get_facts(s, &facts);
    printf("{\"bench\":\"recommend\",\"with\":\"%s\",\"products\":%zu,\"cart\":%d,\"history\":%d,\"n\":8,\"requests\":%d,\"p50_us\":%.1f,"
           "\"quiet_p50_us\":%.1f,\"p99_us\":%.1f,\"request_arena_bytes\":%zu,\"shop_bytes\":%zu,\"json_bytes\":%zu}\n",
           with, products, CART, HISTORY, REQUESTS, took[REQUESTS / 2], quiet, took[REQUESTS * 99 / 100], memory.used, facts.bytes, out.n);
}

/* ---- what visitors did ---- */
static void seen(ctx *c, counter_state *s, const char *source, uint32_t anchor_name, const char *item) {
    cell_key k = { { state_name(s, STR("product")), state_name(s, str_of(source)), anchor_name, state_name(s, str_of(item)), 0 } };
    const counter_sums x = { .impressions = 10, .looks = 6, .expected = 1, .late_expected = 0.3,
                             .clicks = (double)rng_below(&c->random, 3), .late_clicks = 0.2, .purchases = 0.1 };
    if (state_add(c, s, &k, &x, FAKE_NOW)) abort();
}

/* As full as a busy shop's: both sources of all products, and pairs of some that are looked at with what goes with them. */
static counters *count_visitors(ctx *c, const fake_shop *f, size_t products) {
    counters *k = NULL;
    char id[24];
    enum { PAIRS = 60000 };
    if (counters_new(c, NULL, &k)) abort();
    counters_shop *p = shop_find(k, FAKE_STORE, true);
    const counter_bounds most = { .cells = LIMIT_COUNTER_CELLS, .lines = 1, .answers = 1 };
    if (!p || state_new(c, FAKE_STORE, &most, 14.0 * MS_PER_DAY, &p->state)) abort();
    for (size_t i = 0; i < products; i++) {
        snprintf(id, sizeof id, "%zu", i);
        seen(c, p->state, "cross_sell", 0, id);
        seen(c, p->state, "personal", 0, id);
    }
    for (size_t i = 0; i < PAIRS && i < f->n_rules[FAKE_CROSS]; i++) {
        const fake_rule *r = &f->rules[FAKE_CROSS][rng_below(&c->random, f->n_rules[FAKE_CROSS])];
        snprintf(id, sizeof id, "%u", r->to);
        seen(c, p->state, "cross_sell", state_name(p->state, f->rows[r->from].product_id), id);
    }
    return k;
}

static void measure_live(size_t products) {
    AUTO_ARENA build;
    arena_init(&build, 4096 * MIB);
    ctx c;
    ctx_init(&c, &build);
    fake_shop f;
    fill_shop(&f, &c, products);
    counters *k = count_visitors(&c, &f, products);
    f.with_models = f.without_session = true;
    f.ranker = grow_ranker(&c), f.ranked = SNAPSHOT_RANKS_PRODUCT | SNAPSHOT_RANKS_STRANGER_PRODUCT;
    fake_counted(&f, k);
    fake_publish(&f, true);
    for (int turn = 0; turn < 4; turn++) {
        AUTO_SERVING s = fake_pin(&f);
        ((serving *)(uintptr_t)s)->counters = turn % 2 ? k : NULL;
        const char *alone = turn < 2 ? "everything, models alone" : "no quotas, models alone";
        ask_many(s, &c, products, turn < 2, turn % 2 ? "and what visitors did" : alone);
    }
    printf("{\"bench\":\"recommend\",\"cells\":%zu}\n", counters_get_facts(k, FAKE_STORE).cells);
    fake_done(&f);
    counters_free(k);
}

static void ask_by_all_scores(const serving *s, ctx *c, size_t products) {
    model *m = &s->loaded->snap->personal_model;
    const model_row *by_vectors = m->row;
    model_row plain = *by_vectors;
    plain.aim = NULL;
    m->row = &plain;
    ask_many(s, c, products, true, "the same, every product scored");
    m->row = by_vectors;
}

static void measure(size_t products, bool full, const char *personal) {
    AUTO_ARENA build;
    arena_init(&build, 4096 * MIB);
    ctx c;
    ctx_init(&c, &build);
    AUTO_FAKE f;
    fill_shop(&f, &c, products);
    f.with_models = full;
    f.without_session = true;
    if (personal) choose_model(&f, personal);
    if (full) f.ranker = grow_ranker(&c), f.ranked = SNAPSHOT_RANKS_PRODUCT | SNAPSHOT_RANKS_STRANGER_PRODUCT;
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    ask_many(s, &c, products, full, full ? "personal model, 500 candidates, ranker, quotas, variety" : "rules");
    if (personal) ask_by_all_scores(s, &c, products);
}

/* ---- what is looked at next ---- */
static void measure_visits(size_t products, const char *session) {
    AUTO_ARENA build;
    arena_init(&build, 4096 * MIB);
    ctx c;
    ctx_init(&c, &build);
    AUTO_FAKE f;
    fill_shop(&f, &c, products);
    f.with_models = true;
    f.session = session, f.visits = (uint32_t)products * 10;
    f.ranker = grow_ranker(&c), f.ranked = SNAPSHOT_RANKS_PRODUCT | SNAPSHOT_RANKS_STRANGER_PRODUCT;
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    model *m = &s->loaded->snap->session_model;
    const model_row *row = m->row;
    for (int turn = 0; turn < 4; turn++) {
        m->row = turn % 2 ? row : NULL;
        ask_many(s, &c, products, true, turn % 2 ? session : "everything, no session model");
    }
}

/* ---- all lists of a page ---- */
static const page_list page_of_product[] = {
    { .placement = { "product", 7 }, .source = SOURCE_CROSS_SELL, .n = 3, .bundle = true },
    { .placement = { "upsell", 6 }, .source = SOURCE_UPSELL, .n = 1 },
    { .placement = { "also_bought", 11 }, .source = SOURCE_ALL, .n = 8 }, { .placement = { "similar", 7 }, .source = SOURCE_ALL, .n = 8 },
};
enum { LISTS = COUNT(page_of_product) };

static err_code ask_each(ctx *c, const serving *s, const recommend_query *q, buf *out) {
    for (size_t i = 0; i < LISTS; i++) {
        recommend_query one = *q;
        one.placement = page_of_product[i].placement, one.source = page_of_product[i].source, one.n = page_of_product[i].n;
        TRY(recommend_write(c, s, &one, out, NULL));
    }
    return ERR_OK;
}

static double one_page(const serving *s, arena *a, rng *r, size_t products, bool at_once, buf *out) {
    ctx c;
    arena_reset(a);
    ctx_init(&c, a);
    recommend_trace traces[LISTS];
    recommend_event past[HISTORY];
    for (size_t i = 0; i < HISTORY; i++)
        past[i] = (recommend_event){ product_id(a, r, products), EVENT_VIEW, FAKE_NOW - (int64_t)i * MS_PER_HOUR };
    const recommend_query q = { .product_id = product_id(a, r, products), .history = { past, HISTORY }, .source = SOURCE_ALL };
    buf_reset(out);
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    if (at_once ? page_lists_write(&c, s, &q, page_of_product, LISTS, out, traces) : ask_each(&c, s, &q, out)) abort();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static void measure_page(size_t products) {
    AUTO_ARENA build, memory;
    arena_init(&build, 4096 * MIB);
    arena_init(&memory, LIMIT_REQUEST_ARENA);
    static double took[2][REQUESTS];
    ctx c;
    ctx_init(&c, &build);
    AUTO_FAKE f;
    AUTO_BUF out;
    buf_init(&out, MIB);
    fill_shop(&f, &c, products);
    f.with_models = f.without_session = true;
    f.ranker = grow_ranker(&c), f.ranked = SNAPSHOT_RANKS_PRODUCT | SNAPSHOT_RANKS_STRANGER_PRODUCT;
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    for (int i = -WARM_UP; i < REQUESTS; i++)
        for (int at_once = 0; at_once < 2; at_once++) {
            double us = one_page(s, &memory, &c.random, products, at_once, &out);
            if (i >= 0) took[at_once][i] = us;
        }
    for (int at_once = 0; at_once < 2; at_once++) {
        qsort(took[at_once], REQUESTS, sizeof **took, by_time);
        printf("{\"bench\":\"recommend_page\",\"with\":\"%s\",\"products\":%zu,\"lists\":%d,\"history\":%d,\"requests\":%d,\"p50_us\":%.1f,"
               "\"p99_us\":%.1f}\n", at_once ? "all at once" : "each by itself", products, (int)LISTS, HISTORY, REQUESTS,
               took[at_once][REQUESTS / 2], took[at_once][REQUESTS * 99 / 100]);
    }
}

int main(int argc, char **argv) {
    static const size_t shops[] = { 500, 5000, 50000 };
    int64_t one = 0;
    if (argc > 2 && !strcmp(argv[2], "live") && parse_i64(str_of(argv[1]), &one) && one > 10) {
        measure_live((size_t)one);
        return 0;
    }
    if (argc > 2 && !strcmp(argv[2], "visits") && parse_i64(str_of(argv[1]), &one) && one > 10) {
        static const char *const sessions[] = { "markov", "vmis_knn", "vstan" };
        for (size_t i = 0; i < COUNT(sessions); i++) measure_visits((size_t)one, sessions[i]);
        return 0;
    }
    if (argc > 2 && !strcmp(argv[2], "page") && parse_i64(str_of(argv[1]), &one) && one > 10) {
        measure_page((size_t)one);
        return 0;
    }
    if (argc > 1 && parse_i64(str_of(argv[1]), &one) && one > 10) measure((size_t)one, true, argc > 2 ? argv[2] : NULL);
    for (size_t i = 0; !one && i < COUNT(shops); i++) measure(shops[i], false, NULL), measure(shops[i], true, NULL);
    return 0;
}
