/* Handlers about people: who is who, what is kept of somebody, and forgetting it. */
#pragma once
#include "api/api_int.h"

enum { COUNT_IDENTIFY = 4, COUNT_PERSON = 3 };
extern const param identify_params[COUNT_IDENTIFY], person_params[COUNT_PERSON];

CHECK_RESULT err_code identify_post(api_call *call);
CHECK_RESULT err_code person_get(api_call *call);
CHECK_RESULT err_code person_delete(api_call *call);
