/* What storage/storage.h promises, held to every back end. */
#include "tests/storage/backends.h"
#include <math.h>
#include <pthread.h>
#include <string.h>
#include "storage/queries.h"
#include "tests/test.h"

/* Runs the body once for each back end: db *d and db_options o are there. */
#define EACH_BACKEND(c)                                                                                   \
    db_options o;                                                                                         \
    db *d = NULL;                                                                                         \
    for (size_t b_ = 0; b_ < n_backends && (d = test_database(c, &backends[b_], &o)); b_++, storage_close(d))

TEST(storage, gives_back_every_column_of_every_table) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        for (size_t i = 0; i < n_entities; i++) {
            const entity *e = all_entities[i];
            for (int round = 0; round < 40; round++) {
                void *row = arena_alloc(c->arena, e->row_size), *got = arena_alloc(c->arena, e->row_size);
                random_row(c, e, row);
                if (e == &store_entity) ((store *)row)->name = STR("");         /* names are unique; tested elsewhere */
                memcpy(got, row, e->row_size);
                for (size_t f = e->n_keys; f < e->n_fields; f++)
                    if (e->fields[f].kind == FIELD_TEXT) *(str *)entity_at_mut(e, got, f) = STR("not read");
                assert_ok(c, storage_put(c, d, e, row));
                assert_ok(c, storage_get(c, d, e, got));
                assert_rows_equal(e, row, got);
                assert_ok(c, storage_put(c, d, e, row));                        /* the same again is no error */
            }
        }
        assert_ok(c, storage_check(c, d));
    }
}

TEST(storage, says_not_found_and_leaves_the_row_alone) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("nobody"), .name = STR("kept") };
        assert_err(ERR_NOT_FOUND, storage_get(c, d, &product_entity, &p));
        assert_str("kept", p.name);
    }
}

TEST(storage, replaces_the_row_with_the_same_key) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("7"), .name = STR("old"), .price = SOME(100) };
        assert_ok(c, storage_put(c, d, &product_entity, &p));
        p.name = STR("new"), p.price = UNKNOWN;
        assert_ok(c, storage_put(c, d, &product_entity, &p));
        product got = { .store_id = 1, .product_id = STR("7") };
        assert_ok(c, storage_get(c, d, &product_entity, &got));
        assert_rows_equal(&product_entity, &p, &got);
        int64_t n = 0;
        assert_ok(c, storage_count(c, d, &product_entity, 1, &n));
        assert_int_equal(1, n);
    }
}

TEST(storage, refuses_what_not_every_database_can_hold) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("1"), .name = { "a\0b", 3 } };
        assert_err(ERR_INVALID, storage_put(c, d, &product_entity, &p));
        assert_string_equal("name", c->error.field);
        static const double bad[] = { NAN, INFINITY, -INFINITY };
        for (size_t i = 0; i < COUNT(bad); i++) {
            product q = { .store_id = 1, .product_id = STR("1"), .average_rating = bad[i] };
            assert_err(ERR_INVALID, storage_put(c, d, &product_entity, &q));
        }
        size_t huge = 65 * MIB;
        product r = { .store_id = 1, .product_id = STR("1"), .name = { memset(arena_alloc(c->arena, huge), 'x', huge), huge } };
        assert_err(ERR_TOO_LARGE, storage_put(c, d, &product_entity, &r));
        int64_t n = 0;
        assert_ok(c, storage_count(c, d, &product_entity, 1, &n));
        assert_int_equal(0, n);
    }
}

static void put_line(ctx *c, db *d, int64_t store_id, const char *order_id, const char *line_id) {
    order_line l = { .store_id = store_id, .order_id = str_of(order_id), .line_id = str_of(line_id), .kind = STR("item"),
                     .product_id = STR("p") };
    assert_ok(c, storage_put(c, d, &order_line_entity, &l));
}

TEST(storage, deletes_by_the_first_columns_of_the_key) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        put_line(c, d, 1, "a", "1");
        put_line(c, d, 1, "a", "2");
        put_line(c, d, 1, "b", "1");
        put_line(c, d, 2, "a", "1");
        order_line key = { .store_id = 1, .order_id = STR("a"), .line_id = STR("2") };
        static const struct { size_t n_keys; int64_t gone; } cases[] = { { 3, 1 }, { 3, 0 }, { 2, 1 }, { 1, 1 }, { 1, 0 } };
        for (size_t i = 0; i < COUNT(cases); i++) {
            int64_t n = -1;
            assert_ok(c, storage_delete(c, d, &order_line_entity, &key, cases[i].n_keys, &n));
            assert_int_equal(cases[i].gone, n);
        }
        assert_err(ERR_INTERNAL, storage_delete(c, d, &order_line_entity, &key, 0, NULL));
        assert_err(ERR_INTERNAL, storage_delete(c, d, &order_line_entity, &key, 4, NULL));
        int64_t left = 0;
        assert_ok(c, storage_count(c, d, &order_line_entity, 2, &left));
        assert_int_equal(1, left);
    }
}

static str number_text(ctx *c, int64_t n) {
    buf b;
    buf_init_in(&b, c->arena, 64);
    buf_printf(&b, "%06lld", (long long)n);
    return buf_view(&b);
}

TEST(storage, pages_through_12000_rows_while_they_change) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        enum { ROWS = 12000, PAGE = 997 };
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        for (int64_t i = 0; i < ROWS; i++) {
            tag t = { .store_id = i % 2 + 1, .tag_id = number_text(c, i) };
            assert_ok(c, storage_put(c, d, &tag_entity, &t));
        }
        assert_ok(c, storage_commit(c, d));
        tag key = { .store_id = 1 }, last = { .store_id = 1 };
        size_t seen = 0, n = PAGE;
        for (int page = 0; n == PAGE; page++) {
            tag *rows = NULL;
            assert_ok(c, storage_scan(c, d, &tag_entity, &key, 1, page ? &last : NULL, PAGE, &rows, &n));
            for (size_t i = 0; i < n; i++, seen++)
                assert_true(str_eq(rows[i].tag_id, number_text(c, (int64_t)seen * 2)));
            last = rows[n - 1];
            assert_ok(c, storage_delete(c, d, &tag_entity, &last, 2, NULL));    /* behind the cursor: gone, and not missed */
            tag early = { .store_id = 1, .tag_id = STR("000000x") };
            assert_ok(c, storage_put(c, d, &tag_entity, &early));               /* behind the cursor: new, and not seen */
        }
        assert_int_equal(ROWS / 2, seen);
    }
}

TEST(storage, scans_within_a_key_prefix_and_after_a_deep_cursor) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        static const char *const orders[] = { "a", "b", "c" }, *const lines[] = { "1", "2" };
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 2; k++) put_line(c, d, 1, orders[i], lines[k]);
        order_line key = { .store_id = 1, .order_id = STR("b"), .line_id = STR("1") }, *rows = NULL;
        size_t n = 0;
        assert_ok(c, storage_scan(c, d, &order_line_entity, &key, 2, NULL, 10, &rows, &n));
        assert_int_equal(2, n);
        assert_ok(c, storage_scan(c, d, &order_line_entity, &key, 2, &key, 10, &rows, &n));
        assert_int_equal(1, n);
        assert_str("2", rows[0].line_id);
        assert_ok(c, storage_scan(c, d, &order_line_entity, &key, 1, &key, 10, &rows, &n));
        assert_int_equal(3, n);                                                 /* b2, c1, c2 */
        assert_str("b", rows[0].order_id);
        assert_ok(c, storage_scan(c, d, &order_line_entity, &key, 3, NULL, 10, &rows, &n));
        assert_int_equal(1, n);
        assert_ok(c, storage_scan(c, d, &order_line_entity, &key, 3, &key, 10, &rows, &n));
        assert_int_equal(0, n);
        assert_err(ERR_INTERNAL, storage_scan(c, d, &order_line_entity, &key, 1, NULL, 0, &rows, &n));
        assert_err(ERR_INTERNAL, storage_scan(c, d, &order_line_entity, &key, 1, NULL, LIMIT_SCAN_ROWS + 1, &rows, &n));
    }
}

TEST(storage, scans_by_an_indexed_column_in_pages) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        for (int64_t i = 0; i < 100; i++) {
            product p = { .store_id = 1, .product_id = number_text(c, i), .parent_id = i % 3 ? STR("") : STR("parent") };
            assert_ok(c, storage_put(c, d, &product_entity, &p));
        }
        product key = { .store_id = 1, .parent_id = STR("parent") }, *rows = NULL, after = key;
        size_t n = 10, seen = 0;
        for (bool first = true; n == 10; first = false) {
            assert_ok(c, storage_scan_by(c, d, &product_entity, "parent_id", &key, first ? NULL : &after, 10, &rows, &n));
            for (size_t i = 0; i < n; i++, seen++) assert_true(str_eq(rows[i].product_id, number_text(c, (int64_t)seen * 3)));
            if (n) after = rows[n - 1];
        }
        assert_int_equal(34, seen);
        assert_err(ERR_INTERNAL, storage_scan_by(c, d, &product_entity, "name", &key, NULL, 10, &rows, &n));
        assert_err(ERR_INTERNAL, storage_scan_by(c, d, &product_entity, "nothing", &key, NULL, 10, &rows, &n));
    }
}

TEST(storage, lists_stores_and_keeps_their_names_unique) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        for (int64_t i = 1; i <= 5; i++) {
            store s = { .store_id = i * 10, .name = number_text(c, i) };
            assert_ok(c, storage_put(c, d, &store_entity, &s));
        }
        store *rows = NULL;
        size_t n = 0;
        assert_ok(c, storage_scan_stores(c, d, 20, 2, &rows, &n));
        assert_int_equal(2, n);
        assert_int_equal(30, rows[0].store_id);
        store twin = { .store_id = 99, .name = STR("000001") };
        assert_err(ERR_CONFLICT, storage_put(c, d, &store_entity, &twin));
    }
}

/* ---- records ---- */

static record product_record(const product *p, const product_category *cats, size_t n_cats) {
    record r = { .e = &product_entity, .row = p };
    record_add(&r, &product_category_entity, cats, n_cats);
    return r;
}

static size_t category_count(ctx *c, db *d, const char *product_id) {
    product_category key = { .store_id = 1, .product_id = str_of(product_id) }, *rows = NULL;
    size_t n = 0;
    assert_ok(c, storage_scan(c, d, &product_category_entity, &key, 2, NULL, 100, &rows, &n));
    return n;
}

TEST(storage, writes_a_record_only_when_it_changed) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("7"), .name = STR("Ceas"), .payload_hash = 123 };
        product_category cats[] = { { 1, STR("7"), STR("a"), 0 }, { 1, STR("7"), STR("b"), 1 } };
        product_category other = { 1, STR("8"), STR("a"), 0 };
        assert_ok(c, storage_put(c, d, &product_category_entity, &other));
        record r = product_record(&p, cats, 2), fewer = product_record(&p, cats, 1), none = product_record(&p, cats, 0);
        put_outcome outcome = PUT_SAME;
        const struct { const record *r; put_outcome outcome; size_t children; } steps[] = {
            { &r, PUT_NEW, 2 }, { &r, PUT_SAME, 2 }, { &fewer, PUT_CHANGED, 1 }, { &none, PUT_CHANGED, 0 }, { &r, PUT_CHANGED, 2 },
        };
        for (size_t i = 0; i < COUNT(steps); i++) {
            assert_ok(c, storage_put_record(c, d, steps[i].r, &outcome));
            assert_int_equal(steps[i].outcome, outcome);
            assert_int_equal(steps[i].children, category_count(c, d, "7"));
        }
        p.name = STR("Ceas nou");
        assert_ok(c, storage_put_record(c, d, &r, &outcome));
        assert_int_equal(PUT_CHANGED, outcome);
        assert_int_equal(1, category_count(c, d, "8"));                         /* another product's are left alone */
    }
}

TEST(storage, leaves_child_sets_alone_that_were_not_given) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("7") };
        product_category cat = { 1, STR("7"), STR("a"), 0 };
        record with = product_record(&p, &cat, 1), without = { .e = &product_entity, .row = &p };
        put_outcome outcome;
        assert_ok(c, storage_put_record(c, d, &with, &outcome));
        assert_ok(c, storage_put_record(c, d, &without, &outcome));
        assert_int_equal(1, category_count(c, d, "7"));
    }
}

TEST(storage, refuses_children_of_another_parent_and_undoes_all) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        product p = { .store_id = 1, .product_id = STR("7") };
        product_category cats[] = { { 1, STR("7"), STR("a"), 0 }, { 2, STR("7"), STR("a"), 0 } };
        record r = product_record(&p, cats, 2);
        put_outcome outcome;
        assert_err(ERR_INVALID, storage_put_record(c, d, &r, &outcome));
        assert_false(storage_in_transaction(d));
        assert_err(ERR_NOT_FOUND, storage_get(c, d, &product_entity, &p));
        assert_int_equal(0, category_count(c, d, "7"));
        record no_hash = { .e = &job_entity, .row = &(job){ .store_id = 1 } };
        assert_err(ERR_INTERNAL, storage_put_record(c, d, &no_hash, &outcome));
    }
}

/* ---- transactions and connections ---- */

TEST(storage, forgets_what_was_rolled_back) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        tag t = { .store_id = 1, .tag_id = STR("x") };
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        assert_err(ERR_INTERNAL, storage_begin(c, d, STORAGE_WRITE));
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        storage_rollback(d);
        storage_rollback(d);
        assert_err(ERR_NOT_FOUND, storage_get(c, d, &tag_entity, &t));
        assert_err(ERR_INTERNAL, storage_commit(c, d));
        assert_ok(c, storage_begin(c, d, STORAGE_READ));
        assert_err(ERR_INTERNAL, storage_put(c, d, &tag_entity, &t));
        assert_ok(c, storage_commit(c, d));
    }
}

TEST(storage, writes_as_one_in_its_own_transaction_or_as_part_of_the_open_one) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        tag t = { .store_id = 1, .tag_id = STR("x") };
        bool ours = false, inner = true;
        assert_ok(c, storage_join(c, d, &ours));
        assert_ok(c, storage_join(c, d, &inner));
        assert_true(ours && !inner);
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        assert_err(ERR_INVALID, storage_leave(c, d, inner, ERR_INVALID));       /* it is for the outer one to give up */
        assert_true(storage_in_transaction(d));
        assert_err(ERR_INVALID, storage_leave(c, d, ours, ERR_INVALID));
        assert_false(storage_in_transaction(d));
        assert_err(ERR_NOT_FOUND, storage_get(c, d, &tag_entity, &t));
        assert_ok(c, storage_join(c, d, &ours));
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        assert_ok(c, storage_leave(c, d, ours, ERR_OK));
        assert_ok(c, storage_get(c, d, &tag_entity, &t));
    }
}

TEST(storage, shows_a_reader_the_old_state_until_the_writer_commits) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        db *reader = test_connect(c, &o);
        tag t = { .store_id = 1, .tag_id = STR("x"), .name = STR("old") }, got = t;
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        assert_ok(c, storage_begin(c, reader, STORAGE_READ));
        assert_ok(c, storage_get(c, reader, &tag_entity, &got));
        t.name = STR("new");
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        assert_ok(c, storage_get(c, reader, &tag_entity, &got));
        assert_str("old", got.name);
        assert_ok(c, storage_commit(c, d));
        assert_ok(c, storage_get(c, reader, &tag_entity, &got));
        assert_str("old", got.name);                                            /* one transaction sees one state */
        assert_ok(c, storage_commit(c, reader));
        assert_ok(c, storage_get(c, reader, &tag_entity, &got));
        assert_str("new", got.name);
        storage_close(reader);
    }
}

TEST(storage, tells_a_writer_that_waited_in_vain) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        db_options hasty = o;
        hasty.busy_ms = 20;
        db *other = test_connect(c, &hasty);
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        assert_err(ERR_BUSY, storage_begin(c, other, STORAGE_WRITE));
        assert_false(storage_in_transaction(other));
        storage_rollback(d);
        assert_ok(c, storage_begin(c, other, STORAGE_WRITE));
        storage_close(other);                                                   /* rolls back */
    }
}

enum { WRITERS = 4, ADDS = 50 };

static void *add_many(void *arg) {
    AUTO_ARENA a;
    arena_init(&a, MIB * 16);
    ctx c;
    ctx_init(&c, &a);
    db *d = NULL;
    err_code e = storage_open(&c, arg, &d);
    for (int i = 0; i < ADDS && !e; i++) {
        tag t = { .store_id = 1, .tag_id = STR("counter") };
        e = storage_begin(&c, d, STORAGE_WRITE);
        if (!e) e = storage_get(&c, d, &tag_entity, &t);
        t.product_count++;
        if (!e) e = storage_put(&c, d, &tag_entity, &t);
        if (!e) e = storage_commit(&c, d);
    }
    storage_close(d);
    return e ? "failed" : NULL;
}

TEST(storage, lets_writers_wait_for_each_other) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        tag t = { .store_id = 1, .tag_id = STR("counter") };
        assert_ok(c, storage_put(c, d, &tag_entity, &t));
        pthread_t threads[WRITERS];
        for (int i = 0; i < WRITERS; i++) assert_int_equal(0, pthread_create(&threads[i], NULL, add_many, &o));
        for (int i = 0; i < WRITERS; i++) {
            void *complaint = NULL;
            pthread_join(threads[i], &complaint);
            assert_null(complaint);
        }
        assert_ok(c, storage_get(c, d, &tag_entity, &t));
        assert_int_equal(WRITERS * ADDS, t.product_count);                      /* no addition was lost */
    }
}

/* ---- queries ---- */

static err_code no_rows(void *arg, const sql_value *columns, size_t n) {
    (void)columns, (void)n;
    ++*(int *)arg;
    return ERR_OK;
}

TEST(storage, prepares_every_named_query) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        for (size_t i = 0; i < n_queries; i++) {
            const query *q = all_queries[i];
            sql_value binds[9];
            int rows = 0;
            for (size_t k = 0; k < COUNT(binds); k++) binds[k] = SQL_INT(1000 + (int64_t)k);
            assert_ok(c, storage_query(c, d, q, binds, q->n_binds, no_rows, &rows));
            assert_err(ERR_INTERNAL, storage_query(c, d, q, binds, q->n_binds + 1, no_rows, &rows));
        }
    }
}

TEST(storage, walks_the_lines_of_orders_in_time_order) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        static const struct { const char *id; int64_t ms; } orders[] = { { "b", 100 }, { "a", 300 }, { "c", 200 } };
        for (size_t i = 0; i < COUNT(orders); i++) {
            order row = { .store_id = 1, .order_id = str_of(orders[i].id), .created_ms = orders[i].ms };
            assert_ok(c, storage_put(c, d, &order_entity, &row));
            put_line(c, d, 1, orders[i].id, "1");
            order_line tax = { .store_id = 1, .order_id = row.order_id, .line_id = STR("2"), .kind = STR("tax") };
            assert_ok(c, storage_put(c, d, &order_line_entity, &tax));
        }
        sql_value binds[] = { SQL_INT(1), SQL_INT(100), SQL_INT(300) };
        int rows = 0;
        assert_ok(c, storage_query(c, d, &query_order_items, binds, 3, no_rows, &rows));
        assert_int_equal(2, rows);
        int64_t last = 0;
        assert_ok(c, storage_query_i64(c, d, &query_last_job, binds, 1, -1, &last));
        assert_int_equal(-1, last);
    }
}

TEST(storage, lists_ids_for_sweeps_without_guests) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        customer people[] = { { .store_id = 1, .customer_id = STR("1") },
                              { .store_id = 1, .customer_id = STR("guest:ab"), .guest = true } };
        for (size_t i = 0; i < 2; i++) assert_ok(c, storage_put(c, d, &customer_entity, &people[i]));
        sql_value binds[] = { SQL_INT(1), SQL_TEXT(STR("")), SQL_INT(10) };
        int rows = 0;
        assert_ok(c, storage_query(c, d, query_ids_of(&customer_entity), binds, 3, no_rows, &rows));
        assert_int_equal(1, rows);
        assert_null(query_ids_of(&order_line_entity));
    }
}
