/* Training of the two towers: one block of numbers, forward, sampled softmax, backward, Adam, early stopping.
 * It does NOT draw who is trained on (two_tower_batch.c). Every parallel loop runs over blocks of fixed size and writes only to
 * places its block owns, so the bits do not depend on the number of threads. */
#include <math.h>
#include <string.h>
#include "models/two_tower_int.h"
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

enum {
    ITEM_BLOCK = 256, USER_BLOCK = 64, WEIGHT_BLOCK = 64,   /* rows or columns one thread takes at once */
};

/* One run of numbers that Adam moves: the numbers, their two moments. */
typedef struct { float *x, *m1, *m2; size_t n; } numbers;

typedef struct {
    const interactions *data;
    const tower_people *people;
    const tower_plan *plan;
    const csr *facts;               /* NULL: none */
    numbers ids, facts_of;          /* n_items x dim, n_facts x dim */
    numbers dense;                  /* both towers, one after the other */
    float *dense_gradient;
    tower item, user;               /* into dense.x */
    tower d_item, d_user;           /* into dense_gradient */
    const tower_batch *b;
    float *raw, *d_raw;             /* items of the batch x dim */
    float *pool, *d_pool;           /* rows x dim */
    float *logits;                  /* rows x items */
    double *loss;                   /* rows */
    tower_pass items, users;
    uint32_t *fact_count, *fact, n_fact;        /* facts of the batch: n_facts + 1 places, those touched */
    uint32_t *fact_item;            /* columns by fact */
    float *fact_value, *d_fact;     /* beside; touched facts x dim */
    size_t fact_cap;
    net_adam adam;
    uint64_t step;
    float *right_logit;             /* threads x TOWER_RIGHT */
} trainer;

static const double START_NOISE = 0.1;                      /* beside the start, so that no two numbers stay equal */

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "two towers: it needs more memory than a job may have"); }

/* ---- the numbers ---- */

static err_code numbers_new(ctx *c, size_t n, numbers *ret) {
    *ret = (numbers){ arena_new(c->arena, float, n), arena_new(c->arena, float, n), arena_new(c->arena, float, n), n };
    return ret->x && ret->m1 && ret->m2 ? ERR_OK : no_memory(c);
}

static float normal(rng *r) {
    double u = 1 - rng_unit(r), v = rng_unit(r);
    return (float)(sqrt(-2 * log(u)) * cos(2 * M_PI * v));
}

static void add_normal(rng *r, float *x, size_t n, double deviation) {
    for (size_t i = 0; i < n; i++) x[i] += (float)deviation * normal(r);
}

static size_t tower_size(size_t dim, size_t extra, size_t hidden) { return (dim + extra) * hidden + hidden + hidden * dim; }

static tower tower_at(float *at, uint32_t dim, uint32_t extra, uint32_t hidden) {
    float *b1 = at + (size_t)(dim + extra) * hidden;
    return (tower){ dim, extra, hidden, at, b1, b1 + hidden };
}

static err_code make_numbers(ctx *c, trainer *t) {
    const tower_plan *p = t->plan;
    size_t item_size = tower_size(p->dim, 0, p->hidden), user_size = tower_size(p->dim, TOWER_FEATURES, p->hidden);
    TRY(numbers_new(c, (size_t)t->data->n_items * p->dim, &t->ids));
    TRY(numbers_new(c, t->facts ? (size_t)t->facts->n_cols * p->dim : 0, &t->facts_of));
    TRY(numbers_new(c, item_size + user_size, &t->dense));
    t->dense_gradient = arena_new(c->arena, float, item_size + user_size);
    if (!t->dense_gradient) return no_memory(c);
    t->item = tower_at(t->dense.x, p->dim, 0, p->hidden);
    t->user = tower_at(t->dense.x + item_size, p->dim, TOWER_FEATURES, p->hidden);
    t->d_item = tower_at(t->dense_gradient, p->dim, 0, p->hidden);
    t->d_user = tower_at(t->dense_gradient + item_size, p->dim, TOWER_FEATURES, p->hidden);
    rng r;
    rng_seed(&r, p->seed);
    double unit = 1 / sqrt((double)p->dim);
    TRY(tower_start(c, t->people, p->dim, p->seed, p->threads, t->ids.x, t->facts ? t->facts_of.x : NULL));
    add_normal(&r, t->ids.x, t->ids.n, START_NOISE * unit);
    add_normal(&r, t->facts_of.x, t->facts_of.n, START_NOISE * unit);
    add_normal(&r, t->item.w1, (size_t)p->dim * p->hidden, sqrt(2.0) * unit);
    add_normal(&r, t->user.w1, (size_t)(p->dim + TOWER_FEATURES) * p->hidden, sqrt(2.0) * unit);
    add_normal(&r, t->item.w2, (size_t)p->dim * p->hidden, 0.1 / sqrt((double)p->hidden));
    add_normal(&r, t->user.w2, (size_t)p->dim * p->hidden, 0.1 / sqrt((double)p->hidden));
    return ERR_OK;
}

static err_code make_scratch(ctx *c, trainer *t, const tower_sampler *s) {
    size_t rows = tower_sampler_most_rows(s), items = tower_sampler_most_items(s), d = t->plan->dim;
    TRY(tower_pass_new(c, &t->item, items, true, &t->items));
    TRY(tower_pass_new(c, &t->user, rows, true, &t->users));
    t->raw = arena_new_raw(c->arena, float, items * d);
    t->d_raw = arena_new_raw(c->arena, float, items * d);
    t->pool = arena_new_raw(c->arena, float, rows * d);
    t->d_pool = arena_new_raw(c->arena, float, rows * d);
    t->logits = arena_new_raw(c->arena, float, rows * items);
    t->loss = arena_new(c->arena, double, rows);
    t->right_logit = arena_new(c->arena, float, (size_t)PARALLEL_MAX_THREADS * TOWER_RIGHT);
    if (!t->raw || !t->d_raw || !t->pool || !t->d_pool || !t->logits || !t->loss || !t->right_logit) return no_memory(c);
    if (!t->facts) return ERR_OK;
    uint64_t most = 0;                                      /* cells of the longest rows: no more can be in a batch */
    for (uint32_t i = 0; i < t->facts->n_rows; i++)
        if (t->facts->start[i + 1] - t->facts->start[i] > most) most = t->facts->start[i + 1] - t->facts->start[i];
    uint64_t all = t->facts->start[t->facts->n_rows];
    t->fact_cap = most * items < all ? most * items : all;
    size_t touched = t->fact_cap < t->facts->n_cols ? t->fact_cap : t->facts->n_cols;
    t->fact_count = arena_new(c->arena, uint32_t, (size_t)t->facts->n_cols + 1);
    t->fact = arena_new_raw(c->arena, uint32_t, touched + 1);
    t->fact_item = arena_new_raw(c->arena, uint32_t, t->fact_cap);
    t->fact_value = arena_new_raw(c->arena, float, t->fact_cap);
    t->d_fact = arena_new_raw(c->arena, float, (size_t)PARALLEL_MAX_THREADS * d);
    return t->fact_count && t->fact && t->fact_item && t->fact_value && t->d_fact ? ERR_OK : no_memory(c);
}

/* ---- forward ---- */

/* Raw vector of an item: its id, unless hidden, and its facts. */
static void raw_vector(const trainer *t, uint32_t item, float keep, float *ret_raw) {
    size_t d = t->plan->dim;
    const float *id = t->ids.x + (size_t)item * d;
    for (size_t i = 0; i < d; i++) ret_raw[i] = keep * id[i];
    if (t->facts) net_bag(t->facts, item, t->facts_of.x, d, ret_raw);
}

static void forward_items(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    trainer *t = state;
    for (size_t i = from; i < to; i++) raw_vector(t, t->b->item[i], t->b->keep[i], t->raw + i * t->plan->dim);
    tower_forward(&t->item, t->raw, from, to, &t->items);
}

static void pool_row(trainer *t, size_t row) {
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, wide = d + TOWER_FEATURES;
    float *pool = t->pool + row * d;
    memset(pool, 0, d * sizeof *pool);
    uint64_t from = b->own_start[row] + b->n_right[row];
    for (uint64_t e = from; e < from + b->n_shown[row]; e++) vec_add_scaled(pool, b->value[e], t->raw + (size_t)b->own[e] * d, d);
    memcpy(t->users.in + row * wide + d, b->feature + row * TOWER_FEATURES, TOWER_FEATURES * sizeof *pool);
}

/* Forward through the user tower, the softmax, and back to the pools: all that a block of rows needs is its own. */
static void train_users(void *state, size_t from, size_t to, int worker) {
    trainer *t = state;
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, m = b->n_items;
    float scale = (float)(1 / t->plan->temperature), *logits = t->logits + from * m;
    for (size_t row = from; row < to; row++) pool_row(t, row);
    tower_forward(&t->user, t->pool, from, to, &t->users);
    blas_gemm(false, true, to - from, m, d, scale, t->users.out + from * d, d, t->items.out, d, 0, logits, m);
    for (size_t row = from; row < to; row++) {
        uint64_t at = b->own_start[row];
        t->loss[row] = net_softmax_row(t->logits + row * m, b->log_weight, m, b->own + at, b->own_start[row + 1] - at, b->n_right[row],
                                       b->value + at, t->right_logit + (size_t)worker * TOWER_RIGHT);
    }
    blas_gemm(false, false, to - from, d, m, scale, logits, m, t->items.out, d, 0, t->users.d_out + from * d, d);
    tower_backward(&t->user, &t->users, from, to, t->d_pool);
}

/* ---- backward ---- */

static void backward_items(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    trainer *t = state;
    const tower_batch *b = t->b;
    size_t d = t->plan->dim, m = b->n_items;
    blas_gemm(true, false, to - from, d, b->n_rows, (float)(1 / t->plan->temperature), t->logits + from, m, t->users.out, d, 0,
              t->items.d_out + from * d, d);
    tower_backward(&t->item, &t->items, from, to, t->d_raw);
    for (size_t i = from; i < to; i++)
        for (uint64_t e = b->shown_start[i]; e < b->shown_start[i + 1]; e++)
            vec_add_scaled(t->d_raw + i * d, b->shown_weight[e], t->d_pool + (size_t)b->shown_row[e] * d, d);
}

/* Blocks of hidden units, then of outputs: first the item tower's, then the user tower's. */
static void backward_weights(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    trainer *t = state;
    size_t hidden_blocks = (t->plan->hidden + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK,
        out_blocks = (t->plan->dim + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK;
    for (size_t k = from; k < to; k++) {
        bool is_item = k < hidden_blocks + out_blocks;
        const tower *w = is_item ? &t->d_item : &t->d_user;
        const tower_pass *pass = is_item ? &t->items : &t->users;
        size_t n = is_item ? t->b->n_items : t->b->n_rows, block = is_item ? k : k - hidden_blocks - out_blocks;
        bool first = block < hidden_blocks;
        size_t at = (first ? block : block - hidden_blocks) * WEIGHT_BLOCK, all = first ? w->hidden : w->dim;
        size_t end = at + WEIGHT_BLOCK < all ? at + WEIGHT_BLOCK : all;
        if (first) net_linear_back_w(pass->in, pass->d_hidden, n, w->dim + w->extra, w->hidden, at, end, w->w1, w->b1);
        else net_linear_back_w(pass->hidden, pass->d_out, n, w->hidden, w->dim, at, end, w->w2, NULL);
    }
}

/* ---- Adam ---- */

static void update(const trainer *t, numbers *x, size_t row, const float *gradient) {
    size_t d = t->plan->dim, at = row * d;
    net_adam_update(&t->adam, x->x + at, gradient, x->m1 + at, x->m2 + at, d);
}

static void update_ids(void *state, size_t from, size_t to, int worker) {
    (void)worker;
    trainer *t = state;
    for (size_t i = from; i < to; i++)
        if (t->b->keep[i] > 0) update(t, &t->ids, t->b->item[i], t->d_raw + i * t->plan->dim);
}

/* The facts of the batch's items, by fact: touched facts, and for each its columns. */
static void turn_facts(trainer *t) {
    const tower_batch *b = t->b;
    const csr *f = t->facts;
    t->n_fact = 0;
    for (uint32_t i = 0; i < b->n_items; i++)
        for (uint64_t e = f->start[b->item[i]]; e < f->start[b->item[i] + 1]; e++)
            if (t->fact_count[f->col[e]]++ == 0) t->fact[t->n_fact++] = f->col[e];
    uint32_t at = 0;
    for (uint32_t k = 0; k < t->n_fact; k++) {
        uint32_t n = t->fact_count[t->fact[k]];
        t->fact_count[t->fact[k]] = at;
        at += n;
    }
    for (uint32_t i = 0; i < b->n_items; i++)
        for (uint64_t e = f->start[b->item[i]]; e < f->start[b->item[i] + 1]; e++) {
            uint32_t to = t->fact_count[f->col[e]]++;
            t->fact_item[to] = i;
            t->fact_value[to] = csr_value(f, e);
        }
}

/* fact_count[f] is now where the columns of fact f end; they begin where those of the fact touched before end. */
static void update_facts(void *state, size_t from, size_t to, int worker) {
    trainer *t = state;
    size_t d = t->plan->dim;
    float *gradient = t->d_fact + (size_t)worker * d;
    for (size_t k = from; k < to; k++) {
        memset(gradient, 0, d * sizeof *gradient);
        for (uint32_t e = k ? t->fact_count[t->fact[k - 1]] : 0; e < t->fact_count[t->fact[k]]; e++)
            vec_add_scaled(gradient, t->fact_value[e], t->d_raw + (size_t)t->fact_item[e] * d, d);
        update(t, &t->facts_of, t->fact[k], gradient);
    }
}

/* ---- one step ---- */

static err_code train_step(ctx *c, trainer *t, double rate) {
    const tower_batch *b = t->b;
    int threads = t->plan->threads;
    size_t blocks = 2 * ((t->plan->hidden + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK + (t->plan->dim + WEIGHT_BLOCK - 1) / WEIGHT_BLOCK);
    t->adam = net_adam_step((float)rate, (float)t->plan->decay, ++t->step);
    TRY(parallel_for(c, threads, b->n_items, ITEM_BLOCK, forward_items, t));
    TRY(parallel_for(c, threads, b->n_rows, USER_BLOCK, train_users, t));
    TRY(parallel_for(c, threads, b->n_items, ITEM_BLOCK, backward_items, t));
    TRY(parallel_for(c, b->n_items < ITEM_BLOCK ? 1 : threads, blocks, 1, backward_weights, t));
    net_adam_update(&t->adam, t->dense.x, t->dense_gradient, t->dense.m1, t->dense.m2, t->dense.n);
    TRY(parallel_for(c, threads, b->n_items, ITEM_BLOCK, update_ids, t));
    if (!t->facts) return ERR_OK;
    turn_facts(t);
    TRY(parallel_for(c, threads, t->n_fact, ITEM_BLOCK, update_facts, t));
    for (uint32_t k = 0; k < t->n_fact; k++) t->fact_count[t->fact[k]] = 0;
    return ERR_OK;
}

/* ---- all items, and how good they are ---- */

typedef struct {
    trainer *t;
    float *raw, *item;              /* n_items x dim */
    uint8_t *known;                 /* n_items */
    tower_pass *pass;               /* one a thread, ITEM_BLOCK rows */
    float *pool;                    /* validated users x dim */
    tower_pass users;
    float *scores;                  /* threads x USER_BLOCK x n_items */
    double *found;                  /* validated users: how high their hidden items stand, 0..1 */
} survey;

static err_code survey_new(ctx *c, trainer *t, survey *ret) {
    size_t n = t->data->n_items, d = t->plan->dim, asked = t->people->n_validated;
    int threads = parallel_threads(t->plan->threads);
    survey s = { .t = t, .raw = arena_new(c->arena, float, n * d), .item = arena_new(c->arena, float, n * d),
                 .known = arena_new(c->arena, uint8_t, n), .pass = arena_new(c->arena, tower_pass, (size_t)threads),
                 .pool = arena_new(c->arena, float, asked * d), .found = arena_new(c->arena, double, asked),
                 .scores = arena_new_raw(c->arena, float, asked ? (size_t)threads * USER_BLOCK * n : 0) };
    if (!s.raw || !s.item || !s.known || !s.pass || !s.pool || !s.found || !s.scores) return no_memory(c);
    for (int k = 0; k < threads; k++) TRY(tower_pass_new(c, &t->item, ITEM_BLOCK, false, &s.pass[k]));
    TRY(tower_pass_new(c, &t->user, asked, false, &s.users));
    *ret = s;
    return ERR_OK;
}

/* Vectors of all items; the id of one that nobody took was never trained and stays out. */
static void survey_items(void *state, size_t from, size_t to, int worker) {
    survey *s = state;
    const trainer *t = s->t;
    size_t d = t->plan->dim;
    for (size_t i = from; i < to; i++) raw_vector(t, (uint32_t)i, t->people->chance[i] > 0 ? 1 : 0, s->raw + i * d);
    tower_forward(&t->item, s->raw + from * d, 0, to - from, &s->pass[worker]);
    memcpy(s->item + from * d, s->pass[worker].out, (to - from) * d * sizeof *s->item);
    for (size_t i = from; i < to; i++) s->known[i] = s->pass[worker].inverse_in[i - from] > 0;
}

/* How high the hidden items of a user stand: the mean of 1 / log2(1 + place) over them, NDCG without a cut. Smoother than what
 * is among the first twenty, so that a few hundred users are enough to compare epochs. */
static double height(const tower_people *p, uint32_t user, const float *scores) {
    const uint32_t *item = p->item + p->start[user];
    uint32_t n = (uint32_t)(p->start[user + 1] - p->start[user]);
    double sum = 0;
    for (uint32_t k = p->n_train[user]; k < n; k++) {
        uint32_t before = 0;
        float own = scores[item[k]];
        for (uint32_t i = 0; i < p->x->n_items; i++) before += scores[i] > own;
        sum += 1 / log2(2 + (double)before);
    }
    return sum / (n - p->n_train[user]);
}

static void survey_users(void *state, size_t from, size_t to, int worker) {
    survey *s = state;
    const trainer *t = s->t;
    const tower_people *p = t->people;
    size_t d = t->plan->dim, n_items = p->x->n_items, wide = d + TOWER_FEATURES;
    float *scores = s->scores + (size_t)worker * USER_BLOCK * n_items;
    for (size_t k = from; k < to; k++) {
        uint32_t user = p->validated[k];
        float *pool = s->pool + k * d;
        memset(pool, 0, d * sizeof *pool);
        for (uint64_t e = p->start[user]; e < p->start[user] + p->n_train[user]; e++)
            vec_add_scaled(pool, p->pool[e], s->raw + (size_t)p->item[e] * d, d);
        history h = interactions_history(p->x, user);
        tower_behaviour(&h, p->n_train[user], (double)p->n_train[user] / (double)(p->start[user + 1] - p->start[user]),
                        s->users.in + k * wide + d);
    }
    tower_forward(&t->user, s->pool, from, to, &s->users);
    blas_gemm(false, true, to - from, n_items, d, 1, s->users.out + from * d, d, s->item, d, 0, scores, n_items);
    for (size_t k = from; k < to; k++) {
        uint32_t user = p->validated[k];
        float *row = scores + (k - from) * n_items;
        for (uint64_t e = p->start[user]; e < p->start[user] + p->n_train[user]; e++) row[p->item[e]] = -2;
        s->found[k] = height(p, user, row);
    }
}

static err_code survey_all(ctx *c, survey *s, double *ret_found) {
    trainer *t = s->t;
    TRY(parallel_for(c, t->plan->threads, t->data->n_items, ITEM_BLOCK, survey_items, s));
    TRY(parallel_for(c, t->plan->threads, t->people->n_validated, USER_BLOCK, survey_users, s));
    double sum = 0;
    for (uint32_t k = 0; k < t->people->n_validated; k++) sum += s->found[k];
    *ret_found = t->people->n_validated ? sum / t->people->n_validated : 0;
    return ERR_OK;
}

/* ---- epochs ---- */

/* The best epoch so far, kept aside: item vectors and the user tower are all that answers need. */
static void keep_best(const trainer *t, const survey *s, tower_result *best) {
    size_t n = (size_t)t->data->n_items * t->plan->dim;
    memcpy(best->raw, s->raw, n * sizeof *s->raw);
    memcpy(best->item, s->item, n * sizeof *s->item);
    memcpy(best->known, s->known, t->data->n_items);
    memcpy(best->user.w1, t->user.w1, tower_size(t->user.dim, t->user.extra, t->user.hidden) * sizeof(float));
}

static err_code result_new(ctx *c, const trainer *t, tower_result *ret) {
    size_t n = t->data->n_items, d = t->plan->dim;
    float *user = arena_new(c->arena, float, tower_size(t->user.dim, t->user.extra, t->user.hidden));
    *ret = (tower_result){ arena_new(c->arena, float, n * d), arena_new(c->arena, float, n * d), arena_new(c->arena, uint8_t, n),
                           tower_at(user, t->user.dim, t->user.extra, t->user.hidden) };
    return user && ret->raw && ret->item && ret->known ? ERR_OK : no_memory(c);
}

static err_code train_epoch(ctx *c, trainer *t, tower_sampler *sampler, uint32_t epoch, const model_options *o) {
    tower_sampler_shuffle(sampler);
    while ((t->b = tower_sampler_next(sampler))) {
        double done = (epoch + tower_sampler_done(sampler)) / t->plan->epochs;
        model_progress(o, "training the towers", done);
        if (t->b->n_rows) TRY(train_step(c, t, t->plan->rate * (1 - 0.95 * done)));
        TRY(ctx_check(c));
    }
    return ERR_OK;
}

static err_code train(ctx *c, trainer *t, const model_options *o, tower_result *best) {
    tower_sampler *sampler = NULL;
    survey s;
    double most = -1, found = 0;
    uint32_t since = 0;
    TRY(tower_sampler_new(c, t->people, &t->plan->sampling, t->plan->seed, &sampler));
    TRY(make_numbers(c, t));
    TRY(make_scratch(c, t, sampler));
    TRY(survey_new(c, t, &s));
    for (uint32_t epoch = 0; epoch < t->plan->epochs && since < t->plan->patience; epoch++) {
        TRY(train_epoch(c, t, sampler, epoch, o));
        bool last = epoch + 1 == t->plan->epochs;
        if (!t->people->n_validated && !last) continue;
        TRY(survey_all(c, &s, &found));
        since++;
        if (t->people->n_validated && found <= most) continue;
        most = found, since = 0;
        keep_best(t, &s, best);
    }
    return ERR_OK;
}

err_code tower_train(ctx *c, const interactions *x, const tower_people *p, const tower_plan *plan, const model_options *o,
                     tower_result *ret_result) {
    trainer t = { .data = x, .people = p, .plan = plan, .facts = x->facts };
    tower shape = { plan->dim, TOWER_FEATURES, plan->hidden, NULL, NULL, NULL };
    tower_result result;
    t.user = shape;
    TRY(result_new(c, &t, &result));
    arena_mark mark = arena_save(c->arena);
    TRY(train(c, &t, o, &result));
    arena_restore(c->arena, mark);
    *ret_result = result;
    return ERR_OK;
}
