/* Finds stores by what a person types, and the action of a command with several. */
#include "app/pick.h"
#include <stdio.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "storage/queries.h"

enum { STORES_A_PAGE = 1000, NAMES_SHOWN = 10 };

/* Pages are joined in the arena: the list is as long as there are stores. */
err_code all_stores(ctx *c, db *d, store **ret_stores, size_t *ret_n) {
    store *all = NULL;
    size_t n = 0;
    for (int64_t after = 0;;) {
        store *page;
        size_t got;
        TRY(storage_scan_stores(c, d, after, STORES_A_PAGE, &page, &got));
        store *joined = arena_new(c->arena, store, n + got);
        if (!joined) return fail(c, ERR_NO_MEMORY, "no memory for the list of stores");
        if (n) memcpy(joined, all, n * sizeof *all);
        if (got) memcpy(joined + n, page, got * sizeof *page);
        all = joined;
        n += got;
        if (got < STORES_A_PAGE) break;
        after = all[n - 1].store_id;
    }
    *ret_stores = all;
    *ret_n = n;
    return ERR_OK;
}

static err_code unknown_store(ctx *c, const store *stores, size_t n, str word) {
    buf names;
    buf_init_in(&names, c->arena, 4 * KIB);
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++) {
        if (i) buf_text(&names, ", ");
        buf_str(&names, stores[i].name);
    }
    if (n > NAMES_SHOWN) buf_text(&names, ", ...");
    if (!n) return fail(c, ERR_NOT_FOUND, "there is no store yet; begin with 'vitrine demo' or 'vitrine connect'");
    if (!word.n) return usage_error(c, "-", "there are several stores, name one: %.*s", STR_ARG(buf_view(&names)));
    return fail(c, ERR_NOT_FOUND, "there is no store '%.*s'; there is: %.*s", STR_ARG(str_clip(word, 60)), STR_ARG(buf_view(&names)));
}

err_code pick_store(ctx *c, db *d, str word, store *ret_store) {
    store s = { 0 };
    if (word.n && !parse_i64(word, &s.store_id)) {
        sql_value bind = SQL_TEXT(word);
        TRY(storage_query_i64(c, d, &query_store_named, &bind, 1, 0, &s.store_id));
    }
    if (s.store_id > 0) {
        err_code e = storage_get(c, d, &store_entity, &s);
        if (!e) *ret_store = s;
        if (e != ERR_NOT_FOUND) return e;
    }
    store *stores;
    size_t n;
    TRY(all_stores(c, d, &stores, &n));
    if (word.n || n != 1) return unknown_store(c, stores, n, word);
    *ret_store = stores[0];
    return ERR_OK;
}

err_code run_action(ctx *c, const invocation *v, const action *actions, size_t n) {
    const char *names[16];
    str word = invocation_arg(v, 0);
    if (!word.n) return actions[0].run(c, v);
    for (size_t i = 0; i < n && i < COUNT(names); i++) {
        names[i] = actions[i].name;
        if (!str_eq(word, str_of(actions[i].name))) continue;
        if (v->n_args < actions[i].min_args || v->n_args > actions[i].max_args)
            return usage_error(c, "-", "'%s %s' takes %zu to %zu words: vitrine %s %s", v->command->name, actions[i].name,
                               actions[i].min_args - 1, actions[i].max_args - 1, v->command->name, v->command->usage);
        return actions[i].run(c, v);
    }
    const char *near = nearest_word(v->args[0], names, n);
    return usage_error(c, "-", "'%s' cannot do '%.40s'%s%s%s; 'vitrine %s --help' tells what it can", v->command->name, v->args[0],
                       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", v->command->name);
}

err_code print_json(const invocation *v, const buf *b) {
    if (buf_err(b)) return buf_err(b);
    fprintf(v->out, "%s\n", b->p);
    return ERR_OK;
}

const char *time_words(int64_t ms, char out[TIME_WORDS]) {
    if (!ms) return "never";
    char text[21];
    time_format(ms, text);                                  /* 2026-11-20T18:15:27Z */
    snprintf(out, TIME_WORDS, "%.10s %.8s UTC", text, text + 11);
    return out;
}
