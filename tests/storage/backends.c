/* What every storage test needs: a database of each kind, rows made from a seed, a comparison that names the column. */
#include "tests/storage/backends.h"
#include <string.h>
#include "tests/test.h"

static db_options sqlite_file(ctx *c) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "sqlite:%s/test.db", test_folder());
    return (db_options){ .url = buf_view(&b) };
}

const backend backends[] = { { "sqlite", sqlite_file } };
const size_t n_backends = COUNT(backends);

db *test_connect(ctx *c, const db_options *o) {
    db *d = NULL;
    assert_ok(c, storage_open(c, o, &d));
    return d;
}

db *test_database(ctx *c, const backend *b, db_options *ret_options) {
    *ret_options = b->fresh(c);
    db *d = test_connect(c, ret_options);
    assert_ok(c, storage_migrate(c, d));
    return d;
}

static str random_text(ctx *c) {
    static const char *const pieces[] = { "", "a", "șurub", "'; DROP TABLE product_row; --", "\xF0\x9F\x9B\x92", "\"", "\\", "%_",
                                          "\n\r\t", "?1 $1 :x", "İ", "\x01" };
    AUTO_BUF b;
    buf_init(&b, 100000);
    uint64_t n = rng_below(&c->random, 4);
    for (uint64_t i = 0; i < n; i++) buf_text(&b, pieces[rng_below(&c->random, COUNT(pieces))]);
    if (rng_below(&c->random, 40) == 0)
        for (int i = 0; i < 3000; i++) buf_text(&b, "lung ");
    return str_dup(c->arena, buf_view(&b));
}

static str random_bytes(ctx *c) {
    char bytes[40];
    size_t n = rng_below(&c->random, sizeof bytes);
    for (size_t i = 0; i < n; i++) bytes[i] = (char)rng_u64(&c->random);
    return str_dup(c->arena, (str){ bytes, n });
}

static int64_t random_whole(ctx *c) {
    static const int64_t edges[] = { 0, 1, -1, INT64_MIN, INT64_MAX, INT32_MAX, INT64_C(9007199254740993) };
    return rng_below(&c->random, 2) ? edges[rng_below(&c->random, COUNT(edges))] : (int64_t)rng_u64(&c->random);
}

void random_row(ctx *c, const entity *e, void *row) {
    static const double reals[] = { 0, -0.1, 1e300, 5e-324, 33.266055, -2 };
    for (size_t i = 0; i < e->n_fields; i++) {
        void *at = entity_at_mut(e, row, i);
        switch (e->fields[i].kind) {
        case FIELD_TEXT:
        case FIELD_JSON: *(str *)at = random_text(c); break;
        case FIELD_BLOB: *(str *)at = random_bytes(c); break;
        case FIELD_INT:
        case FIELD_TIME:
        case FIELD_MONEY: *(int64_t *)at = random_whole(c); break;
        case FIELD_REAL: *(double *)at = reals[rng_below(&c->random, COUNT(reals))]; break;
        case FIELD_BOOL: *(bool *)at = rng_below(&c->random, 2) == 1; break;
        case FIELD_OPT_INT:
        case FIELD_OPT_MONEY: *(opt_int *)at = rng_below(&c->random, 2) ? SOME(random_whole(c)) : UNKNOWN; break;
        case FIELD_KINDS: break;
        }
    }
}

static bool field_equal(field_kind kind, const void *a, const void *b) {
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_JSON:
    case FIELD_BLOB: return str_eq(*(const str *)a, *(const str *)b);
    case FIELD_INT:
    case FIELD_TIME:
    case FIELD_MONEY: return *(const int64_t *)a == *(const int64_t *)b;
    case FIELD_REAL: return memcmp(a, b, sizeof(double)) == 0;
    case FIELD_BOOL: return *(const bool *)a == *(const bool *)b;
    case FIELD_OPT_INT:
    case FIELD_OPT_MONEY: {
        const opt_int *x = a, *y = b;
        return x->known == y->known && (!x->known || x->v == y->v);
    }
    case FIELD_KINDS: break;
    }
    return false;
}

void assert_rows_equal(const entity *e, const void *expected, const void *got) {
    for (size_t i = 0; i < e->n_fields; i++)
        if (!field_equal(e->fields[i].kind, entity_at(e, expected, i), entity_at(e, got, i)))
            test_fail("%s.%s is not what was put", e->name, e->fields[i].name);
}
