/* One product's stock and prices. */
#include "stores/stock.h"

enum { MOST_VARIATIONS = 500 };

bool stock_status_is_known(str status) {
    static const char *const words[] = { "instock", "outofstock", "onbackorder" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(status, str_of(words[i]))) return true;
    return false;
}

static void take_prices(product *p, const stock_told *t) {
    if (t->price_told) p->price = t->price;
    if (t->regular_told) p->regular_price = t->regular_price;
    if (t->sale_told) p->sale_price = t->sale_price;
    if (t->price_told && (t->regular_told || t->sale_told))
        p->on_sale = p->price.known && p->regular_price.known && p->price.v < p->regular_price.v;
}

static void take_stock(product *p, const stock_told *t) {
    if (t->stock_status.n) p->stock_status = t->stock_status;
    if (t->quantity_told) p->stock_quantity = t->stock_quantity;
}

static bool same_number(opt_int a, opt_int b) { return a.known == b.known && (!a.known || a.v == b.v); }

/* Told again it is nothing new, and nothing is written. */
static bool is_news(const product *a, const product *b) {
    return !str_eq(a->stock_status, b->stock_status) || !same_number(a->stock_quantity, b->stock_quantity) ||
           !same_number(a->price, b->price) || !same_number(a->regular_price, b->regular_price) ||
           !same_number(a->sale_price, b->sale_price);
}

static err_code put(ctx *c, const connect_sink *sink, product *row) {
    return sink->put(c, sink->self, &(record){ .e = &product_entity, .row = row }, NULL);
}

/* Variations that say manage_stock "parent" show the parent's. */
static err_code pass_on(ctx *c, db *d, const connect_sink *sink, const product *parent) {
    product *rows = NULL, key = { .store_id = parent->store_id, .parent_id = parent->product_id };
    size_t n = 0;
    TRY(storage_scan_by(c, d, &product_entity, "parent_id", &key, NULL, MOST_VARIATIONS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        product v = rows[i];
        if (!str_eq(v.manage_stock, STR("parent"))) continue;
        v.stock_quantity = parent->stock_quantity;
        v.stock_status = parent->stock_status;
        if (is_news(&rows[i], &v)) TRY(put(c, sink, &v));
    }
    return ERR_OK;
}

err_code stock_apply(ctx *c, db *d, const connect_sink *sink, int64_t store_id, const stock_told *t) {
    product p = { .store_id = store_id, .product_id = t->variation_id.n ? t->variation_id : t->product_id };
    err_code e = storage_get(c, d, &product_entity, &p);
    if (e == ERR_NOT_FOUND) return ERR_OK;                  /* the next copy brings it as it is then */
    TRY(e);
    const product before = p;
    take_stock(&p, t);
    take_prices(&p, t);
    if (is_news(&before, &p)) TRY(put(c, sink, &p));
    return str_eq(p.manage_stock, STR("yes")) && !p.parent_id.n ? pass_on(c, d, sink, &p) : ERR_OK;
}
