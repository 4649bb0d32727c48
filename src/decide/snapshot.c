/* The snapshot file: laid out, written, mapped, read. It does NOT learn (learn.c) nor publish (serving). */
#include "decide/snapshot_int.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "num/vec.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "snapshot files are little-endian and read in place");
_Static_assert(sizeof(snapshot_item) == 80 && sizeof(snapshot_rule) == 28 && sizeof(snapshot_upsell) == 24, "no padding in the file");
_Static_assert(sizeof(snapshot_category) == 24 && sizeof(snapshot_alias) == 16, "no padding in the file");
_Static_assert(sizeof(snapshot_customer) == 16 &&
               sizeof(snapshot_facts) == 136 && sizeof(snapshot_promise) == 16 && sizeof(snapshot_vector) == 64, "no padding in the file");

static const char magic[8] = { 'V', 'I', 'T', 'R', 'S', 'N', 'A', 'P' };

/* One row a section, in file order. */
typedef struct { size_t pointer, count, size; } section;
#define SECTION(name) { offsetof(snapshot, name), offsetof(snapshot, n_##name), sizeof *((snapshot *)0)->name }
static const section sections[] = {
    SECTION(text), SECTION(items), SECTION(aliases), SECTION(categories), SECTION(item_categories), SECTION(cross_sell),
    SECTION(also_bought), SECTION(upsell), SECTION(similar), SECTION(popular), SECTION(trending), SECTION(newest),
    SECTION(category_popular), SECTION(customers), SECTION(purchases), SECTION(alias_slots), SECTION(category_slots),
    SECTION(personal), SECTION(sessions), SECTION(vectors), SECTION(ranker),
    SECTION(kind_of), SECTION(kinds), SECTION(kin), SECTION(liked), SECTION(viewed), SECTION(marks), SECTION(mark_worth),
    SECTION(outcomes), SECTION(outcomes_alone), SECTION(promises),
};
enum { ALIGNMENT = 64 };            /* a cache line; packs want it */

typedef struct { uint64_t at, n; } file_section;        /* bytes from the start of the file; elements */
typedef struct {
    char magic[8];
    uint64_t check;                 /* XXH3 of every byte behind this field */
    uint32_t format, n_sections;
    uint64_t bytes;                 /* of the whole file */
    snapshot_facts facts;
    file_section sections[COUNT(sections)];
} file_head;
enum { CHECKED_FROM = offsetof(file_head, format) };

static uint64_t section_count(const snapshot *s, const section *x) {
    uint64_t n;
    memcpy(&n, (const char *)s + x->count, sizeof n);
    return n;
}

static const void *section_data(const snapshot *s, const section *x) {
    const void *p;
    memcpy(&p, (const char *)s + x->pointer, sizeof p);
    return p;
}

/* ---- reading ---- */

static err_code check_head(ctx *c, str bytes) {
    const file_head *h = (const file_head *)(const void *)bytes.p;
    if (bytes.n < sizeof magic || memcmp(bytes.p, magic, sizeof magic) != 0)
        return fail(c, ERR_CORRUPT, "this file is not a snapshot of Vitrine");
    if (bytes.n >= offsetof(file_head, bytes) && h->format != SNAPSHOT_FORMAT)
        return fail(c, ERR_CORRUPT, "the snapshot has format %u, this program reads format %d: train the store again", h->format,
                    SNAPSHOT_FORMAT);
    if (bytes.n < sizeof *h || h->bytes != bytes.n) return fail(c, ERR_CORRUPT, "the snapshot is cut or has bytes behind its end");
    if (h->check != hash_bytes(bytes.p + CHECKED_FROM, bytes.n - CHECKED_FROM, 0))
        return fail(c, ERR_CORRUPT, "the snapshot's checksum is wrong: the file is damaged, train the store again");
    if (h->n_sections != COUNT(sections)) return fail(c, ERR_CORRUPT, "the snapshot has %u sections", h->n_sections);
    return ERR_OK;
}

static err_code load_model(ctx *c, const snapshot *s, const char *what, const char *bytes, uint64_t n, model *ret_model) {
    if (!n) return ERR_OK;
    model m;
    TRY(model_load(c, (str){ bytes, n }, &m));
    if (m.n_items != s->n_items)
        return fail(c, ERR_CORRUPT, "the snapshot's %s model is of %u items, the snapshot of %llu", what, m.n_items,
                    (unsigned long long)s->n_items);
    *ret_model = m;
    return ERR_OK;
}

err_code snapshot_read(ctx *c, str bytes, snapshot *ret_view) {
    if ((uintptr_t)bytes.p % 8) return fail(c, ERR_INVALID, "snapshot bytes must be aligned to 8");
    TRY(check_head(c, bytes));
    const file_head *h = (const file_head *)(const void *)bytes.p;
    snapshot view = { .facts = h->facts };
    for (size_t i = 0; i < COUNT(sections); i++) {
        const file_section *f = &h->sections[i];
        bool in_file = f->at % ALIGNMENT == 0 && f->at >= sizeof *h && f->at <= bytes.n && f->n <= (bytes.n - f->at) / sections[i].size;
        if (!in_file) return fail(c, ERR_CORRUPT, "section %zu of the snapshot lies outside the file", i);
        const void *p = bytes.p + f->at;
        memcpy((char *)&view + sections[i].pointer, &p, sizeof p);
        memcpy((char *)&view + sections[i].count, &f->n, sizeof f->n);
    }
    TRY(snapshot_check_content(c, &view));
    TRY(load_model(c, &view, "personal", view.personal, view.n_personal, &view.personal_model));
    TRY(load_model(c, &view, "session", view.sessions, view.n_sessions, &view.session_model));
    if (view.n_ranker) TRY(ranker_load(c, (str){ view.ranker, view.n_ranker }, &view.ranking));
    if (view.n_outcomes) TRY(ranker_load(c, (str){ view.outcomes, view.n_outcomes }, &view.by_outcomes));
    if (view.n_outcomes_alone) TRY(ranker_load(c, (str){ view.outcomes_alone, view.n_outcomes_alone }, &view.by_outcomes_alone));
    *ret_view = view;
    return ERR_OK;
}

/* Models are loaded into an arena of their own, which lives as long as the map. */
static err_code read_mapped(ctx *c, snapshot *s) {
    file_map file = s->map;
    arena *outer = c->arena, memory;
    arena_init(&memory, LIMIT_SNAPSHOT_ARENA);
    c->arena = &memory;
    err_code e = snapshot_read(c, (str){ file.data, file.size }, s);
    c->arena = outer;
    s->memory = memory;
    s->map = file;
    return e;
}

bool snapshot_is_readable(ctx *c, const char *path) {
    file_map file = { 0 };
    if (file_map_open(c, path, &file)) return false;
    const file_head *h = file.data;
    bool readable = file.size >= sizeof *h && memcmp(h->magic, magic, sizeof magic) == 0 && h->format == SNAPSHOT_FORMAT &&
                    h->bytes == file.size;
    file_unmap(&file);
    return readable;
}

err_code snapshot_open(ctx *c, const char *path, snapshot **ret_snapshot) {
    file_map file = { 0 };
    err_code e = file_map_open(c, path, &file);
    if (e == ERR_INVALID) return fail(c, ERR_CORRUPT, "snapshot %s is empty or not a file", path);
    if (e) return e;
    snapshot *s = calloc(1, sizeof *s);
    if (!s) {
        file_unmap(&file);
        return fail(c, ERR_NO_MEMORY, "open snapshot %s: out of memory", path);
    }
    s->map = file;
    e = read_mapped(c, s);
    if (e) snapshot_close(s);
    else *ret_snapshot = s;
    return e;
}

void snapshot_close(snapshot *s) {
    if (!s) return;
    arena_done(&s->memory);
    file_unmap(&s->map);
    free(s);
}

/* ---- writing ---- */

void snapshot_seal(char *bytes, size_t n) {
    uint64_t check = hash_bytes(bytes + CHECKED_FROM, n - CHECKED_FROM, 0);
    memcpy(bytes + offsetof(file_head, check), &check, sizeof check);
}

/* Slots hold index + 1; 0 is free; linear probing; at most half full. `ranges` has `stride` bytes between two. */
static err_code make_slots(ctx *c, const snapshot *s, const void *ranges, size_t stride, uint64_t n, const uint32_t **ret_slots,
                           uint64_t *ret_n) {
    uint64_t n_slots = 2;
    while (n_slots < n * 2) n_slots *= 2;
    uint32_t *slots = arena_new(c->arena, uint32_t, n_slots);
    if (!slots || n >= SNAPSHOT_NONE) return fail(c, ERR_NO_MEMORY, "write snapshot: out of memory");
    for (uint32_t i = 0; i < n; i++) {
        const snapshot_range *r = (const snapshot_range *)(const void *)((const char *)ranges + i * stride);
        if (r->at > s->n_text || r->n > s->n_text - r->at) return fail(c, ERR_INVALID, "write snapshot: id %u lies outside the text", i);
        uint64_t at = hash_str((str){ s->text + r->at, r->n }) & (n_slots - 1);
        while (slots[at]) at = (at + 1) & (n_slots - 1);
        slots[at] = i + 1;
    }
    *ret_slots = slots;
    *ret_n = n_slots;
    return ERR_OK;
}

static uint64_t aligned(uint64_t at) { return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

/* Bytes of the whole file, and where each section goes. */
static uint64_t lay_out(const snapshot *s, file_section *where) {
    uint64_t at = aligned(sizeof(file_head));
    for (size_t i = 0; i < COUNT(sections); i++) {
        where[i] = (file_section){ at, section_count(s, &sections[i]) };
        at = aligned(at + where[i].n * sections[i].size);
    }
    return at;
}

static void fill(const snapshot *s, char *to, uint64_t n) {
    file_head *h = (file_head *)(void *)to;
    memcpy(h->magic, magic, sizeof magic);
    h->format = SNAPSHOT_FORMAT;
    h->n_sections = COUNT(sections);
    h->bytes = n;
    h->facts = s->facts;
    (void)lay_out(s, h->sections);                              /* the size is known already */
    for (size_t i = 0; i < COUNT(sections); i++)
        if (h->sections[i].n) memcpy(to + h->sections[i].at, section_data(s, &sections[i]), h->sections[i].n * sections[i].size);
    snapshot_seal(to, n);
}

err_code snapshot_write(ctx *c, const char *path, const snapshot *s, uint64_t *ret_bytes, uint64_t *ret_check) {
    snapshot whole = *s;
    TRY(make_slots(c, s, s->aliases, sizeof *s->aliases, s->n_aliases, &whole.alias_slots, &whole.n_alias_slots));
    TRY(make_slots(c, s, s->categories, sizeof *s->categories, s->n_categories, &whole.category_slots, &whole.n_category_slots));
    file_section where[COUNT(sections)];
    uint64_t n = lay_out(&whole, where);
    char *bytes = arena_alloc(c->arena, n);
    if (!bytes) return fail(c, ERR_NO_MEMORY, "write snapshot: %llu bytes are more than this work may have", (unsigned long long)n);
    fill(&whole, bytes, n);
    snapshot proof;
    if (snapshot_read(c, (str){ bytes, n }, &proof)) return c->error.code = ERR_INVALID;
    TRY(file_write_atomic(c, path, (str){ bytes, n }, 0640));
    if (ret_bytes) *ret_bytes = n;
    if (ret_check) memcpy(ret_check, bytes + offsetof(file_head, check), sizeof *ret_check);
    return ERR_OK;
}

/* ---- looking things up ---- */

static str text_at(const snapshot *s, snapshot_range r) { return (str){ s->text + r.at, r.n }; }

static uint32_t find_slot(const snapshot *s, const uint32_t *slots, uint64_t n_slots, const void *ranges, size_t stride, str id) {
    for (uint64_t at = hash_str(id) & (n_slots - 1); slots[at]; at = (at + 1) & (n_slots - 1)) {
        const snapshot_range *r = (const snapshot_range *)(const void *)((const char *)ranges + (slots[at] - 1) * stride);
        if (str_eq(text_at(s, *r), id)) return slots[at] - 1;
    }
    return SNAPSHOT_NONE;
}

uint32_t snapshot_find_item(const snapshot *s, str external_id) {
    uint32_t alias = find_slot(s, s->alias_slots, s->n_alias_slots, s->aliases, sizeof *s->aliases, external_id);
    return alias == SNAPSHOT_NONE ? SNAPSHOT_NONE : s->aliases[alias].item;
}

uint32_t snapshot_find_category(const snapshot *s, str external_id) {
    return find_slot(s, s->category_slots, s->n_category_slots, s->categories, sizeof *s->categories, external_id);
}

str snapshot_item_id(const snapshot *s, uint32_t item) { return text_at(s, s->items[item].id); }
str snapshot_category_id(const snapshot *s, uint32_t category) { return text_at(s, s->categories[category].id); }

rule_span snapshot_cross_sell(const snapshot *s, uint32_t item) {
    snapshot_range r = s->items[item].cross_sell;
    return (rule_span){ s->cross_sell + r.at, r.n };
}

rule_span snapshot_also_bought(const snapshot *s, uint32_t item) {
    snapshot_range r = s->items[item].also_bought;
    return (rule_span){ s->also_bought + r.at, r.n };
}

upsell_span snapshot_upsells(const snapshot *s, uint32_t item) {
    snapshot_range r = s->items[item].upsell;
    return (upsell_span){ s->upsell + r.at, r.n };
}

ranked_span snapshot_similar(const snapshot *s, uint32_t item) {
    snapshot_range r = s->items[item].similar;
    return (ranked_span){ s->similar + r.at, r.n };
}

index_span snapshot_categories(const snapshot *s, uint32_t item) {
    snapshot_range r = s->items[item].categories;
    return (index_span){ s->item_categories + r.at, r.n };
}

ranked_span snapshot_popular(const snapshot *s) { return (ranked_span){ s->popular, (uint32_t)s->n_popular }; }
ranked_span snapshot_trending(const snapshot *s) { return (ranked_span){ s->trending, (uint32_t)s->n_trending }; }
ranked_span snapshot_newest(const snapshot *s) { return (ranked_span){ s->newest, (uint32_t)s->n_newest }; }

ranked_span snapshot_popular_in(const snapshot *s, uint32_t category) {
    snapshot_range r = s->categories[category].popular;
    return (ranked_span){ s->category_popular + r.at, r.n };
}

float snapshot_cosine(const snapshot_vector *a, const snapshot_vector *b) {
    float cosine = (float)vec_dot_bytes(a->x, b->x, SNAPSHOT_VECTOR_DIMS) * (1.0f / (SNAPSHOT_VECTOR_ONE * SNAPSHOT_VECTOR_ONE));
    return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}

uint64_t snapshot_customer_hash(int64_t store_id, str customer_id) {
    return hash_bytes(customer_id.p, customer_id.n, (uint64_t)store_id);
}

purchase_span snapshot_history(const snapshot *s, str customer_id) {
    uint64_t hash = snapshot_customer_hash(s->facts.store_id, customer_id);
    uint64_t low = 0, high = s->n_customers;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (s->customers[mid].hash < hash) low = mid + 1;
        else high = mid;
    }
    if (low == s->n_customers || s->customers[low].hash != hash) return (purchase_span){ 0 };
    snapshot_range r = s->customers[low].purchases;
    return (purchase_span){ s->purchases + r.at, r.n };
}
