/* rp3beta: a walk of three steps from a user over his items and their users to items, popular ones held back.
 * W_ij = sum over users u of (x_ui / |i|)^alpha (x_uj / |u|)^alpha / |j|^beta, the k largest of each i; |i|, |u|: sums of values. */
#include <math.h>
#include "models/item_product.h"
#include "models/rows.h"

enum { ALPHA, BETA, K, NORMALISE, MAX_HISTORY, VALUES, HALF_LIFE };
static const model_param params[] = {
    [ALPHA] = { "alpha", 0.7, 0, 3, false, "power of the probability of each step" },
    [BETA] = { "beta", 0.2, 0, 3, false, "power of an item's popularity that divides" },
    [K] = { "k", 200, 1, 10000, true, "items kept of each item" },
    [NORMALISE] = { "normalise", 0, 0, 1, true, "weights of each item's list sum to 1" },
    [MAX_HISTORY] = { "max_history", 10000, 2, 1e9, true, "users of more items say nothing of pairs" },
    [VALUES] = WEIGH_PARAM_VALUES,
    [HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

/* Powers of sums, one for each item; what is left of the formula when the sums over users are made. */
typedef struct { const float *own, *other; } powers;

static void rate(const void *state, uint32_t i, product_row *row) {
    const powers *p = state;
    float own = p->own[i];
    for (uint32_t m = 0; m < row->n_touched; m++) row->cell[row->touched[m]] *= own * p->other[row->touched[m]];
}

static float power_of(double sum, double power) { return sum > 0 ? (float)fmin(pow(sum, power), 1e12) : 1; }

/* Steps of all users and items: values^alpha, |u|^-alpha, |i|^-alpha, |j|^-beta. */
static err_code steps(ctx *c, const csr *matrix, const model_options *o, csr *ret_values, float **ret_user, powers *ret_powers) {
    uint64_t cells = matrix->start[matrix->n_rows];
    double alpha = o->param[ALPHA], *sum = arena_new(c->arena, double, matrix->n_cols);
    float *value = matrix->value ? arena_new_raw(c->arena, float, cells) : NULL;
    float *user = arena_new_raw(c->arena, float, matrix->n_rows);
    float *own = arena_new_raw(c->arena, float, matrix->n_cols), *other = arena_new_raw(c->arena, float, matrix->n_cols);
    if (!sum || (matrix->value && !value) || !user || !own || !other) return fail(c, ERR_NO_MEMORY, "steps of %u users", matrix->n_rows);
    for (uint32_t u = 0; u < matrix->n_rows; u++) {
        double of_user = 0;
        for (uint64_t e = matrix->start[u]; e < matrix->start[u + 1]; e++) {
            double v = (double)csr_value(matrix, e);
            of_user += v;
            sum[matrix->col[e]] += v;
            if (value) value[e] = power_of(v, alpha);
        }
        user[u] = power_of(of_user, -alpha);
    }
    for (uint32_t i = 0; i < matrix->n_cols; i++) own[i] = power_of(sum[i], -alpha), other[i] = power_of(sum[i], -o->param[BETA]);
    *ret_values = *matrix;
    ret_values->value = value;
    *ret_user = user;
    *ret_powers = (powers){ own, other };
    return ERR_OK;
}

static void normalise(item_lists_room *room) {
    for (uint32_t i = 0; i < room->n_items; i++) {
        topk_entry *list = room->entry + (size_t)i * room->k;
        double sum = 0;
        for (uint32_t m = 0; m < room->length[i]; m++) sum += (double)list[m].score;
        for (uint32_t m = 0; m < room->length[i] && sum > 0; m++) list[m].score = (float)((double)list[m].score / sum);
    }
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    lists_model *m = arena_new(c->arena, lists_model, 1);
    item_lists_room room;
    csr matrix, values;
    item_product product;
    float *user_weight = NULL;
    powers p;
    if (!m) return fail(c, ERR_NO_MEMORY, "walks over %u items", x->n_items);
    m->w = (weighing){ (int)o->param[VALUES], o->param[HALF_LIFE] };
    TRY(item_lists_room_new(c, x->n_items, (uint32_t)o->param[K], &room));
    arena_mark mark = arena_save(c->arena);
    TRY(weigh_matrix(c, x, &m->w, &matrix));
    TRY(steps(c, &matrix, o, &values, &user_weight, &p));
    TRY(item_product_new(c, &values, user_weight, (uint32_t)o->param[MAX_HISTORY], &product));
    TRY(item_product_lists(c, &product, o->threads, rate, &p, &room));
    arena_restore(c->arena, mark);
    if (o->param[NORMALISE] > 0) normalise(&room);
    TRY(item_lists_close(c, &room, &m->lists));
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = { "alpha=0.6 beta=0.1", "alpha=0.6 beta=0.5", "alpha=0.9 beta=0.25", NULL };

const model_row model_rp3beta = {
    .name = "rp3beta", .title = "Walks over shoppers to items", .source = "Paudel, Christoffel, Newell, Bernstein 2017, eq. 9",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = lists_model_score, .save = lists_model_save,
        .load = lists_model_load,
};
