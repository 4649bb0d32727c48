/* Reads answers in the order of their ids and writes rows of subjects. It does NOT judge: experiments/ does. */
#include "events/subjects.h"
#include "base/map.h"
#include "base/parse.h"
#include "events/identity.h"
#include "events/person_orders.h"
#include "storage/queries.h"

enum { PAGE_ANSWERS = 500, ON_THE_WAY_MS = 10 * MS_PER_SECOND, MOST_EXPERIMENTS = 1000 };

typedef struct { str rec_id, visitor_id, arms; int64_t time_ms; bool held_out; } seen_answer;
typedef struct { str person; bool robot; } seen_visitor;
typedef struct {
    ctx *c;
    db *d;
    int64_t store_id, until_ms;
    sync_cursor cursor;                     /* position: the last id taken */
    seen_answer *answers;
    size_t n;
    bool young;                             /* met one too young: the rest waits */
    map known;                              /* visitor -> place in visitors */
    seen_visitor *visitors;
} reading;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "note who is in which experiment"); }

/* ---- the log ---- */
static err_code take_answer(void *arg, const sql_value *v, size_t n_columns) {
    (void)n_columns;                        /* five, as the query says */
    reading *r = arg;
    r->young |= v[1].v.i > r->until_ms;
    if (r->young) return ERR_OK;
    arena *a = r->c->arena;
    const seen_answer x = { str_dup(a, v[0].v.s), str_dup(a, v[2].v.s), str_dup(a, v[3].v.s), v[1].v.i, v[4].v.i != 0 };
    r->answers[r->n++] = x;
    return x.rec_id.p && x.visitor_id.p && x.arms.p ? ERR_OK : no_memory(r->c);
}

static err_code read_cursor(reading *r) {
    r->cursor = (sync_cursor){ .store_id = r->store_id, .resource = STR("subjects") };
    err_code e = storage_get(r->c, r->d, &sync_cursor_entity, &r->cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static err_code read_page(reading *r) {
    TRY(read_cursor(r));
    map_init(&r->known, r->c->arena);
    r->answers = arena_new(r->c->arena, seen_answer, PAGE_ANSWERS);
    r->visitors = arena_new(r->c->arena, seen_visitor, PAGE_ANSWERS);
    if (!r->answers || !r->visitors) return no_memory(r->c);
    const sql_value binds[] = { SQL_INT(r->store_id), SQL_TEXT(r->cursor.position), SQL_INT(PAGE_ANSWERS) };
    return storage_query(r->c, r->d, &query_answers_after, binds, COUNT(binds), take_answer, r);
}

/* ---- who ---- */
static err_code look_up(reading *r, str visitor_id, seen_visitor *ret_visitor) {
    known_visitor row = { .store_id = r->store_id, .visitor_id = visitor_id };
    str alias = identity_alias(r->c->arena, 'v', visitor_id);
    if (!alias.p) return no_memory(r->c);
    err_code e = storage_get(r->c, r->d, &known_visitor_entity, &row);
    if (e && e != ERR_NOT_FOUND) return e;
    ret_visitor->robot = !e && row.robot;
    return identity_person(r->c, r->d, r->store_id, alias, &ret_visitor->person);
}

static err_code visitor_of(reading *r, str visitor_id, const seen_visitor **ret_visitor) {
    bool added = false;
    uint32_t at = map_put(&r->known, visitor_id, (uint32_t)r->known.count, &added);
    if (at == UINT32_MAX) return no_memory(r->c);
    if (added) TRY(look_up(r, visitor_id, &r->visitors[at]));
    *ret_visitor = &r->visitors[at];
    return ERR_OK;
}

/* ---- rows ---- */
static err_code begin_row(reading *r, const seen_answer *x, experiment_subject *s) {
    person_sums before;
    TRY(person_orders(r->c, r->d, r->store_id, s->person, x->time_ms - SUBJECT_BEFORE_MS, x->time_ms, &before));
    s->first_ms = x->time_ms;
    s->before = before.revenue;
    return ERR_OK;
}

static err_code note(reading *r, const seen_answer *x, str person, int64_t experiment_id, str arm) {
    experiment_subject s = { .store_id = r->store_id, .experiment_id = experiment_id, .person = person, .arm = arm };
    err_code e = storage_get(r->c, r->d, &experiment_subject_entity, &s);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e) TRY(begin_row(r, x, &s));
    if (!str_eq(s.arm, arm)) s.mixed = true;
    s.shown++;
    return storage_put(r->c, r->d, &experiment_subject_entity, &s);
}

/* "3=b 7=a"; what cannot be read was not written by us. */
static err_code note_arms(reading *r, const seen_answer *x, str person) {
    for (str rest = x->arms; rest.n;) {
        int64_t id = 0;
        str arm = str_cut(&rest, ' '), number = str_cut(&arm, '=');
        if (parse_i64(number, &id) && id > 0 && arm.n) TRY(note(r, x, person, id, arm));
    }
    return ERR_OK;
}

static err_code take_one(reading *r, const seen_answer *x) {
    const seen_visitor *v = NULL;
    if (!x->visitor_id.n) return ERR_OK;
    TRY(visitor_of(r, x->visitor_id, &v));
    if (v->robot) return ERR_OK;
    TRY(note(r, x, v->person, 0, x->held_out ? STR(SUBJECT_HELD_OUT) : STR(SUBJECT_TREATED)));
    return note_arms(r, x, v->person);
}

static err_code take_page(reading *r) {
    TRY(read_page(r));
    for (size_t i = 0; i < r->n; i++) TRY(take_one(r, &r->answers[i]));
    if (!r->n) return ERR_OK;
    r->cursor.position = r->answers[r->n - 1].rec_id;
    r->cursor.done += (int64_t)r->n;
    r->cursor.watermark_ms = r->answers[r->n - 1].time_ms;
    return storage_put(r->c, r->d, &sync_cursor_entity, &r->cursor);
}

/* Whoever holds the write transaction reads on from where the last one stopped, be it another process. */
static err_code write_page(reading *r) {
    TRY(storage_begin(r->c, r->d, STORAGE_WRITE));
    err_code e = take_page(r);
    if (!e) return storage_commit(r->c, r->d);
    storage_rollback(r->d);
    return e;
}

/* A look without the write lock: mostly there is nothing. */
static err_code peek(ctx *c, db *d, int64_t store_id, int64_t until_ms, bool *ret_news) {
    reading r = { .c = c, .d = d, .store_id = store_id, .until_ms = until_ms };
    TRY(read_page(&r));
    *ret_news = r.n > 0;
    return ERR_OK;
}

err_code subjects_catch_up(ctx *c, db *d, int64_t store_id, size_t most, size_t *ret_n) {
    size_t taken = 0;
    bool news = false;
    const int64_t until_ms = ctx_now_ms(c) - ON_THE_WAY_MS;
    arena_mark before = arena_save(c->arena);
    TRY(peek(c, d, store_id, until_ms, &news));
    for (reading r = { .n = PAGE_ANSWERS }; news && r.n == PAGE_ANSWERS && (!most || taken < most); taken += r.n) {
        arena_restore(c->arena, before);
        TRY(ctx_check(c));
        r = (reading){ .c = c, .d = d, .store_id = store_id, .until_ms = until_ms };
        TRY(write_page(&r));
    }
    arena_restore(c->arena, before);
    if (ret_n) *ret_n = taken;
    return ERR_OK;
}

/* ---- two are one ---- */
/* The earlier one gives the arm and what was bought before. */
static void join(experiment_subject *into, const experiment_subject *row) {
    if (row->first_ms < into->first_ms) {
        into->first_ms = row->first_ms;
        into->before = row->before;
    }
    into->mixed = into->mixed || row->mixed || !str_eq(into->arm, row->arm);
    into->shown += row->shown;
    into->clicks += row->clicks;
    into->orders += row->orders;
    into->revenue += row->revenue;
}

static err_code rename_row(ctx *c, db *d, const experiment_subject *row, str to) {
    experiment_subject into = { .store_id = row->store_id, .experiment_id = row->experiment_id, .person = to };
    err_code e = storage_get(c, d, &experiment_subject_entity, &into);
    if (e && e != ERR_NOT_FOUND) return e;
    str first_arm = !e && into.first_ms <= row->first_ms ? into.arm : row->arm;
    if (!e) join(&into, row);
    else into = *row;
    into.person = to;
    into.arm = first_arm;
    TRY(storage_put(c, d, &experiment_subject_entity, &into));
    return storage_delete(c, d, &experiment_subject_entity, row, 3, NULL);
}

err_code subjects_rename(ctx *c, db *d, int64_t store_id, str from, str to) {
    experiment_subject by = { .store_id = store_id, .person = from }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan_by(c, d, &experiment_subject_entity, "person", &by, NULL, MOST_EXPERIMENTS, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(rename_row(c, d, &rows[i], to));
    return ERR_OK;
}
