/* What was learned anew against what serves. */
#include "jobs/not_worse.h"
#include <stdio.h>
#include "tests/test.h"

TEST(not_worse, refuses_a_clear_fall_and_nothing_that_may_be_chance) {
    TEST_CTX(c);
    static const struct { const char *what, *serving, *learned; bool worse; } cases[] = {
        { "half of it", "{\"hit_rate_10\":0.4,\"quality_baskets\":260}", "{\"hit_rate_10\":0.2,\"quality_baskets\":260}", true },
        { "a little", "{\"hit_rate_10\":0.4,\"quality_baskets\":260}", "{\"hit_rate_10\":0.35,\"quality_baskets\":260}", false },
        { "clear and small", "{\"hit_rate_10\":0.4,\"quality_baskets\":200000}", "{\"hit_rate_10\":0.38,\"quality_baskets\":200000}",
          false },
        { "few baskets", "{\"hit_rate_10\":0.4,\"quality_baskets\":12}", "{\"hit_rate_10\":0.2,\"quality_baskets\":12}", false },
        { "better", "{\"hit_rate_10\":0.2,\"quality_baskets\":260}", "{\"hit_rate_10\":0.4,\"quality_baskets\":260}", false },
        { "not judged", "{\"hit_rate_10\":0.4,\"quality_baskets\":260}", "{\"hit_rate_10\":-1,\"quality_baskets\":0}", false },
        { "nothing known", "", "{\"hit_rate_10\":0.4,\"quality_baskets\":260}", false },
        { "the personal model", "{\"personal_hit_rate_10\":[0.57,0.53,0.61],\"personal_cases\":607}",
          "{\"personal_hit_rate_10\":[0.40,0.36,0.44],\"personal_cases\":607}", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str why = STR("");
        if (learned_is_worse(c, str_of(cases[i].serving), str_of(cases[i].learned), &why) != cases[i].worse) test_fail("%s", cases[i].what);
        assert_int_equal(cases[i].worse, why.n > 0);
    }
}

TEST(not_worse, chance_alone_refuses_one_in_a_thousand) {
    enum { PAIRS = 20000, BASKETS = 200 };
    TEST_CTX(c);
    rng r;
    int refused = 0;
    rng_seed(&r, 3);
    for (int i = 0; i < PAIRS; i++) {
        char text[2][100];
        str why;
        arena_mark before = arena_save(c->arena);
        for (int k = 0; k < 2; k++) {
            int hits = 0;
            for (int b = 0; b < BASKETS; b++) hits += rng_unit(&r) < .35;
            snprintf(text[k], sizeof text[k], "{\"hit_rate_10\":%.4f,\"quality_baskets\":%d}", (double)hits / BASKETS, BASKETS);
        }
        refused += learned_is_worse(c, str_of(text[0]), str_of(text[1]), &why);
        arena_restore(c->arena, before);
    }
    assert_in_range(refused, 5, PAIRS / 1000 * 2);          /* .00135 of them below minus three */
}
