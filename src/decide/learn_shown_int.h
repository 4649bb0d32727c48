/* What was shown and what became of it, read from the log as lessons: the newest answers, what of them was really looked at, and what
 * followed.
 * Promise: nothing of robots, of the hold-out, or of lists closed unread; an event counts for an answer when it was received within a
 * day of it, as counters count; nothing at or after the shop's as-of moment is read. Clicks are few and each tells much, so all answers
 * that something was clicked of are there, as far back as LIMIT_LESSONS_* reach; of the others a part, drawn by their ids from all of
 * that time, and each stands for several (case-control sampling: King and Zeng 2001).
 * What visitors had done by then: shop_visits.h. Private to learning. Owner: c->arena of the call.
 * Read next: learn_outcomes.c, events/README.md ("Counting"). */
#pragma once
#include "decide/learn_int.h"
#include "decide/placements.h"
#include "events/examination.h"
#include "schema/event_kinds.h"

/* One product of an answer. */
typedef struct {
    uint32_t item;                  /* of the shop */
    uint8_t source;                 /* decide_source */
    bool looked, clicked;           /* clicked: or more */
    float chance;                   /* that its position is looked at, 0..1 */
    float promised;                 /* probability that the answer gave */
    float value;                    /* weight of the strongest event that followed (schema/event_kinds.h); 0: none */
} shown_product;

typedef struct shown_lesson {
    int64_t time_ms, last_ms;       /* of the answer; of the last event that made a value, 0 = none */
    const placement *place;
    uint32_t product;               /* looked at; SHOP_NONE */
    uint32_t visitor, customer;     /* numbers of who asked, of shop_visits and shop_baskets; SHOP_NONE = not known */
    uint32_t first, n;              /* of shown_log.products: by position, products no longer known left out */
    uint32_t n_looked, n_clicked;
    float stands_for;               /* answers like it, >= 1; 1 where something was clicked */
    bool by_outcomes;               /* ordered by an earlier ranker of outcomes */
} shown_lesson;

typedef struct shown_log {
    shown_lesson *lessons;          /* by time; each has something that was looked at */
    uint32_t n;
    shown_product *products;
    uint64_t looks, clicks;         /* positions; looks of all that the lessons stand for */
    double half_life_ms;            /* of the shop's counters */
} shown_log;

/* Read them.
 *   s, v      the shop and its visits, as of its moment
 *   silent    answers without a click that are remembered at most, > 0
 *   ret_log   in c->arena; n = 0 when nothing was shown
 * ERR_STORAGE, ERR_NO_MEMORY, ERR_CANCELLED. Inside a read transaction for one view. */
CHECK_RESULT err_code shown_log_read(ctx *c, db *d, const shop_data *s, const shop_visits *v, uint32_t silent,
                                   shown_log *ret_log);
