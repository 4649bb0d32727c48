/* The signature over what a shop's plugin sends: HMAC-SHA-256 of time "." body by the secret it shares with us, as lower-case hex.
 * Promise: nothing of a body needs to be read before it holds; takes the same time for any wrong one. Pure; any thread. */
#pragma once
#include "net/crypto.h"

enum { PLUGIN_CLOCK_S = 600 };      /* clocks of shops may be wrong by so much; what is sent again counts once anyway */

/* Is it the plugin's own word, of now?
 *   secret     as plugin_secret_open() gives it
 *   time       unix seconds as sent;  body raw;  signature as sent
 * ERR_UNAUTHORIZED says what does not fit. */
CHECK_RESULT err_code plugin_signature_check(ctx *c, str secret, str time, str body, str signature);
