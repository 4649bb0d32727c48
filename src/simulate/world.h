/* simulate: an invented shop and its visitors, whose tastes are known, to measure what suggestions really cause.
 * Promise: pure: everything is a function of the parameters and of who, when and what; nothing is drawn from a stream that others
 * move on, so two policies meet the same visitors with the same luck (common random numbers). No answer of Vitrine is looked at
 * here. Memory: c->arena of sim_world_make(). Read-only afterwards, any thread.
 * What is assumed of people and shops: README.md. Read next: visit.h (what a visitor does), shown.h (what a list does to him). */
#pragma once
#include "base/ctx.h"

enum { SIM_STYLES = 4, SIM_SEGMENTS = 5, SIM_CATEGORIES_MOST = 40, SIM_BRANDS_MOST = 40, SIM_PRODUCTS_MOST = 5000, SIM_SERIES = 3,
       SIM_COMPLEMENTS = 3, SIM_VISITORS_MOST = 20000, SIM_DAYS_MOST = 4000 };

typedef struct {
    uint64_t seed;
    uint32_t products;              /* 20..SIM_PRODUCTS_MOST */
    uint32_t categories, brands;    /* 2..SIM_CATEGORIES_MOST, SIM_BRANDS_MOST */
    uint32_t visits_a_day;          /* 1..SIM_VISITORS_MOST */
    uint32_t first_day;             /* days before it are the shop's past, without suggestions; visits begin on day 0 */
    uint32_t swap_day;              /* from then on the best product is liked as the worst of its kind was, and vice versa; 0 = never */
} sim_params;
sim_params sim_default_params(void);

typedef struct {
    uint32_t category, brand, series;
    double price;                   /* major units, rounded to hundredths */
    double price_position;          /* log of price over the category's middle */
    float style[SIM_STYLES];        /* what it looks like, standard normal */
    double quality;                 /* liked by everybody, log scale, normal(0, .6) */
} sim_product;

/* A kind of people: centre of its visitors' tastes. */
typedef struct {
    double interest[SIM_CATEGORIES_MOST];   /* log scale */
    double brand[SIM_BRANDS_MOST];
    double style[SIM_STYLES];
    double price;                   /* where in a category's price range they look, log scale */
} sim_taste;

typedef struct {
    sim_params p;
    sim_product *products;          /* p.products */
    uint32_t *by_category;          /* products, category by category: [start[c], start[c + 1]) */
    uint32_t start[SIM_CATEGORIES_MOST + 1];
    double level[SIM_CATEGORIES_MOST];      /* log of the middle price */
    double phase[SIM_CATEGORIES_MOST];      /* of the season, 0..1 */
    struct { uint32_t category; double weight; } goes_with[SIM_CATEGORIES_MOST][SIM_COMPLEMENTS];    /* what is bought beside it */
    sim_taste segments[SIM_SEGMENTS];
    double mean_price;
    uint32_t best, worst;           /* the product that earns most by being liked, and the least liked of its kind: they swap */
} sim_world;

/* ERR_INVALID names what is out of range; ERR_NO_MEMORY. The same parameters give the same world. */
CHECK_RESULT err_code sim_world_make(ctx *c, const sim_params *p, sim_world *ret_world);

/* Taste of one visitor: his segment's, and a part of his own (README.md). */
typedef struct { uint64_t number; uint32_t segment; sim_taste taste; } sim_visitor;
sim_visitor sim_visitor_of(const sim_world *w, uint64_t number);

/* Log of how wanted a category is on a day, season included; 0 on average. */
double sim_season(const sim_world *w, uint32_t category, uint32_t day);
/* exp(liking) of a product: quality, style, brand, price against what the visitor looks for; > 0. */
double sim_liking(const sim_world *w, const sim_visitor *v, uint32_t product, uint32_t day);
/* How far the second is wanted by who looks at the first: 1 at most. Of the same kind, beside it, or neither. */
double sim_relation(const sim_world *w, uint32_t first, uint32_t second);

/* A stream of its own for (what, a, b) of this world; `what` names the use. */
rng sim_stream(const sim_world *w, uint32_t what, uint64_t a, uint64_t b);
/* The first number of such a stream, in [0, 1). */
double sim_chance(const sim_world *w, uint32_t what, uint64_t a, uint64_t b);
double sim_normal(rng *r);
/* An index of weight[i] / sum; n >= 1, weights >= 0, at least one > 0. */
size_t sim_choose(rng *r, const double *weight, size_t n);
