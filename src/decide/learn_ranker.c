/* Which candidate is bought: a ranker learned from baskets left out. The shop is learned once more from the orders before the newest
 * fifth; each basket of that fifth asks as a shopper would have (a product looked at, a cart, a visitor known by purchases); the
 * candidates served then, with what was in the basket as label, are the rows. Two thirds teach, the newest third judges: each kind of
 * question uses the ranker only where it answers that third better than the rules do. The ranker published has seen all rows. What was
 * shown and clicked teaches another one: learn_outcomes.c. */
#include <math.h>
#include <string.h>
#include "decide/learn_lessons_int.h"

enum { TEST_SHARE = 5, MOST_BASKETS = 3000, LEAST_QUESTIONS = 100, LEAST_PAST = 20, NEAREST = 40, SAMPLED = 20, UNIT_TOP = 20 };

static bool is_wanted(const question *q, uint32_t slot) {
    uint32_t low = 0, high = q->n_wanted;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (q->wanted[mid] < slot) low = mid + 1;
        else high = mid;
    }
    return low < q->n_wanted && q->wanted[low] == slot;
}

/* All that were bought, the nearest that were not, and some of the rest, each of which stands for several. */
static void add_rows(teacher *t, const question *q, const pool *h, const float *x) {
    size_t rest = h->n > NEAREST ? h->n - NEAREST : 0, step = rest > SAMPLED ? rest / SAMPLED : 1;
    for (size_t i = 0; i < h->n; i++) {
        bool bought = is_wanted(q, h->p[i]->slot), far = i >= NEAREST;
        const float *row = x + i * n_candidate_features;
        if (bought) lesson_rows_add(&t->rows, row, true, 1);
        else if (!far || (i - NEAREST) % step == 0) lesson_rows_add(&t->rows, row, false, far ? (float)step : 1);
    }
    lesson_rows_end_question(&t->rows, q->time_ms);
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
    clicks_until(&t->clicks, q->time_ms - CLICKS_KNOWN_AFTER_MS);
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
/* Place of the first one wanted, 0 = the best; LESSON_TOP when it is not among the first. */
static size_t first_hit(const question *q, const pool *h, const float *by) {
    topk_entry room[LESSON_TOP];
    topk best = { room, 0, LESSON_TOP };
    for (uint32_t i = 0; i < h->n; i++) topk_offer(&best, i, by ? by[i] : -(float)i);
    topk_sort(&best);
    for (uint32_t i = 0; i < best.n; i++)
        if (is_wanted(q, h->p[room[i].item]->slot)) return i;
    return LESSON_TOP;
}

/* What the ranker promised of its first ten, and what of them was bought. */
static void note_promise(verdict *v, const question *q, const pool *h, const float *p) {
    topk_entry room[LESSON_TOP];
    topk best = { room, 0, LESSON_TOP };
    for (uint32_t i = 0; i < h->n; i++) topk_offer(&best, i, p[i]);
    for (uint32_t i = 0; i < best.n; i++) {
        v->said += (double)room[i].score;
        v->came += is_wanted(q, h->p[room[i].item]->slot);
    }
}

static double reciprocal(size_t place) { return place < LESSON_TOP ? 1 / (double)(place + 1) : 0; }

static void note_verdict(verdict *v, size_t by_rules, size_t by_ranker) {
    double gain = reciprocal(by_ranker) - reciprocal(by_rules);
    v->n++;
    v->hit[BY_RULES] += by_rules < LESSON_TOP;
    v->hit[BY_RANKER] += by_ranker < LESSON_TOP;
    v->rank[BY_RULES] += reciprocal(by_rules);
    v->rank[BY_RANKER] += reciprocal(by_ranker);
    v->gain += gain;
    v->gain_squared += gain * gain;
}

static err_code judge_one(ctx *c, teacher *t, const question *q) {
    asked a;
    TRY(ask(c, t, q, &a));
    float *p = arena_new_raw(c->arena, float, a.h.n + 1);
    if (!p) return learn_no_memory(c);
    ranker_score(&t->by_orders, a.x, a.h.n, p);
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
typedef err_code to_question(ctx *c, teacher *t, const question *q);

/* Every question of baskets [from, to): taught, judged, or judged and taught afterwards. */
static err_code walk(ctx *c, teacher *t, uint32_t from, uint32_t to, to_question *each) {
    for (uint32_t at = from; at < to; at++) {
        for (ask_kind kind = 0; kind < ASK_KINDS; kind++) {
            arena_mark mark = arena_save(c->arena);
            question q;
            bool is = false;
            TRY(question_of(c, &t->asks, at, kind, &q, &is));
            if (is) TRY(each(c, t, &q));
            arena_restore(c->arena, mark);
        }
        TRY(ctx_check(c));
    }
    return ERR_OK;
}

/* ---- against the ranker of outcomes ---- */
typedef struct { teacher t; const ranker *by_orders, *const *by_outcomes; verdict *verdicts; } comparison;

static err_code compare_one(ctx *c, teacher *t, const question *q) {
    comparison *k = (comparison *)(void *)t;                /* the teacher is its first member */
    asked a;
    TRY(ask(c, t, q, &a));
    float *p = arena_new_raw(c->arena, float, a.h.n + 1);
    if (!p) return learn_no_memory(c);
    bool ranked = (t->won & ask_rows[q->kind].bit) != 0;
    if (ranked) ranker_score(k->by_orders, a.x, a.h.n, p);
    size_t now = first_hit(q, &a.h, ranked ? p : NULL);
    ranker_score(k->by_outcomes[q->kind], a.x, a.h.n, p);
    size_t then = first_hit(q, &a.h, p);
    verdict *v = &k->verdicts[q->kind];
    double lost = 0.5 * (now < LESSON_TOP) - (then < LESSON_TOP);
    v->n++;
    v->lost += lost, v->lost_squared += lost * lost;
    return ERR_OK;
}

err_code orders_compare(ctx *c, const learning *l, teacher *t, int64_t from_ms, const ranker *by_orders,
                        const ranker *const by_outcomes[ASK_KINDS], verdict *ret_verdicts) {
    comparison k = { .t = *t, .by_orders = by_orders, .by_outcomes = by_outcomes, .verdicts = ret_verdicts };
    uint32_t from = t->from;
    while (from < t->to && t->asks.baskets->time_ms[from] < from_ms) from++;
    memset(ret_verdicts, 0, ASK_KINDS * sizeof *ret_verdicts);
    clicks_begin(&k.t.clicks, l, &t->past.l.kin);
    return walk(c, &k.t, from, t->to, compare_one);
}

/* ---- learning ---- */
static void note_report(const teacher *t, learning *l) {
    for (ask_kind i = 0; i < ASK_KINDS; i++) {
        const verdict *v = &t->verdicts[i];
        double n = v->n > 0 ? v->n : 1;
        l->report.ranked[i] = (learn_ranked_report){ ask_rows[i].word, (uint32_t)v->n, v->hit[BY_RULES] / n, v->hit[BY_RANKER] / n,
                                                     v->rank[BY_RULES] / n, v->rank[BY_RANKER] / n, v->said / n, v->came / n,
                                                         (t->won & ask_rows[i].bit) != 0 };
    }
}

static err_code publish(ctx *c, learning *l, const teacher *t) {
    buf out;
    ranker k;
    ranker_params p = ranker_default_params();
    TRY(lessons_fit(c, &p, &t->rows, t->rows.n_questions, &k));
    buf_init_in(&out, c->arena, 256 << 20);
    TRY(ranker_save(c, &k, &out));
    l->out.ranker = buf_view(&out).p, l->out.n_ranker = out.n;
    l->out.facts.ranked = t->won;
    return ERR_OK;
}

static err_code teach_and_judge(ctx *c, learning *l, teacher *t) {
    ranker_params p = ranker_default_params();
    uint32_t middle = t->from + (t->to - t->from) / 3 * 2;
    TRY(walk(c, t, t->from, middle, teach_one));
    if (t->rows.n_questions < LEAST_QUESTIONS) return ERR_OK;
    TRY(lessons_fit(c, &p, &t->rows, t->rows.n_questions, &t->by_orders));
    l->report.ranker_rows = t->rows.n;
    TRY(walk(c, t, middle, t->to, judge_one));
    for (ask_kind i = 0; i < ASK_KINDS; i++)
        if (ranker_wins(&t->verdicts[i])) t->won |= ask_rows[i].bit;
    if (t->by_orders.kind == RANKER_RATE) t->won = 0;
    note_report(t, l);
    l->out.facts.personal_unit = t->said > 0 ? t->came / t->said : 0;
    return t->won ? publish(c, l, t) : ERR_OK;
}

static err_code learn_in(ctx *c, learning *l, uint32_t newest) {
    const shop_baskets *b = &l->shop.baskets;
    teacher *t = arena_new(c->arena, teacher, 1);
    size_t most_questions = (size_t)newest * ASK_KINDS;
    if (!t) return learn_no_memory(c);
    t->from = b->n - newest, t->to = b->n;
    TRY(lesson_rows_new(c, most_questions * (NEAREST + SAMPLED + 4), most_questions, &t->rows));
    TRY(question_source_of(c, l, &t->asks));
    t->asks.past = &t->past;
    TRY(past_shop_learn(c, l, t->from, &t->past));
    clicks_begin(&t->clicks, l, &t->past.l.kin);
    if (b->n >= l->p->quality_least) TRY(teach_and_judge(c, l, t));
    TRY(learn_outcomes(c, l, t));
    clicks_begin(&t->clicks, l, &l->kin);               /* what is served knows all of it */
    clicks_until(&t->clicks, l->shop.as_of_ms);
    return ERR_OK;
}

/* What was packed in the scratch arena moves to where the snapshot lives. */
static err_code keep(arena *home, const char **bytes, uint64_t n) {
    if (!n) return ERR_OK;
    *bytes = str_dup(home, (str){ *bytes, n }).p;
    return *bytes ? ERR_OK : ERR_NO_MEMORY;
}

static err_code keep_promises(arena *home, snapshot *s) {
    if (!s->n_promises) return ERR_OK;
    snapshot_promise *kept = arena_new_raw(home, snapshot_promise, s->n_promises);
    if (kept) memcpy(kept, s->promises, s->n_promises * sizeof *kept);
    s->promises = kept;
    return kept ? ERR_OK : ERR_NO_MEMORY;
}

static void without_rankers(learning *l) {
    l->out.ranker = l->out.outcomes = l->out.outcomes_alone = NULL;
    l->out.promises = NULL;
    l->out.n_ranker = l->out.n_outcomes = l->out.n_outcomes_alone = l->out.n_promises = 0;
    l->out.facts.ranked = l->out.facts.ranked_by_outcomes = 0;
}

/* The lessons take as much memory as the shop itself, in an arena of their own: only the rankers stay. A shop too large for them is
 * ordered by its rules. */
err_code learn_ranker(ctx *c, learning *l) {
    uint32_t n = l->shop.baskets.n, newest = n / TEST_SHARE;
    if (!newest || (n < l->p->quality_least && (n < LEAST_PAST || !l->shown->n))) return ERR_OK;
    arena *home = c->arena;
    AUTO_ARENA scratch;
    arena_init(&scratch, home->cap);
    c->arena = &scratch;
    err_code e = learn_in(c, l, newest < MOST_BASKETS ? newest : MOST_BASKETS);
    c->arena = home;
    if (!e) e = keep(home, &l->out.ranker, l->out.n_ranker);
    if (!e) e = keep(home, &l->out.outcomes, l->out.n_outcomes);
    if (!e) e = keep(home, &l->out.outcomes_alone, l->out.n_outcomes_alone);
    if (!e) e = keep_promises(home, &l->out);
    if (e == ERR_NO_MEMORY) without_rankers(l);
    return e == ERR_NO_MEMORY ? ERR_OK : e;
}
