/* vitrine stores: the shops held here, their keys and settings. */
#include <inttypes.h>
#include <unistd.h>
#include "app/commands.h"
#include "app/home.h"
#include "app/pick.h"
#include "app/store_settings.h"
#include "base/limits.h"
#include "stores/keys.h"
#include "stores/stores.h"

static const option options[] = {
    { "yes", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "remove without asking" },
};

static void list_row(const invocation *v, const store *s) {
    char when[TIME_WORDS];
    fprintf(v->out, "%-4" PRId64 " %-20.*s %-12.*s %-8.*s %s", s->store_id, STR_ARG(s->name), STR_ARG(s->platform), STR_ARG(s->state),
            time_words(s->synced_ms, when));
    if (s->url.n) fprintf(v->out, "  %.*s", STR_ARG(s->url));
    fputc('\n', v->out);
}

static err_code list(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store *stores;
    size_t n;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(all_stores(c, h.d, &stores, &n));
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "stores");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (v->json) entity_json(&w, &store_entity, &stores[i], 2);
        else list_row(v, &stores[i]);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    if (v->json) return print_json(v, &b);
    if (!n) fputs("no store yet: vitrine demo, vitrine connect or vitrine import\n", v->out);
    return ERR_OK;
}

/* ---- one store ---- */

static const struct { const char *word; const entity *e; } counted[] = {
    { "products", &product_entity }, { "categories", &category_entity }, { "orders", &order_entity }, { "order_lines", &order_line_entity },
    { "customers", &customer_entity }, { "refunds", &refund_entity }, { "reviews", &review_entity }, { "coupons", &coupon_entity },
};

static err_code print_store(ctx *c, const invocation *v, home *h, const store *s) {
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "store");
    entity_json(&w, &store_entity, s, 2);
    jw_key(&w, "rows");
    jw_object(&w);
    if (!v->json) list_row(v, s);
    if (!v->json && s->state_note.n) fprintf(v->out, "  note: %.*s\n", STR_ARG(s->state_note));
    for (size_t i = 0; i < COUNT(counted); i++) {
        int64_t n;
        TRY(storage_count(c, h->d, counted[i].e, s->store_id, &n));
        jw_member_i64(&w, counted[i].word, n);
        if (!v->json) fprintf(v->out, "  %-12s %" PRId64 "\n", counted[i].word, n);
    }
    jw_end_object(&w);
    jw_end_object(&w);
    return v->json ? print_json(v, &b) : ERR_OK;
}

static err_code show(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    return print_store(c, v, &h, &s);
}

/* ---- keys ---- */

static err_code list_keys(ctx *c, const invocation *v, home *h, const store *s) {
    api_key *keys;
    size_t n;
    TRY(key_list(c, h->d, s->store_id, &keys, &n));
    buf b;
    buf_init_in(&b, c->arena, MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "keys");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        char when[TIME_WORDS];
        if (v->json) entity_json(&w, &api_key_entity, &keys[i], 2);
        else fprintf(v->out, "%-7.*s ...%.*s  made %s%s%.*s\n", STR_ARG(keys[i].kind), STR_ARG(keys[i].hint),
                     time_words(keys[i].created_ms, when), keys[i].origins.n ? "  " : "", STR_ARG(keys[i].origins));
    }
    jw_end_array(&w);
    jw_end_object(&w);
    return v->json ? print_json(v, &b) : ERR_OK;
}

static err_code rotate(ctx *c, const invocation *v, home *h, const store *s, key_kind kind) {
    str key;
    const char *word = kind == KEY_SECRET ? "secret" : "public";
    TRY(key_rotate(c, h->d, s->store_id, kind, &key));
    if (v->json) fprintf(v->out, "{\"%s\":\"%.*s\"}\n", word, STR_ARG(key));
    else fprintf(v->out, "new %s key, shown this once:\n  %.*s\nthe old one no longer works\n", word, STR_ARG(key));
    return ERR_OK;
}

static err_code keys(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    str what = invocation_arg(v, 2), kind = invocation_arg(v, 3);
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    if (!what.n) return list_keys(c, v, &h, &s);
    if (!str_eq(what, STR("rotate")))
        return usage_error(c, "-", "keys are listed, or rotated: vitrine stores keys STORE rotate secret|public");
    if (str_eq(kind, STR("secret"))) return rotate(c, v, &h, &s, KEY_SECRET);
    if (str_eq(kind, STR("public"))) return rotate(c, v, &h, &s, KEY_PUBLIC);
    return usage_error(c, "-", "which key: vitrine stores keys %.*s rotate secret|public", STR_ARG(s.name));
}

/* The pages that may use the store's public key: all words behind the store's name. */
static err_code origins(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    api_key *rows;
    size_t n, n_origins = v->n_args - 2;
    str list_of[LIMIT_KEY_ORIGINS];
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    if (n_origins > LIMIT_KEY_ORIGINS) return usage_error(c, "-", "at most %d origins", LIMIT_KEY_ORIGINS);
    for (size_t i = 0; i < n_origins; i++) list_of[i] = invocation_arg(v, i + 2);
    TRY(key_list(c, h.d, s.store_id, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].kind, STR("public"))) TRY(key_set_origins(c, h.d, s.store_id, rows[i].key_hash, list_of, n_origins));
    return list_keys(c, v, &h, &s);
}

/* ---- settings, removal ---- */

static err_code apply_all(ctx *c, store *s, void *arg) {
    const invocation *v = arg;
    for (size_t i = 2; i < v->n_args; i++) TRY(store_setting_apply(c, s, invocation_arg(v, i)));
    return ERR_OK;
}

static err_code settings_of(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    if (v->n_args > 2) {
        invocation words = *v;
        TRY(store_change(c, h.d, s.store_id, apply_all, &words, &s));
    }
    if (v->json) return print_store(c, v, &h, &s);
    fprintf(v->out, "%.*s: sync_interval_min=%" PRId64 " locale=%.*s time_zone=%.*s\n%.*s\n", STR_ARG(s.name), s.sync_interval_min,
            STR_ARG(s.locale), STR_ARG(s.time_zone), STR_ARG(s.settings.n ? s.settings : STR("{}")));
    if (v->n_args > 2) return ERR_OK;
    fputs("may be set:\n", v->out);
    for (size_t i = 0; i < n_store_settings; i++)
        fprintf(v->out, "  %-20s %s\n", store_setting_table[i].name, store_setting_table[i].help);
    return ERR_OK;
}

static err_code remove_store(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    if (!invocation_flag(v, "yes"))
        return usage_error(c, "--yes", "this deletes all that is known of %.*s; say it with --yes", STR_ARG(s.name));
    TRY(store_remove(c, h.d, s.store_id));
    home_forget_store(c, &h, s.store_id);
    const char *demo = home_path(c, h.dir, "demo-keys.json");
    if (str_eq(s.platform, STR("demo")) && demo) (void)unlink(demo);        /* its keys open nothing any more */
    if (v->json) fprintf(v->out, "{\"removed\":%" PRId64 "}\n", s.store_id);
    else fprintf(v->out, "%.*s is removed\n", STR_ARG(s.name));
    return ERR_OK;
}

static const action actions[] = {
    { "list", 1, 1, list },       { "show", 2, 2, show },         { "keys", 2, 4, keys },
    { "origins", 3, 60, origins }, { "settings", 2, 60, settings_of }, { "remove", 2, 2, remove_store },
};

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_stores = {
    .name = "stores", .summary = "List, show, set and remove the stores and their keys",
    .usage = "[list | show STORE | keys STORE [rotate secret|public] | origins STORE URL... | settings STORE [NAME=VALUE...] |"
             " remove STORE]",
    .details = "origins are the pages that may use the public key. Without a word the stores are listed.",
    .options = options, .n_options = COUNT(options), .max_args = 62, .run = run,
};
