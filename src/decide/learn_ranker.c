/* Which candidate is bought: a ranker learned from baskets left out. The shop is learned once more from the orders before the newest
 * fifth; each basket of that fifth asks as a shopper would have (a product looked at, a cart, a visitor known by purchases); the
 * candidates served then, with what was in the basket as label, are the rows. Two thirds teach, the newest third judges: each kind of
 * question uses the ranker only where it answers that third better than the rules do. The ranker published has seen all rows. */
#include "decide/learn_questions_int.h"
#include <math.h>
#include "decide/candidate_features.h"

enum { TOP = 10, TEST_SHARE = 5, MOST_BASKETS = 3000, LEAST_QUESTIONS = 100, NEAREST = 40, SAMPLED = 20, UNIT_TOP = 20 };

/* Hits of the first ten, and reciprocal rank of the first hit, as sums; differences squared for the error of the mean. */
typedef struct { double n, hit[2], rank[2], gain, gain_squared, said, came; } verdict;
enum { BY_RULES, BY_RANKER };

typedef struct {
    past_shop past;
    question_source from;
    size_t most_rows, n_rows, n_questions, most_questions;
    float *x;
    uint8_t *label;
    float *weight;
    size_t *group;
    double said, came;              /* personal model: scores of its best, and how many of these were bought */
    verdict verdicts[ASK_KINDS];
} teacher;

static bool is_wanted(const question *q, uint32_t slot) {
    uint32_t low = 0, high = q->n_wanted;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (q->wanted[mid] < slot) low = mid + 1;
        else high = mid;
    }
    return low < q->n_wanted && q->wanted[low] == slot;
}

static err_code teacher_new(ctx *c, teacher *t) {
    t->most_questions = (size_t)MOST_BASKETS * ASK_KINDS;
    t->most_rows = t->most_questions * (NEAREST + SAMPLED + 4);
    t->x = arena_new_raw(c->arena, float, t->most_rows * n_candidate_features);
    t->label = arena_new_raw(c->arena, uint8_t, t->most_rows);
    t->weight = arena_new_raw(c->arena, float, t->most_rows);
    t->group = arena_new(c->arena, size_t, t->most_questions + 1);
    return t->x && t->label && t->weight && t->group ? ERR_OK : learn_no_memory(c);
}

static void add_row(teacher *t, const float *x, bool label, float weight) {
    if (t->n_rows == t->most_rows) return;
    for (uint32_t f = 0; f < n_candidate_features; f++) t->x[t->n_rows * n_candidate_features + f] = x[f];
    t->label[t->n_rows] = label;
    t->weight[t->n_rows++] = weight;
}

/* All that were bought, the nearest that were not, and some of the rest, each of which stands for several. */
static void add_rows(teacher *t, const question *q, const pool *h, const float *x) {
    size_t rest = h->n > NEAREST ? h->n - NEAREST : 0, step = rest > SAMPLED ? rest / SAMPLED : 1;
    for (size_t i = 0; i < h->n; i++) {
        bool bought = is_wanted(q, h->p[i]->slot), far = i >= NEAREST;
        if (bought) add_row(t, x + i * n_candidate_features, true, 1);
        else if (!far || (i - NEAREST) % step == 0) add_row(t, x + i * n_candidate_features, false, far ? (float)step : 1);
    }
    t->group[++t->n_questions] = t->n_rows;
}

static void note_unit(teacher *t, const question *q, const topk *best) {
    for (uint32_t i = 0; i < best->n; i++) {
        t->said += (double)best->entry[i].score;
        t->came += is_wanted(q, best->entry[i].item);
    }
}

typedef struct { request *r; pool h; float *x; } asked;

static err_code ask(ctx *c, teacher *t, const question *q, asked *ret_asked) {
    asked a;
    TRY(past_shop_ask(c, &t->past, str_of(ask_rows[q->kind].place), &q->t, q->time_ms, POOL_MOST, &a.r, &a.h));
    a.x = arena_new_raw(c->arena, float, a.h.n * n_candidate_features);
    if (!a.x) return learn_no_memory(c);
    candidate_features(a.r, &a.h, a.x);
    *ret_asked = a;
    return ERR_OK;
}

/* ---- teaching ---- */
static err_code teach_one(ctx *c, teacher *t, const question *q) {
    asked a;
    TRY(ask(c, t, q, &a));
    add_rows(t, q, &a.h, a.x);
    topk best;
    TRY(opinion_best(a.r, &a.r->personal, UNIT_TOP, &best));
    note_unit(t, q, &best);
    return ERR_OK;
}

/* ---- judging ---- */
/* Place of the first one wanted, 0 = the best; TOP when it is not among the first. */
static size_t first_hit(const question *q, const pool *h, const float *by) {
    topk_entry room[TOP];
    topk best = { room, 0, TOP };
    for (uint32_t i = 0; i < h->n; i++) topk_offer(&best, i, by ? by[i] : -(float)i);
    topk_sort(&best);
    for (uint32_t i = 0; i < best.n; i++)
        if (is_wanted(q, h->p[room[i].item]->slot)) return i;
    return TOP;
}

/* What the ranker promised of its first ten, and what of them was bought. */
static void note_promise(verdict *v, const question *q, const pool *h, const float *p) {
    topk_entry room[TOP];
    topk best = { room, 0, TOP };
    for (uint32_t i = 0; i < h->n; i++) topk_offer(&best, i, p[i]);
    for (uint32_t i = 0; i < best.n; i++) {
        v->said += (double)room[i].score;
        v->came += is_wanted(q, h->p[room[i].item]->slot);
    }
}

static double reciprocal(size_t place) { return place < TOP ? 1 / (double)(place + 1) : 0; }

static void note_verdict(verdict *v, size_t by_rules, size_t by_ranker) {
    double gain = reciprocal(by_ranker) - reciprocal(by_rules);
    v->n++;
    v->hit[BY_RULES] += by_rules < TOP;
    v->hit[BY_RANKER] += by_ranker < TOP;
    v->rank[BY_RULES] += reciprocal(by_rules);
    v->rank[BY_RANKER] += reciprocal(by_ranker);
    v->gain += gain;
    v->gain_squared += gain * gain;
}

static err_code judge_one(ctx *c, teacher *t, const question *q, const ranker *k) {
    asked a;
    TRY(ask(c, t, q, &a));
    float *p = arena_new_raw(c->arena, float, a.h.n + 1);
    if (!p) return learn_no_memory(c);
    ranker_score(k, a.x, a.h.n, p);
    add_rows(t, q, &a.h, a.x);                  /* for the ranker that is published */
    note_promise(&t->verdicts[q->kind], q, &a.h, p);
    note_verdict(&t->verdicts[q->kind], first_hit(q, &a.h, NULL), first_hit(q, &a.h, p));
    return ERR_OK;
}

/* Better by more than its standard error, and not at the cost of hits. */
static bool ranker_wins(const verdict *v) {
    if (v->n < LEAST_QUESTIONS) return false;
    double mean = v->gain / v->n, variance = v->gain_squared / v->n - mean * mean;
    return mean > sqrt(variance > 0 ? variance / v->n : 0) && v->hit[BY_RANKER] >= v->hit[BY_RULES];
}

/* ---- all ---- */
/* Every question of baskets [from, to), to the teacher or, with a ranker, to the judge, who teaches afterwards what he has seen. */
static err_code walk(ctx *c, teacher *t, uint32_t from, uint32_t to, const ranker *k) {
    for (uint32_t at = from; at < to; at++) {
        for (ask_kind kind = 0; kind < ASK_KINDS; kind++) {
            arena_mark mark = arena_save(c->arena);
            question q;
            bool is = false;
            TRY(question_of(c, &t->from, at, kind, &q, &is));
            if (is) TRY(k ? judge_one(c, t, &q, k) : teach_one(c, t, &q));
            arena_restore(c->arena, mark);
        }
        TRY(ctx_check(c));
    }
    return ERR_OK;
}

static err_code fit(ctx *c, const teacher *t, ranker *ret_ranker) {
    ranker_params p = ranker_default_params();
    return ranker_fit(c, &(ranker_rows){ .x = t->x, .label = t->label, .weight = t->weight, .n = t->n_rows, .width = n_candidate_features,
                                         .group = t->group, .n_groups = t->n_questions }, &p, ret_ranker);
}

static void note_report(const teacher *t, learning *l, uint64_t won) {
    for (ask_kind i = 0; i < ASK_KINDS; i++) {
        const verdict *v = &t->verdicts[i];
        double n = v->n > 0 ? v->n : 1;
        l->report.ranked[i] = (learn_ranked_report){ ask_rows[i].word, (uint32_t)v->n, v->hit[BY_RULES] / n, v->hit[BY_RANKER] / n,
                                                     v->rank[BY_RULES] / n, v->rank[BY_RANKER] / n, v->said / n, v->came / n,
                                                         (won & ask_rows[i].bit) != 0 };
    }
}

static err_code publish(ctx *c, learning *l, const ranker *k, uint64_t won) {
    buf out;
    buf_init_in(&out, c->arena, 256 << 20);
    TRY(ranker_save(c, k, &out));
    l->out.ranker = buf_view(&out).p, l->out.n_ranker = out.n;
    l->out.facts.ranked = won;
    return ERR_OK;
}

static err_code teach_and_judge(ctx *c, learning *l, teacher *t, uint32_t from, uint32_t to) {
    ranker k;
    uint32_t middle = from + (to - from) / 3 * 2;
    uint64_t won = 0;
    TRY(walk(c, t, from, middle, NULL));
    if (t->n_questions < LEAST_QUESTIONS) return ERR_OK;
    TRY(fit(c, t, &k));
    l->report.ranker_rows = t->n_rows;
    TRY(walk(c, t, middle, to, &k));
    for (ask_kind i = 0; i < ASK_KINDS; i++)
        if (ranker_wins(&t->verdicts[i])) won |= ask_rows[i].bit;
    note_report(t, l, won);
    l->out.facts.personal_unit = t->said > 0 ? t->came / t->said : 0;
    if (!won || k.kind == RANKER_RATE) return ERR_OK;
    TRY(fit(c, t, &k));
    return publish(c, l, &k, won);
}

static err_code learn_in(ctx *c, learning *l, uint32_t newest) {
    const shop_baskets *b = &l->shop.baskets;
    teacher *t = arena_new(c->arena, teacher, 1);
    if (!t) return learn_no_memory(c);
    TRY(teacher_new(c, t));
    TRY(question_source_of(c, l, &t->from));
    t->from.past = &t->past;
    TRY(past_shop_learn(c, l, b->n - newest, &t->past));
    return teach_and_judge(c, l, t, b->n - newest, b->n);
}

/* The lessons take as much memory as the shop itself, in an arena of their own: only the ranker stays. A shop too large for them is
 * ordered by its rules. */
err_code learn_ranker(ctx *c, learning *l) {
    uint32_t newest = l->shop.baskets.n / TEST_SHARE;
    if (l->shop.baskets.n < l->p->quality_least || !newest) return ERR_OK;
    arena *home = c->arena;
    AUTO_ARENA scratch;
    arena_init(&scratch, home->cap);
    c->arena = &scratch;
    err_code e = learn_in(c, l, newest < MOST_BASKETS ? newest : MOST_BASKETS);
    c->arena = home;
    str kept = { l->out.ranker, l->out.n_ranker };
    if (!e && kept.n) {
        kept = str_dup(home, kept);
        if (!kept.p) e = ERR_NO_MEMORY;
    }
    if (e == ERR_NO_MEMORY) kept = (str){ NULL, 0 }, l->out.facts.ranked = 0;
    l->out.ranker = kept.p, l->out.n_ranker = kept.n;
    return e == ERR_NO_MEMORY ? ERR_OK : e;
}
