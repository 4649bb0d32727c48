/* Lists that follow the orders; see item_knn_live.h. */
#include "models/item_knn_live.h"
#include <math.h>
#include <string.h>
#include "models/rows.h"

/* Cells of one user or one item, ascending, with room to grow. */
typedef struct {
    uint32_t *col;
    float *sum;                     /* what events came to so far; NULL in rows of items */
    float *value;                   /* v of similarity.h */
    uint32_t n, room;
} grown_row;

struct item_knn_live {
    arena *memory;
    weighing w;
    similarity s;
    uint32_t n_users, users_room;
    grown_row *user, *item;         /* n_users (room for users_room), n_items */
    sparse_row *user_view, *item_view;      /* the same, as the product reads them */
    float *user_weight;
    item_product p;
    product_row row;                /* scratch */
    item_lists_room lists;          /* sorted, strongest first */
    bool *stale;                    /* n_items: the list is to be made again */
    uint32_t *changed;              /* n_items: items whose length or cells this order changed */
};

/* ---- rows that grow ---- */
static void *grown(item_knn_live *l, const void *old, uint32_t n, uint32_t room, size_t size) {
    void *new = arena_array_raw(l->memory, room, size);
    if (new && n) memcpy(new, old, n * size);
    return new;
}

static err_code row_grow(ctx *c, item_knn_live *l, grown_row *r, bool sums) {
    if (r->n < r->room) return ERR_OK;
    uint32_t room = r->room < 4 ? 8 : 2 * r->room;
    r->col = grown(l, r->col, r->n, room, sizeof *r->col);
    r->value = grown(l, r->value, r->n, room, sizeof *r->value);
    if (sums) r->sum = grown(l, r->sum, r->n, room, sizeof *r->sum);
    if (!r->col || !r->value || (sums && !r->sum)) return fail(c, ERR_NO_MEMORY, "a row of %u cells", room);
    r->room = room;
    return ERR_OK;
}

/* Where `col` is, or belongs. */
static uint32_t row_find(const grown_row *r, uint32_t col) {
    uint32_t low = 0, high = r->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (r->col[mid] < col) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* A new cell of nothing at `at`. */
static err_code row_insert(ctx *c, item_knn_live *l, grown_row *r, uint32_t at, uint32_t col, bool sums) {
    TRY(row_grow(c, l, r, sums));
    uint32_t after = r->n - at;
    memmove(r->col + at + 1, r->col + at, after * sizeof *r->col);
    memmove(r->value + at + 1, r->value + at, after * sizeof *r->value);
    if (sums) memmove(r->sum + at + 1, r->sum + at, after * sizeof *r->sum);
    r->col[at] = col, r->value[at] = 0, r->n++;
    if (sums) r->sum[at] = 0;
    return ERR_OK;
}

static float in_range(float value) { return fminf(fmaxf(value, PRODUCT_LEAST), PRODUCT_MOST); }

/* One event into both sides. */
static err_code take_event(ctx *c, item_knn_live *l, uint32_t user, uint32_t item, float weight) {
    grown_row *of_user = &l->user[user], *of_item = &l->item[item];
    uint32_t at = row_find(of_user, item), back = row_find(of_item, user);
    if (at == of_user->n || of_user->col[at] != item) {
        TRY(row_insert(c, l, of_user, at, item, true));
        TRY(row_insert(c, l, of_item, back, user, false));
    }
    float value = l->w.values == WEIGH_ONE ? 1 : weight;
    of_user->sum[at] = weighing_join(&l->w, of_user->sum[at], value);
    of_user->value[at] = in_range(similarity_value(&l->s, weighing_finish(&l->w, of_user->sum[at]), of_item->n));
    of_item->value[back] = of_user->value[at];
    l->item_view[item] = (sparse_row){ of_item->col, of_item->value, of_item->n };
    return ERR_OK;
}

/* ---- making it ---- */
static err_code users_room(ctx *c, item_knn_live *l, uint32_t room) {
    l->user = grown(l, l->user, l->n_users, room, sizeof *l->user);
    l->user_view = grown(l, l->user_view, l->n_users, room, sizeof *l->user_view);
    l->user_weight = grown(l, l->user_weight, l->n_users, room, sizeof *l->user_weight);
    if (!l->user || !l->user_view || !l->user_weight) return fail(c, ERR_NO_MEMORY, "%u users", room);
    l->users_room = room;
    l->p.user = l->user_view, l->p.user_weight = l->user_weight;
    return ERR_OK;
}

static void set_user(item_knn_live *l, uint32_t user) {
    const grown_row *r = &l->user[user];
    l->user_view[user] = (sparse_row){ r->col, r->value, r->n };
    l->user_weight[user] = similarity_user(&l->s, r->n);
}

static err_code add_user(ctx *c, item_knn_live *l) {
    if (l->n_users == l->users_room) TRY(users_room(c, l, 2 * l->users_room + 64));
    l->user[l->n_users] = (grown_row){ 0 };
    l->n_users++;
    l->p.n_users = l->n_users;
    set_user(l, l->n_users - 1);
    return ERR_OK;
}

static err_code tables_new(ctx *c, item_knn_live *l, uint32_t n_items, uint32_t k) {
    arena *a = c->arena;
    l->item = arena_new(a, grown_row, n_items);
    l->item_view = arena_new(a, sparse_row, n_items);
    l->stale = arena_new(a, bool, n_items);
    l->changed = arena_new(a, uint32_t, n_items);
    l->s.n_items = n_items;
    l->s.own_power = arena_new(a, float, n_items);
    l->s.other_power = arena_new(a, float, n_items);
    l->s.length = arena_new(a, uint32_t, n_items);
    if (!l->item || !l->item_view || !l->stale || !l->changed || !l->s.own_power || !l->s.other_power || !l->s.length)
        return fail(c, ERR_NO_MEMORY, "lists of %u items", n_items);
    TRY(product_row_new(c, n_items, &l->row));
    return item_lists_room_new(c, n_items, k, &l->lists);
}

err_code item_knn_live_new(ctx *c, const interactions *x, const model_options *o, item_knn_live **ret_live) {
    item_knn_live *l = arena_new(c->arena, item_knn_live, 1);
    if (!l) return fail(c, ERR_NO_MEMORY, "live lists");
    *l = (item_knn_live){ .memory = c->arena, .w = item_knn_weighing(o), .s = item_knn_similarity(o) };
    if (l->s.kind == SIMILARITY_BM25) return fail_field(c, ERR_INVALID, "similarity", "BM25 changes as a whole with each order: fit again");
    if (l->w.half_life_days > 0) return fail_field(c, ERR_INVALID, "half_life_days", "decay changes every value with time: fit again");
    TRY(interactions_check(c, x));
    TRY(tables_new(c, l, x->n_items, (uint32_t)o->param[KNN_K]));
    TRY(users_room(c, l, x->n_users + 64));
    l->p.n_items = x->n_items, l->p.item = l->item_view, l->p.max_history = (uint32_t)o->param[KNN_MAX_HISTORY];
    for (uint32_t u = 0; u < x->n_users; u++) {
        TRY(add_user(c, l));
        for (uint64_t e = x->start[u]; e < x->start[u + 1]; e++) TRY(take_event(c, l, u, x->item[e], x->weight ? x->weight[e] : 1));
        set_user(l, u);
    }
    TRY(similarity_set_users(c, &l->s, x->n_users));
    similarity_set_items(&l->s, &l->p);
    TRY(item_product_lists(c, &l->p, o->threads, similarity_rate, &l->s, &l->lists));
    *ret_live = l;
    return ERR_OK;
}

/* ---- an order ---- */
static err_code check_order(ctx *c, const item_knn_live *l, uint32_t user, const uint32_t *item, const float *weight, size_t n) {
    if (user > l->n_users) return fail_field(c, ERR_INVALID, "user", "user %u of %u", user, l->n_users);
    for (size_t e = 0; e < n; e++) {
        if (item[e] >= l->p.n_items) return fail_field(c, ERR_INVALID, "item", "item %u of %u", item[e], l->p.n_items);
        if (weight && !(weight[e] > 0 && isfinite(weight[e]))) return fail_field(c, ERR_INVALID, "weight", "a weight that is not above 0");
    }
    return ERR_OK;
}

/* The entry of `item` in a list of another moves to its new place. */
static void move_entry(item_knn_live *l, uint32_t of, uint32_t item, float score) {
    topk_entry *list = l->lists.entry + (size_t)of * l->lists.k, e = { item, score };
    uint32_t n = l->lists.length[of], at = 0;
    bool was_full = n == l->lists.k;
    while (at < n && list[at].item != item) at++;
    bool was_in = at < n;
    if (was_in) memmove(list + at, list + at + 1, (n - at - 1) * sizeof *list), n--;
    uint32_t to = n;
    while (to > 0 && topk_better(e, list[to - 1])) to--;
    if (was_in && was_full && to == n) l->stale[of] = true;         /* one that is not in the list may be better now */
    if (score > 0 && to < l->lists.k) {
        if (n == l->lists.k) n--;
        memmove(list + to + 1, list + to, (n - to) * sizeof *list);
        list[to] = e;
        n++;
    }
    l->lists.length[of] = n;
}

/* Tell the partners of an item whose length or cells have changed. */
static void tell_partners(item_knn_live *l, uint32_t item) {
    item_product_fill(&l->p, item, &l->row);
    for (uint32_t m = 0; m < l->row.n_touched; m++) {
        uint32_t of = l->row.touched[m];
        if (!l->stale[of]) move_entry(l, of, item, (float)similarity_plain(&l->s, of, item, (double)l->row.cell[of]));
    }
    product_row_clear(&l->row);
}

/* Which items have another length or another pair now: those of the order, or all of the user's. */
static uint32_t find_changed(item_knn_live *l, const grown_row *mine, const uint32_t *item, size_t n, bool all) {
    uint32_t n_changed = 0;
    for (uint32_t at = 0; all && at < mine->n; at++) l->changed[n_changed++] = mine->col[at];
    for (size_t e = 0; !all && e < n; e++) {
        l->changed[n_changed] = item[e];                    /* a repeat is overwritten by the next */
        n_changed += l->row.cell[item[e]] == 0;
        l->row.cell[item[e]] = 1;
        if (n_changed == l->p.n_items) break;
    }
    for (uint32_t at = 0; !all && at < n_changed; at++) l->row.cell[l->changed[at]] = 0;
    return n_changed;
}

err_code item_knn_add(ctx *c, item_knn_live *l, uint32_t user, const uint32_t *item, const float *weight, size_t n) {
    TRY(check_order(c, l, user, item, weight, n));
    bool is_new = user == l->n_users;
    if (is_new) TRY(add_user(c, l));
    uint32_t had = l->user[user].n;
    for (size_t e = 0; e < n; e++) TRY(take_event(c, l, user, item[e], weight ? weight[e] : 1));
    set_user(l, user);
    uint32_t has = l->user[user].n;
    bool too_long = had <= l->p.max_history && has > l->p.max_history;     /* his pairs count no longer */
    uint32_t n_changed = find_changed(l, &l->user[user], item, n, too_long || (has != had && similarity_weighs_users(&l->s)));
    for (uint32_t at = 0; at < n_changed; at++) {
        similarity_set_item(&l->s, l->changed[at], &l->item_view[l->changed[at]], l->user_weight);
        l->stale[l->changed[at]] = true;
    }
    if (is_new && l->s.kind == SIMILARITY_LLR) {            /* every surprise is another one among more users */
        memset(l->stale, true, l->p.n_items * sizeof *l->stale);
        return similarity_set_users(c, &l->s, l->n_users);
    }
    for (uint32_t at = 0; at < n_changed; at++) tell_partners(l, l->changed[at]);
    return ERR_OK;
}

/* ---- asking it ---- */
err_code item_knn_live_list(ctx *c, item_knn_live *l, uint32_t item, const topk_entry **ret_list, uint32_t *ret_n) {
    if (item >= l->p.n_items) return fail_field(c, ERR_INVALID, "item", "item %u of %u", item, l->p.n_items);
    topk_entry *list = l->lists.entry + (size_t)item * l->lists.k;
    if (l->stale[item]) {
        item_product_fill(&l->p, item, &l->row);
        similarity_rate(&l->s, item, &l->row);
        l->lists.length[item] = product_row_take(&l->row, l->lists.k, list);
        l->stale[item] = false;
    }
    *ret_list = list;
    *ret_n = l->lists.length[item];
    return ERR_OK;
}

err_code item_knn_live_score(ctx *c, item_knn_live *l, const history *h, float *ret_scores) {
    arena_mark mark = arena_save(c->arena);
    weighed *items;
    size_t n;
    TRY(weigh_history(c, h, l->p.n_items, &l->w, &items, &n));
    memset(ret_scores, 0, l->p.n_items * sizeof *ret_scores);
    for (size_t i = 0; i < n; i++) {
        const topk_entry *list;
        uint32_t length;
        TRY(item_knn_live_list(c, l, items[i].item, &list, &length));
        for (uint32_t m = 0; m < length; m++) ret_scores[list[m].item] += items[i].value * list[m].score;
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}
