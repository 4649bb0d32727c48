/* The k best of a stream of scored items, with a fixed order: higher score first, then the smaller item number.
 * Promise: O(log k) a kept entry, one comparison for the rest; the same answer in whatever order items are offered.
 * The caller owns the memory (k entries). Scores must not be NaN. One thread at a time. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct { uint32_t item; float score; } topk_entry;
typedef struct {
    topk_entry *entry;              /* room for k; a heap with the worst on top until topk_sort() */
    uint32_t n, k;                  /* k >= 1 */
} topk;

static inline bool topk_better(topk_entry a, topk_entry b) {
    return a.score > b.score || (a.score == b.score && a.item < b.item);
}
/* Put an entry that belongs in the list into the heap. */
void topk_insert(topk *t, topk_entry e);
/* Offer one item. Inline: nearly all are refused by the first comparison. */
static inline void topk_offer(topk *t, uint32_t item, float score) {
    topk_entry e = { item, score };
    if (t->n < t->k || topk_better(e, t->entry[0])) topk_insert(t, e);
}
/* Best first; the list is finished then. */
void topk_sort(topk *t);
