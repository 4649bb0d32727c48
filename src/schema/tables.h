/* All tables. Read it as the table of contents of what Vitrine knows about a shop.
 * Each list is X(type, kind, column, flags). Ids of the platform are kept as text, and are the keys: a copy made twice is the same. */
#pragma once
#include "schema/entity.h"
#include "schema/fields_catalogue.h"
#include "schema/fields_orders.h"
#include "schema/fields_own.h"

/* LIST, struct name, number of key columns */
#define ENTITY_LIST(E)                                                                                                  \
    E(STORE, store, 1) E(API_KEY, api_key, 2) E(WEBHOOK, webhook, 2) E(SYNC_CURSOR, sync_cursor, 2)                     \
    E(JOB, job, 2) E(MODEL, model, 3)                                                                                   \
    E(CATEGORY, category, 2) E(TAG, tag, 2) E(BRAND, brand, 2) E(PRODUCT, product, 2)                                   \
    E(PRODUCT_CATEGORY, product_category, 3) E(PRODUCT_TAG, product_tag, 3) E(PRODUCT_BRAND, product_brand, 3)          \
    E(PRODUCT_IMAGE, product_image, 3) E(PRODUCT_ATTRIBUTE, product_attribute, 3)                                       \
    E(REVIEW, review, 2) E(COUPON, coupon, 2) E(CUSTOMER, customer, 2)                                                  \
    E(ORDER, order, 2) E(ORDER_LINE, order_line, 3) E(REFUND, refund, 3) E(REFUND_LINE, refund_line, 4)

#define ENTITY_DECLARE(LIST, type, keys)                     \
    typedef struct type { LIST##_FIELDS(ENTITY_MEMBER, type) } type; \
    extern const entity type##_entity;
ENTITY_LIST(ENTITY_DECLARE)
#undef ENTITY_DECLARE

/* Every entity, in the order of ENTITY_LIST. */
extern const entity *const all_entities[];
extern const size_t n_entities;
/* By table name; NULL when there is none. */
const entity *entity_find(str name);
