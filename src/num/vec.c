/* Vector loops; see vec.h. The processor is asked at every call: that is one load and one branch that always goes the same way,
 * and nothing to set up before the first. */
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

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX512 __attribute__((target("avx512f")))
#define AVX2   __attribute__((target("avx2,fma")))

AVX512 static float dot_avx512(const float *x, const float *y, size_t n) {
    __m512 a = _mm512_setzero_ps(), b = a, d = a, e = a;    /* four sums: a multiply-add takes four cycles */
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        a = _mm512_fmadd_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(y + i), a);
        b = _mm512_fmadd_ps(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(y + i + 16), b);
        d = _mm512_fmadd_ps(_mm512_loadu_ps(x + i + 32), _mm512_loadu_ps(y + i + 32), d);
        e = _mm512_fmadd_ps(_mm512_loadu_ps(x + i + 48), _mm512_loadu_ps(y + i + 48), e);
    }
    for (; i + 16 <= n; i += 16) a = _mm512_fmadd_ps(_mm512_loadu_ps(x + i), _mm512_loadu_ps(y + i), a);
    if (i < n) {
        __mmask16 rest = (__mmask16)((1u << (n - i)) - 1);
        b = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(rest, x + i), _mm512_maskz_loadu_ps(rest, y + i), b);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(d, e)));
}

AVX512 static void add_scaled_avx512(float *y, float a, const float *x, size_t n) {
    __m512 scale = _mm512_set1_ps(a);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) _mm512_storeu_ps(y + i, _mm512_fmadd_ps(scale, _mm512_loadu_ps(x + i), _mm512_loadu_ps(y + i)));
    if (i < n) {
        __mmask16 rest = (__mmask16)((1u << (n - i)) - 1);
        __m512 sum = _mm512_fmadd_ps(scale, _mm512_maskz_loadu_ps(rest, x + i), _mm512_maskz_loadu_ps(rest, y + i));
        _mm512_mask_storeu_ps(y + i, rest, sum);
    }
}

AVX2 static float dot_avx2(const float *x, const float *y, size_t n) {
    __m256 a = _mm256_setzero_ps(), b = a, d = a, e = a;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        a = _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i), a);
        b = _mm256_fmadd_ps(_mm256_loadu_ps(x + i + 8), _mm256_loadu_ps(y + i + 8), b);
        d = _mm256_fmadd_ps(_mm256_loadu_ps(x + i + 16), _mm256_loadu_ps(y + i + 16), d);
        e = _mm256_fmadd_ps(_mm256_loadu_ps(x + i + 24), _mm256_loadu_ps(y + i + 24), e);
    }
    for (; i + 8 <= n; i += 8) a = _mm256_fmadd_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i), a);
    float lane[8];
    _mm256_storeu_ps(lane, _mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(d, e)));
    for (; i < n; i++) lane[i % 8] += x[i] * y[i];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

AVX2 static void add_scaled_avx2(float *y, float a, const float *x, size_t n) {
    __m256 scale = _mm256_set1_ps(a);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, _mm256_fmadd_ps(scale, _mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
    for (; i < n; i++) y[i] += a * x[i];
}

static const vec_form forms[] = {
    { "avx512", dot_avx512, add_scaled_avx512 },
    { "avx2", dot_avx2, add_scaled_avx2 },
    { "plain", vec_dot_plain, vec_add_scaled_plain },
};

static inline size_t best_form(void) {
    if (__builtin_cpu_supports("avx512f")) return 0;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 2;
}
#else
static const vec_form forms[] = { { "plain", vec_dot_plain, vec_add_scaled_plain } };

static inline size_t best_form(void) { return 0; }
#endif

const vec_form *vec_forms(size_t *ret_n) {
    *ret_n = sizeof forms / sizeof forms[0] - best_form();
    return forms + best_form();
}

float vec_dot(const float *x, const float *y, size_t n) { return forms[best_form()].dot(x, y, n); }
void vec_add_scaled(float *y, float a, const float *x, size_t n) { forms[best_form()].add_scaled(y, a, x, n); }
