/* Which offers a cart grants, and which order used them. */
#include "front/offers.h"
#include "base/clock.h"
#include "schema/currency.h"
#include "storage/storage.h"

enum { SWEPT_AT_ONCE = 50 };        /* rows of used offers looked at when one more comes */
enum { USED_KEPT_MS = MS_PER_DAY };      /* an offer is over after two hours */

static const char gone[] = "Oferta nu mai este valabilă: reîncarcă pagina ca să vezi prețurile de acum.";

void front_offers_read(front_shop *s, str cookie) {
    s->n_offers = 0;
    while (cookie.n && s->n_offers < FRONT_OFFERS) {
        str token = str_cut(&cookie, '!');
        if (token.n && token.n <= FRONT_OFFER_BYTES) s->offers[s->n_offers++] = token;
    }
}

err_code front_offers_write(ctx *c, const front_shop *s, str *ret_text) {
    buf b;
    buf_init_in(&b, c->arena, FRONT_OFFERS_BYTES);
    for (size_t i = 0; i < s->n_offers; i++) {
        if (i) buf_char(&b, '!');
        buf_str(&b, s->offers[i]);
    }
    if (buf_err(&b)) return fail(c, buf_err(&b), "the offers do not fit into a cookie");
    *ret_text = buf_view(&b);
    return ERR_OK;
}

/* ---- is it good? ---- */
static err_code find_use(ctx *c, const front_shop *s, str offer_id, offer_use *ret_use) {
    offer_use row = { .store_id = s->row->store_id, .offer_id = offer_id };
    TRY(storage_get(c, s->d, &offer_use_entity, &row));
    *ret_use = row;
    return ERR_OK;
}

/* *ret_why: a sentence for the visitor when it is not granted; NULL: it is good. */
static err_code check(ctx *c, const front_shop *s, str token, signed_offer *ret_offer, const char **ret_why) {
    offer_use use;
    *ret_why = gone;
    err_code e = serving_offer_read(c, s->pin, token, ret_offer);
    if (e) return e == ERR_FORBIDDEN ? ERR_OK : e;
    if (ret_offer->visitor_id.n && !str_eq(ret_offer->visitor_id, s->visitor_id)) return ERR_OK;
    e = find_use(c, s, ret_offer->id, &use);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e && !str_eq(use.order_id, s->order_id)) *ret_why = "Oferta a fost folosită deja: prețul ei se dă o singură dată.";
    else *ret_why = NULL;
    return ERR_OK;
}

/* ---- what it lowers ---- */
static front_line *line_of(front_basket *k, str product_id) {
    for (size_t i = 0; i < k->n; i++) {
        front_line *l = &k->lines[i];
        if (l->available && !l->offer_id.n && str_eq(l->parent->product_id, product_id)) return l;
    }
    return NULL;
}

static bool grant(const front_shop *s, front_basket *k, const signed_offer *o) {
    front_line *lines[OFFER_PRODUCTS];
    for (size_t i = 0; i < o->n; i++) {
        lines[i] = line_of(k, o->products[i]);
        if (!lines[i]) return false;
    }
    for (size_t i = 0; i < o->n; i++) {
        lines[i]->offer_id = o->id;
        lines[i]->saving_minor = lines[i]->unit_minor - money_discounted(lines[i]->unit_minor, o->percent, s->row->currency);
        k->saving_minor += lines[i]->saving_minor;
    }
    k->granted[k->n_granted++] = *o;
    return true;
}

err_code front_offers_grant(ctx *c, const front_shop *s, front_basket *k) {
    for (size_t i = 0; i < s->n_offers; i++) {
        signed_offer o;
        const char *why;
        TRY(check(c, s, s->offers[i], &o, &why));
        if (!why && !grant(s, k, &o)) why = "Prețul de pachet se aplică atunci când toate produsele pachetului sunt în coș.";
        if (why && !k->lapsed) k->lapsed = why;
    }
    return ERR_OK;
}

/* ---- one more ---- */
static err_code refuse(ctx *c, const char *why) { return fail_field(c, ERR_INVALID, "offer", "%s", why); }

/* What can never be granted again makes room. `id`: is it there already? */
static err_code keep_good(ctx *c, front_shop *s, str id, bool *ret_there) {
    size_t n = 0;
    *ret_there = false;
    for (size_t i = 0; i < s->n_offers; i++) {
        signed_offer o;
        const char *why;
        TRY(check(c, s, s->offers[i], &o, &why));
        if (why) continue;
        s->offers[n++] = s->offers[i];
        *ret_there |= str_eq(o.id, id);
    }
    s->n_offers = n;
    return ERR_OK;
}

err_code front_offers_add(ctx *c, front_shop *s, str token) {
    front_shop with = *s;
    front_basket k;
    signed_offer o;
    const char *why;
    bool there = false;
    if (!token.n || token.n > FRONT_OFFER_BYTES) return refuse(c, gone);
    TRY(check(c, s, token, &o, &why));
    if (why) return refuse(c, why);
    TRY(keep_good(c, &with, o.id, &there));
    if (there) return refuse(c, "Oferta aceasta este deja în coș.");
    if (with.n_offers == FRONT_OFFERS) return refuse(c, "În coș încap cel mult trei oferte.");
    with.offers[with.n_offers++] = token;
    TRY(front_basket_load(c, &with, &k));
    bool granted = k.n_granted && str_eq(k.granted[k.n_granted - 1].id, o.id);
    if (!granted) return refuse(c, "Un produs din coș are deja prețul altei oferte.");
    *s = with;
    return ERR_OK;
}

/* ---- used ---- */
/* Ids begin with their time, so the oldest come first. */
static err_code sweep(ctx *c, const front_shop *s) {
    const offer_use of = { .store_id = s->row->store_id };
    offer_use *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, s->d, &offer_use_entity, &of, 1, NULL, SWEPT_AT_ONCE, &rows, &n));
    for (size_t i = 0; i < n && rows[i].used_ms < ctx_now_ms(c) - USED_KEPT_MS; i++)
        TRY(storage_delete(c, s->d, &offer_use_entity, &rows[i], 2, NULL));
    return ERR_OK;
}

static err_code use_all(ctx *c, const front_shop *s, const front_basket *k, str order_id) {
    for (size_t i = 0; i < k->n_granted; i++) {
        offer_use row, mine = { .store_id = s->row->store_id, .offer_id = k->granted[i].id, .order_id = order_id,
                                .used_ms = ctx_now_ms(c) };
        err_code e = find_use(c, s, mine.offer_id, &row);
        if (!e && !str_eq(row.order_id, order_id)) return fail(c, ERR_CONFLICT, "another order used the offer");
        if (e == ERR_NOT_FOUND) e = storage_put(c, s->d, &offer_use_entity, &mine);
        if (e) return e;
    }
    return sweep(c, s);
}

err_code front_offers_use(ctx *c, const front_shop *s, const front_basket *k, str order_id) {
    bool ours = false;
    if (!k->n_granted) return ERR_OK;
    TRY(storage_join(c, s->d, &ours));
    return storage_leave(c, s->d, ours, use_all(c, s, k, order_id));
}
