/* What every page for people begins and ends with: head, style, logo, footer, headers of the answer. Constant text only.
 * Read next: page_home.c (the smallest use is page_docs.c). */
#pragma once
#include "api/api_int.h"
#include "decide/serving.h"

/* What every page's policy begins and ends with: nothing comes from elsewhere but pictures, nobody frames it. `more`: what this one may. */
#define PAGE_POLICY(more) \
    STR("default-src 'none'; " more "; img-src 'self' https: http: data:; base-uri 'none'; frame-ancestors 'none'")
/* The headers that guard a page.
 *   policy    PAGE_POLICY(...);  referrer  what other sites learn of it;  cache  who may keep it */
void page_guard(http_response *out, str policy, str referrer, str cache);
/* Start a page in call->out->body: everything up to the first section.
 *   title  of the window and heading; constant text, put in unescaped
 *   intro  the sentence below, HTML; constant text */
void page_start(api_call *call, const char *title, const char *intro);
/* Have the reader's browser ask for this page again in two seconds: something is going on. */
void page_again_soon(api_call *call);
/* An amount as the shop writes it, escaped: symbols are the shop's own text.
 *   minor   of the shop's currency;  locale  of a shop that told no style */
void page_price(buf *b, int64_t minor, str locale, const serving_facts *of);
/* End it: footer, status, headers. ERR_TOO_LARGE, ERR_NO_MEMORY of the body. */
CHECK_RESULT err_code page_end(api_call *call);
