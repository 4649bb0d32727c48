/* The log of events, sorted by visitors and cut into visits; see shop_visits.h. */
#include "decide/shop_visits.h"
#include <stdlib.h>
#include <string.h>
#include "base/grow.h"
#include "base/limits.h"
#include "decide/serving_int.h"
#include "events/session_memory.h"
#include "num/keys.h"
#include "storage/queries.h"

enum { PAGE_ROWS = 5000 };

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read what visitors did: it needs more memory than a job may have"); }

/* One product in one event. */
typedef struct { int64_t time_ms; uint32_t visitor, item, place; uint8_t kind; } step;

typedef struct {
    ctx *c;
    const shop_data *s;
    consent_level otherwise;        /* of visitors nobody asked */
    arena *scratch;                 /* of all but c->arena */
    map64 visitors;                 /* hash of the name -> number + 1 */
    uint32_t n_visitors, place;     /* place: rows taken, for the order of what happened at once */
    step *steps;
    visit_order *orders;
    uint64_t *names;                /* n_visitors */
    size_t n, room, n_orders, orders_room, names_room, rows;
    int64_t last;                   /* newest id of the page */
} reading;

/* ---- rows ---- */
static err_code visitor_of(reading *r, str name, uint32_t *ret_visitor) {
    uint32_t *number = map64_at(&r->visitors, hash_str(name));
    if (!number) return no_memory(r->c);
    if (!*number) {
        r->names = grow_array(r->scratch, r->names, r->n_visitors, &r->names_room, sizeof *r->names);
        if (!r->names) return no_memory(r->c);
        r->names[r->n_visitors] = hash_str(name);
        *number = ++r->n_visitors;
    }
    *ret_visitor = *number - 1;
    return ERR_OK;
}

/* Of too much the newer half stays: rows come in the order of time. */
static void drop_oldest(reading *r) {
    size_t kept = r->n / 2;
    memmove(r->steps, r->steps + (r->n - kept), kept * sizeof *r->steps);
    r->n = kept;
}

static err_code add_step(reading *r, const step *x) {
    if (r->n == LIMIT_LEARN_STEPS) drop_oldest(r);
    r->steps = grow_array(r->scratch, r->steps, r->n, &r->room, sizeof *r->steps);
    if (!r->steps) return no_memory(r->c);
    r->steps[r->n++] = *x;
    return ERR_OK;
}

static err_code add_order(reading *r, str order_id, int64_t time_ms, uint32_t visitor) {
    if (!order_id.n) return ERR_OK;
    r->orders = grow_array(r->scratch, r->orders, r->n_orders, &r->orders_room, sizeof *r->orders);
    if (!r->orders) return no_memory(r->c);
    r->orders[r->n_orders++] = (visit_order){ hash_str(order_id), time_ms, visitor };
    return ERR_OK;
}

static bool agreed(const reading *r, str consent) {
    consent_level told = CONSENT_UNTOLD;
    (void)consent_find(consent, &told);                     /* a word that is none says nothing */
    return (told == CONSENT_UNTOLD ? r->otherwise : told) == CONSENT_ALL;
}

/* Columns as query_shopping lists them. */
enum { EVENT_ID, KIND, TIME_MS, VISITOR_ID, PRODUCT_ID, ORDER_ID, ITEMS, CONSENT };

static err_code take_products(reading *r, const logged_event *e, event_kind kind, uint32_t visitor) {
    event_products about;
    event_read_products(e, &about);
    for (size_t i = 0; i < about.n; i++) {
        const step x = { e->time_ms, visitor, shop_find_item(r->s, about.id[i]), r->place, (uint8_t)kind };
        if (x.item != SHOP_NONE) TRY(add_step(r, &x));
    }
    r->place++;
    return ERR_OK;
}

static err_code take_row(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* eight, as the query says */
    reading *r = arg;
    event_kind kind;
    uint32_t visitor = 0;
    r->rows++;
    r->last = v[EVENT_ID].v.i;
    if (!event_kind_find(v[KIND].v.s, &kind) || !(event_kinds[kind].weight > 0) || !agreed(r, v[CONSENT].v.s)) return ERR_OK;
    TRY(visitor_of(r, v[VISITOR_ID].v.s, &visitor));
    if (kind == EVENT_PURCHASE) TRY(add_order(r, v[ORDER_ID].v.s, v[TIME_MS].v.i, visitor));
    const logged_event e = { .time_ms = v[TIME_MS].v.i, .product_id = v[PRODUCT_ID].v.s, .items = v[ITEMS].v.s };
    return take_products(r, &e, kind, visitor);
}

/* ---- the log ---- */
static err_code read_consent(ctx *c, db *d, int64_t store_id, consent_level *ret_otherwise) {
    store row = { .store_id = store_id };
    err_code e = storage_get(c, d, &store_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    const store_settings settings = store_settings_read(c, e ? STR("") : row.settings);
    *ret_otherwise = CONSENT_ALL;
    (void)consent_find(str_of(settings.consent), ret_otherwise);        /* a word that is none leaves the default */
    if (*ret_otherwise == CONSENT_UNTOLD) *ret_otherwise = CONSENT_ALL;
    return ERR_OK;
}

static int64_t first_id_at(int64_t time_ms) {
    if (time_ms <= 0) return 0;
    return time_ms > INT64_MAX >> EVENT_ID_BITS ? INT64_MAX : time_ms << EVENT_ID_BITS;
}

/* Page by page, each a walk of its own over a range of keys. */
static err_code read_log(reading *r, db *d) {
    int64_t after = 0, end = first_id_at(r->s->as_of_ms);
    const sql_value newest[] = { SQL_INT(r->s->store_id), SQL_INT(0), SQL_INT(end), SQL_INT(LIMIT_LEARN_EVENTS) };
    TRY(storage_query_i64(r->c, d, &query_event_before, newest, COUNT(newest), 0, &after));
    do {
        arena_mark mark = arena_save(r->c->arena);
        const sql_value page[] = { SQL_INT(r->s->store_id), SQL_INT(after), SQL_INT(end), SQL_INT(PAGE_ROWS) };
        r->rows = 0;
        TRY(storage_query(r->c, d, &query_shopping, page, COUNT(page), take_row, r));
        after = r->last;
        arena_restore(r->c->arena, mark);
        TRY(ctx_check(r->c));
    } while (r->rows == PAGE_ROWS);
    return ERR_OK;
}

/* ---- sorted ---- */
static int by_visitor_and_time(const void *a, const void *b) {
    const step *x = a, *y = b;
    if (x->visitor != y->visitor) return x->visitor < y->visitor ? -1 : 1;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static err_code visits_new(ctx *c, uint32_t n_visitors, size_t n, size_t n_orders, shop_visits *v) {
    v->n_visitors = n_visitors;
    v->names = arena_new_raw(c->arena, uint64_t, n_visitors);
    v->start = arena_new(c->arena, uint64_t, (size_t)n_visitors + 1);
    v->item = arena_new_raw(c->arena, uint32_t, n), v->visit = arena_new_raw(c->arena, uint32_t, n);
    v->kind = arena_new_raw(c->arena, uint8_t, n), v->time_ms = arena_new_raw(c->arena, int64_t, n);
    v->orders = arena_new_raw(c->arena, visit_order, n_orders);
    return v->names && v->start && v->item && v->visit && v->kind && v->time_ms && v->orders ? ERR_OK : no_memory(c);
}

/* Visits of each visitor, by silence. */
static void cut_visits(shop_visits *v) {
    for (uint32_t u = 0; u < v->n_visitors; u++) {
        v->n_visits += v->start[u] < v->start[u + 1];
        for (uint64_t e = v->start[u]; e < v->start[u + 1]; e++) {
            bool first = e == v->start[u], silent = !first && v->time_ms[e] - v->time_ms[e - 1] > SESSION_GAP_MS;
            v->visit[e] = first ? 0 : v->visit[e - 1] + silent;
            v->n_visits += silent;
        }
    }
}

/* Numbers of the steps, by time. */
static err_code index_by_time(ctx *c, uint64_t n, shop_visits *v) {
    enum { NUMBER_BITS = 23 };
    _Static_assert(LIMIT_LEARN_STEPS < 1 << NUMBER_BITS, "a step's number beside forty bits of time");
    arena_mark mark;
    v->by_time = arena_new_raw(c->arena, uint32_t, n);
    mark = arena_save(c->arena);
    uint64_t *keys = arena_new_raw(c->arena, uint64_t, n);
    if (!v->by_time || !keys) return no_memory(c);
    int64_t first_ms = n ? v->time_ms[0] : 0;
    for (uint64_t e = 0; e < n; e++) first_ms = v->time_ms[e] < first_ms ? v->time_ms[e] : first_ms;
    for (uint64_t e = 0; e < n; e++) keys[e] = (uint64_t)(v->time_ms[e] - first_ms) << NUMBER_BITS | e;
    keys_sort(keys, n);
    for (uint64_t e = 0; e < n; e++) v->by_time[e] = (uint32_t)(keys[e] & ((1u << NUMBER_BITS) - 1));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code sort_steps(ctx *c, const reading *r, shop_visits *v) {
    if (r->n) qsort(r->steps, r->n, sizeof *r->steps, by_visitor_and_time);
    TRY(visits_new(c, r->n_visitors, r->n, r->n_orders, v));
    for (size_t e = 0; e < r->n; e++) {
        const step *x = &r->steps[e];
        v->start[x->visitor + 1] = e + 1;
        v->item[e] = x->item, v->kind[e] = x->kind, v->time_ms[e] = x->time_ms;
    }
    for (uint32_t u = 0; u < v->n_visitors; u++)
        if (v->start[u + 1] < v->start[u]) v->start[u + 1] = v->start[u];       /* of products we do not have */
    if (r->n_visitors) memcpy(v->names, r->names, r->n_visitors * sizeof *v->names);
    if (r->n_orders) memcpy(v->orders, r->orders, r->n_orders * sizeof *v->orders);
    v->n_orders = r->n_orders;
    cut_visits(v);
    return index_by_time(c, r->n, v);
}

err_code shop_visits_load(ctx *c, db *d, const shop_data *s, shop_visits *ret_visits) {
    shop_visits v = { .as_of_ms = s->as_of_ms };
    AUTO_ARENA scratch;
    arena_init(&scratch, c->arena->cap);
    reading r = { .c = c, .s = s, .scratch = &scratch };
    map64_init(&r.visitors, &scratch);
    TRY(read_consent(c, d, s->store_id, &r.otherwise));
    TRY(read_log(&r, d));
    TRY(sort_steps(c, &r, &v));
    *ret_visits = v;
    return ERR_OK;
}

/* End of the visits of u that had ended by silence before a moment. */
static uint64_t ended_before(const shop_visits *v, uint32_t u, int64_t before_ms) {
    uint64_t end = v->start[u];
    while (end < v->start[u + 1] && v->time_ms[end] < before_ms) end++;
    if (end > v->start[u] && before_ms - v->time_ms[end - 1] <= SESSION_GAP_MS) {
        uint32_t open = v->visit[end - 1];
        while (end > v->start[u] && v->visit[end - 1] == open) end--;
    }
    return end;
}

err_code shop_visits_before(ctx *c, const shop_visits *v, int64_t before_ms, shop_visits *ret_visits) {
    shop_visits then = { .as_of_ms = before_ms };
    uint64_t n = 0;
    TRY(visits_new(c, v->n_visitors, v->start[v->n_visitors], v->n_orders, &then));
    for (uint32_t u = 0; u < v->n_visitors; u++) {
        for (uint64_t e = v->start[u], end = ended_before(v, u, before_ms); e < end; e++, n++)
            then.item[n] = v->item[e], then.kind[n] = v->kind[e], then.time_ms[n] = v->time_ms[e];
        then.start[u + 1] = n;
    }
    if (v->n_visitors) memcpy(then.names, v->names, v->n_visitors * sizeof *v->names);
    for (size_t i = 0; i < v->n_orders; i++)
        if (v->orders[i].time_ms < before_ms) then.orders[then.n_orders++] = v->orders[i];
    cut_visits(&then);
    *ret_visits = then;
    return ERR_OK;
}

/* ---- what is made of it ---- */
typedef struct { uint64_t *start; uint32_t *item, *visit; float *weight; int64_t *time_ms; } columns;

/* One event more, or the same product again: the nearest to a purchase counts, and the last moment, for all of it was known then only. */
static uint64_t add_event(const shop_visits *v, uint64_t e, uint64_t first, uint64_t n, columns *to) {
    float weight = (float)event_kinds[v->kind[e]].weight;
    bool again = n > first && to->item[n - 1] == v->item[e] && to->visit[n - 1] == v->visit[e];
    if (again) {
        if (weight > to->weight[n - 1]) to->weight[n - 1] = weight;
        to->time_ms[n - 1] = v->time_ms[e];
        return n;
    }
    to->item[n] = v->item[e], to->visit[n] = v->visit[e], to->weight[n] = weight, to->time_ms[n] = v->time_ms[e];
    return n + 1;
}

err_code shop_visits_interactions(ctx *c, const shop_visits *v, uint32_t n_items, interactions *ret_x) {
    uint64_t all = v->start[v->n_visitors], n = 0;
    columns to = { arena_new(c->arena, uint64_t, (size_t)v->n_visitors + 1), arena_new_raw(c->arena, uint32_t, all),
                   arena_new_raw(c->arena, uint32_t, all), arena_new_raw(c->arena, float, all), arena_new_raw(c->arena, int64_t, all) };
    if (!to.start || !to.item || !to.visit || !to.weight || !to.time_ms) return no_memory(c);
    for (uint32_t u = 0; u < v->n_visitors; u++) {
        for (uint64_t e = v->start[u]; e < v->start[u + 1]; e++) n = add_event(v, e, to.start[u], n, &to);
        to.start[u + 1] = n;
    }
    *ret_x = (interactions){ .n_users = v->n_visitors, .n_items = n_items, .start = to.start, .item = to.item, .visit = to.visit,
                             .weight = to.weight, .time_ms = to.time_ms, .as_of_ms = v->as_of_ms };
    return ERR_OK;
}

err_code shop_visits_buyers(ctx *c, const shop_visits *v, const shop_baskets *b, uint32_t **ret_visitor) {
    map64 told;
    uint32_t *visitor = arena_new_raw(c->arena, uint32_t, b->n);
    if (!visitor) return no_memory(c);
    arena_mark mark = arena_save(c->arena);
    map64_init(&told, c->arena);
    for (size_t i = 0; i < v->n_orders; i++) {
        uint32_t *at = map64_at(&told, v->orders[i].order);
        if (!at) return no_memory(c);
        if (!*at) *at = v->orders[i].visitor + 1;           /* who told first */
    }
    for (uint32_t i = 0; i < b->n; i++) {
        const uint32_t *at = v->n_orders ? map64_find(&told, b->order[i]) : NULL;
        visitor[i] = at ? *at - 1 : SHOP_NONE;
    }
    arena_restore(c->arena, mark);
    *ret_visitor = visitor;
    return ERR_OK;
}
