/* Files as wholes: read with a limit, write so that a crash leaves the old or the new, map read-only.
 * Promise: no half-written file ever carries the final name. Any thread. */
#pragma once
#include "base/ctx.h"

/* Whole file into c->arena. ERR_NOT_FOUND, ERR_TOO_LARGE (over `max`), ERR_INVALID (cannot be read: says why), ERR_NO_MEMORY. */
CHECK_RESULT err_code file_read(ctx *c, const char *path, size_t max, str *ret_text);
/* Write beside, sync, rename over, sync the folder. `mode` like 0600. ERR_STORAGE. */
CHECK_RESULT err_code file_write_atomic(ctx *c, const char *path, str text, unsigned mode);
/* Put the name of a file just made or renamed on disk: sync the folder `path` lies in. ERR_STORAGE. */
CHECK_RESULT err_code file_sync_folder(ctx *c, const char *path);
/* Make a folder and its parents (mode 0750 before umask). ERR_STORAGE. */
CHECK_RESULT err_code file_make_dirs(ctx *c, const char *path);
bool file_exists(const char *path);

/* A whole file mapped read-only; unmapped by file_unmap(). */
typedef struct { const void *data; size_t size; } file_map;
/* ERR_NOT_FOUND, ERR_INVALID (empty or unreadable), ERR_NO_MEMORY. */
CHECK_RESULT err_code file_map_open(ctx *c, const char *path, file_map *ret_map);
void file_unmap(file_map *m);
