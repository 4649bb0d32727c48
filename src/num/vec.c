/* Vector loops; see vec.h. */
#include "num/vec.h"

float vec_dot_plain(const float *x, const float *y, size_t n) {
    float sum[8] = { 0 };                                   /* eight sums at once: the order the vector forms add in */
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t lane = 0; lane < 8; lane++) sum[lane] += x[i + lane] * y[i + lane];
    for (; i < n; i++) sum[i % 8] += x[i] * y[i];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

void vec_add_scaled_plain(float *y, float a, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

float vec_dot(const float *x, const float *y, size_t n) { return vec_dot_plain(x, y, n); }
void vec_add_scaled(float *y, float a, const float *x, size_t n) { vec_add_scaled_plain(y, a, x, n); }
