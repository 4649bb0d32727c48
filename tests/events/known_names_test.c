/* Who is who in memory: what the database says, read again only where it changed. */
#include "events/known_names.h"
#include <stdio.h>
#include "base/limits.h"
#include "events/identity.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define NOW INT64_C(1700000000000)
typedef struct { ctx *c; db *d; known_names *k; time_source clock; } desk;

#define OPEN_DESK(x, c)                                                                       \
    TEST_CTX(c);                                                                              \
    db_options options_of_test;                                                               \
    desk x = { c, test_database(c, &backends[0], &options_of_test), NULL, time_source_manual(NOW) }; \
    c->time = &x.clock;                                                                       \
    assert_ok(c, known_names_new(c, 0, 7, &x.k))

static void close_desk(desk *x) {
    known_names_free(x->k);
    storage_close(x->d);
}

static void log_in(desk *x, const char *visitor, const char *account) {
    x->clock.manual_ms += MS_PER_MINUTE;
    assert_ok(x->c, identity_take(x->c, x->d, &(identity_told){ 1, str_of(visitor), str_of(account), STR(""), x->clock.manual_ms }, NULL));
}

static void follow(desk *x) { assert_ok(x->c, known_names_follow(x->c, x->d, x->k, 1)); }

static str person(desk *x, const char *alias) {
    str p;
    assert_ok(x->c, known_names_person(x->c, x->k, 1, str_of(alias), &p));
    return p;
}

TEST(known_names, are_of_the_first_browser_once_followed) {
    OPEN_DESK(x, c);
    follow(&x);
    log_in(&x, "phone", "7");
    log_in(&x, "laptop", "7");
    assert_str("v:laptop", person(&x, "v:laptop"));             /* nobody looked yet */
    follow(&x);
    assert_str("v:phone", person(&x, "v:laptop"));
    assert_str("v:phone", person(&x, "v:phone"));
    assert_str("v:phone", person(&x, "c:7"));
    assert_str("v:stranger", person(&x, "v:stranger"));
    assert_str("", person(&x, ""));
    known_names_facts f;
    known_names_get_facts(x.k, &f);
    assert_int_equal(2, f.names);                               /* whoever is his own first browser takes no room */
    close_desk(&x);
}

TEST(known_names, go_back_and_are_forgotten) {
    OPEN_DESK(x, c);
    log_in(&x, "phone", "7");
    log_in(&x, "laptop", "7");
    follow(&x);
    log_in(&x, "laptop", "8");                                  /* sold to somebody else */
    follow(&x);
    assert_str("v:laptop", person(&x, "v:laptop"));
    assert_str("v:laptop", person(&x, "c:8"));
    assert_str("v:phone", person(&x, "c:7"));
    known_names_forget(x.k, 1, STR("c:7"));
    assert_str("c:7", person(&x, "c:7"));
    close_desk(&x);
}

TEST(known_names, of_two_shops_are_apart_and_a_clock_set_back_hides_nothing) {
    OPEN_DESK(x, c);
    log_in(&x, "phone", "7");
    follow(&x);
    x.clock.manual_ms -= 30 * (int64_t)MS_PER_DAY;
    log_in(&x, "tablet", "9");
    log_in(&x, "laptop", "9");
    follow(&x);
    assert_str("v:tablet", person(&x, "v:laptop"));
    str p;
    assert_ok(c, known_names_person(c, x.k, 2, STR("v:laptop"), &p));
    assert_str("v:laptop", p);
    close_desk(&x);
}

TEST(known_names, say_what_the_database_says_of_thousands) {
    OPEN_DESK(x, c);
    enum { BROWSERS = 400 };
    char alias[20], id[20], account[20];
    assert_ok(c, storage_begin(c, x.d, STORAGE_WRITE));
    for (int i = 0; i < BROWSERS; i++) {
        snprintf(id, sizeof id, "b%d", i);
        snprintf(account, sizeof account, "%d", (int)rng_below(&c->random, BROWSERS / 3));
        log_in(&x, id, account);
    }
    assert_ok(c, storage_commit(c, x.d));
    follow(&x);
    for (int i = 0; i < BROWSERS; i++) {
        str stored;
        snprintf(alias, sizeof alias, "v:b%d", i);
        assert_ok(c, identity_person(c, x.d, 1, str_of(alias), &stored));
        assert_true(str_eq(stored, person(&x, alias)));
    }
    close_desk(&x);
}

TEST(known_names, of_more_people_than_there_is_room_for_are_those_told_or_asked_for_lately) {
    OPEN_DESK(x, c);
    enum { PEOPLE = 6000 };
    char id[20], account[20];
    const size_t room = 512 * KIB;
    known_names_free(x.k);
    assert_ok(c, known_names_new(c, room, 7, &x.k));
    known_names_facts f;
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(id, sizeof id, "browser-%d", i);
        snprintf(account, sizeof account, "%d", i);
        log_in(&x, id, account);
        if (i % 1000 == 999) {
            follow(&x);
            assert_str("v:browser-0", person(&x, "c:0"));       /* asked for all the time: never forgotten */
            known_names_get_facts(x.k, &f);
            assert_true(f.bytes <= room);
        }
    }
    assert_true(f.forgotten > 1000);
    assert_str("v:browser-5999", person(&x, "c:5999"));
    assert_str("c:2", person(&x, "c:2"));                       /* a stranger again */
    log_in(&x, "tablet", "2");
    follow(&x);
    assert_str("v:browser-2", person(&x, "v:tablet"));
    close_desk(&x);
}
