/* Worker threads behind one bounded queue, and the lock type everybody uses.
 * Promise: a task given is run once, by one worker; when the queue is full workers_give() says ERR_BUSY and nothing happens. */
#pragma once
#include <pthread.h>
#include "base/ctx.h"

typedef pthread_mutex_t lock;
static inline void lock_release(lock **l) { pthread_mutex_unlock(*l); }
/* Hold `l` to the end of the scope. */
#define WITH_LOCK(l) \
    __attribute__((cleanup(lock_release))) lock *lock_held_ = (pthread_mutex_lock(l), (l)); (void)lock_held_

typedef struct workers workers;
/* What a task gets: its own number and what the worker keeps for itself (see `worker_start`). */
typedef void worker_task(void *worker_state, void *task);

typedef struct {
    const char *name;               /* shown by ps, at most 15 letters */
    int threads;                    /* 1..64 */
    size_t queue;                   /* waiting tasks, at most */
    bool low_priority;              /* nice 10, for training */
    void *(*start)(void *app);      /* called in each new thread: makes its state (own database connection); may be NULL */
    void (*stop)(void *state);      /* called when the thread ends; may be NULL */
    void *app;
} workers_options;

/* ERR_NO_MEMORY, ERR_INTERNAL (no thread). Free with workers_free(), which lets running and waiting tasks end first. */
CHECK_RESULT err_code workers_new(ctx *c, const workers_options *o, workers **ret_workers);
void workers_free(workers *w);
/* Queue a task. ERR_BUSY when the queue is full. Any thread. Never blocks; leaves no detail in a ctx. */
CHECK_RESULT err_code workers_give(workers *w, worker_task *run, void *task);
