/* Frame of the pages: no script, no framework, no third party; the policy header allows nothing but our style and pictures. */
#include "api/page_frame.h"
#include "api/page_style.h"
#include "base/html.h"

static const char LOGO[] =
    "<div class=logo><svg width=26 height=26 viewBox='0 0 26 26' fill=none stroke='#fff' stroke-width=2 stroke-linejoin=round "
    "aria-hidden=true>"
    "<path d='M4 10 6 4h14l2 6M4 10v12h18V10M4 10h18'/><path d='m9 15 4 4 5-6' stroke-linecap=round /></svg></div>";

void page_guard(http_response *out, str policy, str referrer, str cache) {
    http_add_header(out, "Content-Security-Policy", policy);
    http_add_header(out, "X-Content-Type-Options", STR("nosniff"));
    http_add_header(out, "Referrer-Policy", referrer);
    http_add_header(out, "Cache-Control", cache);
}

void page_start(api_call *call, const char *title, const char *intro) {
    buf *b = &call->out->body;
    buf_text(b, "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
                "content='width=device-width,initial-scale=1'><title>");
    buf_text(b, title);
    buf_text(b, "</title>");
    buf_text(b, PAGE_STYLE);
    buf_text(b, "</head><body><main><header>");
    buf_text(b, LOGO);
    buf_text(b, "<div><h1>");
    buf_text(b, title);
    buf_text(b, "</h1><p class=soft>");
    buf_text(b, intro);
    buf_text(b, "</p></div></header>");
}

void page_again_soon(api_call *call) { http_add_header(call->out, "Refresh", STR("2")); }

void page_price(buf *b, int64_t minor, str locale, const serving_facts *of) {
    char room[192];
    buf text = { .p = room, .cap = sizeof room, .max = sizeof room - 1 };   /* max below cap: never grows */
    price_text(&text, minor, of->currency, locale, of->prices);
    html_text(b, buf_view(&text));
}

err_code page_end(api_call *call) {
    http_response *out = call->out;
    buf_text(&out->body, "<footer>Vitrine " VITRINE_VERSION " · <a href=/docs>API</a> · <a href=/openapi.json>openapi.json</a> · "
                         "<a href=/healthz>health</a> · <a href=/metrics>metrics</a></footer></main></body></html>");
    out->status = 200;
    out->content_type = "text/html; charset=utf-8";
    page_guard(out, PAGE_POLICY("style-src 'unsafe-inline'"), STR("no-referrer"), STR("no-store"));
    err_code e = buf_err(&out->body);
    return e ? fail(call->c, e, "the page does not fit into its memory") : ERR_OK;
}
