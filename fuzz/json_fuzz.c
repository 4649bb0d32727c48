/* JSON, strictly and as shops send it: what is read can be written, and what was written reads strictly. */
#include <stdlib.h>
#include "fuzz/fuzz.h"
#include "base/json.h"
#include "base/limits.h"

FUZZ_TARGET(data, size) {
    static const json_mode modes[] = { JSON_READ_STRICT, JSON_READ_TOLERANT };
    for (size_t i = 0; i < COUNT(modes); i++) {
        FUZZ_CTX(c, a, 64 * MIB);
        const json_value *v = NULL, *again = NULL;
        if (json_parse(&c, (str){ (const char *)data, size }, modes[i], &v) != ERR_OK) continue;
        buf b;
        buf_init_in(&b, &a, 16 * MIB);
        json_out w;
        jw_init(&w, &b);
        jw_value(&w, v);
        if (buf_err(&b)) abort();
        if (json_parse(&c, buf_view(&b), JSON_READ_STRICT, &again) == ERR_INVALID) abort();
    }
    return 0;
}
