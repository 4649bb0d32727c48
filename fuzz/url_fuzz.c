/* URLs: what is accepted has a host, no byte that ends a line, and survives encoding; any text comes back from its escapes. */
#include <stdlib.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "net/url.h"

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 16 * MIB);
    str text = { (const char *)data, size }, name, value, plain;
    url_parts u;
    if (url_parse(&c, text, &u) == ERR_OK) {
        if (!u.host.n || !url_port(&u) || (u.path.n && u.path.p[0] != '/')) abort();
        if (!url_decode(&a, u.path, false, &plain)) abort();
        for (str rest = u.query; url_next_pair(&rest, &name, &value);)
            if (!url_decode(&a, name, true, &plain) || !url_decode(&a, value, true, &plain)) abort();
    }
    buf b;
    buf_init_in(&b, &a, 3 * size);
    url_encode(&b, text);
    if (buf_err(&b) || !url_decode(&a, buf_view(&b), true, &plain) || !str_eq(plain, text)) abort();
    return 0;
}
