/* kinship: how kinds of products draw each other, and how each product is liked for its kind. A kind is a main category.
 *   bought    log of (baskets with both kinds) over what chance would bring
 *   clicked   log of (clicks on the kind beside the other) over what looks at such products would bring at the placement's mean; without
 *             evidence, what baskets of the two and clicks on other pairs lead to expect
 *   liked     log of (clicks on the product) over what its looks, its kind and its visits would bring
 *   viewed    log of (views of its page, of late) over those of the mean product of its kind
 * Clicks on what visitors open anyway say little of the kind, so each of these, and what marks are worth (marks.h), is counted over what
 * the others lead to expect by then: they add up to the logarithm of a rate.
 * Each is a log of (seen + k) / (expected + k): 0 without evidence, drawn to 0 by little of it; what little is, clicks tell by how unlike
 * products and pairs of kinds are (num/shrink.h). But lists hold what is believed to be wanted, so pairs of kinds that were hardly shown
 * are no mean ones: they are drawn to a line over what baskets say of them, whose three figures all pairs together teach (negative
 * binomial regression; believed before: as they are bought). Where nothing is asked about, kinds are expected to be clicked as they are
 * visited. Looks are weighed by how likely their position is looked at, so standing above others earns nothing (position-based model:
 * events/examination.h). Views of late (half-life KINSHIP_VIEW_DAYS) tell at once what comes into favour; those of KINSHIP_STEADY_DAYS, and
 * clicks, count as far as the two agree. Clicks are few, and none of them is forgotten.
 * Promise: pure; a few bytes a product; kinds beyond KINSHIP_MOST, the smallest, are none. Owner: c->arena.
 * Read next: learn_outcomes.c (what was shown, told as of each moment), candidate_features.c (reader), README-learning.md. */
#pragma once
#include "decide/marks.h"
#include "features/shop_data.h"

enum { KINSHIP_MOST = 255, KINSHIP_VIEW_DAYS = 1, KINSHIP_KIND_DAYS = 3, KINSHIP_STEADY_DAYS = 21 };

typedef enum { KINSHIP_KINDS, KINSHIP_PRODUCTS, KINSHIP_MARKS, KINSHIP_ALL } kinship_part;

typedef struct {
    uint32_t n_kinds;               /* numbered from 1; 0 = no kind, or nothing looked at */
    uint8_t *kind_of;               /* n_items */
    snapshot_kind *kinds;           /* n_kinds + 1 */
    snapshot_kin *kin;              /* (n_kinds + 1)^2: [what is asked about][what is shown] */
    float *liked, *viewed;          /* n_items */
    double *sums, *views, *steady_views, *kind_views;       /* of clicks; of views, of products twice, as they are forgotten: private */
    float *believed;                /* n_items: how far what was counted of it before the last days holds, 0..1: private */
    double kin_strength, alone_strength, liked_strength;    /* clicks it takes to believe half of what they say of two kinds, of a kind
                                                               where nothing is asked about, of a product: private */
    double *lead;                   /* (n_kinds + 1)^2: factor on clicks that baskets lead to expect, as of the last refresh: private */
    kinship_part counting;          /* the part that looks are told to; KINSHIP_ALL: to all, as they come in */
    int64_t views_from_ms;          /* the first one, from which their weights count */
    size_t n_items;
    marks marks;
} kinship;

/* Of the shop's products and baskets; nothing clicked yet.
 *   m   words and labels of the same products
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code kinship_of_baskets(ctx *c, const shop_data *s, const content_model *m, kinship *ret_kinship);
/* Forget all clicks and views, and what they told of how far to believe them. */
void kinship_forget_clicks(kinship *k);
/* How much more a look is worth at this product beside that one, kinds left out: by its visits and by marks. */
double kinship_pull(const kinship *k, uint32_t about, uint32_t item);
/* One position that was shown.
 *   about    item looked at, or the first in the cart; SHOP_NONE
 *   looks    chance that the position was looked at, of all answers that this one stands for; >= 0
 *   rate     clicks at the placement for a look of a pull of 1, > 0 */
typedef struct { uint32_t about, item; double looks, rate; bool clicked; } kinship_look;
void kinship_add_look(kinship *k, const kinship_look *x);
/* Counts come in one by one, each over what the others led to expect by then; early ones were taken for much that later turned out to be
 * something else's. So all looks may be told once more, part by part: each part is counted anew over the others as they are now known,
 * which climbs the penalised Poisson likelihood of all of it (iterative proportional fitting: Darroch and Ratcliff 1972). */
void kinship_count_again(kinship *k, kinship_part part);   /* then kinship_add_look() of every look, which counts this part alone */
void kinship_counted(kinship *k);                           /* all were told: the part is what its counts say */
/* A page was opened; before: the one its visitor had opened before it, SHOP_NONE. */
void kinship_add_view(kinship *k, uint32_t before, uint32_t item, int64_t time_ms);
/* `viewed`, what marks are worth and what baskets say of clicks as of a moment: until then they are as they were.
 * O(products + kinds^2). */
void kinship_refresh(kinship *k, int64_t now_ms);
/* Into what is served; the arrays stay those of `k`, which may go on learning. */
void kinship_show(const kinship *k, snapshot *out);
