/* Days of a simulated shop, lived through on a real server: pages opened, lists asked for, events told, orders imported, nights in which
 * it learns. Promise: the same world and policy bring the same visitors and luck; what is measured is the *expected* revenue a list
 * causes (simulate/shown.h), beside what came of it. One thread. Read next: simulate/README.md. */
#pragma once
#include "app/simulate_api.h"
#include "simulate/acquaintances.h"
#include "simulate/strangers.h"

typedef enum { POLICY_LEARNED, POLICY_RULES, POLICY_NONE } simulate_policy;    /* what visitors are shown: rules = the untrained store's */

typedef struct {
    const sim_world *w;
    const sim_strangers *strangers, *strangers_swapped;     /* before and from the swap day on; the second may be NULL */
    const sim_acquaintances *acquaintances, *acquaintances_swapped;         /* the same */
    uint32_t days;
    size_t n;                       /* products a list; 0: as many as the place shows */
    simulate_policy policy;
    const char *data;               /* folder of the server's data */
    const char *work;               /* folder for files on their way */
    void (*show)(void *arg, uint32_t day);                  /* progress */
    void *arg;
} simulate_plan;

/* One day. Values are major units of money, expected and net of returns, unless said otherwise; pages of the hold-out are left out. */
typedef struct {
    uint64_t visits, visits_shown;  /* all; those not held out */
    uint64_t lists, clicks, dismissals;
    uint64_t orders, caused_items;  /* that came: orders of any cause; items suggestions added */
    double learned, untrained, stranger, oracle, clairvoyant;               /* of each page's list by who makes it */
    struct { double learned, untrained, stranger, oracle, clairvoyant; } at[SIM_PAGE_KINDS];    /* the same by kind of page */
    double swap_learned, swap_oracle;                       /* the same of pages where one of the swapped products stands in either list */
    double caused;                  /* that came, of what was shown */
} simulate_day;

/* The server is ready, its clock shows the first day's morning. *ret_days: p->days of them. */
CHECK_RESULT err_code simulate_run(ctx *c, simulate_api *a, const simulate_plan *p, simulate_day *ret_days);
/* Import orders that lie in `text` (with header) into the learning store. */
CHECK_RESULT err_code simulate_import_orders(ctx *c, const simulate_plan *p, str text);
/* Orders before the first day, as CSV with header. */
CHECK_RESULT err_code simulate_past(ctx *c, const sim_world *w, buf *b);
