/* Client ids seen lately. */
#include "events/repeats.h"
#include "tests/test.h"

static bool seen(repeats *r, uint64_t hash) {
    bool kept;
    bool answer = repeats_seen(r, hash, &kept);
    assert_true(kept);
    return answer;
}

TEST(repeats, know_what_was_noted_at_once) {
    repeats r;
    repeats_init(&r, 100);
    assert_false(seen(&r, 7));
    assert_true(seen(&r, 7));
    repeats_keep(&r);
    assert_true(seen(&r, 7));
    repeats_done(&r);
}

TEST(repeats, forget_what_did_not_reach_the_disk) {
    repeats r;
    repeats_init(&r, 100);
    assert_false(seen(&r, 7));
    repeats_keep(&r);
    assert_false(seen(&r, 8));
    repeats_forget(&r);
    assert_false(seen(&r, 8));
    assert_true(seen(&r, 7));
    repeats_done(&r);
}

TEST(repeats, keep_the_newest_and_at_most_twice_as_many) {
    enum { LEAST = 1000, ALL = 25000 };
    repeats r;
    repeats_init(&r, LEAST);
    for (uint64_t i = 1; i <= ALL; i++) {
        assert_false(seen(&r, i * UINT64_C(0x9E3779B97F4A7C15)));
        if (i % 7 == 0) repeats_keep(&r);
        assert_true(r.newer.count + r.older.count <= 2 * LEAST);
    }
    repeats_keep(&r);
    for (uint64_t i = ALL - LEAST + 1; i <= ALL; i++) assert_true(seen(&r, i * UINT64_C(0x9E3779B97F4A7C15)));
    assert_true(r.newer.capacity <= 4 * LEAST && r.older.capacity <= 4 * LEAST);
    repeats_done(&r);
}
