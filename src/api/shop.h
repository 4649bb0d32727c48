/* Handlers of the store and its jobs. */
#pragma once
#include "api/api_int.h"

enum { COUNT_SYNC = 2, COUNT_JOBS = 3 };
extern const param sync_params[COUNT_SYNC], jobs_params[COUNT_JOBS];

CHECK_RESULT err_code shop_get(api_call *call);
CHECK_RESULT err_code shop_sync(api_call *call);
CHECK_RESULT err_code shop_train(api_call *call);
CHECK_RESULT err_code jobs_list(api_call *call);
CHECK_RESULT err_code jobs_get(api_call *call);
CHECK_RESULT err_code jobs_cancel(api_call *call);
CHECK_RESULT err_code jobs_retry(api_call *call);
/* Answer with a job of a kind: a new one, or the one that waits or runs already (status 202). */
CHECK_RESULT err_code shop_submit(api_call *call, const char *kind, str input);
