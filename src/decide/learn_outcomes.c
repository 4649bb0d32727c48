/* Which of the products shown are clicked and bought: rankers learned from the log of answers. Each
 * answer is asked again of the past shop, as of its moment; what of it was looked at are the candidates, what followed the answer.
 * Position bias is taken out, as likely as its position is looked at (Joachims, Swaminathan and Schnabel 2017; as a weighted likelihood:
 * Saito et al. 2020). Two thirds of the answers teach, the newest third judges, kind by kind of question.
 * It does NOT read the log (learn_shown.c). */
#include <math.h>
#include <string.h>
#include "decide/learn_lessons_int.h"
#include "decide/promises.h"
#include "events/counters.h"

enum {
    LEAST_JUDGED = 30, LEAST_TAUGHT = 50, LEAST_COMPARED = 20
};
/* Beside a product or a cart, what is wanted hangs on it; where nothing is asked about, on season and visitor. A ranker for each. */
enum { BESIDE, ALONE, GROUPS };
static const uint8_t group_of[OUTCOME_KINDS] = { BESIDE, BESIDE, ALONE, BESIDE, BESIDE, ALONE };
static const float least_weight = 1e-6f, least_chance = 0.1f;

/* What is known of a row beside its features. level: probability by orders; looks: its chance, for all that its answer stands for;
 * product: place in the log. */
typedef struct { float chance, value, relevance, level, looks; uint32_t product; } told_row;

/* Of one kind of question, on the answers that judge; sums. */
typedef struct {
    double n;                               /* answers with something wanted */
    double rank[JUDGED];                    /* shares of the page behind what was wanted, weighed by value over chance */
    double gain[BY_OUTCOMES], gain_squared[BY_OUTCOMES];    /* over rules, over the ranker of orders */
    double said, came;
    double incumbent;                       /* of n, those that an earlier ranker of outcomes had ordered */
} shown_verdict;

typedef struct {
    learning *l;
    teacher *t;
    const shown_log *log;
    lesson_rows rows;
    told_row *told;                         /* rows.most */
    uint8_t *kind;                          /* of each question */
    const shown_lesson **lesson;            /* of each question */
    size_t *page_first, *page_next;         /* chains of pages: of each question its first row + 1; of each row the next + 1 */
    uint32_t from;                          /* lesson of the log */
    double silent_share;                    /* of the answers since that nobody clicked: so many are asked */
    uint32_t *last;                         /* newest basket of each customer, SHOP_NONE */
    double unit[OUTCOME_KINDS];             /* of each kind: probability by orders, for one unit of value that came */
    shown_verdict verdicts[OUTCOME_KINDS];
    ranker by_orders;                       /* as of the split */
    int group;                              /* the one that is taught now */
} school;

static const char *const kind_words[OUTCOME_KINDS] = { "product", "cart", "visitor", "stranger_product", "stranger_cart", "nothing" };

static int kind_of_bit(uint64_t bit) {
    int k = 0;
    while (k < OUTCOME_KINDS && !(bit >> k & 1)) k++;
    return k;
}

/* ---- asking again ---- */
static size_t bought_then(const school *s, const shown_lesson *x, told_event *list) {
    const shop_baskets *b = s->t->asks.baskets;
    const uint32_t *earlier = s->t->asks.earlier;
    uint32_t from = x->customer == SHOP_NONE ? SHOP_NONE : s->last[x->customer];
    size_t n = 0;
    while (from != SHOP_NONE && b->time_ms[from] >= x->time_ms) from = earlier[from];
    for (; from != SHOP_NONE && n < LESSON_HISTORY; from = earlier[from])
        for (uint64_t k = b->start[from]; k < b->start[from + 1] && n < LESSON_HISTORY; k++)
            list[n++] = (told_event){ b->items[k], EVENT_PURCHASE, b->time_ms[from] };
    return n;
}

/* By the ranker of orders, whether it is used or not; else by the rules. */
static float level_of(const school *s, const candidate *x, const float *row) {
    float p = (float)candidate_probability(x);
    if (s->t->by_orders.width) ranker_score(&s->t->by_orders, row, 1, &p);
    return p;
}

static void add_shown(school *s, const request *r, const pool *h, const float *x, const shown_lesson *lesson) {
    uint64_t bit = question_bit(r);
    for (uint32_t k = lesson->first; k < lesson->first + lesson->n; k++) {
        const shown_product *p = &s->log->products[k];
        size_t i = 0;
        while (i < h->n && h->p[i]->slot != p->item) i++;
        if (!p->looked || i == h->n || s->rows.n == s->rows.most) continue;
        const float *row = x + i * n_candidate_features;
        float stands_for = lesson->stands_for * (lesson->n_clicked ? 1 : (float)(1 / s->silent_share));
        s->told[s->rows.n] = (told_row){ p->chance, p->value, h->p[i]->relevance, level_of(s, h->p[i], row), p->chance * stands_for, k };
        lesson_rows_add(&s->rows, row, p->value > 0, 1);
    }
    if (s->rows.n == s->rows.group[s->rows.n_questions]) return;
    s->kind[s->rows.n_questions] = (uint8_t)kind_of_bit(bit);
    s->lesson[s->rows.n_questions] = lesson;
    lesson_rows_end_question(&s->rows, lesson->time_ms);
}

static err_code ask_again(ctx *c, school *s, const shown_lesson *x) {
    lesson_past past;
    told_event bought[LESSON_HISTORY];
    request *r = NULL;
    pool h = { 0 };
    clicks_until(&s->t->clicks, x->time_ms - CLICKS_KNOWN_AFTER_MS);
    lesson_past_of(&s->l->visits, x, &past);
    const told t = { .product = x->product == SHOP_NONE ? NO_SLOT : x->product, .cart = past.cart, .n_cart = past.n_cart,
                     .history = past.history, .n_history = past.n_history, .bought = bought, .n_bought = bought_then(s, x, bought) };
    TRY(past_shop_ask(c, &s->t->past, str_of(x->place->name), &t, x->time_ms, POOL_MOST, &r, &h));
    float *features = arena_new_raw(c->arena, float, h.n * n_candidate_features);
    if (!features) return learn_no_memory(c);
    candidate_features(r, &h, features);
    add_shown(s, r, &h, features, x);
    return ERR_OK;
}

/* Those since the past shop ended. */
static bool may_be_asked(const school *s, const shown_lesson *x) {
    return x->place->ranked && x->time_ms >= s->t->asks.baskets->time_ms[s->t->from];
}

/* The newest that something was clicked of, half of what may be asked, and as many of the others as there is room for, each of which
 * stands for several (case-control sampling: King and Zeng 2001). */
static void choose_lessons(school *s, size_t *ret_asked, size_t *ret_looks) {
    size_t most = s->l->p->lessons_asked, clicked = 0, silent = 0, looks = 0;
    for (s->from = s->log->n; s->from && 2 * clicked < most; s->from--) {
        const shown_lesson *x = &s->log->lessons[s->from - 1];
        if (!may_be_asked(s, x)) continue;
        clicked += x->n_clicked > 0, silent += !x->n_clicked, looks += x->n_looked;
    }
    s->silent_share = clicked + silent > most ? (double)(most - clicked) / (double)silent : 1;
    *ret_asked = clicked + silent, *ret_looks = looks;
}

static err_code ask_all_again(ctx *c, school *s) {
    rng chance;
    rng_seed(&chance, 1);
    clicks_begin(&s->t->clicks, s->l, &s->t->past.l.kin);
    for (uint32_t i = s->from; i < s->log->n; i++) {
        const shown_lesson *x = &s->log->lessons[i];
        arena_mark mark = arena_save(c->arena);
        if (may_be_asked(s, x) && (x->n_clicked || rng_unit(&chance) < s->silent_share)) TRY(ask_again(c, s, x));
        arena_restore(c->arena, mark);
        TRY(ctx_check(c));
    }
    return ERR_OK;
}

static bool is_of_group(const school *s, size_t q) { return group_of[s->kind[q]] == s->group; }

/* ---- weights ---- */
/* The level is that of orders, so that a probability goes on to mean that of being bought next; the log says how it is shared among
 * candidates. A kind with little of its own has the unit of all. */
static void set_units(school *s, size_t n_questions) {
    double level[OUTCOME_KINDS] = { 0 }, value[OUTCOME_KINDS] = { 0 }, all_level = 0, all_value = 0;
    for (size_t q = 0; q < n_questions; q++)
        for (size_t i = s->rows.group[q]; i < s->rows.group[q + 1]; i++) {
            const told_row *row = &s->told[i];
            double promised = (double)(row->looks * row->level);
            level[s->kind[q]] += promised, value[s->kind[q]] += (double)row->value;
            all_level += promised, all_value += (double)row->value;
        }
    double usual = all_value > 0 ? all_level / all_value : 1;
    for (int k = 0; k < OUTCOME_KINDS; k++) s->unit[k] = value[k] >= 5 ? level[k] / value[k] : usual;
}

/* Of the group, what was known at the moment: an answer whose event came after it says nothing before it. A click stands for its value,
 * silence for the chance that it was looked at and left. */
static err_code rows_known(ctx *c, const school *s, size_t n_questions, int64_t known_ms, lesson_rows *ret_rows) {
    lesson_rows known;
    TRY(lesson_rows_new(c, s->rows.group[n_questions], n_questions, &known));
    for (size_t q = 0; q < n_questions; q++) {
        if (s->lesson[q]->last_ms >= known_ms || !is_of_group(s, q)) continue;
        for (size_t i = s->rows.group[q]; i < s->rows.group[q + 1]; i++) {
            const told_row *row = &s->told[i];
            double w = row->value > 0 ? s->unit[s->kind[q]] * (double)row->value : (double)row->looks;
            lesson_rows_add(&known, s->rows.x + i * n_candidate_features, s->rows.label[i], fmaxf((float)w, least_weight));
        }
        lesson_rows_end_question(&known, s->lesson[q]->time_ms);
    }
    *ret_rows = known;
    return ERR_OK;
}

/* ---- judging ---- */
/* One answer holds four products, all of which somebody liked best; what other answers to the same question showed tells more. So rows
 * from `first` on are chained page by page (or first product in the cart), kind by kind of question. */
static uint64_t page_of(const school *s, size_t q) {
    return ((uint64_t)lesson_about(&s->l->visits, s->lesson[q]) << 8 | s->kind[q]) + 1;
}

static err_code chain_pages(ctx *c, school *s, size_t first) {
    map64 last;
    map64_init(&last, c->arena);
    for (size_t q = s->rows.n_questions; q-- > first;) {
        uint32_t *newest = map64_at(&last, page_of(s, q));
        if (!newest) return learn_no_memory(c);
        for (size_t i = s->rows.group[q + 1]; i-- > s->rows.group[q];) s->page_next[i] = *newest, *newest = (uint32_t)i + 1;
    }
    for (size_t q = first; q < s->rows.n_questions; q++) s->page_first[q] = *map64_find(&last, page_of(s, q));
    return ERR_OK;
}

/* Of the looks at other products of the page, the share at those that stand behind row i by `by` (row 0 of which is row `base`). */
static double share_behind(const school *s, size_t page, size_t i, const float *by, size_t stride, size_t base) {
    enum { LOOKED_AT_MOST = 5000 };         /* rows of a page: more say no more */
    double behind = 0, all = 0;
    float own = by[(i - base) * stride];
    uint32_t item = s->log->products[s->told[i].product].item;
    for (size_t k = page, n = 0; k-- && n < LOOKED_AT_MOST; k = s->page_next[k], n++) {
        if (s->log->products[s->told[k].product].item == item) continue;
        float other = by[(k - base) * stride];
        all += (double)s->told[k].looks;
        behind += (double)s->told[k].looks * (other < own ? 1 : other == own ? 0.5 : 0);
    }
    return all > 0 ? behind / all : 0;
}

/* Sum over what was wanted of value / chance x share behind it. */
static double weighed_rank(const school *s, size_t q, const float *by, size_t stride, size_t base) {
    double sum = 0;
    for (size_t i = s->rows.group[q]; i < s->rows.group[q + 1]; i++) {
        if (!(s->told[i].value > 0)) continue;
        double wanted = (double)(s->told[i].value / fmaxf(s->told[i].chance, least_chance));
        sum += wanted * share_behind(s, s->page_first[q], i, by, stride, base);
    }
    return sum;
}

static void note_gain(shown_verdict *v, int over, double gain) {
    v->gain[over] += gain;
    v->gain_squared[over] += gain * gain;
}

/* p, by_orders: of rows from `base` on. */
static void judge_answer(school *s, size_t q, const float *p, const float *by_orders, size_t base, shown_verdict *v) {
    size_t from = s->rows.group[q], to = s->rows.group[q + 1];
    bool wanted = false;
    for (size_t i = from; i < to; i++) {
        wanted |= s->told[i].value > 0;
        v->said += (double)(s->told[i].looks * p[i - base]);
        v->came += s->unit[s->kind[q]] * (double)s->told[i].value;
    }
    if (!wanted) return;
    double rules = weighed_rank(s, q, &s->told[base].relevance, sizeof(told_row) / sizeof(float), base);
    double orders = by_orders ? weighed_rank(s, q, by_orders, 1, base) : rules, outcomes = weighed_rank(s, q, p, 1, base);
    v->n++;
    v->incumbent += s->lesson[q]->by_outcomes;
    v->rank[BY_RULES] += rules, v->rank[BY_RANKER] += orders, v->rank[BY_OUTCOMES] += outcomes;
    note_gain(v, BY_RULES, outcomes - rules);
    note_gain(v, BY_RANKER, outcomes - orders);
}

static err_code judge(ctx *c, school *s, size_t first, const ranker *k) {
    size_t n = s->rows.n - s->rows.group[first];
    float *p = arena_new_raw(c->arena, float, n + 1), *orders = arena_new_raw(c->arena, float, n + 1);
    const float *x = s->rows.x + s->rows.group[first] * n_candidate_features;
    if (!p || !orders) return learn_no_memory(c);
    ranker_score(k, x, n, p);
    if (s->t->won) ranker_score(&s->by_orders, x, n, orders);
    for (size_t q = first; q < s->rows.n_questions; q++)
        if (is_of_group(s, q)) judge_answer(s, q, p, s->t->won ? orders : NULL, s->rows.group[first], &s->verdicts[s->kind[q]]);
    return ERR_OK;
}

static double error_of(const shown_verdict *v, int over) {
    double mean = v->gain[over] / v->n, variance = v->gain_squared[over] / v->n - mean * mean;
    return sqrt(variance > 0 ? variance / v->n : 0);
}

/* Lists that such a ranker ordered hold what it likes best: within them its own order tells little, and any other one seems to tell much
 * (selection: Berkson 1946). So where it serves already it is not judged by them; if live figures fall it is rolled back. */
static bool serves_already(const shown_verdict *v) { return v->incumbent > v->n / 2; }
static bool is_surely_better(const shown_verdict *v, int over) { return v->gain[over] / v->n > error_of(v, over); }
static bool is_surely_worse(const shown_verdict *v, int over) { return v->gain[over] / v->n < -2 * error_of(v, over); }

/* Beside a product clicks alone tell what is wanted, and few tell little; where nothing is asked about visits tell most of it. While fewer
 * answers judge, gains must be sure; then losses, as a log tells how well a ranker orders what others chose to show, and nothing of what
 * it would have shown instead. */
static const double judged_from[GROUPS] = { [BESIDE] = 60, [ALONE] = 30 }, trusted_from[GROUPS] = { [BESIDE] = 130, [ALONE] = 30 };

/* All kinds of the group together, which share its ranker. */
static bool group_bears_out(const school *s, const shown_verdict *all) {
    if (all->n < judged_from[s->group] || serves_already(all)) return all->n >= judged_from[s->group];
    if (all->n < trusted_from[s->group]) return is_surely_better(all, BY_RULES) && is_surely_better(all, BY_RANKER);
    return !is_surely_worse(all, BY_RULES) && !is_surely_worse(all, BY_RANKER);
}

static bool kind_bears_out(const shown_verdict *v) {
    return v->n < LEAST_JUDGED || serves_already(v) || (!is_surely_worse(v, BY_RULES) && !is_surely_worse(v, BY_RANKER));
}

/* Surely more than half of the hits: what is clicked need not be what is bought without being shown, but a ranker that knows
 * nothing of it any more has lost its way. */
static bool loses_orders(const verdict *v) {
    if (v->n < LEAST_COMPARED) return false;
    double mean = v->lost / v->n, variance = v->lost_squared / v->n - mean * mean;
    return mean > 2 * sqrt(variance > 0 ? variance / v->n : 0);
}

static shown_verdict all_together(const school *s) {
    shown_verdict all = { 0 };
    for (int k = 0; k < OUTCOME_KINDS; k++) {
        const shown_verdict *v = &s->verdicts[k];
        if (group_of[k] != s->group) continue;
        all.n += v->n, all.incumbent += v->incumbent;
        for (int over = 0; over < BY_OUTCOMES; over++) all.gain[over] += v->gain[over], all.gain_squared[over] += v->gain_squared[over];
    }
    return all;
}

/* ---- learning ---- */
static err_code find_last(ctx *c, const shop_baskets *b, uint32_t **ret_last) {
    uint32_t *last = arena_new_raw(c->arena, uint32_t, (size_t)b->n_customers + 1);
    if (!last) return learn_no_memory(c);
    for (uint32_t i = 0; i < b->n_customers; i++) last[i] = SHOP_NONE;
    for (uint32_t i = 0; i < b->n; i++)
        if (b->customer[i] != SHOP_NONE) last[b->customer[i]] = i;
    *ret_last = last;
    return ERR_OK;
}

static err_code school_new(ctx *c, learning *l, teacher *t, school *s) {
    const shown_log *log = l->shown;
    *s = (school){ .l = l, .t = t, .log = log };
    TRY(find_last(c, t->asks.baskets, &s->last));
    size_t n, looks;
    choose_lessons(s, &n, &looks);
    TRY(lesson_rows_new(c, looks, n, &s->rows));            /* room for all: what is not used is not touched */
    s->told = arena_new_raw(c->arena, told_row, looks);
    s->kind = arena_new(c->arena, uint8_t, n + 1);
    s->lesson = arena_array(c->arena, n + 1, sizeof *s->lesson);
    s->page_first = arena_new(c->arena, size_t, n + 1), s->page_next = arena_new_raw(c->arena, size_t, looks + 1);
    return s->told && s->kind && s->lesson && s->page_first && s->page_next ? ERR_OK : learn_no_memory(c);
}

/* So many clicks it takes to believe half of what an input seems to add to `appeal`, which is the logarithm of a rate already. */
static const double doubt = 1600;

static double weight_of_click(const lesson_rows *r) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->label[i]) sum += (double)r->weight[i], n++;
    return n > 0 ? sum / n : 1;
}

/* The ranker of a group as of a moment: a line that begins as `appeal` and leaves it as far as clicks bear it. */
static err_code fit(ctx *c, school *s, size_t n_questions, int64_t known_ms, ranker *ret_ranker) {
    double toward[FEATURES_MOST];
    ranker_params p = ranker_default_params();
    lesson_rows known;
    AUTO_ARENA scratch;                                     /* for rows as many as there are: only the ranker stays */
    arena *home = c->arena;
    arena_init(&scratch, home->cap);
    set_units(s, n_questions);
    c->arena = &scratch;
    err_code e = rows_known(c, s, n_questions, known_ms, &known);
    c->arena = home;
    TRY(e);
    for (size_t k = 0; k < n_candidate_features; k++) toward[k] = !strcmp(candidate_feature_rows[k].name, "appeal");
    p.kind = RANKER_LOGISTIC, p.ridge = doubt * weight_of_click(&known), p.toward = toward;
    return lessons_fit(c, &p, &known, known.n_questions, ret_ranker);
}

static err_code fit_by_orders(ctx *c, school *s, int64_t known_ms) {
    size_t n = lesson_rows_before(&s->t->rows, known_ms);
    ranker_params p = ranker_default_params();
    s->by_orders = s->t->by_orders;
    if (!s->t->won || !n) return ERR_OK;
    return lessons_fit(c, &p, &s->t->rows, n, &s->by_orders);
}

static void note_report(const school *s, uint64_t won) {
    learn_report *r = &s->l->report;
    r->outcome_rows = s->rows.n;
    for (int k = 0; k < OUTCOME_KINDS; k++) {
        const shown_verdict *v = &s->verdicts[k];
        double n = v->n > 0 ? v->n : 1;
        r->outcomes[k] = (learn_outcome_report){ kind_words[k], (uint32_t)v->n, v->rank[BY_RULES] / n, v->rank[BY_RANKER] / n,
                                                 v->rank[BY_OUTCOMES] / n, v->said, v->came, (won >> k & 1) != 0 };
    }
}

/* What it promises for each look that was promised something else then; see promises.h. */
static err_code note_promises(ctx *c, school *s, const ranker *k, uint64_t won, promise_book *book) {
    const learning *l = s->l;
    for (size_t q = 0; q < s->rows.n_questions; q++) {
        if (!is_of_group(s, q)) continue;
        const shown_lesson *x = s->lesson[q];
        double halves = (double)(l->shop.as_of_ms - x->time_ms) / s->log->half_life_ms;
        for (size_t i = s->rows.group[q]; i < s->rows.group[q + 1] && won >> s->kind[q] & 1; i++) {
            const shown_product *p = &s->log->products[s->told[i].product];
            float promised;
            ranker_score(k, s->rows.x + i * n_candidate_features, 1, &promised);
            double more = (double)(s->told[i].looks * (promised - p->promised));
            TRY(promise_note(c, book, str_of(x->place->name), str_of(decide_source_name((decide_source)p->source)),
                             x->product == SHOP_NONE ? (str){ 0 } : l->shop.items[x->product].id, l->shop.items[p->item].id,
                             more * exp2(-halves), more * exp2(-halves * COUNTER_LATE_PARTS)));
        }
    }
    return ERR_OK;
}

/* The ranker of a group, from all there is. */
static err_code publish(ctx *c, school *s, uint64_t won, promise_book *book) {
    buf out;
    ranker k;
    TRY(fit(c, s, s->rows.n_questions, INT64_MAX, &k));
    if (k.kind == RANKER_RATE) return ERR_OK;
    TRY(note_promises(c, s, &k, won, book));
    buf_init_in(&out, c->arena, 256 << 20);
    TRY(ranker_save(c, &k, &out));
    snapshot *to = &s->l->out;
    if (s->group == ALONE) to->outcomes_alone = buf_view(&out).p, to->n_outcomes_alone = out.n;
    else to->outcomes = buf_view(&out).p, to->n_outcomes = out.n;
    to->facts.ranked_by_outcomes |= won;
    return ERR_OK;
}

/* Kinds of question that the rankers win, group by group. */
static uint64_t winners(school *s, const ranker best[GROUPS], const verdict *orders) {
    uint64_t won = 0;
    for (s->group = 0; s->group < GROUPS; s->group++) {
        const shown_verdict all = all_together(s);
        if (best[s->group].kind == RANKER_RATE || !group_bears_out(s, &all)) continue;
        for (int i = 0; i < OUTCOME_KINDS; i++) {
            bool asked = group_of[i] == s->group && kind_bears_out(&s->verdicts[i]);
            if (asked && !(i < ASK_KINDS && loses_orders(&orders[i]))) won |= UINT64_C(1) << i;
        }
    }
    return won;
}

static err_code publish_all(ctx *c, school *s, uint64_t won) {
    static const uint64_t questions[GROUPS] = { [BESIDE] = ~(uint64_t)SNAPSHOT_RANKS_ALONE, [ALONE] = SNAPSHOT_RANKS_ALONE };
    promise_book book = { 0 };
    map64_init(&book.at, c->arena);
    for (s->group = 0; s->group < GROUPS; s->group++)
        if (won & questions[s->group]) TRY(publish(c, s, won & questions[s->group], &book));
    s->l->out.facts.promise_half_life_ms = s->log->half_life_ms;
    return promise_table(c, &book, &s->l->out);
}

static err_code teach_and_judge(ctx *c, school *s) {
    size_t first = s->rows.n_questions / 3 * 2;
    verdict orders[ASK_KINDS];
    ranker best[GROUPS];
    const ranker *of_kind[ASK_KINDS];
    int64_t split_ms = s->rows.time_ms[first];
    TRY(fit_by_orders(c, s, split_ms));
    TRY(chain_pages(c, s, first));
    for (s->group = 0; s->group < GROUPS; s->group++) {
        TRY(fit(c, s, first, split_ms, &best[s->group]));
        TRY(judge(c, s, first, &best[s->group]));
    }
    for (int i = 0; i < ASK_KINDS; i++) of_kind[i] = &best[group_of[i]];
    TRY(orders_compare(c, s->l, s->t, split_ms, &s->by_orders, of_kind, orders));
    uint64_t won = winners(s, best, orders);
    note_report(s, won);
    return won ? publish_all(c, s, won) : ERR_OK;
}

err_code learn_outcomes(ctx *c, learning *l, teacher *t) {
    school *s = arena_new(c->arena, school, 1);
    if (!s) return learn_no_memory(c);
    if (!l->shown->n) return ERR_OK;
    TRY(school_new(c, l, t, s));
    TRY(ask_all_again(c, s));
    size_t clicked = 0;
    for (size_t i = 0; i < s->rows.n; i++) clicked += s->told[i].value > 0;
    if (clicked >= LEAST_TAUGHT) TRY(teach_and_judge(c, s));
    return ERR_OK;
}
