/* Counts and their logs. It does NOT know requests. */
#include "decide/kinship.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "num/shrink.h"

/* How much of either it takes to believe half of what is seen: pairs of baskets, views; of clicks, before they tell it themselves. */
static const double pairs_strength = 3, views_strength = 8, kin_strength = 4, alone_strength = 30, liked_strength = 8;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "learn kinds: more memory than a job may have"); }

/* ---- kinds ---- */
typedef struct { uint32_t category, items; } sized;

static int larger_first(const void *a, const void *b) {
    const sized *x = a, *y = b;
    if (x->items != y->items) return x->items > y->items ? -1 : 1;
    return (x->category > y->category) - (x->category < y->category);
}

static err_code number_kinds(ctx *c, const shop_data *s, kinship *k) {
    uint8_t *number = arena_new(c->arena, uint8_t, (size_t)s->n_categories + 1);
    sized *by_size = arena_new(c->arena, sized, (size_t)s->n_categories + 1);
    if (!number || !by_size) return no_memory(c);
    for (uint32_t i = 0; i < s->n_categories; i++) by_size[i].category = i;
    for (uint32_t i = 0; i < s->n_items; i++)
        if (s->items[i].main_category != SHOP_NONE) by_size[s->items[i].main_category].items++;
    qsort(by_size, s->n_categories, sizeof *by_size, larger_first);
    for (uint32_t i = 0; i < s->n_categories && i < KINSHIP_MOST && by_size[i].items; i++)
        number[by_size[i].category] = (uint8_t)++k->n_kinds;
    for (uint32_t i = 0; i < s->n_items; i++)
        k->kind_of[i] = s->items[i].main_category == SHOP_NONE ? 0 : number[s->items[i].main_category];
    return ERR_OK;
}

static void price_kinds(const shop_data *s, kinship *k) {
    double sum[KINSHIP_MOST + 1] = { 0 }, n[KINSHIP_MOST + 1] = { 0 };
    for (uint32_t i = 0; i < s->n_items; i++) {
        if (s->items[i].price_minor <= 0) continue;
        sum[k->kind_of[i]] += log((double)(s->items[i].price_minor + 1));
        n[k->kind_of[i]]++;
    }
    for (uint32_t i = 0; i <= k->n_kinds; i++) k->kinds[i].log_price = n[i] > 0 ? (float)(sum[i] / n[i]) : 0;
}

/* ---- baskets ---- */
static float lift(double seen, double expected, double strength) { return (float)log((seen + strength) / (expected + strength)); }

/* Pairs of products, both ways; what a basket of many holds counts as one product's worth of pairs. */
typedef void each_pair(void *arg, uint32_t first, uint32_t second, double weight);
static void walk_pairs(const shop_baskets *b, each_pair *each, void *arg) {
    for (uint32_t i = 0; i < b->n; i++) {
        uint64_t from = b->start[i], n = b->start[i + 1] - from;
        for (uint64_t x = 0; x < n; x++)
            for (uint64_t y = 0; y < n; y++)
                if (x != y) each(arg, b->items[from + x], b->items[from + y], 1 / (double)(n - 1));
    }
}

typedef struct { const kinship *k; double *pairs; } kind_pairs;
static void count_pair(void *arg, uint32_t first, uint32_t second, double weight) {
    const kind_pairs *p = arg;
    p->pairs[p->k->kind_of[first] * ((size_t)p->k->n_kinds + 1) + p->k->kind_of[second]] += weight;
}

static err_code relate_by_baskets(ctx *c, const shop_data *s, kinship *k) {
    size_t width = (size_t)k->n_kinds + 1;
    double *pairs = arena_new(c->arena, double, width * width), of[KINSHIP_MOST + 1] = { 0 }, all = 0;
    if (!pairs) return no_memory(c);
    walk_pairs(&s->baskets, count_pair, &(kind_pairs){ k, pairs });
    for (size_t a = 0; a < width; a++)
        for (size_t b = 0; b < width; b++) of[a] += pairs[a * width + b], all += pairs[a * width + b];
    for (size_t a = 0; a < width && all > 0; a++)
        for (size_t b = 0; b < width; b++) k->kin[a * width + b].bought = lift(pairs[a * width + b], of[a] * of[b] / all, pairs_strength);
    return ERR_OK;
}

static void mark_pair(void *arg, uint32_t first, uint32_t second, double weight) {
    kinship *k = arg;
    marks_add_pair(&k->marks, k->marks.bought, k->kind_of, first, second, weight);
}

/* What is bought beside a product of a mark, over what sells of its kind. */
static void relate_marks(const shop_data *s, kinship *k) {
    const shop_baskets *b = &s->baskets;
    for (uint64_t e = 0; b->n && e < b->start[b->n]; e++) marks_add_one(&k->marks, k->kind_of[b->items[e]], b->items[e], 1);
    walk_pairs(b, mark_pair, k);
    marks_forget_held(&k->marks);
    marks_weigh(&k->marks);
}

err_code kinship_of_baskets(ctx *c, const shop_data *s, const content_model *m, kinship *ret_kinship) {
    kinship k = { .n_items = s->n_items, .counting = KINSHIP_ALL, .kind_of = arena_new(c->arena, uint8_t, s->n_items) };
    if (!k.kind_of) return no_memory(c);
    TRY(number_kinds(c, s, &k));
    size_t width = (size_t)k.n_kinds + 1;
    k.kinds = arena_new(c->arena, snapshot_kind, width);
    k.kin = arena_new(c->arena, snapshot_kin, width * width);
    k.liked = arena_new(c->arena, float, s->n_items), k.viewed = arena_new(c->arena, float, s->n_items);
    k.views = arena_new(c->arena, double, s->n_items), k.steady_views = arena_new(c->arena, double, s->n_items);
    k.kind_views = arena_new(c->arena, double, width), k.believed = arena_new_raw(c->arena, float, s->n_items);
    k.sums = arena_new(c->arena, double, 2 * (width * width + s->n_items));
    k.lead = arena_new(c->arena, double, width * width);
    if (!k.lead || !k.kinds || !k.kin || !k.liked || !k.viewed || !k.views || !k.steady_views || !k.kind_views || !k.believed || !k.sums)
        return no_memory(c);
    price_kinds(s, &k);
    TRY(relate_by_baskets(c, s, &k));
    TRY(marks_find(c, m, k.kind_of, k.n_kinds, &k.marks));
    kinship_forget_clicks(&k);
    relate_marks(s, &k);
    *ret_kinship = k;
    return ERR_OK;
}

/* ---- clicks ---- */
void kinship_forget_clicks(kinship *k) {
    size_t width = (size_t)k->n_kinds + 1;
    memset(k->sums, 0, 2 * (width * width + k->n_items) * sizeof *k->sums);
    memset(k->liked, 0, k->n_items * sizeof *k->liked);
    memset(k->viewed, 0, k->n_items * sizeof *k->viewed);
    memset(k->views, 0, k->n_items * sizeof *k->views);
    memset(k->steady_views, 0, k->n_items * sizeof *k->steady_views);
    memset(k->kind_views, 0, width * sizeof *k->kind_views);
    for (size_t i = 0; i < k->n_items; i++) k->believed[i] = 1;
    k->kin_strength = kin_strength, k->alone_strength = alone_strength, k->liked_strength = liked_strength;
    k->views_from_ms = 0;
    marks_forget_clicks(&k->marks);
    for (size_t i = 0; i < width; i++) k->kinds[i].viewed = 0;
    for (size_t i = 0; i < width * width; i++) k->kin[i].clicked = 0, k->lead[i] = 1;
}

static double shared(const kinship *k, uint32_t about, uint32_t item) {
    return about == SHOP_NONE ? 0 : marks_shared(&k->marks, k->kind_of, about, item);
}

/* How it is visited, for its kind; and its kind too, where no product says what kinds are wanted. */
static double visited(const kinship *k, uint32_t about, uint32_t item) {
    return (double)(k->viewed[item] + (about == SHOP_NONE ? k->kinds[k->kind_of[item]].viewed : 0));
}

double kinship_pull(const kinship *k, uint32_t about, uint32_t item) { return exp(visited(k, about, item) + shared(k, about, item)); }

/* Gamma of mean `lead` and shape kin_strength, after what was seen. */
static float clicked_of(const kinship *k, size_t cell) {
    const double *kin = &k->sums[2 * cell], strength = cell <= k->n_kinds ? k->alone_strength : k->kin_strength;
    return (float)log((kin[0] + strength) / (kin[1] + strength / k->lead[cell]));
}

/* Clicks from before its visits changed say as little of a product as visits from then. */
static float liked_of(const kinship *k, uint32_t item) {
    size_t width = (size_t)k->n_kinds + 1;
    const double *own = &k->sums[2 * (width * width + item)], believed = (double)k->believed[item];
    return lift(believed * own[0], believed * own[1], k->liked_strength);
}

/* Of a part, what its look leads to expect by all the others. */
void kinship_add_look(kinship *k, const kinship_look *x) {
    size_t width = (size_t)k->n_kinds + 1, cell = (x->about == SHOP_NONE ? 0 : k->kind_of[x->about]) * width + k->kind_of[x->item];
    double *kin = &k->sums[2 * cell], *own = &k->sums[2 * (width * width + x->item)];
    double in_common = exp(shared(k, x->about, x->item)), by_itself = x->looks * x->rate * exp(visited(k, x->about, x->item));
    double of_kind = exp((double)k->kin[cell].clicked), liked = exp((double)k->liked[x->item]);
    bool all = k->counting == KINSHIP_ALL;
    if ((all || k->counting == KINSHIP_MARKS) && x->about != SHOP_NONE)
        marks_add_look(&k->marks, k->kind_of, x->about, x->item, by_itself * of_kind * liked * in_common, x->clicked);
    if (all || k->counting == KINSHIP_PRODUCTS) own[0] += x->clicked, own[1] += by_itself * of_kind * in_common;
    if (all || k->counting == KINSHIP_KINDS) kin[0] += x->clicked, kin[1] += by_itself * liked * in_common;
    if (!all) return;
    k->kin[cell].clicked = clicked_of(k, cell);
    k->liked[x->item] = liked_of(k, x->item);
}

/* ---- what baskets say of clicks ---- */
enum { LEADS = 3, LEAD_STEPS = 12 };
static const double lead_most = 3;          /* logs: baskets alone rule nothing out */
/* Believed of the line before clicks tell: clicks on a kind rise with baskets of it, a little less, as baskets are counts too (regression
 * dilution). The first lists hold what rules chose, so of the kinds that baskets speak against they tell nothing for days. */
static const double lead_mean[LEADS] = { 0, 0.7, 0 }, lead_precision[LEADS] = { 1, 16, 1 };

static void lead_inputs(const kinship *k, size_t a, size_t b, double x[LEADS]) {
    x[0] = 1, x[1] = (double)k->kin[a * (k->n_kinds + 1) + b].bought, x[2] = a == b;
}

static double lead_of(const double by[LEADS], const double x[LEADS]) {
    double sum = 0;
    for (size_t i = 0; i < LEADS; i++) sum += by[i] * x[i];
    return fmax(-lead_most, fmin(lead_most, sum));
}

/* Symmetric, positive definite: Gauss without a choice of rows. */
static void solve(double m[LEADS][LEADS], double r[LEADS]) {
    for (size_t i = 0; i < LEADS; i++)
        for (size_t j = i + 1; j < LEADS; j++) {
            double by = m[j][i] / m[i][i];
            for (size_t n = i; n < LEADS; n++) m[j][n] -= by * m[i][n];
            r[j] -= by * r[i];
        }
    for (size_t i = LEADS; i-- > 0;) {
        for (size_t n = i + 1; n < LEADS; n++) r[i] -= m[i][n] * r[n];
        r[i] /= m[i][i];
    }
}

/* One step of scoring: clicks of a cell have mean e = expected x exp(by . x) and variance e + e^2 / strength; by is normal. */
static void improve_lead(const kinship *k, double by[LEADS]) {
    double m[LEADS][LEADS] = { 0 }, r[LEADS], x[LEADS];
    size_t width = (size_t)k->n_kinds + 1;
    for (size_t i = 0; i < LEADS; i++) m[i][i] = lead_precision[i], r[i] = lead_precision[i] * (lead_mean[i] - by[i]);
    for (size_t a = 1; a < width; a++)
        for (size_t b = 1; b < width; b++) {
            const double *kin = &k->sums[2 * (a * width + b)];
            if (!(kin[1] > 0)) continue;
            lead_inputs(k, a, b, x);
            double e = kin[1] * exp(lead_of(by, x)), damped = 1 / (1 + e / k->kin_strength);
            for (size_t i = 0; i < LEADS; i++) {
                r[i] += (kin[0] - e) * damped * x[i];
                for (size_t j = 0; j < LEADS; j++) m[i][j] += e * damped * x[i] * x[j];
            }
        }
    solve(m, r);
    for (size_t i = 0; i < LEADS; i++) by[i] += r[i];
}

/* Where nothing is asked about, baskets say nothing: kinds are drawn to their mean. */
static void refresh_lead_alone(kinship *k) {
    double seen = kin_strength, expected = kin_strength;
    for (size_t b = 0; b <= k->n_kinds; b++) seen += k->sums[2 * b], expected += k->sums[2 * b + 1];
    for (size_t b = 0; b <= k->n_kinds; b++) {
        k->lead[b] = seen / expected;
        k->kin[b].clicked = clicked_of(k, b);
    }
}

static bool is_any_shown(const kinship *k) {
    size_t width = (size_t)k->n_kinds + 1;
    for (size_t cell = width; cell < width * width; cell++)
        if (k->sums[2 * cell + 1] > 0) return true;
    return false;
}

/* Other pairs with no kind keep to the mean of all. */
static void refresh_leads(kinship *k) {
    double by[LEADS], x[LEADS];
    size_t width = (size_t)k->n_kinds + 1;
    refresh_lead_alone(k);
    if (!is_any_shown(k)) return;
    memcpy(by, lead_mean, sizeof by);
    for (int step = 0; step < LEAD_STEPS; step++) improve_lead(k, by);
    for (size_t a = 1; a < width; a++)
        for (size_t b = 1; b < width; b++) {
            lead_inputs(k, a, b, x);
            k->lead[a * width + b] = exp(lead_of(by, x));
            k->kin[a * width + b].clicked = clicked_of(k, a * width + b);
        }
}

/* ---- once more ---- */
void kinship_count_again(kinship *k, kinship_part part) {
    size_t cells = ((size_t)k->n_kinds + 1) * ((size_t)k->n_kinds + 1);
    k->counting = part;
    if (part == KINSHIP_KINDS) memset(k->sums, 0, 2 * cells * sizeof *k->sums);
    if (part == KINSHIP_PRODUCTS) memset(k->sums + 2 * cells, 0, 2 * k->n_items * sizeof *k->sums);
    if (part == KINSHIP_MARKS) marks_count_again(&k->marks);
}

void kinship_counted(kinship *k) {
    size_t width = (size_t)k->n_kinds + 1, cells = width * width;
    const double *own = k->sums + 2 * cells;
    if (k->counting == KINSHIP_PRODUCTS) k->liked_strength = shrink_strength(own, NULL, k->n_items, liked_strength);
    if (k->counting == KINSHIP_KINDS) {
        k->alone_strength = shrink_strength(k->sums, k->lead, width, alone_strength);
        k->kin_strength = shrink_strength(k->sums + 2 * width, k->lead + width, cells - width, kin_strength);
    }
    if (k->counting == KINSHIP_MARKS) marks_weigh(&k->marks);
    for (uint32_t i = 0; k->counting == KINSHIP_PRODUCTS && i < k->n_items; i++) k->liked[i] = liked_of(k, i);
    for (size_t i = 0; k->counting == KINSHIP_KINDS && i < cells; i++) k->kin[i].clicked = clicked_of(k, i);
    if (k->counting == KINSHIP_KINDS) refresh_leads(k);
    k->counting = KINSHIP_ALL;
}

/* ---- views ---- */
/* The newest weigh most, so that nothing need be decayed but for numbers that would grow out of their range (forward decay: Cormode et al.
 * 2009). */
static double halves_of(const kinship *k, int64_t time_ms, int days) {
    return (double)(time_ms - k->views_from_ms) / ((double)days * MS_PER_DAY);
}

static void begin_again(kinship *k, int64_t time_ms) {
    double late = exp2(-halves_of(k, time_ms, KINSHIP_VIEW_DAYS)), steady = exp2(-halves_of(k, time_ms, KINSHIP_STEADY_DAYS));
    double of_kind = exp2(-halves_of(k, time_ms, KINSHIP_KIND_DAYS));
    for (size_t i = 0; i < k->n_items; i++) k->views[i] *= late, k->steady_views[i] *= steady;
    for (size_t i = 0; i <= k->n_kinds; i++) k->kind_views[i] *= of_kind;
    k->views_from_ms = time_ms;
}

void kinship_add_view(kinship *k, uint32_t before, uint32_t item, int64_t time_ms) {
    const double far = 500;
    if (!k->views_from_ms) k->views_from_ms = time_ms;
    if (halves_of(k, time_ms, KINSHIP_VIEW_DAYS) > far) begin_again(k, time_ms);
    k->views[item] += exp2(halves_of(k, time_ms, KINSHIP_VIEW_DAYS));
    k->steady_views[item] += exp2(halves_of(k, time_ms, KINSHIP_STEADY_DAYS));
    k->kind_views[k->kind_of[item]] += exp2(halves_of(k, time_ms, KINSHIP_KIND_DAYS));
    marks_add_one(&k->marks, k->kind_of[item], item, 1);
    if (before != SHOP_NONE && before != item) marks_add_pair(&k->marks, k->marks.viewed, k->kind_of, before, item, 1);
}

/* Views of a product, or those of the mean product of its kind: of late, and before. */
typedef struct { double late, before; } views;

/* How far what was before is to be believed: where late views contradict it by z > 2 standard errors, exp(-(z^2 - 4) / 2) (a power prior,
 * Ibrahim and Chen 2000, discounted by conflict). */
static double believed_of(const views *own, const views *mean) {
    double foreseen = mean->late * (own->before + views_strength) / (mean->before + views_strength);
    if (!(foreseen > 0)) return 1;
    double off = own->late - foreseen, z2 = off * off / (foreseen + foreseen * foreseen / (own->before + views_strength));
    return z2 > 4 ? exp(-(z2 - 4) / 2) : 1;
}

static void refresh_products(kinship *k) {
    views of_kind[KINSHIP_MOST + 1] = { 0 };
    double n[KINSHIP_MOST + 1] = { 0 };
    for (size_t i = 0; i < k->n_items; i++) {
        views *of = &of_kind[k->kind_of[i]];
        of->late += k->views[i], of->before += k->steady_views[i] - k->views[i], n[k->kind_of[i]]++;
    }
    for (size_t i = 0; i < k->n_items; i++) {
        size_t kind = k->kind_of[i];
        const views own = { k->views[i], k->steady_views[i] - k->views[i] };
        const views mean = { of_kind[kind].late / n[kind], of_kind[kind].before / n[kind] };
        double w = believed_of(&own, &mean);
        k->viewed[i] = lift(own.late + w * own.before, mean.late + w * mean.before, views_strength);
        k->believed[i] = (float)w;
    }
}

static void refresh_views(kinship *k, int64_t now_ms) {
    double all = 0;
    begin_again(k, now_ms);
    refresh_products(k);
    for (size_t i = 1; i <= k->n_kinds; i++) all += k->kind_views[i];
    for (size_t i = 1; i <= k->n_kinds; i++) k->kinds[i].viewed = lift(k->kind_views[i], all / k->n_kinds, views_strength);
}

void kinship_refresh(kinship *k, int64_t now_ms) {
    marks_weigh(&k->marks);
    refresh_leads(k);
    if (k->views_from_ms) refresh_views(k, now_ms);
}

void kinship_show(const kinship *k, snapshot *out) {
    size_t width = (size_t)k->n_kinds + 1;
    out->kind_of = k->kind_of, out->n_kind_of = k->n_items;
    out->kinds = k->kinds, out->n_kinds = width;
    out->kin = k->kin, out->n_kin = width * width;
    out->liked = k->liked, out->n_liked = k->n_items;
    out->viewed = k->viewed, out->n_viewed = k->n_items;
    out->marks = k->marks.of, out->n_marks = k->n_items;
    out->mark_worth = k->marks.worth, out->n_mark_worth = SNAPSHOT_MARK_ROWS;
}
