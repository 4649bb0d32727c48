/* Row-wise sparse product; see item_product.h. A row walks histories all over memory: asking for them a few ahead hides the waiting. */
#include "models/item_product.h"
#include <math.h>
#include <string.h>

enum { AHEAD = 6, LINE_ITEMS = 16, LINES_AHEAD = 6, CHUNK = 16 };

static float into_range(float value) { return fminf(fmaxf(value, PRODUCT_LEAST), PRODUCT_MOST); }

static err_code rows_of(ctx *c, const csr *m, const sparse_row **ret_rows) {
    sparse_row *rows = arena_new_raw(c->arena, sparse_row, m->n_rows);
    if (!rows) return fail(c, ERR_NO_MEMORY, "rows of %u", m->n_rows);
    for (uint32_t r = 0; r < m->n_rows; r++)
        rows[r] = (sparse_row){ m->col + m->start[r], m->value ? m->value + m->start[r] : NULL, (uint32_t)(m->start[r + 1] - m->start[r]) };
    *ret_rows = rows;
    return ERR_OK;
}

err_code item_product_new(ctx *c, const csr *by_user, const float *user_weight, uint32_t max_history, item_product *ret_product) {
    csr safe = *by_user, by_item;
    uint64_t cells = by_user->start[by_user->n_rows];
    if (by_user->value) {
        float *value = arena_new_raw(c->arena, float, cells);
        if (!value) return fail(c, ERR_NO_MEMORY, "%llu values", (unsigned long long)cells);
        for (uint64_t e = 0; e < cells; e++) value[e] = into_range(by_user->value[e]);
        safe.value = value;
    }
    item_product p = { .n_items = by_user->n_cols, .n_users = by_user->n_rows, .max_history = max_history, .user_weight = user_weight };
    TRY(csr_transpose(c, &safe, &by_item));
    TRY(rows_of(c, &safe, &p.user));
    TRY(rows_of(c, &by_item, &p.item));
    *ret_product = p;
    return ERR_OK;
}

err_code item_product_user_weights(ctx *c, const csr *by_user, double power, float **ret_weights) {
    *ret_weights = NULL;
    if (power <= 0) return ERR_OK;
    float *weights = arena_new_raw(c->arena, float, by_user->n_rows);
    if (!weights) return fail(c, ERR_NO_MEMORY, "weights of %u users", by_user->n_rows);
    for (uint32_t u = 0; u < by_user->n_rows; u++) {
        double length = (double)(by_user->start[u + 1] - by_user->start[u]);
        weights[u] = (float)pow(fmax(length, 1), -power);
    }
    *ret_weights = weights;
    return ERR_OK;
}

err_code product_row_new(ctx *c, uint32_t n_items, product_row *ret_row) {
    product_row row = { .cell = arena_new(c->arena, float, n_items), .touched = arena_new_raw(c->arena, uint32_t, (size_t)n_items + 1),
                        .keys = arena_new_raw(c->arena, uint64_t, n_items) };
    if (!row.cell || !row.touched || !row.keys) return fail(c, ERR_NO_MEMORY, "a row of %u items", n_items);
    *ret_row = row;
    return ERR_OK;
}

/* Ask for the row of a user twice AHEAD, and for the items of the one AHEAD.
 * always_inline: gcc 12 takes a function of prefetches alone for one without effect and drops the call. */
__attribute__((always_inline)) static inline void look_ahead(const item_product *p, const uint32_t *users, uint32_t left) {
    if (left > 2 * AHEAD) __builtin_prefetch(&p->user[users[2 * AHEAD]]);
    if (left <= AHEAD) return;
    const sparse_row *next = &p->user[users[AHEAD]];
    const uint32_t *at = next->col, *end = at + next->n;
    for (int line = 0; line < LINES_AHEAD && at < end; line++, at += LINE_ITEMS) __builtin_prefetch(at);
}

/* Add `add`, times its value or by its distance from `place`, to the cell of each item of one user; how many are touched now.
 * An item is written always and kept only when new: no branch to mispredict. */
__attribute__((always_inline)) static inline uint32_t add_values(product_row *row, sparse_row items, float add, uint32_t n) {
    float *cell = row->cell;
    uint32_t *touched = row->touched;
    for (uint32_t at = 0; at < items.n; at++) {
        uint32_t j = items.col[at];
        float had = cell[j];
        touched[n] = j;
        n += had == 0;
        cell[j] = had + (items.value ? add * items.value[at] : add);
    }
    return n;
}

static uint32_t add_places(product_row *row, sparse_row items, float add, const float *fade, float place, uint32_t n) {
    float *cell = row->cell;
    uint32_t *touched = row->touched;
    for (uint32_t at = 0; at < items.n; at++) {
        uint32_t j = items.col[at];
        float had = cell[j];
        touched[n] = j;
        n += had == 0;
        cell[j] = had + add * product_fade(fade, place, items.value[at]);
    }
    return n;
}

void item_product_fill(const item_product *p, uint32_t i, product_row *row) {
    uint32_t n = 0;
    const sparse_row users = p->item[i];
    row->cell[i] = 1;                                       /* so that the item never touches itself */
    for (uint32_t e = 0; e < users.n; e++) {
        look_ahead(p, users.col + e, users.n - e);
        const sparse_row items = p->user[users.col[e]];
        if (items.n > p->max_history) continue;
        float weight = p->user_weight ? p->user_weight[users.col[e]] : 1, value = users.value ? users.value[e] : 1;
        n = p->fade ? add_places(row, items, weight, p->fade, value, n) : add_values(row, items, value * weight, n);
    }
    row->cell[i] = 0;
    row->n_touched = n;
}

void item_product_fill_plain(const csr *by_user, const float *user_weight, uint32_t i, double *ret_sums) {
    memset(ret_sums, 0, by_user->n_cols * sizeof *ret_sums);
    for (uint32_t u = 0; u < by_user->n_rows; u++) {
        double own = 0;
        for (uint64_t e = by_user->start[u]; e < by_user->start[u + 1]; e++)
            if (by_user->col[e] == i) own = (double)csr_value(by_user, e) * (user_weight ? (double)user_weight[u] : 1.0);
        for (uint64_t e = by_user->start[u]; e < by_user->start[u + 1]; e++)
            if (by_user->col[e] != i) ret_sums[by_user->col[e]] += own * (double)csr_value(by_user, e);
    }
}

uint32_t product_row_take(product_row *row, uint32_t k, topk_entry *ret_best) {
    uint32_t n = 0;
    for (uint32_t m = 0; m < row->n_touched; m++) {
        float *cell = &row->cell[row->touched[m]];
        row->keys[n] = key_of(row->touched[m], *cell);
        n += *cell > 0;
        *cell = 0;
    }
    row->n_touched = 0;
    keys_select(row->keys, n, k);
    if (n > k) n = k;
    keys_sort(row->keys, n);
    for (uint32_t m = 0; m < n; m++) ret_best[m] = key_entry(row->keys[m]);
    return n;
}

void product_row_clear(product_row *row) {
    for (uint32_t m = 0; m < row->n_touched; m++) row->cell[row->touched[m]] = 0;
    row->n_touched = 0;
}

typedef struct {
    const item_product *p;
    product_rate *rate;
    const void *state;
    item_lists_room *room;
    product_row row[PARALLEL_MAX_THREADS];
} list_job;

static void make_lists(void *state, size_t from, size_t to, int worker) {
    list_job *job = state;
    item_lists_room *room = job->room;
    product_row *row = &job->row[worker];
    for (size_t i = from; i < to; i++) {
        item_product_fill(job->p, (uint32_t)i, row);
        job->rate(job->state, (uint32_t)i, row);
        room->length[i] = product_row_take(row, room->k, room->entry + i * room->k);
    }
}

err_code item_product_lists(ctx *c, const item_product *p, int threads, product_rate *rate, const void *state, item_lists_room *room) {
    arena_mark mark = arena_save(c->arena);
    list_job *job = arena_new(c->arena, list_job, 1);
    if (!job) return fail(c, ERR_NO_MEMORY, "lists of items");
    job->p = p, job->rate = rate, job->state = state, job->room = room;
    threads = parallel_threads(threads);
    for (int w = 0; w < threads; w++) TRY(product_row_new(c, p->n_items, &job->row[w]));
    TRY(parallel_for(c, threads, p->n_items, CHUNK, make_lists, job));
    arena_restore(c->arena, mark);
    return ERR_OK;
}
