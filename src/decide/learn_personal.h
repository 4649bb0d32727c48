/* learn_personal: which model answers "what does this visitor want next" in this shop, chosen by measuring it on the shop's own
 * newest weeks, and fitted on everything.
 * Promise: the same measurement as `vitrine eval store` (eval/store_split.h), in a race (eval/race.h); a shop with too few orders to
 * judge gets the model that needs least, and the judgement says so; equal data and seed give equal bytes for any number of threads.
 * Owner: results in c->arena. Read next: shop_interactions.h (what goes in), models/model.h (model_load() reads the bytes). */
#pragma once
#include "base/json.h"
#include "decide/shop_interactions.h"
#include "eval/interval.h"

typedef struct {
    uint32_t n_items_dense;         /* at most so many items for models whose fit or answer touches all of them */
    uint32_t n_people;              /* at most so many users for models that look for people alike when they answer */
    uint32_t n_taught;              /* at most so many users times passes for models that learn in passes over all of them */
    uint64_t bytes_most;            /* a larger pack is not published: the next best model is taken */
    uint64_t seed;
    int threads;                    /* 0: one per core */
    void (*progress)(void *state, const char *what, double share_0_1);      /* may be NULL */
    void *progress_state;
} personal_params;
personal_params personal_default_params(void);

typedef struct {
    const char *model;              /* name of the row chosen; static. "" where nothing was fitted: no products */
    bool repeats;                   /* people here buy the same again: what was bought before is a good answer */
    bool judged;                    /* measured here; else too few cases: `model` is what needs least */
    uint32_t cases, cases_needed;   /* next purchases judged on, and how many it takes */
    interval hit_rate;              /* HR@10 of the model chosen, with its 95 % interval: one of ten suggestions is bought next. The
                                     * best of those tried looks a little better here than it will be */
    interval popular;               /* of best sellers, on the same cases */
    interval gain;                  /* paired difference of the two */
    int64_t split_ms;               /* newest purchases judged on begin here */
    uint32_t tried;                 /* models and settings measured, those stopped early included */
    uint32_t browsing_tried;        /* of these, taught with what was looked at */
    bool browsing;                  /* the one chosen is */
    double hit_rate_purchases, hit_rate_browsing;   /* HR@10 of the best one of each; negative: none answered all cases */
    double seconds;
} personal_judgement;

/* What browsing adds, as it was known before a moment (INT64_MAX: all of it): the same users first, with all they did by its weight, and
 * whatever users follow. Whoever learns from it is asked and judged as the others are: what is bought next. */
typedef struct {
    err_code (*before)(ctx *c, void *state, int64_t before_ms, interactions *ret_x);
    void *state;
} browsing_source;

/* Choose, fit on all of x, pack.
 *   x            purchases of the whole shop (shop_interactions())
 *   browsed      NULL: nobody was seen looking. The best of those taught by purchases are then taught with it too; it is chosen
 *                when it is better by more than the standard error of the difference
 *   ret_pack     bytes of model_save(), aligned to 64 where the reader puts them so; empty when there are no products
 * ERR_NO_MEMORY, ERR_CANCELLED, ERR_DEADLINE; models that refuse the data are passed over. */
CHECK_RESULT err_code learn_personal(ctx *c, const interactions *x, const browsing_source *browsed, const personal_params *p,
                                     str *ret_pack, personal_judgement *ret_judgement);
/* Members of the open JSON object: "personal_model", "personal_hit_rate_10", ... */
void personal_judgement_write(json_out *w, const personal_judgement *j);
/* Those of them that are figures, for a model of another name: "session_cases", "session_hit_rate_10", ... */
void judgement_write_figures(json_out *w, const char *of, const personal_judgement *j);
