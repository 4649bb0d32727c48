/* The table of models and what all rows share: parameters by name, fit with checks, save and load. */
#include "models/model.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"
#include "models/rows.h"

#define MODEL_ROW(name) &model_##name,
const model_row *const model_rows[] = { MODEL_LIST(MODEL_ROW) };
#undef MODEL_ROW
const size_t n_model_rows = COUNT(model_rows);

const model_row *model_named(str name) {
    for (size_t i = 0; i < n_model_rows; i++)
        if (str_eq(name, str_of(model_rows[i]->name))) return model_rows[i];
    return NULL;
}

model_options model_default_options(const model_row *row) {
    model_options o = { .seed = 1 };
    for (size_t i = 0; i < row->n_params; i++) o.param[i] = row->params[i].value;
    return o;
}

static err_code unknown_param(ctx *c, const model_row *row, str key) {
    AUTO_BUF known;
    buf_init(&known, 2 * KIB);
    for (size_t i = 0; i < row->n_params; i++) buf_printf(&known, "%s%s", i ? ", " : "", row->params[i].name);
    return fail_field(c, ERR_INVALID, "set", "the model %s has no parameter '%.*s'; known: %s", row->name, STR_ARG(key),
                      known.n ? known.p : "none");
}

err_code model_set(ctx *c, const model_row *row, model_options *o, str key, str value) {
    for (size_t i = 0; i < row->n_params; i++) {
        const model_param *p = &row->params[i];
        if (!str_eq(key, str_of(p->name))) continue;
        double number;
        if (!parse_double(value, &number) || number < p->least || number > p->most || (p->whole && number != floor(number)))
            return fail_field(c, ERR_INVALID, "set", "%s must be a%s number from %g to %g, not '%.*s'", p->name, p->whole ? " whole" : "",
                              p->least, p->most, STR_ARG(value));
        o->param[i] = number;
        return ERR_OK;
    }
    return unknown_param(c, row, key);
}

err_code model_set_all(ctx *c, const model_row *row, model_options *o, str settings) {
    while (settings.n) {
        str value = str_cut(&settings, ' '), key = str_cut(&value, '=');
        if (key.n == 0) continue;
        if (!value.p) return fail_field(c, ERR_INVALID, "set", "'%.*s' is not of the form key=value", STR_ARG(key));
        TRY(model_set(c, row, o, key, value));
    }
    return ERR_OK;
}

err_code model_check_params(ctx *c, const model_param *params, size_t n, const double *value) {
    for (size_t i = 0; i < n; i++)
        if (!(value[i] >= params[i].least && value[i] <= params[i].most) || (params[i].whole && value[i] != floor(value[i])))
            return fail(c, ERR_CORRUPT, "saved model: the parameter %s is out of range", params[i].name);
    return ERR_OK;
}

/* A fit that went wrong shows in the scores of anybody: a stranger and the first user with events. */
static err_code check_scores(ctx *c, const model *m, const interactions *x) {
    arena_mark mark = arena_save(c->arena);
    history asked[2] = { { .user = MODEL_NOBODY } };
    for (uint32_t u = 0; u < x->n_users && asked[1].n == 0; u++) asked[1] = interactions_history(x, u);
    float *scores = arena_new(c->arena, float, (size_t)2 * m->n_items);
    if (!scores) return fail(c, ERR_NO_MEMORY, "scores of %u items", m->n_items);
    TRY(model_score(c, m, asked, 2, scores));
    for (size_t i = 0; i < (size_t)2 * m->n_items; i++)
        if (!isfinite(scores[i])) return fail(c, ERR_INTERNAL, "the model %s answers what is not a number", m->row->name);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

err_code model_fit(ctx *c, const model_row *row, const interactions *x, const model_options *o, model *ret_model) {
    TRY(interactions_check(c, x));
    void *state = NULL;
    TRY(row->fit(c, x, o, &state));
    model m = { row, state, x->n_items, *o };
    TRY(check_scores(c, &m, x));
    *ret_model = m;
    return ERR_OK;
}

err_code model_score(ctx *c, const model *m, const history *h, size_t n, float *ret_scores) {
    return m->row->score(c, m->state, h, n, ret_scores);
}

err_code model_save(ctx *c, const model *m, buf *out) {
    AUTO_BUF inner;
    buf_init(&inner, out->max);
    TRY(m->row->save(c, m->state, &inner));
    const pack_array arrays[] = {
        { "model", m->row->name, 1, strlen(m->row->name) },
        { "params", m->options.param, sizeof(double), m->row->n_params },
        { "items", &m->n_items, sizeof m->n_items, 1 },
        { "state", inner.p, 1, inner.n },
    };
    return pack_write(c, arrays, COUNT(arrays), out);
}

err_code model_load(ctx *c, str bytes, model *ret_model) {
    pack outer, inner;
    const void *name, *params, *items, *state;
    uint64_t name_n, state_n;
    void *loaded = NULL;
    TRY(pack_open(c, bytes, &outer));
    TRY(pack_get(c, &outer, "model", 1, UINT64_MAX, &name, &name_n));
    const model_row *row = model_named((str){ name, (size_t)name_n });
    if (!row) return fail(c, ERR_CORRUPT, "saved model: of a kind this version does not know; train again");
    TRY(pack_get(c, &outer, "params", sizeof(double), row->n_params, &params, NULL));
    TRY(pack_get(c, &outer, "items", sizeof(uint32_t), 1, &items, NULL));
    TRY(pack_get(c, &outer, "state", 1, UINT64_MAX, &state, &state_n));
    TRY(pack_open(c, (str){ state, (size_t)state_n }, &inner));
    model m = { .row = row, .options = model_default_options(row) };
    memcpy(m.options.param, params, row->n_params * sizeof(double));
    memcpy(&m.n_items, items, sizeof m.n_items);
    TRY(row->load(c, &inner, m.n_items, &loaded));
    m.state = loaded;
    *ret_model = m;
    return ERR_OK;
}
