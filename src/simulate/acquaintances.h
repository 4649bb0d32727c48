/* The oracle: the best that anybody could show who knows the shop and all its people, and of this visitor what pages he opened. A
 * Bayes-optimal policy over what can be observed, which regret of contextual bandits is measured against; what lies between it and the
 * clairvoyant (shown.h) is in the visitor's head alone.
 *   P(taste | opened) is in proportion to P(taste) x product over visits of
 *       sum over needs k of P(k | taste) x product over pages j of [.85 (c_j = k) + .15 P(c_j | taste)] x P(product_j | c_j, taste)
 * by a sample of people from P(taste), each weighed by the rest (importance sampling; exact as the sample grows). The list is the best by
 * expected money under it. What he clicked, left unclicked and bought is not used: some hundredths of a page each.
 * Promise: pure; the same visitor and pages give the same list. Owner: arena of sim_acquaintances_make(). Any thread afterwards.
 * Read next: shown.h, strangers.h (the same without the visitor). */
#pragma once
#include "simulate/shown.h"

enum { SIM_ACQUAINTANCES = 2000 };

typedef struct {
    const sim_world *w;
    uint32_t n, categories;         /* products */
    float *liking;                  /* SIM_ACQUAINTANCES x n: of each person */
    float *opened;                  /* the same: log of the chance that this one of its category is opened */
    float *interest;                /* SIM_ACQUAINTANCES x categories: exp(interest), season left out */
} sim_acquaintances;

/* One thing he let be seen of himself. Pages of one visit stand together; the newest last. */
typedef struct {
    uint64_t visit;
    uint32_t day;
    uint32_t product;               /* opened; UINT32_MAX: a search or a category */
    uint32_t need;                  /* that search or category */
} sim_trace;

/* As people like products on that day. O(people x products) time and memory: 3 MB for 200. ERR_NO_MEMORY. */
CHECK_RESULT err_code sim_acquaintances_make(ctx *c, const sim_world *w, uint32_t day, sim_acquaintances *ret);
/* Mean over who he may be of what makes a click likely beside sim_pull(), its interest part at home included.
 *   m           a page with a list
 *   seen        n_seen traces up to and with this page
 *   ret_wanted  a->n, >= 0
 * O(people x (n_seen x categories + products)); people who cannot be he are passed over. */
void sim_acquaintances_wanted(const sim_moment *m, const sim_acquaintances *a, const sim_trace *seen, size_t n_seen, double *ret_wanted);
/* The best list by it: *ret_n <= n products. */
void sim_acquaintances_list(const sim_moment *m, const sim_acquaintances *a, const sim_trace *seen, size_t n_seen, size_t n,
                            uint32_t *ret_list, size_t *ret_n);
