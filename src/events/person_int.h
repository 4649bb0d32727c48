/* Where persons are found in the tables. Private to events/. */
#pragma once
#include "events/person.h"

/* Which of the person's names a column is compared with. */
typedef enum { NAMED_VISITOR, NAMED_CUSTOMER, NAMED_ALIAS, NAMED_EMAIL, NAMED_BY_PARENT } reach_names;
typedef enum {
    FATE_DELETE,        /* the row says only what the person did */
    FATE_BLANK,         /* its personal columns are emptied; the rest is the shop's */
    FATE_RENAME,        /* the personal key becomes a word that leads nowhere: the figures of an experiment stay whole */
    FATE_LAST_BLANK,    /* as above, but in the last transaction: by these rows an interrupted erasure finds the person again */
    FATE_LAST_DELETE
} reach_fate;

/* One way into one table. */
typedef struct reach {
    const entity *e;
    const char *column;             /* compared with the names: the second key column, an INDEXED one, or (slow) any */
    reach_names names;
    reach_fate fate;
    const entity *parent;           /* NAMED_BY_PARENT: rows that hang on a row of it, by its key */
} reach;
extern const reach person_reaches[];
extern const size_t n_person_reaches;

const name_list *person_names_of(const person_names *who, reach_names names);
/* A page of rows that one name leads to.
 *   after    NULL, or the last row of the page before
 *   ret_n    0 = no more; fewer than PERSON_PAGE_ROWS says nothing */
CHECK_RESULT err_code person_page(ctx *c, db *d, const reach *r, int64_t store_id, str name, const void *after, char **ret_rows,
                                  size_t *ret_n);
enum { PERSON_PAGE_ROWS = 500 };
/* The text of the column it was found by. */
str person_row_name(const reach *r, const void *row);
/* Does the row say something of others too? An order from a browser that somebody else used; a coupon for several addresses. */
bool person_row_is_foreign(const reach *r, const void *row);
