/* What the owner set for a store, as jobs read it. Promise: a value that is missing or out of range counts as the default. */
#pragma once
#include "schema/tables.h"

enum { TRAIN_EVERY_MIN = 15, SYNC_PARALLEL = 2 };

typedef struct {
    int64_t train_every_ms;         /* setting train_interval_min, 1..1440 */
    int max_parallel;               /* setting sync_parallel, 1..3: requests to the shop at once */
    int64_t keep_days;              /* setting keep_days, 30..3650: how long what visitors did is kept */
    str webhook_base;               /* setting webhook_base: public address of this Vitrine; empty = shops cannot reach it */
} job_settings;

/* Texts in c->arena. */
job_settings job_settings_of(ctx *c, const store *s);
