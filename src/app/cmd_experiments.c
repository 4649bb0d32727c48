/* vitrine experiments: what is tried in a store and how it goes; look at it now; take back what a winner changed. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/foreground.h"
#include "app/pick.h"
#include "app/signals.h"
#include "base/limits.h"
#include "base/parse.h"
#include "experiments/lifecycle.h"
#include "jobs/trial.h"

static void print_row(const invocation *v, const experiment *e) {
    char began[TIME_WORDS], ended[TIME_WORDS];
    fprintf(v->out, "%4" PRId64 "  %-12.*s %-10.*s %s  ", e->experiment_id, STR_ARG(e->state), STR_ARG(e->placement.n ? e->placement
        : STR("all")),
            time_words(e->started_ms, began));
    if (e->ended_ms) fprintf(v->out, "to %s  ", time_words(e->ended_ms, ended));
    fprintf(v->out, "%.*s", STR_ARG(e->name));
    if (e->winner.n) fprintf(v->out, "  won by %.*s", STR_ARG(e->winner));
    fputc('\n', v->out);
}

static err_code list(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    experiment *rows;
    size_t n;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    TRY(experiment_list(c, h.d, s.store_id, 0, LIMIT_PAGE_ROWS, &rows, &n));
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "experiments");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (v->json) entity_json(&w, &experiment_entity, &rows[i], 2);
        else print_row(v, &rows[i]);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    if (v->json) return print_json(v, &b);
    if (!n) fputs("no experiment yet\n", v->out);
    return ERR_OK;
}

static err_code number_of(ctx *c, const invocation *v, int64_t *ret_id) {
    if (parse_int_in(invocation_arg(v, 2), 1, INT64_MAX, ret_id)) return ERR_OK;
    return usage_error(c, "-", "the number of an experiment is a whole number; 'vitrine experiments list STORE' shows them");
}

/* ---- how it goes ---- */
static double figure(const json_value *o, const char *key) {
    double x = 0;
    (void)jr_double(jr_get(o, key), &x);                    /* null: nothing is known, 0 is shown */
    return x;
}

static void print_arm(const invocation *v, const json_value *arm, str metric) {
    str key = jr_string(jr_get(arm, "key"));
    const json_value *m = NULL;
    for (void *it = jr_first(jr_get(arm, "metrics")); it; it = jr_next(jr_get(arm, "metrics"), it))
        if (str_eq(jr_member_key(it), metric)) m = jr_member_value(it);
    fprintf(v->out, "  %-12.*s %8.0f visitors %6.0f orders  %.*s %10.4f", STR_ARG(key), figure(arm, "visitors"), figure(arm, "orders"),
            STR_ARG(metric), figure(m, "value"));
    if (jr_is_number(jr_get(m, "lift")))
        fprintf(v->out, "  lift %+.1f %% (%+.1f to %+.1f)", 100 * figure(m, "lift"), 100 * figure(m, "low"), 100 * figure(m, "high"));
    fprintf(v->out, "  best with %.1f %%\n", 100 * figure(arm, "chance"));
}

static err_code print_figures(ctx *c, const invocation *v, str figures) {
    const json_value *o = NULL;
    TRY(json_parse(c, figures, JSON_READ_STRICT, &o));
    str why = jr_string(jr_get(o, "why"));
    fprintf(v->out, "  after %.1f days: %.*s\n", figure(o, "days"), STR_ARG(why));
    for (size_t i = 0; i < jr_count(jr_get(o, "arms")); i++) print_arm(v, jr_at(jr_get(o, "arms"), i), jr_string(jr_get(o, "metric")));
    return ERR_OK;
}

static err_code newest_day(ctx *c, home *h, const experiment *e, str *ret_figures) {
    experiment_day *days;
    size_t n;
    *ret_figures = e->verdict;
    if (e->verdict.n) return ERR_OK;
    TRY(storage_scan(c, h->d, &experiment_day_entity, &(experiment_day){ .store_id = e->store_id, .experiment_id =
        e->experiment_id }, 2, NULL,
                     LIMIT_PAGE_ROWS, &days, &n));
    if (n) *ret_figures = days[n - 1].figures;
    return ERR_OK;
}

static err_code show(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    experiment e;
    int64_t id = 0;
    str figures;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    TRY(number_of(c, v, &id));
    TRY(experiment_get(c, h.d, s.store_id, id, &e));
    TRY(newest_day(c, &h, &e, &figures));
    if (v->json) {
        fprintf(v->out, "%.*s\n", STR_ARG(figures.n ? figures : STR("{}")));
        return ERR_OK;
    }
    print_row(v, &e);
    if (!figures.n) fputs("  nobody has looked at it yet: vitrine experiments look STORE\n", v->out);
    return figures.n ? print_figures(c, v, figures) : ERR_OK;
}

static err_code look(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    foreground_outcome done;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    signals_start();
    TRY(foreground_run(c, v, &h, &s, &(foreground_order){ .kind = "experiments", .input = "" }, &done));
    fprintf(v->out, "%.*s\n", STR_ARG(done.result));
    return ERR_OK;
}

static err_code rollback(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    placement_change x;
    int64_t id = 0;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    TRY(number_of(c, v, &id));
    TRY(trial_take_back(c, h.d, s.store_id, id, &x));
    if (v->json) fprintf(v->out, "{\"settings\":%.*s}\n", STR_ARG(x.before));
    else fprintf(v->out, "%.*s is set as before: %.*s; a running server takes it within seconds\n", STR_ARG(x.placement),
                 STR_ARG(x.before));
    return ERR_OK;
}

static const action actions[] = {
    { "list", 1, 2, list }, { "show", 3, 3, show }, { "look", 2, 2, look }, { "rollback", 3, 3, rollback },
};

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_experiments = {
    .name = "experiments", .summary = "What is tried in a store, how it goes, and taking back what a winner changed",
    .usage = "[list STORE | show STORE EXPERIMENT | look STORE | rollback STORE EXPERIMENT]",
    .details = "look counts and judges now what else is looked at every night.", .max_args = 3, .run = run,
};
