/* What `vitrine doctor` looks at: each check says one line, ok, warn or fail, and what to do.
 * Promise: nothing is changed; a check that cannot be made is a warning, never a crash. */
#pragma once
#include "app/home.h"

typedef enum { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL } doctor_verdict;
typedef struct doctor {
    const invocation *v;
    home *h;                    /* ->d is NULL when the database does not open */
    json_out *json;             /* NULL: text */
    int warned, failed;
} doctor;

typedef void doctor_check(ctx *c, doctor *d);
/* One line. `what` is the thing looked at: "database", "shop demo". */
void doctor_say(doctor *d, doctor_verdict verdict, const char *what, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- this machine (doctor_machine.c) ---- */
doctor_check doctor_check_folder, doctor_check_space, doctor_check_key, doctor_check_clock, doctor_check_port;
/* ---- the database and what it says of the stores (doctor_stores.c) ---- */
doctor_check doctor_check_database, doctor_check_stores, doctor_check_jobs;
