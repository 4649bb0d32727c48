/* Task `basket` behind the command: options in, lines out. */
#include "eval/eval_int.h"
#include "base/json.h"
#include "eval/basket.h"
#include <string.h>
#include <sys/resource.h>

enum { VALIDATION_DAYS = 28 };

typedef struct {
    invoice_window window;
    basket_params params;
} basket_options;

static err_code set_day(ctx *c, str key, str value, int64_t *ret_ms) {
    if (!time_parse(value, ret_ms)) return fail_field(c, ERR_INVALID, "set", "%.*s must be a date like 2011-11-09", STR_ARG(key));
    return ERR_OK;
}

static err_code read_sets(ctx *c, const eval_options *o, basket_options *ret_options) {
    basket_options b = { .window = { INT64_MIN, INT64_MAX }, .params = { rules_default_params() } };
    for (size_t i = 0; i < o->n_sets; i++) {
        str value = o->sets[i], key = str_cut(&value, '=');
        if (!value.p) return fail_field(c, ERR_INVALID, "set", "'%.*s' is not of the form key=value", STR_ARG(o->sets[i]));
        if (str_eq(key, STR("split"))) TRY(set_day(c, key, value, &b.window.split_ms));
        else if (str_eq(key, STR("end"))) TRY(set_day(c, key, value, &b.window.end_ms));
        else TRY(basket_params_set(c, &b.params, key, value));
    }
    *ret_options = b;
    return ERR_OK;
}

static double peak_mb(void) {
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) == 0 ? (double)u.ru_maxrss / 1024 : 0;
}

static str last_part(const char *path) {
    str s = str_of(path);
    while (s.n > 1 && s.p[s.n - 1] == '/') s.n--;
    const char *slash = s.n ? memrchr(s.p, '/', s.n) : NULL;
    return slash && s.n > 1 ? str_sub(s, (size_t)(slash + 1 - s.p), s.n) : s;
}

static void write_line(buf *out, const eval_options *o, const char *model, const char *picked, const basket_params *p,
                       const basket_figures *f) {
    json_out w;
    jw_init(&w, out);
    jw_object(&w);
    jw_member_text(&w, "task", "basket");
    jw_member_str(&w, "data", last_part(o->data));
    jw_member_text(&w, "model", model);
    jw_key(&w, "params");
    jw_object(&w);
    if (picked) jw_member_text(&w, "picked", picked);
    if (strcmp(picked ? picked : model, "rules") == 0) basket_params_write(p, &w);
    jw_end_object(&w);
    jw_key(&w, "metrics");
    jw_object(&w);
    jw_member_fixed(&w, "p_hr@10", f->p_hr, 4);
    jw_member_fixed(&w, "p_mrr@10", f->p_mrr, 4);
    jw_member_fixed(&w, "c_hr@10", f->c_hr, 4);
    jw_member_fixed(&w, "c_mrr@10", f->c_mrr, 4);
    jw_end_object(&w);
    jw_member_i64(&w, "n_test", f->n_test);
    jw_member_fixed(&w, "fit_s", f->fit_s, 3);
    jw_member_fixed(&w, "fit_cpu_s", f->fit_cpu_s, 3);
    jw_member_fixed(&w, "peak_mb", peak_mb(), 1);
    jw_key(&w, "latency_us");
    jw_object(&w);
    jw_member_fixed(&w, "p50", f->p50_us, 2);
    jw_member_fixed(&w, "p99", f->p99_us, 2);
    jw_end_object(&w);
    jw_end_object(&w);
    buf_char(out, '\n');
}

/* The model with the best figures on the newest weeks of the training part. */
static err_code pick(ctx *c, const eval_options *o, const basket_options *b, int64_t split_ms, const basket_model **ret_model) {
    arena_mark mark = arena_save(c->arena);
    invoice_data inside;
    invoice_window w = { .split_ms = split_ms - (int64_t)VALIDATION_DAYS * MS_PER_DAY, .end_ms = split_ms };
    TRY(invoices_read(c, o->data, w, &inside));
    double most = -1;
    for (size_t i = 0; i < n_basket_models; i++) {
        basket_figures f;
        TRY(basket_measure(c, basket_models[i], &b->params, &inside, &f));
        double sum = f.p_hr + f.p_mrr + f.c_hr + f.c_mrr;
        if (sum > most) most = sum, *ret_model = basket_models[i];
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code measure(ctx *c, const eval_options *o, const basket_options *b, const invoice_data *d, const basket_model *m,
                        bool picked, buf *out) {
    basket_figures f;
    TRY(basket_measure(c, m, &b->params, d, &f));
    write_line(out, o, picked ? "best" : m->name, picked ? m->name : NULL, &b->params, &f);
    return buf_err(out);
}

err_code eval_basket(ctx *c, const eval_options *o, buf *out) {
    basket_options b;
    invoice_data d;
    bool all = str_eq(o->model, STR("all")), best = str_eq(o->model, STR("best"));
    const basket_model *m = basket_model_named(o->model);
    if (!m && !all && !best)
        return fail_field(c, ERR_INVALID, "model", "there is no model '%.*s'; known: popularity, cocount, rules, all, best",
                          STR_ARG(o->model));
    TRY(read_sets(c, o, &b));
    TRY(invoices_read(c, o->data, b.window, &d));
    if (d.train.n_baskets == 0 || d.test.n_baskets == 0)
        return fail_field(c, ERR_INVALID, "data", "%u training and %u test baskets: nothing to measure", d.train.n_baskets,
                          d.test.n_baskets);
    if (best) TRY(pick(c, o, &b, d.split_ms, &m));
    for (size_t i = 0; all && i < n_basket_models; i++) TRY(measure(c, o, &b, &d, basket_models[i], false, out));
    return all ? ERR_OK : measure(c, o, &b, &d, m, best, out);
}
