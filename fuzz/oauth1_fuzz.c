/* OAuth signing: any URL and key give a URL with one signature in it, or an error. The first line is the key, the rest the URL. */
#include <stdlib.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "net/oauth1.h"
#include "net/url.h"

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 16 * MIB);
    str url = { (const char *)data, size }, key = str_cut(&url, '\n'), again;
    oauth1_credentials o = { key, key, STR("nonce"), 1795179034 };
    url_parts before, after;
    if (oauth1_sign_url(&c, STR("GET"), url, &o, &again) != ERR_OK) return 0;
    if (!str_starts(again, url) || str_find(str_sub(again, url.n, again.n), STR("&oauth_signature=")) == SIZE_MAX) abort();
    if (again.n > LIMIT_URL_BYTES) return 0;
    if (url_parse(&c, url, &before) || url_parse(&c, again, &after)) abort();
    if (!str_eq(before.host, after.host) || !str_eq(before.path, after.path)) abort();
    return 0;
}
