/* Products and customers of an import: one line is one row. */
#include "base/parse.h"
#include "connect/import_int.h"
#include <stdio.h>

enum { MOST_GROUPS = 20 };

static err_code put(ctx *c, importer *m, const record *r) { return m->sink->put(c, m->sink->self, r, NULL); }

/* Id of a category, tag or brand made by an import: its path, so that the same name is the same thing in every file. */
static str group_id(ctx *c, str path) {
    buf b;
    buf_init_in(&b, c->arena, 64);
    buf_text(&b, "import:");
    uint64_t hash = hash_str(path);
    buf_hex(&b, &hash, sizeof hash);
    return buf_view(&b);
}

/* "Home > Kitchen": each step a category below the one before. The id of the last. */
static err_code put_category_path(ctx *c, importer *m, str path, str *ret_id) {
    str parent = { 0 };
    for (size_t from = 0; from < path.n;) {
        size_t to = str_find(str_sub(path, from, path.n), STR(">"));
        size_t end = to == SIZE_MAX ? path.n : from + to;
        str name = str_trim(str_sub(path, from, end - from));
        from = end + 1;
        if (!name.n) continue;
        category row = { .store_id = m->o->store_id, .category_id = group_id(c, str_trim(str_sub(path, 0, end))), .parent_id = parent,
                         .name = name };
        TRY(put(c, m, &(record){ .e = &category_entity, .row = &row }));
        parent = row.category_id;
    }
    *ret_id = parent;
    return ERR_OK;
}

typedef struct {
    product_category categories[MOST_GROUPS];
    product_tag tags[MOST_GROUPS];
    product_image images[MOST_GROUPS];
    product_brand brand;
    size_t n_categories, n_tags, n_images, n_brands;
} hangers;

static err_code put_categories(ctx *c, importer *m, str list, str product_id, hangers *h) {
    while (list.p && h->n_categories < MOST_GROUPS) {
        str id = { 0 };
        TRY(put_category_path(c, m, str_trim(str_cut(&list, ',')), &id));
        bool known = !id.n;
        for (size_t i = 0; i < h->n_categories; i++) known |= str_eq(id, h->categories[i].category_id);
        if (known) continue;
        h->categories[h->n_categories] = (product_category){ m->o->store_id, product_id, id, (int64_t)h->n_categories };
        h->n_categories++;
    }
    return ERR_OK;
}

static err_code put_tags(ctx *c, importer *m, str list, str product_id, hangers *h) {
    while (list.p && h->n_tags < MOST_GROUPS) {
        str name = str_trim(str_cut(&list, ','));
        if (!name.n) continue;
        tag row = { .store_id = m->o->store_id, .tag_id = group_id(c, name), .name = name };
        bool known = false;
        for (size_t i = 0; i < h->n_tags; i++) known |= str_eq(row.tag_id, h->tags[i].tag_id);
        if (known) continue;
        TRY(put(c, m, &(record){ .e = &tag_entity, .row = &row }));
        h->tags[h->n_tags++] = (product_tag){ m->o->store_id, product_id, row.tag_id };
    }
    return ERR_OK;
}

static void add_images(const importer *m, str list, str product_id, hangers *h) {
    while (list.p && h->n_images < MOST_GROUPS) {
        str src = str_trim(str_cut(&list, ','));
        if (!src.n) continue;
        h->images[h->n_images] = (product_image){ .store_id = m->o->store_id, .product_id = product_id, .position = (int64_t)h->n_images,
                                                  .src = src, .thumbnail = src };
        h->n_images++;
    }
}

static err_code put_brand(ctx *c, importer *m, str name, str product_id, hangers *h) {
    if (!name.n) return ERR_OK;
    brand row = { .store_id = m->o->store_id, .brand_id = group_id(c, name), .name = name };
    TRY(put(c, m, &(record){ .e = &brand_entity, .row = &row }));
    h->brand = (product_brand){ m->o->store_id, product_id, row.brand_id };
    h->n_brands = 1;
    return ERR_OK;
}

static err_code read_prices(ctx *c, const importer *m, const str *values, product *p) {
    int digits = m->o->currency_digits;
    TRY(import_money(c, values[P_PRICE], "price", digits, &p->price));
    TRY(import_money(c, values[P_REGULAR], "regular_price", digits, &p->regular_price));
    TRY(import_money(c, values[P_SALE], "sale_price", digits, &p->sale_price));
    if (!p->regular_price.known) p->regular_price = p->price;
    if (!p->price.known) p->price = p->sale_price.known ? p->sale_price : p->regular_price;
    p->on_sale = p->sale_price.known && p->regular_price.known && p->sale_price.v < p->regular_price.v;
    p->purchasable = p->price.known;
    if (p->price.v < 0 || p->regular_price.v < 0 || p->sale_price.v < 0) return fail(c, ERR_INVALID, "a price is negative");
    return ERR_OK;
}

static err_code read_stock(ctx *c, const str *values, product *p) {
    double stock = 0;
    bool in_stock = true;
    TRY(import_number(c, values[P_STOCK], "stock", &stock));
    str status = values[P_STOCK_STATUS];
    p->manage_stock = values[P_STOCK].n ? STR("yes") : STR("no");
    if (values[P_STOCK].n) p->stock_quantity = SOME((int64_t)stock);
    p->backorders = STR("no");
    p->stock_status = values[P_STOCK].n && stock <= 0 ? STR("outofstock") : STR("instock");
    if (str_eq(status, STR("outofstock")) || str_eq(status, STR("onbackorder")) || str_eq(status, STR("instock"))) p->stock_status = status;
    else if (str_eq_nocase(status, STR("backorder"))) p->stock_status = STR("onbackorder");
    else if (parse_bool(status, &in_stock)) p->stock_status = in_stock ? STR("instock") : STR("outofstock");
    else if (status.n) return fail(c, ERR_INVALID, "stock_status: '%.*s' is not known", STR_ARG(str_clip(status, 40)));
    return ERR_OK;
}

static str status_of(str text) {
    bool published = true;
    if (!text.n) return STR("publish");
    if (str_eq(text, STR("-1"))) return STR("draft");       /* as WooCommerce's export writes it */
    if (parse_bool(text, &published)) return published ? STR("publish") : STR("draft");
    return text;
}

static err_code read_product(ctx *c, const importer *m, const str *values, product *p) {
    *p = (product){ .store_id = m->o->store_id, .name = values[P_NAME], .sku = values[P_SKU], .short_description = values[P_SHORT],
                    .description = values[P_LONG], .permalink = values[P_LINK], .type = values[P_TYPE], .visibility = STR("visible") };
    TRY(import_id(c, values[P_ID].n ? values[P_ID] : values[P_SKU], "product_id", &p->product_id));
    if (!p->name.n) return fail(c, ERR_INVALID, "name is empty");
    p->parent_id = str_starts(values[P_PARENT], STR("id:")) ? str_sub(values[P_PARENT], 3, values[P_PARENT].n) : values[P_PARENT];
    if (p->parent_id.n > LIMIT_ID_BYTES || p->sku.n > LIMIT_ID_BYTES || p->type.n > LIMIT_ID_BYTES || values[P_STATUS].n > LIMIT_ID_BYTES)
        return fail(c, ERR_INVALID, "parent_id, sku, type or status is too long");
    if (!p->type.n) p->type = p->parent_id.n ? STR("variation") : STR("simple");
    p->status = status_of(values[P_STATUS]);
    TRY(import_time(c, values[P_CREATED], "created", &p->created_ms));
    p->modified_ms = p->created_ms;
    TRY(read_prices(c, m, values, p));
    return read_stock(c, values, p);
}

err_code import_take_product(ctx *c, importer *m, const str *values) {
    product p;
    TRY(read_product(c, m, values, &p));
    hangers *h = arena_new(c->arena, hangers, 1);
    if (!h) return fail(c, ERR_NO_MEMORY, "no memory for a product");
    TRY(put_categories(c, m, values[P_CATEGORIES], p.product_id, h));
    TRY(put_tags(c, m, values[P_TAGS], p.product_id, h));
    TRY(put_brand(c, m, values[P_BRAND], p.product_id, h));
    add_images(m, values[P_IMAGES], p.product_id, h);
    record r = { .e = &product_entity, .row = &p };
    record_add(&r, &product_category_entity, h->categories, h->n_categories);
    record_add(&r, &product_tag_entity, h->tags, h->n_tags);
    record_add(&r, &product_brand_entity, &h->brand, h->n_brands);
    record_add(&r, &product_image_entity, h->images, h->n_images);
    TRY(put(c, m, &r));
    m->report->products++;
    return ERR_OK;
}

err_code import_take_customer(ctx *c, importer *m, const str *values) {
    customer row;
    TRY(import_customer_of(c, values[C_ID], values[C_EMAIL], &row));
    if (!row.customer_id.n) return fail(c, ERR_INVALID, "customer_id and email are both empty");
    row.store_id = m->o->store_id;
    row.first_name = values[C_FIRST];
    row.last_name = values[C_LAST];
    row.phone = values[C_PHONE];
    row.city = values[C_CITY];
    row.region = values[C_REGION];
    row.country = values[C_COUNTRY];
    TRY(import_time(c, values[C_CREATED], "created", &row.created_ms));
    row.modified_ms = row.created_ms;
    TRY(put(c, m, &(record){ .e = &customer_entity, .row = &row }));
    m->report->customers++;
    return ERR_OK;
}
