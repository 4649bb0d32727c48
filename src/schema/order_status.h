/* Which orders count: the one answer for learning, attribution and reports. Pure data. */
#pragma once
#include "base/str.h"

/* Does an order of this status stand for a purchase? Words of the platforms, with or without "wc-", in any case. Not: cancelled,
 * failed, refunded, pending (not paid), drafts, trash. A word nobody knows counts: shops make statuses of their own for the steps
 * between payment and delivery. */
bool order_status_is_sale(str status);
