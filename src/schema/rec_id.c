/* Base 32, most significant first; see rec_id.h. */
#include "schema/rec_id.h"
#include <string.h>

enum { TIME_LETTERS = 10, CHANCE_LETTERS = 8 };
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void write_bits(uint64_t bits, int n, char *out) {
    for (int i = n - 1; i >= 0; i--, bits >>= 5) out[i] = letters[bits & 31];
}

void rec_id_make(int64_t ms, rng *r, char out[REC_ID_LENGTH + 1]) {
    uint64_t high = rng_u64(r), low = rng_u64(r);
    write_bits((uint64_t)ms, TIME_LETTERS, out);
    write_bits(high, CHANCE_LETTERS, out + TIME_LETTERS);
    write_bits(low, CHANCE_LETTERS, out + TIME_LETTERS + CHANCE_LETTERS);
    out[REC_ID_LENGTH] = 0;
}

void rec_id_first(int64_t ms, char out[REC_ID_LENGTH + 1]) {
    memset(out, letters[0], REC_ID_LENGTH);
    write_bits((uint64_t)ms, TIME_LETTERS, out);
    out[REC_ID_LENGTH] = 0;
}
