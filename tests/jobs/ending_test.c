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
    } cases[] = {
        { "well", ERR_OK, KEEPER_QUIET, 1, 3, ENDING_DONE, 0 },
        { "well, asked too late", ERR_OK, KEEPER_ASKED, 1, 3, ENDING_DONE, 0 },
        { "asked", ERR_CANCELLED, KEEPER_ASKED, 1, 3, ENDING_CANCELLED, 0 },
        { "the process ends", ERR_CANCELLED, KEEPER_STOPPED, 3, 3, ENDING_AGAIN, 0 },
        { "another process has it", ERR_CANCELLED, KEEPER_LOST, 1, 3, ENDING_LEFT, 0 },
        { "another process has it, well", ERR_OK, KEEPER_LOST, 1, 3, ENDING_LEFT, 0 },
        { "shop away, first", ERR_UPSTREAM, KEEPER_QUIET, 1, 3, ENDING_AGAIN, 30000 },
        { "shop away, second", ERR_UPSTREAM, KEEPER_QUIET, 2, 3, ENDING_AGAIN, 60000 },
        { "shop away, last", ERR_UPSTREAM, KEEPER_QUIET, 3, 3, ENDING_FAILED, 0 },
        { "shop away, many", ERR_UPSTREAM, KEEPER_QUIET, 40, 50, ENDING_AGAIN, 960000 },
        { "database busy", ERR_BUSY, KEEPER_QUIET, 1, 3, ENDING_AGAIN, 30000 },
        { "wrong key", ERR_UPSTREAM_AUTH, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0 },
        { "no such store", ERR_NOT_FOUND, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0 },
        { "too large for memory", ERR_NO_MEMORY, KEEPER_QUIET, 1, 3, ENDING_FAILED, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        job_ending got = job_decide_ending(cases[i].e, cases[i].why, cases[i].attempts, cases[i].most);
        if (got.kind != cases[i].kind || got.delay_ms != cases[i].delay_ms)
            test_fail("%s: kind %d, delay %ld", cases[i].what, (int)got.kind, (long)got.delay_ms);
    }
}
