/* Runs one claimed job from its body to its outcome in the row. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/limits.h"
#include "jobs/keeper_int.h"
#include "storage/job_queue.h"

enum { RESULT_BYTES = 64 * 1024, JOBS_KEPT = 200 };

void job_progress(job_task *t, str step, int64_t done, int64_t total) { job_keeper_tell(t->keeper, step, done, total); }

void job_note(job_task *t, const char *format, ...) {
    char line[513];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0) job_keeper_note(t->keeper, str_of(line));
}

str job_owner_name(arena *a) {
    char host[65] = "";
    if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';    /* the rest of the name is unique enough on one machine */
    buf b;
    buf_init_in(&b, a, 128);
    buf_printf(&b, "%s:%ld:", host, (long)getpid());
    buf_str(&b, crypto_random_text(a, 8));                  /* process ids are used again */
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

static int64_t ms_since(const ctx *c, int64_t from_us) { return (c->time->mono_us(c->time) - from_us) / 1000; }

/* One line per outcome. The detail of a failure is about the shop or the database, never about a person. */
static void log_ending(ctx *c, const job *row, job_ending ending, err_code e, int64_t ms) {
    static const struct { const char *event; log_level level; } lines[] = {
        [ENDING_DONE] = { "job.done", LOG_INFO },           [ENDING_FAILED] = { "job.failed", LOG_ERROR },
        [ENDING_CANCELLED] = { "job.cancelled", LOG_INFO }, [ENDING_AGAIN] = { "job.again", LOG_WARN },
        [ENDING_LEFT] = { "job.left", LOG_WARN },
    };
    log_line(c->log, lines[ending.kind].level, lines[ending.kind].event, "kind=%.*s store=%lld job=%lld attempt=%lld ms=%lld%s%s%s%s",
             STR_ARG(row->kind), (long long)row->store_id, (long long)row->job_id, (long long)row->attempts, (long long)ms,
             e ? " error=" : "", e ? err_name(e) : "", e ? " why=" : "", e ? c->error.text : "");
}

static err_code run_body(ctx *c, const job_services *s, db *d, const job_kind *kind, const job *row, job_keeper *k, buf *result) {
    job_task t = { .services = s, .d = d, .row = row, .result = result, .keeper = k };
    const atomic_bool *outer = c->cancel;
    c->cancel = job_keeper_flag(k);
    if (row->attempts > 1) job_note(&t, "attempt %lld", (long long)row->attempts);
    err_code e = kind->run(c, &t);
    if (e) job_note(&t, "ended early: %s", *c->error.text ? c->error.text : err_text(e));
    c->cancel = outer;
    storage_rollback(d);                                    /* what a failed body left open */
    return e;
}

static job_ending ending_of(const job_services *s, const job *row, const job_kind *kind, err_code e, keeper_reason why) {
    if (!s->foreground) return job_decide_ending(e, why, row->attempts, kind->max_attempts);
    return job_decide_ending(e, why == KEEPER_STOPPED ? KEEPER_ASKED : why, row->attempts, 0);
}

static err_code write_ending(ctx *c, db *d, const job *row, job_ending ending, str result, str error) {
    switch (ending.kind) {
    case ENDING_LEFT: return fail(c, ERR_CONFLICT, "another process has taken over this job");
    case ENDING_AGAIN: return job_postpone(c, d, row, ctx_now_ms(c) + ending.delay_ms, error);
    case ENDING_DONE: return job_finish(c, d, row, JOB_DONE, result, error);
    case ENDING_FAILED: return job_finish(c, d, row, JOB_FAILED, result, error);
    case ENDING_CANCELLED: return job_finish(c, d, row, JOB_CANCELLED, result, error);
    }
    return ERR_OK;
}

/* The list of ended jobs stays short; what could not be shortened now is shortened with the next job. */
static void forget_old_jobs(ctx *c, db *d, int64_t store_id) {
    if (job_prune(c, d, store_id, JOBS_KEPT, NULL))
        log_line(c->log, LOG_WARN, "job.not_pruned", "store=%lld why=%s", (long long)store_id, c->error.text);
}

err_code job_perform(ctx *c, const job_services *s, db *d, const job_kind *kind, const job *row, const job_watch *watch, str *ret_result) {
    int64_t from_us = c->time->mono_us(c->time);
    AUTO_BUF result;
    buf_init(&result, RESULT_BYTES);
    job_keeper *k = NULL;
    forget_old_jobs(c, d, row->store_id);                   /* before the body: its error is what the caller wants to see at the end */
    err_code e = job_keeper_start(c, s, row, watch, &k);
    if (!e) e = run_body(c, s, d, kind, row, k, &result);
    keeper_reason why = job_keeper_end(k);
    job_ending ending = ending_of(s, row, kind, e, why);
    str outcome = buf_err(&result) ? (str){ 0 } : str_dup(c->arena, buf_view(&result));
    str error = e ? str_dup(c->arena, str_of(*c->error.text ? c->error.text : err_text(e))) : (str){ 0 };
    log_ending(c, row, ending, e, ms_since(c, from_us));
    err_code written = write_ending(c, d, row, ending, outcome, error);
    if (!written && ret_result) *ret_result = outcome;
    return e ? e : written;                                 /* a row that could not be written goes stale and is taken over */
}
