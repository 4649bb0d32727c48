/* The experiments job: every night of the shop, and when asked, it looks at the experiments that run and lets the programme go on. */
#include "base/limits.h"
#include "events/subjects.h"
#include "jobs/kinds_int.h"
#include "jobs/programme.h"
#include "jobs/trial.h"
#include "stores/stores.h"

enum { PAGE = 100 };
typedef struct { int64_t looked_at, ended, won, failed, started; bool terms_changed; } tally;

/* One that cannot be judged must not keep the others from it. */
static err_code look_at(ctx *c, job_task *t, const store *s, const experiment *row, tally *n) {
    trial_outcome o = { 0 };
    arena_mark before = arena_save(c->arena);
    err_code e = trial_look(c, t->d, s, row, &o);
    if (e == ERR_CANCELLED || e == ERR_STORAGE || e == ERR_NO_MEMORY) return e;
    if (e) log_line(c->log, LOG_ERROR, "experiment.failed", "store=%lld experiment=%lld error=%s why=%s", (long long)s->store_id,
                    (long long)row->experiment_id, err_name(e), c->error.text);
    bool ended = !e && o.looked && o.verdict != END_RUNNING;
    if (ended) log_line(c->log, LOG_INFO, "experiment.ended", "store=%lld experiment=%lld verdict=%s activated=%d letters=%zu",
                        (long long)s->store_id, (long long)row->experiment_id, end_verdict_name(o.verdict), o.activated, o.letters);
    n->looked_at += !e && o.looked;
    n->failed += e != ERR_OK;
    n->ended += ended;
    n->won += ended && o.verdict == END_WON;
    n->terms_changed = n->terms_changed || ended || o.shares_changed;
    arena_restore(c->arena, before);
    return ERR_OK;
}

static err_code look_at_all(ctx *c, job_task *t, const store *s, tally *n) {
    const experiment of = { .store_id = s->store_id };
    experiment *rows = NULL, after = of;
    size_t n_rows = PAGE;
    for (bool first = true; n_rows == PAGE; first = false) {
        arena_mark before = arena_save(c->arena);
        TRY(storage_scan(c, t->d, &experiment_entity, &of, 1, first ? NULL : &after, PAGE, &rows, &n_rows));
        for (size_t i = 0; i < n_rows; i++) {
            TRY(ctx_check(c));
            job_progress(t, STR("judging"), n->looked_at, 0);
            if (str_eq(rows[i].state, STR("running"))) TRY(look_at(c, t, s, &rows[i], n));
        }
        if (n_rows) after.experiment_id = rows[n_rows - 1].experiment_id;
        arena_restore(c->arena, before);
    }
    return ERR_OK;
}

static err_code write_result(job_task *t, const tally *n) {
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "looked_at", n->looked_at);
    jw_member_i64(&w, "ended", n->ended);
    jw_member_i64(&w, "won", n->won);
    jw_member_i64(&w, "failed", n->failed);
    jw_member_i64(&w, "started", n->started);
    jw_end_object(&w);
    return buf_err(t->result);
}

err_code job_body_experiments(ctx *c, job_task *t) {
    store s;
    tally n = { 0 };
    size_t started = 0;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    job_progress(t, STR("counting"), 0, 0);
    TRY(subjects_catch_up(c, t->d, s.store_id, 0, NULL));
    TRY(look_at_all(c, t, &s, &n));
    TRY(programme_step(c, t->d, &s, &started));
    n.started = (int64_t)started;
    n.terms_changed = n.terms_changed || started > 0;
    if (n.terms_changed && t->services->serving) TRY(serving_follow_terms(c, t->services->serving, t->d, s.store_id));
    return write_result(t, &n);
}
