/* Layers; see net.h. It does NOT know what they are wired to. */
#include "num/net.h"
#include <math.h>
#include <string.h>
#include "num/blas.h"
#include "num/vec.h"

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

void net_relu(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] > 0 ? x[i] : 0;
}

void net_relu_back(const float *y, size_t n, float *dy) {
    for (size_t i = 0; i < n; i++) dy[i] = y[i] > 0 ? dy[i] : 0;
}

/* ---- rows of length 1 ---- */

void net_normalise(const float *x, size_t n, size_t d, float *ret_y, size_t ld_y, float *ret_inverse) {
    for (size_t r = 0; r < n; r++) {
        const float *from = x + r * d;
        float *to = ret_y + r * ld_y, squares = vec_dot(from, from, d);
        float inverse = squares > 1e-30f ? 1 / sqrtf(squares) : 0;
        for (size_t i = 0; i < d; i++) to[i] = from[i] * inverse;
        ret_inverse[r] = inverse;
    }
}

void net_normalise_back(const float *dy, const float *y, size_t ld_y, const float *inverse, size_t n, size_t d, float *ret_dx) {
    for (size_t r = 0; r < n; r++) {
        const float *g = dy + r * d, *unit = y + r * ld_y;
        float along = vec_dot(g, unit, d), *to = ret_dx + r * d;
        for (size_t i = 0; i < d; i++) to[i] = inverse[r] * (g[i] - unit[i] * along);
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
static void exp_lanes(float *x) {
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

void net_exp(float *x, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) exp_lanes(x + i);
    if (i == n) return;
    float rest[LANES] = { 0 };
    memcpy(rest, x + i, (n - i) * sizeof *x);
    exp_lanes(rest);
    memcpy(x + i, rest, (n - i) * sizeof *x);
}

static float largest(const float *x, size_t n) {
    float best[LANES], most;
    for (size_t lane = 0; lane < LANES; lane++) best[lane] = x[lane < n ? lane : 0];
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) best[lane] = x[i + lane] > best[lane] ? x[i + lane] : best[lane];
    for (most = best[0]; i < n; i++) most = x[i] > most ? x[i] : most;
    for (size_t lane = 0; lane < LANES; lane++) most = best[lane] > most ? best[lane] : most;
    return most;
}

static double total(const float *x, size_t n) {
    double sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        float part[LANES];
        memcpy(part, x + i, sizeof part);
        for (size_t half = LANES / 2; half; half /= 2)
            for (size_t lane = 0; lane < half; lane++) part[lane] += part[lane + half];
        sum += (double)part[0];
    }
    for (; i < n; i++) sum += (double)x[i];
    return sum;
}

static const float never = -1e6f;                               /* a logit that counts nothing */

double net_softmax_row(float *logit, const float *log_weight, size_t m, const uint32_t *own, size_t n_own, size_t n_right,
                       const float *right_weight, float *right_logit) {
    for (size_t k = 0; k < n_right; k++) right_logit[k] = logit[own[k]];
    for (size_t j = 0; j < m; j++) logit[j] += log_weight[j];
    for (size_t k = 0; k < n_own; k++) logit[own[k]] = never;
    float shift = n_right ? largest(right_logit, n_right) : 0, most_wrong = m ? largest(logit, m) : never;
    if (most_wrong > shift) shift = most_wrong;
    for (size_t j = 0; j < m; j++) logit[j] -= shift;
    net_exp(logit, m);
    for (size_t k = 0; k < n_own; k++) logit[own[k]] = 0;
    double wrong = total(logit, m), loss = 0, share = 0;
    for (size_t k = 0; k < n_right; k++) {
        double e = exp((double)right_logit[k] - (double)shift), all = e + wrong, weight = (double)right_weight[k];
        if (!(all > 1e-300)) continue;                          /* too far below the best to tell: no gradient */
        share += weight / all;
        loss += weight * (log(all) + (double)shift - (double)right_logit[k]);
        logit[own[k]] = (float)(weight * (e / all - 1));
        right_logit[k] = logit[own[k]];
    }
    for (size_t j = 0; j < m; j++) logit[j] *= (float)share;
    for (size_t k = 0; k < n_right; k++) logit[own[k]] = right_logit[k];
    return loss;
}

/* ---- Adam ---- */

enum { KEEP_1_PERMILLE = 900, KEEP_2_PERMILLE = 999 };          /* beta 1 and 2 of the paper, in thousandths */

net_adam net_adam_step(float rate, float decay, uint64_t t) {
    double b1 = KEEP_1_PERMILLE / 1000.0, b2 = KEEP_2_PERMILLE / 1000.0;
    return (net_adam){ rate, decay, (float)(1 / (1 - pow(b1, (double)t))), (float)(1 / (1 - pow(b2, (double)t))) };
}

void net_adam_update(const net_adam *a, float *x, const float *g, float *m1, float *m2, size_t n) {
    const float b1 = KEEP_1_PERMILLE / 1000.0f, b2 = KEEP_2_PERMILLE / 1000.0f;
    for (size_t i = 0; i < n; i++) {
        m1[i] = b1 * m1[i] + (1 - b1) * g[i];
        m2[i] = b2 * m2[i] + (1 - b2) * g[i] * g[i];
        float step = m1[i] * a->correct1 / (sqrtf(m2[i] * a->correct2) + 1e-8f);
        x[i] -= a->rate * (step + a->decay * x[i]);
    }
}
