/* What the readers of tasks share: lists of events, files of a folder, ids to numbers. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "eval/task_int.h"

/* Twice the room; the old arrays stay behind in the arena until it leaves. */
static err_code grow(ctx *c, event_list *l) {
    size_t cap = l->cap ? 2 * l->cap : 4096;
    event_list wide = { arena_new_raw(c->arena, uint32_t, cap), arena_new_raw(c->arena, uint32_t, cap), arena_new_raw(c->arena,
        int64_t, cap),
                        l->n, cap };
    if (!wide.user || !wide.item || !wide.time_ms) return fail(c, ERR_NO_MEMORY, "%zu events do not fit in memory", cap);
    if (l->n) {
        memcpy(wide.user, l->user, l->n * sizeof *l->user);
        memcpy(wide.item, l->item, l->n * sizeof *l->item);
        memcpy(wide.time_ms, l->time_ms, l->n * sizeof *l->time_ms);
    }
    *l = wide;
    return ERR_OK;
}

err_code events_add(ctx *c, event_list *l, uint32_t user, uint32_t item, int64_t time_ms) {
    if (l->n == l->cap) TRY(grow(c, l));
    l->user[l->n] = user, l->item[l->n] = item, l->time_ms[l->n++] = time_ms;
    return ERR_OK;
}

static int by_time(const void *a, const void *b, void *list) {
    const event_list *l = list;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (l->time_ms[x] != l->time_ms[y]) return l->time_ms[x] < l->time_ms[y] ? -1 : 1;
    return (x > y) - (x < y);
}

err_code events_by_user(ctx *c, const event_list *l, uint32_t n_users, uint32_t n_items, bool timed, interactions *ret_x) {
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n_users + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, l->n);
    int64_t *time_ms = timed ? arena_new_raw(c->arena, int64_t, l->n) : NULL, latest = 0;
    arena_mark mark = arena_save(c->arena);
    uint32_t *order = arena_new_raw(c->arena, uint32_t, l->n);
    if (!start || !item || !order || (timed && !time_ms)) return fail(c, ERR_NO_MEMORY, "%zu events do not fit in memory", l->n);
    for (size_t e = 0; e < l->n; e++) start[l->user[e] + 1]++;
    for (uint32_t u = 0; u < n_users; u++) start[u + 1] += start[u];
    for (size_t e = 0; e < l->n; e++) order[start[l->user[e]]++] = (uint32_t)e;
    if (n_users) memmove(start + 1, start, n_users * sizeof *start);
    start[0] = 0;
    for (uint32_t u = 0; timed && u < n_users; u++)
        qsort_r(order + start[u], (size_t)(start[u + 1] - start[u]), sizeof *order, by_time, (void *)(uintptr_t)l);
    for (size_t e = 0; e < l->n; e++) {
        item[e] = l->item[order[e]];
        if (!timed) continue;
        time_ms[e] = l->time_ms[order[e]];
        if (time_ms[e] > latest) latest = time_ms[e];
    }
    arena_restore(c->arena, mark);
    *ret_x = (interactions){ .n_users = n_users, .n_items = n_items, .start = start, .item = item, .time_ms = time_ms, .as_of_ms = latest };
    return ERR_OK;
}

static void close_folder(DIR **d) {
    if (*d) closedir(*d);
}

static err_code first_with_ending(ctx *c, const char *folder, const char *ending, str *ret_name) {
    __attribute__((cleanup(close_folder))) DIR *d = opendir(folder);
    if (!d) return fail_field(c, ERR_NOT_FOUND, "data", "there is no folder '%s'", folder);
    str best = { 0 };
    for (const struct dirent *e; (e = readdir(d));) {
        str name = str_of(e->d_name);
        if (str_ends(name, str_of(ending)) && (!best.p || str_cmp(name, best) < 0)) best = str_dup(c->arena, name);
    }
    *ret_name = best;
    return ERR_OK;
}

err_code task_find_file(ctx *c, const char *folder, const char *const *endings, const char **ret_path) {
    str name = { 0 };
    for (size_t i = 0; endings[i] && !name.p; i++) TRY(first_with_ending(c, folder, endings[i], &name));
    if (!name.p) return fail_field(c, ERR_NOT_FOUND, "data", "the folder '%s' holds no file named *%s", folder, endings[0]);
    buf path;
    buf_init_in(&path, c->arena, 64 * KIB);
    buf_text(&path, folder);
    buf_char(&path, '/');
    buf_str(&path, name);
    if (buf_err(&path)) return fail(c, buf_err(&path), "the path of '%.*s' is too long", STR_ARG(name));
    *ret_path = path.p;
    return ERR_OK;
}

err_code task_number(ctx *c, map *ids, str id, uint32_t *ret_number) {
    uint32_t n = map_put(ids, id, (uint32_t)ids->count, NULL);
    if (n == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "more than %zu ids do not fit in memory", ids->count);
    *ret_number = n;
    return ERR_OK;
}
