/* The head of a request: target in the first line, headers behind it. A head that is let through has one way to be cut. */
#include <stdlib.h>
#include <string.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "net/http_request_int.h"

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 16 * MIB);
    str head = { (const char *)data, size }, target = str_cut(&head, '\n'), path, raw_query;
    if (http_target_read(&c, target, &path, &raw_query) == ERR_OK) {
        if (!path.n || path.p[0] != '/' || memchr(path.p, 0, path.n) || memchr(path.p, '\n', path.n)) abort();
        str value = http_query_value(&a, raw_query, STR("a"));
        if (value.n > raw_query.n) abort();
    }
    http_framing f = { 0 };
    size_t lengths = 0, encodings = 0;
    while (head.p) {
        str value = str_cut(&head, '\n'), name = str_cut(&value, ':');
        lengths += str_eq_nocase(name, STR("Content-Length"));
        encodings += str_eq_nocase(name, STR("Transfer-Encoding"));
        http_framing_add(&f, name, value);
    }
    if (http_framing_check(&c, &f, false)) return 0;
    if ((lengths && encodings) || encodings > 1 || f.chunked != (encodings == 1)) abort();
    return 0;
}
