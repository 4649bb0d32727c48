/* vitrine jobs: what Vitrine does and did for its stores. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/home.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/progress.h"
#include "app/signals.h"
#include "base/limits.h"
#include "base/parse.h"
#include "storage/job_queue.h"

enum { FOLLOW_MS = 300 };

static const option options[] = {
    { "n", OPTION_INT, "N", NULL, "20", 1, LIMIT_PAGE_ROWS, "how many of each store, newest first" },
    { "state", OPTION_TEXT, "WORD", NULL, "", 0, 0, "only those queued, running, done, failed or cancelled" },
};

static bool is_open(const job *j) { return str_eq(j->state, STR("queued")) || str_eq(j->state, STR("running")); }

/* Where it is; where it stood when it was stopped or failed. One that is done is done with all its steps. */
static void print_step(const invocation *v, const job *j) {
    if (!j->step.n || str_eq(j->state, STR("done"))) return;
    fprintf(v->out, "  %.*s", STR_ARG(str_clip(j->step, 24)));
    if (j->total) fprintf(v->out, " %" PRId64 "/%" PRId64, j->done, j->total);
    else if (j->done) fprintf(v->out, " %" PRId64, j->done);
}

static void print_row(const invocation *v, const store *s, const job *j) {
    char when[TIME_WORDS];
    int64_t at_ms = j->ended_ms ? j->ended_ms : j->started_ms ? j->started_ms : j->due_ms;
    fprintf(v->out, "%-16.*s %5" PRId64 "  %-8.*s %-10.*s %s", STR_ARG(s->name), j->job_id, STR_ARG(j->kind), STR_ARG(j->state),
            time_words(at_ms, when));
    print_step(v, j);
    if (j->error.n) fprintf(v->out, "  %.*s", STR_ARG(str_clip(j->error, 200)));
    fputc('\n', v->out);
}

/* What came of it, as the command that does the same in the foreground says it. */
static void print_outcome(ctx *c, const invocation *v, const job *j) {
    if (!j->result.n) return;
    if (str_eq(j->kind, STR("sync"))) print_copied(c, v, j->result);
    else if (str_eq(j->kind, STR("train"))) print_learned(c, v, j->result);
    else fprintf(v->out, "result: %.*s\n", STR_ARG(j->result));
}

typedef struct { const invocation *v; json_out w; bool any; } job_listing;

static err_code list_of_store(ctx *c, db *d, const store *s, job_listing *l) {
    job *jobs;
    size_t n;
    const job_page page = { .state = invocation_text(l->v, "state"), .limit = (size_t)invocation_int(l->v, "n") };
    TRY(job_list(c, d, s->store_id, &page, &jobs, &n));
    for (size_t i = 0; i < n; i++) {
        if (l->v->json) entity_json(&l->w, &job_entity, &jobs[i], 0);
        else print_row(l->v, s, &jobs[i]);
        l->any = true;
    }
    return ERR_OK;
}

static err_code list(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    store one, *stores = &one;
    size_t n = 1;
    if (invocation_arg(v, 1).n) TRY(pick_store(c, h.d, invocation_arg(v, 1), &one));
    else TRY(all_stores(c, h.d, &stores, &n));
    AUTO_BUF b;
    buf_init(&b, 16 * MIB);
    job_listing l = { .v = v };
    jw_init(&l.w, &b);
    jw_object(&l.w);
    jw_key(&l.w, "jobs");
    jw_array(&l.w);
    for (size_t i = 0; i < n; i++) TRY(list_of_store(c, h.d, &stores[i], &l));
    jw_end_array(&l.w);
    jw_end_object(&l.w);
    if (v->json) return print_json(v, &b);
    if (!l.any) fputs(invocation_text(v, "state").n ? "no such job\n" : "no job yet\n", v->out);
    return ERR_OK;
}

/* The job that the words STORE JOB name; without JOB the store's newest. */
static err_code named_job(ctx *c, const invocation *v, db *d, store *ret_store, job *ret_job) {
    int64_t id = 0;
    TRY(pick_store(c, d, invocation_arg(v, 1), ret_store));
    if (v->n_args > 2) {
        if (!parse_int_in(invocation_arg(v, 2), 1, INT64_MAX, &id))
            return usage_error(c, "-", "the number of a job is a whole number; 'vitrine jobs' lists them");
        return job_get(c, d, ret_store->store_id, id, ret_job);
    }
    job *jobs;
    size_t n;
    TRY(job_list(c, d, ret_store->store_id, &(job_page){ .limit = 1 }, &jobs, &n));
    if (!n) return fail(c, ERR_NOT_FOUND, "%.*s has no job yet", STR_ARG(ret_store->name));
    *ret_job = jobs[0];
    return ERR_OK;
}

static err_code print_job(ctx *c, const invocation *v, const store *s, const job *j) {
    if (!v->json) {
        print_row(v, s, j);
        print_outcome(c, v, j);
        fprintf(v->out, "%.*s", STR_ARG(j->log));
        return ERR_OK;
    }
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    entity_json(&w, &job_entity, j, 0);
    return print_json(v, &b);
}

static err_code show(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    job j;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_job(c, v, h.d, &s, &j));
    return print_job(c, v, &s, &j);
}

static err_code cancel(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    job j;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_job(c, v, h.d, &s, &j));
    if (!is_open(&j)) return fail(c, ERR_CONFLICT, "job %" PRId64 " has ended already: %.*s", j.job_id, STR_ARG(j.state));
    TRY(job_cancel(c, h.d, s.store_id, j.job_id, &j));
    return print_job(c, v, &s, &j);
}

static err_code retry(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    job j;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_job(c, v, h.d, &s, &j));
    TRY(job_retry(c, h.d, s.store_id, j.job_id, &j.job_id));
    TRY(job_get(c, h.d, s.store_id, j.job_id, &j));
    return print_job(c, v, &s, &j);
}

static err_code follow(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    job j;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(named_job(c, v, h.d, &s, &j));
    signals_start();
    progress_view p;
    progress_init(&p, v->err);
    while (is_open(&j) && !signals_wait(FOLLOW_MS)) {
        arena_mark m = arena_save(c->arena);
        TRY(job_get(c, h.d, s.store_id, j.job_id, &j));
        progress_show(&p, j.step, j.done, j.total, c->time->mono_us(c->time));
        bool ended = !is_open(&j);
        arena_restore(c->arena, m);
        if (ended) break;
        j.state = STR("running");                           /* its text went with the mark */
    }
    progress_end(&p);
    TRY(job_get(c, h.d, s.store_id, j.job_id, &j));
    return print_job(c, v, &s, &j);
}

static const action actions[] = {
    { "list", 1, 2, list }, { "show", 2, 3, show }, { "cancel", 2, 3, cancel }, { "follow", 2, 3, follow }, { "retry", 2, 3, retry },
};

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_jobs = {
    .name = "jobs", .summary = "List, show, follow, cancel and retry the jobs of the stores",
    .usage = "[list [STORE] | show STORE [JOB] | follow STORE [JOB] | cancel STORE [JOB] | retry STORE [JOB]]",
    .details = "Without JOB the newest job of the store is meant. list --state failed shows what is not tried again by itself\n"
               "(kept for 30 days); retry does such a job once more.",
    .options = options, .n_options = COUNT(options), .max_args = 3, .run = run,
};
