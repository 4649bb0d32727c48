/* Tasks as a table. It does NOT parse the command line: app/ does. */
#include "eval/eval_int.h"

static const struct { const char *name; err_code (*run)(ctx *c, const eval_options *o, buf *out); } tasks[] = {
    { "basket", eval_basket },
};

const char *eval_task_names(void) { return "basket"; }

err_code eval_command(ctx *c, const eval_options *o, buf *out) {
    for (size_t i = 0; i < COUNT(tasks); i++)
        if (str_eq(o->task, str_of(tasks[i].name))) return tasks[i].run(c, o, out);
    return fail_field(c, ERR_INVALID, "task", "there is no task '%.*s'; known: %s", STR_ARG(o->task), eval_task_names());
}
