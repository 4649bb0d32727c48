/* `vitrine eval store`: models side by side on a shop's own newest weeks, as a table or as JSON lines.
 * Read next: eval/store.h. */
#pragma once
#include "app/command.h"

typedef struct {
    str store;                      /* name or number; empty: the only one */
    str model;
    uint64_t seed;
    int threads;
    void (*progress)(void *state, const char *what, double share_0_1);      /* state is the invocation */
} eval_store_options;

/* c->arena must be large enough for dense models. ERR_NOT_FOUND (store), ERR_INVALID (model), ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code eval_store_command(ctx *c, const invocation *v, const eval_store_options *o);
