/* Rows of experiments read, checked and asked; see experiment.h. It does NOT judge them: decide_end.c does. */
#include "experiments/experiment.h"
#include <math.h>
#include <stdio.h>
#include "base/json.h"
#include "experiments/assign.h"

static const char *const state_names[EXPERIMENT_STATES] = {
#define X(name, word) [EXPERIMENT_##name] = word,
    EXPERIMENT_STATE_LIST(X)
#undef X
};

const char *experiment_state_name(experiment_state s) { return state_names[s]; }

bool experiment_state_find(str word, experiment_state *ret_state) {
    for (size_t i = 0; i < EXPERIMENT_STATES; i++)
        if (str_eq(word, str_of(state_names[i]))) {
            *ret_state = (experiment_state)i;
            return true;
        }
    return false;
}

bool experiment_may_become(experiment_state from, experiment_state to) {
    return from == EXPERIMENT_DRAFT ? to == EXPERIMENT_RUNNING : from == EXPERIMENT_RUNNING && to > EXPERIMENT_RUNNING;
}

/* ---- reading ---- */
static bool is_key(str key) {
    for (size_t i = 0; i < key.n; i++) {
        char ch = key.p[i];
        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_')) return false;
    }
    return key.n > 0 && key.n <= LIMIT_VARIANT_KEY;
}

/* Written again, so that it is one value and nothing else. */
static err_code read_settings(ctx *c, const json_value *v, str *ret_settings) {
    if (jr_is_null(v)) return ERR_OK;
    if (!jr_is_object(v)) return fail_field(c, ERR_INVALID, "variants", "'settings' of a variant must be a JSON object");
    buf b;
    json_out w;
    buf_init_in(&b, c->arena, 16 * 1024);
    jw_init(&w, &b);
    jw_value(&w, v);
    if (buf_err(&b)) return fail_field(c, ERR_INVALID, "variants", "'settings' of a variant are over 16 KiB");
    *ret_settings = buf_view(&b);
    return ERR_OK;
}

static err_code read_variant(ctx *c, const json_value *v, const experiment_variant *before, size_t n, experiment_variant *ret_variant) {
    experiment_variant x = { .key = jr_string(jr_get(v, "key")) };
    if (!is_key(x.key))
        return fail_field(c, ERR_INVALID, "variants", "each variant needs a 'key' of up to %d letters a-z, digits, - or _",
                          LIMIT_VARIANT_KEY);
    for (size_t i = 0; i < n; i++)
        if (str_eq(x.key, before[i].key))
            return fail_field(c, ERR_INVALID, "variants", "two variants have the key '%.*s'", STR_ARG(x.key));
    if (!jr_double(jr_get(v, "share"), &x.share_0_1) || !(x.share_0_1 > 0 && x.share_0_1 < 1))
        return fail_field(c, ERR_INVALID, "variants", "variant '%.*s' needs a 'share' between 0 and 1", STR_ARG(x.key));
    TRY(read_settings(c, jr_get(v, "settings"), &x.settings));
    *ret_variant = x;
    return ERR_OK;
}

static err_code read_variants(ctx *c, str text, running_experiment *e) {
    const json_value *list = NULL;
    if (!text.n || json_parse(c, text, JSON_READ_STRICT, &list) || !jr_is_array(list))
        return fail_field(c, ERR_INVALID, "variants", "'variants' must be a list of {\"key\",\"share\",\"settings\"}");
    size_t n = jr_count(list);
    if (n < 2 || n > LIMIT_VARIANTS)
        return fail_field(c, ERR_INVALID, "variants", "an experiment has 2 to %d variants, the first is the control", LIMIT_VARIANTS);
    experiment_variant *v = arena_new(c->arena, experiment_variant, n);
    if (!v) return fail(c, ERR_NO_MEMORY, "read the variants");
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        TRY(read_variant(c, jr_at(list, i), v, i, &v[i]));
        sum += v[i].share_0_1;
    }
    if (fabs(sum - 1) > 1e-6) return fail_field(c, ERR_INVALID, "variants", "the shares add up to %g; they must add up to 1", sum);
    e->variants = v;
    e->n_variants = n;
    return ERR_OK;
}

static err_code read_words(ctx *c, const json_value *list, const char *name, const str **ret_words, size_t *ret_n) {
    size_t n = jr_count(list);
    str *words = arena_new(c->arena, str, n ? n : 1);
    if (!words) return fail(c, ERR_NO_MEMORY, "read the targeting");
    if (!jr_is_array(list) || n == 0 || n > LIMIT_TARGETS)
        return fail_field(c, ERR_INVALID, "targeting", "'%s' must be a list of 1 to %d words", name, LIMIT_TARGETS);
    for (size_t i = 0; i < n; i++) {
        words[i] = jr_string(jr_at(list, i));
        if (!words[i].n) return fail_field(c, ERR_INVALID, "targeting", "'%s' must be a list of words", name);
    }
    *ret_words = words;
    *ret_n = n;
    return ERR_OK;
}

static err_code read_targeting(ctx *c, str text, experiment_targeting *t) {
    const json_value *o = NULL;
    *t = (experiment_targeting){ .customer = -1 };
    if (text.n && (json_parse(c, text, JSON_READ_STRICT, &o) || !jr_is_object(o)))
        return fail_field(c, ERR_INVALID, "targeting", "'targeting' must be a JSON object");
    for (void *it = jr_first(o); it; it = jr_next(o, it)) {
        str name = jr_member_key(it);
        const json_value *v = jr_member_value(it);
        if (str_eq(name, STR("device"))) TRY(read_words(c, v, "device", &t->devices, &t->n_devices));
        else if (str_eq(name, STR("locale"))) TRY(read_words(c, v, "locale", &t->locales, &t->n_locales));
        else if (str_eq(name, STR("customer")) && jr_is_bool(v)) t->customer = jr_bool(v, false);
        else return fail_field(c, ERR_INVALID, "targeting", "targeting knows device, locale (lists) and customer (true or false)");
    }
    return ERR_OK;
}

/* An experiment without a layer has one of its own, and all of it. */
static err_code read_layer(ctx *c, const experiment *row, running_experiment *e) {
    e->layer = row->layer;
    if (!row->layer.n) {
        buf b;
        buf_init_in(&b, c->arena, 40);
        buf_printf(&b, "experiment-%lld", (long long)row->experiment_id);
        e->layer = buf_view(&b);
        e->layer_to = ASSIGN_BUCKETS;
        return buf_err(&b) ? fail(c, ERR_NO_MEMORY, "name a layer") : ERR_OK;
    }
    if (row->layer_from < 0 || row->layer_to > ASSIGN_BUCKETS || row->layer_from >= row->layer_to)
        return fail_field(c, ERR_INVALID, "layer_from", "an experiment takes buckets of its layer: 0 <= layer_from < layer_to <= %d",
                          ASSIGN_BUCKETS);
    e->layer_from = (uint32_t)row->layer_from;
    e->layer_to = (uint32_t)row->layer_to;
    return ERR_OK;
}

err_code experiment_read(ctx *c, const experiment *row, running_experiment *ret_experiment) {
    running_experiment e = { .id = row->experiment_id, .placement = row->placement };
    TRY(read_layer(c, row, &e));
    TRY(read_targeting(c, row->targeting, &e.targeting));
    TRY(read_variants(c, row->variants, &e));
    *ret_experiment = e;
    return ERR_OK;
}

/* ---- beside each other ---- */
static bool is_running(const experiment *row) { return str_eq(row->state, str_of(state_names[EXPERIMENT_RUNNING])); }

/* Rows tell it: both in a named layer, buckets that overlap. */
static bool overlap(const experiment *a, const experiment *b) {
    return a->layer.n && str_eq(a->layer, b->layer) && a->layer_from < b->layer_to && b->layer_from < a->layer_to;
}

err_code experiment_check(ctx *c, const experiment *row, const experiment *others, size_t n_others) {
    running_experiment e;
    size_t running = 0;
    TRY(experiment_read(c, row, &e));
    for (size_t i = 0; i < n_others; i++) {
        const experiment *o = &others[i];
        if (o->experiment_id == row->experiment_id || !is_running(o)) continue;
        running++;
        if (overlap(row, o))
            return fail_field(c, ERR_CONFLICT, "layer_from", "experiment %lld runs on buckets %lld to %lld of layer '%.*s': take others",
                              (long long)o->experiment_id, (long long)o->layer_from, (long long)o->layer_to, STR_ARG(row->layer));
    }
    if (running >= LIMIT_RUNNING_EXPERIMENTS)
        return fail(c, ERR_CONFLICT, "%d experiments run already: end one first", LIMIT_RUNNING_EXPERIMENTS);
    return ERR_OK;
}

bool experiment_runs_on(const experiment *rows, size_t n, str placement) {
    for (size_t i = 0; i < n; i++)
        if (is_running(&rows[i]) && (!rows[i].placement.n || str_eq(rows[i].placement, placement))) return true;
    return false;
}

err_code experiment_set_make(ctx *c, int64_t store_id, const experiment *rows, size_t n, experiment_set *ret_set) {
    size_t running = 0, k = 0;
    for (size_t i = 0; i < n; i++) running += is_running(&rows[i]);
    running_experiment *list = arena_new(c->arena, running_experiment, running ? running : 1);
    if (!list) return fail(c, ERR_NO_MEMORY, "read %zu experiments", running);
    for (size_t i = 0; i < n; i++) {
        err_code e = is_running(&rows[i]) ? experiment_read(c, &rows[i], &list[k]) : ERR_INVALID;
        if (e == ERR_NO_MEMORY) return e;
        k += e == ERR_OK;
    }
    *ret_set = (experiment_set){ store_id, list, k };
    return ERR_OK;
}

/* ---- asking ---- */
static bool is_word_of(str word, const str *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, words[i])) return true;
    return n == 0;
}

static bool is_aimed_at(const running_experiment *e, const experiment_asker *who) {
    const experiment_targeting *t = &e->targeting;
    return who->person.n && (!e->placement.n || str_eq(e->placement, who->placement)) &&
           is_word_of(who->device, t->devices, t->n_devices) && is_word_of(who->locale, t->locales, t->n_locales) &&
           (t->customer < 0 || t->customer == who->customer);
}

const experiment_variant *experiment_variant_of(int64_t store_id, const running_experiment *e, const experiment_asker *who) {
    str names[LIMIT_VARIANTS];
    double shares[LIMIT_VARIANTS];
    if (!is_aimed_at(e, who)) return NULL;
    uint32_t bucket = assign_bucket(store_id, e->layer, who->person);
    if (bucket < e->layer_from || bucket >= e->layer_to) return NULL;
    for (size_t k = 0; k < e->n_variants; k++) names[k] = e->variants[k].key, shares[k] = e->variants[k].share_0_1;
    /* the id: two experiments that follow each other on the same buckets must not share their arms */
    struct { char text[24]; } salt;
    int n = snprintf(salt.text, sizeof salt.text, "arm-%lld", (long long)e->id);
    return &e->variants[assign_arm(store_id, (str){ salt.text, (size_t)n }, who->person, names, shares, e->n_variants)];
}
