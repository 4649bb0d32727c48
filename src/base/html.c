/* HTML escaping. It does NOT build elements: page_*.c do. */
#include "base/html.h"

static const char *entity_of(char ch) {
    switch (ch) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_text(buf *b, str s) {
    if (!str_is_utf8(s)) s = STR("\xEF\xBF\xBD");
    for (size_t i = 0, from = 0; i <= s.n; i++) {
        const char *entity = i < s.n ? entity_of(s.p[i]) : "";
        if (!entity) continue;
        buf_add(b, s.p + from, i - from);
        buf_text(b, entity);
        from = i + 1;
    }
}

void html_url(buf *b, str url) {
    bool fine = str_starts(url, STR("https://")) || str_starts(url, STR("http://")) ||
                (str_starts(url, STR("/")) && !str_starts(url, STR("//")));
    html_text(b, fine ? url : STR("#"));
}

void html_count(buf *b, int64_t n) {
    if (n < 0) {
        buf_text(b, "–");
        return;
    }
    int64_t unit = 1;
    while (n / unit >= 1000) unit *= 1000;
    buf_i64(b, n / unit);
    for (int64_t rest = n % unit; unit > 1; rest %= unit) {
        unit /= 1000;
        buf_printf(b, "\u202F%03d", (int)(rest / unit));
    }
}
