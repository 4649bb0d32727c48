/* Four passes over the bytes of keys whose order as whole numbers is the order wanted. */
#include "num/order.h"
#include <string.h>

enum { BYTES = 4, VALUES = 256 };

/* Ascending as unsigned = descending as float; -0 as 0; NaN last. */
static uint32_t key_of(float x) {
    uint32_t bits;
    x += 0.0f;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) return UINT32_MAX;
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/* Key and number move together, so that each pass reads its input in line. */
static inline uint64_t with_number(uint32_t key, uint32_t number) { return (uint64_t)key << 32 | number; }
static inline uint32_t byte_of(uint64_t pair, int b) { return (uint32_t)(pair >> (32 + 8 * b)) & 255; }

static void count_bytes(const uint64_t *pair, uint32_t n, uint32_t count[BYTES][VALUES]) {
    memset(count, 0, BYTES * sizeof *count);
    for (uint32_t i = 0; i < n; i++)
        for (int b = 0; b < BYTES; b++) count[b][byte_of(pair[i], b)]++;
}

/* Where each value begins; false when all keys have the same byte, so there is nothing to move. */
static bool begin_at(uint32_t count[VALUES], uint32_t n) {
    uint32_t at = 0;
    for (int v = 0; v < VALUES; v++) {
        uint32_t here = count[v];
        if (here == n) return false;
        count[v] = at;
        at += here;
    }
    return true;
}

void order_largest_first(const float *x, uint32_t n, uint64_t *scratch, uint32_t *ret_order) {
    uint32_t count[BYTES][VALUES];
    uint64_t *from = scratch, *to = scratch + n;
    for (uint32_t i = 0; i < n; i++) from[i] = with_number(key_of(x[i]), i);
    count_bytes(from, n, count);
    for (int b = 0; b < BYTES; b++) {
        if (!begin_at(count[b], n)) continue;
        for (uint32_t i = 0; i < n; i++) to[count[b][byte_of(from[i], b)]++] = from[i];
        uint64_t *other = from;
        from = to;
        to = other;
    }
    for (uint32_t i = 0; i < n; i++) ret_order[i] = (uint32_t)from[i];
}
