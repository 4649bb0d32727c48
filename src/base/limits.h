/* Every limit of Vitrine in one place: what is the largest of each thing we accept, and why that much. */
#pragma once

#define KIB ((size_t)1024)
#define MIB (KIB * 1024)

/* memory lifetimes */
#define LIMIT_REQUEST_ARENA (8 * MIB)      /* one HTTP request, body and answer included */
#define LIMIT_JOB_LOG (8 * KIB)              /* of one job, the newest lines */
#define LIMIT_JOB_ARENA (2048 * MIB)       /* one sync, import or training run */
#define LIMIT_EVAL_ARENA (20480 * MIB)     /* `vitrine eval` of a public data set; EASE of 41,000 items takes 7 GB */
#define LIMIT_PAGE_ARENA (256 * MIB)       /* one page of a shop's answer while it is parsed; emptied after each page */
#define LIMIT_SNAPSHOT_ARENA (1024 * MIB)  /* what the models of one snapshot keep beside the mapped file */
#define LIMIT_CATALOGUE_ARENA (1024 * MIB) /* live catalogue of one shop */

/* HTTP in */
#define LIMIT_BODY_BYTES (64 * KIB)        /* a JSON body of the API */
#define LIMIT_LOOP_BODY_BYTES (64 * KIB)   /* larger ones are read on a worker: an event loop would be held up for milliseconds */
#define LIMIT_WEBHOOK_BYTES (2 * MIB)      /* a webhook delivery; the largest recorded is 5 KB, orders of 500 lines 300 KB */
#define LIMIT_HEADER_BYTES (8 * KIB)       /* all headers of a request; with the target it sizes each connection's memory */
#define LIMIT_TARGET_BYTES (8 * KIB)       /* request line: path and query */
#define LIMIT_CONNECTIONS 4096
#define LIMIT_REQUEST_MS 15000             /* a request that has not been answered by then is given up */
#define LIMIT_IDLE_MS 60000                /* a connection that says nothing */

/* JSON */
#define LIMIT_JSON_DEPTH 64

#define LIMIT_SHOP_FORM_BYTES (16 * KIB)   /* a form of the demonstration shop: 20 lines of a cart, or an address */

/* HTTP out */
#define LIMIT_URL_BYTES 2000               /* an address we call; old proxies and shops cut longer ones */
#define LIMIT_RESPONSE_BYTES (64 * MIB)    /* a page of a shop: 100 products with long texts are 2 MB */

/* a recommendation request */
#define LIMIT_RECOMMEND_N 50
#define LIMIT_CART_ITEMS 100
#define LIMIT_EXCLUDE_ITEMS 500
#define LIMIT_PAGE_LISTS 12                /* of one page, asked for at once: a millisecond of an event loop */
#define LIMIT_STANDING (LIMIT_PAGE_LISTS * LIMIT_RECOMMEND_N)   /* products in them */
#define LIMIT_HISTORY_ITEMS 100
#define LIMIT_FILTER_VALUES 50
#define LIMIT_ID_BYTES 190                 /* an external id, a visitor id, a SKU */
#define LIMIT_TEXT_BYTES (1 * MIB)         /* one text column */

/* events of visitors */
#define LIMIT_EVENTS_BYTES (512 * KIB)     /* a body of events: 500 of a full kilobyte */
#define LIMIT_EVENTS 500                   /* in one body */
#define LIMIT_EVENT_ITEMS 100              /* products of one impression or purchase */
#define LIMIT_EVENTS_WAITING 200000        /* for the disk, of all requests; then "busy". At most ten batches of writes */
#define LIMIT_EVENTS_A_WRITE 20000         /* in one transaction: other writers wait for it */
#define LIMIT_REPEAT_IDS (1 << 21)         /* client ids known in memory, 32 MB: 7 days of a shop of 200 events a minute */
#define LIMIT_KNOWN_NAMES_BYTES (256 * MIB) /* names known to be somebody else's too: one to two million; the older half leaves */
#define LIMIT_SESSION_BYTES (256 * MIB)    /* session memory of all shops: a million active visitors */
#define LIMIT_ROBOT_VIEWS_MINUTE 60        /* product pages of one visitor: more is no person */
#define LIMIT_ROBOT_EVENTS_HOUR 1000

/* what is learned from events */
#define LIMIT_LEARN_EVENTS (1 << 21)       /* newest rows of one shop's log that a training reads: weeks of 10,000 visits a day */
#define LIMIT_LEARN_STEPS (1 << 22)        /* products in them, 100 MB: of a log of long purchases the newer half */

/* counters of the learning loop */
#define LIMIT_COUNTERS_BYTES (1024 * MIB)  /* of all shops; the quiet leave first, then the largest gives up a half */
#define LIMIT_COUNTER_CELLS 200000         /* of one shop, 100 bytes each and their names; the least seen go first */
#define LIMIT_COUNTER_NAMES (64 * MIB)     /* ids of one shop's counters; then those leave that nothing is counted of */
#define LIMIT_COUNTED_ANSWERS (1 << 19)    /* of one shop in a day whose events are told apart, 32 MB; older ones count no more */
#define LIMIT_COUNTED_LINES 500000         /* order lines of one shop whose refunds are followed, 50 MB; the older half leaves */

/* what the ranker learns of answers that were shown */
#define LIMIT_LESSONS_CLICKED 50000        /* answers of one shop that something was clicked of, the newest */
#define LIMIT_LESSONS_SHOWN 100000         /* of the others as many, each of which stands for several where there are more */
#define LIMIT_LESSONS_READ 2000000         /* answers looked through for them, the newest */
#define LIMIT_LESSONS_ASKED 20000          /* of them asked again, in 8 CPU seconds: clicked ones, and others as far as there is room */
#define LIMIT_LESSONS_DAYS 56              /* none older than that */
#define LIMIT_LESSONS_EVENTS 2000000       /* events about them, the newest */

/* what a shop's plugin sends */
#define LIMIT_PLUGIN_BYTES (1 * MIB)       /* a signed batch */
#define LIMIT_PLUGIN_MESSAGES 500          /* in one */
#define LIMIT_PLUGIN_ARENA (64 * MIB)      /* while it is read: 20,000 lines of carts as JSON take 20 MB */
#define LIMIT_CART_DAYS 90                 /* a cart nobody spoke of for so long is forgotten; its recovery link is over too */

/* people */
#define LIMIT_PERSON_ALIASES 64            /* names of one person; a robot or a till that meets more stays apart */
#define LIMIT_PERSON_NAMES 256             /* names looked up for one export or erasure */
#define LIMIT_ORDER_RECS_BYTES 1000        /* answers an order may name */
#define LIMIT_ORDER_RECS 50

/* a shop */
#define LIMIT_STORES 100000
#define LIMIT_PRODUCTS 2000000
#define LIMIT_BASKET_ITEMS 500             /* a larger order says nothing about taste: a wholesaler's or a robot's */

/* experiments */
#define LIMIT_EXPERIMENT_ARMS 20           /* arms compared at once: variants of an experiment, arms of a bandit */

/* reports */
#define LIMIT_REPORT_DAYS 731              /* of one report: two years */
#define LIMIT_REPORT_SHOWN 5000            /* rows of an answer */
#define LIMIT_REPORT_ROWS 100000           /* rows kept while a report is made; what is beyond goes into one row for all others */
#define LIMIT_REPORT_UNITS (1 << 19)       /* answers, visitors or persons remembered at once; more are read in several passes */
#define LIMIT_REPORT_ARENA (192 * MIB)     /* all of that */
#define LIMIT_POLICY_SHOWN (1 << 19)       /* suggestions by which a policy is judged; beyond, some of the visitors stand for all */

/* files read */
#define LIMIT_IMPORT_LINE_BYTES (1 * MIB)
#define LIMIT_IMPORT_FIELDS 256
#define LIMIT_IMPORT_RECORD_LINES 1000      /* lines one quoted field may span: a stray quote must not swallow the file */
#define LIMIT_IMPORT_ERRORS_SHOWN 20
#define LIMIT_ENV_FILE_BYTES (64 * KIB)

/* lists answered by the API */
#define LIMIT_PAGE_ROWS 200
