/* The slots as shops use them without an owner saying a word: nothing that covers the page comes by itself. */
#include "base/ctx.h"
#include "builder/design.h"

#define SAY(ro, en) { { STRING(ro), STRING(en) } }
#define STRING(text) { text, sizeof(text) - 1 }
#define THEME { .radius_px = -1 }
/* What every slot has in common: members may not be given twice, so each is listed where rows differ. */
#define SHOWS .rating = true, .stock = true, .message = true, .add_to_cart = true, .look = THEME
#define IN_PAGE(at, where) .enabled = true, .page = WIDGET_PAGE_##at, .position = WIDGET_POSITION_##where, .trigger = WIDGET_TRIGGER_LOAD, \
    .scrolled_0_1 = 0.5, SHOWS
/* Off until the owner, a setting of the placement or an experiment asks for it. */
#define OVER_PAGE(at, when, after_s, a_visit, a_day, gap) .page = WIDGET_PAGE_##at, .position = WIDGET_POSITION_AFTER,                 \
    .trigger = WIDGET_TRIGGER_##when, .scrolled_0_1 = 0.5, .seconds = after_s, .per_session = a_visit, .per_day = a_day, .gap_s = gap, SHOWS

const widget_slot_facts widget_slots[WIDGET_SLOTS] = {
    /* the page of a product */
    [WIDGET_SLOT_BOUGHT_TOGETHER] = { "bought_together", "product", WIDGET_DISPLAY_INLINE, true, false, 3,
        { .layout = WIDGET_LAYOUT_BUNDLE, .source = WIDGET_SOURCE_CROSS_SELL,
          .title = SAY("Cumpărate des împreună", "Frequently bought together"),
          IN_PAGE(PRODUCT, AFTER) } },
    [WIDGET_SLOT_ALSO_VIEWED] = { "also_viewed", "also_bought", WIDGET_DISPLAY_INLINE, true, false, 8,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Alți clienți au ales și", "Other customers also chose"),
          IN_PAGE(PRODUCT, AFTER) } },
    [WIDGET_SLOT_SIMILAR] = { "similar", "similar", WIDGET_DISPLAY_INLINE, true, false, 8,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Produse asemănătoare", "Similar products"),
          IN_PAGE(PRODUCT, AFTER) } },
    [WIDGET_SLOT_UPGRADE] = { "upgrade", "upsell", WIDGET_DISPLAY_INLINE, true, false, 1,
        { .layout = WIDGET_LAYOUT_CARD, .source = WIDGET_SOURCE_UPSELL,
          .title = SAY("Un pas mai sus", "A step up"), IN_PAGE(PRODUCT, AFTER) } },
    /* on the way to the till */
    [WIDGET_SLOT_CART] = { "cart", "cart", WIDGET_DISPLAY_INLINE, true, false, 4,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Se potrivesc cu ce ai în coș", "Goes well with your cart"),
          IN_PAGE(CART, AFTER) } },
    [WIDGET_SLOT_CHECKOUT] = { "checkout", "checkout", WIDGET_DISPLAY_INLINE, true, false, 2,
        { .layout = WIDGET_LAYOUT_LIST, .source = WIDGET_SOURCE_ALL, .title = SAY("Mai adaugi ceva?", "One more thing?"),
          IN_PAGE(CHECKOUT, BEFORE) } },
    /* the home page */
    [WIDGET_SLOT_FOR_YOU] = { "for_you", "home", WIDGET_DISPLAY_INLINE, true, false, 8,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Alese pentru tine", "Recommended for you"),
          IN_PAGE(HOME, AFTER) } },
    [WIDGET_SLOT_TRENDING] = { "trending", "home", WIDGET_DISPLAY_INLINE, false, false, 8,
        { .layout = WIDGET_LAYOUT_GRID, .source = WIDGET_SOURCE_TRENDING,
          .title = SAY("Cele mai căutate acum", "Trending now"),
          IN_PAGE(HOME, AFTER) } },
    [WIDGET_SLOT_RECENT] = { "recent", "home", WIDGET_DISPLAY_INLINE, false, false, 8,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_RECENT,
          .title = SAY("Văzute de curând", "Recently viewed"),
          IN_PAGE(HOME, AFTER) } },
    /* elsewhere */
    [WIDGET_SLOT_CATEGORY] = { "category", "category", WIDGET_DISPLAY_INLINE, true, false, 8,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Recomandate din categorie", "Recommended in this category"),
          IN_PAGE(CATEGORY, BEFORE) } },
    [WIDGET_SLOT_SEARCH_EMPTY] = { "search_empty", "search", WIDGET_DISPLAY_INLINE, false, false, 8,
        { .layout = WIDGET_LAYOUT_GRID, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Poate îți plac acestea", "You may like these"),
          IN_PAGE(SEARCH_EMPTY, AFTER) } },
    [WIDGET_SLOT_NOT_FOUND] = { "not_found", "not_found", WIDGET_DISPLAY_INLINE, false, false, 8,
        { .layout = WIDGET_LAYOUT_GRID, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Poate căutai unul dintre acestea", "Maybe you were looking for one of these"),
          IN_PAGE(NOT_FOUND, AFTER) } },
    [WIDGET_SLOT_ORDER_RECEIVED] = { "order_received", "thank_you", WIDGET_DISPLAY_INLINE, false, false, 6,
        { .layout = WIDGET_LAYOUT_CAROUSEL, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Pentru data viitoare", "For next time"),
          IN_PAGE(ORDER_RECEIVED, AFTER) } },
    /* over the page */
    [WIDGET_SLOT_POPUP] = { "popup", "cart", WIDGET_DISPLAY_POPUP, false, true, 3,
        { .layout = WIDGET_LAYOUT_GRID, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Se potrivesc cu alegerea ta", "Goes well with your choice"),
          OVER_PAGE(ANY, ADD_TO_CART, 0, 1, 2, 60) } },
    [WIDGET_SLOT_SLIDE_IN] = { "slide_in", "product", WIDGET_DISPLAY_SLIDE_IN, false, true, 2,
        { .layout = WIDGET_LAYOUT_LIST, .source = WIDGET_SOURCE_ALL,
          .title = SAY("S-ar putea să-ți placă", "You may also like"),
          OVER_PAGE(PRODUCT, SCROLL, 5, 1, 3, 60) } },
    [WIDGET_SLOT_BANNER] = { "banner", "home", WIDGET_DISPLAY_BANNER, false, true, 3,
        { .layout = WIDGET_LAYOUT_BAR, .source = WIDGET_SOURCE_ALL, .title = SAY("Alese pentru tine", "Picked for you"),
          OVER_PAGE(HOME, LOAD, 2, 1, 3, 60) } },
    [WIDGET_SLOT_STICKY] = { "sticky", "product", WIDGET_DISPLAY_STICKY, false, true, 1,
        { .layout = WIDGET_LAYOUT_BAR, .source = WIDGET_SOURCE_ALL, .title = SAY("Se cumpără împreună", "Bought together"),
          OVER_PAGE(PRODUCT, SCROLL, 0, 0, 0, 0) } },
    /* in letters: drawn by the server */
    [WIDGET_SLOT_EMAIL] = { "email", "email", WIDGET_DISPLAY_EMAIL, false, false, 4,
        { .layout = WIDGET_LAYOUT_GRID, .source = WIDGET_SOURCE_ALL,
          .title = SAY("Alese pentru tine", "Picked for you"), IN_PAGE(ANY, AFTER) } },
};

widget_slot widget_slot_find(str name) {
    size_t k = 0;
    while (k < WIDGET_SLOTS && !str_eq(name, str_of(widget_slots[k].name))) k++;
    return (widget_slot)k;
}
