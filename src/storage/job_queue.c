/* Each call reads the job inside a write transaction, changes it, and writes it back. It does NOT run jobs: jobs/ does. */
#include "storage/job_queue.h"
#include "base/limits.h"
#include "storage/queries.h"

static const char *const end_states[] = { [JOB_DONE] = "done", [JOB_FAILED] = "failed", [JOB_CANCELLED] = "cancelled" };

static bool is_state(const job *j, const char *state) { return str_eq(j->state, str_of(state)); }
static bool is_open(const job *j) { return is_state(j, "queued") || is_state(j, "running"); }

/* Commit, or undo and hand on what went wrong. */
static err_code end(ctx *c, db *d, err_code e) {
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

err_code job_get(ctx *c, db *d, int64_t store_id, int64_t job_id, job *ret_job) {
    job j = { .store_id = store_id, .job_id = job_id };
    if (storage_get(c, d, &job_entity, &j) == ERR_OK) {
        *ret_job = j;
        return ERR_OK;
    }
    if (c->error.code != ERR_NOT_FOUND) return c->error.code;
    return fail(c, ERR_NOT_FOUND, "store %lld has no job %lld", (long long)store_id, (long long)job_id);
}

/* ---- submit ---- */

static err_code bring_forward(ctx *c, db *d, const job_order *o, int64_t job_id) {
    job j;
    TRY(job_get(c, d, o->store_id, job_id, &j));
    if (!is_state(&j, "queued") || j.due_ms <= o->due_ms) return ERR_OK;
    j.due_ms = o->due_ms;
    return storage_put(c, d, &job_entity, &j);
}

static err_code submit(ctx *c, db *d, const job_order *o, int64_t *ret_job_id, bool *ret_new) {
    sql_value binds[] = { SQL_INT(o->store_id), SQL_TEXT(o->kind) };
    int64_t id = 0, last = 0;
    TRY(storage_query_i64(c, d, &query_open_job_of, binds, 2, 0, &id));
    *ret_job_id = id;
    *ret_new = id == 0;
    if (id) return bring_forward(c, d, o, id);
    TRY(storage_query_i64(c, d, &query_last_job, binds, 1, 0, &last));
    *ret_job_id = last + 1;
    job j = { .store_id = o->store_id, .job_id = last + 1, .kind = o->kind, .state = STR("queued"), .input = o->input,
              .due_ms = o->due_ms, .created_ms = ctx_now_ms(c) };
    return storage_put(c, d, &job_entity, &j);
}

err_code job_submit(ctx *c, db *d, const job_order *o, int64_t *ret_job_id, bool *ret_new) {
    if (!o->kind.n || o->kind.n > LIMIT_ID_BYTES) return fail_field(c, ERR_INVALID, "kind", "a job needs a kind");
    job_order asked = *o;
    if (!asked.due_ms) asked.due_ms = ctx_now_ms(c);
    int64_t id = 0;
    bool is_new = false;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    TRY(end(c, d, submit(c, d, &asked, &id, &is_new)));
    *ret_job_id = id;
    if (ret_new) *ret_new = is_new;
    return ERR_OK;
}

/* ---- claim ---- */

typedef struct { int64_t store_id, job_id; bool found; } job_key;

static err_code take_key(void *arg, const sql_value *columns, size_t n_columns) {
    (void)n_columns;                                            /* two, by the query's row */
    *(job_key *)arg = (job_key){ columns[0].v.i, columns[1].v.i, true };
    return ERR_OK;
}

static err_code next_claimable(ctx *c, db *d, int64_t now_ms, int64_t stale_ms, job_key *ret_key) {
    sql_value binds[] = { SQL_INT(now_ms), SQL_INT(now_ms - stale_ms), SQL_INT(1) };
    job_key key = { .found = false };
    TRY(storage_query(c, d, &query_claimable_jobs, binds, COUNT(binds), take_key, &key));
    *ret_key = key;
    return ERR_OK;
}

/* One claimable job: taken (*ret_taken), or failed because it killed its owners too often, or cancelled before it began. */
static err_code claim_one(ctx *c, db *d, const job_key *key, str owner, job *ret_job, bool *ret_taken) {
    job j;
    TRY(job_get(c, d, key->store_id, key->job_id, &j));
    int64_t now = ctx_now_ms(c);
    bool was_running = is_state(&j, "running");
    *ret_taken = false;
    j.crashes += was_running;
    if (was_running && (j.cancel_asked || j.crashes >= LIMIT_JOB_CRASHES)) {
        j.state = j.cancel_asked ? STR("cancelled") : STR("failed");
        if (!j.cancel_asked) j.error = STR("The program ended in the middle of this job too often; it is not tried again.");
        j.ended_ms = now;
        *ret_job = j;
        return storage_put(c, d, &job_entity, &j);
    }
    j.state = STR("running");
    j.owner = owner;
    j.attempts++;
    j.started_ms = j.heartbeat_ms = now;
    TRY(storage_put(c, d, &job_entity, &j));
    *ret_job = j;
    *ret_taken = true;
    return ERR_OK;
}

static err_code claim(ctx *c, db *d, str owner, int64_t stale_ms, job *ret_job, bool *ret_taken) {
    *ret_taken = false;
    for (;;) {
        job_key key;
        TRY(next_claimable(c, d, ctx_now_ms(c), stale_ms, &key));
        if (!key.found) return ERR_OK;
        TRY(claim_one(c, d, &key, owner, ret_job, ret_taken));
        if (*ret_taken) return ERR_OK;
    }
}

err_code job_claim(ctx *c, db *d, str owner, int64_t stale_ms, job *ret_job) {
    if (!owner.n) return fail(c, ERR_INTERNAL, "a job is claimed without an owner");
    job_key key;
    TRY(next_claimable(c, d, ctx_now_ms(c), stale_ms, &key));   /* most looks find nothing: do not lock for them */
    bool taken = false;
    job j;
    if (key.found) {
        TRY(storage_begin(c, d, STORAGE_WRITE));
        TRY(end(c, d, claim(c, d, owner, stale_ms, &j, &taken)));
    }
    if (!taken) return fail(c, ERR_NOT_FOUND, "no job is due");
    *ret_job = j;
    return ERR_OK;
}

static err_code take(ctx *c, db *d, const job_key *key, str owner, int64_t stale_ms, job *ret_job, bool *ret_taken) {
    TRY(job_get(c, d, key->store_id, key->job_id, ret_job));
    bool stale = is_state(ret_job, "running") && ret_job->heartbeat_ms < ctx_now_ms(c) - stale_ms;
    return is_state(ret_job, "queued") || stale ? claim_one(c, d, key, owner, ret_job, ret_taken) : ERR_OK;
}

err_code job_take(ctx *c, db *d, int64_t store_id, int64_t job_id, str owner, int64_t stale_ms, job *ret_job) {
    if (!owner.n) return fail(c, ERR_INTERNAL, "a job is taken without an owner");
    TRY(storage_begin(c, d, STORAGE_WRITE));
    job_key key = { store_id, job_id, true };
    job j = { 0 };
    bool taken = false;
    TRY(end(c, d, take(c, d, &key, owner, stale_ms, &j, &taken)));     /* a job failed or cancelled instead of taken is written too */
    *ret_job = j;
    return taken ? ERR_OK : fail(c, ERR_CONFLICT, "job %lld is not free: %.*s", (long long)job_id, STR_ARG(j.state));
}

/* ---- the owner's calls ---- */

static err_code get_owned(ctx *c, db *d, const job *mine, job *ret_job) {
    job j = { .job_id = 0 };
    err_code e = job_get(c, d, mine->store_id, mine->job_id, &j);
    if (e && e != ERR_NOT_FOUND) return e;                      /* gone with its store: not ours either */
    if (e || !is_state(&j, "running") || !str_eq(j.owner, mine->owner) || j.attempts != mine->attempts)
        return fail(c, ERR_CONFLICT, "job %lld of store %lld was given to somebody else", (long long)mine->job_id,
                    (long long)mine->store_id);
    *ret_job = j;
    return ERR_OK;
}

static err_code heartbeat(ctx *c, db *d, const job *mine, const job *news, bool *ret_cancel) {
    job j;
    TRY(get_owned(c, d, mine, &j));
    j.step = news->step;
    j.done = news->done;
    j.total = news->total;
    j.log = news->log;
    j.heartbeat_ms = ctx_now_ms(c);
    *ret_cancel = j.cancel_asked;
    return storage_put(c, d, &job_entity, &j);
}

err_code job_heartbeat(ctx *c, db *d, const job *j, const job *news, bool *ret_cancel) {
    arena_mark before = arena_save(c->arena);                   /* beats for hours: must not fill the job's arena */
    bool cancel = false;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = end(c, d, heartbeat(c, d, j, news, &cancel));
    arena_restore(c->arena, before);
    if (!e) *ret_cancel = cancel;
    return e;
}

typedef struct { job_key keys[LIMIT_RUNNING_JOBS]; size_t n; } running_keys;

static err_code take_running(void *arg, const sql_value *columns, size_t n_columns) {
    running_keys *k = arg;
    if (k->n < COUNT(k->keys)) TRY(take_key(&k->keys[k->n++], columns, n_columns));
    return ERR_OK;
}

static err_code keep_alive_until(ctx *c, db *d, int64_t now_ms, int64_t stale_ms) {
    running_keys alive = { .n = 0 };
    sql_value binds[] = { SQL_INT(ctx_now_ms(c) - stale_ms), SQL_INT(LIMIT_RUNNING_JOBS) };
    TRY(storage_query(c, d, &query_running_jobs, binds, COUNT(binds), take_running, &alive));
    for (size_t i = 0; i < alive.n; i++) {
        job j;
        TRY(job_get(c, d, alive.keys[i].store_id, alive.keys[i].job_id, &j));
        j.heartbeat_ms = now_ms;
        TRY(storage_put(c, d, &job_entity, &j));
    }
    return ERR_OK;
}

err_code job_clock_moves(ctx *c, db *d, int64_t now_ms, int64_t stale_ms) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    return end(c, d, keep_alive_until(c, d, now_ms, stale_ms));
}

static err_code finish(ctx *c, db *d, const job *mine, job_end how, str result, str error) {
    job j;
    TRY(get_owned(c, d, mine, &j));
    j.state = str_of(end_states[how]);
    j.result = result;
    j.error = error;
    j.ended_ms = j.heartbeat_ms = ctx_now_ms(c);
    return storage_put(c, d, &job_entity, &j);
}

err_code job_finish(ctx *c, db *d, const job *j, job_end how, str result, str error) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    return end(c, d, finish(c, d, j, how, result, error));
}

static err_code postpone(ctx *c, db *d, const job *mine, int64_t due_ms, str error) {
    job j;
    TRY(get_owned(c, d, mine, &j));
    j.state = j.cancel_asked ? STR("cancelled") : STR("queued");
    if (j.cancel_asked) j.ended_ms = ctx_now_ms(c);
    j.owner = STR("");
    j.crashes = 0;                                              /* it ended in order */
    j.error = error;
    j.due_ms = due_ms;
    return storage_put(c, d, &job_entity, &j);
}

err_code job_postpone(ctx *c, db *d, const job *j, int64_t due_ms, str error) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    return end(c, d, postpone(c, d, j, due_ms, error));
}

/* ---- everybody's calls ---- */

static err_code cancel(ctx *c, db *d, int64_t store_id, int64_t job_id, job *ret_job) {
    TRY(job_get(c, d, store_id, job_id, ret_job));
    if (!is_open(ret_job)) return ERR_OK;
    ret_job->cancel_asked = true;
    if (is_state(ret_job, "queued")) {
        ret_job->state = STR("cancelled");
        ret_job->ended_ms = ctx_now_ms(c);
    }
    return storage_put(c, d, &job_entity, ret_job);
}

err_code job_cancel(ctx *c, db *d, int64_t store_id, int64_t job_id, job *ret_job) {
    job j;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    TRY(end(c, d, cancel(c, d, store_id, job_id, &j)));
    if (ret_job) *ret_job = j;
    return ERR_OK;
}

err_code job_retry(ctx *c, db *d, int64_t store_id, int64_t job_id, int64_t *ret_job_id) {
    job j;
    TRY(job_get(c, d, store_id, job_id, &j));
    if (!is_state(&j, "failed") && !is_state(&j, "cancelled"))
        return fail(c, ERR_CONFLICT, "job %lld is %.*s: only what failed or was cancelled can be tried again", (long long)job_id,
                    STR_ARG(j.state));
    return job_submit(c, d, &(job_order){ .store_id = store_id, .kind = j.kind, .input = j.input }, ret_job_id, NULL);
}

typedef struct { int64_t ids[LIMIT_PAGE_ROWS]; size_t n; } id_list;

static err_code take_id(void *arg, const sql_value *columns, size_t n_columns) {
    id_list *l = arg;
    if (n_columns && l->n < COUNT(l->ids)) l->ids[l->n++] = columns[0].v.i;
    return ERR_OK;
}

static err_code recent_ids(ctx *c, db *d, int64_t store_id, const job_page *page, id_list *ret_ids) {
    sql_value binds[] = { SQL_INT(store_id), SQL_INT(page->before_id), SQL_INT((int64_t)page->limit), SQL_TEXT(page->state) };
    ret_ids->n = 0;
    return storage_query(c, d, &query_recent_jobs, binds, COUNT(binds), take_id, ret_ids);
}

err_code job_list(ctx *c, db *d, int64_t store_id, const job_page *page, job **ret_jobs, size_t *ret_n) {
    if (page->limit < 1 || page->limit > LIMIT_PAGE_ROWS)
        return fail_field(c, ERR_INVALID, "limit", "1 to %d jobs at once", LIMIT_PAGE_ROWS);
    id_list ids;
    TRY(recent_ids(c, d, store_id, page, &ids));
    job *jobs = arena_new(c->arena, job, ids.n);
    if (!jobs) return fail(c, ERR_NO_MEMORY, "list %zu jobs", ids.n);
    size_t n = 0;
    for (size_t i = 0; i < ids.n; i++) {
        err_code e = job_get(c, d, store_id, ids.ids[i], &jobs[n]);
        if (e && e != ERR_NOT_FOUND) return e;                  /* pruned since: not there any more */
        if (!e) n++;
    }
    *ret_jobs = jobs;
    *ret_n = n;
    return ERR_OK;
}

err_code job_next_due(ctx *c, db *d, int64_t *ret_due_ms) {
    return storage_query_i64(c, d, &query_next_due, NULL, 0, -1, ret_due_ms);
}

/* Newest job of each kind: its end is what a plan goes by. */
typedef struct { int64_t ids[64]; size_t n; } kept_jobs;

static err_code take_newest(void *arg, const sql_value *columns, size_t n_columns) {
    kept_jobs *k = arg;
    (void)n_columns;                                            /* five, by the query's row */
    if (k->n < COUNT(k->ids)) k->ids[k->n++] = columns[3].v.i;
    return ERR_OK;
}

static bool stays(const kept_jobs *newest, const job *j, int64_t now_ms) {
    if (is_open(j) || (is_state(j, "failed") && j->ended_ms > now_ms - JOB_LETTER_DAYS * (int64_t)MS_PER_DAY)) return true;
    for (size_t i = 0; i < newest->n; i++)
        if (newest->ids[i] == j->job_id) return true;
    return false;
}

static err_code prune_page(ctx *c, db *d, int64_t store_id, const kept_jobs *newest, const id_list *ids, int64_t *n) {
    for (size_t i = 0; i < ids->n; i++) {
        job j;
        TRY(job_get(c, d, store_id, ids->ids[i], &j));
        if (stays(newest, &j, ctx_now_ms(c))) continue;
        TRY(storage_delete(c, d, &job_entity, &j, 2, NULL));
        ++*n;
    }
    return ERR_OK;
}

static err_code prune(ctx *c, db *d, int64_t store_id, size_t keep, int64_t *n) {
    id_list ids;
    kept_jobs newest = { .n = 0 };
    TRY(storage_query(c, d, &query_job_kinds, &SQL_INT(store_id), 1, take_newest, &newest));
    TRY(recent_ids(c, d, store_id, &(job_page){ .limit = keep }, &ids));
    if (ids.n < keep) return ERR_OK;
    for (int64_t last = keep ? ids.ids[ids.n - 1] : 0;; last = ids.ids[ids.n - 1]) {
        TRY(recent_ids(c, d, store_id, &(job_page){ .before_id = last, .limit = LIMIT_PAGE_ROWS }, &ids));
        if (!ids.n) return ERR_OK;
        TRY(prune_page(c, d, store_id, &newest, &ids, n));
    }
}

err_code job_prune(ctx *c, db *d, int64_t store_id, size_t keep, int64_t *ret_n) {
    if (keep > LIMIT_PAGE_ROWS) return fail(c, ERR_INTERNAL, "keep at most %d jobs", LIMIT_PAGE_ROWS);
    int64_t n = 0;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    TRY(end(c, d, prune(c, d, store_id, keep, &n)));
    if (ret_n) *ret_n = n;
    return ERR_OK;
}
