/* What a visitor does by himself: who comes on a day, which pages he opens, what he buys without any suggestion. The baseline.
 * Promise: pure; not changed by what is shown, so what is bought beyond it was caused. Read next: shown.h. */
#pragma once
#include "simulate/world.h"

enum { SIM_PAGES_MOST = 12, SIM_BASKET_MOST = 4, SIM_WAVES = 6 };

typedef enum { SIM_HOME, SIM_SEARCH, SIM_CATEGORY, SIM_PRODUCT, SIM_CART } sim_page_kind;
enum { SIM_PAGE_KINDS = SIM_CART + 1 };
typedef struct {
    sim_page_kind kind;
    uint32_t about;                 /* product page: the product. Search, category: the category */
    bool adds;                      /* the product is put into the cart after it */
} sim_page;

typedef struct {
    uint64_t number;                /* of the visit: day * visits_a_day + place */
    uint32_t day, wave;             /* wave: part of the day, 0..SIM_WAVES - 1 */
    sim_visitor visitor;
    uint32_t need;                  /* the category he comes for */
    sim_page pages[SIM_PAGES_MOST];
    size_t n_pages;
    uint32_t cart[SIM_BASKET_MOST]; /* put in by himself, in that order */
    size_t n_cart;
    bool orders;                    /* the cart and `beside` are bought at the end */
    uint32_t beside;                /* what he adds at the counter by himself; UINT32_MAX = nothing */
    bool returns;                   /* whatever this visit buys is sent back, on the day `returned_day` */
    uint32_t returned_day;
} sim_visit;

/* Visit `place` (0..visits_a_day - 1) of a day. O(products). Two of five are of somebody who came within two weeks. */
sim_visit sim_visit_of(const sim_world *w, uint32_t day, uint32_t place);
/* Value of what he buys without suggestions, major units, returns not subtracted; 0 when he orders nothing. */
double sim_visit_value(const sim_world *w, const sim_visit *v);
/* What a visit of the days [from, end) is worth by itself: the mean of 100,000 visits a day, returns subtracted. Many more than come, so
 * that the luck of the few that order (some 4 of 100) is not taken for the shop's: standard error 1 % over three days. */
double sim_baseline(const sim_world *w, uint32_t from, uint32_t end);
/* Days from the order until it would come back, and the share of orders that do. */
enum { SIM_RETURN_LEAST_DAYS = 2, SIM_RETURN_MOST_DAYS = 8 };
/* Pages opened of the category he comes for; the others are of any, by interest. */
#define SIM_NEEDED_0_1 0.85
#define SIM_RETURNED_0_1 0.05
#define SIM_RETURNING_0_1 0.4
