/* Handlers for machines that watch: health, readiness, metrics, description. */
#pragma once
#include "api/api_int.h"

enum { COUNT_CLOCK = 1 };
extern const param clock_params[COUNT_CLOCK];

CHECK_RESULT err_code system_health(api_call *call);
CHECK_RESULT err_code system_ready(api_call *call);
CHECK_RESULT err_code system_metrics(api_call *call);
CHECK_RESULT err_code system_openapi(api_call *call);
CHECK_RESULT err_code system_demo_image(api_call *call);
/* Only where the clock is virtual; 409 when it would go back. */
CHECK_RESULT err_code system_clock(api_call *call);
