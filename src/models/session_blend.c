/* session_blend: all that is known of sessions, weighed by a ranker that learned on the newest of them.
 * Fit: learn the evidence from the older sessions, ask it for every place in the newest ones, teach a ranker which candidate came,
 * then learn the evidence again from all sessions. With too few answers to learn from it is vstan over the candidates.
 * Nothing of a session asked with is in the evidence it is ranked by, when learning as when answering. */
#include <math.h>
#include <string.h>
#include "base/limits.h"
#include "models/ranker.h"
#include "models/rows.h"
#include "models/session_evidence.h"
#include "num/parallel.h"

enum { LEARN_SHARE, QUESTIONS, NEGATIVES, TREES, DEPTH, LEARNING_RATE, BY_ORDER };
static const model_param params[] = {
    [LEARN_SHARE] = { "learn_share", 0.08, 0.005, 0.5, false, "share of the sessions, the newest, the ranker learns from" },
    [QUESTIONS] = { "questions", 40000, 100, 1e6, true, "places in sessions it learns from, at most" },
    [NEGATIVES] = { "negatives", 40, 1, EVIDENCE_MAX_CANDIDATES - 1, true, "wrong candidates it sees beside the right one" },
    [TREES] = { "trees", 150, 1, FOREST_MAX_TREES, true, "trees of the ranker" },
    [DEPTH] = { "depth", 6, 1, FOREST_MAX_DEPTH, true, "levels of a tree" },
    [LEARNING_RATE] = { "learning_rate", 0.1, 0.001, 1, false, "share of a tree that is taken" },
    [BY_ORDER] = { "by_order", 1, 0, 1, true, "1: learn the order of candidates; 0: whether each is the one" },
};
enum { LEAST_ANSWERS = 300 };                   /* fewer teach a ranker of this width nothing vstan does not know */

typedef struct {
    session_evidence evidence;
    ranker rank;
    bool ranked;                    /* is there a ranker? */
} blend;

/* ---- learning to rank ---- */
typedef struct { ctx own; arena memory; evidence_desk *desk; uint32_t item[EVIDENCE_MAX_CANDIDATES]; float *inputs, *vstan; } learner;

typedef struct {
    const session_log *log;
    const session_evidence *evidence;
    const uint64_t *place;          /* clicks asked for: indexes into log->item */
    const uint32_t *session;        /* and their sessions */
    size_t n;
    uint32_t negatives;
    uint64_t seed;
    learner *worker;
    float *x;                       /* n x (negatives + 1) x EVIDENCE_WIDTH: the right candidate first */
    uint32_t *rows;                 /* n: rows filled; 0: the right one is no candidate */
} lesson;

/* Keep the right candidate and as many of the others as are wanted, drawn evenly (Knuth's selection sampling). */
static uint32_t keep_rows(const lesson *l, size_t question, const learner *w, uint32_t n, uint32_t right, float *ret) {
    rng r;
    rng_seed(&r, l->seed * 1000003 + question);
    uint32_t kept = 0, left = n - 1;
    memcpy(ret, w->inputs + (size_t)right * EVIDENCE_WIDTH, EVIDENCE_WIDTH * sizeof *ret);
    for (uint32_t i = 0; i < n && kept < l->negatives; i++) {
        if (i == right) continue;
        if (rng_below(&r, left--) < l->negatives - kept)
            memcpy(ret + (size_t)++kept * EVIDENCE_WIDTH, w->inputs + (size_t)i * EVIDENCE_WIDTH, EVIDENCE_WIDTH * sizeof *ret);
    }
    return kept + 1;
}

static void learn_questions(void *state, size_t from, size_t to, int worker) {
    lesson *l = state;
    learner *w = &l->worker[worker];
    size_t stride = (size_t)(l->negatives + 1) * EVIDENCE_WIDTH;
    for (size_t i = from; i < to; i++) {
        const uint64_t start = l->log->start[l->session[i]];
        const history h = { .n = (size_t)(l->place[i] - start), .item = l->log->item + start,
                            .weight = l->log->weight ? l->log->weight + start : NULL, .user = MODEL_NOBODY };
        uint32_t n = session_evidence_ask(l->evidence, w->desk, &h, w->item, w->vstan, w->inputs), right = 0;
        while (right < n && w->item[right] != l->log->item[l->place[i]]) right++;
        l->rows[i] = right < n && n > 1 ? keep_rows(l, i, w, n, right, l->x + i * stride) : 0;
    }
}

/* Every place but the first of the newest sessions, thinned out evenly to `most`. */
static err_code pick_places(ctx *c, const session_log *log, uint32_t first, size_t most, lesson *l) {
    size_t all = 0, seen = 0;
    for (uint32_t s = first; s < log->n_sessions; s++) all += (size_t)(log->start[s + 1] - log->start[s] - 1);
    size_t n = all < most ? all : most;
    uint64_t *place = arena_new_raw(c->arena, uint64_t, n);
    uint32_t *session = arena_new_raw(c->arena, uint32_t, n);
    if (!place || !session) return fail(c, ERR_NO_MEMORY, "%zu questions", n);
    for (uint32_t s = first; s < log->n_sessions; s++)
        for (uint64_t e = log->start[s] + 1; e < log->start[s + 1]; e++, seen++) {
            if (seen * n / all == (seen + 1) * n / all) continue;
            place[l->n] = e;
            session[l->n++] = s;
        }
    l->place = place, l->session = session;
    return ERR_OK;
}

static err_code start_learners(ctx *c, lesson *l, int threads) {
    size_t cells = l->n * (l->negatives + 1) * EVIDENCE_WIDTH;
    l->x = arena_new_raw(c->arena, float, cells);
    l->rows = arena_new(c->arena, uint32_t, l->n);
    l->worker = arena_new(c->arena, learner, (size_t)threads);
    if (!l->x || !l->rows || !l->worker) return fail(c, ERR_NO_MEMORY, "%zu questions", l->n);
    for (int t = 0; t < threads; t++) {
        learner *w = &l->worker[t];
        w->inputs = arena_new(c->arena, float, EVIDENCE_MAX_CANDIDATES * EVIDENCE_WIDTH);
        w->vstan = arena_new(c->arena, float, EVIDENCE_MAX_CANDIDATES);
        if (!w->inputs || !w->vstan) return fail(c, ERR_NO_MEMORY, "%zu questions", l->n);
        TRY(evidence_desk_new(c, &w->desk));
    }
    return ERR_OK;
}

/* Rows of answered questions moved together. */
static err_code collect_rows(ctx *c, const lesson *l, ranker_rows *ret) {
    size_t stride = (size_t)(l->negatives + 1) * EVIDENCE_WIDTH, n = 0, groups = 0;
    uint8_t *label = arena_new(c->arena, uint8_t, l->n * (l->negatives + 1));
    size_t *group = arena_new(c->arena, size_t, l->n + 1);
    if (!label || !group) return fail(c, ERR_NO_MEMORY, "%zu questions", l->n);
    for (size_t i = 0; i < l->n; i++) {
        if (l->rows[i] == 0) continue;
        label[n] = 1;
        memmove(l->x + n * EVIDENCE_WIDTH, l->x + i * stride, (size_t)l->rows[i] * EVIDENCE_WIDTH * sizeof *l->x);
        n += l->rows[i];
        group[++groups] = n;
    }
    *ret = (ranker_rows){ .x = l->x, .label = label, .n = n, .width = EVIDENCE_WIDTH, .group = group, .n_groups = groups };
    return ERR_OK;
}

static err_code ask_lesson(ctx *c, const session_log *log, const model_options *o, ranker_rows *ret) {
    uint32_t held = (uint32_t)(o->param[LEARN_SHARE] * log->n_sessions), first = log->n_sessions - held;
    session_log older = session_log_oldest(log, first);
    session_evidence evidence;
    lesson l = { .log = log, .evidence = &evidence, .negatives = (uint32_t)o->param[NEGATIVES], .seed = o->seed };
    int threads = parallel_threads(o->threads);
    TRY(session_evidence_build(c, &older, o->threads, &evidence));
    TRY(pick_places(c, log, first, (size_t)o->param[QUESTIONS], &l));
    TRY(start_learners(c, &l, threads));
    model_progress(o, "ask", 0.2);
    TRY(parallel_for(c, threads, l.n, 64, learn_questions, &l));
    return collect_rows(c, &l, ret);
}

/* The ranker outlives the lesson's memory as its saved bytes. */
static err_code learn_ranker(ctx *c, const session_log *log, const model_options *o, buf *saved, bool *ret_ranked) {
    ranker_rows rows;
    ranker r;
    ranker_params p = ranker_default_params();
    p.trees = (uint32_t)o->param[TREES], p.depth = (uint32_t)o->param[DEPTH], p.learning_rate = o->param[LEARNING_RATE];
    p.by_order = o->param[BY_ORDER] > 0, p.seed = o->seed;
    TRY(ask_lesson(c, log, o, &rows));
    *ret_ranked = rows.n_groups >= LEAST_ANSWERS;
    if (!*ret_ranked) return ERR_OK;
    model_progress(o, "rank", 0.4);
    TRY(ranker_fit(c, &rows, &p, &r));
    return ranker_save(c, &r, saved);
}

static err_code keep_ranker(ctx *c, str bytes, blend *b) {
    char *home = arena_alloc_raw(c->arena, bytes.n + 64);
    if (!home) return fail(c, ERR_NO_MEMORY, "a ranker of %zu bytes", bytes.n);
    home += 63 - ((uintptr_t)home + 63) % 64;               /* arrays of a pack are aligned to 64 */
    memcpy(home, bytes.p, bytes.n);
    return ranker_load(c, (str){ home, bytes.n }, &b->rank);
}

static err_code fit(ctx *c, const interactions *x, const model_options *o, void **ret_state) {
    session_log log;
    AUTO_BUF saved;
    blend *b = arena_new(c->arena, blend, 1);
    buf_init(&saved, 256 * MIB);
    if (!b) return fail(c, ERR_NO_MEMORY, "session_blend");
    TRY(session_log_of(c, x, &log));
    arena_mark mark = arena_save(c->arena);
    TRY(learn_ranker(c, &log, o, &saved, &b->ranked));
    arena_restore(c->arena, mark);
    if (b->ranked) TRY(keep_ranker(c, buf_view(&saved), b));
    model_progress(o, "evidence", 0.8);
    TRY(session_evidence_build(c, &log, o->threads, &b->evidence));
    *ret_state = b;
    return ERR_OK;
}

/* ---- answering ---- */

/* Any number to one above 1, keeping order: candidates stand above all else, whose fallback is at most 0. */
static float above_fallback(float raw) { return raw > 0 ? 2 + raw : 1 + 1 / (1 - raw); }

static void score_one(const blend *b, evidence_desk *desk, const history *h, float *inputs, float *raw, float *scores) {
    uint32_t item[EVIDENCE_MAX_CANDIDATES], n_items = b->evidence.index.log.n_items;
    float vstan[EVIDENCE_MAX_CANDIDATES];
    uint32_t n = session_evidence_ask(&b->evidence, desk, h, item, vstan, inputs);
    memcpy(scores, b->evidence.index.fallback, n_items * sizeof *scores);
    if (b->ranked) ranker_raw(&b->rank, inputs, n, raw);
    for (uint32_t i = 0; i < n; i++) scores[item[i]] = above_fallback(b->ranked ? raw[i] : vstan[i]);
}

static err_code score(ctx *c, const void *state, const history *h, size_t n, float *ret_scores) {
    const blend *b = state;
    evidence_desk *desk;
    arena_mark mark = arena_save(c->arena);
    float *inputs = arena_new_raw(c->arena, float, EVIDENCE_MAX_CANDIDATES * EVIDENCE_WIDTH);
    float *raw = arena_new_raw(c->arena, float, EVIDENCE_MAX_CANDIDATES);
    if (!inputs || !raw) return fail(c, ERR_NO_MEMORY, "%d candidates", EVIDENCE_MAX_CANDIDATES);
    TRY(evidence_desk_new(c, &desk));
    for (size_t i = 0; i < n; i++) score_one(b, desk, &h[i], inputs, raw, ret_scores + i * b->evidence.index.log.n_items);
    arena_restore(c->arena, mark);
    return ERR_OK;
}

/* ---- as a pack ---- */
static err_code save(ctx *c, const void *state, buf *out) {
    const blend *b = state;
    session_evidence_names names;
    pack_array arrays[EVIDENCE_ARRAYS + 1];
    AUTO_BUF bytes;
    buf_init(&bytes, 256 * MIB);
    if (b->ranked) TRY(ranker_save(c, &b->rank, &bytes));
    session_evidence_arrays(&b->evidence, &names, arrays);
    arrays[EVIDENCE_ARRAYS] = (pack_array){ "ranker", bytes.p, 1, bytes.n };
    return pack_write(c, arrays, COUNT(arrays), out);
}

static err_code load(ctx *c, const pack *p, uint32_t n_items, void **ret_state) {
    const void *bytes;
    uint64_t n;
    blend *b = arena_new(c->arena, blend, 1);
    if (!b) return fail(c, ERR_NO_MEMORY, "load session_blend");
    TRY(session_evidence_load(c, p, n_items, &b->evidence));
    TRY(pack_get(c, p, "ranker", 1, UINT64_MAX, &bytes, &n));
    b->ranked = n > 0;
    if (b->ranked) TRY(ranker_load(c, (str){ bytes, (size_t)n }, &b->rank));
    if (b->ranked && b->rank.width != EVIDENCE_WIDTH) return fail(c, ERR_CORRUPT, "saved model: a ranker of %u inputs", b->rank.width);
    *ret_state = b;
    return ERR_OK;
}

const model_row model_session_blend = {
    .name = "session_blend", .title = "All that is known of sessions, weighed by what came true", .needs = MODEL_NEEDS_ORDER,
    .source = "VSTAN, transitions and two-step likeness as inputs of LambdaMART (Burges 2010)", .params = params,
    .n_params = COUNT(params), .fit = fit, .score = score, .save = save, .load = load,
};
