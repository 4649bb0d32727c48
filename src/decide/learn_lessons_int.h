/* What rankers are taught with: rows of candidates, question by question, and the moment of each question, so that one may learn from
 * what came before another moment. Private to learning. Owner: c->arena. Read next: learn_ranker.c (lessons of orders),
 * learn_outcomes.c (lessons of what was shown). */
#pragma once
#include "decide/candidate_features.h"
#include "decide/learn_questions_int.h"
#include "decide/learn_shown_int.h"

typedef struct {
    size_t most, n, most_questions, n_questions;
    float *x;                       /* n x n_candidate_features */
    uint8_t *label;
    float *weight;
    size_t *group;                  /* n_questions + 1 */
    int64_t *time_ms;               /* n_questions; none before the one in front of it */
} lesson_rows;

CHECK_RESULT err_code lesson_rows_new(ctx *c, size_t most_rows, size_t most_questions, lesson_rows *ret_rows);
/* One more is left out when there is no room. */
void lesson_rows_add(lesson_rows *r, const float *x, bool label, float weight);
/* What was added since the last call is one question. */
void lesson_rows_end_question(lesson_rows *r, int64_t time_ms);
/* Questions before a moment. */
size_t lesson_rows_before(const lesson_rows *r, int64_t time_ms);
/* A ranker from the first n_questions. */
CHECK_RESULT err_code lessons_fit(ctx *c, const ranker_params *p, const lesson_rows *r, size_t n_questions, ranker *ret_ranker);

/* Clicks as they were known at a moment, in the tables of a past shop (kinship.h). Moments only go forward until it is begun again. */
enum { LESSON_PLACES_MOST = 32 };
typedef struct {
    const shown_log *log;
    const shop_visits *visits;
    kinship *kin;                   /* whose clicks these are */
    uint32_t next;                  /* lesson not told yet */
    uint32_t counted;               /* lessons that were told once more together */
    uint64_t next_view;             /* of visits->by_time */
    int64_t refreshed_ms;           /* `viewed` and worths of marks are of then: once a day, as nights do */
    double looks[LESSON_PLACES_MOST], clicks[LESSON_PLACES_MOST];     /* of each placement */
} clicks_then;
void clicks_begin(clicks_then *k, const learning *l, kinship *kin);
/* Tell all of answers and visits before the moment. */
void clicks_until(clicks_then *k, int64_t time_ms);
/* What was known when a training of the night before ended: a day earlier, as events about an answer may come for a day. */
#define CLICKS_KNOWN_AFTER_MS ((int64_t)MS_PER_DAY)

/* What the visitor of a lesson had done by then, as a request tells it. What he took out of the cart again is still in it. */
enum { LESSON_HISTORY = 50, LESSON_CART = LIMIT_CART_ITEMS };
typedef struct { uint32_t cart[LESSON_CART]; told_event history[LESSON_HISTORY]; size_t n_cart, n_history; } lesson_past;
void lesson_past_of(const shop_visits *v, const shown_lesson *x, lesson_past *ret_past);
/* The product looked at, else the first in the cart; SHOP_NONE. */
uint32_t lesson_about(const shop_visits *v, const shown_lesson *x);

/* ---- lessons of orders (learn_ranker.c), as far as the others need them ---- */
enum { BY_RULES, BY_RANKER, BY_OUTCOMES, JUDGED };
/* Hits of the first ten, and reciprocal rank of the first hit, as sums; differences squared for the error of the mean; `lost`: hits of the
 * ranker of orders that the one of outcomes misses, beyond half of them. */
typedef struct { double n, hit[JUDGED], rank[JUDGED], gain, gain_squared, lost, lost_squared, said, came; } verdict;

typedef struct {
    past_shop past;
    question_source asks;
    uint32_t from, to;              /* baskets that ask */
    lesson_rows rows;
    clicks_then clicks;
    double said, came;              /* personal model: scores of its best, and how many of these were bought */
    verdict verdicts[ASK_KINDS];
    ranker by_orders;               /* taught with the first of them; kind RANKER_RATE: says nothing */
    uint64_t won;                   /* kinds of question it answers */
} teacher;
enum { LESSON_TOP = 10 };
/* Ask each kind the questions of baskets from a moment on, and compare hits: what `by_outcomes` (of each kind) loses of what is served now.
 *   ret_verdicts  ASK_KINDS */
CHECK_RESULT err_code orders_compare(ctx *c, const learning *l, teacher *t, int64_t from_ms, const ranker *by_orders,
                                     const ranker *const by_outcomes[ASK_KINDS], verdict *ret_verdicts);

/* Learn from what was shown, judge it, and put the ranker and its kinds of question into l->out where it wins (learn_outcomes.c). */
CHECK_RESULT err_code learn_outcomes(ctx *c, learning *l, teacher *t);
