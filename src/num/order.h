/* order: numbers of floats from the largest to the smallest, equal ones in the order given.
 * Promise: the order a stable comparison sort gives; time grows with n alone. NaN sorts behind everything. Pure; any thread.
 * Read next: topk.h (the few best of very many). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*   x          n floats
 *   scratch    room for 2 n
 *   ret_order  n numbers: x[ret_order[0]] is the largest
 * O(n). Source: radix sort by bytes, least significant first (Knuth 5.2.5). */
void order_largest_first(const float *x, uint32_t n, uint64_t *scratch, uint32_t *ret_order);
