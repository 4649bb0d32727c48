/* Group commit: one thread, one connection, one sync for all writes that wait. While a batch is on its way to the disk the next
 * one gathers, so the batch grows with the load by itself. It does NOT know what is written. */
#include "storage/storage_int.h"
#include "base/limits.h"
#include "base/thread.h"
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1024, BATCH_US = 200 * 1000 };       /* other writers wait for us: no batch is longer than a fifth of a second */
/* Its rows lie at many places (events at the end, visitors anywhere), and one transaction may hold some megabytes of them: with a small
 * cache its pages would be written to the log and read back again and again. */
#define COMMIT_CACHE (48 * MIB)
enum { COMMIT_CHECKPOINT_PAGES = 4000 };
#define COMMIT_ARENA (64 * MIB)                     /* what one write may take */

typedef struct { commit_write *write; commit_done *done; void *arg; } entry;
typedef struct { char field[64], text[512]; } detail;
typedef struct { err_code e; detail *why; /* NULL when memory ended */ } outcome;

struct committer {
    lock mutex;                     /* guards ring, first, count, closing */
    pthread_cond_t changed;
    entry *ring;
    size_t max, first, count;
    bool closing;
    pthread_t thread;
    /* the thread's own */
    db *d;
    ctx c;
    arena scratch, details;
    entry batch[BATCH];
    outcome outcomes[BATCH];
};

static size_t take(committer *m) {
    WITH_LOCK(&m->mutex);
    while (!m->count && !m->closing) pthread_cond_wait(&m->changed, &m->mutex);
    size_t n = m->count < BATCH ? m->count : BATCH;
    for (size_t i = 0; i < n; i++) m->batch[i] = m->ring[(m->first + i) % m->max];
    m->first = (m->first + n) % m->max;
    m->count -= n;
    return n;
}

/* What ctx says of the failure just met. */
static outcome outcome_of(committer *m, err_code e) {
    if (!e) return (outcome){ ERR_OK, NULL };
    detail *why = arena_new(&m->details, detail, 1);
    if (why) {
        memcpy(why->field, m->c.error.field, sizeof why->field);
        memcpy(why->text, m->c.error.text, sizeof why->text);
    }
    return (outcome){ e, why };
}

static err_code write_one(committer *m, const entry *w) {
    TRY(storage_exec(&m->c, m->d, "SAVEPOINT one_write"));
    m->d->guarded = true;
    err_code e = w->write(&m->c, m->d, w->arg);
    m->d->guarded = false;
    arena_reset(&m->scratch);
    if (!e) return storage_exec(&m->c, m->d, "RELEASE SAVEPOINT one_write");
    if (!m->d->driver->in_transaction(m->d->conn)) return e;
    ctx quiet = m->c;                                           /* keep the detail of the write's own failure */
    if (storage_exec(&quiet, m->d, "ROLLBACK TO SAVEPOINT one_write; RELEASE SAVEPOINT one_write"))
        storage_rollback(m->d);
    return e;
}

/* Writes from `from` on until the time is over; the number after the last one tried. */
static size_t write_some(committer *m, size_t from, size_t n, bool *ret_alive) {
    const time_source *t = m->c.time;
    int64_t end_us = t->mono_us(t) + BATCH_US;
    size_t i = from;
    bool alive = true;
    while (alive && i < n && (i == from || t->mono_us(t) < end_us)) {
        m->outcomes[i] = outcome_of(m, write_one(m, &m->batch[i]));
        alive = storage_in_transaction(m->d) && m->d->driver->in_transaction(m->d->conn);
        i++;
    }
    *ret_alive = alive;
    return i;
}

static void mark_failed(committer *m, size_t from, size_t to, outcome o) {
    for (size_t i = from; i < to; i++)
        if (!m->outcomes[i].e) m->outcomes[i] = o;
}

static void tell(committer *m, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const outcome *o = &m->outcomes[i];
        memset(&m->c.error, 0, sizeof m->c.error);
        m->c.error.code = o->e;
        if (o->why) {
            memcpy(m->c.error.field, o->why->field, sizeof o->why->field);
            memcpy(m->c.error.text, o->why->text, sizeof o->why->text);
        }
        if (m->batch[i].done) m->batch[i].done(&m->c, o->e, m->batch[i].arg);
        arena_reset(&m->scratch);
    }
}

/* One transaction. The number after the last write it holds. */
static size_t commit_some(committer *m, size_t from, size_t n) {
    memset(&m->outcomes[from], 0, (n - from) * sizeof *m->outcomes);
    err_code e = storage_begin(&m->c, m->d, STORAGE_WRITE);
    if (e) {
        mark_failed(m, from, n, outcome_of(m, e));
        tell(m, from, n);
        return n;
    }
    bool alive = true;
    size_t to = write_some(m, from, n, &alive);
    if (alive) {
        e = storage_commit(&m->c, m->d);
        if (e) mark_failed(m, from, to, outcome_of(m, e));
    } else {                                                    /* the database undid everything: nobody may be told "written" */
        storage_rollback(m->d);
        mark_failed(m, from, to, m->outcomes[to - 1]);
    }
    tell(m, from, to);
    return to;
}

static void *run(void *arg) {
    committer *m = arg;
    for (size_t n; (n = take(m)) > 0;) {
        for (size_t at = 0; at < n;) at = commit_some(m, at, n);
        arena_reset(&m->details);
    }
    return NULL;
}

static void release(committer *m) {
    storage_close(m->d);
    arena_done(&m->scratch);
    arena_done(&m->details);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->mutex);
    free(m->ring);
    free(m);
}

static err_code start(ctx *c, const db_options *o, committer *m) {
    if (!m->ring) return fail(c, ERR_NO_MEMORY, "start the committer");
    db_options large = *o;
    large.cache_bytes = COMMIT_CACHE;
    large.checkpoint_pages = COMMIT_CHECKPOINT_PAGES;
    TRY(storage_open(c, &large, &m->d));
    if (pthread_create(&m->thread, NULL, run, m) != 0) return fail(c, ERR_INTERNAL, "start the committer's thread");
    (void)pthread_setname_np(m->thread, "commit");              /* only for the eyes of ps */
    return ERR_OK;
}

err_code committer_new(ctx *c, const db_options *o, size_t max_waiting, committer **ret_committer) {
    committer *m = calloc(1, sizeof *m);
    if (!m) return fail(c, ERR_NO_MEMORY, "start the committer");
    pthread_mutex_init(&m->mutex, NULL);
    pthread_cond_init(&m->changed, NULL);
    arena_init(&m->scratch, COMMIT_ARENA);
    arena_init(&m->details, 2 * MIB);
    ctx_init(&m->c, &m->scratch);
    m->c.time = c->time;
    m->c.log = c->log;
    m->max = max_waiting ? max_waiting : 1;
    m->ring = calloc(m->max, sizeof *m->ring);
    err_code e = start(c, o, m);
    if (e) release(m);
    else *ret_committer = m;
    return e;
}

void committer_free(committer *m) {
    if (!m) return;
    pthread_mutex_lock(&m->mutex);
    m->closing = true;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->mutex);
    pthread_join(m->thread, NULL);
    release(m);
}

err_code committer_give(committer *m, commit_write *write, commit_done *done, void *arg) {
    WITH_LOCK(&m->mutex);
    if (m->closing || m->count == m->max) return ERR_BUSY;
    m->ring[(m->first + m->count) % m->max] = (entry){ write, done, arg };
    m->count++;
    pthread_cond_signal(&m->changed);
    return ERR_OK;
}

/* ---- give and wait ---- */

typedef struct {
    commit_write *write;
    void *arg;
    lock mutex;                     /* guards the rest */
    pthread_cond_t told;
    bool ready;
    err_code e;
    detail why;
} waiter;

static err_code waiter_write(ctx *c, db *d, void *arg) {
    waiter *w = arg;
    return w->write(c, d, w->arg);
}

static void waiter_done(ctx *c, err_code e, void *arg) {
    waiter *w = arg;
    WITH_LOCK(&w->mutex);
    w->e = e;
    memcpy(w->why.field, c->error.field, sizeof w->why.field);
    memcpy(w->why.text, c->error.text, sizeof w->why.text);
    w->ready = true;
    pthread_cond_signal(&w->told);
}

err_code committer_wait(ctx *c, committer *m, commit_write *write, void *arg) {
    waiter w = { .write = write, .arg = arg, .mutex = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER };
    if (committer_give(m, waiter_write, waiter_done, &w)) return fail(c, ERR_BUSY, "too many writes wait for the disk");
    pthread_mutex_lock(&w.mutex);
    while (!w.ready) pthread_cond_wait(&w.told, &w.mutex);
    pthread_mutex_unlock(&w.mutex);
    pthread_cond_destroy(&w.told);
    pthread_mutex_destroy(&w.mutex);
    if (!w.e) return ERR_OK;
    return fail_field(c, w.e, w.why.field, "%s", w.why.text);
}
