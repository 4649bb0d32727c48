/* vitrine train: learn a store now; go back to what was learned before. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/signals.h"
#include "jobs/publish.h"

static const option options[] = {
    { "rollback", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "let the version before the present one serve again" },
};

static err_code roll_back(ctx *c, const invocation *v, home *h, const store *s) {
    stored_model m;
    TRY(model_roll_back(c, h->d, s->store_id, 0, &m));
    if (v->json) fprintf(v->out, "{\"version\":%" PRId64 "}\n", m.version);
    else fprintf(v->out, "version %" PRId64 " serves again; a running server takes it within seconds\n", m.version);
    return ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    foreground_outcome learned;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 0), &s));
    if (invocation_flag(v, "rollback")) return roll_back(c, v, &h, &s);
    signals_start();
    TRY(foreground_run(c, v, &h, &s, &(foreground_order){ .kind = "train", .input = "" }, &learned));
    if (v->json) fprintf(v->out, "%.*s\n", STR_ARG(learned.result));
    else print_learned(c, v, learned.result);
    return ERR_OK;
}

const command cmd_train = {
    .name = "train", .summary = "Learn a store now, or go back to an earlier version", .usage = "[STORE] [--rollback]",
    .details = "Without STORE the only one is meant. This also happens by itself after each sync that changed something.",
    .options = options, .n_options = COUNT(options), .max_args = 1, .run = run,
};
