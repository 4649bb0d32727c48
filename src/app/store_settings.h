/* What an owner may set for a store: one table, checked and merged into the row.
 * Promise: a wrong name or value changes nothing and says what would be right. */
#pragma once
#include "schema/tables.h"

typedef enum {
    SETTING_INT, SETTING_TEXT, SETTING_URL, SETTING_WORD /* one of those in `words` */,
    SETTING_MAIL /* addresses, commas between; at most `high` */, SETTING_PLAN /* jobs/plans.h */
} setting_kind;
typedef struct {
    const char *name;
    setting_kind kind;
    int64_t low, high;
    const char *column;             /* column of the store that holds it; NULL: a member of store.settings */
    const char *help;
    const char *words;              /* separated by blanks */
} store_setting;
extern const store_setting store_setting_table[];
extern const size_t n_store_settings;

/* "name=value" into the row; an empty value takes a member of store.settings out: its default counts again. ERR_INVALID. */
CHECK_RESULT err_code store_setting_apply(ctx *c, store *s, str assignment);
