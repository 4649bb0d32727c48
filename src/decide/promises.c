/* A table of differences by hash: open addressing, a power of two of places, key 0 = free. */
#include "decide/promises.h"
#include <math.h>
#include "base/grow.h"
#include "events/counters.h"

/* An expectation never falls below this share of what it was: promises are estimates too. */
static const double least_share = 0.05;

uint64_t promise_seed(str placement, str source) {
    return hash_bytes(source.p, source.n, hash_bytes(placement.p, placement.n, UINT64_C(0x70726f6d69736573)));
}

uint64_t promise_key(uint64_t seed, str anchor, str item) {
    uint64_t key = hash_bytes(item.p, item.n, hash_bytes(anchor.p, anchor.n, seed));
    return key ? key : 1;
}

promises promises_at(const snapshot *snap, int64_t now_ms) {
    if (!snap || !snap->n_promises || !(snap->facts.promise_half_life_ms > 0)) return (promises){ 0 };
    double halves = fmax(0, (double)(now_ms - snap->facts.as_of_ms)) / snap->facts.promise_half_life_ms;
    return (promises){ snap, exp2(-halves), exp2(-halves * COUNTER_LATE_PARTS) };
}

static const snapshot_promise *find(const snapshot *s, uint64_t key) {
    uint64_t mask = s->n_promises - 1, at = key & mask;
    for (; s->promises[at].key; at = (at + 1) & mask)
        if (s->promises[at].key == key) return &s->promises[at];
    return NULL;
}

bool promises_correct(const promises *p, uint64_t key, live_sums *sums) {
    const snapshot_promise *x = p->snap ? find(p->snap, key) : NULL;
    if (!x || !(sums->expected > 0)) return false;
    sums->expected = fmax(least_share * sums->expected, sums->expected + p->slow * (double)x->expected);
    sums->late_expected = fmax(least_share * sums->late_expected, sums->late_expected + p->late * (double)x->late);
    sums->late_expected = fmin(sums->late_expected, sums->expected);
    return true;
}

/* ---- learning ---- */
static err_code note(ctx *c, promise_book *b, uint64_t key, double expected, double late) {
    uint32_t *at = map64_at(&b->at, key);
    if (!at) return fail(c, ERR_NO_MEMORY, "note what is promised now");
    if (!*at) {
        snapshot_promise *more = grow_array(c->arena, b->list, b->n, &b->room, sizeof *more);
        if (!more) return fail(c, ERR_NO_MEMORY, "note what is promised now");
        b->list = more;
        b->list[b->n] = (snapshot_promise){ .key = key };
        *at = (uint32_t)++b->n;
    }
    b->list[*at - 1].expected += (float)expected, b->list[*at - 1].late += (float)late;
    return ERR_OK;
}

err_code promise_note(ctx *c, promise_book *b, str placement, str source, str anchor, str item, double expected, double late) {
    static const str none = { "", 0 };
    uint64_t place = promise_seed(placement, none), seed = promise_seed(placement, source);
    const uint64_t keys[] = { promise_key(place, none, none), promise_key(seed, none, none), promise_key(seed, none, item),
                              promise_key(seed, anchor, none), promise_key(seed, anchor, item) };
    for (size_t i = 0; i < (anchor.n ? COUNT(keys) : 3); i++) TRY(note(c, b, keys[i], expected, late));
    return ERR_OK;
}

err_code promise_table(ctx *c, const promise_book *b, snapshot *out) {
    uint64_t places = 2;
    if (!b->n || b->n > PROMISES_MOST) return ERR_OK;
    while (places < 2 * b->n) places *= 2;
    snapshot_promise *table = arena_new(c->arena, snapshot_promise, places);
    if (!table) return fail(c, ERR_NO_MEMORY, "note what is promised now");
    for (size_t i = 0; i < b->n; i++) {
        uint64_t at = b->list[i].key & (places - 1);
        while (table[at].key) at = (at + 1) & (places - 1);
        table[at] = b->list[i];
    }
    out->promises = table, out->n_promises = places;
    return ERR_OK;
}
