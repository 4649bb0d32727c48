/* Rows, clicks as of a moment, and what a visitor had done by then; see learn_lessons_int.h. It does NOT judge. */
#include "decide/learn_lessons_int.h"
#include <string.h>

/* ---- rows ---- */
err_code lesson_rows_new(ctx *c, size_t most_rows, size_t most_questions, lesson_rows *ret_rows) {
    lesson_rows r = { .most = most_rows, .most_questions = most_questions };
    r.x = arena_new_raw(c->arena, float, most_rows * n_candidate_features);
    r.label = arena_new_raw(c->arena, uint8_t, most_rows);
    r.weight = arena_new_raw(c->arena, float, most_rows);
    r.group = arena_new(c->arena, size_t, most_questions + 1);
    r.time_ms = arena_new(c->arena, int64_t, most_questions + 1);
    if (!r.x || !r.label || !r.weight || !r.group || !r.time_ms) return learn_no_memory(c);
    *ret_rows = r;
    return ERR_OK;
}

void lesson_rows_add(lesson_rows *r, const float *x, bool label, float weight) {
    if (r->n == r->most) return;
    memcpy(r->x + r->n * n_candidate_features, x, n_candidate_features * sizeof *x);
    r->label[r->n] = label;
    r->weight[r->n++] = weight;
}

void lesson_rows_end_question(lesson_rows *r, int64_t time_ms) {
    if (r->n_questions == r->most_questions) return;
    int64_t before_ms = r->n_questions ? r->time_ms[r->n_questions - 1] : time_ms;
    r->time_ms[r->n_questions++] = time_ms > before_ms ? time_ms : before_ms;
    r->group[r->n_questions] = r->n;
}

size_t lesson_rows_before(const lesson_rows *r, int64_t time_ms) {
    size_t n = 0;
    while (n < r->n_questions && r->time_ms[n] < time_ms) n++;
    return n;
}

err_code lessons_fit(ctx *c, const ranker_params *p, const lesson_rows *r, size_t n_questions, ranker *ret_ranker) {
    return ranker_fit(c, &(ranker_rows){ .x = r->x, .label = r->label, .weight = r->weight, .n = r->group[n_questions],
                                         .width = n_candidate_features, .group = r->group, .n_groups = n_questions }, p, ret_ranker);
}

/* ---- what he had done ---- */
/* End of what he did before a moment. */
static uint64_t done_before(const shop_visits *v, uint32_t visitor, int64_t before_ms) {
    uint64_t low = v->start[visitor], high = v->start[visitor + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (v->time_ms[middle] < before_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Put into the cart, and neither bought nor told of twice by what he did from `next` to `end`. */
static bool is_last_word(const shop_visits *v, uint64_t next, uint64_t end, uint32_t item) {
    for (uint64_t e = next; e < end; e++)
        if (v->item[e] == item && (v->kind[e] == EVENT_CART || v->kind[e] == EVENT_PURCHASE)) return false;
    return true;
}

void lesson_past_of(const shop_visits *v, const shown_lesson *x, lesson_past *ret_past) {
    lesson_past *p = ret_past;
    p->n_cart = p->n_history = 0;
    if (x->visitor == SHOP_NONE) return;
    uint64_t end = done_before(v, x->visitor, x->time_ms);
    for (uint64_t e = end; e-- > v->start[x->visitor] && p->n_history < LESSON_HISTORY;) {
        p->history[p->n_history++] = (told_event){ v->item[e], (event_kind)v->kind[e], v->time_ms[e] };
        if (v->kind[e] == EVENT_CART && is_last_word(v, e + 1, end, v->item[e])) p->cart[p->n_cart++] = v->item[e];
    }
}

uint32_t lesson_about(const shop_visits *v, const shown_lesson *x) {
    lesson_past past;
    if (x->product != SHOP_NONE) return x->product;
    lesson_past_of(v, x, &past);
    return past.n_cart ? past.cart[0] : SHOP_NONE;
}

/* ---- clicks as of a moment ---- */
void clicks_begin(clicks_then *k, const learning *l, kinship *kin) {
    *k = (clicks_then){ .log = l->shown, .visits = &l->visits, .kin = kin };
    if (k->log->n || k->visits->n_visits) kinship_forget_clicks(kin);
}

/* How often a look of a pull of 1 is clicked: one of fifty, until more is known. */
static double rate_at(const clicks_then *k, size_t place) { return (k->clicks[place] + 1) / (k->looks[place] + 50); }

/* Each look for the first time moves the placement's rate. */
static void tell_clicks(clicks_then *k, const shown_lesson *x, bool again) {
    size_t place = (size_t)(x->place - all_placements);
    uint32_t about = lesson_about(k->visits, x);
    for (uint32_t i = x->first; i < x->first + x->n; i++) {
        const shown_product *p = &k->log->products[i];
        double looks = (double)(p->chance * x->stands_for);
        if (!p->looked || place >= LESSON_PLACES_MOST) continue;
        if (!again) k->looks[place] += looks * kinship_pull(k->kin, about, p->item), k->clicks[place] += p->clicked;
        kinship_add_look(k->kin, &(kinship_look){ about, p->item, looks, rate_at(k, place), p->clicked });
    }
}

/* All of them once more, when there are a quarter more than the last time: then what they came to is near already. From nothing it takes
 * six rounds until parts that explain the same clicks have come to rest. */
static void tell_again(clicks_then *k) {
    enum { ROUNDS = 2, FIRST_ROUNDS = 6 };
    int parts = KINSHIP_ALL * (k->counted ? ROUNDS : FIRST_ROUNDS);
    if (k->next < k->counted + k->counted / 4 + 1) return;
    for (int part = 0; part < parts; part++) {
        kinship_count_again(k->kin, (kinship_part)(part % KINSHIP_ALL));
        for (uint32_t i = 0; i < k->next; i++) tell_clicks(k, &k->log->lessons[i], true);
        kinship_counted(k->kin);
    }
    k->counted = k->next;
}

/* The page that the visitor of event `e` had opened before. */
static uint32_t page_before(const shop_visits *v, uint64_t e) {
    uint32_t low = 0, high = v->n_visitors;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (v->start[middle] <= e) low = middle;
        else high = middle;
    }
    while (e-- > v->start[low])
        if (v->kind[e] == EVENT_VIEW) return v->item[e];
    return SHOP_NONE;
}

static void tell_views(clicks_then *k, int64_t time_ms) {
    const shop_visits *v = k->visits;
    uint64_t n = v->by_time && v->n_visitors ? v->start[v->n_visitors] : 0;
    for (; k->next_view < n && v->time_ms[v->by_time[k->next_view]] < time_ms; k->next_view++) {
        uint32_t e = v->by_time[k->next_view];
        if (v->kind[e] == EVENT_VIEW) kinship_add_view(k->kin, page_before(v, e), v->item[e], v->time_ms[e]);
    }
}

void clicks_until(clicks_then *k, int64_t time_ms) {
    while (k->next < k->log->n && k->log->lessons[k->next].time_ms < time_ms) tell_clicks(k, &k->log->lessons[k->next++], false);
    tell_views(k, time_ms);
    if (time_ms - k->refreshed_ms < MS_PER_DAY) return;
    kinship_refresh(k->kin, time_ms);
    tell_again(k);
    k->refreshed_ms = time_ms;
}
