/* Rows of placements and experiments into the terms of a shop. Rows that cannot be read are passed over: they were checked before
 * they were written, and a wrong one must not stop a shop. */
#include <stdlib.h>
#include "base/limits.h"
#include "builder/versions.h"
#include "decide/terms.h"

#define TERMS_BYTES (16 * MIB)

err_code shop_terms_new(ctx *c, double holdout_0_1, shop_terms **ret_terms) {
    shop_terms *t = calloc(1, sizeof *t);
    if (!t) return fail(c, ERR_NO_MEMORY, "no memory for the terms of a shop");
    arena_init(&t->own, TERMS_BYTES);
    t->holdout_0_1 = holdout_0_1;
    *ret_terms = t;
    return ERR_OK;
}

void shop_terms_free(shop_terms *t) {
    if (!t) return;
    arena_done(&t->own);
    free(t);
}

/* ---- rows ---- */
typedef struct {
    placement_setting *places;
    size_t n_places;
    experiment running[LIMIT_RUNNING_EXPERIMENTS];
    size_t n_running;
    uint64_t state;
    int64_t night_ms, widget_version, widget_revision;
} term_rows;

/* The running ones, whatever the number that ended. */
static err_code read_running(ctx *c, db *d, int64_t store_id, term_rows *r) {
    experiment by = { .store_id = store_id }, after = { 0 }, *rows = NULL;
    size_t n = LIMIT_PAGE_ROWS;
    for (bool first = true; n == LIMIT_PAGE_ROWS; first = false) {
        TRY(storage_scan(c, d, &experiment_entity, &by, 1, first ? NULL : &after, LIMIT_PAGE_ROWS, &rows, &n));
        for (size_t i = 0; i < n && r->n_running < LIMIT_RUNNING_EXPERIMENTS; i++) {
            if (!str_eq(rows[i].state, str_of(experiment_state_name(EXPERIMENT_RUNNING)))) continue;
            r->running[r->n_running++] = rows[i];
            r->state = entity_hash(&experiment_entity, &rows[i], r->state);
        }
        if (n) after = rows[n - 1];
    }
    return ERR_OK;
}

static err_code read_rows(ctx *c, db *d, int64_t store_id, term_rows **ret_rows) {
    placement_setting by = { .store_id = store_id };
    term_rows *r = arena_new(c->arena, term_rows, 1);
    if (!r) return fail(c, ERR_NO_MEMORY, "read the terms of a shop");
    r->state = 1;
    TRY(storage_scan(c, d, &placement_setting_entity, &by, 1, NULL, LIMIT_PAGE_ROWS, &r->places, &r->n_places));
    for (size_t i = 0; i < r->n_places; i++) r->state = entity_hash(&placement_setting_entity, &r->places[i], r->state);
    TRY(read_running(c, d, store_id, r));
    TRY(moves_night(c, d, store_id, &r->night_ms));
    r->state = hash_bytes(&r->night_ms, sizeof r->night_ms, r->state);
    TRY(widget_state(c, d, store_id, &r->widget_version, &r->widget_revision));
    r->state = hash_bytes(&r->widget_version, sizeof r->widget_version, r->state);
    r->state = hash_bytes(&r->widget_revision, sizeof r->widget_revision, r->state);
    *ret_rows = r;
    return ERR_OK;
}

err_code shop_terms_state(ctx *c, db *d, int64_t store_id, uint64_t *ret_state) {
    term_rows *r = NULL;
    arena_mark before = arena_save(c->arena);
    TRY(read_rows(c, d, store_id, &r));
    *ret_state = r->state;
    arena_restore(c->arena, before);
    return ERR_OK;
}

/* ---- terms of them ---- */
static err_code set_places(ctx *c, const term_rows *r, shop_terms *t) {
    if (!r->n_places) return ERR_OK;
    t->places = arena_new(&t->own, placement_settings, n_placements);
    if (!t->places) return fail(c, ERR_NO_MEMORY, "read how placements are set");
    for (size_t i = 0; i < r->n_places; i++) {
        const placement *p = placement_find(r->places[i].placement);
        placement_settings s;
        if (p && !placement_settings_parse(c, r->places[i].settings, &s)) t->places[p - all_placements] = s;
    }
    return ERR_OK;
}

/* Learning how to show a placement gives way at once to the owner who sets its display, and to any other experiment there. */
static bool gives_way(ctx *c, const term_rows *r, const experiment *row) {
    if (!str_eq(row->author, STR("learning"))) return false;
    for (size_t i = 0; i < r->n_running; i++)
        if (!str_eq(r->running[i].author, row->author) && experiment_runs_on(&r->running[i], 1, row->placement)) return true;
    for (size_t i = 0; i < r->n_places; i++) {
        placement_settings s;
        if (!str_eq(r->places[i].placement, row->placement) || placement_settings_parse(c, r->places[i].settings, &s)) continue;
        if (s.given >> PLACEMENT_DISPLAY & 1) return true;
    }
    return false;
}

static void leave_out(ctx *c, term_rows *r) {
    size_t kept = 0;
    bool out[LIMIT_RUNNING_EXPERIMENTS];
    for (size_t i = 0; i < r->n_running; i++) out[i] = gives_way(c, r, &r->running[i]);
    for (size_t i = 0; i < r->n_running; i++)
        if (!out[i]) r->running[kept++] = r->running[i];
    r->n_running = kept;
}

/* The set lives in the terms: it is made there from rows copied there. */
static err_code set_experiments(ctx *c, int64_t store_id, term_rows *r, shop_terms *t) {
    ctx own = *c;
    own.arena = &t->own;
    leave_out(c, r);
    for (size_t i = 0; i < r->n_running; i++) TRY(entity_dup_texts(c, &t->own, &experiment_entity, &r->running[i]));
    err_code e = experiment_set_make(&own, store_id, r->running, r->n_running, &t->experiments);
    t->variants = arena_new(&t->own, placement_settings, t->experiments.n * LIMIT_VARIANTS + 1);
    if (e || !t->variants) return fail(c, ERR_NO_MEMORY, "read experiments");
    for (size_t i = 0; i < t->experiments.n; i++)
        for (size_t k = 0; k < t->experiments.p[i].n_variants; k++)
            if (placement_settings_parse(c, t->experiments.p[i].variants[k].settings, &t->variants[i * LIMIT_VARIANTS + k]))
                t->variants[i * LIMIT_VARIANTS + k] = (placement_settings){ 0 };
    return ERR_OK;
}

/* Its texts live in the terms, as its tree does. A design that cannot be read any more is passed over like other rows. */
static err_code read_design(ctx *c, str text, shop_terms *t, const widget_design **ret_design) {
    ctx own = *c;
    own.arena = &t->own;
    widget_design *made = arena_new(&t->own, widget_design, 1);
    str kept = str_dup(&t->own, text);
    if (!made || !kept.p) return fail(c, ERR_NO_MEMORY, "read the design of widgets");
    err_code e = widget_design_parse(&own, kept, made);
    if (e == ERR_NO_MEMORY) return fail(c, e, "read the design of widgets");
    if (!e) *ret_design = made;
    return ERR_OK;
}

static err_code set_widgets(ctx *c, db *d, int64_t store_id, const term_rows *r, shop_terms *t) {
    widget_version row;
    if (r->widget_version) {
        TRY(widget_live_get(c, d, store_id, &row));
        t->widget_version = row.version;
        TRY(read_design(c, row.design, t, &t->widgets));
    }
    if (!r->widget_revision) return ERR_OK;
    TRY(widget_draft_get(c, d, store_id, &row));
    return read_design(c, row.design, t, &t->draft);
}

err_code shop_terms_read(ctx *c, db *d, int64_t store_id, double holdout_0_1, shop_terms **ret_terms) {
    term_rows *r = NULL;
    shop_terms *t = NULL;
    TRY(read_rows(c, d, store_id, &r));
    TRY(shop_terms_new(c, holdout_0_1, &t));
    t->state = r->state;
    err_code e = set_places(c, r, t);
    if (!e) e = set_experiments(c, store_id, r, t);
    if (!e) e = moves_read(c, d, store_id, &t->own, &t->moves);
    if (!e) e = set_widgets(c, d, store_id, r, t);
    if (e) shop_terms_free(t);
    else *ret_terms = t;
    return e;
}
