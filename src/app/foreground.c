/* Runs or follows one job at the terminal. */
#include "app/foreground.h"
#include <inttypes.h>
#include "app/mail_way.h"
#include "app/progress.h"
#include "app/signals.h"
#include "base/limits.h"
#include "jobs/jobs.h"
#include "storage/job_queue.h"
#include "storage/queries.h"

enum { LOOK_MS = 300 };

typedef struct {
    ctx *c;
    const invocation *v;
    home *h;
    const store *s;
    const foreground_order *o;
    progress_view view;
} waiting;

static void show(void *arg, str step, int64_t done, int64_t total) {
    waiting *w = arg;
    progress_show(&w->view, step, done, total, w->c->time->mono_us(w->c->time));
}

static err_code run_ours(waiting *w, job *row, str *ret_result) {
    ctx *c = w->c;
    const job_services services = {
        .database = w->h->database, .data_dir = w->h->dir, .seal = w->h->key, .owner = row->owner, .stop = signals_asked(),
        .foreground = true, .mail = mail_defaults_of(c, w->v->settings),
    };
    const job_watch watch = { show, w };
    row->input = str_of(w->o->input);                       /* the row may be older, with a smaller wish */
    err_code e = job_perform(c, &services, w->h->d, job_kind_find(row->kind), row, &watch, ret_result);
    progress_end(&w->view);
    return e;
}

static bool is_open(const job *j) { return str_eq(j->state, STR("queued")) || str_eq(j->state, STR("running")); }

static bool was_given_up(const job *j) { return str_eq(j->state, STR("failed")) || str_eq(j->state, STR("cancelled")); }

/* Look until the job has ended or its process died. */
static err_code follow(waiting *w, job *row) {
    ctx *c = w->c;
    fprintf(w->v->err, "another process runs this job (%" PRId64 "); following it\n", row->job_id);
    int64_t store_id = row->store_id, job_id = row->job_id;
    if (w->o->force) TRY(job_cancel(c, w->h->d, store_id, job_id, NULL));
    for (;;) {
        arena_mark m = arena_save(c->arena);
        TRY(job_get(c, w->h->d, store_id, job_id, row));
        progress_show(&w->view, row->step, row->done, row->total, c->time->mono_us(c->time));
        bool stale = str_eq(row->state, STR("running")) && row->heartbeat_ms < ctx_now_ms(c) - JOB_STALE_MS;
        if (!is_open(row) || stale || str_eq(row->state, STR("queued"))) break;
        arena_restore(c->arena, m);
        if (signals_wait(LOOK_MS)) return fail(c, ERR_CANCELLED, "stopped watching; the job goes on");
    }
    progress_end(&w->view);
    return ERR_OK;
}

static err_code outcome_of_other(ctx *c, const job *row, foreground_outcome *ret_outcome) {
    *ret_outcome = (foreground_outcome){ .result = row->result, .followed = true };
    if (str_eq(row->state, STR("done"))) return ERR_OK;
    return fail(c, ERR_CONFLICT, "the other one ended as %.*s%s%.*s", STR_ARG(row->state), row->error.n ? ": " : "", STR_ARG(row->error));
}

err_code foreground_run(ctx *c, const invocation *v, home *h, const store *s, const foreground_order *o, foreground_outcome *ret_outcome) {
    waiting w = { .c = c, .v = v, .h = h, .s = s, .o = o };
    str owner = job_owner_name(c->arena);
    progress_init(&w.view, v->err);
    for (;;) {
        job row;
        int64_t id;
        TRY(job_submit(c, h->d, &(job_order){ .store_id = s->store_id, .kind = str_of(o->kind), .input = str_of(o->input) }, &id, NULL));
        err_code e = job_take(c, h->d, s->store_id, id, owner, JOB_STALE_MS, &row);
        if (!e) {
            *ret_outcome = (foreground_outcome){ 0 };
            return run_ours(&w, &row, &ret_outcome->result);
        }
        if (e != ERR_CONFLICT) return e;
        if (was_given_up(&row)) continue;                   /* a dead process left it: ours is a new one */
        bool same = str_eq(row.input, str_of(o->input));
        TRY(follow(&w, &row));
        bool ours_too = o->force || (o->insist && !same);
        if (!is_open(&row) && !ours_too) return outcome_of_other(c, &row, ret_outcome);
    }
}

err_code foreground_is_open(ctx *c, home *h, int64_t store_id, const char *kind, bool *ret_open) {
    sql_value binds[] = { SQL_INT(store_id), SQL_TEXT(str_of(kind)) };
    int64_t id;
    TRY(storage_query_i64(c, h->d, &query_open_job_of, binds, COUNT(binds), 0, &id));
    *ret_open = id != 0;
    return ERR_OK;
}
