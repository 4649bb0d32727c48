/* Letters to the owner of a shop: what they say, as text and as HTML, in Romanian and in English.
 * Promise: pure functions of plain facts; both forms say the same, since both are drawn from one list of blocks (letter_int.h);
 * every value is escaped where it enters HTML, and a value that looks like a placeholder stays a value. The HTML is what mail
 * programs show: tables and inline styles, no script, no picture, nothing loaded from anywhere. Texts live in c->arena. Any thread.
 * NOT here: who gets them and when (jobs/letters.h), how they travel (net/mail.h).
 * Add a letter: a function in a file of its own over letter_page. Read next: letters/letter_int.h, letters/ended.c. */
#pragma once
#include "experiments/decide_end.h"

typedef struct { str subject, text, html; } letter;

/* Whom it is for. */
typedef struct {
    str shop;                       /* name of the shop */
    str locale;                     /* see locale_language() */
    str currency;
    int64_t zone_ms;                /* local time minus UTC, when it is written */
} letter_reader;

/* How the owner of a store reads: name, language, money, zone. */
struct store;
letter_reader letter_reader_of(ctx *c, const struct store *s);

/* One variant as it went. */
typedef struct {
    str settings;                   /* JSON of what it set (decide/placement_settings.h); empty: as it was */
    double visitors, orders;
    double conversion_0_1;          /* visitors who bought, per visitor */
    double revenue;                 /* minor units a visitor, refunds subtracted */
    bool lift_known;                /* of the metric that decides, against the first */
    double lift, lift_low, lift_high;
    double chance_0_1;              /* that it is the best of all */
} letter_arm;

typedef struct {
    str placement;                  /* empty: everywhere */
    int64_t from_ms, until_ms;
    const char *metric;             /* word of experiments/metrics.h that decided */
    double alpha;                   /* the intervals are 1 - alpha */
    end_verdict verdict;            /* never END_RUNNING */
    end_reason reason;
    const letter_arm *arms;         /* the first is what the shop had */
    size_t n_arms;                  /* 2..LIMIT_EXPERIMENT_ARMS */
    size_t winner;                  /* arm, when won */
    bool activated;                 /* its settings are now those of the placement */
    int64_t experiment_id;
} letter_experiment;

/* An experiment has ended: what was tried, what came of it, how sure that is, what was done. ERR_NO_MEMORY. */
CHECK_RESULT err_code letter_write_ended(ctx *c, const letter_reader *to, const letter_experiment *e, letter *ret_letter);

/* What was learned was taken back since fewer suggestions were clicked.
 *   from, back   versions
 *   fall         how much fewer clicks than expected, 0..1 */
typedef struct { int64_t from, back; double fall, p; int64_t at_ms; } letter_rollback;
CHECK_RESULT err_code letter_write_rollback(ctx *c, const letter_reader *to, const letter_rollback *r, letter *ret_letter);

/* To see whether letters arrive. */
CHECK_RESULT err_code letter_write_trial(ctx *c, const letter_reader *to, letter *ret_letter);
