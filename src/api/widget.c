/* GET /api/v1/widget/config and /products: what pages ask for. Decoding and caching only: decide/widget_config.h knows what a page
 * is told. */
#include "api/widget.h"
#include "base/map.h"
#include "builder/preview.h"
#include "decide/widget_config.h"

typedef struct { str lang, preview_token; } config_input;
typedef struct { texts ids; str lang, preview_token; } products_input;

#define LANG(type) { "lang", PARAM_TEXT, offsetof(type, lang), 0, 20, false, "Language: ro, or en for all others; left out: the shop's.", \
                     "\"ro\"", NULL, 0 }
const param widget_config_params[COUNT_WIDGET_CONFIG] = {
    LANG(config_input),
    { "preview_token", PARAM_TEXT, offsetof(config_input, preview_token), 0, 0, false,
      "Shows the draft: POST /api/v1/widget/preview makes one.", NULL, NULL, 0 },
};
const param widget_products_params[COUNT_WIDGET_PRODUCTS] = {
    { "ids", PARAM_TEXTS, offsetof(products_input, ids), 0, LIMIT_RECOMMEND_N, true, "Products, best first.", "[\"101\",\"230\"]",
        NULL, 0 },
    LANG(products_input),
    { "preview_token", PARAM_TEXT, offsetof(products_input, preview_token), 0, 0, false, "Changes nothing: cards are the same.",
        NULL, NULL, 0 },
};
const param widget_token_params[COUNT_WIDGET_TOKEN] = {
    { "preview_token", PARAM_TEXT, 0, 0, 0, false, "From a page that shows a draft: answered, and nothing is kept.", NULL, NULL, 0 },
};

err_code widget_preview_asked(api_call *call, str token, bool *ret_preview) {
    *ret_preview = false;
    if (!token.n) return ERR_OK;
    TRY(widget_preview_check(call->c, &call->a->o.seal, call->store_id, token));
    *ret_preview = true;
    return ERR_OK;
}

/* The tag of what stands in the answer's body, in quotes. */
static str tag_of(api_call *call) {
    buf b;
    str body = buf_view(&call->out->body);
    buf_init_in(&b, call->c->arena, 40);
    buf_printf(&b, "\"%016llx\"", (unsigned long long)hash_bytes(body.p, body.n, 1));
    return buf_view(&b);
}

/* Is the tag one of those the browser has? Weak ones are as good: bytes are not put together (RFC 9110, 13.1.2). */
static bool has_it(const http_request *r, str quoted) {
    str list = http_header(r, "If-None-Match");
    while (list.p) {
        str one = str_trim(str_cut(&list, ','));
        if (str_starts(one, STR("W/"))) one = str_sub(one, 2, one.n);
        if (str_eq(one, quoted) || str_eq(one, STR("*"))) return true;
    }
    return false;
}

/* Kept by browsers for a minute, then asked for by its tag. */
static err_code answer_tagged(api_call *call) {
    str quoted = tag_of(call);
    if (!quoted.p) return fail(call->c, ERR_NO_MEMORY, "tag an answer");
    http_add_header(call->out, "Cache-Control", STR("public, max-age=60"));
    http_add_header(call->out, "ETag", quoted);
    /* a cache between must not give a page the answer that was made for none; with an origin it was said with the origin's leave */
    if (!http_header(call->r, "Origin").n) http_add_header(call->out, "Vary", STR("Origin"));
    if (!has_it(call->r, quoted)) return ERR_OK;
    call->out->status = 304;
    buf_reset(&call->out->body);
    return ERR_OK;
}

/* Of one who was let in: nobody between may keep it. */
static err_code answer_private(api_call *call) {
    http_add_header(call->out, "Cache-Control", STR("private, no-store"));
    return ERR_OK;
}

err_code widget_config_get(api_call *call) {
    AUTO_SERVING s = NULL;
    config_input in = { 0 };
    widget_config_query q = { 0 };
    TRY(api_read_query(call, widget_config_params, COUNT_WIDGET_CONFIG, &in));
    TRY(widget_preview_asked(call, in.preview_token, &q.preview));
    TRY(api_pin_shop(call, &s));
    q.locale = in.lang;
    json_out w = api_json(call);
    widget_config_write(call->c, &w, s, &q);
    TRY(api_json_done(call, &w));
    return q.preview ? answer_private(call) : answer_tagged(call);
}

err_code widget_products_get(api_call *call) {
    AUTO_SERVING s = NULL;
    products_input in = { 0 };
    TRY(api_read_query(call, widget_products_params, COUNT_WIDGET_PRODUCTS, &in));
    TRY(api_pin_shop(call, &s));
    json_out w = api_json(call);
    jw_object(&w);
    recommend_cards_json(&w, s, (str_list){ in.ids.p, in.ids.n }, in.lang);
    jw_end_object(&w);
    TRY(api_json_done(call, &w));
    http_add_header(call->out, "Cache-Control", STR("no-store"));
    return ERR_OK;
}
