/* Counters of the learning loop: a function of the log, whatever happened on the way to it. */
#include "events/counters.h"
#include "events/counters_int.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/thread.h"
#include "events/attribution.h"
#include "events/exposures.h"
#include "events/person.h"
#include "schema/exposed_items.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define DAY ((int64_t)MS_PER_DAY)
#define START (INT64_C(20000) * DAY)
enum { ANSWERS = 40, EVENTS = 400, ORDERS = 12, SHOWN = 6, BATCH = 7 };

/* One answer as shown, and what the reference counted of it. */
typedef struct {
    char rec_id[32];
    const char *placement, *anchor, *arms, *item[SHOWN], *source[SHOWN];
    double probability[SHOWN];
    int64_t time_ms;
    size_t n;
    bool held_out, seen[SHOWN], clicked[SHOWN], carted[SHOWN];
} answer;

/* A shop, its database, and the counters of up to two processes. */
typedef struct {
    ctx *c;
    time_source clock;
    db_options o;
    db *d;
    counters *k[2];
    counter_bounds most;
    rng luck;
    answer answers[ANSWERS];
    size_t n_answers;
    logged_event log[EVENTS];
    size_t n_log;
    size_t n_orders;
    int64_t last_id;
} shop;

static const char *const items[] = { "lamp", "bulb", "desk", "chair", "sofa", "rug", "vase", "clock" };
static const char *const sources[] = { "cross_sell", "popular", "personal" };
static const char *const placements[] = { "product", "cart" };
static const char *const anchors[] = { "", "desk", "sofa" };
static const char *const arms[] = { "", "3=b", "3=a 7=c" };

static void put(shop *s, const entity *e, const void *row) { assert_ok(s->c, storage_put(s->c, s->d, e, row)); }
static size_t one_of(shop *s, size_t n) { return (size_t)rng_below(&s->luck, n); }
static bool chance(shop *s, double p) { return rng_unit(&s->luck) < p; }

static void shop_open(shop *s, ctx *c, const backend *b, uint64_t seed) {
    *s = (shop){ .c = c, .clock = time_source_manual(START) };
    s->d = test_database(c, b, &s->o);
    c->time = &s->clock;
    rng_seed(&s->luck, seed);
    put(s, &store_entity, &(store){ .store_id = 1, .name = STR("shop"), .currency = STR("RON") });
    for (int i = 0; i < 2; i++) assert_ok(c, counters_new(c, NULL, &s->k[i]));
}

static void shop_close(shop *s) {
    for (int i = 0; i < 2; i++) counters_free(s->k[i]);
    storage_close(s->d);
}

/* ---- what happens ---- */
static void put_answer(shop *s, const answer *a) {
    buf text;
    json_out w;
    buf_init_in(&text, s->c->arena, 64 * KIB);
    jw_init(&w, &text);
    jw_array(&w);
    for (size_t i = 0; i < a->n; i++)
        exposed_item_write(&w, &(exposed_item){ str_of(a->item[i]), str_of(a->source[i]), a->probability[i], 1, 100 });
    jw_end_array(&w);
    put(s, &exposure_entity,
        &(exposure){ .store_id = 1, .rec_id = str_of(a->rec_id), .time_ms = a->time_ms, .visitor_id = STR("x"), .held_out = a->held_out,
                     .placement = str_of(a->placement), .product_id = str_of(a->anchor), .arms = str_of(a->arms),
                     .items = buf_view(&text) });
}

static answer *show(shop *s) {
    answer *a = &s->answers[s->n_answers];
    *a = (answer){ .placement = placements[one_of(s, 2)], .anchor = anchors[one_of(s, 3)], .arms = arms[one_of(s, 3)],
                   .time_ms = s->clock.manual_ms, .n = 1 + one_of(s, SHOWN), .held_out = chance(s, 0.1) };
    snprintf(a->rec_id, sizeof a->rec_id, "r%03zu", s->n_answers++);
    size_t first = one_of(s, COUNT(items));
    for (size_t i = 0; i < a->n; i++) {
        a->item[i] = items[(first + i) % COUNT(items)];
        a->source[i] = sources[one_of(s, 3)];
        a->probability[i] = (double)(1 + one_of(s, 50)) / 100;
    }
    put_answer(s, a);
    return a;
}

static logged_event *say(shop *s, const char *kind, const char *rec_id, const char *item) {
    logged_event *e = &s->log[s->n_log++];
    int64_t id = s->clock.manual_ms << 20;
    s->last_id = id > s->last_id ? id : s->last_id + 1;
    *e = (logged_event){ .store_id = 1, .event_id = s->last_id, .kind = str_of(kind), .visitor_id = STR("x"), .time_ms = s->clock.manual_ms,
                         .rec_id = str_of(rec_id), .product_id = str_of(item) };
    return e;
}

static void say_anything(shop *s) {
    static const char *const kinds[] = { "impression", "impression", "click", "click", "cart_add", "view" };
    answer *a = &s->answers[one_of(s, s->n_answers)];
    const char *kind = kinds[one_of(s, COUNT(kinds))], *item = a->item[one_of(s, a->n)];
    logged_event *e = say(s, kind, chance(s, 0.05) ? "unknown" : a->rec_id, chance(s, 0.1) ? "elsewhere" : item);
    e->robot = chance(s, 0.1);
    if (chance(s, 0.2)) e->time_ms -= (int64_t)one_of(s, 3 * MS_PER_HOUR);
    if (strcmp(kind, "impression") || chance(s, 0.3)) return;
    e->product_id = STR("");
    if (chance(s, 0.5)) e->items = STR("[[\"desk\"],[\"sofa\"],[\"bulb\"]]");
}

static void place_order(shop *s, const char *id, const char *status, int64_t refunded, int64_t hash) {
    const answer *a = &s->answers[one_of(s, s->n_answers)];
    put(s, &order_entity, &(order){ .store_id = 1, .order_id = str_of(id), .status = str_of(status), .total = 30000, .visitor_id = STR("x"),
                                    .rec_ids = chance(s, 0.3) ? str_of(a->rec_id) : STR(""), .created_ms = s->clock.manual_ms,
                                    .payload_hash = hash });
    for (size_t i = 0; i < 3; i++) {
        char line[8];
        snprintf(line, sizeof line, "%zu", i);
        put(s, &order_line_entity, &(order_line){ .store_id = 1, .order_id = str_of(id), .line_id = str_of(line), .kind = STR("item"),
                                                  .product_id = str_of(a->item[i % a->n]), .quantity = 1, .total = 10000 });
    }
    if (refunded) put(s, &refund_entity, &(refund){ .store_id = 1, .order_id = str_of(id), .refund_id = STR("1"), .amount = refunded });
}

/* ---- the taker, as the committer calls it ---- */
static void attribute_bought(shop *s, const logged_event *e) {
    if (e->order_id.n) assert_ok(s->c, attribution_store(s->c, s->d, 1, e->order_id));
}

static void write_batch(shop *s, int process, size_t from, size_t n, bool fails) {
    visitor_event events[BATCH];
    const visitor_event *list[BATCH];
    event_taker t = counters_taker(s->k[process]);
    assert_ok(s->c, storage_begin(s->c, s->d, STORAGE_WRITE));
    for (size_t i = 0; i < n; i++) {
        events[i] = (visitor_event){ .row = s->log[from + i] };
        list[i] = &events[i];
        put(s, &logged_event_entity, &events[i].row);
        attribute_bought(s, &events[i].row);
    }
    assert_ok(s->c, t.write(s->c, s->d, t.arg, list, n));
    if (fails) {
        storage_rollback(s->d);
        return;
    }
    assert_ok(s->c, storage_commit(s->c, s->d));
    t.taken(s->c, t.arg, list, n);
}

static void restart(shop *s, int process, bool kept) {
    if (kept) assert_ok(s->c, counters_keep(s->c, s->k[process], s->d));
    counters_free(s->k[process]);
    assert_ok(s->c, counters_new(s->c, &s->most, &s->k[process]));
    assert_ok(s->c, counters_load(s->c, s->k[process], s->d, 1));
}

/* ---- the slow reference: every event against every answer, no state but what was told of each position ---- */
typedef struct { const char *of[5]; } cell_name;
static double weight(int64_t now_ms, int64_t time_ms, double days) { return exp2(-(double)(now_ms - time_ms) / (days * (double)DAY)); }

static bool has_arm(const char *told, const char *arm) {
    const char *at = strstr(told, arm);
    return at && (at == told || at[-1] == ' ') && (at[strlen(arm)] == 0 || at[strlen(arm)] == ' ');
}

static bool is_of(const cell_name *k, const char *placement, const char *source, const char *anchor, const char *item, const char *told) {
    return !strcmp(k->of[0], placement) && (!*k->of[1] || !strcmp(k->of[1], source)) && (!*k->of[2] || !strcmp(k->of[2], anchor)) &&
           (!*k->of[3] || !strcmp(k->of[3], item)) && (!*k->of[4] || has_arm(told, k->of[4]));
}

static answer *answer_of(shop *s, str rec_id) {
    for (size_t i = 0; i < s->n_answers; i++)
        if (str_eq(rec_id, str_of(s->answers[i].rec_id))) return &s->answers[i];
    return NULL;
}

static bool is_told(const logged_event *e, const answer *a, size_t i) {
    bool shown = str_eq(e->kind, STR("impression"));
    str item = str_of(a->item[i]);
    if (e->product_id.n) return str_eq(e->product_id, item);
    return shown && (!e->items.n || str_eq(item, STR("desk")) || str_eq(item, STR("sofa")) || str_eq(item, STR("bulb")));
}

static void add_position(shop *s, const logged_event *e, answer *a, size_t i, const cell_name *k, counter_sums *x) {
    bool click = str_eq(e->kind, STR("click")), cart = str_eq(e->kind, STR("cart_add"));
    bool counts = is_of(k, a->placement, a->source[i], a->anchor, a->item[i], a->arms);
    double slow = counts * weight(s->clock.manual_ms, e->time_ms, 14), late = counts * weight(s->clock.manual_ms, e->time_ms, 2);
    double look = examination_of(&EXAMINATION_PRIOR, (int64_t)i + 1);
    if (!a->seen[i]) {
        x->impressions += slow, x->looks += look * slow;
        x->expected += look * a->probability[i] * slow, x->late_expected += look * a->probability[i] * late;
    }
    if (click && !a->clicked[i]) x->clicks += slow, x->late_clicks += late;
    if (cart && !a->carted[i]) x->carts += slow;
    a->seen[i] = true, a->clicked[i] |= click, a->carted[i] |= cart;
}

static void add_event(shop *s, const logged_event *e, const cell_name *k, counter_sums *x) {
    answer *a = answer_of(s, e->rec_id);
    bool kind = str_eq(e->kind, STR("impression")) || str_eq(e->kind, STR("click")) || str_eq(e->kind, STR("cart_add"));
    if (!a || !kind || e->robot || a->held_out || (e->event_id >> 20) - a->time_ms > COUNTED_MS) return;
    for (size_t i = 0; i < a->n; i++)
        if (is_told(e, a, i)) add_position(s, e, a, i, k, x);
}

static void add_orders(shop *s, const cell_name *k, counter_sums *x) {
    attribution *rows, key = { .store_id = 1 };
    size_t n = 0;
    assert_ok(s->c, storage_scan(s->c, s->d, &attribution_entity, &key, 1, NULL, LIMIT_SCAN_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        const attribution *r = &rows[i];
        const answer *a = answer_of(s, r->rec_id);
        char of[4][32];
        snprintf(of[0], 32, "%.*s", STR_ARG(r->placement));
        snprintf(of[1], 32, "%.*s", STR_ARG(r->source));
        snprintf(of[2], 32, "%.*s", STR_ARG(r->product_id));
        snprintf(of[3], 32, "%.*s", STR_ARG(r->arms));
        bool counts = !str_eq(r->how, STR("view")) && r->value > r->refunded;
        if (!counts || !is_of(k, of[0], of[1], a && !a->held_out ? a->anchor : "", of[2], of[3])) continue;
        double w = weight(s->clock.manual_ms, r->ordered_ms, 14);
        x->purchases += w, x->revenue += w * (double)(r->value - r->refunded);
    }
}

static counter_sums counted_slowly(shop *s, const cell_name *k) {
    counter_sums x = { 0 };
    for (size_t i = 0; i < s->n_answers; i++)
        for (size_t j = 0; j < SHOWN; j++) s->answers[i].seen[j] = s->answers[i].clicked[j] = s->answers[i].carted[j] = false;
    for (size_t i = 0; i < s->n_log; i++) add_event(s, &s->log[i], k, &x);
    add_orders(s, k, &x);
    return x;
}

static counter_sums counted(shop *s, int process, const cell_name *k) {
    counters_view v;
    uint32_t of[5];
    counter_sums x = { 0 };
    if (!counters_begin(s->k[process], 1, s->clock.manual_ms, &v)) return x;
    for (int i = 0; i < 5; i++) of[i] = counters_name(&v, str_of(k->of[i]));
    x = counters_at(&v, of);
    counters_end(&v);
    return x;
}

static bool is_near(double a, double b) { return fabs(a - b) <= 1e-6 * (1 + fabs(a) + fabs(b)); }

static void assert_cell(shop *s, int process, const cell_name *k) {
    counter_sums x = counted(s, process, k), y = counted_slowly(s, k);
#define X(name, kind)                                                                                                           \
    if (!is_near(x.name, y.name))                                                                                               \
        test_fail("(%s,%s,%s,%s,%s) " #name " is %.9g, the log says %.9g", k->of[0], k->of[1], k->of[2], k->of[3],    \
                  k->of[4], x.name, y.name);
    COUNTER_SUM_LIST(X)
#undef X
}

static void assert_as_the_log_says(shop *s, int process) {
    for (size_t p = 0; p < 2; p++) {
        assert_cell(s, process, &(cell_name){ { placements[p], "", "", "", "" } });
        for (size_t f = 0; f < 3; f++) {
            assert_cell(s, process, &(cell_name){ { placements[p], sources[f], "", "", "" } });
            assert_cell(s, process, &(cell_name){ { placements[p], sources[f], "", "", "7=c" } });
            for (size_t i = 0; i < COUNT(items); i++)
                for (size_t a = 0; a < 3; a++)
                    assert_cell(s, process, &(cell_name){ { placements[p], sources[f], anchors[a], items[i], "" } });
        }
    }
}

/* ---- properties ---- */
/* A day or so of anything, cut into batches, some of which fail, by two processes that also restart. */
static size_t live_a_while(shop *s, size_t written, size_t until) {
    char ids[ORDERS][8];
    while (s->n_log < until) {
        s->clock.manual_ms += (int64_t)one_of(s, 40 * MS_PER_MINUTE);
        if (s->n_answers < ANSWERS && (!s->n_answers || chance(s, 0.3))) show(s);
        if (s->n_orders < ORDERS && chance(s, 0.04)) {
            char *id = ids[s->n_orders];
            snprintf(id, 8, "%zu", 100 + s->n_orders++);
            place_order(s, id, "processing", 0, 1);
            say(s, "purchase", "", "")->order_id = str_dup(s->c->arena, str_of(id));
        } else {
            say_anything(s);
        }
        size_t n = s->n_log - written;
        if (n < BATCH && !chance(s, 0.3)) continue;
        int process = chance(s, 0.3);
        if (chance(s, 0.15)) write_batch(s, process, written, n, true);
        write_batch(s, process, written, n, false);
        written = s->n_log;
        if (chance(s, 0.1)) restart(s, (int)one_of(s, 2), chance(s, 0.5));
        if (chance(s, 0.1)) assert_ok(s->c, counters_tend(s->c, s->k[one_of(s, 2)], s->d, 1));
    }
    return written;
}

static void change_orders(shop *s) {
    static const char *const states[] = { "completed", "cancelled", "processing" };
    for (size_t i = 0; i < s->n_orders; i++) {
        char id[8];
        snprintf(id, sizeof id, "%zu", 100 + i);
        order o = { .store_id = 1, .order_id = str_of(id) };
        assert_ok(s->c, storage_get(s->c, s->d, &order_entity, &o));
        o.status = str_of(states[one_of(s, 3)]);
        o.payload_hash++;
        put(s, &order_entity, &o);
        const refund back = { .store_id = 1, .order_id = o.order_id, .refund_id = STR("1"), .amount = 7000 };
        if (chance(s, 0.5)) put(s, &refund_entity, &back);
        assert_ok(s->c, attribution_store(s->c, s->d, 1, o.order_id));
        for (int p = 0; p < 2; p++) assert_ok(s->c, counters_take_order(s->c, s->k[p], s->d, 1, o.order_id));
    }
}

TEST(counters, are_what_the_log_says_whatever_the_cuts_failures_restarts_and_processes) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        TEST_CTX(c);
        shop *s = arena_new(c->arena, shop, 1);
        shop_open(s, c, &backends[0], seed);
        size_t written = live_a_while(s, 0, EVENTS / 2);
        change_orders(s);
        written = live_a_while(s, written, EVENTS);
        if (written < s->n_log) write_batch(s, 0, written, s->n_log - written, false);
        change_orders(s);
        for (int p = 0; p < 2; p++) assert_ok(c, counters_tend(c, s->k[p], s->d, 1));
        for (int p = 0; p < 2; p++) assert_as_the_log_says(s, p);
        assert_ok(c, counters_recount(c, s->k[0], s->d, 1));
        assert_as_the_log_says(s, 0);
        s->clock.manual_ms += 5 * DAY;
        restart(s, 1, true);
        assert_as_the_log_says(s, 1);
        shop_close(s);
    }
}

/* ---- single promises ---- */
/* One answer of one product at a product page, seen and maybe clicked, by a visitor of that name. */
static void show_one(shop *s, const char *visitor, const char *item, bool clicked) {
    answer *a = &s->answers[s->n_answers];
    *a = (answer){ .placement = "product", .anchor = "desk", .arms = "", .time_ms = s->clock.manual_ms, .n = 1, .item = { item },
                   .source = { "cross_sell" }, .probability = { 0.1 } };
    snprintf(a->rec_id, sizeof a->rec_id, "r%03zu", s->n_answers++);
    put_answer(s, a);
    exposure row = { .store_id = 1, .rec_id = str_of(a->rec_id) };
    assert_ok(s->c, storage_get(s->c, s->d, &exposure_entity, &row));
    row.visitor_id = str_of(visitor);
    put(s, &exposure_entity, &row);
    say(s, clicked ? "click" : "impression", a->rec_id, item)->visitor_id = str_of(visitor);
    write_batch(s, 0, s->n_log - 1, 1, false);
}

static counter_sums of_item(shop *s, int process, const char *item) {
    return counted(s, process, &(cell_name){ { "product", "cross_sell", "", item, "" } });
}

TEST(counters, kept_on_any_back_end_are_read_as_they_were) {
    TEST_CTX(c);
    for (size_t b = 0; b < n_backends; b++) {
        shop *s = arena_new(c->arena, shop, 1);
        shop_open(s, c, &backends[b], 9);
        size_t written = live_a_while(s, 0, EVENTS / 2);
        if (written < s->n_log) write_batch(s, 0, written, s->n_log - written, false);
        assert_ok(c, counters_keep(c, s->k[0], s->d));
        int64_t n = 0;
        assert_ok(c, storage_count(c, s->d, &learning_counter_entity, 1, &n));
        assert_true(n > 100);
        restart(s, 1, false);
        assert_as_the_log_says(s, 1);
        shop_close(s);
    }
}

/* The committer stands at the gate until the test opens it. */
static err_code wait_at_gate(ctx *c, db *d, void *arg) {
    (void)c, (void)d;                                       /* nothing is written */
    pthread_mutex_lock(arg);
    pthread_mutex_unlock(arg);
    return ERR_OK;
}

TEST(counters, know_an_answer_that_is_not_on_disk_yet_and_bring_it_there_with_the_event) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    committer *writes = NULL;
    exposure_log *waiting = NULL;
    lock gate = PTHREAD_MUTEX_INITIALIZER;
    db_options elsewhere;
    shop_open(s, c, &backends[0], 1);
    storage_close(test_database(c, &backends[0], &elsewhere));      /* the log's own disk: nothing of it comes to this shop's */
    assert_ok(c, committer_new(c, &elsewhere, 10, &writes));
    assert_ok(c, exposure_log_new(c, writes, &waiting));
    counters_set_waiting(s->k[0], waiting);
    pthread_mutex_lock(&gate);
    assert_ok(c, committer_give(writes, wait_at_gate, NULL, &gate));
    const exposure row = { .store_id = 1, .rec_id = STR("r1"), .time_ms = START, .placement = STR("product"),
                           .items = STR("[[\"lamp\",\"cross_sell\",0.1,1,100]]") };
    exposure_log_put(waiting, &row);
    say(s, "click", "r1", "lamp");
    write_batch(s, 0, 0, 1, false);
    assert_true(is_near(of_item(s, 0, "lamp").clicks, 1));
    assert_ok(c, counters_load(c, s->k[1], s->d, 1));
    assert_true(is_near(of_item(s, 1, "lamp").clicks, 1));
    pthread_mutex_unlock(&gate);
    exposure_log_free(waiting);
    committer_free(writes);
    exposure brought = { .store_id = 1, .rec_id = STR("r1") };
    assert_ok(c, storage_get(c, s->d, &exposure_entity, &brought));
    assert_true(str_eq(row.items, brought.items));
    shop_close(s);
}

TEST(counters, of_a_person_forgotten_are_counted_without_what_he_did_in_all_processes) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    person_names who;
    person_erased erased;
    shop_open(s, c, &backends[0], 1);
    show_one(s, "ana", "lamp", true);
    show_one(s, "dan", "lamp", true);
    show_one(s, "dan", "bulb", true);
    assert_ok(c, counters_load(c, s->k[1], s->d, 1));
    assert_true(is_near(of_item(s, 0, "lamp").clicks, 2));
    assert_ok(c, person_find(c, s->d, &(person_query){ .store_id = 1, .visitor_id = STR("dan") }, &who));
    assert_ok(c, person_erase(c, s->d, &who, &erased));
    for (int p = 0; p < 2; p++) {
        assert_ok(c, counters_tend(c, s->k[p], s->d, 1));
        assert_true(is_near(of_item(s, p, "lamp").clicks, 1));
        assert_true(of_item(s, p, "bulb").impressions == 0);
        restart(s, p, true);
        assert_true(is_near(of_item(s, p, "lamp").clicks, 1));
        assert_true(of_item(s, p, "bulb").impressions == 0);
    }
    shop_close(s);
}

TEST(counters, of_more_products_than_there_is_room_for_leave_by_least_looks) {
    TEST_CTX(c);
    enum { MOST = 60, PRODUCTS = 34 };
    shop *s = arena_new(c->arena, shop, 1);
    char name[PRODUCTS][8];
    shop_open(s, c, &backends[0], 1);
    counters_free(s->k[0]);
    assert_ok(c, counters_new(c, &(counter_bounds){ .cells = MOST }, &s->k[0]));
    for (size_t i = 0; i < 3; i++) show_one(s, "ana", "lamp", true);
    for (size_t i = 0; i < PRODUCTS; i++) {
        snprintf(name[i], sizeof name[i], "p%zu", i);
        show_one(s, "ana", name[i], false);
    }
    counters_facts f = counters_get_facts(s->k[0], 1);
    assert_true(f.cells <= MOST && f.dropped > 0);
    assert_true(is_near(counted(s, 0, &(cell_name){ { "product", "cross_sell", "", "", "" } }).impressions, 3 + PRODUCTS));
    assert_true(is_near(of_item(s, 0, "lamp").clicks, 3));          /* seen more than the others */
    assert_true(is_near(of_item(s, 0, name[PRODUCTS - 1]).impressions, 1));
    shop_close(s);
}

TEST(counters, tell_of_each_look_at_once_while_little_is_known) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    int64_t now_ms = START + 1000;
    uint64_t before = counters_shown_change(s->k[0], 1, now_ms);
    for (int i = 0; i < 5; i++) {
        show_one(s, "ana", "lamp", i % 2);
        uint64_t after = counters_shown_change(s->k[0], 1, now_ms);
        assert_true(after != before);
        assert_true(counters_shown_change(s->k[0], 1, now_ms) == after);
        before = after;
    }
    shop_close(s);
}

TEST(counters, tell_of_a_change_at_once_after_a_quiet_while_and_not_of_mere_looks) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    show_one(s, "ana", "bulb", false);
    shop_find(s->k[0], 1, false)->state->changes = COUNTER_YOUNG;           /* much was counted since */
    show_one(s, "ana", "lamp", true);
    int64_t now_ms = START + 1000;
    uint64_t first = counters_shown_change(s->k[0], 1, now_ms);
    show_one(s, "ana", "bulb", false);
    assert_true(counters_shown_change(s->k[0], 1, now_ms + 1000) == first);
    show_one(s, "ana", "bulb", true);
    uint64_t second = counters_shown_change(s->k[0], 1, now_ms + 1000);
    assert_true(second != first);
    show_one(s, "ana", "rug", true);
    assert_true(counters_shown_change(s->k[0], 1, now_ms + 1000 + COUNTER_SHOWN_MS / 2) == second);
    assert_true(counters_shown_change(s->k[0], 1, now_ms + 1000 + COUNTER_SHOWN_MS) != second);
    shop_close(s);
}

/* Position 2 is clicked a quarter as often as 1; one product stands at both in turn, beside nothing or each time beside another one. */
static void look_down(shop *s, size_t answers, bool anchored) {
    for (size_t i = 0; i < answers; i++) {
        answer *a = &s->answers[0];
        *a = (answer){ .placement = "product", .anchor = !anchored ? "" : i % 2 ? "desk" : "shelf", .arms = "",
                       .time_ms = s->clock.manual_ms, .n = 2, .item = { items[i % 2], items[(i + 1) % 2] },
                       .source = { "popular", "popular" }, .probability = { 0.1, 0.1 } };
        snprintf(a->rec_id, sizeof a->rec_id, "q%05zu", i % 100000);
        put_answer(s, a);
        s->n_log = 0;
        say(s, "impression", a->rec_id, "");
        if (i % 5 < 2) say(s, "click", a->rec_id, a->item[0]);
        if (i % 10 == 3) say(s, "click", a->rec_id, a->item[1]);
        write_batch(s, 0, 0, s->n_log, false);
    }
}

TEST(counters, learn_how_far_visitors_look_and_count_by_it_from_then_on) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    counters_view v;
    shop_open(s, c, &backends[0], 1);
    look_down(s, 600, false);
    assert_ok(c, counters_load(c, s->k[1], s->d, 1));
    assert_ok(c, counters_learn_positions(c, s->d, 1));
    for (int p = 0; p < 2; p++) {
        assert_ok(c, counters_tend(c, s->k[p], s->d, 1));
        assert_true(counters_begin(s->k[p], 1, s->clock.manual_ms, &v));
        double second = counters_seen(&v, STR("product"), 2);
        counters_end(&v);
        assert_true(second > 0.2 && second < 0.35);
        counter_sums x = counted(s, p, &(cell_name){ { "product", "popular", "", "", "" } });
        assert_true(is_near(x.looks, 600 * (1 + second)));
        restart(s, p, true);
        assert_true(counters_begin(s->k[p], 1, s->clock.manual_ms, &v));
        assert_true(is_near(counters_seen(&v, STR("product"), 2), second));
        counters_end(&v);
    }
    shop_close(s);
}

TEST(counters, do_not_take_what_is_liked_less_beside_another_product_for_what_is_not_looked_at) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    counters_view v;
    shop_open(s, c, &backends[0], 1);
    look_down(s, 600, true);
    assert_ok(c, counters_load(c, s->k[1], s->d, 1));
    assert_ok(c, counters_learn_positions(c, s->d, 1));
    assert_ok(c, counters_tend(c, s->k[0], s->d, 1));
    assert_true(counters_begin(s->k[0], 1, s->clock.manual_ms, &v));
    assert_true(fabs(counters_seen(&v, STR("product"), 2) - EXAMINATION_PRIOR.seen[1]) < 0.03);     /* nothing was learned of it */
    counters_end(&v);
    shop_close(s);
}

static int64_t edition_of(shop *s) {
    learning_counter mark = { .store_id = 1 };
    assert_ok(s->c, storage_get(s->c, s->d, &learning_counter_entity, &mark));
    return (int64_t)mark.impressions;
}

TEST(counters, are_not_counted_anew_for_a_curve_that_stayed_where_it_was) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    look_down(s, 200, false);
    assert_ok(c, counters_learn_positions(c, s->d, 1));
    int64_t edition = edition_of(s);
    assert_true(edition > 0);
    assert_ok(c, counters_learn_positions(c, s->d, 1));
    assert_true(edition_of(s) == edition);
    shop_close(s);
}

TEST(counters, of_orders_nobody_named_follow_them_in_all_processes) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    show_one(s, "ana", "lamp", true);
    assert_ok(c, counters_load(c, s->k[1], s->d, 1));
    attribution line = { .store_id = 1, .order_id = STR("1"), .line_id = STR("1"), .how = STR("click"), .placement = STR("product"),
                         .source = STR("cross_sell"), .product_id = STR("lamp"), .value = 500, .ordered_ms = START };
    for (int there = 1; there >= 0; there--) {
        if (there) put(s, &attribution_entity, &line);
        else assert_ok(c, storage_delete(c, s->d, &attribution_entity, &line, 3, NULL));
        assert_ok(c, counters_void_orders(c, s->d, 1));
        for (int p = 0; p < 2; p++) {
            assert_ok(c, counters_tend(c, s->k[p], s->d, 1));
            assert_true(is_near(of_item(s, p, "lamp").purchases, there) && is_near(of_item(s, p, "lamp").revenue, 500 * there));
            assert_true(is_near(of_item(s, p, "lamp").clicks, 1));
        }
    }
    assert_int_equal(0, edition_of(s));
    shop_close(s);
}

TEST(counters, are_counted_anew_when_the_owner_changes_the_half_life) {
    TEST_CTX(c);
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    show_one(s, "ana", "lamp", true);
    s->clock.manual_ms += 14 * DAY;
    assert_true(is_near(of_item(s, 0, "lamp").clicks, 0.5));
    put(s, &store_entity, &(store){ .store_id = 1, .name = STR("shop"), .settings = STR("{\"learning_half_life_days\":7}") });
    assert_ok(c, counters_tend(c, s->k[0], s->d, 1));
    assert_true(is_near(of_item(s, 0, "lamp").clicks, 0.25));
    shop_close(s);
}

/* ---- bounds ---- */
TEST(counters, of_shops_put_away_after_each_event_are_what_the_log_says_once_they_are_back) {
    for (uint64_t seed = 21; seed <= 22; seed++) {
        TEST_CTX(c);
        shop *s = arena_new(c->arena, shop, 1);
        shop_open(s, c, &backends[0], seed);
        s->most.bytes = 1;
        for (int p = 0; p < 2; p++) s->k[p]->most = (counter_bounds){ LIMIT_COUNTER_CELLS, LIMIT_COUNTED_LINES, LIMIT_COUNTED_ANSWERS, 1 };
        size_t written = live_a_while(s, 0, EVENTS / 2);
        change_orders(s);
        counters_total t = counters_get_total(s->k[0]);
        assert_true(t.put_away > 5 && t.shops == 0 && t.bytes == 0);
        for (int p = 0; p < 2; p++) s->k[p]->most.bytes = LIMIT_COUNTERS_BYTES;
        if (written < s->n_log) write_batch(s, 0, written, s->n_log - written, false);
        for (int p = 0; p < 2; p++) assert_ok(c, counters_load(c, s->k[p], s->d, 1));
        for (int p = 0; p < 2; p++) assert_as_the_log_says(s, p);
        shop_close(s);
    }
}

static cell_key key_named(counter_state *s, const char *source, const char *anchor, const char *item) {
    const char *const parts[KEY_PARTS] = { "product", source, anchor, item, "" };
    cell_key k;
    for (int i = 0; i < KEY_PARTS; i++) k.of[i] = state_name(s, str_of(parts[i]));
    return k;
}

enum { MANY = 12000 };

/* A shop of many products, the i-th looked at i + 1 times beside a product of its own. */
static counters_shop *fill_shop(ctx *c, counters *k, int64_t store_id, int64_t used_ms) {
    counters_shop *p = shop_find(k, store_id, true);
    char name[2][16];
    assert_ok(c, state_new(c, store_id, &k->most, 14.0 * DAY, &p->state));
    for (int i = 0; i < MANY; i++) {
        snprintf(name[0], sizeof name[0], "i%d", i);
        snprintf(name[1], sizeof name[1], "a%d", i);
        cell_key at = key_named(p->state, "personal", name[1], name[0]);
        assert_ok(c, state_add(c, p->state, &at, &(counter_sums){ .looks = i + 1, .clicks = 1 }, START));
    }
    atomic_store(&p->used_ms, used_ms);
    shop_weigh(k, p);
    return p;
}

static double looks_of(counters *k, int64_t store_id, const char *item, const char *anchor) {
    counters_view v;
    const char *const parts[5] = { "product", item[0] ? "personal" : "", anchor, item, "" };
    uint32_t of[5];
    if (!counters_begin(k, store_id, START, &v)) return -1;
    for (int i = 0; i < 5; i++) of[i] = counters_name(&v, str_of(parts[i]));
    double looks = counters_at(&v, of).looks;
    counters_end(&v);
    return looks;
}

TEST(counters, of_many_shops_stay_in_their_room_the_quiet_leave_first_then_halves_of_the_largest) {
    TEST_CTX(c);
    time_source clock = time_source_manual(START);
    c->time = &clock;
    counters *k;
    assert_ok(c, counters_new(c, NULL, &k));
    fill_shop(c, k, 1, START - 2 * (int64_t)MS_PER_HOUR);
    fill_shop(c, k, 2, START);
    counters_facts before = counters_get_facts(k, 2);
    size_t of_one = counters_get_total(k).bytes / 2;

    k->most.bytes = of_one + of_one / 2;                            /* room for one and a half */
    counters_stay_bounded(c, k);
    assert_true(looks_of(k, 1, "i0", "") < 0);                      /* quiet for two hours: put away whole */
    assert_true(is_near(looks_of(k, 2, "i0", ""), 1));
    assert_int_equal(1, counters_get_total(k).put_away);
    assert_int_equal(0, counters_get_total(k).halved);

    k->most.bytes = of_one * 3 / 4;                                 /* nobody is quiet any more */
    counters_stay_bounded(c, k);
    counters_total t = counters_get_total(k);
    counters_facts f = counters_get_facts(k, 2);
    assert_true(t.bytes <= k->most.bytes && t.halved >= 1 && t.shops == 1);
    assert_true(f.cells < before.cells * 6 / 10 && f.names < before.names * 8 / 10 && f.dropped == before.cells - f.cells);
    assert_true(is_near(looks_of(k, 2, "i11999", ""), 12000));      /* most seen: as they were, whatever they are numbered now */
    assert_true(is_near(looks_of(k, 2, "i11998", "a11998"), 11999));
    assert_true(is_near(looks_of(k, 2, "i0", ""), 0));
    assert_true(is_near(looks_of(k, 2, "", ""), MANY * (MANY + 1) / 2.0));
    counters_free(k);
}

TEST(counters, of_products_looked_at_leave_too_when_there_is_no_room) {
    TEST_CTX(c);
    counters *k;
    assert_ok(c, counters_new(c, &(counter_bounds){ .cells = 500 }, &k));
    counters_shop *p = shop_find(k, 1, true);
    char name[16];
    assert_ok(c, state_new(c, 1, &k->most, 14.0 * DAY, &p->state));
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "a%d", i);
        assert_ok(c, state_make_room(c, p->state));
        cell_key at = key_named(p->state, "popular", name, "lamp");
        assert_ok(c, state_add(c, p->state, &at, &(counter_sums){ .looks = 1 }, START));
    }
    counters_facts f = counters_get_facts(k, 1);
    assert_true(f.cells <= 500 && f.names <= 520 && f.dropped > 9000);
    assert_true(is_near(looks_of(k, 1, "", ""), 5000));
    counters_free(k);
}

/* Bought after a click in an answer of its own, each a day after the one before. */
static void buy_one(shop *s, const char *id, int64_t refunded) {
    order o = { .store_id = 1, .order_id = str_of(id), .status = STR("completed"), .total = 100, .visitor_id = STR("ana"),
                .payload_hash = 1, .created_ms = s->clock.manual_ms + MS_PER_MINUTE };
    put(s, &order_entity, &o);
    put(s, &order_line_entity, &(order_line){ .store_id = 1, .order_id = o.order_id, .line_id = STR("1"), .kind = STR("item"),
                                              .product_id = STR("lamp"), .quantity = 1, .total = 100 });
    if (refunded) put(s, &refund_entity, &(refund){ .store_id = 1, .order_id = o.order_id, .refund_id = STR("1"), .amount = refunded });
    assert_ok(s->c, attribution_store(s->c, s->d, 1, o.order_id));
    assert_ok(s->c, counters_take_order(s->c, s->k[0], s->d, 1, o.order_id));
}

static void give_back(shop *s, const char *id) {
    order o = { .store_id = 1, .order_id = str_of(id) };
    assert_ok(s->c, storage_get(s->c, s->d, &order_entity, &o));
    o.status = STR("cancelled");
    o.payload_hash++;
    put(s, &order_entity, &o);
    assert_ok(s->c, attribution_store(s->c, s->d, 1, o.order_id));
    assert_ok(s->c, counters_take_order(s->c, s->k[0], s->d, 1, o.order_id));
}

TEST(counters, of_more_orders_than_are_followed_keep_what_the_older_ones_added) {
    TEST_CTX(c);
    enum { BOUGHT = 12 };
    shop *s = arena_new(c->arena, shop, 1);
    char id[BOUGHT][8];
    shop_open(s, c, &backends[0], 1);
    counters_free(s->k[0]);
    assert_ok(c, counters_new(c, &(counter_bounds){ .lines = 4 }, &s->k[0]));
    assert_ok(c, counters_load(c, s->k[0], s->d, 1));
    counter_state *kept = shop_find(s->k[0], 1, false)->state;
    assert_int_equal(1, state_name(kept, STR("nothing is counted of it")));
    for (size_t i = 0; i < BOUGHT; i++) {
        snprintf(id[i], sizeof id[i], "o%zu", i);
        show_one(s, "ana", "lamp", true);
        buy_one(s, id[i], 0);
        s->clock.manual_ms += MS_PER_MINUTE * 5;
    }
    double all = of_item(s, 0, "lamp").purchases;
    assert_true(all > BOUGHT - 0.1 && counters_get_facts(s->k[0], 1).lines <= 4);
    give_back(s, id[0]);                                            /* too long ago */
    assert_true(is_near(all, of_item(s, 0, "lamp").purchases));
    kept->names_full = true;                                        /* so that names are numbered anew, lines' too */
    assert_ok(c, state_make_room(c, kept));
    assert_true(!kept->names_full && str_eq(kept->name_of[1], STR("product")));
    const cell_name of_source = { { "product", "cross_sell", "", "", "" } };
    all = counted(s, 0, &of_source).purchases;
    give_back(s, id[BOUGHT - 1]);
    assert_true(fabs(all - 1 - counted(s, 0, &of_source).purchases) < 0.01);
    shop_close(s);
}

TEST(counters, of_more_answers_than_are_told_apart_count_the_newer_ones_once_and_the_older_no_more) {
    TEST_CTX(c);
    enum { MOST = 8, GIVEN = ANSWERS };
    shop *s = arena_new(c->arena, shop, 1);
    shop_open(s, c, &backends[0], 1);
    counters_free(s->k[0]);
    assert_ok(c, counters_new(c, &(counter_bounds){ .answers = MOST }, &s->k[0]));
    for (size_t i = 0; i < GIVEN; i++) {
        s->clock.manual_ms += MS_PER_MINUTE;
        show_one(s, "ana", "lamp", false);
    }
    double all = of_item(s, 0, "lamp").impressions;
    assert_true(fabs(all - GIVEN) < 0.2);
    say(s, "impression", s->answers[GIVEN - 1].rec_id, "lamp");     /* told again: known */
    say(s, "impression", s->answers[0].rec_id, "lamp");             /* nobody can tell any more */
    write_batch(s, 0, s->n_log - 2, 2, false);
    assert_true(is_near(all, of_item(s, 0, "lamp").impressions));
    say(s, "click", s->answers[GIVEN - 1].rec_id, "lamp");
    write_batch(s, 0, s->n_log - 1, 1, false);
    assert_true(fabs(of_item(s, 0, "lamp").clicks - 1) < 1e-3);
    shop_close(s);
}
