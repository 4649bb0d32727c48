/* Handler of deliveries from shops. */
#pragma once
#include "api/api_int.h"
#include "stores/webhooks.h"

enum { COUNT_WEBHOOK = 1 };
extern const param webhook_params[COUNT_WEBHOOK];

CHECK_RESULT err_code webhook_post(api_call *call);
/* Check a delivery, have it written, tell the live catalogue, count what followed a recommendation. Workers only.
 * ERR_OK: it is on disk. Errors as webhook_verify() and webhook_apply(). */
CHECK_RESULT err_code webhook_take(api_call *call, webhook_work *work);
/* Tell the live catalogue of call->store_id what is on disk now, and count which of its orders followed a recommendation. Workers only.
 * What fails is logged: the next sync brings it anyway. */
void api_follow_changes(api_call *call, const store_changes *changes);
