/* A shop's log made by chance: in the database, and as plain arrays for a count by other means. */
#pragma once
#include "storage/storage.h"

enum { MADE_ANSWERS = 160, MADE_EVENTS = 1200, MADE_LINES = 200, MADE_ORDERS = 90, MADE_VISITORS = 14, MADE_ITEMS = 6, MADE_DAYS = 6 };
#define MADE_ZONE STR("Europe/Bucharest")
#define MADE_FIRST_DAY INT64_C(20539)       /* 2026-03-27: summer time begins two days later */

typedef struct {
    char id[8], person[8];                  /* visitors 2 and 3 are one person; 6 is customer 9, 7 the guest ab */
    const char *customer;                   /* what the shop calls him; "" = nothing */
    bool row, robot;
    const char *device;
    int64_t first_ms;
} made_visitor;
typedef struct {
    char id[32];
    int64_t ms;
    size_t visitor;
    const char *placement, *arms, *product[MADE_ITEMS], *source[MADE_ITEMS];
    size_t n;
    bool held_out;
} made_answer;
typedef struct {
    int64_t id, ms;                         /* received */
    const char *kind, *product;             /* product NULL: none told */
    size_t visitor, answer;                 /* SIZE_MAX: none told */
    const char *listed[2];                  /* of an impression; NULL: none */
    bool robot;
} made_event;
/* buyer SIZE_MAX: nobody knows. browser: who placed it as far as anybody told, SIZE_MAX: nobody told */
typedef struct { char id[8]; const char *status; size_t buyer, browser; int64_t ms, total, refunded; } made_order;
typedef struct { char order[8], line[4]; const char *how, *product; size_t answer, position; int64_t ms, value, refunded; } made_line;

typedef struct {
    int64_t from_ms;                        /* of the first day */
    made_visitor visitors[MADE_VISITORS];
    made_answer answers[MADE_ANSWERS];
    made_event events[MADE_EVENTS];         /* in the order received */
    made_line lines[MADE_LINES];            /* of orders o0, o1, ... */
    made_order orders[MADE_ORDERS];
} made_log;

/* Make it and write it to store 1. */
void make_log(ctx *c, db *d, uint64_t seed, made_log *ret_log);
