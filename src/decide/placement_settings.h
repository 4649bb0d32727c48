/* What an owner or an experiment may set for a placement, as a table: a name, what values it takes.
 * Promise: what was read is within its range, and unknown members are refused with a sentence; what was not given is not set, so that
 * one set of settings may lie over another: default < the owner's < each experiment's variant. Pure functions over plain data.
 * Add a setting: one row here and one in placement_settings.c; recommend.c or slate.c obeys it. Read next: decide/terms.h. */
#pragma once
#include "base/json.h"

#define PLACEMENT_SETTING_LIST(X)                                                                                       \
    X(N, "n")                               /* items, whatever the request says */                                      \
    X(DISCOUNT, "discount")                 /* percent off every item, as an incentive */                               \
    X(DISPLAY, "display")                   /* how the page shows it */                                                 \
    X(MODEL, "model")                       /* what orders the list */                                                  \
    X(MESSAGE, "message")                   /* which sentence stands with an item */                                    \
    X(PRICE_INCENTIVE, "price_incentive")   /* false: no discount is offered */                                         \
    X(ENABLED, "enabled")                   /* false: nothing is shown */
typedef enum {
#define X(name, word) PLACEMENT_##name,
    PLACEMENT_SETTING_LIST(X)
#undef X
    PLACEMENT_SETTINGS
} placement_setting_kind;

/* Values of DISPLAY (passed through to the page), MODEL and MESSAGE. */
typedef enum {
    DISPLAY_POPUP, DISPLAY_BANNER, DISPLAY_INLINE, DISPLAY_CART, DISPLAY_CHECKOUT, DISPLAY_SLIDE_IN, DISPLAY_STICKY
} placement_display;
typedef enum { MODEL_RANKER, MODEL_RULES, MODEL_CATALOGUE } placement_model;
typedef enum { MESSAGE_REASON, MESSAGE_PLAIN, MESSAGE_NONE } placement_message;

/* Zeroed: nothing is set. */
typedef struct {
    uint32_t given;                         /* bit k: value[k] is set */
    int value[PLACEMENT_SETTINGS];          /* number, place among the words, or 0 and 1 */
} placement_settings;

/* Read an object, all of it or nothing.
 * ERR_INVALID with the field: no object, a member that is no setting, a value out of its range (says which is right). */
CHECK_RESULT err_code placement_settings_read(ctx *c, const json_value *o, placement_settings *ret_settings);
/* The same from text; empty text sets nothing. */
CHECK_RESULT err_code placement_settings_parse(ctx *c, str text, placement_settings *ret_settings);
/* The same of each variant of an experiment.
 *   variants  a JSON list of objects, each with its `settings` or without */
CHECK_RESULT err_code placement_settings_check(ctx *c, const json_value *variants);
/* What `over` sets lies over what `s` sets. */
void placement_settings_lay(placement_settings *s, const placement_settings *over);
/* One JSON object of what is set. */
void placement_settings_write(json_out *w, const placement_settings *s);

static inline int placement_setting_or(const placement_settings *s, placement_setting_kind k, int otherwise) {
    return s->given >> k & 1 ? s->value[k] : otherwise;
}
/* The word of a setting that has words; NULL when it is not set. */
const char *placement_setting_word(const placement_settings *s, placement_setting_kind k);
