/* Offers: what an answer promises for a while, a bundle's price or an incentive, as a token that the shop's cart can check by itself.
 * Promise: a token says for which products, how many percent, who was asked about, in which answer and until when; changed by a letter,
 * over, or of another store it is refused; its id is used by the shop once. Pure functions; any thread.
 * Token: base64url(JSON) "." base64url(HMAC-SHA-256(plugin secret, "offer." base64url(JSON))), without padding. JSON, in this order:
 *   {"v":1,"id":"<26>","store":3,"kind":"bundle","products":["2001","2012"],"percent":4,"visitor":"..","rec":"<rec_id>","exp":<unix s>}
 * It does NOT price anything: the percents are off the shop's own price of each product, once per line.
 * Read next: plugin/README.md, decide/answer_offers.c (who makes them). */
#pragma once
#include "net/crypto.h"

typedef enum { OFFER_BUNDLE, OFFER_INCENTIVE, OFFER_KINDS } offer_kind;
enum { OFFER_SECONDS = 7200, OFFER_PRODUCTS = 3, LIMIT_OFFER_BYTES = 7168 };

/* A plugin secret made ready. Zeroed: no offers are made and none is good. */
typedef struct { hmac_key mac; bool made; } offer_key;
/* `secret`: as plugin_secret_open() gives it; empty: no offers. */
offer_key offer_key_of(str secret);

/* The middle of the JSON: kind, products and percent, the same for everybody who gets this answer. Part of no token yet.
 *   products  1..OFFER_PRODUCTS ids;  percent  1..90 */
void offer_write_terms(buf *out, offer_kind kind, const str *products, size_t n, int percent);

typedef struct {
    str terms;                  /* as offer_write_terms() wrote them */
    int64_t store_id, end_s;    /* end: UTC */
    str visitor_id, rec_id;     /* ids of at most LIMIT_ID_BYTES; visitor_id may be empty */
} offer_order;
/* Append the token to `out`, with an id of its own. ERR_NO_MEMORY; ERR_TOO_LARGE of `out`. */
CHECK_RESULT err_code offer_write(ctx *c, const offer_key *k, const offer_order *o, buf *out);

typedef struct {
    str id;
    offer_kind kind;
    str products[OFFER_PRODUCTS];
    size_t n;
    int percent;
    str visitor_id, rec_id;
    int64_t end_s;
} signed_offer;
/* What a token promises; texts in c->arena.
 * ERR_FORBIDDEN with the field "offer": not one of this store, changed, or over. Takes the same time for any wrong signature. */
CHECK_RESULT err_code offer_read(ctx *c, const offer_key *k, int64_t store_id, str token, signed_offer *ret_offer);
