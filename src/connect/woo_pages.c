/* Walks a list of the shop from the smallest id to the largest, so that rows that come and go meanwhile cost nothing (README.md,
 * "How pages overlap"). It does NOT decide which lists are walked, nor what is deleted. */
#include "connect/woo_int.h"
#include <stdio.h>
#include "base/limits.h"
#include "base/parse.h"

enum { LARGEST_PAGE = 100, SMALLEST_PAGE = 20, MOST_LOST = 4, MOST_PASSES = 8, MOST_VAIN = 2, LOST_PAUSE_MS = 300 };

typedef struct {
    woo_walk *w;
    const char *query;
    int64_t at;                 /* place in the list where the next answer should start */
    int64_t last_id, total;     /* total -1 = the shop does not say */
    int64_t step;               /* rows an answer brings */
    int lost, pass, vain;       /* vain: readings in a row that brought nothing new */
    bool end;
    bool plain;                 /* the shop does not sort or ignores offset: by page number, telling rows apart by `known` */
    int64_t page;
    map known;
    arena known_memory;
} reader;

static int64_t id_of(const json_value *row) {
    int64_t id = 0;
    return jr_i64(jr_get(row, "id"), &id) ? id : 0;
}

static bool ascending(const json_value *rows) {
    for (size_t i = 1; i < jr_count(rows); i++)
        if (id_of(jr_at(rows, i)) <= id_of(jr_at(rows, i - 1))) return false;
    return true;
}

static void start_plain(reader *d) {
    d->plain = true;
    d->page = 1;
    d->at = d->last_id = 0;
    d->lost = 0;
    d->w->cursor.done = 0;
    arena_done(&d->known_memory);
    arena_init(&d->known_memory, LIMIT_PAGE_ARENA);
    map_init(&d->known, &d->known_memory);
}

/* ---- what hangs on rows: one request each ---- */
typedef struct { const json_value *row; str path; } detail;

static err_code ask_details(ctx *c, woo_sync *y, const detail *d, size_t n, int page) {
    char query[64];
    snprintf(query, sizeof query, "per_page=100&page=%d&orderby=id&order=asc", page);
    for (size_t i = 0; i < n; i++) {
        woo_slot *s = &y->shop.slot[WOO_PARALLEL + i];
        *s = (woo_slot){ .shop = s->shop, .memory = s->memory, .c = s->c, .client = s->client, .method = "GET", .wants_list = true };
        s->c.arena = &s->memory;
        s->path = d[i].path;
        s->query = str_dup(c->arena, str_of(query));
    }
    TRY(woo_ask(c, &y->shop.slot[WOO_PARALLEL], n));
    for (size_t i = 0; i < n; i++) {
        woo_slot *s = &y->shop.slot[WOO_PARALLEL + i];
        if (s->trouble == WOO_NOT_FOUND) s->json = NULL;    /* the row itself went away meanwhile */
        else if (s->trouble) return woo_fail(c, s, "read what hangs on a row");
    }
    return ERR_OK;
}

static str path_of(ctx *c, const char *before, int64_t id, const char *after) {
    buf b;
    buf_init_in(&b, c->arena, 100);
    buf_printf(&b, "%s%lld%s", before, (long long)id, after);
    return buf_view(&b);
}

static err_code put_variations(ctx *c, woo_sync *y, const detail *d, const json_value *list) {
    woo_mapper m = { .c = c, .access = y->target.access };
    str parent = woo_map_id(&m, jr_get(d->row, "id"));
    for (size_t i = 0; i < jr_count(list); i++) {
        if (!id_of(jr_at(list, i))) continue;
        TRY(woo_put_variation_of(c, &y->target, parent, jr_at(list, i)));
        TRY(woo_saw(c, y, woo_map_id(&m, jr_get(jr_at(list, i), "id"))));
    }
    return ERR_OK;
}

/* Pages of one product's variations from the second on, until as many came as the shop says. `got` came with the first. */
static err_code put_more_variations(ctx *c, woo_sync *y, const detail *d, int64_t got, int64_t total) {
    enum { MOST_READINGS = 4 };
    for (int reading = 1, page = 2; got < total && reading <= MOST_READINGS; page++) {
        woo_slot *s = &y->shop.slot[WOO_PARALLEL];
        TRY(ask_details(c, y, d, 1, page));
        TRY(put_variations(c, y, d, s->json));
        got += (int64_t)jr_count(s->json);
        if (jr_count(s->json) || got >= total) continue;
        got = 0;
        page = 0;                                           /* some were lost on the way: from the start */
        reading++;
    }
    return ERR_OK;
}

/* Shops before 10.3: one call for each variable product; more than 100 variations come in pages. */
static err_code put_variation_group(ctx *c, woo_sync *y, const detail *d, size_t n) {
    int64_t got[WOO_PARALLEL], total[WOO_PARALLEL];
    TRY(ask_details(c, y, d, n, 1));
    for (size_t i = 0; i < n; i++) {
        const woo_slot *s = &y->shop.slot[WOO_PARALLEL + i];
        got[i] = (int64_t)jr_count(s->json);
        total[i] = s->total >= 0 ? s->total : s->json ? (int64_t)jr_count(jr_get(d[i].row, "variations")) : 0;
        TRY(put_variations(c, y, &d[i], s->json));
    }
    for (size_t i = 0; i < n; i++) TRY(put_more_variations(c, y, &d[i], got[i], total[i]));
    return ERR_OK;
}

/* All refunds of an order fit in one answer; one that lost rows is asked for again. */
static err_code put_order_group(ctx *c, woo_sync *y, const detail *d, size_t n) {
    enum { MOST_READINGS = 5 };
    TRY(ask_details(c, y, d, n, 1));
    for (size_t i = 0; i < n; i++) {
        woo_slot *s = &y->shop.slot[WOO_PARALLEL + i];
        for (int k = 0; k < MOST_READINGS && s->json && (int64_t)jr_count(s->json) < s->total && s->total <= LARGEST_PAGE; k++) {
            TRY(woo_ask(c, s, 1));
            if (s->trouble) s->json = NULL;
        }
        bool whole = s->json && (s->total < 0 || s->total > LARGEST_PAGE || (int64_t)jr_count(s->json) >= s->total);
        TRY(woo_put_order_with(c, &y->target, d[i].row, whole ? s->json : NULL));
    }
    return ERR_OK;
}

static err_code needs_detail(ctx *c, woo_sync *y, const woo_resource *r, const json_value *row, detail *ret_detail, bool *ret_needs) {
    *ret_needs = false;
    if (r->put == woo_put_order) {
        TRY(woo_order_lacks_refunds(c, &y->target, row, ret_needs));
        *ret_detail = (detail){ row, path_of(c, "/orders/", id_of(row), "/refunds") };
    } else if (r->put == woo_put_product && !y->variation_list && jr_count(jr_get(row, "variations"))) {
        *ret_needs = true;
        *ret_detail = (detail){ row, path_of(c, "/products/", id_of(row), "/variations") };
    }
    return ERR_OK;
}

typedef err_code put_details(ctx *c, woo_sync *y, const detail *d, size_t n);
static put_details *details_of(const woo_resource *r) { return r->put == woo_put_order ? put_order_group : put_variation_group; }

err_code woo_put_row(ctx *c, woo_sync *y, const woo_resource *r, const json_value *row) {
    detail d;
    bool needs = false;
    TRY(needs_detail(c, y, r, row, &d, &needs));
    if (!needs || r->put == woo_put_product) TRY(r->put(c, &y->target, row));
    return needs ? details_of(r)(c, y, &d, 1) : ERR_OK;
}

static err_code saw_row(ctx *c, woo_sync *y, const json_value *row) {
    woo_mapper m = { .c = c, .access = y->target.access };
    const json_value *variations = jr_get(row, "variations");
    if (!y->sweeping) return ERR_OK;
    for (size_t i = 0; i < jr_count(variations); i++) TRY(woo_saw(c, y, woo_map_id(&m, jr_at(variations, i))));
    return woo_saw(c, y, woo_map_id(&m, jr_get(row, "id")));
}

/* ---- one answer ---- */
static err_code is_fresh(ctx *c, reader *d, int64_t id, bool *ret_fresh) {
    if (!d->plain) {
        *ret_fresh = id > d->last_id;
        return ERR_OK;
    }
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    if (map_put(&d->known, str_of(text), 1, ret_fresh) == UINT32_MAX) return fail(c, ERR_NO_MEMORY, "too many rows to tell apart");
    return ERR_OK;
}

static err_code put_rows(ctx *c, woo_sync *y, reader *d, const json_value *rows, int64_t *ret_fresh) {
    woo_walk *w = d->w;
    detail waiting[WOO_PARALLEL];
    size_t n = 0;
    put_details *put_group = details_of(w->r);
    *ret_fresh = 0;
    for (size_t i = 0; i < jr_count(rows); i++) {
        const json_value *row = jr_at(rows, i);
        bool fresh = false, needs = false;
        int64_t id = id_of(row);
        if (!id) continue;
        TRY(is_fresh(c, d, id, &fresh));
        if (!fresh) continue;
        TRY(saw_row(c, y, row));
        if (!w->ids_only) {
            TRY(needs_detail(c, y, w->r, row, &waiting[n], &needs));
            if (!needs || w->r->put == woo_put_product) TRY(w->r->put(c, &y->target, row));
            n += needs;
            if (n == WOO_PARALLEL) TRY(put_group(c, y, waiting, n));
            if (n == WOO_PARALLEL) n = 0;
        }
        (*ret_fresh)++;
        if (id > d->last_id) d->last_id = id;
    }
    return n ? put_group(c, y, waiting, n) : ERR_OK;
}

/* Everything of this answer becomes durable with the place where it ends. */
static err_code save_place(ctx *c, woo_sync *y, reader *d) {
    sync_cursor *k = &d->w->cursor;
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)d->last_id);
    sync_cursor saved = *k;
    if (d->w->resumable && !d->plain) saved.position = str_of(id);
    if (!d->w->resumable || d->plain) saved = d->w->before;
    saved.total = d->total < 0 ? 0 : d->total;
    return y->target.sink->checkpoint(c, y->target.sink->self, &saved);
}

/* Nothing came: the end, or an answer that lost its rows, or rows before ours went away. */
static err_code take_nothing(ctx *c, reader *d, int64_t offset) {
    if (d->plain) {
        d->end = true;
        return ERR_OK;
    }
    if (offset == 0 && d->total <= 0) {
        d->end = true;
        return ERR_OK;
    }
    if (offset > 0 && (d->total < 0 || offset >= d->total)) {
        int64_t from = d->total >= 0 && d->total < offset ? d->total : offset;
        d->at = from > d->step ? from - d->step : 0;
    }
    d->end = ++d->lost > MOST_LOST;
    return d->end ? ERR_OK : woo_pause(c, LOST_PAUSE_MS);
}

static err_code move_on(ctx *c, reader *d, int64_t offset, int64_t n, int64_t fresh, bool *ret_go_on) {
    if (d->plain) {
        d->page++;
        d->end = !fresh && d->total < 0;
        return ERR_OK;
    }
    d->end = d->total >= 0 ? offset + n >= d->total : !fresh;
    d->at = offset + n - 1;
    if (d->end || fresh) {
        d->lost = 0;
        *ret_go_on = !d->end;
        return ERR_OK;
    }
    if (n > 1) {                                            /* a whole answer of old rows: offset is ignored, or much was restored */
        start_plain(d);
        return ERR_OK;
    }
    d->end = ++d->lost > MOST_LOST;
    return d->end ? ERR_OK : woo_pause(c, LOST_PAUSE_MS);
}

static err_code take(ctx *c, woo_sync *y, reader *d, const woo_slot *s, int64_t offset, bool *ret_go_on) {
    const json_value *rows = s->json;
    int64_t n = (int64_t)jr_count(rows), fresh = 0;
    *ret_go_on = false;
    if (s->total >= 0) d->total = s->total;
    if (!n) return take_nothing(c, d, offset);
    if (!d->plain && offset > 0 && id_of(jr_at(rows, 0)) > d->last_id) {    /* a gap: rows before ours went away */
        d->at = offset > d->step ? offset - d->step : 0;
        return ERR_OK;
    }
    if (!d->plain && !ascending(rows)) {
        start_plain(d);
        return ERR_OK;
    }
    TRY(put_rows(c, y, d, rows, &fresh));
    d->w->cursor.done += fresh;
    if (fresh) d->vain = 0;
    if (n >= 10 && n < d->step && (d->total < 0 || offset + n < d->total)) d->step = n;  /* per_page is ignored (woocommerce#54035) */
    TRY(move_on(c, d, offset, n, fresh, ret_go_on));
    if (!d->w->ids_only) TRY(save_place(c, y, d));
    woo_tell(c, y, d->w->cursor.done, d->w->tail ? d->w->cursor.done : d->total);
    return ERR_OK;
}

/* ---- the walk ---- */
static err_code ask_for(ctx *c, woo_sync *y, reader *d, woo_slot *s, int64_t offset) {
    const woo_walk *w = d->w;
    buf b;
    buf_init_in(&b, c->arena, 500);
    buf_printf(&b, "%s%sorderby=id&order=asc&per_page=%d", d->query, d->query[0] ? "&" : "", y->per_page);
    if (d->plain) buf_printf(&b, "&page=%lld", (long long)d->page);
    else if (offset > 0) buf_printf(&b, "&offset=%lld", (long long)offset);
    if (w->since_ms) {                                      /* Z, never with dates_are_gmt: both together shift the bound */
        char since[21];
        time_format(w->since_ms, since);
        buf_printf(&b, "&modified_after=%.13s%%3A%.2s%%3A%s", since, since + 14, since + 17);
    }
    if (w->ids_only) buf_text(&b, "&_fields=id");
    s->method = "GET";
    s->path = str_of(w->r->path);
    s->query = buf_view(&b);
    s->body = (str){ 0 };
    s->wants_list = true;
    s->may_shrink = y->per_page > SMALLEST_PAGE;
    return buf_err(&b) ? fail(c, buf_err(&b), "ask for a page") : ERR_OK;
}

static size_t window(const woo_sync *y, const reader *d) {
    if (d->plain || d->total < 0 || d->step < 2) return 1;
    int64_t left = (d->total - d->at + d->step - 2) / (d->step - 1);
    return left < 1 ? 1 : left < y->shop.parallel ? (size_t)left : (size_t)y->shop.parallel;
}

static bool absent(const woo_walk *w, const woo_slot *s) {
    return w->r->optional && (s->trouble == WOO_NO_ROUTE || s->trouble == WOO_NOT_FOUND || s->trouble == WOO_NO_PAGE);
}

/* The shop refused: ask for less, ask otherwise, do without, or give up. */
static err_code cope(ctx *c, woo_sync *y, reader *d, const woo_slot *s) {
    if (s->trouble == WOO_TIMEOUT && y->per_page > SMALLEST_PAGE) {
        y->per_page = y->per_page > 50 ? 50 : SMALLEST_PAGE;
        d->step = y->per_page;
        if (d->plain) start_plain(d);
        return ERR_OK;
    }
    bool refused = s->trouble == WOO_BAD_REQUEST || s->trouble == WOO_CANNOT_VIEW;
    if (refused && d->w->r->otherwise && d->query != d->w->r->otherwise) {
        d->query = d->w->r->otherwise;
        return ERR_OK;
    }
    if (!absent(d->w, s)) return woo_fail(c, s, d->w->r->name);
    d->w->missing = true;
    d->end = true;
    return ERR_OK;
}

static err_code step(ctx *c, woo_sync *y, reader *d) {
    size_t n = window(y, d);
    int64_t offset[WOO_PARALLEL];
    bool go_on = true;
    for (size_t i = 0; i < n; i++) {
        offset[i] = d->at + (int64_t)i * (d->step - 1);
        TRY(ask_for(c, y, d, &y->shop.slot[i], offset[i]));
    }
    TRY(woo_ask(c, y->shop.slot, n));
    if (!y->shop_now_ms) y->shop_now_ms = y->shop.slot[0].date_ms;
    for (size_t i = 0; i < n && go_on; i++) {
        if (y->shop.slot[i].trouble) return cope(c, y, d, &y->shop.slot[i]);
        TRY(take(c, y, d, &y->shop.slot[i], offset[i], &go_on));
    }
    return ERR_OK;
}

/* Fewer than the shop counts: read again, telling rows apart one by one. */
static bool is_short(const reader *d) {
    return !d->w->tail && !d->w->missing && d->total > 0 && d->w->cursor.done < d->total;
}

static err_code walk(ctx *c, woo_sync *y, reader *d) {
    for (;;) {
        while (!d->end) {
            TRY(ctx_check(c));
            TRY(step(&y->page, y, d));
            arena_reset(&y->page_memory);
        }
        if (!is_short(d) || ++d->pass >= MOST_PASSES || d->vain >= MOST_VAIN) return ERR_OK;
        if (!d->plain) start_plain(d);
        d->vain++;                                          /* until a row is found that was not known */
        d->page = 1;
        d->end = false;
    }
}

err_code woo_walk_list(ctx *c, woo_sync *y, woo_walk *w) {
    reader d = { .w = w, .query = w->r->query, .total = -1, .step = y->per_page };
    if (!parse_int_in(w->cursor.position, 1, INT64_MAX, &d.last_id)) w->cursor.done = 0;
    d.at = w->cursor.done > 0 ? w->cursor.done - 1 : 0;
    w->missing = w->whole = false;
    err_code e = walk(c, y, &d);
    if (e && y->page.error.code == e) c->error = y->page.error;
    w->whole = !e && !is_short(&d) && d.lost <= MOST_LOST;
    if (w->tail && d.total >= 0) w->cursor.done = d.total;
    w->cursor.total = d.total < 0 ? w->cursor.done : d.total;
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)d.last_id);
    w->cursor.position = d.last_id ? str_dup(c->arena, str_of(id)) : (str){ 0 };
    arena_done(&d.known_memory);
    arena_reset(&y->page_memory);
    return e;
}
