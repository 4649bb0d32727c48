/* Columns of what a shop sells: categories, tags, brands, products, reviews, coupons. Part of schema/tables.h: include that. */
#pragma once

#define CATEGORY_FIELDS(X, T)                                                                                           \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  category_id, KEY)                                                                                       \
    X(T, TEXT,  parent_id, 0)                   /* empty = top */                                                       \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  slug, 0)                                                                                                \
    X(T, TEXT,  description, 0)                                                                                         \
    X(T, TEXT,  display, 0)                                                                                             \
    X(T, TEXT,  image, 0)                                                                                               \
    X(T, INT,   position, 0)                                                                                            \
    X(T, INT,   product_count, UNHASHED)        /* as the shop counts */                                                \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define TAG_FIELDS(X, T)                                                                                                \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  tag_id, KEY)                                                                                            \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  slug, 0)                                                                                                \
    X(T, TEXT,  description, 0)                                                                                         \
    X(T, INT,   product_count, UNHASHED)                                                                                \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define BRAND_FIELDS(X, T)                                                                                              \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  brand_id, KEY)                                                                                          \
    X(T, TEXT,  parent_id, 0)                                                                                           \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  slug, 0)                                                                                                \
    X(T, TEXT,  description, 0)                                                                                         \
    X(T, INT,   product_count, UNHASHED)                                                                                \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define PRODUCT_FIELDS(X, T)                                                                                            \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, TEXT,  parent_id, INDEXED)             /* a variation's product; empty otherwise */                            \
    X(T, TEXT,  type, 0)                        /* simple, variable, variation, grouped, external */                    \
    X(T, TEXT,  status, 0)                      /* publish, draft, pending, private, trash */                           \
    X(T, TEXT,  visibility, 0)                  /* visible, catalog, search, hidden */                                  \
    X(T, BOOL,  featured, 0)                                                                                            \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  slug, 0)                                                                                                \
    X(T, TEXT,  permalink, 0)                                                                                           \
    X(T, TEXT,  sku, INDEXED)                                                                                           \
    X(T, TEXT,  global_id, 0)                   /* GTIN, EAN, ISBN */                                                   \
    X(T, TEXT,  description, 0)                 /* HTML as the shop has it */                                           \
    X(T, TEXT,  short_description, 0)                                                                                   \
    X(T, OPT_MONEY, price, 0)                   /* what is paid today, as the shop states it */                         \
    X(T, OPT_MONEY, regular_price, 0)                                                                                   \
    X(T, OPT_MONEY, sale_price, 0)                                                                                      \
    X(T, TIME,  sale_from_ms, 0)                                                                                        \
    X(T, TIME,  sale_to_ms, 0)                                                                                          \
    X(T, BOOL,  on_sale, 0)                                                                                             \
    X(T, BOOL,  purchasable, 0)                                                                                         \
    X(T, INT,   total_sales, 0)                                                                                         \
    X(T, TEXT,  manage_stock, 0)                /* no, yes, parent */                                                   \
    X(T, OPT_INT, stock_quantity, 0)                                                                                    \
    X(T, TEXT,  stock_status, 0)                /* instock, outofstock, onbackorder */                                  \
    X(T, TEXT,  backorders, 0)                  /* no, notify, yes */                                                   \
    X(T, OPT_INT, low_stock_amount, 0)                                                                                  \
    X(T, BOOL,  sold_individually, 0)                                                                                   \
    X(T, BOOL,  is_virtual, 0)                                                                                          \
    X(T, BOOL,  downloadable, 0)                                                                                        \
    X(T, TEXT,  weight, 0)                                                                                              \
    X(T, TEXT,  length, 0)                                                                                              \
    X(T, TEXT,  width, 0)                                                                                               \
    X(T, TEXT,  height, 0)                                                                                              \
    X(T, TEXT,  tax_status, 0)                                                                                          \
    X(T, TEXT,  tax_class, 0)                                                                                           \
    X(T, TEXT,  shipping_class, 0)                                                                                      \
    X(T, BOOL,  reviews_allowed, 0)                                                                                     \
    X(T, REAL,  average_rating, 0)              /* 0..5 */                                                              \
    X(T, INT,   rating_count, 0)                                                                                        \
    X(T, INT,   menu_order, 0)                                                                                          \
    X(T, TEXT,  external_url, 0)                                                                                        \
    X(T, TEXT,  button_text, 0)                                                                                         \
    X(T, TEXT,  purchase_note, 0)                                                                                       \
    X(T, JSON,  upsell_ids, 0)                  /* the merchant's own links, lists of product ids as text */            \
    X(T, JSON,  cross_sell_ids, 0)                                                                                      \
    X(T, JSON,  grouped_ids, 0)                                                                                         \
    X(T, JSON,  default_attributes, 0)                                                                                  \
    X(T, JSON,  meta, 0)                        /* meta_data as received */                                             \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  modified_ms, 0)                                                                                         \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define PRODUCT_CATEGORY_FIELDS(X, T)                                                                                   \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, TEXT,  category_id, KEY)                                                                                       \
    X(T, INT,   position, 0)                    /* order received; 0 = main category */

#define PRODUCT_TAG_FIELDS(X, T)                                                                                        \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, TEXT,  tag_id, KEY)

#define PRODUCT_BRAND_FIELDS(X, T)                                                                                      \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, TEXT,  brand_id, KEY)

#define PRODUCT_IMAGE_FIELDS(X, T)                                                                                      \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, INT,   position, KEY)                                                                                          \
    X(T, TEXT,  image_id, 0)                                                                                            \
    X(T, TEXT,  src, 0)                                                                                                 \
    X(T, TEXT,  thumbnail, 0)                                                                                           \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  alt, 0)

#define PRODUCT_ATTRIBUTE_FIELDS(X, T)                                                                                  \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  product_id, KEY)                                                                                        \
    X(T, INT,   position, KEY)                                                                                          \
    X(T, TEXT,  attribute_id, 0)                /* 0 or empty = made for this product only */                           \
    X(T, TEXT,  name, 0)                        /* Color */                                                             \
    X(T, TEXT,  slug, 0)                        /* pa_color */                                                          \
    X(T, JSON,  options, 0)                     /* ["Blue","Green"]; one for a variation */                             \
    X(T, BOOL,  visible, 0)                                                                                             \
    X(T, BOOL,  variation, 0)

#define REVIEW_FIELDS(X, T)                                                                                             \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  review_id, KEY)                                                                                         \
    X(T, TEXT,  product_id, INDEXED)                                                                                    \
    X(T, TEXT,  status, 0)                      /* approved, hold, spam, trash */                                       \
    X(T, TEXT,  reviewer, PERSONAL)                                                                                     \
    X(T, TEXT,  reviewer_email, PERSONAL)                                                                               \
    X(T, TEXT,  review, 0)                                                                                              \
    X(T, INT,   rating, 0)                      /* 0..5 */                                                              \
    X(T, BOOL,  verified, 0)                                                                                            \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define COUPON_FIELDS(X, T)                                                                                             \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  coupon_id, KEY)                                                                                         \
    X(T, TEXT,  code, 0)                                                                                                \
    X(T, TEXT,  status, 0)                                                                                              \
    X(T, TEXT,  discount_type, 0)               /* percent, fixed_cart, fixed_product */                                \
    X(T, TEXT,  amount, 0)                      /* decimal as received: percent or money by type */                     \
    X(T, TEXT,  description, 0)                                                                                         \
    X(T, TIME,  expires_ms, 0)                                                                                          \
    X(T, INT,   usage_count, 0)                                                                                         \
    X(T, OPT_INT, usage_limit, 0)                                                                                       \
    X(T, OPT_INT, usage_limit_per_user, 0)                                                                              \
    X(T, OPT_INT, limit_items, 0)                                                                                       \
    X(T, BOOL,  individual_use, 0)                                                                                      \
    X(T, BOOL,  free_shipping, 0)                                                                                       \
    X(T, BOOL,  exclude_sale_items, 0)                                                                                  \
    X(T, OPT_MONEY, minimum, 0)                                                                                         \
    X(T, OPT_MONEY, maximum, 0)                                                                                         \
    X(T, JSON,  product_ids, 0)                                                                                         \
    X(T, JSON,  excluded_product_ids, 0)                                                                                \
    X(T, JSON,  category_ids, 0)                                                                                        \
    X(T, JSON,  excluded_category_ids, 0)                                                                               \
    X(T, JSON,  email_restrictions, PERSONAL)                                                                           \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  modified_ms, 0)                                                                                         \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)
