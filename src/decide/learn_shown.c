/* Which answers were clicked, then answers, then the events behind them, newest first, then the lines sold. It does NOT learn
 * (learn_outcomes.c). */
#include "decide/learn_shown_int.h"
#include <string.h>
#include "base/grow.h"
#include "base/limits.h"
#include "events/counters.h"
#include "events/event.h"
#include "events/identity.h"
#include "schema/exposed_items.h"
#include "schema/rec_id.h"
#include "storage/queries.h"

/* A click may still come: what was shown just before the moment says nothing yet. */
#define UNRIPE_MS (30 * (int64_t)MS_PER_MINUTE)

typedef struct {
    arena *home;                    /* of the log; c->arena is scratch */
    ctx *c;
    db *d;
    const shop_data *s;
    shown_log log;
    const shop_visits *v;
    size_t n_products, room_products;
    int64_t from_ms;                /* nothing before it is read */
    map64 clicked;                  /* hashes of answers that something came of */
    uint32_t n_clicked, n_silent, most_silent;      /* of those remembered */
    uint64_t drawn;                 /* of the silent those are kept whose hash has none of these bits: one of `drawn` + 1 */
    uint64_t *hash;                 /* of each lesson */
    uint64_t n_events;              /* looked through for clicks */
    map64 answer_at, visitor_at, customer_at;
    map64 customers;                /* hash of "c:" + id -> customer + 1 */
    examination *curves;            /* of each row of all_placements */
    bool *closed;                   /* of each lesson: dismissed */
} reading;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read what was shown: more memory than a job may have"); }

/* ---- who ---- */
static err_code index_visitors(reading *r) {
    for (uint32_t i = 0; i < r->v->n_visitors; i++) {
        uint32_t *at = map64_at(&r->visitor_at, r->v->names[i]);
        if (!at) return no_memory(r->c);
        *at = i + 1;
    }
    return ERR_OK;
}

static uint32_t find_visitor(const reading *r, str id) {
    const uint32_t *at = id.n ? map64_find(&r->visitor_at, hash_str(id)) : NULL;
    return at ? *at - 1 : SHOP_NONE;
}

static err_code index_customers(reading *r) {
    const shop_baskets *b = &r->s->baskets;
    for (uint32_t i = 0; i < b->n_customers; i++) {
        str alias = identity_alias(r->c->arena, 'c', b->customer_ids[i]);
        uint32_t *at = alias.p ? map64_at(&r->customers, hash_str(alias)) : NULL;
        if (!at) return no_memory(r->c);
        if (!*at) *at = i + 1;
    }
    return ERR_OK;
}

/* The account of a person, asked once each. */
static err_code find_customer(reading *r, str person, uint32_t *ret_customer) {
    *ret_customer = SHOP_NONE;
    if (!person.n) return ERR_OK;
    uint32_t *at = map64_at(&r->customer_at, hash_str(person));
    if (!at) return no_memory(r->c);
    if (!*at) {
        person_alias *names = NULL;
        size_t n = 0;
        *at = UINT32_MAX;
        TRY(identity_names(r->c, r->d, r->s->store_id, person, &names, &n));
        for (size_t i = 0; i < n; i++) {
            const uint32_t *found = map64_find(&r->customers, hash_str(names[i].alias));
            if (found) *at = *found;
        }
    }
    if (*at != UINT32_MAX) *ret_customer = *at - 1;
    return ERR_OK;
}

/* ---- answers ---- */
static err_code add_product(reading *r, const shown_lesson *x, const exposed_item *e, int64_t position) {
    decide_source source;
    uint32_t item = shop_find_item(r->s, e->product_id);
    if (item == SHOP_NONE || !decide_source_find(e->source, &source) || source == SOURCE_ALL) return ERR_OK;
    shown_product *more = grow_array(r->home, r->log.products, r->n_products, &r->room_products, sizeof *more);
    if (!more) return no_memory(r->c);
    r->log.products = more;
    more[r->n_products++] = (shown_product){ .item = item, .source = (uint8_t)source, .promised = (float)e->probability,
                                             .chance = (float)examination_of(&r->curves[x->place - all_placements], position) };
    return ERR_OK;
}

static err_code add_answer(reading *r, const sql_value *v, uint64_t hash) {
    exposed_item *items = NULL;
    size_t n = 0;
    shown_lesson x = { .time_ms = v[1].v.i, .place = placement_find(v[4].v.s), .visitor = find_visitor(r, v[2].v.s),
                       .first = (uint32_t)r->n_products };
    if (!x.place || exposed_items_read(r->c, v[6].v.s, &items, &n) || !n) return ERR_OK;    /* none of ours */
    for (size_t k = 0; k < n; k++) TRY(add_product(r, &x, &items[k], (int64_t)k + 1));
    x.n = (uint32_t)r->n_products - x.first;
    x.by_outcomes = str_eq(v[7].v.s, STR("outcomes"));
    x.product = shop_find_item(r->s, v[5].v.s);
    TRY(find_customer(r, v[3].v.s, &x.customer));
    r->hash[r->log.n] = hash;
    r->log.lessons[r->log.n++] = x;
    return ERR_OK;
}

static bool was_clicked(const reading *r, uint64_t hash) { return map64_find(&r->clicked, hash) != NULL; }
static bool is_drawn(const reading *r, uint64_t hash) { return !(hash & r->drawn); }

/* Too many silent ones: half of them go, those that the next bit of their hash says. */
static void draw_again(reading *r) {
    shown_log *l = &r->log;
    uint32_t n = 0;
    size_t n_products = 0;
    r->drawn = 2 * r->drawn + 1, r->n_silent = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        shown_lesson x = l->lessons[i];
        bool clicked = was_clicked(r, r->hash[i]);
        if (!clicked && !is_drawn(r, r->hash[i])) continue;
        memmove(l->products + n_products, l->products + x.first, x.n * sizeof *l->products);
        x.first = (uint32_t)n_products, n_products += x.n;
        r->n_silent += !clicked;
        r->hash[n] = r->hash[i], l->lessons[n++] = x;
    }
    l->n = n, r->n_products = n_products;
}

static err_code consider(reading *r, const sql_value *v) {
    uint64_t hash = hash_str(v[0].v.s);
    bool clicked = was_clicked(r, hash);
    if (r->n_clicked == LIMIT_LESSONS_CLICKED || (!clicked && !is_drawn(r, hash))) return ERR_OK;
    TRY(add_answer(r, v, hash));
    r->n_clicked += clicked, r->n_silent += !clicked;
    while (r->n_silent > r->most_silent) draw_again(r);
    return ERR_OK;
}

/* query_shown_answers */
static err_code take_answer(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* as the query says */
    reading *r = arg;
    arena_mark before = arena_save(r->c->arena);
    err_code e = consider(r, v);
    arena_restore(r->c->arena, before);
    return e ? e : ctx_check(r->c);
}

static err_code read_curves(reading *r) {
    r->curves = arena_new_raw(r->home, examination, n_placements);
    if (!r->curves) return no_memory(r->c);
    for (size_t i = 0; i < n_placements; i++)
        TRY(counters_read_curve(r->c, r->d, r->s->store_id, str_of(all_placements[i].name), &r->curves[i]));
    return ERR_OK;
}

static err_code read_answers(reading *r) {
    char first[REC_ID_LENGTH + 1], end[REC_ID_LENGTH + 1];
    rec_id_first(r->from_ms, first);
    rec_id_first(r->s->as_of_ms - UNRIPE_MS, end);
    const sql_value binds[] = { SQL_INT(r->s->store_id), SQL_TEXT(str_of(first)), SQL_TEXT(str_of(end)), SQL_INT(LIMIT_LESSONS_READ) };
    size_t room = LIMIT_LESSONS_CLICKED + (size_t)r->most_silent + 1;       /* what is not used is not touched */
    r->log.lessons = arena_new_raw(r->home, shown_lesson, room);
    r->hash = arena_new_raw(r->home, uint64_t, room);
    if (!r->log.lessons || !r->hash) return no_memory(r->c);
    TRY(storage_query(r->c, r->d, &query_shown_answers, binds, COUNT(binds), take_answer, r));
    for (uint32_t i = 0; i < r->log.n; i++) {
        uint32_t *at = map64_at(&r->answer_at, r->hash[i]);
        if (!at) return no_memory(r->c);
        *at = i + 1;
        r->log.lessons[i].stands_for = was_clicked(r, r->hash[i]) ? 1 : (float)(r->drawn + 1);
    }
    return ERR_OK;
}

/* ---- what followed ---- */
static void look(shown_product *p) { p->looked = true; }

static void note_value(shown_lesson *x, shown_product *p, event_kind kind, int64_t time_ms) {
    float weight = (float)event_kinds[kind].weight;
    p->looked = p->clicked = true;
    if (weight > p->value) p->value = weight;
    if (time_ms > x->last_ms) x->last_ms = time_ms;
}

static shown_product *product_in(reading *r, const shown_lesson *x, str id) {
    uint32_t item = shop_find_item(r->s, id);
    for (uint32_t k = x->first; item != SHOP_NONE && k < x->first + x->n; k++)
        if (r->log.products[k].item == item) return &r->log.products[k];
    return NULL;
}

/* An impression names its products, or stands for all of its answer. */
static void note_impression(reading *r, const shown_lesson *x, str product_id, str items) {
    const json_value *list = NULL;
    shown_product *one = product_in(r, x, product_id);
    if (one) look(one);
    if (items.n && json_parse(r->c, items, JSON_READ_STRICT, &list)) list = NULL;
    for (size_t i = 0; i < jr_count(list); i++)
        if ((one = product_in(r, x, jr_string(jr_at(jr_at(list, i), 0))))) look(one);
    for (uint32_t k = x->first; !list && !product_id.n && k < x->first + x->n; k++) look(&r->log.products[k]);
}

static shown_lesson *lesson_of(reading *r, str rec_id) {
    const uint32_t *at = rec_id.n ? map64_find(&r->answer_at, hash_str(rec_id)) : NULL;
    return at ? &r->log.lessons[*at - 1] : NULL;
}

static void note_followed(reading *r, event_kind kind, const sql_value *v) {
    shown_lesson *x = lesson_of(r, v[4].v.s);
    if (!x || (v[1].v.i >> EVENT_ID_BITS) - x->time_ms > COUNTED_MS) return;
    shown_product *p = product_in(r, x, v[3].v.s);
    if (kind == EVENT_IMPRESSION) note_impression(r, x, v[3].v.s, v[5].v.s);
    else if (kind == EVENT_WIDGET_DISMISS) r->closed[x - r->log.lessons] = true;
    else if (p && (kind == EVENT_CLICK || kind == EVENT_CART)) note_value(x, p, kind, v[2].v.i);
}

/* query_shown_events */
static err_code take_event(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    reading *r = arg;
    event_kind kind;
    if (!event_kind_find(v[0].v.s, &kind)) return ERR_OK;
    arena_mark before = arena_save(r->c->arena);
    note_followed(r, kind, v);
    arena_restore(r->c->arena, before);
    return ctx_check(r->c);
}

/* query_shown_lines */
static err_code take_line(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    reading *r = arg;
    shown_lesson *x = lesson_of(r, v[0].v.s);
    shown_product *p = x ? product_in(r, x, v[1].v.s) : NULL;
    if (p) note_value(x, p, EVENT_PURCHASE, v[2].v.i);
    return ERR_OK;
}

/* Events and lines since `from_ms`, newest first. */
static err_code read_events(reading *r, query_row *event, query_row *line) {
    int64_t to = r->s->as_of_ms;
    const sql_value events[] = { SQL_INT(r->s->store_id), SQL_INT(r->from_ms << EVENT_ID_BITS), SQL_INT(to << EVENT_ID_BITS),
                                 SQL_INT(LIMIT_LESSONS_EVENTS) };
    const sql_value lines[] = { SQL_INT(r->s->store_id), SQL_INT(r->from_ms), SQL_INT(to), SQL_INT(LIMIT_LESSONS_EVENTS) };
    TRY(storage_query(r->c, r->d, &query_shown_events, events, COUNT(events), event, r));
    return storage_query(r->c, r->d, &query_shown_lines, lines, COUNT(lines), line, r);
}

static err_code read_followed(reading *r) {
    r->closed = arena_new(r->home, bool, r->log.n);
    if (!r->closed) return no_memory(r->c);
    return read_events(r, take_event, take_line);
}

/* ---- which were clicked ---- */
static err_code note_clicked(reading *r, str rec_id) {
    return map64_at(&r->clicked, hash_str(rec_id)) ? ERR_OK : no_memory(r->c);
}

/* query_shown_events: the newest first, so the last one says how far back all is known. */
static err_code look_for_click(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    reading *r = arg;
    event_kind kind;
    if (++r->n_events == LIMIT_LESSONS_EVENTS) r->from_ms = v[1].v.i >> EVENT_ID_BITS;
    if (!event_kind_find(v[0].v.s, &kind) || (kind != EVENT_CLICK && kind != EVENT_CART)) return ctx_check(r->c);
    return note_clicked(r, v[4].v.s);
}

/* query_shown_lines */
static err_code look_for_sale(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    return note_clicked(arg, v[0].v.s);
}

/* ---- all of it ---- */
static bool count_looks(reading *r, shown_lesson *x) {
    for (uint32_t k = x->first; k < x->first + x->n; k++) {
        x->n_looked += r->log.products[k].looked;
        x->n_clicked += r->log.products[k].clicked;
    }
    return x->n_looked && (x->n_clicked || !r->closed[x - r->log.lessons]);
}

/* Oldest first, those alone that somebody looked at. */
static void put_in_order(reading *r) {
    shown_log *l = &r->log;
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++)
        if (count_looks(r, &l->lessons[i])) l->lessons[n++] = l->lessons[i];
    for (uint32_t i = 0; i < n / 2; i++) {
        shown_lesson swap = l->lessons[i];
        l->lessons[i] = l->lessons[n - 1 - i], l->lessons[n - 1 - i] = swap;
    }
    l->n = n;
    for (uint32_t i = 0; i < n; i++) {
        l->looks += (uint64_t)((double)l->lessons[i].n_looked * (double)l->lessons[i].stands_for);
        l->clicks += l->lessons[i].n_clicked;
    }
}

static err_code read_all(reading *r) {
    map64_init(&r->answer_at, r->home), map64_init(&r->visitor_at, r->home);
    map64_init(&r->customer_at, r->home), map64_init(&r->customers, r->home), map64_init(&r->clicked, r->home);
    TRY(index_visitors(r));
    TRY(index_customers(r));
    TRY(read_curves(r));
    TRY(read_events(r, look_for_click, look_for_sale));
    TRY(read_answers(r));
    if (!r->log.n) return ERR_OK;
    TRY(read_followed(r));
    TRY(counters_read_half_life(r->c, r->d, r->s->store_id, &r->log.half_life_ms));
    put_in_order(r);
    return ERR_OK;
}

err_code shown_log_read(ctx *c, db *d, const shop_data *s, const shop_visits *v, uint32_t silent, shown_log *ret_log) {
    reading r = { .home = c->arena, .c = c, .d = d, .s = s, .v = v, .most_silent = silent };
    int64_t from = s->as_of_ms - LIMIT_LESSONS_DAYS * (int64_t)MS_PER_DAY;
    r.from_ms = from > 0 ? from : 0;
    AUTO_ARENA scratch;
    arena_init(&scratch, c->arena->cap);
    c->arena = &scratch;
    err_code e = read_all(&r);
    c->arena = r.home;
    if (!e) *ret_log = r.log;
    return e;
}
