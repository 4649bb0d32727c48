/* Comparing statistics with printed digits. */
#pragma once
#include <math.h>
#include "base/rng.h"
#include "tests/test.h"

#define assert_near(expected, got, tolerance)                                                              \
    do {                                                                                                   \
        double want_ = (expected), got_ = (got);                                                           \
        if (!(fabs(got_ - want_) <= (tolerance)))                                                          \
            test_fail("%s:%d: %s: expected %.10g, got %.10g", __FILE__, __LINE__, #got, want_, got_);      \
    } while (0)
