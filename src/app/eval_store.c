/* Reads the shop, asks eval/store.h, prints. It does NOT choose questions or models: eval/ does. */
#include "app/eval_store.h"
#include <unistd.h>
#include "app/home.h"
#include "app/pick.h"
#include "base/limits.h"
#include "decide/shop_interactions.h"
#include "decide/shop_visits.h"
#include "eval/store.h"
#include "features/facts.h"

typedef struct {
    const invocation *v;
    const eval_store_options *o;
    str store;
    ctx *c;
    err_code err;                   /* of writing */
} view;

static void clear_line(const view *w) {
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", w->v->err);
}

/* ---- for people ---- */

static void print_head(const view *w, const store_questions *q) {
    const store_task_row *t = &store_tasks[q->task];
    char day[21];
    time_format(q->window.split_ms, day);
    fprintf(w->v->out, "%s%s\n", q->task ? "\n" : "", t->title);
    if (q->n_clusters < STORE_LEAST_CASES) {
        fprintf(w->v->out, "  too few %s to judge: %u %s in the newest weeks, needs %d\n", t->made_of, q->n_clusters, t->case_words,
                STORE_LEAST_CASES);
        return;
    }
    fprintf(w->v->out, "  judged on %u %s since %.10s (%u week%s), learned from what was before\n", q->n_clusters, t->case_words, day,
            q->window.weeks, q->window.weeks == 1 ? "" : "s");
    fprintf(w->v->out, "  %-14s", "model");
    for (int g = 0; g < CASES_MAX_GROUPS && t->group_names[g]; g++)
        fprintf(w->v->out, "%sHR@%u%-22s", g ? "  " : "", q->cases.top, t->group_names[1] ? (g ? " cart" : " product page") : "");
    fprintf(w->v->out, "  against best sellers   fit s   p50 us\n");
}

static const char *verdict(const interval *gain) {
    return gain->low > 0 ? "better" : gain->high < 0 ? "worse" : "as good";
}

static void print_row(const view *w, const store_questions *q, const comparison *r) {
    const store_task_row *t = &store_tasks[q->task];
    int last = t->group_names[1] ? 1 : 0;
    fprintf(w->v->out, "  %-14s", r->row->name);
    if (r->refused) {
        fprintf(w->v->out, "%s\n", r->reason);
        return;
    }
    for (int g = 0; g <= last; g++) {
        const interval *f = &r->figure[g][METRIC_HIT];
        fprintf(w->v->out, "%s%.3f [%.3f, %.3f]      ", g ? "  " : "", f->value, f->low, f->high);
    }
    const interval *gain = &r->gain[last][METRIC_HIT];
    if (r->row != model_named(STR("popularity")))
        fprintf(w->v->out, "  %+.3f %-14s", gain->value, verdict(gain));
    else fprintf(w->v->out, "  %-21s", "");
    fprintf(w->v->out, " %6.2f %8.0f\n", r->j.fit_s, r->j.p50_us);
}

/* ---- for programs ---- */

static void write_pair(json_out *w, const char *name, const interval *i, bool with_value) {
    jw_key(w, name);
    jw_array(w);
    if (with_value) jw_fixed(w, i->value, 4);
    jw_fixed(w, i->low, 4);
    jw_fixed(w, i->high, 4);
    jw_end_array(w);
}

typedef enum { FIGURES, INTERVALS, GAINS } part;

static void write_part(json_out *w, const char *key, const store_questions *q, const comparison *r, part what) {
    const store_task_row *t = &store_tasks[q->task];
    char name[64];
    jw_key(w, key);
    jw_object(w);
    for (int g = 0; g < CASES_MAX_GROUPS && t->group_names[g]; g++)
        for (int m = 0; m < METRIC_COUNT; m++) {
            if (!(t->metrics & 1U << m)) continue;
            snprintf(name, sizeof name, "%s%s@%u", t->group_names[g], t->metric_names[m], q->cases.top);
            if (what == FIGURES) jw_key(w, name), jw_fixed(w, r->figure[g][m].value, 4);
            else write_pair(w, name, what == GAINS ? &r->gain[g][m] : &r->figure[g][m], what == GAINS);
        }
    jw_end_object(w);
}

static void write_measured(json_out *w, const store_questions *q, const comparison *r) {
    write_part(w, "metrics", q, r, FIGURES);
    write_part(w, "interval", q, r, INTERVALS);
    write_part(w, "gain", q, r, GAINS);
    jw_member_i64(w, "n_test", q->n_clusters);
    jw_member_fixed(w, "fit_s", r->j.fit_s, 3);
    jw_member_fixed(w, "fit_cpu_s", r->j.fit_cpu_s, 3);
    jw_member_fixed(w, "peak_mb", r->j.peak_mb, 1);
    jw_key(w, "latency_us");
    jw_object(w);
    jw_member_fixed(w, "p50", r->j.p50_us, 2);
    jw_member_fixed(w, "p99", r->j.p99_us, 2);
    jw_end_object(w);
}

static void write_line(const view *v, const store_questions *q, const comparison *r, buf *out) {
    json_out w;
    char day[21];
    jw_init(&w, out);
    jw_object(&w);
    jw_member_text(&w, "task", store_tasks[q->task].name);
    jw_member_str(&w, "store", v->store);
    if (!r) {
        jw_member_bool(&w, "judged", false);
        jw_member_i64(&w, "n_test", q->n_clusters);
        jw_member_i64(&w, "needs", STORE_LEAST_CASES);
    } else {
        time_format(q->window.split_ms, day);
        jw_member_text(&w, "model", r->row->name);
        jw_member_text(&w, "split", day);
        jw_key(&w, "params");
        jw_object(&w);
        for (size_t i = 0; i < r->row->n_params; i++) jw_key(&w, r->row->params[i].name), jw_double(&w, r->options.param[i]);
        jw_end_object(&w);
        if (r->refused) jw_member_text(&w, "refused", r->reason);
        else write_measured(&w, q, r);
    }
    jw_end_object(&w);
}

static void show(void *state, const store_questions *q, const comparison *r) {
    view *w = state;
    clear_line(w);
    if (!w->v->json) {
        if (r) print_row(w, q, r);
        else print_head(w, q);
    } else if (r || q->n_clusters < STORE_LEAST_CASES) {
        arena_mark mark = arena_save(w->c->arena);
        buf line;
        buf_init_in(&line, w->c->arena, MIB);
        write_line(w, q, r, &line);
        if (!w->err) w->err = print_json(w->v, &line);
        arena_restore(w->c->arena, mark);
    }
    fflush(w->v->out);
}

static void progress(void *state, const char *what, double share_0_1) {
    const view *w = state;
    if (w->o->progress) w->o->progress((void *)(uintptr_t)w->v, what, share_0_1);
}

err_code eval_store_command(ctx *c, const invocation *v, const eval_store_options *o) {
    AUTO_HOME h = { 0 };
    store s;
    shop_data shop;
    shop_facts facts;
    interactions x, looked_at;
    shop_visits visits;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, o->store, &s));
    TRY(storage_begin(c, h.d, STORAGE_READ));
    err_code e = features_load_shop(c, h.d, s.store_id, ctx_now_ms(c), &shop);
    if (!e) e = shop_visits_load(c, h.d, &shop, &visits);
    storage_rollback(h.d);                                      /* nothing was written */
    if (e) return e;
    TRY(facts_of_shop(c, &shop, s.locale, &facts));
    TRY(shop_interactions(c, &shop, &facts.matrix, &x));
    TRY(shop_visits_interactions(c, &visits, shop.n_items, &looked_at));
    view w = { .v = v, .o = o, .store = s.name, .c = c };
    const store_options asked = { .model = o->model, .seed = o->seed, .threads = o->threads, .progress = progress, .show = show,
                                  .state = &w };
    TRY(eval_store(c, &x, &looked_at, &asked));
    return w.err;
}
