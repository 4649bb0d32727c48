/* vitrine eval: measure models on a public data set. */
#include "app/commands.h"
#include "app/eval_store.h"
#include "base/limits.h"
#include "eval/eval.h"
#include "eval/judge.h"
#include "num/parallel.h"
#include <unistd.h>

enum { MOST_SETS = 64 };

static const option options[] = {
    { "model", OPTION_TEXT, "NAME", NULL, NULL, 0, 0,
      "a model's name, 'all' (default of store), or 'best' (default; chosen inside the training part)" },
    { "set", OPTION_LIST, "KEY=VALUE", NULL, NULL, 0, 0, "set a parameter of the model; may be given again" },
    { "k", OPTION_INT, "N", NULL, "0", 0, JUDGE_MAX_TOP, "answers asked for; 0: as the protocol of the task says" },
    { "seed", OPTION_INT, "N", NULL, "1", 0, 9e15, "seed of everything random" },
    { "threads", OPTION_INT, "N", NULL, "0", 0, PARALLEL_MAX_THREADS, "threads to fit and measure with; 0: one per core" },
};

static str chosen_model(const invocation *v, str otherwise) {
    str named = invocation_text(v, "model");
    return named.n ? named : otherwise;
}

static err_code add_sets(ctx *c, str text, str *sets, size_t *n) {
    while (text.p) {
        if (*n == MOST_SETS) return usage_error(c, "--set", "at most %d parameters", MOST_SETS);
        sets[(*n)++] = str_cut(&text, '\n');
    }
    return ERR_OK;
}

/* Lines are shown as they come: a table of ten models takes minutes. */
static void show_lines(void *state, buf *out) {
    const invocation *v = state;
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", v->err);
    fwrite(out->p, 1, out->n, v->out);
    fflush(v->out);
    buf_reset(out);
}

static void show_progress(void *state, const char *what, double share_0_1) {
    const invocation *v = state;
    if (isatty(STDERR_FILENO)) fprintf(v->err, "\r\033[K%s %3.0f %%", what, 100 * share_0_1);
}

/* The shop's own past in place of a folder of files. */
static err_code run_store(ctx *c, const invocation *v) {
    const eval_store_options o = {
        .store = invocation_arg(v, 1), .model = chosen_model(v, STR("all")), .seed = (uint64_t)invocation_int(v, "seed"),
        .threads = (int)invocation_int(v, "threads"), .progress = show_progress,
    };
    if (v->n_args > 2 || invocation_text(v, "set").n) return usage_error(c, "--set", "eval store takes a store and --model only");
    AUTO_ARENA large;
    arena_init(&large, LIMIT_EVAL_ARENA);
    arena *own = c->arena;
    c->arena = &large;
    err_code e = eval_store_command(c, v, &o);
    c->arena = own;
    return e;
}

static err_code run(ctx *c, const invocation *v) {
    if (str_eq(invocation_arg(v, 0), STR("store"))) return run_store(c, v);
    str sets[MOST_SETS];
    size_t n = 0;
    TRY(add_sets(c, invocation_text(v, "set"), sets, &n));
    for (size_t i = 1; i < v->n_args; i++) TRY(add_sets(c, invocation_arg(v, i), sets, &n));
    void *viewer = (void *)(uintptr_t)v;
    const eval_options o = {
        .task = invocation_arg(v, 0), .data = v->data, .model = chosen_model(v, STR("best")), .sets = sets, .n_sets = n,
        .top = (uint32_t)invocation_int(v, "k"), .seed = (uint64_t)invocation_int(v, "seed"), .threads = (int)invocation_int(v, "threads"),
        .progress = show_progress, .progress_state = viewer,
    };
    AUTO_ARENA large;               /* a dense model of 41,000 items takes 7 GB */
    arena_init(&large, LIMIT_EVAL_ARENA);
    arena *own = c->arena;
    buf out;
    buf_init_in(&out, own, MIB);
    c->arena = &large;
    err_code e = eval_command(c, &o, &out, show_lines, viewer);
    c->arena = own;
    return e;
}

const command cmd_eval = {
    .name = "eval",
    .summary = "Measure models on a public data set, or on a store's own past",
    .usage = "TASK --data DIR | store [STORE] [--model NAME] [--set KEY=VALUE ...] [--k N] [--seed N]",
    .details = "TASK is topn (users and items), sessions, nextbasket or basket. DIR holds the data set. Prints one JSON object a\n"
               "line for each model measured: figures on the test part, time and memory of fitting, latency of one answer.\n"
               "--set inside=1 measures on a validation part cut out of the training part instead of the test part.\n"
               "'eval store' asks what the store's newest weeks of orders would have been answered by models that know only what was\n"
               "before, all side by side with best sellers, with 95 % intervals; --json prints one object a line.",
    .options = options,
    .n_options = COUNT(options),
    .min_args = 1,
    .max_args = MOST_SETS,
    .run = run,
};
