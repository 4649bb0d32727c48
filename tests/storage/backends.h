/* The back ends the contract suite runs on, and rows made from a seed. */
#pragma once
#include "storage/storage.h"

typedef struct { const char *name; db_options (*fresh)(ctx *c); } backend;
extern const backend backends[];
extern const size_t n_backends;

/* A migrated, empty database; close it with storage_close(). */
db *test_database(ctx *c, const backend *b, db_options *ret_options);
/* Another connection to the same one. */
db *test_connect(ctx *c, const db_options *o);
/* Fill every column of `row` from the stream: unicode, empty texts, whole 64-bit range, unknowns. */
void random_row(ctx *c, const entity *e, void *row);
/* Fails the test, naming the column that differs. */
void assert_rows_equal(const entity *e, const void *expected, const void *got);
