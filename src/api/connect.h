/* How a shop's plugin connects and ends it, and the page behind the address it is given. */
#pragma once
#include "api/api_int.h"

typedef struct { str code, url, key, secret, plugin; } connect_input;
enum { COUNT_CONNECT = 5 };
extern const param connect_params[COUNT_CONNECT];

/* POST /api/v1/connect/woocommerce. Asks the shop, on a worker. */
CHECK_RESULT err_code connect_woocommerce(api_call *call);
/* POST /api/v1/connect/end */
CHECK_RESULT err_code connect_end(api_call *call);
/* GET /connect/{code}: what to do with that address. It does not tell whether the code is good. */
CHECK_RESULT err_code connect_page(api_call *call);
