/* GET /api/v1/widget/config. Decoding and caching only: decide/widget_config.h knows what a page is told. */
#include "api/widget.h"
#include "base/map.h"
#include "decide/widget_config.h"

typedef struct { str lang; } config_input;

const param widget_config_params[COUNT_WIDGET_CONFIG] = {
    { "lang", PARAM_TEXT, offsetof(config_input, lang), 0, 20, false,
        "Language of the texts: ro, or en for all others; left out: the shop's.",
      "\"ro\"", NULL, 0 },
};

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

err_code widget_config_get(api_call *call) {
    AUTO_SERVING s = NULL;
    config_input in = { 0 };
    TRY(api_read_query(call, widget_config_params, COUNT_WIDGET_CONFIG, &in));
    TRY(api_pin_shop(call, &s));
    json_out w = api_json(call);
    widget_config_write(call->c, &w, s, in.lang);
    TRY(api_json_done(call, &w));
    return answer_tagged(call);
}
