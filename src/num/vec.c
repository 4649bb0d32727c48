/* Vector loops; see vec.h. The processor is asked at every call: that is one load and one branch that always goes the same way,
 * and nothing to set up before the first. */
#include "num/vec.h"
#include <stdbool.h>
#include <string.h>

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

int32_t vec_dot_bytes_plain(const int8_t *x, const int8_t *y, size_t n) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}

/* Is one of sixteen at least this? */
typedef float floats_4 __attribute__((vector_size(16)));
typedef int32_t ints_4 __attribute__((vector_size(16)));
static inline bool any_from(const float *x, float least) {
    const floats_4 bound = { least, least, least, least };
    ints_4 enough = { 0 };
    for (size_t i = 0; i < 16; i += 4) {
        floats_4 v;
        memcpy(&v, x + i, sizeof v);
        enough |= v >= bound;
    }
    uint64_t halves[2];
    memcpy(halves, &enough, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

uint32_t vec_find_from_plain(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room) {
    uint32_t found = 0;
    for (uint32_t from = 0; from < n; from += 16) {
        uint32_t end = n - from < 16 ? n : from + 16;
        if (end - from == 16 && !any_from(x + from, least)) continue;
        for (uint32_t i = from; i < end; i++) {
            if (!(x[i] >= least)) continue;
            if (found < room) ret_at[found] = i;
            found++;
        }
    }
    return found;
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

/* Bytes as 16-bit numbers, sixteen at a time: products and their pairwise sums fit 32 bits. */
AVX2 static int32_t dot_bytes_avx2(const int8_t *x, const int8_t *y, size_t n) {
    __m256i a = _mm256_setzero_si256(), b = a;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i x0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(x + i)));
        __m256i y0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(y + i)));
        __m256i x1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(x + i + 16)));
        __m256i y1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(y + i + 16)));
        a = _mm256_add_epi32(a, _mm256_madd_epi16(x0, y0));
        b = _mm256_add_epi32(b, _mm256_madd_epi16(x1, y1));
    }
    a = _mm256_add_epi32(a, b);
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
    return _mm_cvtsi128_si32(four) + vec_dot_bytes_plain(x + i, y + i, n - i);
}

/* One bit a place from `from` on. */
static inline uint32_t write_places(uint64_t bits, uint32_t from, uint32_t found, uint32_t *ret_at, uint32_t room) {
    for (; bits; bits &= bits - 1, found++)
        if (found < room) ret_at[found] = from + (uint32_t)__builtin_ctzll(bits);
    return found;
}

/* The rest that does not fill a vector. */
static uint32_t find_rest(const float *x, uint32_t from, uint32_t n, float least, uint32_t found, uint32_t *ret_at, uint32_t room) {
    uint64_t bits = 0;
    for (uint32_t i = from; i < n; i++) bits |= (uint64_t)(x[i] >= least) << (i - from);
    return write_places(bits, from, found, ret_at, room);
}

AVX512 static uint32_t find_from_avx512(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room) {
    const __m512 bound = _mm512_set1_ps(least);
    uint32_t found = 0, i = 0;
    for (; i + 64 <= n; i += 64) {
        uint64_t bits = 0;
        for (uint32_t k = 0; k < 64; k += 16)
            bits |= (uint64_t)_mm512_cmp_ps_mask(_mm512_loadu_ps(x + i + k), bound, _CMP_GE_OQ) << k;
        found = write_places(bits, i, found, ret_at, room);
    }
    return find_rest(x, i, n, least, found, ret_at, room);
}

AVX2 static uint32_t find_from_avx2(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room) {
    const __m256 bound = _mm256_set1_ps(least);
    uint32_t found = 0, i = 0;
    for (; i + 32 <= n; i += 32) {
        uint64_t bits = 0;
        for (uint32_t k = 0; k < 32; k += 8)
            bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(x + i + k), bound, _CMP_GE_OQ)) << k;
        found = write_places(bits, i, found, ret_at, room);
    }
    return find_rest(x, i, n, least, found, ret_at, room);
}

/* A processor that has AVX-512 has AVX2. */
static const vec_form forms[] = {
    { "avx512", dot_avx512, add_scaled_avx512, dot_bytes_avx2, find_from_avx512 },
    { "avx2", dot_avx2, add_scaled_avx2, dot_bytes_avx2, find_from_avx2 },
    { "plain", vec_dot_plain, vec_add_scaled_plain, vec_dot_bytes_plain, vec_find_from_plain },
};

static inline size_t best_form(void) {
    if (__builtin_cpu_supports("avx512f")) return 0;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 2;
}
#else
static const vec_form forms[] = {
    { "plain", vec_dot_plain, vec_add_scaled_plain, vec_dot_bytes_plain, vec_find_from_plain },
};

static inline size_t best_form(void) { return 0; }
#endif

const vec_form *vec_forms(size_t *ret_n) {
    *ret_n = sizeof forms / sizeof forms[0] - best_form();
    return forms + best_form();
}

float vec_dot(const float *x, const float *y, size_t n) { return forms[best_form()].dot(x, y, n); }
void vec_add_scaled(float *y, float a, const float *x, size_t n) { forms[best_form()].add_scaled(y, a, x, n); }
int32_t vec_dot_bytes(const int8_t *x, const int8_t *y, size_t n) { return forms[best_form()].dot_bytes(x, y, n); }
uint32_t vec_find_from(const float *x, uint32_t n, float least, uint32_t *ret_at, uint32_t room) {
    return forms[best_form()].find_from(x, n, least, ret_at, room);
}
