/* Handlers about the widget: what a page needs to show it. */
#pragma once
#include "api/api_int.h"

enum { COUNT_WIDGET_CONFIG = 1 };
extern const param widget_config_params[COUNT_WIDGET_CONFIG];

CHECK_RESULT err_code widget_config_get(api_call *call);
