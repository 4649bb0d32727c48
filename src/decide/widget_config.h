/* What a page is told of its widgets: the design, with what holds for their placements today.
 * Promise: the same for every visitor of a shop and language, so that it may be kept by browsers: what differs by visitor (his arm of an
 * experiment, the hold-out) is told by answers, and the configuration says which slots go by it. No database, no lock. Any thread.
 * Read next: builder/design.h, decide/terms.h, docs/widget-builder.md. */
#pragma once
#include "builder/design.h"
#include "decide/serving.h"

/* One object: version, store, track, forward, design, texts, displays, placements.
 *   s         pinned
 *   locale    of the page; empty: the shop's */
void widget_config_write(ctx *c, json_out *w, const serving *s, str locale);
