/* Handler of deliveries from shops. */
#pragma once
#include "api/api_int.h"

enum { COUNT_WEBHOOK = 1 };
extern const param webhook_params[COUNT_WEBHOOK];

CHECK_RESULT err_code webhook_post(api_call *call);
