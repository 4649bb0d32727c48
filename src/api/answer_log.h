/* Answers handed to the log of exposures, behind the caller's back.
 * Promise: never waits and never fails an answer. Any thread. Read next: events/exposures.h. */
#pragma once
#include "api/api_int.h"

/*   visitor_id  who asked; empty when nobody is known, or did not agree to be */
void answer_log(api_call *call, str visitor_id, const recommend_trace *t);
/* Counters of the log for /metrics. */
void answer_log_metrics(api *a, buf *b);
