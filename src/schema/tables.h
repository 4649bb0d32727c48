/* All tables. Read it as the table of contents of what Vitrine knows about a shop.
 * Each list is X(type, kind, column, flags). Ids of the platform are kept as text, and are the keys: a copy made twice is the same. */
#pragma once
#include "schema/entity.h"
#include "schema/fields_catalogue.h"
#include "schema/fields_events.h"
#include "schema/fields_orders.h"
#include "schema/fields_own.h"

/* LIST, struct name, table ("order" is a word of SQL, so every table is called NAME_row), number of key columns */
#define ENTITY_LIST(E)                                                                                                \
    E(STORE, store, "store_row", 1) E(API_KEY, api_key, "api_key_row", 2) E(WEBHOOK, webhook, "webhook_row", 2)       \
    E(SYNC_CURSOR, sync_cursor, "sync_cursor_row", 2) E(JOB, job, "job_row", 2)                                       \
    E(OFFER_USE, offer_use, "offer_use_row", 2)                                                                       \
    E(MODEL, stored_model, "model_row", 3) E(CATEGORY, category, "category_row", 2) E(TAG, tag, "tag_row", 2)         \
    E(BRAND, brand, "brand_row", 2) E(PRODUCT, product, "product_row", 2)                                             \
    E(PRODUCT_CATEGORY, product_category, "product_category_row", 3)                                                  \
    E(PRODUCT_TAG, product_tag, "product_tag_row", 3) E(PRODUCT_BRAND, product_brand, "product_brand_row", 3)         \
    E(PRODUCT_IMAGE, product_image, "product_image_row", 3)                                                           \
    E(PRODUCT_ATTRIBUTE, product_attribute, "product_attribute_row", 3) E(REVIEW, review, "review_row", 2)            \
    E(COUPON, coupon, "coupon_row", 2) E(CUSTOMER, customer, "customer_row", 2) E(ORDER, order, "order_row", 2)       \
    E(ORDER_LINE, order_line, "order_line_row", 3) E(REFUND, refund, "refund_row", 3)                                 \
    E(REFUND_LINE, refund_line, "refund_line_row", 4) E(VISITOR, known_visitor, "visitor_row", 2)                     \
    E(ALIAS, person_alias, "alias_row", 2) E(EVENT, logged_event, "event_row", 2)                                     \
    E(EXPOSURE, exposure, "exposure_row", 2)                                                                          \
    E(ORDER_LINK, order_link, "order_link_row", 2) E(ATTRIBUTION, attribution, "attribution_row", 3)                  \
    E(PLACEMENT, placement_setting, "placement_row", 2) E(EXPERIMENT, experiment, "experiment_row", 2)                \
    E(SUBJECT, experiment_subject, "subject_row", 3) E(COUNTER, learning_counter, "counter_row", 6)   \
    E(INSIGHT, day_insight, "insight_row", 2) E(MOVE, suggestion_move, "move_row", 5)        \
    E(LETTER, owner_letter, "letter_row", 3)                                                                          \
    E(EXPERIMENT_DAY, experiment_day, "experiment_day_row", 3)                                                        \
    E(PLACEMENT_CHANGE, placement_change, "placement_change_row", 2)                                                  \
    E(WIDGET_VERSION, widget_version, "widget_version_row", 2) E(CONNECT_CODE, connect_code, "connect_code_row", 2) \
    E(CART, shop_cart, "cart_row", 2)

#define ENTITY_DECLARE(LIST, type, table, keys)              \
    typedef struct type { LIST##_FIELDS(ENTITY_MEMBER, type) } type; \
    extern const entity type##_entity;
ENTITY_LIST(ENTITY_DECLARE)
#undef ENTITY_DECLARE

/* Every entity, in the order of ENTITY_LIST. */
extern const entity *const all_entities[];
extern const size_t n_entities;
