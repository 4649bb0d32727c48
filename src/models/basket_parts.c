/* Baskets from interactions, and votes of pairs. */
#include "models/basket_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/item_product.h"

static int by_item_and_line(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Columns that baskets are written into. */
typedef struct { uint64_t *start; uint32_t *item; float *line, *age; int64_t *time_ms; uint64_t *keys; } columns;

/* Items of events [from, to) sorted, each once and by its first line, behind the ones before; where they end. */
static uint64_t add_basket(const interactions *x, uint64_t from, uint64_t to, uint64_t at, columns *into) {
    uint64_t end = at, n = to - from, *keys = into->keys;
    for (uint64_t i = 0; i < n; i++) keys[i] = (uint64_t)x->item[from + i] << 32 | (uint32_t)i;
    qsort(keys, (size_t)n, sizeof *keys, by_item_and_line);
    for (uint64_t i = 0; i < n; i++) {
        uint32_t item = (uint32_t)(keys[i] >> 32);
        if (end > at && into->item[end - 1] == item) continue;
        into->item[end] = item;
        into->line[end++] = (float)((uint32_t)keys[i] + 1);
    }
    return end;
}

static uint64_t visit_end(const interactions *x, uint32_t user, uint64_t e) {
    uint64_t to = e + 1;
    while (to < x->start[user + 1] && (!x->visit || x->visit[to] == x->visit[e])) to++;
    return to;
}

/* Room for n baskets of so many events; `longest` of one of them. */
static err_code columns_new(ctx *c, uint64_t n, uint64_t events, bool timed, uint64_t longest, columns *ret) {
    *ret = (columns){ arena_new(c->arena, uint64_t, (size_t)n + 1), arena_new_raw(c->arena, uint32_t, events),
                      arena_new_raw(c->arena, float, events), arena_new(c->arena, float, (size_t)n),
                      timed ? arena_new_raw(c->arena, int64_t, events) : NULL, arena_new_raw(c->arena, uint64_t, (size_t)longest) };
    bool all = ret->start && ret->item && ret->line && ret->age && (ret->time_ms || !timed) && ret->keys;
    return all ? ERR_OK : fail(c, ERR_NO_MEMORY, "%llu baskets", (unsigned long long)n);
}

static err_code log_of_columns(ctx *c, const columns *from, uint32_t n, uint32_t n_items, int64_t as_of_ms, basket_log *ret_log) {
    *ret_log = (basket_log){
        .x = { .n_users = n, .n_items = n_items, .start = from->start, .item = from->item, .time_ms = from->time_ms, .as_of_ms = as_of_ms },
        .items = { n, n_items, from->start, from->item, NULL }, .lines = { n, n_items, from->start, from->item, from->line },
        .age_days = from->age,
    };
    return csr_transpose(c, &ret_log->lines, &ret_log->holders);
}

err_code basket_log_of(ctx *c, const interactions *x, basket_log *ret_log) {
    uint64_t n = 0, longest = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u], to; e < x->start[u + 1]; e = to, n++) {
            to = visit_end(x, u, e);
            if (to - e > longest) longest = to - e;
        }
    if (n > UINT32_MAX - 1 || longest > UINT32_MAX) return fail(c, ERR_TOO_LARGE, "%llu baskets", (unsigned long long)n);
    columns into;
    TRY(columns_new(c, n, x->start[x->n_users], x->time_ms != NULL, longest, &into));
    uint32_t b = 0;
    for (uint32_t u = 0; u < x->n_users; u++) {
        if (u % 4096 == 0) TRY(ctx_check(c));
        for (uint64_t e = x->start[u], to; e < x->start[u + 1]; e = to, b++) {
            to = visit_end(x, u, e);
            into.start[b + 1] = add_basket(x, e, to, into.start[b], &into);
            if (!x->time_ms) continue;
            for (uint64_t i = into.start[b]; i < into.start[b + 1]; i++) into.time_ms[i] = x->time_ms[e];
            into.age[b] = fmaxf(0, (float)((double)(x->as_of_ms - x->time_ms[e]) / 86400e3));
        }
    }
    return log_of_columns(c, &into, b, x->n_items, x->as_of_ms, ret_log);
}

typedef struct { float age; uint32_t basket; } aged;

static int oldest_first(const void *a, const void *b) {
    const aged *x = a, *y = b;
    if (x->age != y->age) return x->age > y->age ? -1 : 1;
    return (x->basket > y->basket) - (x->basket < y->basket);
}

/* The baskets named, ages less `since` days. */
static err_code part_of(ctx *c, const basket_log *log, const aged *which, uint32_t n, float since, basket_log *ret_part) {
    uint64_t events = 0;
    columns into;
    for (uint32_t k = 0; k < n; k++) events += log->x.start[which[k].basket + 1] - log->x.start[which[k].basket];
    TRY(columns_new(c, n, events, log->x.time_ms != NULL, 0, &into));
    for (uint32_t k = 0; k < n; k++) {
        uint64_t from = log->x.start[which[k].basket], many = log->x.start[which[k].basket + 1] - from, at = into.start[k];
        memcpy(into.item + at, log->x.item + from, (size_t)many * sizeof *into.item);
        memcpy(into.line + at, log->lines.value + from, (size_t)many * sizeof *into.line);
        if (into.time_ms) memcpy(into.time_ms + at, log->x.time_ms + from, (size_t)many * sizeof *into.time_ms);
        into.age[k] = fmaxf(0, which[k].age - since);
        into.start[k + 1] = at + many;
    }
    return log_of_columns(c, &into, n, log->x.n_items, log->x.as_of_ms - (int64_t)((double)since * 86400e3), ret_part);
}

err_code basket_log_split(ctx *c, const basket_log *log, double newest_0_1, basket_log *ret_older, basket_log *ret_newer) {
    uint32_t n = log->x.n_users, newest = (uint32_t)(newest_0_1 * n);
    aged *all = arena_new_raw(c->arena, aged, n);
    if (!all) return fail(c, ERR_NO_MEMORY, "%u baskets", n);
    for (uint32_t b = 0; b < n; b++) all[b] = (aged){ log->age_days[b], b };
    qsort(all, n, sizeof *all, oldest_first);
    TRY(part_of(c, log, all, n - newest, newest < n ? all[n - newest - 1].age : 0, ret_older));
    return part_of(c, log, all + n - newest, newest, 0, ret_newer);
}

void basket_votes(const basket_log *log, double power, double half_life_days, float *ret_votes) {
    for (uint32_t b = 0; b < log->x.n_users; b++) {
        double size = (double)(log->x.start[b + 1] - log->x.start[b]);
        double vote = pow(size, -power) * (half_life_days > 0 ? exp2((double)-log->age_days[b] / half_life_days) : 1);
        ret_votes[b] = (float)fmax(vote, 1e-9);         /* a vote of years ago still is one */
    }
}

/* Partners are kept by their votes over a root of what they have anyway: not the bestsellers only. */
static void rate_by_cosine(const void *state, uint32_t i, product_row *row) {
    (void)i;
    const float *total = state;
    for (uint32_t k = 0; k < row->n_touched; k++) row->cell[row->touched[k]] /= sqrtf(total[row->touched[k]]);
}

err_code basket_pairs(ctx *c, const basket_log *log, const float *votes, const float *fade, uint32_t keep, int threads,
                      item_lists *ret_lists, float *ret_total) {
    uint32_t n = log->x.n_items;
    item_product product;
    item_lists_room room;
    memset(ret_total, 0, n * sizeof *ret_total);
    for (uint32_t b = 0; b < log->x.n_users; b++)
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) ret_total[log->x.item[e]] += votes[b];
    TRY(item_lists_room_new(c, n, keep, &room));
    TRY(item_product_new(c, fade ? &log->lines : &log->items, votes, 500, &product));
    product.fade = fade;
    TRY(item_product_lists(c, &product, threads, rate_by_cosine, ret_total, &room));
    TRY(item_lists_close(c, &room, ret_lists));
    topk_entry *entry = (topk_entry *)(uintptr_t)ret_lists->entry;      /* ours since close: back from cosines to votes */
    for (uint64_t e = 0; e < ret_lists->start[n]; e++) entry[e].score *= sqrtf(ret_total[entry[e].item]);
    return ERR_OK;
}
