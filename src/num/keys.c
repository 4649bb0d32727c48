/* Quickselect and quicksort over distinct numbers; see keys.h. */
#include "num/keys.h"
#include <stdbool.h>

enum { FEW = 24 };                  /* sorted by insertion */

static void insert_sorted(uint64_t *keys, size_t n) {
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static inline uint64_t middle(uint64_t a, uint64_t b, uint64_t c) {
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Three times three of a list, at places that no order of the input is likely to have prepared. */
static uint64_t pivot_of(const uint64_t *keys, size_t n) {
    uint64_t three[3];
    for (size_t i = 0; i < 3; i++) {
        size_t at = (n / 9) * (3 * i + 1);
        three[i] = middle(keys[at], keys[at + n / 17], keys[at + n / 5]);
    }
    return middle(three[0], three[1], three[2]);
}

/* Those below the pivot to the front: how many they are. Every step does the same, so nothing is mispredicted. */
static size_t part(uint64_t *keys, size_t n, uint64_t pivot) {
    size_t below = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = keys[i];
        keys[i] = keys[below];
        keys[below] = key;
        below += key < pivot;
    }
    return below;
}

static void sink(uint64_t *keys, size_t n, size_t at) {
    uint64_t key = keys[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && keys[child] < keys[child + 1]) child++;
        if (key >= keys[child]) break;
        keys[at] = keys[child];
    }
    keys[at] = key;
}

/* What a list falls back on whose pivots were all bad: O(n log n) in any case. */
static void heap_sort(uint64_t *keys, size_t n) {
    for (size_t at = n / 2; at-- > 0;) sink(keys, n, at);
    for (size_t left = n; left > 1; left--) {
        uint64_t most = keys[0];
        keys[0] = keys[left - 1];
        keys[left - 1] = most;
        sink(keys, left - 1, 0);
    }
}

static int rounds_for(size_t n) {
    int rounds = 4;
    for (; n > 1; n /= 2) rounds += 2;
    return rounds;
}

void keys_select(uint64_t *keys, size_t n, size_t k) {
    int rounds = rounds_for(n);
    while (k > 0 && k < n && n > FEW) {
        if (rounds-- == 0) {
            heap_sort(keys, n);
            return;
        }
        size_t below = part(keys, n, pivot_of(keys, n));
        if (below >= k) n = below;
        else keys += below, n -= below, k -= below;         /* below may be 0: the next round takes another pivot */
    }
    if (k < n && n <= FEW) insert_sorted(keys, n);
}

static void sort_rounds(uint64_t *keys, size_t n, int rounds) {
    while (n > FEW) {
        if (rounds-- == 0) {
            heap_sort(keys, n);
            return;
        }
        size_t below = part(keys, n, pivot_of(keys, n));
        if (below == 0) rounds -= rounds > 0;               /* nothing moved but order: the pivot is the smallest; try others */
        if (below < n - below) {
            sort_rounds(keys, below, rounds);
            keys += below, n -= below;
        } else {
            sort_rounds(keys + below, n - below, rounds);
            n = below;
        }
    }
    insert_sorted(keys, n);
}

void keys_sort(uint64_t *keys, size_t n) { sort_rounds(keys, n, rounds_for(n)); }
