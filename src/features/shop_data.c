/* A store's catalogue as numbered items. It does NOT read orders (shop_orders.c). */
#include "features/shop_int.h"
#include <stdlib.h>
#include "base/json.h"
#include "base/limits.h"
#include "features/text.h"

enum { PAGE_ROWS = 500, DEEPEST_CATEGORY = 32, ITEM_VALUES = 200 };

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read the shop: it needs more memory than a job may have"); }

/* ---- walking tables ---- */

static err_code scan_page(shop_loader *l, arena *page, const entity *e, const void *key, const void *after, void *ret_rows, size_t *ret_n) {
    arena *kept = l->c->arena;
    l->c->arena = page;
    arena_reset(page);
    err_code code = storage_scan(l->c, l->d, e, key, 1, after, PAGE_ROWS, ret_rows, ret_n);
    l->c->arena = kept;
    return code;
}

err_code shop_scan(shop_loader *l, const entity *e, shop_row *fn, void *arg) {
    AUTO_ARENA even;
    AUTO_ARENA odd;                                             /* the last row of one page is the cursor of the next */
    arena_init(&even, LIMIT_PAGE_ARENA);
    arena_init(&odd, LIMIT_PAGE_ARENA);
    char *rows = NULL, *key = arena_alloc(l->home, e->row_size);
    if (!key) return no_memory(l->c);
    *(int64_t *)entity_at_mut(e, key, 0) = l->s->store_id;
    const void *after = NULL;
    size_t n = PAGE_ROWS;
    for (arena *page = &even; n == PAGE_ROWS; page = page == &even ? &odd : &even) {
        TRY(ctx_check(l->c));
        TRY(scan_page(l, page, e, key, after, (void *)&rows, &n));
        arena *kept = l->c->arena;
        l->c->arena = page;
        err_code code = ERR_OK;
        for (size_t i = 0; i < n && !code; i++) code = fn(l, rows + i * e->row_size, arg);
        l->c->arena = kept;
        if (code) return code;
        after = n ? rows + (n - 1) * e->row_size : NULL;
    }
    return ERR_OK;
}

/* ---- products ---- */

typedef struct { str id, parent; int64_t price_minor; bool in_stock; } variation;
typedef struct {
    size_t items_cap, variations_cap, n_variations;
    variation *variations;
} product_walk;

static bool product_is_listed(const product *p) {
    bool published = p->status.n == 0 || str_eq(p->status, STR("publish"));
    return published && !str_eq(p->visibility, STR("hidden"));
}

static bool product_in_stock(const product *p) { return !str_eq(p->stock_status, STR("outofstock")); }

static err_code keep_texts(shop_loader *l, const product *p, shop_item *x) {
    str name = { 0 }, brief = { 0 }, full = { 0 };
    TRY(text_plain(l->c, p->name, SHOP_NAME_BYTES, &name));
    TRY(text_plain(l->c, p->short_description, SHOP_TEXT_BYTES, &brief));
    TRY(text_plain(l->c, p->description, SHOP_TEXT_BYTES, &full));
    buf text;
    buf_init_in(&text, l->c->arena, 2 * SHOP_TEXT_BYTES + 16);
    buf_str(&text, brief);
    buf_char(&text, ' ');
    buf_str(&text, full);
    x->name = str_dup(l->home, name);
    x->text = str_dup(l->home, str_clip(str_trim(buf_view(&text)), SHOP_TEXT_BYTES));
    return buf_err(&text) || !x->name.p || !x->text.p ? no_memory(l->c) : ERR_OK;
}

static err_code take_variation(shop_loader *l, const product *p, product_walk *w) {
    w->variations = grow_array(l->home, w->variations, w->n_variations, &w->variations_cap, sizeof *w->variations);
    if (!w->variations) return no_memory(l->c);
    variation *v = &w->variations[w->n_variations++];
    bool sold = product_is_listed(p);                           /* a switched-off variation keeps its id, for old orders */
    *v = (variation){ str_dup(l->home, p->product_id), str_dup(l->home, p->parent_id), sold && p->price.known ? p->price.v : -1,
                      sold && product_in_stock(p) };
    return v->id.p && v->parent.p ? ERR_OK : no_memory(l->c);
}

static err_code take_product(shop_loader *l, const void *row, void *arg) {
    const product *p = row;
    product_walk *w = arg;
    if (p->created_ms > l->s->as_of_ms || str_eq(p->status, STR("trash")) || str_eq(p->status, STR("auto-draft"))) return ERR_OK;
    if (p->parent_id.n) return take_variation(l, p, w);
    shop_data *s = l->s;
    s->items = grow_array(l->home, s->items, s->n_items, &w->items_cap, sizeof *s->items);
    if (!s->items) return no_memory(l->c);
    shop_item *x = &s->items[s->n_items];
    *x = (shop_item){ .id = str_dup(l->home, p->product_id), .main_category = SHOP_NONE, .created_ms = p->created_ms,
                      .price_minor = p->price.known ? p->price.v : -1, .listed = product_is_listed(p), .in_stock = product_in_stock(p) };
    if (!x->id.p || map_put(&s->ids, x->id, s->n_items, NULL) == UINT32_MAX) return no_memory(l->c);
    TRY(keep_texts(l, p, x));
    s->n_items++;
    return ERR_OK;
}

/* Variations become ids of their product, and give it price and stock. */
static err_code fold_variations(shop_loader *l, const product_walk *w) {
    shop_data *s = l->s;
    s->aliases = arena_new(l->home, shop_alias, w->n_variations);
    bool *seen = arena_new(l->home, bool, s->n_items), *own_price = arena_new(l->home, bool, s->n_items);
    if (!s->aliases || !seen || !own_price) return no_memory(l->c);
    for (uint32_t i = 0; i < s->n_items; i++) own_price[i] = s->items[i].price_minor >= 0;
    for (size_t i = 0; i < w->n_variations; i++) {
        const variation *v = &w->variations[i];
        uint32_t item = shop_find_item(s, v->parent);
        if (item == SHOP_NONE || !str_eq(s->items[item].id, v->parent)) continue;      /* an orphan, or a variation of a variation */
        bool added = false;
        if (map_put(&s->ids, v->id, item, &added) == UINT32_MAX) return no_memory(l->c);
        if (added) s->aliases[s->n_aliases++] = (shop_alias){ v->id, item };
        shop_item *x = &s->items[item];
        x->in_stock = seen[item] ? x->in_stock || v->in_stock : v->in_stock;
        seen[item] = true;
        bool cheaper = v->price_minor >= 0 && (x->price_minor < 0 || v->price_minor < x->price_minor);
        if (!own_price[item] && cheaper) x->price_minor = v->price_minor;
    }
    return ERR_OK;
}

static err_code load_products(shop_loader *l) {
    product_walk w = { 0 };
    TRY(shop_scan(l, &product_entity, take_product, &w));
    return fold_variations(l, &w);
}

/* ---- categories ---- */

typedef struct { size_t cap; str *parents; size_t parents_cap; map ids; } category_walk;

static err_code take_category(shop_loader *l, const void *row, void *arg) {
    const category *x = row;
    category_walk *w = arg;
    shop_data *s = l->s;
    s->categories = grow_array(l->home, s->categories, s->n_categories, &w->cap, sizeof *s->categories);
    w->parents = grow_array(l->home, w->parents, s->n_categories, &w->parents_cap, sizeof *w->parents);
    if (!s->categories || !w->parents) return no_memory(l->c);
    str id = str_dup(l->home, x->category_id), parent = str_dup(l->home, x->parent_id);
    if (!id.p || !parent.p || map_put(&w->ids, id, s->n_categories, NULL) == UINT32_MAX) return no_memory(l->c);
    w->parents[s->n_categories] = parent;
    s->categories[s->n_categories++] = (shop_category){ id, SHOP_NONE };
    return ERR_OK;
}

/* Depth below the top; circles and absurd depths are cut where found. */
static uint32_t category_depth(shop_category *all, uint32_t i) {
    uint32_t depth = 0;
    for (uint32_t up = all[i].parent; up != SHOP_NONE; up = all[up].parent) {
        if (++depth <= DEEPEST_CATEGORY) continue;
        all[i].parent = SHOP_NONE;
        return 0;
    }
    return depth;
}

/* Put parents before children, otherwise keeping the order; numbers in w->ids follow. */
static err_code sort_categories(shop_loader *l, category_walk *w) {
    shop_data *s = l->s;
    uint32_t n = s->n_categories, at = 0;
    shop_category *sorted = arena_new(l->home, shop_category, n);
    uint32_t *depth = arena_new(l->home, uint32_t, n), *place = arena_new(l->home, uint32_t, n);
    if (!sorted || !depth || !place) return no_memory(l->c);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t parent = SHOP_NONE;
        if (map_get(&w->ids, w->parents[i], &parent) && parent != i) s->categories[i].parent = parent;
    }
    for (uint32_t i = 0; i < n; i++) depth[i] = category_depth(s->categories, i);
    for (uint32_t i = 0; i < n; i++) depth[i] = category_depth(s->categories, i);      /* again: a cut above changed some */
    for (uint32_t level = 0; level <= DEEPEST_CATEGORY; level++)
        for (uint32_t i = 0; i < n; i++)
            if (depth[i] == level) place[i] = at, sorted[at++] = s->categories[i];
    map_init(&w->ids, l->home);
    for (uint32_t i = 0; i < n; i++) {
        if (sorted[i].parent != SHOP_NONE) sorted[i].parent = place[sorted[i].parent];
        if (map_put(&w->ids, sorted[i].id, i, NULL) == UINT32_MAX) return no_memory(l->c);
    }
    s->categories = sorted;
    return ERR_OK;
}

/* ---- what hangs on items: (item, value) pairs collected, then laid out item by item ---- */

typedef struct { uint32_t item, rank, value; } link;          /* within an item by rank, then value */
typedef struct { link *links; size_t n, cap; category_walk *categories; map labels; } link_walk;

static err_code add_link(shop_loader *l, link_walk *w, uint32_t item, uint32_t rank, uint32_t value) {
    w->links = grow_array(l->home, w->links, w->n, &w->cap, sizeof *w->links);
    if (!w->links) return no_memory(l->c);
    w->links[w->n++] = (link){ item, rank, value };
    return ERR_OK;
}

static int by_item_rank_value(const void *a, const void *b) {
    const link *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static err_code take_product_category(shop_loader *l, const void *row, void *arg) {
    const product_category *x = row;
    link_walk *w = arg;
    uint32_t item = shop_find_item(l->s, x->product_id), number = 0;
    if (item == SHOP_NONE || !map_get(&w->categories->ids, x->category_id, &number)) return ERR_OK;
    uint32_t rank = x->position < 0 || x->position > 1000 ? 1000 : (uint32_t)x->position;
    TRY(add_link(l, w, item, rank, number));
    for (uint32_t up = l->s->categories[number].parent; up != SHOP_NONE; up = l->s->categories[up].parent)
        TRY(add_link(l, w, item, 2000, up));                    /* ancestors behind what the shop named */
    return ERR_OK;
}

static err_code add_label(shop_loader *l, link_walk *w, str product_id, const char *kind, str name, str value) {
    uint32_t item = shop_find_item(l->s, product_id);
    if (item == SHOP_NONE) return ERR_OK;
    buf key;
    buf_init_in(&key, l->c->arena, LIMIT_TEXT_BYTES);
    buf_text(&key, kind);
    buf_str(&key, name);
    buf_char(&key, '=');
    buf_str(&key, value);
    if (buf_err(&key)) return ERR_OK;                           /* a value of a megabyte is no label */
    uint32_t label = map_put(&w->labels, buf_view(&key), (uint32_t)w->labels.count, NULL);
    return label == UINT32_MAX ? no_memory(l->c) : add_link(l, w, item, 0, label);
}

static err_code take_tag(shop_loader *l, const void *row, void *arg) {
    const product_tag *x = row;
    return add_label(l, arg, x->product_id, "tag", STR(""), x->tag_id);
}

static err_code take_brand(shop_loader *l, const void *row, void *arg) {
    const product_brand *x = row;
    uint32_t item = shop_find_item(l->s, x->product_id);
    if (item != SHOP_NONE && !l->s->items[item].brand) l->s->items[item].brand = (uint32_t)hash_str(x->brand_id) | 1;
    return add_label(l, arg, x->product_id, "brand", STR(""), x->brand_id);
}

static err_code take_attribute(shop_loader *l, const void *row, void *arg) {
    const product_attribute *x = row;
    const json_value *options = NULL;
    if (json_parse(l->c, x->options, JSON_READ_TOLERANT, &options)) return ERR_OK;      /* an attribute without options says nothing */
    str name = x->slug.n ? x->slug : x->name;
    for (size_t i = 0; i < jr_count(options); i++)
        TRY(add_label(l, arg, x->product_id, "attribute", name, jr_text(l->c->arena, jr_at(options, i))));
    return ERR_OK;
}

/* Distinct values item by item, at most ITEM_VALUES each; *ret_lists has *ret_n. `range` is the offset of their range in shop_item. */
static err_code lay_out(shop_loader *l, link_walk *w, size_t range, uint32_t **ret_lists, uint32_t *ret_n) {
    shop_data *s = l->s;
    uint32_t *lists = arena_new(l->home, uint32_t, w->n), n = 0;
    if (!lists || w->n >= UINT32_MAX) return no_memory(l->c);
    if (w->n) qsort(w->links, w->n, sizeof *w->links, by_item_rank_value);
    size_t next = 0;
    for (uint32_t item = 0; item < s->n_items; item++) {
        shop_range *r = (shop_range *)(void *)((char *)&s->items[item] + range);
        *r = (shop_range){ n, 0 };
        for (; next < w->n && w->links[next].item == item; next++) {
            bool twice = false;
            for (uint32_t k = r->at; k < n && !twice; k++) twice = lists[k] == w->links[next].value;
            if (!twice && n - r->at < ITEM_VALUES) lists[n++] = w->links[next].value;
        }
        r->n = n - r->at;
    }
    *ret_lists = lists;
    *ret_n = n;
    return ERR_OK;
}

static err_code load_categories(shop_loader *l) {
    category_walk w = { 0 };
    link_walk links = { .categories = &w };
    map_init(&w.ids, l->home);
    TRY(shop_scan(l, &category_entity, take_category, &w));
    TRY(sort_categories(l, &w));
    TRY(shop_scan(l, &product_category_entity, take_product_category, &links));
    TRY(lay_out(l, &links, offsetof(shop_item, categories), &l->s->category_lists, &l->s->n_category_lists));
    for (shop_item *x = l->s->items, *end = x + l->s->n_items; x < end; x++)
        if (x->categories.n) x->main_category = l->s->category_lists[x->categories.at];
    return ERR_OK;
}

static err_code load_labels(shop_loader *l) {
    link_walk links = { 0 };
    map_init(&links.labels, l->home);
    TRY(shop_scan(l, &product_tag_entity, take_tag, &links));
    TRY(shop_scan(l, &product_brand_entity, take_brand, &links));
    TRY(shop_scan(l, &product_attribute_entity, take_attribute, &links));
    l->s->n_labels = (uint32_t)links.labels.count;
    return lay_out(l, &links, offsetof(shop_item, labels), &l->s->label_lists, &l->s->n_label_lists);
}

uint32_t shop_find_item(const shop_data *s, str id) {
    uint32_t item = SHOP_NONE;
    return map_get(&s->ids, id, &item) ? item : SHOP_NONE;
}

err_code features_load_shop(ctx *c, db *d, int64_t store_id, int64_t as_of_ms, shop_data *ret_data) {
    shop_data s = { .store_id = store_id, .as_of_ms = as_of_ms };
    shop_loader l = { .c = c, .d = d, .home = c->arena, .s = &s };
    map_init(&s.ids, c->arena);
    TRY(load_products(&l));
    TRY(load_categories(&l));
    TRY(load_labels(&l));
    TRY(shop_load_orders(&l));
    *ret_data = s;
    return ERR_OK;
}
