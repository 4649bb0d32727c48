/* Visits without suggestions. */
#include "simulate/visit.h"
#include <math.h>

enum { OF_ARRIVAL = 100, OF_PATH, LOOK_BACK_DAYS = 14, BASELINE_VISITS = 100000 };
/* To put what one looks at into the cart: a mean product 1.5 in 100, one that is liked e times as much, e times as often. */
static const double add_rate = 0.012, add_most = 0.25, order_rate = 0.6, beside_rate = 0.3;

/* Somebody new, or somebody who came before: then the visitor of a visit of the last days, who may himself have come back. */
static uint64_t visitor_number(const sim_world *w, uint32_t day, uint32_t place) {
    for (;;) {
        uint64_t visit = (uint64_t)day * w->p.visits_a_day + place;
        rng r = sim_stream(w, OF_ARRIVAL, visit, 0);
        if (!day || rng_unit(&r) >= SIM_RETURNING_0_1) return visit;
        uint32_t back = 1 + (uint32_t)rng_below(&r, day < LOOK_BACK_DAYS ? day : LOOK_BACK_DAYS);
        day -= back;
        place = (uint32_t)rng_below(&r, w->p.visits_a_day);
    }
}

static uint32_t choose_category(const sim_world *w, const sim_visit *v, rng *r) {
    double weight[SIM_CATEGORIES_MOST];
    for (uint32_t k = 0; k < w->p.categories; k++) weight[k] = exp(v->visitor.taste.interest[k] + sim_season(w, k, v->day));
    return (uint32_t)sim_choose(r, weight, w->p.categories);
}

/* Products of a kind are opened as they are liked. */
static uint32_t choose_product(const sim_world *w, const sim_visit *v, uint32_t category, rng *r) {
    double sum = 0;
    for (uint32_t at = w->start[category]; at < w->start[category + 1]; at++)
        sum += sim_liking(w, &v->visitor, w->by_category[at], v->day);
    double left = rng_unit(r) * sum;
    for (uint32_t at = w->start[category]; at + 1 < w->start[category + 1]; at++)
        if ((left -= sim_liking(w, &v->visitor, w->by_category[at], v->day)) < 0) return w->by_category[at];
    return w->by_category[w->start[category + 1] - 1];
}

/* What somebody who buys `bought` takes along by himself. */
static uint32_t choose_beside(const sim_world *w, const sim_visit *v, uint32_t bought, rng *r) {
    size_t i = (size_t)rng_below(r, SIM_COMPLEMENTS), other = (size_t)rng_below(r, SIM_COMPLEMENTS);
    if (other < i) i = other;                               /* the first goes with it more often */
    uint32_t kind = w->goes_with[w->products[bought].category][i].category, best = UINT32_MAX;
    for (int tries = 0; tries < 8 && best == UINT32_MAX; tries++) {
        uint32_t found = choose_product(w, v, kind, r);
        if (rng_unit(r) < sim_relation(w, bought, found)) best = found;
    }
    return best;
}

static bool is_in_cart(const sim_visit *v, uint32_t product) {
    for (size_t i = 0; i < v->n_cart; i++)
        if (v->cart[i] == product) return true;
    return false;
}

static void open_page(sim_visit *v, sim_page_kind kind, uint32_t about) {
    if (v->n_pages < SIM_PAGES_MOST) v->pages[v->n_pages++] = (sim_page){ .kind = kind, .about = about };
}

static void look_at_products(const sim_world *w, sim_visit *v, rng *r) {
    int n = 1 + rng_poisson(r, 1.6);
    for (int i = 0; i < n && v->n_pages < SIM_PAGES_MOST - 1; i++) {
        uint32_t kind = rng_unit(r) < SIM_NEEDED_0_1 ? v->need : choose_category(w, v, r), product = choose_product(w, v, kind, r);
        open_page(v, SIM_PRODUCT, product);
        bool wants = rng_unit(r) < fmin(add_most, add_rate * sim_liking(w, &v->visitor, product, v->day));
        if (!wants || is_in_cart(v, product) || v->n_cart == SIM_BASKET_MOST) continue;
        v->pages[v->n_pages - 1].adds = true;
        v->cart[v->n_cart++] = product;
    }
}

sim_visit sim_visit_of(const sim_world *w, uint32_t day, uint32_t place) {
    sim_visit v = { .number = (uint64_t)day * w->p.visits_a_day + place, .day = day, .beside = UINT32_MAX };
    rng r = sim_stream(w, OF_PATH, v.number, 0);
    v.visitor = sim_visitor_of(w, visitor_number(w, day, place));
    v.wave = (uint32_t)rng_below(&r, SIM_WAVES);
    v.need = choose_category(w, &v, &r);
    double entry = rng_unit(&r);
    if (entry < 0.4) open_page(&v, SIM_HOME, 0);
    if (entry < 0.25) open_page(&v, SIM_CATEGORY, v.need);
    else if (entry < 0.4) open_page(&v, SIM_SEARCH, v.need);
    look_at_products(w, &v, &r);
    if (v.n_cart) {
        open_page(&v, SIM_CART, 0);
        v.orders = rng_unit(&r) < order_rate;
        if (rng_unit(&r) < beside_rate) v.beside = choose_beside(w, &v, v.cart[0], &r);
        if (is_in_cart(&v, v.beside)) v.beside = UINT32_MAX;
    }
    v.returns = rng_unit(&r) < SIM_RETURNED_0_1;
    v.returned_day = day + SIM_RETURN_LEAST_DAYS + (uint32_t)rng_below(&r, SIM_RETURN_MOST_DAYS - SIM_RETURN_LEAST_DAYS + 1);
    return v;
}

double sim_visit_value(const sim_world *w, const sim_visit *v) {
    if (!v->orders) return 0;
    double sum = v->beside == UINT32_MAX ? 0 : w->products[v->beside].price;
    for (size_t i = 0; i < v->n_cart; i++) sum += w->products[v->cart[i]].price;
    return sum;
}

double sim_baseline(const sim_world *w, uint32_t from, uint32_t end) {
    sim_world busy = *w;                                    /* the same shop, but for how many come */
    busy.p.visits_a_day = BASELINE_VISITS;
    double sum = 0;
    for (uint32_t day = from; day < end; day++)
        for (uint32_t place = 0; place < BASELINE_VISITS; place++) {
            sim_visit v = sim_visit_of(&busy, day, place);
            sum += sim_visit_value(w, &v);
        }
    return end > from ? sum * (1 - SIM_RETURNED_0_1) / ((double)(end - from) * BASELINE_VISITS) : 0;
}
