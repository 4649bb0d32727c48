/* The graph filter in a pack and back: the graph, what is done along its vectors, or its lists alone. What is loaded is checked. */
#include "models/graph_filter_int.h"
#include "num/rsvd.h"

typedef struct { uint32_t n_users, n_items, rank, has_ideal, has_lists, order;
    int32_t values; float power, time; uint32_t unused; double half_life_days, mean; } head;

enum { HEAD, USER_START, USER_ITEM, USER_VALUE, ITEM_START, ITEM_USER, ITEM_VALUE, ITEM_IN, USER_SCALE, USER_SPREAD, ITEM_OUT, ITEM_ROOT,
       ITEM_IDEAL, IDEAL_OUT, VECTORS, SHARPENED, IDEALS, ARRAYS };
static const struct { const char *name; uint32_t size; } arrays[ARRAYS] = {
    [HEAD] = { "head", sizeof(head) },
    [USER_START] = { "user_start", sizeof(uint64_t) }, [USER_ITEM] = { "user_item", sizeof(uint32_t) },
    [USER_VALUE] = { "user_value", sizeof(float) },
    [ITEM_START] = { "item_start", sizeof(uint64_t) }, [ITEM_USER] = { "item_user", sizeof(uint32_t) },
    [ITEM_VALUE] = { "item_value", sizeof(float) },
    [ITEM_IN] = { "item_in", sizeof(float) }, [USER_SCALE] = { "user_scale", sizeof(float) },
    [USER_SPREAD] = { "user_spread", sizeof(float) },
    [ITEM_OUT] = { "item_out", sizeof(float) }, [ITEM_ROOT] = { "item_root", sizeof(float) },
    [ITEM_IDEAL] = { "item_ideal", sizeof(float) }, [IDEAL_OUT] = { "ideal_out", sizeof(float) },
    [VECTORS] = { "vectors", sizeof(float) },
    [SHARPENED] = { "sharpen", sizeof(float) }, [IDEALS] = { "ideal", sizeof(float) },
};

static err_code save_lists(ctx *c, const graph_filter *s, const head *first, buf *out) {
    pack_array rows[1 + ITEM_LISTS_ARRAYS] = { { arrays[HEAD].name, first, arrays[HEAD].size, 1 } };
    item_lists_arrays(&s->lists, rows + 1);
    return pack_write(c, rows, COUNT(rows), out);
}

err_code graph_filter_save(ctx *c, const void *state, buf *out) {
    const graph_filter *s = state;
    head first = { s->n_users, s->n_items, s->rank, s->has_ideal, s->has_lists, s->order, s->weigh.values, s->power, s->time, 0,
        s->weigh.half_life_days, s->mean };
    if (s->has_lists) return save_lists(c, s, &first, out);
    const csr *u = &s->by_user, *i = &s->by_item;
    uint64_t u_cells = u->start[s->n_users], i_cells = i->start[s->n_items];
    const struct { const void *at; uint64_t n; } held[ARRAYS] = {
        [HEAD] = { &first, 1 },
        [USER_START] = { u->start, s->n_users + 1ULL }, [USER_ITEM] = { u->col, u_cells },
        [USER_VALUE] = { u->value, u->value ? u_cells : 0 },
        [ITEM_START] = { i->start, s->n_items + 1ULL }, [ITEM_USER] = { i->col, i_cells },
        [ITEM_VALUE] = { i->value, i->value ? i_cells : 0 },
        [ITEM_IN] = { s->item_in, s->n_items }, [USER_SCALE] = { s->user_scale, s->n_users },
        [USER_SPREAD] = { s->user_spread, s->n_users }, [ITEM_OUT] = { s->item_out, s->n_items },
        [ITEM_ROOT] = { s->item_root, s->n_items }, [ITEM_IDEAL] = { s->item_ideal, s->n_items },
        [IDEAL_OUT] = { s->ideal_out, s->n_items },
        [VECTORS] = { s->vectors, (uint64_t)s->n_items * s->rank }, [SHARPENED] = { s->sharpen, s->rank }, [IDEALS] = { s->ideal, s->rank },
    };
    pack_array rows[ARRAYS];
    for (int a = 0; a < ARRAYS; a++) rows[a] = (pack_array){ arrays[a].name, held[a].at, arrays[a].size, held[a].n };
    return pack_write(c, rows, ARRAYS, out);
}

/* Cells whose columns and values are `col` and `value`; no values at all: every cell is 1. */
static err_code load_graph(ctx *c, uint32_t n_rows, uint32_t n_cols, const void *const *at, const uint64_t *n, int start, csr *ret) {
    const uint64_t *starts = at[start];
    int col = start + 1, value = start + 2;
    csr a = { n_rows, n_cols, starts, at[col], n[value] ? at[value] : NULL };
    if (n[start] != n_rows + 1ULL || starts[n_rows] != n[col] || (n[value] && n[value] != n[col]))
        return fail(c, ERR_CORRUPT, "saved graph filter: wrong sizes of %s", arrays[start].name);
    for (uint32_t r = 0; r < n_rows; r++)               /* before anybody follows them */
        if (starts[r + 1] < starts[r] || starts[r + 1] > n[col]) return fail(c, ERR_CORRUPT, "saved graph filter: row %u", r);
    if (csr_check(c, &a)) return fail(c, ERR_CORRUPT, "saved graph filter: cells of %s", arrays[start].name);
    *ret = a;
    return ERR_OK;
}

static bool sizes_fit(const head *h, const uint64_t *n) {
    uint64_t items = h->n_items;
    return h->n_users < UINT32_MAX && h->n_items < UINT32_MAX && h->power > 0 && h->mean > 0 && n[ITEM_IN] == items &&
        n[USER_SCALE] == h->n_users && n[USER_SPREAD] == h->n_users && n[ITEM_OUT] == items &&
        n[ITEM_ROOT] == items && n[ITEM_IDEAL] == items && n[IDEAL_OUT] == items && h->order <= GRAPH_FILTER_MAX_ORDER &&
        n[VECTORS] == items * h->rank && n[SHARPENED] == h->rank && n[IDEALS] == h->rank && h->rank <= RSVD_MAX_RANK;
}

static err_code load_whole(ctx *c, const pack *p, const head *h, graph_filter *s) {
    const void *at[ARRAYS];
    uint64_t n[ARRAYS];
    for (int a = HEAD + 1; a < ARRAYS; a++) TRY(pack_get(c, p, arrays[a].name, arrays[a].size, UINT64_MAX, &at[a], &n[a]));
    if (!sizes_fit(h, n)) return fail(c, ERR_CORRUPT, "saved graph filter: wrong sizes");
    s->item_in = at[ITEM_IN], s->user_scale = at[USER_SCALE], s->user_spread = at[USER_SPREAD];
    s->item_out = at[ITEM_OUT], s->item_root = at[ITEM_ROOT], s->item_ideal = at[ITEM_IDEAL], s->ideal_out = at[IDEAL_OUT];
    s->vectors = at[VECTORS], s->sharpen = at[SHARPENED], s->ideal = at[IDEALS];
    TRY(load_graph(c, s->n_users, s->n_items, at, n, USER_START, &s->by_user));
    return load_graph(c, s->n_items, s->n_users, at, n, ITEM_START, &s->by_item);
}

err_code graph_filter_load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    graph_filter *s = arena_new(c->arena, graph_filter, 1);
    const void *first;
    if (!s) return fail(c, ERR_NO_MEMORY, "load a graph filter");
    TRY(pack_get(c, p, arrays[HEAD].name, arrays[HEAD].size, 1, &first, NULL));
    const head *h = first;
    if (h->n_items != n_items || h->values < WEIGH_ONE || h->values > WEIGH_LOG)
        return fail(c, ERR_CORRUPT, "saved graph filter: of %u items", h->n_items);
    *s = (graph_filter){
        .n_users = h->n_users, .n_items = n_items, .rank = h->rank, .power = h->power, .weigh = { h->values, h->half_life_days },
        .mean = h->mean, .has_ideal = h->has_ideal, .has_lists = h->has_lists, .order = h->order, .time = h->time,
    };
    if (!s->has_lists) TRY(load_whole(c, p, h, s));
    else TRY(item_lists_load(c, p, n_items, &s->lists));
    *ret_state = s;
    return ERR_OK;
}
