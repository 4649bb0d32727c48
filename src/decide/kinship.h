/* kinship: how kinds of products draw each other, and how each product is liked for its kind. A kind is a main category.
 *   bought    log of (baskets with both kinds) over what chance would bring
 *   clicked   log of (clicks on the kind beside the other) over what looks at such products would bring at the placement's mean
 *   liked     log of (clicks on the product) over what its looks, its kind and its visits would bring
 *   viewed    log of (views of its page, of late) over those of the mean product of its kind
 * Clicks on what visitors open anyway say little of the kind, so each of these, and what marks are worth (marks.h), is counted over what
 * the others lead to expect by then: they add up to the logarithm of a rate.
 * Each is a log of (seen + k) / (expected + k): 0 without evidence, drawn to 0 by little of it. Looks are weighed by how likely their
 * position is looked at, so standing above others earns nothing (position-based model: events/examination.h). Views are many, so theirs
 * halve in KINSHIP_VIEW_DAYS and tell at once what comes into favour; clicks are few, and none of them is forgotten.
 * Promise: pure; a few bytes a product; kinds beyond KINSHIP_MOST, the smallest, are none. Owner: c->arena.
 * Read next: learn_outcomes.c (what was shown, told as of each moment), candidate_features.c (reader), README-learning.md. */
#pragma once
#include "decide/marks.h"
#include "features/shop_data.h"

enum { KINSHIP_MOST = 255, KINSHIP_VIEW_DAYS = 3 };

typedef struct {
    uint32_t n_kinds;               /* numbered from 1; 0 = no kind, or nothing looked at */
    uint8_t *kind_of;               /* n_items */
    snapshot_kind *kinds;           /* n_kinds + 1 */
    snapshot_kin *kin;              /* (n_kinds + 1)^2: [what is asked about][what is shown] */
    float *liked, *viewed;          /* n_items */
    double *sums, *views;           /* of clicks, and of views (n_items), while they come in: private */
    int64_t views_from_ms;          /* the first one, from which their weights count */
    size_t n_items;
    marks marks;
} kinship;

/* Of the shop's products and baskets; nothing clicked yet.
 *   m   words and labels of the same products
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code kinship_of_baskets(ctx *c, const shop_data *s, const content_model *m, kinship *ret_kinship);
/* Forget all clicks and views. */
void kinship_forget_clicks(kinship *k);
/* How much more a look is worth at this product beside that one, kinds left out: by its visits and by marks. */
double kinship_pull(const kinship *k, uint32_t about, uint32_t item);
/* One position that was shown.
 *   about    item looked at, or the first in the cart; SHOP_NONE
 *   looks    chance that the position was looked at, 0..1
 *   rate     clicks at the placement for a look of a pull of 1, > 0 */
typedef struct { uint32_t about, item; double looks, rate; bool clicked; } kinship_look;
void kinship_add_look(kinship *k, const kinship_look *x);
/* A page was opened; before: the one its visitor had opened before it, SHOP_NONE. */
void kinship_add_view(kinship *k, uint32_t before, uint32_t item, int64_t time_ms);
/* `viewed` and what marks are worth as of a moment: until then they are as they were. O(products). */
void kinship_refresh(kinship *k, int64_t now_ms);
/* Into what is served; the arrays stay those of `k`, which may go on learning. */
void kinship_show(const kinship *k, snapshot *out);
