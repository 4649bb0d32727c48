/* Opens the data folder. */
#include "app/home.h"
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

const char *home_path(ctx *c, const char *dir, const char *below) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_text(&b, dir);
    buf_char(&b, '/');
    buf_text(&b, below);
    return buf_err(&b) ? NULL : b.p;
}

static err_code open_parts(ctx *c, const invocation *v, home *h) {
    TRY(crypto_start(c));
    const char *key_path = home_path(c, h->dir, "key"), *database = home_path(c, h->dir, "vitrine.db");
    if (!key_path || !database) return fail(c, ERR_INVALID, "the path of the data folder is too long");
    TRY(crypto_load_key(c, key_path, settings_get(c, v->settings, "VITRINE_KEY"), &h->key));
    buf url;
    buf_init_in(&url, c->arena, 5000);
    buf_printf(&url, "sqlite:%s", database);
    TRY(buf_err(&url));
    h->database = (db_options){ .url = buf_view(&url) };
    TRY(storage_open(c, &h->database, &h->d));
    return storage_migrate(c, h->d);
}

err_code home_open(ctx *c, const invocation *v, home_mode mode, home *ret_home) {
    home h = { .dir = v->data };
    const char *database = home_path(c, v->data, "vitrine.db");
    struct stat s;
    if (stat(v->data, &s) == 0 && !S_ISDIR(s.st_mode))
        return fail_field(c, ERR_INVALID, "--data", "%s is a file; --data names a folder", v->data);
    if (mode == HOME_MUST_BE && !(database && file_exists(database)))
        return fail(c, ERR_NOT_FOUND, "there is no Vitrine database in %s; name its folder with --data, or begin with 'vitrine demo'"
                    " or 'vitrine connect'", v->data);
    TRY(file_make_dirs(c, v->data));
    err_code e = open_parts(c, v, &h);
    if (e) home_close(&h);
    else *ret_home = h;
    return e;
}

void home_forget_store(ctx *c, const home *h, int64_t store_id) {
    char below[64];
    snprintf(below, sizeof below, "stores/%lld", (long long)store_id);
    const char *folder = home_path(c, h->dir, below);
    DIR *d = folder ? opendir(folder) : NULL;
    if (!d) return;
    for (struct dirent *f = readdir(d); f; f = readdir(d))
        if (f->d_name[0] != '.') (void)unlinkat(dirfd(d), f->d_name, 0);
    closedir(d);
    (void)rmdir(folder);
}

void home_close(home *h) {
    storage_close(h->d);
    h->d = NULL;
}
