/* How long one answer takes: recommend() and recommend_json() together, for shops of 500, 5,000 and 50,000 products, a cart of
 * 5 and a history of 50. One JSON line a shop; times in microseconds of one thread. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/limits.h"
#include "tests/decide/fake_shop.h"
#include "tests/decide/fake_shop.c"

enum { RULES = 50, REQUESTS = 4000, WARM_UP = 400, CART = 5, HISTORY = 50, CATEGORIES = 40 };

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
                if (to != i) f->rules[list][f->n_rules[list]++] = (fake_rule){ (uint32_t)i, to, 0.3f / (float)(k + 1), 5 };
            }
}

static str product_id(arena *a, rng *r, size_t products) {
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)rng_below(r, products));
    return str_dup(a, str_of(id));
}

static double one_answer(const serving *s, arena *a, rng *r, size_t products, buf *out) {
    ctx c;
    arena_reset(a);
    ctx_init(&c, a);
    str cart[CART];
    recommend_event history[HISTORY];
    for (size_t i = 0; i < CART; i++) cart[i] = product_id(a, r, products);
    for (size_t i = 0; i < HISTORY; i++) history[i] = (recommend_event){ .product_id = product_id(a, r, products) };
    recommend_query q = { .product_id = product_id(a, r, products), .cart = { cart, CART }, .history = { history, HISTORY },
                          .source = SOURCE_ALL, .n = 8 };
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    recommend_answer answer;
    if (recommend(&c, s, &q, &answer) || answer.n != 8) abort();
    buf_reset(out);
    json_out w;
    jw_init(&w, out);
    recommend_json(&w, s, &answer);
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
}

static int by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(size_t products) {
    AUTO_ARENA build, request;
    arena_init(&build, 4096 * MIB);
    arena_init(&request, LIMIT_REQUEST_ARENA);
    ctx c;
    ctx_init(&c, &build);
    AUTO_FAKE f;
    fill_shop(&f, &c, products);
    fake_publish(&f, true);
    AUTO_SERVING s = fake_pin(&f);
    static double took[REQUESTS];
    AUTO_BUF out;
    buf_init(&out, MIB);
    for (int i = 0; i < WARM_UP; i++) one_answer(s, &request, &c.random, products, &out);
    for (int i = 0; i < REQUESTS; i++) took[i] = one_answer(s, &request, &c.random, products, &out);
    qsort(took, REQUESTS, sizeof *took, by_time);
    serving_facts facts;
    serving_get_facts(s, &facts);
    printf("{\"bench\":\"recommend\",\"products\":%zu,\"cart\":%d,\"history\":%d,\"n\":8,\"requests\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f,"
           "\"request_arena_bytes\":%zu,\"shop_bytes\":%zu,\"json_bytes\":%zu}\n",
           products, CART, HISTORY, REQUESTS, took[REQUESTS / 2], took[REQUESTS * 99 / 100], request.used, facts.bytes, out.n);
}

int main(void) {
    static const size_t shops[] = { 500, 5000, 50000 };
    for (size_t i = 0; i < COUNT(shops); i++) measure(shops[i]);
    return 0;
}
