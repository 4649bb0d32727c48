/* Exact search for the largest inner products; see mips.h. It does NOT approximate: a bound only ever skips rows that cannot win. */
#include "num/mips.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "num/vec.h"

enum { GROUP = 4, OFFSET = 128, MOST_CODE = 127, GROUP_BYTES = MIPS_BLOCK * GROUP };

static size_t groups_of(uint32_t dim) { return (dim + GROUP - 1) / GROUP; }
static size_t blocks_of(uint32_t n) { return ((size_t)n + MIPS_BLOCK - 1) / MIPS_BLOCK; }

/* ---- build ---- */
typedef struct { float length; uint32_t item; } ranked;

static int longer_first(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->length != y->length) return x->length < y->length ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

/* Rounded up by more than what any order of adding could lose, so that |x . y| as computed never passes length(x) * length(y). */
static float round_up(double length, uint32_t dim) { return (float)(length * (1 + (double)(dim + 8) * 0x1p-23)) + 0x1p-126f; }

static float length_of(const float *x, uint32_t dim) {
    double sum = 0;
    for (uint32_t j = 0; j < dim; j++) sum += (double)x[j] * (double)x[j];
    return round_up(sqrt(sum), dim);
}

/* Nearest codes of a vector: code j stands for scale * code j. Returns the length of what is lost, rounded up. */
static float round_vector(const float *x, uint32_t dim, int8_t *ret_code, float *ret_scale) {
    float most = 0;
    for (uint32_t j = 0; j < dim; j++) most = fmaxf(most, fabsf(x[j]));
    float scale = most / MOST_CODE;
    double lost = 0;
    if (!(scale >= 0x1p-100f)) scale = 0;                   /* too small to divide by: all of it is lost */
    for (uint32_t j = 0; j < dim; j++) {
        float code = scale > 0 ? fminf(fmaxf(rintf(x[j] / scale), -MOST_CODE), MOST_CODE) : 0;
        double rest = (double)x[j] - (double)scale * (double)code;
        ret_code[j] = (int8_t)code;
        lost += rest * rest;
    }
    *ret_scale = scale;
    return round_up(sqrt(lost), dim);
}

static err_code rank_rows(ctx *c, const float *rows, uint32_t n, uint32_t dim, size_t ld, ranked *ret_order) {
    for (uint32_t i = 0; i < n; i++) {
        float length = length_of(rows + i * ld, dim);
        if (!isfinite(length)) return fail(c, ERR_INVALID, "inner product search: row %u is not finite", i);
        ret_order[i] = (ranked){ length, i };
    }
    qsort(ret_order, n, sizeof *ret_order, longer_first);
    return ERR_OK;
}

static void encode_rows(const mips *m, uint8_t *ret_code, mips_bound *ret_bound) {
    int8_t code[MIPS_MAX_DIM];
    memset(ret_code, OFFSET, blocks_of(m->n) * groups_of(m->dim) * GROUP_BYTES);
    for (uint32_t i = 0; i < m->n; i++) {
        mips_bound *b = &ret_bound[i / MIPS_BLOCK];
        uint32_t lane = i % MIPS_BLOCK;
        b->lost[lane] = round_vector(mips_row(m, m->item[i]), m->dim, code, &b->scale[lane]);
        b->length[lane] = m->length[i];
        uint8_t *to = ret_code + i / MIPS_BLOCK * groups_of(m->dim) * GROUP_BYTES + lane * GROUP;
        for (uint32_t j = 0; j < m->dim; j++) to[j / GROUP * GROUP_BYTES + j % GROUP] = (uint8_t)(code[j] + OFFSET);
    }
}

err_code mips_build(ctx *c, const float *rows, uint32_t n, uint32_t dim, size_t ld, mips *ret_m) {
    if (dim < 1 || dim > MIPS_MAX_DIM)
        return fail(c, ERR_INVALID, "inner product search: %u dimensions, 1 to %d can be", dim, MIPS_MAX_DIM);
    float *length = arena_new_raw(c->arena, float, n);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, n);
    uint8_t *code = arena_new_raw(c->arena, uint8_t, blocks_of(n) * groups_of(dim) * GROUP_BYTES);
    mips_bound *bound = arena_new(c->arena, mips_bound, blocks_of(n));
    arena_mark mark = arena_save(c->arena);
    ranked *order = arena_new_raw(c->arena, ranked, n);
    if (!length || !item || !code || !bound || !order) return fail(c, ERR_NO_MEMORY, "inner product search over %u rows", n);
    TRY(rank_rows(c, rows, n, dim, ld, order));
    for (uint32_t i = 0; i < n; i++) length[i] = order[i].length, item[i] = order[i].item;
    arena_restore(c->arena, mark);
    mips m = { n, dim, ld, rows, code, bound, length, item };
    encode_rows(&m, code, bound);
    *ret_m = m;
    return ERR_OK;
}

/* ---- search ---- */
typedef struct {
    const mips *m;
    const float *query;
    const uint64_t *hidden;
    topk best;
    float query_length, scale, lost;        /* of the query and its codes; lost with what adding up in float may lose */
    int32_t excess;                         /* OFFSET times the sum of its codes */
    int8_t code[MIPS_MAX_DIM + GROUP];
} search;

/* Which of the 16 rows of a block could reach `least`: one bit each. */
typedef uint32_t block_test(const search *s, size_t block, float least);

static const uint8_t *block_code(const mips *m, size_t block) { return m->code + block * groups_of(m->dim) * GROUP_BYTES; }

static uint32_t could_win(const search *s, const mips_bound *b, const int32_t *sums, float least) {
    uint32_t bits = 0;
    for (uint32_t lane = 0; lane < MIPS_BLOCK; lane++) {
        float product = b->scale[lane] * s->scale * (float)(sums[lane] - s->excess);
        float most = product + fabsf(product) * 0x1p-20f + b->lost[lane] * (s->query_length + s->lost) + b->length[lane] * s->lost;
        bits |= (uint32_t)!(most < least) << lane;          /* what is no number could be anything */
    }
    return bits;
}

static uint32_t test_plain(const search *s, size_t block, float least) {
    const uint8_t *code = block_code(s->m, block);
    int32_t sums[MIPS_BLOCK] = { 0 };
    for (size_t g = 0; g < groups_of(s->m->dim); g++, code += GROUP_BYTES)
        for (size_t lane = 0; lane < MIPS_BLOCK; lane++)
            for (size_t j = 0; j < GROUP; j++) sums[lane] += code[lane * GROUP + j] * s->code[g * GROUP + j];
    return could_win(s, &s->m->bound[block], sums, least);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f,avx512vnni"))) static uint32_t test_vnni(const search *s, size_t block, float least) {
    const uint8_t *code = block_code(s->m, block);
    const mips_bound *bound = &s->m->bound[block];
    size_t groups = groups_of(s->m->dim), g = 0;
    __m512i a = _mm512_setzero_si512(), b = a;              /* two sums: the next need not wait for the last */
    int32_t four[2];
    for (; g + 2 <= groups; g += 2, code += 2 * GROUP_BYTES) {
        memcpy(four, s->code + g * GROUP, sizeof four);
        a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(code), _mm512_set1_epi32(four[0]));
        b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(code + GROUP_BYTES), _mm512_set1_epi32(four[1]));
    }
    if (g < groups) {
        memcpy(four, s->code + g * GROUP, sizeof *four);
        a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(code), _mm512_set1_epi32(four[0]));
    }
    __m512i sums = _mm512_sub_epi32(_mm512_add_epi32(a, b), _mm512_set1_epi32(s->excess));
    __m512 scale = _mm512_mul_ps(_mm512_loadu_ps(bound->scale), _mm512_set1_ps(s->scale));
    __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), scale);
    __m512 most = _mm512_fmadd_ps(_mm512_abs_ps(product), _mm512_set1_ps(0x1p-20f), product);
    most = _mm512_fmadd_ps(_mm512_loadu_ps(bound->lost), _mm512_set1_ps(s->query_length + s->lost), most);
    most = _mm512_fmadd_ps(_mm512_loadu_ps(bound->length), _mm512_set1_ps(s->lost), most);
    return _mm512_cmp_ps_mask(most, _mm512_set1_ps(least), _CMP_NLT_UQ);
}

/* Bytes become 16-bit numbers: the instruction on bytes of AVX2 cuts its sums. A row has two sums side by side until the end. */
__attribute__((target("avx2"))) static uint32_t test_avx2(const search *s, size_t block, float least) {
    const uint8_t *code = block_code(s->m, block);
    const int8_t *query = s->code;
    __m256i sum[4] = { _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256() };
    for (size_t g = 0; g < groups_of(s->m->dim); g++, code += GROUP_BYTES, query += GROUP) {
        int32_t four;
        memcpy(&four, query, sizeof four);
        __m256i q = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
        for (int part = 0; part < 4; part++) {
            __m256i x = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i_u *)(const void *)(code + part * 16)));
            sum[part] = _mm256_add_epi32(sum[part], _mm256_madd_epi16(x, q));
        }
    }
    int32_t halves[2 * MIPS_BLOCK], sums[MIPS_BLOCK];
    for (int part = 0; part < 4; part++) _mm256_storeu_si256((__m256i_u *)(void *)(halves + part * 8), sum[part]);
    for (int lane = 0; lane < MIPS_BLOCK; lane++) sums[lane] = halves[2 * lane] + halves[2 * lane + 1];
    return could_win(s, &s->m->bound[block], sums, least);
}

static block_test *test_of(mips_form most) {
    if (most >= MIPS_AVX512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni")) return test_vnni;
    return most >= MIPS_AVX2 && __builtin_cpu_supports("avx2") ? test_avx2 : test_plain;
}
#else
static block_test *test_of(mips_form most) { return (void)most, test_plain; }
#endif

static bool is_hidden(const uint64_t *hidden, uint32_t item) { return hidden && hidden[item / 64] >> item % 64 & 1; }

static void offer_row(search *s, size_t at) {
    const mips *m = s->m;
    if (!is_hidden(s->hidden, m->item[at])) topk_offer(&s->best, m->item[at], vec_dot(s->query, mips_row(m, m->item[at]), m->dim));
}

/* Rows lie anywhere: start fetching all of a block that could win before the first is read. */
static void fetch_rows(const mips *m, size_t first, uint32_t bits) {
    enum { LINE = 64 };
    for (; bits; bits &= bits - 1) {
        const char *row = (const char *)mips_row(m, m->item[first + (size_t)__builtin_ctz(bits)]);
        for (size_t at = 0; at < m->dim * sizeof(float); at += LINE) __builtin_prefetch(row + at);
    }
}

static void begin_search(search *s) {
    float rounding = (float)(s->m->dim + 8) * 0x1p-23f;
    s->query_length = length_of(s->query, s->m->dim);
    s->lost = round_vector(s->query, s->m->dim, s->code, &s->scale) + s->query_length * rounding;
    for (uint32_t j = 0; j < s->m->dim; j++) s->excess += OFFSET * s->code[j];
}

/* All rows from the longest on, as long as length alone allows one to win. */
static void search_rows(search *s, block_test *test) {
    const mips *m = s->m;
    for (size_t first = 0; first < m->n; first += MIPS_BLOCK) {
        uint32_t bits = UINT32_MAX, n = m->n - first < MIPS_BLOCK ? (uint32_t)(m->n - first) : MIPS_BLOCK;
        if (s->best.n == s->best.k) {
            float least = s->best.entry[0].score;
            if (m->length[first] * s->query_length < least) return;
            bits = test(s, first / MIPS_BLOCK, least);
        }
        bits &= (1U << n) - 1;
        fetch_rows(m, first, bits);
        for (; bits; bits &= bits - 1) offer_row(s, first + (size_t)__builtin_ctz(bits));
    }
}

err_code mips_top(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                  uint32_t *ret_n) {
    return mips_top_as(c, m, MIPS_AVX512, query, k, hidden, ret_best, ret_n);
}

err_code mips_top_as(ctx *c, const mips *m, mips_form most, const float *query, uint32_t k, const uint64_t *hidden,
                     topk_entry *ret_best, uint32_t *ret_n) {
    search s = { .m = m, .query = query, .hidden = hidden, .best = { ret_best, 0, k } };
    *ret_n = 0;
    if (!k) return ERR_OK;
    begin_search(&s);
    search_rows(&s, test_of(most));
    topk_sort(&s.best);
    *ret_n = s.best.n;
    return ctx_check(c);
}

err_code mips_top_plain(ctx *c, const mips *m, const float *query, uint32_t k, const uint64_t *hidden, topk_entry *ret_best,
                        uint32_t *ret_n) {
    search s = { .m = m, .query = query, .hidden = hidden, .best = { ret_best, 0, k } };
    *ret_n = 0;
    if (!k) return ERR_OK;
    for (size_t at = 0; at < m->n; at++) offer_row(&s, at);
    topk_sort(&s.best);
    *ret_n = s.best.n;
    return ctx_check(c);
}

/* ---- saved ---- */
void mips_arrays(const mips *m, pack_array ret_arrays[MIPS_ARRAYS]) {
    const pack_array arrays[MIPS_ARRAYS] = {
        { "mips_code", m->code, sizeof *m->code, blocks_of(m->n) * groups_of(m->dim) * GROUP_BYTES },
        { "mips_bound", m->bound, sizeof *m->bound, blocks_of(m->n) },
        { "mips_length", m->length, sizeof *m->length, m->n },
        { "mips_item", m->item, sizeof *m->item, m->n },
    };
    memcpy(ret_arrays, arrays, sizeof arrays);
}

err_code mips_open(ctx *c, const pack *p, const float *rows, uint32_t n, uint32_t dim, size_t ld, mips *ret_m) {
    const void *code, *bound, *length, *item;
    if (dim < 1 || dim > MIPS_MAX_DIM) return fail(c, ERR_CORRUPT, "saved model: rows of %u dimensions", dim);
    TRY(pack_get(c, p, "mips_code", 1, blocks_of(n) * groups_of(dim) * GROUP_BYTES, &code, NULL));
    TRY(pack_get(c, p, "mips_bound", sizeof(mips_bound), blocks_of(n), &bound, NULL));
    TRY(pack_get(c, p, "mips_length", sizeof(float), n, &length, NULL));
    TRY(pack_get(c, p, "mips_item", sizeof(uint32_t), n, &item, NULL));
    mips m = { n, dim, ld, rows, code, bound, length, item };
    for (uint32_t i = 0; i < n; i++)
        if (m.item[i] >= n) return fail(c, ERR_CORRUPT, "saved model: row %u belongs to item %u of %u", i, m.item[i], n);
    *ret_m = m;
    return ERR_OK;
}
