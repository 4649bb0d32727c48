/* basket_blend: what goes with a cart, by everything its baskets say; with one product, by lists that want one hit (basket_cover.c).
 * Of a cart Q and an item j, with ratios to the best candidate, never below FLOOR:
 *   E  = sum over Q of the regression weights of EASE (baskets of n items weigh n^-1/2)
 *   C2 = sum over Q of (v_ij / (v_i^.6 v_j^.4))^2           v: votes of baskets, n^-.6
 *   M, R = most over Q of v_ij / (v_i + .3), and of recent votes (half-life 30 days) r_ij / (r_i + .2)
 *   B_q = ln share of neighbour baskets with j, weighed by cosine^q 2^(-age / 90 days); cosine over idf
 *   P  = ln share of all baskets with j
 *   score = sum of weight * evidence. Log-linear: a conditional logit (choice.h) of hidden items of the shop's newest baskets by the
 *   evidence of the older ones, leaning to the weights below; then the evidence is gathered from all.
 * Partners of one product are ranked by trees learned in the same lesson (basket_alone.h) where the baskets are enough, else by votes. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/basket_alone.h"
#include "models/choice.h"
#include "models/rows.h"
#include "num/parallel.h"

enum { LAMBDA, PARTNERS, NEIGHBOURS, HALF_LIFE, RECENT, COVERED, DAMP, LEARN_SHARE, RIDGE, TREES };
static const model_param params[] = {
    [LAMBDA] = { "lambda", 6.7, 1e-3, 1e6, false, "ridge of the regression" },
    [PARTNERS] = { "partners", 400, 10, 10000, true, "partners kept of each item, in each list" },
    [NEIGHBOURS] = { "neighbours", 600, 1, 100000, true, "similar baskets that are heard" },
    [HALF_LIFE] = { "half_life_days", 90, 0, 36500, false, "of neighbour baskets and of lists for one product; 0: all alike" },
    [RECENT] = { "recent_days", 30, 0, 36500, false, "half-life of recent votes; 0: all alike" },
    [COVERED] = { "covered", 0.4, 0, 1, false, "part of its vote that a basket loses by a hit (lists for one product)" },
    [DAMP] = { "damp", 0.15, 0, 2, false, "popularity is divided out with this power (lists for one product, where no trees are learned)" },
    [LEARN_SHARE] = { "learn_share", 0.12, 0, 0.5, false, "share of the baskets, the newest, that weights and trees learn from; 0: none" },
    [RIDGE] = { "ridge", 300, 1e-3, 1e9, false, "how much the weights of evidence stay those of another shop" },
    [TREES] = { "trees", 200, 0, FOREST_MAX_TREES, true, "trees that rank partners of one product; 0: counts alone" },
};

/* Where a shop's own weights begin: learned on the baskets of 2011-09-14 to 2011-10-11 of Online Retail from those before. */
enum { LOG_EASE, EASE_RATIO, LOG_COSINE, LOG_MOST, LOG_RECENT, NEAR3, NEAR5, POPULAR, LOG_EASE_SIZE, NEAR3_SIZE, N_WEIGHTS };
static const float first_weights[N_WEIGHTS] = {
    [LOG_EASE] = 0.075f, [EASE_RATIO] = 1.141f, [LOG_COSINE] = 0.37f, [LOG_MOST] = 0.173f, [LOG_RECENT] = 0.58f, [NEAR3] = -0.61f,
    [NEAR5] = 0.65f, [POPULAR] = -0.142f, [LOG_EASE_SIZE] = 0.143f, [NEAR3_SIZE] = -0.072f,
};
static const float FLOOR = 0.003f, NEAR_FLOOR = 1e-4f;
enum { MAX_ASKED = 500 };            /* items of a basket that weights learn from */
static const float NOTHING = -1000;     /* below whatever evidence comes to */

typedef struct {
    const double *param;
    const float *weight;            /* N_WEIGHTS: the shop's own */
    uint32_t n_items;
    const model_row *part;          /* the regression: EASE, or its sparse relative for many items */
    const void *ease;
    basket_log log;
    item_lists pairs, recent, alone;        /* alone: lists for one product */
    const float *total, *recent_total;      /* n_items: votes */
    const float *damped;            /* n_items: total^-.4 */
    const float *popular;           /* n_items: share of baskets */
    const float *lately;            /* n_items: the same, recent baskets counting more: for strangers */
    const float *norm;              /* n_baskets: root of the idf of its items */
    const float *decay;             /* n_baskets: 2^(-age / half-life) */
} blend;

/* ---- fitting ---- */

static const model_row *part_for(uint32_t n_items) { return n_items > 25000 ? &model_sansa : &model_ease; }

static err_code fit_part(ctx *c, blend *m, const model_options *o) {
    model_options part = model_default_options(m->part);
    part.threads = o->threads, part.seed = o->seed, part.progress = o->progress, part.progress_state = o->progress_state;
    if (m->part == &model_ease) {
        AUTO_BUF set;
        buf_init(&set, KIB);
        buf_printf(&set, "lambda=%g user_power=0.5 values=0", o->param[LAMBDA]);
        TRY(model_set_all(c, m->part, &part, buf_view(&set)));
    }
    void *state = NULL;
    TRY(m->part->fit(c, &m->log.x, &part, &state));
    m->ease = state;
    return ERR_OK;
}

static float idf(const blend *m, uint32_t item) { return m->popular[item] > 0 ? -logf(fminf(m->popular[item], 0.999f)) : 0; }

static void share_of_baskets(const basket_log *log, const float *votes, float *ret_share) {
    double sum = 0;
    for (uint32_t b = 0; b < log->x.n_users; b++) {
        sum += votes ? (double)votes[b] : 1;
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) ret_share[log->x.item[e]] += votes ? votes[b] : 1;
    }
    for (uint32_t i = 0; i < log->x.n_items && sum > 0; i++) ret_share[i] = (float)((double)ret_share[i] / sum);
}

/* Numbers of baskets and items that follow from the log alone: made anew when a model is loaded. */
static err_code describe(ctx *c, blend *m) {
    const basket_log *log = &m->log;
    uint32_t n = log->x.n_users;
    float *popular = arena_new(c->arena, float, m->n_items), *lately = arena_new(c->arena, float, m->n_items);
    float *norm = arena_new(c->arena, float, n), *decay = arena_new(c->arena, float, n), *fresh = arena_new(c->arena, float, n);
    if (!popular || !lately || !norm || !decay || !fresh) return fail(c, ERR_NO_MEMORY, "%u baskets", n);
    share_of_baskets(log, NULL, popular);
    m->popular = popular, m->lately = lately, m->norm = norm, m->decay = decay;
    basket_votes(log, 0, m->param[HALF_LIFE], decay);
    basket_votes(log, 0, m->param[RECENT], fresh);
    share_of_baskets(log, fresh, lately);
    for (uint32_t b = 0; b < n; b++) {
        double sum = 0;
        for (uint64_t e = log->x.start[b]; e < log->x.start[b + 1]; e++) sum += (double)idf(m, log->x.item[e]);
        norm[b] = (float)sqrt(sum);
    }
    return ERR_OK;
}

static err_code damp_totals(ctx *c, blend *m) {
    float *damped = arena_new(c->arena, float, m->n_items);
    if (!damped) return fail(c, ERR_NO_MEMORY, "%u items", m->n_items);
    for (uint32_t i = 0; i < m->n_items; i++) damped[i] = m->total[i] > 0 ? powf(m->total[i], -0.4f) : 0;
    m->damped = damped;
    return ERR_OK;
}

static err_code fit_lists(ctx *c, blend *m, const model_options *o) {
    uint32_t keep = (uint32_t)o->param[PARTNERS];
    int threads = parallel_threads(o->threads);
    float *votes = arena_new(c->arena, float, m->log.x.n_users);
    float *total = arena_new(c->arena, float, m->n_items), *recent_total = arena_new(c->arena, float, m->n_items);
    if (!votes || !total || !recent_total) return fail(c, ERR_NO_MEMORY, "lists of %u items", m->n_items);
    m->total = total, m->recent_total = recent_total;
    basket_votes(&m->log, 0.6, 0, votes);
    TRY(basket_pairs(c, &m->log, votes, keep, threads, &m->pairs, total));
    basket_votes(&m->log, 0.6, o->param[RECENT], votes);
    return basket_pairs(c, &m->log, votes, keep, threads, &m->recent, recent_total);
}

/* Lists for one product: partners by the trees, or without any (NULL) by their votes; then covered. */
static err_code fit_alone(ctx *c, blend *m, const ranker *trees, const model_options *o) {
    int threads = parallel_threads(o->threads);
    float *votes = arena_new(c->arena, float, m->log.x.n_users), *scratch = arena_new(c->arena, float, m->n_items);
    const item_regression regression = { m->part, m->ease };
    item_lists pool;
    if (!votes || !scratch) return fail(c, ERR_NO_MEMORY, "lists of %u items", m->n_items);
    basket_votes(&m->log, 0.6, o->param[HALF_LIFE], votes);
    if (trees) TRY(basket_alone_pool(c, &m->log, &regression, trees, &pool));
    else TRY(basket_pairs(c, &m->log, votes, (uint32_t)o->param[PARTNERS], threads, &pool, scratch));
    return basket_cover(c, &m->log, votes, trees ? NULL : m->popular, &pool, o->param[COVERED], o->param[DAMP], threads, &m->alone);
}

/* All that baskets say, but for the lists of one product. */
static err_code fit_evidence(ctx *c, blend *m, const model_options *o) {
    TRY(describe(c, m));
    TRY(fit_part(c, m, o));
    TRY(fit_lists(c, m, o));
    return damp_totals(c, m);
}

/* ---- asking ---- */

typedef struct {
    uint32_t n, *item;              /* the cart, each item once */
    bool *in_cart;                  /* n_items */
    float *ease, *cosine, *most, *recent, *near3, *near5;   /* n_items each */
    float *dot;                     /* n_baskets, zero between questions */
    uint32_t *touched;              /* n_baskets */
    topk nearest;
} question;

static err_code question_new(ctx *c, const blend *m, question *q) {
    uint32_t k = (uint32_t)m->param[NEIGHBOURS], n = m->n_items, baskets = m->log.x.n_users;
    *q = (question){ 0, arena_new_raw(c->arena, uint32_t, n), arena_new(c->arena, bool, n), arena_new_raw(c->arena, float, n),
                     arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n),
                     arena_new_raw(c->arena, float, n), arena_new_raw(c->arena, float, n), arena_new(c->arena, float, baskets),
                     arena_new_raw(c->arena, uint32_t, baskets), { arena_new_raw(c->arena, topk_entry, k), 0, k } };
    bool all = q->item && q->in_cart && q->ease && q->cosine && q->most && q->recent && q->near3 && q->near5 && q->dot && q->touched
               && q->nearest.entry;
    return all ? ERR_OK : fail(c, ERR_NO_MEMORY, "a question over %u items", n);
}

static void take_cart(question *q, const history *h, uint32_t n_items) {
    for (uint32_t k = 0; k < q->n; k++) q->in_cart[q->item[k]] = false;
    q->n = 0;
    for (size_t e = 0; e < h->n; e++) {
        if (h->item[e] >= n_items || q->in_cart[h->item[e]]) continue;
        q->in_cart[h->item[e]] = true;
        q->item[q->n++] = h->item[e];
    }
}

static void ask_pairs(const blend *m, question *q) {
    memset(q->cosine, 0, m->n_items * sizeof *q->cosine);
    memset(q->most, 0, m->n_items * sizeof *q->most);
    memset(q->recent, 0, m->n_items * sizeof *q->recent);
    for (uint32_t k = 0; k < q->n; k++) {
        uint32_t i = q->item[k];
        float of_i = powf(fmaxf(m->total[i], 1e-9f), -0.6f), chance = 1 / (m->total[i] + 0.3f), lately = 1 / (m->recent_total[i] + 0.2f);
        for (uint64_t e = m->pairs.start[i]; e < m->pairs.start[i + 1]; e++) {
            topk_entry p = m->pairs.entry[e];
            float cosine = p.score * of_i * m->damped[p.item];
            q->cosine[p.item] += cosine * cosine;
            q->most[p.item] = fmaxf(q->most[p.item], p.score * chance);
        }
        for (uint64_t e = m->recent.start[i]; e < m->recent.start[i + 1]; e++) {
            topk_entry p = m->recent.entry[e];
            q->recent[p.item] = fmaxf(q->recent[p.item], p.score * lately);
        }
    }
}

/* Shares of the nearest baskets that hold each item, cosines cubed and to the fifth. */
static void ask_neighbours(const blend *m, question *q) {
    const csr *holders = &m->log.holders;
    uint32_t n = 0;
    double own = 0, sum3 = 0, sum5 = 0;
    for (uint32_t k = 0; k < q->n; k++) {
        float weight = idf(m, q->item[k]);
        own += (double)weight;
        for (uint64_t e = holders->start[q->item[k]]; weight > 0 && e < holders->start[q->item[k] + 1]; e++) {
            uint32_t b = holders->col[e];
            if (q->dot[b] == 0) q->touched[n++] = b;
            q->dot[b] += weight;
        }
    }
    q->nearest.n = 0;
    for (uint32_t k = 0; k < n; k++) {
        topk_offer(&q->nearest, q->touched[k], q->dot[q->touched[k]] / m->norm[q->touched[k]]);
        q->dot[q->touched[k]] = 0;
    }
    topk_sort(&q->nearest);
    memset(q->near3, 0, m->n_items * sizeof *q->near3);
    memset(q->near5, 0, m->n_items * sizeof *q->near5);
    for (uint32_t k = 0; k < q->nearest.n; k++) {
        uint32_t b = q->nearest.entry[k].item;
        float s = q->nearest.entry[k].score / (float)sqrt(own), w3 = s * s * s * m->decay[b], w5 = w3 * s * s;
        sum3 += (double)w3, sum5 += (double)w5;
        for (uint64_t e = m->log.x.start[b]; e < m->log.x.start[b + 1]; e++)
            q->near3[m->log.x.item[e]] += w3, q->near5[m->log.x.item[e]] += w5;
    }
    float by3 = sum3 > 0 ? (float)(1 / sum3) : 0, by5 = sum5 > 0 ? (float)(1 / sum5) : 0;
    for (uint32_t j = 0; j < m->n_items; j++) q->near3[j] *= by3, q->near5[j] *= by5;
}

static float largest(const question *q, const float *v, uint32_t n) {
    float most = 1e-9f;
    for (uint32_t j = 0; j < n; j++)
        if (v[j] > most && !q->in_cart[j]) most = v[j];
    return most;
}

static float ratio(float v, float most) { return fmaxf(v / most, FLOOR); }

typedef struct { float ease, cosine, most, recent, size; } measures;        /* the most of each kind in a question; ln of the cart's size */

static measures measure(const blend *m, const question *q) {
    return (measures){ largest(q, q->ease, m->n_items), largest(q, q->cosine, m->n_items), largest(q, q->most, m->n_items),
                       largest(q, q->recent, m->n_items), logf((float)q->n) };
}

static bool spoken_for(const question *q, const measures *by, uint32_t j) {
    return !q->in_cart[j] && (q->near3[j] > 0 || q->cosine[j] > 0 || q->ease[j] > FLOOR * by->ease);
}

static void inputs_of(const blend *m, const question *q, const measures *by, uint32_t j, float x[N_WEIGHTS]) {
    float log_ease = logf(ratio(q->ease[j], by->ease)), near3 = logf(q->near3[j] + NEAR_FLOOR);
    x[LOG_EASE] = log_ease, x[LOG_EASE_SIZE] = by->size * log_ease, x[EASE_RATIO] = ratio(q->ease[j], by->ease);
    x[LOG_COSINE] = logf(ratio(q->cosine[j], by->cosine)), x[LOG_MOST] = logf(ratio(q->most[j], by->most));
    x[LOG_RECENT] = logf(ratio(q->recent[j], by->recent)), x[NEAR3] = near3, x[NEAR3_SIZE] = by->size * near3;
    x[NEAR5] = logf(q->near5[j] + NEAR_FLOOR), x[POPULAR] = logf(m->popular[j] + 1e-6f);
}

static void weigh(const blend *m, const question *q, float *scores) {
    const measures by = measure(m, q);
    float x[N_WEIGHTS];
    for (uint32_t j = 0; j < m->n_items; j++) {
        scores[j] = NOTHING + m->lately[j];
        if (!spoken_for(q, &by, j)) continue;
        inputs_of(m, q, &by, j, x);
        scores[j] = 0;
        for (int k = 0; k < N_WEIGHTS; k++) scores[j] += m->weight[k] * x[k];
    }
}

/* What baskets say of the cart in q, of two items or more. */
static err_code gather(ctx *c, const blend *m, question *q, int64_t now_ms) {
    history cart = { .n = q->n, .item = q->item, .now_ms = now_ms, .user = MODEL_NOBODY };
    TRY(m->part->score(c, m->ease, &cart, 1, q->ease));
    ask_pairs(m, q);
    ask_neighbours(m, q);
    return ERR_OK;
}

static err_code answer(ctx *c, const blend *m, const history *h, question *q, float *scores) {
    take_cart(q, h, m->n_items);
    for (uint32_t j = 0; j < m->n_items && q->n < 2; j++) scores[j] = m->lately[j];
    if (q->n == 1) item_lists_add(&m->alone, q->item[0], 1, scores);
    if (q->n < 2) return ERR_OK;
    TRY(gather(c, m, q, h->now_ms));
    weigh(m, q, scores);
    return ERR_OK;
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const blend *m = state;
    arena_mark mark = arena_save(c->arena);
    question q;
    TRY(question_new(c, m, &q));
    for (size_t i = 0; i < n; i++) TRY(answer(c, m, &h[i], &q, ret_scores + i * m->n_items));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- learning from the newest baskets what the older ones tell ---- */

enum { CART_QUESTIONS = 6500, HIDDEN_A_BASKET = 4, CANDIDATES = 130, LEAST_CHOICES = 50, LEAST_FOR_TREES = 400 };

typedef struct { float *x, *scores; size_t *group, n_groups; topk best; } cart_lesson;

static err_code cart_lesson_new(ctx *c, uint32_t n_items, cart_lesson *l) {
    *l = (cart_lesson){ arena_array_raw(c->arena, (size_t)CART_QUESTIONS * CANDIDATES, N_WEIGHTS * sizeof(float)),
                        arena_new_raw(c->arena, float, n_items), arena_new(c->arena, size_t, CART_QUESTIONS + 1), 0,
                        { arena_new_raw(c->arena, topk_entry, CANDIDATES), 0, CANDIDATES } };
    return l->x && l->scores && l->group && l->best.entry ? ERR_OK : fail(c, ERR_NO_MEMORY, "%d questions", CART_QUESTIONS);
}

/* The hidden item first, then the other candidates the first weights place best; nothing when it is not among them. */
static void add_choice(const blend *m, const question *q, uint32_t hidden, cart_lesson *l) {
    const measures by = measure(m, q);
    float *x = l->x + l->group[l->n_groups] * N_WEIGHTS;
    bool found = false;
    weigh(m, q, l->scores);
    l->best.n = 0;
    for (uint32_t j = 0; j < m->n_items; j++)
        if (spoken_for(q, &by, j)) topk_offer(&l->best, j, l->scores[j]);
    for (uint32_t k = 0; k < l->best.n; k++) found |= l->best.entry[k].item == hidden;
    if (!found) return;
    inputs_of(m, q, &by, hidden, x);
    for (uint32_t k = 0; k < l->best.n; k++)
        if (l->best.entry[k].item != hidden) inputs_of(m, q, &by, l->best.entry[k].item, x += N_WEIGHTS);
    l->group[l->n_groups + 1] = l->group[l->n_groups] + l->best.n;
    l->n_groups++;
}

/* Ask of up to four places of one basket, drawn evenly, with what is left of it. */
static err_code ask_basket(ctx *c, const blend *m, const uint32_t *item, uint64_t n, rng *r, question *q, cart_lesson *l) {
    uint32_t rest[MAX_ASKED];
    uint64_t wanted = n < HIDDEN_A_BASKET ? n : HIDDEN_A_BASKET;
    for (uint64_t at = 0; at < n && wanted > 0 && l->n_groups < CART_QUESTIONS; at++) {
        if (rng_below(r, n - at) >= wanted) continue;
        wanted--;
        memcpy(rest, item, (size_t)at * sizeof *rest);
        memcpy(rest + at, item + at + 1, (size_t)(n - at - 1) * sizeof *rest);
        history h = { .n = (size_t)(n - 1), .item = rest, .user = MODEL_NOBODY };
        take_cart(q, &h, m->n_items);
        TRY(gather(c, m, q, 0));
        add_choice(m, q, item[at], l);
    }
    return ctx_check(c);
}

static err_code learn_weights(ctx *c, const blend *older, const basket_log *newer, const model_options *o, float *ret_weight) {
    cart_lesson l;
    question q;
    rng r;
    rng_seed(&r, o->seed);
    TRY(question_new(c, older, &q));
    TRY(cart_lesson_new(c, older->n_items, &l));
    for (uint32_t b = newer->x.n_users; b-- > 0 && l.n_groups < CART_QUESTIONS;) {
        uint64_t n = newer->x.start[b + 1] - newer->x.start[b];
        if (n >= 3 && n <= MAX_ASKED) TRY(ask_basket(c, older, newer->x.item + newer->x.start[b], n, &r, &q, &l));
    }
    if (l.n_groups < LEAST_CHOICES) return ERR_OK;
    const choice_rows rows = { l.x, N_WEIGHTS, l.group, l.n_groups };
    return choice_fit(c, &rows, older->weight, o->param[RIDGE], ret_weight);
}

/* The trees outlive the lesson's memory as their saved bytes. */
static err_code learn_trees(ctx *c, const blend *older, const basket_log *newer, const model_options *o, buf *ret_saved) {
    const item_regression regression = { older->part, older->ease };
    ranker_rows rows;
    ranker trees;
    if (o->param[TREES] < 1 || newer->x.n_users < LEAST_FOR_TREES) return ERR_OK;
    TRY(basket_alone_rows(c, &older->log, newer, &regression, &rows));
    if (rows.n < LEAST_FOR_TREES) return ERR_OK;
    TRY(basket_alone_learn(c, &rows, (uint32_t)o->param[TREES], o->seed, &trees));
    return ranker_save(c, &trees, ret_saved);
}

/* Both, in memory that is given back. ret_saved stays empty without trees. */
static err_code learn(ctx *c, const blend *all, const model_options *o, float *ret_weight, buf *ret_saved) {
    arena_mark mark = arena_save(c->arena);
    blend older = *all;
    basket_log newer;
    if (o->param[LEARN_SHARE] * all->log.x.n_users < LEAST_CHOICES) return ERR_OK;
    TRY(basket_log_split(c, &all->log, o->param[LEARN_SHARE], &older.log, &newer));
    TRY(fit_evidence(c, &older, o));
    model_progress(o, "weights", 0.2);
    TRY(learn_weights(c, &older, &newer, o, ret_weight));
    model_progress(o, "trees", 0.4);
    TRY(learn_trees(c, &older, &newer, o, ret_saved));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code load_trees(ctx *c, str bytes, ranker *ret) {
    char *home = arena_alloc_raw(c->arena, bytes.n + 64);
    if (!home) return fail(c, ERR_NO_MEMORY, "trees of %zu bytes", bytes.n);
    home += 63 - ((uintptr_t)home + 63) % 64;               /* arrays of a pack are aligned to 64 */
    memcpy(home, bytes.p, bytes.n);
    return ranker_load(c, (str){ home, bytes.n }, ret);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    blend *m = arena_new(c->arena, blend, 1);
    double *param = arena_new(c->arena, double, COUNT(params));
    float *weight = arena_new(c->arena, float, N_WEIGHTS);
    ranker trees;
    AUTO_BUF saved;
    buf_init(&saved, 64 * MIB);
    if (!m || !param || !weight) return fail(c, ERR_NO_MEMORY, "basket_blend");
    memcpy(param, o->param, sizeof *param * COUNT(params));
    memcpy(weight, first_weights, sizeof first_weights);
    *m = (blend){ .param = param, .weight = weight, .n_items = x->n_items, .part = part_for(x->n_items) };
    TRY(basket_log_of(c, x, &m->log));
    TRY(learn(c, m, o, weight, &saved));
    TRY(fit_evidence(c, m, o));
    if (saved.n > 0) TRY(load_trees(c, buf_view(&saved), &trees));
    TRY(fit_alone(c, m, saved.n > 0 ? &trees : NULL, o));
    *ret_state = m;
    return ERR_OK;
}

/* ---- keeping ---- */

static const char *const list_names[] = { "pairs", "recent", "alone" };

/* Lists as a pack within the pack: every model of lists names its arrays alike. */
static err_code save_lists(ctx *c, const item_lists *lists, buf *out) {
    pack_array a[ITEM_LISTS_ARRAYS];
    item_lists_arrays(lists, a);
    return pack_write(c, a, COUNT(a), out);
}

static err_code save(ctx *c, const void *state, buf *out) {
    const blend *m = state;
    const item_lists *lists[] = { &m->pairs, &m->recent, &m->alone };
    buf inner[COUNT(list_names) + 1];
    pack_array a[COUNT(list_names) + 8];
    for (size_t k = 0; k < COUNT(inner); k++) {
        buf_init_in(&inner[k], c->arena, SIZE_MAX / 4);
        TRY(k < COUNT(lists) ? save_lists(c, lists[k], &inner[k]) : m->part->save(c, m->ease, &inner[k]));
        a[k] = (pack_array){ k < COUNT(lists) ? list_names[k] : "regression", inner[k].p, 1, inner[k].n };
    }
    const interactions *x = &m->log.x;
    size_t n = COUNT(inner);
    a[n++] = (pack_array){ "param", m->param, sizeof *m->param, COUNT(params) };
    a[n++] = (pack_array){ "weight", m->weight, sizeof *m->weight, N_WEIGHTS };
    a[n++] = (pack_array){ "basket.start", x->start, sizeof *x->start, (uint64_t)x->n_users + 1 };
    a[n++] = (pack_array){ "basket.item", x->item, sizeof *x->item, x->start[x->n_users] };
    a[n++] = (pack_array){ "basket.age", m->log.age_days, sizeof(float), x->n_users };
    a[n++] = (pack_array){ "total", m->total, sizeof(float), m->n_items };
    a[n++] = (pack_array){ "recent_total", m->recent_total, sizeof(float), m->n_items };
    return pack_write(c, a, n, out);
}

static err_code inner_pack(ctx *c, const pack *p, const char *name, pack *ret) {
    const void *at = NULL;
    uint64_t n = 0;
    TRY(pack_get(c, p, name, 1, UINT64_MAX, &at, &n));
    return pack_open(c, (str){ at, (size_t)n }, ret);
}

static err_code load_numbers(ctx *c, const pack *p, const char *name, uint64_t n, const float **ret) {
    const void *at = NULL;
    TRY(pack_get(c, p, name, sizeof(float), n, &at, NULL));
    const float *v = at;
    for (uint64_t i = 0; i < n; i++)
        if (!(v[i] >= 0 && v[i] <= 1e12f)) return fail(c, ERR_CORRUPT, "saved model: %s is damaged", name);
    *ret = v;
    return ERR_OK;
}

static err_code load_log(ctx *c, const pack *p, blend *m) {
    const void *start, *item;
    const float *age = NULL;
    uint64_t n = 0;
    TRY(pack_get(c, p, "basket.start", sizeof(uint64_t), UINT64_MAX, &start, &n));
    if (n == 0 || n > UINT32_MAX || ((const uint64_t *)start)[0] != 0) return fail(c, ERR_CORRUPT, "saved model: baskets");
    TRY(pack_get(c, p, "basket.item", sizeof(uint32_t), ((const uint64_t *)start)[n - 1], &item, NULL));
    TRY(load_numbers(c, p, "basket.age", n - 1, &age));
    m->log = (basket_log){ { .n_users = (uint32_t)(n - 1), .n_items = m->n_items, .start = start, .item = item },
                           { (uint32_t)(n - 1), m->n_items, start, item, NULL }, { 0 }, age };
    if (csr_check(c, &m->log.items)) return fail(c, ERR_CORRUPT, "saved model: baskets are damaged");
    return csr_transpose(c, &m->log.items, &m->log.holders);
}

static err_code load_weights(ctx *c, const pack *p, blend *m) {
    const void *at = NULL;
    TRY(pack_get(c, p, "weight", sizeof *m->weight, N_WEIGHTS, &at, NULL));
    m->weight = at;
    for (int k = 0; k < N_WEIGHTS; k++)
        if (!(fabsf(m->weight[k]) <= 1e6f)) return fail(c, ERR_CORRUPT, "saved model: a weight of evidence is damaged");
    return ERR_OK;
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    blend *m = arena_new(c->arena, blend, 1);
    const void *param = NULL;
    void *part = NULL;
    pack inner;
    if (!m) return fail(c, ERR_NO_MEMORY, "load basket_blend");
    *m = (blend){ .n_items = n_items, .part = part_for(n_items) };
    item_lists *lists[] = { &m->pairs, &m->recent, &m->alone };
    TRY(pack_get(c, p, "param", sizeof(double), COUNT(params), &param, NULL));
    TRY(model_check_params(c, params, COUNT(params), param));
    m->param = param;
    TRY(load_weights(c, p, m));
    TRY(load_log(c, p, m));
    TRY(load_numbers(c, p, "total", n_items, &m->total));
    TRY(load_numbers(c, p, "recent_total", n_items, &m->recent_total));
    for (size_t k = 0; k < COUNT(lists); k++) {
        TRY(inner_pack(c, p, list_names[k], &inner));
        TRY(item_lists_load(c, &inner, n_items, lists[k]));
    }
    TRY(inner_pack(c, p, "regression", &inner));
    TRY(m->part->load(c, &inner, n_items, &part));
    m->ease = part;
    TRY(describe(c, m));
    TRY(damp_totals(c, m));
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "lambda=2", "half_life_days=0", NULL };

const model_row model_basket_blend = {
    .name = "basket_blend", .title = "What goes with a cart, by all that baskets say",
    .source = "log-linear over EASE (Steck 2019), asymmetric cosines (Aiolli 2013) and basket neighbours; lists of one product by the "
              "greedy rule of Chen and Karger 2006",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .save = save, .load = load,
};
