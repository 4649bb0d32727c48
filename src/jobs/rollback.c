/* The rollback job: every night, are suggestions clicked less since one of the kept versions was replaced? Then that one serves again and
 * the owner is told. It does NOT test: experiments/fall.c does; nor move versions: publish.c does.
 * Compared are answers that held the owner's own settings (no experiment, or its control), of each place the days since it was set last. */
#include "base/limits.h"
#include "base/map.h"
#include "base/parse.h"
#include "base/zone.h"
#include "events/event.h"
#include "experiments/fall.h"
#include "experiments/lifecycle.h"
#include "jobs/kinds_int.h"
#include "jobs/letters.h"
#include "schema/rec_id.h"
#include "storage/queries.h"
#include "stores/stores.h"

enum { DAYS = FALL_BEFORE + 2 * FALL_AFTER, MOST_EXPERIMENTS = 300, MOST_PLACEMENTS = 200 };

typedef struct {
    ctx *c;
    db *d;
    const store *s;
    int64_t today;                      /* day of the shop's calendar that is not over */
    fall_day day[DAYS];                 /* the last one is yesterday */
    map place_at;                       /* name -> place in fall_day */
    placement_setting *set;             /* as placements are set */
    size_t n_set;
    experiment *experiments;
    size_t n_experiments;
    size_t filling;                     /* day that is read */
    bool clicks;                        /* clicks of it, not answers */
} past;

/* ---- what may be compared ---- */
static bool is_control(const past *p, int64_t id, str key) {
    running_experiment e;
    for (size_t i = 0; i < p->n_experiments; i++)
        if (p->experiments[i].experiment_id == id) return !experiment_read(p->c, &p->experiments[i], &e) && str_eq(e.variants[0].key, key);
    return false;
}

/* The owner's own settings held: in no experiment, or in the control of each. */
static bool is_as_usual(const past *p, str arms) {
    while (arms.n) {
        int64_t id = 0;
        str arm = str_cut(&arms, ' '), number = str_cut(&arm, '=');
        if (!parse_i64(number, &id) || !is_control(p, id, arm)) return false;
    }
    return true;
}

/* ---- days ---- */
static err_code take_place(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                    /* three, as both queries say */
    past *p = arg;
    arena_mark before = arena_save(p->c->arena);
    bool counts = is_as_usual(p, v[1].v.s), added = false;
    arena_restore(p->c->arena, before);
    if (!counts) return ERR_OK;
    str name = str_dup(p->c->arena, v[0].v.s);
    uint32_t at = name.p ? map_put(&p->place_at, name, (uint32_t)p->place_at.count, &added) : UINT32_MAX;
    if (at == UINT32_MAX) return fail(p->c, ERR_NO_MEMORY, "compare days");
    if (at >= FALL_PLACES) return ERR_OK;
    fall_day *day = &p->day[p->filling];
    *(p->clicks ? &day->clicked[at] : &day->answers[at]) += (double)v[2].v.i;
    return ERR_OK;
}

static err_code read_day(past *p, size_t i) {
    int64_t number = p->today - DAYS + (int64_t)i;
    int64_t from_ms = zone_day_start_ms(p->c, p->s->time_zone, number), to_ms = zone_day_start_ms(p->c, p->s->time_zone, number + 1);
    char from[REC_ID_LENGTH + 1], to[REC_ID_LENGTH + 1];
    rec_id_first(from_ms, from);
    rec_id_first(to_ms, to);
    const sql_value answers[] = { SQL_INT(p->s->store_id), SQL_TEXT(str_of(from)), SQL_TEXT(str_of(to)) };
    const sql_value clicks[] = { SQL_INT(p->s->store_id), SQL_INT(from_ms << EVENT_ID_BITS), SQL_INT(to_ms << EVENT_ID_BITS) };
    p->filling = i;
    p->clicks = false;
    TRY(storage_query(p->c, p->d, &query_answers_by_place, answers, COUNT(answers), take_place, p));
    p->clicks = true;
    return storage_query(p->c, p->d, &query_clicked_by_place, clicks, COUNT(clicks), take_place, p);
}

static err_code read_past(past *p, job_task *t) {
    p->today = zone_day_of(p->c, p->s->time_zone, ctx_now_ms(p->c));
    map_init(&p->place_at, p->c->arena);
    TRY(storage_scan(p->c, p->d, &placement_setting_entity, &(placement_setting){ .store_id = p->s->store_id }, 1, NULL, MOST_PLACEMENTS,
                     &p->set, &p->n_set));
    TRY(experiment_list(p->c, p->d, p->s->store_id, 0, MOST_EXPERIMENTS, &p->experiments, &p->n_experiments));
    for (size_t i = 0; i < DAYS; i++) {
        TRY(ctx_check(p->c));
        job_progress(t, STR("comparing days"), (int64_t)i, DAYS);
        TRY(read_day(p, i));
    }
    return ERR_OK;
}

/* ---- one change of versions ---- */
/* Of a place only days under the settings it has now say anything of the days since. */
static void forget_other_settings(const past *p, fall_day *days, size_t n, int64_t first_day) {
    for (size_t k = 0; k < p->n_set; k++) {
        uint32_t at = 0;
        int64_t set_on = zone_day_of(p->c, p->s->time_zone, p->set[k].updated_ms);
        if (!map_get(&p->place_at, p->set[k].placement, &at) || at >= FALL_PLACES) continue;
        for (size_t i = 0; i < n && first_day + (int64_t)i <= set_on; i++) days[i].answers[at] = days[i].clicked[at] = 0;
    }
}

/* Days before the one on which it was made, that one left empty, and the days since. */
static fall_answer test_change(const past *p, int64_t made_ms) {
    fall_day days[FALL_BEFORE + FALL_AFTER];
    int64_t made_on = zone_day_of(p->c, p->s->time_zone, made_ms), since_made = p->today - made_on;
    if (since_made < 2 || since_made > FALL_AFTER) return (fall_answer){ .p = 1 };
    size_t n_after = (size_t)since_made, first = DAYS - n_after - FALL_BEFORE;
    for (size_t i = 0; i < FALL_BEFORE + n_after; i++) days[i] = i == FALL_BEFORE ? (fall_day){ .answers = { 0 } } : p->day[first + i];
    forget_other_settings(p, days, FALL_BEFORE + n_after, p->today - DAYS + (int64_t)first);
    return fall_test(days, FALL_BEFORE, n_after);
}

typedef struct { fall_answer answer; const stored_model *back, *made; size_t tests; } suspicion;

/* The deepest doubt among the changes since a version was last taken back. */
static err_code suspect(past *p, const stored_model *m, size_t n, suspicion *ret_worst) {
    suspicion worst = { .answer = { .p = 1 } };
    int64_t held_ms = 0;
    TRY(model_held_until(p->c, p->d, p->s->store_id, &held_ms));
    for (size_t i = 0; i + 1 < n; i++) {
        if (!str_eq(m[i].state, STR("kept")) || m[i + 1].created_ms < held_ms - MODEL_HOLD_MS) continue;
        fall_answer a = test_change(p, m[i + 1].created_ms);
        worst.tests += a.known;
        if (a.known && a.p < worst.answer.p) worst.answer = a, worst.back = &m[i], worst.made = &m[i + 1];
    }
    *ret_worst = worst;
    return ERR_OK;
}

/* ---- going back ---- */
static err_code tell_owner(past *p, const suspicion *w, int64_t version) {
    const letter_reader reader = letter_reader_of(p->c, p->s);
    const letter_rollback r = { .from = version, .back = w->back->version, .fall = w->answer.fall_0_1, .p = w->answer.p * (double)w->tests,
                                .at_ms = w->made->created_ms };
    letter l;
    buf name;
    TRY(letter_write_rollback(p->c, &reader, &r, &l));
    buf_init_in(&name, p->c->arena, 64);
    buf_printf(&name, "rollback-%lld", (long long)version);
    TRY(buf_err(&name));
    return letters_put(p->c, p->d, p->s, buf_view(&name), &l, NULL);
}

static err_code go_back_and_tell(past *p, const suspicion *w) {
    stored_model was, now;
    TRY(model_serving(p->c, p->d, p->s->store_id, &was));
    TRY(model_roll_back(p->c, p->d, p->s->store_id, w->back->version, &now));
    return tell_owner(p, w, was.version);
}

static err_code go_back(past *p, const suspicion *w) {
    TRY(storage_begin(p->c, p->d, STORAGE_WRITE));
    err_code e = go_back_and_tell(p, w);
    if (!e) return storage_commit(p->c, p->d);
    storage_rollback(p->d);
    return e;
}

static err_code write_result(job_task *t, const suspicion *w, bool back) {
    json_out out;
    jw_init(&out, t->result);
    jw_object(&out);
    jw_member_i64(&out, "changes_tested", (int64_t)w->tests);
    if (w->tests) {
        jw_member_i64(&out, "version", w->made->version);
        jw_member_fixed(&out, "expected", w->answer.expected, 1);
        jw_member_fixed(&out, "came", w->answer.came, 0);
        jw_key(&out, "p");
        jw_double(&out, w->answer.p);
    }
    if (back) jw_member_i64(&out, "back_to", w->back->version);
    jw_end_object(&out);
    return buf_err(t->result);
}

err_code job_body_rollback(ctx *c, job_task *t) {
    store s;
    stored_model *models;
    size_t n;
    suspicion worst;
    past *p = arena_new(c->arena, past, 1);
    if (!p) return fail(c, ERR_NO_MEMORY, "compare days");
    TRY(store_get(c, t->d, t->row->store_id, &s));
    *p = (past){ .c = c, .d = t->d, .s = &s };
    TRY(model_list(c, t->d, s.store_id, &models, &n));
    if (n > 1) TRY(read_past(p, t));
    TRY(suspect(p, models, n, &worst));
    bool back = fall_is_alarm(worst.answer, worst.tests);
    if (back) {
        TRY(go_back(p, &worst));
        log_line(c->log, LOG_WARN, "model.rolled_back", "store=%lld version=%lld fall=%.3f p=%.2g", (long long)s.store_id,
                 (long long)worst.back->version, worst.answer.fall_0_1, worst.answer.p);
        if (t->services->serving) TRY(serving_reload(c, t->services->serving, t->d, s.store_id));
    }
    return write_result(t, &worst, back);
}
