/* Fork, share a counter, join. It does NOT keep threads between calls: a fit takes far longer than starting them. */
#include "num/parallel.h"
#include <pthread.h>
#include <unistd.h>

typedef struct {
    const ctx *owner;               /* only its cancel flag and its deadline are read */
    parallel_body *body;
    void *state;
    size_t n, chunk;
    atomic_size_t next;
} loop;

typedef struct { loop *l; int worker; } seat;

static bool should_stop(const ctx *c) {
    if (c->cancel && atomic_load_explicit(c->cancel, memory_order_relaxed)) return true;
    return c->deadline_us && c->time->mono_us(c->time) > c->deadline_us;
}

static void *run(void *arg) {
    seat *s = arg;
    loop *l = s->l;
    while (!should_stop(l->owner)) {
        size_t from = atomic_fetch_add_explicit(&l->next, l->chunk, memory_order_relaxed);
        if (from >= l->n) break;
        l->body(l->state, from, l->n - from < l->chunk ? l->n : from + l->chunk, s->worker);
    }
    return NULL;
}

int parallel_threads(int wanted) {
    long n = wanted >= 1 ? wanted : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > PARALLEL_MAX_THREADS ? PARALLEL_MAX_THREADS : (int)n;
}

err_code parallel_for(ctx *c, int threads, size_t n, size_t chunk, parallel_body *body, void *state) {
    loop l = { .owner = c, .body = body, .state = state, .n = n, .chunk = chunk };
    size_t chunks = n / chunk + (n % chunk != 0);
    threads = parallel_threads(threads < 1 ? 1 : threads);
    if ((size_t)threads > chunks) threads = chunks ? (int)chunks : 1;
    pthread_t id[PARALLEL_MAX_THREADS];
    seat seats[PARALLEL_MAX_THREADS];
    int started = 1;
    for (; started < threads; started++) {
        seats[started] = (seat){ &l, started };
        if (pthread_create(&id[started], NULL, run, &seats[started])) break;    /* the others do its share */
    }
    seats[0] = (seat){ &l, 0 };
    run(&seats[0]);
    for (int i = 1; i < started; i++) pthread_join(id[i], NULL);
    return ctx_check(c);
}
