/* Begins, shares and ends experiments over displays; see display_learning.h. It does NOT count: display_outcomes.c does. */
#include "jobs/display_learning.h"
#include <math.h>
#include "base/limits.h"
#include "decide/displays.h"
#include "experiments/lifecycle.h"
#include "schema/rec_id.h"
#include "storage/queries.h"

enum { MOST_PLACES = 32, TRAFFIC_DAYS = 7, TEXT_BYTES = 4096 };
#define LEAST_CHANGE .01            /* of a share, before anybody is moved */

typedef struct {
    ctx *c;
    db *d;
    const store *s;
    experiment *rows;               /* newest first */
    size_t n_rows;
    str places[MOST_PLACES];        /* people came there lately */
    size_t n_places;
    displays_outcome out;
} learning;

bool displays_are_learned(ctx *c, const store *s, str placement, const placement_settings *owner) {
    const json_value *v = NULL;
    int ignored[LIMIT_DISPLAYS];
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v)) v = NULL;
    bool open = !(owner->given >> PLACEMENT_DISPLAY & 1) && placement_setting_or(owner, PLACEMENT_ENABLED, true);
    return open && str_eq(jr_string(jr_get(v, "learn_displays")), STR("on")) && displays_of(placement, ignored) > 1;
}

/* ---- reading ---- */
static err_code take_place(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                /* two, as the query says */
    learning *l = arg;
    if (l->n_places < MOST_PLACES) l->places[l->n_places++] = str_dup(l->c->arena, v[0].v.s);
    return ERR_OK;
}

static err_code read_places(learning *l) {
    char since[REC_ID_LENGTH + 1];
    rec_id_first(ctx_now_ms(l->c) - TRAFFIC_DAYS * (int64_t)MS_PER_DAY, since);
    const sql_value binds[] = { SQL_INT(l->s->store_id), SQL_TEXT(str_of(since)) };
    return storage_query(l->c, l->d, &query_placement_visitors, binds, COUNT(binds), take_place, l);
}

static err_code read_owner(learning *l, str place, placement_settings *ret_settings) {
    placement_setting row = { .store_id = l->s->store_id, .placement = place };
    err_code e = storage_get(l->c, l->d, &placement_setting_entity, &row);
    *ret_settings = (placement_settings){ 0 };
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    return placement_settings_parse(l->c, row.settings, ret_settings);
}

static bool is_ours(const experiment *row) { return str_eq(row->author, LEARNING_AUTHOR); }

static const experiment *ours_at(const learning *l, str place) {
    for (size_t i = 0; i < l->n_rows; i++)
        if (is_ours(&l->rows[i]) && experiment_runs_on(&l->rows[i], 1, place)) return &l->rows[i];
    return NULL;
}

/* Does somebody else's experiment run there? */
static bool is_busy(const learning *l, str place) {
    for (size_t i = 0; i < l->n_rows; i++)
        if (!is_ours(&l->rows[i]) && experiment_runs_on(&l->rows[i], 1, place)) return true;
    return false;
}

/* ---- writing ---- */
static err_code write_variants(learning *l, const str *words, const double *shares, size_t n, str *ret_text) {
    buf b;
    json_out w;
    buf_init_in(&b, l->c->arena, TEXT_BYTES);
    jw_init(&w, &b);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&w);
        jw_member_str(&w, "key", words[i]);
        jw_key(&w, "share");
        jw_double(&w, shares[i]);
        jw_key(&w, "settings");
        jw_object(&w);
        jw_member_str(&w, "display", words[i]);
        jw_end_object(&w);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    *ret_text = buf_view(&b);
    return buf_err(&b);
}

static err_code text_of(learning *l, const char *before, str place, str *ret_text) {
    buf b;
    buf_init_in(&b, l->c->arena, TEXT_BYTES);
    buf_printf(&b, "%s%.*s", before, STR_ARG(place));
    *ret_text = buf_view(&b);
    return buf_err(&b);
}

static err_code create(learning *l, const experiment *row) {
    experiment made;
    TRY(storage_begin(l->c, l->d, STORAGE_WRITE));
    err_code e = experiment_create(l->c, l->d, row, &made);
    if (!e) e = experiment_start(l->c, l->d, l->s->store_id, made.experiment_id, &made);
    if (!e) return storage_commit(l->c, l->d);
    storage_rollback(l->d);
    return e;
}

static err_code begin(learning *l, str place) {
    int displays[LIMIT_DISPLAYS];
    str words[LIMIT_DISPLAYS];
    double shares[LIMIT_DISPLAYS];
    experiment row = { .store_id = l->s->store_id, .placement = place, .author = LEARNING_AUTHOR };
    size_t n = displays_of(place, displays);
    for (size_t i = 0; i < n; i++) words[i] = str_of(display_word(displays[i])), shares[i] = 1 / (double)n;
    TRY(text_of(l, "how to show suggestions, ", place, &row.name));
    TRY(text_of(l, "display ", place, &row.layer));
    TRY(write_variants(l, words, shares, n, &row.variants));
    TRY(create(l, &row));
    l->out.begun++;
    return ERR_OK;
}

static err_code end(learning *l, const experiment *row) {
    err_code e = experiment_stop(l->c, l->d, row->store_id, row->experiment_id, NULL);
    if (e && e != ERR_CONFLICT && e != ERR_NOT_FOUND) return e;         /* somebody else ended it meanwhile */
    l->out.ended += !e;
    return ERR_OK;
}

/* In the transaction: it may have been stopped since it was counted. */
static err_code write_shares(learning *l, const experiment *row, str variants) {
    experiment now = *row;
    err_code e = storage_get(l->c, l->d, &experiment_entity, &now);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    if (!str_eq(now.state, row->state) || !str_eq(now.variants, row->variants)) return ERR_OK;
    now.variants = variants;
    l->out.shared++;
    return storage_put(l->c, l->d, &experiment_entity, &now);
}

static err_code share_anew(learning *l, const experiment *row) {
    running_experiment e;
    moments worth[LIMIT_VARIANTS];
    double cost, share[LIMIT_VARIANTS], most = 0;
    str words[LIMIT_VARIANTS], text;
    TRY(experiment_read(l->c, row, &e));
    TRY(displays_cost(l->c, l->d, l->s, &cost));
    TRY(displays_count(l->c, l->d, l->s->store_id, &e, cost, worth));
    TRY(display_shares(l->c, worth, e.n_variants, share));
    for (size_t a = 0; a < e.n_variants; a++) words[a] = e.variants[a].key, most = fmax(most, fabs(share[a] - e.variants[a].share_0_1));
    if (most < LEAST_CHANGE) return ERR_OK;
    TRY(write_variants(l, words, share, e.n_variants, &text));
    TRY(storage_begin(l->c, l->d, STORAGE_WRITE));
    err_code failed = write_shares(l, row, text);
    if (!failed) return storage_commit(l->c, l->d);
    storage_rollback(l->d);
    return failed;
}

/* ---- a night ---- */
static err_code follow(learning *l, const experiment *row) {
    placement_settings owner;
    TRY(read_owner(l, row->placement, &owner));
    bool goes_on = displays_are_learned(l->c, l->s, row->placement, &owner) && !is_busy(l, row->placement);
    return goes_on ? share_anew(l, row) : end(l, row);
}

static err_code consider(learning *l, str place) {
    placement_settings owner;
    TRY(read_owner(l, place, &owner));
    if (!displays_are_learned(l->c, l->s, place, &owner) || is_busy(l, place) || ours_at(l, place)) return ERR_OK;
    return begin(l, place);
}

/* Settings nobody can read, or too many experiments: not here, not now. */
static err_code unless_refused(learning *l, str place, err_code e) {
    if (e != ERR_CONFLICT && e != ERR_INVALID) return e;
    log_line(l->c->log, LOG_WARN, "displays.skipped", "store=%lld placement=%.*s why=%s", (long long)l->s->store_id, STR_ARG(place),
             l->c->error.text);
    return ERR_OK;
}

static err_code step(learning *l) {
    TRY(read_places(l));
    TRY(experiment_list(l->c, l->d, l->s->store_id, 0, LIMIT_EXPERIMENTS, &l->rows, &l->n_rows));
    for (size_t i = 0; i < l->n_rows; i++)
        if (is_ours(&l->rows[i]) && experiment_runs_on(&l->rows[i], 1, l->rows[i].placement))
            TRY(unless_refused(l, l->rows[i].placement, follow(l, &l->rows[i])));
    for (size_t i = 0; i < l->n_places; i++) TRY(unless_refused(l, l->places[i], consider(l, l->places[i])));
    return ERR_OK;
}

err_code displays_step(ctx *c, db *d, const store *s, displays_outcome *ret_outcome) {
    learning *l = arena_new(c->arena, learning, 1);
    if (!l) return fail(c, ERR_NO_MEMORY, "learn how to show suggestions");
    *l = (learning){ .c = c, .d = d, .s = s };
    TRY(step(l));
    *ret_outcome = l->out;
    return ERR_OK;
}
