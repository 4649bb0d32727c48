/* Handlers of the demonstration shop's own front (src/front): cookies, forms, redirects, headers.
 * They serve the store called "demo" of platform "demo" and no other: where there is none, nothing is at these addresses. */
#pragma once
#include "api/api_int.h"

CHECK_RESULT err_code shop_front_door(api_call *call);
CHECK_RESULT err_code shop_front_home(api_call *call);
CHECK_RESULT err_code shop_front_category(api_call *call);
CHECK_RESULT err_code shop_front_product(api_call *call);
CHECK_RESULT err_code shop_front_search(api_call *call);
CHECK_RESULT err_code shop_front_cart(api_call *call);
CHECK_RESULT err_code shop_front_cart_post(api_call *call);
CHECK_RESULT err_code shop_front_checkout(api_call *call);
CHECK_RESULT err_code shop_front_checkout_post(api_call *call);
CHECK_RESULT err_code shop_front_received(api_call *call);
CHECK_RESULT err_code shop_front_static(api_call *call);
CHECK_RESULT err_code shop_front_missing(api_call *call);
