/* The train job: learn a store, check the file as a reader would, let it serve. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "base/limits.h"
#include "decide/learn.h"
#include "jobs/kinds_int.h"
#include "jobs/not_worse.h"
#include "stores/stores.h"

static err_code path_below(ctx *c, const char *data_dir, str below, const char **ret_path) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_text(&b, data_dir);
    buf_char(&b, '/');
    buf_str(&b, below);
    if (buf_err(&b)) return fail(c, buf_err(&b), "the path of the data folder is too long");
    *ret_path = b.p;
    return ERR_OK;
}

static err_code make_folder(ctx *c, const char *data_dir, int64_t store_id) {
    char below[64];
    const char *path;
    snprintf(below, sizeof below, "stores/%" PRId64, store_id);
    TRY(path_below(c, data_dir, str_of(below), &path));
    return file_make_dirs(c, path);
}

/* What a reader would refuse must not be published. */
static err_code check_file(ctx *c, const char *path) {
    snapshot *s;
    TRY(snapshot_open(c, path, &s));
    snapshot_close(s);
    return ERR_OK;
}

static err_code describe(ctx *c, const learn_report *r, stored_model *m) {
    buf text, check;
    buf_init_in(&text, c->arena, 16 * KIB);
    buf_init_in(&check, c->arena, 32);
    json_out w;
    jw_init(&w, &text);
    jw_object(&w);
    learn_report_write(&w, r);
    jw_end_object(&w);
    buf_printf(&check, "%016" PRIx64, r->check);
    if (buf_err(&text)) return fail(c, buf_err(&text), "the report of the training is too long");
    m->metrics = buf_view(&text);
    m->checksum = buf_view(&check);
    m->bytes = (int64_t)r->bytes;
    return buf_err(&check);
}

static err_code write_result(job_task *t, const stored_model *m) {
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "version", m->version);
    jw_member_i64(&w, "bytes", m->bytes);
    jw_key(&w, "metrics");
    jw_raw(&w, m->metrics);
    jw_end_object(&w);
    return buf_err(t->result);
}

static err_code learn_as_of(ctx *c, job_task *t, const store *s, stored_model *m, const char *path) {
    learn_params p = learn_default_params();
    learn_report report;
    p.as_of_ms = p.created_ms = m->created_ms;
    p.version = m->version;
    p.locale = s->locale;
    TRY(learn_store(c, t->d, s->store_id, &p, path, &report));
    return describe(c, &report, m);
}

static err_code learn_to(ctx *c, job_task *t, const store *s, stored_model *m, const char *path) {
    m->created_ms = ctx_now_ms(c);
    job_progress(t, STR("learning"), 0, 0);
    TRY(learn_as_of(c, t, s, m, path));
    job_progress(t, STR("publishing"), 0, 0);
    return check_file(c, path);
}

/* The new figures are of newer baskets than the old ones: did the training become worse, or the baskets harder to foretell? So what the
 * shop knows today is asked once more for the baskets that the serving version was judged on, by learning as of its day. Costs a
 * training, and only where something fell; equal data give equal figures. Killed meanwhile it leaves a file for the next sweep. */
static err_code is_worse_on_the_same(ctx *c, job_task *t, const store *s, const stored_model *old, const char *path, str *ret_why) {
    stored_model again = { .version = old->version, .created_ms = old->created_ms };
    buf beside;
    buf_init_in(&beside, c->arena, 4096);
    buf_printf(&beside, "%s.again", path);
    TRY(buf_err(&beside));
    job_progress(t, STR("comparing with what serves"), 0, 0);
    err_code e = learn_as_of(c, t, s, &again, beside.p);
    (void)unlink(beside.p);                                 /* of no use but its figures */
    *ret_why = (str){ 0 };
    if (e) return e;
    if (!learned_is_worse(c, old->metrics, again.metrics, ret_why))
        log_line(c->log, LOG_INFO, "train.harder_to_foretell", "store=%lld version=%lld", (long long)s->store_id, (long long)old->version);
    return ERR_OK;
}

/* A person who asks for it at the terminal gets it. */
static err_code is_refused(ctx *c, job_task *t, const store *s, const stored_model *m, str *ret_why) {
    stored_model old;
    *ret_why = (str){ 0 };
    err_code e = model_serving(c, t->d, m->store_id, &old);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    const char *path;
    bool old_age = m->created_ms - old.created_ms > NOT_WORSE_DAYS * (int64_t)MS_PER_DAY;
    if (t->services->foreground || old_age) return ERR_OK;
    TRY(path_below(c, t->services->data_dir, old.artifact, &path));
    bool serves = check_file(c, path) == ERR_OK;            /* what cannot be read is no rival */
    return serves && learned_is_worse(c, old.metrics, m->metrics, ret_why) ? is_worse_on_the_same(c, t, s, &old, path, ret_why) : ERR_OK;
}

/* What was asked for before a version was taken back would bring back what that one was taken back for. */
static err_code is_overtaken(ctx *c, job_task *t, str *ret_why) {
    int64_t held_ms = 0;
    if (t->services->foreground) return ERR_OK;
    TRY(model_held_until(c, t->d, t->row->store_id, &held_ms));
    if (ctx_now_ms(c) < held_ms && t->row->created_ms <= held_ms - MODEL_HOLD_MS) *ret_why = STR("what served was taken back meanwhile");
    return ERR_OK;
}

/* Its file goes with the next training's sweep. */
static err_code refuse(ctx *c, job_task *t, const stored_model *m, str why) {
    json_out w;
    log_line(c->log, LOG_WARN, "train.refused", "store=%lld version=%lld why=%.*s", (long long)m->store_id, (long long)m->version,
             STR_ARG(why));
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_str(&w, "refused", why);
    jw_key(&w, "metrics");
    jw_raw(&w, m->metrics);
    jw_end_object(&w);
    return buf_err(t->result);
}

err_code job_body_train(ctx *c, job_task *t) {
    store s;
    stored_model m;
    const char *path;
    str why;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    TRY(model_next(c, t->d, s.store_id, &m));
    TRY(make_folder(c, t->services->data_dir, s.store_id));
    TRY(model_sweep_files(c, t->d, t->services->data_dir, s.store_id));
    TRY(path_below(c, t->services->data_dir, m.artifact, &path));
    TRY(learn_to(c, t, &s, &m, path));
    TRY(ctx_check(c));                                      /* taken by somebody else meanwhile: not ours to publish */
    TRY(is_refused(c, t, &s, &m, &why));
    TRY(ctx_check(c));
    if (!why.n) TRY(is_overtaken(c, t, &why));
    if (why.n) return refuse(c, t, &m, why);
    TRY(model_publish(c, t->d, t->services->data_dir, &m));
    if (t->services->serving) TRY(serving_reload(c, t->services->serving, t->d, s.store_id));
    return write_result(t, &m);
}
