/* What each product is about, as one cache line: its weighted words and categories thrown onto 64 directions by signs that a hash
 * gives (sparse TF-IDF to dense by random projection: Achlioptas 2003), scaled to whole numbers. Cosines of these come near those of
 * the texts: off by about 1/8. For variety and likeness in answers; the similar lists are made from the texts themselves. */
#include "decide/learn_int.h"
#include <math.h>
#include "base/map.h"

static const float CATEGORY_SHARE = 0.5f;       /* of the length of the words */

static void throw_term(uint64_t hash, float weight, float *v) {
    for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) v[d] += hash >> d & 1 ? weight : -weight;
}

static void vector_of(const learning *l, uint32_t i, snapshot_vector *ret_vector) {
    const content_model *m = &l->content;
    const shop_range of = l->shop.items[i].categories;
    float v[SNAPSHOT_VECTOR_DIMS] = { 0 }, length = 0;
    for (uint64_t k = m->start[i]; k < m->start[i + 1]; k++) {
        uint64_t term = m->terms[k].term;
        throw_term(hash_bytes(&term, sizeof term, 1), m->terms[k].weight, v);
    }
    for (uint32_t k = 0; k < of.n; k++) {
        uint64_t number = l->shop.category_lists[of.at + k];
        throw_term(hash_bytes(&number, sizeof number, 2), CATEGORY_SHARE / sqrtf((float)of.n), v);
    }
    for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) length += v[d] * v[d];
    float scale = length > 0 ? SNAPSHOT_VECTOR_ONE / sqrtf(length) : 0;
    for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) ret_vector->x[d] = (int8_t)lrintf(v[d] * scale);
}

err_code learn_vectors(ctx *c, learning *l) {
    snapshot_vector *vectors = arena_new(c->arena, snapshot_vector, l->shop.n_items);
    if (!vectors) return learn_no_memory(c);
    for (uint32_t i = 0; i < l->shop.n_items; i++) vector_of(l, i, &vectors[i]);
    l->out.vectors = vectors, l->out.n_vectors = l->shop.n_items;
    return ctx_check(c);
}
