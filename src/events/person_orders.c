/* Orders of a person's names. It does NOT decide who is whom: identity.c does. */
#include "events/person_orders.h"
#include "events/identity.h"
#include "schema/order_status.h"
#include "storage/queries.h"

typedef struct { ctx *c; db *d; int64_t store_id, from_ms, to_ms; person_sums sums; } counting;

/* Columns: status, total, given back. */
static err_code take_order(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                /* three, as both queries say */
    counting *k = arg;
    if (!order_status_is_sale(v[0].v.s)) return ERR_OK;
    k->sums.orders++;
    k->sums.revenue += v[1].v.i - v[2].v.i;
    return ERR_OK;
}

static err_code add_orders(counting *k, const query *q, str id) {
    const sql_value binds[] = { SQL_INT(k->store_id), SQL_TEXT(id), SQL_INT(k->from_ms), SQL_INT(k->to_ms) };
    return storage_query(k->c, k->d, q, binds, COUNT(binds), take_order, k);
}

static err_code add_name(counting *k, str alias) {
    str id = str_sub(alias, 2, alias.n);
    if (alias.p[0] == 'v') return add_orders(k, &query_orders_of_browser, id);
    if (alias.p[0] == 'c') return add_orders(k, &query_orders_of_customer, id);
    buf guest;
    buf_init_in(&guest, k->c->arena, id.n + 6);
    buf_text(&guest, "guest:");
    buf_str(&guest, id);
    if (buf_err(&guest)) return fail(k->c, ERR_NO_MEMORY, "look for a guest's orders");
    return add_orders(k, &query_orders_of_customer, buf_view(&guest));
}

err_code person_orders(ctx *c, db *d, int64_t store_id, str person, int64_t from_ms, int64_t to_ms, person_sums *ret_sums) {
    counting k = { .c = c, .d = d, .store_id = store_id, .from_ms = from_ms, .to_ms = to_ms };
    person_alias *rows = NULL;
    size_t n = 0;
    TRY(identity_names(c, d, store_id, person, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(add_name(&k, rows[i].alias));
    if (!n) TRY(add_name(&k, person));
    *ret_sums = k.sums;
    return ERR_OK;
}
