/* Layers; see net.h. It does NOT know what they are wired to.
 * The loops over numbers are written once, plainly, and compiled three times: for AVX-512, AVX2 and any processor (the Makefile
 * lets the compiler vectorise this file). Which is taken is asked at every call, as in vec.c. */
#include "num/net.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/vec.h"

#define PLAIN static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define CHOOSE(name, ...)                                                           \
    if (__builtin_cpu_supports("avx512f")) name##_avx512(__VA_ARGS__);              \
    else if (__builtin_cpu_supports("avx2")) name##_avx2(__VA_ARGS__);              \
    else name##_plain(__VA_ARGS__)
#define FORMS(name, params, ...)                                                                        \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))) static void name##_avx512 params { name##_plain(__VA_ARGS__); } \
    __attribute__((target("avx2,fma"))) static void name##_avx2 params { name##_plain(__VA_ARGS__); }
#else
#define CHOOSE(name, ...) name##_plain(__VA_ARGS__)
#define FORMS(name, params, ...)
#endif

/* ---- linear ---- */

void net_linear(const float *x, const float *w, const float *b, size_t n, size_t in, size_t out, float *ret_y) {
    for (size_t r = 0; b && r < n; r++) memcpy(ret_y + r * out, b, out * sizeof *b);
    blas_gemm(false, false, n, out, in, 1, x, in, w, out, b ? 1 : 0, ret_y, out);
}

void net_linear_back_x(const float *dy, const float *w, size_t n, size_t in, size_t out, float *ret_dx, size_t ld_dx) {
    blas_gemm(false, true, n, in, out, 1, dy, out, w, out, 0, ret_dx, ld_dx);
}

void net_linear_back_w(const float *x, const float *dy, size_t n, size_t in, size_t out, size_t from, size_t to, float *ret_dw,
                       float *ret_db) {
    blas_gemm(true, false, in, to - from, n, 1, x, in, dy + from, out, 0, ret_dw + from, out);
    if (!ret_db) return;
    memset(ret_db + from, 0, (to - from) * sizeof *ret_db);
    for (size_t r = 0; r < n; r++)
        for (size_t o = from; o < to; o++) ret_db[o] += dy[r * out + o];
}

PLAIN void relu_plain(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] > 0 ? x[i] : 0;
}
FORMS(relu, (float *x, size_t n), x, n)
void net_relu(float *x, size_t n) { CHOOSE(relu, x, n); }

PLAIN void relu_back_plain(const float *restrict y, size_t n, float *restrict dy) {
    for (size_t i = 0; i < n; i++) dy[i] = y[i] > 0 ? dy[i] : 0;
}
FORMS(relu_back, (const float *restrict y, size_t n, float *restrict dy), y, n, dy)
void net_relu_back(const float *y, size_t n, float *dy) { CHOOSE(relu_back, y, n, dy); }

/* ---- rows of length 1 ---- */

PLAIN void scale_row_plain(const float *x, float a, size_t d, float *ret_y) {
    for (size_t i = 0; i < d; i++) ret_y[i] = x[i] * a;
}
FORMS(scale_row, (const float *x, float a, size_t d, float *ret_y), x, a, d, ret_y)

void net_normalise(const float *x, size_t n, size_t d, float *ret_y, size_t ld_y, float *ret_inverse) {
    for (size_t r = 0; r < n; r++) {
        float squares = vec_dot(x + r * d, x + r * d, d);
        ret_inverse[r] = squares > 1e-30f ? 1 / sqrtf(squares) : 0;
        CHOOSE(scale_row, x + r * d, ret_inverse[r], d, ret_y + r * ld_y);
    }
}

PLAIN void take_off_plain(const float *g, const float *unit, float along, float a, size_t d, float *ret_dx) {
    for (size_t i = 0; i < d; i++) ret_dx[i] = a * (g[i] - unit[i] * along);
}
FORMS(take_off, (const float *g, const float *unit, float along, float a, size_t d, float *ret_dx), g, unit, along, a, d, ret_dx)

void net_normalise_back(const float *dy, const float *y, size_t ld_y, const float *inverse, size_t n, size_t d, float *ret_dx) {
    for (size_t r = 0; r < n; r++) {
        const float *g = dy + r * d, *unit = y + r * ld_y;
        float along = vec_dot(g, unit, d);
        CHOOSE(take_off, g, unit, along, inverse[r], d, ret_dx + r * d);
    }
}

void net_bag(const csr *bags, uint32_t row, const float *table, size_t d, float *y) {
    for (uint64_t e = bags->start[row]; e < bags->start[row + 1]; e++)
        vec_add_scaled(y, csr_value(bags, e), table + (size_t)bags->col[e] * d, d);
}

/* ---- softmax ---- */

enum { LANES = 16 };

/* e^x of LANES numbers: 2^k * 2^f with k whole and f in [-1/2, 1/2]; the polynomial is the series of e^(f ln 2). Written as
 * loops of LANES so that the compiler takes several at once. */
PLAIN void exp_lanes(float *x) {
    static const float round = 12582912.0f;                     /* 1.5 * 2^23: adding it leaves a whole number in the low bits */
    union { float f[LANES]; uint32_t bits[LANES]; } whole;
    float t[LANES];
    for (size_t i = 0; i < LANES; i++) t[i] = x[i] * 1.44269504f;
    for (size_t i = 0; i < LANES; i++) t[i] = t[i] < -126 ? -126 : t[i];
    for (size_t i = 0; i < LANES; i++) t[i] = t[i] > 127 ? 127 : t[i];
    for (size_t i = 0; i < LANES; i++) whole.f[i] = t[i] + round;
    for (size_t i = 0; i < LANES; i++) t[i] = (t[i] - (whole.f[i] - round)) * 0.693147181f;
    for (size_t i = 0; i < LANES; i++)
        x[i] = 1 + t[i] * (1 + t[i] * (0.5f + t[i] * (1 / 6.0f + t[i] * (1 / 24.0f + t[i] * (1 / 120.0f + t[i] * (1 / 720.0f))))));
    for (size_t i = 0; i < LANES; i++) whole.bits[i] = (whole.bits[i] << 23) + 0x3f800000u;     /* now 2^k */
    for (size_t i = 0; i < LANES; i++) x[i] *= whole.f[i];
}

PLAIN void exp_plain(float *x, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) exp_lanes(x + i);
    if (i == n) return;
    float rest[LANES] = { 0 };
    memcpy(rest, x + i, (n - i) * sizeof *x);
    exp_lanes(rest);
    memcpy(x + i, rest, (n - i) * sizeof *x);
}
FORMS(exp, (float *x, size_t n), x, n)
PLAIN void exp_from_plain(float *x, float shift, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] -= shift;
    exp_plain(x, n);
}
FORMS(exp_from, (float *x, float shift, size_t n), x, shift, n)
void net_exp(float *x, size_t n) { CHOOSE(exp, x, n); }

PLAIN void largest_plain(const float *x, size_t n, float *ret_most) {
    float best[LANES], most = *ret_most;
    for (size_t lane = 0; lane < LANES; lane++) best[lane] = most;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) best[lane] = x[i + lane] > best[lane] ? x[i + lane] : best[lane];
    for (; i < n; i++) most = x[i] > most ? x[i] : most;
    for (size_t lane = 0; lane < LANES; lane++) most = best[lane] > most ? best[lane] : most;
    *ret_most = most;
}
FORMS(largest, (const float *x, size_t n, float *ret_most), x, n, ret_most)

/* Lanes in float over a stretch short enough to lose nothing that counts, stretches in double. */
PLAIN void total_plain(const float *x, size_t n, double *ret_sum) {
    double sum = 0;
    for (size_t from = 0, i = 0; from < n; from = i) {
        size_t to = n - from < 64 * LANES ? n : from + 64 * LANES;
        float part[LANES] = { 0 };
        for (i = from; i + LANES <= to; i += LANES)
            for (size_t lane = 0; lane < LANES; lane++) part[lane] += x[i + lane];
        for (; i < to; i++) part[0] += x[i];
        for (size_t lane = 0; lane < LANES; lane++) sum += (double)part[lane];
    }
    *ret_sum = sum;
}
FORMS(total, (const float *x, size_t n, double *ret_sum), x, n, ret_sum)

static const float never = -1e6f;                               /* a logit that counts nothing */

double net_softmax_row(float *logit, const float *log_weight, size_t m, const uint32_t *own, size_t n_own, size_t n_right,
                       const float *right_weight, float *right_logit) {
    float shift = never;
    double wrong = 0, loss = 0, share = 0;
    for (size_t k = 0; k < n_right; k++) right_logit[k] = logit[own[k]];
    for (size_t k = 0; k < n_right; k++) shift = right_logit[k] > shift ? right_logit[k] : shift;
    vec_add_scaled(logit, 1, log_weight, m);
    for (size_t k = 0; k < n_own; k++) logit[own[k]] = never;
    CHOOSE(largest, logit, m, &shift);
    CHOOSE(exp_from, logit, shift, m);
    for (size_t k = 0; k < n_own; k++) logit[own[k]] = 0;
    CHOOSE(total, logit, m, &wrong);
    for (size_t k = 0; k < n_right; k++) {
        double e = exp((double)right_logit[k] - (double)shift), all = e + wrong, weight = (double)right_weight[k];
        if (!(all > 1e-300)) all = 1e-300;                      /* too far below the best to tell: hardly a gradient */
        share += weight / all;
        loss += weight * (log(all) + (double)shift - (double)right_logit[k]);
        right_logit[k] = (float)(weight * (e / all - 1));
    }
    if (!(share < 1e30)) share = 0;
    CHOOSE(scale_row, logit, (float)share, m, logit);
    for (size_t k = 0; k < n_right; k++) logit[own[k]] = right_logit[k];
    return loss;
}

/* ---- Adam ---- */

enum { KEEP_1_PERMILLE = 900, KEEP_2_PERMILLE = 999 };          /* beta 1 and 2 of the paper, in thousandths */

net_adam net_adam_step(float rate, float decay, uint64_t t) {
    double b1 = KEEP_1_PERMILLE / 1000.0, b2 = KEEP_2_PERMILLE / 1000.0;
    return (net_adam){ rate, decay, (float)(1 / (1 - pow(b1, (double)t))), (float)(1 / (1 - pow(b2, (double)t))) };
}

PLAIN void adam_plain(const net_adam *a, float *restrict x, const float *restrict g, float *restrict m1, float *restrict m2, size_t n) {
    const float b1 = KEEP_1_PERMILLE / 1000.0f, b2 = KEEP_2_PERMILLE / 1000.0f;
    for (size_t i = 0; i < n; i++) {
        m1[i] = b1 * m1[i] + (1 - b1) * g[i];
        m2[i] = b2 * m2[i] + (1 - b2) * g[i] * g[i];
        float step = m1[i] * a->correct1 / (sqrtf(m2[i] * a->correct2) + 1e-8f);
        x[i] -= a->rate * (step + a->decay * x[i]);
    }
}
FORMS(adam, (const net_adam *a, float *restrict x, const float *restrict g, float *restrict m1, float *restrict m2, size_t n),
      a, x, g, m1, m2, n)
void net_adam_update(const net_adam *a, float *x, const float *g, float *m1, float *m2, size_t n) { CHOOSE(adam, a, x, g, m1, m2, n); }
