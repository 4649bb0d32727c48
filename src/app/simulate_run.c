/* The loop over days, parts of the day, and steps. All visits of a part of the day move in step: what they tell goes to the server in
 * batches, before the next list is asked for. */
#include "app/simulate_run.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "app/child.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"

enum { NIGHT_MS = 4 * MS_PER_HOUR, TRAIN_SECONDS = 1800, BOUGHT_MOST = 24, BATCH = 400, ORDER_STEP = SIM_PAGES_MOST,
       VISITS_KNOWN = 6,
       TRACES_MOST = (VISITS_KNOWN + 1) * SIM_PAGES_MOST };

/* ---- who bought what ---- */
typedef struct { uint32_t n, items[BOUGHT_MOST]; } purse;
typedef struct { map64 place; purse *list; uint32_t n, room; } purses;     /* place: visitor -> 1 + index */

static const purse *purse_find(const purses *all, uint64_t visitor) {
    static const purse nothing = { 0 };
    const uint32_t *at = map64_find(&all->place, visitor);
    return at ? &all->list[*at - 1] : &nothing;
}

static err_code purse_add(ctx *c, purses *all, const simulated_order *o) {
    uint32_t *at = map64_at(&all->place, o->visitor);
    if (at && !*at && all->n < all->room) *at = ++all->n;
    if (!at || !*at) return fail(c, ERR_NO_MEMORY, "remember who bought what");
    purse *p = &all->list[*at - 1];
    for (size_t i = 0; i < o->n && p->n < BOUGHT_MOST; i++) p->items[p->n++] = o->items[i];
    return ERR_OK;
}

/* ---- who came when ---- */
/* The last visits of a visitor since suggestions began, oldest first: what he opened then is a function of them. */
typedef struct { uint32_t n; uint64_t visit[VISITS_KNOWN]; } diary;
typedef struct { map64 place; diary *list; uint32_t n, room; } diaries;    /* place: visitor -> 1 + index */

static err_code diary_add(ctx *c, diaries *all, const sim_visit *v) {
    uint32_t *at = map64_at(&all->place, v->visitor.number);
    if (at && !*at && all->n < all->room) *at = ++all->n;
    if (!at || !*at) return fail(c, ERR_NO_MEMORY, "remember who came when");
    diary *d = &all->list[*at - 1];
    if (d->n == VISITS_KNOWN) memmove(d->visit, d->visit + 1, --d->n * sizeof *d->visit);
    d->visit[d->n++] = v->number;
    return ERR_OK;
}

/* What he let be seen on the pages of a visit before `end`. */
static size_t add_traces(const sim_visit *v, size_t end, sim_trace *ret_seen) {
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        const sim_page *page = &v->pages[i];
        bool opens = page->kind == SIM_PRODUCT, asks = page->kind == SIM_SEARCH || page->kind == SIM_CATEGORY;
        if (!opens && !asks) continue;
        ret_seen[n++] = (sim_trace){ v->number, v->day, opens ? page->about : UINT32_MAX, asks ? page->about : UINT32_MAX };
    }
    return n;
}

/* On earlier days, and on this visit up to the page. */
static size_t traces_at(const sim_moment *m, const diary *d, sim_trace *ret_seen) {
    uint32_t a_day = m->w->p.visits_a_day;
    size_t n = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        if (d->visit[i] / a_day >= m->v->day) continue;
        sim_visit before = sim_visit_of(m->w, (uint32_t)(d->visit[i] / a_day), (uint32_t)(d->visit[i] % a_day));
        n += add_traces(&before, before.n_pages, ret_seen + n);
    }
    return n + add_traces(m->v, m->page + 1, ret_seen + n);
}

/* ---- the run ---- */
typedef struct { sim_visit v; simulated_order order; double caused; bool held_out; } guest;
typedef struct { uint32_t day; simulated_order order; } on_its_way;         /* it comes back that day */

typedef struct {
    const simulate_plan *p;
    simulate_api *a;
    simulate_day *today;
    purses bought;
    diaries came;
    guest *guests;                  /* of the day: w->p.visits_a_day */
    on_its_way *returns;
    size_t n_returns, room_returns;
    buf events;                     /* the batch that waits, without its frame */
    size_t n_events;
    buf orders;                     /* the day's, as CSV */
} simulation;

static err_code send_events(ctx *c, simulation *s) {
    const json_value *answer;
    int64_t accepted = 0;
    if (!s->n_events) return ERR_OK;
    arena_mark m = arena_save(c->arena);
    buf_text(&s->events, "]}");
    if (buf_err(&s->events)) return fail(c, ERR_NO_MEMORY, "tell of events");
    TRY(simulate_post(c, s->a, STORE_LEARNED, "/api/v1/events/track", buf_view(&s->events), &answer));
    if (!jr_i64(jr_get(answer, "accepted"), &accepted) || accepted != (int64_t)s->n_events)
        return fail(c, ERR_INTERNAL, "the server took %" PRId64 " of %zu events", accepted, s->n_events);
    arena_restore(c->arena, m);
    buf_reset(&s->events);
    s->n_events = 0;
    return ERR_OK;
}

/* Begin an event of the visitor; the caller adds what is its own and ends it. */
static err_code begin_event(ctx *c, simulation *s, const sim_visit *v, const char *type) {
    if (s->n_events == BATCH) TRY(send_events(c, s));
    buf_text(&s->events, s->n_events++ ? "," : "{\"events\":[");
    buf_printf(&s->events, "{\"type\":\"%s\",\"visitor_id\":\"v%" PRIu64 "\",\"consent\":\"all\"", type, v->visitor.number);
    return ERR_OK;
}

static void add_product(simulation *s, uint32_t product) {
    char id[16];
    simulated_product_id(product, id);
    buf_printf(&s->events, ",\"product_id\":\"%s\"", id);
}

static err_code tell_page(ctx *c, simulation *s, const sim_visit *v, const sim_page *page) {
    char kind[32];
    switch (page->kind) {
    case SIM_HOME: return ERR_OK;
    case SIM_SEARCH:
        TRY(begin_event(c, s, v, "search"));
        buf_printf(&s->events, ",\"query\":\"%s\"}", simulated_category_name(page->about, kind));
        return ERR_OK;
    case SIM_CATEGORY:
        TRY(begin_event(c, s, v, "category_view"));
        buf_printf(&s->events, ",\"category_id\":\"%s\"}", simulated_category_name(page->about, kind));
        return ERR_OK;
    case SIM_PRODUCT:
        TRY(begin_event(c, s, v, "view"));
        add_product(s, page->about);
        buf_char(&s->events, '}');
        return ERR_OK;
    case SIM_CART:
        TRY(begin_event(c, s, v, "checkout_start"));
        buf_char(&s->events, '}');
        return ERR_OK;
    }
    return ERR_OK;
}

static err_code tell_cart(ctx *c, simulation *s, const sim_visit *v, const sim_page *page) {
    if (!page->adds) return ERR_OK;
    TRY(begin_event(c, s, v, "cart_add"));
    add_product(s, page->about);
    buf_char(&s->events, '}');
    return ERR_OK;
}

/* ---- lists ---- */
static size_t list_length(const simulation *s, const sim_moment *m) {
    return s->p->n ? s->p->n : simulate_place(m->v->pages[m->page].kind)->n;
}

/* Of the best list there could be for who knows what can be known. */
static double oracle_value(simulation *s, const sim_moment *m) {
    const sim_world *w = s->p->w;
    bool swapped = w->p.swap_day && m->v->day >= w->p.swap_day;
    const sim_acquaintances *people = swapped ? s->p->acquaintances_swapped : s->p->acquaintances;
    const diary *d = &s->came.list[*map64_find(&s->came.place, m->v->visitor.number) - 1];
    uint32_t list[SIM_SHOWN_MOST];
    sim_trace seen[TRACES_MOST];
    size_t n;
    sim_acquaintances_list(m, people, seen, traces_at(m, d, seen), list_length(s, m), list, &n);
    return sim_list_value(m, list, n);
}

static bool holds_swapped(const sim_world *w, const uint32_t *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (list[i] == w->best || list[i] == w->worst) return true;
    return false;
}

static void weigh_lists(simulation *s, const sim_moment *m, const simulated_answer answers[STORES_SIMULATED]) {
    const sim_world *w = s->p->w;
    const sim_strangers *strangers = w->p.swap_day && m->v->day >= w->p.swap_day ? s->p->strangers_swapped : s->p->strangers;
    uint32_t best[SIM_SHOWN_MOST], blind[SIM_SHOWN_MOST];
    size_t n_best, n_blind;
    sim_clairvoyant_list(m, list_length(s, m), best, &n_best);
    sim_stranger_list(m, strangers, list_length(s, m), blind, &n_blind);
    const simulated_answer *l = &answers[STORE_LEARNED], *u = &answers[STORE_UNTRAINED];
    double learned = sim_list_value(m, l->list, l->n), oracle = oracle_value(s, m);
    sim_page_kind kind = m->v->pages[m->page].kind;
    s->today->at[kind].learned += learned, s->today->at[kind].oracle += oracle;
    s->today->at[kind].untrained += sim_list_value(m, u->list, u->n);
    s->today->at[kind].stranger += sim_list_value(m, blind, n_blind);
    s->today->at[kind].clairvoyant += sim_list_value(m, best, n_best);
    if (holds_swapped(w, best, n_best) || holds_swapped(w, l->list, l->n))
        s->today->swap_learned += learned, s->today->swap_oracle += oracle;
}

static err_code tell_click(ctx *c, simulation *s, guest *g, const sim_moment *m, const simulated_answer *shown, size_t k) {
    bool known = s->p->policy == POLICY_LEARNED;            /* the untrained store's answers mean nothing to the other */
    sim_outcome o = sim_show(m, shown->list[k], k + 1);
    if (!o.clicked) return ERR_OK;
    s->today->clicks++;
    TRY(begin_event(c, s, &g->v, known ? "click" : "view"));
    add_product(s, shown->list[k]);
    if (known) buf_printf(&s->events, ",\"rec_id\":\"%s\",\"position\":%zu", shown->rec_id, k + 1);
    buf_char(&s->events, '}');
    if (known) {
        TRY(begin_event(c, s, &g->v, "view"));
        add_product(s, shown->list[k]);
        buf_char(&s->events, '}');
    }
    if (!o.bought) return ERR_OK;
    simulated_order_add(&g->order, shown->list[k]);
    g->caused += g->v.returns ? 0 : s->p->w->products[shown->list[k]].price;
    s->today->caused_items++;
    return ERR_OK;
}

static err_code tell_list(ctx *c, simulation *s, guest *g, const sim_moment *m, const simulated_answer *shown) {
    if (s->p->policy == POLICY_LEARNED) {
        bool dismissed = sim_dismissed(m, shown->list, shown->n);
        TRY(begin_event(c, s, &g->v, dismissed ? "widget_dismiss" : "impression"));
        buf_printf(&s->events, ",\"rec_id\":\"%s\"}", shown->rec_id);
        s->today->dismissals += dismissed;
        if (dismissed) return ERR_OK;
    }
    for (size_t k = 0; k < shown->n; k++) TRY(tell_click(c, s, g, m, shown, k));
    return ERR_OK;
}

static err_code show_lists(ctx *c, simulation *s, guest *g, size_t page) {
    uint32_t barred[SIM_BASKET_MOST + 1 + BOUGHT_MOST];
    sim_moment m = { s->p->w, &g->v, page, barred, sim_barred_at(&g->v, page, barred) };
    const purse *bought = purse_find(&s->bought, g->v.visitor.number);
    for (uint32_t i = 0; i < bought->n; i++) barred[m.n_barred++] = bought->items[i];
    simulated_answer answers[STORES_SIMULATED];
    for (simulated_store x = 0; x < STORES_SIMULATED; x++)
        TRY(simulate_ask(c, s->a, x, &m, bought->n > 0, list_length(s, &m), &answers[x]));
    g->held_out |= answers[STORE_LEARNED].held_out;
    if (answers[STORE_LEARNED].held_out) return ERR_OK;
    s->today->lists++;
    weigh_lists(s, &m, answers);
    if (s->p->policy == POLICY_NONE) return ERR_OK;
    return tell_list(c, s, g, &m, &answers[s->p->policy == POLICY_LEARNED ? STORE_LEARNED : STORE_UNTRAINED]);
}

/* ---- a part of the day ---- */
static bool is_here(const guest *g, uint32_t wave, size_t step) { return g->v.wave == wave && g->v.n_pages > step; }

static err_code live_step(ctx *c, simulation *s, uint32_t day, uint32_t wave, size_t step) {
    uint32_t n = s->p->w->p.visits_a_day;
    bool any = false;
    for (uint32_t i = 0; i < n; i++) any |= is_here(&s->guests[i], wave, step);
    if (!any) return ERR_OK;
    TRY(simulate_set_clock(c, s->a, simulated_ms(day, wave, step)));
    for (uint32_t i = 0; i < n; i++)
        if (is_here(&s->guests[i], wave, step)) TRY(tell_page(c, s, &s->guests[i].v, &s->guests[i].v.pages[step]));
    TRY(send_events(c, s));
    for (uint32_t i = 0; i < n; i++) {
        guest *g = &s->guests[i];
        if (!is_here(g, wave, step)) continue;
        TRY(ctx_check(c));
        if (sim_page_has_list(g->v.pages[step].kind)) TRY(show_lists(c, s, g, step));
        TRY(tell_cart(c, s, &g->v, &g->v.pages[step]));
    }
    return send_events(c, s);
}

static err_code tell_order(ctx *c, simulation *s, const guest *g) {
    const simulated_order *o = &g->order;
    double value = 0;
    char id[16];
    TRY(begin_event(c, s, &g->v, "purchase"));
    buf_printf(&s->events, ",\"customer_id\":\"c%" PRIu64 "\",\"order_id\":\"s%" PRIu64 "\",\"items\":[", o->visitor, o->visit);
    for (size_t i = 0; i < o->n; i++) {
        simulated_product_id(o->items[i], id);
        double price = s->p->w->products[o->items[i]].price;
        buf_printf(&s->events, "%s{\"product_id\":\"%s\",\"quantity\":1,\"price\":%.2f}", i ? "," : "", id, price);
        value += price;
    }
    buf_printf(&s->events, "],\"value\":%.2f}", value);
    return ERR_OK;
}

static err_code take_order(ctx *c, simulation *s, guest *g) {
    s->today->visits++;
    if (!g->held_out) s->today->visits_shown++, s->today->caused += g->caused;
    if (!g->order.n) return ERR_OK;
    s->today->orders++;
    TRY(tell_order(c, s, g));
    TRY(purse_add(c, &s->bought, &g->order));
    simulated_order_csv(s->p->w, &g->order, false, &s->orders);
    if (g->v.returns && s->n_returns < s->room_returns) s->returns[s->n_returns++] = (on_its_way){ g->v.returned_day, g->order };
    return ERR_OK;
}

static err_code live_wave(ctx *c, simulation *s, uint32_t day, uint32_t wave) {
    for (size_t step = 0; step < SIM_PAGES_MOST; step++) TRY(live_step(c, s, day, wave, step));
    TRY(simulate_set_clock(c, s->a, simulated_ms(day, wave, ORDER_STEP)));
    for (uint32_t i = 0; i < s->p->w->p.visits_a_day; i++)
        if (s->guests[i].v.wave == wave) TRY(take_order(c, s, &s->guests[i]));
    return send_events(c, s);
}

/* ---- a day and its night ---- */
err_code simulate_import_orders(ctx *c, const simulate_plan *p, str text) {
    buf path, said, why;
    buf_init_in(&path, c->arena, 4096), buf_init_in(&said, c->arena, 4096), buf_init_in(&why, c->arena, 4096);
    buf_printf(&path, "%s/orders.csv", p->work), buf_printf(&said, "%s/import.json", p->work), buf_printf(&why, "%s/import.log", p->work);
    if (buf_err(&path) || buf_err(&said) || buf_err(&why)) return fail(c, ERR_NO_MEMORY, "import orders");
    TRY(file_write_atomic(c, path.p, text, 0600));
    const char *const args[] = { "import", "orders", path.p, "--store", "simulated", "--no-train", "--strict", "--json",
                                 "--data", p->data, NULL };
    return child_run(c, args, said.p, why.p);
}

static err_code import_day(ctx *c, simulation *s, uint32_t day) {
    bool any = s->orders.n > 0;
    for (size_t i = 0; i < s->n_returns; i++)
        if (s->returns[i].day == day) simulated_order_csv(s->p->w, &s->returns[i].order, true, &s->orders), any = true;
    if (!any) return ERR_OK;
    AUTO_BUF text;
    buf_init(&text, 64 * MIB);
    simulated_orders_header(&text);
    buf_str(&text, buf_view(&s->orders));
    if (buf_err(&text) || buf_err(&s->orders)) return fail(c, ERR_NO_MEMORY, "import the orders of a day");
    buf_reset(&s->orders);
    return simulate_import_orders(c, s->p, buf_view(&text));
}

static err_code live_day(ctx *c, simulation *s, uint32_t day) {
    for (uint32_t i = 0; i < s->p->w->p.visits_a_day; i++) {
        s->guests[i] = (guest){ .v = sim_visit_of(s->p->w, day, i) };
        s->guests[i].order = simulated_own_order(&s->guests[i].v);
        TRY(diary_add(c, &s->came, &s->guests[i].v));
    }
    for (uint32_t wave = 0; wave < SIM_WAVES; wave++) TRY(live_wave(c, s, day, wave));
    TRY(import_day(c, s, day));
    int64_t night_ms = SIMULATED_DAY_0_MS + (day + 1) * (int64_t)MS_PER_DAY + NIGHT_MS;
    TRY(simulate_set_clock(c, s->a, night_ms));
    for (simulated_store x = 0; x < STORES_SIMULATED; x++) TRY(simulate_train(c, s->a, x, night_ms, TRAIN_SECONDS));
    return ERR_OK;
}

static err_code start(ctx *c, simulation *s) {
    uint32_t a_day = s->p->w->p.visits_a_day, days = s->p->days + s->p->w->p.first_day;
    s->bought.room = a_day * days / 4 + 100;                /* far more than order */
    s->room_returns = (size_t)a_day * s->p->days / 16 + 100;
    s->guests = arena_new(c->arena, guest, a_day);
    s->bought.list = arena_new(c->arena, purse, s->bought.room);
    s->returns = arena_new(c->arena, on_its_way, s->room_returns);
    s->came.room = a_day * s->p->days;                      /* a visit brings one visitor at most */
    s->came.list = arena_new(c->arena, diary, s->came.room);
    map64_init(&s->bought.place, c->arena), map64_init(&s->came.place, c->arena);
    buf_init_in(&s->events, c->arena, LIMIT_EVENTS_BYTES);
    buf_init_in(&s->orders, c->arena, 32 * MIB);
    /* room that is never grown again: arenas are marked and restored around requests */
    bool have = s->guests && s->came.list && s->bought.list && s->returns;
    have = have && buf_room(&s->events, LIMIT_EVENTS_BYTES - 1) && buf_room(&s->orders, 16 * MIB);
    return have ? ERR_OK : fail(c, ERR_NO_MEMORY, "live through a simulated shop");
}

err_code simulate_past(ctx *c, const sim_world *w, buf *b) {
    simulated_orders_header(b);
    for (uint32_t day = 0; day < w->p.first_day; day++)
        for (uint32_t place = 0; place < w->p.visits_a_day; place++) {
            sim_visit v = sim_visit_of(w, day, place);
            simulated_order o = simulated_own_order(&v);
            if (o.n) simulated_order_csv(w, &o, v.returns, b);
        }
    return buf_err(b) ? fail(c, ERR_NO_MEMORY, "write the past of a simulated shop") : ERR_OK;
}

static err_code remember_past(ctx *c, simulation *s) {
    const sim_world *w = s->p->w;
    for (uint32_t day = 0; day < w->p.first_day; day++)
        for (uint32_t place = 0; place < w->p.visits_a_day; place++) {
            sim_visit v = sim_visit_of(w, day, place);
            simulated_order o = simulated_own_order(&v);
            if (o.n) TRY(purse_add(c, &s->bought, &o));
        }
    return ERR_OK;
}

static void add_up(simulate_day *d) {
    for (size_t k = 0; k < SIM_PAGE_KINDS; k++) {
        d->learned += d->at[k].learned, d->untrained += d->at[k].untrained;
        d->stranger += d->at[k].stranger, d->oracle += d->at[k].oracle;
        d->clairvoyant += d->at[k].clairvoyant;
    }
}

err_code simulate_run(ctx *c, simulate_api *a, const simulate_plan *p, simulate_day *ret_days) {
    simulation s = { .p = p, .a = a };
    TRY(start(c, &s));
    TRY(remember_past(c, &s));
    for (uint32_t i = 0; i < p->days; i++) {
        s.today = &ret_days[i];
        *s.today = (simulate_day){ 0 };
        TRY(live_day(c, &s, p->w->p.first_day + i));
        add_up(s.today);
        if (p->show) p->show(p->arg, i);
    }
    return ERR_OK;
}
