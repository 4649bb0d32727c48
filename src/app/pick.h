/* Which store a person means: by name, by number, or the only one there is.
 * Promise: an unknown name is answered with the names that exist. */
#pragma once
#include "app/command.h"
#include "storage/storage.h"

/* The store called `word` (name or number); with an empty word the only store.
 *   ret_store  texts in c->arena
 * ERR_NOT_FOUND (lists the names), ERR_INVALID (several stores, none named). */
CHECK_RESULT err_code pick_store(ctx *c, db *d, str word, store *ret_store);
/* Every store, in order of their numbers. */
CHECK_RESULT err_code all_stores(ctx *c, db *d, store **ret_stores, size_t *ret_n);

/* An action word behind a command: "keys" of `vitrine stores keys NAME`. */
typedef struct {
    const char *name;
    size_t min_args, max_args;      /* words, the action's own included */
    err_code (*run)(ctx *c, const invocation *v);
} action;
/* Run the action that the first word names; the first row when there is no word. */
CHECK_RESULT err_code run_action(ctx *c, const invocation *v, const action *actions, size_t n);

/* JSON answer of a command: one value, a line end. */
CHECK_RESULT err_code print_json(const invocation *v, const buf *b);
/* "2026-11-20 18:15:27 UTC", or "never" for 0. */
enum { TIME_WORDS = 24 };
const char *time_words(int64_t ms, char out[TIME_WORDS]);
