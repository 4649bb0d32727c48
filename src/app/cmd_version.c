/* vitrine version: which program this is. */
#include "app/commands.h"
#include "base/limits.h"

static err_code run(ctx *c, const invocation *v) {
    if (!v->json) {
        fprintf(v->out, "vitrine %s\n", VITRINE_VERSION);
        return ERR_OK;
    }
    buf b;
    buf_init_in(&b, c->arena, KIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_member_text(&w, "version", VITRINE_VERSION);
    jw_end_object(&w);
    fprintf(v->out, "%s\n", b.p);
    return buf_err(&b);
}

const command cmd_version = { .name = "version", .summary = "Say which program this is", .usage = "", .run = run };
