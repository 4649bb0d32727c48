/* Facts of products; see facts.h. It does NOT weigh words and rarities (content.c does). */
#include "features/facts.h"
#include <math.h>
#include <stdlib.h>

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "facts of the products: it needs more memory than a job may have"); }

facts_params facts_default_params(void) {
    return (facts_params){ .word_columns = 1 << 14, .weight = { [FACT_WORD] = 0.5f, [FACT_CATEGORY] = 0.25f, [FACT_LABEL] = 0.15f,
                                                                [FACT_STANDING] = 0.05f, [FACT_PRICE] = 0.05f } };
}

static const char *const names[FACT_FAMILIES] = {
    [FACT_WORD] = "words", [FACT_CATEGORY] = "categories", [FACT_LABEL] = "tags, brands and attributes",
    [FACT_STANDING] = "price among its kind", [FACT_PRICE] = "price",
};

/* ---- medians of prices ---- */

typedef struct { uint32_t category; int64_t price; } priced;

static int by_category_price(const void *a, const void *b) {
    const priced *x = a, *y = b;
    if (x->category != y->category) return x->category < y->category ? -1 : 1;
    return (x->price > y->price) - (x->price < y->price);
}

static int by_price(const void *a, const void *b) {
    const priced *x = a, *y = b;
    return (x->price > y->price) - (x->price < y->price);
}

typedef struct { int64_t shop, *category; } medians;

/* Middle prices of each main category and of the shop; 0 where nothing has a price. */
static err_code find_medians(ctx *c, const shop_data *s, medians *ret) {
    medians m = { 0, arena_new(c->arena, int64_t, s->n_categories) };
    priced *p = arena_new(c->arena, priced, s->n_items);
    if (!m.category || !p) return no_memory(c);
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_items; i++)
        if (s->items[i].price_minor > 0) p[n++] = (priced){ s->items[i].main_category, s->items[i].price_minor };
    if (n) qsort(p, n, sizeof *p, by_category_price);
    for (uint32_t from = 0, to = 0; from < n; from = to) {
        while (to < n && p[to].category == p[from].category) to++;
        if (p[from].category != SHOP_NONE) m.category[p[from].category] = p[from + (to - from) / 2].price;
    }
    if (n) qsort(p, n, sizeof *p, by_price);
    if (n) m.shop = p[n / 2].price;
    *ret = m;
    return ERR_OK;
}

/* ---- rows ---- */

typedef struct { uint32_t col; float value; } cell;

static int by_column(const void *a, const void *b) {
    const cell *x = a, *y = b;
    return (x->col > y->col) - (x->col < y->col);
}

/* Sort by column, add up equal ones, and scale the squares to `weight`; how many are left. */
static size_t finish_family(cell *x, size_t n, float weight) {
    size_t kept = 0;
    double squares = 0;
    if (n) qsort(x, n, sizeof *x, by_column);
    for (size_t i = 0; i < n; i++) {
        if (kept && x[kept - 1].col == x[i].col) x[kept - 1].value += x[i].value;
        else x[kept++] = x[i];
    }
    for (size_t i = 0; i < kept; i++) squares += (double)x[i].value * (double)x[i].value;
    if (!(squares > 0) || weight <= 0) return 0;
    for (size_t i = 0; i < kept; i++) x[i].value *= (float)sqrt((double)weight / squares);
    return kept;
}

static size_t add_words(const content_model *m, const facts_params *p, uint32_t item, cell *ret) {
    size_t n = 0;
    for (uint64_t e = m->start[item]; e < m->start[item + 1]; e++)
        ret[n++] = (cell){ (uint32_t)(m->stem_hash[m->terms[e].term] & (p->word_columns - 1)), m->terms[e].weight };
    return n;
}

static size_t add_sets(const content_sets *s, uint32_t from, uint32_t item, cell *ret) {
    size_t n = 0;
    for (uint64_t e = s->start[item]; e < s->start[item + 1]; e++) ret[n++] = (cell){ from + s->values[e], s->weight_of[s->values[e]] };
    return n;
}

/* A price as the two steps it stands between, in octaves from the median times `steps_an_octave`. */
static size_t add_price(int64_t price, int64_t median, double steps_an_octave, uint32_t from, cell *ret) {
    if (price <= 0 || median <= 0) return 0;
    double at = log2((double)price / (double)median) * steps_an_octave + FACTS_STEPS / 2;
    at = fmin(fmax(at, 0), FACTS_STEPS - 1);
    uint32_t low = (uint32_t)at;
    float part = (float)(at - low);
    ret[0] = (cell){ from + low, 1 - part };
    if (part <= 0) return 1;
    ret[1] = (cell){ from + low + 1, part };
    return 2;
}

typedef struct {
    const content_model *m;
    const facts_params *p;
    shop_facts f;
    medians medians;
} builder;

/* Cells of one item, ascending by column. */
static size_t build_row(const builder *b, uint32_t item, cell *ret) {
    const shop_item *x = &b->m->shop->items[item];
    const facts_range *f = b->f.family;
    const float *weight = b->p->weight;
    int64_t median = x->main_category == SHOP_NONE ? 0 : b->medians.category[x->main_category];
    size_t n = finish_family(ret, add_words(b->m, b->p, item, ret), weight[FACT_WORD]);
    n += finish_family(ret + n, add_sets(&b->m->categories, f[FACT_CATEGORY].from, item, ret + n), weight[FACT_CATEGORY]);
    n += finish_family(ret + n, add_sets(&b->m->labels, f[FACT_LABEL].from, item, ret + n), weight[FACT_LABEL]);
    n += finish_family(ret + n, add_price(x->price_minor, median, 2, f[FACT_STANDING].from, ret + n), weight[FACT_STANDING]);
    n += finish_family(ret + n, add_price(x->price_minor, b->medians.shop, 1, f[FACT_PRICE].from, ret + n), weight[FACT_PRICE]);
    return n;
}

static err_code check_params(ctx *c, const facts_params *p) {
    if (p->word_columns < 256 || p->word_columns > 1 << 24 || (p->word_columns & (p->word_columns - 1)))
        return fail(c, ERR_INVALID, "facts: %u columns of words; it must be a power of two, 256 to 2^24", p->word_columns);
    for (fact_family k = FACT_WORD; k < FACT_FAMILIES; k++)
        if (!(p->weight[k] >= 0 && p->weight[k] <= 1)) return fail(c, ERR_INVALID, "facts: the weight of %s must be 0..1", names[k]);
    return ERR_OK;
}

err_code facts_build(ctx *c, const content_model *m, const facts_params *p, shop_facts *ret_facts) {
    const shop_data *s = m->shop;
    TRY(check_params(c, p));
    builder b = { .m = m, .p = p };
    const uint32_t sizes[FACT_FAMILIES] = { p->word_columns, s->n_categories, s->n_labels, FACTS_STEPS, FACTS_STEPS };
    uint32_t columns = 0;
    for (fact_family k = FACT_WORD; k < FACT_FAMILIES; columns += sizes[k++]) b.f.family[k] = (facts_range){ columns, sizes[k] };
    size_t most = m->start[s->n_items] + (size_t)s->n_category_lists + s->n_label_lists + (size_t)4 * s->n_items, widest = 0;
    for (uint32_t i = 0; i < s->n_items; i++) {
        size_t wide = (size_t)(m->start[i + 1] - m->start[i]) + s->items[i].categories.n + s->items[i].labels.n + 4;
        if (wide > widest) widest = wide;
    }
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)s->n_items + 1);
    uint32_t *col = arena_new_raw(c->arena, uint32_t, most);
    float *value = arena_new_raw(c->arena, float, most);
    if (!start || !col || !value) return no_memory(c);
    arena_mark mark = arena_save(c->arena);
    cell *row = arena_new_raw(c->arena, cell, widest);
    if (!row) return no_memory(c);
    TRY(find_medians(c, s, &b.medians));
    for (uint32_t i = 0; i < s->n_items; i++) {
        size_t n = build_row(&b, i, row);
        start[i + 1] = start[i] + n;
        for (size_t k = 0; k < n; k++) col[start[i] + k] = row[k].col, value[start[i] + k] = row[k].value;
    }
    arena_restore(c->arena, mark);
    b.f.matrix = (csr){ s->n_items, columns, start, col, value };
    *ret_facts = b.f;
    return ERR_OK;
}

err_code facts_of_shop(ctx *c, const shop_data *s, str locale, shop_facts *ret_facts) {
    content_params words = content_default_params();
    facts_params p = facts_default_params();
    content_model m;
    words.locale = locale;
    TRY(content_fit(c, s, &words, &m));
    return facts_build(c, &m, &p, ret_facts);
}
