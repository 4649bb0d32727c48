/* Generations of shops: pinned by readers, replaced by writers, freed in order after the last pin.
 * A shop's generations form a chain, oldest first. What generation g replaced may have been seen by every older one, so it is
 * freed when g and all before it are unpinned. One lock guards chains, the current pointers and counts; a second, per shop, lets
 * one writer at a time read storage. */
#include "decide/serving.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/thread.h"
#include "decide/answer_cache.h"
#include "decide/catalogue_load.h"
#include "decide/serving_int.h"

/* Made on first use and kept to the end of the registry: unpinning needs it. */
typedef struct shop {
    serving_registry *home;
    int64_t store_id;
    lock writer;
    serving *oldest, *newest;       /* chain of generations not freed yet */
    serving *current;               /* = newest, or NULL when not loaded */
    uint64_t used;                  /* registry's tick at the last pin */
    size_t bytes;                   /* of the current generation */
    recent_purchases *_Atomic recent;   /* NULL until the first order */
} shop;

struct serving_registry {
    lock guard;                     /* everything below and the chains of all shops */
    arena names;                    /* of the map */
    map64 by_id;                    /* store id -> place in shops + 1 */
    shop **shops;
    uint32_t n_shops, capacity;
    uint64_t tick;
    registry_facts facts;
    uint64_t generations;           /* ever published */
    answer_cache *answers;
    struct counters *counters;
    str data_dir;
    seal_key seal;                  /* when has_seal */
    bool has_seal;
};

err_code serving_registry_new(ctx *c, const serving_options *o, serving_registry **ret_registry) {
    serving_registry *r = calloc(1, sizeof *r);
    if (!r) return fail(c, ERR_NO_MEMORY, "no memory for the registry of shops");
    arena_init(&r->names, 64 * MIB);
    r->data_dir = str_dup(&r->names, o->data_dir);
    if (!r->data_dir.p) {
        free(r);
        return fail(c, ERR_NO_MEMORY, "no memory for the registry of shops");
    }
    pthread_mutex_init(&r->guard, NULL);
    map64_init(&r->by_id, &r->names);
    r->counters = o->counters;
    r->has_seal = o->seal;
    if (o->seal) r->seal = *o->seal;
    r->answers = answer_cache_new(rng_u64(&c->random));
    r->facts.max_bytes = o->max_bytes ? o->max_bytes : 1024 * MIB;
    *ret_registry = r;
    return ERR_OK;
}

/* ---- generations; the caller holds the guard ---- */
/* Cut the generations off the chain that nobody can see; the caller frees the list returned after letting go of the guard. */
static serving *detach_unseen(shop *p) {
    serving *first = p->oldest, *last = NULL;
    while (p->oldest && p->oldest != p->current && !atomic_load(&p->oldest->pins)) {
        last = p->oldest;
        p->oldest = last->newer;
    }
    if (!p->oldest) p->newest = NULL;
    if (!p->oldest) free(atomic_exchange(&p->recent, NULL));    /* nobody is left who could look */
    if (!last) return NULL;
    last->newer = NULL;
    return first;
}

static void free_generations(serving *s) {
    for (serving *newer; s; s = newer) {
        newer = s->newer;
        catalogue_leftover_free(&s->left);
        shop_terms_free(s->last_terms);
        fresh_orders_free(s->last_fresh);
        loaded_shop_free(s->last);
        free(s);
    }
}

/* The current generation becomes an old one: `next` follows it, NULL when nothing does. What no later one uses goes with it. */
static void retire_current(shop *p, const serving *next) {
    serving *old = p->current;
    if (!old) return;
    if (!next || next->loaded != old->loaded) old->last = (loaded_shop *)(uintptr_t)old->loaded;
    if (!next || next->terms != old->terms) old->last_terms = (shop_terms *)(uintptr_t)old->terms;
    if (!next || next->fresh != old->fresh) old->last_fresh = (fresh_orders *)(uintptr_t)old->fresh;
    p->current = NULL;
    p->home->facts.bytes -= p->bytes;
    p->home->facts.shops--;
    p->bytes = 0;
    atomic_fetch_sub(&old->pins, 1);
}

static void make_current(shop *p, serving *s) {
    if (p->newest) p->newest->newer = s;
    else p->oldest = s;
    p->newest = p->current = s;
    p->bytes = s->counts.bytes + (s->loaded->snap ? s->loaded->snap->map.size : 0) + s->loaded->n_ranked * 4 * sizeof(uint32_t);
    p->home->facts.bytes += p->bytes;
    p->home->facts.shops++;
    p->home->facts.publishes++;
    s->number = ++p->home->generations;
    s->answers = p->home->answers;
    s->counters = p->home->counters;
}

static serving *generation_new(ctx *c, shop *p, const loaded_shop *l, const shop_terms *t, const fresh_orders *f) {
    serving *s = calloc(1, sizeof *s);
    if (!s) {
        fail(c, ERR_NO_MEMORY, "no memory for a generation of a shop");
        return NULL;
    }
    s->shop = p;
    s->loaded = l;
    s->terms = t;
    s->fresh = f;
    s->recent = &p->recent;
    atomic_init(&s->pins, 1);
    return s;
}

static void generation_look(serving *s) {
    s->view = catalogue_look(s->loaded->k);
    s->counts = catalogue_count(s->loaded->k);
}

/* Drop shops used longest ago until the limit is kept, never `keep`. */
static void evict(serving_registry *r, const shop *keep, serving **unseen, size_t room) {
    for (size_t n = 0; n < room && r->facts.bytes > r->facts.max_bytes; n++) {
        shop *oldest = NULL;
        for (uint32_t i = 0; i < r->n_shops; i++) {
            shop *p = r->shops[i];
            if (p->current && p != keep && (!oldest || p->used < oldest->used)) oldest = p;
        }
        if (!oldest) return;
        retire_current(oldest, NULL);
        r->facts.evictions++;
        unseen[n] = detach_unseen(oldest);
    }
}

/* ---- shops ---- */
static shop *shop_at(serving_registry *r, int64_t store_id) {
    const uint32_t *at = map64_find(&r->by_id, (uint64_t)store_id);
    return at && *at ? r->shops[*at - 1] : NULL;
}

static shop *shop_add(serving_registry *r, int64_t store_id) {
    if (r->n_shops >= LIMIT_STORES) return NULL;
    if (r->n_shops == r->capacity) {
        uint32_t capacity = r->capacity ? r->capacity * 2 : 16;
        shop **shops = realloc(r->shops, capacity * sizeof *shops);
        if (!shops) return NULL;
        r->shops = shops;
        r->capacity = capacity;
    }
    uint32_t *at = map64_at(&r->by_id, (uint64_t)store_id);
    shop *p = at ? calloc(1, sizeof *p) : NULL;
    if (!p) return NULL;
    p->home = r;
    p->store_id = store_id;
    pthread_mutex_init(&p->writer, NULL);
    r->shops[r->n_shops++] = p;
    *at = r->n_shops;
    return p;
}

static err_code shop_get(ctx *c, serving_registry *r, int64_t store_id, shop **ret_shop) {
    WITH_LOCK(&r->guard);
    shop *p = shop_at(r, store_id);
    if (!p) p = shop_add(r, store_id);
    if (!p) return fail(c, ERR_NO_MEMORY, "no memory for another shop");
    *ret_shop = p;
    return ERR_OK;
}

void serving_registry_free(serving_registry *r) {
    if (!r) return;
    for (uint32_t i = 0; i < r->n_shops; i++) {
        shop *p = r->shops[i];
        retire_current(p, NULL);
        free_generations(detach_unseen(p));
        free(atomic_load(&p->recent));
        pthread_mutex_destroy(&p->writer);
        free(p);
    }
    free(r->shops);
    answer_cache_free(r->answers);
    arena_done(&r->names);
    pthread_mutex_destroy(&r->guard);
    free(r);
}

/* ---- readers ---- */
const serving *serving_pin(serving_registry *r, int64_t store_id) {
    WITH_LOCK(&r->guard);
    shop *p = shop_at(r, store_id);
    if (!p || !p->current) return NULL;
    p->used = ++r->tick;
    atomic_fetch_add(&p->current->pins, 1);
    return p->current;
}

void serving_unpin(const serving *pinned) {
    if (!pinned) return;
    serving *s = (serving *)(uintptr_t)pinned;
    shop *p = s->shop;                                      /* read before letting go: `s` may be freed right after */
    if (atomic_fetch_sub(&s->pins, 1) != 1) return;
    pthread_mutex_lock(&p->home->guard);
    serving *unseen = detach_unseen(p);
    pthread_mutex_unlock(&p->home->guard);
    free_generations(unseen);
}

/* ---- writers ---- */
enum { EVICT_AT_ONCE = 64 };

/* `from`: the generation this one continues, or NULL for a new load. False when the shop was dropped meanwhile. */
static bool publish(shop *p, serving *s, const serving *from) {
    serving *unseen[EVICT_AT_ONCE + 1] = { NULL };
    serving_registry *r = p->home;
    pthread_mutex_lock(&r->guard);
    bool wanted = !from || p->current == from;
    if (wanted) {
        retire_current(p, s);
        make_current(p, s);
        p->used = ++r->tick;
        unseen[EVICT_AT_ONCE] = detach_unseen(p);
        evict(r, p, unseen, EVICT_AT_ONCE);
    }
    pthread_mutex_unlock(&r->guard);
    for (size_t i = 0; i <= EVICT_AT_ONCE; i++) free_generations(unseen[i]);
    return wanted;
}

/* The caller holds p->writer. */
static err_code publish_load(ctx *c, shop *p, loaded_shop *l) {
    serving *s = generation_new(c, p, l, l->terms, l->fresh);
    if (!s) {
        loaded_shop_free(l);
        return ERR_NO_MEMORY;
    }
    l->terms = NULL;                                        /* the generations' now */
    l->fresh = NULL;
    generation_look(s);
    (void)publish(p, s, NULL);                              /* a new load is always wanted */
    return ERR_OK;
}

err_code serving_publish(ctx *c, serving_registry *r, loaded_shop *l) {
    shop *p = NULL;
    err_code e = shop_get(c, r, l->store_id, &p);
    if (e) {
        loaded_shop_free(l);
        return e;
    }
    WITH_LOCK(&p->writer);
    return publish_load(c, p, l);
}

static err_code read_and_publish(ctx *c, shop *p, db *d) {
    loaded_shop *l = NULL;
    TRY(loaded_shop_read(c, d, p->home->data_dir, p->home->has_seal ? &p->home->seal : NULL, p->store_id, &l));
    TRY(publish_load(c, p, l));
    WITH_LOCK(&p->home->guard);
    p->home->facts.loads++;
    return ERR_OK;
}

static bool is_loaded(shop *p) {
    WITH_LOCK(&p->home->guard);
    return p->current != NULL;
}

err_code serving_load(ctx *c, serving_registry *r, db *d, int64_t store_id) {
    shop *p = NULL;
    TRY(shop_get(c, r, store_id, &p));
    WITH_LOCK(&p->writer);
    return is_loaded(p) ? ERR_OK : read_and_publish(c, p, d);
}

err_code serving_reload(ctx *c, serving_registry *r, db *d, int64_t store_id) {
    shop *p = NULL;
    TRY(shop_get(c, r, store_id, &p));
    WITH_LOCK(&p->writer);
    return read_and_publish(c, p, d);
}

/* One change: the slot is replaced at once, the next generation carries arrays that may have grown. The pin keeps the load alive
 * when the shop is dropped meanwhile. */
static err_code change_product(ctx *c, shop *p, const serving *from, db *d, str product_id) {
    serving *next = generation_new(c, p, from->loaded, from->terms, from->fresh);
    if (!next) return ERR_NO_MEMORY;
    serving *old = (serving *)(uintptr_t)from;
    catalogue_leftover left = { .n = 0 };
    err_code e = catalogue_load_one(c, d, p->store_id, product_id, from->loaded->k, &left);
    old->left = left;                                       /* nobody reads it before the generation is detached */
    generation_look(next);
    if (!publish(p, next, from)) free(next);
    return e;
}

err_code serving_product_changed(ctx *c, serving_registry *r, db *d, int64_t store_id, str product_id) {
    shop *p = NULL;
    TRY(shop_get(c, r, store_id, &p));
    WITH_LOCK(&p->writer);
    AUTO_SERVING from = serving_pin(r, store_id);
    return from ? change_product(c, p, from, d, product_id) : ERR_OK;
}

/* The same products under other terms. */
static err_code change_terms(ctx *c, shop *p, const serving *from, db *d) {
    uint64_t state = 0;
    shop_terms *t = NULL;
    TRY(shop_terms_state(c, d, p->store_id, &state));
    if (state == from->terms->state) return ERR_OK;
    TRY(shop_terms_read(c, d, p->store_id, from->terms->holdout_0_1, &t));
    serving *next = generation_new(c, p, from->loaded, t, from->fresh);
    if (next) generation_look(next);
    if (next && publish(p, next, from)) return ERR_OK;
    shop_terms_free(t);
    free(next);
    return next ? ERR_OK : ERR_NO_MEMORY;                   /* dropped meanwhile: the next load reads them */
}

err_code serving_follow_terms(ctx *c, serving_registry *r, db *d, int64_t store_id) {
    shop *p = NULL;
    TRY(shop_get(c, r, store_id, &p));
    WITH_LOCK(&p->writer);
    AUTO_SERVING from = serving_pin(r, store_id);
    return from ? change_terms(c, p, from, d) : ERR_OK;
}

/* The same products after other orders. */
static err_code change_fresh(ctx *c, shop *p, const serving *from, db *d) {
    const snapshot *snap = from->loaded->snap;
    fresh_orders *f = NULL;
    TRY(fresh_orders_read(c, d, p->store_id, snap ? snap->facts.as_of_ms : 0, &from->view, &f));
    bool news = !from->fresh || from->fresh->state != f->state;
    serving *next = news ? generation_new(c, p, from->loaded, from->terms, f) : NULL;
    if (next) generation_look(next);
    if (next && publish(p, next, from)) return ERR_OK;
    fresh_orders_free(f);
    free(next);
    return next || !news ? ERR_OK : ERR_NO_MEMORY;          /* dropped meanwhile: the next load reads them */
}

err_code serving_follow_orders(ctx *c, serving_registry *r, db *d, int64_t store_id) {
    shop *p = NULL;
    TRY(shop_get(c, r, store_id, &p));
    WITH_LOCK(&p->writer);
    AUTO_SERVING from = serving_pin(r, store_id);
    return from ? change_fresh(c, p, from, d) : ERR_OK;
}

int64_t serving_next_loaded(serving_registry *r, int64_t after) {
    int64_t next = 0;
    WITH_LOCK(&r->guard);
    for (uint32_t i = 0; i < r->n_shops; i++) {
        const shop *p = r->shops[i];
        if (p->current && p->store_id > after && (!next || p->store_id < next)) next = p->store_id;
    }
    return next;
}

void serving_drop(serving_registry *r, int64_t store_id) {
    pthread_mutex_lock(&r->guard);
    shop *p = shop_at(r, store_id);
    if (p) retire_current(p, NULL);
    serving *unseen = p ? detach_unseen(p) : NULL;
    pthread_mutex_unlock(&r->guard);
    free_generations(unseen);
}

/* ---- just bought ---- */
uint64_t recent_person(str kind, str id) {
    return id.n ? hash_bytes(id.p, id.n, hash_str(kind)) | 1 : 0;
}

/* Over the entry of this person and product, else over the oldest of the bucket. */
static void remember(recent_purchases *memory, uint64_t who, uint64_t what, int64_t now_ms) {
    if (!who) return;
    recent_entry *bucket = memory->entries[who % RECENT_BUCKETS], *to = &bucket[0];
    for (size_t i = 0; i < RECENT_WAYS; i++) {
        if (atomic_load(&bucket[i].who) == who && atomic_load(&bucket[i].product) == what) {
            to = &bucket[i];
            break;
        }
        if (atomic_load(&bucket[i].at_ms) < atomic_load(&to->at_ms)) to = &bucket[i];
    }
    atomic_store(&to->who, who);
    atomic_store(&to->product, what);
    atomic_store(&to->at_ms, now_ms);
}

void serving_order_placed(serving_registry *r, int64_t store_id, str customer_id, str visitor_id, str_list items, int64_t now_ms) {
    uint64_t buyer = recent_person(STR("customer"), customer_id), visitor = recent_person(STR("visitor"), visitor_id);
    if (!buyer && !visitor) return;
    WITH_LOCK(&r->guard);
    shop *p = shop_at(r, store_id);
    if (!p || !p->oldest) return;                           /* not served here: the snapshot will know */
    recent_purchases *memory = atomic_load(&p->recent);
    if (!memory) {
        memory = calloc(1, sizeof *memory);
        if (!memory) return;
        atomic_store(&p->recent, memory);
    }
    for (size_t i = 0; i < items.n && i < LIMIT_BASKET_ITEMS; i++) {
        uint64_t what = catalogue_id_hash(items.p[i]);
        remember(memory, buyer, what, now_ms);
        remember(memory, visitor, what, now_ms);
    }
}

/* ---- facts ---- */
uint64_t serving_settings_hash(const store *s) {
    const str told[] = { s->settings, s->currency, s->price_style, s->locale };
    uint64_t h = 0;
    for (size_t i = 0; i < COUNT(told); i++) h = hash_bytes(told[i].p, told[i].n, h ^ told[i].n);
    return h;
}

void serving_get_facts(const serving *s, serving_facts *ret_facts) {
    const loaded_shop *l = s->loaded;
    const snapshot *snap = l->snap;
    *ret_facts = (serving_facts){
        .store_id = l->store_id, .currency = str_of(l->currency), .locale = str_of(l->locale), .digits = l->digits, .prices = &l->prices,
        .consent_default = str_of(l->settings.consent),
        .products = s->counts.products, .sellable = s->counts.sellable, .variations = s->counts.variations,
        .cross_sell_rules = snap ? snap->n_cross_sell : 0, .upsell_rules = snap ? snap->n_upsell : 0,
        .snapshot_version = snap ? snap->facts.version : 0, .learned_ms = snap ? snap->facts.created_ms : 0,
        .snapshot_error = str_of(l->snapshot_error), .loaded_ms = l->loaded_ms,
        .settings_hash = l->settings_hash,
        .bytes = s->counts.bytes + (snap ? snap->map.size : 0),
    };
}

void serving_registry_get_facts(serving_registry *r, registry_facts *ret_facts) {
    WITH_LOCK(&r->guard);
    *ret_facts = r->facts;
}

const catalogue_item *serving_find(const serving *s, str product_id) {
    return catalogue_at(&s->view, catalogue_find(&s->view, product_id));
}
