/* Recommendations on the terminal: the shop loaded into this process, one question, the answer for people or as JSON. */
#pragma once
#include "app/home.h"
#include "decide/serving.h"

typedef struct answer_source {
    serving_registry *registry;
    const serving *s;               /* pinned */
} answer_source;

/* Load a store. Close with answer_close(). */
CHECK_RESULT err_code answer_open(ctx *c, home *h, int64_t store_id, answer_source *ret_source);
void answer_close(answer_source *a);
#define AUTO_ANSWER __attribute__((cleanup(answer_close))) answer_source

/* Print the answer to `q`: names, prices, probabilities, reasons; with `json` the object the API gives. */
CHECK_RESULT err_code answer_print(ctx *c, const answer_source *a, const recommend_query *q, bool json, FILE *out);
/* The product with the strongest learned pair, else any that is sold; empty when the shop has none. */
CHECK_RESULT err_code answer_good_product(ctx *c, const answer_source *a, str *ret_product_id);
