/* Task `basket`: what goes with one product (P), and with a cart (C), measured on later baskets of a real shop.
 * Promise: the published protocol to the letter; the test part is read once, after fitting. Read next: eval/eval.h. */
#pragma once
#include "eval/basket_model.h"

enum { BASKET_TOP = 10 };

typedef struct {
    double p_hr, p_mrr;             /* each basket counts 1, its items equally: query one, any other is a hit */
    double c_hr, c_mrr;             /* one item of each basket hidden, query the rest */
    uint32_t n_test;                /* baskets */
    double fit_s, fit_cpu_s;
    double p50_us, p99_us;          /* latency of one answer, all queries of both kinds */
} basket_figures;

/* Position of the hidden item in a basket of `size` items; `rank` is the basket's place among the test baskets. */
uint32_t basket_hidden_position(uint32_t rank, uint32_t size);
/* Fit on d->train, measure on d->test. ERR_NO_MEMORY, ERR_CANCELLED and what the model says. */
CHECK_RESULT err_code basket_measure(ctx *c, const basket_model *m, const basket_params *p, const invoice_data *d,
                                     basket_figures *ret_figures);
