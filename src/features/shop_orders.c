/* Orders as baskets, and what each customer bought last. It does NOT decay or weigh them (models/). */
#include "features/shop_int.h"
#include <math.h>
#include <stdlib.h>
#include "schema/order_status.h"
#include "storage/queries.h"

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read the orders: they need more memory than a job may have"); }

/* Quantities are summed in thousandths: shops sell by weight too. */
static uint32_t thousandths(double quantity) {
    return quantity > 0 ? (uint32_t)llround(fmin(quantity, 1e6) * 1000) : 0;
}

/* An id by which lines of an order and its refunds meet. */
static uint64_t line_key(uint64_t order_hash, uint32_t item) { return hash_bytes(&item, sizeof item, order_hash); }

static uint32_t line_item(const shop_data *s, str product_id, str variation_id) {
    uint32_t item = shop_find_item(s, product_id);
    return item != SHOP_NONE ? item : shop_find_item(s, variation_id);
}

/* ---- refunds: thousandths given back, by order and item ---- */

typedef struct { map64 later; map64 back; } refund_walk;        /* later: refunds made after the as-of time */

static uint64_t refund_key(str order_id, str refund_id) { return hash_bytes(refund_id.p, refund_id.n, hash_str(order_id)); }

static err_code take_refund(shop_loader *l, const void *row, void *arg) {
    const refund *x = row;
    refund_walk *w = arg;
    if (x->created_ms <= l->s->as_of_ms) return ERR_OK;
    uint32_t *at = map64_at(&w->later, refund_key(x->order_id, x->refund_id));
    if (!at) return no_memory(l->c);
    *at = 1;
    return ERR_OK;
}

static err_code take_refund_line(shop_loader *l, const void *row, void *arg) {
    const refund_line *x = row;
    refund_walk *w = arg;
    uint32_t item = line_item(l->s, x->product_id, x->variation_id);
    if (item == SHOP_NONE || map64_find(&w->later, refund_key(x->order_id, x->refund_id))) return ERR_OK;
    uint32_t *at = map64_at(&w->back, line_key(hash_str(x->order_id), item)), more = thousandths(x->quantity);
    if (!at) return no_memory(l->c);
    *at = *at > UINT32_MAX - more ? UINT32_MAX : *at + more;
    return ERR_OK;
}

/* ---- orders ---- */

typedef struct { uint32_t item, quantity, line; } bought;
typedef struct {
    shop_loader *l;
    const map64 *back;
    map customers;
    uint64_t order_hash;            /* of the order being read */
    int64_t time_ms;
    uint32_t customer;
    bool open, purchase;
    bought *lines;
    size_t n_lines, lines_cap, baskets_cap, times_cap, whose_cap, hashes_cap, items_cap, order_cap, ids_cap;
} order_walk;

static int by_item(const void *a, const void *b) {
    const bought *x = a, *y = b;
    if (x->item != y->item) return x->item > y->item ? 1 : -1;
    return (x->line > y->line) - (x->line < y->line);
}

static int by_line(const void *a, const void *b) {
    const bought *x = a, *y = b;
    return (x->line > y->line) - (x->line < y->line);
}

/* Room for one basket more. */
static bool grow_baskets(order_walk *w, shop_baskets *b) {
    arena *a = w->l->home;
    b->start = grow_array(a, b->start, b->n + 1, &w->baskets_cap, sizeof *b->start);
    b->time_ms = grow_array(a, b->time_ms, b->n, &w->times_cap, sizeof *b->time_ms);
    b->customer = grow_array(a, b->customer, b->n, &w->whose_cap, sizeof *b->customer);
    b->order = grow_array(a, b->order, b->n, &w->hashes_cap, sizeof *b->order);
    return b->start && b->time_ms && b->customer && b->order;
}

/* Lines of the order become its items kept after refunds, ascending, each with its first line. */
static void keep_items(order_walk *w) {
    size_t n = 0;
    qsort(w->lines, w->n_lines, sizeof *w->lines, by_item);
    for (size_t i = 0, next; i < w->n_lines; i = next) {
        uint64_t quantity = 0;
        for (next = i; next < w->n_lines && w->lines[next].item == w->lines[i].item; next++) quantity += w->lines[next].quantity;
        const uint32_t *back = map64_find(w->back, line_key(w->order_hash, w->lines[i].item));
        if (quantity > (back ? *back : 0)) w->lines[n++] = w->lines[i];
    }
    w->n_lines = n;
}

/* They are appended to the open basket, in both orders. */
static err_code append_items(order_walk *w, shop_baskets *b, uint64_t at) {
    keep_items(w);
    for (size_t i = 0; i < w->n_lines; i++) {
        b->items = grow_array(w->l->home, b->items, at + i, &w->items_cap, sizeof *b->items);
        b->lines = grow_array(w->l->home, b->lines, at + i, &w->order_cap, sizeof *b->lines);
        if (!b->items || !b->lines) return no_memory(w->l->c);
        b->items[at + i] = w->lines[i].item;
        w->l->s->items[w->lines[i].item].sales++;
    }
    qsort(w->lines, w->n_lines, sizeof *w->lines, by_line);
    for (size_t i = 0; i < w->n_lines; i++) b->lines[at + i] = w->lines[i].item;
    return ERR_OK;
}

/* The order being read has ended: a basket when it is a purchase with something left in it. */
static err_code end_order(order_walk *w) {
    shop_baskets *b = &w->l->s->baskets;
    if (!w->open || !w->purchase || !w->n_lines) return ERR_OK;
    if (!grow_baskets(w, b)) return no_memory(w->l->c);
    TRY(append_items(w, b, b->start[b->n]));
    if (w->n_lines == 0) return ERR_OK;
    b->time_ms[b->n] = w->time_ms;
    b->customer[b->n] = w->customer;
    b->order[b->n] = w->order_hash;
    b->start[b->n + 1] = b->start[b->n] + w->n_lines;
    b->n++;
    return ERR_OK;
}

static err_code number_customer(order_walk *w, str id, uint32_t *ret_customer) {
    shop_baskets *b = &w->l->s->baskets;
    *ret_customer = SHOP_NONE;
    if (!id.n || str_eq(id, STR("0"))) return ERR_OK;
    bool added = false;
    uint32_t number = map_put(&w->customers, id, b->n_customers, &added);
    if (number == UINT32_MAX) return no_memory(w->l->c);
    if (added) {
        b->customer_ids = grow_array(w->l->home, b->customer_ids, b->n_customers, &w->ids_cap, sizeof *b->customer_ids);
        str copy = str_dup(w->l->home, id);
        if (!b->customer_ids || !copy.p) return no_memory(w->l->c);
        b->customer_ids[b->n_customers++] = copy;
    }
    *ret_customer = number;
    return ERR_OK;
}

/* Columns as query_order_items lists them. */
enum { ORDER_ID, CREATED_MS, CUSTOMER_ID, STATUS, PRODUCT_ID, VARIATION_ID, QUANTITY };

static err_code begin_order(order_walk *w, const sql_value *v, uint64_t hash) {
    TRY(end_order(w));
    TRY(ctx_check(w->l->c));
    w->open = true;
    w->order_hash = hash;
    w->time_ms = v[CREATED_MS].v.i;
    w->purchase = order_status_is_sale(v[STATUS].v.s);
    w->n_lines = 0;
    w->l->s->orders++;
    w->customer = SHOP_NONE;
    return w->purchase ? number_customer(w, v[CUSTOMER_ID].v.s, &w->customer) : ERR_OK;
}

static err_code take_line(void *arg, const sql_value *v, size_t n) {
    (void)n;                                                    /* the query's own, fixed */
    order_walk *w = arg;
    uint64_t hash = hash_str(v[ORDER_ID].v.s);
    if (!w->open || hash != w->order_hash) TRY(begin_order(w, v, hash));
    uint32_t item = line_item(w->l->s, v[PRODUCT_ID].v.s, v[VARIATION_ID].v.s), quantity = thousandths(v[QUANTITY].v.r);
    if (item == SHOP_NONE || !quantity || !w->purchase) return ERR_OK;
    w->lines = grow_array(w->l->home, w->lines, w->n_lines, &w->lines_cap, sizeof *w->lines);
    if (!w->lines) return no_memory(w->l->c);
    w->lines[w->n_lines] = (bought){ item, quantity, (uint32_t)w->n_lines };
    w->n_lines++;
    return ERR_OK;
}

err_code shop_load_orders(shop_loader *l) {
    refund_walk refunds = { 0 };
    map64_init(&refunds.later, l->home);
    map64_init(&refunds.back, l->home);
    TRY(shop_scan(l, &refund_entity, take_refund, &refunds));
    TRY(shop_scan(l, &refund_line_entity, take_refund_line, &refunds));
    order_walk w = { .l = l, .back = &refunds.back };
    map_init(&w.customers, l->home);
    if (!grow_baskets(&w, &l->s->baskets)) return no_memory(l->c);      /* start[0] = 0, also in a shop without orders */
    int64_t to_ms = l->s->as_of_ms < INT64_MAX ? l->s->as_of_ms + 1 : INT64_MAX;
    const sql_value binds[] = { SQL_INT(l->s->store_id), SQL_INT(0), SQL_INT(to_ms) };
    TRY(storage_query(l->c, l->d, &query_order_items, binds, COUNT(binds), take_line, &w));
    return end_order(&w);
}

/* ---- histories ---- */

/* Newest first: item of basket entries of one customer seen already? Lists are short, so a walk is quicker than a map. */
static bool has_item(const uint32_t *items, uint64_t n, uint32_t item) {
    for (uint64_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

err_code features_histories(ctx *c, const shop_data *s, uint32_t most, shop_histories *ret_histories) {
    const shop_baskets *b = &s->baskets;
    uint32_t *count = arena_new(c->arena, uint32_t, b->n_customers);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)b->n_customers + 1);
    if (!count || !start) return no_memory(c);
    for (uint32_t i = 0; i < b->n; i++) {                       /* room: every purchase, at most `most` */
        if (b->customer[i] == SHOP_NONE) continue;
        uint64_t more = count[b->customer[i]] + (b->start[i + 1] - b->start[i]);
        count[b->customer[i]] = more > most ? most : (uint32_t)more;
    }
    for (uint32_t i = 0; i < b->n_customers; i++) start[i + 1] = start[i] + count[i];
    shop_histories h = { start, arena_new(c->arena, uint32_t, start[b->n_customers]), arena_new(c->arena, int64_t, start[b->n_customers]) };
    if (!h.items || !h.time_ms) return no_memory(c);
    if (b->n_customers) memset(count, 0, b->n_customers * sizeof *count);
    for (uint32_t i = b->n; i-- > 0;) {
        uint32_t who = b->customer[i];
        for (uint64_t k = b->start[i]; who != SHOP_NONE && k < b->start[i + 1] && count[who] < most; k++) {
            if (has_item(h.items + start[who], count[who], b->items[k])) continue;
            h.items[start[who] + count[who]] = b->items[k];
            h.time_ms[start[who] + count[who]++] = b->time_ms[i];
        }
    }
    uint64_t to = 0;                                            /* close the gaps that items bought twice left */
    for (uint32_t who = 0; who < b->n_customers; who++) {
        uint64_t from = start[who];
        start[who] = to;
        for (uint32_t k = 0; k < count[who]; k++, to++) h.items[to] = h.items[from + k], h.time_ms[to] = h.time_ms[from + k];
    }
    start[b->n_customers] = to;
    *ret_histories = h;
    return ERR_OK;
}
