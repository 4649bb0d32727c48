/* What active visitors did lately: their last product events, their cart, their session. Requests are answered from it, and events
 * get session, consent and the mark of a robot from it.
 * Promise: bounded bytes over all shops, the visitor silent for longest leaves first; a visitor who agreed to less than everything
 * leaves no product in it; visitor ids are kept as hashes only. Any thread: the memory is cut into shards, each behind a short lock.
 * Read next: events/README.md, session_memory.c. */
#pragma once
#include "events/event.h"

typedef struct session_memory session_memory;
/*   max_bytes  of everything; 0 = LIMIT_SESSION_BYTES
 *   seed       where hashes of visitors start from: nobody outside can aim at a shard
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code session_memory_new(ctx *c, size_t max_bytes, uint64_t seed, session_memory **ret_memory);
void session_memory_free(session_memory *m);

/* Silence that ends a session. */
#define SESSION_GAP_MS (30 * (int64_t)MS_PER_MINUTE)
enum { SESSION_EVENTS_KEPT = 50, SESSION_ID_LENGTH = 20 };

/* ---- for answers ---- */
typedef struct { str product_id; event_kind kind; int64_t time_ms; } remembered_event;
typedef struct {
    remembered_event *events;       /* newest first, at most SESSION_EVENTS_KEPT; purchases included */
    size_t n_events;
    str *cart;                      /* newest first */
    size_t n_cart;
    str session_id, device;         /* empty when not known */
} remembered;
/* What is known of a visitor, copied into c->arena; nothing for strangers. ERR_NO_MEMORY. */
CHECK_RESULT err_code session_memory_get(ctx *c, session_memory *m, int64_t store_id, str visitor_id, remembered *ret_known);
/* A person is erased, or withdrew consent. */
void session_memory_forget(session_memory *m, int64_t store_id, str visitor_id);

/* ---- for the intake ---- */
typedef struct {
    bool known;                     /* was in memory */
    bool begins;                    /* this event begins a session */
    bool robot, turned_robot;       /* turned: by this event's rate */
    consent_level consent;          /* remembered; CONSENT_UNTOLD when nothing is */
    char session_id[SESSION_ID_LENGTH + 1];
} session_step;
/* The visitor did something: session, rate, consent.
 *   told        consent in force by the event itself, or UNTOLD: then the remembered one stays
 *   fresh       a session id to use when one begins and the event brings none
 * Times of other visitors and out of order are fine: a session's clock never goes back. */
void session_memory_step(session_memory *m, const visitor_event *e, consent_level told, str fresh, session_step *ret_step);
/* The event was written: remember its product, cart, purchase. Does nothing for robots and without full consent. */
void session_memory_take(session_memory *m, const visitor_event *e);

typedef struct { size_t visitors, bytes; uint64_t dropped; } session_memory_facts;
void session_memory_get_facts(session_memory *m, session_memory_facts *ret_facts);
