/* Reads the log through reports/ and keeps what it says. */
#include "insights/day.h"
#include <string.h>
#include "base/limits.h"
#include "base/zone.h"
#include "insights/findings.h"
#include "reports/followed.h"
#include "reports/shop.h"
#include "storage/queries.h"

enum { WEEK = 7, WEEKS_BEFORE = 4, PARTS_MOST = 64, PRODUCTS_MOST = 2000 };

/* ---- keeping a day ---- */

/* {"cart":[impressions,clicks,sold],...} of a table by one dimension */
static err_code write_parts(ctx *c, const followed_table *t, report_dimension by, str *ret_json) {
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    jw_object(&w);
    for (size_t i = 0; i < t->n && i < PARTS_MOST; i++) {
        if (t->rows[i].others || !t->rows[i].key[by].n) continue;
        jw_key_str(&w, t->rows[i].key[by]);
        jw_array(&w);
        jw_i64(&w, t->rows[i].f.impressions);
        jw_i64(&w, t->rows[i].f.clicks);
        jw_i64(&w, t->rows[i].f.click_lines);
        jw_end_array(&w);
    }
    jw_end_object(&w);
    *ret_json = buf_view(&b);
    return buf_err(&b) ? fail(c, buf_err(&b), "keep what was clicked") : ERR_OK;
}

/* Rows of the day added up by one of their dimensions. */
static err_code parts_of(ctx *c, const report_day *day, report_dimension by, str *ret_json) {
    followed_table t;
    followed_table_init(&t, c->arena, REPORT_BY(by), PARTS_MOST);
    for (size_t i = 0; i < day->n; i++) {
        report_place at = { 0 };
        memcpy(at.of, day->rows[i].key, sizeof at.of);
        TRY(followed_add(c, &t, &at, &day->rows[i].f, 0));
    }
    followed_sort(&t);
    return write_parts(c, &t, by, ret_json);
}

static err_code read_day(ctx *c, db *d, const store *s, int64_t day, day_insight *ret_row) {
    report_day followed;
    shop_report shop;
    TRY(reports_day(c, d, s->store_id, s->time_zone, day, &followed));
    TRY(shop_read(c, &(report_source){ .d = d, .store_id = s->store_id, .period = &followed.period }, 0, &shop));
    const followed_figures *f = &followed.total;
    *ret_row = (day_insight){
        .store_id = s->store_id, .day = day, .visitors = shop.total.visitors, .impressions = f->impressions, .clicks = f->clicks,
        .carts = f->carts, .dismissals = f->dismissals, .sold = f->click_lines, .sold_value = f->click_value - f->click_refunded,
        .orders = shop.total.orders, .revenue = shop.total.revenue - shop.total.refunded, .made_ms = ctx_now_ms(c),
    };
    TRY(parts_of(c, &followed, REPORT_SOURCE, &ret_row->by_source));
    return parts_of(c, &followed, REPORT_PLACEMENT, &ret_row->by_placement);
}

/* ---- judging it ---- */

typedef struct { insight_part at[PARTS_MOST]; size_t n; } parts;

static insight_part *part_named(parts *p, str name) {
    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->at[i].place, name)) return &p->at[i];
    if (p->n == PARTS_MOST) return NULL;
    p->at[p->n] = (insight_part){ .place = name };
    return &p->at[p->n++];
}

static void add_parts(parts *p, const json_value *o, bool this_week) {
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        int64_t seen = 0, clicks = 0, sold = 0;
        const json_value *v = jr_member_value(it);
        insight_part *part = part_named(p, jr_member_key(it));
        if (!part || !jr_i64(jr_at(v, 0), &seen) || !jr_i64(jr_at(v, 1), &clicks) || !jr_i64(jr_at(v, 2), &sold)) continue;
        if (this_week) part->impressions += (double)seen, part->clicks += (double)clicks, part->lines += (double)sold;
        else part->clicks_before += (double)clicks;
    }
}

/* Parts of the last week, and their clicks of the four before. days: oldest first. */
static err_code add_up(ctx *c, const day_insight *days, size_t n, size_t member, parts *ret) {
    *ret = (parts){ .n = 0 };
    size_t from = n > WEEK * (1 + WEEKS_BEFORE) ? n - WEEK * (1 + WEEKS_BEFORE) : 0;
    for (size_t i = from; i < n; i++) {
        const json_value *o = NULL;
        str text = *(const str *)(const void *)((const char *)&days[i] + member);
        if (text.n) TRY(json_parse(c, text, JSON_READ_STRICT, &o));
        add_parts(ret, o, i + WEEK >= n);
    }
    return ERR_OK;
}

static err_code products_of_week(ctx *c, db *d, const store *s, int64_t day, insight_part **ret_parts, size_t *ret_n) {
    report_period period;
    followed_table t;
    TRY(report_period_make(c, s->time_zone, day - WEEK + 1, day, &period));
    followed_table_init(&t, c->arena, REPORT_BY(REPORT_PLACEMENT) | REPORT_BY(REPORT_PRODUCT), PRODUCTS_MOST);
    TRY(followed_read(c, &(report_source){ .d = d, .store_id = s->store_id, .period = &period }, &t));
    insight_part *p = arena_new(c->arena, insight_part, t.n);
    if (!p) return fail(c, ERR_NO_MEMORY, "judge %zu products", t.n);
    for (size_t i = 0; i < t.n; i++) {
        const followed_row *row = &t.rows[i];
        p[i] = (insight_part){ row->key[REPORT_PLACEMENT], row->others ? (str){ 0 } : row->key[REPORT_PRODUCT], (double)row->f.impressions,
                               (double)row->f.clicks, (double)row->f.click_lines, 0 };
    }
    *ret_parts = p;
    *ret_n = t.n;
    return ERR_OK;
}

static err_code name_product(ctx *c, db *d, int64_t store_id, str id, str *ret_name) {
    product row = { .store_id = store_id, .product_id = id };
    err_code e = id.n ? storage_get(c, d, &product_entity, &row) : ERR_NOT_FOUND;
    if (!e) *ret_name = row.name;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_code name_products(ctx *c, db *d, int64_t store_id, finding *f, size_t n) {
    for (size_t i = 0; i < n; i++) {
        TRY(name_product(c, d, store_id, f[i].subject, &f[i].subject_name));
        if (f[i].kind != FINDING_PLACE) TRY(name_product(c, d, store_id, f[i].other, &f[i].other_name));
    }
    return ERR_OK;
}

/* Days that follow each other, oldest first, the newest last; days without a row are days without anything. */
static insight_figures *figures_of(ctx *c, const day_insight *days, size_t n, int64_t first, size_t n_days) {
    insight_figures *f = arena_new(c->arena, insight_figures, n_days);
    for (size_t i = 0; f && i < n; i++)
        f[days[i].day - first] = (insight_figures){ (double)days[i].visitors, (double)days[i].impressions, (double)days[i].clicks,
                                                    (double)days[i].orders, (double)days[i].revenue };
    return f;
}

static err_code judge(ctx *c, db *d, const store *s, const day_insight *days, size_t n, finding **ret_findings, size_t *ret_n) {
    int64_t first = days[0].day, newest = days[n - 1].day;
    size_t n_days = (size_t)(newest - first + 1);
    insight_part *products = NULL;
    size_t n_products = 0;
    parts *sources = arena_new(c->arena, parts, 1), *placements = arena_new(c->arena, parts, 1);
    insight_figures *figures = figures_of(c, days, n, first, n_days);
    if (!sources || !placements || !figures) return fail(c, ERR_NO_MEMORY, "judge %zu days", n_days);
    TRY(add_up(c, days, n, offsetof(day_insight, by_source), sources));
    TRY(add_up(c, days, n, offsetof(day_insight, by_placement), placements));
    TRY(products_of_week(c, d, s, newest, &products, &n_products));
    const insight_facts x = { figures, n_days, first, products, sources->at, placements->at, n_products, sources->n, placements->n };
    return findings_make(c, &x, ret_findings, ret_n);
}

/* ---- reading ---- */

typedef struct { int64_t day[INSIGHT_DAYS]; size_t n; } day_list;

static err_code take_day(void *arg, const sql_value *columns, size_t n_columns) {
    day_list *l = arg;
    if (n_columns && l->n < INSIGHT_DAYS) l->day[l->n++] = columns[0].v.i;
    return ERR_OK;
}

err_code insights_read(ctx *c, db *d, int64_t store_id, int64_t before_day, size_t limit, day_insight **ret_days, size_t *ret_n) {
    if (limit < 1 || limit > INSIGHT_DAYS) return fail_field(c, ERR_INVALID, "limit", "1 to %d days at once", INSIGHT_DAYS);
    day_list l = { .n = 0 };
    sql_value binds[] = { SQL_INT(store_id), SQL_INT(before_day), SQL_INT((int64_t)limit) };
    TRY(storage_query(c, d, &query_insight_days, binds, COUNT(binds), take_day, &l));
    day_insight *rows = arena_new(c->arena, day_insight, l.n);
    if (!rows) return fail(c, ERR_NO_MEMORY, "read %zu days", l.n);
    for (size_t i = 0; i < l.n; i++) {
        rows[i] = (day_insight){ .store_id = store_id, .day = l.day[i] };
        TRY(storage_get(c, d, &day_insight_entity, &rows[i]));
    }
    *ret_days = rows;
    *ret_n = l.n;
    return ERR_OK;
}

/* ---- catching up ---- */

/* Was the newest day judged? Empty findings: kept, and then something ended us. */
static err_code is_judged(ctx *c, db *d, int64_t store_id, bool *ret_judged) {
    day_insight *row = NULL;
    size_t n = 0;
    TRY(insights_read(c, d, store_id, 0, 1, &row, &n));
    *ret_judged = n == 0 || row->findings.n > 0;
    return ERR_OK;
}

/* The first day to be kept: behind the newest kept one, not before the shop's first event, nor more than INSIGHT_DAYS back. */
static err_code first_missing(ctx *c, db *d, const store *s, int64_t yesterday, int64_t *ret_day) {
    sql_value id = SQL_INT(s->store_id), binds[] = { id, SQL_INT(0), SQL_INT(1) };
    int64_t newest = 0, first_ms = 0, day = yesterday - INSIGHT_DAYS + 1;
    TRY(storage_query_i64(c, d, &query_insight_days, binds, COUNT(binds), 0, &newest));
    TRY(storage_query_i64(c, d, &query_first_event_ms, &id, 1, 0, &first_ms));
    int64_t began = first_ms ? zone_day_of(c, s->time_zone, first_ms) : yesterday + 1;
    if (day < began) day = began;
    *ret_day = newest >= day ? newest + 1 : day;
    return ERR_OK;
}

static err_code keep_day(ctx *c, db *d, const store *s, int64_t day) {
    day_insight row;
    arena_mark mark = arena_save(c->arena);
    TRY(read_day(c, d, s, day, &row));
    TRY(storage_put(c, d, &day_insight_entity, &row));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* What else is known, as far as there is room. */
static size_t add_moved(const insight_options *o, finding *f, size_t n) {
    for (size_t i = 0; i < o->n_moved && n < LIMIT_FINDINGS; i++) f[n++] = o->moved[i];
    return n;
}

static err_code judge_newest(ctx *c, db *d, const store *s, const insight_options *o) {
    day_insight *newest_first = NULL, *days;
    finding *f = NULL;
    size_t n = 0, n_findings = 0;
    TRY(insights_read(c, d, s->store_id, 0, INSIGHT_DAYS, &newest_first, &n));
    days = arena_new(c->arena, day_insight, n);
    if (!days) return fail(c, ERR_NO_MEMORY, "judge %zu days", n);
    size_t m = 0;
    for (size_t i = n; i-- > 0;)
        if (newest_first[i].day > newest_first[0].day - INSIGHT_DAYS) days[m++] = newest_first[i];
    TRY(judge(c, d, s, days, m, &f, &n_findings));
    n_findings = add_moved(o, f, n_findings);
    TRY(name_products(c, d, s->store_id, f, n_findings));
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 64 * KIB);
    jw_init(&w, &b);
    findings_write(&w, f, n_findings);
    if (buf_err(&b)) return fail(c, buf_err(&b), "keep what was learned");
    days[m - 1].findings = buf_view(&b);
    return storage_put(c, d, &day_insight_entity, &days[m - 1]);
}

err_code insights_catch_up(ctx *c, db *d, const store *s, const insight_options *o, size_t *ret_days) {
    int64_t yesterday = zone_day_of(c, s->time_zone, o->now_ms) - 1, first = 0;
    *ret_days = 0;
    TRY(first_missing(c, d, s, yesterday, &first));
    for (int64_t day = first; day <= yesterday; day++) {
        TRY(ctx_check(c));
        if (o->told) o->told(o->arg, day - first, yesterday - first + 1);
        TRY(keep_day(c, d, s, day));
        ++*ret_days;
    }
    bool judged = true;
    TRY(is_judged(c, d, s->store_id, &judged));
    return judged ? ERR_OK : judge_newest(c, d, s, o);
}
