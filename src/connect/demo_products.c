/* Rows of what the demonstration shop sells: categories, tags, brands, products with all that hangs on them, reviews,
        coupons. */
#include "connect/demo_int.h"
#include "base/limits.h"

static const char *const tag_names[] = { "Ecologic", "Cadou", "Ediție limitată", "Fabricat în România", "Cel mai vândut",
                                         "Reciclabil", "Alegerea noastră", "Pentru începători", "Profesional", "Nou" };

static err_code put(ctx *c, const connect_sink *sink, const record *r) { return sink->put(c, sink->self, r, NULL); }

static err_code put_category(ctx *c, const demo_shop *s, const connect_sink *sink, const char *ro, int id, int parent,
        int position) {
    arena *a = c->arena;
    category row = { .store_id = s->store_id, .category_id = demo_text(a, "%d", id), .name = str_of(ro),
            .slug = demo_slug(a, str_of(ro)),
                     .parent_id = parent ? demo_text(a, "%d", parent) : STR(""), .display = STR("default"), .position = position };
    return put(c, sink, &(record){ .e = &category_entity, .row = &row });
}

static int department_id(int department) { return 11 + department; }
static int group_id(int group) { return 101 + group; }
static int brand_id(int department, int which) { return 201 + department * 5 + which; }
static int tag_id(int which) { return 301 + which; }

static err_code put_tags_and_brands(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (size_t i = 0; i < COUNT(tag_names); i++) {
        tag row = { .store_id = s->store_id, .tag_id = demo_text(c->arena, "%d", tag_id((int)i)),
                .name = str_of(tag_names[i]),
                    .slug = demo_slug(c->arena, str_of(tag_names[i])) };
        TRY(put(c, sink, &(record){ .e = &tag_entity, .row = &row }));
    }
    for (int d = 0; d < DEMO_DEPARTMENTS; d++)
        for (int b = 0; b < 5; b++) {
            str name = str_of(demo_departments[d].brands[b]);
            brand row = { .store_id = s->store_id, .brand_id = demo_text(c->arena, "%d", brand_id(d, b)), .name = name,
                          .slug = demo_slug(c->arena, name) };
            TRY(put(c, sink, &(record){ .e = &brand_entity, .row = &row }));
        }
    return ERR_OK;
}

err_code demo_put_categories(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (int d = 0; d < DEMO_DEPARTMENTS; d++) TRY(put_category(c, s, sink, demo_departments[d].ro, department_id(d), 0, d));
    for (int g = 0; g < DEMO_GROUPS; g++)
        TRY(put_category(c, s, sink, demo_groups[g].ro, group_id(g), department_id(g / (DEMO_GROUPS / DEMO_DEPARTMENTS)), g));
    return put_tags_and_brands(c, s, sink);
}

static void jw_meta(json_out *w, const char *key, const char *value) {
    jw_object(w);
    jw_member_text(w, "key", key);
    jw_member_text(w, "value", value);
    jw_end_object(w);
}

/* The English texts, as meta_data: [{"key":"name_en","value":...},...] */
static str english_meta(ctx *c, const demo_model *m, const char *short_en) {
    buf b;
    buf_init_in(&b, c->arena, 4 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_array(&w);
    jw_meta(&w, "name_en", m->name_en);
    if (short_en) jw_meta(&w, "short_description_en", short_en);
    jw_end_array(&w);
    return buf_view(&b);
}

static str json_options(ctx *c, const char *const *options, int n) {
    buf b;
    buf_init_in(&b, c->arena, 4 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_array(&w);
    for (int i = 0; i < n; i++) jw_text(&w, options[i]);
    jw_end_array(&w);
    return buf_view(&b);
}

typedef struct { const char *stock, *backorders; opt_int quantity; } stock_state;

static stock_state stock_of(const demo_shop *s, int64_t id) {
    rng r = demo_stream(s->seed, "stock", id);
    double u = rng_unit(&r);
    if (u < 0.06) return (stock_state){ "outofstock", "no", SOME(0) };
    if (u < 0.09) return (stock_state){ "onbackorder", "notify", SOME(0) };
    if (u < 0.15) return (stock_state){ "instock", "no", SOME(1 + (int64_t)rng_below(&r, 4)) };
    return (stock_state){ "instock", "no", SOME(5 + (int64_t)rng_below(&r, 180)) };
}

static void give_stock(product *p, stock_state k) {
    p->manage_stock = STR("yes");
    p->stock_status = str_of(k.stock);
    p->backorders = str_of(k.backorders);
    p->stock_quantity = k.quantity;
}

static void give_prices(product *p, const demo_model *m) {
    p->price = SOME(m->price_minor);
    p->regular_price = SOME(m->regular_minor);
    p->on_sale = m->price_minor < m->regular_minor;
    if (p->on_sale) p->sale_price = SOME(m->price_minor);
    p->purchasable = true;
    p->tax_status = STR("taxable");
}

static product base_row(ctx *c, const demo_shop *s, const demo_model *m) {
    arena *a = c->arena;
    rng r = demo_stream(s->seed, "row", m->id);
    product p = { .store_id = s->store_id, .product_id = demo_text(a, "%d", m->id), .name = str_of(m->name),
            .visibility = STR("visible") };
    p.type = m->n_variations ? STR("variable") : STR("simple");
    p.status = m->on_offer || rng_unit(&r) < 0.5 ? STR("publish") : STR("draft");
    if (!m->on_offer && p.status.n == STR("publish").n) p.visibility = STR("hidden");
    p.slug = demo_slug(a, p.name);
    p.permalink = demo_text(a, "%.*s/shop/p/%d", STR_ARG(s->url), m->id);
    p.sku = demo_text(a, "VD-%d", m->id);
    p.global_id = demo_text(a, "594%010d", m->id * 7919);
    p.featured = m->weight > 0.06;
    p.total_sales = (int64_t)(m->weight * 4000);
    p.reviews_allowed = true;
    p.rating_count = m->n_reviews;
    p.average_rating = m->n_reviews ? (double)(m->rating_sum * 100 / m->n_reviews) / 100 : 0;
    p.created_ms = m->launch_day * MS_PER_DAY + 9 * MS_PER_HOUR;
    p.modified_ms = p.created_ms;
    p.upsell_ids = p.cross_sell_ids = p.grouped_ids = p.default_attributes = STR("[]");
    return p;
}

static void describe(ctx *c, const demo_model *m, product *p) {
    const demo_group *g = &demo_groups[m->group];
    const char *maker = demo_departments[m->department].brands[m->brand];
    str option = demo_option(g->options, m->rung % demo_option_count(g->options));
    p->short_description = demo_text(c->arena, "%s %s", g->text_ro,
            m->rung >= 2 ? "Varianta cea mai apreciată a seriei." : "Un raport bun între calitate și preț.");
    p->description = demo_text(c->arena, "<p>%s de la %s. %s</p><p>%s: %.*s. Livrare în 24-48 de ore, retur în 30 de zile.</p>",
                          m->name, maker, g->text_ro, g->attribute, STR_ARG(option));
    p->meta = english_meta(c, m, demo_text(c->arena, "%s %s", g->text_en,
            m->rung >= 2 ? "The most loved of its line." : "Good value for money.").p);
}

/* Everything that hangs on a product. */
typedef struct {
    product_category categories[2];
    product_tag tags[2];
    product_brand brand;
    product_image image;
    product_attribute attributes[2];
} hangers;

static void attribute_of_group(ctx *c, const demo_model *m, product_attribute *ret_row) {
    const demo_group *g = &demo_groups[m->group];
    const char *one = str_cstr(c->arena, demo_option(g->options, m->rung % demo_option_count(g->options)));
    *ret_row = (product_attribute){ .position = 0, .name = str_of(g->attribute), .visible = true,
            .options = json_options(c, &one, 1) };
    ret_row->slug = demo_text(c->arena, "pa_%.*s", STR_ARG(demo_slug(c->arena, ret_row->name)));
    ret_row->attribute_id = demo_text(c->arena, "%d", 1 + m->group);
}

static product_attribute attribute_of_axis(ctx *c, const demo_model *m, const char *const *options, int n, bool variation) {
    const demo_axis *axis = &demo_axes[demo_kinds[m->kind].vary];
    return (product_attribute){ .position = variation ? 0 : 1, .name = str_of(axis->name_ro), .slug = str_of(axis->slug),
            .visible = true,
                                .variation = true, .attribute_id = demo_text(c->arena, "%d",
                                        50 + (int)demo_kinds[m->kind].vary),
                                .options = json_options(c, options, n) };
}

static product_image image_of(ctx *c, int64_t id, const char *alt) {
    str src = demo_text(c->arena, "/demo/images/%lld.svg", (long long)id);
    return (product_image){ .image_id = demo_text(c->arena, "%lld", (long long)id), .src = src, .thumbnail = src,
            .name = str_of(alt), .alt = str_of(alt) };
}

static size_t tags_of(ctx *c, const demo_shop *s, const demo_model *m, product_tag *to) {
    rng r = demo_stream(s->seed, "tags", m->id);
    size_t n = 0, first = rng_below(&r, COUNT(tag_names) - 1);
    if (rng_unit(&r) < 0.6) to[n++].tag_id = demo_text(c->arena, "%d", tag_id((int)first));
    if (rng_unit(&r) < 0.3) to[n++].tag_id = demo_text(c->arena, "%d", tag_id((int)first + 1));
    return n;
}

static err_code put_product(ctx *c, const demo_shop *s, const connect_sink *sink, const demo_model *m) {
    product p = base_row(c, s, m);
    describe(c, m, &p);
    give_prices(&p, m);
    if (m->n_variations) {
        p.manage_stock = STR("no");
        p.stock_status = STR("instock");
        p.backorders = STR("no");
    } else {
        give_stock(&p, stock_of(s, m->id));
    }
    hangers h = { .categories = { { .category_id = demo_text(c->arena, "%d", group_id(m->group)) },
                                  { .category_id = demo_text(c->arena, "%d", department_id(m->department)), .position = 1 } },
                  .brand = { .brand_id = demo_text(c->arena, "%d", brand_id(m->department, m->brand)) },
                          .image = image_of(c, m->id, m->name) };
    attribute_of_group(c, m, &h.attributes[0]);
    if (m->n_variations) h.attributes[1] = attribute_of_axis(c, m, demo_axes[demo_kinds[m->kind].vary].options,
            m->n_variations, false);
    size_t n_tags = tags_of(c, s, m, h.tags);
    for (int i = 0; i < 2; i++) {
        h.categories[i].store_id = h.tags[i].store_id = h.attributes[i].store_id = s->store_id;
        h.categories[i].product_id = h.tags[i].product_id = h.attributes[i].product_id = p.product_id;
    }
    h.brand.store_id = h.image.store_id = s->store_id;
    h.brand.product_id = h.image.product_id = p.product_id;
    record r = { .e = &product_entity, .row = &p };
    record_add(&r, &product_category_entity, h.categories, 2);
    record_add(&r, &product_tag_entity, h.tags, n_tags);
    record_add(&r, &product_brand_entity, &h.brand, 1);
    record_add(&r, &product_image_entity, &h.image, 1);
    record_add(&r, &product_attribute_entity, h.attributes, m->n_variations ? 2 : 1);
    return put(c, sink, &r);
}

static err_code put_variation(ctx *c, const demo_shop *s, const connect_sink *sink, const demo_model *m, int k) {
    const char *option = demo_axes[demo_kinds[m->kind].vary].options[k];
    int64_t id = (int64_t)m->id * 10 + k;
    product p = base_row(c, s, m);
    p.product_id = demo_text(c->arena, "%lld", (long long)id);
    p.parent_id = demo_text(c->arena, "%d", m->id);
    p.type = STR("variation");
    p.name = demo_text(c->arena, "%s - %s", m->name, option);
    p.sku = demo_text(c->arena, "VD-%d-%d", m->id, k + 1);
    p.global_id = (str){ 0 };
    p.featured = false;
    p.total_sales = p.rating_count = 0;
    p.average_rating = 0;
    p.menu_order = k;
    p.meta = english_meta(c, m, NULL);
    give_prices(&p, m);
    give_stock(&p, stock_of(s, id));
    product_attribute attribute = attribute_of_axis(c, m, &option, 1, true);
    product_image image = image_of(c, id, m->name);
    attribute.store_id = image.store_id = s->store_id;
    attribute.product_id = image.product_id = p.product_id;
    record r = { .e = &product_entity, .row = &p };
    record_add(&r, &product_image_entity, &image, 1);
    record_add(&r, &product_attribute_entity, &attribute, 1);
    return put(c, sink, &r);
}

err_code demo_put_products(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (size_t i = 0; i < s->n_models; i++) {
        arena_mark mark = arena_save(c->arena);
        TRY(ctx_check(c));
        TRY(put_product(c, s, sink, &s->models[i]));
        for (int k = 0; k < s->models[i].n_variations; k++) TRY(put_variation(c, s, sink, &s->models[i], k));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static const char *const verdicts[6][3] = {
    { "", "", "" },
    { "Din păcate a ajuns defect.", "Nu corespunde descrierii.", "Nu recomand." },
    { "Mă așteptam la mai mult.", "Calitate sub așteptări.", "S-a uzat repede." },
    { "Este în regulă, nimic deosebit.", "Bun la prețul acesta.", "Livrarea a durat puțin cam mult." },
    { "Foarte bun, mulțumit de alegere.", "Face ce trebuie, recomand.", "Calitate bună, ambalaj atent." },
    { "Excelent, exact ce căutam!", "Îl folosesc zilnic, sunt încântată.", "Cea mai bună cumpărătură din ultimul timp." },
};

static err_code put_review(ctx *c, const demo_shop *s, const connect_sink *sink, const demo_model *m, int k) {
    rng r = demo_stream(s->seed, "rating", m->id * 100 + k);
    int rating = rng_unit(&r) < 0.72 ? 5 : 1 + (int)rng_below(&r, 4);       /* as give_popularity() draws it */
    demo_person who;
    TRY(demo_person_make(c, s, (int)rng_below(&r, DEMO_CUSTOMERS), &who));
    int64_t year_start = s->today - s->today % 365;
    int64_t day = year_start - 1 - (int64_t)rng_below(&r, 500);
    if (day < m->launch_day && m->launch_day < year_start) day = m->launch_day + 1;
    review row = { .store_id = s->store_id, .review_id = demo_text(c->arena, "%d", m->id * 100 + k),
            .product_id = demo_text(c->arena, "%d", m->id),
                   .status = STR("approved"), .rating = rating, .verified = rng_unit(&r) < 0.8, .reviewer_email = who.email };
    row.reviewer = demo_text(c->arena, "%.*s", STR_ARG(who.first));
    row.review = str_of(verdicts[rating][rng_below(&r, 3)]);
    row.created_ms = day * MS_PER_DAY + (int64_t)rng_below(&r, MS_PER_DAY);
    return put(c, sink, &(record){ .e = &review_entity, .row = &row });
}

err_code demo_put_reviews(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (size_t i = 0; i < s->n_models; i++) {
        arena_mark mark = arena_save(c->arena);
        for (int k = 0; k < s->models[i].n_reviews; k++) TRY(put_review(c, s, sink, &s->models[i], k));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static const struct { const char *code, *type, *amount, *note; int64_t minimum; bool free_shipping; } coupons[] = {
    { "bunvenit10", "percent", "10", "Prima comandă", 0, false }, { "black20", "percent", "20", "Black Friday", 10000, false },
    { "transport0", "fixed_cart", "0", "Transport gratuit", 5000, true }, { "cadou25", "fixed_cart", "25",
            "Cadou de ziua ta", 15000, false },
};

err_code demo_put_coupons(ctx *c, const demo_shop *s, const connect_sink *sink) {
    for (size_t i = 0; i < COUNT(coupons); i++) {
        coupon row = { .store_id = s->store_id, .coupon_id = demo_text(c->arena, "%d", 9001 + (int)i),
                .code = str_of(coupons[i].code),
                       .status = STR("publish"), .discount_type = str_of(coupons[i].type),
                               .amount = str_of(coupons[i].amount),
                       .description = str_of(coupons[i].note), .free_shipping = coupons[i].free_shipping,
                               .created_ms = 17500 * (int64_t)MS_PER_DAY };
        row.product_ids = row.excluded_product_ids = row.category_ids = row.excluded_category_ids = row.email_restrictions = STR("[]");
        if (coupons[i].minimum) row.minimum = SOME(coupons[i].minimum);
        TRY(put(c, sink, &(record){ .e = &coupon_entity, .row = &row }));
    }
    return ERR_OK;
}
