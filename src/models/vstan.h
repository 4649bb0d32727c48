/* vstan: the steps of the neighbour model that others build on. Read next: vstan.c (the formulas), session_evidence.h. */
#pragma once
#include "models/session_index.h"

/* The row's parameters with their tables of votes. */
typedef struct {
    double param[MODEL_MAX_PARAMS]; /* in the order of model_vstan.params */
    float near[SESSION_MAX_CLICKS]; /* vote by places from the match */
    float step[SESSION_MAX_RECENT]; /* vote by items back in the question */
    float length[SESSION_MAX_CLICKS + 1];       /* factor of a session's similarity by its clicks */
} vstan_scale;

/* The row's defaults. */
void vstan_prepare_default(vstan_scale *ret_scale);
uint32_t vstan_recent(const vstan_scale *t);
/* Sessions looked at: room for so many neighbours, and floats of scratch. */
uint32_t vstan_sample(const vstan_scale *t);
/* Find the neighbours of q with their similarity. How many. */
uint32_t vstan_neighbours(const session_index *ix, const vstan_scale *t, const session_query *q, session_neighbour *list,
                          float *scratch);
/* What the click at `place` of a neighbour's votes for its item; `match` is session_match_position(). >= 0. */
float vstan_vote(const session_index *ix, const vstan_scale *t, session_neighbour near, uint64_t match, uint64_t place);
