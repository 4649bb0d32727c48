/* Seasons: curves that are known, shops without any, too little to tell. */
#include "models/season.h"
#include <math.h>
#include "base/rng.h"
#include "tests/test.h"

enum { WEEKS = 130 };
typedef struct { double year[WEEKS]; float all[WEEKS], with[WEEKS]; season_weeks weeks; } made_year;

/* 200 baskets a week, the last one ends at `end`; `with` drawn around a share that follows the year. */
static void make(made_year *m, size_t n, double end, double share, double height, uint64_t seed) {
    rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < n; i++) {
        m->year[i] = end - ((double)(n - i) - 0.5) * 7 / 365.25;
        m->all[i] = 200, m->with[i] = 0;
        double p = share * exp(height * cos(2 * M_PI * m->year[i]));
        for (int b = 0; b < 200; b++) m->with[i] += rng_unit(&r) < p ? 1.0f : 0.0f;
    }
    m->weeks = (season_weeks){ m->year, m->all, n };
}

TEST(season, tells_what_sells_more_now_than_it_did) {
    /* given a thing of winter: its share is 1.8 times the usual at New Year, 1 / 1.8 at midsummer; it is the first of November */
    TEST_CTX(c);
    made_year *m = arena_new(c->arena, made_year, 1);
    season_curve s;
    double now = 10 - 61 / 365.25, half_life = 30 / 365.25;
    make(m, WEEKS, now, 0.1, log(1.8), 3);
    assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
    assert_true(s.known);
    /* when asked for now, for New Year and for midsummer */
    double before = 0, weight = 0;
    for (size_t i = 0; i < WEEKS; i++) {
        double left = exp2((m->year[i] - m->year[WEEKS - 1]) / half_life);
        before += left * exp(log(1.8) * cos(2 * M_PI * m->year[i])), weight += left;
    }
    static const double ask[] = { 10 - 61 / 365.25, 10, 10.5 };
    for (size_t i = 0; i < COUNT(ask); i++) {
        double truth = exp(log(1.8) * cos(2 * M_PI * ask[i])) / (before / weight), told = season_factor(&s, &m->weeks, half_life, ask[i]);
        /* then it is what the share will be over what is remembered, within a seventh */
        if (fabs(log(told / truth)) > log(1 + 1.0 / 7)) test_fail("at %g: %g instead of %g", ask[i], told, truth);
    }
}

TEST(season, is_none_where_there_is_none) {
    TEST_CTX(c);
    made_year *m = arena_new(c->arena, made_year, 1);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        season_curve s;
        make(m, WEEKS, 10, 0.02, 0, seed);
        assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
        double told = season_factor(&s, &m->weeks, 30 / 365.25, 10);
        if (told > 1.25 || told < 0.8) test_fail("seed %d: %g", (int)seed, told);
    }
}

TEST(season, follows_what_grows_from_year_to_year_no_further_than_the_last_week) {
    TEST_CTX(c);
    made_year *m = arena_new(c->arena, made_year, 1);
    season_curve s;
    make(m, WEEKS, 10, 0.1, 0, 1);
    for (size_t i = 0; i < WEEKS; i++) m->with[i] = (float)(10 + 20 * (double)i / WEEKS);
    assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
    double soon = season_factor(&s, &m->weeks, 0.5, 10), far = season_factor(&s, &m->weeks, 0.5, 25);
    assert_true(soon > 1.1);
    assert_true(fabs(soon - far) < 1e-9);
}

TEST(season, says_nothing_of_one_year_of_few_baskets_or_of_none) {
    TEST_CTX(c);
    made_year *m = arena_new(c->arena, made_year, 1);
    season_curve s;
    make(m, 54, 10, 0.1, log(1.8), 3);                      /* one winter */
    assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
    assert_false(s.known);
    make(m, WEEKS, 10, 0.0015, log(1.8), 3);                /* in 40 baskets */
    assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
    assert_false(s.known);
    assert_true(season_factor(&s, &m->weeks, 0.1, 10) == 1);
    m->weeks.n = 0;
    assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
    assert_false(s.known);
}

TEST(season, stays_within_bounds_whatever_it_is_told) {
    /* given weeks without baskets, all baskets of one week, every basket with it */
    TEST_CTX(c);
    made_year *m = arena_new(c->arena, made_year, 1);
    for (int kind = 0; kind < 3; kind++) {
        season_curve s;
        make(m, WEEKS, 10, 0.1, 0, 1);
        for (size_t i = 0; i < WEEKS; i++) {
            if (kind == 0) m->all[i] = m->with[i] = i % 7 ? 0 : 200;
            if (kind == 1) m->with[i] = i % 52 == 51 ? 200 : 0;
            if (kind == 2) m->with[i] = m->all[i];
        }
        assert_ok(c, season_fit(c, &m->weeks, m->with, &s));
        for (double year = 9; year < 12; year += 0.05) {
            double f = season_factor(&s, &m->weeks, 0.1, year);
            assert_true(f >= 1 / SEASON_MOST && f <= SEASON_MOST);
        }
    }
}
