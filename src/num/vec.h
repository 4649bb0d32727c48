/* vec: the few vector loops that everything is made of, fast on the machine at hand.
 * Promise: AVX-512, AVX2 or plain C is chosen at run time; the plain form stands beside as vec_*_plain and is the reference
 * of the tests. Results of the forms differ by rounding only; one machine always takes the same form. Any alignment; any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* sum of x[i] * y[i]; n may be 0. */
float vec_dot(const float *x, const float *y, size_t n);
float vec_dot_plain(const float *x, const float *y, size_t n);
/* y[i] += a * x[i]. */
void vec_add_scaled(float *y, float a, const float *x, size_t n);
void vec_add_scaled_plain(float *y, float a, const float *x, size_t n);
/* The same of whole numbers within +-127, exact: every form gives the same. n: at most 100,000. */
int32_t vec_dot_bytes(const int8_t *x, const int8_t *y, size_t n);
int32_t vec_dot_bytes_plain(const int8_t *x, const int8_t *y, size_t n);
/* Places of what is at least this (NaN is not), ascending. Written: the first `room` of them; returned: how many there are.
 * Made for finding few: some sixteen at a time are passed over by one test. */
uint32_t vec_find_from(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room);
uint32_t vec_find_from_plain(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room);

/* One way to run them. */
typedef struct {
    const char *name;               /* "avx512", "avx2", "plain" */
    float (*dot)(const float *x, const float *y, size_t n);
    void (*add_scaled)(float *y, float a, const float *x, size_t n);
    int32_t (*dot_bytes)(const int8_t *x, const int8_t *y, size_t n);
    uint32_t (*find_from)(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room);
} vec_form;

/* The forms this processor can run, the one in use first, plain last; for tests and benches. */
const vec_form *vec_forms(size_t *ret_n);
