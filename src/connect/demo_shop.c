/* From the const tables to products: names, prices, popularity, brands. It does NOT write rows: demo_products.c does. */
#include "connect/demo_int.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

rng demo_stream(uint64_t seed, const char *what, int64_t number) {
    rng r;
    rng_seed(&r, hash_bytes(what, strlen(what), seed ^ hash_bytes(&number, sizeof number, 1)));
    return r;
}

str demo_text(arena *a, const char *format, ...) {
    char out[1000];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, sizeof out, format, args);
    va_end(args);
    return str_dup(a, (str){ out, n < 0 || (size_t)n >= sizeof out ? 0 : (size_t)n });
}

int demo_option_count(const char *list) {
    int n = list && *list ? 1 : 0;
    for (const char *p = list; p && *p; p++) n += *p == '|';
    return n;
}

str demo_option(const char *list, int k) {
    str rest = str_of(list), part = str_cut(&rest, '|');
    while (k-- > 0 && rest.p) part = str_cut(&rest, '|');
    return part;
}

/* Romanian letters and what they become, longest spelling first. */
static const struct { const char *from; char to; } plain_letters[] = {
    { "ă", 'a' }, { "â", 'a' }, { "î", 'i' }, { "ș", 's' }, { "ț", 't' }, { "Ă", 'a' }, { "Â", 'a' }, { "Î", 'i' },
    { "Ș", 's' }, { "Ț", 't' }, { "é", 'e' },
};

static char plain_letter(str s, size_t *step) {
    *step = 1;
    char ch = s.p[0];
    if (ch >= 'A' && ch <= 'Z') return (char)(ch + 32);
    if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9')) return ch;
    for (size_t i = 0; i < COUNT(plain_letters); i++) {
        if (!str_starts(s, str_of(plain_letters[i].from))) continue;
        *step = strlen(plain_letters[i].from);
        return plain_letters[i].to;
    }
    return '-';
}

str demo_slug(arena *a, str name) {
    char *out = arena_alloc(a, name.n + 1);
    if (!out) return (str){ 0 };
    size_t n = 0;
    for (size_t i = 0, step = 1; i < name.n; i += step) {
        char ch = plain_letter(str_sub(name, i, name.n), &step);
        if (ch != '-' || (n && out[n - 1] != '-')) out[n++] = ch;
    }
    while (n && out[n - 1] == '-') n--;
    return (str){ out, n };
}

/* Prices people know: 24.99, 89.99, 349.99, 1299.00 lei. In minor units. */
static int64_t friendly_price(double lei) {
    if (lei < 50) return (int64_t)ceil(lei) * 100 - 1;
    if (lei < 1000) return (int64_t)round(lei / 10) * 1000 - 1;
    return (int64_t)round(lei / 50) * 5000 - 100;
}

static const char *const rung_names[DEMO_MOST_RUNGS] = { "Start", "Plus", "Pro", "Premium" };
static const double ladder_factor[DEMO_MOST_RUNGS] = { 1, 1.35, 1.8, 2.5 };
static const double pack_factor[DEMO_MOST_RUNGS] = { 1, 1.8, 3.1, 5.2 };

static void name_model(const demo_kind *k, demo_model *m) {
    const char *maker = demo_departments[m->department].brands[m->brand];
    str step = k->sizes ? demo_option(k->sizes, m->rung) : str_of(rung_names[m->rung]);
    const char *comma = k->sizes ? "," : "";
    snprintf(m->name, sizeof m->name, "%s %s%s %.*s", k->ro, maker, comma, STR_ARG(step));
    snprintf(m->name_en, sizeof m->name_en, "%s %s%s %.*s", maker, k->en, comma, STR_ARG(step));
}

static int variation_count(const demo_kind *k, rng *r) {
    int most = demo_axes[k->vary].n;
    if (!most) return 0;
    if (most > DEMO_MOST_VARIATIONS) most = DEMO_MOST_VARIATIONS;
    return 3 + (int)rng_below(r, (uint64_t)most - 2);
}

static bool kind_is_paired(const demo_shop *s, int kind) {
    for (int i = 0; i < s->n_pairs; i++)
        if (s->pairs[i].from == kind || s->pairs[i].to == kind) return true;
    return false;
}

static void fill_model(const demo_shop *s, int kind, int rung, int kind_brand, demo_model *m) {
    const demo_kind *k = &demo_kinds[kind];
    rng r = demo_stream(s->seed, "model", kind * 10 + rung);
    *m = (demo_model){ .id = DEMO_FIRST_ID + kind * 10 + rung, .kind = kind, .rung = rung, .brand = kind_brand };
    m->group = kind / DEMO_KINDS_PER_GROUP;
    m->department = m->group / (DEMO_GROUPS / DEMO_DEPARTMENTS);
    m->regular_minor = friendly_price(k->price_lei * (k->sizes ? pack_factor : ladder_factor)[rung]);
    bool sale = rng_unit(&r) < 0.14;
    m->price_minor = sale ? friendly_price((double)m->regular_minor / 100 * (0.78 + 0.12 * rng_unit(&r))) : m->regular_minor;
    m->n_variations = variation_count(k, &r);
    m->on_offer = kind_is_paired(s, kind) || rng_unit(&r) >= 0.07;
    /* one in twenty came out within the year, on the same day of every year, so that history stays as it was */
    int64_t phase = (int64_t)rng_below(&r, 365);
    bool is_new = !kind_is_paired(s, kind) && rng_unit(&r) < 0.1;
    m->launch_day = is_new ? s->today - (s->today - phase) % 365 : 17000 + (int64_t)rng_below(&r, 1000);
    name_model(k, m);
}

/* Sales follow a long tail: the model of rank k sells as 1 / (k + 2)^0.95; what is used up, and what people plan
 * a purchase around, sells more often. */
static void give_popularity(demo_shop *s) {
    rng r = demo_stream(s->seed, "rank", 0);
    for (size_t i = 0; i < s->n_models; i++) s->models[i].weight = (double)i;
    for (size_t i = s->n_models; i > 1; i--) {
        size_t j = rng_below(&r, i);
        double kept = s->models[i - 1].weight;
        s->models[i - 1].weight = s->models[j].weight;
        s->models[j].weight = kept;
    }
    for (size_t i = 0; i < s->n_models; i++) {
        demo_model *m = &s->models[i];
        double demand = (demo_kinds[m->kind].repeat_days ? 1.5 : 1) * (kind_is_paired(s, m->kind) ? 1.5 : 1);
        m->weight = demand * pow(m->weight + 2, -0.95);
        m->n_reviews = (int)rng_below(&r, 3) + (int)fmin(14, m->weight * 120);
        if (!m->on_offer) m->n_reviews = 0;
        for (int k = 0; k < m->n_reviews; k++) {
            rng one = demo_stream(s->seed, "rating", m->id * 100 + k);
            m->rating_sum += rng_unit(&one) < 0.72 ? 5 : 1 + (int)rng_below(&one, 4);
        }
    }
}

static int kind_named(const char *en) {
    for (int k = 0; k < DEMO_KINDS; k++)
        if (strcmp(demo_kinds[k].en, en) == 0) return k;
    return -1;
}

static err_code resolve_pairs(ctx *c, demo_shop *s) {
    for (size_t i = 0; i < n_demo_pairs; i++) {
        int from = kind_named(demo_pairs[i].from), to = kind_named(demo_pairs[i].to);
        if (from < 0 || to < 0 || s->n_pairs == COUNT(s->pairs))
            return fail(c, ERR_INTERNAL, "demo pair '%s' -> '%s' is not known", demo_pairs[i].from, demo_pairs[i].to);
        s->pairs[s->n_pairs].from = from;
        s->pairs[s->n_pairs].to = to;
        s->pairs[s->n_pairs++].p = demo_pairs[i].percent / 100.0;
    }
    return ERR_OK;
}

err_code demo_shop_init(ctx *c, demo_shop *s, uint64_t seed, int64_t now_ms) {
    *s = (demo_shop){ .seed = seed, .now_ms = now_ms, .today = now_ms / MS_PER_DAY };
    s->models = arena_new(c->arena, demo_model, DEMO_MOST_MODELS);
    if (!s->models) return fail(c, ERR_NO_MEMORY, "no memory for the demonstration shop");
    TRY(resolve_pairs(c, s));
    for (int k = 0; k < DEMO_KINDS; k++) {
        rng r = demo_stream(seed, "kind", k);
        int maker = (int)rng_below(&r, 5);
        s->kind_first[k] = (int)s->n_models;
        for (int rung = 0; rung < demo_kinds[k].rungs; rung++) fill_model(s, k, rung, maker, &s->models[s->n_models++]);
    }
    s->kind_first[DEMO_KINDS] = (int)s->n_models;
    give_popularity(s);
    return ERR_OK;
}

int demo_partner(const demo_shop *s, int to, int rung) {
    int n = s->kind_first[to + 1] - s->kind_first[to];
    return s->kind_first[to] + (rung < n ? rung : n - 1);
}
