/* two_tower: a network with one tower for people and one for items that meet in a common space; items nobody bought have a place
 * in it too, by what is known of them. The row; layers, batches and training stand in two_tower_*.c.
 * It does NOT know the past of an item that came after the fit: that one needs the next fit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/rows.h"
#include "models/two_tower_int.h"
#include "num/blas.h"
#include "num/parallel.h"
#include "num/vec.h"

enum { DIM, HIDDEN, EPOCHS, PATIENCE, BATCH, EXTRAS, RATE, DECAY, TEMPERATURE, RIGHT_SHARE, LOG_Q, ID_DROPOUT, STRANGER,
       HALF_LIFE_DAYS, HALF_LIFE_EVENTS };
static const model_param params[] = {
    [DIM] = { "dim", 128, 4, 1024, true, "numbers a vector" },
    [HIDDEN] = { "hidden", 64, 4, 2048, true, "hidden units of each tower" },
    [EPOCHS] = { "epochs", 12, 1, 10000, true, "passes over the users at most" },
    [PATIENCE] = { "patience", 4, 1, 10000, true, "epochs without a better validation before it stops" },
    [BATCH] = { "batch", 128, 1, 8192, true, "users a step; fewer where there are few" },
    [EXTRAS] = { "extras", 2048, 0, 65536, true, "wrong answers drawn from the catalogue beside those of the batch" },
    [RATE] = { "rate", 0.003, 1e-6, 1, false, "learning rate of Adam, falling to a twentieth" },
    [DECAY] = { "decay", 0, 0, 10, false, "share of each number taken off, times the rate" },
    [TEMPERATURE] = { "temperature", 0.15, 0.02, 10, false, "cosines are divided by it" },
    [RIGHT_SHARE] = { "right_share", 0.5, 0.01, 0.99, false, "share of a user's items to be guessed from the others" },
    [LOG_Q] = { "log_q", 1, 0, 1, false, "correction for how often an item is drawn: 1 unbiased, 0 none" },
    [ID_DROPOUT] = { "id_dropout", 0.15, 0, 0.9, false, "share of items whose id is hidden in a step, where there are facts" },
    [STRANGER] = { "stranger", 0.02, 0, 0.9, false, "share of rows without a history" },
    [HALF_LIFE_DAYS] = { "half_life_days", 0, 0, 36500, false, "an event this much older than the latest counts half; 0: all alike" },
    [HALF_LIFE_EVENTS] = { "half_life_events", 0, 0, 1e6, false, "so does an event so many events ago" },
};

typedef struct {
    uint32_t n_items;
    const float *raw, *item;        /* n_items x dim */
    const uint8_t *known;           /* n_items */
    tower user;
    tower_decay decay;
    mips search;                    /* over `item` */
} two_tower;

enum { SMALL_BATCHES = 12, LEAST_BATCH = 8, SMALL_STEPS = 300, MOST_ITEMS = 16384 };

/* Few users need small batches and many passes: the number of steps is what training needs. */
static tower_plan make_plan(const interactions *x, const model_options *o) {
    const double *p = o->param;
    uint32_t batch = (uint32_t)p[BATCH], most = x->n_users / SMALL_BATCHES, epochs = (uint32_t)p[EPOCHS];
    if (most < LEAST_BATCH) most = LEAST_BATCH;
    if (batch > most) batch = most;
    uint32_t steps = (x->n_users + batch - 1) / batch;
    if (steps && steps * epochs < SMALL_STEPS) epochs = SMALL_STEPS / steps;
    return (tower_plan){
        .dim = (uint32_t)p[DIM], .hidden = (uint32_t)p[HIDDEN], .epochs = epochs, .patience = (uint32_t)p[PATIENCE],
        .rate = p[RATE], .decay = p[DECAY], .temperature = p[TEMPERATURE], .seed = o->seed, .threads = parallel_threads(o->threads),
        .sampling = { .rows = batch, .extras = (uint32_t)p[EXTRAS], .most_items = MOST_ITEMS, .right_share = p[RIGHT_SHARE],
                      .id_dropout = p[ID_DROPOUT], .log_q = p[LOG_Q], .stranger = p[STRANGER], .has_facts = x->facts },
    };
}

/* Items of which nothing is known get no vector: they are nobody's best. */
static void hide_unknown(tower_result *r, uint32_t n_items, uint32_t dim) {
    for (size_t i = 0; i < n_items; i++)
        if (!r->known[i]) memset(r->item + i * dim, 0, dim * sizeof *r->item);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    two_tower *s = arena_new(c->arena, two_tower, 1);
    if (!s) return fail(c, ERR_NO_MEMORY, "two towers");
    tower_plan plan = make_plan(x, o);
    tower_decay decay = { o->param[HALF_LIFE_DAYS], o->param[HALF_LIFE_EVENTS] };
    AUTO_ARENA home;                                        /* what the data look like to the trainer goes when it ends */
    arena_init(&home, c->arena->cap);
    arena *kept = c->arena;
    tower_people people;
    tower_result r;
    c->arena = &home;
    err_code e = tower_people_read(c, x, &decay, o->seed, &people);
    c->arena = kept;
    if (!e) e = tower_train(c, x, &people, &plan, o, &r);
    if (e) return e;
    hide_unknown(&r, x->n_items, plan.dim);
    *s = (two_tower){ .n_items = x->n_items, .raw = r.raw, .item = r.item, .known = r.known, .user = r.user, .decay = decay };
    TRY(mips_build(c, s->item, s->n_items, plan.dim, plan.dim, &s->search));
    *ret_state = s;
    return ERR_OK;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The latest events of a history, and how many items it has that are known here. */
static history latest(const history *h) {
    history l = *h;
    if (h->n <= TOWER_HISTORY) return l;
    size_t skip = h->n - TOWER_HISTORY;
    l.n = TOWER_HISTORY, l.item += skip;
    if (l.weight) l.weight += skip;
    if (l.visit) l.visit += skip;
    if (l.time_ms) l.time_ms += skip;
    return l;
}

/* The weighted mean of what somebody took, up to its length, and his behaviour. */
static void pool_history(const two_tower *s, const history *h, float *ret_pool, float *ret_feature) {
    uint32_t item[TOWER_HISTORY], n = 0, distinct = 0;
    size_t d = s->user.dim;
    history l = latest(h);
    memset(ret_pool, 0, d * sizeof *ret_pool);
    for (size_t e = 0; e < l.n; e++) {
        if (l.item[e] >= s->n_items) continue;
        vec_add_scaled(ret_pool, (float)tower_event_weight(&l, e, &s->decay), s->raw + (size_t)l.item[e] * d, d);
        item[n++] = l.item[e];
    }
    if (n) qsort(item, n, sizeof *item, by_number);
    for (uint32_t i = 0; i < n; i++) distinct += i == 0 || item[i] != item[i - 1];
    tower_behaviour(&l, distinct, 1, ret_feature);
}

enum { SCORE_BLOCK = 64, TOWER_ARRAYS = 8 };

/* One history by the product of the search, so that both say the same to the bit. */
static void score_one(const two_tower *s, const float *x, float *ret_scores) {
    for (size_t i = 0; i < s->n_items; i++) ret_scores[i] = vec_dot(x, s->item + i * s->user.dim, s->user.dim);
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const two_tower *s = state;
    size_t d = s->user.dim, wide = d + TOWER_FEATURES, block = n < SCORE_BLOCK ? n : SCORE_BLOCK;
    arena_mark mark = arena_save(c->arena);
    float *pool = arena_new_raw(c->arena, float, block * d);
    tower_pass pass;
    if (!pool) return fail(c, ERR_NO_MEMORY, "answers of the two towers");
    TRY(tower_pass_new(c, &s->user, block, false, &pass));
    for (size_t from = 0; from < n; from += block) {
        size_t rows = n - from < block ? n - from : block;
        float *to = ret_scores + from * s->n_items;
        for (size_t r = 0; r < rows; r++) pool_history(s, &h[from + r], pool + r * d, pass.in + r * wide + d);
        tower_forward(&s->user, pool, 0, rows, &pass);
        if (rows == 1) score_one(s, pass.out, to);
        else if (s->n_items) blas_gemm(false, true, rows, s->n_items, d, 1, pass.out, d, s->item, d, 0, to, s->n_items);
        for (size_t i = 0; i < s->n_items; i++)
            for (size_t r = 0; !s->known[i] && r < rows; r++) to[r * s->n_items + i] = -1;      /* below whatever has a vector */
    }
    arena_restore(c->arena, mark);
    return ERR_OK;
}

static err_code aim(ctx *c, const void *state, const history *h, model_aim *ret_aim) {
    const two_tower *s = state;
    size_t d = s->user.dim;
    float *pool = arena_new_raw(c->arena, float, d);
    tower_pass pass;
    if (!pool) return fail(c, ERR_NO_MEMORY, "answers of the two towers");
    TRY(tower_pass_new(c, &s->user, 1, false, &pass));
    pool_history(s, h, pool, pass.in + d);
    tower_forward(&s->user, pool, 0, 1, &pass);
    *ret_aim = (model_aim){ &s->search, pass.out };
    return ERR_OK;
}

static err_code save(ctx *c, const void *state, buf *out) {
    const two_tower *s = state;
    const tower *u = &s->user;
    const uint32_t shape[] = { s->n_items, u->dim, u->extra, u->hidden };
    const double decay[] = { s->decay.half_life_days, s->decay.half_life_events };
    pack_array arrays[TOWER_ARRAYS + MIPS_ARRAYS] = {
        { "shape", shape, sizeof *shape, COUNT(shape) }, { "decay", decay, sizeof *decay, COUNT(decay) },
        { "raw", s->raw, sizeof(float), (uint64_t)s->n_items * u->dim }, { "item", s->item, sizeof(float), (uint64_t)s->n_items * u->dim },
        { "known", s->known, 1, s->n_items }, { "w1", u->w1, sizeof(float), (uint64_t)(u->dim + u->extra) * u->hidden },
        { "b1", u->b1, sizeof(float), u->hidden }, { "w2", u->w2, sizeof(float), (uint64_t)u->hidden * u->dim },
    };
    mips_arrays(&s->search, arrays + TOWER_ARRAYS);
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    two_tower *s = arena_new(c->arena, two_tower, 1);
    if (!s) return fail(c, ERR_NO_MEMORY, "load two towers");
    const void *shape, *decay, *raw, *item, *known, *w1, *b1, *w2;
    TRY(pack_get(c, p, "shape", sizeof(uint32_t), 4, &shape, NULL));
    TRY(pack_get(c, p, "decay", sizeof(double), 2, &decay, NULL));
    uint32_t of[4];
    memcpy(of, shape, sizeof of);
    uint64_t n = of[0], d = of[1], x = of[2], h = of[3];
    if (n != n_items || d < 1 || d > 1024 || x != TOWER_FEATURES || h < 1 || h > 2048) return fail(c, ERR_CORRUPT,
        "saved model: towers of a strange shape");
    TRY(pack_get(c, p, "raw", sizeof(float), n * d, &raw, NULL));
    TRY(pack_get(c, p, "item", sizeof(float), n * d, &item, NULL));
    TRY(pack_get(c, p, "known", 1, n, &known, NULL));
    TRY(pack_get(c, p, "w1", sizeof(float), (d + x) * h, &w1, NULL));
    TRY(pack_get(c, p, "b1", sizeof(float), h, &b1, NULL));
    TRY(pack_get(c, p, "w2", sizeof(float), h * d, &w2, NULL));
    /* A tower is read only here; the trainer, which shares the type, writes. */
    *s = (two_tower){ .n_items = of[0], .raw = raw, .item = item, .known = known,
                      .user = { of[1], of[2], of[3], (float *)(uintptr_t)w1, (float *)(uintptr_t)b1, (float *)(uintptr_t)w2 } };
    TRY(mips_open(c, p, s->item, of[0], of[1], of[1], &s->search));
    memcpy(&s->decay, decay, sizeof s->decay);
    *ret_state = s;
    return ERR_OK;
}

static const char *const grid[] = { "temperature=0.1", "temperature=0.2", "dim=64", "rate=0.006", NULL };

const model_row model_two_tower = {
    .name = "two_tower", .title = "A network of two towers, for items without sales too",
    .source = "Yi et al. 2019 (sampling-bias-corrected softmax); Yang et al. 2020 (mixed negatives); Covington et al. 2016",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = score, .aim = aim, .save = save, .load = load,
};
