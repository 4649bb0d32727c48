/* Answers gather in a chunk; one chunk at a time is at the committer. It does NOT choose what is logged: api/ does. */
#include "events/exposures.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/thread.h"

enum { CHUNK_ROWS = 2000 };         /* of one transaction: some 20 ms of the committer */
#define CHUNK_BYTES (64 * MIB)

/* One list of rows and their texts; passes from the gathering side to the committer and back. */
typedef struct {
    arena texts;
    exposure *rows;                 /* LIMIT_EXPOSURES_WAITING of them, taken when first needed */
    size_t n, written;              /* so many of them are on disk, or given up */
} chunk;

struct exposure_log {
    committer *writes;
    lock mutex;                     /* guards gathering, flying, counts; a chunk at the committer belongs to its thread */
    pthread_cond_t landed;          /* told when `flying` ends */
    chunk chunks[2];
    int gathering;                  /* which of the two */
    bool flying;                    /* the other one is at the committer */
    exposure_counts counts;
};

err_code exposure_log_new(ctx *c, committer *writes, exposure_log **ret_log) {
    exposure_log *log = calloc(1, sizeof *log);
    if (!log) return fail(c, ERR_NO_MEMORY, "make the log of exposures");
    log->writes = writes;
    pthread_mutex_init(&log->mutex, NULL);
    pthread_cond_init(&log->landed, NULL);
    for (int i = 0; i < 2; i++) arena_init(&log->chunks[i].texts, CHUNK_BYTES);
    *ret_log = log;
    return ERR_OK;
}

/* ---- the committer's side ---- */
static chunk *flying(exposure_log *log) { return &log->chunks[!log->gathering]; }

/* Some rows of the chunk; others want the disk too. */
static err_code write_rows(ctx *c, db *d, void *arg) {
    const chunk *k = flying(arg);
    for (size_t i = k->written; i < k->n && i < k->written + CHUNK_ROWS; i++)
        TRY(storage_put(c, d, &exposure_entity, &k->rows[i]));
    return ERR_OK;
}

static void rows_written(ctx *c, err_code e, void *arg);

/* With the lock held: the chunk in the air, or the next one, goes to the committer. A full queue keeps everything for the next put. */
static void send(exposure_log *log) {
    if (!log->flying) {
        if (!log->chunks[log->gathering].n) return;
        log->gathering = !log->gathering;
        log->flying = true;
    }
    if (committer_give(log->writes, write_rows, rows_written, log) == ERR_OK) return;
    log->gathering = !log->gathering;                       /* nobody else has seen it: the chunk gathers on */
    log->flying = false;
}

static void rows_written(ctx *c, err_code e, void *arg) {
    (void)c;                                                /* a failed write is counted; the answers are out already */
    exposure_log *log = arg;
    WITH_LOCK(&log->mutex);
    chunk *k = flying(log);
    size_t n = k->n - k->written < CHUNK_ROWS ? k->n - k->written : CHUNK_ROWS;
    k->written += n;
    if (e) log->counts.failed += n;
    else log->counts.written += n;
    if (k->written == k->n) {
        arena_reset(&k->texts);
        k->n = k->written = 0;
        log->flying = false;
        pthread_cond_broadcast(&log->landed);
    }
    send(log);
}

/* Newest first; who made up an id must not make us look at all of them. */
static const exposure *find_in(const chunk *k, int64_t store_id, str rec_id) {
    enum { LOOKED_AT = 5000 };
    for (size_t i = k->n; i-- > 0 && k->n - i <= LOOKED_AT;)
        if (k->rows[i].store_id == store_id && str_eq(k->rows[i].rec_id, rec_id)) return &k->rows[i];
    return NULL;
}

err_code exposure_log_find(exposure_log *log, ctx *c, int64_t store_id, str rec_id, exposure *ret_found) {
    WITH_LOCK(&log->mutex);
    const exposure *x = find_in(&log->chunks[log->gathering], store_id, rec_id);
    if (!x && log->flying) x = find_in(flying(log), store_id, rec_id);
    if (!x) return ERR_NOT_FOUND;
    exposure found = *x;
    TRY(entity_dup_texts(c, c->arena, &exposure_entity, &found));
    *ret_found = found;
    return ERR_OK;
}

/* ---- the answers' side ---- */
static bool take(chunk *k, const exposure *x) {
    ctx c;
    ctx_init(&c, &k->texts);
    if (!k->rows && !(k->rows = malloc(LIMIT_EXPOSURES_WAITING * sizeof *k->rows))) return false;
    if (k->n == LIMIT_EXPOSURES_WAITING) return false;
    k->rows[k->n] = *x;
    if (entity_dup_texts(&c, &k->texts, &exposure_entity, &k->rows[k->n])) return false;
    k->n++;
    return true;
}

void exposure_log_put(exposure_log *log, const exposure *x) {
    WITH_LOCK(&log->mutex);
    if (!take(&log->chunks[log->gathering], x)) log->counts.left_out++;
    if (!log->flying) send(log);
}

exposure_counts exposure_log_get_counts(exposure_log *log) {
    WITH_LOCK(&log->mutex);
    return log->counts;
}

/* ---- the end ---- */
/* With the lock held. A full queue of writes empties within moments. */
static void drain(exposure_log *log) {
    while (log->flying || log->chunks[log->gathering].n) {
        if (!log->flying) send(log);
        if (log->flying) {
            pthread_cond_wait(&log->landed, &log->mutex);
            continue;
        }
        pthread_mutex_unlock(&log->mutex);
        time_source_system()->sleep_ms(time_source_system(), 1);
        pthread_mutex_lock(&log->mutex);
    }
}

void exposure_log_flush(exposure_log *log) {
    pthread_mutex_lock(&log->mutex);
    drain(log);
    pthread_mutex_unlock(&log->mutex);
}

void exposure_log_free(exposure_log *log) {
    if (!log) return;
    exposure_log_flush(log);
    for (int i = 0; i < 2; i++) {
        arena_done(&log->chunks[i].texts);
        free(log->chunks[i].rows);
    }
    pthread_cond_destroy(&log->landed);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}
