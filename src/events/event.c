/* What each kind of event must carry, and the words of consent. It does NOT know HTTP: api/event_body.c reads bodies. */
#include "events/event.h"
#include "base/map.h"

static const char *const consent_words[CONSENT_LEVELS] = {
#define X(name, word) [CONSENT_##name] = word,
    CONSENT_LIST(X)
#undef X
};

const char *consent_word(consent_level l) { return consent_words[l]; }

bool consent_find(str word, consent_level *ret_level) {
    for (size_t i = 0; i < CONSENT_LEVELS; i++)
        if (str_eq(word, str_of(consent_words[i]))) {
            *ret_level = (consent_level)i;
            return true;
        }
    return false;
}

static bool has_what(const visitor_event *e, unsigned need) {
    const logged_event *r = &e->row;
    return (need == NEEDS_PRODUCT && r->product_id.n) || (need == NEEDS_CATEGORY && r->category_id.n) ||
           (need == NEEDS_QUERY && r->query.n) || (need == NEEDS_ORDER && (r->order_id.n || r->rec_id.n)) ||
           (need == NEEDS_SHOWN && (r->rec_id.n || r->placement.n)) || (need == NEEDS_CONSENT && e->consent != CONSENT_UNTOLD);
}

static const struct { unsigned need; const char *field, *what; } needs[] = {
    { NEEDS_PRODUCT, "product_id", "a 'product_id'" },
    { NEEDS_CATEGORY, "category_id", "a 'category_id'" },
    { NEEDS_QUERY, "query", "a 'query'" },
    { NEEDS_ORDER, "order_id", "an 'order_id', or the 'rec_id' that led to it" },
    { NEEDS_SHOWN, "rec_id", "a 'rec_id' or a 'placement'" },
    { NEEDS_CONSENT, "consent", "a 'consent': all, statistics or none" },
};

err_code event_check(ctx *c, visitor_event *e, int64_t received_ms) {
    const event_kind_row *k = &event_kinds[e->kind];
    if (k->flags & FROM_SHOP)
        return fail_field(c, ERR_INVALID, "type", "only the shop itself tells of a '%s', by its webhooks", k->word);
    for (size_t i = 0; i < COUNT(needs); i++)
        if ((k->flags & needs[i].need) && !has_what(e, needs[i].need))
            return fail_field(c, ERR_INVALID, needs[i].field, "a '%s' needs %s", k->word, needs[i].what);
    e->row.kind = str_of(k->word);
    if (!e->row.time_ms || e->row.time_ms > received_ms) e->row.time_ms = received_ms;
    if (e->row.time_ms < received_ms - EVENT_LATE_MS) e->row.time_ms = received_ms - EVENT_LATE_MS;
    return ERR_OK;
}

void event_read_products(const logged_event *e, event_products *ret_products) {
    event_products x = { .n = 0 };
    for (str rest = e->items; rest.p && x.n < LIMIT_EVENT_ITEMS;) {
        (void)str_cut(&rest, '[');
        str head = rest;
        if (!rest.p || !str_starts(rest, STR("\""))) continue;
        (void)str_cut(&head, '"');
        str id = str_cut(&head, '"');
        if (head.p && str_find(id, STR("\\")) == SIZE_MAX) x.id[x.n++] = id;
        rest = head;
    }
    if (!x.n && e->product_id.n) x.id[x.n++] = e->product_id;
    *ret_products = x;
}

uint64_t client_hash_of(int64_t store_id, str visitor_id, str client_id) {
    if (!client_id.n) return 0;
    uint64_t seed = hash_bytes(visitor_id.p, visitor_id.n, (uint64_t)store_id);
    uint64_t hash = hash_bytes(client_id.p, client_id.n, seed);
    return hash ? hash : 1;
}
