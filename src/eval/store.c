/* Three tasks, popularity first, then who else; see store.h. It does NOT print: app/ does. */
#include "eval/store.h"
#include "eval/pick.h"

enum { MOST_MODELS = 32 };

const store_task_row store_tasks[STORE_TASKS] = {
    [STORE_NEXT] = {
        .name = "next", .title = "What a known customer buys next", .case_words = "people who bought again",
        .made_of = "orders",
        .metrics = 1U << METRIC_HIT | 1U << METRIC_NDCG, .metric_names = { [METRIC_HIT] = "hr", [METRIC_NDCG] = "ndcg" },
        .group_names = { "" }, .group_titles = { "" },
        .models = "popularity rules item_knn rp3beta ease sansa graph_filter als tifu_knn up_cf content two_tower blend",
    },
    [STORE_BASKET] = {
        .name = "basket", .title = "What goes with a product, and with a cart", .case_words = "orders of two products or more",
        .made_of = "orders",
        .metrics = 1U << METRIC_HIT | 1U << METRIC_MRR, .metric_names = { [METRIC_HIT] = "hr", [METRIC_MRR] = "mrr" },
        .group_names = { "p_", "c_" }, .group_titles = { "product page", "cart" },
        .models = "popularity rules item_knn rp3beta ease sansa graph_filter als content blend",
    },
    [STORE_VISIT] = {
        .name = "visit", .title = "What a visitor looks at next", .case_words = "visits to two products or more", .made_of = "visits",
        .metrics = 1U << METRIC_HIT | 1U << METRIC_MRR, .metric_names = { [METRIC_HIT] = "hr", [METRIC_MRR] = "mrr" },
        .group_names = { "" }, .group_titles = { "" },
        .models = "popularity markov vmis_knn vstan session_blend",
    },
};

err_code store_ask(ctx *c, const interactions *x, store_task task, store_questions *ret) {
    store_questions q = { .task = task };
    if (task == STORE_VISIT) TRY(store_visit_cases(c, x, &q.window, &q.cases));
    else TRY(store_choose_window(c, x, &q.window));
    if (task == STORE_NEXT) TRY(store_next_cases(c, x, q.window.split_ms, &q.cases));
    q.n_clusters = q.cases.n;
    if (task == STORE_BASKET) TRY(store_basket_cases(c, x, q.window.split_ms, &q.cases, &q.cluster, &q.n_clusters));
    *ret = q;
    return ERR_OK;
}

typedef struct { const model_row *row[MOST_MODELS]; model_options options[MOST_MODELS]; size_t n; } chosen;

static void choose(chosen *to, const model_row *row, const store_options *o) {
    if (!row || to->n == MOST_MODELS) return;
    model_options m = model_default_options(row);
    m.seed = o->seed, m.threads = o->threads, m.progress = o->progress, m.progress_state = o->state;
    to->row[to->n] = row, to->options[to->n++] = m;
}

/* Popularity, and who was asked for. */
static err_code choose_models(ctx *c, const store_options *o, store_task task, chosen *to) {
    if (!str_eq(o->model, STR("all")) && !str_eq(o->model, STR("best"))) {
        const model_row *row = model_named(o->model);
        if (!row) return fail_field(c, ERR_INVALID, "model", "there is no model '%.*s'; known: %s, all, best", STR_ARG(o->model),
                                    store_tasks[task].models);
        choose(to, model_named(STR("popularity")), o);
        if (!str_eq(o->model, STR("popularity"))) choose(to, row, o);
        return ERR_OK;
    }
    for (str names = str_of(store_tasks[task].models); names.n;) choose(to, model_named(str_cut(&names, ' ')), o);
    return ERR_OK;
}

/* What would have been picked before the split: settings too. Too little to pick by: all stay out but popularity. */
static err_code keep_best(ctx *c, const store_questions *q, chosen *models) {
    store_questions held;
    arena_mark mark = arena_save(c->arena);
    size_t best = 0;
    model_options options = models->options[0];
    TRY(store_ask(c, &q->cases.train, q->task, &held));
    if (held.n_clusters >= STORE_LEAST_CASES)
        TRY(eval_pick(c, &held.cases, store_tasks[q->task].metrics, models->row, models->options, models->n, &best, &options));
    arena_restore(c->arena, mark);
    models->n = best ? 2 : 1;
    if (best) models->row[1] = models->row[best], models->options[1] = options;
    return ERR_OK;
}

static err_code run_task(ctx *c, const interactions *x, const store_options *o, store_task task) {
    store_questions q;
    chosen models = { .n = 0 };
    TRY(choose_models(c, o, task, &models));
    TRY(store_ask(c, x, task, &q));
    o->show(o->state, &q, NULL);
    if (q.n_clusters < STORE_LEAST_CASES) return ERR_OK;
    if (str_eq(o->model, STR("best"))) TRY(keep_best(c, &q, &models));
    compare_state s = { .cases = &q.cases, .cluster = q.cluster, .n_clusters = q.n_clusters, .metrics = store_tasks[task].metrics,
                        .seed = o->seed };
    for (size_t i = 0; i < models.n; i++) {
        comparison r;
        TRY(compare_next(c, &s, models.row[i], &models.options[i], &r));
        o->show(o->state, &q, &r);
    }
    return ERR_OK;
}

err_code eval_store(ctx *c, const interactions *x, const interactions *visits, const store_options *o) {
    for (int task = 0; task < STORE_TASKS; task++) {
        arena_mark mark = arena_save(c->arena);
        if (task == STORE_VISIT && (!visits || !visits->n_users)) continue;
        TRY(run_task(c, task == STORE_VISIT ? visits : x, o, (store_task)task));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}
