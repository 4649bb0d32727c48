/* The fast order against a plain stable sort. */
#include "num/order.h"
#include "tests/test.h"
#include <math.h>

/* By insertion: stable, larger first, NaN behind everything. */
static void order_plain(const float *x, uint32_t n, uint32_t *ret_order) {
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = i;
        for (; at > 0 && (x[i] > x[ret_order[at - 1]] || (isnan(x[ret_order[at - 1]]) && !isnan(x[i]))); at--)
            ret_order[at] = ret_order[at - 1];
        ret_order[at] = i;
    }
}

TEST(order, is_that_of_a_plain_sort) {
    enum { MOST = 600 };
    TEST_CTX(c);
    float x[MOST];
    uint64_t scratch[2 * MOST];
    uint32_t fast[MOST], plain[MOST];
    static const uint32_t sizes[] = { 0, 1, 2, 3, 31, 257, MOST };
    for (uint32_t kind = 0; kind < 5; kind++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
            for (uint32_t i = 0; i < sizes[s]; i++) {
                float u = (float)rng_unit(&c->random);
                static const float steps = 8;
                x[i] = u;
                if (kind == 1) x[i] = floorf(steps * u) - 4;
                if (kind == 2) x[i] = 7;
                if (kind == 3) x[i] = expf(80 * u - 40) * (u < 0.3f ? -1.0f : 1.0f);
                if (kind == 4 && i % 7 == 0) x[i] = i % 2 ? NAN : i % 3 ? INFINITY : -0.0f;
            }
            order_largest_first(x, sizes[s], scratch, fast);
            order_plain(x, sizes[s], plain);
            assert_memory_equal(plain, fast, sizes[s] * sizeof *fast);
        }
}
