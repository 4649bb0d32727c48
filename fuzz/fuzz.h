/* How every fuzz target begins: its entry, and a ctx over an arena that goes with the call. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/ctx.h"

/* The entry libFuzzer calls; tests/fuzz/replay_test.c gives each target a name of its own instead. */
#define FUZZ_TARGET(data, size)                                     \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);   \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)

/* ctx c over an arena a of at most `cap` bytes. */
#define FUZZ_CTX(c, a, cap)     \
    AUTO_ARENA a;               \
    arena_init(&a, cap);        \
    ctx c;                      \
    ctx_init(&c, &a)
