/* Orders of an import: one line of the file is one thing bought. Lines gather in a window of bounded size; when it is full every
 * order in it is written with its lines and the window is emptied. An order that comes back later is read again from the sink, line
 * by line, and written with the new lines behind the old. What the lines tell of products and customers is written at the end. */
#include "connect/import_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ORDER_LINES = 10000, MOST_NAME_BYTES = 1000 };

typedef struct open_line {
    str product_id, variation_id, sku, name, kind;
    double quantity;
    int64_t total;
    struct open_line *next;
} open_line;

typedef struct open_order {
    uint32_t slot;
    str id, status, customer_id, currency;
    int64_t created_ms;
    open_line *first, *last;
    uint32_t n;
    struct open_order *next;
} open_order;

typedef struct { open_order *open; uint32_t written; } order_slot;      /* written: lines already in the sink */
typedef struct { str id, name, sku; int64_t price, first_ms, last_ms; } seen_product;
typedef struct { customer row; int64_t first_ms; } seen_customer;
typedef struct { map ids; void *rows; size_t n, room; } table;          /* by id; grows in `keep` */

struct import_orders {
    arena keep;                 /* to the end of the import */
    open_order *first;
    size_t lines;               /* in the window */
    table slots, products, customers;
};

err_code import_orders_start(ctx *c, importer *m) {
    import_orders *o = arena_new(c->arena, import_orders, 1);
    if (!o) return fail(c, ERR_NO_MEMORY, "no memory for an import");
    m->orders = o;
    arena_init(&o->keep, LIMIT_JOB_ARENA);
    map_init(&o->slots.ids, &o->keep);
    map_init(&o->products.ids, &o->keep);
    map_init(&o->customers.ids, &o->keep);
    return ERR_OK;
}

/* The row of `id`, made zeroed when it is new. */
static void *table_at(arena *keep, table *t, str id, size_t size) {
    bool added = false;
    uint32_t i = map_put(&t->ids, id, (uint32_t)t->n, &added);
    if (i == UINT32_MAX) return NULL;
    if (added && t->n == t->room) {
        size_t room = t->room ? t->room * 2 : 1024;
        char *rows = arena_array(keep, room, size);
        if (!rows) return NULL;
        if (t->n) memcpy(rows, t->rows, t->n * size);
        t->rows = rows;
        t->room = room;
    }
    if (added) t->n++;
    return (char *)t->rows + i * size;
}

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "no memory for the orders of this import"); }

/* ---- one line of the file ---- */

typedef struct {
    str id, status, product_id, variation_id, sku, name, currency;
    customer who;
    int64_t created_ms, price, total;
    double quantity;
    bool service, cancelled;
} order_input;

static bool is_service(const import_preset *p, str code) {
    for (const char *const *s = p ? p->no_product : NULL; s && *s; s++)
        if (str_eq(code, str_of(*s))) return true;
    return false;
}

static err_code read_amounts(ctx *c, const importer *m, const str *values, order_input *in) {
    opt_int price = UNKNOWN, total = UNKNOWN;
    in->quantity = 1;
    TRY(import_number(c, values[O_QUANTITY], "quantity", &in->quantity));
    TRY(import_money(c, values[O_PRICE], "price", m->o->currency_digits, &price));
    TRY(import_money(c, values[O_TOTAL], "total", m->o->currency_digits, &total));
    if (fabs(in->quantity) > 1e7 || llabs(price.v) > INT64_C(100000000000) || llabs(total.v) > INT64_C(1000000000000000))
        return fail(c, ERR_INVALID, "quantity or price is beyond all reason");
    if (!total.known) total = SOME((int64_t)llround((double)price.v * in->quantity));
    if (!price.known && in->quantity != 0) price = SOME((int64_t)llround((double)total.v / in->quantity));
    in->price = price.v;
    in->total = total.v;
    return ERR_OK;
}

static err_code read_line(ctx *c, const importer *m, const str *values, order_input *in) {
    *in = (order_input){ .variation_id = values[O_VARIATION], .sku = values[O_SKU], .name = str_clip(values[O_NAME], MOST_NAME_BYTES),
                         .status = values[O_STATUS].n ? values[O_STATUS] : STR("completed"), .currency = values[O_CURRENCY] };
    TRY(import_id(c, values[O_ORDER], "order_id", &in->id));
    str product_text = values[O_PRODUCT].n ? values[O_PRODUCT] : values[O_SKU];
    TRY(import_id(c, product_text, "product_id", &in->product_id));
    if (!values[O_DATE].n) return fail(c, ERR_INVALID, "date is empty");
    TRY(import_time(c, values[O_DATE], "date", &in->created_ms));
    TRY(import_customer_of(c, values[O_CUSTOMER], values[O_EMAIL], &in->who));
    in->who.country = values[O_COUNTRY];
    if (in->status.n > LIMIT_ID_BYTES || in->variation_id.n > LIMIT_ID_BYTES || in->sku.n > LIMIT_ID_BYTES || in->currency.n > 3)
        return fail(c, ERR_INVALID, "status, variation_id, sku or currency is too long");
    return read_amounts(c, m, values, in);
}

/* What a preset knows of its data set. */
static void apply_preset(const import_preset *p, order_input *in, bool *ret_skip) {
    if (!p) return;
    in->cancelled = str_starts(in->id, str_of(p->cancel_prefix));
    in->currency = str_of(p->currency);
    in->service = is_service(p, in->product_id);
    if (in->cancelled) {
        in->status = STR("cancelled");
        in->quantity = fabs(in->quantity);
        in->total = llabs(in->total);
    }
    *ret_skip = p->sales_only && (in->quantity <= 0 || in->price <= 0);
}

static err_code keep_text(ctx *c, arena *a, str *text, str from) {
    if (str_eq(*text, from)) return ERR_OK;
    *text = str_dup(a, from);
    return text->p ? ERR_OK : no_memory(c);
}

/* Name and price of the newest sale win, whatever the order of the lines; the same moment: the larger name, to be the same always. */
static err_code note_product(ctx *c, import_orders *o, const order_input *in) {
    if (o->products.n >= LIMIT_PRODUCTS) return fail(c, ERR_INVALID, "more than %d products", LIMIT_PRODUCTS);
    seen_product *p = table_at(&o->keep, &o->products, in->product_id, sizeof *p);
    if (!p) return no_memory(c);
    bool is_new = !p->id.p;
    if (is_new) TRY(keep_text(c, &o->keep, &p->id, in->product_id));
    if (is_new || in->created_ms < p->first_ms) p->first_ms = in->created_ms;
    bool newer = is_new || in->created_ms > p->last_ms || (in->created_ms == p->last_ms && str_cmp(in->name, p->name) > 0);
    if (in->cancelled || (!newer && p->price)) return ERR_OK;
    p->last_ms = in->created_ms;
    p->price = in->price;
    TRY(keep_text(c, &o->keep, &p->sku, in->sku));
    return in->name.n ? keep_text(c, &o->keep, &p->name, in->name) : ERR_OK;
}

static err_code note_customer(ctx *c, import_orders *o, const order_input *in) {
    if (!in->who.customer_id.n) return ERR_OK;
    seen_customer *k = table_at(&o->keep, &o->customers, in->who.customer_id, sizeof *k);
    if (!k) return no_memory(c);
    bool is_new = !k->row.customer_id.p;
    if (!is_new && in->created_ms >= k->first_ms) return ERR_OK;
    k->first_ms = in->created_ms;
    k->row.guest = in->who.guest;
    TRY(keep_text(c, &o->keep, &k->row.customer_id, in->who.customer_id));
    TRY(keep_text(c, &o->keep, &k->row.email, in->who.email));
    TRY(keep_text(c, &o->keep, &k->row.email_hash, in->who.email_hash));
    return keep_text(c, &o->keep, &k->row.country, in->who.country);
}

static err_code open_head(ctx *c, importer *m, uint32_t slot, const order_input *in, open_order **ret_order) {
    open_order *x = arena_new(&m->window, open_order, 1);
    if (!x) return no_memory(c);
    *x = (open_order){ .slot = slot, .created_ms = in->created_ms, .next = m->orders->first };
    TRY(keep_text(c, &m->window, &x->id, in->id));
    TRY(keep_text(c, &m->window, &x->status, in->status));
    TRY(keep_text(c, &m->window, &x->currency, in->currency));
    m->orders->first = x;
    *ret_order = x;
    return ERR_OK;
}

static err_code add_line(ctx *c, importer *m, open_order *x, const order_input *in) {
    open_line *l = arena_new(&m->window, open_line, 1);
    if (!l) return no_memory(c);
    l->quantity = in->quantity;
    l->total = in->total;
    l->kind = in->service ? STR("fee") : STR("item");
    TRY(keep_text(c, &m->window, &l->product_id, in->product_id));
    TRY(keep_text(c, &m->window, &l->variation_id, in->variation_id));
    TRY(keep_text(c, &m->window, &l->sku, in->sku));
    TRY(keep_text(c, &m->window, &l->name, in->name));
    if (in->created_ms < x->created_ms) x->created_ms = in->created_ms;
    if (!x->customer_id.n) TRY(keep_text(c, &m->window, &x->customer_id, in->who.customer_id));
    if (x->last) x->last->next = l;
    else x->first = l;
    x->last = l;
    x->n++;
    m->orders->lines++;
    return ERR_OK;
}

/* ---- writing ---- */

static err_code line_key(ctx *c, const importer *m, str order_id, uint32_t number, order_line *ret_row) {
    char *text = arena_alloc(c->arena, 12);
    if (!text) return no_memory(c);
    int n = snprintf(text, 12, "%u", number);
    *ret_row = (order_line){ .store_id = m->o->store_id, .order_id = order_id, .line_id = { text, (size_t)n } };
    return ERR_OK;
}

/* The lines written before come first, read back from the sink. */
static err_code collect_lines(ctx *c, importer *m, const open_order *x, uint32_t written, order_line *rows) {
    for (uint32_t i = 0; i < written; i++) {
        TRY(line_key(c, m, x->id, i + 1, &rows[i]));
        TRY(m->sink->get(c, m->sink->self, &order_line_entity, &rows[i]));
    }
    for (const open_line *l = x->first; l; l = l->next, written++) {
        TRY(line_key(c, m, x->id, written + 1, &rows[written]));
        order_line *row = &rows[written];
        row->kind = l->kind;
        if (str_eq(l->kind, STR("item"))) row->product_id = l->product_id;
        else row->code = l->product_id;
        row->variation_id = l->variation_id;
        row->name = l->name;
        row->sku = l->sku;
        row->quantity = l->quantity;
        row->subtotal = row->total = l->total;
        row->unit_price = l->quantity != 0 ? (double)l->total / l->quantity / pow(10, m->o->currency_digits) : 0;
    }
    return ERR_OK;
}

static err_code fill_head(ctx *c, importer *m, const open_order *x, uint32_t written, order *head) {
    *head = (order){ .store_id = m->o->store_id, .order_id = x->id };
    if (written) TRY(m->sink->get(c, m->sink->self, &order_entity, head));
    if (!head->created_ms || x->created_ms < head->created_ms) head->created_ms = x->created_ms;
    if (!head->status.n) head->status = x->status;
    if (!head->customer_id.n) head->customer_id = x->customer_id;
    if (!head->currency.n) head->currency = x->currency.n ? x->currency : m->o->currency;
    head->order_id = head->number = x->id;
    head->created_via = STR("import");
    head->modified_ms = head->created_ms;
    head->total = 0;
    return ERR_OK;
}

static err_code write_order(ctx *c, importer *m, const open_order *x) {
    order_slot *slot = (order_slot *)m->orders->slots.rows + x->slot;
    size_t n = slot->written + x->n;
    order head;
    TRY(fill_head(c, m, x, slot->written, &head));
    order_line *rows = arena_new(c->arena, order_line, n);
    if (!rows) return no_memory(c);
    TRY(collect_lines(c, m, x, slot->written, rows));
    for (size_t i = 0; i < n; i++) head.total += rows[i].total;
    record r = { .e = &order_entity, .row = &head };
    record_add(&r, &order_line_entity, rows, n);
    TRY(m->sink->put(c, m->sink->self, &r, NULL));
    if (!slot->written) m->report->orders++;
    m->report->order_lines += x->n;
    slot->written += x->n;
    slot->open = NULL;
    return ERR_OK;
}

static err_code write_window(ctx *c, importer *m) {
    for (const open_order *x = m->orders->first; x; x = x->next) {
        arena_mark mark = arena_save(c->arena);
        err_code e = write_order(c, m, x);
        arena_restore(c->arena, mark);
        TRY(e);
        TRY(ctx_check(c));
    }
    m->orders->first = NULL;
    m->orders->lines = 0;
    arena_reset(&m->window);
    return import_checkpoint(c, m);
}

err_code import_take_order_line(ctx *c, importer *m, const str *values) {
    import_orders *o = m->orders;
    order_input in;
    bool skip = false;
    TRY(read_line(c, m, values, &in));
    apply_preset(m->preset, &in, &skip);
    if (skip) {
        m->skipped = true;
        return ERR_OK;
    }
    order_slot *slot = table_at(&o->keep, &o->slots, in.id, sizeof *slot);
    if (!slot) return no_memory(c);
    if (slot->written + (slot->open ? slot->open->n : 0) >= MOST_ORDER_LINES)
        return fail(c, ERR_INVALID, "an order may have %d lines", MOST_ORDER_LINES);
    if (!in.service) TRY(note_product(c, o, &in));
    TRY(note_customer(c, o, &in));
    if (!slot->open) TRY(open_head(c, m, (uint32_t)(slot - (order_slot *)o->slots.rows), &in, &slot->open));
    TRY(add_line(c, m, slot->open, &in));
    bool full = o->lines >= IMPORT_WINDOW_LINES || m->window.held >= IMPORT_WINDOW_BYTES;
    return full ? write_window(c, m) : ERR_OK;
}

/* ---- what the lines told of products and customers ---- */

static err_code write_product(ctx *c, importer *m, const seen_product *p) {
    product row = { .store_id = m->o->store_id, .product_id = p->id };
    bool owned = m->preset && m->preset->owns_products;
    err_code e = owned ? ERR_NOT_FOUND : m->sink->get(c, m->sink->self, &product_entity, &row);
    if (e != ERR_NOT_FOUND) return e;
    row = (product){ .store_id = m->o->store_id, .product_id = p->id, .type = STR("simple"), .status = STR("publish"),
                     .visibility = STR("visible"), .name = p->name.n ? p->name : p->id, .sku = p->sku.n ? p->sku : p->id,
                     .price = SOME(p->price), .regular_price = SOME(p->price), .purchasable = true, .manage_stock = STR("no"),
                     .stock_status = STR("instock"), .backorders = STR("no"), .created_ms = p->first_ms, .modified_ms = p->last_ms };
    TRY(m->sink->put(c, m->sink->self, &(record){ .e = &product_entity, .row = &row }, NULL));
    m->report->products++;
    return ERR_OK;
}

static err_code write_customer(ctx *c, importer *m, const seen_customer *k) {
    customer row = { .store_id = m->o->store_id, .customer_id = k->row.customer_id };
    bool owned = m->preset && m->preset->owns_products;
    err_code e = owned ? ERR_NOT_FOUND : m->sink->get(c, m->sink->self, &customer_entity, &row);
    if (e != ERR_NOT_FOUND) return e;
    row = k->row;
    row.store_id = m->o->store_id;
    row.paying = true;
    row.created_ms = row.modified_ms = k->first_ms;
    TRY(m->sink->put(c, m->sink->self, &(record){ .e = &customer_entity, .row = &row }, NULL));
    m->report->customers++;
    return ERR_OK;
}

err_code import_orders_end(ctx *c, importer *m) {
    import_orders *o = m->orders;
    TRY(write_window(c, m));
    arena_mark mark = arena_save(c->arena);
    for (size_t i = 0; i < o->products.n; i++) {
        TRY(write_product(c, m, (seen_product *)o->products.rows + i));
        arena_restore(c->arena, mark);
    }
    for (size_t i = 0; i < o->customers.n; i++) {
        TRY(write_customer(c, m, (seen_customer *)o->customers.rows + i));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

void import_orders_done(importer *m) {
    if (m->orders) arena_done(&m->orders->keep);
}
