/* From one name of a person to all. It does NOT read what the person did. */
#include "events/person.h"
#include <string.h>
#include "events/identity.h"

typedef struct { ctx *c; db *d; person_names *who; } finder;

/* New ones only; *ret_added may be NULL. */
static err_code add(finder *f, name_list *l, str name) {
    if (!name.n) return ERR_OK;
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->of[i], name)) return ERR_OK;
    if (l->n == LIMIT_PERSON_NAMES) return fail(f->c, ERR_TOO_LARGE, "more than %d names: this is no person", LIMIT_PERSON_NAMES);
    str copy = str_dup(f->c->arena, name);
    if (!copy.p) return fail(f->c, ERR_NO_MEMORY, "find a person");
    l->of[l->n++] = copy;
    return ERR_OK;
}

static err_code add_alias(finder *f, str alias) {
    str id = str_sub(alias, 2, alias.n);
    TRY(add(f, &f->who->aliases, alias));
    if (alias.p[0] == 'v') return add(f, &f->who->visitors, id);
    return add(f, alias.p[0] == 'c' ? &f->who->customers : &f->who->emails, id);
}

/* Every name becomes an alias; every alias brings its group. */
static err_code follow_alias(finder *f, char kind, str id) {
    person_alias *rows = NULL;
    size_t n = 0;
    str person, alias = kind == 'c' ? identity_customer_alias(f->c->arena, id) : identity_alias(f->c->arena, kind, id);
    if (!alias.n) return fail(f->c, ERR_NO_MEMORY, "find a person");
    TRY(add_alias(f, alias));
    TRY(identity_person(f->c, f->d, f->who->store_id, alias, &person));
    TRY(identity_names(f->c, f->d, f->who->store_id, person, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(add_alias(f, rows[i].alias));
    return ERR_OK;
}

static err_code follow_customer(finder *f, str id) {
    customer row = { .store_id = f->who->store_id, .customer_id = id };
    err_code e = storage_get(f->c, f->d, &customer_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    return e ? ERR_OK : add(f, &f->who->emails, row.email_hash);
}

/* Accounts with that address, and the guest of that address: also when the guest's row was emptied already. */
static err_code follow_email(finder *f, str hash) {
    customer by = { .store_id = f->who->store_id, .email_hash = hash }, *rows = NULL;
    size_t n = 0;
    buf guest;
    TRY(storage_scan_by(f->c, f->d, &customer_entity, "email_hash", &by, NULL, LIMIT_PERSON_NAMES, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(add(f, &f->who->customers, rows[i].customer_id));
    buf_init_in(&guest, f->c->arena, hash.n + 6);
    buf_text(&guest, "guest:");
    buf_str(&guest, hash);
    return add(f, &f->who->customers, buf_view(&guest));
}

/* Until no new name turns up. Each name is followed once. */
static err_code follow_all(finder *f) {
    person_names *w = f->who;
    size_t v = 0, k = 0, m = 0;
    while (v < w->visitors.n || k < w->customers.n || m < w->emails.n) {
        for (; v < w->visitors.n; v++) TRY(follow_alias(f, 'v', w->visitors.of[v]));
        for (; k < w->customers.n; k++) {
            TRY(follow_alias(f, 'c', w->customers.of[k]));
            TRY(follow_customer(f, w->customers.of[k]));
        }
        for (; m < w->emails.n; m++) {
            TRY(follow_alias(f, 'e', w->emails.of[m]));
            TRY(follow_email(f, w->emails.of[m]));
        }
    }
    return ERR_OK;
}

err_code person_find(ctx *c, db *d, const person_query *q, person_names *ret_names) {
    person_names *who = arena_new(c->arena, person_names, 1);
    if (!who) return fail(c, ERR_NO_MEMORY, "find a person");
    if (!q->visitor_id.n && !q->customer_id.n && !q->email_hash.n)
        return fail_field(c, ERR_INVALID, "visitor_id", "say who: a 'visitor_id', a 'customer_id' or an 'email'");
    if (q->visitor_id.n > LIMIT_ID_BYTES || q->customer_id.n > LIMIT_ID_BYTES || q->email_hash.n > LIMIT_ID_BYTES)
        return fail(c, ERR_INVALID, "an id has at most %d bytes", LIMIT_ID_BYTES);
    finder f = { c, d, who };
    who->store_id = q->store_id;
    TRY(add(&f, &who->visitors, q->visitor_id));
    TRY(add(&f, &who->customers, q->customer_id));
    TRY(add(&f, &who->emails, q->email_hash));
    TRY(follow_all(&f));
    *ret_names = *who;
    return ERR_OK;
}
