/* One live item from the rows of a product: stock and price folded over variations, filter terms, and the card written once. */
#include "decide/catalogue.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/map.h"

enum { LIMIT_CARD_BYTES = 1 << 20, LIMIT_TERMS = 1024, CARD_CATEGORIES = 5 };

static bool is_word(str s, const char *word) { return str_eq(s, str_of(word)); }

/* Can this product or variation be bought now (stock only)? Rules: outofstock is out unless stock is managed and backorders are
 * allowed; managed stock of 0 or less is out without backorders; a variation with manage_stock 'parent' takes the parent's stock. */
static bool stock_allows(const product *p, const product *parent) {
    const product *owner = parent && is_word(p->manage_stock, "parent") ? parent : p;
    bool managed = is_word(owner->manage_stock, "yes");
    bool backorders = is_word(owner->backorders, "yes") || is_word(owner->backorders, "notify");
    if (managed && backorders) return true;
    if (is_word(p->stock_status, "outofstock")) return false;
    if (is_word(p->stock_status, "onbackorder")) return true;
    return !(managed && owner->stock_quantity.known && owner->stock_quantity.v <= 0);
}

static bool shown_in_catalogue(const product *p) {
    bool visible = !p->visibility.n || is_word(p->visibility, "visible") || is_word(p->visibility, "catalog");
    return visible && is_word(p->status, "publish") && !is_word(p->type, "external") && !is_word(p->type, "grouped");
}

static bool one_is_sellable(const product *p, const product *parent) {
    return is_word(p->status, "publish") && p->price.known && p->price.v >= 0 && p->purchasable && stock_allows(p, parent);
}

/* May this product be shown: published, visible in the catalogue (not 'search' or 'hidden'), not external (it is sold elsewhere),
 * not grouped (its members are sold), price known, purchasable, stock; for a variable product one variation must pass. */
static bool family_is_sellable(const product_family *f) {
    if (!shown_in_catalogue(f->parent)) return false;
    if (!f->n_variations) return one_is_sellable(f->parent, NULL);
    for (size_t i = 0; i < f->n_variations; i++)
        if (one_is_sellable(&f->variations[i], f->parent)) return true;
    return false;
}

/* In the house, not to be ordered first. */
static bool is_on_hand(const product *p, const product *parent) {
    const product *owner = parent && is_word(p->manage_stock, "parent") ? parent : p;
    bool counted_out = is_word(owner->manage_stock, "yes") && owner->stock_quantity.known && owner->stock_quantity.v <= 0;
    return !counted_out && !is_word(p->stock_status, "outofstock") && !is_word(p->stock_status, "onbackorder");
}

typedef bool stock_question(const product *p, const product *parent);

/* Is it so for the product, or for one of its variations? */
static bool any_of_family(const product_family *f, stock_question *is_so) {
    if (!f->n_variations) return is_so(f->parent, NULL);
    for (size_t i = 0; i < f->n_variations; i++)
        if (is_so(&f->variations[i], f->parent)) return true;
    return false;
}

static void take_price(catalogue_item *it, const product *p) {
    it->price_minor = p->price.v;
    bool reduced = p->regular_price.known && p->regular_price.v > p->price.v;
    it->regular_minor = reduced ? p->regular_price.v : p->price.v;
    it->on_sale = reduced;
}

/* Price of the cheapest variation that may be sold; when none may, of the cheapest with a price; else the parent's own. */
static void fold_price(catalogue_item *it, const product_family *f) {
    if (f->parent->price.known) take_price(it, f->parent);
    const product *best = NULL;
    bool best_sells = false;
    for (size_t i = 0; i < f->n_variations; i++) {
        const product *p = &f->variations[i];
        bool sells = one_is_sellable(p, f->parent);
        if (!p->price.known || (best_sells && !sells)) continue;
        bool better_class = sells && !best_sells;
        if (best && !better_class && p->price.v != best->price.v) it->price_from = true;
        if (better_class) it->price_from = false;
        if (!best || better_class || p->price.v < best->price.v) best = p;
        best_sells = best_sells || sells;
    }
    if (best) take_price(it, best);
}

/* ---- terms ---- */
uint64_t term_hash(term_kind kind, str name, str value) {
    char text[512];
    const str parts[2] = { str_trim(name), str_trim(value) };
    size_t n = 0;
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < parts[k].n && n < sizeof text - 1; i++) {
            char ch = parts[k].p[i];
            text[n++] = (char)(ch >= 'A' && ch <= 'Z' ? ch + 32 : ch);
        }
        text[n++] = '\x1f';
    }
    return hash_bytes(text, n, (uint64_t)kind + 1);
}

typedef struct { uint64_t *p; size_t n; } term_list;
static void add_term(term_list *l, term_kind kind, str name, str value) {
    if (name.n && l->n < LIMIT_TERMS) l->p[l->n++] = term_hash(kind, name, value);
}
static void add_names(term_list *l, term_kind kind, str id, str slug, str name) {
    add_term(l, kind, id, STR(""));
    add_term(l, kind, slug, STR(""));
    add_term(l, kind, name, STR(""));
}

/* "pa_color" may be asked for as pa_color, color or by its name. */
static void add_attribute(ctx *c, term_list *l, const product_attribute *a) {
    const json_value *options = NULL;
    if (!a->options.n || json_parse(c, a->options, JSON_READ_STRICT, &options)) return;     /* unreadable: cannot be filtered by */
    str plain = str_starts(a->slug, STR("pa_")) ? str_sub(a->slug, 3, a->slug.n) : (str){ NULL, 0 };
    for (size_t i = 0; i < jr_count(options); i++) {
        str value = jr_text(c->arena, jr_at(options, i));
        add_term(l, TERM_ATTRIBUTE, a->name, value);
        add_term(l, TERM_ATTRIBUTE, a->slug, value);
        add_term(l, TERM_ATTRIBUTE, plain, value);
    }
}

static void collect_terms(ctx *c, const product_family *f, term_list *l) {
    for (size_t i = 0; i < f->n_categories; i++)
        add_names(l, TERM_CATEGORY, f->categories[i]->category_id, f->categories[i]->slug, f->categories[i]->name);
    for (size_t i = 0; i < f->n_tags; i++) add_names(l, TERM_TAG, f->tags[i]->tag_id, f->tags[i]->slug, f->tags[i]->name);
    for (size_t i = 0; i < f->n_brands; i++)
        add_names(l, TERM_BRAND, f->brands[i]->brand_id, f->brands[i]->slug, f->brands[i]->name);
    for (size_t i = 0; i < f->n_attributes; i++) add_attribute(c, l, &f->attributes[i]);
}

/* ---- card ---- */
static str image_of(const product_family *f) {
    for (size_t i = 0; i < f->n_images; i++)
        if (f->images[i].thumbnail.n || f->images[i].src.n)
            return f->images[i].thumbnail.n ? f->images[i].thumbnail : f->images[i].src;
    return STR("");
}

/* The shop tells "only 2 left" from its own threshold on; without one we say nothing. */
static void write_stock_left(json_out *w, const product_family *f) {
    const product *p = f->parent;
    bool low = is_word(p->manage_stock, "yes") && p->stock_quantity.known && p->low_stock_amount.known &&
               p->stock_quantity.v > 0 && p->stock_quantity.v <= p->low_stock_amount.v;
    if (low) jw_member_i64(w, "stock_left", p->stock_quantity.v);
}

static void write_card(json_out *w, const catalogue_item *it, const product_family *f, card_style style) {
    const product *p = f->parent;
    jw_member_str(w, "product_id", p->product_id);
    jw_member_str(w, "name", p->name);
    jw_member_str(w, "url", p->permalink);
    jw_member_str(w, "image", it->image);
    jw_member_str(w, "sku", p->sku);
    jw_member_money(w, "price", it->price_minor, style.digits);
    jw_member_money(w, "regular_price", it->regular_minor, style.digits);
    jw_member_bool(w, "on_sale", it->on_sale);
    jw_member_bool(w, "price_from", it->price_from);
    jw_member_str(w, "currency", style.currency);
    jw_member_bool(w, "in_stock", it->in_stock);
    write_stock_left(w, f);
    jw_member_fixed(w, "rating", p->average_rating, 2);
    jw_member_i64(w, "rating_count", p->rating_count);
    jw_key(w, "categories");
    jw_array(w);
    for (size_t i = 0; i < f->n_categories && i < CARD_CATEGORIES; i++) jw_str(w, f->categories[i]->name);
    jw_end_array(w);
}

/* ---- one block ---- */
static str copy_text(char **at, str s) {
    str out = { *at, s.n };
    if (s.n) memcpy(*at, s.p, s.n);
    *at += s.n;
    return out;
}

enum { CACHE_LINE = 64 };
static catalogue_item *pack(const catalogue_item *it, const term_list *terms, str card) {
    size_t bytes = sizeof *it + terms->n * sizeof *terms->p + it->product_id.n + it->name.n + it->url.n + it->image.n + card.n;
    bytes = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    catalogue_item *block = aligned_alloc(CACHE_LINE, bytes);
    if (!block) return NULL;
    *block = *it;
    block->bytes = bytes;
    uint64_t *list = (uint64_t *)(block + 1);
    if (terms->n) memcpy(list, terms->p, terms->n * sizeof *list);
    block->terms = list;
    block->n_terms = (uint16_t)terms->n;
    char *at = (char *)(list + terms->n);
    block->product_id = copy_text(&at, it->product_id);
    block->name = copy_text(&at, it->name);
    block->url = copy_text(&at, it->url);
    block->image = copy_text(&at, it->image);
    block->card = copy_text(&at, card);
    return block;
}

static catalogue_item facts_of(const product_family *f, uint32_t slot) {
    const product *p = f->parent;
    catalogue_item it = { .slot = slot, .n_variations = (uint32_t)f->n_variations, .created_ms = p->created_ms,
                          .total_sales = p->total_sales, .product_id = p->product_id, .name = p->name, .url = p->permalink,
                          .image = image_of(f) };
    it.sellable = family_is_sellable(f);
    it.in_stock = any_of_family(f, stock_allows);
    it.on_hand = any_of_family(f, is_on_hand);
    fold_price(&it, f);
    it.log_price = log((double)(it.price_minor + 1));
    if (f->n_categories) it.main_category = (uint32_t)term_hash(TERM_CATEGORY, f->categories[0]->category_id, STR("")) | 1;
    if (f->n_brands) it.brand = (uint32_t)term_hash(TERM_BRAND, f->brands[0]->brand_id, STR("")) | 1;
    return it;
}

err_code catalogue_item_new(ctx *c, card_style style, const product_family *f, uint32_t slot, catalogue_item **ret_item) {
    arena_mark before = arena_save(c->arena);
    catalogue_item it = facts_of(f, slot);
    term_list terms = { arena_new(c->arena, uint64_t, LIMIT_TERMS), 0 };
    if (!terms.p) return fail(c, ERR_NO_MEMORY, "no memory for a product");
    collect_terms(c, f, &terms);
    buf card;
    buf_init_in(&card, c->arena, LIMIT_CARD_BYTES);
    json_out w;
    jw_init(&w, &card);
    write_card(&w, &it, f, style);
    err_code e = buf_err(&card);
    catalogue_item *packed = e ? NULL : pack(&it, &terms, buf_view(&card));
    arena_restore(c->arena, before);
    if (e) return fail(c, e, "the card of product '%.*s' is over %d bytes", STR_ARG(it.product_id), LIMIT_CARD_BYTES);
    if (!packed) return fail(c, ERR_NO_MEMORY, "no memory for a product");
    *ret_item = packed;
    return ERR_OK;
}
