/* What the walkers of attribution share. Private to events/. */
#pragma once

enum { RECEIVED_BITS = 20 };        /* below the time received in an event id, as schema/fields_events.h says */
