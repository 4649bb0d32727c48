/* vitrine eval: measure models on a public data set. */
#include "app/commands.h"
#include "base/limits.h"
#include "eval/eval.h"

enum { MOST_SETS = 64 };

static const option options[] = {
    { "model", OPTION_TEXT, "NAME", NULL, "best", 0, 0, "a model's name, 'all', or 'best' (chosen inside the training part)" },
    { "set", OPTION_LIST, "KEY=VALUE", NULL, NULL, 0, 0, "set a parameter; may be given again" },
    { "seed", OPTION_INT, "N", NULL, "1", 0, 9e15, "seed of everything random" },
};

static err_code add_sets(ctx *c, str text, str *sets, size_t *n) {
    while (text.p) {
        if (*n == MOST_SETS) return usage_error(c, "--set", "at most %d parameters", MOST_SETS);
        sets[(*n)++] = str_cut(&text, '\n');
    }
    return ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    str sets[MOST_SETS];
    size_t n = 0;
    TRY(add_sets(c, invocation_text(v, "set"), sets, &n));
    for (size_t i = 1; i < v->n_args; i++) TRY(add_sets(c, invocation_arg(v, i), sets, &n));
    const eval_options o = {
        .task = invocation_arg(v, 0), .data = v->data, .model = invocation_text(v, "model"), .sets = sets, .n_sets = n,
        .seed = (uint64_t)invocation_int(v, "seed"),
    };
    buf out;
    buf_init_in(&out, c->arena, MIB);
    TRY(eval_command(c, &o, &out));
    fputs(out.p ? out.p : "", v->out);
    return ERR_OK;
}

const command cmd_eval = {
    .name = "eval",
    .summary = "Measure models on a public data set",
    .usage = "TASK --data DIR [--model NAME] [--set KEY=VALUE ...] [--seed N]",
    .details = "TASK is basket. DIR holds the data set. Prints one JSON object a line for each model measured:\n"
               "figures on the test part, time and memory of fitting, latency of one answer.",
    .options = options,
    .n_options = COUNT(options),
    .min_args = 1,
    .max_args = MOST_SETS,
    .run = run,
};
