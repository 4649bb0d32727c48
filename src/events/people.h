/* What events tell of people, taken with them: who logged in, which order is whose.
 * Promise: written in the transaction of the events themselves, so it comes and goes with them; an order that is known already is
 * attributed at once. An account is believed only where the door let it pass: events sent with a public key carry none.
 * Read next: events/intake.h (takers), events/identity.h, events/order_links.h. */
#pragma once
#include "events/intake.h"

/* For intake_options.takers. Has no state. */
event_taker people_taker(void);
