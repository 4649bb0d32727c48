/* Between shop_data.c (who is sold) and shop_orders.c (who bought) only. */
#pragma once
#include "base/grow.h"
#include "features/shop_data.h"

typedef struct shop_loader {
    ctx *c;
    db *d;
    arena *home;                    /* results live here; c->arena is scratch while rows are walked */
    shop_data *s;
} shop_loader;

/* One row; texts are in scratch memory. */
typedef err_code shop_row(shop_loader *l, const void *row, void *arg);
/* Walk all rows of an entity of this store, page by page, memory of a page given back with the next. */
CHECK_RESULT err_code shop_scan(shop_loader *l, const entity *e, shop_row *fn, void *arg);

/* Orders and refunds into l->s->baskets; needs the items. */
CHECK_RESULT err_code shop_load_orders(shop_loader *l);
