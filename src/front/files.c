/* Style, script and icon of the pages, put into the program as they are in web/shop/. The Makefile names them as what this file is
 * made of. */
#include "front/front.h"

#define FILE_BYTES(symbol, path)                                                                                \
    __asm__(".pushsection .rodata\n.global " #symbol "\n.global " #symbol "_end\n" #symbol ":\n.incbin \"" path "\"\n" \
            #symbol "_end:\n.byte 0\n.popsection\n");                                                             \
    extern const char symbol[], symbol##_end[]

FILE_BYTES(front_shop_css, "web/shop/shop.css");
FILE_BYTES(front_shop_js, "web/shop/shop.js");
FILE_BYTES(front_icon_svg, "web/shop/icon.svg");

static const struct { const char *name, *content_type, *from, *to; } rows[] = {
    { "shop.css", "text/css; charset=utf-8", front_shop_css, front_shop_css_end },
    { "shop.js", "text/javascript; charset=utf-8", front_shop_js, front_shop_js_end },
    { "icon.svg", "image/svg+xml", front_icon_svg, front_icon_svg_end },
};

bool front_file_find(str name, front_file *ret_file) {
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!str_eq(name, str_of(rows[i].name))) continue;
        *ret_file = (front_file){ rows[i].name, rows[i].content_type, { rows[i].from, (size_t)(rows[i].to - rows[i].from) } };
        return true;
    }
    return false;
}
