/* From candidates to the list shown: best by value, not all of one category, filled to n, with bundle, incentive and words. */
#include <math.h>
#include "base/limits.h"
#include "decide/recommend_int.h"
#include "schema/currency.h"

/* Value: a dearer item is worth more attention at equal probability. Relative to the pool's geometric mean, so currencies do not matter. */
static void apply_value(const request *r, pool *h) {
    if (r->place->price_power <= 0 || !h->n) return;
    double mean_log = 0;
    for (size_t i = 0; i < h->n; i++) mean_log += h->p[i]->item->log_price;
    mean_log /= (double)h->n;
    for (size_t i = 0; i < h->n; i++)
        h->p[i]->score *= exp(r->place->price_power * (h->p[i]->item->log_price - mean_log));
}

/* ---- fill ---- */
enum { FILL_LOOK = 4096 };          /* slots looked at for the same category before any will do */

static void add_filled(const request *r, recommend_answer *a, const catalogue_item *it, reason why) {
    double base = (double)slot_base(r, it->slot), last = a->n ? a->items[a->n - 1].score : base;
    a->items[a->n++] = (recommended){ .item = it, .probability = base, .score = fmin(base, last) * 0.999, .source = SOURCE_POPULAR,
                                      .reason = reason_name(why), .propensity = 1 };
    a->filled++;
}

static bool is_filled(const recommend_answer *a, const catalogue_item *it) {
    for (size_t i = a->n - a->filled; i < a->n; i++)
        if (a->items[i].item == it) return true;
    return false;
}

/* Best sellers left, of the category `home` or (0) of any. A walk over the shop, only when the lists ran dry. */
static void fill(const request *r, recommend_answer *a, quotas *q, uint32_t home, uint32_t look) {
    const loaded_shop *l = r->s->loaded;
    for (uint32_t i = 0; i < r->s->view.n_slots && i < look && a->n < r->n; i++) {
        const catalogue_item *it = fill_candidate(r, i < l->n_ranked ? l->ranking[i] : i);
        if (!it || (home && it->main_category != home) || !quotas_allow(q, it) || is_filled(a, it)) continue;
        add_filled(r, a, it, home ? REASON_POPULAR_HERE : REASON_MORE);
        quotas_take(q, it);
    }
}

/* ---- bundle ---- */
static bool bundle_fits(int64_t price_minor) { return price_minor > 0 && price_minor < INT64_MAX / 4; }

void bundle_price(const serving *s, recommend_bundle *b) {
    b->normal_minor = b->bundle_minor = 0;
    for (size_t i = 0; i < b->n; i++) {                     /* line by line, as a cart takes it off */
        b->normal_minor += b->items[i]->price_minor;
        b->bundle_minor += money_discounted(b->items[i]->price_minor, s->loaded->settings.bundle_discount, str_of(s->loaded->currency));
    }
    b->savings_minor = b->normal_minor - b->bundle_minor;
}

/* The product and the best two that are bought with it. */
static err_code add_bundle(request *r, recommend_bundle *b) {
    if (!r->place->bundle || !r->product || !r->product->sellable || !bundle_fits(r->product->price_minor)) return ERR_OK;
    candidate *best[2] = { NULL, NULL };
    for (uint32_t i = 0; i < r->n_candidates; i++) {
        candidate *x = &r->candidates[i];
        if (x->banned || !(x->with_product > 0) || (best[1] && x->with_product <= best[1]->with_product)) continue;
        if (!x->item) x->item = showable(r, x->slot);
        if (!x->item || !bundle_fits(x->item->price_minor)) continue;
        bool first = !best[0] || x->with_product > best[0]->with_product;
        best[1] = first ? best[0] : x;
        if (first) best[0] = x;
    }
    if (!best[0]) return ERR_OK;
    *b = (recommend_bundle){ .n = best[1] ? 3 : 2, .items = { r->product, best[0]->item, best[1] ? best[1]->item : NULL } };
    bundle_price(r->s, b);
    return message_write(r->c, REASON_BUNDLE, r->locale,
                         &(message_facts){ .price_minor = b->bundle_minor, .savings_minor = b->savings_minor,
                                           .currency = str_of(r->s->loaded->currency), .prices = &r->s->loaded->prices }, &b->message);
}

/* ---- words ---- */
static reason reason_of(const candidate *x, int discount) {
    return x->why == REASON_UPGRADE && discount ? REASON_UPGRADE_OFFER : (reason)x->why;
}

/* The incentive in percent, 0 for none, and the price with it: the placement's on every item, else the shop's on upgrades. */
static int offer(const request *r, const catalogue_item *it, decide_source source, int64_t *price_minor) {
    const placement_settings *set = &r->terms.set;
    if (!r->place->offers) return 0;
    int usual = source == SOURCE_UPSELL ? r->s->loaded->settings.upsell_discount : 0;
    int discount = placement_setting_or(set, PLACEMENT_PRICE_INCENTIVE, true) ? placement_setting_or(set, PLACEMENT_DISCOUNT, usual) : 0;
    int64_t with = discount ? money_discounted(it->price_minor, discount, str_of(r->s->loaded->currency)) : it->price_minor;
    if (with >= it->price_minor) return 0;
    *price_minor = with;
    return discount;
}

/* The sentence that stands with an item, as the placement has it. */
static err_code say(request *r, reason why, const message_facts *f, str *ret_message) {
    int message = placement_setting_or(&r->terms.set, PLACEMENT_MESSAGE, MESSAGE_REASON);
    *ret_message = (str){ 0 };
    if (message == MESSAGE_NONE) return ERR_OK;
    return message_write(r->c, message == MESSAGE_PLAIN ? REASON_MORE : why, r->locale, f, ret_message);
}

static err_code describe(request *r, const candidate *x, recommended *out) {
    str money = str_of(r->s->loaded->currency);
    const catalogue_item *from = x->anchor == NO_ANCHOR ? NULL : r->anchors[x->anchor].item;
    int64_t price = x->item->price_minor, offer_minor = price;
    int discount = offer(r, x->item, (decide_source)x->source, &offer_minor);
    reason why = reason_of(x, discount);
    *out = (recommended){ .item = x->item, .score = x->score, .propensity = 1,
                          .probability = x->ranked >= 0 ? (double)x->ranked : candidate_probability(x),
                              .confidence = candidate_confidence(x),
                          .source = (decide_source)x->source, .reason = reason_name(why), .anchor = from, .price_minor = price,
                          .incentive_minor = offer_minor, .discount_percent = discount };
    if (x->anchor != NO_ANCHOR && !from) why = REASON_MORE;         /* what led here has been deleted: it has no name any more */
    message_facts f = { .anchor = from ? from->name : STR(""), .percent = discount, .price_minor = offer_minor, .currency = money,
                        .prices = &r->s->loaded->prices };
    return say(r, why, &f, &out->message);
}

static err_code describe_filled(request *r, recommended *x) {
    x->price_minor = x->incentive_minor = x->item->price_minor;
    x->discount_percent = offer(r, x->item, SOURCE_POPULAR, &x->incentive_minor);
    reason why = x->reason == reason_name(REASON_POPULAR_HERE) ? REASON_POPULAR_HERE : REASON_MORE;
    return say(r, why, &(message_facts){ .currency = str_of(r->s->loaded->currency), .prices = &r->s->loaded->prices }, &x->message);
}

static err_code describe_choice(request *r, const choice *chosen, recommend_answer *a) {
    for (size_t i = 0; i < chosen->n; i++) {
        TRY(describe(r, chosen->p[i], &a->items[i]));
        a->items[i].propensity = chosen->propensity[i];
        a->items[i].explored = chosen->drawn[i];
    }
    a->n = chosen->n;
    return ERR_OK;
}

err_code slate_build(request *r, recommend_answer *a) {
    ctx *c = r->c;
    pool h;
    quotas q;
    choice *chosen = arena_new_raw(c->arena, choice, 1);
    a->items = arena_new(c->arena, recommended, r->n);
    if (!chosen || !a->items) return fail(c, ERR_NO_MEMORY, "no memory for an answer");
    TRY(pool_fill(r, &h));
    apply_value(r, &h);
    bool seen = live_weigh(r, &h);
    sort_by_score(h.p, h.n);
    quotas_init(&q, &r->slate);
    choose(r, &h, &q, chosen);
    if (seen) live_draw(r, &h, chosen);
    TRY(describe_choice(r, chosen, a));
    if (a->n < r->n && (r->q->source == SOURCE_ALL || r->q->source == SOURCE_POPULAR)) {
        if (r->product && r->product->main_category) fill(r, a, &q, r->product->main_category, FILL_LOOK);
        fill(r, a, &q, 0, UINT32_MAX);
    }
    for (size_t i = chosen->n; i < a->n; i++) TRY(describe_filled(r, &a->items[i]));
    return add_bundle(r, &a->bundle);
}
