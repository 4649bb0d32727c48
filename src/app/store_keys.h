/* The two keys of a store that was made now: made together, told once. Texts live in c->arena. Single thread. */
#pragma once
#include <stdio.h>
#include "storage/storage.h"

typedef struct { str secret, public; } store_keys;

/* A secret key, and a public one, for no page until origins are set. */
CHECK_RESULT err_code store_keys_make(ctx *c, db *d, int64_t store_id, store_keys *ret_keys);
/* The only time they can be seen. */
void store_keys_print(FILE *out, const store_keys *k);
