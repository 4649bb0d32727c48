/* The one list of errors: code, HTTP status, public sentence.
 * Promise: every function that can fail returns one of these; ERR_OK is 0. The public sentence is all a stranger
 * ever reads; detail goes to ctx.error (see ctx.h) and from there to the log. Pure data, any thread. */
#pragma once

#define CHECK_RESULT __attribute__((warn_unused_result))

/* name, HTTP status, public sentence: what happened and what to do */
#define ERR_LIST(X)                                                                                                     \
    X(OK,              200, "ok")                                                                                       \
    X(INVALID,         400, "The request is not valid. Correct the field named in the message and send it again.")      \
    X(UNAUTHORIZED,    401, "The key is missing or not known. Send 'Authorization: Bearer KEY' with a key of this store.") \
    X(FORBIDDEN,       403, "This key may not do that. Use the store's secret key, or add this origin to the public key.") \
    X(NOT_FOUND,       404, "There is nothing under this address or id.")                                               \
    X(METHOD,          405, "This address does not know that method. See /docs for the ones it knows.")                 \
    X(CONFLICT,        409, "Somebody else is doing this at the moment. Wait for it to end, then try again.")           \
    X(TOO_LARGE,       413, "The input is larger than the limit. Send it in smaller parts.")                            \
    X(UNSUPPORTED,     415, "The body must be JSON (Content-Type: application/json).")                                  \
    X(RATE_LIMITED,    429, "Too many requests. Wait a little, then try again.")                                        \
    X(CANCELLED,       499, "The work was cancelled before it ended.")                                                  \
    X(INTERNAL,        500, "Something inside Vitrine failed; the log has the details under this trace id.")            \
    X(STORAGE,         500, "The database failed; 'vitrine doctor' tells what to do.")                                  \
    X(CORRUPT,         500, "A file of Vitrine's is damaged; 'vitrine doctor' tells what to do.")                       \
    X(UPSTREAM,        502, "The shop did not answer as a shop should; 'vitrine doctor' tells what to do.")             \
    X(UPSTREAM_AUTH,   502, "The shop refused the key; connect the shop again with a key that may read.")               \
    X(NOT_READY,       503, "This is not ready yet: the store is still being copied or trained. Try again in a moment.") \
    X(NO_MEMORY,       503, "The request needs more memory than it may have. Ask for less at once.")                    \
    X(BUSY,            503, "Vitrine is busy. Try again in a moment.")                                                  \
    X(DEADLINE,        504, "The work took longer than it may. Try again in a moment.")

typedef enum {
#define X(name, http, text) ERR_##name,
    ERR_LIST(X)
#undef X
    ERR_COUNT
} err_code;

/* HTTP status of `e`, 200..504. */
int err_http(err_code e);
/* Lower-case machine name of `e`, e.g. "not_found"; static. */
const char *err_name(err_code e);
/* Public sentence of `e`; static. */
const char *err_text(err_code e);
