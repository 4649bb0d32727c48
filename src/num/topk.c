/* Binary heap with the worst kept entry on top. */
#include "num/topk.h"

static void sift_down(topk_entry *h, uint32_t n, uint32_t at, topk_entry e) {
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && topk_better(h[child], h[child + 1])) child++;
        if (!topk_better(e, h[child])) break;
        h[at] = h[child];
    }
    h[at] = e;
}

static void sift_up(topk_entry *h, uint32_t at, topk_entry e) {
    for (uint32_t parent; at > 0; at = parent) {
        parent = (at - 1) / 2;
        if (!topk_better(h[parent], e)) break;
        h[at] = h[parent];
    }
    h[at] = e;
}

void topk_insert(topk *t, topk_entry e) {
    if (t->n < t->k) sift_up(t->entry, t->n++, e);
    else sift_down(t->entry, t->n, 0, e);
}

void topk_sort(topk *t) {
    for (uint32_t n = t->n; n > 1; n--) {
        topk_entry worst = t->entry[0];
        sift_down(t->entry, n - 1, 0, t->entry[n - 1]);
        t->entry[n - 1] = worst;
    }
}
