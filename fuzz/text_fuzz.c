/* Product texts: any bytes, within the limits and as UTF-8 once folded. */
#include "fuzz/fuzz.h"
#include "features/text.h"
#include <stdlib.h>

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 64 * 1024 * 1024);
    AUTO_VOCABULARY v;
    str plain, folded;
    uint32_t terms[64];
    size_t n = 0;
    if (text_vocabulary_init(&c, &v, text_language_find(STR("ro")))) abort();
    if (text_plain(&c, (str){ (const char *)data, size }, 2000, &plain) || plain.n > 2000) abort();
    if (text_fold(&c, (str){ (const char *)data, size }, &folded) || !str_is_utf8(folded)) abort();
    if (text_terms(&c, &v, plain, 64, terms, &n) || n > 64) abort();
    for (size_t i = 0; i < n; i++)
        if (terms[i] >= text_vocabulary_size(&v)) abort();
    (void)text_language_guess(folded, NULL);                           /* must only end */
    return 0;
}
