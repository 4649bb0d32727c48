/* What kind of device a User-Agent header speaks of.
 * Promise: a small table, first match wins; nothing of the header is kept. An empty or unknown one is a desktop's: shops of
 * privacy-minded people must not count as robots. Pure, any thread. */
#pragma once
#include "base/str.h"

/* "robot", "tablet", "mobile" or "desktop"; static. */
str user_agent_device(str header);
/* One of those words. */
bool user_agent_is_device(str word);
