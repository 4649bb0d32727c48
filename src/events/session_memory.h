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
enum { SESSION_EVENTS_KEPT = 50, SESSION_CART_KEPT = 100 };

/* ---- for answers ---- */
typedef struct { str product_id; event_kind kind; int64_t time_ms; } remembered_event;
typedef struct {
    remembered_event *events;       /* newest first, at most SESSION_EVENTS_KEPT; purchases included */
    size_t n_events;
    str *cart;                      /* newest first */
    size_t n_cart;
    str session_id, device;         /* empty when not known */
    consent_level consent;          /* in force: told, or `otherwise` */
    bool robot;
} remembered;
/* What is known of a visitor, copied into c->arena; nothing but consent and robot of strangers, robots, and those who did not agree
 * to it.
 *   otherwise  consent in force when the visitor was never asked
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code session_memory_get(ctx *c, session_memory *m, int64_t store_id, str visitor_id, consent_level otherwise,
                                         remembered *ret_known);
/* A person is erased, or withdrew consent. */
void session_memory_forget(session_memory *m, int64_t store_id, str visitor_id);

/* ---- for the intake ---- */
typedef struct {
    bool known;                     /* was in memory */
    bool begins;                    /* this event begins a session */
    bool changed;                   /* consent, or the mark of a robot, is another than before */
    bool robot;
    consent_level consent;          /* told now or before; CONSENT_UNTOLD when never */
    char session[SESSION_ID_KEPT + 1];  /* empty when the event's own is too long to be remembered */
} session_step;
/* A visitor (row.visitor_id, not empty) did something: session, rate, consent.
 *   fresh       a session id to use when one begins and the event brings none
 * Events may come out of order: a session's clock never goes back. */
void session_memory_step(session_memory *m, const visitor_event *e, str fresh, session_step *ret_step);
/* What storage knows of a visitor who was not in memory. */
void session_memory_agree(session_memory *m, const visitor_event *e, consent_level told, bool robot);
/* The event was written: remember its product, cart, purchase. Does nothing for robots and without full consent. */
void session_memory_take(session_memory *m, const visitor_event *e);

typedef struct { size_t visitors, bytes; uint64_t dropped; } session_memory_facts;
void session_memory_get_facts(session_memory *m, session_memory_facts *ret_facts);
