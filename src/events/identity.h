/* Which names are of one person. Names are "v:" + visitor (a browser), "c:" + customer (an account of the shop), "e:" + hash of an
 * e-mail address.
 * Promise: a link ties a name to one nearer to the customer: a browser to an e-mail or an account, an e-mail to an account. Of the
 * links told of a name the newest holds, so a browser that meets a second customer belongs to that one from then on and never
 * ties the two together; two browsers, two e-mails, two accounts are one person only through what both hang on. What hangs together is
 * a person, named by its browser first heard of (of equals the smaller text), without a browser by the name first heard of: who logs
 * in keeps the name he had. Subjects of experiments go with the name. So groups and names depend on what was told and never on the
 * order in which it was told; only LIMIT_PERSON_ALIASES, beyond which a name stays apart, asks who came first.
 * A name without a row is a person of its own: nothing is written for strangers. All calls take the caller's connection and use
 * its open transaction, or one of their own. Read next: events/README.md, events/order_links.h, tests/events/identity_test.c. */
#pragma once
#include "schema/tables.h"
#include "storage/storage.h"

/* "v:" + id and so on, in `a`; empty for an empty id, .p NULL when memory ends. `kind` is 'v', 'c' or 'e'. */
str identity_alias(arena *a, char kind, str id);
/* The name of a customer of the shop: a guest ("guest:HASH") is known by the e-mail only. */
str identity_customer_alias(arena *a, str customer_id);

typedef struct {
    int64_t store_id;
    str a, b;                       /* two names, in any order */
    int64_t a_first_ms, b_first_ms; /* when each was first heard of, as far as the teller knows */
    int64_t told_ms;                /* when they were seen together; minutes count */
} identity_link;
/* Note that two names are of one person. Telling it again changes nothing.
 *   ret_changed  groups are others now; may be NULL
 * ERR_INVALID (not a name, or longer than LIMIT_ID_BYTES), ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code identity_merge(ctx *c, db *d, const identity_link *l, bool *ret_changed);
/* Whose name it is. *ret_person is `alias` itself for a name that is alone; else in c->arena. One row read. */
CHECK_RESULT err_code identity_person(ctx *c, db *d, int64_t store_id, str alias, str *ret_person);
/* The rows of all names of a person, none for a name that is alone.
 *   ret_rows  at most LIMIT_PERSON_ALIASES, in c->arena */
CHECK_RESULT err_code identity_names(ctx *c, db *d, int64_t store_id, str person, person_alias **ret_rows, size_t *ret_n);

/* What an event, a log-in or an order told. */
typedef struct {
    int64_t store_id;
    str visitor_id;                 /* empty = not known; so the others */
    str customer_id;                /* only from those who may say so: the shop, or a request with the secret key */
    str email_hash;
    int64_t time_ms;
} identity_told;
/* Draw every link that follows from it, also from what the shop itself says: a customer's e-mail, the account of an e-mail.
 *   ret_changed  may be NULL
 * Errors as of identity_merge(). */
CHECK_RESULT err_code identity_take(ctx *c, db *d, const identity_told *t, bool *ret_changed);
