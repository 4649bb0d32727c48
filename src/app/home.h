/* The data folder of this Vitrine: database, key file, models.
 * Promise: home_open() leaves a folder that works (made, migrated, key file of mode 0600) or says what to do. Single thread:
 * ->d is the main thread's connection, other threads open their own with ->database. */
#pragma once
#include "app/command.h"
#include "net/crypto.h"
#include "storage/storage.h"

typedef struct home {
    const char *dir;            /* as given by --data */
    db_options database;
    seal_key key;
    db *d;
} home;

typedef enum {
    HOME_MAKE,                  /* make what is missing */
    HOME_MUST_BE                /* ERR_NOT_FOUND when there is no database: a typing error must not leave a folder behind */
} home_mode;

/* ERR_NOT_FOUND, ERR_INVALID (key file), ERR_CONFLICT (database of a newer Vitrine), ERR_STORAGE. Close with home_close(). */
CHECK_RESULT err_code home_open(ctx *c, const invocation *v, home_mode mode, home *ret_home);
void home_close(home *h);
#define AUTO_HOME __attribute__((cleanup(home_close))) home

/* Delete what was learned of a removed store: its files and folder. What cannot be deleted stays: it is only space. */
void home_forget_store(ctx *c, const home *h, int64_t store_id);
/* Path of a file below the data folder, in c->arena; NULL when memory ends. */
const char *home_path(ctx *c, const char *dir, const char *below);
