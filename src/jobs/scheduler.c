/* The thread that looks. */
#include "jobs/scheduler.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/thread.h"
#include "jobs/runner.h"

enum { LOOK_MS = 5000 };

struct scheduler {
    schedule state;
    job_runner *wake;
    const time_source *time;
    const logger *log;
    pthread_t thread;
    lock mutex;                     /* guards the two below */
    pthread_cond_t changed;
    bool woken;
    atomic_bool closing;
};

static bool wait_for_the_next(scheduler *s) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_MS / 1000;
    WITH_LOCK(&s->mutex);
    if (!s->woken && !atomic_load(&s->closing))
        (void)pthread_cond_timedwait(&s->changed, &s->mutex, &until);   /* early or late: looking is cheap */
    s->woken = false;
    return !atomic_load(&s->closing);
}

static void look_until_closed(scheduler *s, ctx *c) {
    db *d = NULL;
    do {
        size_t submitted = 0;
        err_code e = d ? ERR_OK : storage_open(c, &s->state.services->database, &d);
        if (!e) e = schedule_step(c, d, &s->state, &submitted);
        if (e && e != ERR_CANCELLED) log_line(c->log, LOG_WARN, "schedule.failed", "error=%s why=%s", err_name(e), c->error.text);
        if (submitted && s->wake) job_runner_wake(s->wake);
        arena_reset(c->arena);
    } while (wait_for_the_next(s));
    storage_close(d);
}

static void *look(void *arg) {
    scheduler *s = arg;
    AUTO_ARENA memory;
    arena_init(&memory, LIMIT_JOB_ARENA);                   /* a reload reads a whole catalogue */
    ctx c;
    ctx_init(&c, &memory);
    c.time = s->time;
    c.log = s->log;
    c.cancel = &s->closing;
    look_until_closed(s, &c);
    return NULL;
}

err_code scheduler_new(ctx *c, const job_services *services, key_table *keys, job_runner *wake, scheduler **ret_scheduler) {
    scheduler *s = calloc(1, sizeof *s);
    if (!s) return fail(c, ERR_NO_MEMORY, "no memory for the scheduler");
    schedule_init(&s->state, services, keys);
    s->wake = wake;
    s->time = c->time;
    s->log = c->log;
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    (void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);   /* known to Linux */
    pthread_cond_init(&s->changed, &a);
    pthread_condattr_destroy(&a);
    pthread_mutex_init(&s->mutex, NULL);
    if (pthread_create(&s->thread, NULL, look, s) != 0) {
        free(s);
        return fail(c, ERR_INTERNAL, "could not start the scheduler");
    }
    (void)pthread_setname_np(s->thread, "vitrine-clock");   /* only for the eyes of ps */
    *ret_scheduler = s;
    return ERR_OK;
}

void scheduler_wake(scheduler *s) {
    WITH_LOCK(&s->mutex);
    s->woken = true;
    pthread_cond_signal(&s->changed);
}

void scheduler_free(scheduler *s) {
    if (!s) return;
    pthread_mutex_lock(&s->mutex);
    atomic_store(&s->closing, true);
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
