/* facts: what is known of products without any sale, as one sparse matrix that models read (models/model.h, MODEL_NEEDS_FACTS).
 * Promise: items x columns, values > 0; a family of columns adds up to its weight in squares where the product says anything of
 * the kind, so rows are at most of length 1; what a product lacks is left out. Equal shops give equal matrices; columns of words
 * are hashed stems and mean the same in every shop and at every fit. Memory: c->arena of the call. Read-only afterwards.
 *
 *   columns                     family                            value before the family is scaled
 *   0 .. word_columns - 1       FACT_WORD: hashed stem            TF-IDF or BM25F of content.h, name over text
 *   then one a category         FACT_CATEGORY: with ancestors     rarity ln(1 + N / n)
 *   then one a label            FACT_LABEL: tag, brand, attribute=value   rarity
 *   then FACTS_STEPS            FACT_STANDING: price over the median of its main category, half an octave a step
 *   then FACTS_STEPS            FACT_PRICE: price over the median of the shop, an octave a step
 *
 * A price between two steps counts for both, so near prices stay near. Read next: content.h, models/content.c, models/two_tower.c. */
#pragma once
#include "features/content.h"
#include "num/csr.h"

typedef enum { FACT_WORD, FACT_CATEGORY, FACT_LABEL, FACT_STANDING, FACT_PRICE, FACT_FAMILIES } fact_family;
enum { FACTS_STEPS = 13 };

typedef struct {
    uint32_t word_columns;          /* power of two, 256..2^24: stems that meet in a column are one word */
    float weight[FACT_FAMILIES];    /* of each family, together 1 */
} facts_params;
facts_params facts_default_params(void);

typedef struct { uint32_t from, n; } facts_range;
typedef struct {
    csr matrix;                     /* n_items x columns */
    facts_range family[FACT_FAMILIES];
} shop_facts;

/* Turn what content_fit() weighed into a matrix.
 *   m           its params choose TF-IDF or BM25F
 *   ret_facts   in c->arena
 * ERR_INVALID (parameters), ERR_NO_MEMORY. O(words, categories and labels of the products). */
CHECK_RESULT err_code facts_build(ctx *c, const content_model *m, const facts_params *p, shop_facts *ret_facts);
/* The same in one call, with the defaults of both: what a caller who fits models wants.
 *   locale   of the shop; "" = the texts decide
 * Errors of content_fit() and facts_build(). */
CHECK_RESULT err_code facts_of_shop(ctx *c, const shop_data *s, str locale, shop_facts *ret_facts);
