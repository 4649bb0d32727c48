/* Counts what this thread takes from the heap: the test program links malloc, calloc and realloc through here. */
#pragma once
#include <stdint.h>

/* Calls by this thread since it began. */
uint64_t allocations(void);
