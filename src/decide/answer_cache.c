/* Sets of eight places of fixed size in one block (of 500 pages asked in turn, one in 2,000 finds its set full; with four it was one
 * in ten), each set with its turn and a share in the locks. It does NOT count uses:
 * in a shop the popular pages come back before their turn does. */
#include "decide/answer_cache.h"
#include <stdlib.h>
#include <string.h>
#include "base/thread.h"

enum { SETS = 128, WAYS = 8, LOCKS = 64, PLACE_BYTES = 8 << 10, HEAD_BYTES = 16 };      /* 8 MiB when all of it is in use */

typedef struct {
    uint64_t key;                   /* 0 = empty */
    uint32_t n_text, n_trace;       /* one behind the other */
    char text[PLACE_BYTES - HEAD_BYTES];
} place;

typedef struct {
    lock guard;                     /* of the sets i with i % LOCKS == its place */
    char apart[64];                 /* so that two loops do not fight over one cache line */
} guarded;

struct answer_cache {
    guarded locks[LOCKS];
    uint64_t seed;
    unsigned char turn[SETS];
    place places[SETS][WAYS];
};

answer_cache *answer_cache_new(uint64_t seed) {
    answer_cache *k = calloc(1, sizeof *k);                 /* zeroed by the system, page by page as it is used */
    if (!k) return NULL;
    k->seed = seed;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_init(&k->locks[i].guard, NULL);
    return k;
}

void answer_cache_free(answer_cache *k) {
    if (!k) return;
    for (size_t i = 0; i < LOCKS; i++) pthread_mutex_destroy(&k->locks[i].guard);
    free(k);
}

uint64_t answer_cache_seed(const answer_cache *k) { return k ? k->seed : 0; }

bool answer_cache_find(answer_cache *k, uint64_t key, buf *out, buf *trace) {
    if (!k || !key) return false;
    size_t set = key % SETS;
    WITH_LOCK(&k->locks[set % LOCKS].guard);
    for (size_t i = 0; i < WAYS; i++) {
        const place *p = &k->places[set][i];
        if (p->key != key) continue;
        buf_add(out, p->text, p->n_text);
        buf_add(trace, p->text + p->n_text, p->n_trace);
        return true;
    }
    return false;
}

void answer_cache_keep(answer_cache *k, uint64_t key, str text, str trace) {
    if (!k || !key || text.n + trace.n > sizeof k->places[0][0].text) return;
    size_t set = key % SETS;
    WITH_LOCK(&k->locks[set % LOCKS].guard);
    place *p = &k->places[set][k->turn[set]++ % WAYS];
    p->key = key;
    p->n_text = (uint32_t)text.n;
    p->n_trace = (uint32_t)trace.n;
    memcpy(p->text, text.p, text.n);
    if (trace.n) memcpy(p->text + text.n, trace.p, trace.n);
}
