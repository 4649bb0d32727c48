/* Walks the error list. It does NOT hold details: those live in ctx.error. */
#include "base/err.h"

static const struct { int http; const char *text; } err_rows[ERR_COUNT] = {
#define X(name, http, text) [ERR_##name] = { http, text },
    ERR_LIST(X)
#undef X
};

static const char *const err_names[ERR_COUNT] = {
    [ERR_OK] = "ok", [ERR_INVALID] = "invalid", [ERR_UNAUTHORIZED] = "unauthorized", [ERR_FORBIDDEN] = "forbidden",
    [ERR_NOT_FOUND] = "not_found", [ERR_METHOD] = "method_not_allowed", [ERR_CONFLICT] = "conflict",
    [ERR_TOO_LARGE] = "too_large", [ERR_UNSUPPORTED] = "unsupported_media_type", [ERR_RATE_LIMITED] = "rate_limited",
    [ERR_CANCELLED] = "cancelled", [ERR_INTERNAL] = "internal", [ERR_STORAGE] = "storage", [ERR_CORRUPT] = "corrupt",
    [ERR_UPSTREAM] = "upstream", [ERR_UPSTREAM_AUTH] = "upstream_auth", [ERR_NOT_READY] = "not_ready",
    [ERR_NO_MEMORY] = "no_memory", [ERR_BUSY] = "busy", [ERR_DEADLINE] = "deadline",
};

static err_code known(err_code e) { return (unsigned)e < ERR_COUNT ? e : ERR_INTERNAL; }

int err_http(err_code e) { return err_rows[known(e)].http; }
const char *err_name(err_code e) { return err_names[known(e)]; }
const char *err_text(err_code e) { return err_rows[known(e)].text; }
