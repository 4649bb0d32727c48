#include "tests/alloc.h"
#include <stddef.h>

static _Thread_local uint64_t count;
uint64_t allocations(void) { return count; }

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n) { return count++, __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return count++, __real_calloc(n, size); }
void *__wrap_realloc(void *p, size_t n) { return count++, __real_realloc(p, n); }
