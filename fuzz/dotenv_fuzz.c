/* .env files: any bytes give pairs that are inside the limits, or an error. */
#include "app/dotenv.h"
#include "base/limits.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO_ARENA a;
    arena_init(&a, 16 * MIB);
    ctx c;
    ctx_init(&c, &a);
    dotenv d;
    if (dotenv_parse(&c, (str){ (const char *)data, size }, &d)) return 0;
    if (d.n_pairs > DOTENV_PAIRS || d.n_problems > DOTENV_PROBLEMS) abort();
    for (size_t i = 0; i < d.n_pairs; i++)
        if (!d.pairs[i].key.n || !str_is_utf8(d.pairs[i].value) || !dotenv_get(&d, d.pairs[i].key).p) abort();
    return 0;
}
