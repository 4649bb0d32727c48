/* Questions whose answer is known: baskets that came after what a past shop had learned, asked as shoppers would have asked.
 * Private to learning. Read next: learn_past_int.h, learn_ranker.c. */
#pragma once
#include "decide/learn_past_int.h"

/* One row a kind of question, in the order of the bits SNAPSHOT_RANKS_*. */
typedef enum { ASK_PRODUCT, ASK_CART, ASK_VISITOR, ASK_STRANGER_PRODUCT, ASK_STRANGER_CART, ASK_KINDS } ask_kind;
typedef enum { SHAPE_PRODUCT, SHAPE_CART, SHAPE_VISITOR } ask_shape;    /* one looked at; one hidden from the cart; all wanted */
typedef struct { const char *word, *place; uint64_t bit; ask_shape shape; bool stranger; } ask_row;
extern const ask_row ask_rows[ASK_KINDS];

typedef struct {
    ask_kind kind;
    told t;
    int64_t time_ms;
    const uint32_t *wanted;         /* items of the basket that are the answer, ascending */
    uint32_t n_wanted;
} question;

/* Whose earlier basket came before which: SHOP_NONE where there is none. n of b entries, in c->arena. */
CHECK_RESULT err_code questions_earlier(ctx *c, const shop_baskets *b, uint32_t **ret_earlier);
/* Question `kind` of basket `at`; false when the basket has none of that kind. Which product is looked at or hidden follows from
 * the basket's number.
 *   ret_question   in c->arena */
CHECK_RESULT err_code question_of(ctx *c, const past_shop *p, const shop_baskets *b, const uint32_t *earlier, uint32_t at, ask_kind kind,
                                  question *ret_question, bool *ret_is);
