/* Little shops for tests. */
#include "tests/features/little_shop.h"
#include "tests/test.h"
#include <stdio.h>

int64_t shop_day_ms(int day) { return days_from_civil(2026, 1, 1) * MS_PER_DAY + (int64_t)day * MS_PER_DAY + MS_PER_DAY / 2; }

little_shop little_shop_open(ctx *c) {
    little_shop s = { .c = c, .store_id = 3 };
    buf url;
    buf_init_in(&url, c->arena, 4096);
    buf_printf(&url, "sqlite:%s/shop.db", test_folder());
    assert_ok(c, storage_open(c, &(db_options){ .url = buf_view(&url) }, &s.d));
    assert_ok(c, storage_migrate(c, s.d));
    assert_ok(c, storage_begin(c, s.d, STORAGE_WRITE));
    return s;
}

void little_shop_close(little_shop *s) { storage_close(s->d); }

static void put(little_shop *s, const entity *e, const void *row) { assert_ok(s->c, storage_put(s->c, s->d, e, row)); }

static product a_product(little_shop *s, const char *id) {
    return (product){ .store_id = s->store_id, .product_id = str_of(id), .type = STR("simple"), .status = STR("publish"),
                      .visibility = STR("visible"), .purchasable = true, .stock_status = STR("instock") };
}

void shop_product(little_shop *s, const char *id, const char *name, int64_t price_minor, const char *categories) {
    product p = a_product(s, id);
    p.name = str_of(name);
    p.price = price_minor < 0 ? UNKNOWN : SOME(price_minor);
    put(s, &product_entity, &p);
    int64_t position = 0;
    for (str rest = str_of(categories), part; rest.n;) {
        part = str_cut(&rest, ' ');
        product_category link = { .store_id = s->store_id, .product_id = str_of(id), .category_id = part, .position = position++ };
        put(s, &product_category_entity, &link);
    }
}

void shop_variation(little_shop *s, const char *id, const char *parent, int64_t price_minor, const char *stock_status) {
    product p = a_product(s, id);
    p.parent_id = str_of(parent);
    p.type = STR("variation");
    p.price = price_minor < 0 ? UNKNOWN : SOME(price_minor);
    p.stock_status = str_of(stock_status);
    put(s, &product_entity, &p);
}

void shop_category_row(little_shop *s, const char *id, const char *parent) {
    put(s, &category_entity, &(category){ .store_id = s->store_id, .category_id = str_of(id), .parent_id = str_of(parent) });
}

void shop_tag(little_shop *s, const char *product_id, const char *tag_id) {
    put(s, &product_tag_entity, &(product_tag){ .store_id = s->store_id, .product_id = str_of(product_id), .tag_id = str_of(tag_id) });
}

static product existing(little_shop *s, const char *id) {
    product p = { .store_id = s->store_id, .product_id = str_of(id) };
    assert_ok(s->c, storage_get(s->c, s->d, &product_entity, &p));
    return p;
}

void shop_set(little_shop *s, const char *id, const char *column, const char *value) {
    product p = existing(s, id);
    size_t i = entity_field_index(&product_entity, str_of(column));
    assert_true(i < product_entity.n_fields);
    *(str *)entity_at_mut(&product_entity, &p, i) = str_of(value);
    put(s, &product_entity, &p);
}

void shop_set_time(little_shop *s, const char *id, int64_t created_ms) {
    product p = existing(s, id);
    p.created_ms = created_ms;
    put(s, &product_entity, &p);
}

void shop_order(little_shop *s, const char *id, int day, const char *who, const char *status, const char *products) {
    order o = { .store_id = s->store_id, .order_id = str_of(id), .status = str_of(status), .customer_id = str_of(who),
                .created_ms = shop_day_ms(day) };
    put(s, &order_entity, &o);
    int n = 0;
    for (str rest = str_of(products), part; rest.n;) {
        part = str_cut(&rest, ' ');
        str first = str_cut(&part, '@');
        char line_id[16];
        snprintf(line_id, sizeof line_id, "%d", n++);
        order_line l = { .store_id = s->store_id, .order_id = str_of(id), .line_id = str_of(line_id), .kind = STR("item"),
                         .product_id = part.p ? part : first, .variation_id = part.p ? first : STR(""), .quantity = 1 };
        put(s, &order_line_entity, &l);
    }
}

void shop_refund_line(little_shop *s, const char *order_id, int day, const char *product_id, double quantity) {
    char id[16];
    snprintf(id, sizeof id, "r%d", s->serial++);
    put(s, &refund_entity, &(refund){ .store_id = s->store_id, .order_id = str_of(order_id), .refund_id = str_of(id),
                                      .created_ms = shop_day_ms(day) });
    put(s, &refund_line_entity, &(refund_line){ .store_id = s->store_id, .order_id = str_of(order_id), .refund_id = str_of(id),
                                                .line_id = STR("0"), .product_id = str_of(product_id), .quantity = quantity });
}

static void put_event(little_shop *s, logged_event e) {
    e.store_id = s->store_id;
    e.event_id = (e.time_ms << 20) + s->serial++;
    put(s, &logged_event_entity, &e);
}

void shop_event(little_shop *s, const char *visitor, int64_t time_ms, const char *kind, const char *products) {
    for (str rest = str_of(products); rest.n;)
        put_event(s, (logged_event){ .time_ms = time_ms, .kind = str_of(kind), .visitor_id = str_of(visitor),
                                     .product_id = str_cut(&rest, ' ') });
}

void shop_purchase(little_shop *s, const char *visitor, int64_t time_ms, const char *order_id, const char *products) {
    buf items;
    buf_init_in(&items, s->c->arena, 4 * KIB);
    buf_char(&items, '[');
    for (str rest = str_of(products), part; rest.n;) {
        part = str_cut(&rest, ' ');
        buf_printf(&items, "%s[\"%.*s\",1,0]", items.n > 1 ? "," : "", STR_ARG(part));
    }
    buf_char(&items, ']');
    put_event(s, (logged_event){ .time_ms = time_ms, .kind = STR("purchase"), .visitor_id = str_of(visitor),
                                 .order_id = str_of(order_id), .items = buf_view(&items) });
}

void shop_visitor(little_shop *s, const char *visitor, const char *consent, bool robot) {
    put(s, &known_visitor_entity, &(known_visitor){ .store_id = s->store_id, .visitor_id = str_of(visitor),
                                                    .consent = str_of(consent), .robot = robot });
}

shop_data little_shop_load(little_shop *s, int day) {
    shop_data data = { 0 };
    assert_ok(s->c, features_load_shop(s->c, s->d, s->store_id, shop_day_ms(day), &data));
    return data;
}

const char *basket_text(ctx *c, const shop_data *s, uint32_t b) {
    buf text;
    buf_init_in(&text, c->arena, MIB);
    for (uint64_t i = s->baskets.start[b]; i < s->baskets.start[b + 1]; i++) {
        if (i > s->baskets.start[b]) buf_char(&text, ' ');
        buf_str(&text, s->items[s->baskets.items[i]].id);
    }
    return buf_err(&text) ? "" : text.p;
}
