/* What a request is about: the products that lead to others (anchors), those never to be shown (bans), and what the visitor did,
 * in the form models ask for. It does NOT gather candidates (candidates.c). */
#include <math.h>
#include "base/limits.h"
#include "decide/recommend_int.h"

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

/* ---- what the visitor did ---- */
enum { VISIT_GAP_MS = 30 * 60 * 1000, UNTIMED_STEP_MS = 1000, MOST_PURCHASES = 50, SESSION_EVENTS = 20 };

static void add_event(request *r, uint32_t slot, event_kind kind, int64_t time_ms) {
    visitor_events *e = &r->events;
    uint32_t item = slot == NO_SLOT ? SNAPSHOT_NONE : serving_item_of(r->s, slot);
    if (item == SNAPSHOT_NONE) return;
    if (e->n && time_ms < e->time_ms[e->n - 1]) time_ms = e->time_ms[e->n - 1];         /* the order told is the order believed */
    bool new_visit = e->n && time_ms - e->time_ms[e->n - 1] > VISIT_GAP_MS;
    uint32_t visit = e->n ? e->visit[e->n - 1] + new_visit : 0;
    if (new_visit) e->session = e->n;
    e->item[e->n] = item;
    e->visit[e->n] = visit;
    e->weight[e->n] = (float)event_kinds[kind].weight;
    e->time_ms[e->n++] = time_ms;
}

static err_code events_new(request *r) {
    size_t most = MOST_PURCHASES + 2 * RECENT_WAYS + r->q->history.n + r->q->cart.n + 1;
    arena *a = r->c->arena;
    r->events = (visitor_events){ .item = arena_new_raw(a, uint32_t, most), .visit = arena_new_raw(a, uint32_t, most),
                                  .weight = arena_new_raw(a, float, most), .time_ms = arena_new_raw(a, int64_t, most) };
    bool have = r->events.item && r->events.visit && r->events.weight && r->events.time_ms;
    return have ? ERR_OK : fail(r->c, ERR_NO_MEMORY, "no memory for a request");
}

/* Sent back later: what was bought or wanted of it says nothing any more. */
static bool was_returned(recommend_events h, size_t at) {
    for (size_t i = 0; i <= at; i++)
        if (h.p[i].kind == EVENT_REFUND && str_eq(h.p[i].product_id, h.p[at].product_id)) return true;
    return false;
}

/* The cart and the page are what the visitor does now. */
static void add_present(request *r) {
    for (size_t i = 0; i < r->q->cart.n; i++) add_event(r, catalogue_find(&r->s->view, r->q->cart.p[i]), EVENT_CART, r->now_ms);
    if (r->n_anchors && r->anchors[0].kind == ANCHOR_PRODUCT) add_event(r, r->anchors[0].slot, EVENT_VIEW, r->now_ms);
}

/* ---- persons: history of the request, purchases of the last weeks, purchases learned ---- */
enum { PERSONAL_ANCHORS = 50 };
static const float history_first = 0.5f, history_fade = 0.93f;
static const double anchor_half_life_days = 90;

/* What was done lately counts more, and what was nearer to a purchase: by the root of its weight, as attention is shared. */
typedef struct { size_t n; float weight; } personal;
static void add_personal(request *r, personal *p, uint32_t slot, event_kind kind, int64_t time_ms) {
    if (p->n >= PERSONAL_ANCHORS || slot == NO_SLOT) return;
    double near = sqrt(event_kinds[kind].weight / event_kinds[EVENT_VIEW].weight);
    double age_days = time_ms ? fmax(0, (double)(r->now_ms - time_ms)) / MS_PER_DAY : 0;
    double weight = (double)p->weight * near * exp2(-age_days / anchor_half_life_days);
    add_anchor(r, ANCHOR_HISTORY, slot, weight > 1 ? 1 : (float)weight);
    p->weight *= history_fade;
    p->n++;
}

static void add_history(request *r, personal *p, const uint32_t *slots) {
    recommend_events h = r->q->history;
    for (size_t i = 0; i < h.n; i++)
        if (h.p[i].kind != EVENT_REFUND && !was_returned(h, i)) add_personal(r, p, slots[i], h.p[i].kind, h.p[i].time_ms);
}

static void add_history_events(request *r, const uint32_t *slots) {
    recommend_events h = r->q->history;
    for (size_t i = h.n; i-- > 0;) {
        if (h.p[i].kind == EVENT_REFUND || was_returned(h, i)) continue;
        int64_t told_ms = h.p[i].time_ms, place_ms = r->now_ms - (int64_t)(i + 1) * UNTIMED_STEP_MS;
        add_event(r, slots[i], h.p[i].kind, told_ms && told_ms < r->now_ms ? told_ms : place_ms);
    }
}

/* Bought since the snapshot was learned, by customer or visitor. */
typedef struct { uint32_t slot; int64_t at_ms; } recent_bought;
static size_t read_recent(const request *r, recent_bought *list) {
    const recent_purchases *memory = atomic_load(r->s->recent);
    const uint64_t who[2] = { recent_person(STR("customer"), r->q->customer_id), recent_person(STR("visitor"), r->q->visitor_id) };
    size_t n = 0;
    for (size_t k = 0; memory && k < 2; k++) {
        const recent_entry *bucket = recent_of(memory, who[k]);
        for (size_t i = 0; who[k] && i < RECENT_WAYS; i++) {
            if (atomic_load(&bucket[i].who) != who[k]) continue;
            recent_bought x = { catalogue_find_hash(&r->s->view, atomic_load(&bucket[i].product)), atomic_load(&bucket[i].at_ms) };
            size_t at = n++;
            for (; at > 0 && list[at - 1].at_ms < x.at_ms; at--) list[at] = list[at - 1];       /* newest first */
            list[at] = x;
        }
    }
    return n;
}

static void add_recent(request *r, personal *p, const recent_bought *recent, size_t n, int64_t since_ms) {
    for (size_t i = 0; i < n; i++) {
        if (recent[i].at_ms < since_ms) continue;
        add_personal(r, p, recent[i].slot, EVENT_VIEW, 0);
        ban(r, recent[i].slot);
    }
}

static void add_purchases(request *r, personal *p, purchase_span bought, int64_t since_ms) {
    for (uint32_t i = 0; i < bought.n && i < MOST_PURCHASES; i++) {
        uint32_t slot = serving_slot_of(r->s, bought.p[i].item);
        add_personal(r, p, slot, EVENT_VIEW, 0);
        if ((int64_t)bought.p[i].time_s * MS_PER_SECOND >= since_ms) ban(r, slot);
    }
}

/* ---- all ---- */
/* The attention a cart gets is shared: m items speak with 1/sqrt(m) each, as their evidence overlaps; half as loud next to a product. */
static void add_cart(request *r) {
    str_list cart = r->q->cart;
    float weight = cart.n ? 1 / sqrtf((float)cart.n) : 0;
    if (r->n_anchors) weight *= 0.5f;
    for (size_t i = 0; i < cart.n; i++) {
        uint32_t slot = catalogue_find(&r->s->view, cart.p[i]);
        add_anchor(r, ANCHOR_CART, slot, weight);
        ban(r, slot);
    }
}

static err_code add_persons(request *r) {
    const recommend_query *q = r->q;
    recent_bought recent[2 * RECENT_WAYS];
    size_t n_recent = read_recent(r, recent);
    int64_t since_ms = r->now_ms - (int64_t)r->s->loaded->settings.just_bought_days * MS_PER_DAY;
    purchase_span bought = { NULL, 0 };
    if (r->s->loaded->snap && q->customer_id.n) bought = snapshot_history(r->s->loaded->snap, q->customer_id);
    uint32_t *slots = arena_new_raw(r->c->arena, uint32_t, q->history.n);
    if (!slots) return fail(r->c, ERR_NO_MEMORY, "no memory for a request");
    for (size_t i = 0; i < q->history.n; i++) slots[i] = catalogue_find(&r->s->view, q->history.p[i].product_id);
    personal p = { 0, history_first };
    add_history(r, &p, slots);
    add_recent(r, &p, recent, n_recent, since_ms);
    add_purchases(r, &p, bought, since_ms);
    TRY(events_new(r));
    for (uint32_t i = bought.n < MOST_PURCHASES ? bought.n : MOST_PURCHASES; i-- > 0;)
        add_event(r, serving_slot_of(r->s, bought.p[i].item), EVENT_PURCHASE, (int64_t)bought.p[i].time_s * MS_PER_SECOND);
    for (size_t i = n_recent; i-- > 0;) add_event(r, recent[i].slot, EVENT_PURCHASE, recent[i].at_ms);
    add_history_events(r, slots);
    add_present(r);
    if (r->events.n - r->events.session > SESSION_EVENTS) r->events.session = r->events.n - SESSION_EVENTS;
    return ERR_OK;
}

err_code context_read(request *r) {
    const recommend_query *q = r->q;
    r->ban = arena_new(r->c->arena, uint32_t, 1 + q->cart.n + q->exclude.n + 2 * RECENT_WAYS + MOST_PURCHASES);
    if (!r->ban) return fail(r->c, ERR_NO_MEMORY, "no memory for a request");
    uint32_t slot = catalogue_find(&r->s->view, q->product_id);
    add_anchor(r, ANCHOR_PRODUCT, slot, 1);
    ban(r, slot);
    r->product = r->n_anchors ? r->anchors[0].item : NULL;
    add_cart(r);
    for (size_t i = 0; i < q->exclude.n; i++) ban(r, catalogue_find(&r->s->view, q->exclude.p[i]));
    return add_persons(r);
}
