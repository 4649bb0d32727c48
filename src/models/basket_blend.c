/* basket_blend: what goes with a cart, by everything its baskets say; with one product, by lists that want one hit (basket_cover.c).
 * Of a cart Q and an item j, with ratios to the best candidate, never below FLOOR:
 *   E  = sum over Q of the regression weights of EASE (baskets of n items weigh n^-1/2)
 *   C2 = sum over Q of (v_ij / (v_i^.6 v_j^.4))^2           v: votes of baskets, n^-.6
 *   M, R = most over Q of v_ij / (v_i + .3), and of recent votes (half-life 30 days) r_ij / (r_i + .2)
 *   L  = most over Q of votes that fade with the lines between i and j, half-life 90 days, of baskets with i; and one more without i
 *   B_q = ln share of neighbour baskets with j, weighed by cosine^q 2^(-age / 90 days); cosine over idf
 *   P  = ln share of all baskets with j
 *   score = sum of weight * evidence. Log-linear: a conditional logit (choice.h) of hidden items of the shop's newest baskets by the
 *   evidence of the older ones, leaning to the weights below; then the evidence is gathered from all.
 * Lines count where their order tells something in this shop (basket_lines.h): pairs of the regression fade too, and L is 0 elsewhere.
 * Partners of one product are ranked by trees learned in the same lesson (basket_alone.h) where the baskets are enough, else by votes. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/basket_blend_int.h"
#include "models/choice.h"
#include "models/rows.h"
#include "num/parallel.h"

const model_param basket_blend_params[N_PARAMS] = {
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
static const float first_weights[N_WEIGHTS] = {
    [LOG_EASE] = 0.075f, [EASE_RATIO] = 1.141f, [LOG_COSINE] = 0.37f, [LOG_MOST] = 0.173f, [LOG_RECENT] = 0.58f, [NEAR3] = -0.61f,
    [NEAR5] = 0.65f, [POPULAR] = -0.142f, [LOG_EASE_SIZE] = 0.143f, [NEAR3_SIZE] = -0.072f,
};

/* ---- learning from the newest baskets what the older ones tell ---- */

enum { CART_QUESTIONS = 6500, HIDDEN_A_BASKET = 4, CANDIDATES = 130, LEAST_CHOICES = 50, LEAST_FOR_TREES = 400 };
enum { MAX_ASKED = 500 };            /* items of a basket that weights learn from */

typedef struct { float *x, *scores; size_t *group, n_groups; topk best; } cart_lesson;

static err_code cart_lesson_new(ctx *c, uint32_t n_items, cart_lesson *l) {
    *l = (cart_lesson){ arena_array_raw(c->arena, (size_t)CART_QUESTIONS * CANDIDATES, N_WEIGHTS * sizeof(float)),
                        arena_new_raw(c->arena, float, n_items), arena_new(c->arena, size_t, CART_QUESTIONS + 1), 0,
                        { arena_new_raw(c->arena, topk_entry, CANDIDATES), 0, CANDIDATES } };
    return l->x && l->scores && l->group && l->best.entry ? ERR_OK : fail(c, ERR_NO_MEMORY, "%d questions", CART_QUESTIONS);
}

/* The hidden item first, then the other candidates the first weights place best; nothing when it is not among them. */
static void add_choice(const blend *m, const question *q, uint32_t hidden, cart_lesson *l) {
    const measures by = question_measure(m, q);
    float *x = l->x + l->group[l->n_groups] * N_WEIGHTS;
    bool found = false;
    question_weigh(m, q, l->scores);
    l->best.n = 0;
    for (uint32_t j = 0; j < m->n_items; j++)
        if (question_names(q, &by, j)) topk_offer(&l->best, j, l->scores[j]);
    for (uint32_t k = 0; k < l->best.n; k++) found |= l->best.entry[k].item == hidden;
    if (!found) return;
    question_inputs(m, q, &by, hidden, x);
    for (uint32_t k = 0; k < l->best.n; k++)
        if (l->best.entry[k].item != hidden) question_inputs(m, q, &by, l->best.entry[k].item, x += N_WEIGHTS);
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
        question_take(q, &h, m->n_items);
        TRY(question_gather(c, m, q, 0));
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
    const item_regression regression = blend_regression(older);
    ranker_rows rows;
    ranker trees;
    if (o->param[TREES] < 1 || newer->x.n_users < LEAST_FOR_TREES) return ERR_OK;
    TRY(basket_alone_rows(c, &older->log, newer, &regression, &rows));
    if (rows.n < LEAST_FOR_TREES) return ERR_OK;
    TRY(basket_alone_learn(c, &rows, (uint32_t)o->param[TREES], o->seed, &trees));
    return ranker_save(c, &trees, ret_saved);
}

/* Fade, weights and trees, in memory that is given back. Too few baskets leave all as it is; ret_saved stays empty without trees. */
static err_code learn(ctx *c, const blend *all, const model_options *o, basket_fade *ret_fade, float *ret_weight, buf *ret_saved) {
    arena_mark mark = arena_save(c->arena);
    blend older = *all;
    basket_log newer;
    if (o->param[LEARN_SHARE] * all->log.x.n_users < LEAST_CHOICES) return ERR_OK;
    TRY(basket_log_split(c, &all->log, o->param[LEARN_SHARE], &older.log, &newer));
    TRY(basket_fade_learn(c, &older.log, &newer, ret_fade));
    older.log.fade = ret_fade;
    TRY(blend_gather(c, &older, o));
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

/* ---- fitting ---- */

/* Lists for one product: partners by the trees, or without any (NULL) by their votes; then covered. */
static err_code fit_alone(ctx *c, blend *m, const ranker *trees, const model_options *o) {
    int threads = parallel_threads(o->threads);
    float *votes = arena_new(c->arena, float, m->log.x.n_users), *scratch = arena_new(c->arena, float, m->n_items);
    const item_regression regression = blend_regression(m);
    item_lists pool;
    if (!votes || !scratch) return fail(c, ERR_NO_MEMORY, "lists of %u items", m->n_items);
    basket_votes(&m->log, 0.6, o->param[HALF_LIFE], votes);
    if (trees) TRY(basket_alone_pool(c, &m->log, &regression, trees, &pool));
    else TRY(basket_pairs(c, &m->log, votes, NULL, (uint32_t)o->param[PARTNERS], threads, &pool, scratch));
    return basket_cover(c, &m->log, votes, trees ? NULL : m->popular, &pool, o->param[COVERED], o->param[DAMP], threads, &m->alone);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    blend *m = arena_new(c->arena, blend, 1);
    double *param = arena_new(c->arena, double, N_PARAMS);
    float *weight = arena_new(c->arena, float, N_WEIGHTS);
    basket_fade *fade = arena_new(c->arena, basket_fade, 1);
    ranker trees;
    AUTO_BUF saved;
    buf_init(&saved, 64 * MIB);
    if (!m || !param || !weight || !fade) return fail(c, ERR_NO_MEMORY, "basket_blend");
    memcpy(param, o->param, sizeof *param * N_PARAMS);
    memcpy(weight, first_weights, sizeof first_weights);
    *m = (blend){ .param = param, .weight = weight, .n_items = x->n_items, .part = blend_part(x->n_items) };
    TRY(basket_log_of(c, x, &m->log));
    TRY(learn(c, m, o, fade, weight, &saved));
    m->log.fade = fade;
    TRY(blend_gather(c, m, o));
    if (saved.n > 0) TRY(load_trees(c, buf_view(&saved), &trees));
    TRY(fit_alone(c, m, saved.n > 0 ? &trees : NULL, o));
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "lambda=2", "half_life_days=0", NULL };

const model_row model_basket_blend = {
    .name = "basket_blend", .title = "What goes with a cart, by all that baskets say",
    .source = "log-linear over EASE (Steck 2019), asymmetric cosines (Aiolli 2013) and basket neighbours; lists of one product by the "
              "greedy rule of Chen and Karger 2006",
    .params = basket_blend_params, .n_params = N_PARAMS, .grid = grid,
    .fit = fit, .score = blend_score, .save = blend_save, .load = blend_load,
};
