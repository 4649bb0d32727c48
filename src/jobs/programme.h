/* The weekly programme: where a store lets it (setting auto_experiments, and an owner who can be told), each placement that enough
 * visitors come to has one experiment at a time, proposed by ideas.h, split evenly, of seven days, ended by rule (trial.h), its winner
 * set and told.
 * Promise: nothing is begun where another experiment runs or displays are learned; no discount beyond auto_discount_max; making and
 * starting is one transaction. An experiment without an answer is followed by a longer one, 28 days at
 * most: a small shop needs the visitors.
 * Read next: jobs/ideas.h, docs/experiments.md. */
#pragma once
#include "storage/storage.h"

enum { PROGRAMME_DAYS = 7, PROGRAMME_MOST_DAYS = 28, PROGRAMME_ARM_VISITORS = 100 };

/* Begin what is due. Not inside an open transaction.
 *   ret_started  experiments begun now */
CHECK_RESULT err_code programme_step(ctx *c, db *d, const store *s, size_t *ret_started);
