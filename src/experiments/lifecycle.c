/* Transitions of rows of experiments. It does NOT judge, and it does NOT tell those who serve: callers do. */
#include "experiments/lifecycle.h"
#include "base/limits.h"
#include "experiments/assign.h"
#include "experiments/plan.h"

static bool is_state(const experiment *row, experiment_state s) { return str_eq(row->state, str_of(experiment_state_name(s))); }

/* ---- one transaction ---- */
typedef struct { experiment row; } change;
typedef err_code change_step(ctx *c, db *d, change *x);

static err_code in_transaction(ctx *c, db *d, change_step *step, change *x) {
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, step(c, d, x));
}

/* ---- reading ---- */
err_code experiment_get(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row) {
    experiment row = { .store_id = store_id, .experiment_id = experiment_id };
    err_code e = storage_get(c, d, &experiment_entity, &row);
    if (e == ERR_NOT_FOUND) return fail(c, e, "there is no experiment %lld; GET /api/v1/experiments lists them", (long long)experiment_id);
    if (!e) *ret_row = row;
    return e;
}

/* All of the store, oldest first. */
static err_code read_all(ctx *c, db *d, int64_t store_id, experiment **ret_rows, size_t *ret_n) {
    experiment by = { .store_id = store_id }, after = by, *page = NULL;
    experiment *rows = arena_new(c->arena, experiment, LIMIT_EXPERIMENTS);
    size_t n = 0, of_page = LIMIT_PAGE_ROWS;
    if (!rows) return fail(c, ERR_NO_MEMORY, "read the experiments of a store");
    while (of_page == LIMIT_PAGE_ROWS && n + LIMIT_PAGE_ROWS <= LIMIT_EXPERIMENTS) {
        TRY(storage_scan(c, d, &experiment_entity, &by, 1, n ? &after : NULL, LIMIT_PAGE_ROWS, &page, &of_page));
        for (size_t i = 0; i < of_page; i++) rows[n++] = page[i];
        if (of_page) after.experiment_id = page[of_page - 1].experiment_id;
    }
    *ret_rows = rows;
    *ret_n = n;
    return ERR_OK;
}

err_code experiment_list(ctx *c, db *d, int64_t store_id, int64_t before, size_t limit, experiment **ret_rows, size_t *ret_n) {
    experiment *rows = NULL;
    size_t n = 0, kept = 0;
    TRY(read_all(c, d, store_id, &rows, &n));
    experiment *newest = arena_new(c->arena, experiment, limit < n ? limit : n + 1);
    if (!newest) return fail(c, ERR_NO_MEMORY, "list the experiments of a store");
    for (size_t i = n; i > 0 && kept < limit; i--)
        if (!before || rows[i - 1].experiment_id < before) newest[kept++] = rows[i - 1];
    *ret_rows = newest;
    *ret_n = kept;
    return ERR_OK;
}

/* ---- made ---- */
static err_code check_draft(ctx *c, const experiment *row) {
    running_experiment ignored;
    experiment_plan plan;
    if (!row->name.n || row->name.n > LIMIT_EXPERIMENT_NAME)
        return fail_field(c, ERR_INVALID, "name", "'name' must have 1 to %d bytes: what is tried, in a few words", LIMIT_EXPERIMENT_NAME);
    TRY(experiment_plan_read(c, row->plan, &plan));
    return experiment_read(c, row, &ignored);
}

static err_code create(ctx *c, db *d, change *x) {
    experiment *rows = NULL;
    size_t n = 0;
    TRY(read_all(c, d, x->row.store_id, &rows, &n));
    if (n + LIMIT_PAGE_ROWS > LIMIT_EXPERIMENTS)
        return fail(c, ERR_CONFLICT, "a store keeps %d experiments at most: delete drafts", LIMIT_EXPERIMENTS - LIMIT_PAGE_ROWS);
    x->row.experiment_id = n ? rows[n - 1].experiment_id + 1 : 1;
    TRY(check_draft(c, &x->row));
    return storage_put(c, d, &experiment_entity, &x->row);
}

err_code experiment_create(ctx *c, db *d, const experiment *row, experiment *ret_row) {
    change x = { .row = *row };
    bool whole = row->layer.n && !row->layer_from && !row->layer_to;
    x.row.state = str_of(experiment_state_name(EXPERIMENT_DRAFT));
    x.row.layer_to = whole ? ASSIGN_BUCKETS : row->layer_to;
    x.row.created_ms = ctx_now_ms(c);
    x.row.started_ms = x.row.ended_ms = 0;
    x.row.winner = x.row.verdict = (str){ 0 };
    TRY(in_transaction(c, d, create, &x));
    *ret_row = x.row;
    return ERR_OK;
}

/* ---- moved on ---- */
static err_code move(ctx *c, change *x, experiment_state to) {
    experiment_state from = EXPERIMENT_DRAFT;
    if (!experiment_state_find(x->row.state, &from)) return fail(c, ERR_CORRUPT, "an experiment is in no state");
    if (!experiment_may_become(from, to))
        return fail_field(c, ERR_CONFLICT, "state", "experiment %lld is %s: only a %s one can become %s", (long long)x->row.experiment_id,
                          experiment_state_name(from), to == EXPERIMENT_RUNNING ? "draft" : "running", experiment_state_name(to));
    x->row.state = str_of(experiment_state_name(to));
    *(to == EXPERIMENT_RUNNING ? &x->row.started_ms : &x->row.ended_ms) = ctx_now_ms(c);
    return ERR_OK;
}

static err_code start(ctx *c, db *d, change *x) {
    experiment *rows = NULL;
    size_t n = 0;
    TRY(experiment_get(c, d, x->row.store_id, x->row.experiment_id, &x->row));
    TRY(move(c, x, EXPERIMENT_RUNNING));
    TRY(read_all(c, d, x->row.store_id, &rows, &n));
    TRY(experiment_check(c, &x->row, rows, n));
    return storage_put(c, d, &experiment_entity, &x->row);
}

static err_code stop(ctx *c, db *d, change *x) {
    TRY(experiment_get(c, d, x->row.store_id, x->row.experiment_id, &x->row));
    TRY(move(c, x, EXPERIMENT_STOPPED));
    return storage_put(c, d, &experiment_entity, &x->row);
}

static err_code drop(ctx *c, db *d, change *x) {
    TRY(experiment_get(c, d, x->row.store_id, x->row.experiment_id, &x->row));
    if (!is_state(&x->row, EXPERIMENT_DRAFT))
        return fail_field(c, ERR_CONFLICT, "state", "experiment %lld is %.*s: only drafts can be deleted", (long long)x->row.experiment_id,
                          STR_ARG(x->row.state));
    return storage_delete(c, d, &experiment_entity, &x->row, 2, NULL);
}

static err_code run(ctx *c, db *d, int64_t store_id, int64_t experiment_id, change_step *step, experiment *ret_row) {
    change x = { .row = { .store_id = store_id, .experiment_id = experiment_id } };
    TRY(in_transaction(c, d, step, &x));
    if (ret_row) *ret_row = x.row;
    return ERR_OK;
}

err_code experiment_start(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row) {
    return run(c, d, store_id, experiment_id, start, ret_row);
}

err_code experiment_stop(ctx *c, db *d, int64_t store_id, int64_t experiment_id, experiment *ret_row) {
    return run(c, d, store_id, experiment_id, stop, ret_row);
}

err_code experiment_delete(ctx *c, db *d, int64_t store_id, int64_t experiment_id) {
    return run(c, d, store_id, experiment_id, drop, NULL);
}
