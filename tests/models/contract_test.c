/* The contract of models, run over every row: whoever adds a row is tested here. */
#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include "models/rows.h"
#include "num/vec.h"
#include "tests/models/fitted.h"
#include "tests/test.h"

enum { USERS = 50, ITEMS = 50, VISITS = 3, MOST = USERS * ITEMS };

/* A board on which users and items of equal parity go together, with a third of the fields missing, in three visits a user. */
typedef struct {
    uint64_t start[USERS + 1], facts_start[ITEMS + 1];
    uint32_t item[MOST], visit[MOST], facts_col[2 * ITEMS];
    float weight[MOST];
    int64_t time_ms[MOST];
    csr facts;
    interactions x;
} board;

static bool missing(uint32_t u, uint32_t i) { return ((u + 1) * 2654435761U ^ i * 40503U) % 101 < 34; }

static void fill_user(board *b, uint32_t u) {
    uint64_t n = b->start[u];
    for (uint32_t v = 0; v < VISITS; v++)                           /* every visit takes from the whole board */
        for (uint32_t i = u % 2; i < ITEMS; i += 2) {
            if (missing(u, i) || i / 2 % VISITS != v) continue;
            b->visit[n] = v;
            b->time_ms[n] = INT64_C(1700000000000) + (int64_t)(u * 10 + v) * 3600000;
            b->item[n] = i;
            b->weight[n++] = 1;
        }
    b->start[u + 1] = n;
}

static const interactions *make_board(board *b) {
    for (uint32_t u = 0; u < USERS; u++) fill_user(b, u);
    for (uint32_t i = 0; i < ITEMS; i++) {                          /* what is known of an item: its colour, and that it is one */
        b->facts_start[i + 1] = 2 * (uint64_t)(i + 1);
        b->facts_col[2 * i] = i % 2;
        b->facts_col[2 * i + 1] = 2;
    }
    b->facts = (csr){ ITEMS, 3, b->facts_start, b->facts_col, NULL };
    b->x = (interactions){ USERS, ITEMS, b->start, b->item, b->weight, b->visit, b->time_ms,
        INT64_C(1700003600000) + 3600000 * 500, &b->facts };
    return &b->x;
}

static model plain(ctx *c, const model_row *row, const interactions *x, uint64_t seed, int threads) {
    model m;
    model_options o = model_default_options(row);
    o.seed = seed, o.threads = threads;
    err_code e = model_fit(c, row, x, &o, &m);
    if (e) test_fail("%s: fit: %s (%s)", row->name, err_name(e), c->error.text);
    return m;
}

/* A visitor who came after the fit, with half of the board's items of his colour. */
static history visitor(uint32_t colour, uint32_t *items) {
    size_t n = 0;
    for (uint32_t i = colour; i < ITEMS / 2; i += 2) items[n++] = i;
    return (history){ .n = n, .item = items, .user = MODEL_NOBODY };
}

static void check_finite(const model_row *row, const float *scores, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(scores[i])) test_fail("%s: score %zu is %f", row->name, i, (double)scores[i]);
}

TEST(models, each_learns_the_checkerboard) {
    static board b;
    const interactions *x = make_board(&b);
    for (size_t r = 0; r < n_model_rows; r++) {
        const model_row *row = model_rows[r];
        if (row == &model_popularity || row == &model_personal_top) continue;     /* floors: know nothing of others */
        TEST_CTX(c);
        model m = plain(c, row, x, 1, 1);
        for (uint32_t colour = 0; colour < 2; colour++) {
            uint32_t items[ITEMS];
            float s[ITEMS];
            history h = visitor(colour, items);
            assert_ok(c, model_score(c, &m, &h, 1, s));
            check_finite(row, s, ITEMS);
            uint32_t right = 0, pairs = 0;                          /* new items of his colour before those of the other one */
            for (uint32_t i = ITEMS / 2; i < ITEMS; i++)
                for (uint32_t j = ITEMS / 2; j < ITEMS; j++)
                    if (i % 2 == colour && j % 2 != colour) right += s[i] > s[j], pairs++;
            if (right < pairs * 95 / 100) test_fail("%s: %u of %u pairs in order for colour %u", row->name, right, pairs, colour);
        }
    }
}

TEST(models, each_answers_a_batch_as_it_answers_one) {
    static board b;
    const interactions *x = make_board(&b);
    for (size_t r = 0; r < n_model_rows; r++) {
        TEST_CTX(c);
        model m = plain(c, model_rows[r], x, 1, 1);
        history h[USERS];
        static float all[USERS * ITEMS], one[ITEMS];
        for (uint32_t u = 0; u < USERS; u++) h[u] = interactions_history(x, u);
        assert_ok(c, model_score(c, &m, h, USERS, all));
        for (uint32_t u = 0; u < USERS; u++) {
            assert_ok(c, model_score(c, &m, &h[u], 1, one));
            for (uint32_t i = 0; i < ITEMS; i++)
                if (fabsf(all[u * ITEMS + i] - one[i]) > 1e-4f * (1 + fabsf(one[i])))
                    test_fail("%s: user %u item %u: %g in a batch, %g alone", m.row->name, u, i, (double)all[u * ITEMS + i],
                        (double)one[i]);
        }
    }
}

/* The head of score(): items above 0, best first. */
static uint32_t head_of(const float *scores, topk_entry *ret_best, uint32_t k) {
    topk best = { ret_best, 0, k };
    for (uint32_t i = 0; i < ITEMS; i++)
        if (scores[i] > 0) topk_offer(&best, i, scores[i]);
    topk_sort(&best);
    return best.n;
}

static void check_aim(ctx *c, const model *m, const history *h) {
    enum { BEST = 7 };
    float s[ITEMS];
    topk_entry expected[BEST], got[BEST];
    uint32_t n_got = 0;
    model_aim aim;
    assert_ok(c, model_score(c, m, h, 1, s));
    assert_ok(c, m->row->aim(c, m->state, h, &aim));
    assert_int_equal(ITEMS, aim.items->n);
    for (uint32_t i = 0; i < ITEMS; i++) {
        float product = vec_dot(aim.query, mips_row(aim.items, i), aim.items->dim);
        if (s[i] > 0 ? product != s[i] : product > 0) test_fail("%s: item %u scores %g, its product is %g", m->row->name, i, (double)s[i],
                                                                (double)product);
    }
    assert_ok(c, mips_top(c, aim.items, aim.query, BEST, NULL, got, &n_got));
    while (n_got && !(got[n_got - 1].score > 0)) n_got--;
    assert_int_equal(head_of(s, expected, BEST), n_got);
    assert_memory_equal(expected, got, n_got * sizeof *got);
}

TEST(models, those_with_vectors_find_their_best_by_them_as_by_all_scores) {
    static board b;
    const interactions *x = make_board(&b);
    uint32_t n_aiming = 0;
    for (size_t r = 0; r < n_model_rows; r++) {
        if (!model_rows[r]->aim) continue;
        TEST_CTX(c);
        model m = plain(c, model_rows[r], x, 1, 1);
        for (uint32_t u = 0; u < USERS; u += 3) check_aim(c, &m, &(history[]){ interactions_history(x, u) }[0]);
        check_aim(c, &m, &(history){ .user = MODEL_NOBODY });
        n_aiming++;
    }
    assert_true(n_aiming >= 3);                                     /* als, bpr, two_tower */
}

TEST(models, each_is_the_same_after_save_and_load) {
    static board b;
    const interactions *x = make_board(&b);
    for (size_t r = 0; r < n_model_rows; r++) {
        TEST_CTX(c);
        str bytes;
        model m = plain(c, model_rows[r], x, 1, 1), back = kept(c, &m, &bytes);
        assert_int_equal(ITEMS, back.n_items);
        assert_memory_equal(m.options.param, back.options.param, m.row->n_params * sizeof(double));
        for (uint32_t u = 0; u < USERS; u += 7) {
            float s[ITEMS], t[ITEMS];
            history h = interactions_history(x, u);
            assert_ok(c, model_score(c, &m, &h, 1, s));
            assert_ok(c, model_score(c, &back, &h, 1, t));
            assert_memory_equal(s, t, sizeof s);
            if (back.row->aim) check_aim(c, &back, &h);
        }
        for (size_t cut = 0; cut < bytes.n; cut += 1 + bytes.n / 97)    /* what is cut is refused, and never read past its end */
            if (model_load(c, (str){ bytes.p, cut }, &back) != ERR_CORRUPT) test_fail("%s: %zu of %zu bytes were taken",
                m.row->name, cut, bytes.n);
    }
}

TEST(models, each_gives_the_same_bits_for_a_seed_on_any_number_of_threads) {
    static board b;
    const interactions *x = make_board(&b);
    for (size_t r = 0; r < n_model_rows; r++) {
        TEST_CTX(c);
        model one = plain(c, model_rows[r], x, 7, 1), two = plain(c, model_rows[r], x, 7, 3);
        for (uint32_t u = 0; u < USERS; u += 3) {
            float s[ITEMS], t[ITEMS];
            history h = interactions_history(x, u);
            assert_ok(c, model_score(c, &one, &h, 1, s));
            assert_ok(c, model_score(c, &two, &h, 1, t));
            if (memcmp(s, t, sizeof s) != 0) test_fail("%s: user %u differs", one.row->name, u);
        }
    }
}

TEST(models, each_takes_empty_small_and_foreign_input) {
    static const uint64_t none[2] = { 0, 0 }, single[2] = { 0, 1 };
    static const uint32_t first[1] = { 0 }, foreign[3] = { 99999, 0, UINT32_MAX };
    static const uint64_t facts_start[2] = { 0, 1 };
    static const csr facts = { 1, 1, facts_start, first, NULL };
    const interactions data[] = {
        { .n_users = 0, .n_items = 1, .start = none, .item = first, .facts = &facts },
        { .n_users = 1, .n_items = 1, .start = none, .item = first, .facts = &facts },
        { .n_users = 1, .n_items = 1, .start = single, .item = first, .facts = &facts },
    };
    const history asked[] = { { .user = MODEL_NOBODY }, { .n = 3, .item = foreign, .user = MODEL_NOBODY },
                              { .n = 1, .item = first, .user = MODEL_NOBODY } };
    for (size_t r = 0; r < n_model_rows; r++)
        for (size_t d = 0; d < COUNT(data); d++) {
            TEST_CTX(c);
            model m = plain(c, model_rows[r], &data[d], 1, 1);
            float s[COUNT(asked)];
            assert_ok(c, model_score(c, &m, asked, COUNT(asked), s));
            check_finite(m.row, s, COUNT(asked));
        }
}

TEST(models, each_stops_when_cancelled) {
    static board b;
    const interactions *x = make_board(&b);
    static const atomic_bool cancelled = true;
    for (size_t r = 0; r < n_model_rows; r++) {
        TEST_CTX(c);
        model m;
        model_options o = model_default_options(model_rows[r]);
        c->cancel = &cancelled;
        err_code e = model_fit(c, model_rows[r], x, &o, &m);
        if (e != ERR_CANCELLED) test_fail("%s: %s", model_rows[r]->name, err_name(e));
    }
}

TEST(models, none_is_fitted_on_wrong_data) {
    static const uint64_t down[3] = { 0, 2, 1 }, two[2] = { 0, 2 };
    static const uint32_t items[2] = { 0, 5 }, far[2] = { 0, 9 }, odd_visit[2] = { 1, 0 };
    static const float zero[2] = { 1, 0 }, wrong[2] = { 1, NAN };
    const interactions data[] = {
        { .n_users = 2, .n_items = 6, .start = down, .item = items },
        { .n_users = 1, .n_items = 6, .start = two, .item = far },
        { .n_users = 1, .n_items = 6, .start = two, .item = items, .weight = zero },
        { .n_users = 1, .n_items = 6, .start = two, .item = items, .weight = wrong },
        { .n_users = 1, .n_items = 6, .start = two, .item = items, .visit = odd_visit },
    };
    for (size_t d = 0; d < COUNT(data); d++) {
        TEST_CTX(c);
        model m;
        model_options o = model_default_options(&model_popularity);
        assert_int_equal(ERR_INVALID, model_fit(c, &model_popularity, &data[d], &o, &m));
    }
}

TEST(models, settings_are_taken_in_range_only) {
    TEST_CTX(c);
    const model_row *row = &model_rules;
    model_options o = model_default_options(row);
    assert_ok(c, model_set_all(c, row, &o, STR("k=7 half_life_days=1.5")));
    assert_true(o.param[0] == 7);
    static const char *const wrong[] = { "k=0", "k=1.5", "k=x", "wings=2", "k", "half_life_days=-1", "k=nan", "k=1e300" };
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (model_set_all(c, row, &o, str_of(wrong[i])) != ERR_INVALID) test_fail("'%s' was taken", wrong[i]);
}
