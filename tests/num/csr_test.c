/* Sparse matrices: what is wrong with one is said, turning one is right, norms are sums of squares. */
#include "num/csr.h"
#include <math.h>
#include "tests/test.h"

static const uint64_t start[] = { 0, 2, 2, 5 };
static const uint32_t col[] = { 1, 3, 0, 1, 2 };
static const float value[] = { 1, 2, 3, 4, 5 };

TEST(num, csr_check_names_what_is_wrong) {
    static const uint64_t late[] = { 1, 2, 2, 5 }, down[] = { 0, 3, 2, 5 };
    static const uint32_t twice[] = { 1, 1, 0, 1, 2 }, back[] = { 3, 1, 0, 1, 2 }, beyond[] = { 1, 4, 0, 1, 2 };
    static const float nan[] = { 1, 2, NAN, 4, 5 }, infinite[] = { 1, 2, 3, 4, INFINITY };
    const struct { csr m; err_code expected; } cases[] = {
        { { 3, 4, start, col, value }, ERR_OK },      { { 3, 4, start, col, NULL }, ERR_OK },
        { { 3, 4, late, col, value }, ERR_INVALID },  { { 3, 4, down, col, value }, ERR_INVALID },
        { { 3, 4, start, twice, value }, ERR_INVALID }, { { 3, 4, start, back, value }, ERR_INVALID },
        { { 3, 4, start, beyond, value }, ERR_INVALID }, { { 3, 4, start, col, nan }, ERR_INVALID },
        { { 3, 4, start, col, infinite }, ERR_INVALID }, { { 3, 4, NULL, col, value }, ERR_INVALID },
        { { 0, 0, start, NULL, NULL }, ERR_OK },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        assert_err(cases[i].expected, csr_check(c, &cases[i].m));
    }
}

TEST(num, csr_transpose_turns_rows_to_columns_and_back) {
    TEST_CTX(c);
    const csr m = { 3, 4, start, col, value };
    csr t, back;
    assert_ok(c, csr_transpose(c, &m, &t));
    assert_ok(c, csr_check(c, &t));
    assert_int_equal(4, t.n_rows);
    assert_int_equal(3, t.n_cols);
    assert_int_equal(2, t.start[2] - t.start[1]);       /* column 1: rows 0 and 2 */
    assert_int_equal(0, t.col[t.start[1]]);
    assert_float_equal(4, t.value[t.start[1] + 1], 0);
    assert_ok(c, csr_transpose(c, &t, &back));
    assert_memory_equal(start, back.start, sizeof start);
    assert_memory_equal(col, back.col, sizeof col);
    assert_memory_equal(value, back.value, sizeof value);
}

TEST(num, csr_transpose_of_ones_has_no_values) {
    TEST_CTX(c);
    const csr m = { 3, 4, start, col, NULL };
    csr t;
    assert_ok(c, csr_transpose(c, &m, &t));
    assert_null(t.value);
    assert_float_equal(1, csr_value(&t, 0), 0);
}

TEST(num, csr_row_norms_are_sums_of_squares) {
    const csr m = { 3, 4, start, col, value }, ones = { 3, 4, start, col, NULL };
    assert_true(csr_row_norm2(&m, 0) == 5 && csr_row_norm2(&m, 1) == 0 && csr_row_norm2(&m, 2) == 50);
    assert_true(csr_row_norm2(&ones, 0) == 2 && csr_row_norm2(&ones, 1) == 0 && csr_row_norm2(&ones, 2) == 3);
}
