/* Which ways of showing fit a placement: what may compete there by itself (jobs/display_learning.h).
 * Promise: const data; the first is how the placement is shown by nature. Add one: a word in displays.c.
 * Read next: decide/placement_settings.h (all displays). */
#pragma once
#include "decide/placement_settings.h"

enum { LIMIT_DISPLAYS = 4 };
/* How many, and which.
 *   ret_displays  LIMIT_DISPLAYS values of PLACEMENT_DISPLAY */
size_t displays_of(str placement, int *ret_displays);
/* The word of a display, as settings have it. */
const char *display_word(int display);
