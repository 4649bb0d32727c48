/* What the days of a shop taught. */
#pragma once
#include "api/api_int.h"

enum { COUNT_INSIGHTS = 2 };
extern const param insights_params[COUNT_INSIGHTS];

CHECK_RESULT err_code insights_get(api_call *call);
