/* vitrine sync: copy what changed in a shop now, and learn from it. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/foreground.h"
#include "app/learned.h"
#include "app/pick.h"
#include "app/signals.h"

static const option options[] = {
    { "full", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "read everything again, not only what changed" },
    { "sweep", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "read everything again and find what was deleted" },
    { "force", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "stop a sync of this store that runs elsewhere, then run" },
    { "no-train", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "do not learn afterwards" },
};

static err_code run(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    foreground_outcome copied, learned = { 0 };
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 0), &s));
    signals_start();
    bool sweep = invocation_flag(v, "sweep"), full = invocation_flag(v, "full");
    const foreground_order o = {
        .kind = "sync", .insist = sweep || full, .force = invocation_flag(v, "force"),
        .input = sweep ? "{\"depth\":\"sweep\"}" : full ? "{\"depth\":\"full\"}" : "{\"depth\":\"changes\"}",
    };
    TRY(foreground_run(c, v, &h, &s, &o, &copied));
    if (!v->json) print_copied(c, v, copied.result);
    bool train = false;
    if (!invocation_flag(v, "no-train")) TRY(foreground_is_open(c, &h, s.store_id, "train", &train));
    if (train) TRY(foreground_run(c, v, &h, &s, &(foreground_order){ .kind = "train", .input = "" }, &learned));
    if (v->json) return print_results(c, v, copied.result, learned.result);
    if (train) print_learned(c, v, learned.result);
    return ERR_OK;
}

const command cmd_sync = {
    .name = "sync", .summary = "Copy what changed in a shop now, and learn from it", .usage = "[STORE] [options]",
    .details = "Without STORE the only one is meant. A sync that was stopped goes on where it was.",
    .options = options, .n_options = COUNT(options), .max_args = 1, .run = run,
};
