/* Worker pool. It does NOT retry or prioritise: job rows do. */
#include "base/thread.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct { worker_task *run; void *task; } entry;

struct workers {
    lock mutex;                     /* guards everything below but options and threads */
    pthread_cond_t changed;
    workers_options options;
    entry *ring;                    /* options.queue entries */
    size_t first, count;
    bool closing;
    int started;
    pthread_t threads[64];
};

static bool take(workers *w, entry *ret_entry) {
    WITH_LOCK(&w->mutex);
    while (w->count == 0 && !w->closing) pthread_cond_wait(&w->changed, &w->mutex);
    if (w->count == 0) return false;
    *ret_entry = w->ring[w->first];
    w->first = (w->first + 1) % w->options.queue;
    w->count--;
    return true;
}

static void *work(void *arg) {
    workers *w = arg;
    if (w->options.low_priority) (void)setpriority(PRIO_PROCESS, 0, 10);    /* a refusal only costs politeness */
    void *state = w->options.start ? w->options.start(w->options.app) : NULL;
    entry next;
    while (take(w, &next)) next.run(state, next.task);
    if (w->options.stop) w->options.stop(state);
    return NULL;
}

err_code workers_new(ctx *c, const workers_options *o, workers **ret_workers) {
    workers *w = calloc(1, sizeof *w);
    if (!w) return fail(c, ERR_NO_MEMORY, "start workers '%s'", o->name);
    w->options = *o;
    w->ring = calloc(o->queue, sizeof *w->ring);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
    bool ok = w->ring && o->threads >= 1 && o->threads <= 64;
    for (; ok && w->started < o->threads; w->started++) {
        ok = pthread_create(&w->threads[w->started], NULL, work, w) == 0;
        if (!ok) break;
        (void)pthread_setname_np(w->threads[w->started], o->name);          /* only for the eyes of ps */
    }
    if (!ok) {
        workers_free(w);
        return fail(c, ERR_INTERNAL, "could not start %d threads for '%s'", o->threads, o->name);
    }
    *ret_workers = w;
    return ERR_OK;
}

void workers_free(workers *w) {
    if (!w) return;
    pthread_mutex_lock(&w->mutex);
    w->closing = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    for (int i = 0; i < w->started; i++) pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w->ring);
    free(w);
}

err_code workers_give(workers *w, worker_task *run, void *task) {
    WITH_LOCK(&w->mutex);
    if (w->closing || w->count == w->options.queue) return ERR_BUSY;
    w->ring[(w->first + w->count) % w->options.queue] = (entry){ run, task };
    w->count++;
    pthread_cond_signal(&w->changed);
    return ERR_OK;
}
