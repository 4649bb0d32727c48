/* This very program once more, as a process beside this one: `vitrine serve` and `vitrine import` for the simulator.
 * Promise: what is started is ended by child_end(), also when it hangs. Main thread. */
#pragma once
#include <sys/types.h>
#include "base/ctx.h"

/* Start `vitrine ARGS` (NULL at the end of args, the word vitrine left out); its output goes to the file `out`, its messages to `err`.
 * ERR_INTERNAL when it cannot be started. */
CHECK_RESULT err_code child_start(ctx *c, const char *const *args, const char *out, const char *err, pid_t *ret_pid);
/* Run it to its end. ERR_INTERNAL with the last of what it said when it failed, ERR_CANCELLED. */
CHECK_RESULT err_code child_run(ctx *c, const char *const *args, const char *out, const char *err);
/* Has it ended? Never waits. */
bool child_has_ended(pid_t pid);
/* Ask it to end, wait some seconds, then make it. 0 is fine. */
void child_end(const ctx *c, pid_t pid);
/* Make a folder of its own for temporary files, readable by its owner only; its path in c->arena. ERR_INTERNAL. */
CHECK_RESULT err_code child_folder(ctx *c, const char **ret_path);
/* Remove it with all that is in it. */
void child_folder_remove(const char *path);
