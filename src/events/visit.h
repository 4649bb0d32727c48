/* Who an event belongs to: session, consent in force, mark of a robot, and the visitor's row.
 * Promise: a visitor's row is written once for the visitor and once for each session begun or consent changed, not for each event;
 * without consent no visitor id gets into a row. Runs on the committer's thread, inside its transaction. Private to events/. */
#pragma once
#include "base/rng.h"
#include "events/session_memory.h"
#include "storage/storage.h"

/* Fill what the row still lacks: session_id, robot, e->consent (the one in force); empty visitor, customer and e-mail without consent.
 *   random     session ids are made from it
 *   otherwise  consent in force when nobody told
 * ERR_STORAGE. */
CHECK_RESULT err_code visit_take(ctx *c, db *d, session_memory *m, rng *random, visitor_event *e, consent_level otherwise);
/* The same for an event read back from storage: only the memory learns of it. */
CHECK_RESULT err_code visit_restore(ctx *c, db *d, session_memory *m, visitor_event *e);
