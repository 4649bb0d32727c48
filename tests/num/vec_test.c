/* Every form of the vector loops against the plain one. */
#include "num/vec.h"
#include <math.h>
#include <string.h>
#include "tests/test.h"

enum { ROOM = 300, SHIFTS = 3 };

static void fill(rng *r, float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = (float)(2 * rng_unit(r) - 1);
}

TEST(num, vec_forms_agree_with_plain_at_every_length_and_alignment) {
    TEST_CTX(c);
    float x[ROOM + SHIFTS], y[ROOM + SHIFTS], want[ROOM + SHIFTS], got[ROOM + SHIFTS];
    size_t n_forms;
    const vec_form *form = vec_forms(&n_forms);
    fill(&c->random, x, ROOM + SHIFTS), fill(&c->random, y, ROOM + SHIFTS);
    for (size_t f = 0; f < n_forms; f++)
        for (size_t n = 0; n <= ROOM; n++) {
            size_t shift = n % SHIFTS;
            assert_float_equal(vec_dot_plain(x + shift, y, n), form[f].dot(x + shift, y, n), 2e-5f);
            memcpy(want, y, sizeof y), memcpy(got, y, sizeof y);
            vec_add_scaled_plain(want + shift, 0.7f, x, n);
            form[f].add_scaled(got + shift, 0.7f, x, n);
            for (size_t i = 0; i < ROOM + SHIFTS; i++)      /* beyond the end too: nothing else is written */
                if (fabsf(want[i] - got[i]) > 1e-6f) test_fail("%s: n %zu, place %zu: %g, not %g", form[f].name, n, i,
                    (double)got[i], (double)want[i]);
        }
}

TEST(num, vec_doors_take_the_first_form) {
    float x[5] = { 1, 2, 3, 4, 5 }, y[5] = { 1, 1, 1, 1, 2 };
    size_t n_forms;
    const vec_form *form = vec_forms(&n_forms);
    assert_true(n_forms >= 1);
    assert_string_equal("plain", form[n_forms - 1].name);
    assert_float_equal(20, vec_dot(x, y, 5), 0);
    assert_float_equal(0, vec_dot(x, y, 0), 0);
    vec_add_scaled(y, 2, x, 5);
    assert_float_equal(12, y[4], 0);
    assert_float_equal(3, y[0], 0);
}
