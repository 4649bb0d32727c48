/* What a page is told of its widgets: the design, with what holds for their placements today.
 * Promise: the same for every visitor of a shop and language, so that it may be kept by browsers: what differs by visitor (his arm of an
 * experiment, the hold-out) is told by answers, and the configuration says which slots go by it. No database, no lock. Any thread.
 * Read next: builder/design.h, decide/terms.h, docs/widget-builder.md. */
#pragma once
#include "builder/design.h"
#include "decide/serving.h"

typedef struct {
    str locale;                     /* of the page; empty: the shop's */
    bool preview;                   /* the draft, where there is one, instead of what was published */
} widget_config_query;
/* One object: version, store, track, forward, design, texts, displays, placements.
 *   s  pinned */
void widget_config_write(ctx *c, json_out *w, const serving *s, const widget_config_query *q);
/* The slot of a store as it is on the pages, for who draws it elsewhere. Texts live as long as the pin. */
slot_design widget_config_slot(const serving *s, widget_slot slot);
/* The look of all slots, the same way. */
widget_look widget_config_look(const serving *s);
/* A word of the design: one of widget_texts, empty when there is none of that name. The same way. */
str widget_config_text(const serving *s, const char *name, widget_language language);
