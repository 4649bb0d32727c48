/* Handlers of reports. */
#pragma once
#include "api/api_int.h"

enum { COUNT_REPORT = 7, COUNT_POLICY = 4 };
extern const param report_params[COUNT_REPORT], policy_params[COUNT_POLICY];

CHECK_RESULT err_code report_get(api_call *call);
CHECK_RESULT err_code policy_get(api_call *call);
