/* A map of hashes of names to persons. It does NOT decide who is who: identity.c wrote the rows. */
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

struct known_names {
    uint64_t seed;
    lock mutex;                     /* guards the rest */
    arena home;
    map64 places;                   /* hash of store and name -> place in persons, from 1 */
    str *persons;                   /* empty: a person of its own again */
    size_t n, room;
    map64 stores;                   /* store -> place in seen_ms, from 1 */
    int64_t seen_ms[LIMIT_STORES];  /* newest change read */
    uint64_t left_out;
};

err_code known_names_new(ctx *c, uint64_t seed, known_names **ret_names) {
    known_names *k = calloc(1, sizeof *k);
    if (!k) return fail(c, ERR_NO_MEMORY, "remember who is who");
    k->seed = seed;
    pthread_mutex_init(&k->mutex, NULL);
    arena_init(&k->home, LIMIT_KNOWN_NAMES_BYTES);
    map64_init(&k->places, &k->home);
    map64_init(&k->stores, &k->home);
    *ret_names = k;
    return ERR_OK;
}

void known_names_free(known_names *k) {
    if (!k) return;
    arena_done(&k->home);
    pthread_mutex_destroy(&k->mutex);
    free(k);
}

static uint64_t hash_of(const known_names *k, int64_t store_id, str alias) {
    return hash_bytes(alias.p, alias.n, hash_bytes(&store_id, sizeof store_id, k->seed));
}

/* ---- with the lock held ---- */
static bool has_room(known_names *k) {
    if (k->n < k->room) return true;
    size_t room = k->room ? 2 * k->room : FIRST_PERSONS;
    str *more = arena_new_raw(&k->home, str, room);
    if (!more) return false;
    if (k->n) memcpy(more, k->persons, k->n * sizeof *more);
    k->persons = more;
    k->room = room;
    return true;
}

/* The name is of `person` now, or alone when that is empty. False when memory ends. */
static bool put(known_names *k, uint64_t hash, str person) {
    const uint32_t *known = map64_find(&k->places, hash);
    bool fresh = !known || !*known;
    if (fresh && !person.n) return true;                    /* alone, as everybody whom we do not know */
    if (!fresh && str_eq(k->persons[*known - 1], person)) return true;
    str copy = person.n ? str_dup(&k->home, person) : (str){ 0 };
    if (person.n && !copy.p) return false;
    if (!fresh) {
        k->persons[*known - 1] = copy;
        return true;
    }
    uint32_t *place = has_room(k) ? map64_at(&k->places, hash) : NULL;
    if (!place) return false;
    k->persons[k->n++] = copy;
    *place = (uint32_t)k->n;
    return true;
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
    if (!put(w->k, hash_of(w->k, w->store_id, alias), str_eq(alias, person) ? (str){ 0 } : person)) w->k->left_out++;
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
        const uint32_t *place = map64_find(&k->places, hash);
        if (place && *place && k->persons[*place - 1].n) person = str_dup(c->arena, k->persons[*place - 1]);
        failed = !person.p;
    }
    if (failed) return fail(c, ERR_NO_MEMORY, "name a visitor");
    *ret_person = person;
    return ERR_OK;
}

void known_names_forget(known_names *k, int64_t store_id, str alias) {
    WITH_LOCK(&k->mutex);
    (void)put(k, hash_of(k, store_id, alias), (str){ 0 });  /* takes no memory */
}

void known_names_get_facts(known_names *k, known_names_facts *ret_facts) {
    WITH_LOCK(&k->mutex);
    *ret_facts = (known_names_facts){ .names = k->n, .bytes = k->home.used, .left_out = k->left_out };
}
