/* Training of whole shops, from the database to the snapshot file: a small one, and one of 50,000 products and 100,000 orders.
 * One JSON line a shop: what was learned, milliseconds of each step, processor seconds and peak memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/limits.h"
#include "decide/learn.h"

typedef struct { const char *name; int products, categories, orders; } bench_shop;
static const bench_shop shops[] = { { "500_products", 500, 40, 5000 }, { "50000_products", 50000, 800, 100000 } };

static const char *const nouns[] = { "Lampă", "Scaun", "Masă", "Covor", "Raft", "Oglindă", "Pernă", "Vază", "Ceas", "Cuier" };
static const char *const rooms[] = { "birou", "living", "dormitor", "bucătărie", "hol", "terasă", "baie", "copii" };
static const char *const stuffs[] = { "lemn", "metal", "sticlă", "bumbac", "ceramică", "bambus", "piele", "marmură", "plastic" };
#define ANY(c, list) list[rng_below(&(c)->random, COUNT(list))]

static str id_of(ctx *c, char kind, int n) {
    buf b;
    buf_init_in(&b, c->arena, 64);
    buf_printf(&b, "%c%d", kind, n);
    return buf_view(&b);
}

static err_code put_product(ctx *c, db *d, const bench_shop *s, int i) {
    buf name, text;
    buf_init_in(&name, c->arena, 300);
    buf_init_in(&text, c->arena, 4000);
    buf_printf(&name, "%s de %s din %s model %d", ANY(c, nouns), ANY(c, rooms), ANY(c, stuffs), (int)rng_below(&c->random, 5000));
    for (int w = 0; w < 60; w++)
        buf_printf(&text, "<b>%s</b> %s cuvânt%d ", ANY(c, stuffs), ANY(c, rooms), (int)rng_below(&c->random, 20000));
    product p = { .store_id = 1, .product_id = id_of(c, 'p', i), .status = STR("publish"), .name = buf_view(&name),
                  .description = buf_view(&text), .stock_status = STR("instock"),
                  .price = SOME(1000 + (int64_t)rng_below(&c->random, 100000)) };
    product_category link = { .store_id = 1, .product_id = p.product_id, .category_id = id_of(c, 'c', i % s->categories) };
    TRY(storage_put(c, d, &product_entity, &p));
    return storage_put(c, d, &product_category_entity, &link);
}

/* Three lines; the first is a popular product, the others its neighbours, so that there is something to learn. */
static err_code put_order(ctx *c, db *d, const bench_shop *s, int i) {
    order o = { .store_id = 1, .order_id = id_of(c, 'o', i), .status = STR("completed"), .customer_id = id_of(c, 'c', i % 20000),
                .created_ms = INT64_C(1700000000000) + (int64_t)i * 30000000000 / s->orders };
    double u = rng_unit(&c->random);
    int first = (int)(u * u * s->products);
    TRY(storage_put(c, d, &order_entity, &o));
    for (int k = 0; k < 3; k++) {
        int item = (first + (k ? (int)rng_below(&c->random, 8) : 0)) % s->products;
        order_line l = { .store_id = 1, .order_id = o.order_id, .line_id = id_of(c, 'o', k), .kind = STR("item"),
                         .product_id = id_of(c, 'p', item), .quantity = 1 };
        TRY(storage_put(c, d, &order_line_entity, &l));
    }
    return ERR_OK;
}

typedef err_code put_one(ctx *c, db *d, const bench_shop *s, int i);

static err_code put_all(ctx *c, db *d, const bench_shop *s, int n, put_one *put) {
    for (int i = 0; i < n; i++) {
        arena_mark mark = arena_save(c->arena);
        TRY(put(c, d, s, i));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static err_code put_category(ctx *c, db *d, const bench_shop *s, int i) {
    (void)s;                                                    /* same form as the others */
    return storage_put(c, d, &category_entity, &(category){ .store_id = 1, .category_id = id_of(c, 'c', i) });
}

static err_code make_shop(ctx *c, const char *folder, const bench_shop *s, db **ret_db) {
    buf url;
    buf_init_in(&url, c->arena, 4096);
    buf_printf(&url, "sqlite:%s/%s.db", folder, s->name);
    TRY(storage_open(c, &(db_options){ .url = buf_view(&url) }, ret_db));
    TRY(storage_migrate(c, *ret_db));
    TRY(storage_begin(c, *ret_db, STORAGE_WRITE));
    TRY(put_all(c, *ret_db, s, s->categories, put_category));
    TRY(put_all(c, *ret_db, s, s->products, put_product));
    TRY(put_all(c, *ret_db, s, s->orders, put_order));
    return storage_commit(c, *ret_db);
}

static err_code measure(ctx *c, const char *folder, const bench_shop *s, learn_report *ret_report, double *ret_cpu_s) {
    db *d = NULL;
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/%s.snap", folder, s->name);
    err_code e = make_shop(c, folder, s, &d);
    learn_params p = learn_default_params();
    p.as_of_ms = INT64_C(1730000000000);
    int64_t before = cpu_time_us();
    if (!e) e = learn_store(c, d, 1, &p, path.p, ret_report);
    *ret_cpu_s = (double)(cpu_time_us() - before) / 1e6;
    storage_close(d);
    return e;
}

static err_code print_line(const bench_shop *s, const learn_report *r, double cpu_s) {
    AUTO_BUF b;
    buf_init(&b, 64 * KIB);
    json_out w;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_text(&w, "bench", "learn");
    jw_member_text(&w, "case", s->name);
    learn_report_write(&w, r);
    jw_member_fixed(&w, "cpu_s", cpu_s, 3);
    jw_member_fixed(&w, "peak_mb", (double)use.ru_maxrss / 1024, 1);
    jw_end_object(&w);
    if (buf_err(&b)) return buf_err(&b);
    puts(b.p);
    return ERR_OK;
}

int main(void) {
    char folder[] = "/tmp/vitrine-bench-XXXXXX", command[64];
    if (!mkdtemp(folder)) return 1;
    err_code e = ERR_OK;
    for (size_t i = 0; i < COUNT(shops) && !e; i++) {
        AUTO_ARENA a;
        arena_init(&a, LIMIT_JOB_ARENA);
        ctx c;
        ctx_init(&c, &a);
        learn_report r;
        double cpu_s = 0;
        e = measure(&c, folder, &shops[i], &r, &cpu_s);
        if (!e) e = print_line(&shops[i], &r, cpu_s);
        if (e) fprintf(stderr, "%s: %s (%s)\n", shops[i].name, err_name(e), c.error.text);
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) != 0 || e;
}
