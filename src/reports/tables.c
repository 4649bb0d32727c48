/* Reports of what followed answers: the same figures in other columns. */
#include <stdlib.h>
#include "base/limits.h"
#include "experiments/fixed.h"
#include "reports/followed.h"
#include "reports/reports_int.h"

enum { PERFORMERS = 10 };
#define ALPHA 0.05

/* ---- columns ---- */
typedef report_cell figure_cell(const followed_figures *f);
typedef struct { const char *name; figure_cell *cell; } figure_column;

/* Wilson's interval, which stays within 0 and 1 and does not need many. */
static report_cell bound(int64_t hits, int64_t n, bool high) {
    double ends[2];
    if (n <= 0 || hits > n) return cell_unknown();
    fixed_share_interval((double)hits, (double)n, ALPHA, &ends[0], &ends[1]);
    return cell_share(ends[high]);
}

#define COUNT_CELL(name, figure) static report_cell name(const followed_figures *f) { return cell_count(f->figure); }
COUNT_CELL(impressions, impressions)
COUNT_CELL(clicks, clicks)
COUNT_CELL(carts, carts)
COUNT_CELL(dismissals, dismissals)
COUNT_CELL(click_orders, click_orders)
COUNT_CELL(click_lines, click_lines)
COUNT_CELL(view_orders, view_orders)
COUNT_CELL(view_lines, view_lines)
static int64_t net_click(const followed_figures *f) { return f->click_value - f->click_refunded; }
static report_cell click_revenue(const followed_figures *f) { return cell_money(net_click(f)); }
static report_cell click_refunded(const followed_figures *f) { return cell_money(f->click_refunded); }
static report_cell view_revenue(const followed_figures *f) { return cell_money(f->view_value - f->view_refunded); }
static report_cell view_refunded(const followed_figures *f) { return cell_money(f->view_refunded); }
static report_cell click_rate(const followed_figures *f) { return cell_part(f->clicks, f->impressions); }
static report_cell click_rate_low(const followed_figures *f) { return bound(f->clicks, f->impressions, false); }
static report_cell click_rate_high(const followed_figures *f) { return bound(f->clicks, f->impressions, true); }
static report_cell cart_rate(const followed_figures *f) { return cell_part(f->carts, f->impressions); }
static report_cell buy_rate(const followed_figures *f) { return cell_part(f->click_lines, f->clicks); }
static report_cell per_thousand(const followed_figures *f) { return cell_each(1000 * net_click(f), f->impressions); }
static report_cell order_value(const followed_figures *f) { return cell_each(net_click(f), f->click_orders); }
static report_cell carts_of_clicks(const followed_figures *f) { return cell_part(f->carts, f->clicks); }
static report_cell bought_of_carts(const followed_figures *f) { return cell_part(f->click_lines, f->carts); }
static report_cell bought_of_all(const followed_figures *f) { return cell_part(f->click_lines, f->impressions); }
static report_cell bought_low(const followed_figures *f) { return bound(f->click_lines, f->impressions, false); }
static report_cell bought_high(const followed_figures *f) { return bound(f->click_lines, f->impressions, true); }

static const figure_column performance_columns[] = {
    { "impressions", impressions }, { "clicks", clicks }, { "click_rate", click_rate }, { "click_rate_low", click_rate_low },
    { "click_rate_high", click_rate_high }, { "carts", carts }, { "cart_rate", cart_rate }, { "orders", click_orders },
    { "purchases", click_lines }, { "conversion_rate", buy_rate }, { "revenue", click_revenue }, { "refunded", click_refunded },
    { "revenue_per_1000", per_thousand }, { "order_value", order_value }, { "dismissals", dismissals },
};
static const figure_column attributed_columns[] = {
    { "click_orders", click_orders }, { "click_purchases", click_lines }, { "click_revenue", click_revenue },
    { "click_refunded", click_refunded }, { "view_orders", view_orders }, { "view_purchases", view_lines },
    { "view_revenue", view_revenue }, { "view_refunded", view_refunded },
};
static const figure_column funnel_columns[] = {
    { "impressions", impressions }, { "clicks", clicks }, { "carts", carts }, { "purchases", click_lines }, { "click_rate", click_rate },
    { "click_rate_low", click_rate_low }, { "click_rate_high", click_rate_high }, { "cart_of_clicks", carts_of_clicks },
    { "purchase_of_carts", bought_of_carts }, { "purchase_rate", bought_of_all }, { "purchase_rate_low", bought_low },
    { "purchase_rate_high", bought_high },
};
static const figure_column performer_columns[] = {
    { "impressions", impressions }, { "clicks", clicks }, { "click_rate", click_rate }, { "click_rate_low", click_rate_low },
    { "click_rate_high", click_rate_high }, { "orders", click_orders }, { "purchases", click_lines }, { "revenue", click_revenue },
    { "revenue_per_1000", per_thousand },
};

static void fill(report_cell *at, const figure_column *columns, size_t n, const followed_figures *f) {
    for (size_t i = 0; i < n; i++) at[i] = columns[i].cell(f);
}

/* ---- order ---- */
typedef int64_t sort_value(const followed_row *r);
static int64_t by_revenue(const followed_row *r) { return net_click(&r->f); }
static int64_t by_clicks(const followed_row *r) { return r->f.clicks; }
static int64_t by_impressions(const followed_row *r) { return r->f.impressions; }
static const struct { const char *word; sort_value *value; } sorts[] = {
    { "key", NULL }, { "revenue", by_revenue }, { "clicks", by_clicks }, { "impressions", by_impressions },
};

/* Rows come by key, so equal values stay in that order when the place decides. */
typedef struct { int64_t value; size_t place; const followed_row *row; } ranked;
static int compare(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->row->others != y->row->others) return x->row->others - y->row->others;
    if (x->value != y->value) return x->value > y->value ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static err_code find_sort(const report_job *j, sort_value **ret_value) {
    str word = j->q->sort;
    if (!word.n) word = !j->by || j->by & REPORT_BY(REPORT_DAY) ? STR("key") : STR("revenue");
    for (size_t i = 0; i < COUNT(sorts); i++)
        if (str_eq(word, str_of(sorts[i].word))) return *ret_value = sorts[i].value, ERR_OK;
    return fail_field(j->c, ERR_INVALID, "sort", "'sort' must be key, revenue, clicks or impressions");
}

static err_code sort_rows(const report_job *j, const followed_table *t, ranked **ret_rows) {
    sort_value *value = NULL;
    TRY(find_sort(j, &value));
    ranked *rows = arena_new(j->c->arena, ranked, t->n + 1);
    if (!rows) return fail(j->c, ERR_NO_MEMORY, "sort a report");
    for (size_t i = 0; i < t->n; i++) rows[i] = (ranked){ value ? value(&t->rows[i]) : 0, i, &t->rows[i] };
    qsort(rows, t->n, sizeof *rows, compare);
    *ret_rows = rows;
    return ERR_OK;
}

/* ---- the tables ---- */
static err_code read_rows(const report_job *j, followed_table *t) {
    followed_table_init(t, j->c->arena, j->by, 0);
    TRY(followed_read(j->c, &j->from, t));
    followed_sort(t);
    return ERR_OK;
}

static err_code make_table(report_job *j, const figure_column *columns, size_t n) {
    followed_table t;
    ranked *rows = NULL;
    TRY(read_rows(j, &t));
    TRY(sort_rows(j, &t, &rows));
    report_key_columns(j);
    size_t keys = j->out->n_columns;
    for (size_t i = 0; i < n; i++) sheet_column(j->out, columns[i].name);
    for (size_t i = 0; i < t.n && i < report_limit(j); i++) {
        report_cell *at = NULL;
        TRY(report_row(j, &at));
        TRY(report_key_cells(j, rows[i].row, &at));
        fill(at, columns, n, &rows[i].row->f);
    }
    j->out->left_out = t.n > report_limit(j) ? t.n - report_limit(j) : 0;
    j->out->has_total = true;
    fill(j->out->total + keys, columns, n, &t.total.f);
    return ERR_OK;
}

err_code report_performance(report_job *j) { return make_table(j, performance_columns, COUNT(performance_columns)); }
err_code report_attributed(report_job *j) { return make_table(j, attributed_columns, COUNT(attributed_columns)); }
err_code report_funnel(report_job *j) { return make_table(j, funnel_columns, COUNT(funnel_columns)); }

/* ---- best and worst ---- */
/* What could at best be true of how often it is clicked: few impressions leave that open, so nothing is called bad for lack of them. */
static double click_chance(const followed_row *r) {
    report_cell x = click_rate_high(&r->f);
    return x.kind == CELL_SHARE ? x.v.x : 2;
}

static int compare_worst(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    double p = click_chance(x->row), q = click_chance(y->row);
    if (p < q || p > q) return p < q ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

static err_code write_performer(report_job *j, const char *list, int64_t rank, const followed_row *row) {
    report_cell *at = NULL;
    TRY(report_row(j, &at));
    *at++ = cell_text(str_of(list));
    *at++ = cell_count(rank);
    TRY(report_key_cells(j, row, &at));
    fill(at, performer_columns, COUNT(performer_columns), &row->f);
    return ERR_OK;
}

/* Earned most, as far as anything was earned. *ret_n: the rest begins there. */
static err_code write_best(report_job *j, const ranked *rows, size_t n, size_t most, size_t *ret_n) {
    size_t i = 0;
    for (; i < n && i < most && rows[i].value > 0; i++) TRY(write_performer(j, "best", (int64_t)i + 1, rows[i].row));
    *ret_n = i;
    return ERR_OK;
}

err_code report_performers(report_job *j) {
    followed_table t;
    ranked *rows = NULL;
    size_t most = j->q->limit ? report_limit(j) : PERFORMERS, best = 0, n = 0;
    if (j->q->sort.n) return fail_field(j->c, ERR_INVALID, "sort", "best and worst have their own order; leave 'sort' out");
    TRY(read_rows(j, &t));
    rows = arena_new(j->c->arena, ranked, t.n + 1);
    if (!rows) return fail(j->c, ERR_NO_MEMORY, "sort a report");
    for (size_t i = 0; i < t.n; i++)
        if (!t.rows[i].others) rows[n++] = (ranked){ by_revenue(&t.rows[i]), i, &t.rows[i] };
    qsort(rows, n, sizeof *rows, compare);
    sheet_column(j->out, "list");
    sheet_column(j->out, "rank");
    report_key_columns(j);
    for (size_t i = 0; i < COUNT(performer_columns); i++) sheet_column(j->out, performer_columns[i].name);
    TRY(write_best(j, rows, n, most, &best));
    qsort(rows + best, n - best, sizeof *rows, compare_worst);
    for (size_t i = best; i < n && i - best < most && rows[i].row->f.impressions > 0; i++)
        TRY(write_performer(j, "worst", (int64_t)(i - best) + 1, rows[i].row));
    return ERR_OK;
}
