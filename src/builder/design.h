/* How an owner's widgets look, where they stand and when they come: one document a store, every member of it optional.
 * Promise: without a document every page has its widgets, in places, words and colours that fit a shop (the const tables of slots.c and
 * texts.c); a document that was read can be shown as it is; what it does not say is as the tables have it. How many products, the display,
 * discount and message are NOT here: they are settings of placements (decide/placement_settings.h), where experiments vary them.
 * A design is plain data, constant once read: any thread. Add a member: a field in design.c; a slot: a row in slots.c.
 * Read next: builder/fields.h, builder/versions.h, docs/widget-builder.md. */
#pragma once
#include "builder/fields.h"
#include "builder/words.h"

enum { LIMIT_WIDGET_TITLE = 120, LIMIT_WIDGET_TEXT = 200, LIMIT_WIDGET_SELECTOR = 200, LIMIT_WIDGET_FONT = 120 };

/* What the theme says where nothing is said here: empty texts, radius -1. */
typedef struct {
    str accent, text, surface, font;
    int radius_px;
} widget_look;

/* A slot: one widget at one place. */
typedef struct {
    bool enabled;
    int layout, source;             /* widget_layout, widget_source */
    widget_words title;             /* above it; empty: none */
    int page, position;             /* widget_page, widget_position */
    str selector;                   /* of the element it stands at; empty: the widget finds a place of that page */
    int trigger;                    /* widget_trigger */
    double scrolled_0_1;            /* of the page, for scroll */
    int seconds;                    /* of silence for idle; before anything else may come for the others */
    int per_session, per_day;       /* at most so often; 0: any number */
    int gap_s;                      /* between this and whatever else covers the page */
    int device, visitor;            /* widget_device, widget_visitor */
    int64_t from_ms, until_ms;      /* UTC; 0: open */
    bool rating, stock, message, add_to_cart;   /* is this shown with a product */
    widget_look look;               /* of this slot alone; what is empty is as the design's */
} slot_design;

/* The rows of slots.c, in the order pages show them. */
#define WIDGET_SLOT_LIST(X)                                                                                             \
    X(BOUGHT_TOGETHER, bought_together) X(ALSO_VIEWED, also_viewed) X(SIMILAR, similar) X(UPGRADE, upgrade)             \
    X(CART, cart) X(CHECKOUT, checkout) X(FOR_YOU, for_you) X(TRENDING, trending) X(RECENT, recent)                     \
    X(CATEGORY, category) X(SEARCH_EMPTY, search_empty) X(NOT_FOUND, not_found) X(ORDER_RECEIVED, order_received)       \
    X(POPUP, popup) X(SLIDE_IN, slide_in) X(BANNER, banner) X(STICKY, sticky) X(EMAIL, email)
typedef enum {
#define X(name, word) WIDGET_SLOT_##name,
    WIDGET_SLOT_LIST(X)
#undef X
    WIDGET_SLOTS
} widget_slot;

/* What no owner changes of a slot. */
typedef struct {
    const char *name;
    const char *placement;          /* asked for: a word of decide/placements.c */
    int display;                    /* widget_display, where nobody set another for the placement */
    bool follows;                   /* shown as the placement's settings and experiments say; else always as `display` */
    bool anywhere;                  /* the owner may choose its page */
    int n;                          /* products asked for; what is set for the placement holds over it */
    slot_design design;             /* where the owner says nothing */
} widget_slot_facts;
extern const widget_slot_facts widget_slots[WIDGET_SLOTS];
/* WIDGET_SLOTS when there is none of that name. */
widget_slot widget_slot_find(str name);

/* Words on buttons and beside prices. */
typedef struct { const char *name, *in[WIDGET_LANGUAGES]; } widget_text_facts;
extern const widget_text_facts widget_texts[];
enum { WIDGET_TEXTS = 34 };         /* asserted in texts.c */

typedef struct {
    int consent;                    /* widget_consent */
    bool dnt, cookieless;           /* obey Do Not Track; keep nothing in the browser */
    double impression_0_1;          /* of a card that must be seen, for ... */
    int impression_ms;              /* ... so long to count */
} widget_tracking;

typedef struct widget_design {
    widget_tracking track;
    bool ga4, meta, segment;        /* forward to them what the page has of them */
    widget_look look;
    int scheme;                     /* widget_scheme: of dark and light */
    widget_words texts[WIDGET_TEXTS];
    slot_design slots[WIDGET_SLOTS];
} widget_design;

/* As the tables say. Texts point to constant data. */
void widget_design_default(widget_design *ret_design);
/* Read a whole document over the defaults. Texts point into the tree, which json_parse() puts into c->arena.
 *   o  an object; members that are null or missing stay as the tables have them
 * ERR_INVALID with the field ("slots.popup.trigger.kind"), and nothing is written. */
CHECK_RESULT err_code widget_design_read(ctx *c, const json_value *o, widget_design *ret_design);
/* The same from text; empty text is the default. */
CHECK_RESULT err_code widget_design_parse(ctx *c, str text, widget_design *ret_design);

/* Members of an open object: track, forward, design. */
void widget_design_write_head(json_out *w, const widget_design *d);
/* Member "texts" in one language, or by language. */
void widget_design_write_texts(json_out *w, const widget_design *d, widget_language language);
/* Members of an open object of one slot, enabled left out: title, where, trigger and all that an owner may say. */
void widget_slot_write(json_out *w, const slot_design *s, widget_language language);
/* Where, when and how often alone: how an overlay behaves that another slot is shown as. */
void widget_slot_write_manners(json_out *w, const slot_design *s);
/* Everything said and not said: one object, as a document that says all. */
void widget_design_write(json_out *w, const widget_design *d);
/* What a document may hold, with the defaults: one object, for who draws a form of it. */
void widget_design_describe(json_out *w);
