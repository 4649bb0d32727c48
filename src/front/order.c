/* From a filled-in form to the order as WooCommerce would send it. */
#include "front/order.h"
#include "base/limits.h"
#include "front/front_int.h"
#include "net/crypto.h"
#include <math.h>
#include <string.h>

const char *const checkout_names[CHECKOUT_FIELDS] = {
    [CHECKOUT_NAME] = "name", [CHECKOUT_EMAIL] = "email", [CHECKOUT_PHONE] = "phone", [CHECKOUT_ADDRESS] = "address",
    [CHECKOUT_CITY] = "city", [CHECKOUT_PAYMENT] = "payment",
};

/* ---- the form ---- */
static bool is_email(str s) {
    size_t at = str_find(s, STR("@"));
    if (at == SIZE_MAX || !at) return false;
    str domain = str_sub(s, at + 1, s.n);
    size_t dot = str_find(domain, STR("."));
    bool odd = str_find(s, STR(" ")) != SIZE_MAX || str_find(domain, STR("@")) != SIZE_MAX;
    return !odd && dot != SIZE_MAX && dot > 0 && dot + 1 < domain.n;
}

static const char *problem_of(checkout_field i, str value) {
    static const char *const missing[CHECKOUT_FIELDS] = {
        [CHECKOUT_NAME] = "Scrie un nume.", [CHECKOUT_EMAIL] = "Scrie o adresă de e-mail.", [CHECKOUT_ADDRESS] = "Scrie strada și numărul.",
        [CHECKOUT_CITY] = "Scrie localitatea.", [CHECKOUT_PAYMENT] = "Alege felul plății.",
    };
    if (!value.n) return missing[i];
    if (value.n > CHECKOUT_TEXT_BYTES) return "Textul este prea lung: cel mult 200 de caractere.";
    if (!str_is_utf8(value)) return "Textul are caractere care nu se pot citi.";
    if (i == CHECKOUT_EMAIL && !is_email(value)) return "Adresa de e-mail arată ca nume@exemplu.ro.";
    if (i == CHECKOUT_PAYMENT && !str_eq(value, STR("cod")) && !str_eq(value, STR("card"))) return missing[i];
    return NULL;
}

bool checkout_check(checkout_form *f) {
    bool fine = true;
    for (checkout_field i = 0; i < CHECKOUT_FIELDS; i++) {
        f->value[i] = str_trim(f->value[i]);
        f->problem[i] = problem_of(i, f->value[i]);
        fine &= !f->problem[i];
    }
    return fine;
}

/* ---- ids ---- */
int64_t order_id_of(str secret, str once) {
    digest256 mac = crypto_hmac_sha256(secret, once);
    uint64_t bits;
    memcpy(&bits, mac.b, sizeof bits);
    /* 16 digits, exact as a double too */
    return INT64_C(1000000000000000) + (int64_t)(bits % UINT64_C(8000000000000000));
}

str order_page_key(ctx *c, str secret, str order_id) {
    buf b;
    buf_init_in(&b, c->arena, KIB);
    buf_text(&b, "page of order ");
    buf_str(&b, order_id);
    digest256 mac = crypto_hmac_sha256(secret, buf_view(&b));
    buf_reset(&b);
    buf_hex(&b, mac.b, 16);
    return buf_view(&b);
}

/* ---- the order ---- */
static int64_t without_tax(int64_t gross) { return (gross * 100 + (100 + VAT_PERCENT) / 2) / (100 + VAT_PERCENT); }

/* As WooCommerce writes money: text. */
static void money_member(json_out *w, const char *key, int64_t minor, int digits) {
    AUTO_BUF text;
    json_out one;
    buf_init(&text, 64);
    jw_init(&one, &text);
    jw_money(&one, minor, digits);
    jw_member_str(w, key, buf_view(&text));
}

typedef struct { const char *key; str value; } meta_row;

static void write_meta_rows(json_out *w, const meta_row *rows, size_t n) {
    jw_key(w, "meta_data");
    jw_array(w);
    for (size_t i = 0; i < n; i++) {
        if (!rows[i].value.n) continue;
        jw_object(w);
        jw_member_text(w, "key", rows[i].key);
        jw_member_str(w, "value", rows[i].value);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_item(json_out *w, const front_line *l, int64_t id, int digits) {
    int64_t gross = l->unit_minor * l->quantity, before = without_tax(gross), paid = gross - l->saving_minor, net = without_tax(paid);
    jw_object(w);
    jw_member_i64(w, "id", id);
    jw_member_str(w, "name", l->row->name);
    jw_member_str(w, "product_id", l->parent->product_id);
    if (l->row != l->parent) jw_member_str(w, "variation_id", l->row->product_id);
    jw_member_str(w, "sku", l->row->sku);
    jw_member_i64(w, "quantity", l->quantity);
    money_member(w, "subtotal", before, digits);
    money_member(w, "subtotal_tax", gross - before, digits);
    money_member(w, "total", net, digits);
    money_member(w, "total_tax", paid - net, digits);
    jw_member_fixed(w, "price", (double)net / (double)l->quantity / pow(10, digits), 6);
    if (l->offer_id.n) write_meta_rows(w, &(meta_row){ "_vitrine_offer", l->offer_id }, 1);
    jw_end_object(w);
}

/* Without tax, and tax. */
typedef struct { int64_t net, tax; } taxed;

static taxed discount_of(const front_basket *k) {
    taxed sum = { 0, 0 };
    for (size_t i = 0; i < k->n; i++) {
        int64_t gross = k->lines[i].unit_minor * k->lines[i].quantity, saving = k->lines[i].saving_minor;
        int64_t net = without_tax(gross) - without_tax(gross - saving);
        sum.net += net;
        sum.tax += saving - net;
    }
    return sum;
}

static int64_t write_items(json_out *w, const front_basket *k, int digits) {
    int64_t tax = 0;
    jw_key(w, "line_items");
    jw_array(w);
    for (size_t i = 0; i < k->n; i++) {
        int64_t paid = k->lines[i].unit_minor * k->lines[i].quantity - k->lines[i].saving_minor;
        write_item(w, &k->lines[i], (int64_t)i + 1, digits);
        tax += paid - without_tax(paid);
    }
    jw_end_array(w);
    return tax;
}

static void write_shipping(json_out *w, const front_basket *k, int digits) {
    int64_t net = without_tax(k->shipping_minor);
    jw_key(w, "shipping_lines");
    jw_array(w);
    jw_object(w);
    jw_member_i64(w, "id", FRONT_CART_LINES + 1);
    jw_member_text(w, "method_title", k->shipping_minor ? "Curier" : "Transport gratuit");
    jw_member_text(w, "method_id", k->shipping_minor ? "flat_rate" : "free_shipping");
    money_member(w, "total", net, digits);
    money_member(w, "total_tax", k->shipping_minor - net, digits);
    jw_end_object(w);
    jw_end_array(w);
}

static void write_address(json_out *w, const char *key, const checkout_form *f) {
    str first = f->value[CHECKOUT_NAME], last = { 0 };
    size_t blank = str_find(first, STR(" "));
    if (blank != SIZE_MAX) last = str_trim(str_sub(first, blank, first.n)), first.n = blank;
    jw_key(w, key);
    jw_object(w);
    jw_member_str(w, "first_name", first);
    jw_member_str(w, "last_name", last);
    jw_member_str(w, "email", f->value[CHECKOUT_EMAIL]);
    jw_member_str(w, "phone", f->value[CHECKOUT_PHONE]);
    jw_member_str(w, "address_1", f->value[CHECKOUT_ADDRESS]);
    jw_member_str(w, "city", f->value[CHECKOUT_CITY]);
    jw_member_text(w, "country", "RO");
    jw_end_object(w);
}

static void write_meta(json_out *w, const order_origin *o) {
    const meta_row rows[] = { { "_vitrine_visitor", o->visitor_id }, { "_vitrine_recs", o->rec_ids } };
    write_meta_rows(w, rows, COUNT(rows));
}

static void write_head(ctx *c, json_out *w, const front_shop *s, const checkout_form *f, int64_t order_id) {
    bool card = str_eq(f->value[CHECKOUT_PAYMENT], STR("card"));
    char now[21], number[24];
    time_format(ctx_now_ms(c), now);
    snprintf(number, sizeof number, "V-%08lld", (long long)(order_id % 100000000));
    str when = { now, 19 };                                 /* the twin is UTC by its name */
    jw_member_i64(w, "id", order_id);
    jw_member_text(w, "number", number);
    jw_member_text(w, "status", "processing");
    jw_member_str(w, "currency", s->row->currency);
    jw_member_bool(w, "prices_include_tax", true);
    jw_member_str(w, "date_created_gmt", when);
    jw_member_str(w, "date_modified_gmt", when);
    if (card) jw_member_str(w, "date_paid_gmt", when);
    jw_member_text(w, "created_via", "checkout");
    jw_member_i64(w, "customer_id", 0);
    jw_member_text(w, "payment_method", card ? "card" : "cod");
    jw_member_text(w, "payment_method_title", card ? "Card bancar" : "Plata la livrare");
}

err_code order_body(ctx *c, const front_shop *s, const front_basket *k, const checkout_form *f, const order_origin *o, int64_t order_id,
                    str *ret_body) {
    int digits = currency_digits(s->row->currency);
    int64_t shipping_tax = k->shipping_minor - without_tax(k->shipping_minor);
    taxed off = discount_of(k);
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, LIMIT_BODY_BYTES);
    jw_init(&w, &b);
    jw_object(&w);
    write_head(c, &w, s, f, order_id);
    int64_t cart_tax = write_items(&w, k, digits);
    write_shipping(&w, k, digits);
    money_member(&w, "total", k->total_minor, digits);
    money_member(&w, "total_tax", cart_tax + shipping_tax, digits);
    money_member(&w, "cart_tax", cart_tax, digits);
    money_member(&w, "discount_total", off.net, digits);
    money_member(&w, "discount_tax", off.tax, digits);
    money_member(&w, "shipping_total", k->shipping_minor - shipping_tax, digits);
    money_member(&w, "shipping_tax", shipping_tax, digits);
    write_address(&w, "billing", f);
    write_address(&w, "shipping", f);
    write_meta(&w, o);
    jw_end_object(&w);
    if (buf_err(&b)) return fail(c, buf_err(&b), "write the order");
    *ret_body = buf_view(&b);
    return ERR_OK;
}
