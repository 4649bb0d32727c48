/* The lists of a page, one behind the other: each is told what stands there already. It does NOT choose (recommend.c does). */
#include "decide/page_lists.h"
#include "base/limits.h"
#include "schema/exposed_items.h"

typedef struct {
    ctx *c;
    const serving *s;
    recommend_query q;
    arena *home, scratch;           /* a list's own memory is given back before the next one */
    str standing[LIMIT_STANDING];
} page;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "no memory for the lists of a page"); }

/* What outlives the list's own memory. Texts of products and of the program live as long as the pinned shop. */
static err_code keep_trace(page *p, recommend_trace *t) {
    str *const texts[] = { &t->terms.arms, &t->strategy, &t->items, &t->bundle };
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (!texts[i]->n) continue;
        *texts[i] = str_dup(p->home, *texts[i]);
        if (!texts[i]->p) return no_memory(p->c);
    }
    return ERR_OK;
}

/* ---- what stands there ---- */
static err_code read_bundle(ctx *c, str bundle, const json_value **ret_ids) {
    return bundle.n ? json_parse(c, bundle, JSON_READ_STRICT, ret_ids) : ERR_OK;
}

/* The products a visitor meets in that list. Texts in p->c->arena. */
static err_code add_standing(page *p, const page_list *l, const recommend_trace *t) {
    const json_value *ids = NULL;
    exposed_item *items = NULL;
    size_t n = 0;
    if (l->bundle) TRY(read_bundle(p->c, t->bundle, &ids));
    if (!ids && t->items.n) TRY(exposed_items_read(p->c, t->items, &items, &n));
    if (ids) n = jr_count(ids);
    if (n < l->least) return ERR_OK;
    str *to = p->standing + p->q.standing.n;
    for (size_t i = 0; i < n; i++) to[i] = ids ? jr_string(jr_at(ids, i)) : items[i].product_id;
    p->q.standing.n += n;
    return ERR_OK;
}

/* ---- lists ---- */
/* In memory of its own. */
static err_code write_list(page *p, const page_list *l, buf *out, recommend_trace *ret_trace) {
    size_t before = out->n;
    recommend_trace t = { 0 };
    p->q.placement = l->placement, p->q.source = l->source, p->q.n = l->n;
    p->c->arena = &p->scratch;
    err_code e = recommend_write(p->c, p->s, &p->q, out, &t);
    if (!e) e = keep_trace(p, &t);
    p->c->arena = p->home;
    arena_reset(&p->scratch);
    TRY(e);
    if (l->reserve) {
        buf_cut(out, before);
        buf_text(out, "null");
    }
    *ret_trace = t;
    return ERR_OK;
}

static err_code write_all(page *p, const page_list *lists, size_t n, buf *out, recommend_trace *ret_traces) {
    json_out w;
    jw_init(&w, out);
    jw_object(&w);
    jw_key(&w, "lists");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_char(out, ',');
        TRY(write_list(p, &lists[i], out, &ret_traces[i]));
        if (i + 1 < n) TRY(add_standing(p, &lists[i], &ret_traces[i]));
        if (lists[i].reserve) ret_traces[i] = (recommend_trace){ 0 };
    }
    jw_end_array(&w);
    jw_end_object(&w);
    return buf_err(out);
}

err_code page_lists_write(ctx *c, const serving *s, const recommend_query *q, const page_list *lists, size_t n, buf *out,
                          recommend_trace *ret_traces) {
    if (!n || n > LIMIT_PAGE_LISTS) return fail_field(c, ERR_INVALID, "lists", "lists may be 1 to %d", LIMIT_PAGE_LISTS);
    page *p = arena_new_raw(c->arena, page, 1);
    if (!p) return no_memory(c);
    p->c = c, p->s = s, p->q = *q, p->home = c->arena;
    p->q.standing = (str_list){ p->standing, 0 };
    arena_init(&p->scratch, LIMIT_REQUEST_ARENA);
    err_code e = write_all(p, lists, n, out, ret_traces);
    arena_done(&p->scratch);
    return e;
}
