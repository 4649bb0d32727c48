/* Rows of placements and experiments into the terms of a shop. Rows that cannot be read are passed over: they were checked before
 * they were written, and a wrong one must not stop a shop. */
#include "base/limits.h"
#include "decide/serving_int.h"

static err_code read_places(ctx *c, db *d, int64_t store_id, arena *home, shop_terms *t) {
    placement_setting by = { .store_id = store_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, d, &placement_setting_entity, &by, 1, NULL, LIMIT_PAGE_ROWS, &rows, &n));
    if (!n) return ERR_OK;
    t->places = arena_new(home, placement_settings, n_placements);
    if (!t->places) return fail(c, ERR_NO_MEMORY, "read how placements are set");
    for (size_t i = 0; i < n; i++) {
        const placement *p = placement_find(rows[i].placement);
        placement_settings s;
        if (p && !placement_settings_parse(c, rows[i].settings, &s)) t->places[p - all_placements] = s;
    }
    return ERR_OK;
}

/* The running ones, whatever the number that ended. */
static err_code running_rows(ctx *c, db *d, int64_t store_id, experiment *ret_rows, size_t *ret_n) {
    experiment by = { .store_id = store_id }, after = { 0 }, *rows = NULL;
    size_t kept = 0, n = LIMIT_PAGE_ROWS;
    for (bool first = true; n == LIMIT_PAGE_ROWS; first = false) {
        TRY(storage_scan(c, d, &experiment_entity, &by, 1, first ? NULL : &after, LIMIT_PAGE_ROWS, &rows, &n));
        for (size_t i = 0; i < n && kept < LIMIT_RUNNING_EXPERIMENTS; i++)
            if (str_eq(rows[i].state, str_of(experiment_state_name(EXPERIMENT_RUNNING)))) ret_rows[kept++] = rows[i];
        if (n) after = rows[n - 1];
    }
    *ret_n = kept;
    return ERR_OK;
}

/* The set lives in `home`: it is made there from rows copied there. */
static err_code read_experiments(ctx *c, db *d, int64_t store_id, arena *home, shop_terms *t) {
    experiment *rows = arena_new(home, experiment, LIMIT_RUNNING_EXPERIMENTS);
    ctx own = *c;
    size_t n = 0;
    own.arena = home;
    if (!rows) return fail(c, ERR_NO_MEMORY, "read experiments");
    TRY(running_rows(c, d, store_id, rows, &n));
    for (size_t i = 0; i < n; i++) TRY(entity_dup_texts(c, home, &experiment_entity, &rows[i]));
    err_code e = experiment_set_make(&own, store_id, rows, n, &t->experiments);
    t->variants = arena_new(home, placement_settings, t->experiments.n * LIMIT_VARIANTS + 1);
    if (e || !t->variants) return fail(c, ERR_NO_MEMORY, "read experiments");
    for (size_t i = 0; i < t->experiments.n; i++)
        for (size_t k = 0; k < t->experiments.p[i].n_variants; k++)
            if (placement_settings_parse(c, t->experiments.p[i].variants[k].settings, &t->variants[i * LIMIT_VARIANTS + k]))
                t->variants[i * LIMIT_VARIANTS + k] = (placement_settings){ 0 };
    return ERR_OK;
}

err_code loaded_shop_read_terms(ctx *c, db *d, loaded_shop *l) {
    TRY(read_places(c, d, l->store_id, &l->own, &l->terms));
    return read_experiments(c, d, l->store_id, &l->own, &l->terms);
}
