/* Who may be the personal model of a shop, and what is said of the choice; see learn_personal.h. It does NOT fit what answers too
 * slowly to serve: rows and their limits stand in the table. */
#include "decide/learn_contest_int.h"
#include <stdio.h>
#include "base/limits.h"

/* In the order that breaks ties. */
static const contest_row rows[] = {
    { "popularity", 0 }, { "rules", 0 }, { "item_knn", 0 }, { "rp3beta", 0 }, { "ease", OF_ITEMS },
    { "graph_filter", OF_ITEMS | OF_PEOPLE }, { "als", OF_ITEMS },
    { "tifu_knn", OF_ITEMS | OF_PEOPLE | OF_REPEATS }, { "up_cf", OF_ITEMS | OF_PEOPLE | OF_REPEATS },
    { "content", OF_ITEMS }, { "two_tower", OF_ITEMS | OF_PASSES },
};
static const char *const needs_least[] = { "rules", "item_knn", "popularity" };     /* the first there is, where nothing can be judged */

personal_params personal_default_params(void) {
    return (personal_params){ .n_items_dense = 5000, .n_people = 5000, .n_taught = 60000, .bytes_most = 512 * MIB, .seed = 1 };
}

/* Too few people came back: the least demanding row there is. */
static err_code without_judging(ctx *c, const contest *t, str *ret_pack, personal_judgement *j) {
    for (size_t i = 0; i < COUNT(needs_least); i++) {
        const model_row *row = model_named(str_of(needs_least[i]));
        if (!row) continue;
        model_options o = contest_options(t, row);
        arena_mark mark = arena_save(c->arena);
        err_code e = contest_pack(c, t, t->x, row, &o, ret_pack);
        if (!e) j->model = row->name;
        if (e != ERR_TOO_LARGE && e != ERR_INVALID) return e;
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

static err_code choose(ctx *c, contest *t, str *ret_pack, personal_judgement *j, void *state) {
    const tried *winner;
    t->browsed = *(const browsing_source *const *)state;
    if (j->cases < STORE_LEAST_CASES) return without_judging(c, t, ret_pack, j);
    return contest_hold(c, t, rows, COUNT(rows), ret_pack, j, &winner);
}

err_code learn_personal(ctx *c, const interactions *x, const browsing_source *browsed, const personal_params *p, str *ret_pack,
                        personal_judgement *ret_judgement) {
    return contest_open(c, x, p, STORE_NEXT, choose, &browsed, ret_pack, ret_judgement);
}

/* ---- the report ---- */
static void write_name(json_out *w, const char *of, const char *what) {
    char name[64];
    snprintf(name, sizeof name, "%s_%s", of, what);
    jw_key(w, name);
}

static void write_interval(json_out *w, const char *of, const char *what, bool known, const interval *i) {
    write_name(w, of, what);
    if (!known) {
        jw_null(w);
        return;
    }
    jw_array(w);
    jw_fixed(w, i->value, 4), jw_fixed(w, i->low, 4), jw_fixed(w, i->high, 4);
    jw_end_array(w);
}

static void write_share(json_out *w, const char *name, double share) {
    jw_key(w, name);
    if (share >= 0) jw_fixed(w, share, 4);
    else jw_null(w);
}

static void write_number(json_out *w, const char *of, const char *what, int64_t value) {
    write_name(w, of, what);
    jw_i64(w, value);
}

void judgement_write_figures(json_out *w, const char *of, const personal_judgement *j) {
    write_number(w, of, "cases", j->cases);
    write_number(w, of, "cases_needed", j->cases_needed);
    write_interval(w, of, "hit_rate_10", j->judged, &j->hit_rate);
    write_interval(w, of, "hit_rate_10_popular", j->judged, &j->popular);
    write_interval(w, of, "gain", j->judged, &j->gain);
    write_number(w, of, "split_ms", j->split_ms);
    write_number(w, of, "tried", j->tried);
    write_number(w, of, "ms", (int64_t)(j->seconds * 1000));
}

void personal_judgement_write(json_out *w, const personal_judgement *j) {
    jw_member_text(w, "personal_model", j->model);
    jw_member_bool(w, "personal_repeats", j->repeats);
    judgement_write_figures(w, "personal", j);
    write_number(w, "personal", "browsing_tried", j->browsing_tried);
    if (!j->browsing_tried) return;
    write_share(w, "personal_hit_rate_10_purchases", j->hit_rate_purchases);
    write_share(w, "personal_hit_rate_10_browsing", j->hit_rate_browsing);
    jw_member_bool(w, "personal_browsing", j->browsing);
}
