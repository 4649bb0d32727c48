/* The best that anybody could show who knows the shop and all its people, but not this visitor: only the page he is on. What lies
 * between it and the clairvoyant can be had only by knowing the person; a shop of many first visits sees little of that.
 * Promise: pure. Means over a sample of visitors, weighed by how often each opens the product. Read next: shown.h. */
#pragma once
#include "simulate/shown.h"

enum { SIM_SAMPLED_VISITORS = 400 };

typedef struct {
    uint32_t n;                     /* products */
    float *beside;                  /* n x n: mean liking of the second by those who open the first */
    float *at_home;                 /* n: mean of interest times liking of all visitors, season left out */
} sim_strangers;

/* As people like products on that day. O(products^2 x sampled visitors). ERR_NO_MEMORY. */
CHECK_RESULT err_code sim_strangers_make(ctx *c, const sim_world *w, uint32_t day, sim_strangers *ret);
/* The best list by it: *ret_n <= n products. */
void sim_stranger_list(const sim_moment *m, const sim_strangers *s, size_t n, uint32_t *ret_list, size_t *ret_n);
