/* The database as a sync, a webhook and a loader of catalogues use it. One JSON line a figure: rows (or writes) a second, wall
 * clock, syncs to disk included; then the file's size and the peak memory. The folder of the file: first argument, else /tmp. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "storage/storage.h"
#include "stores/sink.h"
#include "stores/stores.h"

enum { PRODUCTS = 10000, PAGE = 100, WRITES = 20000 };

typedef struct { ctx *c; db *d; db_options o; int64_t began_us; } bench;

static void stop_on(ctx *c, err_code e) {
    if (!e) return;
    fprintf(stderr, "storage_bench: %s: %s\n", err_name(e), c->error.text);
    exit(1);
}

static void begin(bench *b) { b->began_us = b->c->time->mono_us(b->c->time); }

static void report(const bench *b, const char *what, int64_t n) {
    double seconds = (double)(b->c->time->mono_us(b->c->time) - b->began_us) / 1e6;
    printf("{\"bench\":\"storage\",\"case\":\"%s\",\"n\":%lld,\"seconds\":%.3f,\"per_second\":%.0f}\n", what, (long long)n, seconds,
           (double)n / seconds);
}

static void put_product(bench *b, const connect_sink *k, int number, const char *name) {
    char id[16], text[900];
    snprintf(id, sizeof id, "%d", number);
    memset(text, 'x', sizeof text);
    str key = str_of(id);
    product p = { .store_id = 1, .product_id = key, .name = str_of(name), .description = { text, sizeof text },
                  .price = SOME(1000 + number) };
    product_category cats[] = { { 1, key, STR("1"), 0 }, { 1, key, STR("2"), 1 } };
    product_image image = { .store_id = 1, .product_id = key, .src = STR("https://shop.example/wp-content/uploads/2026/11/a-picture.jpg") };
    record r = { .e = &product_entity, .row = &p };
    record_add(&r, &product_category_entity, cats, 2);
    record_add(&r, &product_image_entity, &image, 1);
    stop_on(b->c, k->put(b->c, k->self, &r, NULL));
}

/* As a connector does it: pages of 100, a checkpoint behind each. */
static void sync_products(bench *b, const char *what, const char *name) {
    store_sink *s = NULL;
    stop_on(b->c, store_sink_new(b->c, &(store_sink_options){ .d = b->d, .store_id = 1 }, &s));
    const connect_sink *k = store_sink_door(s);
    begin(b);
    for (int i = 0; i < PRODUCTS; i++) {
        arena_mark before = arena_save(b->c->arena);
        put_product(b, k, i, name);
        arena_restore(b->c->arena, before);
        if (i % PAGE == PAGE - 1) stop_on(b->c, k->checkpoint(b->c, k->self, &(sync_cursor){ .resource = STR("products") }));
    }
    report(b, what, PRODUCTS);
    store_sink_free(s);
}

static void scan_products(bench *b) {
    product key = { .store_id = 1 }, last = key, *rows = NULL;
    int64_t seen = 0;
    begin(b);
    for (size_t n = 500, page = 0; n == 500; page++) {
        stop_on(b->c, storage_scan(b->c, b->d, &product_entity, &key, 1, page ? &last : NULL, 500, &rows, &n));
        if (n) last = rows[n - 1];
        seen += (int64_t)n;
    }
    report(b, "scan_products", seen);
}

static err_code put_tag(ctx *c, db *d, void *arg) {
    char id[16];
    snprintf(id, sizeof id, "%d", *(int *)arg);
    return storage_put(c, d, &tag_entity, &(tag){ .store_id = 1, .tag_id = str_of(id) });
}

static void commit_many(bench *b) {
    committer *m = NULL;
    int *numbers = arena_new(b->c->arena, int, WRITES);
    if (!numbers) exit(1);
    stop_on(b->c, committer_new(b->c, &b->o, 1024, &m));
    begin(b);
    for (int i = 0; i < WRITES; i++) {
        numbers[i] = i;
        while (committer_give(m, put_tag, NULL, &numbers[i]) == ERR_BUSY) sched_yield();
    }
    committer_free(m);
    report(b, "group_commit_many", WRITES);
}

static void commit_one_by_one(bench *b) {
    committer *m = NULL;
    stop_on(b->c, committer_new(b->c, &b->o, 1024, &m));
    begin(b);
    for (int i = 0; i < 500; i++) stop_on(b->c, committer_wait(b->c, m, put_tag, &i));
    report(b, "group_commit_one_by_one", 500);
    committer_free(m);
}

int main(int argc, char **argv) {
    char folder[256], url[400], path[300];
    arena home;
    ctx c;
    snprintf(folder, sizeof folder, "%s/vitrine-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
    if (!mkdtemp(folder)) return 1;
    snprintf(path, sizeof path, "%s/bench.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    arena_init(&home, 1024 * MIB);
    ctx_init(&c, &home);
    bench b = { .c = &c, .o = { .url = str_of(url) } };
    store shop;
    stop_on(&c, storage_open(&c, &b.o, &b.d));
    stop_on(&c, storage_migrate(&c, b.d));
    stop_on(&c, store_create(&c, b.d, &(store_order){ .name = STR("bench"), .platform = STR("demo") }, &shop));
    sync_products(&b, "sync_new_products", "a");
    sync_products(&b, "sync_same_products", "a");
    sync_products(&b, "sync_changed_products", "b");
    scan_products(&b);
    commit_many(&b);
    commit_one_by_one(&b);
    storage_close(b.d);
    struct stat s = { 0 };
    struct rusage usage = { 0 };
    if (stat(path, &s) || getrusage(RUSAGE_SELF, &usage)) return 1;
    printf("{\"bench\":\"storage\",\"case\":\"file\",\"bytes\":%lld,\"peak_kb\":%ld}\n", (long long)s.st_size, usage.ru_maxrss);
    arena_done(&home);
    return unlink(path) || rmdir(folder);
}
