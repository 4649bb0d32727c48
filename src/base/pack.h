/* pack: named arrays in one run of bytes that is mapped and read in place. What fitted models are saved as.
 * Promise: equal arrays give equal bytes; pack_open() refuses a run that is cut, padded, foreign or whose table points outside it;
 * arrays are aligned to 64 in a run that is. It has no checksum: the file around it does (decide/snapshot.h).
 * What the numbers in an array mean, and whether indexes are in range, is for the reader of that array to check.
 * Layout (little-endian): magic, version, count; a table of {name, element size, offset, count}; arrays. Any thread. */
#pragma once
#include "base/ctx.h"

enum { PACK_NAME_BYTES = 24, PACK_MAX_ARRAYS = 64 };

/* An array to be written. */
typedef struct {
    const char *name;               /* distinct, shorter than PACK_NAME_BYTES */
    const void *data;
    uint32_t size;                  /* of one element, bytes */
    uint64_t count;
} pack_array;

/* Append a pack of `n` arrays to `out`, whose length so far must be a multiple of 64.
 * ERR_INVALID (too many arrays, a name), ERR_NO_MEMORY, ERR_TOO_LARGE (over out's maximum). */
CHECK_RESULT err_code pack_write(ctx *c, const pack_array *arrays, size_t n, buf *out);

typedef struct { str bytes; const struct pack_row *rows; uint32_t n; } pack;

/* Look at bytes aligned to 8 that outlive *ret_pack. ERR_CORRUPT says what is wrong. */
CHECK_RESULT err_code pack_open(ctx *c, str bytes, pack *ret_pack);
/* An array by name: `size` is the element size it must have.
 *   count      number of elements it must have; UINT64_MAX: any
 *   ret_data   into the pack's bytes
 *   ret_count  may be NULL
 * ERR_CORRUPT when it is missing or of another size. */
CHECK_RESULT err_code pack_get(ctx *c, const pack *p, const char *name, uint32_t size, uint64_t count, const void **ret_data,
                               uint64_t *ret_count);
