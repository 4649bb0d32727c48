/* vmis_knn, vstan and markov: tiny examples by hand, and the formulas of their papers written down plainly against the fast forms. */
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "models/session_pairs.h"
#include "tests/models/fitted.h"
#include "tests/models/sessions.h"
#include "tests/test.h"

enum { ITEMS = 25, SESSIONS = 150, MOST_CLICKS = 7 };

static void scores_for(ctx *c, const model *m, const char *letters, float *ret) {
    uint32_t item[64];
    size_t n = strlen(letters);
    for (size_t i = 0; i < n; i++) item[i] = (uint32_t)(letters[i] - 'a');
    assert_ok(c, model_score(c, m, &(history){ .n = n, .item = item, .user = MODEL_NOBODY }, 1, ret));
}

static void assert_near(double expected, double got) {
    if (fabs(expected - got) > 1e-5 * (1 + fabs(expected))) test_fail("expected %g, got %g", expected, got);
}

TEST(markov, counts_transitions_by_hand) {
    /* a then b twice, a then c once; b then c once, at gap 2 from a once */
    TEST_CTX(c);
    const interactions x = sessions_of(c, 4, "ab abc ac");
    float s[4];
    model chain = fitted(c, &model_markov, &x, "window=1 backward=0 half_life_share=0 row_power=1", 0);
    scores_for(c, &chain, "a", s);
    assert_near(2.0 / 3, s[1]);
    assert_near(1.0 / 3, s[2]);
    assert_true(s[0] <= 0 && s[3] <= s[0]);                 /* nothing speaks for a and d: by popularity, below all others */
    model rules = fitted(c, &model_markov, &x, "window=5 backward=0.5 half_life_share=0 row_power=0 gap_decay=1 prefix_decay=1", 0);
    scores_for(c, &rules, "ba", s);                         /* b one click back */
    assert_near(2, s[1]);
    assert_near(1 + exp(-1) + exp(-1), s[2]);
    assert_near(exp(-1) * 0.5 * 2, s[0]);
}

TEST(vmis_knn, scores_the_example_as_a_person_does) {
    /* asked with a then b: weights 1/2 and 1. Sessions: abd 1.5, bc 1, ad .5; step of the newest shared item: b 1, b 1, a 2 */
    TEST_CTX(c);
    const interactions x = sessions_of(c, 5, "abd bc ad e");
    float s[5];
    model m = fitted(c, &model_vmis_knn, &x, "", 0);
    scores_for(c, &m, "ab", s);
    assert_near((1.5 * 0.9 + 0.5 * 0.8) * log(1 + 4.0 / 2), s[3]);
    assert_near(0.9 * log(1 + 4.0), s[2]);
    assert_true(s[4] <= 0);
    m = fitted(c, &model_vmis_knn, &x, "sample=1", 0);       /* the newest that shares an item: ad */
    scores_for(c, &m, "ab", s);
    assert_true(s[2] <= 0 && s[3] > 0);
}

/* The formula of vstan.c over all sessions, in double; settings with no half-life and room for every neighbour. */
static void plain_vstan(const interactions *x, const history *h, double *ret) {
    enum { POSITION = 6 };
    double idf[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++) {
        uint32_t holders = 0;
        for (uint32_t u = 0; u < x->n_users; u++) {
            bool holds = false;
            for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++) holds |= x->item[e] == i;
            holders += holds;
        }
        idf[i] = holders ? log(1 + (double)x->n_users / holders) : 0;
        ret[i] = 0;
    }
    session_query q = session_query_of(h, ITEMS, 30);
    for (uint32_t u = 0; u < x->n_users; u++) {
        double sim = 0, length = (double)(x->start[u + 1] - x->start[u]);
        uint32_t match = q.n;
        uint64_t place = 0;
        for (uint32_t i = q.n; i-- > 0;)
            for (uint64_t e = x->start[u], seen = 0; e < x->start[u + 1]; e++)
                if (x->item[e] == q.item[i]) sim += seen++ ? 0 : exp(-(double)q.ago[i] / POSITION), match = i, place = e;
        for (uint64_t e = x->start[u]; match < q.n && e < x->start[u + 1]; e++) {
            double worth = sim * pow(length, -0.25) * exp(-(double)match / 1.5) * (1 + 3 * idf[x->item[e]]);
            double far = e > place ? (double)(e - place) : (double)(place - e);
            ret[x->item[e]] += worth * (e == place ? 2 : (e > place ? 1 : 0.8) * exp(-far / 4.9));
        }
    }
}

TEST(vstan, equals_its_formula) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        TEST_CTX(c);
        const interactions x = sessions_random(c, SESSIONS, ITEMS, MOST_CLICKS, seed);
        model m = fitted(c, &model_vstan, &x, "half_life_share=0", 0);
        for (uint32_t u = 0; u < SESSIONS; u += 7) {
            const history h = interactions_history(&x, u);
            float s[ITEMS];
            double plain[ITEMS];
            assert_ok(c, model_score(c, &m, &h, 1, s));
            plain_vstan(&x, &h, plain);
            for (uint32_t i = 0; i < ITEMS; i++) assert_near(plain[i], plain[i] > 0 ? (double)s[i] : s[i] <= 0 ? 0 : 1e9);
        }
    }
}

TEST(vstan, prefers_young_neighbours_and_the_newest_shared_item) {
    TEST_CTX(c);
    float s[6];
    const interactions old_and_new = sessions_of(c, 6, "ab ef ef ef ac");
    model m = fitted(c, &model_vstan, &old_and_new, "half_life_share=0.5", 0);
    scores_for(c, &m, "a", s);
    assert_true(s[2] > s[1] && s[1] > 0);
    const interactions two = sessions_of(c, 6, "ac bd");
    m = fitted(c, &model_vstan, &two, "half_life_share=0", 0);
    scores_for(c, &m, "ab", s);
    assert_true(s[3] > s[2] && s[2] > 0);
}

/* Reference of session_pairs: all pairs of clicks. */
static double plain_pair(const interactions *x, const pair_params *p, uint32_t i, uint32_t j) {
    double sum = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t a = x->start[u]; a < x->start[u + 1]; a++)
            for (uint64_t b = x->start[u]; b < x->start[u + 1]; b++) {
                uint64_t gap = a < b ? b - a : a - b;
                if (a == b || x->item[a] != i || x->item[b] != j || gap > p->window) continue;
                double age = p->half_life_share > 0 ? exp2(-(x->n_users - 1.0 - u) / (p->half_life_share * x->n_users)) : 1;
                sum += age * exp(-((double)gap - 1) / p->gap_decay) * (b > a ? p->forward : p->backward) * (i == j ? p->same : 1);
            }
    return sum;
}

TEST(session_pairs, equal_a_plain_count) {
    static const pair_params cases[] = { { 1, 0.3, 2, 0.5, 3, 0.7, ITEMS }, { 0, 1, 1e3, 1, 1, 0, ITEMS }, { 1, 1, 3, 0, 100, 0, ITEMS } };
    for (size_t k = 0; k < COUNT(cases); k++) {
        TEST_CTX(c);
        const interactions x = sessions_random(c, SESSIONS, ITEMS, MOST_CLICKS, 3 + k);
        session_log log;
        session_pairs pairs;
        assert_ok(c, session_log_of(c, &x, &log));
        assert_ok(c, session_pairs_count(c, &log, &cases[k], 2, &pairs));
        assert_ok(c, csr_check(c, &pairs.rows));
        for (uint32_t i = 0; i < ITEMS; i++) {
            double row[ITEMS] = { 0 }, total = 0;
            for (uint64_t e = pairs.rows.start[i]; e < pairs.rows.start[i + 1]; e++) row[pairs.rows.col[e]] = pairs.rows.value[e];
            for (uint32_t j = 0; j < ITEMS; j++) {
                double plain = plain_pair(&x, &cases[k], i, j);
                assert_near(plain, row[j]);
                total += plain;
            }
            assert_near(total, pairs.total[i]);
        }
    }
}

TEST(session_pairs, keep_the_heaviest_partners_and_the_whole_sum) {
    TEST_CTX(c);
    const interactions x = sessions_of(c, 5, "ab ab ab ac ac ad ae");
    const pair_params p = { .forward = 1, .gap_decay = 1, .window = 1, .per_item = 2 };
    session_log log;
    session_pairs pairs;
    assert_ok(c, session_log_of(c, &x, &log));
    assert_ok(c, session_pairs_count(c, &log, &p, 1, &pairs));
    assert_int_equal(2, pairs.rows.start[1]);
    assert_int_equal(1, pairs.rows.col[0]);
    assert_int_equal(2, pairs.rows.col[1]);
    assert_near(7, pairs.total[0]);
}
