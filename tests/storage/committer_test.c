/* Group commit: what was acknowledged is on disk, one bad write does not hurt its neighbours. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "storage/storage.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

typedef struct {
    int64_t number;
    const db_options *o;            /* look for the row with a connection of its own when told */
    atomic_int *done, *failed, *missing;
} one_write;

static str tag_id(arena *a, int64_t n) {
    buf b;
    buf_init_in(&b, a, 64);
    buf_i64(&b, n);
    return buf_view(&b);
}

/* Every seventh write fails after it has written. */
static err_code put_or_fail(ctx *c, db *d, void *arg) {
    const one_write *w = arg;
    TRY(storage_put(c, d, &tag_entity, &(tag){ .store_id = 1, .tag_id = tag_id(c->arena, w->number) }));
    if (w->number % 7 == 3) return fail_field(c, ERR_INVALID, "number", "write %lld is bad", (long long)w->number);
    return ERR_OK;
}

static void count_done(ctx *c, err_code e, void *arg) {
    const one_write *w = arg;
    bool expected = w->number % 7 == 3;
    bool told = e == ERR_INVALID && strcmp(c->error.field, "number") == 0 && strstr(c->error.text, "is bad");
    if (e ? !told : expected) atomic_fetch_add(w->missing, 1);
    atomic_fetch_add(e ? w->failed : w->done, 1);
}

TEST(committer, keeps_10000_writes_apart) {
    TEST_CTX(c);
    enum { WRITES = 10000 };
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    committer *m = NULL;
    atomic_int done = 0, failed = 0, wrong = 0;
    one_write *writes = arena_new(c->arena, one_write, WRITES);
    assert_ok(c, committer_new(c, &o, 500, &m));
    for (int64_t i = 0; i < WRITES; i++) {
        writes[i] = (one_write){ .number = i, .done = &done, .failed = &failed, .missing = &wrong };
        while (committer_give(m, put_or_fail, count_done, &writes[i]) == ERR_BUSY) sched_yield();
    }
    committer_free(m);                                                          /* writes what waits first */
    assert_int_equal(0, wrong);
    assert_int_equal(WRITES, done + failed);
    assert_int_equal(1429, failed);
    int64_t n = 0;
    assert_ok(c, storage_count(c, d, &tag_entity, 1, &n));
    assert_int_equal(done, n);
    storage_close(d);
}

static void look_for_it(ctx *c, err_code e, void *arg) {
    const one_write *w = arg;
    AUTO_ARENA a;
    arena_init(&a, MIB);
    ctx own;
    ctx_init(&own, &a);
    (void)c;
    db *d = NULL;
    tag t = { .store_id = 1, .tag_id = tag_id(&a, w->number) };
    if (e || storage_open(&own, w->o, &d) || storage_get(&own, d, &tag_entity, &t)) atomic_fetch_add(w->missing, 1);
    storage_close(d);
}

TEST(committer, tells_only_after_others_can_see_it) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    committer *m = NULL;
    atomic_int missing = 0;
    one_write writes[3];
    assert_ok(c, committer_new(c, &o, 10, &m));
    for (int64_t i = 0; i < 3; i++) {
        writes[i] = (one_write){ .number = i, .o = &o, .missing = &missing };
        assert_ok(c, committer_give(m, put_or_fail, look_for_it, &writes[i]));
    }
    committer_free(m);
    assert_int_equal(0, missing);
    storage_close(d);
}

static err_code tries_to_end_it(ctx *c, db *d, void *arg) {
    (void)arg;
    storage_rollback(d);
    if (storage_commit(c, d) == ERR_OK || storage_begin(c, d, STORAGE_WRITE) == ERR_OK) return ERR_OK;
    return storage_put(c, d, &tag_entity, &(tag){ .store_id = 1, .tag_id = STR("inside") });
}

TEST(committer, gives_the_detail_to_who_waits_and_keeps_its_transaction) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    committer *m = NULL;
    assert_ok(c, committer_new(c, &o, 10, &m));
    assert_err(ERR_INVALID, committer_wait(c, m, put_or_fail, &(one_write){ .number = 3 }));
    assert_string_equal("number", c->error.field);
    assert_string_equal("write 3 is bad", c->error.text);
    assert_ok(c, committer_wait(c, m, put_or_fail, &(one_write){ .number = 4 }));
    assert_ok(c, committer_wait(c, m, tries_to_end_it, NULL));
    tag t = { .store_id = 1, .tag_id = STR("inside") };
    assert_ok(c, storage_get(c, d, &tag_entity, &t));
    committer_free(m);
    committer_free(NULL);
    storage_close(d);
}

TEST(committer, tells_everybody_when_the_database_is_held_by_another) {
    TEST_CTX(c);
    db_options o;
    db *d = test_database(c, &backends[0], &o);
    o.busy_ms = 10;
    committer *m = NULL;
    assert_ok(c, committer_new(c, &o, 10, &m));
    assert_ok(c, storage_begin(c, d, STORAGE_WRITE));
    assert_err(ERR_BUSY, committer_wait(c, m, put_or_fail, &(one_write){ .number = 1 }));
    storage_rollback(d);
    assert_ok(c, committer_wait(c, m, put_or_fail, &(one_write){ .number = 1 }));
    committer_free(m);
    assert_err(ERR_STORAGE, committer_new(c, &(db_options){ .url = STR("sqlite:/nowhere/at/all/x.db") }, 10, &m));
    storage_close(d);
}

/* ---- killed in the middle ---- */

typedef struct { int64_t number; int pipe; } acknowledged;

static err_code put_number(ctx *c, db *d, void *arg) {
    const acknowledged *w = arg;
    return storage_put(c, d, &tag_entity, &(tag){ .store_id = 1, .tag_id = tag_id(c->arena, w->number) });
}

static void acknowledge(ctx *c, err_code e, void *arg) {
    (void)c;
    const acknowledged *w = arg;
    if (!e && write(w->pipe, &w->number, sizeof w->number) != sizeof w->number) _exit(3);
}

/* Writes numbers from `first` on, for ever. */
static void child_writes(const db_options *o, int64_t first, int pipe) {
    AUTO_ARENA a;
    arena_init(&a, 64 * MIB);
    ctx c;
    ctx_init(&c, &a);
    committer *m = NULL;
    alarm(120);                                                                 /* nobody left to kill us */
    if (committer_new(&c, o, 64, &m)) _exit(2);
    for (int64_t n = first;; n++) {
        acknowledged *w = arena_new(&a, acknowledged, 1);
        if (!w) _exit(2);
        *w = (acknowledged){ n, pipe };
        while (committer_give(m, put_number, acknowledge, w) == ERR_BUSY) sched_yield();
    }
}

/* Kill the child once it has acknowledged `wanted` numbers; the highest number ever acknowledged. */
static int64_t kill_after(ctx *c, const db_options *o, int64_t first, uint64_t wanted) {
    int ends[2];
    int64_t number = 0, highest = first - 1;
    assert_int_equal(0, pipe(ends));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        child_writes(o, first, ends[1]);
    }
    close(ends[1]);
    for (uint64_t n = 0; read(ends[0], &number, sizeof number) == sizeof number; n++) {
        if (number != highest + 1) test_fail("number %lld was acknowledged after %lld", (long long)number, (long long)highest);
        highest = number;
        if (n == wanted) assert_int_equal(0, kill(child, SIGKILL));             /* what it said before it died is read to the end */
    }
    int status = 0;
    assert_int_equal(child, waitpid(child, &status, 0));
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) test_fail("the child ended by itself, status %d", status);
    close(ends[0]);
    (void)c;
    return highest;
}

TEST(committer, loses_nothing_acknowledged_when_killed_20_times) {
    TEST_CTX(c);
    rng_seed(&c->random, 20);
    db_options o;
    storage_close(test_database(c, &backends[0], &o));
    int64_t highest = -1;
    for (int round = 0; round < 20; round++) {
        highest = kill_after(c, &o, highest + 1, rng_below(&c->random, 300));
        db *d = test_connect(c, &o);
        assert_ok(c, storage_check(c, d));
        for (int64_t i = 0; i <= highest; i++) {
            tag t = { .store_id = 1, .tag_id = tag_id(c->arena, i) };
            assert_ok(c, storage_get(c, d, &tag_entity, &t));
        }
        storage_close(d);
    }
}
