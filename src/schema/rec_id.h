/* The id of an answer: its time, then chance, so that ids sort by time and a period is a range of keys.
 * Pure functions. Read next: schema/fields_events.h (EXPOSURE_FIELDS). */
#pragma once
#include "base/rng.h"

enum { REC_ID_LENGTH = 26 };
/* An id of the moment `ms` (UTC, >= 0). 48 bits of time, 80 of chance, in Crockford's base 32. Source: the ULID specification. */
void rec_id_make(int64_t ms, rng *r, char out[REC_ID_LENGTH + 1]);
/* The smallest id of that moment: all ids made earlier are smaller. */
void rec_id_first(int64_t ms, char out[REC_ID_LENGTH + 1]);
