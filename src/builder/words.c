/* The words themselves. */
#include "builder/words.h"
#include <stddef.h>

#define WORD(name, word) word,
const char *const widget_display_words[] = { WIDGET_DISPLAY_LIST(WORD) NULL };
const char *const widget_layout_words[] = { WIDGET_LAYOUT_LIST(WORD) NULL };
const char *const widget_source_words[] = { WIDGET_SOURCE_LIST(WORD) NULL };
const char *const widget_page_words[] = { WIDGET_PAGE_LIST(WORD) NULL };
const char *const widget_position_words[] = { WIDGET_POSITION_LIST(WORD) NULL };
const char *const widget_trigger_words[] = { WIDGET_TRIGGER_LIST(WORD) NULL };
const char *const widget_device_words[] = { WIDGET_DEVICE_LIST(WORD) NULL };
const char *const widget_visitor_words[] = { WIDGET_VISITOR_LIST(WORD) NULL };
const char *const widget_scheme_words[] = { WIDGET_SCHEME_LIST(WORD) NULL };
const char *const widget_consent_words[] = { WIDGET_CONSENT_LIST(WORD) NULL };
