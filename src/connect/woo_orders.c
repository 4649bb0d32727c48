/* WooCommerce orders into rows: the order, its lines of five kinds, its refunds. It does NOT put anything. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "base/limits.h"

#define AT(member) offsetof(ROW, member)

#define ROW order
static const woo_field order_fields[] = {
    { "id", AT(order_id), WOO_ID }, { "number", AT(number), WOO_TEXT }, { "status", AT(status), WOO_TEXT },
    { "currency", AT(currency), WOO_TEXT }, { "customer_id", AT(customer_id), WOO_ID },
    { "prices_include_tax", AT(prices_include_tax), WOO_BOOL }, { "total", AT(total), WOO_MONEY },
    { "total_tax", AT(total_tax), WOO_MONEY }, { "cart_tax", AT(cart_tax), WOO_MONEY }, { "shipping_total", AT(shipping_total), WOO_MONEY },
    { "shipping_tax", AT(shipping_tax), WOO_MONEY }, { "discount_total", AT(discount_total), WOO_MONEY },
    { "discount_tax", AT(discount_tax), WOO_MONEY }, { "payment_method", AT(payment_method), WOO_TEXT },
    { "payment_method_title", AT(payment_title), WOO_NAME }, { "transaction_id", AT(transaction_id), WOO_TEXT },
    { "created_via", AT(created_via), WOO_TEXT }, { "customer_note", AT(customer_note), WOO_TEXT }, { "billing", AT(billing), WOO_JSON },
    { "shipping", AT(shipping), WOO_JSON }, { "meta_data", AT(meta), WOO_JSON }, { "date_created", AT(created_ms), WOO_TIME },
    { "date_modified", AT(modified_ms), WOO_TIME }, { "date_paid", AT(paid_ms), WOO_TIME },
    { "date_completed", AT(completed_ms), WOO_TIME },
};
#undef ROW

#define ROW order_line
static const woo_field item_line[] = {
    { "product_id", AT(product_id), WOO_ID }, { "variation_id", AT(variation_id), WOO_ID }, { "name", AT(name), WOO_NAME },
    { "sku", AT(sku), WOO_TEXT }, { "quantity", AT(quantity), WOO_REAL }, { "subtotal", AT(subtotal), WOO_MONEY },
    { "subtotal_tax", AT(subtotal_tax), WOO_MONEY }, { "total", AT(total), WOO_MONEY }, { "total_tax", AT(total_tax), WOO_MONEY },
    { "price", AT(unit_price), WOO_REAL }, { "tax_class", AT(tax_class), WOO_TEXT }, { "meta_data", AT(meta), WOO_JSON },
};
static const woo_field shipping_line[] = {
    { "method_title", AT(name), WOO_NAME }, { "method_id", AT(code), WOO_TEXT }, { "total", AT(total), WOO_MONEY },
    { "total", AT(subtotal), WOO_MONEY }, { "total_tax", AT(total_tax), WOO_MONEY }, { "total_tax", AT(subtotal_tax), WOO_MONEY },
    { "meta_data", AT(meta), WOO_JSON },
};
static const woo_field fee_line[] = {
    { "name", AT(name), WOO_NAME }, { "tax_class", AT(tax_class), WOO_TEXT }, { "total", AT(total), WOO_MONEY },
    { "total", AT(subtotal), WOO_MONEY }, { "total_tax", AT(total_tax), WOO_MONEY }, { "total_tax", AT(subtotal_tax), WOO_MONEY },
    { "meta_data", AT(meta), WOO_JSON },
};
static const woo_field coupon_line[] = {
    { "code", AT(code), WOO_TEXT }, { "code", AT(name), WOO_TEXT }, { "discount", AT(total), WOO_MONEY },
    { "discount_tax", AT(total_tax), WOO_MONEY }, { "meta_data", AT(meta), WOO_JSON },
};
static const woo_field tax_line[] = {                       /* total: tax on goods; total_tax: tax on shipping */
    { "rate_code", AT(code), WOO_TEXT }, { "label", AT(name), WOO_NAME }, { "tax_total", AT(total), WOO_MONEY },
    { "shipping_tax_total", AT(total_tax), WOO_MONEY }, { "rate_percent", AT(unit_price), WOO_REAL }, { "meta_data", AT(meta), WOO_JSON },
};
#undef ROW

/* Ids of lines of all kinds come from one counter of the shop, so (order, id) is a key. */
static const struct line_kind { const char *list, *kind; const woo_field *fields; size_t n; } line_kinds[] = {
    { "line_items", "item", item_line, COUNT(item_line) },
    { "shipping_lines", "shipping", shipping_line, COUNT(shipping_line) },
    { "fee_lines", "fee", fee_line, COUNT(fee_line) },
    { "coupon_lines", "coupon", coupon_line, COUNT(coupon_line) },
    { "tax_lines", "tax", tax_line, COUNT(tax_line) },
};

/* 0 is what a plugin's line that was never saved has: numbered by its place, so that two of them stay two. */
static str line_id(woo_mapper *m, const json_value *v, const struct line_kind *k, size_t place) {
    str id = woo_map_id(m, jr_get(v, "id"));
    if (id.n) return id;
    buf b;
    buf_init_in(&b, m->c->arena, 64);
    buf_printf(&b, "%s-%zu", k->kind, place);
    if (buf_err(&b)) m->out_of_memory = true;
    return buf_view(&b);
}

static bool has_line(const order_line *rows, size_t n, str id) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].line_id, id)) return true;
    return false;
}

/* What our plugin writes into the order: the browser's id, and the answers that led to what was bought. Anything else there is
 * left alone. */
static str meta_text(woo_mapper *m, const json_value *meta, const char *key) {
    str found = { 0 };
    for (size_t i = 0; i < jr_count(meta) && !found.n; i++)
        if (str_eq(jr_string(jr_get(jr_at(meta, i), "key")), str_of(key))) found = str_trim(jr_string(jr_get(jr_at(meta, i), "value")));
    str copy = str_dup(m->c->arena, found);
    if (!copy.p) m->out_of_memory = true;
    return copy;
}

/* A visitor id longer than ids may be is none of ours; of too many answers the first ones are kept. */
static void map_origin(woo_mapper *m, const json_value *meta, order *o) {
    o->visitor_id = meta_text(m, meta, "_vitrine_visitor");
    if (o->visitor_id.n > LIMIT_ID_BYTES) o->visitor_id = (str){ 0 };
    o->rec_ids = str_clip(meta_text(m, meta, "_vitrine_recs"), LIMIT_ORDER_RECS_BYTES);
}

bool woo_map_order(woo_mapper *m, const json_value *v, order *ret_row, order_line **ret_lines, size_t *ret_n) {
    *ret_row = (order){ .store_id = m->access->store_id };
    woo_map_fields(m, v, order_fields, COUNT(order_fields), ret_row);
    map_origin(m, jr_get(v, "meta_data"), ret_row);
    size_t most = 0, n = 0;
    for (size_t k = 0; k < COUNT(line_kinds); k++) most += jr_count(jr_get(v, line_kinds[k].list));
    order_line *rows = arena_new(m->c->arena, order_line, most + 1);
    if (!rows) m->out_of_memory = true;
    for (size_t k = 0; rows && k < COUNT(line_kinds); k++) {
        const json_value *list = jr_get(v, line_kinds[k].list);
        for (size_t i = 0; i < jr_count(list); i++) {
            str id = line_id(m, jr_at(list, i), &line_kinds[k], i);
            if (has_line(rows, n, id)) continue;
            rows[n] = (order_line){ .store_id = m->access->store_id, .order_id = ret_row->order_id, .line_id = id,
                                    .kind = str_of(line_kinds[k].kind) };
            woo_map_fields(m, jr_at(list, i), line_kinds[k].fields, line_kinds[k].n, &rows[n++]);
        }
    }
    *ret_lines = rows;
    *ret_n = n;
    return ret_row->order_id.n && rows;
}

/* ---- refunds ---- */
#define ROW refund
static const woo_field refund_fields[] = {                  /* an order's summary has "total", the list has "amount" */
    { "id", AT(refund_id), WOO_ID }, { "total", AT(amount), WOO_MONEY_POSITIVE }, { "amount", AT(amount), WOO_MONEY_POSITIVE },
    { "reason", AT(reason), WOO_TEXT }, { "refunded_by", AT(refunded_by), WOO_ID }, { "refunded_payment", AT(refunded_payment), WOO_BOOL },
    { "date_created", AT(created_ms), WOO_TIME },
};
#undef ROW
#define ROW refund_line
static const woo_field refund_line_fields[] = {             /* negative in the shop, positive here */
    { "product_id", AT(product_id), WOO_ID }, { "variation_id", AT(variation_id), WOO_ID }, { "name", AT(name), WOO_NAME },
    { "sku", AT(sku), WOO_TEXT }, { "quantity", AT(quantity), WOO_REAL }, { "total", AT(total), WOO_MONEY_POSITIVE },
    { "total_tax", AT(total_tax), WOO_MONEY_POSITIVE },
};
#undef ROW

bool woo_map_refund(woo_mapper *m, str order_id, const json_value *v, refund *ret_row, refund_line **ret_lines, size_t *ret_n) {
    static const char *const lists[] = { "line_items", "shipping_lines", "fee_lines" };
    *ret_row = (refund){ .store_id = m->access->store_id, .order_id = order_id };
    woo_map_fields(m, v, refund_fields, COUNT(refund_fields), ret_row);
    size_t most = 0, n = 0;
    for (size_t k = 0; k < COUNT(lists); k++) most += jr_count(jr_get(v, lists[k]));
    refund_line *rows = arena_new(m->c->arena, refund_line, most + 1);
    if (!rows) m->out_of_memory = true;
    for (size_t k = 0; rows && k < COUNT(lists); k++) {
        const json_value *list = jr_get(v, lists[k]);
        for (size_t i = 0; i < jr_count(list); i++) {
            refund_line r = { .store_id = m->access->store_id, .order_id = order_id, .refund_id = ret_row->refund_id,
                              .line_id = woo_map_id(m, jr_get(jr_at(list, i), "id")) };
            woo_map_fields(m, jr_at(list, i), refund_line_fields, COUNT(refund_line_fields), &r);
            if (r.quantity < 0) r.quantity = -r.quantity;
            if (r.line_id.n) rows[n++] = r;
        }
    }
    *ret_lines = rows;
    *ret_n = n;
    return ret_row->refund_id.n && order_id.n && rows;
}
