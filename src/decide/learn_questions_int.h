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

/* What questions are made of. */
typedef struct {
    const past_shop *past;
    const shop_baskets *baskets;    /* of all times */
    const shop_visits *visits;      /* the same */
    uint32_t *earlier;              /* of each basket: its customer's basket before it, SHOP_NONE where there is none */
    uint32_t *buyer;                /* the visitor who placed it, SHOP_NONE where no page told */
} question_source;
/* Of a shop as it is known now; `past` is the caller's to set. Memory: c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code question_source_of(ctx *c, const learning *now, question_source *ret_source);
/* Question `kind` of basket `at`; false when the basket has none of that kind. Which product is looked at or hidden follows from
 * the basket's number. Where it is known who placed the order on a page, it is asked as of the moment that product came into the visit,
 * with all he did before; what he had in hand by then is neither looked for nor shown.
 *   ret_question   in c->arena */
CHECK_RESULT err_code question_of(ctx *c, const question_source *from, uint32_t at, ask_kind kind, question *ret_question, bool *ret_is);
