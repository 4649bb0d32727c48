/* Columns of what visitors did and what they were shown: visitors, their aliases, events, exposures, attributions, experiments,
 * counters of the learning loop. Part of schema/tables.h: include that. Read next: events/README.md. */
#pragma once

#define VISITOR_FIELDS(X, T)                    /* a browser that agreed to be remembered */                            \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  visitor_id, KEY | PERSONAL)     /* first-party id, chosen by the widget */                              \
    X(T, TIME,  first_ms, 0)                                                                                            \
    X(T, TIME,  last_ms, 0)                     /* of the newest session's beginning */                                 \
    X(T, INT,   sessions, 0)                                                                                            \
    X(T, TEXT,  consent, 0)                     /* all, statistics, none; empty = not asked */                          \
    X(T, TEXT,  device, 0)                      /* desktop, mobile, tablet, robot; empty = not known */                 \
    X(T, BOOL,  robot, 0)                       /* nothing is learned from it */

#define ALIAS_FIELDS(X, T)                      /* names known to be of one person; a name without a row is a person of its own */ \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  alias, KEY | PERSONAL)          /* "v:" visitor, "c:" customer, "e:" hex of SHA-256 of the e-mail */    \
    X(T, TEXT,  person, INDEXED | PERSONAL)     /* the browser of the group first heard of; without one any first */  \
    X(T, TIME,  first_ms, 0)                    /* when this name was first heard of */                                 \
    X(T, TEXT,  parent, PERSONAL)               /* the name it was last seen with, nearer to the customer; empty = none */ \
    X(T, TIME,  linked_ms, 0)                   /* when that was told, in whole minutes */                              \
    X(T, TIME,  changed_ms, INDEXED)            /* when the person became another one, by our clock */

#define EVENT_FIELDS(X, T)                                                                                              \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   event_id, KEY)                  /* time received in ms * 2^20 + a number: a range of times is a range of keys */ \
    X(T, TEXT,  kind, 0)                        /* a word of event_kinds */                                             \
    X(T, TIME,  time_ms, 0)                     /* when it happened; never after it was received */                     \
    X(T, TEXT,  visitor_id, INDEXED | PERSONAL) /* empty without consent */                                             \
    X(T, TEXT,  session_id, 0)                                                                                          \
    X(T, TEXT,  product_id, 0)                  /* the parent's, as everywhere in learning */                           \
    X(T, TEXT,  variation_id, 0)                                                                                        \
    X(T, TEXT,  category_id, 0)                                                                                         \
    X(T, TEXT,  rec_id, 0)                      /* the answer it belongs to */                                          \
    X(T, TEXT,  placement, 0)                                                                                           \
    X(T, INT,   position, 0)                    /* in the list, from 1; 0 = not in a list */                            \
    X(T, REAL,  quantity, 0)                                                                                            \
    X(T, MONEY, value, 0)                       /* what the page said */                                                \
    X(T, TEXT,  order_id, 0)                                                                                            \
    X(T, TEXT,  query, PERSONAL)                /* searched for */                                                      \
    X(T, TEXT,  page, 0)                        /* path of the page, without its query */                               \
    X(T, TEXT,  referrer, 0)                    /* host only */                                                         \
    X(T, TEXT,  device, 0)                                                                                              \
    X(T, BOOL,  robot, 0)                                                                                               \
    X(T, JSON,  items, 0)                       /* of an impression or a purchase: what was in it */                    \
    X(T, INT,   client_hash, HIDDEN)            /* of visitor and client id: a repeat is known by it; 0 = none */

#define EXPOSURE_FIELDS(X, T)                   /* one answer as it was given, or would have been to the hold-out */    \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  rec_id, KEY)                    /* sorts by time */                                                     \
    X(T, TIME,  time_ms, 0)                                                                                             \
    X(T, TEXT,  visitor_id, INDEXED | PERSONAL)                                                                         \
    X(T, TEXT,  placement, 0)                                                                                           \
    X(T, TEXT,  product_id, 0)                  /* looked at */                                                         \
    X(T, TEXT,  arms, 0)                        /* "3=b 7=a": variant of each experiment that took part */              \
    X(T, BOOL,  held_out, 0)                    /* nothing was shown */                                                 \
    X(T, TEXT,  strategy, 0)                                                                                            \
    X(T, INT,   model_version, 0)                                                                                       \
    X(T, JSON,  items, 0)                       /* [[product, source, probability, propensity, price], ...] by position */

#define CART_FIELDS(X, T)                       /* a cart as the shop's plugin told of it last; kept for letters */     \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  cart_id, KEY)                   /* hash of the token in its recovery link */                            \
    X(T, TEXT,  visitor_id, INDEXED | PERSONAL)                                                                         \
    X(T, TEXT,  customer_id, INDEXED | PERSONAL)                                                                        \
    X(T, TEXT,  email, PERSONAL)                /* only with consent to letters */                                      \
    X(T, JSON,  items, 0)                       /* [[product, variation, quantity, price], ...] */                      \
    X(T, MONEY, total, 0)                                                                                               \
    X(T, TEXT,  currency, 0)                    /* ISO 4217 */                                                          \
    X(T, TEXT,  recovery_url, PERSONAL)         /* fills the cart again, on any device */                               \
    X(T, TEXT,  state, 0)                       /* open, ordered, emptied */                                            \
    X(T, TEXT,  order_id, 0)                    /* that was made of it */                                               \
    X(T, TIME,  told_ms, 0)                     /* when it was so; an older word does not count */                      \
    X(T, TIME,  first_ms, 0)

#define ORDER_LINK_FIELDS(X, T)                 /* who placed an order, as far as anybody told */                       \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  visitor_id, INDEXED | PERSONAL)                                                                         \
    X(T, TEXT,  rec_ids, 0)                     /* carried to the order by the shop, separated by spaces */             \
    X(T, TIME,  told_ms, 0)                                                                                             \
    X(T, INT,   matched_hash, HIDDEN)           /* hash of the order's rows when it was attributed; 0 = not yet */

#define ATTRIBUTION_FIELDS(X, T)                /* an order line that followed a recommendation */                      \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  order_id, KEY)                                                                                          \
    X(T, TEXT,  line_id, KEY)                                                                                           \
    X(T, TEXT,  how, 0)                         /* exact (rec_id of the order), click, view */                          \
    X(T, TEXT,  rec_id, 0)                                                                                              \
    X(T, TEXT,  person, INDEXED | PERSONAL)                                                                             \
    X(T, TEXT,  placement, 0)                                                                                           \
    X(T, TEXT,  source, 0)                                                                                              \
    X(T, TEXT,  product_id, 0)                                                                                          \
    X(T, INT,   position, 0)                                                                                            \
    X(T, TEXT,  arms, 0)                                                                                                \
    X(T, TIME,  touched_ms, 0)                  /* the click or the view */                                             \
    X(T, TIME,  ordered_ms, INDEXED)                                                                                    \
    X(T, MONEY, value, 0)                       /* of the line, with tax, after discount */                             \
    X(T, MONEY, refunded, 0)                    /* of value; all of it once the order is cancelled */

#define PLACEMENT_FIELDS(X, T)                  /* how a placement is set; what an experiment varies */                 \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  placement, KEY)                                                                                         \
    X(T, JSON,  settings, 0)                    /* {"n":3,"discount":5,"display":"popup",...}: only what differs from the default */ \
    X(T, TIME,  updated_ms, 0)

#define EXPERIMENT_FIELDS(X, T)                                                                                         \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   experiment_id, KEY)                                                                                     \
    X(T, TEXT,  name, 0)                                                                                                \
    X(T, TEXT,  state, 0)                       /* draft, running, stopped, won, lost, inconclusive */                  \
    X(T, TEXT,  placement, 0)                   /* whose settings it varies; empty = all */                             \
    X(T, TEXT,  layer, 0)                       /* experiments of one layer never share a visitor; empty = its own */   \
    X(T, INT,   layer_from, 0)                  /* visitors with a bucket of [from, to) of the layer, 0..10000 */       \
    X(T, INT,   layer_to, 0)                                                                                            \
    X(T, JSON,  targeting, 0)                   /* {"device":["mobile"],"locale":["ro"],"customer":true} */             \
    X(T, JSON,  variants, 0)                    /* [{"key":"a","share":0.5,"settings":{...}},...]; the first is the control */ \
    X(T, JSON,  plan, 0)                        /* metric, guards, margin, least days, least visitors, look, bandit */  \
    X(T, TEXT,  author, 0)                      /* person, programme, learning */                                                 \
    X(T, TIME,  created_ms, 0)                                                                                          \
    X(T, TIME,  started_ms, 0)                                                                                          \
    X(T, TIME,  ended_ms, 0)                                                                                            \
    X(T, TEXT,  winner, 0)                                                                                              \
    X(T, JSON,  verdict, 0)                     /* figures and reasons when it ended */

#define EXPERIMENT_DAY_FIELDS(X, T)             /* an experiment as it stood on a day of the shop */                        \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   experiment_id, KEY)                                                                                     \
    X(T, TIME,  day_ms, KEY)                    /* when the day began there */                                          \
    X(T, TIME,  at_ms, 0)                       /* the last look of that day */                                         \
    X(T, JSON,  figures, 0)                     /* experiments/figures.h */

#define PLACEMENT_CHANGE_FIELDS(X, T)           /* settings of a placement changed by an experiment; can be taken back */   \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   experiment_id, KEY)                                                                                     \
    X(T, TEXT,  placement, 0)                                                                                           \
    X(T, JSON,  before, 0)                                                                                              \
    X(T, JSON,  after, 0)                                                                                               \
    X(T, TIME,  made_ms, 0)                                                                                             \
    X(T, TIME,  undone_ms, 0)                   /* 0 = it holds, unless somebody changed the settings since */

#define SUBJECT_FIELDS(X, T)                    /* a person in an experiment; experiment 0 is the hold-out (held_out, treated) */      \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   experiment_id, KEY)                                                                                     \
    X(T, TEXT,  person, KEY | INDEXED | PERSONAL)                                                                       \
    X(T, TEXT,  arm, 0)                                                                                                 \
    X(T, TIME,  first_ms, 0)                                                                                            \
    X(T, INT,   shown, 0)                       /* answers */                                                           \
    X(T, INT,   clicks, 0)                                                                                              \
    X(T, INT,   orders, 0)                      /* since first_ms, cancelled ones not */                                \
    X(T, MONEY, revenue, 0)                     /* since first_ms, refunds subtracted */                                \
    X(T, MONEY, before, 0)                      /* revenue of the 14 days before first_ms, for CUPED */                 \
    X(T, BOOL,  mixed, 0)                       /* met two arms before his names were known to be one: not counted */

#define COUNTER_FIELDS(X, T)                    /* what the learning loop counts; decayed sums as of at_ms (events/counters.h) */ \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  placement, KEY)                 /* empty: the row that says up to which event was counted */            \
    X(T, TEXT,  source, KEY)                    /* empty = all of the placement; "#position": looks of position `item` */ \
    X(T, TEXT,  anchor, KEY)                    /* product looked at; empty = whatever was */                           \
    X(T, TEXT,  item, KEY)                      /* empty = all of this source */                                        \
    X(T, TEXT,  arm, KEY)                       /* empty = all */                                                       \
    X(T, REAL,  looks, 0)                       /* impressions, each weighed by how likely its position is looked at */ \
    X(T, REAL,  impressions, 0)                                                                                         \
    X(T, REAL,  expected, 0)                    /* looks, each weighed by the probability the answer gave */            \
    X(T, REAL,  clicks, 0)                                                                                              \
    X(T, REAL,  carts, 0)                                                                                               \
    X(T, REAL,  purchases, 0)                                                                                           \
    X(T, REAL,  revenue, 0)                     /* minor units */                                                       \
    X(T, REAL,  late_expected, 0)               /* of the last days alone: a seventh of the half-life */                \
    X(T, REAL,  late_clicks, 0)                                                                                         \
    X(T, TIME,  at_ms, 0)

#define INSIGHT_FIELDS(X, T)                    /* a day of the shop as known the next morning, and what it taught (insights/day.h) */ \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, INT,   day, KEY)                       /* of the shop's calendar, since 1970-01-01 */                          \
    X(T, INT,   visitors, 0)                                                                                            \
    X(T, INT,   impressions, 0)                 /* of suggestions: once each for a visitor */                           \
    X(T, INT,   clicks, 0)                                                                                              \
    X(T, INT,   carts, 0)                                                                                               \
    X(T, INT,   dismissals, 0)                                                                                          \
    X(T, INT,   sold, 0)                        /* order lines that followed a click */                                 \
    X(T, MONEY, sold_value, 0)                  /* their value less what was given back */                              \
    X(T, INT,   orders, 0)                      /* of the whole shop */                                                 \
    X(T, MONEY, revenue, 0)                     /* the same, refunds subtracted */                                      \
    X(T, JSON,  by_source, 0)                   /* {"cross_sell":[impressions,clicks,sold],...} */                      \
    X(T, JSON,  by_placement, 0)                                                                                        \
    X(T, JSON,  findings, 0)                    /* [{"kind":...},...] (insights/finding.h) */                           \
    X(T, TIME,  made_ms, 0)

#define MOVE_FIELDS(X, T)                       /* how far visitors had moved a suggestion by last night (decide/moves.h) */ \
    X(T, INT,   store_id, KEY)                                                                                          \
    X(T, TEXT,  placement, KEY)                 /* empty: the row that says which night it was */                       \
    X(T, TEXT,  source, KEY)                                                                                            \
    X(T, TEXT,  anchor, KEY)                    /* product looked at; empty = whatever was */                           \
    X(T, TEXT,  item, KEY)                                                                                              \
    X(T, REAL,  factor, 0)                      /* on its probability, believed that night */                           \
    X(T, REAL,  before, 0)                      /* the night before; 1: nothing was known */                            \
    X(T, REAL,  looks, 0)                                                                                               \
    X(T, REAL,  clicks, 0)                                                                                              \
    X(T, TIME,  moved_ms, 0)
