/* Kinds of likeness; see similarity.h. */
#include "models/similarity.h"
#include <math.h>

static float value_as_is(const similarity *s, float value, uint32_t length) {
    (void)s, (void)length;
    return value;
}
static float value_root(const similarity *s, float value, uint32_t length) {
    (void)s, (void)length;
    return sqrtf(value);
}
static float value_bm25(const similarity *s, float value, uint32_t length) {
    double norm = 1 - s->bm25_b + s->bm25_b * length / s->mean_length;
    return (float)((double)value * (s->bm25_k1 + 1) / (s->bm25_k1 * norm + (double)value));
}
static float value_one(const similarity *s, float value, uint32_t length) {
    (void)s, (void)value, (void)length;
    return 1;
}
static float user_plain(const similarity *s, uint32_t length) {
    (void)s, (void)length;
    return 1;
}
/* A user of few items says more of each: the square of log((1 + items) / (1 + his items)), once for each item of the pair. */
static float user_idf(const similarity *s, uint32_t length) {
    double idf = log((1.0 + s->n_items) / (1.0 + length));
    return (float)fmax(idf * idf, 1e-6);
}

/* The divisor is what changes from one neighbour to the next. */
static void rate_divided(const similarity *s, uint32_t i, product_row *row) {
    float own = s->own_power[i], shrink = (float)s->shrink;
    for (uint32_t m = 0; m < row->n_touched; m++) {
        uint32_t j = row->touched[m];
        row->cell[j] /= own * s->other_power[j] + shrink;
    }
}

static double x_log_x(double x) { return x > 0 ? x * log(x) : 0; }

/* Dunning 1993: twice the sum over the four cells of "who took i, who took j" of x log x, less rows and columns, plus all. Pairs met
 * less often than by chance are not alike. Brought into 0..1 so that no pair outweighs all others. */
static double llr(double both, double i, double j, double all, double b, double ib, double jb, double nb, double h) {
    if (both * all <= i * j) return 0;
    double ratio = 2 * (b + ib + jb + nb + h);
    return ratio > 0 ? ratio : 0;
}

static void rate_llr(const similarity *s, uint32_t i, product_row *row) {
    const double *t = s->x_log_x;
    uint32_t all = s->n_users, n_i = s->length[i];
    float shrink = (float)s->shrink;
    for (uint32_t m = 0; m < row->n_touched; m++) {
        uint32_t j = row->touched[m], n_j = s->length[j], both = (uint32_t)row->cell[j];
        double h = t[all] - t[n_i] - t[all - n_i] - t[n_j] - t[all - n_j];
        float ratio = (float)llr(both, n_i, n_j, all, t[both], t[n_i - both], t[n_j - both], t[all + both - n_i - n_j], h);
        row->cell[j] = ratio / (1 + shrink + ratio);
    }
}

static const struct kind {
    float (*value)(const similarity *s, float value, uint32_t length);
    float (*user)(const similarity *s, uint32_t length);
    void (*rate)(const similarity *s, uint32_t i, product_row *row);
} kinds[N_SIMILARITIES] = {
    [SIMILARITY_COSINE] = { value_as_is, user_plain, rate_divided },
    [SIMILARITY_BM25] = { value_bm25, user_idf, rate_divided },
    [SIMILARITY_TF_IDF] = { value_root, user_idf, rate_divided },
    [SIMILARITY_LLR] = { value_one, user_plain, rate_llr },
};

float similarity_value(const similarity *s, float value, uint32_t length) { return kinds[s->kind].value(s, value, length); }
float similarity_user(const similarity *s, uint32_t length) { return kinds[s->kind].user(s, length); }
void similarity_rate(const void *state, uint32_t i, product_row *row) {
    const similarity *s = state;
    kinds[s->kind].rate(s, i, row);
}

void similarity_set_item(similarity *s, uint32_t i, const sparse_row *users, const float *user_weight) {
    double sum = 0;
    for (uint32_t e = 0; e < users->n; e++) {
        double v = users->value ? (double)users->value[e] : 1;
        sum += v * v * (user_weight ? (double)user_weight[users->col[e]] : 1);
    }
    s->length[i] = users->n;
    s->own_power[i] = sum > 0 ? (float)pow(sum, s->own / 2) : 1;
    s->other_power[i] = sum > 0 ? (float)pow(sum, s->other / 2) : 1;
}

void similarity_set_items(similarity *s, const item_product *p) {
    for (uint32_t i = 0; i < p->n_items; i++) similarity_set_item(s, i, &p->item[i], p->user_weight);
}

bool similarity_weighs_users(const similarity *s) { return kinds[s->kind].user != user_plain; }

err_code similarity_set_users(ctx *c, similarity *s, uint32_t n_users) {
    s->n_users = n_users;
    if (s->kind != SIMILARITY_LLR) return ERR_OK;
    double *table = arena_new_raw(c->arena, double, (size_t)n_users + 1);
    if (!table) return fail(c, ERR_NO_MEMORY, "logarithms of %u users", n_users);
    for (uint32_t x = 0; x <= n_users; x++) table[x] = x_log_x(x);
    s->x_log_x = table;
    return ERR_OK;
}

static err_code tables_new(ctx *c, similarity *s) {
    s->own_power = arena_new(c->arena, float, s->n_items);
    s->other_power = arena_new(c->arena, float, s->n_items);
    s->length = arena_new(c->arena, uint32_t, s->n_items);
    if (!s->own_power || !s->other_power || !s->length) return fail(c, ERR_NO_MEMORY, "lengths of %u items", s->n_items);
    return similarity_set_users(c, s, s->n_users);
}

err_code similarity_prepare(ctx *c, similarity *s, const csr *by_user, csr *ret_values, float **ret_user_weight) {
    uint64_t cells = by_user->start[by_user->n_rows];
    s->n_items = by_user->n_cols, s->n_users = by_user->n_rows;
    s->mean_length = s->n_items && cells ? (double)cells / s->n_items : 1;
    TRY(tables_new(c, s));
    bool weighs = kinds[s->kind].user != user_plain, plain = !by_user->value && kinds[s->kind].value != value_bm25;
    float *weight = weighs ? arena_new_raw(c->arena, float, s->n_users) : NULL;
    float *value = plain || kinds[s->kind].value == value_one ? NULL : arena_new_raw(c->arena, float, cells);
    if ((weighs && !weight) || (!plain && kinds[s->kind].value != value_one && !value))
        return fail(c, ERR_NO_MEMORY, "values of %llu cells", (unsigned long long)cells);
    for (uint32_t u = 0; u < s->n_users && weight; u++) weight[u] = similarity_user(s,
        (uint32_t)(by_user->start[u + 1] - by_user->start[u]));
    for (uint64_t e = 0; e < cells; e++) s->length[by_user->col[e]]++;
    for (uint64_t e = 0; e < cells && value; e++) value[e] = similarity_value(s, csr_value(by_user, e), s->length[by_user->col[e]]);
    *ret_values = *by_user;
    ret_values->value = value;
    *ret_user_weight = weight;
    return ERR_OK;
}

double similarity_plain(const similarity *s, uint32_t i, uint32_t j, double sum) {
    if (s->kind != SIMILARITY_LLR) return sum / ((double)s->own_power[i] * (double)s->other_power[j] + s->shrink);
    double all = s->n_users, n_i = s->length[i], n_j = s->length[j];
    double h = x_log_x(all) - x_log_x(n_i) - x_log_x(all - n_i) - x_log_x(n_j) - x_log_x(all - n_j);
    double ratio = llr(sum, n_i, n_j, all, x_log_x(sum), x_log_x(n_i - sum), x_log_x(n_j - sum), x_log_x(all + sum - n_i - n_j), h);
    return ratio / (1 + s->shrink + ratio);
}
