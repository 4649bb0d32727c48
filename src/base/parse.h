/* Numbers from text: the whole text or nothing.
 * Promise: true and *ret_* written only when every byte was understood and the value fits. Surrounding blanks are refused. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

bool parse_u64(str text, uint64_t *ret_value);
bool parse_i64(str text, int64_t *ret_value);
/* Whole number within [low, high]. */
bool parse_int_in(str text, int64_t low, int64_t high, int64_t *ret_value);
/* Finite decimal number with a point, exponent allowed. */
bool parse_double(str text, double *ret_value);
/* yes/no, true/false, on/off, 1/0 in any case. */
bool parse_bool(str text, bool *ret_value);
/* Decimal money to minor units: "51.1", "-34.39", "15" with `digits` (0..4) behind the point; further digits are rounded half
 * away from zero ("33.266055" is 3327). False for anything that is not a plain decimal number, and beyond +-9e15 minor units. */
bool parse_money(str text, int digits, int64_t *ret_minor);
