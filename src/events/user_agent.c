/* Tokens of User-Agent headers. Sources: what the large crawlers say of themselves in their documentation, and RFC 9110, 10.1.5. */
#include "events/user_agent.h"
#include <ctype.h>

#define ROBOT { "robot", 5 }
#define TABLET { "tablet", 6 }
#define MOBILE { "mobile", 6 }
static const struct { const char *token; str device; } tokens[] = {
    { "bot", ROBOT },       { "crawl", ROBOT },      { "spider", ROBOT },     { "slurp", ROBOT },            { "headless", ROBOT },
    { "phantomjs", ROBOT }, { "curl/", ROBOT },      { "wget/", ROBOT },      { "python", ROBOT },           { "java/", ROBOT },
    { "go-http", ROBOT },   { "okhttp", ROBOT },     { "libwww", ROBOT },     { "scrapy", ROBOT },           { "httpclient", ROBOT },
    { "axios/", ROBOT },    { "node-fetch", ROBOT }, { "lighthouse", ROBOT }, { "facebookexternal", ROBOT }, { "pingdom", ROBOT },
    { "uptime", ROBOT },    { "monitor", ROBOT },    { "preview", ROBOT },    { "feedfetcher", ROBOT },
    { "ipad", TABLET },     { "tablet", TABLET },    { "kindle", TABLET },    { "silk/", TABLET },           { "playbook", TABLET },
    { "mobi", MOBILE },     { "iphone", MOBILE },    { "ipod", MOBILE },      { "opera mini", MOBILE },      { "windows phone", MOBILE },
    { "android", TABLET },          /* phones say "Mobile" beside it, tablets do not */
};
enum { TOKENS = sizeof tokens / sizeof *tokens, LONGEST_HEADER = 400 };

static bool starts_here(const char *text, size_t n, const char *token) {
    for (; *token && n; token++, text++, n--)
        if (tolower((unsigned char)*text) != *token) return false;
    return !*token;
}

/* One walk over the header; of the tokens found, the first of the table counts. */
str user_agent_device(str header) {
    size_t best = TOKENS, n = header.n < LONGEST_HEADER ? header.n : LONGEST_HEADER;
    for (size_t at = 0; at < n && best; at++) {
        int first = tolower((unsigned char)header.p[at]);
        for (size_t i = 0; i < best; i++)
            if (first == tokens[i].token[0] && starts_here(header.p + at, n - at, tokens[i].token)) best = i;
    }
    return best < TOKENS ? tokens[best].device : STR("desktop");
}

bool user_agent_is_device(str word) {
    static const str words[] = { { "desktop", 7 }, ROBOT, TABLET, MOBILE };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(word, words[i])) return true;
    return false;
}
