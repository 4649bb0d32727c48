/* Weighing what products say of themselves. It does NOT search (content_similar.c). */
#include "features/content.h"
#include <math.h>
#include <stdlib.h>
#include "base/grow.h"
#include "features/text.h"

enum {
    NAME_WORDS = 64,                /* of a name, read */
    TEXT_WORDS = 256,               /* of a description, read */
    ITEM_TERMS = 32,                /* kept: the weightiest; measured: more change the lists of 500 products by under 2 % */
    GUESS_ITEMS = 100               /* texts looked at to guess the language */
};

content_params content_default_params(void) {
    return (content_params){ .text = 0.5f, .category = 0.2f, .label = 0.15f, .price = 0.15f, .name_boost = 3,
                             .k1 = 1.2f, .b_name = 0.6f, .b_text = 0.75f,
                             .work = 500 * 1000 * 1000 };     /* about 5 s of one core */
}

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "compare the products: it needs more memory than a job may have"); }

/* Rare things say more: ln(1 + N / n). */
static float rarity(uint64_t all, uint64_t with) { return (float)log(1 + (double)all / (double)(with ? with : 1)); }

/* ---- words ---- */

typedef struct { uint32_t term; uint16_t in_name, in_text; } word_count;

typedef struct {
    content_model *m;
    text_vocabulary words;
    word_count *counts;             /* of item i: [m->start[i], m->start[i + 1]) until they are weighed */
    size_t cap;
    uint16_t (*length)[2];          /* n_items: words of its name and of its text */
    uint32_t *documents;            /* items with a term */
    size_t documents_cap, n_documents;
} word_walk;

static int by_count_term(const void *a, const void *b) {
    const word_count *x = a, *y = b;
    return (x->term > y->term) - (x->term < y->term);
}

static int by_term(const void *a, const void *b) {
    const content_term *x = a, *y = b;
    return (x->term > y->term) - (x->term < y->term);
}

static int by_weight(const void *a, const void *b) {
    const content_term *x = a, *y = b;
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    return by_term(a, b);
}

/* The locale's, but between Romanian and English the texts decide: shops import catalogues in the other language. */
static const text_language *choose_language(ctx *c, const shop_data *s, str locale) {
    const text_language *known = text_language_find(locale), *english = text_language_find(STR("en"));
    if (known && known != english && known != text_language_find(STR("ro"))) return known;
    if (!known) known = english;
    arena_mark mark = arena_save(c->arena);
    buf all;
    buf_init_in(&all, c->arena, GUESS_ITEMS * (SHOP_TEXT_BYTES + SHOP_NAME_BYTES + 2));
    for (uint32_t i = 0; i < s->n_items && i < GUESS_ITEMS; i++) {
        buf_str(&all, s->items[i].name);
        buf_char(&all, ' ');
        buf_str(&all, s->items[i].text);
        buf_char(&all, ' ');
    }
    str folded = { 0 };
    bool readable = !buf_err(&all) && !text_fold(c, buf_view(&all), &folded);
    const text_language *language = readable ? text_language_guess(folded, known) : known;
    arena_restore(c->arena, mark);
    return language;
}

/* Sort by term and sum equal ones; how many are left. */
static size_t sum_counts(word_count *t, size_t n) {
    size_t kept = 0;
    if (n) qsort(t, n, sizeof *t, by_count_term);
    for (size_t i = 0; i < n; i++) {
        if (kept && t[kept - 1].term == t[i].term) t[kept - 1].in_name += t[i].in_name, t[kept - 1].in_text += t[i].in_text;
        else t[kept++] = t[i];
    }
    return kept;
}

static err_code count_documents(ctx *c, word_walk *w, const word_count *t, size_t n) {
    size_t terms = text_vocabulary_size(&w->words);
    for (; w->n_documents < terms; w->n_documents++) {
        w->documents = grow_array(c->arena, w->documents, w->n_documents, &w->documents_cap, sizeof *w->documents);
        if (!w->documents) return no_memory(c);
        w->documents[w->n_documents] = 0;
    }
    for (size_t i = 0; i < n; i++) w->documents[t[i].term]++;
    return ERR_OK;
}

/* Counted words of one item, appended to w->counts. */
static err_code count_words(ctx *c, word_walk *w, arena *scratch, uint32_t item) {
    const shop_item *x = &w->m->shop->items[item];
    uint32_t words[NAME_WORDS + TEXT_WORDS];
    word_count t[NAME_WORDS + TEXT_WORDS];
    size_t in_name = 0, in_text = 0;
    arena *home = c->arena;
    c->arena = scratch;
    err_code e = text_terms(c, &w->words, x->name, NAME_WORDS, words, &in_name);
    if (!e) e = text_terms(c, &w->words, x->text, TEXT_WORDS, words + in_name, &in_text);
    c->arena = home;
    if (e) return e;
    for (size_t i = 0; i < in_name + in_text; i++) t[i] = (word_count){ words[i], i < in_name, i >= in_name };
    size_t n = sum_counts(t, in_name + in_text);
    TRY(count_documents(c, w, t, n));
    w->length[item][0] = (uint16_t)in_name, w->length[item][1] = (uint16_t)in_text;
    uint64_t at = w->m->start[item];
    for (size_t i = 0; i < n; i++) {
        w->counts = grow_array(c->arena, w->counts, at, &w->cap, sizeof *w->counts);
        if (!w->counts) return no_memory(c);
        w->counts[at++] = t[i];
    }
    w->m->start[item + 1] = at;
    return ERR_OK;
}

double content_bm25_rarity(uint64_t all, uint64_t with) {
    return log(1 + ((double)all - (double)with + 0.5) / ((double)with + 0.5));
}

double content_bm25_saturated(const content_params *p, double in_name, double in_text, double name_ratio, double text_ratio) {
    double b_name = (double)p->b_name, b_text = (double)p->b_text, k1 = (double)p->k1;
    double name = (double)p->name_boost * in_name / (1 - b_name + b_name * name_ratio), text = in_text / (1 - b_text + b_text * text_ratio);
    return (k1 + 1) * (name + text) / (k1 + name + text);
}

/* Mean words of the two fields over the items that have any. */
static void mean_lengths(const word_walk *w, double *ret_mean) {
    for (int part = 0; part < 2; part++) {
        uint64_t words = 0, items = 0;
        for (uint32_t i = 0; i < w->m->shop->n_items; i++) words += w->length[i][part], items += w->length[i][part] > 0;
        ret_mean[part] = words ? (double)words / (double)items : 1;
    }
}

static float word_weight(const word_walk *w, const word_count *t, const uint16_t *length, const double *mean) {
    const content_params *p = &w->m->params;
    uint32_t all = w->m->shop->n_items, with = w->documents[t->term];
    if (!p->bm25) return (1 + logf(p->name_boost * t->in_name + t->in_text)) * rarity(all, with);
    return (float)(content_bm25_rarity(all, with) * content_bm25_saturated(p, t->in_name, t->in_text, length[0] / mean[0],
        length[1] / mean[1]));
}

/* Counts to unit vectors of the weightiest terms; they close up over the words left out. */
static err_code weigh_words(ctx *c, const word_walk *w) {
    content_model *m = w->m;
    double mean[2];
    uint64_t to = 0, from = 0;
    m->terms = arena_new_raw(c->arena, content_term, m->start[m->shop->n_items]);
    if (!m->terms) return no_memory(c);
    mean_lengths(w, mean);
    for (uint32_t i = 0; i < m->shop->n_items; i++) {
        content_term t[NAME_WORDS + TEXT_WORDS];
        size_t n = m->start[i + 1] - from;
        for (size_t k = 0; k < n; k++) t[k] = (content_term){ w->counts[from + k].term, word_weight(w, &w->counts[from + k],
            w->length[i], mean) };
        from = m->start[i + 1];
        if (n) qsort(t, n, sizeof *t, by_weight);
        if (n > ITEM_TERMS) n = ITEM_TERMS;
        if (n) qsort(t, n, sizeof *t, by_term);
        double sum = 0;
        for (size_t k = 0; k < n; k++) sum += (double)t[k].weight * (double)t[k].weight;
        for (size_t k = 0; k < n; k++) m->terms[to + k] = (content_term){ t[k].term, t[k].weight / (float)sqrt(sum) };
        m->start[i] = to;
        to += n;
    }
    m->start[m->shop->n_items] = to;
    return ERR_OK;
}

static err_code fit_words(ctx *c, word_walk *w) {
    AUTO_ARENA scratch;
    arena_init(&scratch, 64 * 1024 * 1024);
    content_model *m = w->m;
    w->length = arena_array(c->arena, m->shop->n_items, sizeof *w->length);
    if (!w->length) return no_memory(c);
    for (uint32_t i = 0; i < m->shop->n_items; i++) {
        if (i % 256 == 0) TRY(ctx_check(c));
        TRY(count_words(c, w, &scratch, i));
        arena_reset(&scratch);
    }
    TRY(weigh_words(c, w));
    m->n_terms = (uint32_t)text_vocabulary_size(&w->words);
    m->stem_hash = w->words.stem_hash;
    return ERR_OK;
}

/* ---- categories and labels ---- */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Sorted copies of the lists at `range` (offset in shop_item) and the rarity of each of `n_values` values. */
static err_code fit_sets(ctx *c, const shop_data *s, size_t range, const uint32_t *lists, uint32_t n_lists, uint32_t n_values,
                         content_sets *ret_sets) {
    content_sets x = { arena_new(c->arena, uint64_t, (size_t)s->n_items + 1), arena_new(c->arena, uint32_t, n_lists),
                       arena_new(c->arena, float, n_values) };
    uint32_t *with = arena_new(c->arena, uint32_t, n_values);
    if (!x.start || !x.values || !x.weight_of || !with) return no_memory(c);
    for (uint32_t i = 0; i < s->n_items; i++) {
        const shop_range *r = (const shop_range *)(const void *)((const char *)&s->items[i] + range);
        uint32_t *to = x.values + x.start[i];
        x.start[i + 1] = x.start[i] + r->n;
        if (!r->n) continue;
        memcpy(to, lists + r->at, r->n * sizeof *to);
        qsort(to, r->n, sizeof *to, by_number);
        for (uint32_t k = 0; k < r->n; k++) with[to[k]]++;
    }
    for (uint32_t v = 0; v < n_values; v++) x.weight_of[v] = rarity(s->n_items, with[v]);
    *ret_sets = x;
    return ERR_OK;
}

/* ---- price ladder ---- */

typedef struct { uint32_t category, item; int64_t price; } step;

static int by_category_price(const void *a, const void *b) {
    const step *x = a, *y = b;
    if (x->category != y->category) return x->category < y->category ? -1 : 1;
    if (x->price != y->price) return x->price < y->price ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

static err_code fit_ladder(ctx *c, const shop_data *s, content_model *m) {
    step *steps = arena_new(c->arena, step, s->n_items);
    m->ladder = arena_new(c->arena, uint32_t, s->n_items);
    m->rung = arena_new(c->arena, uint32_t, s->n_items);
    if (!steps || !m->ladder || !m->rung) return no_memory(c);
    for (uint32_t i = 0; i < s->n_items; i++) {
        m->rung[i] = SHOP_NONE;
        if (s->items[i].main_category == SHOP_NONE || s->items[i].price_minor <= 0) continue;
        steps[m->n_ladder++] = (step){ s->items[i].main_category, i, s->items[i].price_minor };
    }
    if (m->n_ladder) qsort(steps, m->n_ladder, sizeof *steps, by_category_price);
    for (uint32_t at = 0; at < m->n_ladder; at++) {
        m->ladder[at] = steps[at].item;
        m->rung[steps[at].item] = at;
    }
    return ERR_OK;
}

err_code content_fit(ctx *c, const shop_data *s, const content_params *p, content_model *ret_model) {
    content_model m = { .shop = s, .params = *p };
    m.start = arena_new(c->arena, uint64_t, (size_t)s->n_items + 1);
    if (!m.start) return no_memory(c);
    const text_language *language = choose_language(c, s, p->locale);
    m.language = text_language_code(language);
    word_walk w = { .m = &m };
    err_code e = text_vocabulary_init(c, &w.words, language);
    if (!e) e = fit_words(c, &w);
    text_vocabulary_done(&w.words);
    if (e) return e;
    TRY(fit_sets(c, s, offsetof(shop_item, categories), s->category_lists, s->n_category_lists, s->n_categories, &m.categories));
    TRY(fit_sets(c, s, offsetof(shop_item, labels), s->label_lists, s->n_label_lists, s->n_labels, &m.labels));
    TRY(fit_ladder(c, s, &m));
    *ret_model = m;
    return ERR_OK;
}

/* ---- scores ---- */

static float cosine(const content_model *m, uint32_t a, uint32_t b) {
    const content_term *x = m->terms + m->start[a], *x_end = m->terms + m->start[a + 1];
    const content_term *y = m->terms + m->start[b], *y_end = m->terms + m->start[b + 1];
    float sum = 0;
    while (x < x_end && y < y_end) {
        if (x->term == y->term) sum += x++->weight * y++->weight;
        else if (x->term < y->term) x++;
        else y++;
    }
    return sum;
}

/* Weighted Jaccard: weight of what both have over weight of what either has. */
static float overlap(const content_sets *s, uint32_t a, uint32_t b) {
    const uint32_t *x = s->values + s->start[a], *x_end = s->values + s->start[a + 1];
    const uint32_t *y = s->values + s->start[b], *y_end = s->values + s->start[b + 1];
    float both = 0, either = 0;
    while (x < x_end || y < y_end) {
        bool same = x < x_end && y < y_end && *x == *y;
        bool from_x = same || y == y_end || (x < x_end && *x < *y);
        float weight = s->weight_of[from_x ? *x : *y];
        either += weight;
        if (same) both += weight;
        if (from_x) x++;
        if (same || !from_x) y++;
    }
    return either > 0 ? both / either : 0;
}

/* 1 for the same price, 1/e for twice the price. */
static float price_closeness(int64_t a, int64_t b) {
    if (a <= 0 || b <= 0) return 0;
    return (float)exp(-fabs(log((double)a / (double)b)) / M_LN2);
}

float content_score(const content_model *m, uint32_t a, uint32_t b) {
    const content_params *p = &m->params;
    float score = p->text * cosine(m, a, b) + p->category * overlap(&m->categories, a, b) + p->label * overlap(&m->labels, a, b) +
                  p->price * price_closeness(m->shop->items[a].price_minor, m->shop->items[b].price_minor);
    return score < 1 ? score : 1;
}
