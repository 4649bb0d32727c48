/* The threads that run jobs. */
#include "jobs/runner.h"
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "base/limits.h"
#include "base/thread.h"
#include "jobs/keeper_int.h"
#include "storage/job_queue.h"

enum { MOST_THREADS = 8, LOOK_MS = 1000, TROUBLE_MS = 5000 };

struct job_runner {
    job_runner_options o;
    pthread_t threads[MOST_THREADS];
    int started;
    lock mutex;                     /* guards closing */
    pthread_cond_t changed;
    bool closing;
};

static const job_kind *kind_of(const job_runner_options *o, str name) {
    for (size_t i = 0; i < o->n_kinds; i++)
        if (str_eq(name, str_of(o->kinds[i].name))) return &o->kinds[i];
    return NULL;
}

/* A kind of a newer program: fail it with a sentence instead of claiming it for ever. */
static err_code refuse(ctx *c, db *d, const job *row) {
    return job_finish(c, d, row, JOB_FAILED, (str){ 0 }, STR("this version of Vitrine does not know this kind of job"));
}

err_code job_runner_step(ctx *c, const job_runner_options *o, db *d, bool *ret_ran) {
    job row;
    err_code e = job_claim(c, d, o->services->owner, JOB_STALE_MS, &row);
    if (e == ERR_NOT_FOUND) {
        *ret_ran = false;
        return ERR_OK;
    }
    if (e) return e;
    *ret_ran = true;
    const job_kind *kind = kind_of(o, row.kind);
    if (!kind) return refuse(c, d, &row);
    err_code ended = job_perform(c, o->services, d, kind, &row, NULL, NULL);
    (void)ended;                                            /* it is in the row and in the log */
    return ERR_OK;
}

static bool wait_for_work(job_runner *r, int ms) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    WITH_LOCK(&r->mutex);
    if (!r->closing) (void)pthread_cond_timedwait(&r->changed, &r->mutex, &until);      /* early or late: the loop looks again */
    return !r->closing;
}

static bool is_closing(job_runner *r) {
    WITH_LOCK(&r->mutex);
    return r->closing || (r->o.services->stop && atomic_load(r->o.services->stop));
}

/* A training leaves tens of megabytes in this thread's arena and in the C library's lists; the server beside us has better use. */
static void give_memory_back(ctx *c) {
    arena_done(c->arena);
    (void)malloc_trim(0);                                   /* tells only whether there was any */
}

static void work_on(job_runner *r, ctx *c, db *d) {
    while (!is_closing(r)) {
        bool ran = false;
        err_code e = job_runner_step(c, &r->o, d, &ran);
        if (e) log_line(c->log, LOG_WARN, "job.claim_failed", "error=%s why=%s", err_name(e), c->error.text);
        if (ran) give_memory_back(c);
        else arena_reset(c->arena);
        if (!ran && !wait_for_work(r, e ? TROUBLE_MS : LOOK_MS)) return;
    }
}

static void *work(void *arg) {
    job_runner *r = arg;
    (void)setpriority(PRIO_PROCESS, 0, 10);                 /* this thread only; a refusal only costs politeness */
    AUTO_ARENA memory;
    arena_init(&memory, LIMIT_JOB_ARENA);
    ctx c;
    ctx_init(&c, &memory);
    c.time = r->o.time;
    c.log = r->o.log;
    db *d = NULL;
    while (storage_open(&c, &r->o.services->database, &d)) {
        log_line(c.log, LOG_ERROR, "job.no_database", "why=%s", c.error.text);
        if (is_closing(r) || !wait_for_work(r, TROUBLE_MS)) return NULL;
    }
    work_on(r, &c, d);
    storage_close(d);
    return NULL;
}

err_code job_runner_new(ctx *c, const job_runner_options *o, job_runner **ret_runner) {
    job_runner *r = calloc(1, sizeof *r);
    if (!r) return fail(c, ERR_NO_MEMORY, "no memory for the job runner");
    r->o = *o;
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    (void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);   /* known to Linux */
    pthread_cond_init(&r->changed, &a);
    pthread_condattr_destroy(&a);
    pthread_mutex_init(&r->mutex, NULL);
    for (; r->started < o->threads && r->started < MOST_THREADS; r->started++) {
        if (pthread_create(&r->threads[r->started], NULL, work, r) != 0) {
            job_runner_free(r);
            return fail(c, ERR_INTERNAL, "could not start the job threads");
        }
        (void)pthread_setname_np(r->threads[r->started], "vitrine-job");    /* only for the eyes of ps */
    }
    *ret_runner = r;
    return ERR_OK;
}

void job_runner_wake(job_runner *r) {
    WITH_LOCK(&r->mutex);
    pthread_cond_broadcast(&r->changed);
}

void job_runner_free(job_runner *r) {
    if (!r) return;
    pthread_mutex_lock(&r->mutex);
    r->closing = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mutex);
    for (int i = 0; i < r->started; i++) pthread_join(r->threads[i], NULL);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}
