/* What a request is about: the products that lead to others (anchors), those never to be shown (bans), and what the visitor did,
 * in the form models ask for. It does NOT gather candidates (candidates.c). */
#include <math.h>
#include "base/limits.h"
#include "decide/recommend_int.h"
#include "events/session_memory.h"

enum { MOST_PURCHASES = 50, MOST_BOUGHT = MOST_PURCHASES + 2 * RECENT_WAYS };

static err_code no_memory(const request *r) { return fail(r->c, ERR_NO_MEMORY, "no memory for a request"); }

/* ---- from ids ---- */
/* Bought since the snapshot was learned, by customer or visitor, newest first. */
static size_t read_recent(const request *r, told_event *list) {
    const recent_purchases *memory = atomic_load(r->s->recent);
    const uint64_t who[2] = { recent_person(STR("customer"), r->q->customer_id), recent_person(STR("visitor"), r->q->visitor_id) };
    size_t n = 0;
    for (size_t k = 0; memory && k < 2; k++) {
        const recent_entry *bucket = recent_of(memory, who[k]);
        for (size_t i = 0; who[k] && i < RECENT_WAYS; i++) {
            if (atomic_load(&bucket[i].who) != who[k]) continue;
            told_event x = { catalogue_find_hash(&r->s->view, atomic_load(&bucket[i].product)), EVENT_PURCHASE,
                             atomic_load(&bucket[i].at_ms) };
            size_t at = n++;
            for (; at > 0 && list[at - 1].time_ms < x.time_ms; at--) list[at] = list[at - 1];
            list[at] = x;
        }
    }
    return n;
}

static size_t read_bought(const request *r, told_event *list) {
    size_t n = read_recent(r, list);
    const snapshot *snap = r->s->loaded->snap;
    if (!snap || !r->q->customer_id.n) return n;
    purchase_span bought = snapshot_history(snap, r->q->customer_id);
    for (uint32_t i = 0; i < bought.n && i < MOST_PURCHASES; i++)
        list[n++] = (told_event){ serving_slot_of(r->s, bought.p[i].item), EVENT_PURCHASE, (int64_t)bought.p[i].time_s * MS_PER_SECOND };
    return n;
}

err_code context_read(request *r, told *ret_told) {
    const recommend_query *q = r->q;
    const catalogue_view *v = &r->s->view;
    const size_t n_exclude = q->exclude.n + q->standing.n;
    uint32_t *cart = arena_new_raw(r->c->arena, uint32_t, q->cart.n), *exclude = arena_new_raw(r->c->arena, uint32_t, n_exclude);
    told_event *past = arena_new_raw(r->c->arena, told_event, q->history.n);
    told_event *bought = arena_new_raw(r->c->arena, told_event, MOST_BOUGHT);
    if (!cart || !exclude || !past || !bought) return no_memory(r);
    for (size_t i = 0; i < q->cart.n; i++) cart[i] = catalogue_find(v, q->cart.p[i]);
    for (size_t i = 0; i < q->exclude.n; i++) exclude[i] = catalogue_find(v, q->exclude.p[i]);
    for (size_t i = 0; i < q->standing.n; i++) exclude[q->exclude.n + i] = catalogue_find(v, q->standing.p[i]);
    for (size_t i = 0; i < q->history.n; i++)
        past[i] = (told_event){ catalogue_find(v, q->history.p[i].product_id), q->history.p[i].kind, q->history.p[i].time_ms };
    *ret_told = (told){ catalogue_find(v, q->product_id), cart, exclude, q->cart.n, n_exclude, past, q->history.n,
                        bought, read_bought(r, bought) };
    return ERR_OK;
}

/* ---- anchors and bans ---- */
static void add_anchor(request *r, anchor_kind kind, uint32_t slot, float weight) {
    if (slot == NO_SLOT || r->n_anchors == MAX_ANCHORS) return;
    for (size_t i = 0; i < r->n_anchors; i++)
        if (r->anchors[i].slot == slot) return;
    r->anchors[r->n_anchors++] = (anchor){ .item = catalogue_at(&r->s->view, slot), .slot = slot, .kind = kind, .weight = weight,
                                           .learned = serving_item_of(r->s, slot) };
}

static void ban(request *r, uint32_t slot) {
    if (slot != NO_SLOT) r->ban[r->n_ban++] = slot;
}

/* The attention a cart gets is shared: m items speak with 1/sqrt(m) each, as their evidence overlaps; half as loud next to a product. */
static void add_cart(request *r, const told *t) {
    float weight = t->n_cart ? 1 / sqrtf((float)t->n_cart) : 0;
    if (r->n_anchors) weight *= 0.5f;
    for (size_t i = 0; i < t->n_cart; i++) {
        add_anchor(r, ANCHOR_CART, t->cart[i], weight);
        ban(r, t->cart[i]);
    }
}

/* Sent back since: what was bought or wanted of it says nothing any more. `at` counts from the newest. */
static bool was_returned(const told *t, size_t at) {
    for (size_t i = 0; i <= at; i++)
        if (t->history[i].kind == EVENT_REFUND && t->history[i].slot == t->history[at].slot) return true;
    return false;
}

/* Kinds that say whether an item lies in the cart: only the first of them does. */
static const bool speaks_of_the_cart[EVENT_KINDS] = {
    [EVENT_CART] = true, [EVENT_CART_REMOVE] = true, [EVENT_PURCHASE] = true, [EVENT_REFUND] = true,
};
enum { CART_DAYS = 30 };                                    /* older ones were left behind: to see them again is a reminder */

/* It was put into the cart, and nothing newer took it out or bought it, told or known to us. */
static bool is_in_cart(const request *r, const told *t, size_t at) {
    const told_event *e = &t->history[at];
    if (e->kind != EVENT_CART || (e->time_ms && e->time_ms < r->now_ms - CART_DAYS * (int64_t)MS_PER_DAY)) return false;
    for (size_t i = 0; i < at; i++)
        if (t->history[i].slot == e->slot && speaks_of_the_cart[t->history[i].kind]) return false;
    for (size_t i = 0; i < t->n_bought; i++)
        if (t->bought[i].slot == e->slot && t->bought[i].time_ms >= e->time_ms) return false;
    return true;
}

enum { PERSONAL_ANCHORS = 50 };
static const float history_first = 0.5f, history_fade = 0.93f;
static const double anchor_half_life_days = 90;
typedef struct { size_t n; float weight; } personal;

static void add_personal(request *r, personal *p, uint32_t slot, double factor) {
    if (p->n >= PERSONAL_ANCHORS || slot == NO_SLOT) return;
    double weight = (double)p->weight * factor;
    add_anchor(r, ANCHOR_HISTORY, slot, weight > 1 ? 1 : (float)weight);
    p->weight *= history_fade;
    p->n++;
}

/* The nearer to a purchase the more attention, by the root of the kind's weight; old ones less. */
static double told_attention(const request *r, const told_event *e) {
    double near = sqrt(event_kinds[e->kind].weight / event_kinds[EVENT_VIEW].weight);
    double age_days = e->time_ms ? fmax(0, (double)(r->now_ms - e->time_ms)) / MS_PER_DAY : 0;
    return near * exp2(-age_days / anchor_half_life_days);
}

static void add_persons(request *r, const told *t) {
    personal p = { 0, history_first };
    int64_t since_ms = r->now_ms - (int64_t)r->s->loaded->settings.just_bought_days * MS_PER_DAY;
    for (size_t i = 0; i < t->n_history; i++) {
        if (is_in_cart(r, t, i)) ban(r, t->history[i].slot);
        if (!was_returned(t, i)) add_personal(r, &p, t->history[i].slot, told_attention(r, &t->history[i]));
    }
    for (size_t i = 0; i < t->n_bought; i++) {
        add_personal(r, &p, t->bought[i].slot, 1);          /* owned by now: its companions matter, not more of its kind */
        if (t->bought[i].time_ms >= since_ms) ban(r, t->bought[i].slot);
    }
}

/* ---- what the visitor did, for models ---- */
enum { UNTIMED_STEP_MS = 1000, SESSION_EVENTS = 20 };

static err_code events_new(request *r, size_t most) {
    arena *a = r->c->arena;
    r->events = (visitor_events){ .item = arena_new_raw(a, uint32_t, most), .visit = arena_new_raw(a, uint32_t, most),
                                  .weight = arena_new_raw(a, float, most), .time_ms = arena_new_raw(a, int64_t, most) };
    bool have = r->events.item && r->events.visit && r->events.weight && r->events.time_ms;
    return have ? ERR_OK : no_memory(r);
}

static void add_event(request *r, uint32_t slot, event_kind kind, int64_t time_ms) {
    visitor_events *e = &r->events;
    uint32_t item = slot == NO_SLOT ? SNAPSHOT_NONE : serving_item_of(r->s, slot), last = e->n - 1;
    if (item == SNAPSHOT_NONE) return;
    if (e->n && time_ms < e->time_ms[last]) time_ms = e->time_ms[last];         /* the order told is the order believed */
    bool new_visit = e->n && time_ms - e->time_ms[last] > SESSION_GAP_MS;
    if (new_visit) e->session = e->n;
    e->item[e->n] = item;
    e->visit[e->n] = e->n ? e->visit[last] + new_visit : 0;
    e->weight[e->n] = (float)event_kinds[kind].weight;
    e->time_ms[e->n++] = time_ms;
}

/* Oldest first: purchases we know, the history told, the cart, the page. */
static err_code add_events(request *r, const told *t) {
    TRY(events_new(r, t->n_bought + t->n_history + t->n_cart + 1));
    for (size_t i = t->n_bought; i-- > 0;) add_event(r, t->bought[i].slot, EVENT_PURCHASE, t->bought[i].time_ms);
    for (size_t i = t->n_history; i-- > 0;) {
        const told_event *e = &t->history[i];
        int64_t place_ms = r->now_ms - (int64_t)(i + 1) * UNTIMED_STEP_MS;
        if (!was_returned(t, i)) add_event(r, e->slot, e->kind, e->time_ms && e->time_ms < r->now_ms ? e->time_ms : place_ms);
    }
    for (size_t i = 0; i < t->n_cart; i++) add_event(r, t->cart[i], EVENT_CART, r->now_ms);
    add_event(r, t->product, EVENT_VIEW, r->now_ms);
    if (r->events.n - r->events.session > SESSION_EVENTS) r->events.session = r->events.n - SESSION_EVENTS;
    return ERR_OK;
}

err_code context_build(request *r, const told *t) {
    r->ban = arena_new_raw(r->c->arena, uint32_t, 1 + t->n_cart + t->n_exclude + t->n_history + t->n_bought);
    if (!r->ban) return no_memory(r);
    add_anchor(r, ANCHOR_PRODUCT, t->product, 1);
    ban(r, t->product);
    r->product = r->n_anchors ? r->anchors[0].item : NULL;
    add_cart(r, t);
    for (size_t i = 0; i < t->n_exclude; i++) ban(r, t->exclude[i]);
    add_persons(r, t);
    return add_events(r, t);
}
