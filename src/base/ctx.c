/* Context and failure detail. It does NOT log: the edge that ends the work does, once. */
#include "base/ctx.h"
#include <stdarg.h>
#include <stdio.h>

void ctx_init(ctx *c, arena *a) {
    *c = (ctx){ .arena = a, .time = time_source_system() };
    rng_seed(&c->random, 1);
}

static void record(ctx *c, err_code code, const char *field, const char *format, va_list args) {
    c->error.code = code;
    snprintf(c->error.field, sizeof c->error.field, "%s", field);
    vsnprintf(c->error.text, sizeof c->error.text, format, args);
}

err_code fail(ctx *c, err_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    record(c, code, "", format, args);
    va_end(args);
    return code;
}

err_code fail_field(ctx *c, err_code code, const char *field, const char *format, ...) {
    va_list args;
    va_start(args, format);
    record(c, code, field, format, args);
    va_end(args);
    return code;
}

err_code ctx_check(ctx *c) {
    if (c->cancel && atomic_load_explicit(c->cancel, memory_order_relaxed))
        return fail(c, ERR_CANCELLED, "cancelled");
    if (c->deadline_us && c->time->mono_us(c->time) > c->deadline_us)
        return fail(c, ERR_DEADLINE, "deadline passed");
    return ERR_OK;
}

int64_t ctx_now_ms(const ctx *c) { return c->time->now_ms(c->time); }
