/* Rows of carts. */
#include "events/carts.h"

bool cart_state_is_known(str state) {
    static const char *const states[] = { "open", "ordered", "emptied" };
    for (size_t i = 0; i < COUNT(states); i++)
        if (str_eq(state, str_of(states[i]))) return true;
    return false;
}

static err_code tell(ctx *c, db *d, const shop_cart *row, bool *ret_news) {
    shop_cart now = *row, before = { .store_id = row->store_id, .cart_id = row->cart_id };
    err_code e = storage_get(c, d, &shop_cart_entity, &before);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_news = e || before.told_ms < row->told_ms;
    now.first_ms = e ? row->told_ms : before.first_ms;
    return *ret_news ? storage_put(c, d, &shop_cart_entity, &now) : ERR_OK;
}

err_code cart_tell(ctx *c, db *d, const shop_cart *row, bool *ret_news) {
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    return storage_leave(c, d, ours, tell(c, d, row, ret_news));
}
