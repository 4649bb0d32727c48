/* session_evidence: candidates for the next item of a session, and what speaks for each: neighbours, transitions, likeness, likeness
 * of likeness, how the item fares lately, and whether it was seen in this session.
 * Promise: an answer costs what the limits below say however many items and sessions there are; deterministic.
 * Owner: arrays in the arena of the ctx, or in the pack they were loaded from; constant, any thread reads.
 * Read next: session_blend.c (learns to weigh the evidence), vstan.h, session_pairs.h. */
#pragma once
#include "models/session_pairs.h"
#include "models/vstan.h"

enum {
    EVIDENCE_MAX_TOUCHED = 8192,    /* items that anything speaks for; further ones are not seen */
    EVIDENCE_MAX_CANDIDATES = 384,
    EVIDENCE_WIDTH = 25,            /* inputs of a candidate, finite */
    EVIDENCE_ITEM_FACTS = 6,
};

typedef struct {
    session_index index;
    session_pairs after, before;    /* what is clicked later, and earlier, by gap */
    session_pairs near;             /* likeness: cosine of what stands in one session, 0..1 */
    const float *facts;             /* n_items x EVIDENCE_ITEM_FACTS */
    const uint32_t *first_seen;     /* n_items: oldest session with the item; n_sessions: none */
} session_evidence;

/* Learn from a log. ERR_NO_MEMORY, ERR_CANCELLED. */
CHECK_RESULT err_code session_evidence_build(ctx *c, const session_log *log, int threads, session_evidence *ret_evidence);

/* Scratch for asking, one a thread. */
typedef struct evidence_desk evidence_desk;
/* In c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code evidence_desk_new(ctx *c, evidence_desk **ret_desk);

/* Candidates for `h`.
 *   ret_item    room for EVIDENCE_MAX_CANDIDATES: distinct items
 *   ret_vstan   the same: the score of vstan, >= 0
 *   ret_inputs  EVIDENCE_MAX_CANDIDATES x EVIDENCE_WIDTH, row-major
 * How many; 0 for a stranger. About 100 microseconds. */
uint32_t session_evidence_ask(const session_evidence *e, evidence_desk *desk, const history *h, uint32_t *ret_item, float *ret_vstan,
                              float *ret_inputs);

/* As arrays of a pack. */
enum { EVIDENCE_ARRAYS = SESSION_INDEX_ARRAYS + 3 * SESSION_PAIRS_ARRAYS + 2 };
typedef struct { session_pairs_names pairs[3]; } session_evidence_names;
void session_evidence_arrays(const session_evidence *e, session_evidence_names *names, pack_array ret_arrays[EVIDENCE_ARRAYS]);
/* ERR_CORRUPT. */
CHECK_RESULT err_code session_evidence_load(ctx *c, const pack *p, uint32_t n_items, session_evidence *ret_evidence);
