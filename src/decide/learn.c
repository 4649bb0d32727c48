/* Training of one shop: the order of the steps, and the report. It does NOT decide when to train (jobs/). */
#include "decide/learn_shown_int.h"
#include <stdio.h>
#include "base/limits.h"

/* Most shops have fewer pairs than the one the model's own parameters were chosen on; larger ones go back to those (learn_quality.c). */
static rules_params shop_rules(void) {
    rules_params p = rules_default_params();
    p.score_shape = 0.1;
    return p;
}

learn_params learn_default_params(void) {
    return (learn_params){
        .rules = shop_rules(),
        .cross_sell_k = 30, .also_bought_k = 20, .similar_k = 20, .upsell_k = 8,
        .popular_k = 200, .category_k = 30, .newest_k = 50, .trending_k = 50,
        .carry_below = 10, .unseen_k = 30,
        .upsell_low = 1.2, .upsell_high = 2, .upsell_discount = 0.05,
        .popular_half_life_days = 30, .new_half_life_days = 30, .new_most_days = 90,
        .trend_days = 14, .trend_before_days = 84,
        .quality_least = 200, .lessons_shown = LIMIT_LESSONS_SHOWN, .lessons_asked = LIMIT_LESSONS_ASKED,
    };
}

static err_code check_params(ctx *c, const learn_params *p) {
    const struct { const char *name; double value, low, high; } ranges[] = {
        { "cross_sell_k", p->cross_sell_k, 1, 200 }, { "also_bought_k", p->also_bought_k, 1, 200 },
        { "similar_k", p->similar_k, 1, 200 }, { "upsell_k", p->upsell_k, 1, 200 }, { "unseen_k", p->unseen_k, 0, 200 },
        { "lessons_shown", p->lessons_shown, 1, LIMIT_LESSONS_SHOWN },
        { "lessons_asked", p->lessons_asked, 1, LIMIT_LESSONS_ASKED },
        { "popular_k", p->popular_k, 1, 10000 }, { "category_k", p->category_k, 1, 1000 },
        { "newest_k", p->newest_k, 1, 10000 }, { "trending_k", p->trending_k, 1, 10000 },
        { "upsell_low", p->upsell_low, 1.0001, 100 }, { "upsell_high", p->upsell_high, p->upsell_low, 1000 },
        { "upsell_discount", p->upsell_discount, 0, 0.9 }, { "popular_half_life_days", p->popular_half_life_days, 0.01, 1e5 },
        { "new_half_life_days", p->new_half_life_days, 0.01, 1e5 }, { "new_most_days", p->new_most_days, 0, 1e5 },
        { "trend_days", p->trend_days, 0.01, 1e4 }, { "trend_before_days", p->trend_before_days, 0.01, 1e4 },
    };
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high))
            return fail_field(c, ERR_INVALID, ranges[i].name, "%s must be between %g and %g", ranges[i].name, ranges[i].low,
                              ranges[i].high);
    return ERR_OK;
}

/* Milliseconds since *at, which moves to now. */
static int64_t lap(const ctx *c, int64_t *at) {
    int64_t now = c->time->mono_us(c->time), ms = (now - *at) / 1000;
    *at = now;
    return ms;
}

/* One view of the store, whatever is written meanwhile. */
static err_code load(ctx *c, db *d, int64_t store_id, int64_t as_of_ms, learning *l) {
    bool ours = !storage_in_transaction(d);
    if (ours) TRY(storage_begin(c, d, STORAGE_READ));
    err_code e = features_load_shop(c, d, store_id, as_of_ms, &l->shop);
    if (!e) e = shop_visits_load(c, d, &l->shop, &l->visits);
    if (!e) e = shown_log_read(c, d, &l->shop, &l->visits, l->p->lessons_shown, l->shown);
    if (ours) storage_rollback(d);                              /* nothing was written */
    return e;
}

err_code learn_kinship(ctx *c, learning *l) {
    TRY(kinship_of_baskets(c, &l->shop, &l->content, &l->kin));
    kinship_show(&l->kin, &l->out);
    return ERR_OK;
}

static err_code compare_products(ctx *c, learning *l) {
    content_params p = content_default_params();
    p.locale = l->p->locale;
    p.threads = l->p->threads;
    TRY(content_fit(c, &l->shop, &p, &l->content));
    TRY(content_similar(c, &l->content, l->p->similar_k, &l->similar, &l->n_similar));
    snprintf(l->report.language, sizeof l->report.language, "%s", l->content.language);
    return ERR_OK;
}

/* Too few clicks say nothing: the shop is learned as if nothing had been shown. */
static void note_shown(learning *l) {
    enum { LEAST_CLICKS = 50 };
    shown_log *log = l->shown;
    if (log->clicks < LEAST_CLICKS) *log = (shown_log){ .n = 0 };
    l->report.answers_shown = log->n, l->report.looks = log->looks, l->report.clicks = log->clicks;
}

/* Numbers of the shop into facts and report. */
static void note_facts(ctx *c, learning *l) {
    const shop_data *s = &l->shop;
    const shop_baskets *b = &s->baskets;
    learn_report *r = &l->report;
    r->products = s->n_items;
    r->variations = s->n_aliases;
    r->categories = s->n_categories;
    r->customers = b->n_customers;
    r->orders = s->orders;
    r->baskets = b->n;
    r->visits = l->visits.n_visits;
    r->visit_events = l->visits.start[l->visits.n_visitors];
    for (uint32_t i = 0; i < b->n; i++) r->baskets_of_many += b->start[i + 1] - b->start[i] > 1;
    r->first_order_ms = b->n ? b->time_ms[0] : 0;
    r->last_order_ms = b->n ? b->time_ms[b->n - 1] : 0;
    l->now_ms = b->n ? r->last_order_ms : s->as_of_ms;
    r->mean_items = b->n ? (double)b->start[b->n] / b->n : 0;
    r->hit_rate = r->hit_rate_popular = -1;
    snapshot_facts *f = &l->out.facts;
    f->store_id = s->store_id;
    f->version = l->p->version;
    f->created_ms = l->p->created_ms ? l->p->created_ms : ctx_now_ms(c);
    f->as_of_ms = s->as_of_ms;
    f->first_order_ms = r->first_order_ms;
    f->last_order_ms = r->last_order_ms;
    f->baskets = r->baskets;
    f->orders = r->orders;
    f->mean_items = r->mean_items;
}

static void note_rows(learning *l) {
    learn_report *r = &l->report;
    const snapshot *s = &l->out;
    r->cross_sell = s->n_cross_sell;
    r->also_bought = s->n_also_bought;
    r->upsell = s->n_upsell;
    r->similar = s->n_similar;
    r->trending = s->n_trending;
    r->newest = s->n_newest;
    for (uint32_t i = 0; i < s->n_items; i++) {
        r->products_with_cross_sell += l->items[i].cross_sell.n > 0;
        r->products_with_upsell += l->items[i].upsell.n > 0;
        for (uint32_t k = 0; k < l->items[i].cross_sell.n; k++) r->carried += s->cross_sell[l->items[i].cross_sell.at + k].count == 0;
    }
    l->out.facts.hit_rate = r->hit_rate;
    l->out.facts.hit_rate_popular = r->hit_rate_popular;
}

err_code learn_store(ctx *c, db *d, int64_t store_id, const learn_params *p, const char *path, learn_report *ret_report) {
    TRY(check_params(c, p));
    learning *l = arena_new(c->arena, learning, 1);
    if (!l || !(l->shown = arena_new(c->arena, shown_log, 1))) return learn_no_memory(c);
    l->p = p;
    l->rules = p->rules;
    learn_report *r = &l->report;
    int64_t at = c->time->mono_us(c->time);
    TRY(load(c, d, store_id, p->as_of_ms ? p->as_of_ms : ctx_now_ms(c), l));
    l->items = arena_new(c->arena, snapshot_item, l->shop.n_items);
    if (!l->items) return learn_no_memory(c);
    l->out.items = l->items;
    l->out.n_items = l->shop.n_items;
    note_facts(c, l);
    note_shown(l);
    r->load_ms = lap(c, &at);
    TRY(compare_products(c, l));
    r->content_ms = lap(c, &at);
    TRY(learn_pack(c, l));
    TRY(learn_choose_rules(c, l));
    TRY(learn_seasons(c, l));
    TRY(learn_kinship(c, l));
    TRY(learn_rules(c, l));
    TRY(learn_upsell(c, l));
    TRY(learn_ranked(c, l));
    TRY(learn_vectors(c, l));
    TRY(learn_personal_model(c, l));
    TRY(learn_session_model(c, l));
    r->rules_ms = lap(c, &at);
    TRY(learn_quality(c, l));
    TRY(learn_ranker(c, l));
    note_rows(l);
    r->judge_ms = lap(c, &at);
    TRY(snapshot_write(c, path, &l->out, &r->bytes, &r->check));
    r->write_ms = lap(c, &at);
    *ret_report = *r;
    return ERR_OK;
}

static void write_seasons(json_out *w, const learn_report *r) {
    jw_key(w, "seasons");
    jw_array(w);
    for (size_t i = 0; i < LEARN_SEASONS_TOLD && r->seasons[i].category[0]; i++) {
        jw_object(w);
        jw_member_text(w, "category", r->seasons[i].category);
        jw_member_fixed(w, "factor", r->seasons[i].factor, 3);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_ranked(json_out *w, const learn_report *r) {
    jw_member_i64(w, "ranker_rows", (int64_t)r->ranker_rows);
    jw_key(w, "ranker");
    jw_object(w);
    for (size_t i = 0; i < LEARN_RANKED_KINDS && r->ranked[i].kind; i++) {
        const learn_ranked_report *x = &r->ranked[i];
        jw_key(w, x->kind);
        jw_object(w);
        jw_member_i64(w, "questions", x->questions);
        jw_member_fixed(w, "hit_rate_10_rules", x->hit_rate_rules, 4);
        jw_member_fixed(w, "hit_rate_10_ranker", x->hit_rate_ranker, 4);
        jw_member_fixed(w, "mrr_10_rules", x->rank_rules, 4);
        jw_member_fixed(w, "mrr_10_ranker", x->rank_ranker, 4);
        jw_member_fixed(w, "promised", x->said, 4);
        jw_member_fixed(w, "came_true", x->came, 4);
        jw_member_bool(w, "used", x->used);
        jw_end_object(w);
    }
    jw_end_object(w);
}

static void write_outcomes(json_out *w, const learn_report *r) {
    const struct { const char *name; uint64_t value; } counts[] = {
        { "answers_shown", r->answers_shown }, { "looks", r->looks }, { "clicks", r->clicks }, { "outcome_rows", r->outcome_rows },
    };
    for (size_t i = 0; i < COUNT(counts); i++) jw_member_i64(w, counts[i].name, (int64_t)counts[i].value);
    jw_key(w, "outcomes");
    jw_object(w);
    for (size_t i = 0; i < OUTCOME_KINDS && r->outcomes[i].kind; i++) {
        const learn_outcome_report *x = &r->outcomes[i];
        jw_key(w, x->kind);
        jw_object(w);
        jw_member_i64(w, "answers", x->answers);
        jw_member_fixed(w, "rank_rules", x->rank_rules, 4);
        jw_member_fixed(w, "rank_ranker", x->rank_ranker, 4);
        jw_member_fixed(w, "rank_outcomes", x->rank_outcomes, 4);
        jw_member_fixed(w, "promised", x->said, 4);
        jw_member_fixed(w, "came_true", x->came, 4);
        jw_member_bool(w, "used", x->used);
        jw_end_object(w);
    }
    jw_end_object(w);
}

void learn_report_write(json_out *w, const learn_report *r) {
    const struct { const char *name; uint64_t value; } counts[] = {
        { "products", r->products }, { "variations", r->variations }, { "categories", r->categories }, { "customers", r->customers },
        { "orders", r->orders }, { "baskets", r->baskets }, { "baskets_of_many", r->baskets_of_many },
        { "cross_sell_rules", r->cross_sell }, { "cross_sell_carried", r->carried }, { "also_bought_rules", r->also_bought },
        { "upsell_rules", r->upsell }, { "similar_pairs", r->similar }, { "trending", r->trending }, { "newest", r->newest },
        { "products_with_cross_sell", r->products_with_cross_sell }, { "products_with_upsell", r->products_with_upsell },
        { "quality_baskets", r->quality_baskets }, { "visits", r->visits }, { "visit_events", r->visit_events }, { "bytes", r->bytes },
    };
    for (size_t i = 0; i < COUNT(counts); i++) jw_member_i64(w, counts[i].name, (int64_t)counts[i].value);
    jw_member_text(w, "language", r->language);
    jw_member_fixed(w, "mean_items", r->mean_items, 3);
    jw_member_fixed(w, "score_shape", r->score_shape, 3);
    jw_key(w, "hit_rate_10");
    if (r->hit_rate >= 0) jw_fixed(w, r->hit_rate, 4);
    else jw_null(w);
    jw_key(w, "hit_rate_10_popular");
    if (r->hit_rate_popular >= 0) jw_fixed(w, r->hit_rate_popular, 4);
    else jw_null(w);
    if (r->personal.model) personal_judgement_write(w, &r->personal);
    if (r->session.best.model) session_judgement_write(w, &r->session);
    write_seasons(w, r);
    write_ranked(w, r);
    write_outcomes(w, r);
    const struct { const char *name; int64_t ms; } times[] = {
        { "load_ms", r->load_ms }, { "content_ms", r->content_ms }, { "rules_ms", r->rules_ms }, { "judge_ms", r->judge_ms },
        { "write_ms", r->write_ms },
    };
    for (size_t i = 0; i < COUNT(times); i++) jw_member_i64(w, times[i].name, times[i].ms);
}
