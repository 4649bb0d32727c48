/* A job that somebody waits for at the terminal: the same row and the same function as in the server, with live progress.
 * Promise: never two at once; when another process runs the store's job already, its progress is followed instead. */
#pragma once
#include "app/home.h"

typedef struct {
    const char *kind;           /* "sync", "train" */
    const char *input;          /* JSON of the job, may be empty */
    bool insist;                /* ours must run with this very input: after one that runs already */
    bool force;                 /* ask one that runs already to stop */
} foreground_order;

typedef struct {
    str result;                 /* JSON of the job, in c->arena */
    bool followed;              /* another process did it */
} foreground_outcome;

/* ERR_CANCELLED after Ctrl-C, ERR_CONFLICT when the other one was not done, and the job's own errors. */
CHECK_RESULT err_code foreground_run(ctx *c, const invocation *v, home *h, const store *s, const foreground_order *o,
                                     foreground_outcome *ret_outcome);
/* Is there a job of this kind that waits or runs? */
CHECK_RESULT err_code foreground_is_open(ctx *c, home *h, int64_t store_id, const char *kind, bool *ret_open);
