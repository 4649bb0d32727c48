/* What persons did after a display, from what is stored; see display_learning.h. It does NOT judge: experiments/displays.c does. */
#include <string.h>
#include "base/limits.h"
#include "events/identity.h"
#include "jobs/display_learning.h"
#include "jobs/outcomes.h"
#include "reports/source.h"
#include "storage/queries.h"

enum { PAGE_SUBJECTS = 500, MOST_LINES = 1000, COST_DAYS = 90 };
#define VISIT_MS (30 * (int64_t)MS_PER_MINUTE)

typedef struct {
    ctx *c;
    db *d;
    const running_experiment *e;
    const experiment_subject *who;
    int64_t until_ms, now_ms;
    display_doings did;
} person_count;

/* Whichever arm: shares move some persons to another one within their two days, and who comes back is not like who does not. To leave
 * such persons out, or what they did later, would count against the arms that lose. The arm met first answers for all of it. */
static bool is_of_experiment(const person_count *p, str arms) {
    for (size_t a = 0; a < p->e->n_variants; a++)
        if (outcome_arms_hold(arms, p->e->id, p->e->variants[a].key)) return true;
    return false;
}

/* query_dismissed_arms */
static err_code take_dismissal(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* as the query says */
    person_count *p = arg;
    int64_t at_ms = v[1].v.i;
    bool left = !v[2].v.i && at_ms + VISIT_MS <= p->now_ms;     /* else he may still be there */
    if (at_ms >= p->until_ms || !is_of_experiment(p, v[0].v.s)) return ERR_OK;
    p->did.dismissals++;
    p->did.exits += left;
    return ERR_OK;
}

static err_code add_bought(person_count *p, str alias) {
    attribution by = { .store_id = p->who->store_id, .person = alias }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan_by(p->c, p->d, &attribution_entity, "person", &by, NULL, MOST_LINES, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        bool counts = rows[i].ordered_ms >= p->who->first_ms && rows[i].ordered_ms < p->until_ms && !str_eq(rows[i].how, STR("view"));
        if (counts && is_of_experiment(p, rows[i].arms)) p->did.value += (double)(rows[i].value - rows[i].refunded);
    }
    return ERR_OK;
}

static err_code add_name(person_count *p, str alias) {
    const sql_value binds[] = { SQL_INT(p->who->store_id), SQL_TEXT(str_sub(alias, 2, alias.n)), SQL_INT(p->who->first_ms) };
    TRY(add_bought(p, alias));
    if (alias.p[0] != 'v') return ERR_OK;
    return storage_query(p->c, p->d, &query_dismissed_arms, binds, COUNT(binds), take_dismissal, p);
}

static err_code count_person(person_count *p) {
    person_alias *names = NULL;
    size_t n = 0;
    TRY(identity_names(p->c, p->d, p->who->store_id, p->who->person, &names, &n));
    for (size_t i = 0; i < n; i++) TRY(add_name(p, names[i].alias));
    return n ? ERR_OK : add_name(p, p->who->person);
}

/* Met long enough ago to be counted, not so long that tastes moved, and known by a name that leads somewhere. */
static bool counts(const experiment_subject *s, int64_t now_ms) {
    int64_t age = now_ms - s->first_ms;
    bool erased = s->person.n < 3 || s->person.p[1] != ':';
    return !erased && age >= DISPLAY_COUNTED_DAYS * (int64_t)MS_PER_DAY && age < DISPLAY_MEMORY_DAYS * (int64_t)MS_PER_DAY;
}

static err_code count_one(ctx *c, db *d, const running_experiment *e, const experiment_subject *s, double cost, moments *worth) {
    person_count p = { .c = c, .d = d, .e = e, .who = s, .now_ms = ctx_now_ms(c) };
    size_t a = 0;
    p.until_ms = s->first_ms + DISPLAY_COUNTED_DAYS * (int64_t)MS_PER_DAY;
    while (a < e->n_variants && !str_eq(s->arm, e->variants[a].key)) a++;
    if (a == e->n_variants || !counts(s, p.now_ms)) return ERR_OK;
    TRY(ctx_check(c));
    TRY(count_person(&p));
    moments_add(&worth[a], (unit_totals){ .y = display_worth(&p.did, cost) });
    return ERR_OK;
}

err_code displays_count(ctx *c, db *d, int64_t store_id, const running_experiment *e, double cost, moments *ret_worth) {
    const experiment_subject of = { .store_id = store_id, .experiment_id = e->id };
    experiment_subject *rows = NULL, after = of;
    struct { char text[LIMIT_ID_BYTES + 8]; } last;         /* the page's own memory goes with it */
    moments worth[LIMIT_VARIANTS] = { 0 };
    size_t n = PAGE_SUBJECTS;
    for (bool first = true; n == PAGE_SUBJECTS; first = false) {
        arena_mark before = arena_save(c->arena);
        TRY(storage_scan(c, d, &experiment_subject_entity, &of, 2, first ? NULL : &after, PAGE_SUBJECTS, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            arena_mark one = arena_save(c->arena);
            TRY(count_one(c, d, e, &rows[i], cost, worth));
            arena_restore(c->arena, one);
        }
        str person = n ? str_clip(rows[n - 1].person, sizeof last.text) : STR("");
        if (person.n) memcpy(last.text, person.p, person.n);
        after.person = (str){ last.text, person.n };
        arena_restore(c->arena, before);
    }
    memcpy(ret_worth, worth, e->n_variants * sizeof *worth);
    return ERR_OK;
}

/* ---- what a dismissal costs ---- */
typedef struct { double orders, total; } order_sums;

/* query_report_orders */
static err_code take_order(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;
    order_sums *s = arg;
    reported_order o = reported_order_of(v);
    if (o.is_sale) s->orders++, s->total += (double)(o.total - o.refunded);
    return ERR_OK;
}

err_code displays_cost(ctx *c, db *d, const store *s, double *ret_cost) {
    const json_value *settings = NULL;
    int64_t percent = 0, now_ms = ctx_now_ms(c);
    order_sums sums = { 0 };
    if (s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &settings)) settings = NULL;
    if (!jr_i64(jr_get(settings, "annoyance_percent"), &percent) || percent < 0 || percent > 100) percent = 1;
    const sql_value binds[] = { SQL_INT(s->store_id), SQL_INT(now_ms - COST_DAYS * (int64_t)MS_PER_DAY), SQL_INT(now_ms) };
    TRY(storage_query(c, d, &query_report_orders, binds, COUNT(binds), take_order, &sums));
    *ret_cost = sums.orders > 0 && sums.total > 0 ? sums.total / sums.orders * (double)percent / 100 : 0;
    return ERR_OK;
}
