/* Task `topn`: rank all items a user has not had; find those of the test file.
 * Two forms of file: "user item item ..." a line (train.txt, test.txt: LightGCN's), or "user TAB item TAB value TAB time"
 * (*.train.tsv, *.test.tsv). It does NOT judge. */
#include <stdlib.h>
#include "base/limits.h"
#include "base/lines.h"
#include "base/parse.h"
#include "eval/task_int.h"

enum { LINE_BYTES = 16 * 1024 * 1024 };
static const double VALIDATION_SHARE = 0.2;                 /* of each user's items: as the public test parts were cut */

typedef struct { map users, items; bool fixed; } id_maps;   /* fixed: ids not known yet are passed over */

/* Number of an id; false: not known and not to be learned. */
static err_code id_number(ctx *c, map *ids, str id, bool fixed, uint32_t *ret_number, bool *ret_known) {
    *ret_known = fixed ? map_get(ids, id, ret_number) : true;
    return fixed ? ERR_OK : task_number(c, ids, id, ret_number);
}

static err_code add_pair(ctx *c, id_maps *ids, str user, str item, int64_t time_ms, event_list *l) {
    uint32_t u = 0, i = 0;
    bool knows_user, knows_item;
    if (user.n > LIMIT_ID_BYTES || item.n > LIMIT_ID_BYTES) return fail_field(c, ERR_INVALID, "data",
        "an id is longer than %d bytes", LIMIT_ID_BYTES);
    TRY(id_number(c, &ids->users, user, ids->fixed, &u, &knows_user));
    TRY(id_number(c, &ids->items, item, ids->fixed, &i, &knows_item));
    return knows_user && knows_item ? events_add(c, l, u, i, time_ms) : ERR_OK;
}

static err_code take_list(ctx *c, id_maps *ids, str text, event_list *l) {
    str user = str_cut(&text, ' ');
    while (text.n) {
        str item = str_cut(&text, ' ');
        if (item.n) TRY(add_pair(c, ids, user, item, 0, l));
    }
    return ERR_OK;
}

static err_code take_row(ctx *c, id_maps *ids, str text, event_list *l) {
    int64_t time = 0;
    str user = str_cut(&text, '\t'), item = str_cut(&text, '\t'), value = str_cut(&text, '\t');
    if (!item.n || (text.n && !parse_i64(text, &time))) return fail_field(c, ERR_INVALID, "data", "not user, item, value, time");
    (void)value;                    /* feedback is implicit: that there is one is all that counts */
    return add_pair(c, ids, user, item, time, l);
}

typedef err_code take_line(ctx *c, id_maps *ids, str text, event_list *l);

static err_code read_file(ctx *c, const char *path, take_line *take, id_maps *ids, event_list *l) {
    AUTO_LINES *in = NULL;
    TRY(lines_open(c, path, LINE_BYTES, &in));
    line at;
    for (bool more;;) {
        TRY(lines_next(c, in, &at, &more));
        if (!more) return ERR_OK;
        if (at.number % 1000 == 0) TRY(ctx_check(c));
        str text = str_trim(at.text);
        if (!text.n) continue;
        if (at.too_long) return fail_field(c, ERR_INVALID, "data", "%s, line %lld: longer than %d bytes", path,
            (long long)at.number, LINE_BYTES);
        err_code e = take(c, ids, text, l);
        if (e == ERR_INVALID) {
            str why = str_dup(c->arena, str_of(c->error.text));
            return fail_field(c, e, "data", "%s, line %lld: %.*s", path, (long long)at.number, STR_ARG(why));
        }
        if (e) return e;
    }
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* One case for each user with something to find. */
static err_code make_cases(ctx *c, const interactions *train, const interactions *test, eval_cases *ret) {
    history *asked = arena_new(c->arena, history, train->n_users);
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)train->n_users + 1);
    uint32_t *truth = arena_new_raw(c->arena, uint32_t, test->start[train->n_users]), n = 0;
    if (!asked || !start || !truth) return fail(c, ERR_NO_MEMORY, "%u test users", train->n_users);
    uint64_t filled = 0;
    for (uint32_t u = 0; u < train->n_users; u++) {
        uint64_t first = filled;
        for (uint64_t e = test->start[u]; e < test->start[u + 1]; e++) truth[filled++] = test->item[e];
        qsort(truth + first, (size_t)(filled - first), sizeof *truth, by_number);
        uint64_t kept = first;
        for (uint64_t e = first; e < filled; e++)
            if (kept == first || truth[kept - 1] != truth[e]) truth[kept++] = truth[e];
        filled = kept;
        if (filled == first) continue;
        asked[n] = interactions_history(train, u);
        start[++n] = filled;
    }
    *ret = (eval_cases){ .train = *train, .n = n, .asked = asked, .truth_start = start, .truth = truth, .hide_history = true };
    return ERR_OK;
}

static const char *const lists[][2][3] = {
    { { "train.txt", "train.txt.gz", NULL }, { "test.txt", "test.txt.gz", NULL } },
    { { ".train.tsv", ".train.tsv.gz", NULL }, { ".test.tsv", ".test.tsv.gz", NULL } },
};

static err_code read(ctx *c, const task_options *o, eval_cases *ret_cases) {
    const char *train_path = NULL, *test_path = NULL;
    bool rows = task_find_file(c, o->folder, lists[0][0], &train_path) != ERR_OK;
    if (rows) TRY(task_find_file(c, o->folder, lists[1][0], &train_path));
    TRY(task_find_file(c, o->folder, lists[rows][1], &test_path));
    id_maps ids = { .fixed = false };
    map_init(&ids.users, c->arena);
    map_init(&ids.items, c->arena);
    event_list train = { 0 }, test = { 0 };
    interactions x, y;
    take_line *take = rows ? take_row : take_list;
    TRY(read_file(c, train_path, take, &ids, &train));
    ids.fixed = true;
    TRY(read_file(c, test_path, take, &ids, &test));
    uint32_t n_users = (uint32_t)ids.users.count, n_items = (uint32_t)ids.items.count;
    TRY(events_by_user(c, &train, n_users, n_items, rows, &x));
    TRY(events_by_user(c, &test, n_users, n_items, rows, &y));
    return make_cases(c, &x, &y, ret_cases);
}

static err_code inside(ctx *c, const task_options *o, const eval_cases *cases, eval_cases *ret_inside) {
    const interactions *x = &cases->train;
    event_list kept = { 0 }, held = { 0 };
    rng r;
    rng_seed(&r, o->seed);
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++) {
            bool hold = rng_unit(&r) < VALIDATION_SHARE && x->start[u + 1] - x->start[u] > 1;
            TRY(events_add(c, hold ? &held : &kept, u, x->item[e], x->time_ms ? x->time_ms[e] : 0));
        }
    interactions train, test;
    TRY(events_by_user(c, &kept, x->n_users, x->n_items, x->time_ms != NULL, &train));
    TRY(events_by_user(c, &held, x->n_users, x->n_items, false, &test));
    return make_cases(c, &train, &test, ret_inside);
}

const eval_task task_topn = {
    .name = "topn",
    .summary = "what a user takes next, among all items he has not had",
    .top = 20,
    .metrics = 1U << METRIC_RECALL | 1U << METRIC_NDCG,
    .metric_names = { [METRIC_RECALL] = "recall", [METRIC_NDCG] = "ndcg" },
    .group_names = { "" },
    .models = "popularity item_knn rp3beta ease sansa graph_filter bspm als bpr two_tower blend",
    .read = read,
    .inside = inside,
};
