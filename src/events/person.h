/* All that is kept of one person: found, told, forgotten.
 * Promise: every column marked PERSONAL is reached, in every table (a test fails for a column that is not); a row goes where it
 * says only what the person did (events, answers, names), and loses its personal columns where the shop's books need it (orders,
 * their lines, attributions, the customer's row). Erasing works in short transactions and may be stopped or killed anywhere: asked
 * again, it goes on. What was learned holds no person by itself; the next training is made without what was erased.
 * What the shop's own system still holds is not touched: a record that did not change there is not copied again, one that
 * changes is. Erase there first. Read next: docs/privacy.md, events/person_reach.c, tests/events/person_test.c. */
#pragma once
#include "base/limits.h"
#include "storage/storage.h"

/* One of them is enough. The e-mail as its hash, see crypto_email_hash(). */
typedef struct { int64_t store_id; str visitor_id, customer_id, email_hash; } person_query;

typedef struct { str of[LIMIT_PERSON_NAMES]; size_t n; } name_list;
/* Everything the person is called. Texts live in the arena of the ctx it was found with. */
typedef struct {
    int64_t store_id;
    name_list visitors, customers, emails;      /* ids; customers with guests as "guest:HASH"; hashes */
    name_list aliases;                          /* the same as names of events/identity.h */
} person_names;
/* The names tied together by log-ins and orders, and by the shop itself (the e-mail of an account). Somebody nobody ever heard of
 * has just the name asked for. Of a browser that several customers used, the one it belongs to now is found.
 * ERR_INVALID (nothing asked for, or too long), ERR_TOO_LARGE (more than LIMIT_PERSON_NAMES names: no person), ERR_STORAGE. */
CHECK_RESULT err_code person_find(ctx *c, db *d, const person_query *q, person_names *ret_names);

/* Take what was written so far out of `b`; it is emptied afterwards. */
typedef err_code person_drain(ctx *c, void *arg, buf *b);
/* Everything as one JSON object: {"names":{"visitors":[],"customers":[],"email_hashes":[]},"event":[...],"order":[...],...}.
 *   digits  of the store's currency
 *   b       where it goes
 *   drain   called whenever b holds more than PERSON_DRAIN_BYTES, and at the end; NULL: b holds it all
 * ERR_TOO_LARGE when b is full. */
#define PERSON_DRAIN_BYTES MIB
CHECK_RESULT err_code person_export(ctx *c, db *d, const person_names *who, int digits, buf *b, person_drain *drain, void *arg);

typedef struct { int64_t deleted, blanked; } person_erased;
/* Forget the person. Not inside an open transaction.
 *   ret_erased  rows of this call, also when it was stopped
 * ERR_CANCELLED, ERR_DEADLINE: stopped between two transactions; call it again to go on. */
CHECK_RESULT err_code person_erase(ctx *c, db *d, const person_names *who, person_erased *ret_erased);
