/* The features, a column at a time: one small function each, walked over all candidates of a request. Roots of probabilities stand
 * for their logarithms: as steep near 0, and cheap. */
#include "decide/candidate_features.h"
#include <math.h>
#include "base/touch.h"

/* How many of the anchors are of each category or brand: ids are hashes by themselves, and the next free place follows. */
enum { SHARE_PLACES = 512 };
_Static_assert(SHARE_PLACES > 2 * MAX_ANCHORS && (SHARE_PLACES & (SHARE_PLACES - 1)) == 0, "half of the places stay free");
typedef struct { uint32_t total, of[SHARE_PLACES]; uint16_t n[SHARE_PLACES]; } shares;

static inline uint32_t share_place(const shares *t, uint32_t of) {
    uint32_t at = of % SHARE_PLACES;
    while (t->of[at] && t->of[at] != of) at = (at + 1) % SHARE_PLACES;
    return at;
}

static void shares_add(shares *t, uint32_t of) {
    uint32_t at = share_place(t, of);
    if (!of) return;
    t->of[at] = of;
    t->n[at]++;
    t->total++;
}

/* 0..1; 0 for one that none is of. */
static inline float share_of(const shares *t, uint32_t of) {
    return of && t->total ? (float)t->n[share_place(t, of)] / (float)t->total : 0;
}

/* What all candidates of a request share. */
typedef struct {
    const request *r;
    const snapshot *snap;           /* may be NULL */
    snapshot_vector about;          /* mean direction of the last events, or 0 */
    uint32_t page;                  /* item of the snapshot looked at, SNAPSHOT_NONE */
    double mean_log_price;          /* of the anchors; negative: none */
    float personal_top, session_top;        /* largest score among the candidates, > 0 */
    shares categories, brands;      /* main ones of the anchors */
    const uint8_t *kind_of;         /* of items of the snapshot; NULL: none are known */
    const snapshot_kin *page_kin;   /* row of the product looked at */
    const snapshot_kin *asked_kin;  /* the same; without one, of the first in the cart, else of none */
    float mean_kin[256];            /* kinship by baskets with the anchors, by attention */
    const uint64_t *marks;          /* of items of the snapshot; NULL: none are known */
    uint64_t asked_marks;           /* of the product looked at; without one, of the first in the cart */
    uint8_t asked_kind;
    bool asks_nothing;              /* no product looked at, none in the cart */
    float taste[SNAPSHOT_MARKS];    /* what each mark is worth to somebody who opened these pages */
    float mean_step;                /* mean of the anchors' prices, each over the mean of its kind, logs */
    uint64_t touched[16];           /* bit (item mod 1024): one of the events may be of it */
    size_t n_cart, n_history;
} scene;

enum { LAST_EVENTS = 10, BOUGHT_LOOK = 100 };
static const float most = 1e6f;

static inline float bounded(float x) { return x >= -most && x <= most ? x : 0; }      /* 0 for NaN too */
static inline float root(float x) { return x > 0 && x <= most ? sqrtf(x) : 0; }
static inline uint32_t item_of(const scene *s, const candidate *x) { return serving_item_of(s->r->s, x->slot); }

/* ---- the scene ---- */
static void set_direction(scene *s) {
    const visitor_events *e = &s->r->events;
    float sum[SNAPSHOT_VECTOR_DIMS] = { 0 }, length = 0;
    for (uint32_t i = e->n > LAST_EVENTS ? e->n - LAST_EVENTS : 0; i < e->n; i++) {
        if (e->item[i] >= s->snap->n_vectors) continue;
        const int8_t *v = s->snap->vectors[e->item[i]].x;
        for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) sum[d] += e->weight[i] * (float)v[d];
    }
    for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) length += sum[d] * sum[d];
    float scale = length > 0 ? SNAPSHOT_VECTOR_ONE / sqrtf(length) : 0;
    for (size_t d = 0; d < SNAPSHOT_VECTOR_DIMS; d++) s->about.x[d] = (int8_t)lrintf(sum[d] * scale);
}

static inline uint8_t kind_at(const scene *s, uint32_t item) { return s->kind_of && item < s->snap->n_kind_of ? s->kind_of[item] : 0; }
static inline float price_place(const scene *s, const catalogue_item *it, uint8_t kind) {
    return kind ? bounded((float)it->log_price - s->snap->kinds[kind].log_price) : 0;
}

/* Attention by kind first: anchors are many, kinds few. */
static void set_kinds(scene *s) {
    const request *r = s->r;
    float by_kind[256] = { 0 }, sum = 0, steps = 0, n = 0;
    uint32_t asked = SNAPSHOT_NONE;
    size_t width = s->snap->n_kinds;
    for (size_t i = 0; i < r->n_anchors; i++) {
        const anchor *a = &r->anchors[i];
        uint8_t kind = kind_at(s, a->learned);
        if (asked == SNAPSHOT_NONE && a->kind != ANCHOR_HISTORY) asked = a->learned;
        if (!kind) continue;
        by_kind[kind] += a->weight, sum += a->weight;
        if (a->item) steps += price_place(s, a->item, kind), n++;
    }
    s->mean_step = n > 0 ? steps / n : 0;
    s->page_kin = s->snap->kin + (size_t)kind_at(s, s->page) * width;
    s->asks_nothing = asked == SNAPSHOT_NONE;
    s->asked_kind = kind_at(s, asked);
    s->asked_kin = s->snap->kin + (size_t)s->asked_kind * width;
    s->asked_marks = s->marks && asked < s->snap->n_marks ? s->marks[asked] : 0;
    for (size_t a = 1; a < width && sum > 0; a++) {
        if (!(by_kind[a] > 0)) continue;
        for (size_t b = 1; b < width; b++) s->mean_kin[b] += by_kind[a] / sum * s->snap->kin[a * width + b].bought;
    }
}

/* Each page adds what its marks are worth. */
static void set_taste(scene *s) {
    const visitor_events *e = &s->r->events;
    for (uint32_t i = e->n > LAST_EVENTS ? e->n - LAST_EVENTS : 0; i < e->n; i++) {
        uint64_t left = e->item[i] < s->snap->n_marks ? s->marks[e->item[i]] : 0;
        for (; left; left &= left - 1) {
            int m = __builtin_ctzll(left);
            s->taste[m] += s->snap->mark_worth[SNAPSHOT_MARKS + m].viewed;
        }
    }
}

static void set_anchors(scene *s) {
    const request *r = s->r;
    double sum = 0, n = 0;
    for (size_t i = 0; i < r->n_anchors; i++) {
        const anchor *a = &r->anchors[i];
        s->n_cart += a->kind == ANCHOR_CART;
        s->n_history += a->kind == ANCHOR_HISTORY;
        if (!a->item) continue;
        sum += a->item->log_price, n++;
        shares_add(&s->categories, a->item->main_category);
        shares_add(&s->brands, a->item->brand);
    }
    s->mean_log_price = n > 0 ? sum / n : -1;
    s->page = r->n_anchors && r->anchors[0].kind == ANCHOR_PRODUCT ? r->anchors[0].learned : SNAPSHOT_NONE;
}

/* Vectors lie anywhere: fetch what comes soon. */
static void fetch_vector(const scene *s, const opinion *o, const candidate *x) {
    enum { LINE = 64 };
    uint32_t item = o->aim.query ? item_of(s, x) : SNAPSHOT_NONE;
    if (item == SNAPSHOT_NONE) return;
    const char *row = (const char *)mips_row(o->aim.items, item);
    for (size_t at = 0; at < o->aim.items->dim * sizeof(float); at += LINE) __builtin_prefetch(row + at);
}

/* The model's score of each candidate, and the largest. */
static float note_scores(const scene *s, const pool *h, const opinion *o, bool session) {
    enum { AHEAD = 4 };
    float top = 0;
    for (size_t i = 0; i < h->n; i++) {
        if (i + AHEAD < h->n) fetch_vector(s, o, h->p[i + AHEAD]);
        uint32_t item = opinion_given(o) ? item_of(s, h->p[i]) : SNAPSHOT_NONE;
        float score = item == SNAPSHOT_NONE ? 0 : opinion_of(o, item);
        *(session ? &h->p[i]->by_session : &h->p[i]->by_personal) = score;
        if (score > top && score <= 1e30f) top = score;
    }
    return top > 0 ? top : 1;
}

static void set_scene(scene *s, const request *r, const pool *h) {
    s->r = r;
    s->snap = r->s->loaded->snap;
    set_anchors(s);
    for (uint32_t i = 0; i < r->events.n; i++) {
        uint32_t item = r->events.item[i];
        s->touched[item / 64 % COUNT(s->touched)] |= UINT64_C(1) << item % 64;
    }
    if (s->snap && s->snap->n_vectors) set_direction(s);
    if (s->snap && s->snap->n_kind_of) {
        s->kind_of = s->snap->kind_of;
        s->marks = s->snap->n_marks ? s->snap->marks : NULL;
        if (s->marks) set_taste(s);
        set_kinds(s);
    }
    s->personal_top = note_scores(s, h, &r->personal, false);
    s->session_top = note_scores(s, h, &r->session, true);
}

/* ---- features ---- */
/* A candidate as the columns see it. */
typedef struct {
    const candidate *c;
    const catalogue_item *it;
    uint32_t item;                  /* of the snapshot, SNAPSHOT_NONE */
    uint8_t kind;                   /* 0: of none */
    uint64_t marks;
} subject;
/* So few at a time that they and their features stay in the first cache while all columns walk over them. */
enum { BLOCK = 32 };
typedef struct { subject p[BLOCK]; size_t n; } subjects;

static inline float probability_of(const scene *s, const subject *x) { (void)s; return root((float)candidate_probability(x->c)); }
static inline float relevance_of(const scene *s, const subject *x) { (void)s; return root(x->c->relevance); }
static inline float confidence_of(const scene *s, const subject *x) { (void)s; return bounded((float)candidate_confidence(x->c)); }
static inline float anchors_of(const scene *s, const subject *x) { (void)s; return (float)x->c->n_anchors; }
static inline float base_of(const scene *s, const subject *x) { (void)s; return root(x->c->base); }
static inline float cross_sell_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_CROSS_SELL]); }
static inline float also_bought_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_ALSO_BOUGHT]); }
static inline float upsell_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_UPSELL]); }
static inline float similar_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_SIMILAR]); }
static inline float personal_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_PERSONAL]); }
static inline float trending_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_TRENDING]); }
static inline float popular_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_POPULAR]); }
static inline float fresh_of(const scene *s, const subject *x) { (void)s; return root(x->c->of[SOURCE_NEW]); }

static inline float model_score_of(const scene *s, const subject *x) { (void)s; return root(x->c->by_personal); }
static inline float model_share_of(const scene *s, const subject *x) { return root(x->c->by_personal * (1 / s->personal_top)); }
static inline float session_share_of(const scene *s, const subject *x) { return root(x->c->by_session * (1 / s->session_top)); }

static inline float like_page_of(const scene *s, const subject *x) {
    return s->snap ? snapshot_likeness(s->snap, s->page, x->item) : 0;
}
static inline float like_past_of(const scene *s, const subject *x) {
    return s->snap && x->item < s->snap->n_vectors ? snapshot_cosine(&s->about, &s->snap->vectors[x->item]) : 0;
}
static inline float same_category_of(const scene *s, const subject *x) {
    return share_of(&s->categories, x->it->main_category);
}
static inline float page_category_of(const scene *s, const subject *x) {
    return s->r->product && s->r->product->main_category == x->it->main_category && x->it->main_category;
}
static inline float price_step_of(const scene *s, const subject *x) {
    return s->mean_log_price < 0 ? 0 : bounded((float)(x->it->log_price - s->mean_log_price));
}
static inline float price_of(const scene *s, const subject *x) { (void)s; return bounded((float)x->it->log_price); }
static inline float age_of(const scene *s, const subject *x) {
    double days = x->it->created_ms ? (double)(s->r->now_ms - x->it->created_ms) / MS_PER_DAY : 1000;
    return (float)(days < 0 ? 0 : days > 1000 ? 1000 : days);
}
/* How often and how long ago the visitor had it in hand. */
static inline float before_of(const scene *s, const subject *x) {
    const visitor_events *e = &s->r->events;
    uint32_t item = x->item;
    float sum = 0;
    if (!(s->touched[item / 64 % COUNT(s->touched)] >> item % 64 & 1)) return 0;
    for (uint32_t i = e->n > BOUGHT_LOOK ? e->n - BOUGHT_LOOK : 0; i < e->n; i++) sum += e->item[i] == item ? e->weight[i] : 0;
    return sum;
}
static inline float page_given_of(const scene *s, const subject *x) { (void)x; return s->page != SNAPSHOT_NONE; }
static inline float cart_items_of(const scene *s, const subject *x) { (void)x; return (float)s->n_cart; }
static inline float past_items_of(const scene *s, const subject *x) { (void)x; return (float)s->n_history; }
static inline float page_kin_of(const scene *s, const subject *x) { return s->kind_of ? s->page_kin[x->kind].bought : 0; }
static inline float kin_of(const scene *s, const subject *x) { return s->kind_of ? s->mean_kin[x->kind] : 0; }
static inline float clicked_kin_of(const scene *s, const subject *x) { return s->kind_of ? s->asked_kin[x->kind].clicked : 0; }
static inline float liked_of(const scene *s, const subject *x) {
    return s->kind_of && x->item < s->snap->n_liked ? s->snap->liked[x->item] : 0;
}
static inline float viewed_of(const scene *s, const subject *x) {
    return s->kind_of && x->item < s->snap->n_viewed ? s->snap->viewed[x->item] : 0;
}
/* Beside a product it is the product that says what kinds are wanted. */
static inline float kind_viewed_of(const scene *s, const subject *x) {
    return s->kind_of && s->asks_nothing ? s->snap->kinds[x->kind].viewed : 0;
}
/* The worth of marks between its kind and the one asked about. */
static inline const snapshot_mark *mark_worth(const scene *s, const subject *x) {
    return s->snap->mark_worth + (x->kind == s->asked_kind ? SNAPSHOT_MARKS : 0);
}
static inline float bought_marks_of(const scene *s, const subject *x) {
    float sum = 0;
    for (uint64_t left = x->marks & s->asked_marks; left; left &= left - 1) sum += mark_worth(s, x)[__builtin_ctzll(left)].bought;
    return sum;
}
static inline float clicked_marks_of(const scene *s, const subject *x) {
    float sum = 0;
    for (uint64_t left = x->marks & s->asked_marks; left; left &= left - 1) sum += mark_worth(s, x)[__builtin_ctzll(left)].clicked;
    return sum;
}
/* The sum of the five, ready made: trees of few levels add up badly. */
static inline float appeal_of(const scene *s, const subject *x) {
    return clicked_kin_of(s, x) + clicked_marks_of(s, x) + viewed_of(s, x) + kind_viewed_of(s, x) + liked_of(s, x);
}
static inline float taste_of(const scene *s, const subject *x) {
    float sum = 0;
    for (uint64_t left = x->marks; left; left &= left - 1) sum += s->taste[__builtin_ctzll(left)];
    return sum;
}
static inline float price_place_of(const scene *s, const subject *x) { return price_place(s, x->it, x->kind); }
static inline float place_step_of(const scene *s, const subject *x) {
    return x->kind && s->r->n_anchors ? price_place(s, x->it, x->kind) - s->mean_step : 0;
}
static inline float same_brand_of(const scene *s, const subject *x) {
    return share_of(&s->brands, x->it->brand);
}

/* name, what it is */
#define FEATURE_LIST(X)                                                                  \
    X(probability, "the rules' one probability")                                         \
    X(relevance, "the rules' relevance at the place")                                    \
    X(confidence, "share of the rules' probability that stands on data of its own")      \
    X(anchors, "products of the request that speak for it")                              \
    X(base, "its own probability in a basket")                                           \
    X(cross_sell, "best rule: same basket")                                              \
    X(also_bought, "best rule: same customer")                                           \
    X(upsell, "as a dearer one of the same kind")                                        \
    X(similar, "as one alike")                                                           \
    X(personal, "by what the visitor did before")                                        \
    X(trending, "selling faster")                                                        \
    X(popular, "among the best sellers")                                                 \
    X(fresh, "among the newest")                                                         \
    X(model_score, "score of the personal model")                                        \
    X(model_share, "the same over the best candidate's")                                 \
    X(session_share, "score of the session model over the best candidate's")             \
    X(like_page, "likeness to the product looked at")                                    \
    X(like_past, "likeness to the last events")                                          \
    X(same_category, "share of the request's products in its category")                  \
    X(page_category, "in the category of the product looked at")                         \
    X(price_step, "logarithm of its price over the request's products")                  \
    X(price, "logarithm of its price")                                                   \
    X(age, "days in the shop, at most 1000")                                             \
    X(before, "how much the visitor had to do with it before")                           \
    X(page_given, "a product is looked at")                                              \
    X(cart_items, "products in the cart")                                                \
    X(past_items, "products of the visitor's past")                                      \
    X(page_kin, "how its kind is bought beside the kind looked at")                      \
    X(kin, "the same, mean over the request's products")                                 \
    X(clicked_kin, "how its kind is clicked beside the kind asked about")                \
    X(liked, "how it is clicked for its kind and its visits")                            \
    X(viewed, "how its page is visited of late, for its kind")                           \
    X(kind_viewed, "how its kind is visited of late, where nothing is asked about")      \
    X(bought_marks, "what it shares with the product asked about, by baskets")           \
    X(clicked_marks, "the same by clicks")                                               \
    X(appeal, "logarithm of clicks that kinds, marks and visits lead to expect")         \
    X(taste, "what it shares with pages opened before, by visits")                       \
    X(price_place, "logarithm of its price over its kind's mean")                        \
    X(place_step, "the same over that of the request's products")                        \
    X(same_brand, "share of the request's products of its brand")

#define FEATURE_COLUMN(name, what)                                                                                  \
    static void name##_column(const scene *s, const subjects *h, float *x, size_t stride) {                         \
        for (size_t i = 0; i < h->n; i++) x[i * stride] = name##_of(s, &h->p[i]);                                   \
    }
FEATURE_LIST(FEATURE_COLUMN)
#undef FEATURE_COLUMN

const feature_row candidate_feature_rows[] = {
#define X(name, what) { #name, what },
    FEATURE_LIST(X)
#undef X
};
static void (*const columns[])(const scene *, const subjects *, float *, size_t) = {
#define X(name, what) name##_column,
    FEATURE_LIST(X)
#undef X
};
const uint32_t n_candidate_features = COUNT(columns);
_Static_assert(COUNT(columns) <= FEATURES_MOST, "rows of features fit");

static inline uint64_t marks_at(const scene *s, uint32_t item) { return s->marks && item < s->snap->n_marks ? s->marks[item] : 0; }

/* The next few, and the beginning of loading all that columns read of them. */
static void introduce(const scene *s, const pool *h, size_t from, subjects *ret_subjects) {
    subjects *t = ret_subjects;
    t->n = h->n - from < BLOCK ? h->n - from : BLOCK;
    for (size_t i = 0; i < t->n; i++) {
        const candidate *c = h->p[from + i];
        uint32_t item = item_of(s, c);
        t->p[i] = (subject){ c, c->item, item, kind_at(s, item), marks_at(s, item) };
        if (s->snap && item < s->snap->n_vectors) touch(&s->snap->vectors[item]);
    }
}

void candidate_features(const request *r, const pool *h, float *ret_x) {
    scene s = { .mean_log_price = -1 };
    subjects now;
    set_scene(&s, r, h);
    for (size_t from = 0; from < h->n; from += BLOCK) {
        introduce(&s, h, from, &now);
        for (size_t f = 0; f < COUNT(columns); f++) columns[f](&s, &now, ret_x + from * COUNT(columns) + f, COUNT(columns));
    }
}
