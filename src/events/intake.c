/* Events from requests to disk. Batches gather while one write is on its way to the disk; the next write takes all of them: one
 * transaction, one sync. It does NOT know HTTP, nor what takers do.
 *
 * intake_give -> waiting list -> [committer's thread] write_waiting: catch up, repeats, visits, ids, rows, takers' rows
 *                             -> commit, fsync -> tell: repeats kept, session memory, takers, each batch's done -> next write */
#include "events/intake.h"
#include <inttypes.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/thread.h"
#include "events/catch_up.h"
#include "events/visit.h"

typedef struct { event_batch *first, **end; size_t events; } batch_list;

struct intake {
    intake_options o;
    lock mutex;                     /* guards waiting and running */
    batch_list waiting;
    bool running;                   /* a write was given to the committer and has not been told yet */
    atomic_uint_fast64_t accepted, repeated, robots, failed;
    /* the committer's thread's own */
    batch_list writing;
    const visitor_event **news;     /* of the batches being written: not repeated */
    size_t n_news, room;
    tail_table tails;
    rng random;
    arena home;                     /* of the tail table's map */
    uint64_t round;
};

static void list_start(batch_list *l) { *l = (batch_list){ .end = &l->first }; }

static void list_add(batch_list *l, event_batch *b) {
    b->next = NULL;
    *l->end = b;
    l->end = &b->next;
    l->events += b->n;
}

/* Whole batches, as many as one write takes; the first always. */
static void take_waiting(intake *k) {
    WITH_LOCK(&k->mutex);
    list_start(&k->writing);
    while (k->waiting.first && (!k->writing.first || k->writing.events + k->waiting.first->n <= LIMIT_EVENTS_A_WRITE)) {
        event_batch *b = k->waiting.first;
        k->waiting.first = b->next;
        k->waiting.events -= b->n;
        list_add(&k->writing, b);
    }
    if (!k->waiting.first) list_start(&k->waiting);
}

static err_code make_room(ctx *c, intake *k, size_t n) {
    if (n <= k->room) return ERR_OK;
    const visitor_event **news = realloc(k->news, n * sizeof *news);
    if (!news) return fail(c, ERR_NO_MEMORY, "write %zu events", n);
    k->news = news;
    k->room = n;
    return ERR_OK;
}

/* Above all ids there are, whatever the clock says; within a millisecond they count up. */
static int64_t next_id(store_tail *t, int64_t received_ms) {
    int64_t by_clock = received_ms << EVENT_ID_BITS;
    t->last = by_clock > t->last ? by_clock : t->last + 1;
    return t->last;
}

static err_code write_event(ctx *c, db *d, intake *k, const event_batch *b, visitor_event *e, store_tail *t) {
    bool kept = true;
    e->repeated = e->client_hash && repeats_seen(&k->tails.seen, e->client_hash, &kept);
    if (e->repeated) return ERR_OK;
    if (!kept) return fail(c, ERR_NO_MEMORY, "remember the client ids of events");
    e->row.store_id = b->store_id;
    e->row.client_hash = (int64_t)e->client_hash;
    TRY(visit_take(c, d, k->o.memory, &k->random, e, b->otherwise));
    e->row.event_id = next_id(t, b->received_ms);
    TRY(storage_put(c, d, &logged_event_entity, &e->row));
    k->news[k->n_news++] = e;
    return ERR_OK;
}

static err_code write_batch(ctx *c, db *d, intake *k, event_batch *b) {
    store_tail *t = NULL;
    TRY(catch_up(c, d, &k->tails, b->store_id, ctx_now_ms(c), k->round, &t));
    for (size_t i = 0; i < b->n; i++) TRY(write_event(c, d, k, b, &b->events[i], t));
    return ERR_OK;
}

static err_code write_waiting(ctx *c, db *d, void *arg) {
    intake *k = arg;
    take_waiting(k);
    k->round++;
    k->n_news = 0;
    TRY(make_room(c, k, k->writing.events));
    for (event_batch *b = k->writing.first; b; b = b->next) TRY(write_batch(c, d, k, b));
    for (size_t i = 0; i < k->o.n_takers && k->n_news; i++)
        if (k->o.takers[i].write) TRY(k->o.takers[i].write(c, d, k->o.takers[i].arg, k->news, k->n_news));
    return ERR_OK;
}

/* ---- after the disk ---- */
static void count(atomic_uint_fast64_t *counter, uint64_t n) { atomic_fetch_add_explicit(counter, n, memory_order_relaxed); }

static void remember_news(ctx *c, intake *k) {
    uint64_t robots = 0;
    repeats_keep(&k->tails.seen);
    catch_up_settle(&k->tails, k->round, true);
    for (size_t i = 0; i < k->n_news; i++) {
        session_memory_take(k->o.memory, k->news[i]);
        robots += k->news[i]->row.robot;
    }
    for (size_t i = 0; i < k->o.n_takers && k->n_news; i++)
        if (k->o.takers[i].taken) k->o.takers[i].taken(c, k->o.takers[i].arg, k->news, k->n_news);
    count(&k->accepted, k->n_news);
    count(&k->repeated, k->writing.events - k->n_news);
    count(&k->robots, robots);
}

/* Ids of the store may have been used by others meanwhile, and sessions begun were not written: look again next time. */
static void forget_news(intake *k) {
    repeats_forget(&k->tails.seen);
    catch_up_settle(&k->tails, k->round, false);
    for (size_t i = 0; i < k->n_news; i++)
        if (k->news[i]->begins_session && k->news[i]->row.visitor_id.n)
            session_memory_forget(k->o.memory, k->news[i]->row.store_id, k->news[i]->row.visitor_id);
    count(&k->failed, k->writing.events);
}

static void count_batch(event_batch *b, bool written) {
    b->accepted = b->repeated = 0;
    for (size_t i = 0; i < b->n && written; i++) b->repeated += b->events[i].repeated;
    if (written) b->accepted = b->n - b->repeated;
}

static void tell_batches(ctx *c, err_code e, batch_list *l) {
    for (event_batch *b = l->first, *next; b; b = next) {
        next = b->next;                                     /* once told, the batch is no longer ours */
        count_batch(b, e == ERR_OK);
        b->done(c, e, b);
    }
    list_start(l);
}

static void written(ctx *c, err_code e, void *arg);

/* Gives what gathered meanwhile to the committer; without a place there, it is refused. */
static void go_on(ctx *c, intake *k) {
    bool refused = false;
    batch_list left;
    list_start(&left);
    pthread_mutex_lock(&k->mutex);
    k->running = k->waiting.first != NULL;
    if (k->running && committer_give(k->o.writes, write_waiting, written, k)) {
        k->running = false;
        refused = true;
        while (k->waiting.first) {
            event_batch *b = k->waiting.first;
            k->waiting.first = b->next;
            list_add(&left, b);
        }
        list_start(&k->waiting);
    }
    pthread_mutex_unlock(&k->mutex);
    if (refused) tell_batches(c, fail(c, ERR_BUSY, "too many writes wait for the disk"), &left);
}

static void written(ctx *c, err_code e, void *arg) {
    intake *k = arg;
    /* a transaction that could not even begin never came to write_waiting() */
    if (e && !k->writing.first) take_waiting(k);
    if (e) forget_news(k);
    else remember_news(c, k);
    k->n_news = 0;
    tell_batches(c, e, &k->writing);
    go_on(c, k);
}

err_code intake_give(intake *k, event_batch *b) {
    WITH_LOCK(&k->mutex);
    if (k->waiting.events + b->n > LIMIT_EVENTS_WAITING) return ERR_BUSY;
    if (!k->running && committer_give(k->o.writes, write_waiting, written, k)) return ERR_BUSY;
    k->running = true;
    list_add(&k->waiting, b);
    return ERR_OK;
}

static uint64_t read_count(const atomic_uint_fast64_t *counter) { return atomic_load_explicit(counter, memory_order_relaxed); }

intake_counts intake_get_counts(const intake *k) {
    return (intake_counts){ read_count(&k->accepted), read_count(&k->repeated), read_count(&k->robots), read_count(&k->failed) };
}

/* ---- life ---- */
static err_code read_stores(ctx *c, db *d, intake *k) {
    enum { PAGE = 500 };
    store *rows = NULL;
    int64_t after = 0;
    for (size_t n = PAGE; n == PAGE;) {
        TRY(storage_scan_stores(c, d, after, PAGE, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            store_tail *t;
            TRY(catch_up(c, d, &k->tails, rows[i].store_id, ctx_now_ms(c), k->round, &t));
            after = rows[i].store_id;
        }
    }
    return ERR_OK;
}

err_code intake_new(ctx *c, db *d, const intake_options *o, intake **ret_intake) {
    intake *k = calloc(1, sizeof *k);
    if (!k) return fail(c, ERR_NO_MEMORY, "start the intake of events");
    k->o = *o;
    k->round = 1;
    pthread_mutex_init(&k->mutex, NULL);
    list_start(&k->waiting);
    list_start(&k->writing);
    arena_init(&k->home, 64 * MIB);
    map64_init(&k->tails.places, &k->home);
    repeats_init(&k->tails.seen, o->repeat_ids ? o->repeat_ids : LIMIT_REPEAT_IDS / 2);
    k->tails.memory = o->memory;
    rng_seed(&k->random, o->seed);
    err_code e = read_stores(c, d, k);
    if (e) intake_free(k);
    else *ret_intake = k;
    return e;
}

void intake_free(intake *k) {
    if (!k) return;
    repeats_done(&k->tails.seen);
    free(k->tails.tails);
    free(k->news);
    arena_done(&k->home);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}
