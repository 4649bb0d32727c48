/* Rows a page needs, read from storage. It does NOT write HTML. */
#include "front/front_int.h"
#include "front/offers.h"
#include <stdlib.h>

static bool is_word(str s, const char *word) { return str_eq(s, str_of(word)); }

/* The live catalogue says whether the product may be sold; which of its variations may, their own rows say. */
bool row_available(const product *p, const product *parent) {
    const product *owner = parent && is_word(p->manage_stock, "parent") ? parent : p;
    bool published = is_word(p->status, "publish") && (!parent || is_word(parent->status, "publish"));
    if (!published || !p->price.known || p->price.v <= 0 || !p->purchasable) return false;
    bool managed = is_word(owner->manage_stock, "yes");
    bool backorders = is_word(owner->backorders, "yes") || is_word(owner->backorders, "notify");
    if (managed && backorders) return true;
    if (is_word(p->stock_status, "outofstock")) return false;
    return is_word(p->stock_status, "onbackorder") || !(managed && owner->stock_quantity.known && owner->stock_quantity.v <= 0);
}

/* ---- one product ---- */
static err_code read_product(ctx *c, const front_shop *s, str id, product *ret_row) {
    product p = { .store_id = s->row->store_id, .product_id = id };
    if (!id.n || id.n > LIMIT_ID_BYTES) return fail(c, ERR_NOT_FOUND, "no such product");
    TRY(storage_get(c, s->d, &product_entity, &p));
    *ret_row = p;
    return ERR_OK;
}

static int newest_first(const void *x, const void *y) {
    const review *a = x, *b = y;
    return a->created_ms < b->created_ms ? 1 : a->created_ms > b->created_ms ? -1 : str_cmp(a->review_id, b->review_id);
}

static err_code read_reviews(ctx *c, const front_shop *s, front_family *f) {
    review like = { .store_id = s->row->store_id, .product_id = f->row.product_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan_by(c, s->d, &review_entity, "product_id", &like, NULL, READ_REVIEWS, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (is_word(rows[i].status, "approved")) rows[f->n_reviews++] = rows[i];
    if (f->n_reviews) qsort(rows, f->n_reviews, sizeof *rows, newest_first);
    if (f->n_reviews > SHOWN_REVIEWS) f->n_reviews = SHOWN_REVIEWS;
    f->reviews = rows;
    return ERR_OK;
}

static err_code read_brand(ctx *c, const front_shop *s, front_family *f) {
    product_brand like = { .store_id = s->row->store_id, .product_id = f->row.product_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, s->d, &product_brand_entity, &like, 2, NULL, 1, &rows, &n));
    if (!n) return ERR_OK;
    brand b = { .store_id = s->row->store_id, .brand_id = rows[0].brand_id };
    err_code e = storage_get(c, s->d, &brand_entity, &b);
    if (!e) f->brand = b.name;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static int by_menu(const void *x, const void *y) {
    const product *a = x, *b = y;
    return a->menu_order != b->menu_order ? (a->menu_order > b->menu_order ? 1 : -1) : str_cmp(a->product_id, b->product_id);
}

static int by_position(const void *x, const void *y) {
    const product_category *a = x, *b = y;
    return (a->position > b->position) - (a->position < b->position);
}

static err_code read_children(ctx *c, const front_shop *s, front_family *f) {
    int64_t store_id = s->row->store_id;
    str id = f->row.product_id;
    product variation = { .store_id = store_id, .parent_id = id };
    product_attribute attribute = { .store_id = store_id, .product_id = id };
    product_image image = { .store_id = store_id, .product_id = id };
    product_category of = { .store_id = store_id, .product_id = id };
    TRY(storage_scan_by(c, s->d, &product_entity, "parent_id", &variation, NULL, VARIATIONS_MOST, &f->variations, &f->n_variations));
    TRY(storage_scan(c, s->d, &product_attribute_entity, &attribute, 2, NULL, ATTRIBUTES_MOST, &f->attributes, &f->n_attributes));
    TRY(storage_scan(c, s->d, &product_image_entity, &image, 2, NULL, IMAGES_MOST, &f->images, &f->n_images));
    TRY(storage_scan(c, s->d, &product_category_entity, &of, 2, NULL, ATTRIBUTES_MOST, &f->categories, &f->n_categories));
    if (f->n_categories) qsort(f->categories, f->n_categories, sizeof *f->categories, by_position);
    if (f->n_variations) qsort(f->variations, f->n_variations, sizeof *f->variations, by_menu);
    return ERR_OK;
}

err_code family_load(ctx *c, const front_shop *s, str id, front_family *ret_family) {
    front_family f = { .n_variations = 0 };
    TRY(read_product(c, s, id, &f.row));
    if (f.row.parent_id.n) TRY(read_product(c, s, f.row.parent_id, &f.row));
    if (!is_word(f.row.status, "publish")) return fail(c, ERR_NOT_FOUND, "that product is not published");
    TRY(read_children(c, s, &f));
    TRY(read_brand(c, s, &f));
    TRY(read_reviews(c, s, &f));
    *ret_family = f;
    return ERR_OK;
}

err_code first_image(ctx *c, const front_shop *s, str product_id, str *ret_src) {
    product_image like = { .store_id = s->row->store_id, .product_id = product_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, s->d, &product_image_entity, &like, 2, NULL, 1, &rows, &n));
    *ret_src = n ? rows[0].src : (str){ 0 };
    return ERR_OK;
}

err_code variation_choice(ctx *c, const front_shop *s, str variation_id, str *ret_name, str *ret_choice) {
    product_attribute like = { .store_id = s->row->store_id, .product_id = variation_id }, *rows = NULL;
    const json_value *options = NULL;
    size_t n = 0;
    *ret_name = *ret_choice = (str){ 0 };
    TRY(storage_scan(c, s->d, &product_attribute_entity, &like, 2, NULL, 1, &rows, &n));
    if (!n || json_parse(c, rows[0].options, JSON_READ_TOLERANT, &options)) return ERR_OK;      /* a choice without a name */
    *ret_name = rows[0].name;
    *ret_choice = jr_text(c->arena, jr_at(options, 0));
    return ERR_OK;
}

/* ---- the cart ---- */
static err_code load_line(ctx *c, const front_shop *s, const cart_entry *e, front_line *ret_line) {
    product *rows = arena_new(c->arena, product, 2);
    if (!rows) return fail(c, ERR_NO_MEMORY, "read the cart");
    TRY(read_product(c, s, e->id, &rows[0]));
    bool is_variation = rows[0].parent_id.n > 0;
    if (is_variation) TRY(read_product(c, s, rows[0].parent_id, &rows[1]));
    const product *parent = is_variation ? &rows[1] : &rows[0];
    bool needs_choice = !is_variation && is_word(rows[0].type, "variable");
    front_line l = { .row = &rows[0], .parent = parent, .quantity = e->quantity, .unit_minor = rows[0].price.known ? rows[0].price.v : 0 };
    l.available = !needs_choice && row_available(&rows[0], is_variation ? parent : NULL);
    TRY(first_image(c, s, rows[0].product_id, &l.image));
    if (!l.image.n && is_variation) TRY(first_image(c, s, parent->product_id, &l.image));
    *ret_line = l;
    return ERR_OK;
}

err_code front_basket_load(ctx *c, const front_shop *s, front_basket *ret_basket) {
    front_basket k = { .all_available = true };
    for (size_t i = 0; i < s->cart.n; i++) {
        err_code e = load_line(c, s, &s->cart.entries[i], &k.lines[k.n]);
        if (e == ERR_NOT_FOUND) continue;
        if (e) return e;
        const front_line *l = &k.lines[k.n++];
        k.all_available &= l->available;
        if (l->available) k.goods_minor += l->unit_minor * l->quantity;
    }
    TRY(front_offers_grant(c, s, &k));
    int64_t paid = k.goods_minor - k.saving_minor;
    k.shipping_minor = !paid || paid >= FREE_SHIPPING_MINOR ? 0 : SHIPPING_MINOR;
    k.total_minor = paid + k.shipping_minor;
    *ret_basket = k;
    return ERR_OK;
}

err_code front_can_add(ctx *c, const front_shop *s, str id) {
    front_line l;
    TRY(load_line(c, s, &(cart_entry){ .id = id, .quantity = 1 }, &l));
    if (l.available) return ERR_OK;
    bool needs_choice = is_word(l.row->type, "variable");
    return fail_field(c, ERR_INVALID, "id", needs_choice ? "Alege mai întâi o variantă a produsului." : "Produsul nu mai este în stoc.");
}

void front_basket_json(json_out *w, const front_basket *k, int digits) {
    jw_array(w);
    for (size_t i = 0; i < k->n; i++) {
        const front_line *l = &k->lines[i];
        jw_object(w);
        jw_member_str(w, "product_id", l->parent->product_id);
        if (l->row != l->parent) jw_member_str(w, "variation_id", l->row->product_id);
        jw_member_i64(w, "quantity", l->quantity);
        jw_member_money(w, "price", l->unit_minor, digits);
        jw_end_object(w);
    }
    jw_end_array(w);
}
