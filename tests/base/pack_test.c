/* Packs: what is written is read, what is damaged is refused. */
#include <string.h>
#include "base/pack.h"
#include "tests/test.h"

static const uint32_t numbers[] = { 1, 2, 3, 4, 5 };
static const double reals[] = { 0.5, -1.5 };
static const pack_array arrays[] = {
    { "numbers", numbers, sizeof *numbers, 5 },
    { "reals", reals, sizeof *reals, 2 },
    { "none", NULL, 1, 0 },
};

/* The pack of `arrays`, in memory aligned as a mapped file is. */
static str written(ctx *c) {
    buf out;
    buf_init_in(&out, c->arena, MIB);
    assert_ok(c, pack_write(c, arrays, COUNT(arrays), &out));
    char *bytes = arena_alloc(c->arena, out.n + 64);
    bytes += 64 - (uintptr_t)bytes % 64;
    memcpy(bytes, out.p, out.n);
    return (str){ bytes, out.n };
}

TEST(pack, gives_back_what_was_written_in_place) {
    TEST_CTX(c);
    str bytes = written(c);
    pack p;
    const void *data = NULL;
    uint64_t n = 0;
    assert_ok(c, pack_open(c, bytes, &p));
    assert_ok(c, pack_get(c, &p, "numbers", sizeof *numbers, UINT64_MAX, &data, &n));
    assert_int_equal(5, n);
    assert_memory_equal(numbers, data, sizeof numbers);
    assert_int_equal(0, (uintptr_t)data % 64);
    assert_ok(c, pack_get(c, &p, "reals", sizeof *reals, 2, &data, NULL));
    assert_memory_equal(reals, data, sizeof reals);
    assert_ok(c, pack_get(c, &p, "none", 1, 0, &data, NULL));
}

TEST(pack, refuses_an_array_that_is_missing_or_of_another_form) {
    TEST_CTX(c);
    static const struct { const char *name; uint32_t size; uint64_t count; } cases[] = {
        { "letters", 4, 5 }, { "numbers", 8, 5 }, { "numbers", 4, 6 }, { "", 4, 5 }, { "number", 4, 5 },
    };
    pack p;
    assert_ok(c, pack_open(c, written(c), &p));
    for (size_t i = 0; i < COUNT(cases); i++) {
        const void *data = &p;
        assert_err(ERR_CORRUPT, pack_get(c, &p, cases[i].name, cases[i].size, cases[i].count, &data, NULL));
        assert_ptr_equal(&p, data);
    }
}

TEST(pack, refuses_every_cut_and_every_damaged_table) {
    TEST_CTX(c);
    str bytes = written(c);
    pack p;
    for (size_t n = 0; n < bytes.n; n++) assert_int_equal(ERR_CORRUPT, pack_open(c, str_sub(bytes, 0, n), &p));
    /* a changed byte of head or table is refused, or leaves arrays that lie inside */
    for (size_t at = 0; at < 24 + 3 * 48; at++)
        for (int bit = 0; bit < 8; bit++) {
            char *byte = (char *)(uintptr_t)bytes.p + at;
            *byte = (char)(*byte ^ (1 << bit));
            const void *data;
            uint64_t n;
            if (!pack_open(c, bytes, &p))
                for (size_t i = 0; i < COUNT(arrays); i++)
                    if (!pack_get(c, &p, arrays[i].name, arrays[i].size, UINT64_MAX, &data, &n)) {
                        const char *from = data;
                        assert_true(from >= bytes.p && n * arrays[i].size <= (size_t)(bytes.p + bytes.n - from));
                    }
            *byte = (char)(*byte ^ (1 << bit));
        }
}

TEST(pack, is_not_written_over_its_limits) {
    TEST_CTX(c);
    buf out;
    buf_init_in(&out, c->arena, 100);
    assert_err(ERR_TOO_LARGE, pack_write(c, arrays, COUNT(arrays), &out));
    pack_array many[PACK_MAX_ARRAYS + 1] = { 0 };
    buf_init_in(&out, c->arena, MIB);
    assert_err(ERR_INVALID, pack_write(c, many, COUNT(many), &out));
    const pack_array long_name = { "a name that is far too long for the table", numbers, 4, 5 };
    assert_err(ERR_INVALID, pack_write(c, &long_name, 1, &out));
    const pack_array huge = { "huge", numbers, 4, UINT64_MAX / 2 };
    assert_err(ERR_TOO_LARGE, pack_write(c, &huge, 1, &out));
    assert_int_equal(0, out.n);
}
