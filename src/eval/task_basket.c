/* Task `basket`: what goes with one product (P) and with a cart (C), on later baskets of a real shop. The protocol stands in
 * docs/benchmarks.md; cleaning and splitting in invoices.h. Training baskets are users of one visit, their items
 * in the order of the lines; what is asked with is a set. */
#include "base/limits.h"
#include "eval/invoices.h"
#include "eval/task_int.h"

enum { VALIDATION_DAYS = 28, GROUP_PRODUCT = 0, GROUP_CART = 1 };

uint32_t basket_hidden_position(uint32_t rank, uint32_t size) {
    uint32_t x = 2654435761U * rank;
    x ^= x >> 16;
    x *= 0x45d9f3bU;
    x ^= x >> 16;
    return x % size;
}

typedef struct {
    history *asked;
    uint64_t *start;
    uint32_t *truth, *query;
    float *weight;
    uint8_t *group;
    uint32_t n;
    uint64_t n_query;
} filling;

static err_code make_room(ctx *c, const basket_matrix *b, filling *f) {
    uint64_t entries = b->start[b->n_baskets], pairs = 0;
    for (uint32_t i = 0; i < b->n_baskets; i++) pairs += (b->start[i + 1] - b->start[i]) * (b->start[i + 1] - b->start[i]);
    size_t n = (size_t)entries + b->n_baskets;
    *f = (filling){ arena_new(c->arena, history, n), arena_new(c->arena, uint64_t, n + 1), arena_new_raw(c->arena, uint32_t, pairs),
                    arena_new_raw(c->arena, uint32_t, 2 * entries), arena_new_raw(c->arena, float, n), arena_new_raw(c->arena,
                        uint8_t, n), 0, 0 };
    return f->asked && f->start && f->truth && f->query && f->weight && f->group ? ERR_OK : fail(c, ERR_NO_MEMORY, "%zu questions", n);
}

/* Ask with the items of [at, at + size) but `position` when `rest_asks`, else with the one at `position`; the others are the truth. */
static void add_case(filling *f, const uint32_t *items, uint64_t size, uint64_t position, bool rest_asks, int64_t now_ms) {
    uint64_t to = f->start[f->n], from = f->n_query;
    for (uint64_t i = 0; i < size; i++)
        if ((i == position) == rest_asks) f->truth[to++] = items[i];
        else f->query[f->n_query++] = items[i];
    f->asked[f->n] = (history){ .n = (size_t)(f->n_query - from), .item = f->query + from, .now_ms = now_ms, .user = MODEL_NOBODY };
    f->weight[f->n] = rest_asks ? 1 : 1 / (float)size;
    f->group[f->n] = rest_asks ? GROUP_CART : GROUP_PRODUCT;
    f->start[++f->n] = to;
}

static err_code make_cases(ctx *c, const invoice_data *d, eval_cases *ret_cases) {
    filling f;
    TRY(make_room(c, &d->test, &f));
    for (uint32_t b = 0; b < d->test.n_baskets; b++) {
        const uint32_t *items = d->test.items + d->test.start[b];
        uint64_t size = d->test.start[b + 1] - d->test.start[b];
        for (uint64_t i = 0; i < size; i++) add_case(&f, items, size, i, false, d->test_ms[b]);
        add_case(&f, items, size, basket_hidden_position(b, (uint32_t)size), true, d->test_ms[b]);
    }
    uint64_t entries = d->train.start[d->train.n_baskets];
    int64_t *time_ms = arena_new_raw(c->arena, int64_t, entries);
    if (!time_ms) return fail(c, ERR_NO_MEMORY, "%llu entries", (unsigned long long)entries);
    for (uint32_t b = 0; b < d->train.n_baskets; b++)
        for (uint64_t e = d->train.start[b]; e < d->train.start[b + 1]; e++) time_ms[e] = d->train_ms[b];
    *ret_cases = (eval_cases){
        .train = { .n_users = d->train.n_baskets, .n_items = d->n_items, .start = d->train.start, .item = d->train_lines,
                   .time_ms = time_ms, .as_of_ms = d->split_ms },
        .n = f.n, .asked = f.asked, .truth_start = f.start, .truth = f.truth, .weight = f.weight, .group = f.group, .hide_history = true,
    };
    return ERR_OK;
}

static err_code day(ctx *c, const char *what, str text, int64_t *ret_ms) {
    if (text.n && !time_parse(text, ret_ms)) return fail_field(c, ERR_INVALID, "set", "%s must be a date like 2011-11-09", what);
    return ERR_OK;
}

static err_code read_window(ctx *c, const task_options *o, invoice_window w, eval_cases *ret_cases) {
    invoice_data d;
    TRY(invoices_read(c, o->folder, w, &d));
    if (d.train.n_baskets == 0 || d.test.n_baskets == 0)
        return fail_field(c, ERR_INVALID, "data", "%u training and %u test baskets: nothing to measure", d.train.n_baskets,
            d.test.n_baskets);
    return make_cases(c, &d, ret_cases);
}

static err_code read(ctx *c, const task_options *o, eval_cases *ret_cases) {
    invoice_window w = { INT64_MIN, INT64_MAX };
    TRY(day(c, "split", o->split, &w.split_ms));
    TRY(day(c, "end", o->end, &w.end_ms));
    return read_window(c, o, w, ret_cases);
}

/* The last four weeks before the split become the test part: items and baskets are indexed anew from what is before. */
static err_code inside(ctx *c, const task_options *o, const eval_cases *cases, eval_cases *ret_inside) {
    int64_t end = cases->train.as_of_ms;
    return read_window(c, o, (invoice_window){ end - (int64_t)VALIDATION_DAYS * MS_PER_DAY, end }, ret_inside);
}

const eval_task task_basket = {
    .name = "basket",
    .summary = "what goes with a product, and with a cart",
    .top = 10,
    .metrics = 1U << METRIC_HIT | 1U << METRIC_MRR,
    .metric_names = { [METRIC_HIT] = "hr", [METRIC_MRR] = "mrr" },
    .group_names = { "p_", "c_" },
    .models = "popularity cocount rules ease rp3beta item_knn basket_blend",
    .read = read,
    .inside = inside,
};
