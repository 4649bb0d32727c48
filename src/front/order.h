/* The checkout: what a visitor filled in, checked; the order as a platform would tell of it.
 * Promise: prices are the catalogue's, never the visitor's; the same form sent twice is one order (its id comes from `once`). The order is
 * written as WooCommerce sends one, so that it arrives the way every order does: signed, through the connector and the sink. */
#pragma once
#include "front/front.h"

typedef enum {
    CHECKOUT_NAME, CHECKOUT_EMAIL, CHECKOUT_PHONE, CHECKOUT_ADDRESS, CHECKOUT_CITY, CHECKOUT_PAYMENT, CHECKOUT_FIELDS
} checkout_field;
typedef struct {
    str value[CHECKOUT_FIELDS];     /* as typed; over-long ones are problems */
    const char *problem[CHECKOUT_FIELDS];   /* a sentence for the visitor; NULL: fine */
    str once;                       /* of the form: 16..64 letters and digits */
} checkout_form;
extern const char *const checkout_names[CHECKOUT_FIELDS];      /* of the inputs */
enum { CHECKOUT_TEXT_BYTES = 200 };

/* Fill in `problem`. False when there is one. */
bool checkout_check(checkout_form *f);
/* `note`: why the order was not taken, or empty. */
CHECK_RESULT err_code front_checkout(ctx *c, const front_shop *s, const checkout_form *f, str note, buf *out);

/* Who places it: as the widget's cookies say; both may be empty. */
typedef struct { str visitor_id, rec_ids; /* separated by blanks */ } order_origin;
/* The id of the order a form makes: a number of 16 digits nobody can guess.
 *   secret  of the store; keys the hash */
int64_t order_id_of(str secret, str once);
/* The order as JSON. The basket is not empty and all of it available.
 *   ret_body  in c->arena. ERR_TOO_LARGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code order_body(ctx *c, const front_shop *s, const front_basket *k, const checkout_form *f, const order_origin *o,
                                 int64_t order_id, str *ret_body);
/* What the address of the page that thanks for the order carries, so that only who placed it sees it. In c->arena. */
str order_page_key(ctx *c, str secret, str order_id);
