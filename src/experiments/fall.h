/* fall: are suggestions clicked less since a certain day than before, on the same days of the week? For taking back what was learned.
 * Nobody drew lots here: before and after differ in more than what was learned. So the test believes little: each weekday and each
 * place is compared with itself, days count and not clicks (what makes one day unlike another is estimated from the days before), a
 * small fall does not matter, and chance may raise the alarm once in FALL_YEARS years of nightly looks. A share of visitors kept on
 * the version before would be a proper experiment; it would also hold two snapshots a shop in memory and answer some visitors worse
 * for ever. What this one cannot tell apart is a change of the shop itself on the same day: a new theme, other visitors; the letter
 * to the owner says so.
 * Promise: pure; never an alarm from fewer than FALL_BEFORE_LEAST days before. Any thread. Read next: jobs/rollback.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { FALL_PLACES = 24, FALL_BEFORE = 28, FALL_BEFORE_LEAST = 14, FALL_AFTER = 8, FALL_YEARS = 20, FALL_CLICKS_LEAST = 30 };
#define FALL_MATTERS 0.1

/* One day of the shop: answers given, and those clicked on, by place. */
typedef struct { double answers[FALL_PLACES], clicked[FALL_PLACES]; } fall_day;

typedef struct {
    bool known;                 /* false: too few days or clicks to say anything */
    double expected, came;      /* clicked answers of the days after */
    double fall_0_1;            /* 1 - came / expected */
    double p;                   /* chance of a fall as deep from nothing but the unlikeness of days, one-sided */
} fall_answer;

/*   day       consecutive days: n_before (<= FALL_BEFORE, the newest of them last), then n_after (<= FALL_AFTER: a week and the day
 *             of the change, which is left empty)
 * E of a day = sum over places of its answers times the rate of clicks there on the same weekday before; variance
 * E + E^2 / M + tau^2 E^2, M the clicks that rate rests on, tau^2 by moments from each day before against its fellows; p by Student t
 * with as many degrees of freedom as days gave tau. */
fall_answer fall_test(const fall_day *day, size_t n_before, size_t n_after);
/* Is it time to act? `tests` at once, this night. */
bool fall_is_alarm(fall_answer a, size_t tests);
