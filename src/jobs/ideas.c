/* Ideas for the programme; see ideas.h. */
#include "jobs/ideas.h"
#include "base/clock.h"
#include "base/ctx.h"

enum { MOST_IDEAS = 48, TRIED_ENOUGH = 3 };
/* Lifts are small: before anything was measured, one in three is beyond this. */
#define USUAL_LIFT 0.05
/* Of the same setting in another week or place, besides what its interval says. */
#define DRIFT 0.03

typedef struct { placement_settings of[MOST_IDEAS]; size_t n; } idea_list;

static void set(placement_settings *s, placement_setting_kind k, int value) {
    s->given |= 1u << k;
    s->value[k] = value;
}

static bool is_same(const placement_settings *a, const placement_settings *b) {
    if (a->given != b->given) return false;
    for (size_t k = 0; k < PLACEMENT_SETTINGS; k++)
        if ((a->given >> k & 1) && a->value[k] != b->value[k]) return false;
    return true;
}

/* What holds when nobody said otherwise: the value an unset setting stands for. */
static int holds(const idea_question *q, const placement_settings *s, placement_setting_kind k) {
    const int otherwise[PLACEMENT_SETTINGS] = { [PLACEMENT_N] = q->usual_n, [PLACEMENT_DISPLAY] = -1, [PLACEMENT_PRICE_INCENTIVE] = 1,
                                                [PLACEMENT_ENABLED] = 1 };
    return placement_setting_or(s, k, otherwise[k]);
}

/* Only what differs from what holds; false when nothing does. */
static bool strip(const idea_question *q, placement_settings *idea) {
    for (size_t k = 0; k < PLACEMENT_SETTINGS; k++) {
        bool changes = (idea->given >> k & 1) && idea->value[k] != holds(q, &q->owner, (placement_setting_kind)k);
        if (!changes) idea->given &= ~(1u << k);
    }
    return idea->given != 0;
}

static bool is_of_here(const idea_question *q, const tried_idea *t) { return str_eq(t->placement, q->placement); }

/* Lost here, or tried again and again without an answer. */
static bool is_settled(const idea_question *q, const placement_settings *idea) {
    size_t times = 0;
    for (size_t i = 0; i < q->n_past; i++) {
        const tried_idea *t = &q->past[i];
        if (!is_of_here(q, t) || q->now_ms - t->ended_ms >= IDEA_REST_MS || !is_same(&t->set, idea)) continue;
        if (t->lost) return true;
        times++;
    }
    return times >= TRIED_ENOUGH;
}

static void add(const idea_question *q, idea_list *l, placement_settings idea) {
    int discount = holds(q, &idea, PLACEMENT_DISCOUNT), own = holds(q, &q->owner, PLACEMENT_DISCOUNT);
    if (discount > q->discount_max && discount > own) idea.given &= ~(1u << PLACEMENT_DISCOUNT);     /* tried without it */
    if (l->n == MOST_IDEAS || !strip(q, &idea) || is_settled(q, &idea)) return;
    for (size_t i = 0; i < l->n; i++)
        if (is_same(&l->of[i], &idea)) return;
    l->of[l->n++] = idea;
}

static void add_one(const idea_question *q, idea_list *l, placement_setting_kind k, int value) {
    placement_settings idea = { 0 };
    set(&idea, k, value);
    add(q, l, idea);
}

static void add_first_three(const idea_question *q, idea_list *l) {
    static const struct { int n, discount, display; } first[] = {
        { 3, 5, DISPLAY_POPUP }, { 2, 10, DISPLAY_POPUP }, { 3, 5, DISPLAY_BANNER },
    };
    for (size_t i = 0; i < COUNT(first); i++) {
        placement_settings idea = { 0 };
        set(&idea, PLACEMENT_N, first[i].n);
        set(&idea, PLACEMENT_DISCOUNT, first[i].discount);
        set(&idea, PLACEMENT_DISPLAY, first[i].display);
        add(q, l, idea);
    }
}

/* One step from what holds, in each direction. */
static void add_neighbours(const idea_question *q, idea_list *l) {
    static const int displays[] = { DISPLAY_POPUP, DISPLAY_BANNER, DISPLAY_INLINE, DISPLAY_SLIDE_IN };
    int n = holds(q, &q->owner, PLACEMENT_N), discount = holds(q, &q->owner, PLACEMENT_DISCOUNT);
    if (n > 1) add_one(q, l, PLACEMENT_N, n - 1);
    if (n < 12) add_one(q, l, PLACEMENT_N, n + 1);
    for (size_t i = 0; i < COUNT(displays); i++) add_one(q, l, PLACEMENT_DISPLAY, displays[i]);
    if (discount + 5 <= q->discount_max) add_one(q, l, PLACEMENT_DISCOUNT, discount + 5);
    if (discount > 0) add_one(q, l, PLACEMENT_DISCOUNT, discount > 5 ? discount - 5 : 0);
    add_one(q, l, PLACEMENT_MESSAGE, holds(q, &q->owner, PLACEMENT_MESSAGE) == MESSAGE_REASON ? MESSAGE_PLAIN : MESSAGE_REASON);
}

static void add_winners_of_elsewhere(const idea_question *q, idea_list *l) {
    for (size_t i = 0; i < q->n_past; i++)
        if (q->past[i].won && !is_of_here(q, &q->past[i])) add(q, l, q->past[i].set);
}

/* How much a past variant says of an idea, 0..1: the share of settings in which they agree, squared; half from elsewhere. */
static double likeness(const idea_question *q, const placement_settings *idea, const tried_idea *t) {
    static const placement_setting_kind compared[] = { PLACEMENT_N, PLACEMENT_DISCOUNT, PLACEMENT_DISPLAY, PLACEMENT_MESSAGE };
    double same = 0, all = 0;
    for (size_t i = 0; i < COUNT(compared); i++) {
        bool of_idea = idea->given >> compared[i] & 1, of_past = t->set.given >> compared[i] & 1;
        all += of_idea || of_past;
        same += of_idea && of_past && idea->value[compared[i]] == t->set.value[compared[i]];
    }
    return all > 0 ? same * same / (all * all) * (is_of_here(q, t) ? 1 : .5) : 0;
}

static double score(const idea_question *q, const placement_settings *idea) {
    double weight = 1 / (USUAL_LIFT * USUAL_LIFT), sum = 0;
    for (size_t i = 0; i < q->n_past; i++) {
        const tried_idea *t = &q->past[i];
        if (!t->lift_known) continue;
        double w = likeness(q, idea, t) / (t->deviation * t->deviation + DRIFT * DRIFT);
        weight += w;
        sum += w * t->lift;
    }
    return sum / weight;
}

static bool was_tried_here(const idea_question *q) {
    for (size_t i = 0; i < q->n_past; i++)
        if (is_of_here(q, &q->past[i])) return true;
    return false;
}

size_t ideas_propose(const idea_question *q, size_t most, placement_settings *ret_ideas, double *ret_score) {
    idea_list l = { .n = 0 };
    double scores[MOST_IDEAS];
    bool taken[MOST_IDEAS] = { 0 };
    size_t n = 0;
    add_first_three(q, &l);
    if (was_tried_here(q) || l.n == 0) add_neighbours(q, &l), add_winners_of_elsewhere(q, &l);
    for (size_t i = 0; i < l.n; i++) scores[i] = score(q, &l.of[i]);
    while (n < most && n < LIMIT_IDEAS && n < l.n) {
        size_t best = l.n;
        for (size_t i = 0; i < l.n; i++)
            if (!taken[i] && (best == l.n || scores[i] > scores[best] + 1e-12)) best = i;
        taken[best] = true;
        if (ret_score) ret_score[n] = scores[best];
        ret_ideas[n++] = l.of[best];
    }
    return n;
}
