/* item_knn: items are alike that the same users took; somebody gets the neighbours of what he took. What makes items alike is a row
 * of similarity.c. New orders without a refit: item_knn_live.h. */
#include "models/item_knn.h"
#include "models/rows.h"

static const model_param params[] = {
    [KNN_SIMILARITY] = { "similarity", SIMILARITY_TF_IDF, SIMILARITY_COSINE, SIMILARITY_LLR, true,
                         "0 cosine, 1 BM25, 2 TF-IDF, 3 log-likelihood ratio" },
    [KNN_K] = { "k", 200, 1, 10000, true, "neighbours kept of each item" },
    [KNN_SHRINK] = { "shrink", 0, 0, 1e6, false, "added to the divisor: doubts neighbours of few users" },
    [KNN_OWN] = { "own", 1.4, 0, 2, false, "power of the taken item's length in the divisor; 1 and 1: cosine" },
    [KNN_OTHER] = { "other", 0.4, 0, 2, false, "power of the neighbour's length in the divisor" },
    [KNN_BM25_K1] = { "bm25_k1", 100, 0, 1e6, false, "BM25: where repeated events stop counting" },
    [KNN_BM25_B] = { "bm25_b", 0.8, 0, 1, false, "BM25: how much less a popular item's values count" },
    [KNN_MAX_HISTORY] = { "max_history", 10000, 2, 1e9, true, "users of more items say nothing of pairs" },
    [KNN_VALUES] = WEIGH_PARAM_VALUES,
    [KNN_HALF_LIFE] = WEIGH_PARAM_HALF_LIFE,
};

weighing item_knn_weighing(const model_options *o) { return (weighing){ (int)o->param[KNN_VALUES], o->param[KNN_HALF_LIFE] }; }

similarity item_knn_similarity(const model_options *o) {
    return (similarity){ .kind = (int)o->param[KNN_SIMILARITY], .own = o->param[KNN_OWN], .other = o->param[KNN_OTHER],
                         .shrink = o->param[KNN_SHRINK], .bm25_k1 = o->param[KNN_BM25_K1], .bm25_b = o->param[KNN_BM25_B] };
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    lists_model *m = arena_new(c->arena, lists_model, 1);
    item_lists_room room;
    similarity s = item_knn_similarity(o);
    csr matrix, values;
    item_product product;
    float *user_weight = NULL;
    if (!m) return fail(c, ERR_NO_MEMORY, "neighbours of %u items", x->n_items);
    m->w = item_knn_weighing(o);
    TRY(item_lists_room_new(c, x->n_items, (uint32_t)o->param[KNN_K], &room));
    arena_mark mark = arena_save(c->arena);
    TRY(weigh_matrix(c, x, &m->w, &matrix));
    TRY(similarity_prepare(c, &s, &matrix, &values, &user_weight));
    TRY(item_product_new(c, &values, user_weight, (uint32_t)o->param[KNN_MAX_HISTORY], &product));
    similarity_set_items(&s, &product);
    TRY(item_product_lists(c, &product, o->threads, similarity_rate, &s, &room));
    arena_restore(c->arena, mark);
    TRY(item_lists_close(c, &room, &m->lists));
    *ret_state = m;
    return ERR_OK;
}

static const char *const grid[] = {
    "own=1.2 other=0.6", "similarity=0 own=1 other=1 shrink=10", "similarity=3 k=20", NULL,
};

const model_row model_item_knn = {
    .name = "item_knn", .title = "Neighbours of the items taken", .source = "Sarwar et al. 2001; TF-IDF, BM25: Robertson; LLR: "
        "Dunning 1993",
    .params = params, .n_params = COUNT(params), .grid = grid, .fit = fit, .score = lists_model_score, .save = lists_model_save,
        .load = lists_model_load,
};
