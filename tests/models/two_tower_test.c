/* The two-tower network: its gradients, its batches, what it learns, and what it does without facts. */
#include "models/two_tower_int.h"
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

/* ---- the tower ---- */

enum { N = 4, DIM = 5, HIDDEN = 7 };
typedef struct {
    tower t;
    tower_pass pass;
    float v[N * DIM], extra[N * TOWER_FEATURES], weight[N * DIM];
} tower_case;

static void draw(rng *r, float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = (float)(2 * rng_unit(r) - 1);
}

static double tower_loss(tower_case *k) {
    for (size_t r = 0; r < N; r++)
        memcpy(k->pass.in + r * (DIM + TOWER_FEATURES) + DIM, k->extra + r * TOWER_FEATURES, TOWER_FEATURES * sizeof(float));
    tower_forward(&k->t, k->v, 0, N, &k->pass);
    double sum = 0;
    for (size_t i = 0; i < N * DIM; i++) sum += (double)k->pass.out[i] * (double)k->weight[i];
    return sum;
}

static double tower_slope(tower_case *k, float *x) {
    float kept = *x, step = 2e-3f;
    *x = kept + step;
    double up = tower_loss(k);
    *x = kept - step;
    double down = tower_loss(k);
    *x = kept;
    return (up - down) / (2 * (double)step);
}

static void check_slopes(tower_case *k, const char *what, float *x, const float *gradient, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double slope = tower_slope(k, &x[i]);
        if (fabs(slope - (double)gradient[i]) > 5e-3 * (1 + fabs(slope)))
            test_fail("%s %zu: slope %g, gradient %g", what, i, slope, (double)gradient[i]);
    }
}

TEST(two_tower, a_tower_goes_back_as_it_went_forward) {
    TEST_CTX(c);
    static float w1[(DIM + TOWER_FEATURES) * HIDDEN], b1[HIDDEN], w2[HIDDEN * DIM];
    float dv[N * DIM], dw1[COUNT(w1)], db1[HIDDEN], dw2[COUNT(w2)];
    tower_case k = { .t = { DIM, TOWER_FEATURES, HIDDEN, w1, b1, w2 } };
    rng r;
    rng_seed(&r, 11);
    draw(&r, w1, COUNT(w1));
    draw(&r, w2, COUNT(w2));
    draw(&r, k.v, COUNT(k.v));
    draw(&r, k.extra, COUNT(k.extra));
    draw(&r, k.weight, COUNT(k.weight));
    for (size_t i = 0; i < HIDDEN; i++) b1[i] = 0.5f;
    assert_ok(c, tower_pass_new(c, &k.t, N, true, &k.pass));
    (void)tower_loss(&k);
    memcpy(k.pass.d_out, k.weight, sizeof k.weight);
    tower_backward(&k.t, &k.pass, 0, 2, dv);                        /* in two blocks, as threads share the rows */
    tower_backward(&k.t, &k.pass, 2, N, dv);
    net_linear_back_w(k.pass.in, k.pass.d_hidden, N, DIM + TOWER_FEATURES, HIDDEN, 0, HIDDEN, dw1, db1);
    net_linear_back_w(k.pass.hidden, k.pass.d_out, N, HIDDEN, DIM, 0, DIM, dw2, NULL);
    check_slopes(&k, "v", k.v, dv, COUNT(dv));
    check_slopes(&k, "w1", w1, dw1, COUNT(w1));
    check_slopes(&k, "b1", b1, db1, HIDDEN);
    check_slopes(&k, "w2", w2, dw2, COUNT(w2));
}

/* ---- a town: people of four tastes, items of four kinds, some of them never sold ---- */

enum { TASTES = 4, USERS = 600, ITEMS = 120, EACH = 12, FACTS = 40 };
typedef struct {
    uint64_t start[USERS + 1], facts_start[ITEMS + 1];
    uint32_t item[USERS * EACH], col[ITEMS * 3];
    float value[ITEMS * 3];
    csr facts;
    interactions x;
} town;

static bool never_sold(uint32_t item) { return item / TASTES % 5 == 4; }

/* An item says its kind in one word and something of its own in two others. */
static const interactions *make_town(town *t) {
    rng r;
    rng_seed(&r, 3);
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t k = 0; k < EACH; k++) {
            uint32_t item;
            uint32_t taste = rng_unit(&r) < 0.9 ? u % TASTES : (uint32_t)rng_below(&r, TASTES);
            do item = (uint32_t)rng_below(&r, ITEMS / TASTES) * TASTES + taste;
            while (never_sold(item));
            t->item[t->start[u] + k] = item;
        }
        t->start[u + 1] = t->start[u] + EACH;
    }
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t *col = t->col + 3 * (size_t)i;
        float *value = t->value + 3 * (size_t)i;
        col[0] = i % TASTES;
        col[1] = TASTES + (uint32_t)rng_below(&r, 16), col[2] = TASTES + 16 + (uint32_t)rng_below(&r, 16);
        value[0] = value[1] = value[2] = 0.5f;
        t->facts_start[i + 1] = 3 * (uint64_t)(i + 1);
    }
    t->facts = (csr){ ITEMS, FACTS, t->facts_start, t->col, t->value };
    t->x = (interactions){ .n_users = USERS, .n_items = ITEMS, .start = t->start, .item = t->item, .facts = &t->facts };
    return &t->x;
}

/* Share of pairs of never-sold items, one of the user's taste and one not, that stand in the right order; halves for ties. */
static double newcomers_in_order(ctx *c, const model *m, const town *t) {
    double right = 0, pairs = 0;
    for (uint32_t u = 0; u < 40; u++) {
        float s[ITEMS];
        history h = interactions_history(&t->x, u);
        assert_ok(c, model_score(c, m, &h, 1, s));
        for (uint32_t i = 0; i < ITEMS; i++)
            for (uint32_t j = 0; j < ITEMS; j++) {
                if (!never_sold(i) || !never_sold(j) || i % TASTES != u % TASTES || j % TASTES == u % TASTES) continue;
                right += s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0;
                pairs++;
            }
    }
    return right / pairs;
}

TEST(two_tower, finds_items_never_sold_by_what_is_known_of_them) {
    static town t;
    TEST_CTX(c);
    const interactions *x = make_town(&t);
    interactions bare = *x;
    bare.facts = NULL;
    model with = fitted(c, &model_two_tower, x, "dim=32 hidden=32", 1), without = fitted(c, &model_two_tower, &bare, "dim=32 hidden=32", 1);
    model popular = fitted(c, &model_popularity, x, "", 1);
    double found = newcomers_in_order(c, &with, &t);
    if (found < 0.95) test_fail("%.3f of the pairs in order", found);
    assert_true(newcomers_in_order(c, &without, &t) == 0.5);        /* ids alone cannot tell newcomers apart, nor can popularity */
    assert_true(newcomers_in_order(c, &popular, &t) == 0.5);
}

TEST(two_tower, without_facts_items_without_sales_stand_below_all_others) {
    static town t;
    TEST_CTX(c);
    interactions bare = *make_town(&t);
    bare.facts = NULL;
    model m = fitted(c, &model_two_tower, &bare, "dim=16 hidden=16 epochs=2", 1);
    float s[ITEMS];
    history h = interactions_history(&bare, 0);
    assert_ok(c, model_score(c, &m, &h, 1, s));
    for (uint32_t i = 0; i < ITEMS; i++)
        for (uint32_t j = 0; j < ITEMS; j++)
            if (never_sold(i) && !never_sold(j)) assert_true(s[i] < s[j]);
}

TEST(two_tower, gives_the_same_bits_with_validation_and_facts_on_any_number_of_threads) {
    static town t;
    TEST_CTX(c);
    const interactions *x = make_town(&t);
    model one = fitted(c, &model_two_tower, x, "dim=24 hidden=40 epochs=3", 1), four = fitted(c, &model_two_tower, x,
        "dim=24 hidden=40 epochs=3", 4);
    for (uint32_t u = 0; u < USERS; u += 50) {
        float a[ITEMS], b[ITEMS];
        history h = interactions_history(x, u);
        assert_ok(c, model_score(c, &one, &h, 1, a));
        assert_ok(c, model_score(c, &four, &h, 1, b));
        assert_memory_equal(a, b, sizeof a);
    }
}

TEST(two_tower, the_latest_events_count_most_when_asked_to) {
    static town t;
    TEST_CTX(c);
    const interactions *x = make_town(&t);
    model m = fitted(c, &model_two_tower, x, "dim=32 hidden=32 half_life_events=1", 1);
    static const uint32_t turned[] = { 0, 4, 8, 12, 1, 5, 9, 13 };  /* first taste 0, then taste 1 */
    history h = { .n = COUNT(turned), .item = turned, .user = MODEL_NOBODY };
    float s[ITEMS];
    assert_ok(c, model_score(c, &m, &h, 1, s));
    double sum[TASTES] = { 0 };
    for (uint32_t i = 0; i < ITEMS; i++) sum[i % TASTES] += (double)s[i];
    assert_true(sum[1] > sum[0] && sum[0] > sum[2] && sum[0] > sum[3]);
}

/* ---- batches ---- */

TEST(two_tower, a_batch_hides_what_is_to_be_guessed_and_masks_all_else_a_user_has) {
    static town t;
    TEST_CTX(c);
    const interactions *x = make_town(&t);
    const tower_decay decay = { 0, 0 };
    const tower_sampling how = { .rows = 32, .extras = 20, .most_items = 16384, .right_share = 0.5, .id_dropout = 0.3, .log_q = 1,
                                 .stranger = 0.1, .has_facts = true };
    tower_people p;
    tower_sampler *s = NULL;
    assert_ok(c, tower_people_read(c, x, &decay, 1, &p));
    assert_true(p.n_validated > 0);
    assert_ok(c, tower_sampler_new(c, &p, &how, 1, &s));
    tower_sampler_shuffle(s);
    uint32_t rows = 0, strangers = 0, hidden = 0, columns = 0;
    for (const tower_batch *b; (b = tower_sampler_next(s)); rows += b->n_rows, columns += b->n_items) {
        assert_true(b->n_rows <= 32 && b->n_items <= tower_sampler_most_items(s));
        for (uint32_t i = 0; i < b->n_items; i++) {
            hidden += b->keep[i] == 0;
            assert_true(!never_sold(b->item[i]) && b->log_weight[i] >= 0 && isfinite(b->log_weight[i]));
        }
        for (uint32_t row = 0; row < b->n_rows; row++) {
            uint64_t from = b->own_start[row], n = b->own_start[row + 1] - from, right = b->n_right[row], shown = b->n_shown[row];
            double sums[2] = { 0, 0 };
            assert_true(right >= 1 && right + shown <= n);
            bool seen[ITEMS] = { false };
            for (uint64_t e = 0; e < n; e++) {
                assert_true(!seen[b->own[from + e]]);               /* nothing is both hidden and shown */
                seen[b->own[from + e]] = true;
                if (e < right + shown) sums[e >= right] += (double)b->value[from + e];
            }
            assert_true(fabs(sums[0] - 1) < 1e-5 && (shown == 0 || fabs(sums[1] - 1) < 1e-5));
            strangers += shown == 0;
        }
        double by_row = 0, by_item = 0;                             /* the way back holds what the way there held */
        for (uint32_t row = 0; row < b->n_rows; row++) by_row += b->n_shown[row];
        for (uint64_t e = 0; e < b->shown_start[b->n_items]; e++) by_item += b->shown_weight[e] > 0;
        assert_true(by_row == by_item);
    }
    assert_int_equal(USERS, rows);
    assert_true(strangers > USERS / 30 && strangers < USERS / 4);
    assert_true(hidden > columns / 5 && hidden < columns / 2);
}

TEST(two_tower, hides_the_latest_items_of_a_few_users_from_training) {
    static town t;
    TEST_CTX(c);
    interactions x = *make_town(&t);
    static int64_t time_ms[USERS * EACH];
    for (uint32_t e = 0; e < COUNT(time_ms); e++) time_ms[e] = (int64_t)(e % EACH) * 86400000;
    x.time_ms = time_ms;
    x.as_of_ms = INT64_C(86400000) * EACH;
    const tower_decay decay = { 0, 0 };
    tower_people p;
    assert_ok(c, tower_people_read(c, &x, &decay, 1, &p));
    assert_int_equal(USERS / 20, p.n_validated);
    for (uint32_t k = 0; k < p.n_validated; k++) {
        uint32_t user = p.validated[k], n = (uint32_t)(p.start[user + 1] - p.start[user]);
        assert_true(p.n_train[user] < n && p.n_train[user] >= n * 4 / 5);
        assert_int_equal(t.item[t.start[user] + EACH - 1], p.item[p.start[user] + n - 1]);      /* the last event is the last item */
    }
}
