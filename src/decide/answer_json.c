/* The answer and the rule export as JSON. */
#include <math.h>
#include <stdlib.h>
#include "base/limits.h"
#include "decide/recommend_int.h"
#include "schema/currency.h"

static void write_money_text(json_out *w, const serving *s, const char *key, int64_t minor, str locale) {
    char room[192];
    buf text = { .p = room, .cap = sizeof room, .max = sizeof room - 1 };   /* max below cap: never grows */
    price_text(&text, minor, str_of(s->loaded->currency), locale, &s->loaded->prices);
    jw_member_str(w, key, buf_view(&text));
}

/* Cards are members of an object, written once by catalogue_item.c. */
static void write_card(json_out *w, const catalogue_item *it) { jw_raw(w, it->card); }

static void write_item(json_out *w, const serving *s, const recommended *x, str locale) {
    jw_object(w);
    write_card(w, x->item);
    write_money_text(w, s, "price_text", x->price_minor, locale);
    jw_member_fixed(w, "score", x->score, 6);
    jw_member_fixed(w, "probability", x->probability, 4);
    jw_member_fixed(w, "confidence", x->confidence, 3);
    jw_member_text(w, "source", decide_source_name(x->source));
    jw_member_text(w, "reason", x->reason);
    if (x->explored) jw_member_fixed(w, "propensity", x->propensity, 6);
    if (x->anchor) jw_member_str(w, "because_of", x->anchor->product_id);
    jw_member_str(w, "message", x->message);
    if (x->discount_percent) {
        jw_key(w, "incentive");
        jw_object(w);
        jw_member_i64(w, "discount", x->discount_percent);
        jw_member_money(w, "price", x->incentive_minor, s->loaded->digits);
        write_money_text(w, s, "price_text", x->incentive_minor, locale);
        answer_offer_place(w, s, OFFER_INCENTIVE, &x->item, 1, x->discount_percent);
        jw_end_object(w);
    }
    jw_end_object(w);
}

static void write_bundle_money(json_out *w, const serving *s, const recommend_bundle *b) {
    jw_member_money(w, "normal_price", b->normal_minor, s->loaded->digits);
    jw_member_money(w, "bundle_price", b->bundle_minor, s->loaded->digits);
    jw_member_money(w, "savings", b->savings_minor, s->loaded->digits);
}

static void write_bundle(json_out *w, const serving *s, const recommend_bundle *b, str locale) {
    jw_key(w, "bundle");
    jw_object(w);
    jw_key(w, "products");
    jw_array(w);
    for (size_t i = 0; i < b->n; i++) {
        jw_object(w);
        write_card(w, b->items[i]);
        jw_end_object(w);
    }
    jw_end_array(w);
    write_bundle_money(w, s, b);
    jw_member_i64(w, "discount", s->loaded->settings.bundle_discount);
    write_money_text(w, s, "bundle_price_text", b->bundle_minor, locale);
    write_money_text(w, s, "savings_text", b->savings_minor, locale);
    jw_member_str(w, "message", b->message);
    answer_offer_place(w, s, OFFER_BUNDLE, b->items, b->n, s->loaded->settings.bundle_discount);
    jw_end_object(w);
}

/* "3=b 7=a" as {"3":"b","7":"a"} */
static void write_arms(json_out *w, str arms) {
    jw_key(w, "arms");
    jw_object(w);
    while (arms.n) {
        str arm = str_cut(&arms, ' ');
        jw_key_str(w, str_cut(&arm, '='));
        jw_str(w, arm);
    }
    jw_end_object(w);
}

void answer_json_head(json_out *w, const char *rec_id, const recommend_terms *t) {
    jw_object(w);
    jw_member_text(w, "rec_id", rec_id);
    if (t->held_out) jw_member_bool(w, "held_out", true);
    if (t->off) jw_member_bool(w, "enabled", false);
    if (t->display) jw_member_text(w, "display", t->display);
    if (t->arms.n) write_arms(w, t->arms);
}

void answer_json_nothing(json_out *w, const recommend_trace *t) {
    jw_member_text(w, "placement", t->placement);
    jw_member_str(w, "strategy", t->strategy);
    jw_member_i64(w, "model_version", t->model_version);
    jw_key(w, "items");
    jw_array(w);
    jw_end_array(w);
    jw_end_object(w);
}

void answer_json_rest(json_out *w, const serving *s, const recommend_answer *a) {
    str locale = str_of(a->language);
    jw_member_text(w, "placement", a->placement);
    jw_member_text(w, "strategy", a->strategy);
    jw_member_i64(w, "model_version", a->model_version);
    jw_key(w, "items");
    jw_array(w);
    for (size_t i = 0; i < a->n; i++) write_item(w, s, &a->items[i], locale);
    jw_end_array(w);
    if (a->bundle.n) write_bundle(w, s, &a->bundle, locale);
    jw_end_object(w);
}

err_code recommend_json(ctx *c, json_out *w, const serving *s, const recommend_answer *a) {
    size_t from = w->b->n;
    recommend_trace nothing = { .placement = a->placement, .strategy = str_of(a->strategy), .model_version = a->model_version };
    answer_json_head(w, a->rec_id, &a->terms);
    if (a->terms.held_out || a->terms.off) answer_json_nothing(w, &nothing);
    else answer_json_rest(w, s, a);
    return answer_offers_fill(c, s, a->rec_id, a->visitor_id, w->b, from);
}

void recommend_cards_json(json_out *w, const serving *s, str_list ids, str locale) {
    if (!locale.n) locale = str_of(s->loaded->locale);
    jw_key(w, "items");
    jw_array(w);
    for (size_t i = 0; i < ids.n; i++) {
        const catalogue_item *it = serving_find(s, ids.p[i]);
        if (!it || !it->sellable) continue;
        jw_object(w);
        write_card(w, it);
        write_money_text(w, s, "price_text", it->price_minor, locale);
        jw_end_object(w);
    }
    jw_end_array(w);
}

/* ---- rule export ---- */
enum { FLUSH_BYTES = 64 * 1024, EXPORT_PER_PRODUCT = 3, UPSELLS_PER_PRODUCT = 3 };
typedef struct {
    ctx *c;
    const serving *s;
    const rules_export *o;
    json_out w;
    size_t per_product;
    str locale;
} exporter;

static err_code flush(exporter *x, bool all) {
    buf *b = x->w.b;
    TRY(buf_err(b));
    if (!x->o->flush || (!all && b->n < FLUSH_BYTES)) return ERR_OK;
    err_code e = x->o->flush(x->o->arg, buf_view(b));
    b->n = 0;
    return e;
}

static const catalogue_item *shown(const serving *s, uint32_t slot) {
    const catalogue_item *it = catalogue_at(&s->view, slot);
    return it && it->sellable ? it : NULL;
}

static err_code export_upsell(exporter *x, const catalogue_item *from, uint32_t item) {
    const serving *s = x->s;
    upsell_span list = snapshot_upsells(s->loaded->snap, item);
    for (uint32_t i = 0, n = 0; i < list.n && n < UPSELLS_PER_PRODUCT; i++) {
        const catalogue_item *to = shown(s, serving_slot_of(s, list.p[i].item));
        if (!to || !is_upgrade(from, to)) continue;
        int discount = s->loaded->settings.upsell_discount;
        str text, money = str_of(s->loaded->currency);
        message_facts f = { .anchor = from->name, .percent = discount, .currency = money, .prices = &s->loaded->prices,
                            .price_minor = money_discounted(to->price_minor, discount, money) };
        TRY(message_write(x->c, discount ? REASON_UPGRADE_OFFER : REASON_UPGRADE, x->locale, &f, &text));
        jw_object(&x->w);
        jw_member_str(&x->w, "from", from->product_id);
        jw_member_str(&x->w, "to", to->product_id);
        jw_member_i64(&x->w, "discount", discount);
        jw_member_fixed(&x->w, "probability", (double)list.p[i].probability, 4);
        jw_member_str(&x->w, "message", text);
        jw_end_object(&x->w);
        n++;
    }
    return ERR_OK;
}

static void export_bundle(exporter *x, recommend_bundle *b) {
    bundle_price(x->s, b);
    jw_key(&x->w, "bundle");
    jw_object(&x->w);
    jw_key(&x->w, "products");
    jw_array(&x->w);
    for (size_t i = 0; i < b->n; i++) jw_str(&x->w, b->items[i]->product_id);
    jw_end_array(&x->w);
    write_bundle_money(&x->w, x->s, b);
    jw_end_object(&x->w);
}

static err_code export_cross_sell(exporter *x, const catalogue_item *from, uint32_t item) {
    const serving *s = x->s;
    rule_span list = snapshot_cross_sell(s->loaded->snap, item);
    recommend_bundle b = { .n = 1, .items = { from } };
    size_t n = 0;
    for (uint32_t i = 0; i < list.n && n < x->per_product; i++) {
        const catalogue_item *to = shown(s, serving_slot_of(s, list.p[i].item));
        if (!to || to == from) continue;
        if (!n) {
            jw_object(&x->w);
            jw_member_str(&x->w, "product", from->product_id);
            jw_key(&x->w, "recommendations");
            jw_array(&x->w);
        }
        if (b.n < 3) b.items[b.n++] = to;
        jw_object(&x->w);
        jw_member_str(&x->w, "product_id", to->product_id);
        jw_member_fixed(&x->w, "probability", (double)list.p[i].probability, 4);
        jw_member_money(&x->w, "price", to->price_minor, s->loaded->digits);
        jw_end_object(&x->w);
        n++;
    }
    if (!n) return ERR_OK;
    jw_end_array(&x->w);
    export_bundle(x, &b);
    jw_end_object(&x->w);
    return ERR_OK;
}

typedef err_code export_row(exporter *x, const catalogue_item *from, uint32_t item);
static err_code export_list(exporter *x, const char *key, export_row *row) {
    const snapshot *snap = x->s->loaded->snap;
    jw_key(&x->w, key);
    jw_array(&x->w);
    for (uint32_t item = 0; snap && item < snap->n_items; item++) {
        const catalogue_item *from = shown(x->s, serving_slot_of(x->s, item));
        if (!from) continue;
        arena_mark before = arena_save(x->c->arena);
        err_code e = row(x, from, item);
        if (x->w.b->home != x->c->arena) arena_restore(x->c->arena, before);    /* a buf in this arena keeps growing there */
        if (!e) e = flush(x, false);
        if (!e && item % 256 == 0) e = ctx_check(x->c);
        if (e) return e;
    }
    jw_end_array(&x->w);
    return ERR_OK;
}

err_code recommend_rules_json(ctx *c, const serving *s, const rules_export *o, buf *b) {
    exporter x = { .c = c, .s = s, .o = o, .per_product = o->per_product ? o->per_product : EXPORT_PER_PRODUCT,
                   .locale = o->locale.n ? o->locale : str_of(s->loaded->locale) };
    jw_init(&x.w, b);
    jw_object(&x.w);
    TRY(export_list(&x, "upsell", export_upsell));
    TRY(export_list(&x, "cross_sell", export_cross_sell));
    jw_end_object(&x.w);
    return flush(&x, true);
}

/* ---- strongest pairs ---- */
static bool best_pair(const serving *s, decide_source source, uint32_t item, rule_pair *ret_pair) {
    const snapshot *snap = s->loaded->snap;
    const catalogue_item *from = shown(s, serving_slot_of(s, item)), *to;
    if (!from) return false;
    double sold = (double)snap->items[item].popularity;
    upsell_span up = source == SOURCE_UPSELL ? snapshot_upsells(snap, item) : (upsell_span){ NULL, 0 };
    rule_span cross = source == SOURCE_CROSS_SELL ? snapshot_cross_sell(snap, item) : (rule_span){ NULL, 0 };
    for (uint32_t i = 0; i < up.n; i++)
        if ((to = shown(s, serving_slot_of(s, up.p[i].item))) && is_upgrade(from, to)) {
            *ret_pair = (rule_pair){ from, to, (double)up.p[i].probability, (double)up.p[i].confidence, sold };
            return true;
        }
    for (uint32_t i = 0; i < cross.n; i++)
        if ((to = shown(s, serving_slot_of(s, cross.p[i].item))) && to != from) {
            *ret_pair = (rule_pair){ from, to, (double)cross.p[i].probability, (double)cross.p[i].confidence, sold };
            return true;
        }
    return false;
}

/* What is likely and sure, of products that are bought: that hardly anybody buys the anchor makes "99 % take the other" true and empty. */
static double strength(const rule_pair *p) { return p->probability * p->confidence * sqrt(p->popularity); }

static int by_strength(const void *pa, const void *pb) {
    const rule_pair *a = pa, *b = pb;
    double x = strength(a), y = strength(b);
    return x != y ? (x > y ? -1 : 1) : str_cmp(a->from->product_id, b->from->product_id);
}

err_code recommend_top_pairs(ctx *c, const serving *s, decide_source source, size_t n, rule_pair **ret_pairs, size_t *ret_n) {
    if (n < 1 || n > LIMIT_PAGE_ROWS) return fail_field(c, ERR_INVALID, "n", "n may be 1 to %d", LIMIT_PAGE_ROWS);
    uint32_t items = s->loaded->snap ? (uint32_t)s->loaded->snap->n_items : 0;
    rule_pair *pairs = arena_new(c->arena, rule_pair, items);
    if (!pairs) return fail(c, ERR_NO_MEMORY, "no memory for %u pairs", items);
    size_t found = 0;
    for (uint32_t i = 0; i < items; i++) found += best_pair(s, source, i, &pairs[found]);
    qsort(pairs, found, sizeof *pairs, by_strength);
    *ret_pairs = pairs;
    *ret_n = found < n ? found : n;
    return ERR_OK;
}
