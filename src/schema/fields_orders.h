/* Columns of who bought what: customers, orders, lines, refunds. Part of schema/tables.h: include that. */
#pragma once

#define CUSTOMER_FIELDS(X, T)                                                                                           \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  customer_id, KEY)               /* platform id; a guest: "guest:" + email_hash */                       \
    X(T, BOOL,  guest, 0)                                                                                               \
    X(T, TEXT,  email_hash, INDEXED | PERSONAL) /* hex of SHA-256 of the trimmed lower-case address */                  \
    X(T, TEXT,  email, PERSONAL)                                                                                        \
    X(T, TEXT,  first_name, PERSONAL)                                                                                   \
    X(T, TEXT,  last_name, PERSONAL)                                                                                    \
    X(T, TEXT,  username, PERSONAL)                                                                                     \
    X(T, TEXT,  phone, PERSONAL)                                                                                        \
    X(T, TEXT,  role, 0)                                                                                                \
    X(T, TEXT,  city, 0)                                                                                                \
    X(T, TEXT,  region, 0)                                                                                              \
    X(T, TEXT,  country, 0)                                                                                             \
    X(T, JSON,  billing, PERSONAL)                                                                                      \
    X(T, JSON,  shipping, PERSONAL)                                                                                     \
    X(T, JSON,  meta, PERSONAL)                                                                                         \
    X(T, BOOL,  paying, 0)                                                                                              \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  modified_ms, 0)                                                                                         \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define ORDER_FIELDS(X, T)                                                                                              \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  number, 0)                                                                                              \
    X(T, TEXT,  status, 0)                      /* pending, processing, on-hold, completed, cancelled, refunded, ... */ \
    X(T, TEXT,  currency, 0)                                                                                            \
    X(T, TEXT,  customer_id, INDEXED | PERSONAL) /* as in customer, guests too; empty = nobody known */                 \
    X(T, BOOL,  prices_include_tax, 0)                                                                                  \
    X(T, MONEY, total, 0)                       /* tax included, refunds not subtracted */                              \
    X(T, MONEY, total_tax, 0)                                                                                           \
    X(T, MONEY, cart_tax, 0)                                                                                            \
    X(T, MONEY, shipping_total, 0)                                                                                      \
    X(T, MONEY, shipping_tax, 0)                                                                                        \
    X(T, MONEY, discount_total, 0)                                                                                      \
    X(T, MONEY, discount_tax, 0)                                                                                        \
    X(T, TEXT,  payment_method, 0)                                                                                      \
    X(T, TEXT,  payment_title, 0)                                                                                       \
    X(T, TEXT,  transaction_id, PERSONAL)                                                                               \
    X(T, TEXT,  created_via, 0)                                                                                         \
    X(T, TEXT,  customer_note, PERSONAL)                                                                                \
    X(T, JSON,  billing, PERSONAL)                                                                                      \
    X(T, JSON,  shipping, PERSONAL)                                                                                     \
    X(T, JSON,  meta, PERSONAL)                                                                                         \
    X(T, TIME,  created_ms, INDEXED)                                                                                    \
    X(T, TIME,  modified_ms, 0)                                                                                         \
    X(T, TIME,  paid_ms, 0)                                                                                             \
    X(T, TIME,  completed_ms, 0)                                                                                        \
    X(T, TEXT,  visitor_id, INDEXED | PERSONAL) /* of the browser that placed it, when the shop says so */              \
    X(T, TEXT,  rec_ids, 0)                     /* answers that led to it, when the shop says so; separated by spaces */ \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define ORDER_LINE_FIELDS(X, T)                                                                                         \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  line_id, KEY)                                                                                           \
    X(T, TEXT,  kind, 0)                        /* item, shipping, fee, coupon, tax */                                  \
    X(T, TEXT,  product_id, INDEXED)                                                                                    \
    X(T, TEXT,  variation_id, 0)                                                                                        \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  sku, 0)                                                                                                 \
    X(T, TEXT,  code, 0)                        /* coupon code, tax rate code, shipping method */                       \
    X(T, REAL,  quantity, 0)                                                                                            \
    X(T, MONEY, subtotal, 0)                    /* before discount, without tax */                                      \
    X(T, MONEY, subtotal_tax, 0)                                                                                        \
    X(T, MONEY, total, 0)                       /* after discount, without tax; a coupon's discount */                  \
    X(T, MONEY, total_tax, 0)                                                                                           \
    X(T, REAL,  unit_price, 0)                  /* major units, as received, six decimals */                            \
    X(T, TEXT,  tax_class, 0)                                                                                           \
    X(T, JSON,  meta, PERSONAL)                 /* may hold what the customer wrote: an engraving, a dedication */

#define REFUND_FIELDS(X, T)                                                                                             \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  refund_id, KEY)                                                                                         \
    X(T, MONEY, amount, 0)                      /* positive */                                                          \
    X(T, TEXT,  reason, 0)                                                                                              \
    X(T, TEXT,  refunded_by, 0)                                                                                         \
    X(T, BOOL,  refunded_payment, 0)                                                                                    \
    X(T, TIME,  created_ms, 0)                  /* 0 while only the order's summary of it is known */                   \
    X(T, INT,   payload_hash, HIDDEN | UNHASHED)

#define REFUND_LINE_FIELDS(X, T)                                                                                        \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  refund_id, KEY)                                                                                         \
    X(T, TEXT,  line_id, KEY)                                                                                           \
    X(T, TEXT,  product_id, 0)                                                                                          \
    X(T, TEXT,  variation_id, 0)                                                                                        \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  sku, 0)                                                                                                 \
    X(T, REAL,  quantity, 0)                    /* positive */                                                          \
    X(T, MONEY, total, 0)                       /* positive, without tax */                                             \
    X(T, MONEY, total_tax, 0)
