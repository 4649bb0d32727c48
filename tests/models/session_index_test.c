/* The index of sessions: order of time, newest holders first, the merge against a plain search, what a damaged pack is told. */
#include "models/session_index.h"
#include <math.h>
#include <string.h>
#include "tests/models/sessions.h"
#include "tests/test.h"

TEST(session_index, cuts_users_into_visits_and_sorts_them_by_time) {
    /* given: user 0 came at 100 and at 300, user 1 at 200, user 2 never did anything */
    static const uint64_t start[] = { 0, 3, 5, 5 };
    static const uint32_t item[] = { 0, 1, 2, 3, 0 }, visit[] = { 0, 0, 1, 0, 0 };
    static const int64_t time_ms[] = { 90, 100, 300, 190, 200 };
    static const float weight[] = { 1, 2, 3, 4, 1e30f };
    const interactions x = { .n_users = 3, .n_items = 4, .start = start, .item = item, .visit = visit, .time_ms = time_ms,
        .weight = weight };
    TEST_CTX(c);
    session_log log;
    assert_ok(c, session_log_of(c, &x, &log));
    static const uint64_t expected_start[] = { 0, 2, 4, 5 };
    static const uint32_t expected[] = { 0, 1, 3, 0, 2 };
    static const float expected_weight[] = { 1, 2, 4, 1e6f, 3 };
    assert_int_equal(3, log.n_sessions);
    assert_memory_equal(expected_start, log.start, sizeof expected_start);
    assert_memory_equal(expected, log.item, sizeof expected);
    assert_memory_equal(expected_weight, log.weight, sizeof expected_weight);
}

TEST(session_index, keeps_the_newest_clicks_of_a_robot) {
    TEST_CTX(c);
    enum { LONG = SESSION_MAX_CLICKS + 50 };
    uint32_t item[LONG];
    for (uint32_t i = 0; i < LONG; i++) item[i] = i;
    const interactions x = { .n_users = 1, .n_items = LONG, .start = (uint64_t[]){ 0, LONG }, .item = item };
    session_log log;
    assert_ok(c, session_log_of(c, &x, &log));
    assert_int_equal(SESSION_MAX_CLICKS, log.start[1]);
    assert_int_equal(50, log.item[0]);
}

TEST(session_index, lists_the_newest_sessions_of_an_item_first_each_once) {
    TEST_CTX(c);
    const interactions x = sessions_of(c, 4, "ab aab ac ba");
    session_log log;
    session_index ix;
    assert_ok(c, session_log_of(c, &x, &log));
    assert_ok(c, session_index_build(c, &log, 3, &ix));
    static const uint32_t of_a[] = { 3, 2, 1 }, of_b[] = { 3, 1, 0 };
    assert_int_equal(3, ix.holder_start[1]);                /* a is in 4, 3 are kept */
    assert_memory_equal(of_a, ix.holder, sizeof of_a);
    assert_int_equal(6, ix.holder_start[2]);
    assert_memory_equal(of_b, ix.holder + 3, sizeof of_b);
    assert_true(fabsf(ix.idf[0] - logf(2)) < 1e-6f && fabsf(ix.idf[2] - logf(5)) < 1e-6f && ix.idf[3] == 0);
    assert_true(ix.fallback[0] == 0 && ix.fallback[3] == -1 && ix.fallback[1] > ix.fallback[2]);
}

TEST(session_index, asks_with_the_newest_distinct_items_and_passes_over_strangers) {
    static const uint32_t item[] = { 3, 1, 2, 99, 1, 0, 1 };
    static const float weight[] = { 1, 2, 3, 4, 5, 6, 7 };
    const history h = { .n = COUNT(item), .item = item, .weight = weight };
    session_query q = session_query_of(&h, 4, 3);
    static const uint32_t items[] = { 1, 0, 2 }, ago[] = { 0, 1, 3 };
    static const float weights[] = { 7, 6, 3 };
    assert_int_equal(3, q.n);
    assert_int_equal(6, q.clicks);
    assert_memory_equal(items, q.item, sizeof items);
    assert_memory_equal(ago, q.ago, sizeof ago);
    assert_memory_equal(weights, q.weight, sizeof weights);
}

/* Reference: every session from the newest on, every item asked with. */
static uint32_t plain_matches(const session_index *ix, const session_query *q, const float *weight, uint32_t most, session_neighbour *ret) {
    uint32_t n = 0;
    for (uint32_t s = ix->log.n_sessions; s-- > 0 && n < most;) {
        session_neighbour near = { s, q->n, 0 };
        for (uint32_t i = 0; i < q->n; i++) {
            bool holds = false;
            for (uint64_t e = ix->log.start[s]; e < ix->log.start[s + 1]; e++) holds |= ix->log.item[e] == q->item[i];
            if (!holds) continue;
            near.similarity += weight[i];
            if (near.match == q->n) near.match = i;
        }
        if (near.match < q->n) ret[n++] = near;
    }
    return n;
}

TEST(session_index, merges_to_what_a_plain_search_finds) {
    enum { MOST = 60 };
    for (uint64_t seed = 1; seed <= 20; seed++) {
        TEST_CTX(c);
        const interactions x = sessions_random(c, 200, 30, 8, seed);
        session_log log;
        session_index ix;
        assert_ok(c, session_log_of(c, &x, &log));
        assert_ok(c, session_index_build(c, &log, MOST, &ix));
        for (uint32_t u = 0; u < x.n_users; u += 3) {
            const history h = interactions_history(&x, u);
            session_query q = session_query_of(&h, 30, 5);
            const float weight[] = { 1, 0.5f, 0.25f, 0.125f, 0.0625f };
            session_neighbour fast[MOST], plain[MOST];
            uint32_t most = 1 + (uint32_t)(seed * 3) % MOST, n = session_matches(&ix, &q, weight, most, fast);
            assert_int_equal(plain_matches(&ix, &q, weight, most, plain), n);
            assert_memory_equal(plain, fast, n * sizeof *fast);
        }
    }
}

TEST(session_index, keeps_the_most_similar_and_of_equals_the_newest) {
    session_neighbour list[] = { { 9, 0, 1 }, { 8, 0, 3 }, { 7, 0, 1 }, { 6, 0, 2 }, { 5, 0, 1 } };
    float scratch[COUNT(list)];
    assert_int_equal(4, session_nearest(list, COUNT(list), 4, scratch));
    static const uint32_t kept[] = { 9, 8, 7, 6 };
    for (size_t i = 0; i < COUNT(kept); i++) assert_int_equal(kept[i], list[i].session);
    for (uint32_t k = 1; k < 200; k++) {                    /* any k, many equal values: as counting says */
        session_neighbour many[200];
        float room[200], least = INFINITY;
        for (uint32_t i = 0; i < 200; i++) many[i] = (session_neighbour){ 200 - i, 0, (float)(i * 7919 % 23) };
        assert_int_equal(k, session_nearest(many, 200, k, room));
        uint32_t better = 0;
        for (uint32_t i = 0; i < k; i++) least = fminf(least, many[i].similarity);
        for (uint32_t i = 0; i < 200; i++) better += (float)(i * 7919 % 23) > least;
        assert_true(better < k);
        for (uint32_t i = 1; i < k; i++) assert_true(many[i].session < many[i - 1].session);
    }
}

static str packed(ctx *c, const session_index *ix) {
    pack_array arrays[SESSION_INDEX_ARRAYS];
    buf out;
    buf_init_in(&out, c->arena, MIB);
    session_index_arrays(ix, arrays);
    assert_ok(c, pack_write(c, arrays, COUNT(arrays), &out));
    return buf_view(&out);
}

TEST(session_index, a_damaged_pack_is_refused) {
    TEST_CTX(c);
    const interactions x = sessions_of(c, 3, "ab abc ca");
    session_log log;
    session_index ix, back;
    pack p;
    assert_ok(c, session_log_of(c, &x, &log));
    assert_ok(c, session_index_build(c, &log, 9, &ix));
    static const uint32_t far_item[] = { 0, 1, 0, 1, 3, 2, 0 }, rising[] = { 0, 1, 2, 1, 0, 2, 1 }, far[] = { 3, 1, 0, 1, 0, 2, 1 };
    static const uint64_t down[] = { 0, 5, 2, 7 }, empty[] = { 0, 2, 2, 7 };
    static const float nan[] = { 1, NAN, 1 }, high[] = { -1, 0.5f, 0 };
    session_index wrong[7];
    for (size_t i = 0; i < COUNT(wrong); i++) wrong[i] = ix;
    wrong[0].log.item = far_item, wrong[1].holder = rising, wrong[2].holder = far, wrong[3].log.start = down;
    wrong[4].log.start = empty, wrong[5].idf = nan, wrong[6].fallback = high;
    assert_ok(c, pack_open(c, packed(c, &ix), &p));
    assert_ok(c, session_index_load(c, &p, 3, &back));
    assert_err(ERR_CORRUPT, session_index_load(c, &p, 4, &back));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_ok(c, pack_open(c, packed(c, &wrong[i]), &p));
        if (session_index_load(c, &p, 3, &back) != ERR_CORRUPT) test_fail("damage %zu was taken", i);
    }
}
