/* Everything of a person as JSON. It does NOT change anything. */
#include "events/person_int.h"

#define PAGE_ARENA (64 * MIB)

typedef struct {
    ctx *c;
    db *d;
    const person_names *who;
    int digits;
    json_out w;
    person_drain *drain;
    void *arg;
    arena page;                     /* rows of one page */
    str *orders;                    /* ids of the person's own, for what hangs on them */
    size_t n_orders, orders_room;
} exporter;

static err_code flush(exporter *x) {
    TRY(buf_err(x->w.b));
    return x->drain && x->w.b->n > PERSON_DRAIN_BYTES ? x->drain(x->c, x->arg, x->w.b) : ERR_OK;
}

/* An earlier way into the same table has told this row already. */
static bool is_told(const exporter *x, const reach *r, const void *row) {
    for (const reach *before = person_reaches; before < r; before++) {
        if (before->e != r->e) continue;
        const name_list *l = person_names_of(x->who, before->names);
        str name = person_row_name(before, row);
        for (size_t i = 0; i < l->n; i++)
            if (str_eq(l->of[i], name)) return true;
    }
    return false;
}

static err_code note_order(exporter *x, const order *o) {
    if (x->n_orders == x->orders_room) {
        size_t room = x->orders_room ? 2 * x->orders_room : 64;
        str *more = arena_new(x->c->arena, str, room);
        if (!more) return fail(x->c, ERR_NO_MEMORY, "export a person");
        for (size_t i = 0; i < x->n_orders; i++) more[i] = x->orders[i];
        x->orders = more;
        x->orders_room = room;
    }
    str id = str_dup(x->c->arena, o->order_id);
    if (!id.p) return fail(x->c, ERR_NO_MEMORY, "export a person");
    x->orders[x->n_orders++] = id;
    return ERR_OK;
}

static err_code tell_row(exporter *x, const reach *r, const void *row) {
    if (person_row_is_foreign(r, row) || is_told(x, r, row)) return ERR_OK;
    if (r->e == &order_entity) TRY(note_order(x, row));
    entity_json(&x->w, r->e, row, x->digits);
    return flush(x);
}

/* Rows are read into an arena that is emptied after each page; the cursor is all that stays. */
static err_code tell_name(exporter *x, const reach *r, str name) {
    arena *outer = x->c->arena;
    char *after = NULL, *rows = NULL;
    for (size_t n = 1; n;) {
        TRY(ctx_check(x->c));
        arena_reset(&x->page);
        x->c->arena = &x->page;
        err_code e = person_page(x->c, x->d, r, x->who->store_id, name, after, &rows, &n);
        x->c->arena = outer;
        if (e) return e;
        for (size_t i = 0; i < n; i++) TRY(tell_row(x, r, rows + i * r->e->row_size));
        if (!n) break;
        after = arena_alloc(outer, r->e->row_size);
        if (!after) return fail(x->c, ERR_NO_MEMORY, "export a person");
        memcpy(after, rows + (n - 1) * r->e->row_size, r->e->row_size);
        TRY(entity_dup_texts(x->c, outer, r->e, after));
    }
    return ERR_OK;
}

static err_code tell_reach(exporter *x, const reach *r) {
    const name_list *l = person_names_of(x->who, r->names);
    for (size_t i = 0; i < l->n; i++) TRY(tell_name(x, r, l->of[i]));
    for (size_t i = 0; r->names == NAMED_BY_PARENT && i < x->n_orders; i++) TRY(tell_name(x, r, x->orders[i]));
    return ERR_OK;
}

static bool is_first_of(size_t i) {
    for (size_t k = 0; k < i; k++)
        if (person_reaches[k].e == person_reaches[i].e) return false;
    return true;
}

/* One list a table, whatever ways lead into it. Orders come before what hangs on them. */
static err_code tell_table(exporter *x, const entity *e) {
    str name = str_of(e->name);
    name.n -= sizeof "_row" - 1;                    /* tables are NAME_row */
    jw_key_str(&x->w, name);
    jw_array(&x->w);
    for (size_t i = 0; i < n_person_reaches; i++)
        if (person_reaches[i].e == e) TRY(tell_reach(x, &person_reaches[i]));
    jw_end_array(&x->w);
    return ERR_OK;
}

static void tell_list(json_out *w, const char *key, const name_list *l) {
    jw_key(w, key);
    jw_array(w);
    for (size_t i = 0; i < l->n; i++) jw_str(w, l->of[i]);
    jw_end_array(w);
}

static err_code tell_all(exporter *x) {
    jw_object(&x->w);
    jw_key(&x->w, "names");
    jw_object(&x->w);
    tell_list(&x->w, "visitors", &x->who->visitors);
    tell_list(&x->w, "customers", &x->who->customers);
    tell_list(&x->w, "email_hashes", &x->who->emails);
    jw_end_object(&x->w);
    TRY(tell_table(x, &order_entity));
    for (size_t i = 0; i < n_person_reaches; i++)
        if (is_first_of(i) && person_reaches[i].e != &order_entity) TRY(tell_table(x, person_reaches[i].e));
    jw_end_object(&x->w);
    TRY(buf_err(x->w.b));
    return x->drain ? x->drain(x->c, x->arg, x->w.b) : ERR_OK;
}

err_code person_export(ctx *c, db *d, const person_names *who, int digits, buf *b, person_drain *drain, void *arg) {
    exporter x = { .c = c, .d = d, .who = who, .digits = digits, .drain = drain, .arg = arg };
    jw_init(&x.w, b);
    arena_init(&x.page, PAGE_ARENA);
    arena *outer = c->arena;
    err_code e = tell_all(&x);
    c->arena = outer;
    arena_done(&x.page);
    return e == ERR_TOO_LARGE ? fail(c, e, "this person did too much for one answer: 'vitrine person export' writes any length") : e;
}
