/* Visitors into rows, rows into a report. It does NOT serve: what answers do to people is in simulate/ and known. */
#include "app/simulate_reports.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include "base/limits.h"
#include "experiments/assign.h"
#include "reports/caused.h"
#include "schema/rec_id.h"

enum { DAYS = 7, SPENDERS_DAYS = 14, OF_REPORTS = 320, MINOR = 100, STORE = 1 };
#define FIRST_DAY INT64_C(20500)
#define FIRST_MS (FIRST_DAY * (int64_t)MS_PER_DAY)
#define SPAN_MS (DAYS * (int64_t)MS_PER_DAY)
#define ROWS_ARENA (64 * MIB)

typedef struct {
    ctx *c;
    const reports_plan *plan;
    db *d;
    sim_spenders without, with;
    rng luck;
    report_source from;
    uint64_t orders;
} bureau;

/* ---- one visitor ---- */
typedef struct { char id[40], second[48], person[48]; bool held_out, has_second; int64_t met_ms; } guest;

static bool chance(bureau *b, double p) { return rng_unit(&b->luck) < p; }

static int64_t later_than(bureau *b, int64_t ms) { return ms + (int64_t)(rng_unit(&b->luck) * (double)(FIRST_MS + SPAN_MS - 1 - ms)); }

/* An answer, given or held back alike. */
static err_code put_answer(bureau *b, const guest *g, const char *browser, int64_t ms) {
    char rec_id[REC_ID_LENGTH + 1];
    rec_id_make(ms, &b->luck, rec_id);
    return storage_put(b->c, b->d, &exposure_entity, &(exposure){ .store_id = STORE, .rec_id = str_of(rec_id), .time_ms = ms,
        .visitor_id = str_of(browser), .placement = STR("product"), .held_out = g->held_out, .strategy = STR("live"), .items = STR("[]") });
}

static err_code put_names(bureau *b, const guest *g) {
    char second[64];
    snprintf(second, sizeof second, "v:%s", g->second);
    const person_alias row = { .store_id = STORE, .alias = str_of(second), .person = str_of(g->person), .first_ms = g->met_ms };
    return storage_put(b->c, b->d, &person_alias_entity, &row);
}

/* An order of `total` minor units, of which `back` were given back. */
static err_code put_order(bureau *b, const char *browser, int64_t ms, int64_t total, int64_t back) {
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, ++b->orders);
    const order o = { .store_id = STORE, .order_id = str_of(id), .status = STR("completed"), .total = total, .visitor_id = str_of(browser),
                      .created_ms = ms };
    const refund r = { .store_id = STORE, .order_id = o.order_id, .refund_id = STR("1"), .amount = back, .created_ms = ms };
    TRY(storage_put(b->c, b->d, &order_entity, &o));
    return back ? storage_put(b->c, b->d, &refund_entity, &r) : ERR_OK;
}

/* What he spends may come in two orders, from two browsers, with something that he sends back. */
static err_code spend(bureau *b, const guest *g, int64_t minor) {
    int64_t first = chance(b, 0.2) ? minor / 2 : minor, back = chance(b, 0.1) ? 1 + (int64_t)rng_below(&b->luck, 20 * MINOR) : 0;
    const char *browser = g->has_second && chance(b, 0.5) ? g->second : g->id;
    TRY(put_order(b, browser, later_than(b, g->met_ms), first + back, back));
    return minor > first ? put_order(b, g->id, later_than(b, g->met_ms), minor - first, 0) : ERR_OK;
}

static guest guest_of(bureau *b, int run, int64_t number) {
    guest g = { .met_ms = FIRST_MS + (int64_t)(rng_unit(&b->luck) * (double)(SPAN_MS - 1)), .has_second = chance(b, 0.1) };
    snprintf(g.id, sizeof g.id, "%d-%" PRId64, run, number);
    snprintf(g.second, sizeof g.second, "%s-b", g.id);
    snprintf(g.person, sizeof g.person, "v:%s", g.id);
    g.held_out = assign_is_held_out(STORE, str_of(g.person), (double)b->plan->holdout_percent / 100);
    return g;
}

static err_code visit(bureau *b, int run, int64_t number) {
    guest g = guest_of(b, run, number);
    const sim_spenders *s = g.held_out ? &b->without : &b->with;
    TRY(put_answer(b, &g, g.id, g.met_ms));
    if (g.has_second) TRY(put_names(b, &g));
    if (g.has_second) TRY(put_answer(b, &g, g.second, later_than(b, g.met_ms)));
    if (chance(b, 0.02)) TRY(put_order(b, g.id, FIRST_MS + (g.met_ms - FIRST_MS) / 2, 99 * MINOR, 0)); /* before any */
    if (!chance(b, (double)s->n / s->visitors)) return ERR_OK;
    return spend(b, &g, llround(s->spent[rng_below(&b->luck, s->n)] * MINOR));
}

/* ---- one shop ---- */
static err_code write_shop(bureau *b, int run) {
    arena_mark m = arena_save(b->c->arena);
    for (int64_t i = 0; i < b->plan->visitors; i++) {
        TRY(visit(b, run, i));
        arena_restore(b->c->arena, m);
    }
    return ctx_check(b->c);
}

static bool holds(effect e, double truth) { return e.low <= truth && truth <= e.high; }

static void take(reports_proof *p, const caused_row *row) {
    double truth = p->truth * MINOR, z = row->once.se > 0 ? (row->once.value - truth) / row->once.se : 0;
    p->coverage_any_look += holds(row->revenue.per_visitor, truth);
    p->coverage += holds(row->once, truth);
    p->believed += row->state == CAUSED_OK;
    p->z_mean += z;
    p->z_deviation += z * z;
}

/* All of it in a transaction that comes to nothing. */
static err_code one_shop(bureau *b, int run, reports_proof *p) {
    caused_report told;
    TRY(storage_begin(b->c, b->d, STORAGE_WRITE));
    err_code e = write_shop(b, run);
    if (!e) e = caused_read(b->c, &b->from, (double)b->plan->holdout_percent / 100, 0, &told);
    if (!e) take(p, &told.total);
    storage_rollback(b->d);
    return e;
}

static err_code all_shops(bureau *b, const sim_world *w, reports_proof *p) {
    AUTO_ARENA rows;
    arena *outer = b->c->arena;
    err_code e = ERR_OK;
    arena_init(&rows, ROWS_ARENA);
    for (int run = 0; !e && run < b->plan->runs; run++) {
        arena_reset(&rows);
        b->c->arena = &rows;
        b->luck = sim_stream(w, OF_REPORTS, (uint64_t)run, 0);
        e = one_shop(b, run, p);
    }
    b->c->arena = outer;
    return e;
}

static void average(reports_proof *p, int runs) {
    p->runs = runs;
    p->coverage_any_look /= runs, p->coverage /= runs, p->believed /= runs, p->z_mean /= runs;
    p->z_deviation = sqrt(fmax(p->z_deviation / runs - p->z_mean * p->z_mean, 0));
}

static double mean_of(const sim_spenders *s) { return s->buyers_mean * (double)s->n / s->visitors; }

static err_code prove(ctx *c, const sim_world *w, bureau *b, reports_proof *ret) {
    report_period days;
    reports_proof p = { 0 };
    TRY(storage_migrate(c, b->d));
    TRY(sim_spenders_of(c, w, SPENDERS_DAYS, &b->without, &b->with));
    if (!b->without.n || !b->with.n) return fail_field(c, ERR_INVALID, "visits_a_day", "nobody buys: more visits are needed");
    TRY(report_period_make(c, STR("UTC"), FIRST_DAY, FIRST_DAY + DAYS - 1, &days));
    b->from = (report_source){ .d = b->d, .store_id = STORE, .period = &days };
    p.truth = mean_of(&b->with) - mean_of(&b->without);
    TRY(all_shops(b, w, &p));
    average(&p, b->plan->runs);
    *ret = p;
    return ERR_OK;
}

err_code simulate_prove_reports(ctx *c, const sim_world *w, const reports_plan *plan, const char *folder, reports_proof *ret) {
    char url[1024];
    bureau b = { .c = c, .plan = plan };
    bool fits = plan->visitors >= REPORTS_LEAST && plan->visitors <= REPORTS_MOST;
    if (!fits || plan->runs < 1 || plan->runs > SIM_RUNS_MOST || plan->holdout_percent < 1 || plan->holdout_percent > 50)
        return fail_field(c, ERR_INVALID, "runs", "1 to %d shops of %d to %d visitors, 1 to 50 %% held out", SIM_RUNS_MOST, REPORTS_LEAST,
                          REPORTS_MOST);
    if (snprintf(url, sizeof url, "sqlite:%s/reports.db", folder) >= (int)sizeof url)
        return fail(c, ERR_INVALID, "the folder's name is too long");
    TRY(storage_open(c, &(db_options){ .url = str_of(url), .cache_bytes = 64 * MIB }, &b.d));
    err_code e = prove(c, w, &b, ret);
    storage_close(b.d);
    return e;
}
