/* Keeps a running job alive in its row. */
#include "jobs/keeper_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/thread.h"
#include "storage/job_queue.h"

struct job_keeper {
    const job_services *services;
    job_watch watch;
    const job *row;                 /* the caller's, not changed while we run */
    db *d;                          /* the thread's own */
    arena memory;                   /* emptied after each beat */
    ctx c;
    pthread_t thread;
    atomic_bool cancel;
    lock mutex;                     /* guards everything below */
    pthread_cond_t wake;
    bool ending;
    keeper_reason reason;
    char step[64], log[LIMIT_JOB_LOG];
    size_t log_n;
    int64_t done, total;
};

typedef struct { job news; bool ending; } keeper_view;

/* As it is now; texts in the keeper's memory until the next beat has been. */
static keeper_view look(job_keeper *k) {
    WITH_LOCK(&k->mutex);
    return (keeper_view){ { .step = str_dup(&k->memory, str_of(k->step)), .done = k->done, .total = k->total,
                            .log = str_dup(&k->memory, (str){ k->log, k->log_n }) }, k->ending };
}

static void raise_flag(job_keeper *k, keeper_reason why) {
    WITH_LOCK(&k->mutex);
    if (k->reason == KEEPER_QUIET) k->reason = why;
    atomic_store(&k->cancel, true);
}

/* A beat that cannot be written is tried again at the next one: the row goes stale only after many. */
static void beat(job_keeper *k, const keeper_view *v) {
    bool cancel = false;
    err_code e = job_heartbeat(&k->c, k->d, k->row, &v->news, &cancel);
    if (e == ERR_CONFLICT || e == ERR_NOT_FOUND) raise_flag(k, KEEPER_LOST);
    else if (!e && cancel) raise_flag(k, KEEPER_ASKED);
}

static void wait_a_tick(job_keeper *k) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += KEEPER_TICK_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    WITH_LOCK(&k->mutex);
    if (!k->ending) (void)pthread_cond_timedwait(&k->wake, &k->mutex, &until);     /* early or late: the loop looks again */
}

static void *keep(void *arg) {
    job_keeper *k = arg;
    int64_t beaten_us = k->c.time->mono_us(k->c.time);
    for (;;) {
        keeper_view v = look(k);
        if (k->services->stop && atomic_load(k->services->stop)) raise_flag(k, KEEPER_STOPPED);
        if (k->watch.show) k->watch.show(k->watch.arg, v.news.step, v.news.done, v.news.total);
        if (v.ending) {
            beat(k, &v);                                    /* the last progress stays in the row */
            return NULL;
        }
        int64_t now_us = k->c.time->mono_us(k->c.time);
        if (now_us - beaten_us >= KEEPER_BEAT_MS * 1000) {
            beat(k, &v);
            beaten_us = now_us;
        }
        arena_reset(&k->memory);
        wait_a_tick(k);
    }
}

static void keeper_free(job_keeper *k) {
    storage_close(k->d);
    arena_done(&k->memory);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}

static void make_lock(job_keeper *k) {
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    (void)pthread_condattr_setclock(&a, CLOCK_MONOTONIC);   /* known to Linux */
    pthread_cond_init(&k->wake, &a);
    pthread_condattr_destroy(&a);
    pthread_mutex_init(&k->mutex, NULL);
}

err_code job_keeper_start(ctx *c, const job_services *s, const job *row, const job_watch *watch, job_keeper **ret_keeper) {
    job_keeper *k = calloc(1, sizeof *k);
    if (!k) return fail(c, ERR_NO_MEMORY, "no memory for the keeper of a job");
    make_lock(k);
    arena_init(&k->memory, 16 * MIB);
    ctx_init(&k->c, &k->memory);
    k->c.time = c->time;
    k->services = s;
    k->row = row;
    if (watch) k->watch = *watch;
    k->log_n = str_clip(row->log, sizeof k->log).n;
    if (k->log_n) memcpy(k->log, row->log.p, k->log_n);
    err_code e = storage_open(c, &s->database, &k->d);
    if (!e && pthread_create(&k->thread, NULL, keep, k) != 0) e = fail(c, ERR_INTERNAL, "could not start the keeper of a job");
    if (e) keeper_free(k);
    else *ret_keeper = k;
    return e;
}

const atomic_bool *job_keeper_flag(const job_keeper *k) { return &k->cancel; }

void job_keeper_tell(job_keeper *k, str step, int64_t done, int64_t total) {
    step = str_clip(step, sizeof k->step - 1);
    WITH_LOCK(&k->mutex);
    memcpy(k->step, step.p ? step.p : "", step.n);
    k->step[step.n] = '\0';
    k->done = done;
    k->total = total;
}

/* Make room for n bytes by dropping whole old lines. */
static void drop_old_lines(job_keeper *k, size_t n) {
    if (k->log_n + n <= sizeof k->log) return;
    size_t from = k->log_n + n - sizeof k->log;
    while (from < k->log_n && k->log[from - 1] != '\n') from++;
    memmove(k->log, k->log + from, k->log_n - from);
    k->log_n -= from;
}

void job_keeper_note(job_keeper *k, str line) {
    char room[21 + 512 + 1], when[21];
    time_format(k->c.time->now_ms(k->c.time), when);
    line = str_clip(line, 512);
    int n = snprintf(room, sizeof room, "%s %.*s\n", when, STR_ARG(line));
    for (int i = 0; i < n - 1; i++)
        if (room[i] == '\n') room[i] = ' ';                 /* a note is a line */
    WITH_LOCK(&k->mutex);
    drop_old_lines(k, (size_t)n);
    memcpy(k->log + k->log_n, room, (size_t)n);
    k->log_n += (size_t)n;
}

keeper_reason job_keeper_end(job_keeper *k) {
    if (!k) return KEEPER_QUIET;
    pthread_mutex_lock(&k->mutex);
    k->ending = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->mutex);
    pthread_join(k->thread, NULL);
    keeper_reason why = k->reason;
    keeper_free(k);
    return why;
}
