/* Serves the widget's files out of the program's own memory. It does NOT know what is in them. */
#include "api/widget_files.h"

static const char loader_cache[] = "public, max-age=300, stale-while-revalidate=86400";
static const char part_cache[] = "public, max-age=31536000, immutable";

bool widget_takes_gzip(str accept_encoding) {
    while (accept_encoding.n) {
        str one = str_cut(&accept_encoding, ','), name = str_trim(str_cut(&one, ';')), weight = str_trim(one);
        if (!str_eq_nocase(name, STR("gzip")) && !str_eq(name, STR("*"))) continue;
        return !(str_starts(weight, STR("q=0")) && str_find(weight, STR(".")) == SIZE_MAX);
    }
    return false;
}

/* Proxies make strong tags weak and clients send several: ours, as it is quoted, anywhere in the header is a match. */
static bool is_known(const http_request *r, str etag) { return str_find(http_header(r, "If-None-Match"), etag) != SIZE_MAX; }

static err_code send_file(api_call *call, const widget_file *f, const char *cache) {
    bool zip = widget_takes_gzip(http_header(call->r, "Accept-Encoding"));
    str etag = str_of(zip ? f->zip_etag : f->etag);
    http_response *out = call->out;
    out->content_type = "text/javascript; charset=utf-8";
    http_add_header(out, "Cache-Control", str_of(cache));
    http_add_header(out, "ETag", etag);
    http_add_header(out, "Vary", STR("Accept-Encoding"));
    http_add_header(out, "Access-Control-Allow-Origin", STR("*"));      /* integrity is checked of files that may be read */
    http_add_header(out, "Cross-Origin-Resource-Policy", STR("cross-origin"));
    http_add_header(out, "X-Content-Type-Options", STR("nosniff"));
    out->status = is_known(call->r, etag) ? 304 : 200;
    if (out->status == 304) return ERR_OK;
    if (zip) http_add_header(out, "Content-Encoding", STR("gzip"));
    out->static_body = zip ? (str){ (const char *)f->zip, f->n_zip } : (str){ (const char *)f->body, f->n };
    return ERR_OK;
}

err_code widget_loader(api_call *call) { return send_file(call, &widget_files[0], loader_cache); }

err_code widget_part(api_call *call) {
    for (size_t i = 1; i < n_widget_files; i++)
        if (str_eq(call->path_value, str_of(widget_files[i].name))) return send_file(call, &widget_files[i], part_cache);
    return fail(call->c, ERR_NOT_FOUND, "this file of the widget is of another version of Vitrine; /v.js names those of this one");
}
