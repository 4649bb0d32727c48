/* vitrine simulate: an invented shop whose visitors' tastes are known, lived through on this very program, and what came of it beside
 * what was possible. */
#include <inttypes.h>
#include <string.h>
#include "app/child.h"
#include "app/commands.h"
#include "app/pick.h"
#include "app/progress.h"
#include "app/signals.h"
#include "app/simulate_reports.h"
#include "app/simulate_run.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/parse.h"
#include "simulate/proof.h"

enum { START_SECONDS = 300, WINDOW_DAYS = 3, PAST_DAYS_MOST = 365, NIGHT_MS = 4 * MS_PER_HOUR };
static const double recovered_0_1 = 0.9;

static const option options[] = {
    { "days", OPTION_INT, "N", NULL, "14", 1, 250, "days with suggestions" },
    { "seed", OPTION_INT, "S", NULL, "1", 0, 9e15, "of shop and visitors: the same seed, the same ones" },
    { "visitors-per-day", OPTION_INT, "V", NULL, "2000", 1, SIM_VISITORS_MOST, "visits a day" },
    { "products", OPTION_INT, "N", NULL, "200", 20, SIM_PRODUCTS_MOST, "of the shop" },
    { "past", OPTION_INT, "DAYS", NULL, "60", 0, PAST_DAYS_MOST, "of orders before suggestions began; the shop brings them along" },
    { "swap-day", OPTION_INT, "D", NULL, "0", 0, 250, "on this day, from 1, the best product falls out of favour; 0 is never" },
    { "policy", OPTION_TEXT, "WORD", NULL, "learned", 0, 0, "what visitors see: learned, rules (of the untrained store) or none" },
    { "runs", OPTION_INT, "R", NULL, "400", 0, SIM_RUNS_MOST, "experiments without a server: coverage, false alarms, power; 0 is none" },
    { "n", OPTION_INT, "N", NULL, "0", 0, SIM_SHOWN_MOST, "products a list; 0 is as many as the place shows" },
    { "server", OPTION_TEXT, "URL", NULL, NULL, 0, 0, "started with --clock virtual and the same --data, instead of an own one" },
};

typedef struct {
    sim_params params;
    sim_world world;
    sim_strangers strangers, swapped;
    sim_acquaintances acquaintances, acquaintances_swapped;
    simulate_plan plan;
    simulate_api api;
    const char *folder;             /* temporary; NULL: none yet */
    pid_t server;                   /* 0: none of ours */
    progress_view view;
    ctx *c;
    int runs;
    bool own_server;
    str policy;
} simulator;

static err_code read_policy(ctx *c, str word, simulate_policy *ret) {
    static const char *const words[] = { [POLICY_LEARNED] = "learned", [POLICY_RULES] = "rules", [POLICY_NONE] = "none" };
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(word, str_of(words[i]))) {
            *ret = (simulate_policy)i;
            return ERR_OK;
        }
    return usage_error(c, "--policy", "--policy is learned, rules or none");
}

static err_code read_options(ctx *c, const invocation *v, simulator *s) {
    s->params = sim_default_params();
    s->params.seed = (uint64_t)invocation_int(v, "seed");
    s->params.products = (uint32_t)invocation_int(v, "products");
    s->params.visits_a_day = (uint32_t)invocation_int(v, "visitors-per-day");
    s->params.first_day = (uint32_t)invocation_int(v, "past");
    s->plan.days = (uint32_t)invocation_int(v, "days");
    s->plan.n = (size_t)invocation_int(v, "n");
    s->runs = (int)invocation_int(v, "runs");
    s->policy = invocation_text(v, "policy");
    uint32_t swap = (uint32_t)invocation_int(v, "swap-day");
    if (swap > s->plan.days) return usage_error(c, "--swap-day", "--swap-day lies within --days, or is 0");
    s->params.swap_day = swap ? s->params.first_day + swap - 1 : 0;
    if (swap && !s->params.swap_day) return usage_error(c, "--swap-day", "a swap on the very first day needs a --past");
    if (s->runs && s->runs < SIM_RUNS_LEAST) return usage_error(c, "--runs", "--runs is 0, or %d at least", SIM_RUNS_LEAST);
    s->own_server = !invocation_text(v, "server").p;
    s->api.base = invocation_text(v, "server");
    return read_policy(c, s->policy, &s->plan.policy);
}

/* ---- the shop and the server ---- */
static const char *path_in(ctx *c, const char *folder, const char *name) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "%s/%s", folder, name);
    return buf_err(&b) ? NULL : b.p;
}

/* Make a store of the products; its secret key. */
static err_code make_store(ctx *c, simulator *s, const char *name, str *ret_key) {
    const char *path = path_in(c, s->folder, "products.csv"), *said = path_in(c, s->folder, "import.json");
    const char *why = path_in(c, s->folder, "import.log");
    if (!path || !said || !why) return fail(c, ERR_NO_MEMORY, "make a store");
    AUTO_BUF text;
    buf_init(&text, 64 * MIB);
    simulated_products_csv(&s->world, &text);
    if (buf_err(&text)) return fail(c, ERR_NO_MEMORY, "write the products");
    TRY(file_write_atomic(c, path, buf_view(&text), 0600));
    const char *const args[] = { "import", "products", path, "--store", name, "--currency", "EUR", "--no-train", "--strict", "--json",
                                 "--data", s->plan.data, NULL };
    str told;
    const json_value *report;
    TRY(child_run(c, args, said, why));
    TRY(file_read(c, said, MIB, &told));
    TRY(json_parse(c, told, JSON_READ_STRICT, &report));
    *ret_key = jr_string(jr_get(report, "secret"));
    if (!ret_key->n) return fail(c, ERR_CONFLICT, "%s holds a store '%s' already: simulate in a folder without one", s->plan.data, name);
    return ERR_OK;
}

static err_code import_past(ctx *c, simulator *s) {
    if (!s->params.first_day) return ERR_OK;
    AUTO_BUF text;
    buf_init(&text, 256 * MIB);
    TRY(simulate_past(c, &s->world, &text));
    return simulate_import_orders(c, &s->plan, buf_view(&text));
}

/* The server says where it listens on the first line. */
static err_code find_port(ctx *c, simulator *s, const char *said) {
    static const str before = { "localhost:", 10 };
    for (int waited = 0; waited < START_SECONDS * 100; waited++) {
        str told, port;
        if (!file_read(c, said, KIB, &told) && str_find(told, STR("\n")) != SIZE_MAX && str_find(told, before) != SIZE_MAX) {
            size_t at = str_find(told, before) + before.n;
            told = str_sub(told, at, told.n);
            port = str_cut(&told, '\n');
            buf b;
            buf_init_in(&b, c->arena, 100);
            buf_printf(&b, "http://127.0.0.1:%.*s", STR_ARG(port));
            s->api.base = buf_view(&b);
            return buf_err(&b);
        }
        if (child_has_ended(s->server)) break;
        TRY(ctx_check(c));
        c->time->sleep_ms(c->time, 10);
    }
    str why;
    if (file_read(c, path_in(c, s->folder, "serve.log"), MIB, &why)) why = STR("it said nothing");
    return fail(c, ERR_INTERNAL, "the server did not start: %.*s", STR_ARG(str_clip(why, 400)));
}

/* Of the first day. */
static int64_t morning_ms(const simulator *s) { return SIMULATED_DAY_0_MS + s->params.first_day * (int64_t)MS_PER_DAY + NIGHT_MS; }

static err_code start_server(ctx *c, simulator *s) {
    const char *said = path_in(c, s->folder, "serve.txt"), *log = path_in(c, s->folder, "serve.log");
    char clock[40];
    snprintf(clock, sizeof clock, "virtual:%" PRId64, morning_ms(s));
    const char *const args[] = { "serve", "--port", "0", "--clock", clock, "--log", "warn", "--data", s->plan.data, NULL };
    if (!said || !log) return fail(c, ERR_NO_MEMORY, "start a server");
    TRY(child_start(c, args, said, log, &s->server));
    return find_port(c, s, said);
}

/* The last days before the swap, or before the end. */
static void settled_days(const simulator *s, uint32_t *ret_from, uint32_t *ret_end) {
    uint32_t end = s->params.swap_day ? s->params.swap_day - s->params.first_day : s->plan.days;
    *ret_from = end > WINDOW_DAYS ? end - WINDOW_DAYS : 0;
    *ret_end = end ? end : 1;
}

static err_code prepare(ctx *c, const invocation *v, simulator *s) {
    TRY(sim_world_make(c, &s->params, &s->world));
    TRY(sim_strangers_make(c, &s->world, s->params.first_day, &s->strangers));
    if (s->params.swap_day) TRY(sim_strangers_make(c, &s->world, s->params.swap_day, &s->swapped));
    if (s->params.swap_day) TRY(sim_acquaintances_make(c, &s->world, s->params.swap_day, &s->acquaintances_swapped));
    TRY(sim_acquaintances_make(c, &s->world, s->params.first_day, &s->acquaintances));
    TRY(child_folder(c, &s->folder));
    s->plan.data = s->own_server ? path_in(c, s->folder, "data") : v->data;
    s->plan.work = s->folder;
    s->plan.w = &s->world;
    s->plan.strangers = &s->strangers, s->plan.strangers_swapped = &s->swapped;
    s->plan.acquaintances = &s->acquaintances, s->plan.acquaintances_swapped = &s->acquaintances_swapped;
    TRY(make_store(c, s, "simulated", &s->api.key[STORE_LEARNED]));
    TRY(make_store(c, s, "untrained", &s->api.key[STORE_UNTRAINED]));
    TRY(import_past(c, s));
    TRY(http_client_new(c, NULL, &s->api.http));
    if (s->own_server) TRY(start_server(c, s));
    TRY(simulate_await_ready(c, &s->api, START_SECONDS));
    TRY(simulate_set_clock(c, &s->api, morning_ms(s)));
    for (simulated_store x = 0; x < STORES_SIMULATED; x++) TRY(simulate_train(c, &s->api, x, morning_ms(s), START_SECONDS));
    return ERR_OK;
}

static void show_day(void *arg, uint32_t day) {
    simulator *s = arg;
    progress_show(&s->view, STR("days"), day + 1, s->plan.days, s->c->time->mono_us(s->c->time));
}

/* ---- what came of it ---- */
static simulate_day sum_of(const simulate_day *days, uint32_t from, uint32_t to) {
    simulate_day sum = { 0 };
    for (uint32_t i = from; i < to; i++) {
        const simulate_day *d = &days[i];
        sum.visits += d->visits, sum.visits_shown += d->visits_shown, sum.lists += d->lists, sum.clicks += d->clicks;
        sum.dismissals += d->dismissals, sum.orders += d->orders, sum.caused_items += d->caused_items;
        sum.caused += d->caused;
        sum.learned += d->learned, sum.untrained += d->untrained, sum.stranger += d->stranger;
        sum.oracle += d->oracle, sum.clairvoyant += d->clairvoyant;
        for (size_t k = 0; k < SIM_PAGE_KINDS; k++) {
            sum.at[k].learned += d->at[k].learned, sum.at[k].untrained += d->at[k].untrained;
            sum.at[k].stranger += d->at[k].stranger, sum.at[k].oracle += d->at[k].oracle;
            sum.at[k].clairvoyant += d->at[k].clairvoyant;
        }
        sum.swap_learned += d->swap_learned, sum.swap_oracle += d->swap_oracle;
    }
    return sum;
}

static double share(double a, double b) { return b > 0 ? a / b : 0; }

/* What learning has come to. */
static simulate_day settled(const simulator *s, const simulate_day *days) {
    uint32_t from, end;
    settled_days(s, &from, &end);
    return sum_of(days, from, end);
}

/* Days until pages where a swapped product stands are answered nine tenths as well as before; negative: not within the run. */
static int recovery_days(const simulator *s, const simulate_day *days) {
    simulate_day before = settled(s, days);
    uint32_t swap = s->params.swap_day - s->params.first_day;
    double level = share(before.swap_learned, before.swap_oracle) * recovered_0_1;
    for (uint32_t i = swap; i < s->plan.days; i++)
        if (share(days[i].swap_learned, days[i].swap_oracle) >= level) return (int)(i - swap);
    return -1;
}

static void write_days(json_out *w, const simulate_plan *p, const simulate_day *days) {
    jw_key(w, "by_day");
    jw_array(w);
    for (uint32_t i = 0; i < p->days; i++) {
        jw_object(w);
        jw_member_fixed(w, "uplift_of_oracle", share(days[i].learned, days[i].oracle), 4);
        jw_member_fixed(w, "untrained", share(days[i].untrained, days[i].oracle), 4);
        jw_member_fixed(w, "swapped", share(days[i].swap_learned, days[i].swap_oracle), 4);
        jw_end_object(w);
    }
    jw_end_array(w);
}

/* `own`: what a visit spends without suggestions. */
static void write_per_visitor(json_out *w, const simulate_day *d, double own) {
    double n = d->visits_shown ? (double)d->visits_shown : 1;
    jw_key(w, "revenue_per_visitor");
    jw_object(w);
    jw_member_fixed(w, "none", own, 4);
    jw_member_fixed(w, "rules", own + d->untrained / n, 4);
    jw_member_fixed(w, "learned", own + d->learned / n, 4);
    jw_member_fixed(w, "stranger", own + d->stranger / n, 4);
    jw_member_fixed(w, "oracle", own + d->oracle / n, 4);
    jw_member_fixed(w, "clairvoyant", own + d->clairvoyant / n, 4);
    jw_end_object(w);
}

/* Of the best lists at each place: how much of their value is had there, and how much of all of it lies there. */
static void write_places(json_out *w, const simulate_day *d) {
    static const struct { sim_page_kind kind; const char *name; } places[] = {
        { SIM_HOME, "home" }, { SIM_PRODUCT, "product" }, { SIM_CART, "cart" },
    };
    jw_key(w, "by_placement");
    jw_object(w);
    for (size_t i = 0; i < COUNT(places); i++) {
        sim_page_kind k = places[i].kind;
        jw_key(w, places[i].name);
        jw_object(w);
        jw_member_fixed(w, "uplift_of_oracle", share(d->at[k].learned, d->at[k].oracle), 4);
        jw_member_fixed(w, "untrained", share(d->at[k].untrained, d->at[k].oracle), 4);
        jw_member_fixed(w, "stranger", share(d->at[k].stranger, d->at[k].oracle), 4);
        jw_member_fixed(w, "clairvoyant", share(d->at[k].clairvoyant, d->at[k].oracle), 4);
        jw_member_fixed(w, "weight", share(d->at[k].oracle, d->oracle), 4);
        jw_end_object(w);
    }
    jw_end_object(w);
}

static void write_figures(json_out *w, const simulator *s, const simulate_day *days) {
    simulate_day last = settled(s, days), all = sum_of(days, 0, s->plan.days);
    uint32_t from, end;
    settled_days(s, &from, &end);
    double own = sim_baseline(&s->world, s->params.first_day + from, s->params.first_day + end), own_all = own * (double)last.visits_shown;
    jw_member_str(w, "policy", s->policy);
    jw_member_fixed(w, "uplift_of_oracle", share(last.learned, last.oracle), 4);
    jw_member_fixed(w, "uplift_of_clairvoyant", share(last.learned, last.clairvoyant), 4);
    jw_member_fixed(w, "uplift_of_stranger", share(last.learned, last.stranger), 4);
    jw_member_fixed(w, "uplift_of_untrained", share(own_all + last.learned, own_all + last.untrained) - 1, 4);
    jw_member_fixed(w, "caused_over_untrained", share(last.learned, last.untrained) - 1, 4);
    jw_member_fixed(w, "untrained_of_oracle", share(last.untrained, last.oracle), 4);
    jw_member_fixed(w, "stranger_of_oracle", share(last.stranger, last.oracle), 4);
    jw_member_fixed(w, "oracle_of_clairvoyant", share(last.oracle, last.clairvoyant), 4);
    jw_key(w, "recovery_days");
    int recovered = s->params.swap_day ? recovery_days(s, days) : -1;
    if (recovered < 0) jw_null(w);
    else jw_i64(w, recovered);
    write_per_visitor(w, &last, own);
    write_places(w, &last);
    jw_member_i64(w, "visitors", (int64_t)all.visits);
    jw_member_i64(w, "held_out", (int64_t)(all.visits - all.visits_shown));
    jw_member_i64(w, "orders", (int64_t)all.orders);
    jw_member_i64(w, "lists", (int64_t)all.lists);
    jw_member_i64(w, "clicks", (int64_t)all.clicks);
    jw_member_i64(w, "dismissals", (int64_t)all.dismissals);
    jw_member_i64(w, "caused_items", (int64_t)all.caused_items);
    jw_member_fixed(w, "caused", all.caused, 2);
    const double expected[] = { [POLICY_LEARNED] = all.learned, [POLICY_RULES] = all.untrained, [POLICY_NONE] = 0 };
    jw_member_fixed(w, "caused_expected", expected[s->plan.policy], 2);
}

static void write_proof(json_out *w, const sim_proof *p, const reports_proof *told) {
    jw_member_fixed(w, "coverage", told->coverage, 4);
    jw_member_fixed(w, "coverage_any_look", told->coverage_any_look, 4);
    jw_member_fixed(w, "coverage_believed", told->believed, 4);
    jw_member_fixed(w, "false_alarms", p->false_alarms, 4);
    jw_member_fixed(w, "false_alarms_daily_p", p->false_alarms_daily_p, 4);
    jw_member_fixed(w, "power", p->power_found, 4);
    jw_member_fixed(w, "power_promised", p->power_promised, 4);
    jw_member_i64(w, "runs", p->runs);
}

typedef struct { const simulate_day *days; sim_proof proof; reports_proof told; const json_value *reported; double seconds; } outcome;

static err_code print(ctx *c, const invocation *v, const simulator *s, const outcome *o) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_i64(&w, "days", s->plan.days);
    jw_member_i64(&w, "seed", (int64_t)s->params.seed);
    write_figures(&w, s, o->days);
    jw_key(&w, "reported");
    jw_value(&w, o->reported);
    if (s->runs) write_proof(&w, &o->proof, &o->told);
    write_days(&w, &s->plan, o->days);
    jw_member_i64(&w, "requests", (int64_t)s->api.requests);
    jw_member_fixed(&w, "seconds", o->seconds, 1);
    jw_end_object(&w);
    return print_json(v, &b);
}

/* Shops of a week's visits, a tenth of the visitors held out. */
static err_code prove(ctx *c, const simulator *s, outcome *o) {
    int64_t week = 7 * (int64_t)s->params.visits_a_day;
    const reports_plan plan = { s->runs, week < REPORTS_LEAST ? REPORTS_LEAST : week > REPORTS_MOST ? REPORTS_MOST : week, 10 };
    TRY(sim_prove(c, &s->world, s->runs, &o->proof));
    return simulate_prove_reports(c, &s->world, &plan, s->folder, &o->told);
}

static err_code simulate(ctx *c, const invocation *v, simulator *s) {
    int64_t start_us = c->time->mono_us(c->time);
    simulate_day *days = arena_new(c->arena, simulate_day, s->plan.days);
    outcome o = { .days = days };
    if (!days) return fail(c, ERR_NO_MEMORY, "simulate a shop");
    fputs("making the simulated shop\n", v->err);
    TRY(prepare(c, v, s));
    progress_init(&s->view, v->err);
    s->plan.show = show_day, s->plan.arg = s;
    err_code e = simulate_run(c, &s->api, &s->plan, days);
    progress_end(&s->view);
    TRY(e);
    TRY(simulate_get_report(c, &s->api, s->params.first_day, s->params.first_day + s->plan.days, &o.reported));
    if (s->runs) TRY(prove(c, s, &o));
    o.seconds = (double)(c->time->mono_us(c->time) - start_us) / 1e6;
    return print(c, v, s, &o);
}

static err_code run(ctx *c, const invocation *v) {
    simulator s = { .c = c };
    TRY(read_options(c, v, &s));
    signals_start();
    const atomic_bool *outer = c->cancel;
    c->cancel = signals_asked();
    err_code e = simulate(c, v, &s);
    http_client_free(s.api.http);
    child_end(c, s.server);
    child_folder_remove(s.folder);
    c->cancel = outer;
    return e;
}

const command cmd_simulate = {
    .name = "simulate", .summary = "Live through an invented shop and measure what suggestions cause",
    .usage = "[--days N] [--seed S] [--visitors-per-day V] [options]",
    .details = "Starts a server of its own with a virtual clock in a temporary folder, lets visitors loose on it whose tastes are known,\n"
               "and ends with one line of JSON: what the answers were worth beside the best ones possible. Weeks pass in minutes.",
    .options = options, .n_options = COUNT(options), .run = run,
};
