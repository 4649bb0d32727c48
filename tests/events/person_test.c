/* A person found, told and forgotten: every PERSONAL column of every table, nobody else's, also when interrupted. */
#include "events/person.h"
#include <string.h>
#include "events/identity.h"
#include "net/crypto.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define VISITOR "VIS-1"
#define EMAIL "Ana@Example.com"

#define SHOP(c)                     \
    TEST_CTX(c);                    \
    assert_ok(c, crypto_start(c));  \
    db_options o;                   \
    db *d = test_database(c, &backends[0], &o)

static bool is_personal(const entity *e) {
    for (size_t i = 0; i < e->n_fields; i++)
        if (e->fields[i].flags & PERSONAL) return true;
    return false;
}

/* What leads from the person to the row, by the name of the column. */
static str link_of(ctx *c, const char *column) {
    const struct { const char *column; str value; } links[] = {
        { "visitor_id", STR(VISITOR) }, { "customer_id", STR("7") }, { "order_id", STR("100") }, { "person", STR("c:7") },
        { "alias", STR("c:7") }, { "email", STR(EMAIL) }, { "reviewer_email", STR(" ana@example.COM ") },
        { "email_restrictions", STR("[\"" EMAIL "\"]") }, { "email_hash", crypto_email_hash(c->arena, STR(EMAIL)) },
    };
    for (size_t i = 0; i < COUNT(links); i++)
        if (str_eq(str_of(column), str_of(links[i].column))) return links[i].value;
    return STR("");
}

static str marker(ctx *c, const entity *e, const field *f) {
    buf b;
    buf_init_in(&b, c->arena, 200);
    if (f->kind == FIELD_JSON) buf_char(&b, '"');
    buf_printf(&b, "SECRET-%s-%s", e->name, f->name);
    if (f->kind == FIELD_JSON) buf_char(&b, '"');
    return buf_view(&b);
}

/* A row of every table that holds something personal, with a word in each personal column that is found again. */
static void fill_tables(ctx *c, db *d) {
    for (size_t t = 0; t < n_entities; t++) {
        const entity *e = all_entities[t];
        if (!is_personal(e)) continue;
        void *row = arena_alloc(c->arena, e->row_size);
        *(int64_t *)entity_at_mut(e, row, 0) = 1;
        for (size_t i = 1; i < e->n_fields; i++) {
            const field *f = &e->fields[i];
            bool text = f->kind == FIELD_TEXT || f->kind == FIELD_JSON;
            if (!text) assert_false(f->flags & PERSONAL);           /* the walkers empty texts only */
            if (!text) continue;
            str link = link_of(c, f->name);
            *(str *)entity_at_mut(e, row, i) = link.n ? link : f->flags & PERSONAL ? marker(c, e, f) : STR("");
        }
        assert_ok(c, storage_put(c, d, e, row));
    }
    assert_ok(c, storage_put(c, d, &person_alias_entity, &(person_alias){ .store_id = 1, .alias = STR("v:" VISITOR), .person = STR("c:7"),
                                                                          .parent = STR("c:7") }));
}

/* All rows of the store, hidden columns left out. */
static str dump(ctx *c, db *d) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * MIB);
    for (size_t t = 0; t < n_entities; t++) {
        const entity *e = all_entities[t];
        void *key = arena_alloc(c->arena, e->row_size);
        char *rows = NULL;
        size_t n = 0;
        *(int64_t *)entity_at_mut(e, key, 0) = 1;
        assert_ok(c, storage_scan(c, d, e, key, 1, NULL, LIMIT_SCAN_ROWS, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            jw_init(&w, &b);
            entity_json(&w, e, rows + i * e->row_size, 2);
            buf_char(&b, '\n');
        }
    }
    assert_ok(c, buf_err(&b));
    return buf_view(&b);
}

static person_names find_by(ctx *c, db *d, const char *visitor, const char *customer_id, const char *email) {
    person_names who;
    const person_query q = { 1, str_of(visitor), str_of(customer_id), crypto_email_hash(c->arena, str_of(email)) };
    assert_ok(c, person_find(c, d, &q, &who));
    return who;
}

static str export_of(ctx *c, db *d, const person_names *who) {
    buf b;
    const json_value *v = NULL;
    buf_init_in(&b, c->arena, 64 * MIB);
    assert_ok(c, person_export(c, d, who, 2, &b, NULL, NULL));
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &v));
    return buf_view(&b);
}

static void assert_forgotten(ctx *c, db *d) {
    str left = dump(c, d), hash = crypto_email_hash(c->arena, STR(EMAIL));
    const str words[] = { STR("SECRET"), STR(VISITOR), STR(EMAIL), STR("ana@example.COM"), hash, STR("\"c:7\"") };
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t at = str_find(left, words[i]);
        str near = at == SIZE_MAX ? STR("") : str_sub(left, at > 200 ? at - 200 : 0, 300);
        if (near.n) test_fail("'%.*s' is still there: ...%.*s", STR_ARG(words[i]), STR_ARG(near));
    }
}

TEST(person, every_personal_column_of_every_table_is_told) {
    SHOP(c);
    fill_tables(c, d);
    person_names who = find_by(c, d, VISITOR, "", "");
    str text = export_of(c, d, &who);
    for (size_t t = 0; t < n_entities; t++)
        for (size_t i = 0; i < all_entities[t]->n_fields; i++) {
            const field *f = &all_entities[t]->fields[i];
            if (!(f->flags & PERSONAL) || link_of(c, f->name).n) continue;
            str word = marker(c, all_entities[t], f);
            if (str_find(text, word) == SIZE_MAX) test_fail("%.*s is not in the export: see events/person_reach.c", STR_ARG(word));
        }
    storage_close(d);
}

TEST(person, every_personal_column_of_every_table_is_forgotten_whichever_name_is_given) {
    static const char *const asked[][3] = { { VISITOR, "", "" }, { "", "7", "" }, { "", "", "ANA@example.com" } };
    for (size_t i = 0; i < COUNT(asked); i++) {
        SHOP(c);
        fill_tables(c, d);
        person_names who = find_by(c, d, asked[i][0], asked[i][1], asked[i][2]);
        person_erased erased;
        assert_ok(c, person_erase(c, d, &who, &erased));
        assert_true(erased.deleted >= 4 && erased.blanked >= 6);
        assert_forgotten(c, d);
        assert_ok(c, person_erase(c, d, &who, &erased));            /* again: nothing is left to do */
        assert_int_equal(0, erased.deleted + erased.blanked);
        storage_close(d);
    }
}

/* ---- what stays ---- */

static void put_order(ctx *c, db *d, const char *id, const char *customer_id, const char *visitor) {
    const order o = { .store_id = 1, .order_id = str_of(id), .customer_id = str_of(customer_id), .visitor_id = str_of(visitor),
                      .total = 5000, .status = STR("completed"), .billing = STR("{\"first_name\":\"SECRET\"}"), .payload_hash = 77 };
    const order_line l = { .store_id = 1, .order_id = str_of(id), .line_id = STR("1"), .kind = STR("item"), .total = 5000 };
    const attribution a = { .store_id = 1, .order_id = str_of(id), .line_id = STR("1"), .person = STR("c:7"), .value = 5000 };
    assert_ok(c, storage_put(c, d, &order_entity, &o));
    assert_ok(c, storage_put(c, d, &order_line_entity, &l));
    assert_ok(c, storage_put(c, d, &attribution_entity, &a));
}

TEST(person, the_shop_s_books_stay_whole_without_the_person) {
    SHOP(c);
    put_order(c, d, "100", "7", VISITOR);
    const experiment_subject subject = { .store_id = 1, .experiment_id = 3, .person = STR("c:7"), .arm = STR("b"), .revenue = 5000 };
    assert_ok(c, storage_put(c, d, &experiment_subject_entity, &subject));
    person_names who = find_by(c, d, "", "7", "");
    person_erased erased;
    assert_ok(c, person_erase(c, d, &who, &erased));
    order o100 = { .store_id = 1, .order_id = STR("100") };
    assert_ok(c, storage_get(c, d, &order_entity, &o100));
    assert_int_equal(5000, o100.total);
    assert_int_equal(77, o100.payload_hash);                        /* unchanged in the shop: it is not copied again */
    assert_str("", o100.billing);
    assert_str("", o100.customer_id);
    attribution a = { .store_id = 1, .order_id = STR("100"), .line_id = STR("1") };
    assert_ok(c, storage_get(c, d, &attribution_entity, &a));
    assert_int_equal(5000, a.value);
    assert_str("", a.person);
    experiment_subject key = { .store_id = 1 }, *subjects = NULL;
    size_t n = 0;
    assert_ok(c, storage_scan(c, d, &experiment_subject_entity, &key, 1, NULL, 10, &subjects, &n));
    assert_int_equal(1, n);
    assert_int_equal(5000, subjects->revenue);
    assert_true(str_starts(subjects->person, STR("gone:")));
    storage_close(d);
}

TEST(person, others_who_used_the_same_browser_keep_their_orders_to_themselves) {
    SHOP(c);
    put_order(c, d, "100", "8", VISITOR);
    put_order(c, d, "101", "", VISITOR);
    attribution other = { .store_id = 1, .order_id = STR("100"), .line_id = STR("1"), .person = STR("c:8") };
    assert_ok(c, storage_put(c, d, &attribution_entity, &other));
    person_names who = find_by(c, d, VISITOR, "", "");
    str text = export_of(c, d, &who);
    assert_true(str_find(text, STR("\"order_id\":\"101\"")) != SIZE_MAX);       /* nobody's: so the browser's */
    assert_true(str_find(text, STR("\"order_id\":\"100\"")) == SIZE_MAX);
    person_erased erased;
    assert_ok(c, person_erase(c, d, &who, &erased));
    order o100 = { .store_id = 1, .order_id = STR("100") };
    assert_ok(c, storage_get(c, d, &order_entity, &o100));
    assert_str("8", o100.customer_id);
    assert_true(o100.billing.n > 0);
    assert_str("", o100.visitor_id);
    assert_ok(c, storage_get(c, d, &attribution_entity, &other));
    assert_str("c:8", other.person);
    storage_close(d);
}

TEST(person, a_guest_is_found_by_the_address_also_after_an_erasure) {
    SHOP(c);
    str hash = crypto_email_hash(c->arena, STR(EMAIL));
    buf id;
    buf_init_in(&id, c->arena, 100);
    buf_text(&id, "guest:");
    buf_str(&id, hash);
    put_order(c, d, "100", id.p, "");
    assert_ok(c, storage_put(c, d, &customer_entity, &(customer){ .store_id = 1, .customer_id = buf_view(&id), .guest = true,
        .email_hash = hash, .email = STR(EMAIL), .payload_hash = 5 }));
    for (int again = 0; again < 2; again++) {
        person_names who = find_by(c, d, "", "", EMAIL);
        person_erased erased;
        assert_int_equal(1, who.customers.n);
        assert_ok(c, person_erase(c, d, &who, &erased));
        assert_true(again ? !erased.blanked : erased.blanked >= 2);
    }
    customer row = { .store_id = 1, .customer_id = buf_view(&id) };
    assert_ok(c, storage_get(c, d, &customer_entity, &row));        /* the key stays: it keeps the guest from coming back */
    assert_str("", row.email);
    assert_int_equal(5, row.payload_hash);
    storage_close(d);
}

/* ---- names ---- */

TEST(person, is_found_over_browsers_account_and_address) {
    SHOP(c);
    str hash = crypto_email_hash(c->arena, STR(EMAIL));
    assert_ok(c, storage_put(c, d, &customer_entity, &(customer){ .store_id = 1, .customer_id = STR("7"), .email_hash = hash }));
    assert_ok(c, identity_take(c, d, &(identity_told){ 1, STR("a"), STR("7"), STR(""), 1000000 }, NULL));
    assert_ok(c, identity_take(c, d, &(identity_told){ 1, STR("b"), STR(""), hash, 2000000 }, NULL));
    static const char *const asked[][3] = { { "a", "", "" }, { "b", "", "" }, { "", "7", "" }, { "", "", EMAIL } };
    for (size_t i = 0; i < COUNT(asked); i++) {
        person_names who = find_by(c, d, asked[i][0], asked[i][1], asked[i][2]);
        assert_int_equal(2, who.visitors.n);
        assert_int_equal(2, who.customers.n);                       /* the account, and the guest of that address */
        assert_int_equal(1, who.emails.n);
        assert_int_equal(4, who.aliases.n);
    }
    person_names stranger = find_by(c, d, "nobody", "", "");
    assert_int_equal(1, stranger.visitors.n + stranger.customers.n + stranger.emails.n);
    person_names who;
    assert_err(ERR_INVALID, person_find(c, d, &(person_query){ .store_id = 1 }, &who));
    storage_close(d);
}

/* ---- interrupted ---- */

static int64_t ticks;
static int64_t tick(const time_source *t) {
    (void)t;
    return ++ticks;
}

TEST(person, an_erasure_stopped_anywhere_goes_on_when_asked_again) {
    SHOP(c);
    fill_tables(c, d);
    time_source counting = time_source_manual(1000);
    counting.mono_us = tick;
    c->time = &counting;
    err_code e = ERR_DEADLINE;
    int stops = 0;
    for (int64_t allowed = 1; e; allowed++, stops++) {
        assert_true(allowed < 200);
        c->deadline_us = 0;
        person_names who = find_by(c, d, VISITOR, "", "");
        person_erased erased;
        c->deadline_us = ticks + allowed;                           /* each time a page further */
        e = person_erase(c, d, &who, &erased);
        assert_true(!e || e == ERR_DEADLINE);
    }
    c->deadline_us = 0;
    assert_true(stops > 3);
    assert_forgotten(c, d);
    storage_close(d);
}

static err_code take_away(ctx *c, void *arg, buf *b) {
    (void)c;
    size_t *total = arg;
    *total += b->n;
    b->n = 0;
    return ERR_OK;
}

TEST(person, an_export_of_any_length_goes_out_in_pieces) {
    SHOP(c);
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    for (int64_t i = 0; i < 6000; i++)
        assert_ok(c, storage_put(c, d, &logged_event_entity, &(logged_event){ .store_id = 1, .event_id = i + 1, .visitor_id = STR(VISITOR),
            .kind = STR("view"), .product_id = STR("7") }));
    assert_ok(c, storage_commit(c, d));
    person_names who = find_by(c, d, VISITOR, "", "");
    size_t total = 0;
    AUTO_BUF b;
    buf_init(&b, 2 * MIB);
    assert_ok(c, person_export(c, d, &who, 2, &b, take_away, &total));
    assert_true(total > 6000 * 100);
    AUTO_BUF small;
    buf_init(&small, 64 * KIB);
    assert_err(ERR_TOO_LARGE, person_export(c, d, &who, 2, &small, NULL, NULL));
    person_erased erased;
    assert_ok(c, person_erase(c, d, &who, &erased));
    assert_int_equal(6000, erased.deleted);
    storage_close(d);
}
