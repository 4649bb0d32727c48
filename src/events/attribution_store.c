/* Reads an order and what its person was shown, and writes the rows of attribution. It does NOT decide anything: attribution.c does. */
#include "events/attribution.h"
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "events/event.h"
#include "events/order_links.h"
#include "schema/exposed_items.h"
#include "schema/order_status.h"

enum { PAGE_EVENTS = 500, MOST_TOUCHES = 4096, MOST_LINES = 1000 };
#define KEPT_ARENA (64 * MIB)                   /* rows and touches of one order */
#define PAGE_ARENA (64 * MIB)                   /* a page of events; emptied after each */

typedef struct { exposure row; exposed_item *items; size_t n; } seen_answer;

typedef struct {
    ctx *c;                                     /* its arena is `kept` */
    db *d;
    arena page;
    order o;
    order_link link;
    order_line *lines;
    refund *refunds;
    refund_line *returned;
    size_t n_lines, n_refunds, n_returned;
    attribution_windows windows;
    str person;
    touch *touches;                             /* of products of the order; beyond MOST_TOUCHES the oldest go */
    size_t n_touches;
    map answer_at;                              /* rec_id -> place in `answers` */
    seen_answer *answers;
    size_t n_answers, answers_room;
} walk;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "attribute an order"); }

/* ---- settings ---- */
static int64_t whole(const json_value *settings, const char *key, int64_t low, int64_t high, int64_t otherwise) {
    int64_t v;
    return jr_i64(jr_get(settings, key), &v) && v >= low && v <= high ? v : otherwise;
}

attribution_windows attribution_windows_of(ctx *c, const store *s) {
    const json_value *v = NULL;
    const attribution_windows usual = ATTRIBUTION_WINDOWS;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    return (attribution_windows){
        .click_ms = whole(v, "attribution_click_days", 1, 90, usual.click_ms / MS_PER_DAY) * MS_PER_DAY,
        .view_ms = whole(v, "attribution_view_hours", 0, 720, usual.view_ms / MS_PER_HOUR) * MS_PER_HOUR,
    };
}

static err_code read_windows(walk *w) {
    store s = { .store_id = w->o.store_id };
    err_code e = storage_get(w->c, w->d, &store_entity, &s);
    if (e && e != ERR_NOT_FOUND) return e;
    w->windows = e ? ATTRIBUTION_WINDOWS : attribution_windows_of(w->c, &s);
    return ERR_OK;
}

/* ---- the order ---- */
/* Of everything that decides: the order's own hash covers its lines; refunds come with it or by themselves. */
static int64_t hash_of(const walk *w) {
    uint64_t h = entity_hash(&order_entity, &w->o, (uint64_t)w->o.payload_hash);
    for (size_t i = 0; i < w->n_lines; i++) h = entity_hash(&order_line_entity, &w->lines[i], h);
    for (size_t i = 0; i < w->n_refunds; i++) h = entity_hash(&refund_entity, &w->refunds[i], h);
    for (size_t i = 0; i < w->n_returned; i++) h = entity_hash(&refund_line_entity, &w->returned[i], h);
    return (int64_t)h;
}

static err_code read_children(walk *w) {
    const order_line line = { .store_id = w->o.store_id, .order_id = w->o.order_id };
    const refund back = { .store_id = w->o.store_id, .order_id = w->o.order_id };
    const refund_line part = { .store_id = w->o.store_id, .order_id = w->o.order_id };
    TRY(storage_scan(w->c, w->d, &order_line_entity, &line, 2, NULL, MOST_LINES, &w->lines, &w->n_lines));
    TRY(storage_scan(w->c, w->d, &refund_entity, &back, 2, NULL, MOST_LINES, &w->refunds, &w->n_refunds));
    return storage_scan(w->c, w->d, &refund_line_entity, &part, 2, NULL, MOST_LINES, &w->returned, &w->n_returned);
}

/* Shops tell whole seconds: what was clicked within the second of the order came before it. */
static int64_t ordered_ms(const walk *w) { return w->o.created_ms + (w->o.created_ms % MS_PER_SECOND ? 0 : MS_PER_SECOND - 1); }

static bool is_item(const order_line *l) { return str_eq(l->kind, STR("item")); }

static err_code make_order(const walk *w, placed_order *ret_order) {
    bought_line *lines = arena_new(w->c->arena, bought_line, w->n_lines + 1);
    returned_line *returned = arena_new(w->c->arena, returned_line, w->n_returned + 1);
    placed_order o = { .ordered_ms = ordered_ms(w), .is_sale = order_status_is_sale(w->o.status), .total = w->o.total, .lines = lines,
                       .returned = returned, .n_returned = w->n_returned };
    if (!lines || !returned) return no_memory(w->c);
    for (size_t i = 0; i < w->n_lines; i++) {
        const order_line *l = &w->lines[i];
        if (is_item(l)) lines[o.n_lines++] = (bought_line){ l->line_id, l->product_id, l->variation_id, l->total + l->total_tax };
    }
    for (size_t i = 0; i < w->n_refunds; i++) o.refunded += w->refunds[i].amount;
    for (size_t i = 0; i < w->n_returned; i++)
        returned[i] = (returned_line){ w->returned[i].product_id, w->returned[i].variation_id,
                                       w->returned[i].total + w->returned[i].total_tax };
    *ret_order = o;
    return ERR_OK;
}

/* ---- answers that were given ---- */
/* Kept by rec_id, also that there is none. */
static err_code answer_of(walk *w, str rec_id, const seen_answer **ret_answer) {
    bool added = false;
    uint32_t at = map_put(&w->answer_at, rec_id, (uint32_t)w->n_answers, &added);
    if (at == UINT32_MAX) return no_memory(w->c);
    if (added && w->n_answers == w->answers_room) {
        size_t room = w->answers_room ? 2 * w->answers_room : 64;
        seen_answer *more = arena_new(w->c->arena, seen_answer, room);
        if (!more) return no_memory(w->c);
        if (w->n_answers) memcpy(more, w->answers, w->n_answers * sizeof *more);
        w->answers = more;
        w->answers_room = room;
    }
    if (added) {
        seen_answer *a = &w->answers[w->n_answers++];
        *a = (seen_answer){ .row = { .store_id = w->o.store_id, .rec_id = rec_id } };
        err_code e = storage_get(w->c, w->d, &exposure_entity, &a->row);
        if (!e) e = exposed_items_read(w->c, a->row.items, &a->items, &a->n);
        if (e && e != ERR_NOT_FOUND && e != ERR_CORRUPT) return e;     /* an answer nobody can read moved nobody */
    }
    *ret_answer = &w->answers[at];
    return ERR_OK;
}

/* ---- touches ---- */
static bool is_bought(const walk *w, str product_id, str variation_id) {
    for (size_t i = 0; i < w->n_lines; i++) {
        const order_line *l = &w->lines[i];
        if (!is_item(l)) continue;
        if (product_id.n && (str_eq(product_id, l->product_id) || str_eq(product_id, l->variation_id))) return true;
        if (variation_id.n && str_eq(variation_id, l->variation_id)) return true;
    }
    return false;
}

static err_code keep_touch(walk *w, const touch *t) {
    touch copy = *t;
    str *const texts[] = { &copy.rec_id, &copy.product_id, &copy.variation_id, &copy.placement, &copy.source, &copy.arms };
    for (size_t i = 0; i < COUNT(texts); i++) {
        *texts[i] = str_dup(w->c->arena, *texts[i]);
        if (!texts[i]->p) return no_memory(w->c);
    }
    w->touches[w->n_touches++ % MOST_TOUCHES] = copy;
    return ERR_OK;
}

/* Position in the answer from 1, 0 when it was not in it. */
static size_t place_in(const seen_answer *a, const touch *t) {
    for (size_t i = 0; i < a->n; i++)
        if (str_eq(a->items[i].product_id, t->product_id) || str_eq(a->items[i].product_id, t->variation_id)) return i + 1;
    return 0;
}

/* Where and why it was shown, the answer says and not the page. One that did not hold the product, or was not given, moved nobody. */
static err_code take_touch(walk *w, touch t) {
    const seen_answer *a = NULL;
    if (!is_bought(w, t.product_id, t.variation_id)) return ERR_OK;
    TRY(answer_of(w, t.rec_id, &a));
    size_t place = place_in(a, &t);
    if (!place || a->row.held_out) return ERR_OK;
    t.position = (int64_t)place;
    t.placement = a->row.placement;
    t.arms = a->row.arms;
    t.source = a->items[place - 1].source;
    return keep_touch(w, &t);
}

/* All products of its answer. */
static err_code take_answer(walk *w, touch t) {
    const seen_answer *a = NULL;
    TRY(answer_of(w, t.rec_id, &a));
    size_t at = (size_t)(a - w->answers);               /* the list may move while touches are taken */
    for (size_t i = 0; i < w->answers[at].n; i++) {
        t.product_id = w->answers[at].items[i].product_id;
        TRY(take_touch(w, t));
    }
    return ERR_OK;
}

/* An impression names its products, or stands for all of its answer. */
static err_code take_impression(walk *w, const logged_event *e, touch t) {
    const json_value *list = NULL;
    if (t.product_id.n) TRY(take_touch(w, t));
    if (e->items.n && json_parse(w->c, e->items, JSON_READ_STRICT, &list)) list = NULL;
    if (!list && !t.product_id.n) return take_answer(w, t);
    for (size_t i = 0; i < jr_count(list); i++) {
        t.product_id = jr_string(jr_at(jr_at(list, i), 0));
        t.variation_id = (str){ 0 };
        TRY(take_touch(w, t));
    }
    return ERR_OK;
}

static err_code take_event(walk *w, const logged_event *e) {
    if (!e->rec_id.n || e->robot || e->time_ms > ordered_ms(w)) return ERR_OK;
    touch t = { .time_ms = e->time_ms, .rec_id = e->rec_id, .product_id = e->product_id, .variation_id = e->variation_id,
                .kind = TOUCH_CLICK };
    if (str_eq(e->kind, STR("click"))) return take_touch(w, t);
    t.kind = TOUCH_VIEW;
    return str_eq(e->kind, STR("impression")) ? take_impression(w, e, t) : ERR_OK;
}

/* Events lie by when they were received: those of the window may have come later, those before it cannot be in it. */
static err_code read_events(walk *w, str visitor_id) {
    int64_t longest = w->windows.click_ms > w->windows.view_ms ? w->windows.click_ms : w->windows.view_ms;
    int64_t from_ms = w->o.created_ms - longest, to_ms = w->o.created_ms + EVENT_LATE_MS;
    logged_event by = { .store_id = w->o.store_id, .visitor_id = visitor_id }, *rows = NULL, after = by;
    after.event_id = ((from_ms > 0 ? from_ms : 0) << EVENT_ID_BITS) - 1;
    arena *kept = w->c->arena;
    for (size_t n = PAGE_EVENTS; n == PAGE_EVENTS && after.event_id >> EVENT_ID_BITS <= to_ms;) {
        arena_reset(&w->page);
        w->c->arena = &w->page;
        err_code e = storage_scan_by(w->c, w->d, &logged_event_entity, "visitor_id", &by, &after, PAGE_EVENTS, &rows, &n);
        w->c->arena = kept;
        if (e) return e;
        for (size_t i = 0; i < n; i++) TRY(take_event(w, &rows[i]));
        if (n) after.event_id = rows[n - 1].event_id;
        TRY(ctx_check(w->c));
    }
    return ERR_OK;
}

/* Answers that the order names. */
static err_code read_carried(walk *w, str rec_ids) {
    for (size_t left = LIMIT_ORDER_RECS; rec_ids.p && rec_ids.n && left; left--) {
        str id = str_cut(&rec_ids, ' ');
        const seen_answer *a = NULL;
        if (!id.n) continue;
        TRY(answer_of(w, id, &a));
        TRY(take_answer(w, (touch){ .kind = TOUCH_CARRIED, .time_ms = a->row.time_ms, .rec_id = id }));
    }
    return ERR_OK;
}

/* ---- whose it is ---- */
/* The customer of the order says who it is; without one, the browser. */
static err_code find_person(walk *w) {
    str alias = identity_customer_alias(w->c->arena, w->o.customer_id);
    if (alias.p && !alias.n) alias = identity_alias(w->c->arena, 'v', order_placed_by(&w->o, &w->link));
    if (!alias.p) return no_memory(w->c);
    return alias.n ? identity_person(w->c, w->d, w->o.store_id, alias, &w->person) : ERR_OK;
}

/* The browser that placed it, and all other browsers of the person. */
static err_code read_touches(walk *w) {
    person_alias *names = NULL;
    size_t n = 0;
    str placed_by = order_placed_by(&w->o, &w->link);
    if (w->person.n) TRY(identity_names(w->c, w->d, w->o.store_id, w->person, &names, &n));
    if (placed_by.n) TRY(read_events(w, placed_by));
    for (size_t i = 0; i < n; i++) {
        if (!str_starts(names[i].alias, STR("v:"))) continue;
        str visitor = str_sub(names[i].alias, 2, names[i].alias.n);
        if (!str_eq(visitor, placed_by)) TRY(read_events(w, visitor));
    }
    TRY(read_carried(w, w->o.rec_ids));
    return read_carried(w, w->link.rec_ids);
}

/* ---- rows ---- */
static attribution row_of(const walk *w, const bought_line *l, const touch *t, int64_t refunded) {
    return (attribution){ .store_id = w->o.store_id, .order_id = w->o.order_id, .line_id = l->line_id, .how = str_of(touch_words[t->kind]),
                          .rec_id = t->rec_id, .person = w->person, .placement = t->placement, .source = t->source,
                          .product_id = l->product_id, .position = t->position, .arms = t->arms, .touched_ms = t->time_ms,
                          .ordered_ms = w->o.created_ms, .value = l->value, .refunded = refunded };
}

static const attribution *find_row(const attribution *rows, size_t n, str line_id) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].line_id, line_id)) return &rows[i];
    return NULL;
}

/* A line whose touch is found, or was found before its events were forgotten. */
static err_code write_line(walk *w, const bought_line *l, const line_credit *k, const attribution *old) {
    attribution row;
    if (k->touch != NO_TOUCH) {
        row = row_of(w, l, &w->touches[k->touch], k->refunded);
    } else {
        if (!old || !str_eq(old->product_id, l->product_id)) return ERR_OK;
        row = *old;
        row.value = l->value;
        row.refunded = k->refunded;
    }
    return storage_put(w->c, w->d, &attribution_entity, &row);
}

static err_code write_rows(walk *w) {
    placed_order o;
    attribution key = { .store_id = w->o.store_id, .order_id = w->o.order_id }, *old = NULL;
    size_t n_old = 0, n = w->n_touches < MOST_TOUCHES ? w->n_touches : MOST_TOUCHES;
    TRY(make_order(w, &o));
    TRY(storage_scan(w->c, w->d, &attribution_entity, &key, 2, NULL, MOST_LINES, &old, &n_old));
    line_credit *credits = arena_new(w->c->arena, line_credit, o.n_lines + 1);
    if (!credits) return no_memory(w->c);
    attribute(&o, w->touches, n, &w->windows, credits);
    if (n_old) TRY(storage_delete(w->c, w->d, &attribution_entity, &key, 2, NULL));     /* lines may be gone: the order was edited */
    for (size_t i = 0; i < o.n_lines; i++) TRY(write_line(w, &o.lines[i], &credits[i], find_row(old, n_old, o.lines[i].line_id)));
    return ERR_OK;
}

/* ---- one order ---- */
static err_code forget_order(walk *w) {
    attribution key = { .store_id = w->o.store_id, .order_id = w->o.order_id };
    int64_t n = 0;
    TRY(storage_delete(w->c, w->d, &attribution_entity, &key, 2, &n));
    if (!n) return ERR_OK;                      /* nothing was attributed: a page may have told of an order that is still to come */
    return storage_delete(w->c, w->d, &order_link_entity, &w->link, 2, NULL);
}

static err_code match(walk *w) {
    w->touches = arena_new_raw(w->c->arena, touch, MOST_TOUCHES);
    if (!w->touches) return no_memory(w->c);
    map_init(&w->answer_at, w->c->arena);
    TRY(order_link_identity(w->c, w->d, &w->o, &w->link));
    TRY(find_person(w));
    TRY(read_windows(w));
    TRY(read_touches(w));
    return write_rows(w);
}

static err_code run(walk *w) {
    TRY(order_link_get(w->c, w->d, w->o.store_id, w->o.order_id, &w->link));
    err_code e = storage_get(w->c, w->d, &order_entity, &w->o);
    if (e == ERR_NOT_FOUND) return forget_order(w);
    if (e) return e;
    TRY(read_children(w));
    int64_t hash = hash_of(w);
    if (w->link.matched_hash == hash) return ERR_OK;
    TRY(match(w));
    w->link.matched_hash = hash;
    return storage_put(w->c, w->d, &order_link_entity, &w->link);
}

static err_code in_transaction(walk *w) {
    if (storage_in_transaction(w->d)) return run(w);
    TRY(storage_begin(w->c, w->d, STORAGE_WRITE));
    err_code e = run(w);
    if (!e) return storage_commit(w->c, w->d);
    storage_rollback(w->d);
    return e;
}

err_code attribution_store(ctx *c, db *d, int64_t store_id, str order_id) {
    walk w = { .c = c, .d = d, .o = { .store_id = store_id, .order_id = order_id } };
    AUTO_ARENA kept;
    arena_init(&kept, KEPT_ARENA);
    arena_init(&w.page, PAGE_ARENA);
    arena *outer = c->arena;
    c->arena = &kept;                           /* a request has less room than a visitor of a week may need */
    err_code e = in_transaction(&w);
    c->arena = outer;
    arena_done(&w.page);
    return e;
}
