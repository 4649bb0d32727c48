/* Choose a model by measuring it; see pick.h. */
#include "eval/pick.h"

typedef struct { double most; size_t row; model_options options; } best_yet;

static err_code try_one(ctx *c, const eval_cases *held, unsigned metrics, const model_row *row, size_t i,
    const model_options *o, best_yet *b) {
    double value = 0;
    arena_mark mark = arena_save(c->arena);
    err_code e = judge_value(c, held, row, o, metrics, &value);
    arena_restore(c->arena, mark);
    if (e == ERR_TOO_LARGE || e == ERR_INVALID) return ERR_OK;
    if (e) return e;
    if (value > b->most) *b = (best_yet){ value, i, *o };
    return ERR_OK;
}

err_code eval_pick(ctx *c, const eval_cases *held, unsigned metrics, const model_row *const *rows, const model_options *options, size_t n,
                   size_t *ret_row, model_options *ret_options) {
    best_yet b = { .most = -1 };
    for (size_t i = 0; i < n; i++) {
        TRY(try_one(c, held, metrics, rows[i], i, &options[i], &b));
        for (const char *const *setting = rows[i]->grid; setting && *setting; setting++) {
            model_options o = options[i];
            TRY(model_set_all(c, rows[i], &o, str_of(*setting)));
            TRY(try_one(c, held, metrics, rows[i], i, &o, &b));
        }
    }
    if (b.most < 0) return fail(c, ERR_INVALID, "none of %zu models could take the data", n);
    *ret_row = b.row;
    *ret_options = b.options;
    return ERR_OK;
}
