/* Handlers about experiments: made, listed, started, stopped, deleted; how long one would take. */
#pragma once
#include "api/api_int.h"

enum { COUNT_EXPERIMENT = 8, COUNT_EXPERIMENTS = 2, COUNT_POWER = 9 };
extern const param experiment_params[COUNT_EXPERIMENT], experiments_params[COUNT_EXPERIMENTS], power_params[COUNT_POWER];

CHECK_RESULT err_code experiments_list(api_call *call);
CHECK_RESULT err_code experiments_post(api_call *call);
CHECK_RESULT err_code experiments_get(api_call *call);
CHECK_RESULT err_code experiments_days(api_call *call);
CHECK_RESULT err_code experiments_delete(api_call *call);
CHECK_RESULT err_code experiments_start(api_call *call);
CHECK_RESULT err_code experiments_stop(api_call *call);
/* Have them judged now, not only at night. */
CHECK_RESULT err_code experiments_look(api_call *call);
/* (power.c) */
CHECK_RESULT err_code experiments_power(api_call *call);
