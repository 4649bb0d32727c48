/* Reports of the whole shop: what came in, what was caused, what goes together. */
#include <assert.h>
#include <string.h>
#include "base/limits.h"
#include "reports/affinity.h"
#include "reports/caused.h"
#include "reports/followed.h"
#include "reports/reports_int.h"
#include "reports/shop.h"

static err_code read_followed(const report_job *j, followed_table *t) {
    followed_table_init(t, j->c->arena, j->by, 0);
    TRY(followed_read(j->c, &j->from, t));
    followed_sort(t);
    return ERR_OK;
}

/* The dimension that a row is told by; REPORT_DIMENSIONS for the total. */
static report_dimension only(unsigned by) {
    for (int i = 0; i < REPORT_DIMENSIONS; i++)
        if (by == REPORT_BY(i)) return (report_dimension)i;
    return REPORT_DIMENSIONS;
}

/* The row of figures with that key; none: zeros. */
static followed_figures figures_at(const followed_table *t, report_dimension by, int64_t day, str key) {
    for (size_t i = 0; i < t->n; i++) {
        const followed_row *r = &t->rows[i];
        if (by == REPORT_DAY ? r->day == day : str_eq(r->key[by], key)) return r->f;
    }
    return (followed_figures){ 0 };
}

static int64_t click_money(const followed_figures *f) { return f->click_value - f->click_refunded; }
static int64_t view_money(const followed_figures *f) { return f->view_value - f->view_refunded; }

static followed_row keyed(report_dimension by, int64_t day, str key) {
    followed_row row = { .day = day };
    if (by < REPORT_DIMENSIONS) row.key[by] = key;
    return row;
}

/* ---- the shop at a glance ---- */
static const char *const shop_columns[] = {
    "visitors", "sessions", "orders", "conversion_rate", "revenue", "refunded", "average_order_value", "followed_orders",
    "followed_order_value", "impressions", "clicks", "click_rate", "click_revenue", "view_revenue",
};
static const char *const caused_in_short[] = { "caused_revenue", "caused_low", "caused_high", "caused_state" };

static void fill_shop(report_cell *at, const shop_figures *s, const followed_figures *f) {
    const report_cell cells[] = {
        cell_count(s->visitors), cell_count(s->sessions), cell_count(s->orders), cell_part(s->orders, s->visitors),
        cell_money(s->revenue - s->refunded), cell_money(s->refunded), cell_each(s->revenue - s->refunded, s->orders),
        cell_count(s->followed_orders), cell_each(s->followed_revenue - s->followed_refunded, s->followed_orders),
        cell_count(f->impressions), cell_count(f->clicks), cell_part(f->clicks, f->impressions), cell_money(click_money(f)),
        cell_money(view_money(f)),
    };
    static_assert(COUNT(cells) == COUNT(shop_columns), "a cell for each column");
    memcpy(at, cells, sizeof cells);
}

static bool may_be_shown(const caused_row *r) { return r->state == CAUSED_OK || r->state == CAUSED_FEW_BUYERS; }

static err_code fill_caused_in_short(report_job *j, report_cell *at) {
    caused_report r;
    TRY(caused_read(j->c, &j->from, caused_held_out_share(j->c, j->s), 0, &r));
    const holdout_report *h = &r.total.revenue;
    bool shown = may_be_shown(&r.total) && h->per_visitor.known;
    at[0] = shown ? cell_amount(h->caused) : cell_unknown();
    at[1] = shown ? cell_amount(h->caused_low) : cell_unknown();
    at[2] = shown ? cell_amount(h->caused_high) : cell_unknown();
    at[3] = cell_text(str_of(caused_state_words[r.total.state]));
    if (r.total.state != CAUSED_OK) sheet_note(j->out, caused_state_docs[r.total.state]);
    return ERR_OK;
}

err_code report_summary(report_job *j) {
    shop_report r;
    followed_table t;
    report_dimension by = only(j->by);
    TRY(shop_read(j->c, &j->from, j->by, &r));
    TRY(read_followed(j, &t));
    report_key_columns(j);
    size_t keys = j->out->n_columns;
    for (size_t i = 0; i < COUNT(shop_columns); i++) sheet_column(j->out, shop_columns[i]);
    for (size_t i = 0; !j->by && i < COUNT(caused_in_short); i++) sheet_column(j->out, caused_in_short[i]);
    for (size_t i = 0; i < r.n && j->by; i++) {
        report_cell *at = NULL;
        const followed_row row = keyed(by, r.rows[i].day, r.rows[i].key);
        const followed_figures f = figures_at(&t, by, r.rows[i].day, r.rows[i].key);
        TRY(report_row(j, &at));
        TRY(report_key_cells(j, &row, &at));
        fill_shop(at, &r.rows[i].f, &f);
    }
    j->out->has_total = true;
    fill_shop(j->out->total + keys, &r.total, &t.total.f);
    return j->by ? ERR_OK : fill_caused_in_short(j, j->out->total + keys + COUNT(shop_columns));
}

/* ---- what was caused ---- */
static const char *const caused_columns[] = {
    "state", "visitors", "visitors_held_out", "buyers", "buyers_held_out", "revenue", "revenue_held_out", "revenue_per_visitor",
    "revenue_per_visitor_held_out", "difference", "difference_low", "difference_high", "lift", "lift_low", "lift_high", "caused_revenue",
    "caused_low", "caused_high", "caused_share", "once_low", "once_high", "conversion_rate", "conversion_rate_held_out",
    "conversion_difference", "conversion_difference_low", "conversion_difference_high", "mixed", "click_revenue", "view_revenue",
};

static report_cell per(double sum, double n) { return n > 0 ? cell_amount(sum / n) : cell_unknown(); }
static report_cell part(double sum, double n) { return n > 0 ? cell_share(sum / n) : cell_unknown(); }
static report_cell amount_if(bool known, double x) { return known ? cell_amount(x) : cell_unknown(); }
static report_cell share_if(bool known, double x) { return known ? cell_share(x) : cell_unknown(); }

static void fill_caused(report_cell *at, const caused_row *r, const followed_figures *f) {
    const moments *y0 = &r->sums.revenue[CAUSED_HELD_OUT], *y1 = &r->sums.revenue[CAUSED_TREATED];
    const moments *b0 = &r->sums.buyers[CAUSED_HELD_OUT], *b1 = &r->sums.buyers[CAUSED_TREATED];
    const holdout_report *h = &r->revenue;
    bool shown = may_be_shown(r), d = shown && h->per_visitor.known, l = shown && h->lift.known, o = shown && r->once.known;
    bool k = shown && r->buyers.per_visitor.known;
    const report_cell cells[] = {
        cell_text(str_of(caused_state_words[r->state])), cell_count((int64_t)y1->n), cell_count((int64_t)y0->n),
        cell_count((int64_t)b1->y), cell_count((int64_t)b0->y), cell_money((int64_t)y1->y), cell_money((int64_t)y0->y),
        per(y1->y, y1->n), per(y0->y, y0->n),
        amount_if(d, h->per_visitor.value), amount_if(d, h->per_visitor.low), amount_if(d, h->per_visitor.high),
        share_if(l, h->lift.value), share_if(l, h->lift.low), share_if(l, h->lift.high),
        amount_if(d, h->caused), amount_if(d, h->caused_low), amount_if(d, h->caused_high), share_if(d, h->caused_share),
        amount_if(o, r->once.low * y1->n), amount_if(o, r->once.high * y1->n),
        part(b1->y, b1->n), part(b0->y, b0->n),
        share_if(k, r->buyers.per_visitor.value), share_if(k, r->buyers.per_visitor.low), share_if(k, r->buyers.per_visitor.high),
        cell_count(r->sums.mixed), cell_money(click_money(f)), cell_money(view_money(f)),
    };
    static_assert(COUNT(cells) == COUNT(caused_columns), "a cell for each column");
    memcpy(at, cells, sizeof cells);
}

static void add_money(followed_figures *to, const followed_figures *x) {
    to->click_value += x->click_value, to->click_refunded += x->click_refunded;
    to->view_value += x->view_value, to->view_refunded += x->view_refunded;
}

err_code report_caused(report_job *j) {
    caused_report r;
    followed_table t;
    followed_figures so_far = { 0 };
    report_dimension by = only(j->by);
    TRY(caused_read(j->c, &j->from, caused_held_out_share(j->c, j->s), j->by, &r));
    TRY(read_followed(j, &t));
    report_key_columns(j);
    size_t keys = j->out->n_columns;
    for (size_t i = 0; i < COUNT(caused_columns); i++) sheet_column(j->out, caused_columns[i]);
    for (size_t i = 0; i < r.n; i++) {
        report_cell *at = NULL;
        const followed_row row = keyed(by, r.rows[i].day, r.rows[i].key);
        followed_figures f = figures_at(&t, by, r.rows[i].day, r.rows[i].key);
        add_money(&so_far, &f);
        TRY(report_row(j, &at));
        TRY(report_key_cells(j, &row, &at));
        fill_caused(at, &r.rows[i], by == REPORT_DAY ? &so_far : &f);
    }
    if (by == REPORT_DAY) sheet_note(j->out, "each day's row holds everything from the first day to that evening");
    if (r.total.state != CAUSED_OK) sheet_note(j->out, caused_state_docs[r.total.state]);
    j->out->has_total = true;
    fill_caused(j->out->total + keys, &r.total, &t.total.f);
    return ERR_OK;
}

/* ---- what goes together ---- */
static const char *const affinity_columns[] = {
    "product_a", "name_a", "product_b", "name_b", "orders", "orders_a", "orders_b", "support", "a_to_b", "b_to_a", "lift",
};

static err_code write_pair(report_job *j, const affinity *m, const affinity_pair *p) {
    const affinity_item *a = &m->items[p->a], *b = &m->items[p->b];
    str name_a, name_b;
    report_cell *at = NULL;
    TRY(report_product_name(j, a->product_id, &name_a));
    TRY(report_product_name(j, b->product_id, &name_b));
    TRY(report_row(j, &at));
    const report_cell cells[] = {
        cell_text(a->product_id), cell_text(name_a), cell_text(b->product_id), cell_text(name_b), cell_count(p->orders),
        cell_count(a->orders), cell_count(b->orders), cell_share(p->support), cell_share(p->a_to_b), cell_share(p->b_to_a),
        cell_share(p->lift),
    };
    static_assert(COUNT(cells) == COUNT(affinity_columns), "a cell for each column");
    memcpy(at, cells, sizeof cells);
    return ERR_OK;
}

err_code report_affinity(report_job *j) {
    affinity m;
    affinity_params p = { .least_orders = j->q->min_orders ? j->q->min_orders : 2, .most = report_limit(j),
                          .by_lift = str_eq(j->q->sort, STR("lift")) };
    if (j->q->sort.n && !p.by_lift && !str_eq(j->q->sort, STR("orders")))
        return fail_field(j->c, ERR_INVALID, "sort", "'sort' must be orders or lift");
    TRY(affinity_read(j->c, &j->from, &p, &m));
    for (size_t i = 0; i < COUNT(affinity_columns); i++) sheet_column(j->out, affinity_columns[i]);
    for (size_t i = 0; i < m.n_pairs; i++) TRY(write_pair(j, &m, &m.pairs[i]));
    return ERR_OK;
}
