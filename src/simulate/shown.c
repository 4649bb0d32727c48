/* Suggestions and what they cause. */
#include "simulate/shown.h"
#include <math.h>

enum { OF_LOOK = 200, OF_CLICK, OF_BUY, OF_DISMISSAL };
/* Of a good list of four some 7 of 100 click something, and 1 click of 20 ends in a purchase that would not have been. */
static const double click_rate = 0.012, click_most = 0.5, buy_rate = 0.05, home_relation = 0.4;

double sim_looked_at(size_t position) { return pow((double)position, -0.6); }

bool sim_page_has_list(sim_page_kind kind) { return kind == SIM_HOME || kind == SIM_PRODUCT || kind == SIM_CART; }

size_t sim_cart_at(const sim_visit *v, size_t page, uint32_t ret_cart[SIM_BASKET_MOST]) {
    size_t n = 0;
    for (size_t i = 0; i < page; i++)
        if (v->pages[i].adds) ret_cart[n++] = v->pages[i].about;
    return n;
}

size_t sim_barred_at(const sim_visit *v, size_t page, uint32_t ret_barred[SIM_BASKET_MOST + 1]) {
    size_t n = sim_cart_at(v, page, ret_barred);
    if (v->pages[page].kind == SIM_PRODUCT) ret_barred[n++] = v->pages[page].about;
    return n;
}

static bool is_barred(const sim_moment *m, uint32_t product) {
    for (size_t i = 0; i < m->n_barred; i++)
        if (m->barred[i] == product) return true;
    return false;
}

double sim_pull_at_home(const sim_world *w, uint32_t category, double interest, uint32_t day) {
    return home_relation * fmin(3, interest * exp(sim_season(w, category, day)));
}

double sim_pull(const sim_moment *m, uint32_t product) {
    const sim_page *page = &m->v->pages[m->page];
    uint32_t kind = m->w->products[product].category;
    double best = 0;
    if (page->kind == SIM_PRODUCT) return sim_relation(m->w, page->about, product);
    if (page->kind == SIM_HOME) return sim_pull_at_home(m->w, kind, exp(m->v->visitor.taste.interest[kind]), m->v->day);
    for (size_t i = 0; i < m->v->n_cart; i++)
        if (m->w->products[m->v->cart[i]].category != kind)         /* one of the kind is in the cart already */
            best = fmax(best, sim_relation(m->w, m->v->cart[i], product));
    return best;
}

double sim_click_chance(const sim_moment *m, uint32_t product) {
    if (is_barred(m, product)) return 0;
    return fmin(click_most, click_rate * sim_pull(m, product) * sim_liking(m->w, &m->v->visitor, product, m->v->day));
}

/* A small thing is taken along more easily. */
double sim_buy_chance(const sim_moment *m, uint32_t product) {
    if (is_barred(m, product)) return 0;
    return buy_rate * fmin(2, sqrt(m->w->mean_price / m->w->products[product].price));
}

/* Money a click is worth. */
static double click_value(const sim_moment *m, uint32_t product) {
    return sim_buy_chance(m, product) * m->w->products[product].price * (1 - SIM_RETURNED_0_1);
}

double sim_list_value(const sim_moment *m, const uint32_t *list, size_t n) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += sim_looked_at(k + 1) * sim_click_chance(m, list[k]) * click_value(m, list[k]);
    return sum;
}

void sim_best_list(const sim_moment *m, sim_wanted *wanted, const void *arg, size_t n, uint32_t *ret_list, size_t *ret_n) {
    double best[SIM_SHOWN_MOST];
    size_t have = 0;
    if (n > SIM_SHOWN_MOST) n = SIM_SHOWN_MOST;
    for (uint32_t i = 0; i < m->w->p.products && n; i++) {
        double value = wanted(m, arg, i) * click_value(m, i);
        if (value <= 0 || (have == n && value <= best[n - 1])) continue;
        size_t at = have < n ? have++ : n - 1;
        for (; at && best[at - 1] < value; at--) best[at] = best[at - 1], ret_list[at] = ret_list[at - 1];
        best[at] = value;
        ret_list[at] = i;
    }
    *ret_n = have;
}

static double truly_wanted(const sim_moment *m, const void *arg, uint32_t product) {
    (void)arg;                                              /* nothing else need be known */
    return sim_click_chance(m, product);
}

void sim_clairvoyant_list(const sim_moment *m, size_t n, uint32_t *ret_list, size_t *ret_n) {
    sim_best_list(m, truly_wanted, NULL, n, ret_list, ret_n);
}

/* A place of its own for each page of a visit and product. */
static double luck(const sim_moment *m, uint32_t what, uint32_t product) {
    return sim_chance(m->w, what, m->v->number * SIM_PAGES_MOST + m->page, product);
}

sim_outcome sim_show(const sim_moment *m, uint32_t product, size_t position) {
    sim_outcome out = { .clicked = luck(m, OF_LOOK, product) < sim_looked_at(position)
                                   && luck(m, OF_CLICK, product) < sim_click_chance(m, product) };
    out.bought = out.clicked && luck(m, OF_BUY, product) < sim_buy_chance(m, product);
    return out;
}

bool sim_dismissed(const sim_moment *m, const uint32_t *list, size_t n) {
    double clicks = 0;
    for (size_t k = 0; k < n; k++) clicks += sim_click_chance(m, list[k]);
    return luck(m, OF_DISMISSAL, 0) < 0.03 * exp(-clicks / 0.05);
}
