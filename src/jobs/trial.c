/* Looks at one experiment; see trial.h. It does NOT choose what to try: programme.c does. */
#include "jobs/trial.h"
#include <math.h>
#include "base/limits.h"
#include "base/zone.h"
#include "decide/placement_settings.h"
#include "jobs/display_learning.h"
#include "jobs/letters.h"
#include "jobs/outcomes.h"
#include "schema/currency.h"

enum { SETTINGS_BYTES = 4096, FIGURES_BYTES = 64 * 1024 };

typedef struct {
    ctx *c;
    db *d;
    const store *s;
    experiment row;                 /* as it is now */
    running_experiment e;
    experiment_plan plan;
    placement_settings owner, set[LIMIT_VARIANTS];
    double share[LIMIT_VARIANTS], days;
    str keys[LIMIT_VARIANTS];
    experiment_sums sums;
    experiment_figures figures;
    str json;                       /* the figures */
    trial_outcome outcome;
} trial;

/* Displays that compete (display_learning.h): shares move by another rule, and no rule ends it. */
static bool is_learned(const trial *t) { return str_eq(t->row.author, LEARNING_AUTHOR); }

double trial_margin(ctx *c, const store *s) {
    const json_value *v = NULL;
    int64_t percent = 0;
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    return jr_i64(jr_get(v, "margin_percent"), &percent) && percent >= 1 && percent <= 100 ? (double)percent / 100 : .3;
}

/* ---- what is asked ---- */
static err_code read_owner(trial *t) {
    placement_setting p = { .store_id = t->s->store_id, .placement = t->row.placement };
    err_code e = t->row.placement.n ? storage_get(t->c, t->d, &placement_setting_entity, &p) : ERR_NOT_FOUND;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (placement_settings_parse(t->c, p.settings, &t->owner)) t->owner = (placement_settings){ 0 };   /* passed over, as answers do */
    return ERR_OK;
}

/* What holds in an arm: the variant's over the owner's. */
static double discount_of(const trial *t, size_t a) {
    placement_settings s = t->owner;
    placement_settings_lay(&s, &t->set[a]);
    return placement_setting_or(&s, PLACEMENT_PRICE_INCENTIVE, true) ? placement_setting_or(&s, PLACEMENT_DISCOUNT, 0) / 100.0 : 0;
}

static err_code prepare(trial *t) {
    TRY(experiment_read(t->c, &t->row, &t->e));
    TRY(experiment_plan_read(t->c, t->row.plan, &t->plan));
    TRY(read_owner(t));
    t->plan.is_bandit = t->plan.is_bandit || is_learned(t);
    for (size_t a = 0; a < t->e.n_variants; a++) {
        const experiment_variant *v = &t->e.variants[a];
        t->share[a] = v->share_0_1;
        t->keys[a] = v->key;
        TRY(placement_settings_parse(t->c, v->settings, &t->set[a]));
    }
    t->days = fmax(0, (double)(ctx_now_ms(t->c) - t->row.started_ms) / MS_PER_DAY);
    return ERR_OK;
}

static err_code write_figures(trial *t) {
    buf b;
    json_out w;
    buf_init_in(&b, t->c->arena, FIGURES_BYTES);
    jw_init(&w, &b);
    experiment_figures_write(&w, &t->plan, &t->sums, &t->figures, t->keys, t->days, currency_digits(t->s->currency));
    if (buf_err(&b)) return fail(t->c, buf_err(&b), "write the figures of an experiment");
    t->json = buf_view(&b);
    return ERR_OK;
}

/* A look every night lies some minutes before or after the hour it began at: a day that lacks less than an hour has passed. */
static double days_passed(const trial *t) { return floor(t->days + 1.0 / 24); }

static void leave_running(trial *t) {
    t->figures.end.verdict = END_RUNNING, t->figures.end.reason = END_BY_UNDECIDED;
    for (size_t a = 0; a < t->e.n_variants; a++) {
        t->figures.end.variant[a] = END_RUNNING, t->figures.end.variant_reason[a] = END_BY_UNDECIDED;
        t->figures.share[a] = t->share[a];
    }
}

static err_code judge(trial *t) {
    outcome_question q = { .store_id = t->s->store_id, .experiment = &t->e, .margin_0_1 = t->plan.margin_0_1,
                           .by_first_arm = t->plan.is_bandit };
    for (size_t a = 0; a < t->e.n_variants; a++) q.discount_0_1[a] = discount_of(t, a);
    TRY(outcomes_count(t->c, t->d, &q, &t->sums));
    TRY(experiment_figures_of(t->c, &t->plan, &t->sums, t->share, days_passed(t), &t->figures));
    if (is_learned(t)) leave_running(t);
    return write_figures(t);
}

/* ---- what is done ---- */
static err_code settings_text(ctx *c, const placement_settings *s, str *ret_text) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, SETTINGS_BYTES);
    jw_init(&w, &b);
    placement_settings_write(&w, s);
    *ret_text = buf_view(&b);
    return buf_err(&b);
}

/* The winner's settings lie over the owner's from now on, for everybody. */
static err_code activate(trial *t, size_t winner) {
    const int64_t now_ms = ctx_now_ms(t->c);
    placement_change x = { .store_id = t->s->store_id, .experiment_id = t->row.experiment_id, .placement = t->row.placement,
                           .made_ms = now_ms };
    TRY(read_owner(t));
    TRY(settings_text(t->c, &t->owner, &x.before));
    placement_settings_lay(&t->owner, &t->set[winner]);
    TRY(settings_text(t->c, &t->owner, &x.after));
    placement_setting p = { .store_id = x.store_id, .placement = x.placement, .settings = x.after, .updated_ms = now_ms };
    TRY(storage_put(t->c, t->d, &placement_setting_entity, &p));
    t->outcome.activated = true;
    return storage_put(t->c, t->d, &placement_change_entity, &x);
}

static letter_arm arm_of_letter(const trial *t, size_t a) {
    const experiment_figures *f = &t->figures;
    const effect lift = f->figure[t->plan.metric][a].lift;
    return (letter_arm){
        .settings = t->e.variants[a].settings, .visitors = t->sums.of[METRIC_REVENUE][a].n, .orders = t->sums.of[METRIC_ORDER_VALUE][a].d,
        .conversion_0_1 = f->value[METRIC_CONVERSION][a].value, .revenue = f->value[METRIC_REVENUE][a].value,
        .lift_known = lift.known, .lift = lift.value, .lift_low = lift.low, .lift_high = lift.high, .chance_0_1 = f->chance[a],
    };
}

static err_code tell_owner(trial *t) {
    letter_arm arms[LIMIT_VARIANTS];
    const letter_reader reader = letter_reader_of(t->c, t->s);
    letter l;
    buf name;
    for (size_t a = 0; a < t->e.n_variants; a++) arms[a] = arm_of_letter(t, a);
    const letter_experiment e = {
        .placement = t->row.placement, .from_ms = t->row.started_ms, .until_ms = t->row.ended_ms, .metric =
            all_metrics[t->plan.metric].word,
        .alpha = t->plan.end.alpha, .verdict = t->figures.end.verdict, .reason = t->figures.end.reason, .arms = arms,
        .n_arms = t->e.n_variants, .winner = t->figures.end.winner, .activated = t->outcome.activated, .experiment_id =
            t->row.experiment_id,
    };
    TRY(letter_write_ended(t->c, &reader, &e, &l));
    buf_init_in(&name, t->c->arena, 64);
    buf_printf(&name, "experiment-%lld", (long long)t->row.experiment_id);
    TRY(buf_err(&name));
    return letters_put(t->c, t->d, t->s, buf_view(&name), &l, &t->outcome.letters);
}

static experiment_state state_of(end_verdict v) {
    static const experiment_state states[END_COUNT] = {
        [END_RUNNING] = EXPERIMENT_RUNNING, [END_WON] = EXPERIMENT_WON, [END_LOST] = EXPERIMENT_LOST,
        [END_INCONCLUSIVE] = EXPERIMENT_INCONCLUSIVE,
    };
    return states[v];
}

static err_code end(trial *t) {
    const end_answer *a = &t->figures.end;
    t->row.state = str_of(experiment_state_name(state_of(a->verdict)));
    t->row.ended_ms = ctx_now_ms(t->c);
    t->row.verdict = t->json;
    t->row.winner = a->verdict == END_WON ? t->keys[a->winner] : STR("");
    if (a->verdict == END_WON && t->plan.activate && t->row.placement.n) TRY(activate(t, a->winner));
    TRY(storage_put(t->c, t->d, &experiment_entity, &t->row));
    return tell_owner(t);
}

/* The bandit's shares for whoever comes next. */
static err_code share_anew(trial *t) {
    double most = 0;
    buf b;
    json_out w;
    for (size_t a = 0; a < t->e.n_variants; a++) most = fmax(most, fabs(t->figures.share[a] - t->share[a]));
    if (!t->plan.is_bandit || is_learned(t) || most < .01) return ERR_OK;
    buf_init_in(&b, t->c->arena, LIMIT_VARIANTS * 17 * 1024);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t a = 0; a < t->e.n_variants; a++) {
        jw_object(&w);
        jw_member_str(&w, "key", t->keys[a]);
        jw_key(&w, "share");
        jw_double(&w, t->figures.share[a]);
        jw_key(&w, "settings");
        jw_raw(&w, t->e.variants[a].settings.n ? t->e.variants[a].settings : STR("{}"));
        jw_end_object(&w);
    }
    jw_end_array(&w);
    TRY(buf_err(&b));
    t->row.variants = buf_view(&b);
    t->outcome.shares_changed = true;
    return storage_put(t->c, t->d, &experiment_entity, &t->row);
}

static err_code keep_day(trial *t) {
    int64_t now_ms = ctx_now_ms(t->c), day = zone_day_of(t->c, t->s->time_zone, now_ms);
    const experiment_day x = { .store_id = t->s->store_id, .experiment_id = t->row.experiment_id, .at_ms = now_ms, .figures = t->json,
                               .day_ms = zone_day_start_ms(t->c, t->s->time_zone, day) };
    return storage_put(t->c, t->d, &experiment_day_entity, &x);
}

/* In the transaction: the row may have been stopped or changed by somebody since it was counted. */
static err_code conclude(trial *t) {
    experiment now = t->row;
    err_code e = storage_get(t->c, t->d, &experiment_entity, &now);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (!str_eq(now.state, str_of(experiment_state_name(EXPERIMENT_RUNNING))) || !str_eq(now.variants, t->row.variants)) return ERR_OK;
    t->row = now;
    t->outcome.looked = true;
    t->outcome.verdict = t->figures.end.verdict;
    TRY(keep_day(t));
    return t->figures.end.verdict == END_RUNNING ? share_anew(t) : end(t);
}

err_code trial_look(ctx *c, db *d, const store *s, const experiment *row, trial_outcome *ret_outcome) {
    trial *t = arena_new(c->arena, trial, 1);
    if (!t) return fail(c, ERR_NO_MEMORY, "look at an experiment");
    *t = (trial){ .c = c, .d = d, .s = s, .row = *row };
    TRY(prepare(t));
    TRY(judge(t));
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = conclude(t);
    if (e) {
        storage_rollback(d);
        return e;
    }
    TRY(storage_commit(c, d));
    *ret_outcome = t->outcome;
    return ERR_OK;
}

/* ---- taking back ---- */
static err_code take_back(ctx *c, db *d, placement_change *x) {
    placement_setting p = { .store_id = x->store_id };
    if (storage_get(c, d, &placement_change_entity, x))
        return fail(c, ERR_NOT_FOUND, "experiment %lld changed no placement", (long long)x->experiment_id);
    if (x->undone_ms) return fail(c, ERR_CONFLICT, "what experiment %lld changed was taken back already", (long long)x->experiment_id);
    p.placement = x->placement;
    err_code e = storage_get(c, d, &placement_setting_entity, &p);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e || !str_eq(p.settings, x->after))
        return fail(c, ERR_CONFLICT, "placement '%.*s' was set anew since: set it as you want it", STR_ARG(x->placement));
    p.settings = x->before;
    p.updated_ms = x->undone_ms = ctx_now_ms(c);
    TRY(storage_put(c, d, &placement_setting_entity, &p));
    return storage_put(c, d, &placement_change_entity, x);
}

err_code trial_take_back(ctx *c, db *d, int64_t store_id, int64_t experiment_id, placement_change *ret_change) {
    placement_change x = { .store_id = store_id, .experiment_id = experiment_id };
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = take_back(c, d, &x);
    if (e) {
        storage_rollback(d);
        return e;
    }
    TRY(storage_commit(c, d));
    *ret_change = x;
    return ERR_OK;
}
