/* What counting costs: events about answers written with and without the counters, a load from kept rows, a count of the whole log. Every
 * answer has 8 items; each is seen, three of ten are clicked, and half the events are of no answer at all, as on a page. One JSON line a
 * figure, CPU microseconds an event. `counters_bench [ANSWERS]`. */
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/parse.h"
#include "events/counters.h"
#include "schema/exposed_items.h"

enum { BATCH = 500, ITEMS = 8, PRODUCTS = 5000, TOLD = 4 };

static void stop_on(ctx *c, err_code e) {
    if (!e) return;
    fprintf(stderr, "counters_bench: %s: %s\n", err_name(e), c->error.text);
    exit(1);
}

static void id_of(char out[24], const char *letter, uint64_t n) { snprintf(out, 24, "%s%09llu", letter, (unsigned long long)n); }

static void put_answer(ctx *c, db *d, uint64_t number) {
    buf text;
    json_out w;
    char rec_id[24], item[24], anchor[24];
    buf_init_in(&text, c->arena, 4096);
    jw_init(&w, &text);
    jw_array(&w);
    for (uint64_t i = 0; i < ITEMS; i++) {
        id_of(item, "p", (number * 31 + i * 7) % PRODUCTS);
        exposed_item_write(&w, &(exposed_item){ str_of(item), i % 3 ? STR("cross_sell") : STR("personal"), 0.1, 0.9, 1000 });
    }
    jw_end_array(&w);
    id_of(rec_id, "r", number);
    id_of(anchor, "p", number % (PRODUCTS / 10));
    stop_on(c, storage_put(c, d, &exposure_entity, &(exposure){ .store_id = 1, .rec_id = str_of(rec_id), .time_ms = ctx_now_ms(c),
        .placement = STR("product"), .product_id = str_of(anchor), .items = buf_view(&text) }));
}

static void put_answers(ctx *c, db *d, uint64_t n) {
    stop_on(c, storage_begin(c, d, STORAGE_WRITE));
    for (uint64_t i = 0; i < n; i++) {
        arena_mark m = arena_save(c->arena);
        put_answer(c, d, i);
        arena_restore(c->arena, m);
    }
    stop_on(c, storage_commit(c, d));
}

typedef struct { char rec[24], item[24]; } event_room;

/* Two views of pages, then what was done with the answer there. */
static visitor_event make_event(ctx *c, uint64_t number, event_room *room) {
    static const char *const kinds[TOLD] = { "view", "impression", "view", "click" };
    uint64_t answer_number = number / TOLD, what = number % TOLD;
    bool clicked = what == 3 && answer_number % 10 < 3;
    id_of(room->rec, "r", answer_number);
    id_of(room->item, "p", (answer_number * 31 + answer_number % ITEMS * 7) % PRODUCTS);
    return (visitor_event){ .row = { .store_id = 1, .event_id = (ctx_now_ms(c) << 20) + (int64_t)number, .visitor_id = STR("v"),
        .kind = str_of(what == 3 && !clicked ? "view" : kinds[what]), .time_ms = ctx_now_ms(c),
        .rec_id = what == 1 || clicked ? str_of(room->rec) : STR(""), .product_id = what == 1 ? STR("") : str_of(room->item) } };
}

static void write_events(ctx *c, db *d, counters *k, uint64_t from, uint64_t to) {
    static visitor_event events[BATCH];
    static event_room rooms[BATCH];
    const visitor_event *list[BATCH];
    event_taker t = k ? counters_taker(k) : (event_taker){ 0 };
    for (uint64_t at = from; at < to; at += BATCH) {
        arena_mark m = arena_save(c->arena);
        stop_on(c, storage_begin(c, d, STORAGE_WRITE));
        for (size_t i = 0; i < BATCH; i++) {
            events[i] = make_event(c, at + i, &rooms[i]);
            list[i] = &events[i];
            stop_on(c, storage_put(c, d, &logged_event_entity, &events[i].row));
        }
        if (k) stop_on(c, t.write(c, d, t.arg, list, BATCH));
        stop_on(c, storage_commit(c, d));
        if (k) t.taken(c, t.arg, list, BATCH);
        arena_restore(c->arena, m);
    }
}

static void print(const char *what, int64_t since_us, uint64_t events) {
    printf("{\"bench\":\"counters\",\"what\":\"%s\",\"events\":%llu,\"cpu_us_an_event\":%.2f}\n", what, (unsigned long long)events,
           (double)(cpu_time_us() - since_us) / (double)events);
}

static void bench(ctx *c, const char *folder, uint64_t answers) {
    char url[200];
    db *d = NULL;
    counters *k = NULL, *again = NULL;
    uint64_t events = answers * TOLD;
    snprintf(url, sizeof url, "sqlite:%s/bench.db", folder);
    stop_on(c, storage_open(c, &(db_options){ .url = str_of(url), .cache_bytes = 64 * MIB }, &d));
    stop_on(c, storage_migrate(c, d));
    stop_on(c, counters_new(c, NULL, &k));
    stop_on(c, counters_new(c, NULL, &again));
    put_answers(c, d, 2 * answers);
    int64_t us = cpu_time_us();
    write_events(c, d, NULL, 0, events);
    print("written, not counted", us, events);
    stop_on(c, counters_load(c, k, d, 1));
    us = cpu_time_us();
    write_events(c, d, k, events, 2 * events);
    print("written and counted", us, events);
    stop_on(c, counters_keep(c, k, d));
    us = cpu_time_us();
    stop_on(c, counters_load(c, again, d, 1));
    print("loaded from rows, the last day's answers told apart", us, 2 * events);
    us = cpu_time_us();
    stop_on(c, counters_recount(c, k, d, 1));
    print("counted anew from the log", us, 2 * events);
    printf("{\"bench\":\"counters\",\"cells\":%zu}\n", counters_get_facts(k, 1).cells);
    counters_free(k);
    counters_free(again);
    storage_close(d);
}

int main(int argc, char **argv) {
    AUTO_ARENA home;
    ctx c;
    char folder[] = "/tmp/vitrine-bench-XXXXXX", command[100];
    int64_t answers = 50000;
    arena_init(&home, 512 * MIB);
    ctx_init(&c, &home);
    if (argc > 1 && (!parse_int_in(str_of(argv[1]), BATCH, 10000000, &answers) || answers % BATCH)) return 1;
    if (!mkdtemp(folder)) return 1;
    bench(&c, folder, (uint64_t)answers);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
