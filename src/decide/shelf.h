/* Products of a live catalogue as a page of a shop lists them: of a category, by words of their names, in some order.
 * Promise: only what may be sold now; the same catalogue gives the same list; text is folded (case, diacritics), endings of words
 * may differ. It is a browse list, not a recommendation: nothing learned takes part, nobody is looked at. Any thread.
 * O(products looked at), at most SHELF_LOOKED_AT of them. Read next: decide/serving.h, src/front/README.md. */
#pragma once
#include "decide/catalogue.h"
#include "decide/decide.h"

enum { SHELF_LOOKED_AT = 20000, SHELF_WORDS = 8, SHELF_MOST = 60 };

typedef enum { SHELF_BEST_FIRST /* sold most */, SHELF_NEWEST, SHELF_CHEAPEST, SHELF_DEAREST } shelf_order;

/* Zeroed = everything, best sellers first. */
typedef struct {
    str category;               /* id; a parent holds what its children hold */
    str words;                  /* of a name, all of them; the nearest matches come first whatever the order is */
    bool on_sale;
    shelf_order order;
    const catalogue_item *const *without;   /* shown elsewhere on the page */
    size_t n_without;
    size_t from, n;             /* of the list: n items from `from` on; n 1..SHELF_MOST */
} shelf_query;

typedef struct {
    const catalogue_item **items;   /* in ctx.arena; valid while `s` is pinned */
    size_t n, total;
} shelf;

/* ERR_NO_MEMORY, ERR_INVALID (n). */
CHECK_RESULT err_code shelf_pick(ctx *c, const serving *s, const shelf_query *q, shelf *ret_shelf);
