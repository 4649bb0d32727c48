/* Handlers of the event routes. */
#pragma once
#include "api/api_int.h"
#include "api/event_body.h"

/* Both answer when the rows are on disk: the connection is suspended meanwhile, no thread waits. */
CHECK_RESULT err_code events_track(api_call *call);
CHECK_RESULT err_code conversion_post(api_call *call);
/* What the request of a call tells of its events, and the consent in force where nobody told. Texts in the request's arena. */
event_context events_context(const api_call *call, const serving *s, consent_level *ret_otherwise);
/* Counters of events for /metrics. */
void events_metrics(const api *a, buf *out);
