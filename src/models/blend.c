/* blend: candidates of several models, put in one order by a ranker that learned from hidden items what each is worth here.
 * Probability = ranker(what each member thinks of the candidate, how popular it is and lately, what was had before). Members are fitted
 * twice: without what some users had, which the ranker must find, and then on everything. */
#include "models/blend_int.h"
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/rows.h"

enum { CANDIDATES, USERS, RANKER, DENSE_ITEMS, MEMBERS };
static const model_param params[] = {
    [CANDIDATES] = { "candidates", 100, 5, BLEND_MAX_CANDIDATES, true, "best of each member that are looked at" },
    [USERS] = { "users", 2000, 0, 1e6, true, "users whose hidden items the ranker learns from, at most" },
    [RANKER] = { "ranker", 0, 0, 3, true, "0 the better of a line and trees, 1 a line, 2 trees, 3 the plain sum of scores in deviations" },
    [DENSE_ITEMS] = { "dense_items", 12000, 0, 1e6, true, "members whose fit is a dense matrix take part up to so many items" },
    [MEMBERS] = { "members", 0, 0, 255, true, "bits of the members wanted; 0: all" },
};

/* Who may take part, and which kind of shop it costs too much. */
static const struct { const char *name; bool dense, for_repeats; } members[] = {
    { "popularity", false, false }, { "rules", false, false }, { "item_knn", false, false }, { "rp3beta", false, false },
    { "ease", true, false }, { "graph_filter", false, false }, { "als", false, false }, { "tifu_knn", false, true },
};
static const double REPEATS = 0.05;                         /* of later visits: above it what was had may be answered */

static bool takes_part(size_t i, const interactions *x, const model_options *o, bool repeats) {
    const model_row *row = model_named(str_of(members[i].name));
    unsigned wanted = (unsigned)o->param[MEMBERS];
    return row && (wanted == 0 || wanted & 1U << i) && !(members[i].dense && x->n_items > o->param[DENSE_ITEMS]) &&
           (repeats || !members[i].for_repeats);
}

/* Fit whoever takes part; a model that refuses the data is left out. */
static err_code fit_members(ctx *c, const interactions *x, const model_options *o, blend *b) {
    b->n_members = 0;
    for (size_t i = 0; i < COUNT(members); i++) {
        if (!takes_part(i, x, o, b->repeats)) continue;
        const model_row *row = model_named(str_of(members[i].name));
        model_options own = model_default_options(row);
        own.seed = o->seed, own.threads = o->threads;
        arena_mark mark = arena_save(c->arena);
        err_code e = model_fit(c, row, x, &own, &b->member[b->n_members]);
        if (!e) b->n_members++;
        else if (e == ERR_TOO_LARGE || e == ERR_INVALID) arena_restore(c->arena, mark);
        else return e;
        model_progress(o, row->name, (double)(i + 1) / (double)COUNT(members));
    }
    return b->n_members ? ERR_OK : fail(c, ERR_INVALID, "none of the members can take this data");
}

/* The ranker, learned with members that have not seen what is hidden; it alone is kept, as bytes. */
static err_code learn(ctx *c, const interactions *x, const model_options *o, const blend *like, buf *ret_ranker) {
    blend then = *like;
    blend_hidden hidden;
    TRY(blend_hide(c, x, (uint32_t)o->param[USERS], o->seed, &hidden));
    TRY(fit_members(c, &hidden.left, o, &then));
    TRY(blend_count_items(c, &hidden.left, &then));
    model_progress(o, "ranker", 0);
    TRY(blend_learn(c, &then, &hidden, (int)o->param[RANKER], o->seed, o->threads));
    return then.ranked ? ranker_save(c, &then.rank, ret_ranker) : ERR_OK;
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    blend *b = arena_new(c->arena, blend, 1);
    AUTO_BUF kept;
    buf_init(&kept, 256 * MIB);
    if (!b) return fail(c, ERR_NO_MEMORY, "blend");
    b->n_items = x->n_items, b->candidates = (uint32_t)o->param[CANDIDATES], b->repeats = blend_repeat_share(x) >= REPEATS;
    arena_mark mark = arena_save(c->arena);
    if (o->param[RANKER] < 3 && o->param[USERS] > 0 && x->n_items) TRY(learn(c, x, o, b, &kept));
    arena_restore(c->arena, mark);
    if (kept.n) {
        str bytes = str_dup(c->arena, buf_view(&kept));
        if (!bytes.p) return fail(c, ERR_NO_MEMORY, "a ranker of %zu bytes", kept.n);
        TRY(ranker_load(c, bytes, &b->rank));
        b->ranked = true;
    }
    TRY(fit_members(c, x, o, b));
    TRY(blend_count_items(c, x, b));
    if (b->ranked && b->rank.width != blend_width(b)) b->ranked = false;    /* a member took only one part of the data */
    *ret_state = b;
    return ERR_OK;
}

/* Candidates get above 0: their probability, or what the sum of deviations stands for; nobody else gets anything. */
static err_code score_one(ctx *c, const blend *b, const history *h, float *ret_scores) {
    blend_candidates found;
    TRY(blend_look(c, b, h, &found));
    float *score = arena_new_raw(c->arena, float, found.n);
    if (!score) return fail(c, ERR_NO_MEMORY, "scores of %u candidates", found.n);
    if (b->ranked) ranker_score(&b->rank, found.x, found.n, score);
    else
        for (uint32_t k = 0; k < found.n; k++) score[k] = 1 / (1 + expf(-found.sum[k] / (float)b->n_members));
    memset(ret_scores, 0, b->n_items * sizeof *ret_scores);
    for (uint32_t k = 0; k < found.n; k++) ret_scores[found.item[k]] = score[k];
    return ERR_OK;
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const blend *b = state;
    for (size_t i = 0; i < n; i++) {
        arena_mark mark = arena_save(c->arena);
        TRY(score_one(c, b, &h[i], ret_scores + i * b->n_items));
        arena_restore(c->arena, mark);
    }
    return ERR_OK;
}

/* ---- pack ---- */

typedef struct { uint32_t n_items, n_members, candidates, repeats, ranked, unused; } saved_head;

static err_code save(ctx *c, const void *state, buf *out) {
    const blend *b = state;
    saved_head head = { b->n_items, b->n_members, b->candidates, b->repeats, b->ranked, 0 };
    buf part[BLEND_MAX_MEMBERS + 1];
    char name[BLEND_MAX_MEMBERS][PACK_NAME_BYTES];
    pack_array arrays[BLEND_MAX_MEMBERS + 4] = {
        { "blend", &head, sizeof head, 1 }, { "popular", b->popular, sizeof(float), b->n_items },
        { "trend", b->trend, sizeof(float), b->n_items },
    };
    err_code e = ERR_OK;
    uint32_t made = 0;
    for (; made < b->n_members && !e; made++) {
        buf_init(&part[made], out->max);
        e = model_save(c, &b->member[made], &part[made]);
        snprintf(name[made], sizeof name[made], "member_%u", made);
        arrays[3 + made] = (pack_array){ name[made], part[made].p, 1, part[made].n };
    }
    buf_init(&part[made], out->max);
    if (!e && b->ranked) e = ranker_save(c, &b->rank, &part[made]);
    arrays[3 + b->n_members] = (pack_array){ "ranker", part[made].p, 1, part[made].n };
    if (!e) e = pack_write(c, arrays, 4 + b->n_members, out);
    for (uint32_t m = 0; m <= made; m++) buf_free(&part[m]);
    return e;
}

static err_code load_members(ctx *c, const pack *p, blend *b) {
    for (uint32_t m = 0; m < b->n_members; m++) {
        char name[PACK_NAME_BYTES];
        const void *bytes;
        uint64_t n;
        snprintf(name, sizeof name, "member_%u", m);
        TRY(pack_get(c, p, name, 1, UINT64_MAX, &bytes, &n));
        TRY(model_load(c, (str){ bytes, (size_t)n }, &b->member[m]));
        if (b->member[m].n_items != b->n_items || b->member[m].row == &model_blend)
            return fail(c, ERR_CORRUPT, "blend: member %u is of another shop", m);
    }
    return ERR_OK;
}

static bool all_finite(const float *x, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    blend *b = arena_new(c->arena, blend, 1);
    const void *data, *popular, *trend;
    uint64_t n;
    saved_head head;
    if (!b) return fail(c, ERR_NO_MEMORY, "load blend");
    TRY(pack_get(c, p, "blend", sizeof head, 1, &data, NULL));
    memcpy(&head, data, sizeof head);
    if (head.n_items != n_items) return fail(c, ERR_CORRUPT, "blend: of %u items, not %u", head.n_items, n_items);
    if (head.n_members == 0 || head.n_members > BLEND_MAX_MEMBERS || head.candidates == 0 || head.candidates > BLEND_MAX_CANDIDATES)
        return fail(c, ERR_CORRUPT, "blend: %u members", head.n_members);
    *b = (blend){ .n_items = head.n_items, .n_members = head.n_members, .candidates = head.candidates, .repeats = head.repeats != 0,
                  .ranked = head.ranked != 0 };
    TRY(pack_get(c, p, "popular", sizeof(float), head.n_items, &popular, NULL));
    TRY(pack_get(c, p, "trend", sizeof(float), head.n_items, &trend, NULL));
    b->popular = popular, b->trend = trend;
    if (!all_finite(b->popular, b->n_items) || !all_finite(b->trend, b->n_items)) return fail(c, ERR_CORRUPT, "blend: not numbers");
    TRY(load_members(c, p, b));
    if (b->ranked) {
        TRY(pack_get(c, p, "ranker", 1, UINT64_MAX, &data, &n));
        TRY(ranker_load(c, (str){ data, (size_t)n }, &b->rank));
        if (b->rank.width != blend_width(b)) return fail(c, ERR_CORRUPT, "blend: a ranker of %u inputs", b->rank.width);
    }
    *ret_state = b;
    return ERR_OK;
}

const model_row model_blend = {
    .name = "blend", .title = "Several models, weighed by what they are worth here",
    .source = "stacking: Wolpert 1992; Burges 2010; Chen and Guestrin 2016", .params = params, .n_params = COUNT(params),
    .fit = fit, .score = score, .save = save, .load = load,
};
