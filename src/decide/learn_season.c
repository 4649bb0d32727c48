/* Seasons and trends of main categories, as factors on what their products sell. What is counted with decay remembers weeks that are gone:
 * when their season comes, products are known by how they sold before it. It does NOT fit curves (models/season.h). */
#include "decide/learn_int.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "models/season.h"

enum { WEEK_DAYS = 7 };
static const double year_days = 365.25;

typedef struct {
    double year[SEASON_WEEKS_MOST];         /* of each week, those before the first order left out */
    float all[SEASON_WEEKS_MOST];
    season_weeks weeks;
    uint32_t first;                         /* basket */
    uint32_t *row_of;                       /* of each category; SHOP_NONE: in too few baskets */
    uint32_t n_rows;
    float *with;                            /* n_rows x weeks.n */
} calendar;

static double year_of(double ms) { return ms / MS_PER_DAY / year_days; }

static uint32_t weeks_back(const shop_baskets *b, uint32_t basket) {
    return (uint32_t)((b->time_ms[b->n - 1] - b->time_ms[basket]) / ((int64_t)WEEK_DAYS * MS_PER_DAY));
}

/* Whole weeks, counted back from the newest order. */
static void set_weeks(const shop_baskets *b, calendar *k) {
    uint32_t first = 0;
    while (weeks_back(b, first) >= SEASON_WEEKS_MOST) first++;
    uint32_t n = weeks_back(b, first) + 1;
    k->first = first;
    for (uint32_t i = 0; i < n; i++)
        k->year[i] = year_of((double)b->time_ms[b->n - 1] - (n - i - 0.5) * WEEK_DAYS * MS_PER_DAY);
    for (uint32_t i = first; i < b->n; i++) k->all[n - 1 - weeks_back(b, i)]++;
    k->weeks = (season_weeks){ k->year, k->all, n };
}

/* Main categories of a basket, each once, to `told`. */
typedef void told_category(void *arg, uint32_t basket, uint32_t kind);
static void each_category(const shop_data *s, uint32_t from, uint32_t *seen_in, told_category *told, void *arg) {
    const shop_baskets *b = &s->baskets;
    for (uint32_t i = 0; i < s->n_categories; i++) seen_in[i] = SHOP_NONE;
    for (uint32_t i = from; i < b->n; i++)
        for (uint64_t e = b->start[i]; e < b->start[i + 1]; e++) {
            uint32_t kind = s->items[b->items[e]].main_category;
            if (kind == SHOP_NONE || seen_in[kind] == i) continue;
            seen_in[kind] = i;
            told(arg, i, kind);
        }
}

static void count_basket(void *arg, uint32_t basket, uint32_t kind) {
    (void)basket;                           /* in whichever */
    ((uint32_t *)arg)[kind]++;
}

typedef struct { const shop_baskets *b; calendar *k; } placing;
static void place_basket(void *arg, uint32_t basket, uint32_t kind) {
    const placing *p = arg;
    uint32_t row = p->k->row_of[kind];
    if (row != SHOP_NONE) p->k->with[row * p->k->weeks.n + p->k->weeks.n - 1 - weeks_back(p->b, basket)]++;
}

static err_code count_weeks(ctx *c, const shop_data *s, calendar *k) {
    uint32_t *count = arena_new(c->arena, uint32_t, s->n_categories), *seen_in = arena_new(c->arena, uint32_t, s->n_categories);
    k->row_of = arena_new(c->arena, uint32_t, s->n_categories);
    if (!count || !seen_in || !k->row_of) return learn_no_memory(c);
    each_category(s, k->first, seen_in, count_basket, count);
    for (uint32_t i = 0; i < s->n_categories; i++) k->row_of[i] = count[i] >= SEASON_LEAST_BASKETS ? k->n_rows++ : SHOP_NONE;
    k->with = arena_new(c->arena, float, k->n_rows * k->weeks.n);
    if (!k->with) return learn_no_memory(c);
    each_category(s, k->first, seen_in, place_basket, &(placing){ &s->baskets, k });
    return ERR_OK;
}

static err_code set_factors(ctx *c, learning *l, const calendar *k) {
    double now = year_of((double)l->shop.as_of_ms);
    for (uint32_t i = 0; i < l->shop.n_categories; i++) {
        season_curve curve;
        if (k->row_of[i] == SHOP_NONE) continue;
        TRY(season_fit(c, &k->weeks, k->with + k->row_of[i] * k->weeks.n, &curve));
        l->season[i] = (learn_season_factors){ (float)season_factor(&curve, &k->weeks, l->p->popular_half_life_days / year_days, now),
                                               (float)season_factor(&curve, &k->weeks, l->rules.half_life_days / year_days, now) };
    }
    return ERR_OK;
}

/* The categories that moved most, for the report. */
static void tell_seasons(learning *l) {
    static const double told_from = 1.1;
    learn_season_report *told = l->report.seasons;
    for (uint32_t i = 0; i < l->shop.n_categories; i++) {
        double factor = (double)l->season[i].popular, size = fabs(log(factor));
        size_t at = LEARN_SEASONS_TOLD;
        while (at && (!told[at - 1].category[0] || size > fabs(log(told[at - 1].factor)))) at--;
        if (size < log(told_from) || at == LEARN_SEASONS_TOLD) continue;
        memmove(told + at + 1, told + at, (LEARN_SEASONS_TOLD - 1 - at) * sizeof *told);
        snprintf(told[at].category, sizeof told[at].category, "%.*s", STR_ARG(l->shop.categories[i].id));
        told[at].factor = factor;
    }
}

err_code learn_seasons(ctx *c, learning *l) {
    l->season = arena_new(c->arena, learn_season_factors, l->shop.n_categories);
    calendar *k = arena_new(c->arena, calendar, 1);
    if (!l->season || !k) return learn_no_memory(c);
    for (uint32_t i = 0; i < l->shop.n_categories; i++) l->season[i] = (learn_season_factors){ 1, 1 };
    if (!l->shop.baskets.n || !l->shop.n_categories) return ERR_OK;
    set_weeks(&l->shop.baskets, k);
    if ((size_t)SEASON_LEAST_DAYS > k->weeks.n * WEEK_DAYS) return ERR_OK;
    TRY(count_weeks(c, &l->shop, k));
    TRY(set_factors(c, l, k));
    tell_seasons(l);
    return ERR_OK;
}

learn_season_factors learn_season_of(const learning *l, uint32_t item) {
    uint32_t kind = l->shop.items[item].main_category;
    return kind == SHOP_NONE ? (learn_season_factors){ 1, 1 } : l->season[kind];
}
