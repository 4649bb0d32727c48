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

TEST(num, products_of_bytes_are_exact_in_every_form) {
    TEST_CTX(c);
    int8_t x[ROOM + SHIFTS], y[ROOM + SHIFTS];
    size_t n_forms;
    const vec_form *form = vec_forms(&n_forms);
    for (size_t i = 0; i < ROOM + SHIFTS; i++) x[i] = (int8_t)((int)rng_below(&c->random, 255) - 127), y[i] = (int8_t)(i % 3 ? -127 : 127);
    for (size_t f = 0; f < n_forms; f++)
        for (size_t n = 0; n <= ROOM; n++) {
            int64_t sum = 0;
            for (size_t i = 0; i < n; i++) sum += (int64_t)x[n % SHIFTS + i] * y[i];
            assert_int_equal(sum, form[f].dot_bytes(x + n % SHIFTS, y, n));
        }
    assert_int_equal(-127 * 127, vec_dot_bytes((int8_t[]){ 127 }, (int8_t[]){ -127 }, 1));
}

TEST(num, places_of_the_large_are_found_in_order_in_every_form) {
    TEST_CTX(c);
    float x[ROOM];
    uint32_t want[ROOM], got[ROOM];
    size_t n_forms;
    const vec_form *form = vec_forms(&n_forms);
    fill(&c->random, x, ROOM);
    x[3] = x[170] = NAN, x[64] = 0.9f;
    for (size_t f = 0; f < n_forms; f++)
        for (uint32_t n = 0; n <= ROOM; n++) {
            uint32_t n_want = 0, room = n % 7 ? ROOM : 5;
            float least = n % 2 ? 0.9f : -0.5f;             /* few and many */
            for (uint32_t i = 0; i < n; i++)
                if (x[i] >= least) want[n_want++] = i;
            got[room - 1] = 12345;
            assert_int_equal(n_want, form[f].find_from(x, n, least, got, room));
            assert_memory_equal(want, got, (n_want < room ? n_want : room) * sizeof *got);
            if (n_want < room) assert_int_equal(12345, got[room - 1]);      /* beyond the last, nothing is written */
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
