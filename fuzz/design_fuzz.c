/* Designs of widgets: any text is refused, or is a design whose texts are plain and which reads back as it was written. */
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "builder/design.h"
#include <stdlib.h>

static str design_written(ctx *c, const widget_design *d) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, MIB);
    jw_init(&w, &b);
    widget_design_write(&w, d);
    if (buf_err(&b)) abort();
    return buf_view(&b);
}

FUZZ_TARGET(data, size) {
    FUZZ_CTX(c, a, 32 * MIB);
    widget_design d, again;
    if (widget_design_parse(&c, (str){ (const char *)data, size }, &d)) return 0;
    for (size_t i = 0; i < WIDGET_SLOTS; i++)
        for (size_t k = 0; k < WIDGET_LANGUAGES; k++)
            if (!design_text_is_plain(d.slots[i].title.in[k])) abort();
    str once = design_written(&c, &d);
    if (widget_design_parse(&c, once, &again) || !str_eq(once, design_written(&c, &again))) abort();
    return 0;
}
