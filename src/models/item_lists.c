/* Lists of partners; see item_lists.h. */
#include "models/item_lists.h"
#include <math.h>
#include <string.h>
#include "base/touch.h"
#include "num/keys.h"

err_code item_lists_room_new(ctx *c, uint32_t n_items, uint32_t k, item_lists_room *ret_room) {
    if (n_items > 0 && k > n_items - 1) k = n_items - 1;
    if (k < 1) k = 1;
    item_lists_room room = { n_items, k, arena_new(c->arena, uint32_t, n_items),
                             arena_array_raw(c->arena, (size_t)n_items * k, sizeof(topk_entry)) };
    if (!room.length || !room.entry) return fail(c, ERR_NO_MEMORY, "%u partners of %u items", k, n_items);
    *ret_room = room;
    return ERR_OK;
}

void item_lists_keep_dense(item_lists_room *room, uint32_t row, const float *weights) {
    enum { BLOCK = 16 };            /* cells looked at together: nearly all blocks hold none that belongs in the list */
    topk best = { room->entry + (size_t)row * room->k, 0, room->k };
    for (uint32_t from = 0; from < room->n_items; from += BLOCK) {
        uint32_t to = room->n_items - from < BLOCK ? room->n_items : from + BLOCK;
        float worst = best.n < best.k ? 0 : best.entry[0].score, most = 0;
        for (uint32_t j = from; j < to; j++) most = fmaxf(most, fabsf(weights[j]));
        if (most <= worst) continue;                        /* an equal one of a larger number loses the tie */
        for (uint32_t j = from; j < to; j++)
            if (j != row && weights[j] != 0) topk_offer(&best, j, fabsf(weights[j]));
    }
    topk_sort(&best);
    for (uint32_t m = 0; m < best.n; m++) best.entry[m].score = weights[best.entry[m].item];
    room->length[row] = best.n;
}

err_code item_lists_close(ctx *c, item_lists_room *room, item_lists *ret_lists) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)room->n_items + 1);
    if (!start) return fail(c, ERR_NO_MEMORY, "lists of %u items", room->n_items);
    for (uint32_t i = 0; i < room->n_items; i++) {
        memmove(room->entry + start[i], room->entry + (size_t)i * room->k, room->length[i] * sizeof *room->entry);
        start[i + 1] = start[i] + room->length[i];
    }
    *ret_lists = (item_lists){ room->n_items, start, room->entry };
    return ERR_OK;
}

err_code item_lists_cut(ctx *c, const item_lists *lists, uint32_t k, item_lists *ret_lists) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)lists->n_items + 1);
    if (!start) return fail(c, ERR_NO_MEMORY, "lists of %u items", lists->n_items);
    for (uint32_t i = 0; i < lists->n_items; i++) {
        uint64_t n = lists->start[i + 1] - lists->start[i];
        start[i + 1] = start[i] + (n < k ? n : k);
    }
    topk_entry *entry = arena_new_raw(c->arena, topk_entry, start[lists->n_items]);
    if (!entry) return fail(c, ERR_NO_MEMORY, "lists of %llu partners", (unsigned long long)start[lists->n_items]);
    for (uint32_t i = 0; i < lists->n_items; i++)
        memcpy(entry + start[i], lists->entry + lists->start[i], (size_t)(start[i + 1] - start[i]) * sizeof *entry);
    *ret_lists = (item_lists){ lists->n_items, start, entry };
    return ERR_OK;
}

/* Strongest first, a list whose items ascend: places then break ties as items do, and lead back to the signs.
 *   keys, copy   room for n each */
static void sort_strongest(topk_entry *list, size_t n, uint64_t *keys, topk_entry *copy) {
    for (size_t at = 0; at < n; at++) keys[at] = key_of((uint32_t)at, fabsf(list[at].score)), copy[at] = list[at];
    keys_sort(keys, n);
    for (size_t at = 0; at < n; at++) list[at] = copy[(uint32_t)keys[at]];
}

static err_code sort_all(ctx *c, const uint64_t *start, uint32_t n_lists, topk_entry *entry) {
    arena_mark mark = arena_save(c->arena);
    size_t most = 0;
    for (uint32_t i = 0; i < n_lists; i++)
        if (start[i + 1] - start[i] > most) most = (size_t)(start[i + 1] - start[i]);
    uint64_t *keys = arena_new_raw(c->arena, uint64_t, most);
    topk_entry *copy = arena_new_raw(c->arena, topk_entry, most);
    if (!keys || !copy) return fail(c, ERR_NO_MEMORY, "sort a list of %zu partners", most);
    for (uint32_t i = 0; i < n_lists; i++) sort_strongest(entry + start[i], (size_t)(start[i + 1] - start[i]), keys, copy);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code item_lists_turn(ctx *c, const item_lists *lists, item_lists *ret_turned) {
    uint64_t cells = lists->start[lists->n_items];
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)lists->n_items + 1);
    topk_entry *entry = arena_new_raw(c->arena, topk_entry, cells);
    if (!start || !entry) return fail(c, ERR_NO_MEMORY, "turn lists of %llu partners", (unsigned long long)cells);
    for (uint64_t e = 0; e < cells; e++) start[lists->entry[e].item + 1]++;
    for (uint32_t i = 0; i < lists->n_items; i++) start[i + 1] += start[i];
    for (uint32_t i = 0; i < lists->n_items; i++)
        for (uint64_t e = lists->start[i]; e < lists->start[i + 1]; e++)
            entry[start[lists->entry[e].item]++] = (topk_entry){ i, lists->entry[e].score };
    memmove(start + 1, start, lists->n_items * sizeof *start);      /* each start had moved to the next list's */
    start[0] = 0;
    TRY(sort_all(c, start, lists->n_items, entry));
    *ret_turned = (item_lists){ lists->n_items, start, entry };
    return ERR_OK;
}

/* Lists lie anywhere: begin to load one before it is added. */
static void touch_list(const item_lists *lists, uint32_t item) {
    enum { LINES = 8 };
    uint64_t at = lists->start[item];
    touch_lines(lists->entry + at, (size_t)(lists->start[item + 1] - at) * sizeof *lists->entry, LINES);
}

err_code item_lists_score(ctx *c, const item_lists *lists, const weighing *w, const history *h, size_t n, float *ret_scores) {
    for (size_t at = 0; at < n; at++) {
        arena_mark mark = arena_save(c->arena);
        float *scores = ret_scores + at * lists->n_items;
        weighed *items;
        size_t n_items;
        TRY(ctx_check(c));
        TRY(weigh_history(c, &h[at], lists->n_items, w, &items, &n_items));
        memset(scores, 0, lists->n_items * sizeof *scores);
        for (size_t i = 0; i < n_items; i++) {
            if (i + 1 < n_items) touch_list(lists, items[i + 1].item);
            item_lists_add(lists, items[i].item, items[i].value, scores);
        }
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

void item_lists_arrays(const item_lists *lists, pack_array ret_arrays[ITEM_LISTS_ARRAYS]) {
    ret_arrays[0] = (pack_array){ "list_start", lists->start, sizeof *lists->start, (uint64_t)lists->n_items + 1 };
    ret_arrays[1] = (pack_array){ "list_entry", lists->entry, sizeof *lists->entry, lists->start[lists->n_items] };
}

err_code item_lists_load(ctx *c, const pack *p, uint32_t n_items, item_lists *ret_lists) {
    const void *starts, *entries;
    uint64_t n = (uint64_t)n_items + 1, cells;
    TRY(pack_get(c, p, "list_start", sizeof(uint64_t), n, &starts, NULL));
    TRY(pack_get(c, p, "list_entry", sizeof(topk_entry), UINT64_MAX, &entries, &cells));
    const uint64_t *start = starts;
    const topk_entry *entry = entries;
    if (start[0] != 0 || start[n - 1] != cells) return fail(c, ERR_CORRUPT, "saved lists: wrong size");
    for (uint64_t i = 0; i + 1 < n; i++) {
        if (start[i + 1] < start[i] || start[i + 1] > cells) return fail(c, ERR_CORRUPT, "saved lists: list %llu", (unsigned long long)i);
        for (uint64_t e = start[i]; e < start[i + 1]; e++)
            if (entry[e].item >= n - 1 || !isfinite(entry[e].score))
                return fail(c, ERR_CORRUPT, "saved lists: a partner of item %llu", (unsigned long long)i);
    }
    *ret_lists = (item_lists){ n_items, start, entry };
    return ERR_OK;
}

err_code lists_model_score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const lists_model *m = state;
    return item_lists_score(c, &m->lists, &m->w, h, n, ret_scores);
}

err_code lists_model_save(ctx *c, const void *state, buf *out) {
    const lists_model *m = state;
    pack_array arrays[ITEM_LISTS_ARRAYS + 1];
    double numbers[WEIGHING_NUMBERS];
    item_lists_arrays(&m->lists, arrays);
    arrays[ITEM_LISTS_ARRAYS] = weighing_array(&m->w, numbers);
    return pack_write(c, arrays, COUNT(arrays), out);
}

err_code lists_model_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    lists_model *m = arena_new(c->arena, lists_model, 1);
    if (!m) return fail(c, ERR_NO_MEMORY, "load lists of items");
    TRY(item_lists_load(c, p, n_items, &m->lists));
    TRY(weighing_load(c, p, &m->w));
    *ret_state = m;
    return ERR_OK;
}
