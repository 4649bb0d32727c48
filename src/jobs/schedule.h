/* When each store is synced, swept and trained: decisions as pure functions of facts, and the thread that acts on them.
 * Promise: the decision needs no memory of its own, so a restart, a jump of the clock or a second process changes nothing: what
 * is overdue is done, once (the job queue takes one open job of a kind per store). Read next: jobs/runner.h. */
#pragma once
#include "connect/connect.h"

/* What is known of a store when the decision is made. Times are UTC ms, 0 = never. */
typedef struct {
    int64_t store_id;
    bool can_sync;                  /* its platform can be asked */
    bool sync_open, train_open;     /* such a job waits or runs */
    int64_t interval_ms;            /* between syncs; 0 = never by itself */
    int64_t train_every_ms;         /* at most one training in this time */
    int64_t zone_ms;                /* local time minus UTC */
    int64_t created_ms, synced_ms, swept_ms;
    int64_t sync_ended_ms;          /* end of the newest sync job, whatever its outcome */
    int64_t trained_ms;             /* newest model */
    bool unreadable;                /* its file is gone, damaged, or of another version of this program */
    int64_t held_until_ms;          /* a version was taken back: nothing is learned by itself before */
    int64_t train_ended_ms;         /* end of the newest train job, whatever its outcome */
    int64_t changed_ms;             /* newest change that came by itself (webhooks) */
    bool has_data;                  /* there is something to learn from */
    bool mail_open;
    int64_t letter_due_ms;          /* when the first waiting letter is due; 0 = none waits */
} store_facts;

typedef struct {
    bool sync, train, mail;
    sync_depth depth;               /* of the sync */
} store_plan;

/* What is due now. A sync when the interval has passed since the last one ended; a sweep with it when the night's moment
 * (03:00 to 05:00 local, spread by store) lies behind the last sweep; a training when there is none yet, when something changed
 * since the newest, when the newest is a day old, and within minutes when its file cannot be read. Letters go out when the first is
 * due. A time in the future (the
 * clock was set back) counts as long ago. */
store_plan schedule_decide(const store_facts *f, int64_t now_ms);
/* The last moment at or before now when this store's nightly sweep was due. */
int64_t schedule_night_ms(int64_t store_id, int64_t zone_ms, int64_t now_ms);
