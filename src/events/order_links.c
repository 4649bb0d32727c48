/* The rows that say who placed an order. */
#include "events/order_links.h"
#include "base/limits.h"

bool order_recs_hold(str list, str id) {
    while (list.p && list.n)
        if (str_eq(str_cut(&list, ' '), id)) return true;
    return false;
}

/* `more` behind `list`, each id once, within the limits. */
static err_code add_recs(ctx *c, str *list, str more) {
    buf b;
    buf_init_in(&b, c->arena, LIMIT_ORDER_RECS_BYTES);
    buf_str(&b, *list);
    while (more.p && more.n) {
        str id = str_cut(&more, ' ');
        if (!id.n || id.n > LIMIT_ID_BYTES || order_recs_hold(buf_view(&b), id) || b.n + id.n + 1 > LIMIT_ORDER_RECS_BYTES) continue;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, id);
    }
    if (buf_err(&b)) return fail(c, ERR_NO_MEMORY, "note the answers of an order");
    *list = buf_view(&b);
    return ERR_OK;
}

err_code order_link_get(ctx *c, db *d, int64_t store_id, str order_id, order_link *ret_link) {
    order_link l = { .store_id = store_id, .order_id = order_id };
    err_code e = storage_get(c, d, &order_link_entity, &l);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_link = l;
    return ERR_OK;
}

static err_code tell(ctx *c, db *d, const order_told *t, bool *ret_news) {
    order_link l;
    TRY(order_link_get(c, d, t->store_id, t->order_id, &l));
    str recs = l.rec_ids;
    bool first = !l.visitor_id.n && t->visitor_id.n;
    if (first || !l.visitor_id.n || str_eq(l.visitor_id, t->visitor_id)) TRY(add_recs(c, &recs, t->rec_ids));
    if (!first && str_eq(recs, l.rec_ids)) return ERR_OK;
    if (first) l.visitor_id = t->visitor_id;
    if (!l.told_ms) l.told_ms = t->told_ms;
    l.rec_ids = recs;
    l.matched_hash = 0;
    *ret_news = true;
    return storage_put(c, d, &order_link_entity, &l);
}

static err_code in_transaction(ctx *c, db *d, const order_told *t, bool *ret_news) {
    if (storage_in_transaction(d)) return tell(c, d, t, ret_news);
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = tell(c, d, t, ret_news);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

err_code order_link_tell(ctx *c, db *d, const order_told *t, bool *ret_news) {
    bool news = false;
    if (!t->order_id.n || t->order_id.n > LIMIT_ID_BYTES || t->visitor_id.n > LIMIT_ID_BYTES)
        return fail_field(c, ERR_INVALID, "order_id", "an order's and a visitor's id have 1 to %d bytes", LIMIT_ID_BYTES);
    TRY(in_transaction(c, d, t, &news));
    if (ret_news) *ret_news = news;
    return ERR_OK;
}

str order_placed_by(const order *o, const order_link *l) { return o->visitor_id.n ? o->visitor_id : l->visitor_id; }

static bool is_soon(const order *o, const order_link *l) {
    int64_t apart = l->told_ms > o->created_ms ? l->told_ms - o->created_ms : o->created_ms - l->told_ms;
    return apart <= ORDER_TOLD_SOON_MS;
}

err_code order_link_identity(ctx *c, db *d, const order *o, const order_link *l) {
    str visitor = order_placed_by(o, l);
    if (!visitor.n || !o->customer_id.n) return ERR_OK;
    if (!o->visitor_id.n && !is_soon(o, l)) return ERR_OK;
    const identity_told t = { .store_id = o->store_id, .visitor_id = visitor, .customer_id = o->customer_id, .time_ms = o->created_ms };
    return identity_take(c, d, &t, NULL);
}
