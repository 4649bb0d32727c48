/* The shop and its people. It does NOT know of visits or lists. */
#include "simulate/world.h"
#include <math.h>

/* Streams by use; visit.c and shown.c have theirs from 100 and 200. */
enum { OF_SHOP = 1, OF_PRODUCT, OF_SEGMENT, OF_VISITOR };

static const double quality_spread = 0.6, style_weight = 0.22, price_weight = 0.8, season_height = 0.5, season_days = 91;
static const double same_kind = 0.4, neither = 0.05, other_series = 0.4;

sim_params sim_default_params(void) {
    return (sim_params){ .seed = 1, .products = 200, .categories = 10, .brands = 12, .visits_a_day = 1000 };
}

/* ---- chance ---- */
/* Stafford's mix 13: every bit of the input moves every bit of the output. */
static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t seed_of(const sim_world *w, uint32_t what, uint64_t a, uint64_t b) {
    uint64_t h = mix(w->p.seed + 0x9e3779b97f4a7c15u);
    h = mix(h ^ (what + 0x9e3779b97f4a7c15u));
    h = mix(h ^ (a + 0x632be59bd9b4e019u));
    return mix(h ^ (b + 0xd1342543de82ef95u));
}

rng sim_stream(const sim_world *w, uint32_t what, uint64_t a, uint64_t b) {
    rng r;
    rng_seed(&r, seed_of(w, what, a, b));
    return r;
}

double sim_chance(const sim_world *w, uint32_t what, uint64_t a, uint64_t b) { return (double)(seed_of(w, what, a, b) >> 11) * 0x1p-53; }

double sim_normal(rng *r) {
    double radius = sqrt(-2 * log(1 - rng_unit(r)));
    return radius * cos(2 * M_PI * rng_unit(r));
}

size_t sim_choose(rng *r, const double *weight, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += weight[i];
    double at = rng_unit(r) * sum;
    for (size_t i = 0; i + 1 < n; i++)
        if ((at -= weight[i]) < 0) return i;
    return n - 1;
}

/* ---- the shop ---- */
static err_code check(ctx *c, const sim_params *p) {
    if (p->categories < 2 || p->categories > SIM_CATEGORIES_MOST)
        return fail_field(c, ERR_INVALID, "categories", "a simulated shop has 2 to %d categories", SIM_CATEGORIES_MOST);
    if (p->brands < 2 || p->brands > SIM_BRANDS_MOST)
        return fail_field(c, ERR_INVALID, "brands", "a simulated shop has 2 to %d brands", SIM_BRANDS_MOST);
    if (p->products < 20 || p->products > SIM_PRODUCTS_MOST || p->products < 2 * p->categories)
        return fail_field(c, ERR_INVALID, "products", "a simulated shop has 20 to %d products, two a category", SIM_PRODUCTS_MOST);
    if (p->visits_a_day < 1 || p->visits_a_day > SIM_VISITORS_MOST)
        return fail_field(c, ERR_INVALID, "visits_a_day", "a simulated shop has 1 to %d visits a day", SIM_VISITORS_MOST);
    return ERR_OK;
}

static void make_categories(sim_world *w) {
    static const double weights[SIM_COMPLEMENTS] = { 1, 0.6, 0.35 };
    uint32_t n = w->p.categories;
    for (uint32_t k = 0; k < n; k++) {
        rng r = sim_stream(w, OF_SHOP, k, 0);
        w->level[k] = 4 + 0.6 * sim_normal(&r);
        w->phase[k] = rng_unit(&r);
        for (uint32_t i = 0; i < SIM_COMPLEMENTS; i++) {
            w->goes_with[k][i].category = (k + 1 + (uint32_t)rng_below(&r, n - 1)) % n;     /* the same one twice: it goes with it twice */
            w->goes_with[k][i].weight = weights[i];
        }
    }
}

static void make_product(sim_world *w, uint32_t i) {
    sim_product *x = &w->products[i];
    rng r = sim_stream(w, OF_PRODUCT, i, 0);
    x->category = i < 2 * w->p.categories ? i % w->p.categories : (uint32_t)rng_below(&r, w->p.categories);
    x->brand = (uint32_t)rng_below(&r, w->p.brands);
    x->series = (uint32_t)rng_below(&r, SIM_SERIES);
    x->price = round(100 * exp(w->level[x->category] + 0.45 * sim_normal(&r))) / 100;
    x->price_position = log(x->price) - w->level[x->category];
    for (size_t k = 0; k < SIM_STYLES; k++) x->style[k] = (float)sim_normal(&r);
    x->quality = quality_spread * sim_normal(&r);
    w->mean_price += x->price / w->p.products;
}

static void index_categories(sim_world *w) {
    uint32_t at = 0;
    for (uint32_t k = 0; k < w->p.categories; k++) {
        w->start[k] = at;
        for (uint32_t i = 0; i < w->p.products; i++)
            if (w->products[i].category == k) w->by_category[at++] = i;
    }
    w->start[w->p.categories] = at;
}

static void make_segment(sim_world *w, uint32_t s) {
    sim_taste *t = &w->segments[s];
    rng r = sim_stream(w, OF_SEGMENT, s, 0);
    for (uint32_t k = 0; k < w->p.categories; k++) t->interest[k] = 0.5 * sim_normal(&r);
    for (uint32_t k = 0; k < w->p.brands; k++) t->brand[k] = 0.25 * sim_normal(&r);
    for (size_t k = 0; k < SIM_STYLES; k++) t->style[k] = sim_normal(&r);
    t->price = 0.2 * sim_normal(&r);
}

/* By the centres of all segments, and how much they are after its kind. */
static double common_liking(const sim_world *w, uint32_t product) {
    double sum = 0;
    for (uint32_t s = 0; s < SIM_SEGMENTS; s++) {
        sim_visitor v = { .segment = s, .taste = w->segments[s] };
        sum += sim_liking(w, &v, product, 0) * exp(v.taste.interest[w->products[product].category]);
    }
    return sum;
}

static void find_best(sim_world *w) {
    double best = -1, worst = INFINITY;
    for (uint32_t i = 0; i < w->p.products; i++) {
        double earns = common_liking(w, i) * w->products[i].price;
        if (earns > best) best = earns, w->best = i;
    }
    uint32_t kind = w->products[w->best].category;
    for (uint32_t at = w->start[kind]; at < w->start[kind + 1]; at++) {
        double liked = common_liking(w, w->by_category[at]);
        if (w->by_category[at] != w->best && liked < worst) worst = liked, w->worst = w->by_category[at];
    }
}

err_code sim_world_make(ctx *c, const sim_params *p, sim_world *ret_world) {
    TRY(check(c, p));
    sim_world w = { .p = *p };
    w.products = arena_new(c->arena, sim_product, p->products);
    w.by_category = arena_new(c->arena, uint32_t, p->products);
    if (!w.products || !w.by_category) return fail(c, ERR_NO_MEMORY, "make a simulated shop");
    make_categories(&w);
    for (uint32_t i = 0; i < p->products; i++) make_product(&w, i);
    index_categories(&w);
    for (uint32_t s = 0; s < SIM_SEGMENTS; s++) make_segment(&w, s);
    w.p.swap_day = 0;
    find_best(&w);
    w.p.swap_day = p->swap_day;
    *ret_world = w;
    return ERR_OK;
}

/* ---- people ---- */
sim_visitor sim_visitor_of(const sim_world *w, uint64_t number) {
    sim_visitor v = { .number = number };
    rng r = sim_stream(w, OF_VISITOR, number, 0);
    v.segment = (uint32_t)rng_below(&r, SIM_SEGMENTS);
    const sim_taste *of = &w->segments[v.segment];
    for (uint32_t k = 0; k < w->p.categories; k++) v.taste.interest[k] = of->interest[k] + 0.4 * sim_normal(&r);
    for (uint32_t k = 0; k < w->p.brands; k++) v.taste.brand[k] = of->brand[k] + 0.15 * sim_normal(&r);
    for (size_t k = 0; k < SIM_STYLES; k++) v.taste.style[k] = of->style[k] + 0.5 * sim_normal(&r);
    v.taste.price = of->price + 0.15 * sim_normal(&r);
    return v;
}

double sim_season(const sim_world *w, uint32_t category, uint32_t day) {
    return season_height * sin(2 * M_PI * (day / season_days + w->phase[category]));
}

/* The product whose looks, brand and quality people see in this one. */
static uint32_t seen_as(const sim_world *w, uint32_t product, uint32_t day) {
    if (!w->p.swap_day || day < w->p.swap_day) return product;
    return product == w->best ? w->worst : product == w->worst ? w->best : product;
}

double sim_liking(const sim_world *w, const sim_visitor *v, uint32_t product, uint32_t day) {
    const sim_product *x = &w->products[seen_as(w, product, day)];
    double off = x->price_position - v->taste.price, style = 0;
    for (size_t k = 0; k < SIM_STYLES; k++) style += v->taste.style[k] * (double)x->style[k];
    return exp(x->quality + style_weight * style + v->taste.brand[x->brand] - price_weight * off * off);
}

double sim_relation(const sim_world *w, uint32_t first, uint32_t second) {
    const sim_product *a = &w->products[first], *b = &w->products[second];
    double best = a->category == b->category ? same_kind : neither;
    for (size_t i = 0; i < SIM_COMPLEMENTS; i++)
        if (w->goes_with[a->category][i].category == b->category)
            best = fmax(best, w->goes_with[a->category][i].weight * (a->series == b->series ? 1 : other_series));
    return best;
}
