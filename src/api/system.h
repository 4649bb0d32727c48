/* Handlers for machines that watch: health, readiness, metrics, description. */
#pragma once
#include "api/api_int.h"

CHECK_RESULT err_code system_health(api_call *call);
CHECK_RESULT err_code system_ready(api_call *call);
CHECK_RESULT err_code system_metrics(api_call *call);
CHECK_RESULT err_code system_openapi(api_call *call);
CHECK_RESULT err_code system_demo_image(api_call *call);
