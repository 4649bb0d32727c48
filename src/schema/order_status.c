/* The statuses that are no sale. */
#include "schema/order_status.h"
#include "base/ctx.h"

bool order_status_is_sale(str status) {
    static const char *const none[] = { "cancelled", "canceled", "failed", "refunded", "pending", "trash", "draft", "auto-draft",
                                        "checkout-draft" };
    str bare = str_starts(status, STR("wc-")) ? str_sub(status, 3, status.n) : status;
    for (size_t i = 0; i < COUNT(none); i++)
        if (str_eq_nocase(bare, str_of(none[i]))) return false;
    return true;
}
