/* How a shop writes its prices: what stands before and behind the amount, its separators, how many digits it shows.
 * Promise: a style that is known is plain text of bounded length, safe to put into JSON or, escaped, into HTML; whatever a shop said.
 * A shop that told none has its prices written by language (schema/currency.h). Plain data, pure functions, any thread. */
#pragma once
#include "base/json.h"

enum { PRICE_AROUND_BYTES = 40, PRICE_SEPARATOR_BYTES = 8, PRICE_DIGITS_MOST = 8 };

typedef struct {
    bool known;                                     /* false: no member counts */
    char before[PRICE_AROUND_BYTES];                /* "€", "lei" and a hard space; UTF-8, may be empty */
    char after[PRICE_AROUND_BYTES];
    char thousand[PRICE_SEPARATOR_BYTES];           /* may be empty */
    char point[PRICE_SEPARATOR_BYTES];
    int digits;                                     /* shown behind the point, 0..PRICE_DIGITS_MOST; amounts are rounded to them */
} price_style;

/* What a shop says of it, entities decoded. */
typedef struct {
    str code;                   /* ISO 4217 */
    str symbol;                 /* empty, or one that cannot be text: the currency's usual one */
    str position;               /* left, right, left_space, right_space */
    str thousand, point;        /* an empty point is "." */
    int64_t digits;
} price_words;

/* False, and *ret_style untouched, when the words are none that a price could be written by: another position, separators that are long or
 * hold letters, figures or markup, digits out of range. */
bool price_style_make(const price_words *w, price_style *ret_style);

/* The kept form, an object of before, after, thousand, decimal, digits; null when not known. */
void price_style_write(json_out *w, const price_style *s);
/* Of the kept form; not known when it is empty or holds what price_style_make() would not have made. Takes room in c->arena. */
void price_style_read(ctx *c, str json, price_style *ret_style);

/* Write an amount as the shop does: "lei34.90", "1.234,50 lei"; by language when the style is not known.
 *   minor         of the currency `code`, negative gets a "-" in front
 *   code, locale  as for money_text()
 *   s             NULL: not known */
void price_text(buf *b, int64_t minor, str code, str locale, const price_style *s);
