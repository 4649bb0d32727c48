/* How much less a pair says the more lines stand between; see basket_lines.h. It does NOT count pairs: item_product.c does. */
#include "models/basket_lines.h"
#include <math.h>

enum { MAX_BASKET = 500 };           /* the orders of wholesalers and robots say nothing of pairs */
static const double LEAN = 250, FLAT = 0.98;     /* a floor as high as that says nothing */
/* Lines, even in their logarithm. None below 2: what the item itself is worth, at 0, is not seen but read off the bell. */
static const double reaches[] = { 2, 2.8, 4, 5.6, 8, 11, 16 };

/* Cauchy's bell: its Fourier transform is positive, and with it every sum of it over the places of a basket's lines. */
static double bell(double lines, double reach) { return 1 / (1 + (lines / reach) * (lines / reach)); }

typedef struct { double weight, x, y, xx, xy, yy; } moments;

static moments sum_up(const double *y, const double *n, double reach) {
    moments m = { 0 };
    for (int d = 1; d < PRODUCT_FADE_SPAN; d++) {
        double x = bell(d, reach);
        m.weight += n[d], m.x += n[d] * x, m.y += n[d] * y[d];
        m.xx += n[d] * x * x, m.xy += n[d] * x * y[d], m.yy += n[d] * y[d] * y[d];
    }
    return m;
}

/* a + b bell(d, reach); what it leaves of the sum of squares. */
static double regress(const double *y, const double *n, double reach, double *ret_a, double *ret_b) {
    moments m = sum_up(y, n, reach);
    double mean_x = m.x / m.weight, mean_y = m.y / m.weight;
    double xx = m.xx - m.x * mean_x, xy = m.xy - m.x * mean_y, yy = m.yy - m.y * mean_y;
    *ret_b = xy / (xx + LEAN);
    *ret_a = mean_y - *ret_b * mean_x;
    return yy - 2 * *ret_b * xy + *ret_b * *ret_b * (xx + LEAN);
}

void basket_fade_fit(const double *y, const double *n, basket_fade *ret_fade) {
    double pairs = 0, least = INFINITY, best_a = 1, best_b = 0, best_reach = reaches[0], a, b;
    for (int d = 1; d < PRODUCT_FADE_SPAN; d++) pairs += n[d];
    for (size_t k = 0; pairs > 0 && k < COUNT(reaches); k++) {
        double left = regress(y, n, reaches[k], &a, &b);
        if (left < least) least = left, best_a = a, best_b = b, best_reach = reaches[k];
    }
    double floor = best_b > 0 && best_a + best_b > 0 ? fmax(best_a / (best_a + best_b), 0) : 1;
    bool tells = floor < FLAT;
    if (!tells) floor = 1;
    ret_fade->tells = tells, ret_fade->floor = (float)floor, ret_fade->lines = (float)best_reach;
    for (int d = 0; d < PRODUCT_FADE_SPAN; d++) {
        double close = bell(d, best_reach);
        ret_fade->near[d] = (float)close, ret_fade->all[d] = (float)(floor + (1 - floor) * close);
    }
}

typedef struct {
    const basket_log *older, *newer;
    double *held;                   /* n_items: newer baskets with the item asked of and each other; zero between items */
    double y[PRODUCT_FADE_SPAN], n[PRODUCT_FADE_SPAN];
} survey;

static uint64_t holders_of(const basket_log *log, uint32_t i) { return log->holders.start[i + 1] - log->holders.start[i]; }

static void add_held(survey *s, uint32_t i, double more) {
    const basket_log *log = s->newer;
    for (uint64_t h = log->holders.start[i]; h < log->holders.start[i + 1]; h++) {
        uint32_t b = log->holders.col[h];
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) s->held[log->x.item[e]] += more;
    }
}

/* Pairs of i in the older basket with its holder entry h, each counting size^-1/2. */
static void ask_holder(survey *s, uint32_t i, uint64_t h) {
    const basket_log *log = s->older;
    uint32_t b = log->holders.col[h];
    uint64_t size = log->x.start[b + 1] - log->x.start[b];
    if (size > MAX_BASKET) return;
    double vote = 1 / sqrt((double)size), by = 1 / (double)holders_of(s->newer, i), by_all = 1 / (double)s->newer->x.n_users;
    for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) {
        uint32_t j = log->x.item[e];
        if (j == i) continue;
        uint32_t d = (uint32_t)fabsf(log->lines.value[e] - log->holders.value[h]);
        d = d < PRODUCT_FADE_SPAN ? d : PRODUCT_FADE_SPAN - 1;
        s->n[d] += vote;
        s->y[d] += vote * (s->held[j] * by - (double)holders_of(s->newer, j) * by_all);
    }
}

err_code basket_fade_learn(ctx *c, const basket_log *older, const basket_log *newer, basket_fade *ret_fade) {
    arena_mark mark = arena_save(c->arena);
    survey *s = arena_new(c->arena, survey, 1);
    double *held = arena_new(c->arena, double, older->x.n_items);
    if (!s || !held) return fail(c, ERR_NO_MEMORY, "pairs of %u items", older->x.n_items);
    s->older = older, s->newer = newer, s->held = held;
    for (uint32_t i = 0; i < older->x.n_items; i++) {
        if (holders_of(newer, i) == 0) continue;
        add_held(s, i, 1);
        for (uint64_t h = older->holders.start[i]; h < older->holders.start[i + 1]; h++) ask_holder(s, i, h);
        add_held(s, i, -1);
        if (i % 256 == 0) TRY(ctx_check(c));
    }
    for (int d = 1; d < PRODUCT_FADE_SPAN; d++) s->y[d] = s->n[d] > 0 ? s->y[d] / s->n[d] : 0;
    basket_fade_fit(s->y, s->n, ret_fade);
    arena_restore(c->arena, mark);
    return ERR_OK;
}
