/* ctx: what every unit of work carries: memory, time, randomness, cancel, and the one place where errors get their detail.
 * Promise: no ambient values anywhere else. A ctx belongs to one thread; child work in other threads gets its own. */
#pragma once
#include <stdatomic.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/rng.h"
#include "base/str.h"

typedef struct ctx {
    arena *arena;                   /* lifetime of this unit of work: request, job, or process */
    const time_source *time;
    rng random;
    const logger *log;              /* may be NULL: silent */
    const atomic_bool *cancel;      /* may be NULL: cannot be cancelled */
    int64_t deadline_us;            /* on time->mono_us(); 0 = none */
    uint64_t trace;                 /* id that ties log lines and answers together */
    struct {
        err_code code;
        char field[64];             /* name of the input that is wrong, or "" */
        char text[512];             /* detail: for the log, and for the caller of the API when the code is a 4xx */
    } error;
} ctx;

/* A ctx with the system clock, no log, no deadline, seed 1. */
void ctx_init(ctx *c, arena *a);

/* Say once what went wrong, at the place that discovers it, and return `code`:
 *     return fail(c, ERR_STORAGE, "read product '%.*s': %s", STR_ARG(id), why);
 * A detail already there for the same failure is replaced. */
err_code fail(ctx *c, err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, naming the input field that is wrong. */
err_code fail_field(ctx *c, err_code code, const char *field, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* ERR_CANCELLED or ERR_DEADLINE when this work should stop, else ERR_OK. Cheap; call it in long loops. */
CHECK_RESULT err_code ctx_check(ctx *c);
/* Wall clock, UTC ms. */
int64_t ctx_now_ms(const ctx *c);

/* Return early with the error of `call`. For straight-line code without cleanup; scope attributes do the rest. */
#define TRY(call)                        \
    do {                                 \
        err_code try_err_ = (call);      \
        if (try_err_) return try_err_;   \
    } while (0)
/* The same with a forward jump to `done:`; needs `err_code e` in scope. */
#define TRY_GOTO(call)                   \
    do {                                 \
        e = (call);                      \
        if (e) goto done;                \
    } while (0)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
