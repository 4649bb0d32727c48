/* Who may he be, by the pages he opened. It does NOT look at who he is. */
#include "simulate/acquaintances.h"
#include <math.h>

/* A person whose weight is below this share of the likeliest one's is somebody else. */
static const double least_share = 1e-4;

static void add_person(const sim_world *w, uint32_t day, size_t k, sim_acquaintances *a) {
    sim_visitor v = sim_visitor_of(w, UINT64_MAX - k);      /* nobody of these ever comes */
    float *liking = a->liking + k * a->n, *opened = a->opened + k * a->n;
    for (uint32_t i = 0; i < a->n; i++) liking[i] = (float)sim_liking(w, &v, i, day);
    for (uint32_t kind = 0; kind < a->categories; kind++) {
        double sum = 0;
        for (uint32_t at = w->start[kind]; at < w->start[kind + 1]; at++) sum += (double)liking[w->by_category[at]];
        for (uint32_t at = w->start[kind]; at < w->start[kind + 1]; at++)
            opened[w->by_category[at]] = (float)log((double)liking[w->by_category[at]] / sum);
        a->interest[k * a->categories + kind] = (float)exp(v.taste.interest[kind]);
    }
}

err_code sim_acquaintances_make(ctx *c, const sim_world *w, uint32_t day, sim_acquaintances *ret) {
    sim_acquaintances a = { .w = w, .n = w->p.products, .categories = w->p.categories };
    size_t people = SIM_ACQUAINTANCES;
    a.liking = arena_new_raw(c->arena, float, people * a.n), a.opened = arena_new_raw(c->arena, float, people * a.n);
    a.interest = arena_new_raw(c->arena, float, people * a.categories);
    if (!a.liking || !a.opened || !a.interest) return fail(c, ERR_NO_MEMORY, "think of acquaintances");
    for (size_t k = 0; k < people; k++) add_person(w, day, k, &a);
    *ret = a;
    return ERR_OK;
}

/* ---- who ---- */
typedef struct { const sim_trace *p; size_t n; double season[SIM_CATEGORIES_MOST]; } visit_seen;

/* The next visit of the traces, and how wanted each category was on its day. */
static visit_seen next_visit(const sim_acquaintances *a, const sim_trace *seen, size_t n_seen) {
    visit_seen v = { .p = seen };
    while (v.n < n_seen && seen[v.n].visit == seen->visit) v.n++;
    for (uint32_t k = 0; k < a->categories; k++) v.season[k] = exp(sim_season(a->w, k, seen->day));
    return v;
}

/* Log of the chance that this person, on such a visit, opens these pages. The need is known where he searched, else summed over. */
static double visit_chance(const sim_acquaintances *a, size_t person, const visit_seen *v) {
    double wants[SIM_CATEGORIES_MOST], given[SIM_CATEGORIES_MOST], all = 0, sum = 0, shares = 0;
    for (uint32_t k = 0; k < a->categories; k++)
        all += wants[k] = (double)a->interest[person * a->categories + k] * v->season[k];
    for (uint32_t k = 0; k < a->categories; k++) given[k] = wants[k] /= all;
    for (size_t j = 0; j < v->n; j++) {
        uint32_t product = v->p[j].product, kind = product == UINT32_MAX ? v->p[j].need : a->w->products[product].category;
        double stay = product == UINT32_MAX ? 1 : SIM_NEEDED_0_1;           /* a search is for what is needed */
        for (uint32_t k = 0; k < a->categories; k++) given[k] *= (k == kind ? stay : 0) + (1 - stay) * wants[kind];
        if (product != UINT32_MAX) shares += (double)a->opened[person * a->n + product];
    }
    for (uint32_t k = 0; k < a->categories; k++) sum += given[k];
    return shares + log(sum > 0 ? sum : 1e-300);
}

/* Weights of all people, the likeliest 1. */
static void weigh_people(const sim_acquaintances *a, const sim_trace *seen, size_t n_seen, double *ret_weight) {
    double best = -INFINITY;
    for (size_t s = 0; s < SIM_ACQUAINTANCES; s++) ret_weight[s] = 0;
    for (size_t at = 0; at < n_seen;) {
        visit_seen v = next_visit(a, seen + at, n_seen - at);
        for (size_t s = 0; s < SIM_ACQUAINTANCES; s++) ret_weight[s] += visit_chance(a, s, &v);
        at += v.n;
    }
    for (size_t s = 0; s < SIM_ACQUAINTANCES; s++) best = fmax(best, ret_weight[s]);
    for (size_t s = 0; s < SIM_ACQUAINTANCES; s++) ret_weight[s] = exp(ret_weight[s] - best);
}

/* ---- what he wants ---- */
void sim_acquaintances_wanted(const sim_moment *m, const sim_acquaintances *a, const sim_trace *seen, size_t n_seen, double *ret_wanted) {
    double weight[SIM_ACQUAINTANCES], all = 0, drawn[SIM_CATEGORIES_MOST];
    bool home = m->v->pages[m->page].kind == SIM_HOME;
    weigh_people(a, seen, n_seen, weight);
    for (uint32_t i = 0; i < a->n; i++) ret_wanted[i] = 0;
    for (size_t s = 0; s < SIM_ACQUAINTANCES; s++) {
        if (weight[s] < least_share) continue;
        all += weight[s];
        for (uint32_t k = 0; k < a->categories; k++)
            drawn[k] = weight[s] * (home ? sim_pull_at_home(a->w, k, (double)a->interest[s * a->categories + k], m->v->day) : 1);
        for (uint32_t i = 0; i < a->n; i++) ret_wanted[i] += drawn[a->w->products[i].category] * (double)a->liking[s * a->n + i];
    }
    for (uint32_t i = 0; i < a->n; i++) ret_wanted[i] /= all;
}

static double believed(const sim_moment *m, const void *arg, uint32_t product) {
    const double *wanted = arg;
    return wanted[product] * (m->v->pages[m->page].kind == SIM_HOME ? 1 : sim_pull(m, product));
}

void sim_acquaintances_list(const sim_moment *m, const sim_acquaintances *a, const sim_trace *seen, size_t n_seen, size_t n,
                            uint32_t *ret_list, size_t *ret_n) {
    double wanted[SIM_PRODUCTS_MOST];
    sim_acquaintances_wanted(m, a, seen, n_seen, wanted);
    sim_best_list(m, believed, wanted, n, ret_list, ret_n);
}
