/* The table of displays by placement. */
#include "decide/displays.h"

typedef struct { const char *placement; int n, of[LIMIT_DISPLAYS]; } fitting;

/* A letter has no display, and on the page that thanks nobody is stopped any more. */
static const fitting table[] = {
    { "home", 3, { DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_SLIDE_IN } },
    { "category", 3, { DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_SLIDE_IN } },
    { "product", 4, { DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_POPUP, DISPLAY_SLIDE_IN } },
    { "upsell", 3, { DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_POPUP } },
    { "cart", 4, { DISPLAY_CART, DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_POPUP } },
    { "checkout", 4, { DISPLAY_CHECKOUT, DISPLAY_INLINE, DISPLAY_BANNER, DISPLAY_POPUP } },
};

size_t displays_of(str placement, int *ret_displays) {
    for (size_t i = 0; i < COUNT(table); i++) {
        if (!str_eq(placement, str_of(table[i].placement))) continue;
        for (int k = 0; k < table[i].n; k++) ret_displays[k] = table[i].of[k];
        return (size_t)table[i].n;
    }
    return 0;
}

const char *display_word(int display) {
    placement_settings s = { .given = 1u << PLACEMENT_DISPLAY };
    s.value[PLACEMENT_DISPLAY] = display;
    return placement_setting_word(&s, PLACEMENT_DISPLAY);
}
