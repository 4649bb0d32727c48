/* Rows and files of model versions. */
#include "jobs/publish.h"
#include <dirent.h>
#include <inttypes.h>
#include <unistd.h>

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

static err_code change_rows(ctx *c, db *d, const stored_model *m, versions *ret_gone) {
    versions v;
    TRY(read_versions(c, d, m->store_id, &v));
    size_t n_gone = v.n > MODELS_KEPT ? v.n - MODELS_KEPT : 0;      /* the first ones are the oldest */
    for (size_t i = 0; i < v.n; i++) {
        if (i < n_gone) TRY(storage_delete(c, d, &stored_model_entity, &v.rows[i], 3, NULL));
        else if (is_state(&v.rows[i], "serving")) {
            v.rows[i].state = STR("kept");
            TRY(storage_put(c, d, &stored_model_entity, &v.rows[i]));
        }
    }
    *ret_gone = (versions){ v.rows, n_gone };
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

static err_code swap_back(ctx *c, db *d, int64_t store_id, stored_model *ret_model) {
    versions v;
    TRY(read_versions(c, d, store_id, &v));
    size_t i = v.n;
    while (i > 0 && !is_state(&v.rows[i - 1], "kept")) i--;
    if (i == 0) return fail(c, ERR_NOT_FOUND, "store %" PRId64 " has no earlier version to go back to", store_id);
    for (size_t k = 0; k < v.n; k++)
        if (is_state(&v.rows[k], "serving")) {
            v.rows[k].state = STR("failed");
            TRY(storage_put(c, d, &stored_model_entity, &v.rows[k]));
        }
    stored_model *back = &v.rows[i - 1];
    back->state = STR("serving");
    *ret_model = *back;
    return storage_put(c, d, &stored_model_entity, back);
}

err_code model_roll_back(ctx *c, db *d, int64_t store_id, stored_model *ret_model) {
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = swap_back(c, d, store_id, ret_model);
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
