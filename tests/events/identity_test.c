/* Who is whom: groups and names from links told in any order, held against a slow reference over all links at once. */
#include "events/identity.h"
#include <string.h>
#include "tests/storage/backends.h"
#include "tests/test.h"

#define SHOP(c)                     \
    TEST_CTX(c);                    \
    db_options o;                   \
    db *d = test_database(c, &backends[0], &o)

static void tell(ctx *c, db *d, const char *a, const char *b, int64_t told_ms) {
    assert_ok(c, identity_merge(c, d, &(identity_link){ 1, str_of(a), str_of(b), told_ms, told_ms, told_ms }, NULL));
}

static str person(ctx *c, db *d, const char *alias) {
    str p;
    assert_ok(c, identity_person(c, d, 1, str_of(alias), &p));
    return p;
}

static int64_t rows_of(ctx *c, db *d) {
    int64_t n = 0;
    assert_ok(c, storage_count(c, d, &person_alias_entity, 1, &n));
    return n;
}

TEST(identity, a_stranger_is_a_person_of_his_own_and_leaves_no_row) {
    SHOP(c);
    assert_str("v:x", person(c, d, "v:x"));
    assert_int_equal(0, rows_of(c, d));
    storage_close(d);
}

TEST(identity, browsers_of_one_customer_are_one_person_named_by_the_oldest_browser) {
    SHOP(c);
    tell(c, d, "v:phone", "c:7", 3000);
    tell(c, d, "c:7", "v:laptop", 2000);
    tell(c, d, "e:ab", "c:7", 60000 * 5);
    static const char *const names[] = { "v:phone", "v:laptop", "c:7", "e:ab" };
    for (size_t i = 0; i < COUNT(names); i++) assert_str("v:laptop", person(c, d, names[i]));
    assert_int_equal(4, rows_of(c, d));
    storage_close(d);
}

TEST(identity, a_shared_browser_belongs_to_the_newest_customer_and_ties_nobody_together) {
    SHOP(c);
    tell(c, d, "v:till", "c:1", 60000);
    tell(c, d, "v:till", "c:2", 120000);
    assert_str("c:1", person(c, d, "c:1"));
    assert_str("v:till", person(c, d, "c:2"));
    tell(c, d, "v:till", "c:1", 90000);                             /* late news of an old log-in */
    assert_str("v:till", person(c, d, "c:2"));
    assert_str("c:1", person(c, d, "c:1"));
    tell(c, d, "v:till", "c:1", 180000);
    assert_str("c:2", person(c, d, "c:2"));
    assert_str("v:till", person(c, d, "v:till"));
    assert_str("v:till", person(c, d, "c:1"));
    storage_close(d);
}

TEST(identity, two_names_of_a_kind_are_tied_by_nothing) {
    SHOP(c);
    tell(c, d, "c:1", "c:2", 1);
    tell(c, d, "v:1", "v:2", 1);
    tell(c, d, "e:1", "e:2", 1);
    assert_int_equal(0, rows_of(c, d));
    storage_close(d);
}

TEST(identity, refuses_what_is_no_name) {
    SHOP(c);
    static const char *const bad[] = { "", "x", "v:", "w:1", "v1" };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(ERR_INTERNAL, identity_merge(c, d, &(identity_link){ 1, str_of(bad[i]), STR("c:1"), 1, 1, 1 }, NULL));
    char *p = arena_alloc(c->arena, 300);
    memset(p, 'x', 299);
    memcpy(p, "v:", 2);
    assert_err(ERR_INVALID, identity_merge(c, d, &(identity_link){ 1, str_of(p), STR("c:1"), 1, 1, 1 }, NULL));
    storage_close(d);
}

static str numbered(ctx *c, const char *kind, int64_t n) {
    buf b;
    buf_init_in(&b, c->arena, 40);
    buf_text(&b, kind);
    buf_i64(&b, n);
    return buf_view(&b);
}

TEST(identity, a_person_has_at_most_so_many_names) {
    SHOP(c);
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    for (int i = 0; i < LIMIT_PERSON_ALIASES + 20; i++) tell(c, d, numbered(c, "v:", i).p, "c:robot", 60000 * (i + 1));
    assert_ok(c, storage_commit(c, d));
    person_alias *rows;
    size_t n;
    assert_ok(c, identity_names(c, d, 1, person(c, d, "c:robot"), &rows, &n));
    assert_int_equal(LIMIT_PERSON_ALIASES, n);
    assert_int_equal(LIMIT_PERSON_ALIASES, rows_of(c, d));          /* the rest stayed strangers */
    storage_close(d);
}

/* ---- the reference: all links at once ---- */

enum { NAMES = 14, LINKS = 24 };
static const char *const cast[NAMES] = { "v:a", "v:b", "v:c", "v:d", "v:e", "v:f", "v:g", "e:1", "e:2", "e:3", "e:4", "c:1", "c:2", "c:3" };
typedef struct { size_t a, b; int64_t ms; } told;

static int kind_rank(size_t i) { return cast[i][0] == 'v' ? 0 : cast[i][0] == 'e' ? 1 : 2; }

/* Newest link upwards of each name, then a flood fill until nothing changes. */
static void reference(const told *links, size_t n, size_t group_name[NAMES]) {
    size_t group[NAMES], up[NAMES];
    int64_t first[NAMES];
    for (size_t i = 0; i < NAMES; i++) {
        group[i] = i, up[i] = NAMES, first[i] = INT64_MAX;
        int64_t best = -1;
        for (size_t k = 0; k < n; k++) {
            if (kind_rank(links[k].a) == kind_rank(links[k].b) || (links[k].a != i && links[k].b != i)) continue;
            size_t other = links[k].a == i ? links[k].b : links[k].a;
            if (links[k].ms < first[i]) first[i] = links[k].ms;
            if (kind_rank(other) < kind_rank(i)) continue;
            int64_t minute = links[k].ms / 60000;
            int nearer = minute == best ? kind_rank(other) - kind_rank(up[i]) : 0;
            bool wins = minute > best || nearer > 0 || (minute == best && !nearer && strcmp(cast[other], cast[up[i]]) > 0);
            if (wins) best = minute, up[i] = other;
        }
    }
    for (size_t round = 0; round < NAMES; round++)
        for (size_t i = 0; i < NAMES; i++)
            if (up[i] < NAMES) group[i] = group[up[i]];
    for (size_t i = 0; i < NAMES; i++) {
        size_t best = i;
        for (size_t k = 0; k < NAMES; k++) {
            bool nearer = kind_rank(k) == 0 && kind_rank(best) > 0, same = (kind_rank(k) == 0) == (kind_rank(best) == 0);
            bool earlier = first[k] < first[best] || (first[k] == first[best] && strcmp(cast[k], cast[best]) < 0);
            if (group[k] == group[i] && (nearer || (same && earlier))) best = k;
        }
        group_name[i] = best;
    }
}

TEST(identity, groups_and_names_do_not_depend_on_the_order_of_telling) {
    SHOP(c);
    for (int round = 0; round < 60; round++) {
        told links[LINKS];
        size_t expected[NAMES], n = 1 + rng_below(&c->random, LINKS);
        for (size_t i = 0; i < n; i++)
            links[i] = (told){ rng_below(&c->random, NAMES), rng_below(&c->random, NAMES), (int64_t)rng_below(&c->random, 6) * 45000 };
        reference(links, n, expected);
        for (int shuffle = 0; shuffle < 4; shuffle++) {
            arena_mark m = arena_save(c->arena);
            assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
            assert_ok(c, storage_delete(c, d, &person_alias_entity, &(person_alias){ .store_id = 1 }, 1, NULL));
            for (size_t i = n; i > 1; i--) {
                size_t k = rng_below(&c->random, i);
                told t = links[i - 1];
                links[i - 1] = links[k], links[k] = t;
            }
            for (size_t i = 0; i < n; i++) tell(c, d, cast[links[i].a], cast[links[i].b], links[i].ms);
            for (size_t i = 0; i < NAMES; i++) assert_str(cast[expected[i]], person(c, d, cast[i]));
            for (size_t i = 0; i < n; i++) tell(c, d, cast[links[i].b], cast[links[i].a], links[i].ms);  /* twice is once */
            for (size_t i = 0; i < NAMES; i++) assert_str(cast[expected[i]], person(c, d, cast[i]));
            assert_ok(c, storage_commit(c, d));
            arena_restore(c->arena, m);
        }
    }
    storage_close(d);
}

/* ---- what was told ---- */

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(identity, a_log_in_ties_browser_account_and_the_e_mail_the_shop_knows) {
    SHOP(c);
    assert_ok(c, storage_put(c, d, &customer_entity, &(customer){ .store_id = 1, .customer_id = STR("7"), .email_hash = STR(HASH) }));
    assert_ok(c, storage_put(c, d, &known_visitor_entity, &(known_visitor){ .store_id = 1, .visitor_id = STR("x"), .first_ms = 500 }));
    bool changed = false;
    const identity_told t = { .store_id = 1, .visitor_id = STR("x"), .customer_id = STR("7"), .time_ms = 900000 };
    assert_ok(c, identity_take(c, d, &t, &changed));
    assert_true(changed);
    assert_str("v:x", person(c, d, "e:" HASH));
    assert_str("v:x", person(c, d, "c:7"));
    assert_ok(c, identity_take(c, d, &t, &changed));
    assert_false(changed);
    storage_close(d);
}

TEST(identity, an_e_mail_leads_to_the_account_that_has_it) {
    SHOP(c);
    assert_ok(c, storage_put(c, d, &customer_entity, &(customer){ .store_id = 1, .customer_id = STR("7"), .email_hash = STR(HASH) }));
    assert_ok(c, identity_take(c, d, &(identity_told){ 1, STR("x"), STR(""), STR(HASH), 900000 }, NULL));
    assert_ok(c, identity_take(c, d, &(identity_told){ 1, STR("y"), STR("guest:" HASH), STR(""), 960000 }, NULL));
    str p = person(c, d, "c:7");
    assert_true(str_eq(p, person(c, d, "v:x")) && str_eq(p, person(c, d, "v:y")));
    assert_int_equal(4, rows_of(c, d));
    storage_close(d);
}

TEST(identity, an_event_that_names_nobody_writes_nothing) {
    SHOP(c);
    bool changed = true;
    assert_ok(c, identity_take(c, d, &(identity_told){ .store_id = 1, .visitor_id = STR("x"), .time_ms = 5 }, &changed));
    assert_false(changed);
    assert_int_equal(0, rows_of(c, d));
    storage_close(d);
}
