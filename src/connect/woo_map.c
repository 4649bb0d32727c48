/* WooCommerce JSON of catalogue, customers, reviews and coupons into rows, by tables: one line says which key goes to which column.
 * It does NOT put anything; orders are in woo_orders.c. Shapes seen: ../shared/fixtures/woocommerce (types, TSV). */
#include "connect/woo_int.h"
#include <stdio.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "net/crypto.h"

/* ---- values ---- */
static str keep(woo_mapper *m, str s) {
    if (!s.n) return (str){ 0 };
    if (!s.p) m->out_of_memory = true;
    return s;
}

static str text_of(woo_mapper *m, const json_value *v) { return str_clip(jr_text(m->c->arena, v), LIMIT_TEXT_BYTES); }

str woo_map_id(woo_mapper *m, const json_value *v) {
    str s = jr_text(m->c->arena, v);
    return s.n > LIMIT_ID_BYTES || str_eq(s, STR("0")) ? (str){ 0 } : s;
}

static str json_text(woo_mapper *m, const json_value *v) {
    if (jr_is_null(v)) return (str){ 0 };
    buf b;
    json_out w;
    buf_init_in(&b, m->c->arena, LIMIT_TEXT_BYTES);
    jw_init(&w, &b);
    jw_value(&w, v);
    if (buf_err(&b) == ERR_NO_MEMORY) m->out_of_memory = true;
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

/* [13, "14"] as ["13","14"]; an empty list is empty text. */
static str ids_of(woo_mapper *m, const json_value *v) {
    if (!jr_count(v)) return (str){ 0 };
    buf b;
    json_out w;
    buf_init_in(&b, m->c->arena, LIMIT_TEXT_BYTES);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < jr_count(v); i++) jw_str(&w, jr_text(m->c->arena, jr_at(v, i)));
    jw_end_array(&w);
    if (buf_err(&b) == ERR_NO_MEMORY) m->out_of_memory = true;
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

/* ---- entities ---- */
/* UTF-8 of a code point; 0 bytes for one that no text holds. */
static size_t encode(uint32_t point, char out[5]) {
    if (point < ' ' || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return 0;
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char head[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = n; i-- > 1; point >>= 6) out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(head[n] | point);
    out[n] = 0;
    return n;
}

/* "&#8211;", "&#x62f;" at the start of `s`: its length and its character; 0 when it is none. */
static size_t number_at_start(str s, char out[5]) {
    uint32_t point = 0, base = 10;
    size_t i = 2;
    if (!str_starts(s, STR("&#"))) return 0;
    if (i < s.n && (s.p[i] | 0x20) == 'x') base = 16, i++;
    for (size_t from = i; i < s.n && i < from + 7; i++) {
        char ch = s.p[i];
        if (ch == ';') return i > from && encode(point, out) ? i + 1 : 0;
        bool letter = base == 16 && (ch | 0x20) >= 'a' && (ch | 0x20) <= 'f';
        if (!letter && (ch < '0' || ch > '9')) return 0;
        point = point * base + (uint32_t)(letter ? (ch | 0x20) - 'a' + 10 : ch - '0');
    }
    return i < s.n && s.p[i] == ';' && encode(point, out) ? i + 1 : 0;
}

static size_t entity_at_start(str s, char out[5]) {
    static const struct { const char *name, *text; } named[] = {
        { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&apos;", "'" }, { "&nbsp;", "\xC2\xA0" },
        { "&euro;", "€" }, { "&pound;", "£" }, { "&yen;", "¥" }, { "&cent;", "¢" }, { "&dollar;", "$" }, { "&fnof;", "ƒ" },
        { "&thinsp;", "\xE2\x80\x89" },
    };
    for (size_t i = 0; i < COUNT(named); i++) {
        if (!str_starts(s, str_of(named[i].name))) continue;
        snprintf(out, 5, "%s", named[i].text);
        return str_of(named[i].name).n;
    }
    return number_at_start(s, out);
}

str woo_decode(arena *a, str s, const char *space) {
    if (str_find(s, STR("&")) == SIZE_MAX) return s;
    buf b;
    buf_init_in(&b, a, s.n + 1);                            /* no entity is shorter than what it stands for */
    for (size_t i = 0; i < s.n;) {
        char plain[5];
        size_t n = entity_at_start(str_sub(s, i, SIZE_MAX), plain);
        if (n) buf_text(&b, strcmp(plain, "\xC2\xA0") ? plain : space);
        else buf_char(&b, s.p[i]);
        i += n ? n : 1;
    }
    return buf_err(&b) ? s : buf_view(&b);
}

/* WordPress keeps names of terms and titles with entities in them ("Books &amp; Music"). Texts with markup stay as they are. */
static str name_of(woo_mapper *m, const json_value *v) { return woo_decode(m->c->arena, text_of(m, v), " "); }

static bool money_of(woo_mapper *m, const json_value *v, int64_t *ret_minor) {
    return parse_money(jr_text(m->c->arena, v), m->access->currency_digits, ret_minor);
}

static const json_value *member(const json_value *json, const char *key) {
    str rest = str_of(key), first = str_cut(&rest, '.');
    if (!rest.p) return jr_get(json, key);
    char head[32];
    snprintf(head, sizeof head, "%.*s", STR_ARG(first));
    return jr_get(jr_get(json, head), rest.p);
}

/* The *_gmt twin: the other one is the shop's local time without a zone. */
static bool time_of(woo_mapper *m, const json_value *json, const char *key, int64_t *ret_ms) {
    char gmt[64];
    snprintf(gmt, sizeof gmt, "%s_gmt", key);
    const json_value *v = jr_get(json, gmt);
    return time_parse(jr_text(m->c->arena, v ? v : jr_get(json, key)), ret_ms);
}

static void map_field(woo_mapper *m, const json_value *json, const woo_field *f, void *at) {
    const json_value *v = member(json, f->key);
    int64_t n = 0;
    double d = 0;
    if (!v && f->rule != WOO_TIME) return;
    switch (f->rule) {
    case WOO_TEXT: *(str *)at = keep(m, text_of(m, v)); break;
    case WOO_NAME: *(str *)at = keep(m, name_of(m, v)); break;
    case WOO_ID: *(str *)at = woo_map_id(m, v); break;
    case WOO_BOOL: *(bool *)at = jr_bool(v, false); break;
    case WOO_INT: if (jr_i64(v, &n)) *(int64_t *)at = n; break;
    case WOO_OPT_INT: if (jr_double(v, &d) && d > -9e15 && d < 9e15) *(opt_int *)at = SOME((int64_t)d); break;
    case WOO_MONEY: if (money_of(m, v, &n)) *(int64_t *)at = n; break;
    case WOO_MONEY_POSITIVE: if (money_of(m, v, &n)) *(int64_t *)at = n < 0 ? -n : n; break;
    case WOO_OPT_MONEY: if (money_of(m, v, &n)) *(opt_int *)at = SOME(n); break;
    case WOO_TIME: if (time_of(m, json, f->key, &n)) *(int64_t *)at = n; break;
    case WOO_REAL: if (jr_double(v, &d)) *(double *)at = d; break;
    case WOO_JSON: *(str *)at = json_text(m, v); break;
    case WOO_IDS: *(str *)at = ids_of(m, v); break;
    }
}

void woo_map_fields(woo_mapper *m, const json_value *json, const woo_field *fields, size_t n, void *row) {
    for (size_t i = 0; i < n; i++) map_field(m, json, &fields[i], (char *)row + fields[i].at);
}

#define AT(member) offsetof(ROW, member)
#define MAP(m, json, table, row) woo_map_fields(m, json, table, COUNT(table), row)

/* ---- products and variations ---- */
#define ROW product
static const woo_field item_fields[] = {                    /* in every view of a product and of a variation */
    { "id", AT(product_id), WOO_ID }, { "parent_id", AT(parent_id), WOO_ID }, { "status", AT(status), WOO_TEXT },
    { "name", AT(name), WOO_NAME }, { "permalink", AT(permalink), WOO_TEXT }, { "sku", AT(sku), WOO_TEXT },
    { "global_unique_id", AT(global_id), WOO_TEXT }, { "description", AT(description), WOO_TEXT },
    { "price", AT(price), WOO_OPT_MONEY }, { "regular_price", AT(regular_price), WOO_OPT_MONEY },
    { "sale_price", AT(sale_price), WOO_OPT_MONEY }, { "date_on_sale_from", AT(sale_from_ms), WOO_TIME },
    { "date_on_sale_to", AT(sale_to_ms), WOO_TIME }, { "on_sale", AT(on_sale), WOO_BOOL }, { "purchasable", AT(purchasable), WOO_BOOL },
    { "stock_quantity", AT(stock_quantity), WOO_OPT_INT }, { "stock_status", AT(stock_status), WOO_TEXT },
    { "backorders", AT(backorders), WOO_TEXT }, { "low_stock_amount", AT(low_stock_amount), WOO_OPT_INT },
    { "virtual", AT(is_virtual), WOO_BOOL }, { "downloadable", AT(downloadable), WOO_BOOL }, { "weight", AT(weight), WOO_TEXT },
    { "dimensions.length", AT(length), WOO_TEXT }, { "dimensions.width", AT(width), WOO_TEXT },
    { "dimensions.height", AT(height), WOO_TEXT }, { "tax_status", AT(tax_status), WOO_TEXT }, { "tax_class", AT(tax_class), WOO_TEXT },
    { "shipping_class", AT(shipping_class), WOO_TEXT }, { "menu_order", AT(menu_order), WOO_INT }, { "meta_data", AT(meta), WOO_JSON },
    { "date_created", AT(created_ms), WOO_TIME }, { "date_modified", AT(modified_ms), WOO_TIME },
};
static const woo_field product_fields[] = {                 /* a variation has these only in some views: left out, so that all agree */
    { "type", AT(type), WOO_TEXT }, { "catalog_visibility", AT(visibility), WOO_TEXT }, { "featured", AT(featured), WOO_BOOL },
    { "slug", AT(slug), WOO_TEXT }, { "short_description", AT(short_description), WOO_TEXT }, { "total_sales", AT(total_sales), WOO_INT },
    { "sold_individually", AT(sold_individually), WOO_BOOL }, { "reviews_allowed", AT(reviews_allowed), WOO_BOOL },
    { "average_rating", AT(average_rating), WOO_REAL }, { "rating_count", AT(rating_count), WOO_INT },
    { "external_url", AT(external_url), WOO_TEXT }, { "button_text", AT(button_text), WOO_TEXT },
    { "purchase_note", AT(purchase_note), WOO_TEXT }, { "upsell_ids", AT(upsell_ids), WOO_IDS },
    { "cross_sell_ids", AT(cross_sell_ids), WOO_IDS }, { "grouped_products", AT(grouped_ids), WOO_IDS },
    { "default_attributes", AT(default_attributes), WOO_JSON },
};
#undef ROW

/* true, false, or "parent": then stock_quantity is the parent's. */
static str manage_stock_of(const json_value *v) {
    if (str_eq(jr_string(v), STR("parent"))) return STR("parent");
    return jr_bool(v, false) ? STR("yes") : STR("no");
}

static void add_terms(woo_mapper *m, woo_product *p, const json_value *list, const entity *e) {
    size_t n = 0, most = jr_count(list);
    product_category *rows = arena_array(m->c->arena, most + 1, e->row_size);
    if (!rows) {
        m->out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < most; i++) {
        str id = woo_map_id(m, jr_get(jr_at(list, i), "id"));
        bool twice = false;
        for (size_t k = 0; k < n; k++) twice = twice || str_eq(id, *(const str *)entity_at(e, (char *)rows + k * e->row_size, 2));
        if (!id.n || twice) continue;
        void *row = (char *)rows + n * e->row_size;
        *(int64_t *)entity_at_mut(e, row, 0) = m->access->store_id;
        *(str *)entity_at_mut(e, row, 1) = p->row.product_id;
        *(str *)entity_at_mut(e, row, 2) = id;
        if (e == &product_category_entity) ((product_category *)row)->position = (int64_t)n;
        n++;
    }
    record_add(&p->r, e, rows, n);
}

/* Products have a list, variations one object, or a list when they come as a product. The thumbnail is only in newer shops. */
static void add_images(woo_mapper *m, woo_product *p, const json_value *v) {
    const json_value *list = jr_get(v, "images"), *one = jr_get(v, "image");
    size_t n = jr_is_array(list) ? jr_count(list) : jr_is_object(one) ? 1 : 0, kept = 0;
    product_image *rows = arena_new(m->c->arena, product_image, n + 1);
    if (!rows) {
        m->out_of_memory = true;
        return;
    }
    bool variation = p->row.parent_id.n != 0;
    for (size_t i = 0; i < n; i++) {
        const json_value *image = jr_is_array(list) ? jr_at(list, i) : one;
        product_image r = { .store_id = m->access->store_id, .product_id = p->row.product_id, .position = (int64_t)kept,
                            .image_id = woo_map_id(m, jr_get(image, "id")), .src = text_of(m, jr_get(image, "src")),
                            .thumbnail = variation ? (str){ 0 } : text_of(m, jr_get(image, "thumbnail")),
                            .name = name_of(m, jr_get(image, "name")), .alt = name_of(m, jr_get(image, "alt")) };
        if (r.src.n) rows[kept++] = r;
    }
    record_add(&p->r, &product_image_entity, rows, kept);
}

/* A product's attribute has "options", a variation's one "option". */
static str options_of(woo_mapper *m, const json_value *v) {
    const json_value *list = jr_get(v, "options");
    buf b;
    json_out w;
    buf_init_in(&b, m->c->arena, LIMIT_TEXT_BYTES);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < jr_count(list); i++) jw_str(&w, name_of(m, jr_at(list, i)));
    if (!jr_is_array(list) && jr_get(v, "option")) jw_str(&w, name_of(m, jr_get(v, "option")));
    jw_end_array(&w);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

static void add_attributes(woo_mapper *m, woo_product *p, const json_value *list) {
    size_t n = jr_count(list);
    product_attribute *rows = arena_new(m->c->arena, product_attribute, n + 1);
    if (!rows) {
        m->out_of_memory = true;
        return;
    }
    bool variation = p->row.parent_id.n != 0;
    for (size_t i = 0; i < n; i++) {
        const json_value *v = jr_at(list, i);
        rows[i] = (product_attribute){
            .store_id = m->access->store_id, .product_id = p->row.product_id, .position = (int64_t)i,
            .attribute_id = woo_map_id(m, jr_get(v, "id")), .name = name_of(m, jr_get(v, "name")), .slug = text_of(m, jr_get(v, "slug")),
            .options = options_of(m, v), .visible = variation || jr_bool(jr_get(v, "visible"), false),
            .variation = variation || jr_bool(jr_get(v, "variation"), false),
        };
    }
    record_add(&p->r, &product_attribute_entity, rows, n);
}

/* "Blue, Large": three views of a variation name it in three ways, one not at all. */
static str variation_name(woo_mapper *m, const json_value *attributes, str otherwise) {
    buf b;
    buf_init_in(&b, m->c->arena, LIMIT_TEXT_BYTES);
    for (size_t i = 0; i < jr_count(attributes); i++) {
        str option = name_of(m, jr_get(jr_at(attributes, i), "option"));
        if (!option.n) continue;
        if (b.n) buf_text(&b, ", ");
        buf_str(&b, option);
    }
    return b.n && !buf_err(&b) ? buf_view(&b) : otherwise;
}

bool woo_map_product(woo_mapper *m, const json_value *v, woo_product *ret_product) {
    woo_product *p = ret_product;
    *p = (woo_product){ .row = { .store_id = m->access->store_id } };
    p->r = (record){ .e = &product_entity, .row = &p->row };
    MAP(m, v, item_fields, &p->row);
    if (!p->row.product_id.n) return false;
    if (!p->row.parent_id.n) p->row.parent_id = m->parent_id;
    p->row.manage_stock = manage_stock_of(jr_get(v, "manage_stock"));
    bool variation = p->row.parent_id.n || str_eq(jr_string(jr_get(v, "type")), STR("variation"));
    if (variation) {
        p->row.type = STR("variation");
        p->row.visibility = STR("visible");
        p->row.name = variation_name(m, jr_get(v, "attributes"), p->row.name);
    } else {
        MAP(m, v, product_fields, &p->row);
        if (!p->row.type.n) p->row.type = STR("simple");
        add_terms(m, p, jr_get(v, "categories"), &product_category_entity);
        add_terms(m, p, jr_get(v, "tags"), &product_tag_entity);
        if (jr_is_array(jr_get(v, "brands"))) add_terms(m, p, jr_get(v, "brands"), &product_brand_entity);
    }
    add_images(m, p, v);
    add_attributes(m, p, jr_get(v, "attributes"));
    return true;
}

/* ---- terms ---- */
#define ROW category
static const woo_field category_fields[] = {
    { "id", AT(category_id), WOO_ID }, { "parent", AT(parent_id), WOO_ID }, { "name", AT(name), WOO_NAME }, { "slug", AT(slug), WOO_TEXT },
    { "description", AT(description), WOO_TEXT }, { "display", AT(display), WOO_TEXT }, { "image.src", AT(image), WOO_TEXT },
    { "menu_order", AT(position), WOO_INT }, { "count", AT(product_count), WOO_INT },
};
#undef ROW
#define ROW tag
static const woo_field tag_fields[] = {
    { "id", AT(tag_id), WOO_ID }, { "name", AT(name), WOO_NAME }, { "slug", AT(slug), WOO_TEXT },
    { "description", AT(description), WOO_TEXT }, { "count", AT(product_count), WOO_INT },
};
#undef ROW
#define ROW brand
static const woo_field brand_fields[] = {
    { "id", AT(brand_id), WOO_ID }, { "parent", AT(parent_id), WOO_ID }, { "name", AT(name), WOO_NAME }, { "slug", AT(slug), WOO_TEXT },
    { "description", AT(description), WOO_TEXT }, { "count", AT(product_count), WOO_INT },
};
#undef ROW

bool woo_map_category(woo_mapper *m, const json_value *v, category *ret_row) {
    *ret_row = (category){ .store_id = m->access->store_id };
    MAP(m, v, category_fields, ret_row);
    return ret_row->category_id.n != 0;
}

bool woo_map_tag(woo_mapper *m, const json_value *v, tag *ret_row) {
    *ret_row = (tag){ .store_id = m->access->store_id };
    MAP(m, v, tag_fields, ret_row);
    return ret_row->tag_id.n != 0;
}

bool woo_map_brand(woo_mapper *m, const json_value *v, brand *ret_row) {
    *ret_row = (brand){ .store_id = m->access->store_id };
    MAP(m, v, brand_fields, ret_row);
    return ret_row->brand_id.n != 0;
}

/* ---- people ---- */
#define ROW customer
static const woo_field customer_fields[] = {
    { "id", AT(customer_id), WOO_ID }, { "email", AT(email), WOO_TEXT }, { "first_name", AT(first_name), WOO_TEXT },
    { "last_name", AT(last_name), WOO_TEXT }, { "username", AT(username), WOO_TEXT }, { "billing.phone", AT(phone), WOO_TEXT },
    { "role", AT(role), WOO_TEXT }, { "billing.city", AT(city), WOO_TEXT }, { "billing.state", AT(region), WOO_TEXT },
    { "billing.country", AT(country), WOO_TEXT }, { "billing", AT(billing), WOO_JSON }, { "shipping", AT(shipping), WOO_JSON },
    { "meta_data", AT(meta), WOO_JSON }, { "is_paying_customer", AT(paying), WOO_BOOL }, { "date_created", AT(created_ms), WOO_TIME },
    { "date_modified", AT(modified_ms), WOO_TIME },
};
static const woo_field guest_fields[] = {                   /* of an order */
    { "billing.email", AT(email), WOO_TEXT }, { "billing.first_name", AT(first_name), WOO_TEXT },
    { "billing.last_name", AT(last_name), WOO_TEXT }, { "billing.phone", AT(phone), WOO_TEXT }, { "billing.city", AT(city), WOO_TEXT },
    { "billing.state", AT(region), WOO_TEXT }, { "billing.country", AT(country), WOO_TEXT }, { "billing", AT(billing), WOO_JSON },
    { "shipping", AT(shipping), WOO_JSON },
};
#undef ROW

static str email_hash(woo_mapper *m, str email) {
    str hash = crypto_email_hash(m->c->arena, email);
    if (!hash.p) m->out_of_memory = true;
    return hash;
}

bool woo_map_customer(woo_mapper *m, const json_value *v, customer *ret_row) {
    *ret_row = (customer){ .store_id = m->access->store_id };
    MAP(m, v, customer_fields, ret_row);
    ret_row->email_hash = email_hash(m, ret_row->email);
    return ret_row->customer_id.n != 0;
}

bool woo_map_guest(woo_mapper *m, const json_value *v, const order *o, customer *ret_row) {
    int64_t account = 0;
    *ret_row = (customer){ .store_id = m->access->store_id, .guest = true, .role = STR("guest"), .created_ms = o->created_ms,
                           .modified_ms = o->created_ms, .paying = o->paid_ms != 0 };
    if (jr_i64(jr_get(v, "customer_id"), &account) && account) return false;
    MAP(m, v, guest_fields, ret_row);
    ret_row->email_hash = email_hash(m, ret_row->email);
    if (!ret_row->email_hash.n) return false;
    buf id;
    buf_init_in(&id, m->c->arena, 80);
    buf_text(&id, "guest:");
    buf_str(&id, ret_row->email_hash);
    if (buf_err(&id)) m->out_of_memory = true;
    ret_row->customer_id = buf_view(&id);
    return true;
}

/* ---- reviews and coupons ---- */
#define ROW review
static const woo_field review_fields[] = {
    { "id", AT(review_id), WOO_ID }, { "product_id", AT(product_id), WOO_ID }, { "status", AT(status), WOO_TEXT },
    { "reviewer", AT(reviewer), WOO_NAME }, { "reviewer_email", AT(reviewer_email), WOO_TEXT }, { "review", AT(review), WOO_TEXT },
    { "rating", AT(rating), WOO_INT }, { "verified", AT(verified), WOO_BOOL }, { "date_created", AT(created_ms), WOO_TIME },
};
#undef ROW
#define ROW coupon
static const woo_field coupon_fields[] = {
    { "id", AT(coupon_id), WOO_ID }, { "code", AT(code), WOO_TEXT }, { "status", AT(status), WOO_TEXT },
    { "discount_type", AT(discount_type), WOO_TEXT }, { "amount", AT(amount), WOO_TEXT }, { "description", AT(description), WOO_TEXT },
    { "date_expires", AT(expires_ms), WOO_TIME }, { "usage_count", AT(usage_count), WOO_INT },
    { "usage_limit", AT(usage_limit), WOO_OPT_INT }, { "usage_limit_per_user", AT(usage_limit_per_user), WOO_OPT_INT },
    { "limit_usage_to_x_items", AT(limit_items), WOO_OPT_INT }, { "individual_use", AT(individual_use), WOO_BOOL },
    { "free_shipping", AT(free_shipping), WOO_BOOL }, { "exclude_sale_items", AT(exclude_sale_items), WOO_BOOL },
    { "minimum_amount", AT(minimum), WOO_OPT_MONEY }, { "maximum_amount", AT(maximum), WOO_OPT_MONEY },
    { "product_ids", AT(product_ids), WOO_IDS }, { "excluded_product_ids", AT(excluded_product_ids), WOO_IDS },
    { "product_categories", AT(category_ids), WOO_IDS }, { "excluded_product_categories", AT(excluded_category_ids), WOO_IDS },
    { "email_restrictions", AT(email_restrictions), WOO_JSON }, { "date_created", AT(created_ms), WOO_TIME },
    { "date_modified", AT(modified_ms), WOO_TIME },
};
#undef ROW

bool woo_map_review(woo_mapper *m, const json_value *v, review *ret_row) {
    *ret_row = (review){ .store_id = m->access->store_id };
    MAP(m, v, review_fields, ret_row);
    return ret_row->review_id.n != 0;
}

/* "0.00" is how the shop says that there is no minimum or maximum. */
bool woo_map_coupon(woo_mapper *m, const json_value *v, coupon *ret_row) {
    *ret_row = (coupon){ .store_id = m->access->store_id };
    MAP(m, v, coupon_fields, ret_row);
    if (ret_row->minimum.v == 0) ret_row->minimum = UNKNOWN;
    if (ret_row->maximum.v == 0) ret_row->maximum = UNKNOWN;
    return ret_row->coupon_id.n != 0;
}
