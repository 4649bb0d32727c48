/* Maps of hashes of names to persons. It does NOT decide who is who: identity.c wrote the rows. */
#include "events/known_names.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/thread.h"
#include "storage/queries.h"

/* Transactions end, and clocks of machines differ, within this time: what is younger is read again. */
#define OVERLAP_MS ((int64_t)MS_PER_MINUTE)
enum { FIRST_PERSONS = 1024 };
#define STORES_ARENA (16 * MIB)

/* Names told or asked for lately, in two halves: what is asked for in the older one moves to the newer; when that is full, the older one
 * leaves. */
typedef struct {
    arena home;
    map64 places;                   /* hash of store and name -> place in persons, from 1 */
    str *persons;                   /* empty: a person of its own again */
    size_t n, room;
} half;

struct known_names {
    uint64_t seed;
    size_t most_bytes;
    lock mutex;                     /* guards the rest */
    half newer, older;
    uint64_t forgotten;
    arena home;
    map64 stores;                   /* store -> place in seen_ms, from 1 */
    int64_t seen_ms[LIMIT_STORES];  /* newest change read */
};

static void half_init(const known_names *k, half *h) {
    *h = (half){ 0 };
    arena_init(&h->home, k->most_bytes / 2);
    map64_init(&h->places, &h->home);
}

err_code known_names_new(ctx *c, size_t most_bytes, uint64_t seed, known_names **ret_names) {
    known_names *k = calloc(1, sizeof *k);
    if (!k) return fail(c, ERR_NO_MEMORY, "remember who is who");
    k->seed = seed;
    k->most_bytes = most_bytes ? most_bytes : LIMIT_KNOWN_NAMES_BYTES;
    pthread_mutex_init(&k->mutex, NULL);
    half_init(k, &k->newer);
    half_init(k, &k->older);
    arena_init(&k->home, STORES_ARENA);
    map64_init(&k->stores, &k->home);
    *ret_names = k;
    return ERR_OK;
}

void known_names_free(known_names *k) {
    if (!k) return;
    arena_done(&k->newer.home);
    arena_done(&k->older.home);
    arena_done(&k->home);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}

static uint64_t hash_of(const known_names *k, int64_t store_id, str alias) {
    return hash_bytes(alias.p, alias.n, hash_bytes(&store_id, sizeof store_id, k->seed));
}

/* ---- with the lock held ---- */
static bool has_room(half *h) {
    if (h->n < h->room) return true;
    size_t room = h->room ? 2 * h->room : FIRST_PERSONS;
    str *more = arena_new_raw(&h->home, str, room);
    if (!more) return false;
    if (h->n) memcpy(more, h->persons, h->n * sizeof *more);
    h->persons = more;
    h->room = room;
    return true;
}

static str *person_in(const half *h, uint64_t hash) {
    const uint32_t *at = map64_find(&h->places, hash);
    return at && *at ? &h->persons[*at - 1] : NULL;
}

static bool put_in(half *h, uint64_t hash, str person) {
    str *known = person_in(h, hash), copy = person.n ? str_dup(&h->home, person) : (str){ 0 };
    if (person.n && !copy.p) return false;
    if (known) return *known = copy, true;
    uint32_t *place = has_room(h) ? map64_at(&h->places, hash) : NULL;
    if (!place) return false;
    h->persons[h->n++] = copy;
    *place = (uint32_t)h->n;
    return true;
}

/* The newer half becomes the older one, whose names are strangers' again but for those in both. */
static void turn(known_names *k) {
    k->forgotten += k->older.n;
    arena_done(&k->older.home);
    k->older = k->newer;
    k->older.places.home = &k->older.home;
    half_init(k, &k->newer);
}

static void put_newest(known_names *k, uint64_t hash, str person) {
    if (put_in(&k->newer, hash, person)) return;
    turn(k);
    if (!put_in(&k->newer, hash, person)) k->forgotten++;   /* no memory at all */
}

/* NULL: a stranger. Whoever is asked for stays. */
static const str *look(known_names *k, uint64_t hash) {
    const str *person = person_in(&k->newer, hash);
    if (person) return person;
    person = person_in(&k->older, hash);
    if (person) put_in(&k->newer, hash, *person);           /* a full one turns with the next name that is told */
    return person;
}

/* The name is of `person` now, or alone when that is empty. */
static void put(known_names *k, uint64_t hash, str person) {
    const str *known = look(k, hash);
    if (!known && !person.n) return;                        /* alone, as everybody whom we do not know */
    if (!known || !str_eq(*known, person)) put_newest(k, hash, person);
}

/* ---- reading changes ---- */
typedef struct { known_names *k; int64_t store_id, newest_ms; } walk;

static err_code take_name(void *arg, const sql_value *v, size_t n_columns) {
    walk *w = arg;
    (void)n_columns;                                        /* three, as the query says */
    str alias = v[0].v.s, person = v[1].v.s;
    if (v[2].v.i > w->newest_ms) w->newest_ms = v[2].v.i;
    if (!str_starts(alias, STR("v:")) && !str_starts(alias, STR("c:"))) return ERR_OK;      /* nobody asks by e-mail */
    WITH_LOCK(&w->k->mutex);
    put(w->k, hash_of(w->k, w->store_id, alias), str_eq(alias, person) ? (str){ 0 } : person);
    return ERR_OK;
}

static int64_t *seen_of(known_names *k, int64_t store_id) {
    WITH_LOCK(&k->mutex);
    uint32_t *place = map64_at(&k->stores, (uint64_t)store_id);
    if (!place || (!*place && k->stores.count > LIMIT_STORES)) return NULL;
    if (!*place) *place = (uint32_t)k->stores.count;
    return &k->seen_ms[*place - 1];
}

err_code known_names_follow(ctx *c, db *d, known_names *k, int64_t store_id) {
    int64_t *seen = seen_of(k, store_id), now_ms = ctx_now_ms(c), last_ms = 0;
    if (!seen) return fail(c, ERR_NO_MEMORY, "remember who is who in store %lld", (long long)store_id);
    {
        WITH_LOCK(&k->mutex);
        last_ms = *seen < now_ms ? *seen : now_ms;          /* a clock set back hides nothing */
    }
    walk w = { k, store_id, last_ms };
    const sql_value binds[] = { SQL_INT(store_id), SQL_INT(last_ms ? last_ms - OVERLAP_MS : 0) };
    TRY(storage_query(c, d, &query_names_changed, binds, COUNT(binds), take_name, &w));
    WITH_LOCK(&k->mutex);
    *seen = w.newest_ms;
    return ERR_OK;
}

/* ---- asking ---- */
err_code known_names_person(ctx *c, known_names *k, int64_t store_id, str alias, str *ret_person) {
    str person = alias;
    bool failed = false;
    if (alias.n) {
        uint64_t hash = hash_of(k, store_id, alias);
        WITH_LOCK(&k->mutex);
        const str *known = look(k, hash);
        if (known && known->n) person = str_dup(c->arena, *known);
        failed = !person.p;
    }
    if (failed) return fail(c, ERR_NO_MEMORY, "name a visitor");
    *ret_person = person;
    return ERR_OK;
}

void known_names_forget(known_names *k, int64_t store_id, str alias) {
    WITH_LOCK(&k->mutex);
    put(k, hash_of(k, store_id, alias), (str){ 0 });
}

void known_names_get_facts(known_names *k, known_names_facts *ret_facts) {
    WITH_LOCK(&k->mutex);
    *ret_facts = (known_names_facts){ k->newer.n + k->older.n, k->newer.home.held + k->older.home.held, k->forgotten };
}
