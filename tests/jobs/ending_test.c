/* Tests of what becomes of a job. */
#include "tests/test.h"
#include "jobs/jobs.h"

TEST(ending, follows_from_the_error_the_reason_and_the_attempts) {
    static const struct {
        const char *what;
        err_code e;
        keeper_reason why;
        int attempts, most;
        ending_kind kind;
        int64_t delay_ms;
        bool free_attempt;
    } cases[] = {
        { "well", ERR_OK, KEEPER_QUIET, 1, 3, ENDING_DONE, 0, false },
        { "well, asked too late", ERR_OK, KEEPER_ASKED, 1, 3, ENDING_DONE, 0, false },
        { "asked", ERR_CANCELLED, KEEPER_ASKED, 1, 3, ENDING_CANCELLED, 0, false },
        { "the process ends", ERR_CANCELLED, KEEPER_STOPPED, 3, 3, ENDING_AGAIN, 0, true },
        { "another process has it", ERR_CANCELLED, KEEPER_LOST, 1, 3, ENDING_LEFT, 0, false },
        { "another process has it, well", ERR_OK, KEEPER_LOST, 1, 3, ENDING_LEFT, 0, false },
        { "shop away, first", ERR_UPSTREAM, KEEPER_QUIET, 1, 3, ENDING_AGAIN, 30000, false },
        { "shop away, second", ERR_UPSTREAM, KEEPER_QUIET, 2, 3, ENDING_AGAIN, 60000, false },
        { "shop away, last", ERR_UPSTREAM, KEEPER_QUIET, 3, 3, ENDING_FAILED, 0, false },
        { "shop away, many", ERR_UPSTREAM, KEEPER_QUIET, 40, 50, ENDING_AGAIN, 960000, false },
        { "database busy", ERR_BUSY, KEEPER_QUIET, 1, 3, ENDING_AGAIN, 30000, false },
        { "wrong key", ERR_UPSTREAM_AUTH, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0, false },
        { "no such store", ERR_NOT_FOUND, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0, false },
        { "too large for memory", ERR_NO_MEMORY, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        job_ending got = job_decide_ending(cases[i].e, cases[i].why, cases[i].attempts, cases[i].most);
        if (got.kind != cases[i].kind || got.delay_ms != cases[i].delay_ms || got.free_attempt != cases[i].free_attempt)
            test_fail("%s: kind %d, delay %ld", cases[i].what, (int)got.kind, (long)got.delay_ms);
    }
}
