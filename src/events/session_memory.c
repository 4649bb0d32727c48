/* Session memory: shards of chained hash tables, least recently active out first. It does NOT know storage: intake.c rebuilds it.
 * A visitor is found by two hashes (128 bits together), so no id is kept; products are packed records, because most visitors
 * leave after three pages and fifty fixed slots would cost the memory of the other ten. */
#include "events/session_memory.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/thread.h"

enum { SHARDS = 64, FIRST_BUCKETS = 16, FIRST_PACK = 64, HEAP_COST = 16, MOST_DEVICE = 8 };

/* Records one behind the other, oldest first: length of the id, kind, time (8 bytes), id. */
typedef struct { unsigned char *p; uint32_t n, cap, count; } pack;
enum { PACK_HEAD = 10 };

typedef struct entry {
    uint64_t key, check;
    struct entry *chain, *newer, *older;
    int64_t last_ms;                /* newest event */
    int64_t minute, hour;           /* that views and events are counted of */
    uint32_t views, events;
    consent_level consent;
    bool robot;
    char session[SESSION_ID_KEPT + 1], device[MOST_DEVICE + 1];
    pack past, cart;
} entry;

typedef struct {
    lock mutex;                     /* guards the rest */
    entry **buckets, *newest, *oldest;
    size_t n_buckets, n, bytes;
    uint64_t dropped;
} shard;

struct session_memory {
    size_t shard_bytes;
    uint64_t seed;
    shard shards[SHARDS];
};

typedef struct { uint64_t key, check; } identity;

static identity who(const session_memory *m, int64_t store_id, str visitor_id) {
    uint64_t seed = hash_bytes(&store_id, sizeof store_id, m->seed);
    return (identity){ hash_bytes(visitor_id.p, visitor_id.n, seed), hash_bytes(visitor_id.p, visitor_id.n, ~seed) };
}

static shard *shard_of(session_memory *m, identity id) { return &m->shards[id.key >> 58]; }
static_assert(SHARDS == 1 << (64 - 58), "the top bits choose the shard");

/* ---- packed records ---- */
static void pack_free(shard *s, pack *k) {
    if (k->p) s->bytes -= k->cap + HEAP_COST;
    free(k->p);
    *k = (pack){ 0 };
}

static void pack_cut(pack *k, uint32_t at) {
    uint32_t size = PACK_HEAD + k->p[at];
    memmove(k->p + at, k->p + at + size, k->n - at - size);
    k->n -= size;
    k->count--;
}

static bool pack_room(shard *s, pack *k, uint32_t size) {
    uint32_t cap = k->cap ? k->cap : FIRST_PACK;
    while (cap < k->n + size) cap *= 2;
    if (cap == k->cap) return true;
    unsigned char *p = realloc(k->p, cap);
    if (!p) return false;
    s->bytes += k->p ? cap - k->cap : cap + HEAP_COST;
    k->p = p;
    k->cap = cap;
    return true;
}

static void pack_add(shard *s, pack *k, const remembered_event *e, uint32_t most) {
    if (!e->product_id.n || e->product_id.n > LIMIT_ID_BYTES) return;
    while (k->count >= most) pack_cut(k, 0);
    if (!pack_room(s, k, PACK_HEAD + (uint32_t)e->product_id.n)) return;       /* forgetting a little is fine */
    unsigned char *to = k->p + k->n;
    to[0] = (unsigned char)e->product_id.n;
    to[1] = (unsigned char)e->kind;
    memcpy(to + 2, &e->time_ms, sizeof e->time_ms);
    memcpy(to + PACK_HEAD, e->product_id.p, e->product_id.n);
    k->n += PACK_HEAD + (uint32_t)e->product_id.n;
    k->count++;
}

static remembered_event pack_at(const pack *k, uint32_t at) {
    remembered_event e = { .product_id = { (const char *)k->p + at + PACK_HEAD, k->p[at] }, .kind = (event_kind)k->p[at + 1] };
    memcpy(&e.time_ms, k->p + at + 2, sizeof e.time_ms);
    return e;
}

static void pack_remove(pack *k, str product_id) {
    for (uint32_t at = 0; at < k->n;) {
        if (str_eq(pack_at(k, at).product_id, product_id)) pack_cut(k, at);
        else at += PACK_HEAD + k->p[at];
    }
}

/* ---- entries ---- */
static entry **bucket_of(shard *s, identity id) { return &s->buckets[id.key & (s->n_buckets - 1)]; }

static entry *find(shard *s, identity id) {
    entry *e = s->n_buckets ? *bucket_of(s, id) : NULL;
    while (e && (e->key != id.key || e->check != id.check)) e = e->chain;
    return e;
}

static void unlink_age(shard *s, entry *e) {
    if (e->newer) e->newer->older = e->older;
    else s->newest = e->older;
    if (e->older) e->older->newer = e->newer;
    else s->oldest = e->newer;
}

static void link_newest(shard *s, entry *e) {
    e->newer = NULL;
    e->older = s->newest;
    if (s->newest) s->newest->newer = e;
    else s->oldest = e;
    s->newest = e;
}

static void drop(shard *s, entry *e) {
    entry **at = bucket_of(s, (identity){ e->key, e->check });
    while (*at != e) at = &(*at)->chain;
    *at = e->chain;
    unlink_age(s, e);
    pack_free(s, &e->past);
    pack_free(s, &e->cart);
    s->bytes -= sizeof *e + HEAP_COST;
    s->n--;
    free(e);
}

static bool grow(shard *s) {
    size_t n = s->n_buckets ? s->n_buckets * 2 : FIRST_BUCKETS;
    entry **buckets = calloc(n, sizeof *buckets);
    if (!buckets) return s->n_buckets > 0;          /* longer chains, then */
    free(s->buckets);
    s->bytes += (n - s->n_buckets) * sizeof *buckets;
    s->buckets = buckets;
    s->n_buckets = n;
    for (entry *e = s->oldest; e; e = e->newer) {
        entry **at = bucket_of(s, (identity){ e->key, e->check });
        e->chain = *at;
        *at = e;
    }
    return true;
}

static entry *make(shard *s, identity id) {
    if (s->n >= s->n_buckets && !grow(s)) return NULL;
    entry *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    entry **at = bucket_of(s, id);
    *e = (entry){ .key = id.key, .check = id.check, .chain = *at };
    *at = e;
    link_newest(s, e);
    s->bytes += sizeof *e + HEAP_COST;
    s->n++;
    return e;
}

static void hold_to_limit(session_memory *m, shard *s, const entry *keep) {
    while (s->bytes > m->shard_bytes && s->oldest && s->oldest != keep) {
        drop(s, s->oldest);
        s->dropped++;
    }
}

/* ---- life ---- */
err_code session_memory_new(ctx *c, size_t max_bytes, uint64_t seed, session_memory **ret_memory) {
    session_memory *m = calloc(1, sizeof *m);
    if (!m) return fail(c, ERR_NO_MEMORY, "start the session memory");
    m->shard_bytes = (max_bytes ? max_bytes : LIMIT_SESSION_BYTES) / SHARDS;
    m->seed = seed;
    for (size_t i = 0; i < SHARDS; i++) pthread_mutex_init(&m->shards[i].mutex, NULL);
    *ret_memory = m;
    return ERR_OK;
}

void session_memory_free(session_memory *m) {
    if (!m) return;
    for (size_t i = 0; i < SHARDS; i++) {
        shard *s = &m->shards[i];
        while (s->oldest) drop(s, s->oldest);
        free(s->buckets);
        pthread_mutex_destroy(&s->mutex);
    }
    free(m);
}

void session_memory_get_facts(session_memory *m, session_memory_facts *ret_facts) {
    session_memory_facts f = { 0 };
    for (size_t i = 0; i < SHARDS; i++) {
        WITH_LOCK(&m->shards[i].mutex);
        f.visitors += m->shards[i].n;
        f.bytes += m->shards[i].bytes;
        f.dropped += m->shards[i].dropped;
    }
    *ret_facts = f;
}

void session_memory_forget(session_memory *m, int64_t store_id, str visitor_id) {
    identity id = who(m, store_id, visitor_id);
    shard *s = shard_of(m, id);
    WITH_LOCK(&s->mutex);
    entry *e = find(s, id);
    if (e) drop(s, e);
}

/* ---- steps ---- */
/* More than a person can do. Views of one minute, events of one hour, by the events' own clock: a batch sent late is no robot. */
static bool is_hasty(entry *x, const visitor_event *e) {
    int64_t minute = e->row.time_ms / MS_PER_MINUTE, hour = e->row.time_ms / MS_PER_HOUR;
    if (minute != x->minute) x->minute = minute, x->views = 0;
    if (hour != x->hour) x->hour = hour, x->events = 0;
    x->views += e->kind == EVENT_VIEW;
    x->events++;
    return x->views > LIMIT_ROBOT_VIEWS_MINUTE || x->events > LIMIT_ROBOT_EVENTS_HOUR;
}

/* True when this changes what was known. What may not be remembered any more is forgotten. */
static bool agree(shard *s, entry *x, consent_level told, bool robot) {
    bool changed = (told != CONSENT_UNTOLD && told != x->consent) || (robot && !x->robot);
    if (told != CONSENT_UNTOLD) x->consent = told;
    x->robot |= robot;
    if (x->robot || x->consent == CONSENT_NONE || x->consent == CONSENT_STATISTICS) {
        pack_free(s, &x->past);
        pack_free(s, &x->cart);
    }
    return changed;
}

static void copy_short(char *to, size_t most, str text) {
    size_t n = text.n <= most ? text.n : 0;
    if (n) memcpy(to, text.p, n);
    to[n] = 0;
}

/* True when a session begins. */
static bool take_session(entry *x, const visitor_event *e, str fresh) {
    bool silent = e->row.time_ms - x->last_ms > SESSION_GAP_MS, told = e->row.session_id.n > 0;
    bool begins = told ? !str_eq(e->row.session_id, str_of(x->session)) : silent || !x->session[0];
    if (begins) copy_short(x->session, SESSION_ID_KEPT, told ? e->row.session_id : fresh);
    if (e->row.time_ms > x->last_ms) x->last_ms = e->row.time_ms;
    return begins;
}

static void touch(shard *s, entry *x) {
    if (s->newest == x) return;
    unlink_age(s, x);
    link_newest(s, x);
}

void session_memory_step(session_memory *m, const visitor_event *e, str fresh, session_step *ret_step) {
    identity id = who(m, e->row.store_id, e->row.visitor_id);
    shard *s = shard_of(m, id);
    session_step step = { .begins = true, .consent = e->consent, .robot = e->row.robot };
    copy_short(step.session, SESSION_ID_KEPT, e->row.session_id.n ? e->row.session_id : fresh);
    WITH_LOCK(&s->mutex);
    entry *x = find(s, id);
    step.known = x != NULL;
    if (x) touch(s, x);
    else x = make(s, id);
    if (x) {
        step.changed = agree(s, x, e->consent, e->row.robot || is_hasty(x, e));
        step.begins = take_session(x, e, fresh);
        step.consent = x->consent;
        step.robot = x->robot;
        if (e->row.device.n) copy_short(x->device, MOST_DEVICE, e->row.device);
        memcpy(step.session, x->session, sizeof step.session);
        hold_to_limit(m, s, x);
    }
    *ret_step = step;
}

void session_memory_agree(session_memory *m, const visitor_event *e, consent_level told, bool robot) {
    identity id = who(m, e->row.store_id, e->row.visitor_id);
    shard *s = shard_of(m, id);
    WITH_LOCK(&s->mutex);
    entry *x = find(s, id);
    if (x) (void)agree(s, x, told, robot);          /* it comes from storage: nobody needs to write it again */
}

/* ---- products ---- */
static void take_product(shard *s, entry *x, const visitor_event *e) {
    remembered_event seen = { e->row.product_id, e->kind, e->row.time_ms };
    if (e->kind == EVENT_CART) {
        pack_remove(&x->cart, seen.product_id);     /* newest last, once */
        pack_add(s, &x->cart, &seen, SESSION_CART_KEPT);
    }
    if (e->kind == EVENT_CART_REMOVE) pack_remove(&x->cart, seen.product_id);
    if (event_kinds[e->kind].flags & NEEDS_PRODUCT) pack_add(s, &x->past, &seen, SESSION_EVENTS_KEPT);
}

static void take_purchase(shard *s, entry *x, const visitor_event *e) {
    event_products bought;
    event_read_products(&e->row, &bought);
    for (size_t i = 0; i < bought.n; i++)
        pack_add(s, &x->past, &(remembered_event){ bought.id[i], EVENT_PURCHASE, e->row.time_ms }, SESSION_EVENTS_KEPT);
    pack_free(s, &x->cart);
}

void session_memory_take(session_memory *m, const visitor_event *e) {
    bool bought = e->kind == EVENT_PURCHASE;
    if (!e->row.visitor_id.n || e->row.robot || e->consent != CONSENT_ALL) return;
    if (!bought && !(event_kinds[e->kind].flags & NEEDS_PRODUCT)) return;
    identity id = who(m, e->row.store_id, e->row.visitor_id);
    shard *s = shard_of(m, id);
    WITH_LOCK(&s->mutex);
    entry *x = find(s, id);
    if (!x || x->robot || x->consent == CONSENT_NONE || x->consent == CONSENT_STATISTICS) return;
    if (bought) take_purchase(s, x, e);
    else take_product(s, x, e);
    hold_to_limit(m, s, x);
}

/* ---- answers ---- */
/* The text of `packed`, moved to where all of it was copied. */
static str moved(const pack *k, str packed, const char *copy) { return (str){ copy + (packed.p - (const char *)k->p), packed.n }; }

static char *copy_bytes(arena *a, const void *p, size_t n) {
    char *to = arena_alloc_raw(a, n);
    if (to && n) memcpy(to, p, n);
    return to;
}

static err_code copy_known(ctx *c, const entry *x, remembered *r) {
    const char *past = copy_bytes(c->arena, x->past.p, x->past.n), *cart = copy_bytes(c->arena, x->cart.p, x->cart.n);
    r->events = arena_new_raw(c->arena, remembered_event, x->past.count);
    r->cart = arena_new_raw(c->arena, str, x->cart.count);
    r->session_id = str_dup(c->arena, str_of(x->session));
    r->device = str_dup(c->arena, str_of(x->device));
    if (!past || !cart || !r->events || !r->cart || !r->session_id.p || !r->device.p) return ERR_NO_MEMORY;
    r->n_events = x->past.count;
    r->n_cart = x->cart.count;
    for (uint32_t at = 0, i = x->past.count; i-- > 0; at += PACK_HEAD + x->past.p[at]) {
        r->events[i] = pack_at(&x->past, at);
        r->events[i].product_id = moved(&x->past, r->events[i].product_id, past);
    }
    for (uint32_t at = 0, i = x->cart.count; i-- > 0; at += PACK_HEAD + x->cart.p[at])
        r->cart[i] = moved(&x->cart, pack_at(&x->cart, at).product_id, cart);
    return ERR_OK;
}

err_code session_memory_get(ctx *c, session_memory *m, int64_t store_id, str visitor_id, consent_level otherwise, remembered *ret_known) {
    identity id = who(m, store_id, visitor_id);
    shard *s = shard_of(m, id);
    remembered r = { .consent = otherwise };
    err_code e = ERR_OK;
    pthread_mutex_lock(&s->mutex);
    const entry *x = visitor_id.n ? find(s, id) : NULL;
    if (x && x->consent != CONSENT_UNTOLD) r.consent = x->consent;
    r.robot = x && x->robot;
    if (x && !x->robot && r.consent == CONSENT_ALL) e = copy_known(c, x, &r);
    pthread_mutex_unlock(&s->mutex);
    if (e) return fail(c, e, "remember the visitor");
    *ret_known = r;
    return ERR_OK;
}
