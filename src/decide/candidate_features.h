/* What a ranker is told of a candidate: one number a feature, made by the same code when it learns and when it serves.
 * Promise: every value is finite; nothing depends on the order of candidates; only what was known at the request's time is read.
 * Add a feature: one row of the table in candidate_features.c; older rankers are refused by their width and learned anew.
 * Private to decide/. Read next: ranking.c (serving), learn_ranker.c (learning), models/ranker.h. */
#pragma once
#include "decide/recommend_int.h"

enum { FEATURES_MOST = 40 };
typedef struct { const char *name, *what; } feature_row;
/* What they are, in the order of the columns. */
extern const feature_row candidate_feature_rows[];
extern const uint32_t n_candidate_features;

/* Fill one row a candidate.
 *   h        candidates with their `item`
 *   ret_x    h->n x n_candidate_features, row-major
 * Scratch on the stack; O(candidates x features + events). */
void candidate_features(const request *r, const pool *h, float *ret_x);
