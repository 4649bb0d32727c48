/* Little shops written by hand into a real database, for tests of learning. */
#pragma once
#include "features/shop_data.h"

typedef struct { ctx *c; db *d; int64_t store_id; int serial; } little_shop;

/* An empty shop in a fresh SQLite file, one transaction open; close with little_shop_close(). */
little_shop little_shop_open(ctx *c);
void little_shop_close(little_shop *s);
#define AUTO_LITTLE_SHOP __attribute__((cleanup(little_shop_close))) little_shop

/* A published product in stock. `categories` are ids apart by blanks, main first; price < 0 = unknown. */
void shop_product(little_shop *s, const char *id, const char *name, int64_t price_minor, const char *categories);
void shop_variation(little_shop *s, const char *id, const char *parent, int64_t price_minor, const char *stock_status);
void shop_category_row(little_shop *s, const char *id, const char *parent);
void shop_tag(little_shop *s, const char *product_id, const char *tag_id);
/* Change one text column of a product: shop_set(s, "10", "status", "draft"). */
void shop_set(little_shop *s, const char *id, const char *column, const char *value);
void shop_set_time(little_shop *s, const char *id, int64_t created_ms);
/* One of each product id in `products` (apart by blanks; "11@10" = variation 11 of product 10). */
void shop_order(little_shop *s, const char *id, int day, const char *who, const char *status, const char *products);
void shop_refund_line(little_shop *s, const char *order_id, int day, const char *product_id, double quantity);
/* Somebody did something on a page, received at the same moment; `products` apart by blanks, those of a purchase of order `order_id`. */
void shop_event(little_shop *s, const char *visitor, int64_t time_ms, const char *kind, const char *products);
void shop_purchase(little_shop *s, const char *visitor, int64_t time_ms, const char *order_id, const char *products);
/* What is known of a visitor. */
void shop_visitor(little_shop *s, const char *visitor, const char *consent, bool robot);
/* UTC ms of noon of a day counted from 2026-01-01. */
int64_t shop_day_ms(int day);

/* Read it as of the end of a day. */
shop_data little_shop_load(little_shop *s, int day);
/* Items of basket b as "10 20"; in c->arena. */
const char *basket_text(ctx *c, const shop_data *s, uint32_t b);
