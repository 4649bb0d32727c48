/* The words of a widget's design: what a field may say, in the order of its enum. Const data.
 * Displays are those of a placement's settings and the letter's, sources those of decide/ and what this browser saw last; a test holds
 * them to it. Add a word: here, and in docs/widget-builder.md. Read next: builder/design.h. */
#pragma once

#define WIDGET_DISPLAY_LIST(X) X(WIDGET_DISPLAY_INLINE, "inline") X(WIDGET_DISPLAY_POPUP, "popup") \
    X(WIDGET_DISPLAY_SLIDE_IN, "slide_in") X(WIDGET_DISPLAY_BANNER, "banner") X(WIDGET_DISPLAY_STICKY, "sticky") \
    X(WIDGET_DISPLAY_EMAIL, "email")
#define WIDGET_LAYOUT_LIST(X) X(WIDGET_LAYOUT_BUNDLE, "bundle") X(WIDGET_LAYOUT_CAROUSEL, "carousel") \
    X(WIDGET_LAYOUT_GRID, "grid") X(WIDGET_LAYOUT_LIST, "list") X(WIDGET_LAYOUT_BAR, "bar") X(WIDGET_LAYOUT_CARD, "card")
#define WIDGET_SOURCE_LIST(X) X(WIDGET_SOURCE_ALL, "all") X(WIDGET_SOURCE_CROSS_SELL, "cross_sell") \
    X(WIDGET_SOURCE_ALSO_BOUGHT, "also_bought") X(WIDGET_SOURCE_UPSELL, "upsell") X(WIDGET_SOURCE_SIMILAR, "similar") \
    X(WIDGET_SOURCE_PERSONAL, "personal") X(WIDGET_SOURCE_TRENDING, "trending") X(WIDGET_SOURCE_POPULAR, "popular") \
    X(WIDGET_SOURCE_NEW, "new") X(WIDGET_SOURCE_RECENT, "recent")
#define WIDGET_PAGE_LIST(X) X(WIDGET_PAGE_ANY, "any") X(WIDGET_PAGE_HOME, "home") X(WIDGET_PAGE_CATEGORY, "category") \
    X(WIDGET_PAGE_PRODUCT, "product") X(WIDGET_PAGE_CART, "cart") X(WIDGET_PAGE_CHECKOUT, "checkout") \
    X(WIDGET_PAGE_SEARCH, "search") X(WIDGET_PAGE_SEARCH_EMPTY, "search_empty") X(WIDGET_PAGE_NOT_FOUND, "not_found") \
    X(WIDGET_PAGE_ORDER_RECEIVED, "order_received")
#define WIDGET_POSITION_LIST(X) X(WIDGET_POSITION_AFTER, "after") X(WIDGET_POSITION_BEFORE, "before") \
    X(WIDGET_POSITION_INSIDE, "inside") X(WIDGET_POSITION_REPLACE, "replace")
#define WIDGET_TRIGGER_LIST(X) X(WIDGET_TRIGGER_LOAD, "load") X(WIDGET_TRIGGER_ADD_TO_CART, "add_to_cart") \
    X(WIDGET_TRIGGER_EXIT, "exit") X(WIDGET_TRIGGER_SCROLL, "scroll") X(WIDGET_TRIGGER_IDLE, "idle")
#define WIDGET_DEVICE_LIST(X) X(WIDGET_DEVICE_ANY, "any") X(WIDGET_DEVICE_PHONE, "phone") X(WIDGET_DEVICE_DESKTOP, "desktop")
#define WIDGET_VISITOR_LIST(X) X(WIDGET_VISITOR_ANY, "any") X(WIDGET_VISITOR_NEW, "new") \
    X(WIDGET_VISITOR_RETURNING, "returning")
#define WIDGET_SCHEME_LIST(X) X(WIDGET_SCHEME_AUTO, "auto") X(WIDGET_SCHEME_LIGHT, "light") X(WIDGET_SCHEME_DARK, "dark")
#define WIDGET_CONSENT_LIST(X) X(WIDGET_CONSENT_OPTIONAL, "optional") X(WIDGET_CONSENT_REQUIRED, "required")

#define WIDGET_ENUM_ROW(name, word) name,
typedef enum { WIDGET_DISPLAY_LIST(WIDGET_ENUM_ROW) WIDGET_DISPLAYS } widget_display;
typedef enum { WIDGET_LAYOUT_LIST(WIDGET_ENUM_ROW) WIDGET_LAYOUTS } widget_layout;
typedef enum { WIDGET_SOURCE_LIST(WIDGET_ENUM_ROW) WIDGET_SOURCES } widget_source;
typedef enum { WIDGET_PAGE_LIST(WIDGET_ENUM_ROW) WIDGET_PAGES } widget_page;
typedef enum { WIDGET_POSITION_LIST(WIDGET_ENUM_ROW) WIDGET_POSITIONS } widget_position;
typedef enum { WIDGET_TRIGGER_LIST(WIDGET_ENUM_ROW) WIDGET_TRIGGERS } widget_trigger;
typedef enum { WIDGET_DEVICE_LIST(WIDGET_ENUM_ROW) WIDGET_DEVICES } widget_device;
typedef enum { WIDGET_VISITOR_LIST(WIDGET_ENUM_ROW) WIDGET_VISITORS } widget_visitor;
typedef enum { WIDGET_SCHEME_LIST(WIDGET_ENUM_ROW) WIDGET_SCHEMES } widget_scheme;
typedef enum { WIDGET_CONSENT_LIST(WIDGET_ENUM_ROW) WIDGET_CONSENTS } widget_consent;
#undef WIDGET_ENUM_ROW

/* Each ends with NULL. */
extern const char *const widget_display_words[];
extern const char *const widget_layout_words[];
extern const char *const widget_source_words[];
extern const char *const widget_page_words[];
extern const char *const widget_position_words[];
extern const char *const widget_trigger_words[];
extern const char *const widget_device_words[];
extern const char *const widget_visitor_words[];
extern const char *const widget_scheme_words[];
extern const char *const widget_consent_words[];
