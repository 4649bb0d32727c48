/* The command: options in, one JSON line a model out. It does NOT parse the command line: app/ does. */
#include "eval/eval.h"
#include <string.h>
#include "base/json.h"
#include "base/limits.h"
#include "base/parse.h"
#include "eval/judge.h"
#include "eval/pick.h"
#include "eval/task_int.h"

static const eval_task *const tasks[] = { &task_topn, &task_basket, &task_sessions, &task_nextbasket };

enum { TOP_LEVEL_MODELS = 64 };

const eval_task *eval_task_named(str name) {
    for (size_t i = 0; i < COUNT(tasks); i++)
        if (str_eq(name, str_of(tasks[i]->name))) return tasks[i];
    return NULL;
}

/* Names of the tasks separated by ", ". */
static void task_names(buf *out) {
    for (size_t i = 0; i < COUNT(tasks); i++) buf_printf(out, "%s%s", i ? ", " : "", tasks[i]->name);
}

/* ---- what was asked for ---- */
typedef struct {
    const eval_task *task;
    const eval_options *o;
    task_options read;
    bool inside;                    /* measure on the validation part */
    const model_row *rows[TOP_LEVEL_MODELS];
    model_options options[TOP_LEVEL_MODELS];
    size_t n;
    bool best;
} plan;

static err_code take_set(ctx *c, plan *p, str key, str value, bool *ret_taken) {
    *ret_taken = true;
    if (str_eq(key, STR("split"))) p->read.split = value;
    else if (str_eq(key, STR("end"))) p->read.end = value;
    else if (str_eq(key, STR("inside"))) {
        if (!parse_bool(value, &p->inside)) return fail_field(c, ERR_INVALID, "set", "inside must be 0 or 1");
    } else *ret_taken = false;
    return ERR_OK;
}

static err_code unknown_model(ctx *c, const plan *p) {
    return fail_field(c, ERR_INVALID, "model", "there is no model '%.*s' for %s; known: %s, all, best", STR_ARG(p->o->model), p->task->name,
                      p->task->models);
}

static err_code choose_rows(ctx *c, plan *p) {
    bool all = str_eq(p->o->model, STR("all"));
    p->best = str_eq(p->o->model, STR("best"));
    if (!all && !p->best) {
        const model_row *row = model_named(p->o->model);
        if (!row) return unknown_model(c, p);
        p->rows[p->n++] = row;
        return ERR_OK;
    }
    for (str names = str_of(p->task->models); names.n && p->n < TOP_LEVEL_MODELS;) p->rows[p->n++] = model_named(str_cut(&names, ' '));
    return ERR_OK;
}

/* A setting is for every chosen model that knows it; one that none knows is a mistake. */
static err_code set_models(ctx *c, plan *p, str key, str value) {
    bool taken = false;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->rows[i]->n_params; k++)
            if (str_eq(key, str_of(p->rows[i]->params[k].name))) {
                TRY(model_set(c, p->rows[i], &p->options[i], key, value));
                taken = true;
            }
    return taken ? ERR_OK : model_set(c, p->rows[0], &p->options[0], key, value);   /* says which are known */
}

static err_code make_plan(ctx *c, const eval_options *o, plan *p) {
    p->o = o;
    p->task = eval_task_named(o->task);
    if (!p->task) {
        AUTO_BUF known;
        buf_init(&known, KIB);
        task_names(&known);
        return fail_field(c, ERR_INVALID, "task", "there is no task '%.*s'; known: %s", STR_ARG(o->task), known.p);
    }
    p->read = (task_options){ .folder = o->data, .top = o->top, .seed = o->seed };
    TRY(choose_rows(c, p));
    for (size_t i = 0; i < p->n; i++) {
        p->options[i] = model_default_options(p->rows[i]);
        p->options[i].seed = o->seed, p->options[i].threads = o->threads;
        p->options[i].progress = o->progress, p->options[i].progress_state = o->progress_state;
    }
    for (size_t i = 0; i < o->n_sets; i++) {
        str value = o->sets[i], key = str_cut(&value, '=');
        bool taken = false;
        if (!value.p) return fail_field(c, ERR_INVALID, "set", "'%.*s' is not of the form key=value", STR_ARG(o->sets[i]));
        TRY(take_set(c, p, key, value, &taken));
        if (!taken) TRY(set_models(c, p, key, value));
    }
    return ERR_OK;
}

/* ---- lines ---- */
static str last_part(const char *path) {
    str s = str_of(path);
    while (s.n > 1 && s.p[s.n - 1] == '/') s.n--;
    const char *slash = s.n ? memrchr(s.p, '/', s.n) : NULL;
    return slash && s.n > 1 ? str_sub(s, (size_t)(slash + 1 - s.p), s.n) : s;
}

static void write_head(json_out *w, const plan *p, const char *name, const model_row *row, const model_options *o) {
    jw_object(w);
    jw_member_text(w, "task", p->task->name);
    jw_member_str(w, "data", last_part(p->o->data));
    jw_member_text(w, "model", name);
    jw_key(w, "params");
    jw_object(w);
    if (p->best) jw_member_text(w, "picked", row->name);
    for (size_t i = 0; i < row->n_params; i++) jw_key(w, row->params[i].name), jw_double(w, o->param[i]);
    jw_end_object(w);
}

static void write_metrics(json_out *w, const plan *p, uint32_t top, const judgement *j) {
    char name[64];
    jw_key(w, "metrics");
    jw_object(w);
    for (int g = 0; g < CASES_MAX_GROUPS && p->task->group_names[g]; g++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            if (!(p->task->metrics & 1U << m)) continue;
            snprintf(name, sizeof name, "%s%s@%u", p->task->group_names[g], p->task->metric_names[m], top);
            jw_member_fixed(w, name, j->mean[g][m], 4);
        }
    jw_end_object(w);
}

static err_code write_line(ctx *c, const plan *p, const eval_cases *cases, const model_row *row, const model_options *o,
                           const judgement *j, buf *out) {
    json_out w;
    int last = p->task->group_names[1] ? 1 : 0;
    jw_init(&w, out);
    write_head(&w, p, p->best ? "best" : row->name, row, o);
    write_metrics(&w, p, cases->top, j);
    jw_member_i64(&w, "n_test", j->n[last]);
    jw_member_fixed(&w, "fit_s", j->fit_s, 3);
    jw_member_fixed(&w, "fit_cpu_s", j->fit_cpu_s, 3);
    jw_member_fixed(&w, "peak_mb", j->peak_mb, 1);
    jw_key(&w, "latency_us");
    jw_object(&w);
    jw_member_fixed(&w, "p50", j->p50_us, 2);
    jw_member_fixed(&w, "p99", j->p99_us, 2);
    jw_end_object(&w);
    jw_end_object(&w);
    buf_char(out, '\n');
    return buf_err(out) ? fail(c, buf_err(out), "the answer does not fit") : ERR_OK;
}

/* A model that cannot take this data says why; the others go on. */
static err_code write_refusal(ctx *c, const plan *p, const model_row *row, const model_options *o, buf *out) {
    json_out w;
    jw_init(&w, out);
    write_head(&w, p, row->name, row, o);
    jw_member_text(&w, "refused", c->error.text);
    jw_end_object(&w);
    buf_char(out, '\n');
    return buf_err(out) ? fail(c, buf_err(out), "the answer does not fit") : ERR_OK;
}

static err_code measure(ctx *c, const plan *p, const eval_cases *cases, size_t i, buf *out) {
    judgement j;
    arena_mark mark = arena_save(c->arena);
    err_code e = judge_model(c, cases, p->rows[i], &p->options[i], false, &j);
    if ((e == ERR_TOO_LARGE || e == ERR_INVALID) && p->n > 1) e = write_refusal(c, p, p->rows[i], &p->options[i], out);
    else if (!e) e = write_line(c, p, cases, p->rows[i], &p->options[i], &j, out);
    if (!e) arena_restore(c->arena, mark);
    return e;
}

err_code eval_command(ctx *c, const eval_options *o, buf *out, void (*line_done)(void *state, buf *out), void *state) {
    plan p = { 0 };
    eval_cases cases;
    TRY(make_plan(c, o, &p));
    TRY(p.task->read(c, &p.read, &cases));
    if (p.inside) {
        eval_cases all = cases;
        TRY(p.task->inside(c, &p.read, &all, &cases));
    }
    cases.top = o->top ? o->top : p.task->top;
    if (p.best) {
        eval_cases held;
        arena_mark mark = arena_save(c->arena);
        TRY(p.task->inside(c, &p.read, &cases, &held));
        held.top = cases.top;
        size_t best = 0;
        TRY(eval_pick(c, &held, p.task->metrics, p.rows, p.options, p.n, &best, &p.options[0]));
        p.rows[0] = p.rows[best], p.n = 1;
        arena_restore(c->arena, mark);
    }
    for (size_t i = 0; i < p.n; i++) {
        TRY(measure(c, &p, &cases, i, out));
        if (line_done) line_done(state, out);
    }
    return ERR_OK;
}
