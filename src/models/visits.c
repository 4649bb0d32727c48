/* Tastes of shoppers from their visits, and the search for the nearest. It does NOT know what a model makes of neighbours. */
#include "models/visits.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float MAX_EVENT_WEIGHT = 1e6f;     /* heavier events count as this: squares of sums stay finite */
static const float MAX_SAVED = 1e13f;           /* more than a shopper of a million visits can come to */

double visit_weight_one(const double *param, uint64_t t, uint64_t n) {
    (void)param, (void)t, (void)n;
    return 1;
}

double visit_weight_tifu(const double *param, uint64_t t, uint64_t n) {
    uint64_t groups = (uint64_t)param[VISIT_GROUPS];
    if (groups > n) groups = n;
    uint64_t group = t * groups / n;                        /* holds visits [from, to) */
    uint64_t from = (group * n + groups - 1) / groups, to = ((group + 1) * n + groups - 1) / groups;
    return pow(param[VISIT_DECAY], (double)(to - 1 - t)) / (double)(to - from)
           * pow(param[VISIT_GROUP_DECAY], (double)(groups - 1 - group)) / (double)groups;
}

err_code visit_tasting_new(ctx *c, uint32_t n_items, visit_tasting *ret_tasting) {
    *ret_tasting = (visit_tasting){ n_items, 0, arena_new_raw(c->arena, uint32_t, n_items), arena_new(c->arena, float, n_items),
                                    arena_new(c->arena, uint64_t, n_items), 0, 0 };
    return ret_tasting->item && ret_tasting->value && ret_tasting->seen ? ERR_OK
           : fail(c, ERR_NO_MEMORY, "tastes over %u items", n_items);
}

static bool begins_visit(const history *h, size_t e) { return e == 0 || (h->visit && h->visit[e] != h->visit[e - 1]); }

static void forget(visit_tasting *s, const history *h) {
    for (uint32_t i = 0; i < s->n; i++) s->value[s->item[i]] = 0, s->seen[s->item[i]] = 0;
    s->n = 0, s->visits = 0, s->last_visit = 0;
    for (size_t e = 0; e < h->n; e++)
        if (begins_visit(h, e)) s->visits++, s->last_visit = e;
}

void visit_taste(visit_tasting *s, const history *h, visit_weight *weight, const double *param) {
    forget(s, h);
    double of_visit = 0;
    for (uint64_t e = 0, t = 0; e < h->n; e++) {
        if (begins_visit(h, (size_t)e)) of_visit = weight(param, t++, s->visits);
        uint32_t i = h->item[e];
        if (i >= s->n_items || s->seen[i] == t) continue;
        if (s->seen[i] == 0) s->item[s->n++] = i;
        s->seen[i] = t;
        s->value[i] += (float)of_visit * (h->weight ? fminf(h->weight[e], MAX_EVENT_WEIGHT) : 1);
    }
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void visit_tasting_sort(visit_tasting *s) {
    if (s->n) qsort(s->item, s->n, sizeof *s->item, by_number);
}

err_code visit_rows_new(ctx *c, uint32_t n_rows, uint32_t n_cols, uint64_t most, visit_rows *ret_rows) {
    visit_rows r = { .start = arena_new(c->arena, uint64_t, (size_t)n_rows + 1), .col = arena_new_raw(c->arena, uint32_t, most),
                     .value = arena_new_raw(c->arena, float, most) };
    if (!r.start || !r.col || !r.value) return fail(c, ERR_NO_MEMORY, "tastes of %u shoppers", n_rows);
    r.rows = (csr){ 0, n_cols, r.start, r.col, r.value };
    *ret_rows = r;
    return ERR_OK;
}

void visit_rows_add(visit_rows *r, visit_tasting *s, const float *scale) {
    uint64_t to = r->start[r->rows.n_rows];
    visit_tasting_sort(s);
    for (uint32_t k = 0; k < s->n; k++) {
        float value = s->value[s->item[k]] * (scale ? scale[s->item[k]] : 1);
        if (value > 0) r->col[to] = s->item[k], r->value[to++] = value;
    }
    r->start[++r->rows.n_rows] = to;
}

static int by_length(const void *a, const void *b, void *norm2) {
    const float *v = norm2;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (v[x] != v[y]) return v[x] < v[y] ? -1 : 1;
    return (x > y) - (x < y);
}

err_code visit_index_build(ctx *c, const csr *taste, const csr *vote, visit_index *ret_index) {
    visit_index ix = { taste->n_rows, taste->n_cols, *taste, *vote, { 0 }, arena_new(c->arena, float, taste->n_rows),
                       arena_new_raw(c->arena, uint32_t, taste->n_rows) };
    if (!ix.norm2 || !ix.by_norm) return fail(c, ERR_NO_MEMORY, "index of %u shoppers", taste->n_rows);
    TRY(csr_transpose(c, taste, &ix.holders));
    for (uint32_t u = 0; u < ix.n_users; u++) {
        ix.norm2[u] = (float)csr_row_norm2(taste, u);
        ix.by_norm[u] = u;
    }
    if (ix.n_users) qsort_r(ix.by_norm, ix.n_users, sizeof *ix.by_norm, by_length, ix.norm2);
    *ret_index = ix;
    return ERR_OK;
}

err_code visit_search_new(ctx *c, const visit_index *ix, uint32_t k, visit_search *ret_search) {
    visit_search s = { { arena_new_raw(c->arena, topk_entry, k), 0, k }, arena_new(c->arena, float, ix->n_users),
                       arena_new_raw(c->arena, uint32_t, ix->n_users) };
    if (!s.best.entry || !s.dot || !s.touched) return fail(c, ERR_NO_MEMORY, "%u neighbours", k);
    *ret_search = s;
    return ERR_OK;
}

/* Dot products with everybody who shares an item; how many they are. */
static uint32_t multiply(const visit_index *ix, const visit_tasting *s, const float *scale, visit_search *search) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->n; k++) {
        uint32_t item = s->item[k];
        float value = s->value[item] * (scale ? scale[item] : 1);
        uint64_t from = ix->holders.start[item], to = ix->holders.start[item + 1], step = (to - from) / VISITS_MAX_HOLDERS + 1;
        for (uint64_t e = from; value > 0 && e < to; e += step) {
            float product = value * csr_value(&ix->holders, e), *dot = &search->dot[ix->holders.col[e]];
            if (*dot == 0 && product > 0) search->touched[n++] = ix->holders.col[e];
            *dot += product;
        }
    }
    return n;
}

void visit_nearest_dot(const visit_index *ix, const visit_tasting *s, const float *scale, uint32_t self, visit_search *search) {
    search->best.n = 0;
    uint32_t n = multiply(ix, s, scale, search);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t user = search->touched[k];
        if (user != self) topk_offer(&search->best, user, search->dot[user]);
        search->dot[user] = 0;
    }
    topk_sort(&search->best);
}

void visit_nearest_euclid(const visit_index *ix, const visit_tasting *s, uint32_t self, visit_search *search) {
    topk *best = &search->best;
    best->n = 0;
    uint32_t n = multiply(ix, s, NULL, search);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t user = search->touched[k];
        if (user != self) topk_offer(best, user, 2 * search->dot[user] - ix->norm2[user]);
    }
    for (uint32_t k = 0; k < ix->n_users; k++) {            /* those who share nothing: the shorter, the nearer */
        uint32_t user = ix->by_norm[k];
        if (best->n == best->k && best->entry[0].score > -ix->norm2[user]) break;
        if (user != self && search->dot[user] == 0) topk_offer(best, user, -ix->norm2[user]);
    }
    for (uint32_t k = 0; k < n; k++) search->dot[search->touched[k]] = 0;
    topk_sort(best);
}

/* ---- what the models of visits share ---- */

err_code visits_everybody(ctx *c, const interactions *x, const float **ret_share) {
    float *share = arena_new(c->arena, float, x->n_items);
    arena_mark mark = arena_save(c->arena);
    uint32_t *seen = arena_new(c->arena, uint32_t, x->n_items);
    if (!share || !seen) return fail(c, ERR_NO_MEMORY, "%u items", x->n_items);
    uint32_t shoppers = 0;
    for (uint32_t u = 0; u < x->n_users; u++) {
        uint64_t from = x->start[u], to = x->start[u + 1];
        shoppers += to > from;
        for (uint64_t e = to; e-- > from && (!x->visit || x->visit[e] == x->visit[to - 1]);) {
            if (seen[x->item[e]] == u + 1) continue;
            seen[x->item[e]] = u + 1;
            share[x->item[e]]++;
        }
    }
    for (uint32_t i = 0; i < x->n_items && shoppers; i++) share[i] /= (float)shoppers;
    arena_restore(c->arena, mark);
    *ret_share = share;
    return ERR_OK;
}

static const char *const csr_names[][3] = { { "taste.start", "taste.item", "taste.value" }, { "vote.start", "vote.item", "vote.value" } };

static void csr_arrays(const csr *m, const char *const names[3], pack_array *ret) {
    uint64_t cells = m->start[m->n_rows];
    ret[0] = (pack_array){ names[0], m->start, sizeof *m->start, (uint64_t)m->n_rows + 1 };
    ret[1] = (pack_array){ names[1], m->col, sizeof *m->col, cells };
    ret[2] = (pack_array){ names[2], m->value, sizeof *m->value, cells };
}

err_code visit_fitting_new(ctx *c, const interactions *x, const double *param, size_t n_params, visit_fitting *ret_fitting) {
    visit_fitting f = { .m = arena_new(c->arena, visit_model, 1) };
    double *kept = arena_new(c->arena, double, n_params);
    if (!f.m || !kept) return fail(c, ERR_NO_MEMORY, "a model of visits");
    f.m->param = memcpy(kept, param, n_params * sizeof *kept);
    TRY(visit_rows_new(c, x->n_users, x->n_items, x->start[x->n_users], &f.taste));
    TRY(visit_rows_new(c, x->n_users, x->n_items, x->start[x->n_users], &f.vote));
    TRY(visit_tasting_new(c, x->n_items, &f.tasting));
    *ret_fitting = f;
    return ERR_OK;
}

err_code visit_fitting_close(ctx *c, const interactions *x, visit_fitting *f) {
    TRY(visits_everybody(c, x, &f->m->everybody));
    return visit_index_build(c, &f->taste.rows, &f->vote.rows, &f->m->index);
}

err_code visit_model_score(ctx *c, const visit_model *m, uint32_t neighbours, visit_answer *answer, const history *h, size_t n,
                           float *ret_scores) {
    arena_mark mark = arena_save(c->arena);
    visit_tasting s;
    visit_search near;
    TRY(visit_tasting_new(c, m->index.n_items, &s));
    TRY(visit_search_new(c, &m->index, neighbours, &near));
    for (size_t i = 0; i < n; i++) answer(m, &h[i], &s, &near, ret_scores + i * m->index.n_items);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code visit_model_save(ctx *c, const visit_model *m, size_t n_params, buf *out) {
    pack_array a[9];
    csr_arrays(&m->index.taste, csr_names[0], a);
    csr_arrays(&m->index.vote, csr_names[1], a + 3);
    a[6] = (pack_array){ "param", m->param, sizeof *m->param, n_params };
    a[7] = (pack_array){ "everybody", m->everybody, sizeof *m->everybody, m->index.n_items };
    a[8] = (pack_array){ "scale", m->scale, sizeof *m->scale, m->scale ? m->index.n_items : 0 };
    return pack_write(c, a, COUNT(a), out);
}

static err_code load_csr(ctx *c, const pack *p, const char *const names[3], uint32_t n_items, csr *ret) {
    const void *start, *col, *value;
    uint64_t n = 0;
    TRY(pack_get(c, p, names[0], sizeof(uint64_t), UINT64_MAX, &start, &n));
    if (n == 0 || n > UINT32_MAX || ((const uint64_t *)start)[0] != 0) return fail(c, ERR_CORRUPT, "saved model: rows of %s", names[0]);
    uint64_t cells = ((const uint64_t *)start)[n - 1];
    TRY(pack_get(c, p, names[1], sizeof(uint32_t), cells, &col, NULL));
    TRY(pack_get(c, p, names[2], sizeof(float), cells, &value, NULL));
    *ret = (csr){ (uint32_t)(n - 1), n_items, start, col, value };
    if (csr_check(c, ret)) return fail(c, ERR_CORRUPT, "saved model: %s is damaged", names[1]);
    for (uint64_t e = 0; e < cells; e++)
        if (!(ret->value[e] > 0 && ret->value[e] <= MAX_SAVED)) return fail(c, ERR_CORRUPT, "saved model: %s is damaged", names[2]);
    return ERR_OK;
}

err_code visits_load_numbers(ctx *c, const pack *p, const char *name, uint32_t n_items, bool optional, const float **ret) {
    const void *at = NULL;
    uint64_t n = 0;
    TRY(pack_get(c, p, name, sizeof(float), UINT64_MAX, &at, &n));
    if (n != n_items && !(optional && n == 0)) return fail(c, ERR_CORRUPT, "saved model: %s of other items", name);
    const float *v = at;
    for (uint64_t i = 0; i < n; i++)
        if (!(v[i] >= 0 && v[i] <= MAX_SAVED)) return fail(c, ERR_CORRUPT, "saved model: %s is damaged", name);
    *ret = n ? v : NULL;
    return ERR_OK;
}

err_code visit_model_load(ctx *c, const pack *p, uint32_t n_items, const model_param *params, size_t n_params,
                          visit_model **ret_model) {
    visit_model *m = arena_new(c->arena, visit_model, 1);
    const void *param = NULL;
    csr taste, vote;
    if (!m) return fail(c, ERR_NO_MEMORY, "load a model of visits");
    TRY(pack_get(c, p, "param", sizeof(double), n_params, &param, NULL));
    TRY(model_check_params(c, params, n_params, param));
    TRY(load_csr(c, p, csr_names[0], n_items, &taste));
    TRY(load_csr(c, p, csr_names[1], n_items, &vote));
    if (taste.n_rows != vote.n_rows) return fail(c, ERR_CORRUPT, "saved model: %u tastes, %u votes", taste.n_rows, vote.n_rows);
    TRY(visits_load_numbers(c, p, "everybody", n_items, false, &m->everybody));
    TRY(visits_load_numbers(c, p, "scale", n_items, true, &m->scale));
    TRY(visit_index_build(c, &taste, &vote, &m->index));
    m->param = param;
    *ret_model = m;
    return ERR_OK;
}
