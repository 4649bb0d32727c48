/* Rows found by a hash of their key, figures added; see figures.h. */
#include "reports/figures.h"
#include <stdlib.h>
#include "base/grow.h"
#include "base/limits.h"

const char *const report_dimension_words[REPORT_DIMENSIONS] = {
#define X(name, word, doc) word,
    REPORT_DIMENSION_LIST(X)
#undef X
};

/* One figure after the other. */
enum { FIGURES = sizeof(followed_figures) / sizeof(int64_t) };

str report_segment(int64_t first_ms, int64_t now_ms) {
    if (first_ms <= 0) return STR("");
    return now_ms - first_ms < MS_PER_DAY ? STR("new") : STR("returning");
}

void followed_table_init(followed_table *t, arena *home, unsigned by, size_t most) {
    *t = (followed_table){ .home = home, .by = by, .most = most ? most : LIMIT_REPORT_ROWS };
    map64_init(&t->at, home);
}

static void add_figures(followed_row *r, const followed_figures *x, uint64_t order) {
    int64_t *to = (int64_t *)&r->f;
    const int64_t *from = (const int64_t *)x;
    for (size_t i = 0; i < FIGURES; i++) to[i] += from[i];
    if (x->click_lines && r->click_order != order) r->click_order = order, r->f.click_orders++;
    if (x->view_lines && r->view_order != order) r->view_order = order, r->f.view_orders++;
}

static bool is_by(const followed_table *t, int dimension) { return t->by & REPORT_BY(dimension); }

static uint64_t hash_place(const followed_table *t, const report_place *at) {
    uint64_t h = is_by(t, REPORT_DAY) ? hash_bytes(&at->day, sizeof at->day, t->by) : t->by;
    for (int i = REPORT_DAY + 1; i < REPORT_DIMENSIONS; i++)
        if (is_by(t, i)) h = hash_bytes(at->of[i].p, at->of[i].n, h + 1);
    return h;
}

static bool copy_key(const followed_table *t, const report_place *at, followed_row *row) {
    row->day = is_by(t, REPORT_DAY) ? at->day : 0;
    for (int i = REPORT_DAY + 1; i < REPORT_DIMENSIONS; i++) {
        if (!is_by(t, i)) continue;
        row->key[i] = str_dup(t->home, at->of[i]);
        if (!row->key[i].p) return false;
    }
    return true;
}

/* The last place is for all others. NULL when memory ends. */
static followed_row *row_of(followed_table *t, const report_place *at) {
    uint64_t key = hash_place(t, at);
    const uint32_t *known = map64_find(&t->at, key);
    if (known) return &t->rows[*known];
    if (t->n == t->most) return &t->rows[t->n - 1];
    followed_row row = { .others = t->n + 1 == t->most };
    void *more = grow_array(t->home, t->rows, t->n, &t->room, sizeof *t->rows);
    if (!more) return NULL;
    t->rows = more;
    if (!row.others) {
        if (!copy_key(t, at, &row)) return NULL;
        uint32_t *place = map64_at(&t->at, key);
        if (!place) return NULL;
        *place = (uint32_t)t->n;
    }
    t->rows[t->n] = row;
    return &t->rows[t->n++];
}

static err_code add_to(ctx *c, followed_table *t, const report_place *at, const followed_figures *x, uint64_t order) {
    followed_row *row = row_of(t, at);
    if (!row) return fail(c, ERR_NO_MEMORY, "the rows of a report");
    add_figures(row, x, order);
    return ERR_OK;
}

err_code followed_add(ctx *c, followed_table *t, const report_place *at, const followed_figures *x, uint64_t order) {
    add_figures(&t->total, x, order);
    if (!t->by) return ERR_OK;
    if (!is_by(t, REPORT_ARM) || !at->of[REPORT_ARM].n) return add_to(c, t, at, x, order);
    report_place one = *at;
    for (str rest = at->of[REPORT_ARM]; rest.p;) {
        one.of[REPORT_ARM] = str_cut(&rest, ' ');
        if (one.of[REPORT_ARM].n) TRY(add_to(c, t, &one, x, order));
    }
    return ERR_OK;
}

static int compare(const void *a, const void *b) {
    const followed_row *x = a, *y = b;
    if (x->others != y->others) return x->others - y->others;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    for (int i = 0; i < REPORT_DIMENSIONS; i++) {
        int order = str_cmp(x->key[i], y->key[i]);
        if (order) return order;
    }
    return 0;
}

void followed_sort(followed_table *t) {
    if (t->n) qsort(t->rows, t->n, sizeof *t->rows, compare);
    map64_init(&t->at, t->home);            /* places moved: nothing is added any more */
}
