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

/* ---- items ---- */
void exposure_item_write(json_out *w, const exposed_item *x) {
    jw_array(w);
    jw_str(w, x->product_id);
    jw_str(w, x->source);
    jw_fixed(w, x->probability, 5);
    jw_fixed(w, x->propensity, 5);
    jw_i64(w, x->price_minor);
    jw_end_array(w);
}

static bool read_item(const json_value *v, exposed_item *ret_item) {
    exposed_item x = { .product_id = jr_string(jr_at(v, 0)), .source = jr_string(jr_at(v, 1)) };
    bool good = jr_count(v) == 5 && x.product_id.n && x.source.n && jr_double(jr_at(v, 2), &x.probability) &&
                jr_double(jr_at(v, 3), &x.propensity) && jr_i64(jr_at(v, 4), &x.price_minor);
    if (good) *ret_item = x;
    return good;
}

err_code exposure_items_read(ctx *c, str items, exposed_item **ret_items, size_t *ret_n) {
    const json_value *list = NULL;
    if (json_parse(c, items, JSON_READ_STRICT, &list) || !jr_is_array(list) || jr_count(list) > LIMIT_EXPOSED_ITEMS)
        return fail(c, ERR_CORRUPT, "the items of an exposure cannot be read");
    size_t n = jr_count(list);
    exposed_item *x = arena_new(c->arena, exposed_item, n ? n : 1);
    if (!x) return fail(c, ERR_NO_MEMORY, "read an exposure");
    for (size_t i = 0; i < n; i++)
        if (!read_item(jr_at(list, i), &x[i])) return fail(c, ERR_CORRUPT, "item %zu of an exposure cannot be read", i);
    *ret_items = x;
    *ret_n = n;
    return ERR_OK;
}
