/* page_lists: all lists of one page in one answer, so that none shows what another one does.
 * Promise: no product stands in two of them; lists asked for first choose first, and those behind them are filled up with the next
 * best, so none is shorter for it while there are eligible products (a list of one source: while that source has more). Each list
 * is what recommend_write() answers to who asks with the earlier ones' products as `standing`: kept answers, ids, propensities and
 * traces are its own.
 * Any thread. Read next: decide/decide.h; docs/api.md ("All lists of a page"). */
#pragma once
#include "decide/decide.h"

/* One list. */
typedef struct {
    str placement;                  /* a word of placements.h */
    decide_source source;           /* SOURCE_ALL (set it: zero is SOURCE_CROSS_SELL), or this one alone */
    size_t n;                       /* 1..LIMIT_RECOMMEND_N; 0 = the placement's own */
    bool bundle;                    /* where it has a bundle the page shows that alone: the items beside it are free for others */
    size_t least;                   /* fewer than that are not shown at all, and free for others; 0 = any number is */
    bool reserve;                   /* not answered: its products are kept free for who asks for that list later */
} page_list;

/* Write {"lists":[answer, ...]} into `out`, in the order asked; null for one that is only reserved.
 *   q           what all lists have in common; its placement, source and n are not looked at
 *   n           1..LIMIT_PAGE_LISTS
 *   ret_traces  n of them, zeroed for what is only reserved; texts in c->arena, or of `s`
 * Errors as recommend_write(), and ERR_INVALID for too many lists. Cost: the sum of its lists'; memory of one list at a time. */
CHECK_RESULT err_code page_lists_write(ctx *c, const serving *s, const recommend_query *q, const page_list *lists, size_t n, buf *out,
                                       recommend_trace *ret_traces);
