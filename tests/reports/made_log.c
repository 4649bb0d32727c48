/* Small numbers of everything, so that repeats, strangers, robots and late events meet often. */
#include "tests/reports/made_log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/zone.h"
#include "events/event.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"
#include "tests/test.h"

static const char *const products[] = { "lamp", "bulb", "table", "chair", "rug", "vase", "clock", "shelf", "=bed" };
static const char *const sources[] = { "cross_sell", "similar", "popular" };
static const char *const placements[] = { "product", "cart", "home" };
static const char *const arms[] = { "", "3=a", "3=b", "3=a 7=b" };
static const char *const devices[] = { "mobile", "desktop", "" };
static const char *const kinds[] = {
    "impression", "impression", "impression", "click", "click", "cart_add", "cart_add", "widget_dismiss", "view",
};
static const char *const statuses[] = { "processing", "completed", "wc-completed", "packed", "cancelled", "pending" };
static const char *const hows[] = { "view", "click", "exact" };

#define ONE_OF(r, list) ((list)[rng_below(r, COUNT(list))])
#define SPAN_MS (MADE_DAYS * (int64_t)MS_PER_DAY)

static void put(ctx *c, db *d, const entity *e, const void *row) { assert_ok(c, storage_put(c, d, e, row)); }

static void make_visitors(ctx *c, db *d, rng *r, made_log *l) {
    for (size_t i = 0; i < MADE_VISITORS; i++) {
        made_visitor *v = &l->visitors[i];
        *v = (made_visitor){ .row = i % 4 != 3, .robot = i == 5, .device = ONE_OF(r, devices),
                             .first_ms = l->from_ms + (int64_t)rng_below(r, (uint64_t)SPAN_MS) - 2 * (int64_t)MS_PER_DAY };
        v->customer = i == 6 ? "9" : i == 7 ? "guest:ab" : "";
        if (i == 1) v->row = false;         /* nobody known */
        else snprintf(v->id, sizeof v->id, "v%zu", i % 100);
        if (v->row)
            put(c, d, &known_visitor_entity, &(known_visitor){ .store_id = 1, .visitor_id = str_of(v->id), .first_ms = v->first_ms,
                                                               .device = str_of(v->device), .robot = v->robot });
    }
}

static void make_person(ctx *c, db *d, made_log *l, const char *person, size_t visitor, const char *other) {
    char name[16];
    snprintf(name, sizeof name, "v:%s", l->visitors[visitor].id);
    put(c, d, &person_alias_entity, &(person_alias){ .store_id = 1, .alias = str_of(name), .person = str_of(person) });
    if (*other) put(c, d, &person_alias_entity, &(person_alias){ .store_id = 1, .alias = str_of(other), .person = str_of(person) });
    snprintf(l->visitors[visitor].person, sizeof l->visitors[visitor].person, "%s", person);
}

static void make_persons(ctx *c, db *d, made_log *l) {
    for (size_t i = 0; i < MADE_VISITORS; i++)
        if (i != 1) snprintf(l->visitors[i].person, sizeof l->visitors[i].person, "v:v%zu", i % 100);
    make_person(c, d, l, "v:v2", 2, "");
    make_person(c, d, l, "v:v2", 3, "");
    make_person(c, d, l, "c:9", 6, "c:9");
    make_person(c, d, l, "e:ab", 7, "e:ab");
}

static str items_text(ctx *c, const made_answer *a) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 4 * KIB);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < a->n; i++) {
        const exposed_item x = { str_of(a->product[i]), str_of(a->source[i]), 0.1, 1, 100 };
        exposed_item_write(&w, &x);
    }
    jw_end_array(&w);
    assert_ok(c, buf_err(&b));
    return buf_view(&b);
}

static void make_answers(ctx *c, db *d, rng *r, made_log *l) {
    for (size_t i = 0; i < MADE_ANSWERS; i++) {
        made_answer *a = &l->answers[i];
        *a = (made_answer){ .ms = l->from_ms + (int64_t)rng_below(r, (uint64_t)SPAN_MS) - MS_PER_DAY, .n = 1 + rng_below(r, MADE_ITEMS),
                            .visitor = rng_below(r, MADE_VISITORS), .placement = ONE_OF(r, placements), .arms = ONE_OF(r, arms),
                            .held_out = rng_below(r, 8) == 0 };
        rec_id_make(a->ms, r, a->id);
        size_t first = rng_below(r, COUNT(products));
        for (size_t k = 0; k < a->n; k++) {
            a->product[k] = products[(first + k) % COUNT(products)];
            a->source[k] = ONE_OF(r, sources);
        }
        put(c, d, &exposure_entity,
            &(exposure){ .store_id = 1, .rec_id = str_of(a->id), .time_ms = a->ms, .placement = str_of(a->placement),
                         .visitor_id = str_of(l->visitors[a->visitor].id), .arms = str_of(a->arms), .held_out = a->held_out,
                         .items = items_text(c, a) });
    }
}

static int compare_events(const void *a, const void *b) {
    const made_event *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static made_event make_event(rng *r, const made_log *l, size_t i) {
    size_t answer = rng_below(r, MADE_ANSWERS);
    const made_answer *a = &l->answers[answer];
    made_event e = { .ms = a->ms + (int64_t)rng_below(r, 30 * (uint64_t)MS_PER_HOUR), .kind = ONE_OF(r, kinds), .answer = answer,
                     .visitor = rng_below(r, 5) ? a->visitor : rng_below(r, MADE_VISITORS), .robot = rng_below(r, 20) == 0 };
    e.id = (e.ms << EVENT_ID_BITS) + (int64_t)i;
    bool impression = strcmp(e.kind, "impression") == 0;
    if (!impression || rng_below(r, 3) == 0) e.product = rng_below(r, 6) ? a->product[rng_below(r, a->n)] : ONE_OF(r, products);
    if (strcmp(e.kind, "widget_dismiss") == 0) e.product = NULL;
    if (strcmp(e.kind, "cart_add") == 0 && rng_below(r, 2)) e.answer = SIZE_MAX;
    if (impression && rng_below(r, 2)) e.listed[0] = ONE_OF(r, products), e.listed[1] = a->product[0];
    return e;
}

static void make_events(ctx *c, db *d, rng *r, made_log *l) {
    for (size_t i = 0; i < MADE_EVENTS; i++) l->events[i] = make_event(r, l, i);
    qsort(l->events, MADE_EVENTS, sizeof *l->events, compare_events);
    for (size_t i = 0; i < MADE_EVENTS; i++) {
        const made_event *e = &l->events[i];
        char items[64] = "";
        if (e->listed[0]) snprintf(items, sizeof items, "[[\"%s\",1,0],[\"%s\",1,0]]", e->listed[0], e->listed[1]);
        put(c, d, &logged_event_entity,
            &(logged_event){ .store_id = 1, .event_id = e->id, .kind = str_of(e->kind), .time_ms = e->ms,
                             .visitor_id = str_of(l->visitors[e->visitor].id), .product_id = str_of(e->product),
                             .rec_id = e->answer == SIZE_MAX ? STR("") : str_of(l->answers[e->answer].id), .items = str_of(items),
                             .robot = e->robot });
    }
}

static void make_lines(ctx *c, db *d, rng *r, made_log *l) {
    int64_t ordered_ms = 0;
    for (size_t i = 0; i < MADE_LINES; i++) {
        made_line *x = &l->lines[i];
        size_t answer = rng_below(r, MADE_ANSWERS), position = rng_below(r, l->answers[answer].n);
        if (i % 3 == 0) ordered_ms = l->from_ms + (int64_t)rng_below(r, (uint64_t)SPAN_MS / 2) * 2;      /* three lines an order */
        *x = (made_line){ .how = ONE_OF(r, hows), .product = l->answers[answer].product[position], .answer = answer, .position = position,
                          .ms = ordered_ms, .value = (int64_t)rng_below(r, 9000) };
        x->refunded = rng_below(r, 4) ? 0 : rng_below(r, 2) ? x->value : x->value / 2;
        snprintf(x->order, sizeof x->order, "o%zu", i / 3);
        snprintf(x->line, sizeof x->line, "%zu", i % 3);
        const made_answer *a = &l->answers[answer];
        put(c, d, &attribution_entity,
            &(attribution){ .store_id = 1, .order_id = str_of(x->order), .line_id = str_of(x->line), .how = str_of(x->how),
                            .rec_id = str_of(a->id), .placement = str_of(a->placement), .source = str_of(a->source[position]),
                            .product_id = str_of(x->product),
                            .arms = str_of(a->arms), .ordered_ms = x->ms, .value = x->value, .refunded = x->refunded });
    }
}

static void refund_order(ctx *c, db *d, rng *r, made_order *o) {
    for (size_t i = rng_below(r, 4) ? 0 : 1 + rng_below(r, 2); i > 0; i--) {
        const int64_t amount = (int64_t)rng_below(r, (uint64_t)o->total + 10);
        const str id = i == 1 ? STR("r1") : STR("r2");
        put(c, d, &refund_entity, &(refund){ .store_id = 1, .order_id = str_of(o->id), .refund_id = id, .amount = amount });
        o->refunded += amount;
    }
    if (o->refunded > o->total) o->refunded = o->total;
}

/* Told by the order itself, by the page that thanked for it, or by the customer's account alone. */
static void make_orders(ctx *c, db *d, rng *r, made_log *l) {
    for (size_t i = 0; i < MADE_ORDERS; i++) {
        made_order *o = &l->orders[i];
        size_t buyer = rng_below(r, MADE_VISITORS), how = rng_below(r, 3);
        const made_visitor *v = &l->visitors[buyer];
        *o = (made_order){ .status = ONE_OF(r, statuses), .total = (int64_t)rng_below(r, 20000), .buyer = buyer, .browser = buyer,
                           .ms = l->from_ms + (int64_t)rng_below(r, (uint64_t)SPAN_MS) };
        if (rng_below(r, 2)) o->ms -= o->ms % MS_PER_SECOND;
        if (how == 2 || !v->id[0]) o->browser = SIZE_MAX;
        if (o->browser == SIZE_MAX && !v->customer[0]) o->buyer = SIZE_MAX;
        snprintf(o->id, sizeof o->id, "o%zu", i % 100);
        put(c, d, &order_entity,
            &(order){ .store_id = 1, .order_id = str_of(o->id), .status = str_of(o->status), .total = o->total, .created_ms = o->ms,
                      .customer_id = str_of(v->customer), .visitor_id = how == 0 ? str_of(v->id) : STR("") });
        const order_link link = { .store_id = 1, .order_id = str_of(o->id), .visitor_id = how == 1 ? str_of(v->id) : STR("") };
        if (how) put(c, d, &order_link_entity, &link);
        refund_order(c, d, r, o);
    }
}

void make_log(ctx *c, db *d, uint64_t seed, made_log *ret_log) {
    rng r;
    rng_seed(&r, seed);
    *ret_log = (made_log){ .from_ms = zone_day_start_ms(c, MADE_ZONE, MADE_FIRST_DAY) };
    put(c, d, &store_entity, &(store){ .store_id = 1, .name = STR("shop"), .currency = STR("RON"), .time_zone = MADE_ZONE });
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    make_visitors(c, d, &r, ret_log);
    make_answers(c, d, &r, ret_log);
    make_events(c, d, &r, ret_log);
    make_lines(c, d, &r, ret_log);
    make_persons(c, d, ret_log);
    make_orders(c, d, &r, ret_log);
    assert_ok(c, storage_commit(c, d));
}
