/* Asking the program to end: SIGINT and SIGTERM raise one flag, which is the cancel flag of all work.
 * Promise: the first signal asks, the second one ends the program at once. Statics live here because handlers have no arguments.
 * Call from the main thread. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>

/* Install the handlers; SIGPIPE is ignored (a closed pipe is an error of the write). */
void signals_start(void);
/* For ctx.cancel: true once somebody asked. */
const atomic_bool *signals_asked(void);
/* Wait until somebody asks, at most `ms`. True when somebody did. */
bool signals_wait(int ms);
/* From now on the program has `seconds` to end by itself; then it is ended with exit code 0: everything acknowledged is on disk. */
void signals_last_chance(unsigned seconds);
