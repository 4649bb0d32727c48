/* Finds what the shop no longer has. Nothing is removed on the word of one answer: an id must be missing from a list that was read
 * to its end with matching counts, and then the shop, asked for this id alone, must say that it is gone or in the trash. */
#include "connect/woo_int.h"

enum { IDS_AT_ONCE = 500 };

err_code woo_saw(ctx *c, woo_sync *y, str id) {
    bool added = false;
    if (!y->sweeping || !id.n) return ERR_OK;
    if (map_put(&y->seen, id, 1, &added) == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "too many ids to sweep");
    if (!added) return ERR_OK;
    struct woo_seen *s = arena_alloc(&y->seen_memory, sizeof *s);
    str copy = str_dup(&y->seen_memory, id);
    if (!s || !copy.p) return fail(c, ERR_NO_MEMORY, "too many ids to sweep");
    *s = (struct woo_seen){ y->seen_list, copy };
    y->seen_list = s;
    return ERR_OK;
}

static err_code ask_by_id(ctx *c, woo_sync *y, const woo_resource *r, const str *ids, size_t n) {
    for (size_t i = 0; i < n; i++) {
        woo_slot *s = &y->shop.slot[i];
        buf b;
        buf_init_in(&b, c->arena, 300);
        buf_text(&b, r->path);
        buf_char(&b, '/');
        buf_str(&b, ids[i]);
        s->method = "GET";
        s->path = buf_view(&b);
        s->query = s->body = (str){ 0 };
        s->wants_list = s->may_shrink = false;
        if (buf_err(&b)) return fail(c, buf_err(&b), "ask for an id");
    }
    return woo_ask(c, y->shop.slot, n);
}

/* 7.9 says 403 "cannot view" of a review that is not there; it was readable a moment ago in the list. */
static bool is_gone(const woo_resource *r, const woo_slot *s) {
    if (s->trouble == WOO_NOT_FOUND) return true;
    if (s->trouble == WOO_CANNOT_VIEW && s->status == 403 && r->e == &review_entity) return true;
    return s->trouble == WOO_NONE && str_eq(jr_string(jr_get(s->json, "status")), STR("trash"));
}

/* The second look: gone is removed, there is put. */
static err_code look_again(ctx *c, woo_sync *y, const woo_resource *r, const str *ids, size_t n) {
    TRY(ask_by_id(c, y, r, ids, n));
    for (size_t i = 0; i < n; i++) {
        woo_slot *s = &y->shop.slot[i];
        if (is_gone(r, s)) TRY(woo_remove(c, &y->target, r->e, ids[i]));
        else if (s->trouble) return woo_fail(c, s, "look again at what was not listed");
        else TRY(woo_put_row(c, y, r, s->json));
    }
    return ERR_OK;
}

static bool is_ours(str id) { return str_starts(id, STR("guest:")); }

static err_code sweep_stored(ctx *c, woo_sync *y, const woo_resource *r, map *stored, const sync_cursor *k) {
    char last_text[200];
    str after = { 0 };
    for (;;) {
        str ids[IDS_AT_ONCE], missing[WOO_PARALLEL];
        size_t n = 0, m = 0;
        arena_reset(&y->page_memory);
        TRY(y->target.sink->ids(&y->page, y->target.sink->self, r->e, after, IDS_AT_ONCE, ids, &n));
        for (size_t i = 0; i < n; i++) {
            if (map_put(stored, ids[i], 1, NULL) == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "too many ids to sweep");
            if (map_get(&y->seen, ids[i], &(uint32_t){ 0 }) || is_ours(ids[i])) continue;
            missing[m++] = ids[i];
            if (m == WOO_PARALLEL) TRY(look_again(&y->page, y, r, missing, m));
            if (m == WOO_PARALLEL) m = 0;
        }
        if (m) TRY(look_again(&y->page, y, r, missing, m));
        TRY(y->target.sink->checkpoint(&y->page, y->target.sink->self, k));
        if (n < IDS_AT_ONCE || ids[n - 1].n > sizeof last_text) return ERR_OK;
        after = (str){ last_text, ids[n - 1].n };
        for (size_t i = 0; i < after.n; i++) last_text[i] = ids[n - 1].p[i];
    }
}

/* Rows that came back from the trash: listed by id, not stored, and too old for the list of changes. */
static err_code fetch_unknown(ctx *c, woo_sync *y, const woo_resource *r, const map *stored, const sync_cursor *k) {
    str ids[WOO_PARALLEL];
    size_t n = 0;
    for (const struct woo_seen *s = y->seen_list; s; s = s->next) {
        if (map_get(stored, s->id, &(uint32_t){ 0 })) continue;
        ids[n++] = s->id;
        if (n < WOO_PARALLEL) continue;
        arena_reset(&y->page_memory);
        TRY(look_again(&y->page, y, r, ids, n));
        TRY(y->target.sink->checkpoint(c, y->target.sink->self, k));
        n = 0;
    }
    if (!n) return ERR_OK;
    TRY(look_again(&y->page, y, r, ids, n));
    return y->target.sink->checkpoint(c, y->target.sink->self, k);
}

err_code woo_sweep(ctx *c, woo_sync *y, const woo_resource *r, const sync_cursor *k) {
    if (!y->seen_whole) return ERR_OK;
    map stored;
    map_init(&stored, &y->seen_memory);
    err_code e = sweep_stored(c, y, r, &stored, k);
    if (!e && r->ids_only) e = fetch_unknown(c, y, r, &stored, k);
    if (e && y->page.error.code == e) c->error = y->page.error;
    arena_reset(&y->page_memory);
    return e;
}
