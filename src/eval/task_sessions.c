/* Task `sessions`: the next item of a session, item by item as it goes on.
 * Files: train_sessions.txt (a session a line, item ids in the order of the clicks, oldest session first) and
 * test_prefix_target.tsv ("item item ... TAB item"). There are no times: place in the file is time. Items of the prefix may be
 * the answer. It does NOT judge. */
#include <string.h>
#include "base/limits.h"
#include "base/lines.h"
#include "base/parse.h"
#include "eval/task_int.h"

enum {
    LINE_BYTES = 1024 * 1024,
    MAX_SESSION_ITEMS = 20000,              /* a longer line is not a session but a damaged file */
    CHECK_LINES = 4096,
};
#define MAX_ITEM_ID UINT64_C(999999999999999)
static const double VALIDATION_SHARE = 0.08;    /* of the sessions, the newest: as the public test part was cut */

/* Lists of item numbers one behind the other. */
typedef struct { uint32_t *item; size_t n, cap; } item_run;

/* Twice the room; what was outgrown stays in the arena until it leaves. */
static err_code push(ctx *c, item_run *r, uint32_t item) {
    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 4096;
        uint32_t *wide = arena_new_raw(c->arena, uint32_t, cap);
        if (!wide) return fail(c, ERR_NO_MEMORY, "%zu clicks do not fit in memory", cap);
        if (r->n) memcpy(wide, r->item, r->n * sizeof *wide);
        r->item = wide, r->cap = cap;
    }
    r->item[r->n++] = item;
    return ERR_OK;
}

typedef struct {
    map ids;                        /* item id as written -> number */
    bool fixed;                     /* no new ids: those of the test file alone get UNKNOWN_ITEM */
    item_run items, ends;           /* ends: where each session or prefix stops in items */
    item_run targets;
} session_file;

#define UNKNOWN_ITEM UINT32_MAX     /* models pass it over, nobody can answer it */

/* An id is a whole number written plainly, so that two spellings of one id cannot be two items. */
static err_code take_item(ctx *c, session_file *f, str id, uint32_t *ret_item) {
    uint64_t value;
    if (!parse_u64(id, &value) || value > MAX_ITEM_ID || (id.n > 1 && id.p[0] == '0'))
        return fail_field(c, ERR_INVALID, "data", "'%.*s' is not an item number", STR_ARG(str_clip(id, 40)));
    if (!f->fixed) return task_number(c, &f->ids, id, ret_item);
    if (!map_get(&f->ids, id, ret_item)) *ret_item = UNKNOWN_ITEM;
    return ERR_OK;
}

static err_code take_items(ctx *c, session_file *f, str text) {
    size_t before = f->items.n;
    while (text.p) {
        uint32_t item;
        TRY(take_item(c, f, str_cut(&text, ' '), &item));
        TRY(push(c, &f->items, item));
        if (f->items.n - before > MAX_SESSION_ITEMS)
            return fail_field(c, ERR_INVALID, "data", "more than %d items in one session", MAX_SESSION_ITEMS);
    }
    if (f->items.n > UINT32_MAX) return fail_field(c, ERR_INVALID, "data", "more than %u clicks", UINT32_MAX);
    return push(c, &f->ends, (uint32_t)f->items.n);
}

static err_code take_session(ctx *c, session_file *f, str text) { return take_items(c, f, text); }

static err_code take_case(ctx *c, session_file *f, str text) {
    str prefix = str_cut(&text, '\t');
    uint32_t target;
    if (!text.p) return fail_field(c, ERR_INVALID, "data", "no tab between the items seen and the next one");
    TRY(take_item(c, f, text, &target));
    TRY(take_items(c, f, prefix));
    return push(c, &f->targets, target);
}

typedef err_code take_line(ctx *c, session_file *f, str text);

static err_code read_lines(ctx *c, lines *in, const char *name, take_line *take, session_file *f) {
    line at;
    for (bool more;;) {
        TRY(lines_next(c, in, &at, &more));
        if (!more) return ERR_OK;
        if (at.number % CHECK_LINES == 0) TRY(ctx_check(c));
        err_code e = at.too_long ? fail_field(c, ERR_INVALID, "data", "longer than %d bytes", LINE_BYTES)
                   : at.text.n == 0 ? fail_field(c, ERR_INVALID, "data", "empty") : take(c, f, at.text);
        if (e == ERR_INVALID) {
            str why = str_dup(c->arena, str_of(c->error.text));
            return fail_field(c, e, "data", "%s, line %lld: %.*s", name, (long long)at.number, STR_ARG(why));
        }
        if (e) return e;
    }
}

static err_code read_file(ctx *c, const char *folder, const char *const *endings, take_line *take, session_file *f) {
    const char *path = NULL;
    AUTO_LINES *in = NULL;
    TRY(task_find_file(c, folder, endings, &path));
    TRY(lines_open(c, path, LINE_BYTES, &in));
    return read_lines(c, in, path, take, f);
}

/* Sessions as users, one visit each. */
static err_code make_train(ctx *c, const session_file *f, interactions *ret_x) {
    uint64_t *start = arena_new(c->arena, uint64_t, f->ends.n + 1);
    if (!start) return fail(c, ERR_NO_MEMORY, "%zu sessions", f->ends.n);
    for (size_t s = 0; s < f->ends.n; s++) start[s + 1] = f->ends.item[s];
    *ret_x = (interactions){ .n_users = (uint32_t)f->ends.n, .n_items = (uint32_t)f->ids.count, .start = start, .item = f->items.item };
    return ERR_OK;
}

typedef struct { history *asked; uint64_t *start; uint32_t *truth; uint32_t n; } case_list;

static err_code new_cases(ctx *c, size_t most, case_list *ret) {
    *ret = (case_list){ arena_new(c->arena, history, most), arena_new(c->arena, uint64_t, most + 1),
                        arena_new_raw(c->arena, uint32_t, most), 0 };
    return ret->asked && ret->start && ret->truth ? ERR_OK : fail(c, ERR_NO_MEMORY, "%zu cases", most);
}

/* What is asked when the first n items of a session are known, and what came next. */
static void add_case(case_list *l, const uint32_t *items, size_t n, uint32_t target) {
    l->asked[l->n] = (history){ .n = n, .item = items, .user = MODEL_NOBODY };
    l->truth[l->n++] = target;
    l->start[l->n] = l->n;
}

static eval_cases cases_of(const interactions *train, const case_list *l) {
    return (eval_cases){ .train = *train, .n = l->n, .asked = l->asked, .truth_start = l->start, .truth = l->truth };
}

static err_code read_cases(ctx *c, session_file *train, session_file *test, eval_cases *ret_cases) {
    case_list l;
    interactions x;
    if (train->ends.n == 0) return fail_field(c, ERR_INVALID, "data", "the training file holds no session");
    TRY(make_train(c, train, &x));
    TRY(new_cases(c, test->ends.n, &l));
    for (size_t i = 0; i < test->ends.n; i++) {
        uint32_t from = i ? test->ends.item[i - 1] : 0;
        add_case(&l, test->items.item + from, test->ends.item[i] - from, test->targets.item[i]);
    }
    *ret_cases = cases_of(&x, &l);
    return ERR_OK;
}

static const char *const train_files[] = { "train_sessions.txt", "train_sessions.txt.gz", NULL };
static const char *const test_files[] = { "test_prefix_target.tsv", "test_prefix_target.tsv.gz", NULL };

static err_code read(ctx *c, const task_options *o, eval_cases *ret_cases) {
    session_file train = { .fixed = false }, test = { .fixed = true };
    map_init(&train.ids, c->arena);
    TRY(read_file(c, o->folder, train_files, take_session, &train));
    test.ids = train.ids;
    TRY(read_file(c, o->folder, test_files, take_case, &test));
    return read_cases(c, &train, &test, ret_cases);
}

err_code task_sessions_read_text(ctx *c, str train_text, str test_text, eval_cases *ret_cases) {
    session_file train = { .fixed = false }, test = { .fixed = true };
    AUTO_LINES *train_in = NULL, *test_in = NULL;
    map_init(&train.ids, c->arena);
    TRY(lines_open_memory(c, train_text, LINE_BYTES, &train_in));
    TRY(read_lines(c, train_in, "train", take_session, &train));
    test.ids = train.ids;
    TRY(lines_open_memory(c, test_text, LINE_BYTES, &test_in));
    TRY(read_lines(c, test_in, "test", take_case, &test));
    return read_cases(c, &train, &test, ret_cases);
}

/* The newest sessions become questions, one for each of their items but the first. */
static err_code inside(ctx *c, const task_options *o, const eval_cases *cases, eval_cases *ret_inside) {
    (void)o;                        /* the cut is by time: there is nothing to draw */
    const interactions *x = &cases->train;
    case_list l;
    uint32_t held = (uint32_t)((double)x->n_users * VALIDATION_SHARE + 0.5), first = x->n_users - (held ? held : x->n_users > 1);
    interactions older = *x;
    older.n_users = first;
    TRY(new_cases(c, (size_t)(x->start[x->n_users] - x->start[first]), &l));
    for (uint32_t s = first; s < x->n_users; s++)
        for (uint64_t e = x->start[s] + 1; e < x->start[s + 1]; e++)
            add_case(&l, x->item + x->start[s], (size_t)(e - x->start[s]), x->item[e]);
    *ret_inside = cases_of(&older, &l);
    return ERR_OK;
}

const eval_task task_sessions = {
    .name = "sessions",
    .summary = "the next item of a session, after every click",
    .top = 20,
    .metrics = 1U << METRIC_HIT | 1U << METRIC_MRR,
    .metric_names = { [METRIC_HIT] = "p", [METRIC_MRR] = "mrr" },
    .group_names = { "" },
    .offers = MODEL_NEEDS_ORDER,
    .models = "popularity markov vmis_knn vstan session_blend",
    .read = read,
    .inside = inside,
};
