/* Content similarity of products: what a newcomer without sales is like.
 * score(a, b) = text cosine (TF-IDF, the name counts more) + overlap of categories + overlap of labels (tags, brand, attributes)
 *             + closeness of price, each 0..1, weighted; what either product lacks counts 0. Common words, categories and labels
 *             weigh little (inverse document frequency), so no list of stop words is needed for other languages.
 * Promise: symmetric, 0..1, deterministic for any number of threads; 50,000 products in seconds through an inverted index.
 * Memory: c->arena of the call. A fitted model is constant and may be read by any thread while its shop_data lives. */
#pragma once
#include "features/shop_data.h"
#include "num/topk.h"

typedef struct {
    float text, category, label, price;     /* weights, together 1 */
    float name_boost;                       /* a word of the name counts like so many of the description */
    bool bm25;                              /* weigh words by BM25F instead of TF-IDF */
    float k1, b_name, b_text;               /* of BM25F: saturation of repeats, 0.3..2; how far long fields count less, 0..1 each */
    str locale;                             /* of the shop; between Romanian and English, or without one, the texts decide */
    uint64_t work;                          /* postings visited for a whole shop, about */
    int threads;                            /* 0: one per core */
} content_params;
content_params content_default_params(void);

typedef struct { uint32_t term; float weight; } content_term;
/* Values of item i: values[start[i] .. start[i + 1]), ascending. */
typedef struct { uint64_t *start; uint32_t *values; float *weight_of; } content_sets;

typedef struct {
    const shop_data *shop;
    content_params params;
    const char *language;           /* "ro", "en", ... */
    uint32_t n_terms;
    const uint64_t *stem_hash;      /* n_terms: hash_str() of a term's stem, the same in every shop */
    uint64_t *start;                /* n_items + 1 */
    content_term *terms;            /* of item i, ascending by term, squared weights sum to 1 */
    content_sets categories, labels;
    uint32_t *ladder;               /* items with a main category and a price, by (main category, price, item) */
    uint32_t *rung;                 /* n_items: place in the ladder, SHOP_NONE = not on it */
    uint32_t n_ladder;
} content_model;

/* BM25F: what a word counted in two fields is worth before its rarity, 0..k1 + 1.
 *   in_name, in_text        times it stands there
 *   name_ratio, text_ratio  length of the field in words over the mean length of that field
 * Source: Zaragoza et al. 2004 (fields are weighted and normalised before they are saturated). */
double content_bm25_saturated(const content_params *p, double in_name, double in_text, double name_ratio, double text_ratio);
/* BM25's rarity of a word in `with` of `all` products: ln(1 + (all - with + 1/2) / (with + 1/2)). */
double content_bm25_rarity(uint64_t all, uint64_t with);

/* Weigh words, categories and labels.
 *   s          must outlive the model
 *   ret_model  in c->arena
 * ERR_NO_MEMORY, ERR_CANCELLED. O(text). */
CHECK_RESULT err_code content_fit(ctx *c, const shop_data *s, const content_params *p, content_model *ret_model);
/* How alike two items are, 0..1. */
float content_score(const content_model *m, uint32_t a, uint32_t b);

/* Most similar listed items of each item.
 *   k           1..200
 *   ret_lists   n_items x k entries in c->arena, best first
 *   ret_length  n_items lengths, <= k
 * ERR_INVALID, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE.
 * Candidates share a weighty word or stand near by price in the main category; each word leads to at most a few hundred
 * products, fewer in larger shops, so the work grows with the shop and not with its square. */
CHECK_RESULT err_code content_similar(ctx *c, const content_model *m, uint32_t k, topk_entry **ret_lists, uint32_t **ret_length);
