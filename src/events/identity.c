/* Groups of names, kept as a forest: each name points at the newest it was seen with, nearer to the customer. It does NOT know who
 * tells: api/ and order_links.c do. */
#include "events/identity.h"
#include <string.h>
#include "base/limits.h"
#include "events/subjects.h"

/* How near a kind of name is to the customer: links point up. */
static int rank_of(str alias) {
    static const char kinds[] = "vec";
    const char *at = alias.n > 2 && alias.p[1] == ':' ? memchr(kinds, alias.p[0], sizeof kinds - 1) : NULL;
    return at ? (int)(at - kinds) : -1;
}

str identity_alias(arena *a, char kind, str id) {
    if (!id.n) return STR("");
    buf b;
    buf_init_in(&b, a, id.n + 2);
    buf_char(&b, kind);
    buf_char(&b, ':');
    buf_str(&b, id);
    return buf_err(&b) ? (str){ 0 } : buf_view(&b);
}

str identity_customer_alias(arena *a, str customer_id) {
    str hash = customer_id;
    if (str_starts(hash, STR("guest:"))) return identity_alias(a, 'e', str_sub(hash, strlen("guest:"), hash.n));
    return identity_alias(a, 'c', customer_id);
}

/* ---- rows ---- */

/* A name and whether it is news: what was read is kept to see what changed. */
typedef struct { person_alias row, was; bool stored; size_t root; } member;
/* Everybody whom a link may touch: at most two groups. */
typedef struct { member *of; size_t n; } crowd;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "read the names of a person"); }

err_code identity_person(ctx *c, db *d, int64_t store_id, str alias, str *ret_person) {
    person_alias row = { .store_id = store_id, .alias = alias };
    err_code e = storage_get(c, d, &person_alias_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_person = e ? alias : row.person;
    return ERR_OK;
}

err_code identity_names(ctx *c, db *d, int64_t store_id, str person, person_alias **ret_rows, size_t *ret_n) {
    person_alias by = { .store_id = store_id, .person = person };
    return storage_scan_by(c, d, &person_alias_entity, "person", &by, NULL, LIMIT_PERSON_ALIASES, ret_rows, ret_n);
}

static size_t find(const crowd *w, str alias) {
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(w->of[i].row.alias, alias)) return i;
    return w->n;
}

/* The group of a name joins the crowd; a stranger joins alone. */
static err_code add_group(ctx *c, db *d, crowd *w, const person_alias *fresh, size_t *ret_at) {
    *ret_at = find(w, fresh->alias);
    if (*ret_at < w->n) return ERR_OK;
    person_alias row = *fresh, *rows = NULL;
    size_t n = 0;
    err_code e = storage_get(c, d, &person_alias_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e) TRY(identity_names(c, d, fresh->store_id, row.person, &rows, &n));
    for (size_t i = 0; i < n; i++) w->of[w->n++] = (member){ .row = rows[i], .was = rows[i], .stored = true };
    *ret_at = find(w, fresh->alias);
    if (*ret_at == w->n) w->of[w->n++] = (member){ .row = *fresh };
    return ERR_OK;
}

static void heard(member *m, int64_t first_ms) {
    if (first_ms < m->row.first_ms) m->row.first_ms = first_ms;
}

/* ---- the forest ---- */

/* Newest first; of the same minute the nearer to the customer, then the larger text: any order, as long as it is always the same. */
static bool is_newer(int64_t ms, str parent, const person_alias *than) {
    if (ms != than->linked_ms) return ms > than->linked_ms;
    if (rank_of(parent) != rank_of(than->parent)) return rank_of(parent) > rank_of(than->parent);
    return str_cmp(parent, than->parent) > 0;
}

static void find_roots(crowd *w) {
    for (size_t i = 0; i < w->n; i++) {
        size_t at = i;
        for (size_t up = find(w, w->of[at].row.parent); up < w->n; up = find(w, w->of[at].row.parent)) at = up;
        w->of[i].root = at;
    }
}

/* Browsers first: who logs in keeps his name, and with it his arms, however long the shop knew the account. */
static bool is_before(const person_alias *a, const person_alias *b) {
    bool a_browser = rank_of(a->alias) == 0, b_browser = rank_of(b->alias) == 0;
    if (a_browser != b_browser) return a_browser;
    return a->first_ms != b->first_ms ? a->first_ms < b->first_ms : str_cmp(a->alias, b->alias) < 0;
}

/* How many hang on the same root as `at`, and which of them gives the name. */
static size_t name_group(const crowd *w, size_t at, str *ret_person) {
    size_t n = 0, first = at;
    for (size_t i = 0; i < w->n; i++) {
        if (w->of[i].root != w->of[at].root) continue;
        n++;
        if (is_before(&w->of[i].row, &w->of[first].row)) first = i;
    }
    *ret_person = w->of[first].row.alias;
    return n;
}

static bool is_same(const member *m) {
    return m->stored && str_eq(m->row.person, m->was.person) && str_eq(m->row.parent, m->was.parent) &&
           m->row.first_ms == m->was.first_ms && m->row.linked_ms == m->was.linked_ms;
}

/* A link of a name to one above it; false when the person would have too many names. */
static bool draw(crowd *w, size_t low, size_t high, int64_t told_ms) {
    str name;
    if (!is_newer(told_ms, w->of[high].row.alias, &w->of[low].row)) return true;
    w->of[low].row.parent = w->of[high].row.alias;
    w->of[low].row.linked_ms = told_ms;
    find_roots(w);
    return name_group(w, high, &name) <= LIMIT_PERSON_ALIASES;
}

/* What is kept under a name that gave the name of its person, and does not any more. */
static err_code hand_over(ctx *c, db *d, const member *m) {
    bool named = !m->stored || str_eq(m->was.person, m->was.alias);
    if (!named || str_eq(m->row.person, m->row.alias)) return ERR_OK;
    return subjects_rename(c, d, m->row.store_id, m->row.alias, m->row.person);
}

/* Also names that a newer link left alone: when they were first heard of may matter later. */
static err_code write_crowd(ctx *c, db *d, crowd *w, bool *ret_changed) {
    find_roots(w);
    for (size_t i = 0; i < w->n; i++) {
        (void)name_group(w, i, &w->of[i].row.person);       /* its size was looked at */
        if (is_same(&w->of[i])) continue;
        if (!str_eq(w->of[i].row.person, w->of[i].was.person)) {
            *ret_changed = true;
            w->of[i].row.changed_ms = ctx_now_ms(c);
        }
        TRY(storage_put(c, d, &person_alias_entity, &w->of[i].row));
        TRY(hand_over(c, d, &w->of[i]));
    }
    return ERR_OK;
}

enum { LINK_MINUTE_MS = MS_PER_MINUTE };        /* an account logged in all day writes once a minute, not once an event */

static err_code merge(ctx *c, db *d, const identity_link *l, bool *ret_changed) {
    bool up = rank_of(l->a) < rank_of(l->b);
    const person_alias a = { .store_id = l->store_id, .alias = l->a, .person = l->a, .first_ms = l->a_first_ms };
    const person_alias b = { .store_id = l->store_id, .alias = l->b, .person = l->b, .first_ms = l->b_first_ms };
    crowd w = { .of = arena_new(c->arena, member, 2 * LIMIT_PERSON_ALIASES + 2) };
    size_t at_a = 0, at_b = 0;
    if (!w.of) return no_memory(c);
    TRY(add_group(c, d, &w, &a, &at_a));
    TRY(add_group(c, d, &w, &b, &at_b));
    heard(&w.of[at_a], l->a_first_ms);
    heard(&w.of[at_b], l->b_first_ms);
    if (!draw(&w, up ? at_a : at_b, up ? at_b : at_a, l->told_ms - l->told_ms % LINK_MINUTE_MS)) return ERR_OK;
    return write_crowd(c, d, &w, ret_changed);
}

static err_code in_transaction(ctx *c, db *d, const identity_link *l, bool *ret_changed) {
    if (storage_in_transaction(d)) return merge(c, d, l, ret_changed);
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = merge(c, d, l, ret_changed);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

static err_code check_name(ctx *c, str alias) {
    if (rank_of(alias) < 0) return fail(c, ERR_INTERNAL, "a name begins with v:, c: or e:");
    if (alias.n > LIMIT_ID_BYTES + 2) return fail(c, ERR_INVALID, "an id of a person is longer than %d bytes", LIMIT_ID_BYTES);
    return ERR_OK;
}

err_code identity_merge(ctx *c, db *d, const identity_link *l, bool *ret_changed) {
    bool changed = false;
    TRY(check_name(c, l->a));
    TRY(check_name(c, l->b));
    if (rank_of(l->a) != rank_of(l->b)) TRY(in_transaction(c, d, l, &changed));
    if (ret_changed) *ret_changed = changed;
    return ERR_OK;
}

/* ---- what was told ---- */

typedef struct { str visitor, account, email; int64_t visitor_first_ms; } names;

static err_code first_seen(ctx *c, db *d, const identity_told *t, int64_t *ret_ms) {
    known_visitor v = { .store_id = t->store_id, .visitor_id = t->visitor_id };
    err_code e = storage_get(c, d, &known_visitor_entity, &v);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret_ms = !e && v.first_ms < t->time_ms ? v.first_ms : t->time_ms;
    return ERR_OK;
}

/* What the shop says of the customer: the e-mail of an account. */
static err_code email_of(ctx *c, db *d, const identity_told *t, str *ret_hash) {
    customer row = { .store_id = t->store_id, .customer_id = t->customer_id };
    err_code e = storage_get(c, d, &customer_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e) *ret_hash = row.email_hash;
    return ERR_OK;
}

/* The account that has this e-mail; a guest is no account. */
static err_code account_of(ctx *c, db *d, const identity_told *t, str *ret_id) {
    customer by = { .store_id = t->store_id, .email_hash = t->email_hash }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan_by(c, d, &customer_entity, "email_hash", &by, NULL, LIMIT_PERSON_ALIASES, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (!rows[i].guest) *ret_id = rows[i].customer_id;
    return ERR_OK;
}

static err_code gather(ctx *c, db *d, const identity_told *t, names *ret_names) {
    str account = t->customer_id, email = t->email_hash;
    bool guest = str_starts(account, STR("guest:"));
    if (guest) email = str_sub(account, strlen("guest:"), account.n), account = (str){ 0 };
    if (account.n && !email.n) TRY(email_of(c, d, t, &email));
    if (!account.n && email.n) TRY(account_of(c, d, &(identity_told){ .store_id = t->store_id, .email_hash = email }, &account));
    *ret_names = (names){ identity_alias(c->arena, 'v', t->visitor_id), identity_alias(c->arena, 'c', account),
                          identity_alias(c->arena, 'e', email), t->time_ms };
    if (!ret_names->visitor.p || !ret_names->account.p || !ret_names->email.p) return no_memory(c);
    return t->visitor_id.n ? first_seen(c, d, t, &ret_names->visitor_first_ms) : ERR_OK;
}

static err_code link_two(ctx *c, db *d, const identity_told *t, str a, int64_t a_first_ms, str b, bool *changed) {
    bool news = false;
    if (!a.n || !b.n) return ERR_OK;
    const identity_link l = { t->store_id, a, b, a_first_ms, t->time_ms, t->time_ms };
    TRY(identity_merge(c, d, &l, &news));
    *changed = *changed || news;
    return ERR_OK;
}

err_code identity_take(ctx *c, db *d, const identity_told *t, bool *ret_changed) {
    names who;
    bool changed = false;
    if (ret_changed) *ret_changed = false;
    if (!t->customer_id.n && !t->email_hash.n) return ERR_OK;
    TRY(gather(c, d, t, &who));
    TRY(link_two(c, d, t, who.email, t->time_ms, who.account, &changed));
    TRY(link_two(c, d, t, who.visitor, who.visitor_first_ms, t->customer_id.n && who.account.n ? who.account : who.email, &changed));
    if (ret_changed) *ret_changed = changed;
    return ERR_OK;
}
