/* Webhook deliveries, from raw bytes to rows.
 * Promise: nothing is read from a body before its signature holds; a delivery is applied in one transaction together with its
 * mark in the webhook row; the same delivery twice changes nothing the second time. Read next: stores/sink.h. */
#pragma once
#include "connect/connect.h"
#include "net/crypto.h"
#include "stores/sink.h"

/* One delivery on its way. Fill the first part; it must live until the write is done. */
typedef struct {
    int64_t store_id;
    const seal_key *seal;
    webhook_delivery delivery;
    const connector *platform;      /* NULL: the store's own */
    /* out: what changed, for the live catalogue; ids live in `home`, which the caller gives */
    arena *home;
    store_changes changes;
    bool ping;                      /* a test delivery: nothing to apply */
} webhook_work;

/* Check the signature and apply. A commit_write: give it to the committer with a webhook_work as `arg`.
 *     TRY(committer_wait(c, m, webhook_apply, &work));
 * ERR_NOT_FOUND (no such store, or its platform has no webhooks), ERR_UNAUTHORIZED (signature), ERR_INVALID (body). */
CHECK_RESULT err_code webhook_apply(ctx *c, db *d, void *webhook_work_arg);
/* Is the delivery genuine? For an answer before the write is queued. Same errors but ERR_INVALID. */
CHECK_RESULT err_code webhook_verify(ctx *c, db *d, const webhook_work *w);
