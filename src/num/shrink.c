/* A search over powers of two: nothing hangs on the third digit. */
#include "num/shrink.h"
#include <math.h>
#include "num/special.h"

enum { SHAPES = 11 };

/* But for seen x log(expected) and the factorial, which no shape changes. */
static double likelihood(double seen, double expected, double k) {
    double unlike = seen > 0 ? special_log_gamma(seen + k) - special_log_gamma(k) - seen * log(k) : 0;
    return unlike - (seen + k) * log1p(expected / k);
}

double shrink_strength(const double *sums, const double *factor, size_t n, double usual) {
    double best = -INFINITY, ret = usual;
    for (int step = 0; step < SHAPES; step++) {
        double k = exp2(step), off = log(k / usual), sum = -off * off / 2;
        for (size_t i = 0; i < n; i++) {
            double expected = sums[2 * i + 1] * (factor ? factor[i] : 1);
            if (expected > 0) sum += likelihood(sums[2 * i], expected, k);
        }
        if (sum > best) best = sum, ret = k;
    }
    return ret;
}

double shrink_evidence(double seen, double expected, double k) { return likelihood(seen, expected, k) + expected; }
