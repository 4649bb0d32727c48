/* Handler of reports. */
#pragma once
#include "api/api_int.h"

enum { COUNT_REPORT = 7 };
extern const param report_params[COUNT_REPORT];

CHECK_RESULT err_code report_get(api_call *call);
