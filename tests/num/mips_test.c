/* Tests of the exact search for the largest inner products: whatever the rows look like, it answers what a full scan answers. */
#include "tests/test.h"
#include <math.h>
#include <string.h>
#include "num/mips.h"

typedef void draw_row(rng *r, uint32_t i, uint32_t dim, float *ret_row);

static float normal(rng *r) { return (float)(rng_unit(r) + rng_unit(r) + rng_unit(r) + rng_unit(r) - 2) * 1.7f; }

static void alike(rng *r, uint32_t i, uint32_t dim, float *ret_row) {
    (void)i;
    for (uint32_t j = 0; j < dim; j++) ret_row[j] = normal(r);
}
static void of_falling_length(rng *r, uint32_t i, uint32_t dim, float *ret_row) {
    for (uint32_t j = 0; j < dim; j++) ret_row[j] = normal(r) / sqrtf(1 + (float)i) / (1 + 0.1f * (float)j);
}
static void of_whole_numbers(rng *r, uint32_t i, uint32_t dim, float *ret_row) {      /* full of ties */
    (void)i;
    for (uint32_t j = 0; j < dim; j++) ret_row[j] = (float)rng_below(r, 3) - 1;
}
static void of_zeros(rng *r, uint32_t i, uint32_t dim, float *ret_row) {
    (void)r, (void)i;
    memset(ret_row, 0, dim * sizeof *ret_row);
}
static void huge_and_tiny(rng *r, uint32_t i, uint32_t dim, float *ret_row) {
    for (uint32_t j = 0; j < dim; j++) ret_row[j] = normal(r) * (i % 3 == 0 ? 1e15f : i % 3 == 1 ? 1e-20f : 1.0f);
}
static void mostly_one_dimension(rng *r, uint32_t i, uint32_t dim, float *ret_row) {
    (void)i;
    for (uint32_t j = 0; j < dim; j++) ret_row[j] = normal(r) * (j == 0 ? 100 : 0.01f);
}

static mips build(ctx *c, draw_row *draw, uint32_t n, uint32_t dim) {
    float *rows = arena_new(c->arena, float, (size_t)n * dim);
    mips m;
    for (uint32_t i = 0; i < n; i++) draw(&c->random, i, dim, rows + (size_t)i * dim);
    assert_ok(c, mips_build(c, rows, n, dim, dim, &m));
    return m;
}

static void assert_same(const topk_entry *a, uint32_t n_a, const topk_entry *b, uint32_t n_b) {
    assert_int_equal(n_a, n_b);
    for (uint32_t i = 0; i < n_a; i++)
        if (a[i].item != b[i].item || memcmp(&a[i].score, &b[i].score, sizeof(float)) != 0)
            test_fail("answer %u: item %u of %.9g, expected %u of %.9g", i, b[i].item, (double)b[i].score, a[i].item, (double)a[i].score);
}

static void assert_as_scanned(ctx *c, const mips *m, draw_row *draw, uint32_t k, const uint64_t *hidden) {
    float query[MIPS_MAX_DIM];
    topk_entry expected[3000], got[3000];
    uint32_t n_expected, n_got;
    draw(&c->random, 0, m->dim, query);
    assert_ok(c, mips_top_plain(c, m, query, k, hidden, expected, &n_expected));
    assert_ok(c, mips_top(c, m, query, k, hidden, got, &n_got));
    assert_same(expected, n_expected, got, n_got);
    for (mips_form form = MIPS_PLAIN; form <= MIPS_AVX512; form++) {
        assert_ok(c, mips_top_as(c, m, form, query, k, hidden, got, &n_got));
        assert_same(expected, n_expected, got, n_got);
    }
}

TEST(mips, answers_what_a_full_scan_answers_bit_for_bit) {
    static draw_row *const kinds[] = { alike, of_falling_length, of_whole_numbers, of_zeros, huge_and_tiny, mostly_one_dimension };
    static const struct { uint32_t n, dim, k; } sizes[] = {
        { 1, 1, 1 }, { 5, 3, 10 }, { 17, 16, 4 }, { 1000, 7, 100 }, { 2500, 64, 20 }, { 3000, 33, 3000 }, { 700, 256, 50 },
            { 200, 1024, 10 },
    };
    for (size_t kind = 0; kind < COUNT(kinds); kind++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
            TEST_CTX(c);
            mips m = build(c, kinds[kind], sizes[s].n, sizes[s].dim);
            for (int query = 0; query < 4; query++) assert_as_scanned(c, &m, kinds[kind], sizes[s].k, NULL);
        }
}

TEST(mips, never_answers_hidden_items) {
    TEST_CTX(c);
    mips m = build(c, alike, 1500, 24);
    uint64_t hidden[1500 / 64 + 1];
    for (size_t i = 0; i < COUNT(hidden); i++) hidden[i] = rng_u64(&c->random);
    float query[24];
    topk_entry got[1500];
    uint32_t n, shown = 0;
    alike(&c->random, 0, 24, query);
    assert_ok(c, mips_top(c, &m, query, 1500, hidden, got, &n));
    for (uint32_t i = 0; i < 1500; i++) shown += !(hidden[i / 64] >> i % 64 & 1);
    assert_int_equal(shown, n);
    for (uint32_t i = 0; i < n; i++) assert_false(hidden[got[i].item / 64] >> got[i].item % 64 & 1);
    assert_as_scanned(c, &m, alike, 40, hidden);
}

TEST(mips, takes_no_rows_no_answers_and_a_query_of_zeros) {
    TEST_CTX(c);
    mips none = build(c, alike, 0, 8), some = build(c, alike, 50, 8);
    float zeros[8] = { 0 };
    topk_entry got[10];
    uint32_t n = 99;
    assert_ok(c, mips_top(c, &none, zeros, 10, NULL, got, &n));
    assert_int_equal(0, n);
    assert_ok(c, mips_top(c, &some, zeros, 0, NULL, got, &n));
    assert_int_equal(0, n);
    assert_ok(c, mips_top(c, &some, zeros, 10, NULL, got, &n));
    assert_int_equal(10, n);
    for (uint32_t i = 0; i < 10; i++) assert_int_equal(i, got[i].item);     /* all tie: smaller numbers first */
}

TEST(mips, refuses_what_cannot_be_searched) {
    TEST_CTX(c);
    float rows[4] = { 1, NAN, 3, 4 };
    mips m;
    assert_err(ERR_INVALID, mips_build(c, rows, 2, 2, 2, &m));
    rows[1] = INFINITY;
    assert_err(ERR_INVALID, mips_build(c, rows, 2, 2, 2, &m));
    assert_err(ERR_INVALID, mips_build(c, rows, 2, 0, 0, &m));
    assert_err(ERR_INVALID, mips_build(c, rows, 0, MIPS_MAX_DIM + 1, 1, &m));
}

TEST(mips, reads_itself_back_from_a_pack_and_refuses_a_foreign_item) {
    TEST_CTX(c);
    mips m = build(c, of_falling_length, 300, 20), again;
    pack_array arrays[MIPS_ARRAYS];
    AUTO_BUF out;
    buf_init(&out, MIB);
    mips_arrays(&m, arrays);
    assert_ok(c, pack_write(c, arrays, MIPS_ARRAYS, &out));
    pack p;
    assert_ok(c, pack_open(c, (str){ out.p, out.n }, &p));
    assert_ok(c, mips_open(c, &p, m.rows, m.n, m.dim, m.ld, &again));
    float query[20];
    topk_entry a[30], b[30];
    uint32_t n_a, n_b;
    alike(&c->random, 0, 20, query);
    assert_ok(c, mips_top(c, &m, query, 30, NULL, a, &n_a));
    assert_ok(c, mips_top(c, &again, query, 30, NULL, b, &n_b));
    assert_same(a, n_a, b, n_b);
    ((uint32_t *)(uintptr_t)again.item)[7] = 300;
    assert_err(ERR_CORRUPT, mips_open(c, &p, m.rows, m.n, m.dim, m.ld, &again));
    assert_err(ERR_CORRUPT, mips_open(c, &p, m.rows, m.n - 1, m.dim, m.ld, &again));
}
