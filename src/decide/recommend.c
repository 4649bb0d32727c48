/* The door: check the request, then context, candidates and slate; answers given before. */
#include <string.h>
#include "base/limits.h"
#include "base/map.h"
#include "decide/answer_cache.h"
#include "decide/recommend_int.h"
#include "events/counters.h"
#include "schema/currency.h"

static const char *const source_names[] = {
#define X(name, word) [SOURCE_##name] = word,
    SOURCE_LIST(X)
#undef X
    [SOURCE_ALL] = "all",
};
const char *decide_source_name(decide_source s) { return source_names[s]; }

bool decide_source_find(str word, decide_source *ret_source) {
    if (!word.n) {
        *ret_source = SOURCE_ALL;
        return true;
    }
    for (size_t i = 0; i < COUNT(source_names); i++)
        if (str_eq(word, str_of(source_names[i]))) {
            *ret_source = (decide_source)i;
            return true;
        }
    return false;
}

/* ---- checks ---- */
static err_code check_list(ctx *c, const char *name, str_list l, size_t most) {
    if (l.n > most) return fail_field(c, ERR_INVALID, name, "%s may hold %zu values at most", name, most);
    for (size_t i = 0; i < l.n; i++)
        if (l.p[i].n > LIMIT_ID_BYTES) return fail_field(c, ERR_INVALID, name, "a value of %s is over %d bytes", name, LIMIT_ID_BYTES);
    return ERR_OK;
}

static err_code check_attributes(ctx *c, const recommend_filter *f) {
    if (f->n_attributes > LIMIT_FILTER_VALUES)
        return fail_field(c, ERR_INVALID, "attributes", "attributes may hold %d values at most", LIMIT_FILTER_VALUES);
    for (size_t i = 0; i < f->n_attributes; i++)
        if (!f->attributes[i].name.n || f->attributes[i].name.n > LIMIT_ID_BYTES || f->attributes[i].value.n > LIMIT_ID_BYTES)
            return fail_field(c, ERR_INVALID, "attributes", "an attribute needs a name and a value of %d bytes at most", LIMIT_ID_BYTES);
    return ERR_OK;
}

static err_code check_history(ctx *c, recommend_events h) {
    if (h.n > LIMIT_HISTORY_ITEMS)
        return fail_field(c, ERR_INVALID, "history", "history may hold %d values at most", LIMIT_HISTORY_ITEMS);
    for (size_t i = 0; i < h.n; i++) {
        if (h.p[i].product_id.n > LIMIT_ID_BYTES)
            return fail_field(c, ERR_INVALID, "history", "a value of history is over %d bytes", LIMIT_ID_BYTES);
        if ((unsigned)h.p[i].kind >= EVENT_KINDS || h.p[i].time_ms < 0)
            return fail_field(c, ERR_INVALID, "history", "history holds an event of no kind, or from before 1970");
    }
    return ERR_OK;
}

static err_code check_slate(ctx *c, const slate_rules *s) {
    const struct { const char *name; size_t value; } counts[] = {
        { "max_per_brand", s->max_per_brand }, { "max_per_category", s->max_per_category },
        { "new_slots", s->new_slots }, { "explore_slots", s->explore_slots },
    };
    for (size_t i = 0; i < COUNT(counts); i++)
        if (counts[i].value > LIMIT_RECOMMEND_N)
            return fail_field(c, ERR_INVALID, counts[i].name, "%s may be %d at most", counts[i].name, LIMIT_RECOMMEND_N);
    if (s->diversity.known && !(s->diversity.v >= 0 && s->diversity.v <= 1))
        return fail_field(c, ERR_INVALID, "diversity", "diversity must be between 0 and 1");
    return ERR_OK;
}

static err_code check_query(ctx *c, const recommend_query *q) {
    const struct { const char *name; str_list list; size_t most; } lists[] = {
        { "product_id", { &q->product_id, 1 }, 1 }, { "visitor_id", { &q->visitor_id, 1 }, 1 },
        { "customer_id", { &q->customer_id, 1 }, 1 }, { "cart", q->cart, LIMIT_CART_ITEMS },
        { "exclude", q->exclude, LIMIT_EXCLUDE_ITEMS }, { "standing", q->standing, LIMIT_STANDING },
        { "categories", q->filter.categories, LIMIT_FILTER_VALUES }, { "tags", q->filter.tags, LIMIT_FILTER_VALUES },
        { "brands", q->filter.brands, LIMIT_FILTER_VALUES },
    };
    for (size_t i = 0; i < COUNT(lists); i++) TRY(check_list(c, lists[i].name, lists[i].list, lists[i].most));
    TRY(check_history(c, q->history));
    TRY(check_slate(c, &q->slate));
    if (q->n > LIMIT_RECOMMEND_N) return fail_field(c, ERR_INVALID, "n", "n may be %d at most", LIMIT_RECOMMEND_N);
    if (q->source > SOURCE_ALL) return fail_field(c, ERR_INVALID, "source", "there is no such source");
    if (q->filter.price_min.known && q->filter.price_max.known && q->filter.price_min.v > q->filter.price_max.v)
        return fail_field(c, ERR_INVALID, "price_min", "price_min is over price_max: no product can match");
    return check_attributes(c, &q->filter);
}

static err_code unknown_placement(ctx *c, str name) {
    buf known;
    buf_init_in(&known, c->arena, KIB);
    for (size_t i = 0; i < n_placements; i++) buf_printf(&known, "%s%s", i ? ", " : "", all_placements[i].name);
    return fail_field(c, ERR_INVALID, "placement", "there is no placement '%.*s'; there is: %.*s", STR_ARG(str_clip(name, 60)),
                      STR_ARG(buf_view(&known)));
}

/* Nothing learned of products and persons: what sells, what sells faster, what is new. */
static void forget_learned(placement *own) {
    for (size_t k = 0; k < SOURCE_COUNT; k++)
        if (k != SOURCE_POPULAR && k != SOURCE_TRENDING && k != SOURCE_NEW) own->weight[k] = 0;
}

/* The place as this request has it: a source asked for by name counts in full wherever it is asked; the model may be another. */
static err_code adapt_placement(request *r) {
    const recommend_query *q = r->q;
    int wanted = placement_setting_or(&r->terms.set, PLACEMENT_MODEL, MODEL_RANKER);
    bool asked = q->source != SOURCE_ALL;
    if (asked ? r->place->weight[q->source] > 0 : wanted == MODEL_RANKER) return ERR_OK;
    placement *own = arena_new(r->c->arena, placement, 1);
    if (!own) return fail(r->c, ERR_NO_MEMORY, "no memory for a request");
    *own = *r->place;
    if (asked) own->weight[q->source] = 1;
    else own->ranked = false;
    if (!asked && wanted == MODEL_CATALOGUE) forget_learned(own);
    r->place = own;
    return ERR_OK;
}

static err_code choose_placement(request *r) {
    const recommend_query *q = r->q;
    str name = q->placement.n ? q->placement : q->product_id.n ? STR("product") : q->cart.n ? STR("cart") : STR("home");
    r->place = placement_find(name);
    if (!r->place) return unknown_placement(r->c, name);
    TRY(terms_of(r->c, r->s->loaded->store_id, r->s->terms, q, r->place, locale_language(r->locale), &r->terms));
    r->n = (size_t)placement_setting_or(&r->terms.set, PLACEMENT_N, (int)(q->n ? q->n : r->place->n));
    return adapt_placement(r);
}

/* What the request does not say, the store's settings do. Chance is the same for a person all day, so that an answer can be made again. */
static void set_slate(request *r) {
    const slate_rules *own = &r->s->loaded->settings.slate;
    slate_rules *s = &r->slate;
    *s = r->q->slate;
    if (!s->diversity.known) s->diversity = own->diversity;
    if (!s->max_per_brand) s->max_per_brand = own->max_per_brand;
    if (!s->max_per_category) s->max_per_category = own->max_per_category;
    if (!s->new_slots) s->new_slots = own->new_slots;
    if (!s->explore_slots) s->explore_slots = own->explore_slots;
    if (!s->explore_slots) return;
    str who = r->q->visitor_id.n ? r->q->visitor_id : r->q->customer_id;
    r->luck = hash_bytes(who.p, who.n, (uint64_t)(r->now_ms / MS_PER_DAY)) | 1;
}

/* Read the request up to what it is about. */
err_code request_open(ctx *c, const serving *s, const recommend_query *q, request **ret_request) {
    TRY(check_query(c, q));
    request *r = arena_new_raw(c->arena, request, 1);       /* of its many anchors few are used */
    if (!r) return fail(c, ERR_NO_MEMORY, "no memory for a request");
    memset(r, 0, offsetof(request, anchors));
    r->c = c;
    r->s = s;
    r->q = q;
    r->now_ms = ctx_now_ms(c) / MS_PER_MINUTE * MS_PER_MINUTE;
    r->locale = q->locale.n ? q->locale : str_of(s->loaded->locale);
    TRY(choose_placement(r));
    set_slate(r);
    TRY(filter_compile(c, &q->filter, &r->filter));
    told t;
    TRY(context_read(r, &t));
    TRY(context_build(r, &t));
    r->plan = live_plan_of(r);
    *ret_request = r;
    return ERR_OK;
}

static str product_of(const request *r) { return r->product ? r->product->product_id : (str){ 0 }; }

static const char *strategy_of(const request *r) {
    const snapshot *snap = r->s->loaded->snap;
    bool learned = snap && snap->n_cross_sell && placement_setting_or(&r->terms.set, PLACEMENT_MODEL, MODEL_RANKER) != MODEL_CATALOGUE;
    return r->terms.told.off ? "off" : r->by_outcomes ? "outcomes" : r->ranked ? "ranker" : learned ? "rules" : "catalogue";
}

static int64_t version_of(const request *r) { return r->s->loaded->snap ? r->s->loaded->snap->facts.version : 0; }

static err_code find_answer(request *r, recommend_answer *ret_answer) {
    recommend_answer a = { .terms = r->terms.told, .visitor_id = r->q->visitor_id, .product_id = product_of(r), .placement = r->place->name,
                           .language = locale_language(r->locale), .model_version = version_of(r), .strategy = strategy_of(r) };
    *ret_answer = a;
    if (a.terms.off) return ERR_OK;
    TRY(personal_score(r, PERSONAL_SEARCH_FROM));
    TRY(candidates_gather(r));
    a.considered = r->n_candidates;
    TRY(slate_build(r, &a));
    a.strategy = strategy_of(r);                            /* known now: whether a ranker ordered it */
    *ret_answer = a;
    return ERR_OK;
}

err_code recommend(ctx *c, const serving *s, const recommend_query *q, recommend_answer *ret_answer) {
    request *r = NULL;
    TRY(request_open(c, s, q, &r));
    recommend_answer a;
    TRY(find_answer(r, &a));
    rec_id_make(ctx_now_ms(c), &c->random, a.rec_id);
    *ret_answer = a;
    return ERR_OK;
}

/* ---- answers kept ---- */
static uint64_t hash_events(const visitor_events *e, uint64_t key) {
    key = hash_bytes(e->item, e->n * sizeof *e->item, key);
    key = hash_bytes(e->visit, e->n * sizeof *e->visit, key);
    key = hash_bytes(e->weight, e->n * sizeof *e->weight, key);
    return hash_bytes(e->time_ms, e->n * sizeof *e->time_ms, key);
}

/* Another number once clicks, carts or purchases were counted. */
static uint64_t learned_of(const request *r) {
    if (!r->s->counters) return 0;
    return counters_shown_change(r->s->counters, r->s->loaded->store_id, r->c->time->mono_us(r->c->time) / 1000);
}

/* Everything gathering, ordering and wording read of the request; the shop is in the number of its generation. Ages are read by
 * the minute. Persons are not in it: what they did is, as anchors, events and bans, the seed of their exploration where asked, and which
 * of the lists drawn by chance is theirs. */
static uint64_t answer_key(const request *r, uint64_t seed) {
    const recommend_query *q = r->q;
    const slate_rules *rules = &r->slate;
    const struct {
        uint64_t generation, minute, n, source, placement, language, category, on_hand, varied, brand, kind, fresh, explored, luck;
        uint64_t learned, lot;
        int64_t low, high;
        double diversity;
    } head = {
        r->s->number, (uint64_t)(r->now_ms / MS_PER_MINUTE), r->n, q->source, (uintptr_t)r->place->name,
        (uintptr_t)locale_language(r->locale), q->filter.categories.n ? hash_str(q->filter.categories.p[0]) : 0,
        r->filter.on_hand, rules->diversity.known, rules->max_per_brand, rules->max_per_category, rules->new_slots,
        rules->explore_slots, r->luck, learned_of(r), live_lot(&r->plan), r->filter.low, r->filter.high, rules->diversity.v,
    };
    uint64_t key = hash_bytes(&head, sizeof head, seed);
    key = hash_bytes(&r->terms.set, sizeof r->terms.set, key);
    for (size_t i = 0; i < r->n_anchors; i++) {
        const struct { uint32_t slot, kind; float weight; } a = { r->anchors[i].slot, r->anchors[i].kind, r->anchors[i].weight };
        key = hash_bytes(&a, sizeof a, key);
    }
    key = hash_bytes(r->ban, r->n_ban * sizeof *r->ban, key);
    key = hash_events(&r->events, key);
    for (size_t i = 0; i < r->filter.n; i++)
        key = hash_bytes(r->filter.groups[i].any, r->filter.groups[i].n * sizeof(uint64_t), key);
    return key;
}

/* Made, written and kept. */
static err_code write_new(request *r, uint64_t key, json_out *w, buf *trace) {
    recommend_answer a;
    size_t behind_id = w->b->n;
    TRY(find_answer(r, &a));
    answer_json_rest(w, r->s, &a);
    trace_write(trace, &a);
    TRY(buf_err(w->b));
    TRY(buf_err(trace));
    answer_cache_keep(r->s->answers, key, str_sub(buf_view(w->b), behind_id, w->b->n), buf_view(trace));
    return ERR_OK;
}

static void note_trace(const request *r, const char *rec_id, str kept, recommend_trace *ret_trace) {
    *ret_trace = (recommend_trace){ .terms = r->terms.told, .placement = r->place->name, .product_id = product_of(r),
                                    .model_version = version_of(r) };
    memcpy(ret_trace->rec_id, rec_id, sizeof ret_trace->rec_id);
    trace_read(kept, ret_trace);
}

err_code recommend_write(ctx *c, const serving *s, const recommend_query *q, buf *out, recommend_trace *ret_trace) {
    request *r = NULL;
    TRY(request_open(c, s, q, &r));
    uint64_t key = answer_key(r, answer_cache_seed(s->answers));
    char rec_id[REC_ID_LENGTH + 1];
    rec_id_make(ctx_now_ms(c), &c->random, rec_id);
    json_out head;
    buf trace;
    jw_init(&head, out);
    trace_init(c, &trace);
    answer_json_head(&head, rec_id, &r->terms.told);
    size_t behind_head = out->n;
    json_out w = head;
    if (!answer_cache_find(s->answers, key, out, &trace)) TRY(write_new(r, key, &w, &trace));
    TRY(buf_err(out));
    TRY(buf_err(&trace));
    recommend_trace t;
    note_trace(r, rec_id, buf_view(&trace), &t);
    if (t.terms.held_out || t.terms.off) {
        buf_cut(out, behind_head);                          /* what would have been shown is found all the same: it is logged */
        answer_json_nothing(&head, &t);
    }
    TRY(answer_offers_fill(c, s, rec_id, q->visitor_id, out, behind_head));
    if (ret_trace) *ret_trace = t;
    return buf_err(out);
}
