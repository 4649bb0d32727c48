/* What active visitors did lately: cart, history, sessions, robots, consent, and how much of it is kept. */
#include "events/session_memory.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "tests/test.h"

#define START INT64_C(1763640000000)
typedef struct { ctx *c; session_memory *m; int64_t now_ms; } fixture;

static fixture begin(ctx *c, size_t bytes) {
    fixture f = { .c = c, .now_ms = START };
    assert_ok(c, session_memory_new(c, bytes, 5, &f.m));
    return f;
}

static visitor_event make(const fixture *f, const char *visitor, event_kind kind, const char *item) {
    return (visitor_event){ .row = { .store_id = 1, .visitor_id = str_of(visitor), .product_id = str_of(item), .time_ms = f->now_ms },
                            .kind = kind };
}

/* As the intake does it. */
static session_step pass(const fixture *f, visitor_event *e) {
    session_step s;
    session_memory_step(f->m, e, STR("fresh"), &s);
    e->row.robot = s.robot;
    e->consent = s.consent == CONSENT_UNTOLD ? CONSENT_ALL : s.consent;
    session_memory_take(f->m, e);
    return s;
}

static session_step act(fixture *f, const char *visitor, event_kind kind, const char *item) {
    visitor_event e = make(f, visitor, kind, item);
    f->now_ms += 1000;
    return pass(f, &e);
}

static remembered recall(const fixture *f, const char *visitor) {
    remembered r;
    assert_ok(f->c, session_memory_get(f->c, f->m, 1, str_of(visitor), CONSENT_ALL, &r));
    return r;
}

TEST(session_memory, remembers_history_newest_first_and_the_cart) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    act(&f, "v", EVENT_VIEW, "a");
    act(&f, "v", EVENT_CART, "b");
    act(&f, "v", EVENT_CART, "c");
    act(&f, "v", EVENT_CART_REMOVE, "b");
    act(&f, "v", EVENT_SEARCH, "");
    remembered r = recall(&f, "v");
    static const char *const expected[] = { "b", "c", "b", "a" };
    assert_int_equal(4, r.n_events);
    for (size_t i = 0; i < 4; i++) assert_str(expected[i], r.events[i].product_id);
    assert_int_equal(EVENT_VIEW, r.events[3].kind);
    assert_int_equal(START, r.events[3].time_ms);
    assert_int_equal(1, r.n_cart);
    assert_str("c", r.cart[0]);
    assert_int_equal(0, recall(&f, "somebody else").n_events);
    session_memory_free(f.m);
}

TEST(session_memory, empties_the_cart_at_a_purchase_and_remembers_what_was_in_it) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    act(&f, "v", EVENT_CART, "b");
    visitor_event e = make(&f, "v", EVENT_PURCHASE, "");
    e.row.items = STR("[[\"b\",1,2999],[\"strange \\\"id\",1,5],[\"d\",2,100]]");
    pass(&f, &e);
    remembered r = recall(&f, "v");
    assert_int_equal(0, r.n_cart);
    assert_int_equal(3, r.n_events);
    assert_str("d", r.events[0].product_id);
    assert_str("b", r.events[1].product_id);
    assert_int_equal(EVENT_PURCHASE, r.events[1].kind);
    session_memory_free(f.m);
}

TEST(session_memory, keeps_the_last_fifty_events) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    char id[16];
    for (int i = 0; i < 200; i++) {
        snprintf(id, sizeof id, "p%d", i);
        f.now_ms += MS_PER_MINUTE;
        act(&f, "v", i % 3 ? EVENT_VIEW : EVENT_CART, id);
    }
    remembered r = recall(&f, "v");
    assert_int_equal(SESSION_EVENTS_KEPT, r.n_events);
    assert_str("p199", r.events[0].product_id);
    assert_str("p150", r.events[SESSION_EVENTS_KEPT - 1].product_id);
    assert_int_equal(67, r.n_cart);
    session_memory_free(f.m);
}

TEST(session_memory, ends_a_session_by_thirty_minutes_of_silence) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    session_step first = act(&f, "v", EVENT_VIEW, "a");
    f.now_ms += SESSION_GAP_MS - 1000;
    session_step still = act(&f, "v", EVENT_VIEW, "a");
    f.now_ms += SESSION_GAP_MS;
    session_step next = act(&f, "v", EVENT_VIEW, "a");
    assert_true(first.begins && !first.known && strcmp(first.session, "fresh") == 0);
    assert_true(!still.begins && still.known);
    assert_true(next.begins && next.known);
    session_memory_free(f.m);
}

TEST(session_memory, takes_the_shops_own_session) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    visitor_event e = make(&f, "v", EVENT_VIEW, "a");
    e.row.session_id = STR("mine");
    assert_true(pass(&f, &e).begins);
    e.row.time_ms += 10 * SESSION_GAP_MS;
    assert_false(pass(&f, &e).begins);
    assert_str("mine", recall(&f, "v").session_id);
    e.row.session_id = STR("another");
    assert_true(pass(&f, &e).begins);
    session_memory_free(f.m);
}

TEST(session_memory, remembers_nothing_without_full_consent) {
    TEST_CTX(c);
    static const consent_level less[] = { CONSENT_NONE, CONSENT_STATISTICS };
    for (size_t i = 0; i < COUNT(less); i++) {
        fixture f = begin(c, 0);
        act(&f, "v", EVENT_CART, "a");
        visitor_event e = make(&f, "v", EVENT_CONSENT, "");
        e.consent = less[i];
        assert_true(pass(&f, &e).changed);
        act(&f, "v", EVENT_VIEW, "b");                      /* says nothing: the refusal holds */
        remembered r = recall(&f, "v");
        assert_int_equal(0, r.n_events + r.n_cart);
        e.consent = CONSENT_ALL;
        pass(&f, &e);
        act(&f, "v", EVENT_VIEW, "c");
        assert_int_equal(1, recall(&f, "v").n_events);
        session_memory_free(f.m);
    }
}

TEST(session_memory, asks_the_stores_default_for_those_nobody_asked) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    remembered r;
    act(&f, "v", EVENT_VIEW, "a");
    assert_ok(c, session_memory_get(c, f.m, 1, STR("v"), CONSENT_STATISTICS, &r));
    assert_int_equal(0, r.n_events);
    assert_ok(c, session_memory_get(c, f.m, 2, STR("v"), CONSENT_ALL, &r));     /* another shop's visitor */
    assert_int_equal(0, r.n_events);
    session_memory_free(f.m);
}

TEST(session_memory, knows_robots_by_their_haste) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    bool robot = false;
    for (int i = 0; i < LIMIT_ROBOT_VIEWS_MINUTE; i++) {
        visitor_event e = make(&f, "hasty", EVENT_VIEW, "a");
        e.row.time_ms = START + i;
        robot |= pass(&f, &e).robot;
        f.now_ms = START + (int64_t)i * 2 * MS_PER_SECOND;
        assert_false(act(&f, "person", EVENT_VIEW, "a").robot);
    }
    assert_false(robot);
    visitor_event one_more = make(&f, "hasty", EVENT_VIEW, "a");
    one_more.row.time_ms = START + LIMIT_ROBOT_VIEWS_MINUTE;
    session_step s = pass(&f, &one_more);
    assert_true(s.robot && s.changed);
    assert_int_equal(0, recall(&f, "hasty").n_events);
    assert_true(recall(&f, "person").n_events > 0);
    session_memory_free(f.m);
}

TEST(session_memory, knows_robots_by_a_thousand_events_an_hour) {
    TEST_CTX(c);
    fixture f = begin(c, 0);
    int64_t hour = START - START % MS_PER_HOUR;
    for (int i = 0; i < LIMIT_ROBOT_EVENTS_HOUR; i++) {
        visitor_event e = make(&f, "v", EVENT_SEARCH, "");
        e.row.time_ms = hour + i;
        assert_false(pass(&f, &e).robot);
    }
    visitor_event e = make(&f, "v", EVENT_SEARCH, "");
    e.row.time_ms = hour + MS_PER_HOUR - 1;
    assert_true(pass(&f, &e).robot);
    session_memory_free(f.m);
}

TEST(session_memory, stays_within_its_bytes_whoever_comes) {
    TEST_CTX(c);
    enum { BYTES = 1 << 20, VISITORS = 100000 };
    fixture f = begin(c, BYTES);
    char visitor[32], item[200];
    memset(item, 'x', sizeof item);
    session_memory_facts facts = { 0 };
    for (int i = 0; i < VISITORS; i++) {
        snprintf(visitor, sizeof visitor, "visitor-%d", i);
        item[i % 190] = 0;
        act(&f, visitor, i % 2 ? EVENT_CART : EVENT_VIEW, item[0] ? item : "p");
        item[i % 190] = 'x';
        if (i % 100 == 0) act(&f, "faithful", EVENT_VIEW, "p");
        if (i % 1000 == 0) session_memory_get_facts(f.m, &facts);
        assert_true(facts.bytes <= BYTES);
    }
    session_memory_get_facts(f.m, &facts);
    assert_true(facts.visitors > 500 && facts.dropped == (uint64_t)VISITORS + 1 - facts.visitors);
    assert_true(recall(&f, "faithful").n_events > 0);
    assert_int_equal(0, recall(&f, "visitor-5").n_events);
    snprintf(visitor, sizeof visitor, "visitor-%d", VISITORS - 1);
    assert_true(recall(&f, visitor).n_events > 0);
    session_memory_forget(f.m, 1, str_of(visitor));
    assert_int_equal(0, recall(&f, visitor).n_events);
    session_memory_free(f.m);
}

static void *act_and_ask(void *arg) {
    fixture f = *(fixture *)arg;
    TEST_CTX(own);
    f.c = own;
    for (int i = 0; i < 2000; i++) {
        char visitor[16];
        snprintf(visitor, sizeof visitor, "v%d", i % 50);
        act(&f, visitor, EVENT_CART, i % 2 ? "a" : "b");
        remembered r = recall(&f, visitor);
        for (size_t k = 0; k < r.n_cart; k++) assert_true(str_eq(r.cart[k], STR("a")) || str_eq(r.cart[k], STR("b")));
        arena_reset(own->arena);
    }
    return NULL;
}

TEST(session_memory, serves_many_threads) {
    TEST_CTX(c);
    fixture f = begin(c, 1 << 16);
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT(threads); i++) assert_int_equal(0, pthread_create(&threads[i], NULL, act_and_ask, &f));
    for (size_t i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
    session_memory_facts facts;
    session_memory_get_facts(f.m, &facts);
    assert_true(facts.visitors <= 50);
    session_memory_free(f.m);
}
