/* A year of orders of the demonstration shop. Each day has a random stream of its own and depends on nothing but the seed and the
 * date, so a later sync finds the same past and adds the new days. Two sources: wishes (a person, a season, a product and its
 * complements) and habits (somebody who uses a thing up buys it again). */
#include "connect/demo_int.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_LINES = 10, FIRST_ORDER_DAY = 15000, ORDERS_PER_DAY = 300 };
static const double wishes_per_day = 13.5;
static const double habit_share = 0.13;             /* of the people buy something again and again */

typedef struct { int product, quantity; } pick;
typedef struct {
    const demo_shop *s;
    double *reach;                                  /* cumulative weight of persons */
    struct { int product, period, phase; } *habits;   /* per person; period 0 = none */
} order_maker;

typedef struct {
    int64_t day, at_ms;
    int number;                                     /* of the day */
    int person;
    pick picks[MOST_LINES];
    int n;
    int discount_percent;
    const char *coupon;
} basket;

/* ---- what goes in ---- */

static double appetite(const demo_person *p, const demo_model *m, int64_t day) {
    if (!m->on_offer || m->launch_day > day) return 0;
    double w = m->weight * exp2((0.45 - p->thrift) * 1.6 * m->rung);
    if (m->brand == p->brand[m->department]) w *= 1 + 3 * p->loyalty;
    if (m->price_minor < m->regular_minor) w *= 1.3;
    return w;
}

/* Index in [from, to) drawn by appetite, or -1 when nothing there can be bought. */
static int draw_model(const order_maker *o, const demo_person *p, int from, int to, int64_t day, rng *r) {
    double sum = 0;
    for (int i = from; i < to; i++) sum += appetite(p, &o->s->models[i], day);
    double left = rng_unit(r) * sum;
    for (int i = from; i < to && sum > 0; i++) {
        double w = appetite(p, &o->s->models[i], day);
        if (w > 0 && (left -= w) < 0) return i;
    }
    return -1;
}

static int draw_department(const demo_person *p, int month, rng *r) {
    double sum = 0;
    for (int d = 0; d < DEMO_DEPARTMENTS; d++) sum += p->taste[d] * demo_departments[d].season[month];
    double left = rng_unit(r) * sum;
    for (int d = 0; d < DEMO_DEPARTMENTS; d++)
        if ((left -= p->taste[d] * demo_departments[d].season[month]) < 0) return d;
    return DEMO_DEPARTMENTS - 1;
}

static void add_pick(basket *b, int which, int quantity) {
    for (int i = 0; i < b->n; i++)
        if (b->picks[i].product == which) return;
    if (which >= 0 && b->n < MOST_LINES) b->picks[b->n++] = (pick){ which, quantity };
}

/* The true complements of a product, each with its own probability. */
static void add_complements(const order_maker *o, basket *b, int which, rng *r) {
    const demo_shop *s = o->s;
    const demo_model *m = &s->models[which];
    for (int i = 0; i < s->n_pairs; i++) {
        if (s->pairs[i].from != m->kind || rng_unit(r) >= s->pairs[i].p) continue;
        int to = s->pairs[i].to;
        bool partner = rng_below(r, 100) < DEMO_PARTNER_PERCENT;
        int other = draw_model(o, &s->persons[b->person], s->kind_first[to], s->kind_first[to + 1], b->day, r);
        add_pick(b, partner ? demo_partner(s, to, m->rung) : other, 1);
    }
}

static void add_wish(const order_maker *o, basket *b, rng *r) {
    const demo_person *p = &o->s->persons[b->person];
    int d = draw_department(p, civil_from_ms(b->day * MS_PER_DAY).month - 1, r);
    int kinds = DEMO_KINDS / DEMO_DEPARTMENTS;
    int wish = draw_model(o, p, o->s->kind_first[d * kinds], o->s->kind_first[(d + 1) * kinds], b->day, r);
    if (wish < 0) return;
    add_pick(b, wish, rng_unit(r) < 0.12 ? 2 : 1);
    add_complements(o, b, wish, r);
}

static int draw_person(const order_maker *o, rng *r) {
    int low = 0, high = DEMO_CUSTOMERS + DEMO_GUESTS - 1;
    double at = rng_unit(r) * o->reach[high];
    while (low < high) {
        int middle = (low + high) / 2;
        if (o->reach[middle] > at) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* Fourth Friday of November and the days around it. */
static bool is_black_friday(civil_time t) { return t.month == 11 && t.day >= 20 && t.day <= 30; }

static void give_discount(basket *b, rng *r) {
    bool black = is_black_friday(civil_from_ms(b->day * MS_PER_DAY));
    double u = rng_unit(r);
    if (black && u < 0.4) b->discount_percent = 20, b->coupon = "black20";
    else if (!black && u < 0.07) b->discount_percent = 10, b->coupon = "bunvenit10";
}

/* ---- rows ---- */

typedef struct {
    order head;
    order_line lines[MOST_LINES + 2];               /* and the shipping, and the coupon */
    size_t n;
} order_rows;

static int64_t without_tax(int64_t gross) {
    return (gross * 100 + (100 + DEMO_VAT_PERCENT) / 2) / (100 + DEMO_VAT_PERCENT);
}

static order_line *next_line(ctx *c, order_rows *o, const char *kind) {
    order_line *l = &o->lines[o->n++];
    *l = (order_line){ .store_id = o->head.store_id, .order_id = o->head.order_id, .kind = str_of(kind),
            .meta = STR("[]"), .quantity = 1 };
    l->line_id = demo_text(c->arena, "%.*s%02zu", STR_ARG(o->head.order_id), o->n);
    return l;
}

static void put_item(ctx *c, const demo_shop *s, const basket *b, const pick *k, order_rows *o, rng *r) {
    const demo_model *m = &s->models[k->product];
    order_line *l = next_line(c, o, "item");
    l->product_id = demo_text(c->arena, "%d", m->id);
    l->name = str_of(m->name);
    l->sku = demo_text(c->arena, "VD-%d", m->id);
    if (m->n_variations) {
        int which = (int)rng_below(r, (uint64_t)m->n_variations);
        l->variation_id = demo_text(c->arena, "%d", m->id * 10 + which);
        l->sku = demo_text(c->arena, "VD-%d-%d", m->id, which + 1);
    }
    l->quantity = k->quantity;
    int64_t gross = m->price_minor * k->quantity, paid = gross * (100 - b->discount_percent) / 100;
    l->subtotal = without_tax(gross);
    l->subtotal_tax = gross - l->subtotal;
    l->total = without_tax(paid);
    l->total_tax = paid - l->total;
    l->unit_price = round((double)l->total / k->quantity * 1e4) / 1e6;
    o->head.total += paid;
    o->head.cart_tax += l->total_tax;
    o->head.discount_total += l->subtotal - l->total;
    o->head.discount_tax += l->subtotal_tax - l->total_tax;
}

static void put_shipping(ctx *c, order_rows *o) {
    int64_t gross = o->head.total >= 25000 ? 0 : 1999;
    order_line *l = next_line(c, o, "shipping");
    l->name = gross ? STR("Curier") : STR("Transport gratuit");
    l->code = gross ? STR("flat_rate") : STR("free_shipping");
    l->subtotal = l->total = o->head.shipping_total = without_tax(gross);
    l->subtotal_tax = l->total_tax = o->head.shipping_tax = gross - l->total;
    o->head.total += gross;
    o->head.total_tax = o->head.cart_tax + o->head.shipping_tax;
}

static void put_coupon(ctx *c, const basket *b, order_rows *o) {
    if (!b->coupon) return;
    order_line *l = next_line(c, o, "coupon");
    l->name = l->code = str_of(b->coupon);
    l->total = o->head.discount_total;
    l->total_tax = o->head.discount_tax;
}

/* Young orders are on their way; of the others a few were cancelled or sent back. */
static str status_of(const demo_shop *s, const basket *b, double luck) {
    if (luck < 0.04) return STR("cancelled");
    int64_t age = s->now_ms - b->at_ms;
    if (age < 2 * (int64_t)MS_PER_DAY) return STR("processing");
    return luck < 0.06 && age > 14 * (int64_t)MS_PER_DAY ? STR("refunded") : STR("completed");
}

static void fill_head(ctx *c, const demo_shop *s, const basket *b, order *h, double luck, bool card) {
    const demo_person *p = &s->persons[b->person];
    int64_t id = (b->day - FIRST_ORDER_DAY) * ORDERS_PER_DAY + b->number;
    *h = (order){ .store_id = s->store_id, .order_id = demo_text(c->arena, "%lld", (long long)id), .currency = STR("RON"),
                  .customer_id = p->id, .prices_include_tax = true, .created_via = STR("checkout"),
                          .created_ms = b->at_ms, .meta = STR("[]") };
    h->number = h->order_id;
    h->status = status_of(s, b, luck);
    h->payment_method = card ? STR("card") : STR("cod");
    h->payment_title = card ? STR("Card bancar") : STR("Plata la livrare");
    h->billing = demo_text(c->arena, "{\"city\":\"%.*s\",\"state\":\"%.*s\",\"country\":\"RO\"}", STR_ARG(p->city),
            STR_ARG(p->region));
    h->shipping = h->billing;
    bool cancelled = str_eq(h->status, STR("cancelled")), young = str_eq(h->status, STR("processing"));
    if (!cancelled && (card || !young)) h->paid_ms = b->at_ms + (card ? 60 * MS_PER_SECOND : 2 * (int64_t)MS_PER_DAY);
    if (!cancelled && !young) h->completed_ms = b->at_ms + 2 * (int64_t)MS_PER_DAY;
    h->modified_ms = h->completed_ms ? h->completed_ms : b->at_ms;
    if (str_eq(h->status, STR("refunded"))) h->modified_ms = b->at_ms + 14 * (int64_t)MS_PER_DAY;
}

/* Refunded orders give everything back; a few completed ones their first line. */
static err_code put_refund(ctx *c, const demo_shop *s, const order_rows *o, double luck, const connect_sink *sink) {
    bool whole = str_eq(o->head.status, STR("refunded"));
    bool part = luck > 0.985 && str_eq(o->head.status, STR("completed")) && s->now_ms - o->head.created_ms > 14 * (int64_t)MS_PER_DAY;
    if (!whole && !part) return ERR_OK;
    refund row = { .store_id = s->store_id, .order_id = o->head.order_id, .refund_id = demo_text(c->arena, "%.*s90",
            STR_ARG(o->head.order_id)),
                   .reason = whole ? STR("Client nemulțumit") : STR("Produs returnat"), .refunded_payment = true,
                   .created_ms = o->head.created_ms + 14 * (int64_t)MS_PER_DAY };
    refund_line lines[MOST_LINES];
    size_t n = 0;
    for (size_t i = 0; i < o->n && (whole || n == 0); i++) {
        const order_line *l = &o->lines[i];
        if (!str_eq(l->kind, STR("item"))) continue;
        lines[n++] = (refund_line){ .store_id = s->store_id, .order_id = l->order_id, .refund_id = row.refund_id,
                .line_id = l->line_id,
                                    .product_id = l->product_id, .variation_id = l->variation_id, .name = l->name,
                                            .sku = l->sku,
                                    .quantity = l->quantity, .total = l->total, .total_tax = l->total_tax };
        row.amount += l->total + l->total_tax;
    }
    record r = { .e = &refund_entity, .row = &row };
    record_add(&r, &refund_line_entity, lines, n);
    return sink->put(c, sink->self, &r, NULL);
}

static err_code put_order(ctx *c, const demo_shop *s, const basket *b, rng *r, const connect_sink *sink) {
    if (b->n == 0 || b->at_ms > s->now_ms) return ERR_OK;
    order_rows *o = arena_new(c->arena, order_rows, 1);
    if (!o) return fail(c, ERR_NO_MEMORY, "no memory for an order of the demonstration shop");
    double luck = rng_unit(r);
    fill_head(c, s, b, &o->head, luck, rng_unit(r) < 0.55);
    for (int i = 0; i < b->n; i++) put_item(c, s, b, &b->picks[i], o, r);
    put_shipping(c, o);
    put_coupon(c, b, o);
    record row = { .e = &order_entity, .row = &o->head };
    record_add(&row, &order_line_entity, o->lines, o->n);
    TRY(sink->put(c, sink->self, &row, NULL));
    return put_refund(c, s, o, luck, sink);
}

/* ---- days ---- */

static const double weekday_factor[7] = { 1.1, 1.05, 1.0, 1.0, 0.95, 0.85, 1.05 };

static double demand(int64_t day) {
    civil_time t = civil_from_ms(day * MS_PER_DAY);
    double f = weekday_factor[t.weekday];
    if (is_black_friday(t)) f *= 2.2;
    if (t.month == 12 && t.day <= 22) f *= 1.5;
    if (t.month == 1 || t.month == 2) f *= 0.85;
    return f;
}

/* Hour of the day in UTC: from 6 to 21, most in the evening. */
static int64_t moment(int64_t day, rng *r) {
    double u = 1 - rng_unit(r) * rng_unit(r);
    return day * MS_PER_DAY + 6 * (int64_t)MS_PER_HOUR + (int64_t)(u * 15 * MS_PER_HOUR);
}

static int by_moment(const void *a, const void *b) {
    const basket *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return x->person - y->person;
}

static int habits_due(const order_maker *o, int64_t day, basket *to, int most) {
    int n = 0;
    for (int i = 0; i < DEMO_CUSTOMERS + DEMO_GUESTS && n < most; i++) {
        if (!o->habits[i].period || (day + o->habits[i].phase) % o->habits[i].period) continue;
        to[n] = (basket){ .day = day, .person = i, .picks = { { o->habits[i].product, 1 } }, .n = 1 };
        n++;
    }
    return n;
}

static err_code put_day(ctx *c, const order_maker *o, int64_t day, const connect_sink *sink) {
    rng r = demo_stream(o->s->seed, "day", day);
    basket *baskets = arena_new(c->arena, basket, ORDERS_PER_DAY);
    if (!baskets) return fail(c, ERR_NO_MEMORY, "no memory for a day of the demonstration shop");
    int n = habits_due(o, day, baskets, ORDERS_PER_DAY / 2), habits = n;
    int wishes = rng_poisson(&r, wishes_per_day * demand(day));
    for (int i = 0; i < wishes && n < ORDERS_PER_DAY; i++) baskets[n++] = (basket){ .day = day, .person = draw_person(o,
            &r) };
    for (int i = 0; i < n; i++) {
        basket *b = &baskets[i];
        b->at_ms = moment(day, &r);
        if (i < habits) add_complements(o, b, b->picks[0].product, &r);
        else add_wish(o, b, &r);
        while (rng_unit(&r) < 0.35) add_wish(o, b, &r);
        give_discount(b, &r);
    }
    qsort(baskets, (size_t)n, sizeof *baskets, by_moment);
    for (int i = 0; i < n; i++) {
        baskets[i].number = i;
        rng one = demo_stream(o->s->seed, "order", day * ORDERS_PER_DAY + i);
        TRY(put_order(c, o->s, &baskets[i], &one, sink));
    }
    return ERR_OK;
}

static int habit_model(const demo_shop *s, const demo_person *p, rng *r) {
    for (int tries = 0; tries < 40; tries++) {
        size_t i = rng_below(r, s->n_models);
        const demo_model *m = &s->models[i];
        bool old = m->launch_day < s->today - 2 * DEMO_DAYS;
        if (old && m->on_offer && demo_kinds[m->kind].repeat_days && rng_unit(r) < p->taste[m->department] * 4 * fmin(1,
                m->weight * 60))
            return (int)i;
    }
    return -1;
}

static err_code order_maker_init(ctx *c, const demo_shop *s, order_maker *o) {
    size_t n = DEMO_CUSTOMERS + DEMO_GUESTS;
    *o = (order_maker){ .s = s, .reach = arena_new(c->arena, double, n) };
    o->habits = arena_alloc(c->arena, n * sizeof *o->habits);
    if (!o->reach || !o->habits) return fail(c, ERR_NO_MEMORY, "no memory for the orders of the demonstration shop");
    for (int i = 0; i < (int)n; i++) {
        o->reach[i] = s->persons[i].weight + (i ? o->reach[i - 1] : 0);
        rng r = demo_stream(s->seed, "habit", i);
        int staple = rng_unit(&r) < habit_share ? habit_model(s, &s->persons[i], &r) : -1;
        if (staple < 0) continue;
        o->habits[i].product = staple;
        o->habits[i].period = demo_kinds[s->models[staple].kind].repeat_days + (int)rng_below(&r, 9) - 4;
        o->habits[i].phase = (int)rng_below(&r, 365);
    }
    return ERR_OK;
}

err_code demo_put_orders(ctx *c, const demo_shop *s, const connect_sink *sink) {
    order_maker o;
    TRY(order_maker_init(c, s, &o));
    for (int64_t day = s->today - DEMO_DAYS + 1; day <= s->today; day++) {
        arena_mark mark = arena_save(c->arena);
        TRY(ctx_check(c));
        TRY(put_day(c, &o, day, sink));
        arena_restore(c->arena, mark);
        if (sink->progress)
            sink->progress(c, sink->self, &(sync_progress){ .step = STR("orders"), .done = day - s->today + DEMO_DAYS,
                    .total = DEMO_DAYS, .seconds_left = -1 });
    }
    return ERR_OK;
}
