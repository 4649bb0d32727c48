/* Baskets sorted by who bought them; see shop_interactions.h. */
#include "decide/shop_interactions.h"
#include <string.h>

typedef struct {
    uint64_t *start;                /* n_users + 1 */
    uint32_t *item, *visit;
    int64_t *time_ms;
} columns;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "who bought what: more memory than a job may have"); }

static uint32_t anonymous_baskets(const shop_baskets *b) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) n += b->customer[i] == SHOP_NONE;
    return n;
}

/* Baskets stand in time order, so each user's events come out oldest first. */
static void fill(const shop_baskets *b, uint64_t *next, uint32_t *visits, columns *to) {
    uint32_t stranger = b->n_customers;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t user = b->customer[i] == SHOP_NONE ? stranger++ : b->customer[i];
        for (uint64_t e = b->start[i]; e < b->start[i + 1]; e++) {
            uint64_t at = next[user]++;
            to->item[at] = b->lines[e], to->visit[at] = visits[user], to->time_ms[at] = b->time_ms[i];
        }
        visits[user]++;
    }
}

static void count(const shop_baskets *b, uint64_t *start) {
    uint32_t stranger = b->n_customers;
    for (uint32_t i = 0; i < b->n; i++)
        start[(b->customer[i] == SHOP_NONE ? stranger++ : b->customer[i]) + 1] += b->start[i + 1] - b->start[i];
}

err_code shop_interactions(ctx *c, const shop_data *s, const csr *facts, interactions *ret_x) {
    const shop_baskets *b = &s->baskets;
    uint32_t n_users = b->n_customers + anonymous_baskets(b);
    uint64_t n = b->n ? b->start[b->n] : 0;
    columns to = { arena_new(c->arena, uint64_t, (size_t)n_users + 1), arena_new_raw(c->arena, uint32_t, n),
                   arena_new_raw(c->arena, uint32_t, n), arena_new_raw(c->arena, int64_t, n) };
    arena_mark mark = arena_save(c->arena);
    uint64_t *next = arena_new_raw(c->arena, uint64_t, (size_t)n_users + 1);
    uint32_t *visits = arena_new(c->arena, uint32_t, n_users);
    if (!to.start || !to.item || !to.visit || !to.time_ms || !next || !visits) return no_memory(c);
    count(b, to.start);
    for (uint32_t u = 0; u < n_users; u++) to.start[u + 1] += to.start[u];
    memcpy(next, to.start, ((size_t)n_users + 1) * sizeof *next);
    fill(b, next, visits, &to);
    arena_restore(c->arena, mark);
    *ret_x = (interactions){ .n_users = n_users, .n_items = s->n_items, .start = to.start, .item = to.item, .visit = to.visit,
                             .time_ms = to.time_ms, .as_of_ms = s->as_of_ms, .facts = facts };
    return ERR_OK;
}
