/* als: implicit alternating least squares. Each half sweep turns the fixed side into the eigenbasis of its Gram matrix, where the
 * term over all pairs is a diagonal, and then solves one small problem a row (num/ridge.h) on the rows it has seen alone.
 * Source: Rendle, Krichene, Zhang, Koren, "Revisiting the performance of iALS on item recommendation benchmarks", 2021; the loss is
 * Hu, Koren, Volinsky 2008 with frequency-scaled regularisation. README.md says why not iALS++. */
#include "models/als.h"
#include <math.h>
#include <string.h>
#include "models/rows.h"
#include "num/blas.h"
#include "num/parallel.h"

enum { SOLVE_ROWS = 64 };                                   /* of one chunk: a thread's turn */
static const double INIT_DEVIATION = 0.1;                   /* of item vectors, over sqrt(dim): Rendle et al. 2021, section 4.2 */

/* ---- one half sweep ---- */
typedef struct { ridge_room *room; float *diag; } seat;
typedef struct {
    const als_settings *s;
    const csr *seen;                /* rows solved for by rows fixed */
    const float *fixed, *energy;
    float *solved, *warm;
    seat *seats;
} half;

static void solve_rows(void *state, size_t from, size_t to, int worker) {
    const half *h = state;
    const als_settings *s = h->s;
    seat *mine = &h->seats[worker];
    for (size_t r = from; r < to; r++) {
        uint64_t first = h->seen->start[r], k = h->seen->start[r + 1] - first;
        double known = 0;
        for (uint64_t e = first; e < first + k; e++) known += (double)h->seen->value[e];
        factors_diagonal(&s->loss, h->energy, s->dim, known, h->seen->n_cols, mine->diag);
        ridge_solve(mine->room, &(ridge_problem){ .rows = h->fixed, .index = h->seen->col + first, .weight = h->seen->value + first,
            .k = k, .diag = mine->diag, .steps = s->steps, .warm = h->warm + first }, h->solved + r * ridge_stride(s->dim));
    }
}

static uint64_t longest_row(const csr *m) {
    uint64_t most = 0;
    for (uint32_t r = 0; r < m->n_rows; r++)
        if (m->start[r + 1] - m->start[r] > most) most = m->start[r + 1] - m->start[r];
    return most;
}

static err_code take_seats(ctx *c, half *h, int threads) {
    h->seats = arena_new(c->arena, seat, (size_t)threads);
    if (!h->seats) return fail(c, ERR_NO_MEMORY, "solve for factors");
    for (int t = 0; t < threads; t++) {
        h->seats[t].diag = arena_new(c->arena, float, ridge_stride(h->s->dim));
        if (!h->seats[t].diag) return fail(c, ERR_NO_MEMORY, "solve for factors");
        TRY(ridge_room_new(c, h->s->dim, longest_row(h->seen), &h->seats[t].room));
    }
    return ERR_OK;
}

err_code als_half_sweep(ctx *c, const als_settings *s, als_state *a, bool users) {
    arena_mark mark = arena_save(c->arena);
    int threads = parallel_threads(s->threads);
    float *fixed = users ? a->item : a->user;
    half h = { .s = s, .seen = users ? &a->seen : &a->seen_by, .fixed = fixed, .energy = a->energy,
        .solved = users ? a->user : a->item, .warm = a->warm[!users] };
    TRY(factors_turn(c, fixed, h.seen->n_cols, s->dim, threads, a->energy));
    TRY(take_seats(c, &h, threads));
    TRY(parallel_for(c, threads, h.seen->n_rows, SOLVE_ROWS, solve_rows, &h));
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- what it starts from ---- */

/* Nearly normal with deviation 1: the sum of four uniform numbers, taken from one draw. */
static double about_normal(rng *r) {
    uint64_t bits = rng_u64(r), sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    return ((double)sum / 65536 - 2) * 1.7320508;           /* a uniform number has variance 1/12 */
}

static void draw_items(const als_settings *s, als_state *a) {
    double deviation = INIT_DEVIATION / sqrt(s->dim);
    rng r;
    rng_seed(&r, s->seed);
    for (uint32_t i = 0; i < a->seen.n_cols; i++)
        for (uint32_t j = 0; j < s->dim; j++) a->item[i * ridge_stride(s->dim) + j] = (float)(about_normal(&r) * deviation);
}

err_code als_begin(ctx *c, const interactions *x, const als_settings *s, als_state *ret_state) {
    als_state a = { 0 };
    TRY(weigh_matrix(c, x, &s->loss.weigh, &a.seen));
    TRY(factors_trust(c, &a.seen, s->damp, &a.trust));
    uint64_t cells = a.seen.start[x->n_users];
    size_t stride = ridge_stride(s->dim);
    float *confidence = arena_new_raw(c->arena, float, cells);
    a.item = arena_new(c->arena, float, x->n_items * stride);
    a.user = arena_new(c->arena, float, x->n_users * stride);
    a.energy = arena_new(c->arena, float, stride);
    for (int side = 0; side < 2; side++) a.warm[side] = arena_new(c->arena, float, cells);
    if (!confidence || !a.item || !a.user || !a.energy || !a.warm[0] || !a.warm[1])
        return fail(c, ERR_NO_MEMORY, "%u factors of %u users and %u items", s->dim, x->n_users, x->n_items);
    for (uint64_t e = 0; e < cells; e++)
        confidence[e] = factors_confidence(&s->loss, a.trust[a.seen.col[e]], csr_value(&a.seen, e));
    a.seen.value = confidence;
    TRY(csr_transpose(c, &a.seen, &a.seen_by));
    draw_items(s, &a);
    *ret_state = a;
    return ERR_OK;
}

/* ---- how good it is on what it was fitted on ---- */
static double norm2(const float *x, uint32_t dim) {
    double sum = 0;
    for (uint32_t j = 0; j < dim; j++) sum += (double)x[j] * (double)x[j];
    return sum;
}

static double seen_loss(const als_settings *s, const als_state *a) {
    size_t stride = ridge_stride(s->dim);
    double loss = 0;
    for (uint32_t u = 0; u < a->seen.n_rows; u++)
        for (uint64_t e = a->seen.start[u]; e < a->seen.start[u + 1]; e++) {
            const float *w = a->user + u * stride, *h = a->item + a->seen.col[e] * stride;
            double product = 0;
            for (uint32_t j = 0; j < s->dim; j++) product += (double)w[j] * (double)h[j];
            loss += (double)a->seen.value[e] * (1 - product) * (1 - product);
        }
    return loss;
}

static double regularisation(const als_settings *s, const csr *seen, const float *rows) {
    double loss = 0;
    for (uint32_t r = 0; r < seen->n_rows; r++) {
        double known = 0;
        for (uint64_t e = seen->start[r]; e < seen->start[r + 1]; e++) known += (double)seen->value[e];
        loss += s->loss.reg * pow(known + s->loss.alpha0 * seen->n_cols, s->loss.nu) * norm2(rows + r * ridge_stride(s->dim), s->dim);
    }
    return loss;
}

/* Rows' rows into both triangles, in double. */
static void gram_plain(const float *rows, uint32_t n, uint32_t dim, double *ret) {
    memset(ret, 0, (size_t)dim * dim * sizeof *ret);
    for (uint32_t r = 0; r < n; r++) {
        const float *x = rows + r * ridge_stride(dim);
        for (uint32_t i = 0; i < dim; i++)
            for (uint32_t j = 0; j < dim; j++) ret[(size_t)i * dim + j] += (double)x[i] * (double)x[j];
    }
}

err_code als_loss(ctx *c, const als_settings *s, const als_state *a, double *ret_loss) {
    arena_mark mark = arena_save(c->arena);
    size_t cells = (size_t)s->dim * s->dim;
    double *w = arena_new(c->arena, double, cells), *h = arena_new(c->arena, double, cells), all = 0;
    if (!w || !h) return fail(c, ERR_NO_MEMORY, "loss of %u factors", s->dim);
    gram_plain(a->user, a->seen.n_rows, s->dim, w);
    gram_plain(a->item, a->seen.n_cols, s->dim, h);
    for (size_t i = 0; i < cells; i++) all += w[i] * h[i];  /* sum over all pairs of (w.h)^2 = trace of the two Gram matrices */
    arena_restore(c->arena, mark);
    *ret_loss = seen_loss(s, a) + s->loss.alpha0 * all + regularisation(s, &a->seen, a->user) + regularisation(s, &a->seen_by, a->item);
    return ERR_OK;
}

/* ---- the row ---- */
enum { FACTORS, SWEEPS, ALPHA0, REG, NU, ALPHA, DAMP, STEPS, VALUES, HALF_LIFE };
static const model_param params[] = {
    [FACTORS] = { "factors", 128, 1, RIDGE_MAX_DIM, true, "dimensions of the vectors" },
    [SWEEPS] = { "sweeps", 12, 1, 1000, true, "times all users and all items are solved for" },
    [ALPHA0] = { "alpha0", 0.01, 0, 1e3, false, "weight of every pair not seen" },
    [REG] = { "reg", 0.003, 0, 1e3, false, "regularisation, times frequency^nu" },
    [NU] = { "nu", 1, 0, 2, false, "how much more the frequent are regularised: 0 all alike" },
    [ALPHA] = { "alpha", 1, 0, 1e6, false, "how much events of more weight are believed more: 0 not at all" },
    [DAMP] = { "damp", 0.3, 0, 2, false, "events of popular items are believed less: by popularity^-damp" },
    [STEPS] = { "steps", 2, 1, 100, true, "conjugate gradient steps a solve" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

static const char *const grid[] = { "alpha0=0.03", "alpha0=0.003 reg=0.01", "factors=256 alpha0=0.02",
    "factors=512 alpha0=0.03 sweeps=6", NULL };

static als_settings settings_of(const model_options *o) {
    const double *p = o->param;
    return (als_settings){ .dim = (uint32_t)p[FACTORS], .sweeps = (uint32_t)p[SWEEPS], .steps = (int)p[STEPS],
        .loss = { p[ALPHA0], p[REG], p[NU], p[ALPHA], { (int)p[VALUES], p[HALF_LIFE] } }, .damp = p[DAMP], .seed = o->seed,
            .threads = o->threads };
}

static err_code run_sweeps(ctx *c, const interactions *x, const model_options *o, const als_settings *s, factors *ret_f) {
    als_state a;
    TRY(als_begin(c, x, s, &a));
    for (uint32_t sweep = 0; sweep < s->sweeps; sweep++) {
        TRY(als_half_sweep(c, s, &a, true));
        TRY(als_half_sweep(c, s, &a, false));
        model_progress(o, "sweep", (double)(sweep + 1) / s->sweeps);
    }
    TRY(factors_turn(c, a.item, x->n_items, s->dim, s->threads, a.energy));
    *ret_f = (factors){ .n_items = x->n_items, .dim = s->dim, .loss = s->loss, .item = a.item, .trust = a.trust, .energy = a.energy };
    return ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    als_settings s = settings_of(o);
    factors *f = arena_new(c->arena, factors, 1), scratch;
    float *item = arena_new_raw(c->arena, float, x->n_items * ridge_stride(s.dim));
    float *energy = arena_new_raw(c->arena, float, ridge_stride(s.dim)), *trust = arena_new_raw(c->arena, float, x->n_items);
    if (!f || !item || !energy || !trust) return fail(c, ERR_NO_MEMORY, "%u factors of %u items", s.dim, x->n_items);
    arena_mark mark = arena_save(c->arena);
    TRY(run_sweeps(c, x, o, &s, &scratch));
    memcpy(item, scratch.item, x->n_items * ridge_stride(s.dim) * sizeof *item);
    memcpy(trust, scratch.trust, x->n_items * sizeof *trust);
    memcpy(energy, scratch.energy, ridge_stride(s.dim) * sizeof *energy);
    arena_restore(c->arena, mark);
    *f = (factors){ .n_items = x->n_items, .dim = s.dim, .loss = s.loss, .item = item, .trust = trust, .energy = energy };
    TRY(factors_finish(c, f));
    *ret_state = f;
    return ERR_OK;
}

const model_row model_als = {
    .name = "als", .title = "Implicit alternating least squares", .source = "Rendle, Krichene, Zhang, Koren 2021, eq. 1-4",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = factors_score, .aim = factors_aim, .save = factors_save,
    .load = factors_load,
};
