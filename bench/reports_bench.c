/* What reports cost: each of them over a log of so many answers in two weeks, three events an answer, one order of twenty answers; CPU
 * seconds and the most memory the process held. One JSON line a report. `reports_bench [ANSWERS]`. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "base/limits.h"
#include "base/parse.h"
#include "events/event.h"
#include "reports/reports.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"

enum { ITEMS = 6, PRODUCTS = 500, DAYS = 14, A_WRITE = 5000 };
#define DAY0 INT64_C(20540)                 /* 2026-03-28: a day of 23 hours is among them */

static void stop_on(ctx *c, err_code e) {
    if (!e) return;
    fprintf(stderr, "reports_bench: %s: %s\n", err_name(e), c->error.text);
    exit(1);
}

static str name_of(char room[24], const char *letter, uint64_t n) {
    int length = snprintf(room, 24, "%s%llu", letter, (unsigned long long)n);
    return (str){ room, (size_t)length };
}

typedef struct { ctx *c; db *d; rng r; int64_t event_number; char rec_id[REC_ID_LENGTH + 1], visitor[24], product[24]; } maker;

static void put_event(maker *m, const char *kind, int64_t ms, bool with_product, bool with_answer) {
    const logged_event e = { .store_id = 1, .event_id = (ms << EVENT_ID_BITS) + m->event_number++ % 1000000, .kind = str_of(kind),
                             .time_ms = ms, .visitor_id = str_of(m->visitor), .session_id = str_of(m->visitor),
                             .product_id = with_product ? str_of(m->product) : STR(""),
                             .rec_id = with_answer ? str_of(m->rec_id) : STR("") };
    stop_on(m->c, storage_put(m->c, m->d, &logged_event_entity, &e));
}

static void put_order(maker *m, uint64_t number, int64_t ms) {
    char id[24];
    const str order_id = name_of(id, "o", number);
    const order o = { .store_id = 1, .order_id = order_id, .status = STR("completed"), .total = 5000 + (int64_t)rng_below(&m->r, 20000),
                      .created_ms = ms, .visitor_id = str_of(m->visitor) };
    const order_line l = { .store_id = 1, .order_id = order_id, .line_id = STR("1"), .kind = STR("item"), .product_id = str_of(m->product),
                           .quantity = 1, .total = 5000 };
    const attribution t = { .store_id = 1, .order_id = order_id, .line_id = STR("1"), .how = STR("click"), .rec_id = str_of(m->rec_id),
                            .placement = STR("home"), .source = STR("popular"), .product_id = str_of(m->product), .ordered_ms = ms,
                            .value = 5000 };
    stop_on(m->c, storage_put(m->c, m->d, &order_entity, &o));
    stop_on(m->c, storage_put(m->c, m->d, &order_line_entity, &l));
    stop_on(m->c, storage_put(m->c, m->d, &attribution_entity, &t));
}

static str items_of(maker *m) {
    buf b;
    json_out w;
    char id[24];
    buf_init_in(&b, m->c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_array(&w);
    for (int i = 0; i < ITEMS; i++) {
        str product_id = name_of(id, "p", rng_below(&m->r, PRODUCTS));
        if (!i) snprintf(m->product, sizeof m->product, "%s", id);
        exposed_item_write(&w, &(exposed_item){ product_id, STR("popular"), 0.1, 1, 1000 });
    }
    jw_end_array(&w);
    stop_on(m->c, buf_err(&b));
    return buf_view(&b);
}

static void put_answer(maker *m, uint64_t i, uint64_t n) {
    int64_t ms = DAY0 * MS_PER_DAY + (int64_t)(i * (DAYS - 1) * (uint64_t)MS_PER_DAY / n);
    uint64_t who = rng_below(&m->r, n / 3 + 1);
    name_of(m->visitor, "v", who);
    rec_id_make(ms, &m->r, m->rec_id);
    const exposure x = { .store_id = 1, .rec_id = str_of(m->rec_id), .time_ms = ms, .visitor_id = str_of(m->visitor),
                         .placement = STR("home"), .held_out = who % 20 == 0, .items = items_of(m) };
    stop_on(m->c, storage_put(m->c, m->d, &exposure_entity, &x));
    put_event(m, "impression", ms + 1000, false, true);
    put_event(m, "view", ms + 1500, true, false);
    put_event(m, rng_below(&m->r, 10) ? "view" : "click", ms + 2000, true, true);
    if (i % 20 == 0) put_order(m, i, ms + 3000);
}

static void put_log(ctx *c, db *d, uint64_t n) {
    maker m = { .c = c, .d = d };
    rng_seed(&m.r, 1);
    stop_on(c, storage_put(c, d, &store_entity, &(store){ .store_id = 1, .name = STR("bench"), .currency = STR("RON"),
                                                          .time_zone = STR("Europe/Bucharest") }));
    for (uint64_t i = 0; i < n;) {
        arena_mark mark = arena_save(c->arena);
        stop_on(c, storage_begin(c, d, STORAGE_WRITE));
        for (uint64_t end = i + A_WRITE < n ? i + A_WRITE : n; i < end; i++) put_answer(&m, i, n);
        stop_on(c, storage_commit(c, d));
        arena_restore(c->arena, mark);
    }
}

static void time_report(ctx *c, db *d, uint64_t answers, const char *name, const char *by) {
    AUTO_BUF out;
    struct rusage used;
    const report_request q = { .name = str_of(name), .by = str_of(by), .from = STR("2026-03-28"), .to = STR("2026-04-10") };
    buf_init(&out, 64 * MIB);
    int64_t began_us = cpu_time_us();
    stop_on(c, report_write(c, d, 1, &q, &out));
    double seconds = (double)(cpu_time_us() - began_us) / 1e6;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"bench\":\"report\",\"report\":\"%s\",\"by\":\"%s\",\"answers\":%llu,\"events\":%llu,\"cpu_seconds\":%.2f,"
           "\"most_mib\":%ld}\n", name, by, (unsigned long long)answers, (unsigned long long)answers * 3, seconds, used.ru_maxrss / 1024);
}

int main(int argc, char **argv) {
    static const struct { const char *name, *by; } asked[] = {
        { "summary", "" }, { "summary", "day" }, { "caused", "" }, { "caused", "day" }, { "performance", "product" },
        { "performance", "day,placement,source,product" }, { "funnel", "" }, { "affinity", "" },
    };
    AUTO_ARENA home;
    ctx c;
    db *d = NULL;
    uint64_t answers = 300000;
    char folder[] = "/tmp/vitrine-reports-XXXXXX", url[64];
    arena_init(&home, 256 * MIB);
    ctx_init(&c, &home);
    if (argc > 1 && !parse_u64(str_of(argv[1]), &answers)) return 2;
    if (!mkdtemp(folder)) return 1;
    snprintf(url, sizeof url, "sqlite:%s/vitrine.db", folder);
    stop_on(&c, storage_open(&c, &(db_options){ .url = str_of(url) }, &d));
    stop_on(&c, storage_migrate(&c, d));
    put_log(&c, d, answers);
    for (size_t i = 0; i < COUNT(asked); i++) time_report(&c, d, answers, asked[i].name, asked[i].by);
    storage_close(d);
    snprintf(url, sizeof url, "rm -r %s", folder);
    return system(url) == 0 ? 0 : 1;
}
