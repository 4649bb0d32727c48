/* item_knn: the parameters of the model row item_knn, for those that go on where a fit ended (item_knn_live.h).
 * Promise: what item_knn.c fits. Read next: similarity.h (the formulas), item_lists.h (the lists). */
#pragma once
#include "models/similarity.h"

enum {
    KNN_SIMILARITY, KNN_K, KNN_SHRINK, KNN_OWN, KNN_OTHER, KNN_BM25_K1, KNN_BM25_B, KNN_MAX_HISTORY, KNN_VALUES, KNN_HALF_LIFE,
};

weighing item_knn_weighing(const model_options *o);
/* The numbers of a similarity; tables are for similarity_prepare(). */
similarity item_knn_similarity(const model_options *o);
