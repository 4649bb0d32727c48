/* How jobs end: which failures are tried again, and when. Pure. */
#include "jobs/jobs.h"

enum { FIRST_PAUSE_MS = 30 * MS_PER_SECOND, LONGEST_DOUBLING = 5 };

/* Failures that may pass by themselves. The others need a person, or fail the same way again. */
static bool may_pass(err_code e) {
    return e == ERR_UPSTREAM || e == ERR_STORAGE || e == ERR_BUSY || e == ERR_DEADLINE || e == ERR_RATE_LIMITED || e == ERR_NOT_READY;
}

static int64_t pause_ms(int64_t attempts) {
    int64_t doublings = attempts <= 1 ? 0 : attempts - 1 < LONGEST_DOUBLING ? attempts - 1 : LONGEST_DOUBLING;
    return (int64_t)FIRST_PAUSE_MS << doublings;
}

job_ending job_decide_ending(err_code e, keeper_reason why, int64_t attempts, int max_attempts) {
    if (why == KEEPER_LOST) return (job_ending){ .kind = ENDING_LEFT };
    if (!e) return (job_ending){ .kind = ENDING_DONE };         /* also when the flag came too late */
    if (e == ERR_CANCELLED && why == KEEPER_STOPPED) return (job_ending){ .kind = ENDING_AGAIN };
    if (e == ERR_CANCELLED) return (job_ending){ .kind = ENDING_CANCELLED };
    if (may_pass(e) && attempts < max_attempts) return (job_ending){ .kind = ENDING_AGAIN, .delay_ms = pause_ms(attempts) };
    return (job_ending){ .kind = ENDING_FAILED };
}
