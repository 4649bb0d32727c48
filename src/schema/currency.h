/* Money as people write it: ISO 4217 currencies and number formats by language, as const tables.
 * Promise: no locale of the system takes part; amounts are whole minor units. Pure functions, any thread. */
#pragma once
#include "base/buf.h"

typedef struct {
    char code[4];                   /* "RON" */
    int digits;                     /* behind the point, 0..4 */
    int64_t step;                   /* minor units in which shops of that currency round a price they compute; mostly 1 */
    const char *symbol;             /* UTF-8: "€"; equal to the code when there is no common one */
} currency;
/* By code, ASCII case ignored; NULL when ISO 4217 has no such money. Metals, test codes and bond units are left out; BGN stays
 * for old orders. */
const currency *currency_find(str code);
/* Digits of a currency; 2 when it is not known. */
int currency_digits(str code);
extern const currency all_currencies[];
extern const size_t n_currencies;

/* "ro", "ro_RO", "RO-ro.UTF-8" -> "ro"; a language we have no words for gives "en". Empty gives "en". */
const char *locale_language(str locale);
/* True for a locale whose language we have words for. */
bool locale_is_known(str locale);

/* Write an amount for people: ro "1.234,56 lei", "1.234,56 €"; en "RON 1,234.56", "€1,234.56". Digits as ISO 4217 says.
 *   minor   of the currency `code`, negative gets a "-" in front
 *   locale  as for locale_language() */
void money_text(buf *b, int64_t minor, str code, str locale);
/* The amount alone, in groups of three.
 *   digits, shown   digits of `minor` behind the point, and how many to write there, >= digits and at most 8: zeros are added
 *   thousand, point at most 7 bytes each */
void money_amount(buf *b, uint64_t minor, int digits, int shown, str thousand, str point);
/* Price after `percent` (0..100) off, rounded to the currency's nearest step; when the step would swallow the discount, to whole
 * minor units. Never over `minor`, which is >= 0. */
int64_t money_discounted(int64_t minor, int percent, str code);
