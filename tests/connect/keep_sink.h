/* A sink that keeps every row in memory, for tests of connectors and imports: upserts by key, children replaced with their parent. */
#pragma once
#include "connect/connect.h"

enum { KEEP_ENTITIES = 24, KEEP_MOST = 800000 };
typedef struct {
    arena *home;
    struct { const entity *e; char *rows; size_t n, cap; } sets[KEEP_ENTITIES];
    size_t n_sets;
    struct keep_keys { struct map *map; } keys;
    uint64_t hash;              /* of every record in the order received */
    int64_t records, checkpoints;
    store facts;
} keep_sink;

/* The sink's functions with `self` = k. `home` must be another arena than the ctx's, which callers rewind. */
connect_sink keep_sink_init(keep_sink *k, arena *home);
/* Rows of an entity in the order of first arrival; *ret_n of them. */
const void *keep_rows(const keep_sink *k, const entity *e, size_t *ret_n);
