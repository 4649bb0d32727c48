/* shop_data: all that learning needs of one shop, as of a time: products as numbered items, categories, baskets, customers.
 * Promise: rows created after as_of_ms change nothing (products, orders, refunds). What a shop keeps no past of (names, prices,
 * stock, order status) is as it stands now. Variations are folded into their product; items and customers are numbered in a
 * fixed order, so equal databases give equal data. Memory: c->arena of the call. Read-only afterwards, any thread.
 * Read next: features/content.h, decide/learn.h. */
#pragma once
#include "base/map.h"
#include "storage/storage.h"

#define SHOP_NONE UINT32_MAX
enum { SHOP_TEXT_BYTES = 2000, SHOP_NAME_BYTES = 300 };

/* Elements [at, at + n) of the list named beside it. */
typedef struct { uint32_t at, n; } shop_range;

typedef struct {
    str id;                         /* external id of the product (the parent of its variations) */
    str name, text;                 /* plain; text = short and long description, at most SHOP_TEXT_BYTES */
    shop_range categories;          /* category_lists: main first, then the others, then ancestors; distinct */
    shop_range labels;              /* label_lists: tags, brands and (attribute, value) pairs as numbers, ascending */
    uint32_t main_category;         /* SHOP_NONE = in no category */
    int64_t price_minor;            /* now; the least of its variations when it has none of its own; -1 = unknown */
    int64_t created_ms;             /* 0 = unknown */
    bool listed;                    /* published and not hidden: may be recommended */
    bool in_stock;                  /* it, or one of its variations, can be ordered now */
    uint32_t sales;                 /* baskets with it */
    uint32_t brand;                 /* folded hash of its brand's id; 0 = none */
} shop_item;

typedef struct { str id; uint32_t item; } shop_alias;               /* a variation's id */
typedef struct { str id; uint32_t parent; } shop_category;          /* parent < own index, or SHOP_NONE */

typedef struct {
    uint32_t n, n_customers;
    uint64_t *start;                /* n + 1 */
    uint32_t *items;                /* distinct items of basket b, ascending: items[start[b] .. start[b + 1]) */
    uint32_t *lines;                /* the same items in the order of their first lines in the order: as they were put into the cart */
    int64_t *time_ms;               /* n, ascending */
    uint32_t *customer;             /* n; < n_customers, SHOP_NONE = nobody known */
    uint64_t *order;                /* n: hash_str() of the order's id */
    str *customer_ids;              /* n_customers, in order of first purchase */
} shop_baskets;

typedef struct shop_data {
    int64_t store_id, as_of_ms;
    shop_item *items;
    uint32_t n_items;               /* in order of id bytes */
    shop_alias *aliases;
    uint32_t n_aliases;
    shop_category *categories;
    uint32_t n_categories;
    uint32_t *category_lists, *label_lists;
    uint32_t n_category_lists, n_label_lists, n_labels;
    shop_baskets baskets;           /* purchases: cancelled, failed, unpaid, refunded ones are left out, refunded lines by quantity */
    uint64_t orders;                /* of any status */
    map ids;                        /* product and variation ids to items */
} shop_data;

/* Read a store.
 *   as_of_ms   rows created after it are not seen
 *   ret_data   in c->arena
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE. O(rows of the store). Call it inside a read transaction for one view. */
CHECK_RESULT err_code features_load_shop(ctx *c, db *d, int64_t store_id, int64_t as_of_ms, shop_data *ret_data);
/* Item of a product or variation id, SHOP_NONE when unknown. */
uint32_t shop_find_item(const shop_data *s, str id);

/* What each customer bought last: distinct items, newest first. */
typedef struct {
    uint64_t *start;                /* n_customers + 1 */
    uint32_t *items;
    int64_t *time_ms;               /* of the latest purchase of that item */
} shop_histories;
/*   most   items a customer at most, >= 1
 * Memory: c->arena. ERR_NO_MEMORY. O(entries of the baskets). */
CHECK_RESULT err_code features_histories(ctx *c, const shop_data *s, uint32_t most, shop_histories *ret_histories);
