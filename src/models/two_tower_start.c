/* Where the training of the two towers starts: at the leading singular vectors of who took what, which are most of the answer
 * already and cost seconds, where random numbers would take many epochs to get there. It does NOT train (two_tower_train.c). */
#include <math.h>
#include <string.h>
#include "models/two_tower_int.h"
#include "num/rsvd.h"
#include "num/vec.h"

enum { OVERSAMPLE = 16, POWER = 2 };

/* Users by items that train, each cell 1 / sqrt(items of the user * users of the item). */
static err_code normalised(ctx *c, const tower_people *p, csr *ret) {
    const interactions *x = p->x;
    uint64_t n = 0;
    uint32_t *users = arena_new(c->arena, uint32_t, x->n_items);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)x->n_users + 1);
    if (!users || !start) return tower_no_memory(c);
    for (uint32_t u = 0; u < x->n_users; u++) {
        for (uint64_t e = p->start[u]; e < p->start[u] + p->n_train[u]; e++) users[p->item[e]]++;
        start[u + 1] = start[u] + p->n_train[u];
    }
    uint32_t *col = arena_new_raw(c->arena, uint32_t, start[x->n_users]);
    float *value = arena_new_raw(c->arena, float, start[x->n_users]);
    if (!col || !value) return tower_no_memory(c);
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = p->start[u]; e < p->start[u] + p->n_train[u]; e++, n++) {
            col[n] = p->item[e];
            value[n] = (float)(1 / sqrt((double)p->n_train[u] * users[p->item[e]]));
        }
    *ret = (csr){ x->n_users, x->n_items, start, col, value };
    return ERR_OK;
}

/* Turned twice, rows ascend. */
static err_code sorted_both_ways(ctx *c, const tower_people *p, csr *ret_matrix, csr *ret_turned) {
    csr raw;
    TRY(normalised(c, p, &raw));
    TRY(csr_transpose(c, &raw, ret_turned));
    return csr_transpose(c, ret_turned, ret_matrix);
}

/* Singular vectors times their values: how much of who took what a direction explains. A mean length of 1 over items with sales. */
static err_code singular_ids(ctx *c, const tower_people *p, uint32_t dim, uint64_t seed, int threads, float *ret_ids) {
    csr matrix, turned;
    double squares = 0;
    float *values = arena_new(c->arena, float, dim);
    if (!values) return tower_no_memory(c);
    TRY(sorted_both_ways(c, p, &matrix, &turned));
    TRY(rsvd(c, &matrix, &turned, &(rsvd_options){ dim, OVERSAMPLE, POWER, seed, threads }, values, ret_ids));
    size_t n = (size_t)p->x->n_items * dim;
    for (size_t k = 0; k < n; k++) {
        ret_ids[k] *= values[k % dim];
        squares += (double)ret_ids[k] * (double)ret_ids[k];
    }
    float scale = squares > 0 ? (float)sqrt(p->n_sold / squares) : 0;
    for (size_t k = 0; k < n; k++) ret_ids[k] *= scale;
    return ERR_OK;
}

/* A fact starts as the mean of the sold items that have it, an id as what is left: so an item without sales starts among those
 * that say the same of themselves. */
static err_code share_with_facts(ctx *c, const tower_people *p, uint32_t dim, float *ids, float *ret_facts) {
    const csr *facts = p->x->facts;
    float *weight = arena_new(c->arena, float, facts->n_cols), *bag = arena_new(c->arena, float, dim);
    if (!weight || !bag) return tower_no_memory(c);
    memset(ret_facts, 0, (size_t)facts->n_cols * dim * sizeof *ret_facts);
    for (uint32_t k = 0; k < p->n_sold; k++)
        for (uint64_t e = facts->start[p->sold[k]]; e < facts->start[p->sold[k] + 1]; e++) {
            weight[facts->col[e]] += csr_value(facts, e);
            vec_add_scaled(ret_facts + (size_t)facts->col[e] * dim, csr_value(facts, e), ids + (size_t)p->sold[k] * dim, dim);
        }
    for (uint32_t f = 0; f < facts->n_cols; f++)
        for (uint32_t i = 0; weight[f] > 0 && i < dim; i++) ret_facts[(size_t)f * dim + i] /= weight[f];
    for (uint32_t k = 0; k < p->n_sold; k++) {
        memset(bag, 0, dim * sizeof *bag);
        net_bag(facts, p->sold[k], ret_facts, dim, bag);
        vec_add_scaled(ids + (size_t)p->sold[k] * dim, -1, bag, dim);
    }
    return ERR_OK;
}

err_code tower_start(ctx *c, const tower_people *p, uint32_t dim, uint64_t seed, int threads, float *ret_ids, float *ret_facts) {
    arena_mark mark = arena_save(c->arena);
    TRY(singular_ids(c, p, dim, seed, threads, ret_ids));
    if (ret_facts) TRY(share_with_facts(c, p, dim, ret_ids, ret_facts));
    arena_restore(c->arena, mark);
    return ERR_OK;
}
