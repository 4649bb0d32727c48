/* What a shop says of itself: name, zone, money and how it writes prices, tax, version. It does NOT judge the connection (woo_test.c).
 * A source that refuses leaves its facts unknown: a key of a shop manager may read products but not settings. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "base/limits.h"

static err_code keep_text(ctx *c, str s, str *ret_copy) {
    *ret_copy = str_dup(c->arena, s);
    return ret_copy->p ? ERR_OK : fail(c, ERR_NO_MEMORY, "facts of the shop");
}

static const json_value *setting(const json_value *list, const char *id) {
    for (size_t i = 0; i < jr_count(list); i++)
        if (str_eq(jr_string(jr_get(jr_at(list, i), "id")), str_of(id))) return jr_get(jr_at(list, i), "value");
    return NULL;
}

/* "Europe/Bucharest", or 2, "5.5", -3 hours where the owner chose an offset. */
static err_code read_zone(ctx *c, const json_value *root, store *facts) {
    double hours = 0;
    str name = jr_string(jr_get(root, "timezone_string"));
    if (name.n) return keep_text(c, name, &facts->time_zone);
    if (!jr_double(jr_get(root, "gmt_offset"), &hours) || hours < -14 || hours > 14) return ERR_OK;
    int minutes = (int)(hours * 60 + (hours < 0 ? -0.5 : 0.5)), size = minutes < 0 ? -minutes : minutes;
    char text[16];
    snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60 % 24, size % 60);
    return keep_text(c, str_of(text), &facts->time_zone);
}

static err_code read_root(ctx *c, const json_value *v, woo_facts *f) {
    woo_mapper m = { .c = c };
    static const woo_field name[] = { { "name", 0, WOO_NAME } };
    str title = { 0 };
    woo_map_fields(&m, v, name, 1, &title);
    TRY(keep_text(c, title, &f->row.title));
    return read_zone(c, v, &f->row);
}

/* The same facts stand in two answers, by other names; the settings are asked first. */
static const struct { const char *setting, *status; size_t at; } money_words[] = {
    { "woocommerce_currency", "currency", offsetof(woo_facts, currency) },
    { "woocommerce_currency_pos", "currency_position", offsetof(woo_facts, prices.position) },
    { "woocommerce_price_thousand_sep", "thousand_separator", offsetof(woo_facts, prices.thousand) },
    { "woocommerce_price_decimal_sep", "decimal_separator", offsetof(woo_facts, prices.point) },
};

static err_code keep_money_word(ctx *c, const json_value *v, size_t i, woo_facts *f) {
    str *word = (str *)((char *)f + money_words[i].at);
    return jr_is_string(v) ? keep_text(c, jr_string(v), word) : ERR_OK;
}

err_code woo_facts_general(ctx *c, const json_value *v, woo_facts *f) {
    for (size_t i = 0; i < COUNT(money_words); i++) TRY(keep_money_word(c, setting(v, money_words[i].setting), i, f));
    (void)jr_i64(setting(v, "woocommerce_price_num_decimals"), &f->prices.digits);      /* else as it was: not told */
    return ERR_OK;
}

static err_code read_tax(ctx *c, const json_value *v, woo_facts *f) {
    f->row.prices_include_tax = str_eq(jr_string(setting(v, "woocommerce_prices_include_tax")), STR("yes"));
    return keep_text(c, jr_string(setting(v, "woocommerce_tax_display_shop")), &f->row.tax_display);
}

/* Of a shop that kept its settings to itself; the symbol is nowhere else. */
err_code woo_facts_status(ctx *c, const json_value *v, woo_facts *f) {
    const json_value *e = jr_get(v, "environment"), *s = jr_get(v, "settings");
    TRY(keep_text(c, jr_string(jr_get(e, "version")), &f->row.platform_version));
    TRY(keep_text(c, str_sub(jr_string(jr_get(e, "language")), 0, 2), &f->row.locale));
    TRY(keep_text(c, jr_string(jr_get(s, "currency_symbol")), &f->prices.symbol));
    if (f->currency.n) return ERR_OK;
    for (size_t i = 0; i < COUNT(money_words); i++) TRY(keep_money_word(c, jr_get(s, money_words[i].status), i, f));
    (void)jr_i64(jr_get(s, "number_of_decimals"), &f->prices.digits);
    return ERR_OK;
}

/* Texts of shops stand in HTML there, so they may hold entities; a hard space stays one. */
err_code woo_facts_end(ctx *c, woo_facts *f) {
    price_style style = { 0 };
    price_words w = f->prices;
    buf b;
    json_out out;
    w.code = f->row.currency = f->currency;
    w.symbol = woo_decode(c->arena, str_trim(w.symbol), "\xC2\xA0");
    w.thousand = woo_decode(c->arena, w.thousand, "\xC2\xA0");
    w.point = woo_decode(c->arena, w.point, "\xC2\xA0");
    if (!w.code.n || !price_style_make(&w, &style)) return ERR_OK;
    buf_init_in(&b, c->arena, KIB);
    jw_init(&out, &b);
    price_style_write(&out, &style);
    f->row.price_style = buf_view(&b);
    return buf_err(&b) ? fail(c, buf_err(&b), "facts of the shop") : ERR_OK;
}

static const struct fact_source {
    const char *path, *query;
    bool list;
    err_code (*read)(ctx *c, const json_value *v, woo_facts *f);
} fact_sources[] = {
    { "!/", "_fields=name,description,url,gmt_offset,timezone_string,namespaces", false, read_root },
    { "/settings/general", "_fields=id,value", true, woo_facts_general },
    { "/settings/tax", "_fields=id,value", true, read_tax },
    { "/system_status", "_fields=environment,settings", false, woo_facts_status },
};

err_code woo_read_facts(ctx *c, woo_shop *shop, store *ret_facts) {
    woo_facts f = WOO_FACTS;
    f.row.store_id = shop->access->store_id;
    f.row.platform = STR("woocommerce");
    for (size_t i = 0; i < COUNT(fact_sources); i++) {
        const struct fact_source *from = &fact_sources[i];
        woo_slot *s = &shop->slot[0];
        TRY(woo_get(c, s, from->path, from->query, from->list));
        if (!s->trouble) TRY(from->read(c, s->json, &f));
        else if (woo_trouble_passes(s->trouble) && !shop->one_try) return woo_fail(c, s, "read the settings of the shop");
    }
    TRY(woo_facts_end(c, &f));
    *ret_facts = f.row;
    return ERR_OK;
}
