/* What the blend learns from: items taken away from some users. It does NOT fit anything. */
#include <string.h>
#include "models/blend_int.h"

static const double HIDDEN_OF_ONE_VISIT = 0.2;
enum { ASKED_AT_MOST = 3 };         /* one of so many users: an item that all bought last must not vanish */

static bool several_visits(const interactions *x, uint32_t u) {
    return x->visit && x->start[u + 1] > x->start[u] && x->visit[x->start[u + 1] - 1] > 0;
}

static bool had(const uint32_t *items, uint64_t n, uint32_t item) {
    for (uint64_t i = 0; i < n; i++)
        if (items[i] == item) return true;
    return false;
}

double blend_repeat_share(const interactions *x) {
    uint64_t again = 0, all = 0;
    for (uint32_t u = 0; x->visit && u < x->n_users; u++) {
        uint64_t first = x->start[u], visit = first;
        for (uint64_t e = first; e < x->start[u + 1]; e++) {
            if (x->visit[e] != x->visit[visit]) visit = e;
            if (x->visit[e] == 0) continue;
            all++;
            again += had(x->item + first, visit - first, x->item[e]);
        }
    }
    return all ? (double)again / (double)all : 0;
}

/* Flags of user u's events that are hidden; at least one stays. Returns how many. */
static uint64_t choose_hidden(const interactions *x, uint32_t u, rng *r, bool *hide) {
    uint64_t from = x->start[u], n = x->start[u + 1] - from, hidden = 0;
    if (several_visits(x, u)) {
        for (uint64_t k = 0; k < n; k++) hidden += hide[k] = x->visit[from + k] == x->visit[from + n - 1];
        return hidden;
    }
    uint64_t wanted = (uint64_t)((double)n * HIDDEN_OF_ONE_VISIT + 0.5);
    if (wanted < 1) wanted = 1;
    memset(hide, 0, n * sizeof *hide);
    for (uint64_t k = 0; k < n && hidden < wanted; k++)                     /* each event with the chance it needs */
        if (rng_below(r, n - k) < wanted - hidden) hide[k] = true, hidden++;
    return hidden;
}

/* One user without what is hidden of him; hide NULL: all of him. Visits keep their numbers: hidden ones are the last, or the only one. */
static void copy_user(const interactions *x, uint32_t u, const bool *hide, uint64_t *at, uint32_t *item, uint32_t *visit, int64_t *time_ms,
                      float *weight) {
    for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++) {
        if (hide && hide[e - x->start[u]]) continue;
        item[*at] = x->item[e];
        if (visit) visit[*at] = x->visit[e];
        if (time_ms) time_ms[*at] = x->time_ms[e];
        if (weight) weight[*at] = x->weight[e];
        (*at)++;
    }
}

typedef struct {
    uint64_t *start;
    uint32_t *item, *visit;
    int64_t *time_ms;
    float *weight;
    bool *hide;                     /* of one user */
} room;

static err_code make_room(ctx *c, const interactions *x, uint32_t most_users, room *to, blend_hidden *ret) {
    uint64_t n = x->start[x->n_users], longest = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        if (x->start[u + 1] - x->start[u] > longest) longest = x->start[u + 1] - x->start[u];
    *to = (room){ arena_new(c->arena, uint64_t, (size_t)x->n_users + 1), arena_new_raw(c->arena, uint32_t, n),
                  x->visit ? arena_new_raw(c->arena, uint32_t, n) : NULL, x->time_ms ? arena_new_raw(c->arena, int64_t, n) : NULL,
                  x->weight ? arena_new_raw(c->arena, float, n) : NULL, arena_new(c->arena, bool, longest) };
    ret->user = arena_new(c->arena, uint32_t, most_users), ret->start = arena_new(c->arena, uint64_t, (size_t)most_users + 1);
    ret->hidden = arena_new_raw(c->arena, uint32_t, n);
    bool ok = to->start && to->item && (!x->visit || to->visit) && (!x->time_ms || to->time_ms) && (!x->weight || to->weight) && to->hide;
    return ok && ret->user && ret->start && ret->hidden ? ERR_OK
                                                        : fail(c, ERR_NO_MEMORY, "a part of %llu events", (unsigned long long)n);
}

err_code blend_hide(ctx *c, const interactions *x, uint32_t most_users, uint64_t seed, blend_hidden *ret) {
    blend_hidden h = { .n = 0 };
    room to;
    rng r;
    uint64_t eligible = 0, seen = 0, at = 0;
    rng_seed(&r, seed);
    TRY(make_room(c, x, most_users, &to, &h));
    for (uint32_t u = 0; u < x->n_users; u++) eligible += x->start[u + 1] - x->start[u] >= 2;
    uint64_t most = eligible / ASKED_AT_MOST < most_users ? eligible / ASKED_AT_MOST : most_users;     /* of few users most must stay */
    for (uint32_t u = 0; u < x->n_users; u++) {
        bool asked = x->start[u + 1] - x->start[u] >= 2 && (seen + 1) * most / eligible > seen * most / eligible;
        seen += x->start[u + 1] - x->start[u] >= 2;
        if (asked) {
            uint64_t n = choose_hidden(x, u, &r, to.hide), k = h.start[h.n];
            for (uint64_t e = x->start[u]; n && e < x->start[u + 1]; e++)
                if (to.hide[e - x->start[u]]) h.hidden[k++] = x->item[e];
            h.user[h.n++] = u, h.start[h.n] = k;
        }
        copy_user(x, u, asked ? to.hide : NULL, &at, to.item, to.visit, to.time_ms, to.weight);
        to.start[u + 1] = at;
    }
    h.left = (interactions){ .n_users = x->n_users, .n_items = x->n_items, .start = to.start, .item = to.item, .weight = to.weight,
                             .visit = to.visit, .time_ms = to.time_ms, .as_of_ms = x->as_of_ms, .facts = x->facts };
    *ret = h;
    return ERR_OK;
}
