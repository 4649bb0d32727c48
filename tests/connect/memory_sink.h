/* A connect_sink that keeps everything in memory, for tests of connectors. Rows live in the ctx given at the start. */
#pragma once
#include "connect/connect.h"

enum { MEMORY_ROWS = 20000, MEMORY_TABLES = 32, MEMORY_CURSORS = 32 };
typedef struct { const entity *e; void *row; } memory_row;      /* row NULL: removed */
typedef struct {
    ctx *c;
    memory_row *rows;
    size_t n;
    sync_cursor cursors[MEMORY_CURSORS];
    size_t n_cursors;
    store facts;
    int puts, changed, removed, checkpoints;
    int fail_after;                     /* > 0: checkpoint number that answers ERR_CANCELLED, as if the process ended there */
} memory_sink;

connect_sink memory_sink_start(ctx *c, memory_sink *m);
/* The row with this key (two or more key columns as text, the store's id is 1), or NULL. */
const void *memory_find(const memory_sink *m, const entity *e, const char *id, const char *second);
size_t memory_count(const memory_sink *m, const entity *e);
