/* The simulator's side of HTTP: one server, two stores in it, asked and told as a shop would.
 * Promise: an answer other than 200 is an error with the server's own words. One thread. */
#pragma once
#include "app/simulate_files.h"
#include "base/json.h"
#include "decide/placements.h"
#include "net/http_client.h"
#include "simulate/shown.h"

/* The store that learns, and one of the same products that is told of no order and no event: what Vitrine shows untrained. */
typedef enum { STORE_LEARNED, STORE_UNTRAINED, STORES_SIMULATED } simulated_store;

typedef struct {
    http_client *http;
    str base;                       /* "http://127.0.0.1:8080" */
    str key[STORES_SIMULATED];      /* secret keys */
    uint64_t requests;              /* questions and news; looks at whether something is done are not counted */
} simulate_api;

/* POST a body and read the answer's JSON (c->arena). ERR_INTERNAL with path, status and what the server said. */
CHECK_RESULT err_code simulate_post(ctx *c, simulate_api *a, simulated_store s, const char *path, str body, const json_value **ret_answer);
CHECK_RESULT err_code simulate_set_clock(ctx *c, simulate_api *a, int64_t now_ms);
/* Wait until /readyz says yes and both keys are known, at most `seconds`. */
CHECK_RESULT err_code simulate_await_ready(ctx *c, simulate_api *a, int seconds);
/* Have the store learn what it has heard by `since_ms`: wait for the training of that night, or ask for one. */
CHECK_RESULT err_code simulate_train(ctx *c, simulate_api *a, simulated_store s, int64_t since_ms, int seconds);

/* What the learning store's own report of caused revenue says of these days: its `total`, in c->arena. */
CHECK_RESULT err_code simulate_get_report(ctx *c, simulate_api *a, uint32_t first_day, uint32_t last_day, const json_value **ret_total);

/* Where suggestions stand on a page of that kind; NULL: nowhere. */
const placement *simulate_place(sim_page_kind kind);
typedef struct {
    char rec_id[40];
    uint32_t list[SIM_SHOWN_MOST];
    size_t n;
    bool held_out;
} simulated_answer;
/* Ask for a page. The untrained store is told the page only, not who asks. */
CHECK_RESULT err_code simulate_ask(ctx *c, simulate_api *a, simulated_store s, const sim_moment *m, bool has_account, size_t n,
                                   simulated_answer *ret);
