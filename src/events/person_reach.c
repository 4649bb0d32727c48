/* Every table that holds something personal, and how a person is found in it. It does NOT list columns: the PERSONAL mark does.
 * Add a table with a PERSONAL column: a row here; tests/events/person_test.c fails until it is there. */
#include "events/person_int.h"
#include <string.h>
#include "net/crypto.h"

const reach person_reaches[] = {
    { &logged_event_entity, "visitor_id", NAMED_VISITOR, FATE_DELETE, NULL },
    { &exposure_entity, "visitor_id", NAMED_VISITOR, FATE_DELETE, NULL },
    { &known_visitor_entity, "visitor_id", NAMED_VISITOR, FATE_DELETE, NULL },
    { &attribution_entity, "person", NAMED_ALIAS, FATE_BLANK, NULL },
    { &experiment_subject_entity, "person", NAMED_ALIAS, FATE_RENAME, NULL },
    { &shop_cart_entity, "customer_id", NAMED_CUSTOMER, FATE_DELETE, NULL },
    { &shop_cart_entity, "visitor_id", NAMED_VISITOR, FATE_DELETE, NULL },
    { &shop_cart_entity, "email", NAMED_EMAIL, FATE_DELETE, NULL },
    { &order_link_entity, "visitor_id", NAMED_VISITOR, FATE_BLANK, NULL },
    { &order_entity, "customer_id", NAMED_CUSTOMER, FATE_BLANK, NULL },
    { &order_entity, "visitor_id", NAMED_VISITOR, FATE_BLANK, NULL },
    { &order_line_entity, "order_id", NAMED_BY_PARENT, FATE_BLANK, &order_entity },
    { &attribution_entity, "order_id", NAMED_BY_PARENT, FATE_BLANK, &order_entity },
    { &order_link_entity, "order_id", NAMED_BY_PARENT, FATE_BLANK, &order_entity },
    { &review_entity, "reviewer_email", NAMED_EMAIL, FATE_BLANK, NULL },
    { &coupon_entity, "email_restrictions", NAMED_EMAIL, FATE_BLANK, NULL },
    { &customer_entity, "customer_id", NAMED_CUSTOMER, FATE_LAST_BLANK, NULL },
    { &person_alias_entity, "alias", NAMED_ALIAS, FATE_LAST_DELETE, NULL },
};
const size_t n_person_reaches = COUNT(person_reaches);

const name_list *person_names_of(const person_names *who, reach_names names) {
    static const name_list none = { 0 };
    switch (names) {
    case NAMED_VISITOR: return &who->visitors;
    case NAMED_CUSTOMER: return &who->customers;
    case NAMED_ALIAS: return &who->aliases;
    case NAMED_EMAIL: return &who->emails;
    case NAMED_BY_PARENT: return &none;
    }
    return &none;
}

str person_row_name(const reach *r, const void *row) {
    return *(const str *)entity_at(r->e, row, entity_field_index(r->e, str_of(r->column)));
}

/* The next address of one, or of a JSON list of them; empty at the end. */
static str next_address(str *rest) {
    static const char apart[] = "[]\", \t\r\n";
    while (rest->n && memchr(apart, rest->p[0], sizeof apart - 1)) *rest = str_sub(*rest, 1, rest->n);
    size_t n = 0;
    while (n < rest->n && !memchr(apart, rest->p[n], sizeof apart - 1)) n++;
    str word = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n);
    return word;
}

static err_code has_address(ctx *c, str text, str hash, bool *ret_has) {
    *ret_has = false;
    for (str word = next_address(&text); word.n && !*ret_has; word = next_address(&text)) {
        str of_word = crypto_email_hash(c->arena, word);
        if (!of_word.p) return fail(c, ERR_NO_MEMORY, "look for an address");
        *ret_has = str_eq(of_word, hash);
    }
    return ERR_OK;
}

bool person_row_is_foreign(const reach *r, const void *row) {
    if (r->e == &coupon_entity) {                           /* for several people: the others are not told to this one */
        str list = person_row_name(r, row);
        (void)next_address(&list);                          /* his own, or the first of several */
        return next_address(&list).n != 0;
    }
    if (r->names != NAMED_VISITOR) return false;            /* his own orders and carts were found by their customer */
    if (r->e == &shop_cart_entity) return ((const shop_cart *)row)->customer_id.n != 0;
    return r->e == &order_entity && ((const order *)row)->customer_id.n != 0;
}

/* Addresses are written as people wrote them, so each is hashed and compared: a page of the table, not of the name. */
static err_code page_by_hash(ctx *c, db *d, const reach *r, const void *key, str name, const void *after, char **ret_rows, size_t *ret_n) {
    size_t kept = 0, n = PERSON_PAGE_ROWS;
    char *rows = NULL, *last = NULL;
    while (!kept && n == PERSON_PAGE_ROWS) {
        TRY(storage_scan(c, d, r->e, key, 1, last ? last : after, PERSON_PAGE_ROWS, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            char *row = rows + i * r->e->row_size;
            bool has = false;
            TRY(has_address(c, person_row_name(r, row), name, &has));
            if (has) memmove(rows + kept++ * r->e->row_size, row, r->e->row_size);
        }
        if (n) last = rows + (n - 1) * r->e->row_size;
    }
    *ret_rows = rows;
    *ret_n = kept;
    return ERR_OK;
}

err_code person_page(ctx *c, db *d, const reach *r, int64_t store_id, str name, const void *after, char **ret_rows, size_t *ret_n) {
    size_t at = entity_field_index(r->e, str_of(r->column));
    char *key = arena_alloc(c->arena, r->e->row_size);
    if (!key) return fail(c, ERR_NO_MEMORY, "look for a person");
    *(int64_t *)entity_at_mut(r->e, key, 0) = store_id;
    if (r->names == NAMED_EMAIL) return page_by_hash(c, d, r, key, name, after, ret_rows, ret_n);
    *(str *)entity_at_mut(r->e, key, at) = name;
    if (at == 1) return storage_scan(c, d, r->e, key, 2, after, PERSON_PAGE_ROWS, ret_rows, ret_n);
    return storage_scan_by(c, d, r->e, r->column, key, after, PERSON_PAGE_ROWS, ret_rows, ret_n);
}
