/* The cart between a cookie and a short array. */
#include "front/cart.h"
#include "base/limits.h"
#include "base/parse.h"
#include "net/url.h"

static cart_entry *find(front_cart *cart, str id) {
    for (size_t i = 0; i < cart->n; i++)
        if (str_eq(cart->entries[i].id, id)) return &cart->entries[i];
    return NULL;
}

static int64_t bounded(int64_t quantity) {
    return quantity < 0 ? 0 : quantity > FRONT_QUANTITY_MOST ? FRONT_QUANTITY_MOST : quantity;
}

bool cart_add(front_cart *cart, str id, int64_t quantity) {
    if (!id.n || id.n > LIMIT_ID_BYTES || quantity < 1) return false;
    cart_entry *e = find(cart, id);
    if (!e && cart->n == FRONT_CART_LINES) return false;
    if (!e) *(e = &cart->entries[cart->n++]) = (cart_entry){ .id = id };
    e->quantity = bounded(e->quantity + bounded(quantity));
    return true;
}

void cart_set(front_cart *cart, str id, int64_t quantity) {
    cart_entry *e = find(cart, id);
    if (!e) return;
    e->quantity = bounded(quantity);
    if (e->quantity) return;
    cart->n--;
    for (cart_entry *end = &cart->entries[cart->n]; e < end; e++) *e = e[1];
}

int64_t cart_count(const front_cart *cart) {
    int64_t n = 0;
    for (size_t i = 0; i < cart->n; i++) n += cart->entries[i].quantity;
    return n;
}

front_cart cart_read(arena *a, str cookie) {
    front_cart cart = { .n = 0 };
    if (cookie.n > FRONT_CART_BYTES) return cart;
    while (cookie.n) {
        str line = str_cut(&cookie, '!'), id = str_cut(&line, ':'), plain;
        int64_t quantity = 0;
        if (!parse_int_in(line, 1, FRONT_QUANTITY_MOST, &quantity) || !url_decode(a, id, false, &plain)) continue;
        if (str_is_utf8(plain)) (void)cart_add(&cart, plain, quantity);        /* a full cart takes no more: the rest is left out */
    }
    return cart;
}

err_code cart_write(ctx *c, const front_cart *cart, str *ret_text) {
    buf b;
    buf_init_in(&b, c->arena, FRONT_CART_BYTES);
    for (size_t i = 0; i < cart->n; i++) {
        if (i) buf_char(&b, '!');
        url_encode(&b, cart->entries[i].id);
        buf_char(&b, ':');
        buf_i64(&b, cart->entries[i].quantity);
    }
    if (buf_err(&b)) return fail(c, buf_err(&b), "the cart does not fit into a cookie");
    *ret_text = buf_view(&b);
    return ERR_OK;
}

str cookie_find(str header, str name) {
    while (header.n) {
        str pair = str_cut(&header, ';'), key = str_trim(str_cut(&pair, '='));
        if (pair.p && str_eq(key, name)) return str_trim(pair);
    }
    return (str){ 0 };
}
