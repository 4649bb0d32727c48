/* .env files: any bytes give pairs that are inside the limits, or an error. */
#include "fuzz/fuzz.h"
#include "app/dotenv.h"
#include "base/limits.h"
#include <stdlib.h>

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 16 * MIB);
    dotenv d;
    if (dotenv_parse(&c, (str){ (const char *)data, size }, &d)) return 0;
    if (d.n_pairs > DOTENV_PAIRS || d.n_problems > DOTENV_PROBLEMS) abort();
    for (size_t i = 0; i < d.n_pairs; i++)
        if (!d.pairs[i].key.n || !str_is_utf8(d.pairs[i].value) || !dotenv_get(&d, d.pairs[i].key).p) abort();
    return 0;
}
