/* Sums of experiments from what is stored; see outcomes.h. It does NOT judge: experiments/ does. */
#include "jobs/outcomes.h"
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "events/identity.h"
#include "events/person_orders.h"
#include "storage/queries.h"

enum { PAGE_SUBJECTS = 500, MOST_LINES = 1000 };

bool outcome_arms_hold(str arms, int64_t experiment_id, str key) {
    while (arms.n) {
        int64_t id = 0;
        str arm = str_cut(&arms, ' '), number = str_cut(&arm, '=');
        if (parse_i64(number, &id) && id == experiment_id) return str_eq(arm, key);
    }
    return false;
}

/* ---- one person ---- */
typedef struct { const experiment_subject *who; int64_t clicks; } click_count;

static err_code take_click(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                                        /* one, as the query says */
    click_count *k = arg;
    k->clicks += outcome_arms_hold(v[0].v.s, k->who->experiment_id, k->who->arm);
    return ERR_OK;
}

/* Of the lines bought, what followed an answer of the arm. */
static err_code add_discounted(ctx *c, db *d, const experiment_subject *who, str alias, double *sum) {
    attribution by = { .store_id = who->store_id, .person = alias }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan_by(c, d, &attribution_entity, "person", &by, NULL, MOST_LINES, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (rows[i].ordered_ms >= who->first_ms && outcome_arms_hold(rows[i].arms, who->experiment_id, who->arm))
            *sum += (double)(rows[i].value - rows[i].refunded);
    return ERR_OK;
}

static err_code add_name(ctx *c, db *d, const experiment_subject *who, str alias, bool discount, click_count *k, visitor_doings *v) {
    const sql_value binds[] = { SQL_INT(who->store_id), SQL_TEXT(str_sub(alias, 2, alias.n)), SQL_INT(who->first_ms) };
    if (alias.p[0] == 'v') TRY(storage_query(c, d, &query_clicked_arms, binds, COUNT(binds), take_click, k));
    return discount ? add_discounted(c, d, who, alias, &v->discounted) : ERR_OK;
}

/* A person erased has a name that leads nowhere. */
static bool is_erased(str person) { return person.n < 3 || person.p[1] != ':'; }

static err_code count_person(ctx *c, db *d, experiment_subject *who, visitor_doings *v) {
    person_alias *names = NULL;
    size_t n = 0;
    click_count k = { .who = who };
    person_sums bought = { who->orders, who->revenue };
    bool discount = v->discount_0_1 > 0;
    if (!is_erased(who->person)) {
        TRY(person_orders(c, d, who->store_id, who->person, who->first_ms, INT64_MAX, &bought));
        TRY(identity_names(c, d, who->store_id, who->person, &names, &n));
        for (size_t i = 0; i < n; i++) TRY(add_name(c, d, who, names[i].alias, discount, &k, v));
        if (!n) TRY(add_name(c, d, who, who->person, discount, &k, v));
        who->clicks = k.clicks;
    }
    who->orders = bought.orders, who->revenue = bought.revenue;
    v->shown = (double)who->shown, v->clicks = (double)who->clicks;
    v->orders = (double)who->orders, v->revenue = (double)who->revenue, v->before = (double)who->before;
    return ERR_OK;
}

/* ---- a page of them ---- */
static size_t arm_of(const running_experiment *e, str key) {
    size_t a = 0;
    while (a < e->n_variants && !str_eq(key, e->variants[a].key)) a++;
    return a;
}

static err_code count_page(ctx *c, db *d, const outcome_question *q, experiment_subject *rows, size_t n, experiment_sums *sums) {
    for (size_t i = 0; i < n; i++) {
        arena_mark before = arena_save(c->arena);
        size_t arm = arm_of(q->experiment, rows[i].arm);
        TRY(ctx_check(c));
        if ((rows[i].mixed && !q->by_first_arm) || arm == q->experiment->n_variants) {
            sums->mixed++;
            continue;
        }
        visitor_doings v = { .discount_0_1 = q->discount_0_1[arm], .margin_0_1 = q->margin_0_1 };
        TRY(count_person(c, d, &rows[i], &v));
        experiment_sums_add(sums, arm, &v);
        arena_restore(c->arena, before);
    }
    return ERR_OK;
}

static bool has_news(const experiment_subject *is, const experiment_subject *was) {
    return is->clicks != was->clicks || is->orders != was->orders || is->revenue != was->revenue;
}

/* Others write these rows too: each is read again inside the transaction, and only what was counted is written. */
static err_code keep_rows(ctx *c, db *d, const experiment_subject *is, const experiment_subject *was, size_t n) {
    for (size_t i = 0; i < n; i++) {
        experiment_subject row = is[i];
        if (!has_news(&is[i], &was[i])) continue;
        err_code e = storage_get(c, d, &experiment_subject_entity, &row);
        if (e == ERR_NOT_FOUND) continue;                   /* another name's by now */
        if (e) return e;
        row.clicks = is[i].clicks, row.orders = is[i].orders, row.revenue = is[i].revenue;
        TRY(storage_put(c, d, &experiment_subject_entity, &row));
    }
    return ERR_OK;
}

static err_code keep_page(ctx *c, db *d, const experiment_subject *is, const experiment_subject *was, size_t n) {
    size_t news = 0;
    for (size_t i = 0; i < n; i++) news += has_news(&is[i], &was[i]);
    if (!news) return ERR_OK;
    TRY(storage_begin(c, d, STORAGE_WRITE));
    err_code e = keep_rows(c, d, is, was, n);
    if (!e) return storage_commit(c, d);
    storage_rollback(d);
    return e;
}

err_code outcomes_count(ctx *c, db *d, const outcome_question *q, experiment_sums *ret_sums) {
    const experiment_subject of = { .store_id = q->store_id, .experiment_id = q->experiment->id };
    experiment_sums sums = { .arms = q->experiment->n_variants };
    experiment_subject *is = NULL, *was = arena_new(c->arena, experiment_subject, PAGE_SUBJECTS), after = of;
    struct { char text[LIMIT_ID_BYTES + 8]; } last;         /* the page's own memory goes with it */
    if (!was) return fail(c, ERR_NO_MEMORY, "count an experiment");
    size_t n = PAGE_SUBJECTS;
    for (bool first = true; n == PAGE_SUBJECTS; first = false) {
        arena_mark before = arena_save(c->arena);
        TRY(storage_scan(c, d, &experiment_subject_entity, &of, 2, first ? NULL : &after, PAGE_SUBJECTS, &is, &n));
        for (size_t i = 0; i < n; i++) was[i] = is[i];
        TRY(count_page(c, d, q, is, n, &sums));
        TRY(keep_page(c, d, is, was, n));
        str person = n ? str_clip(is[n - 1].person, sizeof last.text) : STR("");
        if (person.n) memcpy(last.text, person.p, person.n);
        after.person = (str){ last.text, person.n };
        arena_restore(c->arena, before);
    }
    *ret_sums = sums;
    return ERR_OK;
}
