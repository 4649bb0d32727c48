/* Browse lists: one walk over the slots, one sort. */
#include "decide/shelf.h"
#include <stdlib.h>
#include "decide/serving_int.h"
#include "features/text.h"

/* How well one word asked for fits one word of a name. */
enum { FIT_NONE = 0, FIT_STEM = 1, FIT_START = 2, FIT_WHOLE = 3, SHORTEST_STEM = 4, ENDING_MOST = 3 };

typedef struct { const catalogue_item *item; int fit; } found;
typedef struct { str word[SHELF_WORDS]; size_t n; } word_list;

static word_list split(str folded) {
    word_list l = { 0 };
    while (folded.n && l.n < SHELF_WORDS) {
        str word = str_cut(&folded, ' ');
        if (word.n) l.word[l.n++] = word;
    }
    return l;
}

static size_t common_start(str a, str b) {
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n]) n++;
    return n;
}

static int fit_of(str asked, str word) {
    size_t same = common_start(asked, word);
    if (same == asked.n) return same == word.n ? FIT_WHOLE : FIT_START;
    bool near = same >= SHORTEST_STEM && asked.n - same <= ENDING_MOST && word.n - same <= ENDING_MOST;
    return near ? FIT_STEM : FIT_NONE;
}

/* Sum over the words asked for of the best fit in the name; 0 when one of them is not there at all. */
static int name_fits(const word_list *asked, str folded_name) {
    int sum = 0;
    for (size_t i = 0; i < asked->n; i++) {
        int best = FIT_NONE;
        for (str rest = folded_name; rest.n;) {
            int fit = fit_of(asked->word[i], str_cut(&rest, ' '));
            if (fit > best) best = fit;
        }
        if (!best) return 0;
        sum += best;
    }
    return sum;
}

static bool has_term(const catalogue_item *it, uint64_t term) {
    for (size_t i = 0; i < it->n_terms; i++)
        if (it->terms[i] == term) return true;
    return false;
}

typedef struct { uint64_t category; word_list words; bool by_words; const shelf_query *q; } shelf_filter;

static bool is_left_out(const shelf_query *q, const catalogue_item *it) {
    for (size_t i = 0; i < q->n_without; i++)
        if (q->without[i] == it) return true;
    return (q->on_sale && !it->on_sale) || !it->sellable;
}

static err_code judge(ctx *c, const catalogue_item *it, const shelf_filter *f, int *ret_fit) {
    *ret_fit = 0;
    if (is_left_out(f->q, it) || (f->category && !has_term(it, f->category))) return ERR_OK;
    *ret_fit = FIT_WHOLE;
    if (!f->by_words) return ERR_OK;
    arena_mark m = arena_save(c->arena);
    str folded;
    TRY(text_fold(c, it->name, &folded));
    *ret_fit = name_fits(&f->words, folded);
    arena_restore(c->arena, m);
    return ERR_OK;
}

/* ---- order: the better fit, then what was asked for, then the id, so that a list is the same each time ---- */
static int by_id(const found *a, const found *b) { return str_cmp(a->item->product_id, b->item->product_id); }
static int down(int64_t a, int64_t b) { return a > b ? -1 : a < b; }

static int by_sales(const void *x, const void *y) {
    const found *a = x, *b = y;
    if (a->fit != b->fit) return b->fit - a->fit;
    int d = down(a->item->total_sales, b->item->total_sales);
    return d ? d : by_id(a, b);
}
static int by_age(const void *x, const void *y) {
    const found *a = x, *b = y;
    if (a->fit != b->fit) return b->fit - a->fit;
    int d = down(a->item->created_ms, b->item->created_ms);
    return d ? d : by_id(a, b);
}
static int by_price(const void *x, const void *y) {
    const found *a = x, *b = y;
    if (a->fit != b->fit) return b->fit - a->fit;
    int d = down(b->item->price_minor, a->item->price_minor);
    return d ? d : by_id(a, b);
}
static int by_price_down(const void *x, const void *y) {
    const found *a = x, *b = y;
    if (a->fit != b->fit) return b->fit - a->fit;
    int d = down(a->item->price_minor, b->item->price_minor);
    return d ? d : by_id(a, b);
}
static int (*const orders[])(const void *, const void *) = {
    [SHELF_BEST_FIRST] = by_sales, [SHELF_NEWEST] = by_age, [SHELF_CHEAPEST] = by_price, [SHELF_DEAREST] = by_price_down,
};

static err_code make_filter(ctx *c, const shelf_query *q, shelf_filter *ret_filter) {
    shelf_filter f = { .q = q, .by_words = q->words.n > 0 };
    str folded;
    if (q->category.n) f.category = term_hash(TERM_CATEGORY, q->category, STR(""));
    TRY(text_fold(c, q->words, &folded));
    f.words = split(folded);
    *ret_filter = f;
    return ERR_OK;
}

err_code shelf_pick(ctx *c, const serving *s, const shelf_query *q, shelf *ret_shelf) {
    shelf_filter f;
    if (!q->n || q->n > SHELF_MOST) return fail_field(c, ERR_INVALID, "n", "a list has 1 to %d products", SHELF_MOST);
    TRY(make_filter(c, q, &f));
    uint32_t slots = s->view.n_slots < SHELF_LOOKED_AT ? s->view.n_slots : SHELF_LOOKED_AT;
    found *all = arena_new_raw(c->arena, found, slots + 1);
    const catalogue_item **items = arena_new_raw(c->arena, const catalogue_item *, q->n);
    if (!all || !items) return fail(c, ERR_NO_MEMORY, "list the products");
    size_t n = 0;
    for (uint32_t i = 0; i < slots; i++) {
        const catalogue_item *it = catalogue_at(&s->view, i);
        int fit = 0;
        if (it) TRY(judge(c, it, &f, &fit));
        if (fit) all[n++] = (found){ it, fit };
    }
    qsort(all, n, sizeof *all, orders[q->order]);
    *ret_shelf = (shelf){ .items = items, .total = n };
    for (size_t i = q->from; i < n && ret_shelf->n < q->n; i++) items[ret_shelf->n++] = all[i].item;
    return ERR_OK;
}
