/* The keys in force, in memory. A set is built aside and then exchanged under a lock that readers hold for one look.
 * It does NOT know the key texts: only their hashes. */
#include "stores/keys.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"
#include "net/crypto.h"

enum { SHORTEST_KEY = 20, LONGEST_KEY = 80, STORES_AT_ONCE = 200 };
#define TABLE_ARENA (512 * MIB)                 /* 100,000 stores with two keys and an origin each take about 40 MB */

typedef struct { digest256 digest; key_facts facts; } live_key;
typedef struct {
    arena home;
    map64 by_digest;                            /* first eight bytes of the digest to position + 1 */
    live_key *keys;
    size_t n, room;
} key_set;

struct key_table {
    pthread_rwlock_t guard;                     /* of `set` */
    key_set *set;
};

static void set_free(key_set *s) {
    if (!s) return;
    arena_done(&s->home);
    free(s->keys);
    free(s);
}

static key_set *set_new(void) {
    key_set *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    arena_init(&s->home, TABLE_ARENA);
    map64_init(&s->by_digest, &s->home);
    return s;
}

err_code key_table_new(ctx *c, key_table **ret_table) {
    key_table *t = calloc(1, sizeof *t);
    key_set *s = set_new();
    if (!t || !s) {
        free(t);
        set_free(s);
        return fail(c, ERR_NO_MEMORY, "make the table of keys");
    }
    pthread_rwlock_init(&t->guard, NULL);
    t->set = s;
    *ret_table = t;
    return ERR_OK;
}

void key_table_free(key_table *t) {
    if (!t) return;
    set_free(t->set);
    pthread_rwlock_destroy(&t->guard);
    free(t);
}

/* ---- loading ---- */

static int hex_digit(char ch) {
    if (ch >= '0' && ch <= '9') return ch - '0';
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bool read_digest(str hex, digest256 *ret_digest) {
    if (hex.n != 2 * sizeof ret_digest->b) return false;
    for (size_t i = 0; i < sizeof ret_digest->b; i++) {
        int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        ret_digest->b[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

static uint64_t short_digest(const digest256 *digest) {
    uint64_t first;
    memcpy(&first, digest->b, sizeof first);
    return first;
}

static err_code read_origins(ctx *c, arena *home, const api_key *row, key_facts *facts) {
    const json_value *list = NULL;
    if (!row->origins.n) return ERR_OK;
    TRY(json_parse(c, row->origins, JSON_READ_STRICT, &list));
    str *origins = arena_new(home, str, jr_count(list));
    for (size_t i = 0; origins && i < jr_count(list); i++) {
        origins[i] = str_dup(home, jr_string(jr_at(list, i)));
        if (!origins[i].p) origins = NULL;
    }
    if (!origins) return fail(c, ERR_NO_MEMORY, "read the origins of a key");
    facts->origins = origins;
    facts->n_origins = jr_count(list);
    return ERR_OK;
}

static err_code make_room(ctx *c, key_set *s) {
    if (s->n < s->room) return ERR_OK;
    size_t room = s->room ? s->room * 2 : 64;
    live_key *keys = realloc(s->keys, room * sizeof *keys);
    if (!keys) return fail(c, ERR_NO_MEMORY, "read %zu keys", s->n);
    s->keys = keys;
    s->room = room;
    return ERR_OK;
}

/* A row we cannot read is no key: it must not keep the others from working. */
static err_code add_key(ctx *c, key_set *s, const api_key *row) {
    live_key k = { .facts = { .store_id = row->store_id } };
    k.facts.kind = str_eq(row->kind, STR("secret")) ? KEY_SECRET : str_eq(row->kind, STR("public")) ? KEY_PUBLIC : KEY_NONE;
    if (row->revoked_ms || k.facts.kind == KEY_NONE || !read_digest(row->key_hash, &k.digest)) return ERR_OK;
    err_code e = read_origins(c, &s->home, row, &k.facts);
    if (e == ERR_INVALID) return ERR_OK;
    if (e) return e;
    TRY(make_room(c, s));
    uint32_t *place = map64_at(&s->by_digest, short_digest(&k.digest));
    if (!place) return fail(c, ERR_NO_MEMORY, "read %zu keys", s->n);
    s->keys[s->n++] = k;
    *place = (uint32_t)s->n;
    return ERR_OK;
}

static err_code add_store_keys(ctx *c, db *d, key_set *s, int64_t store_id) {
    api_key key = { .store_id = store_id }, *rows = NULL;
    size_t n = 0;
    TRY(storage_scan(c, d, &api_key_entity, &key, 1, NULL, LIMIT_SCAN_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++) TRY(add_key(c, s, &rows[i]));
    return ERR_OK;
}

static err_code add_all(ctx *c, db *d, key_set *s) {
    size_t n = STORES_AT_ONCE;
    for (int64_t last = 0; n == STORES_AT_ONCE;) {
        arena_mark before = arena_save(c->arena);
        store *stores = NULL;
        TRY(storage_scan_stores(c, d, last, STORES_AT_ONCE, &stores, &n));
        for (size_t i = 0; i < n; i++)
            if (!str_eq(stores[i].state, STR("removing"))) TRY(add_store_keys(c, d, s, stores[i].store_id));
        if (n) last = stores[n - 1].store_id;
        arena_restore(c->arena, before);
    }
    return ERR_OK;
}

err_code key_table_load(ctx *c, db *d, key_table *t) {
    key_set *fresh = set_new();
    if (!fresh) return fail(c, ERR_NO_MEMORY, "read the keys");
    err_code e = add_all(c, d, fresh);
    if (!e) {
        pthread_rwlock_wrlock(&t->guard);
        key_set *old = t->set;
        t->set = fresh;
        fresh = old;
        pthread_rwlock_unlock(&t->guard);
    }
    set_free(fresh);
    return e;
}

/* ---- checking ---- */

static bool copy_facts(arena *a, const key_facts *from, key_facts *ret_facts) {
    key_facts facts = *from;
    str *origins = arena_new(a, str, from->n_origins);
    if (!origins) return false;
    for (size_t i = 0; i < from->n_origins; i++) {
        origins[i] = str_dup(a, from->origins[i]);
        if (!origins[i].p) return false;
    }
    facts.origins = origins;
    *ret_facts = facts;
    return true;
}

bool key_check(key_table *t, arena *a, str key, key_facts *ret_facts) {
    if (key.n < SHORTEST_KEY || key.n > LONGEST_KEY) return false;
    digest256 digest = crypto_blake2b(key);
    bool good = false;
    pthread_rwlock_rdlock(&t->guard);
    const uint32_t *place = map64_find(&t->set->by_digest, short_digest(&digest));
    if (place && *place) {
        const live_key *k = &t->set->keys[*place - 1];
        str asked = { (const char *)digest.b, sizeof digest.b }, known = { (const char *)k->digest.b, sizeof k->digest.b };
        good = crypto_equal(asked, known) && copy_facts(a, &k->facts, ret_facts);
    }
    pthread_rwlock_unlock(&t->guard);
    return good;
}

bool key_allows_origin(const key_facts *k, str origin) {
    if (k->kind == KEY_SECRET) return true;
    for (size_t i = 0; i < k->n_origins; i++)
        if (str_eq(k->origins[i], STR("*")) || str_eq(k->origins[i], origin)) return true;
    return false;
}
