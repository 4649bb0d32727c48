/* Drafts and versions of a store's design, on every back end. */
#include "builder/versions.h"
#include <stdio.h>
#include <string.h>
#include "tests/storage/backends.h"
#include "tests/test.h"

enum { SHOP = 3, OTHER = 4 };
#define EACH_BACKEND(c)                                                                                   \
    db_options o;                                                                                         \
    db *d = NULL;                                                                                         \
    for (size_t b_ = 0; b_ < n_backends && (d = test_database(c, &backends[b_], &o)); b_++, storage_close(d))

#define GREEN "{\"design\":{\"accent\":\"#0a0\"}}"
#define BLUE "{\"design\":{\"accent\":\"#00a\"}}"

static widget_version publish(ctx *c, db *d, const char *design, const char *note) {
    widget_version draft, made;
    assert_ok(c, widget_draft_put(c, d, SHOP, str_of(design), -1, &draft));
    assert_ok(c, widget_publish(c, d, SHOP, str_of(note), &made));
    return made;
}

static const char *live(ctx *c, db *d, int64_t store_id) {
    widget_version row;
    assert_ok(c, widget_live_get(c, d, store_id, &row));
    return row.design.n ? str_cstr(c->arena, row.design) : "";
}

TEST(versions, begin_with_nothing_and_the_first_draft_is_revision_1) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        widget_version row;
        assert_ok(c, widget_draft_get(c, d, SHOP, &row));
        assert_int_equal(0, row.revision);
        assert_err(ERR_CONFLICT, widget_publish(c, d, SHOP, STR(""), &row));
        assert_ok(c, widget_draft_put(c, d, SHOP, STR(" { \"design\" : {\"accent\":\"#0a0\"} }"), 0, &row));
        assert_int_equal(1, row.revision);
        assert_str(GREEN, row.design);                      /* without the blanks */
        assert_string_equal("", live(c, d, SHOP));
        assert_ok(c, widget_draft_get(c, d, OTHER, &row));
        assert_int_equal(0, row.revision);                  /* another store's is its own */
    }
}

TEST(versions, are_published_rolled_back_and_never_changed) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        widget_version row;
        assert_int_equal(1, publish(c, d, GREEN, "green").version);
        assert_int_equal(2, publish(c, d, BLUE, "").version);
        assert_int_equal(2, publish(c, d, BLUE, "again").version);      /* nothing new: nothing written */
        assert_ok(c, widget_roll_back(c, d, SHOP, 1, &row));
        assert_int_equal(3, row.version);
        assert_int_equal(1, row.came_from);
        assert_string_equal(GREEN, live(c, d, SHOP));
        assert_ok(c, widget_draft_get(c, d, SHOP, &row));
        assert_str(GREEN, row.design);                      /* it held nothing unpublished: it followed */
        assert_ok(c, widget_version_get(c, d, SHOP, 2, &row));
        assert_str(BLUE, row.design);
        widget_version *rows;
        size_t n;
        assert_ok(c, widget_version_list(c, d, SHOP, 0, 10, &rows, &n));
        assert_int_equal(3, n);
        assert_int_equal(3, rows[0].version);
        assert_str("green", rows[2].note);
        assert_ok(c, widget_version_list(c, d, SHOP, 3, 1, &rows, &n));
        assert_true(n == 1 && rows[0].version == 2);
    }
}

TEST(versions, keep_a_draft_with_work_in_it_when_rolled_back) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        widget_version row;
        (void)publish(c, d, GREEN, "");
        (void)publish(c, d, BLUE, "");
        assert_ok(c, widget_draft_put(c, d, SHOP, STR("{\"design\":{\"radius\":3}}"), -1, &row));
        assert_ok(c, widget_roll_back(c, d, SHOP, 1, &row));
        assert_ok(c, widget_draft_get(c, d, SHOP, &row));
        assert_str("{\"design\":{\"radius\":3}}", row.design);
    }
}

TEST(versions, refuse_what_is_wrong_and_change_nothing) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        widget_version row;
        (void)publish(c, d, GREEN, "");
        assert_err(ERR_INVALID, widget_draft_put(c, d, SHOP, STR("{\"design\":{\"accent\":\"green\"}}"), -1, &row));
        assert_string_equal("design.accent", c->error.field);
        assert_err(ERR_CONFLICT, widget_draft_put(c, d, SHOP, STR(BLUE), 0, &row));
        assert_string_equal("revision", c->error.field);
        char *large = arena_new(c->arena, char, LIMIT_WIDGET_DESIGN + 3);
        memset(large, ' ', LIMIT_WIDGET_DESIGN + 2);
        large[0] = '{', large[LIMIT_WIDGET_DESIGN + 1] = '}';
        assert_err(ERR_TOO_LARGE, widget_draft_put(c, d, SHOP, str_of(large), -1, &row));
        assert_err(ERR_NOT_FOUND, widget_roll_back(c, d, SHOP, 0, &row));
        assert_err(ERR_NOT_FOUND, widget_roll_back(c, d, SHOP, 9, &row));
        assert_err(ERR_NOT_FOUND, widget_roll_back(c, d, OTHER, 1, &row));
        assert_err(ERR_NOT_FOUND, widget_version_get(c, d, OTHER, 1, &row));
        assert_err(ERR_INVALID, widget_publish(c, d, SHOP, STR("<b>"), &row));
        int64_t version = 0, revision = 0;
        assert_ok(c, widget_state(c, d, SHOP, &version, &revision));
        assert_true(version == 1 && revision == 1);
    }
}

TEST(versions, keep_the_newest_hundred) {
    TEST_CTX(c);
    EACH_BACKEND(c) {
        widget_version row;
        assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
        for (int i = 0; i < LIMIT_WIDGET_VERSIONS + 3; i++) (void)publish(c, d, i % 2 ? BLUE : GREEN, "");
        assert_ok(c, storage_commit(c, d));
        int64_t n = 0;
        assert_ok(c, storage_count(c, d, &widget_version_entity, SHOP, &n));
        assert_int_equal(LIMIT_WIDGET_VERSIONS + 1, n);     /* and the draft */
        assert_err(ERR_NOT_FOUND, widget_version_get(c, d, SHOP, 3, &row));
        assert_ok(c, widget_version_get(c, d, SHOP, 4, &row));
    }
}
