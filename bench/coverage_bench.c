/* How often the report's 95 % intervals of caused revenue hold the truth: simulated shops as rows in a database, read as an owner does
 * (app/simulate_reports.h). One JSON line a shop's size. `coverage_bench [RUNS]`. */
#include <stdio.h>
#include <stdlib.h>
#include "app/simulate_reports.h"
#include "base/limits.h"
#include "base/parse.h"

static const struct { uint64_t seed; int64_t visitors, holdout_percent; } shops[] = {
    { 1, 10000, 5 }, { 2, 10000, 5 }, { 3, 20000, 5 }, { 2, 7000, 10 }, { 3, 3000, 20 }, { 1, 1500, 50 },
};

static int measure(ctx *c, const char *folder, int runs, size_t s) {
    sim_params p = sim_default_params();
    sim_world w;
    reports_proof o;
    const reports_plan plan = { runs, shops[s].visitors, shops[s].holdout_percent };
    p.seed = shops[s].seed;
    err_code e = sim_world_make(c, &p, &w);
    if (!e) e = simulate_prove_reports(c, &w, &plan, folder, &o);
    if (e) return fprintf(stderr, "coverage_bench: %s: %s\n", err_name(e), c->error.text), 1;
    printf("{\"bench\":\"coverage\",\"seed\":%llu,\"visitors\":%lld,\"holdout_percent\":%lld,\"runs\":%d,\"one_look\":%.4f,"
           "\"any_look\":%.4f,\"z_mean\":%.3f,\"z_deviation\":%.3f,\"believed\":%.3f}\n", (unsigned long long)p.seed,
           (long long)plan.visitors, (long long)plan.holdout_percent, runs, o.coverage, o.coverage_any_look, o.z_mean, o.z_deviation,
           o.believed);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv) {
    AUTO_ARENA home;
    ctx c;
    char folder[] = "/tmp/vitrine-bench-XXXXXX", command[100];
    int64_t runs = 400;
    int bad = 0;
    arena_init(&home, 512 * MIB);
    ctx_init(&c, &home);
    if (argc > 1 && !parse_int_in(str_of(argv[1]), 1, SIM_RUNS_MOST, &runs)) return 1;
    if (!mkdtemp(folder)) return 1;
    for (size_t s = 0; s < COUNT(shops) && !bad; s++) {
        arena_mark m = arena_save(&home);
        bad = measure(&c, folder, (int)runs, s);
        arena_restore(&home, m);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) || bad;
}
