/* Members of a design document as data: one table says what a document may hold; reading, checking, writing and describing walk it.
 * Promise: what was read is within its range and safe to put on a page: colours are hexadecimal digits, fonts are names, selectors hold
 * nothing that ends a selector, texts hold no markup; everything else is refused with the field's whole name and a sentence that says what
 * is right. null stands for "not said". Pure functions over plain data. Read next: builder/design.h. */
#pragma once
#include "base/json.h"

typedef enum { WIDGET_RO, WIDGET_EN, WIDGET_LANGUAGES, WIDGET_EVERY_LANGUAGE = WIDGET_LANGUAGES } widget_language;
extern const char *const widget_languages[];        /* "ro", "en"; ends with NULL */
/* Of a locale as shops write it ("ro_RO"); languages without words are English. */
widget_language widget_language_of(str locale);

typedef struct { str in[WIDGET_LANGUAGES]; } widget_words;

typedef enum {
    DESIGN_FLAG,                /* bool */
    DESIGN_WORD,                /* int: place among `words` */
    DESIGN_INT,                 /* int in low..high */
    DESIGN_REAL,                /* double in low..high */
    DESIGN_TIME,                /* int64_t, UTC ms; 0: none */
    DESIGN_COLOUR,              /* str; empty: the theme's */
    DESIGN_FONT,                /* str of at most `high` bytes; empty: the theme's */
    DESIGN_SELECTOR,            /* str of at most `high` bytes; empty: where the widget finds a place */
    DESIGN_THEME_INT,           /* int in low..high; below low: the theme's */
    DESIGN_WORDS,               /* widget_words of at most `high` bytes each */
    DESIGN_GROUP                /* `fields`, offsets from the outer struct */
} design_kind;

typedef struct design_field {
    const char *name;
    design_kind kind;
    size_t offset;
    double low, high;
    const char *const *words;   /* ends with NULL */
    const struct design_field *fields;
    size_t n_fields;
} design_field;

/* What of an object is said, over what `into` holds. Texts point into the tree.
 *   path  what stands before the names in errors: "slots.cart"; empty: nothing
 * ERR_INVALID with the field: no object, a member that is none of the table, a value that is not right. */
CHECK_RESULT err_code design_fields_read(ctx *c, const char *path, const json_value *o, const design_field *table, size_t n, void *into);
/* Every member of the table into an open object, texts in one language, or by language for WIDGET_EVERY_LANGUAGE. */
void design_fields_write(json_out *w, const design_field *table, size_t n, const void *from, widget_language language);
/* What each member may be, as a list of {"name","kind","low","high","words","fields"}: for who draws a form of it. */
void design_fields_describe(json_out *w, const design_field *table, size_t n);

/* Is it safe as text on a page: no markup, no control characters? */
bool design_text_is_plain(str s);
/* ERR_INVALID: a text that is too long, or not plain. `field` names it. */
CHECK_RESULT err_code design_text_read(ctx *c, const char *field, const json_value *v, size_t most, str *ret_text);
/* "path.name" in c->arena, cut to what an error's field holds. */
const char *design_path(ctx *c, const char *path, str name);
