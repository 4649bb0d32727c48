/* What can be known of a visitor by the pages he opened: against sums written out, and between strangers and the clairvoyant. */
#include "simulate/acquaintances.h"
#include <math.h>
#include "simulate/strangers.h"
#include "tests/experiments/near.h"

enum { PRODUCTS = 60, CATEGORIES = 6, VISITS = 400, LIST = 4 };

static void make_world(ctx *c, sim_world *ret_w) {
    sim_params p = sim_default_params();
    p.products = PRODUCTS, p.categories = CATEGORIES, p.visits_a_day = VISITS;
    assert_ok(c, sim_world_make(c, &p, ret_w));
}

/* Traces of all pages up to `end`. */
static size_t opened(const sim_visit *v, size_t end, sim_trace *ret) {
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        sim_page_kind kind = v->pages[i].kind;
        if (kind == SIM_PRODUCT) ret[n++] = (sim_trace){ v->number, v->day, v->pages[i].about, UINT32_MAX };
        if (kind == SIM_SEARCH || kind == SIM_CATEGORY) ret[n++] = (sim_trace){ v->number, v->day, UINT32_MAX, v->pages[i].about };
    }
    return n;
}

/* ---- the slow reference: chances of what was seen, as visit.c draws it, need by need, nothing in logs ---- */
static double category_chance(const sim_world *w, const sim_visitor *p, uint32_t kind, uint32_t day) {
    double all = 0;
    for (uint32_t k = 0; k < CATEGORIES; k++) all += exp(p->taste.interest[k] + sim_season(w, k, day));
    return exp(p->taste.interest[kind] + sim_season(w, kind, day)) / all;
}

static double product_chance(const sim_world *w, const sim_visitor *p, uint32_t product) {
    double all = 0;
    for (uint32_t i = 0; i < PRODUCTS; i++)
        if (w->products[i].category == w->products[product].category) all += sim_liking(w, p, i, 0);
    return sim_liking(w, p, product, 0) / all;
}

static double page_chance(const sim_world *w, const sim_visitor *p, const sim_trace *t, uint32_t need) {
    if (t->product == UINT32_MAX) return t->need == need ? 1 : 0;
    uint32_t kind = w->products[t->product].category;
    return (0.85 * (kind == need) + 0.15 * category_chance(w, p, kind, t->day)) * product_chance(w, p, t->product);
}

static double seen_chance(const sim_world *w, const sim_visitor *p, const sim_trace *seen, size_t n) {
    double all = 1;
    for (size_t from = 0, end; from < n; from = end) {
        double visit = 0;
        for (end = from; end < n && seen[end].visit == seen[from].visit;) end++;
        for (uint32_t need = 0; need < CATEGORIES; need++) {
            double given = category_chance(w, p, need, seen[from].day);
            for (size_t i = from; i < end; i++) given *= page_chance(w, p, &seen[i], need);
            visit += given;
        }
        all *= visit;
    }
    return all;
}

static double slowly_wanted(const sim_moment *m, const sim_trace *seen, size_t n_seen, uint32_t product) {
    const sim_world *w = m->w;
    double sum = 0, all = 0;
    for (uint64_t k = 0; k < SIM_ACQUAINTANCES; k++) {
        sim_visitor p = sim_visitor_of(w, UINT64_MAX - k);
        double weight = seen_chance(w, &p, seen, n_seen), liked = sim_liking(w, &p, product, 0);
        uint32_t kind = w->products[product].category;
        if (m->v->pages[m->page].kind == SIM_HOME) liked *= 0.4 * fmin(3, exp(p.taste.interest[kind] + sim_season(w, kind, m->v->day)));
        sum += weight * liked, all += weight;
    }
    return sum / all;
}

TEST(acquaintances, want_what_the_sums_written_out_say) {
    TEST_CTX(c);
    sim_world w;
    sim_acquaintances a;
    sim_trace seen[3 * SIM_PAGES_MOST];
    double wanted[PRODUCTS];
    make_world(c, &w);
    assert_ok(c, sim_acquaintances_make(c, &w, 0, &a));
    for (uint32_t place = 0, tried = 0; tried < 4; place++) {
        sim_visit before = sim_visit_of(&w, 1, place), now = sim_visit_of(&w, 20, place);
        if (!sim_page_has_list(now.pages[tried % 2 ? now.n_pages - 1 : 0].kind)) continue;
        size_t page = tried % 2 ? now.n_pages - 1 : 0, n = opened(&before, before.n_pages, seen);
        n += opened(&now, page + 1, seen + n);
        sim_moment m = { .w = &w, .v = &now, .page = page };
        sim_acquaintances_wanted(&m, &a, seen, n, wanted);
        for (uint32_t i = tried; i < PRODUCTS; i += 7) {
            double slow = slowly_wanted(&m, seen, n, i);
            assert_near(slow, wanted[i], 0.003 * slow);     /* people left out who hardly can be he */
        }
        tried++;
    }
}

TEST(acquaintances, do_better_than_strangers_and_worse_than_the_clairvoyant) {
    TEST_CTX(c);
    sim_world w;
    sim_acquaintances a;
    sim_strangers s;
    double known = 0, strange = 0, best = 0;
    make_world(c, &w);
    assert_ok(c, sim_acquaintances_make(c, &w, 0, &a));
    assert_ok(c, sim_strangers_make(c, &w, 0, &s));
    for (uint32_t place = 0; place < VISITS; place++) {
        sim_visit v = sim_visit_of(&w, 0, place);
        for (size_t page = 0; page < v.n_pages; page++) {
            uint32_t barred[SIM_BASKET_MOST + 1], list[LIST];
            sim_trace seen[SIM_PAGES_MOST];
            size_t n;
            sim_moment m = { &w, &v, page, barred, sim_barred_at(&v, page, barred) };
            if (!sim_page_has_list(v.pages[page].kind)) continue;
            sim_acquaintances_list(&m, &a, seen, opened(&v, page + 1, seen), LIST, list, &n);
            known += sim_list_value(&m, list, n);
            sim_stranger_list(&m, &s, LIST, list, &n);
            strange += sim_list_value(&m, list, n);
            sim_clairvoyant_list(&m, LIST, list, &n);
            best += sim_list_value(&m, list, n);
        }
    }
    assert_true(known > 1.01 * strange && known < 0.97 * best);
}

TEST(acquaintances, of_whom_nothing_was_seen_are_taken_for_the_mean_of_all) {
    TEST_CTX(c);
    sim_world w;
    sim_acquaintances a;
    sim_visit v = { .n_pages = 1, .pages = { { .kind = SIM_CART } } };
    double wanted[PRODUCTS], mean = 0;
    make_world(c, &w);
    assert_ok(c, sim_acquaintances_make(c, &w, 0, &a));
    sim_moment m = { .w = &w, .v = &v };
    sim_acquaintances_wanted(&m, &a, NULL, 0, wanted);
    for (uint64_t k = 0; k < SIM_ACQUAINTANCES; k++) {
        sim_visitor p = sim_visitor_of(&w, UINT64_MAX - k);
        mean += sim_liking(&w, &p, 5, 0) / SIM_ACQUAINTANCES;
    }
    assert_near(mean, wanted[5], 1e-4 * mean);
}
