/* A shop from storage and its snapshot into one loaded_shop: settings, catalogue, item <-> slot tables, ranking. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "decide/catalogue_load.h"
#include "decide/serving_int.h"
#include "schema/currency.h"

static void take_percent(const json_value *v, const char *key, int64_t high, int *percent) {
    int64_t n = 0;
    if (jr_i64(jr_get(v, key), &n) && n >= 0 && n <= high) *percent = (int)n;
}

static void take_slate(const json_value *v, slate_rules *s) {
    const struct { const char *key; size_t *to; } counts[] = {
        { "max_per_brand", &s->max_per_brand }, { "max_per_category", &s->max_per_category },
        { "new_slots", &s->new_slots }, { "explore_slots", &s->explore_slots },
    };
    for (size_t i = 0; i < COUNT(counts); i++) {
        int n = 0;
        take_percent(v, counts[i].key, LIMIT_RECOMMEND_N, &n);
        *counts[i].to = (size_t)n;
    }
    int percent = -1;
    take_percent(v, "diversity_percent", 100, &percent);
    if (percent >= 0) s->diversity.v = percent / 100.0, s->diversity.known = true;
}

store_settings store_settings_read(ctx *c, str json) {
    store_settings s = { .bundle_discount = 4, .upsell_discount = 5, .just_bought_days = 30, .explore_percent = 10, .move_points = 5,
                         .holdout_percent = 5, .consent = "all" };
    const json_value *v = NULL;
    if (!json.n || json_parse(c, json, JSON_READ_TOLERANT, &v)) return s;       /* unreadable: the defaults serve */
    take_percent(v, "bundle_discount", 90, &s.bundle_discount);
    take_percent(v, "upsell_discount", 90, &s.upsell_discount);
    take_percent(v, "just_bought_days", 3650, &s.just_bought_days);
    take_percent(v, "explore_percent", 50, &s.explore_percent);
    take_percent(v, "move_points", 100, &s.move_points);
    take_percent(v, "holdout_percent", 50, &s.holdout_percent);
    str consent = jr_string(jr_get(v, "consent_default"));
    if (consent.n && consent.n < sizeof s.consent) snprintf(s.consent, sizeof s.consent, "%.*s", STR_ARG(consent));
    take_slate(v, &s.slate);
    return s;
}

/* ---- ranking ---- */
typedef struct { double popularity; int64_t sales, created_ms; uint32_t slot; } ranked_slot;

static int by_rank(const void *pa, const void *pb) {
    const ranked_slot *a = pa, *b = pb;
    if (a->popularity != b->popularity) return a->popularity > b->popularity ? -1 : 1;
    if (a->sales != b->sales) return a->sales > b->sales ? -1 : 1;
    if (a->created_ms != b->created_ms) return a->created_ms > b->created_ms ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static err_code rank_slots(ctx *c, loaded_shop *l, const catalogue_view *v) {
    ranked_slot *rows = malloc((v->n_slots + 1) * sizeof *rows);
    if (!rows) return fail(c, ERR_NO_MEMORY, "no memory to rank %u products", v->n_slots);
    for (uint32_t i = 0; i < v->n_slots; i++) {
        const catalogue_item *it = catalogue_at(v, i);
        rows[i] = (ranked_slot){ (double)l->popularity[i], it ? it->total_sales : 0, it ? it->created_ms : 0, i };
    }
    qsort(rows, v->n_slots, sizeof *rows, by_rank);
    for (uint32_t i = 0; i < v->n_slots; i++) l->ranking[i] = rows[i].slot;
    free(rows);
    return ERR_OK;
}

static void map_items(loaded_shop *l, const catalogue_view *v) {
    for (uint32_t i = 0; i < v->n_slots; i++) l->item_of_slot[i] = SNAPSHOT_NONE;
    for (uint32_t i = 0; l->snap && i < l->snap->n_items; i++) {
        uint32_t slot = catalogue_find(v, snapshot_item_id(l->snap, i));
        l->slot_of_item[i] = slot;
        if (slot == NO_SLOT) continue;
        l->item_of_slot[slot] = i;
        l->popularity[slot] = l->snap->items[i].popularity;
    }
}

/* Newcomers since the snapshot, by insertion: few get in. */
static void find_unlearned(loaded_shop *l, const catalogue_view *v) {
    int64_t created[UNLEARNED_MOST];
    for (uint32_t slot = 0; slot < v->n_slots; slot++) {
        const catalogue_item *it = l->item_of_slot[slot] == SNAPSHOT_NONE ? catalogue_at(v, slot) : NULL;
        uint32_t at = l->n_unlearned;
        if (!it || (at == UNLEARNED_MOST && it->created_ms <= created[--at])) continue;
        if (l->n_unlearned < UNLEARNED_MOST) l->n_unlearned++;
        for (; at > 0 && created[at - 1] < it->created_ms; at--) created[at] = created[at - 1], l->unlearned[at] = l->unlearned[at - 1];
        created[at] = it->created_ms;
        l->unlearned[at] = slot;
    }
}

static float unit_of(const snapshot_rule *rules, uint64_t n) {
    double probability = 0, score = 0;
    for (uint64_t i = 0; i < n; i++) {
        probability += (double)rules[i].probability;
        score += (double)rules[i].score;
    }
    return score > 0 && isfinite(probability / score) ? (float)(probability / score) : 0;
}

static double mean_probability(const snapshot_rule *rules, uint64_t n) {
    double sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += (double)rules[i].probability;
    return n ? sum / (double)n : 0;
}

/* also_bought counts all baskets of a customer, an answer promises the next one. */
static float also_share_of(const snapshot *s) {
    double basket = mean_probability(s->cross_sell, s->n_cross_sell), customer_all = mean_probability(s->also_bought, s->n_also_bought);
    return basket > 0 && customer_all > basket ? (float)(basket / customer_all) : 1;
}

void loaded_shop_set_units(loaded_shop *l) {
    const snapshot *s = l->snap;
    l->cross_unit = s ? unit_of(s->cross_sell, s->n_cross_sell) : 0;
    l->also_unit = s ? unit_of(s->also_bought, s->n_also_bought) : 0;
    l->also_share = s ? also_share_of(s) : 1;
}

static void *need(size_t n, size_t size, bool *ok) {
    void *p = calloc(n + 1, size);
    *ok = *ok && p;
    return p;
}

static void copy_word(char *to, size_t size, str from) {
    size_t n = from.n < size - 1 ? from.n : size - 1;
    if (n) memcpy(to, from.p, n);
    to[n] = 0;
}

err_code loaded_shop_new(ctx *c, const store *facts, catalogue *k, snapshot *snap, loaded_shop **ret_loaded) {
    loaded_shop *l = calloc(1, sizeof *l);
    if (!l) {
        catalogue_free(k);
        snapshot_close(snap);
        return fail(c, ERR_NO_MEMORY, "no memory for a shop");
    }
    *l = (loaded_shop){ .store_id = facts->store_id, .loaded_ms = ctx_now_ms(c), .digits = currency_digits(facts->currency),
                        .settings_hash = serving_settings_hash(facts),
                        .settings = store_settings_read(c, facts->settings), .k = k, .snap = snap };
    copy_word(l->currency, sizeof l->currency, facts->currency);
    copy_word(l->locale, sizeof l->locale, facts->locale);
    price_style_read(c, facts->price_style, &l->prices);
    catalogue_view v = catalogue_look(k);
    bool ok = true;
    l->n_ranked = v.n_slots;
    l->slot_of_item = need(snap ? snap->n_items : 0, sizeof *l->slot_of_item, &ok);
    l->item_of_slot = need(v.n_slots, sizeof *l->item_of_slot, &ok);
    l->ranking = need(v.n_slots, sizeof *l->ranking, &ok);
    l->popularity = need(v.n_slots, sizeof *l->popularity, &ok);
    err_code e = ok ? ERR_OK : fail(c, ERR_NO_MEMORY, "no memory for a shop of %u products", v.n_slots);
    if (!e) e = shop_terms_new(c, l->settings.holdout_percent / 100.0, &l->terms);
    if (!e) {
        map_items(l, &v);
        find_unlearned(l, &v);
        e = rank_slots(c, l, &v);
    }
    if (e) {
        loaded_shop_free(l);
        return e;
    }
    loaded_shop_set_units(l);
    *ret_loaded = l;
    return ERR_OK;
}

void loaded_shop_free(loaded_shop *l) {
    if (!l) return;
    catalogue_free(l->k);
    snapshot_close(l->snap);
    free(l->slot_of_item);
    free(l->item_of_slot);
    free(l->ranking);
    free(l->popularity);
    shop_terms_free(l->terms);
    fresh_orders_free(l->fresh);
    free(l);
}

err_code loaded_shop_read_terms(ctx *c, db *d, loaded_shop *l) {
    shop_terms *t = NULL;
    TRY(shop_terms_read(c, d, l->store_id, l->terms->holdout_0_1, &t));
    shop_terms_free(l->terms);
    l->terms = t;
    return ERR_OK;
}

/* Newest model row of the store in state 'serving'; version 0 when there is none. */
static err_code newest_snapshot(ctx *c, db *d, int64_t store_id, stored_model *ret_row) {
    stored_model key = { .store_id = store_id, .kind = STR("snapshot") }, after = { 0 }, *rows = NULL;
    *ret_row = (stored_model){ .version = 0 };
    for (bool more = true, first = true; more; first = false) {
        size_t n = 0;
        TRY(storage_scan(c, d, &stored_model_entity, &key, 2, first ? NULL : &after, LIMIT_PAGE_ROWS, &rows, &n));
        for (size_t i = 0; i < n; i++)
            if (str_eq(rows[i].state, STR("serving")) && rows[i].version > ret_row->version) *ret_row = rows[i];
        more = n == LIMIT_PAGE_ROWS;
        if (n) after = rows[n - 1];
    }
    return ERR_OK;
}

static err_code open_snapshot(ctx *c, db *d, str data_dir, int64_t store_id, char *why, size_t why_size, snapshot **ret_snapshot) {
    stored_model row;
    *ret_snapshot = NULL;
    TRY(newest_snapshot(c, d, store_id, &row));
    if (!row.version) return ERR_OK;
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_str(&path, data_dir);
    buf_char(&path, '/');
    buf_str(&path, row.artifact);
    TRY(buf_err(&path));
    snapshot *snap = NULL;
    err_code e = snapshot_open(c, path.p, &snap);
    if (!e && snap->facts.store_id != store_id) {
        e = fail(c, ERR_CORRUPT, "the snapshot was learned from store %lld", (long long)snap->facts.store_id);
        snapshot_close(snap);
    }
    if (e == ERR_NOT_FOUND || e == ERR_CORRUPT) {           /* the shop is answered all the same; facts tell why */
        copy_word(why, why_size, str_of(c->error.text));
        return ERR_OK;
    }
    if (!e) *ret_snapshot = snap;
    return e;
}

/* Where the secret does not open, answers are as of a shop without a plugin: connecting again makes another one. */
static offer_key read_offer_key(ctx *c, const seal_key *seal, const store *facts) {
    str secret = { 0 };
    if (!seal || plugin_secret_open(c, seal, facts, &secret)) return (offer_key){ .made = false };
    return offer_key_of(secret);
}

err_code loaded_shop_read(ctx *c, db *d, str data_dir, const seal_key *seal, int64_t store_id, loaded_shop **ret_loaded) {
    store facts = { .store_id = store_id };
    err_code e = storage_get(c, d, &store_entity, &facts);
    if (e == ERR_NOT_FOUND) return fail(c, ERR_NOT_FOUND, "there is no store %lld", (long long)store_id);
    TRY(e);
    char why[256] = "";
    catalogue *k = NULL;
    snapshot *snap = NULL;
    TRY(catalogue_new(c, (card_style){ facts.currency, currency_digits(facts.currency) }, &k));
    e = catalogue_load_all(c, d, store_id, k);
    if (!e) e = open_snapshot(c, d, data_dir, store_id, why, sizeof why, &snap);
    if (e) {
        catalogue_free(k);
        return e;
    }
    loaded_shop *l = NULL;
    TRY(loaded_shop_new(c, &facts, k, snap, &l));
    memcpy(l->snapshot_error, why, sizeof why);
    l->offers = read_offer_key(c, seal, &facts);
    catalogue_view v = catalogue_look(k);
    e = loaded_shop_read_terms(c, d, l);
    if (!e) e = fresh_orders_read(c, d, store_id, snap ? snap->facts.as_of_ms : 0, &v, &l->fresh);
    if (e) loaded_shop_free(l);
    else *ret_loaded = l;
    return e;
}
