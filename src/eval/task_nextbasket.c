/* Task `nextbasket`: the whole next basket of a shopper who came before.
 * Files: *_history.json and *_future.json, one object each: user id -> list of baskets of item numbers, first and last basket
 * padding [-1]; the future holds one basket. Test users are the last fifth in the order of the history file, asked with their history;
 * the others train with their history and, as the newest visit, their future. Items of the history may be the answer.
 * It does NOT judge. */
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/limits.h"
#include "base/lines.h"
#include "eval/task_int.h"

enum {
    MAX_ITEMS = 10 * 1000 * 1000,           /* a larger item number is a damaged file: models keep room for each */
    TEST_EVERY = 5,                         /* the last fifth */
};
#define FILE_BYTES (512 * MIB)              /* of one file, unpacked: it is one JSON value */

typedef struct { str id; uint32_t n_visits, from, to; } shopper;      /* visits, and events [from, to) */
typedef struct {
    shopper *shopper;
    uint32_t n, n_events, n_items;          /* n_items: 1 + the largest number seen */
    uint32_t *item, *visit;
} basket_file;

static err_code bad(ctx *c, const char *file, str id, const char *what) {
    return fail_field(c, ERR_INVALID, "data", "%s, user '%.*s': %s", file, STR_ARG(str_clip(id, 40)), what);
}

static bool is_padding(const json_value *basket) {
    int64_t number;
    return jr_count(basket) == 1 && jr_i64(jr_at(basket, 0), &number) && number == -1;
}

/* Baskets between the paddings; how many items they hold. */
static err_code check_user(ctx *c, const char *file, str id, const json_value *baskets, size_t *ret_items) {
    size_t n = jr_count(baskets), items = 0;
    if (n < 2 || !is_padding(jr_at(baskets, 0)) || !is_padding(jr_at(baskets, n - 1)))
        return bad(c, file, id, "not a list of baskets between [-1] and [-1]");
    for (size_t b = 1; b + 1 < n; b++) {
        const json_value *basket = jr_at(baskets, b);
        if (jr_count(basket) == 0) return bad(c, file, id, "a basket that is not a list of items, or empty");
        items += jr_count(basket);
        for (size_t i = 0; i < jr_count(basket); i++) {
            int64_t item;
            if (!jr_is_number(jr_at(basket, i)) || !jr_i64(jr_at(basket, i), &item) || item < 0 || item >= MAX_ITEMS)
                return bad(c, file, id, "an item that is not a number from 0 to 9999999");
        }
    }
    *ret_items = items;
    return ERR_OK;
}

static void take_user(basket_file *f, str id, const json_value *baskets) {
    shopper *s = &f->shopper[f->n++];
    *s = (shopper){ id, (uint32_t)jr_count(baskets) - 2, f->n_events, 0 };
    for (uint32_t b = 0; b < s->n_visits; b++) {
        const json_value *basket = jr_at(baskets, b + 1);
        for (size_t i = 0; i < jr_count(basket); i++) {
            int64_t item = 0;
            (void)jr_i64(jr_at(basket, i), &item);          /* looked at in check_user() */
            f->visit[f->n_events] = b;
            f->item[f->n_events++] = (uint32_t)item;
            if ((uint32_t)item >= f->n_items) f->n_items = (uint32_t)item + 1;
        }
    }
    s->to = f->n_events;
}

static err_code read_users(ctx *c, str text, const char *name, basket_file *ret_file) {
    const json_value *root;
    size_t users = 0, events = 0;
    TRY(json_parse(c, text, JSON_READ_STRICT, &root));
    if (!jr_is_object(root)) return fail_field(c, ERR_INVALID, "data", "%s: not an object of users", name);
    for (void *it = jr_first(root); it; it = jr_next(root, it), users++) {
        size_t items = 0;
        if (users % 1024 == 0) TRY(ctx_check(c));
        TRY(check_user(c, name, jr_member_key(it), jr_member_value(it), &items));
        events += items;
    }
    if (events > UINT32_MAX) return fail_field(c, ERR_INVALID, "data", "%s: more than %u items", name, UINT32_MAX);
    basket_file f = { arena_new(c->arena, shopper, users), 0, 0, 0, arena_new_raw(c->arena, uint32_t, events),
                      arena_new_raw(c->arena, uint32_t, events) };
    if (!f.shopper || !f.item || !f.visit) return fail(c, ERR_NO_MEMORY, "%zu users", users);
    for (void *it = jr_first(root); it; it = jr_next(root, it)) take_user(&f, jr_member_key(it), jr_member_value(it));
    *ret_file = f;
    return ERR_OK;
}

/* ---- questions ---- */

typedef struct { uint64_t *start; uint32_t *item, *visit, n_users; } training;
typedef struct { history *asked; uint64_t *start; uint32_t *truth, n; } questions;

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Ask with events; the items of the future, ascending and each once, are the truth. */
static void ask(questions *q, const history *h, const uint32_t *truth, size_t n_truth) {
    uint64_t from = q->start[q->n], to = from;
    q->asked[q->n] = *h;
    memcpy(q->truth + from, truth, n_truth * sizeof *truth);
    if (n_truth) qsort(q->truth + from, n_truth, sizeof *truth, by_number);
    for (uint64_t i = from; i < from + n_truth; i++)
        if (to == from || q->truth[i] != q->truth[to - 1]) q->truth[to++] = q->truth[i];
    q->start[++q->n] = to;
}

static err_code questions_new(ctx *c, size_t users, size_t events, questions *ret) {
    *ret = (questions){ arena_new(c->arena, history, users), arena_new(c->arena, uint64_t, users + 1),
                        arena_new_raw(c->arena, uint32_t, events), 0 };
    return ret->asked && ret->start && ret->truth ? ERR_OK : fail(c, ERR_NO_MEMORY, "%zu questions", users);
}

static void train_with(training *t, const basket_file *past, const shopper *p, const basket_file *future, const shopper *f) {
    uint64_t to = t->start[t->n_users];
    for (uint32_t e = p->from; e < p->to; e++) t->item[to] = past->item[e], t->visit[to++] = past->visit[e];
    for (uint32_t e = f->from; e < f->to; e++) t->item[to] = future->item[e], t->visit[to++] = p->n_visits;
    t->start[++t->n_users] = to;
}

static err_code training_new(ctx *c, uint32_t users, size_t events, training *ret) {
    *ret = (training){ arena_new(c->arena, uint64_t, (size_t)users + 1), arena_new_raw(c->arena, uint32_t, events),
                       arena_new_raw(c->arena, uint32_t, events), 0 };
    return ret->start && ret->item && ret->visit ? ERR_OK : fail(c, ERR_NO_MEMORY, "%u users", users);
}

static eval_cases cases_of(const training *t, uint32_t n_items, const questions *q) {
    return (eval_cases){ .train = { .n_users = t->n_users, .n_items = n_items, .start = t->start, .item = t->item, .visit = t->visit },
                         .n = q->n, .asked = q->asked, .truth_start = q->start, .truth = q->truth };
}

static err_code make_cases(ctx *c, const basket_file *past, const basket_file *future, eval_cases *ret_cases) {
    map place;                              /* user id -> his place in the future file */
    training t;
    questions q;
    uint32_t first_test = (uint32_t)((uint64_t)past->n * (TEST_EVERY - 1) / TEST_EVERY);
    if (past->n < 2) return fail_field(c, ERR_INVALID, "data", "%u users: nothing to measure", past->n);
    map_init(&place, c->arena);
    for (uint32_t u = 0; u < future->n; u++)
        if (map_put(&place, future->shopper[u].id, u, NULL) == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "%u users", future->n);
    TRY(training_new(c, first_test, (size_t)past->n_events + future->n_events, &t));
    TRY(questions_new(c, past->n, future->n_events, &q));
    for (uint32_t u = 0; u < past->n; u++) {
        const shopper *p = &past->shopper[u];
        uint32_t at;
        if (!map_get(&place, p->id, &at)) return bad(c, "future", p->id, "is missing");
        const shopper *f = &future->shopper[at];
        if (f->n_visits != 1) return bad(c, "future", p->id, "has not one basket");
        history h = { .n = p->to - p->from, .item = past->item + p->from, .visit = past->visit + p->from, .user = MODEL_NOBODY };
        if (u < first_test) train_with(&t, past, p, future, f);
        else ask(&q, &h, future->item + f->from, f->to - f->from);
    }
    *ret_cases = cases_of(&t, past->n_items > future->n_items ? past->n_items : future->n_items, &q);
    return ERR_OK;
}

err_code task_nextbasket_read_text(ctx *c, str history_text, str future_text, eval_cases *ret_cases) {
    basket_file past, future;
    TRY(read_users(c, history_text, "history", &past));
    TRY(read_users(c, future_text, "future", &future));
    return make_cases(c, &past, &future, ret_cases);
}

/* A whole file is one JSON value, mostly on one line. */
static err_code read_file(ctx *c, const char *folder, const char *const *endings, str *ret_text) {
    const char *path = NULL;
    AUTO_LINES *in = NULL;
    line at;
    bool more;
    buf text;
    TRY(task_find_file(c, folder, endings, &path));
    TRY(lines_open(c, path, FILE_BYTES, &in));
    buf_init_in(&text, c->arena, FILE_BYTES);
    for (;;) {
        TRY(lines_next(c, in, &at, &more));
        if (!more) break;
        buf_str(&text, at.text);
        buf_char(&text, '\n');
        if (at.too_long || buf_err(&text))
            return fail_field(c, ERR_TOO_LARGE, "data", "%s holds more than %zu MB", path, FILE_BYTES / MIB);
    }
    *ret_text = buf_view(&text);
    return ERR_OK;
}

static const char *const history_files[] = { "_history.json", "_history.json.gz", NULL };
static const char *const future_files[] = { "_future.json", "_future.json.gz", NULL };

static err_code read(ctx *c, const task_options *o, eval_cases *ret_cases) {
    str past, future;
    TRY(read_file(c, o->folder, history_files, &past));
    TRY(read_file(c, o->folder, future_files, &future));
    return task_nextbasket_read_text(c, past, future, ret_cases);
}

/* The last fifth of the training users become questions: their newest visit is the truth. */
static err_code inside(ctx *c, const task_options *o, const eval_cases *cases, eval_cases *ret_inside) {
    (void)o;                        /* users stay in their order: there is nothing to draw */
    const interactions *x = &cases->train;
    questions q;
    interactions fewer = *x;
    fewer.n_users = (uint32_t)((uint64_t)x->n_users * (TEST_EVERY - 1) / TEST_EVERY);
    TRY(questions_new(c, x->n_users, (size_t)x->start[x->n_users], &q));
    for (uint32_t u = fewer.n_users; u < x->n_users; u++) {
        history h = interactions_history(x, u);
        size_t before = h.n;
        h.user = MODEL_NOBODY;
        while (before && h.visit[before - 1] == h.visit[h.n - 1]) before--;
        size_t n_truth = h.n - before;
        h.n = before;
        if (before) ask(&q, &h, h.item + before, n_truth);
    }
    *ret_inside = cases_of(&(training){ .n_users = fewer.n_users }, x->n_items, &q);
    ret_inside->train = fewer;
    return ERR_OK;
}

const eval_task task_nextbasket = {
    .name = "nextbasket",
    .summary = "the whole next basket of a shopper who came before",
    .top = 10,
    .metrics = 1U << METRIC_RECALL | 1U << METRIC_NDCG | 1U << METRIC_HIT,
    .metric_names = { [METRIC_RECALL] = "recall", [METRIC_NDCG] = "ndcg", [METRIC_HIT] = "phr" },
    .group_names = { "" },
    .offers = MODEL_NEEDS_VISITS | MODEL_NEEDS_ORDER,
    .models = "popularity personal_top tifu_knn up_cf next_basket",
    .read = read,
    .inside = inside,
};
