/* All rows, in the order `--model all` measures them; a model is a row here and a file beside. */
#pragma once
#include "models/model.h"

#define MODEL_LIST(X)       \
    X(popularity)           \
    X(cocount)              \
    X(rules)                \
    X(item_knn)             \
    X(rp3beta)              \
    X(ease)                 \
    X(sansa)                \
    X(als)                  \
    X(bpr)                  \
    X(markov)               \
    X(vmis_knn)             \
    X(vstan)                \
    X(two_tower)            \
    X(content)              \
    X(graph_filter)         \
    X(bspm)                 \
    X(session_blend)        \
    X(personal_top)         \
    X(tifu_knn)             \
    X(up_cf)                \
    X(next_basket)          \
    X(blend)                \
    X(basket_blend)

#define MODEL_DECLARE(name) extern const model_row model_##name;
MODEL_LIST(MODEL_DECLARE)
#undef MODEL_DECLARE
