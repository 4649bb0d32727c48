/* Baskets, and what was looked at, sorted by who did it; see shop_interactions.h. */
#include "decide/shop_interactions.h"
#include <stdlib.h>
#include <string.h>
#include "schema/event_kinds.h"

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

/* ---- with what was looked at ---- */
/* One product of a basket or of a visit; `of` tells baskets and visits apart. */
typedef struct { int64_t time_ms; uint64_t of; uint32_t user, item, place; float weight; } entry;
typedef struct { entry *p; size_t n; uint32_t n_users; } entries;

static int by_user_and_time(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->user != y->user) return x->user < y->user ? -1 : 1;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static void add_entry(entries *to, entry x) {
    x.place = (uint32_t)to->n;
    to->p[to->n++] = x;
}

/* Users of baskets, and of the visitors who placed them: the newest basket's counts. */
static void add_baskets(const shop_baskets *b, const uint32_t *buyer, uint32_t *user_of_visitor, entries *to) {
    uint32_t stranger = b->n_customers;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t user = b->customer[i] == SHOP_NONE ? stranger++ : b->customer[i];
        if (buyer[i] != SHOP_NONE) user_of_visitor[buyer[i]] = user;
        for (uint64_t e = b->start[i]; e < b->start[i + 1]; e++)
            add_entry(to, (entry){ .time_ms = b->time_ms[i], .of = i, .user = user, .item = b->lines[e], .weight = 1 });
    }
    to->n_users = stranger;
}

static void add_visits(const shop_visits *v, uint32_t n_baskets, const uint32_t *user_of_visitor, entries *to) {
    uint64_t before = n_baskets;                            /* visits of the visitors before this one */
    for (uint32_t u = 0; u < v->n_visitors; u++) {
        if (v->start[u] == v->start[u + 1]) continue;
        uint32_t user = user_of_visitor[u] == SHOP_NONE ? to->n_users++ : user_of_visitor[u];
        for (uint64_t e = v->start[u]; e < v->start[u + 1]; e++)
            if (event_kinds[v->kind[e]].weight < 1)
                add_entry(to, (entry){ .time_ms = v->time_ms[e], .of = before + v->visit[e], .user = user, .item = v->item[e],
                                       .weight = (float)event_kinds[v->kind[e]].weight });
        before += v->visit[v->start[u + 1] - 1] + 1;
    }
}

static err_code gather(ctx *c, const shop_data *s, const shop_visits *v, entries *ret_entries) {
    uint32_t *buyer = NULL, *user = arena_new_raw(c->arena, uint32_t, v->n_visitors);
    size_t most = (s->baskets.n ? s->baskets.start[s->baskets.n] : 0) + v->start[v->n_visitors];
    entries all = { .p = arena_new_raw(c->arena, entry, most) };
    if (!user || !all.p) return no_memory(c);
    for (uint32_t i = 0; i < v->n_visitors; i++) user[i] = SHOP_NONE;
    TRY(shop_visits_buyers(c, v, &s->baskets, &buyer));
    add_baskets(&s->baskets, buyer, user, &all);
    add_visits(v, s->baskets.n, user, &all);
    if (all.n) qsort(all.p, all.n, sizeof *all.p, by_user_and_time);
    *ret_entries = all;
    return ERR_OK;
}

/* A visit within which an order was placed goes on as another one. */
static uint32_t visit_of(const entries *all, size_t e, const uint32_t *visit) {
    if (!e || all->p[e].user != all->p[e - 1].user) return 0;
    return visit[e - 1] + (all->p[e].of != all->p[e - 1].of);
}

err_code shop_interactions_browsed(ctx *c, const shop_data *s, const shop_visits *v, const csr *facts, interactions *ret_x) {
    AUTO_ARENA scratch;
    arena_init(&scratch, c->arena->cap);
    arena *home = c->arena;
    entries all = { .n = 0 };
    c->arena = &scratch;
    err_code e = gather(c, s, v, &all);
    c->arena = home;
    if (e) return e;
    columns to = { arena_new(home, uint64_t, (size_t)all.n_users + 1), arena_new_raw(home, uint32_t, all.n),
                   arena_new_raw(home, uint32_t, all.n), arena_new_raw(home, int64_t, all.n) };
    float *weight = arena_new_raw(home, float, all.n);
    if (!to.start || !to.item || !to.visit || !to.time_ms || !weight) return no_memory(c);
    for (size_t i = 0; i < all.n; i++) {
        to.start[all.p[i].user + 1]++;
        to.item[i] = all.p[i].item, to.time_ms[i] = all.p[i].time_ms, weight[i] = all.p[i].weight;
        to.visit[i] = visit_of(&all, i, to.visit);
    }
    for (uint32_t u = 0; u < all.n_users; u++) to.start[u + 1] += to.start[u];
    *ret_x = (interactions){ .n_users = all.n_users, .n_items = s->n_items, .start = to.start, .item = to.item, .weight = weight,
                             .visit = to.visit, .time_ms = to.time_ms, .as_of_ms = s->as_of_ms, .facts = facts };
    return ERR_OK;
}
