/* learn_sessions: which model answers "what will this visitor look at next" in this shop, chosen by measuring it on the shop's own
 * newest visits left out, against best sellers and plain transitions (markov).
 * Promise: the same measurement as `vitrine eval store`, in a race (eval/race.h); nothing is written where visits are too few or the
 * best one is not better than best sellers beyond chance; equal data and seed give equal bytes for any number of threads.
 * "Next" is the next product of the visit that was not in it before, by whatever was done to it: a view, a click, a cart, a purchase.
 * Owner: results in c->arena. Read next: shop_visits.h (what goes in), learn_personal.h (for what is bought by whom). */
#pragma once
#include "decide/learn_personal.h"

typedef struct {
    personal_judgement best;        /* of the best one tried, also where it is not written */
    bool won;                       /* it is written */
    double markov;                  /* HR@10 of plain transitions on the same cases; negative: clearly worse, not asked all of them */
    double unit;                    /* what one unit of its score came to: shares of a purchase (event_kinds), over its best 20 of
                                     * each question, by what was done to them later in the visit; 0 = not written */
} session_judgement;

/* Choose, fit on all of x, pack.
 *   x          of the whole shop (shop_visits_interactions())
 *   ret_pack   as of learn_personal(); empty when nothing is written
 * Errors as of learn_personal(). */
CHECK_RESULT err_code learn_sessions(ctx *c, const interactions *x, const personal_params *p, str *ret_pack,
                                     session_judgement *ret_judgement);
/* Members of the open JSON object: "session_model" (empty = none is written), "session_best", "session_hit_rate_10", ... */
void session_judgement_write(json_out *w, const session_judgement *j);
