/* Pictures of the demonstration shop, drawn when asked for. */
#include "api/system.h"
#include "connect/demo.h"

err_code system_demo_image(api_call *call) {
    str id = call->path_value;
    if (!str_ends(id, STR(".svg"))) return fail(call->c, ERR_NOT_FOUND, "pictures are /demo/images/PRODUCT.svg");
    id.n -= 4;
    TRY(demo_image_svg(call->c, id, &call->out->body));
    call->out->status = 200;
    call->out->content_type = "image/svg+xml";
    http_add_header(call->out, "Cache-Control", STR("public, max-age=86400"));
    http_add_header(call->out, "Content-Security-Policy", STR("default-src 'none'; style-src 'unsafe-inline'"));
    return ERR_OK;
}
