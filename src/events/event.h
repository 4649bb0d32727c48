/* One thing a shopper did, as it comes in and as it is kept: the row, its kind, what was agreed to, and what only passes through.
 * Promise: an event that event_check() took has what its kind needs (schema/event_kinds.h) and a time within the last week.
 * Plain data; texts belong to whoever made it, usually the arena of the request it came with. Any thread.
 * Read next: events/intake.h. */
#pragma once
#include "base/limits.h"
#include "schema/event_kinds.h"
#include "schema/tables.h"

/* What a visitor agreed to. none: no visitor id is stored, nothing is remembered. statistics: stored and counted, but no answer is
 * made personal by it. all: both.
 * name, word in requests and storage */
#define CONSENT_LIST(X)                 \
    X(UNTOLD,     "")                   \
    X(NONE,       "none")               \
    X(STATISTICS, "statistics")         \
    X(ALL,        "all")
typedef enum {
#define X(name, word) CONSENT_##name,
    CONSENT_LIST(X)
#undef X
    CONSENT_LEVELS
} consent_level;
const char *consent_word(consent_level l);
/* False for a word that is none of them; "" is CONSENT_UNTOLD. */
bool consent_find(str word, consent_level *ret_level);

enum { SESSION_ID_LENGTH = 20, SESSION_ID_KEPT = 40 };     /* of ours; the longest of a shop's own that is remembered */

/* row.items is a list of [product id, quantity, price in minor units] in the order shown or bought; empty when nothing was told. */
typedef struct visitor_event {
    logged_event row;               /* event_id is given when it is written; visitor_id is emptied without consent */
    event_kind kind;                /* row.kind is its word */
    consent_level consent;          /* as told with it; once written: the one in force */
    str customer_id, email_hash;    /* not stored with the event: for takers (identity) */
    str currency;                   /* as told; empty = the shop's */
    uint64_t client_hash;           /* of visitor and client id: a repeat is known by it; 0 = may not be known */
    bool repeated;                  /* written before: not written again */
    bool begins_session;
    char session[SESSION_ID_KEPT + 1];  /* what row.session_id points to when it is remembered or ours */
} visitor_event;

enum { EVENT_ID_BITS = 20 };        /* below the time received in an event id */
/* Longest an event may have been on its way; repeats are known as long. */
#define EVENT_LATE_MS (7 * (int64_t)MS_PER_DAY)
/* The hash that a client id is known by in a store; 0 for an empty one. */
uint64_t client_hash_of(int64_t store_id, str visitor_id, str client_id);
/* Hold the event to what its kind needs; row.kind and row.time_ms are set.
 *   received_ms  now; a time outside [received - EVENT_LATE_MS, received], or none, becomes the nearest one inside
 * ERR_INVALID with the field. */
CHECK_RESULT err_code event_check(ctx *c, visitor_event *e, int64_t received_ms);

typedef struct { str id[LIMIT_EVENT_ITEMS]; size_t n; } event_products;
/* What a row is about: the products of its items, which we wrote ourselves ([["104",1,2999],...]; ids with an escape in them are
 * left out), else its own. Points into the row. */
void event_read_products(const logged_event *e, event_products *ret_products);
