/* Who is who, in memory: for answers, which may not wait for the database.
 * Promise: after a follow, the name of a person is the one identity_person() gives; a name nobody told anything of is a person of its
 * own and takes no memory, so only second browsers and accounts do. Bounded (LIMIT_KNOWN_NAMES_BYTES): beyond it those nobody told of or
 * asked for lately are strangers again, by halves, and are counted. Names are kept as hashes, persons as they are called.
 * Threads: any; one lock held for a look or a copy. Read next: events/identity.h. */
#pragma once
#include "storage/storage.h"

typedef struct known_names known_names;
/*   most_bytes  0 = LIMIT_KNOWN_NAMES_BYTES
 *   seed        where hashes of names start from
 * ERR_NO_MEMORY. */
CHECK_RESULT err_code known_names_new(ctx *c, size_t most_bytes, uint64_t seed, known_names **ret_names);
/* NULL is fine. */
void known_names_free(known_names *k);
/* Read what changed in a store since the last time, by anybody: all of it the first time. Cheap when nothing did.
 * ERR_STORAGE, ERR_NO_MEMORY. */
CHECK_RESULT err_code known_names_follow(ctx *c, db *d, known_names *k, int64_t store_id);
/* Whose name; the name itself when it is alone. *ret_person is `alias`, or in c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code known_names_person(ctx *c, known_names *k, int64_t store_id, str alias, str *ret_person);
/* A person is erased: his names are strangers' again. */
void known_names_forget(known_names *k, int64_t store_id, str alias);

/* A name in both halves counts twice. */
typedef struct { size_t names, bytes; uint64_t forgotten; } known_names_facts;
void known_names_get_facts(known_names *k, known_names_facts *ret_facts);
