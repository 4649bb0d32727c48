/* Interactions: checked once, as baskets, as one history. As a matrix: weigh.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/baskets.h"
#include "models/model.h"

static err_code check_event(ctx *c, const interactions *x, uint32_t user, uint64_t e, bool first) {
    if (x->item[e] >= x->n_items) return fail(c, ERR_INVALID, "interactions: user %u has item %u of %u", user, x->item[e], x->n_items);
    if (x->weight && !(x->weight[e] > 0 && isfinite(x->weight[e])))
        return fail(c, ERR_INVALID, "interactions: user %u has a weight that is not above 0", user);
    if (x->visit && (first ? x->visit[e] != 0 : x->visit[e] < x->visit[e - 1] || x->visit[e] > x->visit[e - 1] + 1))
        return fail(c, ERR_INVALID, "interactions: visits of user %u do not count up from 0", user);
    return ERR_OK;
}

err_code interactions_check(ctx *c, const interactions *x) {
    if (!x->start || x->start[0] != 0) return fail(c, ERR_INVALID, "interactions: the first user must start at 0");
    for (uint32_t u = 0; u < x->n_users; u++) {
        if (x->start[u + 1] < x->start[u]) return fail(c, ERR_INVALID, "interactions: user %u ends before it starts", u);
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++) TRY(check_event(c, x, u, e, e == x->start[u]));
    }
    if (!x->facts) return ERR_OK;
    if (x->facts->n_rows != x->n_items) return fail(c, ERR_INVALID, "interactions: facts of %u items, not %u", x->facts->n_rows,
        x->n_items);
    return csr_check(c, x->facts);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint64_t sort_distinct(uint32_t *items, uint64_t n) {
    uint64_t kept = 0;
    qsort(items, (size_t)n, sizeof *items, by_number);
    for (uint64_t i = 0; i < n; i++)
        if (kept == 0 || items[kept - 1] != items[i]) items[kept++] = items[i];
    return kept;
}

static bool same_visit(const interactions *x, uint64_t a, uint64_t b) { return !x->visit || x->visit[a] == x->visit[b]; }

err_code interactions_baskets(ctx *c, const interactions *x, basket_matrix *ret_baskets, int64_t **ret_time_ms) {
    uint64_t n_events = x->start[x->n_users];
    uint64_t *start = arena_new(c->arena, uint64_t, n_events + 1);
    uint32_t *items = arena_new_raw(c->arena, uint32_t, n_events), n = 0;
    int64_t *time_ms = x->time_ms ? arena_new_raw(c->arena, int64_t, n_events) : NULL;
    if (!start || !items || (x->time_ms && !time_ms)) return fail(c, ERR_NO_MEMORY, "%llu events as baskets", (unsigned long long)n_events);
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u], end = e; e < x->start[u + 1]; e = end) {
            uint64_t at = start[n];
            for (; end < x->start[u + 1] && same_visit(x, e, end); end++) items[at + end - e] = x->item[end];
            if (time_ms) time_ms[n] = x->time_ms[e];
            start[n + 1] = at + sort_distinct(items + at, end - e);
            n++;
        }
    *ret_baskets = (basket_matrix){ .n_baskets = n, .n_items = x->n_items, .start = start, .items = items };
    *ret_time_ms = time_ms;
    return ERR_OK;
}

history interactions_history(const interactions *x, uint32_t user) {
    uint64_t at = x->start[user];
    return (history){
        .n = (size_t)(x->start[user + 1] - at), .item = x->item + at, .weight = x->weight ? x->weight + at : NULL,
        .visit = x->visit ? x->visit + at : NULL, .time_ms = x->time_ms ? x->time_ms + at : NULL, .now_ms = x->as_of_ms, .user = user,
    };
}
