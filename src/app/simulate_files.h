/* The simulated shop as files that `vitrine import` takes, and the names by which it is known over HTTP. Pure. */
#pragma once
#include "simulate/visit.h"

enum { SIMULATED_ITEMS_MOST = 24 };
#define SIMULATED_DAY_0_MS INT64_C(1767571200000)       /* Monday, 2026-01-05 */

/* One order: of a visitor's own accord, and what suggestions added. */
typedef struct {
    uint64_t visit, visitor;
    uint32_t day, wave;
    uint32_t items[SIMULATED_ITEMS_MOST];
    size_t n;
} simulated_order;

/* Moment of a step of a visit, UTC ms: parts of the day begin two hours apart from 8:00, its steps two minutes. */
int64_t simulated_ms(uint32_t day, uint32_t wave, size_t step);

void simulated_product_id(uint32_t product, char out[16]);
/* False for an id that is none of the shop's. */
bool simulated_product_of(const sim_world *w, str id, uint32_t *ret_product);
const char *simulated_category_name(uint32_t category, char out[32]);

/* CSV with its header; what looks, brand, kind and series say is in the words, as in a shop. */
void simulated_products_csv(const sim_world *w, buf *b);
void simulated_orders_header(buf *b);
/* The lines of one order; sent back: its state says so. */
void simulated_order_csv(const sim_world *w, const simulated_order *o, bool returned, buf *b);
/* The order of a visit by itself: no items when it orders nothing. */
simulated_order simulated_own_order(const sim_visit *v);
void simulated_order_add(simulated_order *o, uint32_t product);
