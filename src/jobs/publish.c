/* Rows and files of model versions. */
#include "jobs/publish.h"
#include <dirent.h>
#include <inttypes.h>
#include <unistd.h>
#include "storage/queries.h"

enum { MOST_VERSIONS = 1000 };

typedef struct { stored_model *rows; size_t n; } versions;     /* ascending */

static bool is_state(const stored_model *m, const char *state) { return str_eq(m->state, str_of(state)); }

static err_code read_versions(ctx *c, db *d, int64_t store_id, versions *ret_versions) {
    stored_model key = { .store_id = store_id, .kind = STR("snapshot") };
    return storage_scan(c, d, &stored_model_entity, &key, 2, NULL, MOST_VERSIONS, &ret_versions->rows, &ret_versions->n);
}

err_code model_serving(ctx *c, db *d, int64_t store_id, stored_model *ret_model) {
    versions v;
    TRY(read_versions(c, d, store_id, &v));
    for (size_t i = v.n; i-- > 0;)
        if (is_state(&v.rows[i], "serving")) {
            *ret_model = v.rows[i];
            return ERR_OK;
        }
    return fail(c, ERR_NOT_FOUND, "store %" PRId64 " has learned nothing yet", store_id);
}

err_code model_next(ctx *c, db *d, int64_t store_id, stored_model *ret_model) {
    versions v;
    TRY(read_versions(c, d, store_id, &v));
    int64_t version = v.n ? v.rows[v.n - 1].version + 1 : 1;
    buf b;
    buf_init_in(&b, c->arena, 128);
    buf_printf(&b, "stores/%" PRId64 "/snapshot-%" PRId64 ".vit", store_id, version);
    TRY(buf_err(&b));
    *ret_model = (stored_model){ .store_id = store_id, .kind = STR("snapshot"), .version = version, .artifact = buf_view(&b) };
    return ERR_OK;
}

/* A file that cannot be deleted is only space: `doctor` and the next publication see it no more. */
static void delete_file(ctx *c, const char *data_dir, str artifact) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "%s/%.*s", data_dir, STR_ARG(artifact));
    if (!buf_err(&b)) (void)unlink(b.p);
}

static bool is_last_of_its_day(const versions *v, size_t i) {
    return i + 1 == v->n || v->rows[i].created_ms / MS_PER_DAY != v->rows[i + 1].created_ms / MS_PER_DAY;
}

/* The newest ones, and one of each of the last days. */
static bool is_kept(const versions *v, size_t i, int64_t now_ms) {
    bool recent = v->rows[i].created_ms > now_ms - MODEL_DAYS_KEPT * (int64_t)MS_PER_DAY;
    return i + MODELS_KEPT >= v->n || (recent && is_last_of_its_day(v, i));
}

static err_code change_rows(ctx *c, db *d, const stored_model *m, versions *ret_gone) {
    versions v;
    TRY(read_versions(c, d, m->store_id, &v));
    stored_model *gone = arena_new(c->arena, stored_model, v.n + 1);
    size_t n_gone = 0;
    if (!gone) return fail(c, ERR_NO_MEMORY, "publish what was learned");
    for (size_t i = 0; i < v.n; i++) {
        if (!is_kept(&v, i, m->created_ms)) {
            gone[n_gone++] = v.rows[i];
            TRY(storage_delete(c, d, &stored_model_entity, &v.rows[i], 3, NULL));
        } else if (is_state(&v.rows[i], "serving")) {
            v.rows[i].state = STR("kept");
            TRY(storage_put(c, d, &stored_model_entity, &v.rows[i]));
        }
    }
    *ret_gone = (versions){ gone, n_gone };
    stored_model row = *m;
    row.state = STR("serving");
    return storage_put(c, d, &stored_model_entity, &row);
}

err_code model_publish(ctx *c, db *d, const char *data_dir, const stored_model *m) {
    versions gone = { 0 };
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = change_rows(c, d, m, &gone);
    if (e) {
        storage_rollback(d);
        return e;
    }
    TRY(storage_commit(c, d));
    for (size_t i = 0; i < gone.n; i++) delete_file(c, data_dir, gone.rows[i].artifact);
    return ERR_OK;
}

static err_code swap_back(ctx *c, db *d, int64_t store_id, int64_t version, stored_model *ret_model) {
    versions v;
    TRY(read_versions(c, d, store_id, &v));
    size_t i = v.n;
    while (i > 0 && !(is_state(&v.rows[i - 1], "kept") && (!version || v.rows[i - 1].version == version))) i--;
    if (i == 0) return fail(c, ERR_NOT_FOUND, "store %" PRId64 " has no earlier version to go back to", store_id);
    for (size_t k = 0; k < v.n; k++)
        if (is_state(&v.rows[k], "serving") || (k >= i && is_state(&v.rows[k], "kept"))) {
            v.rows[k].state = STR("failed");
            v.rows[k].failed_ms = ctx_now_ms(c);
            TRY(storage_put(c, d, &stored_model_entity, &v.rows[k]));
        }
    stored_model *back = &v.rows[i - 1];
    back->state = STR("serving");
    *ret_model = *back;
    return storage_put(c, d, &stored_model_entity, back);
}

err_code model_held_until(ctx *c, db *d, int64_t store_id, int64_t *ret_ms) {
    const sql_value id = SQL_INT(store_id);
    int64_t failed_ms = 0;
    TRY(storage_query_i64(c, d, &query_last_failed, &id, 1, 0, &failed_ms));
    *ret_ms = failed_ms ? failed_ms + MODEL_HOLD_MS : 0;
    return ERR_OK;
}

err_code model_list(ctx *c, db *d, int64_t store_id, stored_model **ret_models, size_t *ret_n) {
    versions v;
    TRY(read_versions(c, d, store_id, &v));
    *ret_models = v.rows;
    *ret_n = v.n;
    return ERR_OK;
}

err_code model_roll_back(ctx *c, db *d, int64_t store_id, int64_t version, stored_model *ret_model) {
    if (storage_in_transaction(d)) return swap_back(c, d, store_id, version, ret_model);
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = swap_back(c, d, store_id, version, ret_model);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

static bool has_row(const versions *v, str artifact) {
    for (size_t i = 0; i < v->n; i++)
        if (str_eq(v->rows[i].artifact, artifact)) return true;
    return false;
}

err_code model_sweep_files(ctx *c, db *d, const char *data_dir, int64_t store_id) {
    versions v;
    buf path;
    TRY(read_versions(c, d, store_id, &v));
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/stores/%" PRId64, data_dir, store_id);
    TRY(buf_err(&path));
    DIR *folder = opendir(path.p);
    if (!folder) return ERR_OK;                             /* nothing was ever learned */
    for (const struct dirent *f; (f = readdir(folder));) {
        char artifact[300];
        int n = snprintf(artifact, sizeof artifact, "stores/%" PRId64 "/%s", store_id, f->d_name);
        bool ours = str_starts(str_of(f->d_name), STR("snapshot-")) && n > 0 && (size_t)n < sizeof artifact;
        if (ours && !has_row(&v, str_of(artifact))) delete_file(c, data_dir, str_of(artifact));
    }
    closedir(folder);
    return ERR_OK;
}
