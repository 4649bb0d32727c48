/* The rule of attribution, pure. It does NOT read anything: attribution_store.c does. */
#include "events/attribution.h"

const char *const touch_words[TOUCH_KINDS] = {
#define X(name, word) [TOUCH_##name] = word,
    TOUCH_LIST(X)
#undef X
};

/* ---- which touch ---- */
/* Shops may name the variation where we mean the product, and the other way round. */
static bool is_of_line(const touch *t, const bought_line *l) {
    return (t->product_id.n && (str_eq(t->product_id, l->product_id) || str_eq(t->product_id, l->variation_id))) ||
           (t->variation_id.n && str_eq(t->variation_id, l->variation_id));
}

static bool is_in_time(const touch *t, int64_t ordered_ms, const attribution_windows *w) {
    const int64_t longest[TOUCH_KINDS] = { [TOUCH_VIEW] = w->view_ms, [TOUCH_CLICK] = w->click_ms, [TOUCH_CARRIED] = INT64_MAX };
    return t->time_ms <= ordered_ms && (longest[t->kind] == INT64_MAX || ordered_ms - t->time_ms <= longest[t->kind]);
}

static bool is_stronger(const touch *a, const touch *b) {
    if (a->kind != b->kind) return a->kind > b->kind;
    if (a->time_ms != b->time_ms) return a->time_ms > b->time_ms;
    int by_rec = str_cmp(a->rec_id, b->rec_id);
    return by_rec ? by_rec > 0 : a->position < b->position;
}

static size_t touch_of(const bought_line *l, const placed_order *o, const touch *touches, size_t n, const attribution_windows *w) {
    size_t best = NO_TOUCH;
    for (size_t i = 0; i < n; i++) {
        const touch *t = &touches[i];
        if (t->held_out || !is_in_time(t, o->ordered_ms, w) || !is_of_line(t, l)) continue;
        if (best == NO_TOUCH || is_stronger(t, &touches[best])) best = i;
    }
    return best;
}

/* ---- what was taken back ---- */
static int64_t keeps(const bought_line *l, const line_credit *k) { return l->value > k->refunded ? l->value - k->refunded : 0; }

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* From the lines that fit, one after the other, as much as each still keeps. Returns what is left of `value`. */
static int64_t take_back(const placed_order *o, const returned_line *r, int64_t value, bool same_variation, line_credit *lines) {
    for (size_t i = 0; i < o->n_lines && value > 0; i++) {
        const bought_line *l = &o->lines[i];
        if (!r->product_id.n || !str_eq(r->product_id, l->product_id)) continue;
        if (same_variation && !str_eq(r->variation_id, l->variation_id)) continue;
        int64_t part = least(value, keeps(l, &lines[i]));
        lines[i].refunded += part;
        value -= part;
    }
    return value;
}

/* value * share / whole, rounded half up; wide enough for any money */
static int64_t share_of(int64_t value, int64_t share, int64_t whole) {
    __extension__ typedef __int128 wide;
    return (int64_t)((2 * (wide)value * share + whole) / (2 * (wide)whole));
}

/* Money given back without saying for what. */
static void share_back(const placed_order *o, int64_t amount, line_credit *lines) {
    int64_t goods = 0;
    for (size_t i = 0; i < o->n_lines; i++) goods += o->lines[i].value > 0 ? o->lines[i].value : 0;
    int64_t whole = o->total > goods ? o->total : goods;
    if (whole <= 0) return;
    amount = least(amount, whole);
    for (size_t i = 0; i < o->n_lines; i++)
        if (o->lines[i].value > 0)
            lines[i].refunded += least(share_of(o->lines[i].value, amount, whole), keeps(&o->lines[i], &lines[i]));
}

static void take_all_back(const placed_order *o, line_credit *lines) {
    int64_t unsaid = o->refunded;
    for (size_t i = 0; i < o->n_returned; i++) {
        const returned_line *r = &o->returned[i];
        unsaid -= r->value;
        (void)take_back(o, r, take_back(o, r, r->value, true, lines), false, lines);    /* more than was paid is no refund of a line */
    }
    if (unsaid > 0) share_back(o, unsaid, lines);
}

void attribute(const placed_order *o, const touch *touches, size_t n, const attribution_windows *w, line_credit *ret_lines) {
    for (size_t i = 0; i < o->n_lines; i++)
        ret_lines[i] = (line_credit){ touch_of(&o->lines[i], o, touches, n, w), o->is_sale ? 0 : o->lines[i].value };
    if (o->is_sale) take_all_back(o, ret_lines);
}
