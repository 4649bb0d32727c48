/* Begins experiments of the programme; see programme.h. It does NOT think of what to try: ideas.c does. */
#include "jobs/programme.h"
#include <math.h>
#include "base/limits.h"
#include "schema/rec_id.h"
#include "decide/placements.h"
#include "experiments/lifecycle.h"
#include "jobs/display_learning.h"
#include "jobs/ideas.h"
#include "jobs/letters.h"
#include "jobs/trial.h"
#include "storage/queries.h"

enum { MOST_PLACEMENTS = 32, MOST_PAST = 300, TEXT_BYTES = 16 * 1024 };
#define AUTHOR STR("programme")

typedef struct { const placement *place; double visitors; } traffic;
typedef struct {
    ctx *c;
    db *d;
    const store *s;
    bool on;
    int discount_max;
    double margin_0_1;
    traffic places[MOST_PLACEMENTS];
    size_t n_places;
    experiment *rows;                   /* newest first */
    size_t n_rows;
    tried_idea past[MOST_PAST];
    size_t n_past;
} programme;

/* ---- what the owner lets it do ---- */
static err_code read_settings(programme *p) {
    const json_value *v = NULL;
    const str *owners;
    size_t n_owners;
    int64_t most = 0;
    if (p->s->settings.n && json_parse(p->c, p->s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    TRY(letters_owners(p->c, p->s, &owners, &n_owners));
    p->on = n_owners > 0 && !str_eq(jr_string(jr_get(v, "auto_experiments")), STR("off"));
    p->discount_max = jr_i64(jr_get(v, "auto_discount_max"), &most) && most > 0 && most <= 90 ? (int)most : 0;
    p->margin_0_1 = trial_margin(p->c, p->s);
    return ERR_OK;
}

/* ---- who comes where ---- */
static err_code take_place(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                    /* two, as the query says */
    programme *p = arg;
    const placement *place = placement_find(v[0].v.s);
    bool counts = place && !str_eq(v[0].v.s, STR("email"));      /* a letter has no display, and who reads it is not known at once */
    if (counts && p->n_places < MOST_PLACEMENTS) p->places[p->n_places++] = (traffic){ place, (double)v[1].v.i };
    return ERR_OK;
}

static err_code read_traffic(programme *p) {
    char since[REC_ID_LENGTH + 1];
    rec_id_first(ctx_now_ms(p->c) - PROGRAMME_DAYS * (int64_t)MS_PER_DAY, since);
    const sql_value binds[] = { SQL_INT(p->s->store_id), SQL_TEXT(str_of(since)) };
    return storage_query(p->c, p->d, &query_placement_visitors, binds, COUNT(binds), take_place, p);
}

/* ---- what was learned ---- */
static void read_lift(const json_value *verdict, const json_value *arm, tried_idea *t) {
    str metric = jr_string(jr_get(verdict, "metric"));
    double low = 0, high = 0;
    for (void *it = jr_first(jr_get(arm, "metrics")); it; it = jr_next(jr_get(arm, "metrics"), it)) {
        const json_value *m = jr_member_value(it);
        if (!str_eq(jr_member_key(it), metric)) continue;
        t->lift_known = jr_double(jr_get(m, "lift"), &t->lift) && jr_double(jr_get(m, "low"), &low) && jr_double(jr_get(m, "high"), &high);
    }
    t->deviation = (high - low) / 6;    /* the always-valid interval reaches some three of them to each side */
}

static void read_variant(programme *p, const experiment *row, const json_value *verdict, const json_value *variants, size_t a) {
    const json_value *arm = jr_at(jr_get(verdict, "arms"), a), *settings = jr_get(jr_at(variants, a), "settings");
    tried_idea t = { .placement = row->placement, .ended_ms = row->ended_ms };
    str how = jr_string(jr_get(arm, "verdict")), why = jr_string(jr_get(arm, "reason"));
    if (p->n_past == MOST_PAST || placement_settings_read(p->c, settings, &t.set)) return;
    t.won = str_eq(row->winner, jr_string(jr_get(jr_at(variants, a), "key")));
    t.lost = str_eq(how, STR("lost")) || str_eq(why, STR("no_difference"));
    read_lift(verdict, arm, &t);
    p->past[p->n_past++] = t;
}

/* Rows that cannot be read teach nothing. */
static void read_one(programme *p, const experiment *row) {
    const json_value *verdict = NULL, *variants = NULL;
    if (!row->verdict.n || json_parse(p->c, row->verdict, JSON_READ_STRICT, &verdict)) return;
    if (json_parse(p->c, row->variants, JSON_READ_STRICT, &variants)) return;
    for (size_t a = 1; a < jr_count(variants); a++) read_variant(p, row, verdict, variants, a);
}

static err_code read_past(programme *p) {
    TRY(experiment_list(p->c, p->d, p->s->store_id, 0, MOST_PAST, &p->rows, &p->n_rows));
    for (size_t i = 0; i < p->n_rows; i++) read_one(p, &p->rows[i]);
    return ERR_OK;
}

/* Each one in a row without an answer asks for another week. */
static int days_of_next(const programme *p, str place) {
    int days = PROGRAMME_DAYS;
    for (size_t i = 0; i < p->n_rows && days < PROGRAMME_MOST_DAYS; i++) {
        if (!str_eq(p->rows[i].placement, place) || !str_eq(p->rows[i].author, AUTHOR)) continue;
        if (!str_eq(p->rows[i].state, STR("inconclusive"))) break;
        days += PROGRAMME_DAYS;
    }
    return days;
}

/* ---- begun ---- */
static err_code write_variants(programme *p, const placement_settings *ideas, size_t n, str *ret_text) {
    buf b;
    json_out w;
    const placement_settings none = { 0 };
    buf_init_in(&b, p->c->arena, TEXT_BYTES);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i <= n; i++) {
        char key[2] = { (char)('a' + i - 1), 0 };
        jw_object(&w);
        jw_member_text(&w, "key", i ? key : "control");
        jw_key(&w, "share");
        jw_double(&w, 1 / (double)(n + 1));
        jw_key(&w, "settings");
        placement_settings_write(&w, i ? &ideas[i - 1] : &none);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    *ret_text = buf_view(&b);
    return buf_err(&b);
}

/* Where money is given away, revenue is the wrong measure. */
static bool gives_money(const placement_settings *owner, const placement_settings *ideas, size_t n) {
    bool gives = placement_setting_or(owner, PLACEMENT_DISCOUNT, 0) > 0;
    for (size_t i = 0; i < n; i++) gives = gives || placement_setting_or(&ideas[i], PLACEMENT_DISCOUNT, 0) > 0;
    return gives;
}

static err_code write_plan(programme *p, bool profit, int days, double two_arms, str *ret_text) {
    buf b;
    json_out w;
    buf_init_in(&b, p->c->arena, TEXT_BYTES);
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_text(&w, "metric", profit ? "profit" : "revenue");
    jw_member_i64(&w, "least_days", PROGRAMME_DAYS);
    jw_member_i64(&w, "most_days", days);
    jw_member_i64(&w, "least_visitors", PROGRAMME_ARM_VISITORS);
    jw_member_i64(&w, "tuning", llround(two_arms));
    jw_key(&w, "margin");
    jw_double(&w, p->margin_0_1);
    jw_member_bool(&w, "activate", true);
    jw_end_object(&w);
    *ret_text = buf_view(&b);
    return buf_err(&b);
}

static err_code begin(programme *p, const experiment *row) {
    experiment made;
    TRY(storage_begin(p->c, p->d, STORAGE_WRITE));
    err_code e = experiment_create(p->c, p->d, row, &made);
    if (!e) e = experiment_start(p->c, p->d, p->s->store_id, made.experiment_id, &made);
    if (!e) return storage_commit(p->c, p->d);
    storage_rollback(p->d);
    return e;
}

static err_code read_owner(programme *p, str place, placement_settings *ret_settings) {
    placement_setting row = { .store_id = p->s->store_id, .placement = place };
    err_code e = storage_get(p->c, p->d, &placement_setting_entity, &row);
    *ret_settings = (placement_settings){ 0 };
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    return placement_settings_parse(p->c, row.settings, ret_settings);
}

static err_code name_of(programme *p, const char *place, str *ret_name) {
    buf b;
    buf_init_in(&b, p->c->arena, LIMIT_EXPERIMENT_NAME);
    buf_printf(&b, "weekly programme, %s", place);
    *ret_name = buf_view(&b);
    return buf_err(&b);
}

static err_code propose(programme *p, const traffic *t, bool *ret_started) {
    str place = str_of(t->place->name);
    placement_settings ideas[LIMIT_IDEAS], owner;
    experiment row = { .store_id = p->s->store_id, .placement = place, .author = AUTHOR };
    int days = days_of_next(p, place);
    double expected = t->visitors * days / PROGRAMME_DAYS, arms = floor(expected / PROGRAMME_ARM_VISITORS);
    *ret_started = false;
    TRY(read_owner(p, place, &owner));
    if (experiment_runs_on(p->rows, p->n_rows, place) || displays_are_learned(p->c, p->s, place, &owner)) return ERR_OK;
    if (arms < 2 || !placement_setting_or(&owner, PLACEMENT_ENABLED, true)) return ERR_OK;
    const idea_question q = { .placement = place, .owner = owner, .usual_n = (int)t->place->n, .discount_max = p->discount_max,
                              .past = p->past,
                              .n_past = p->n_past, .now_ms = ctx_now_ms(p->c) };
    size_t n = ideas_propose(&q, arms - 1 < LIMIT_IDEAS ? (size_t)arms - 1 : LIMIT_IDEAS, ideas, NULL);
    if (!n) return ERR_OK;
    TRY(name_of(p, t->place->name, &row.name));
    TRY(write_variants(p, ideas, n, &row.variants));
    TRY(write_plan(p, gives_money(&owner, ideas, n), days, fmax(2 * expected / (double)(n + 1), 1), &row.plan));
    TRY(begin(p, &row));
    *ret_started = true;
    return ERR_OK;
}

err_code programme_step(ctx *c, db *d, const store *s, size_t *ret_started) {
    programme *p = arena_new(c->arena, programme, 1);
    if (!p) return fail(c, ERR_NO_MEMORY, "go on with the weekly programme");
    *p = (programme){ .c = c, .d = d, .s = s };
    *ret_started = 0;
    TRY(read_settings(p));
    if (!p->on) return ERR_OK;
    TRY(read_traffic(p));
    TRY(read_past(p));
    for (size_t i = 0; i < p->n_places; i++) {
        bool started = false;
        err_code e = propose(p, &p->places[i], &started);
        if (e == ERR_CONFLICT || e == ERR_INVALID)              /* settings nobody can read, or too many experiments: not here, not now */
            log_line(c->log, LOG_WARN, "programme.skipped", "store=%lld placement=%s why=%s", (long long)s->store_id,
                     p->places[i].place->name,
                     c->error.text);
        else if (e) return e;
        *ret_started += started;
    }
    return ERR_OK;
}
