/* What followed answers, against a count written in another way: for each event, is there no earlier one like it? */
#include "reports/followed.h"
#include "base/zone.h"
#include "tests/reports/made_log.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* ---- the slow way ---- */
/* Does the event tell of position k of answer a? With `kind`, only when it is of that kind. */
static bool tells(const made_log *l, size_t event, size_t a, size_t k) {
    const made_event *e = &l->events[event];
    if (e->answer != a || l->answers[a].held_out || e->ms - l->answers[a].ms > MS_PER_DAY) return false;
    if (same(e->kind, "impression") && !e->product && !e->listed[0]) return true;
    const char *id = l->answers[a].product[k];
    return same(id, e->product) || (same(e->kind, "impression") && (same(id, e->listed[0]) || same(id, e->listed[1])));
}

static bool counts(const made_log *l, size_t event) {
    const made_event *e = &l->events[event];
    return !e->robot && !(l->visitors[e->visitor].row && l->visitors[e->visitor].robot) && !same(e->kind, "view");
}

static const char *teller(const made_log *l, size_t event) { return l->visitors[l->events[event].visitor].id; }

/* Answer and position that the event is about; false when about none. */
static bool about(const made_log *l, size_t event, size_t a, size_t k) {
    const made_event *e = &l->events[event];
    if (!counts(l, event)) return false;
    if (!same(e->kind, "cart_add")) return !same(e->kind, "widget_dismiss") && tells(l, event, a, k);
    if (e->answer != SIZE_MAX)
        for (size_t i = 0; i < l->answers[e->answer].n; i++)
            if (tells(l, event, e->answer, i)) return e->answer == a && i == k;
    for (size_t before = event; before-- > 0 && teller(l, event)[0];) {
        const made_event *b = &l->events[before];
        if (!same(b->kind, "click") || !counts(l, before)) continue;
        if (!same(b->product, e->product) || !same(teller(l, before), teller(l, event))) continue;
        for (size_t i = 0; i < l->answers[b->answer].n; i++)
            if (tells(l, before, b->answer, i)) return b->answer == a && i == k && e->ms - l->answers[a].ms <= MS_PER_DAY;
    }
    return false;
}

/* Is it the first of its visitor about this position? With `kind`, the first of that kind. */
static bool is_first(const made_log *l, size_t event, size_t a, size_t k, const char *kind) {
    for (size_t before = 0; before < event; before++) {
        bool alike = same(teller(l, before), teller(l, event)) && (!kind || same(l->events[before].kind, kind));
        if (alike && about(l, before, a, k)) return false;
    }
    return true;
}

static bool is_first_dismissal(const made_log *l, size_t event) {
    const made_event *e = &l->events[event];
    for (size_t before = 0; before < event; before++)
        if (same(teller(l, before), teller(l, event)) && l->events[before].answer == e->answer && counts(l, before) &&
            same(l->events[before].kind, "widget_dismiss"))
            return false;
    return true;
}

typedef struct { report_place at; followed_figures x; const char *order; } fact;
typedef struct { ctx *c; const made_log *l; fact of[8000]; size_t n; } facts;

static str segment_of(const made_visitor *v, int64_t ms) {
    if (!v->row) return STR("");
    return ms < v->first_ms + MS_PER_DAY ? STR("new") : STR("returning");
}

static fact fact_of(const facts *f, size_t a, size_t k, const made_visitor *v, int64_t ms) {
    const made_answer *answer = &f->l->answers[a];
    fact x = { .at.day = zone_day_of(f->c, MADE_ZONE, ms) };
    x.at.of[REPORT_PLACEMENT] = str_of(answer->placement);
    x.at.of[REPORT_ARM] = str_of(answer->arms);
    x.at.of[REPORT_DEVICE] = v->row ? str_of(v->device) : STR("");
    x.at.of[REPORT_SEGMENT] = segment_of(v, answer->ms);
    x.at.of[REPORT_SOURCE] = k < answer->n ? str_of(answer->source[k]) : STR("");
    x.at.of[REPORT_PRODUCT] = k < answer->n ? str_of(answer->product[k]) : STR("");
    return x;
}

static void gather_event(facts *f, size_t i) {
    const made_event *e = &f->l->events[i];
    const made_visitor *v = &f->l->visitors[e->visitor];
    for (size_t a = 0; a < MADE_ANSWERS; a++)
        for (size_t k = 0; k < f->l->answers[a].n; k++) {
            if (!about(f->l, i, a, k)) continue;
            fact x = fact_of(f, a, k, v, e->ms);
            x.x.impressions = is_first(f->l, i, a, k, NULL);
            x.x.clicks = same(e->kind, "click") && is_first(f->l, i, a, k, "click");
            x.x.carts = same(e->kind, "cart_add") && is_first(f->l, i, a, k, "cart_add");
            f->of[f->n++] = x;
        }
    if (!same(e->kind, "widget_dismiss") || !counts(f->l, i) || f->l->answers[e->answer].held_out) return;
    if (e->ms - f->l->answers[e->answer].ms > MS_PER_DAY || !is_first_dismissal(f->l, i)) return;
    f->of[f->n] = fact_of(f, e->answer, MADE_ITEMS, v, e->ms);
    f->of[f->n++].x.dismissals = 1;
}

static void gather_line(facts *f, const made_line *x) {
    const made_visitor *v = &f->l->visitors[f->l->answers[x->answer].visitor];
    if (v->row && v->robot) return;
    fact y = fact_of(f, x->answer, x->position, v, x->ms);
    y.order = x->order;
    int64_t stayed = x->value > x->refunded;
    if (same(x->how, "view")) y.x = (followed_figures){ .view_lines = stayed, .view_value = x->value, .view_refunded = x->refunded };
    else y.x = (followed_figures){ .click_lines = stayed, .click_value = x->value, .click_refunded = x->refunded };
    f->of[f->n++] = y;
}

static facts *gather(ctx *c, const made_log *l) {
    facts *f = arena_new(c->arena, facts, 1);
    f->c = c, f->l = l;
    for (size_t i = 0; i < MADE_EVENTS; i++) gather_event(f, i);
    for (size_t i = 0; i < MADE_LINES; i++) gather_line(f, &l->lines[i]);
    return f;
}

static bool has_arm(str arms, str arm) {
    if (!arm.n) return !arms.n;
    while (arms.p)
        if (str_eq(str_cut(&arms, ' '), arm)) return true;
    return false;
}

static bool fits(const fact *x, const report_period *p, unsigned by, int64_t day, const str *key) {
    if (x->at.day < p->first_day || x->at.day >= p->first_day + p->n_days) return false;
    if (by & REPORT_BY(REPORT_DAY) && x->at.day != day) return false;
    for (int i = REPORT_DAY + 1; i < REPORT_DIMENSIONS; i++)
        if (by & REPORT_BY(i) && !(i == REPORT_ARM ? has_arm(x->at.of[i], key[i]) : str_eq(x->at.of[i], key[i]))) return false;
    return true;
}

static followed_figures summed(const facts *f, const report_period *p, unsigned by, int64_t day, const str *key) {
    followed_figures out = { 0 };
    const char *click_orders[MADE_LINES], *view_orders[MADE_LINES];
    for (size_t i = 0; i < f->n; i++) {
        const fact *x = &f->of[i];
        if (!fits(x, p, by, day, key)) continue;
#define X(name) out.name += x->x.name;
        FOLLOWED_FIGURE_LIST(X)
#undef X
        bool news = true;
        for (int64_t k = 0; k < out.click_orders && x->x.click_lines; k++) news = news && !same(click_orders[k], x->order);
        if (x->x.click_lines && news) click_orders[out.click_orders++] = x->order;
        news = true;
        for (int64_t k = 0; k < out.view_orders && x->x.view_lines; k++) news = news && !same(view_orders[k], x->order);
        if (x->x.view_lines && news) view_orders[out.view_orders++] = x->order;
    }
    return out;
}

static void assert_figures(const followed_figures *expected, const followed_figures *got) {
#define X(name) \
    if (expected->name != got->name) test_fail(#name ": expected %lld, got %lld", (long long)expected->name, (long long)got->name);
    FOLLOWED_FIGURE_LIST(X)
#undef X
}

/* ---- tests ---- */
typedef struct { made_log *log; facts *facts; db *d; report_period period; } shop;

static void shop_open(ctx *c, uint64_t seed, shop *s) {
    db_options o;
    s->log = arena_new(c->arena, made_log, 1);
    s->d = test_database(c, &backends[0], &o);
    make_log(c, s->d, seed, s->log);
    s->facts = gather(c, s->log);
    assert_ok(c, report_period_make(c, MADE_ZONE, MADE_FIRST_DAY, MADE_FIRST_DAY + MADE_DAYS - 1, &s->period));
}

static followed_table read_table(ctx *c, const shop *s, const report_period *p, unsigned by, size_t units) {
    followed_table t;
    followed_table_init(&t, c->arena, by, 0);
    assert_ok(c, followed_read(c, &(report_source){ s->d, 1, p, units }, &t));
    followed_sort(&t);
    return t;
}

TEST(followed, equals_a_count_by_plain_loops_whatever_it_is_asked_by) {
    TEST_CTX(c);
    for (uint64_t seed = 1; seed <= 2; seed++) {
        shop s;
        shop_open(c, seed, &s);
        const str nothing[REPORT_DIMENSIONS] = { 0 };
        const followed_figures all = summed(s.facts, &s.period, 0, 0, nothing);
        assert_true(all.impressions > 100 && all.clicks > 30 && all.carts > 30 && all.dismissals > 5 && all.view_lines > 10);
        for (unsigned by = 0; by < 1u << REPORT_DIMENSIONS; by += by < 8 ? 1 : 7) {
            arena_mark m = arena_save(c->arena);
            followed_table t = read_table(c, &s, &s.period, by, 0);
            followed_figures rest = t.total.f;
            assert_figures(&all, &t.total.f);
            for (size_t i = 0; i < t.n; i++) {
                followed_figures expected = summed(s.facts, &s.period, by, t.rows[i].day, t.rows[i].key);
                assert_figures(&expected, &t.rows[i].f);
                rest.impressions -= t.rows[i].f.impressions, rest.click_value -= t.rows[i].f.click_value;
            }
            if (by && !(by & REPORT_BY(REPORT_ARM))) assert_true(rest.impressions == 0 && rest.click_value == 0);
            arena_restore(c->arena, m);
        }
        storage_close(s.d);
    }
}

TEST(followed, is_the_same_in_many_passes) {
    TEST_CTX(c);
    shop s;
    shop_open(c, 3, &s);
    followed_table one = read_table(c, &s, &s.period, REPORT_BY(REPORT_PRODUCT), 0);
    followed_table many = read_table(c, &s, &s.period, REPORT_BY(REPORT_PRODUCT), 64);
    assert_int_equal(one.n, many.n);
    assert_figures(&one.total.f, &many.total.f);
    for (size_t i = 0; i < one.n; i++) {
        assert_true(str_eq(one.rows[i].key[REPORT_PRODUCT], many.rows[i].key[REPORT_PRODUCT]));
        assert_figures(&one.rows[i].f, &many.rows[i].f);
    }
    storage_close(s.d);
}

TEST(followed, days_by_themselves_add_up_to_the_period) {
    TEST_CTX(c);
    shop s;
    shop_open(c, 4, &s);
    followed_figures sum = { 0 };
    for (int64_t day = MADE_FIRST_DAY; day < MADE_FIRST_DAY + MADE_DAYS; day++) {
        report_day one;
        assert_ok(c, reports_day(c, s.d, 1, MADE_ZONE, day, &one));
        followed_figures rows = { 0 };
        for (size_t i = 0; i < one.n; i++) {
            const followed_row *r = &one.rows[i];
            assert_true(r->key[REPORT_PLACEMENT].n && (r->f.dismissals ? !r->key[REPORT_SOURCE].n : r->key[REPORT_SOURCE].n != 0));
            rows.impressions += r->f.impressions, rows.clicks += r->f.clicks, rows.dismissals += r->f.dismissals;
        }
        assert_true(rows.impressions == one.total.impressions && rows.clicks == one.total.clicks);
        assert_int_equal(one.total.dismissals, rows.dismissals);
#define X(name) sum.name += one.total.name;
        FOLLOWED_FIGURE_LIST(X)
#undef X
    }
    followed_table all = read_table(c, &s, &s.period, 0, 0);
    assert_figures(&all.total.f, &sum);
    storage_close(s.d);
}

TEST(followed, what_is_beyond_the_rows_adds_up_in_one_for_all_others) {
    TEST_CTX(c);
    followed_table t;
    followed_table_init(&t, c->arena, REPORT_BY(REPORT_PRODUCT), 3);
    static const char *const ids[] = { "c", "a", "b", "d", "a", "b" };
    for (size_t i = 0; i < COUNT(ids); i++) {
        report_place at = { 0 };
        at.of[REPORT_PRODUCT] = str_of(ids[i]);
        assert_ok(c, followed_add(c, &t, &at, &(followed_figures){ .impressions = 1 }, 0));
    }
    followed_sort(&t);
    assert_int_equal(3, t.n);
    assert_str("a", t.rows[0].key[REPORT_PRODUCT]);
    assert_int_equal(2, t.rows[0].f.impressions);
    assert_str("c", t.rows[1].key[REPORT_PRODUCT]);
    assert_true(t.rows[2].others && t.rows[2].f.impressions == 3 && t.total.f.impressions == 6);
}
