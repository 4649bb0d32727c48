/* Named arrays in one run of bytes; see pack.h. */
#include "base/pack.h"
#include <string.h>

enum { PACK_VERSION = 1, ALIGNMENT = 64 };
static const char MAGIC[8] = "VITRPACK";

typedef struct { char magic[8]; uint32_t version, n; uint64_t size; } pack_head;
typedef struct pack_row { char name[PACK_NAME_BYTES]; uint64_t size, at, count; } pack_row;

static uint64_t aligned(uint64_t n) { return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static err_code lay_out(ctx *c, const pack_array *arrays, size_t n, pack_row *rows, uint64_t *ret_size) {
    uint64_t at = aligned(sizeof(pack_head) + n * sizeof(pack_row));
    for (size_t i = 0; i < n; i++) {
        const pack_array *a = &arrays[i];
        uint64_t bytes;
        if (strlen(a->name) >= PACK_NAME_BYTES || a->size == 0) return fail(c, ERR_INVALID,
            "pack: the array '%s' cannot be named so", a->name);
        if (__builtin_mul_overflow(a->count, (uint64_t)a->size, &bytes) || bytes > INT64_MAX / 2 - at)
            return fail(c, ERR_TOO_LARGE, "pack: the array '%s' is too large", a->name);
        memcpy(rows[i].name, a->name, strlen(a->name));
        rows[i].size = a->size, rows[i].at = at, rows[i].count = a->count;
        at = aligned(at + bytes);
    }
    *ret_size = at;
    return ERR_OK;
}

static void pad_to(buf *out, size_t n) {
    static const char zeros[ALIGNMENT];
    while (!buf_err(out) && out->n < n) buf_add(out, zeros, n - out->n < ALIGNMENT ? n - out->n : ALIGNMENT);
}

err_code pack_write(ctx *c, const pack_array *arrays, size_t n, buf *out) {
    if (n > PACK_MAX_ARRAYS) return fail(c, ERR_INVALID, "pack: %zu arrays, at most %d", n, PACK_MAX_ARRAYS);
    pack_row rows[PACK_MAX_ARRAYS] = { 0 };
    pack_head head = { .version = PACK_VERSION, .n = (uint32_t)n };
    memcpy(head.magic, MAGIC, sizeof MAGIC);
    TRY(lay_out(c, arrays, n, rows, &head.size));
    size_t begin = out->n;
    buf_add(out, &head, sizeof head);
    buf_add(out, rows, n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        pad_to(out, begin + rows[i].at);
        if (arrays[i].count) buf_add(out, arrays[i].data, arrays[i].count * arrays[i].size);
    }
    pad_to(out, begin + head.size);
    return buf_err(out) ? fail(c, buf_err(out), "pack: %llu bytes do not fit", (unsigned long long)head.size) : ERR_OK;
}

static bool row_fits(const pack_row *r, uint64_t size) {
    uint64_t bytes;
    return memchr(r->name, 0, PACK_NAME_BYTES) && r->size > 0 && r->at % ALIGNMENT == 0 && r->at <= size &&
           !__builtin_mul_overflow(r->count, r->size, &bytes) && bytes <= size - r->at;
}

err_code pack_open(ctx *c, str bytes, pack *ret_pack) {
    pack_head head;
    if (bytes.n < sizeof head) return fail(c, ERR_CORRUPT, "saved model: %zu bytes are too few", bytes.n);
    memcpy(&head, bytes.p, sizeof head);
    if (memcmp(head.magic, MAGIC, sizeof MAGIC) != 0 || head.version != PACK_VERSION)
        return fail(c, ERR_CORRUPT, "saved model: not written by this version; train again");
    if (head.size != bytes.n || head.n > PACK_MAX_ARRAYS || sizeof head + head.n * sizeof(pack_row) > bytes.n)
        return fail(c, ERR_CORRUPT, "saved model: cut, or longer than it says");
    const pack_row *rows = (const void *)(bytes.p + sizeof head);
    for (uint32_t i = 0; i < head.n; i++)
        if (!row_fits(&rows[i], bytes.n)) return fail(c, ERR_CORRUPT, "saved model: array %u lies outside", i);
    *ret_pack = (pack){ bytes, rows, head.n };
    return ERR_OK;
}

err_code pack_get(ctx *c, const pack *p, const char *name, uint32_t size, uint64_t count, const void **ret_data, uint64_t *ret_count) {
    for (uint32_t i = 0; i < p->n; i++) {
        const pack_row *r = &p->rows[i];
        if (strcmp(r->name, name) != 0) continue;
        if (r->size != size || (count != UINT64_MAX && r->count != count))
            return fail(c, ERR_CORRUPT, "saved model: the array '%s' has %llu elements of %llu bytes", name,
                        (unsigned long long)r->count, (unsigned long long)r->size);
        *ret_data = p->bytes.p + r->at;
        if (ret_count) *ret_count = r->count;
        return ERR_OK;
    }
    return fail(c, ERR_CORRUPT, "saved model: the array '%s' is missing", name);
}
