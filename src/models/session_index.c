/* Build, ask, save and load the index of sessions. It does NOT score items. */
#include "models/session_index.h"
#include "base/touch.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double FALLBACK_HALF_LIFE = 0.1;   /* share of all sessions after which popularity counts half */
enum { CHECK_SESSIONS = 65536 };

/* ---- sessions in order of time ---- */
typedef struct { uint64_t from, to; int64_t time_ms; } stretch;     /* events of one session */

static int by_time(const void *a, const void *b) {
    const stretch *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Where each visit begins and ends. */
static uint64_t cut_visits(const interactions *x, stretch *ret) {
    uint64_t n = 0;
    for (uint32_t u = 0; u < x->n_users; u++)
        for (uint64_t e = x->start[u], from = e; e < x->start[u + 1]; e++) {
            if (e + 1 < x->start[u + 1] && (!x->visit || x->visit[e + 1] == x->visit[e])) continue;
            uint64_t first = e + 1 - from > SESSION_MAX_CLICKS ? e + 1 - SESSION_MAX_CLICKS : from;
            if (ret) ret[n] = (stretch){ first, e + 1, x->time_ms ? x->time_ms[e] : 0 };
            n++;
            from = e + 1;
        }
    return n;
}

static err_code copy_clicks(ctx *c, const interactions *x, const stretch *s, uint32_t n, session_log *ret) {
    uint64_t clicks = 0;
    for (uint32_t i = 0; i < n; i++) clicks += s[i].to - s[i].from;
    uint64_t *start = arena_new(c->arena, uint64_t, (size_t)n + 1);
    uint32_t *item = arena_new_raw(c->arena, uint32_t, clicks);
    float *weight = x->weight ? arena_new_raw(c->arena, float, clicks) : NULL;
    if (!start || !item || (x->weight && !weight)) return fail(c, ERR_NO_MEMORY, "%u sessions do not fit in memory", n);
    for (uint32_t i = 0; i < n; i++) {
        size_t length = (size_t)(s[i].to - s[i].from);
        memcpy(item + start[i], x->item + s[i].from, length * sizeof *item);
        for (size_t e = 0; weight && e < length; e++) weight[start[i] + e] = fminf(x->weight[s[i].from + e], SESSION_MAX_WEIGHT);
        start[i + 1] = start[i] + length;
    }
    *ret = (session_log){ n, x->n_items, start, item, weight };
    return ERR_OK;
}

err_code session_log_of(ctx *c, const interactions *x, session_log *ret_log) {
    uint64_t n = cut_visits(x, NULL);
    if (n >= UINT32_MAX) return fail(c, ERR_TOO_LARGE, "%llu sessions; at most %u", (unsigned long long)n, UINT32_MAX - 1);
    stretch *s = arena_new_raw(c->arena, stretch, n);       /* stays below the log until the fit's arena goes: 24 bytes a session */
    if (!s) return fail(c, ERR_NO_MEMORY, "%llu sessions do not fit in memory", (unsigned long long)n);
    cut_visits(x, s);
    if (x->time_ms) qsort(s, n, sizeof *s, by_time);
    return copy_clicks(c, x, s, (uint32_t)n, ret_log);
}

session_log session_log_oldest(const session_log *log, uint32_t n) {
    session_log older = *log;
    if (n < older.n_sessions) older.n_sessions = n;
    return older;
}

/* ---- index ---- */

/* Is the click the first of its item in its session? */
static bool is_first(const session_log *log, uint32_t session, uint64_t click) {
    for (uint64_t e = log->start[session]; e < click; e++)
        if (log->item[e] == log->item[click]) return false;
    return true;
}

typedef void visit_holder(void *state, uint32_t session, uint32_t item);

/* Each item of each session once, newest session first. */
static err_code each_holder(ctx *c, const session_log *log, visit_holder *visit, void *state) {
    for (uint32_t s = log->n_sessions; s-- > 0;) {
        for (uint64_t e = log->start[s]; e < log->start[s + 1]; e++)
            if (is_first(log, s, e)) visit(state, s, log->item[e]);
        if (s % CHECK_SESSIONS == 0) TRY(ctx_check(c));
    }
    return ERR_OK;
}

typedef struct {
    uint32_t n_sessions, per_item;
    uint64_t *start;                /* n_items + 1 */
    uint32_t *n;                    /* n_items: sessions with the item; then: those listed so far */
    double *recent;                 /* n_items */
    double fade;                    /* weight lost a session */
    uint32_t *holder;
} building;

static void count_holder(void *state, uint32_t session, uint32_t item) {
    building *b = state;
    b->n[item]++;
    b->recent[item] += exp2(-(double)(b->n_sessions - 1 - session) * b->fade);
}

static void list_holder(void *state, uint32_t session, uint32_t item) {
    building *b = state;
    if (b->n[item] < b->per_item) b->holder[b->start[item] + b->n[item]++] = session;
}

static void weigh_items(const building *b, uint32_t n_items, float *ret_idf, float *ret_fallback) {
    double most = 0;
    for (uint32_t i = 0; i < n_items; i++) most = b->recent[i] > most ? b->recent[i] : most;
    for (uint32_t i = 0; i < n_items; i++) {
        ret_idf[i] = b->n[i] ? (float)log1p((double)b->n_sessions / b->n[i]) : 0;
        ret_fallback[i] = most > 0 ? (float)(b->recent[i] / most - 1) : -1;
    }
}

err_code session_index_build(ctx *c, const session_log *log, uint32_t per_item, session_index *ret_index) {
    uint32_t n_items = log->n_items;
    building b = { .n_sessions = log->n_sessions, .per_item = per_item, .start = arena_new(c->arena, uint64_t, (size_t)n_items + 1) };
    float *idf = arena_new(c->arena, float, n_items), *fallback = arena_new(c->arena, float, n_items);
    b.n = arena_new(c->arena, uint32_t, n_items);
    b.recent = arena_new(c->arena, double, n_items);
    b.fade = 1 / (FALLBACK_HALF_LIFE * fmax(1, log->n_sessions));
    if (!b.start || !idf || !fallback || !b.n || !b.recent) return fail(c, ERR_NO_MEMORY, "index of %u items", n_items);
    TRY(each_holder(c, log, count_holder, &b));
    weigh_items(&b, n_items, idf, fallback);
    for (uint32_t i = 0; i < n_items; i++) b.start[i + 1] = b.start[i] + (b.n[i] < per_item ? b.n[i] : per_item);
    b.holder = arena_new_raw(c->arena, uint32_t, b.start[n_items]);
    if (!b.holder) return fail(c, ERR_NO_MEMORY, "index of %u items", n_items);
    memset(b.n, 0, n_items * sizeof *b.n);
    TRY(each_holder(c, log, list_holder, &b));
    *ret_index = (session_index){ *log, b.start, b.holder, idf, fallback };
    return ctx_check(c);
}

/* ---- asking ---- */
session_query session_query_of(const history *h, uint32_t n_items, uint32_t most) {
    session_query q = { 0 };
    for (size_t e = h->n; e-- > 0 && q.clicks < SESSION_MAX_CLICKS;) {
        if (h->item[e] >= n_items) continue;
        bool again = false;
        for (uint32_t i = 0; i < q.n && !again; i++) again = q.item[i] == h->item[e];
        if (!again && q.n < most) {
            q.item[q.n] = h->item[e];
            q.ago[q.n] = q.clicks;
            q.weight[q.n++] = h->weight ? fminf(h->weight[e], SESSION_MAX_WEIGHT) : 1;
        }
        q.clicks++;
    }
    return q;
}

/* The lists of the items are merged from their newest sessions on. Heads hold session + 1; 0 is the end of a list. */
uint32_t session_matches(const session_index *ix, const session_query *q, const float *weight, uint32_t most, session_neighbour *ret) {
    const uint32_t *at[SESSION_MAX_RECENT], *end[SESSION_MAX_RECENT];
    uint32_t head[SESSION_MAX_RECENT] = { 0 }, n = 0;
    for (uint32_t i = 0; i < q->n; i++) {
        at[i] = ix->holder + ix->holder_start[q->item[i]];
        end[i] = ix->holder + ix->holder_start[q->item[i] + 1];
        head[i] = at[i] < end[i] ? *at[i] + 1 : 0;
    }
    while (n < most) {
        uint32_t newest = 0;
        for (uint32_t i = 0; i < q->n; i++) newest = head[i] > newest ? head[i] : newest;
        if (newest == 0) break;
        session_neighbour *near = &ret[n++];
        *near = (session_neighbour){ newest - 1, q->n, 0 };
        for (uint32_t i = 0; i < q->n; i++) {
            if (head[i] != newest) continue;
            near->similarity += weight[i];
            if (near->match == q->n) near->match = i;
            head[i] = ++at[i] < end[i] ? *at[i] + 1 : 0;
        }
    }
    return n;
}

/* The k-th largest of x, which is shuffled: quickselect (Hoare 1961) with the middle as pivot. 1 <= k <= n. */
static float kth_largest(float *x, uint32_t n, uint32_t k) {
    uint32_t low = 0, high = n - 1;
    while (low < high) {
        float pivot = x[low + (high - low) / 2];
        uint32_t i = low, j = high;
        for (;;) {
            while (x[i] > pivot) i++;
            while (x[j] < pivot) j--;
            if (i >= j) break;
            float swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (k - 1 <= j) high = j;           /* [low, j] >= pivot >= [j + 1, high] */
        else low = j + 1;
    }
    return x[k - 1];
}

uint32_t session_nearest(session_neighbour *list, uint32_t n, uint32_t k, float *scratch) {
    if (n <= k) return n;
    uint32_t above = 0, kept = 0;
    for (uint32_t i = 0; i < n; i++) scratch[i] = list[i].similarity;
    float least = kth_largest(scratch, n, k);
    for (uint32_t i = 0; i < n; i++) above += list[i].similarity > least;
    for (uint32_t i = 0, equal = k - above; i < n; i++) {
        if (list[i].similarity < least || (list[i].similarity == least && equal == 0)) continue;
        equal -= list[i].similarity == least;
        list[kept++] = list[i];
    }
    return kept;
}

void session_touch(const session_index *ix, const session_neighbour *list, uint32_t n, uint32_t from) {
    const session_log *log = &ix->log;
    uint32_t to = n - from < SESSION_TOGETHER ? n : from + SESSION_TOGETHER;
    for (uint32_t i = from; i < to; i++) {
        uint64_t at = log->start[list[i].session];
        touch(&log->item[at]);
        if (log->weight) touch(&log->weight[at]);
    }
}

uint64_t session_match_position(const session_index *ix, const session_query *q, session_neighbour near) {
    uint64_t e = ix->log.start[near.session + 1] - 1;
    while (e > ix->log.start[near.session] && ix->log.item[e] != q->item[near.match]) e--;
    return e;
}

/* ---- as a pack ---- */
void session_index_arrays(const session_index *ix, pack_array ret_arrays[SESSION_INDEX_ARRAYS]) {
    const session_log *log = &ix->log;
    uint64_t clicks = log->start[log->n_sessions];
    const pack_array arrays[SESSION_INDEX_ARRAYS] = {
        { "click_start", log->start, sizeof *log->start, (uint64_t)log->n_sessions + 1 },
        { "click", log->item, sizeof *log->item, clicks },
        { "click_weight", log->weight, sizeof(float), log->weight ? clicks : 0 },
        { "holder_start", ix->holder_start, sizeof *ix->holder_start, (uint64_t)log->n_items + 1 },
        { "holder", ix->holder, sizeof *ix->holder, ix->holder_start[log->n_items] },
        { "idf", ix->idf, sizeof(float), log->n_items },
        { "fallback", ix->fallback, sizeof(float), log->n_items },
    };
    memcpy(ret_arrays, arrays, sizeof arrays);
}

/* Starts that never go down, from 0 to `total`, rows of at most `most`. */
static bool starts_hold(const uint64_t *start, uint64_t n, uint64_t total, uint64_t most) {
    if (start[0] != 0 || start[n] != total) return false;
    for (uint64_t i = 0; i < n; i++)
        if (start[i + 1] < start[i] || start[i + 1] - start[i] > most) return false;
    return true;
}

static bool all_below(const uint32_t *x, uint64_t n, uint32_t limit) {
    for (uint64_t i = 0; i < n; i++)
        if (x[i] >= limit) return false;
    return true;
}

static bool all_within(const float *x, uint64_t n, float least, float most) {
    for (uint64_t i = 0; i < n; i++)
        if (!(x[i] >= least && x[i] <= most)) return false;
    return true;
}

/* Lists go strictly down: the merge relies on it. */
static bool holders_fall(const session_index *ix) {
    for (uint32_t i = 0; i < ix->log.n_items; i++)
        for (uint64_t h = ix->holder_start[i] + 1; h < ix->holder_start[i + 1]; h++)
            if (ix->holder[h] >= ix->holder[h - 1]) return false;
    return true;
}

/* No session without a click: a neighbour has a last one. */
static bool sessions_hold(const session_log *log) {
    for (uint32_t s = 0; s < log->n_sessions; s++)
        if (log->start[s + 1] == log->start[s]) return false;
    return true;
}

typedef struct { const char *name; uint32_t size; const void *data; uint64_t n; } loaded_array;

err_code session_index_load(ctx *c, const pack *p, uint32_t n_items, session_index *ret_index) {
    enum { START, CLICK, WEIGHT, HOLDER_START, HOLDER, IDF, FALLBACK };
    loaded_array a[SESSION_INDEX_ARRAYS] = {
        [START] = { .name = "click_start", .size = 8 }, [CLICK] = { .name = "click", .size = 4 },
        [WEIGHT] = { .name = "click_weight", .size = 4 }, [HOLDER_START] = { .name = "holder_start", .size = 8 },
        [HOLDER] = { .name = "holder", .size = 4 }, [IDF] = { .name = "idf", .size = 4 }, [FALLBACK] = { .name = "fallback", .size = 4 },
    };
    for (size_t i = 0; i < COUNT(a); i++) TRY(pack_get(c, p, a[i].name, a[i].size, UINT64_MAX, &a[i].data, &a[i].n));
    uint64_t n_sessions = a[START].n - 1;
    bool sizes = a[START].n >= 1 && n_sessions < UINT32_MAX && a[HOLDER_START].n == (uint64_t)n_items + 1 && a[IDF].n == n_items &&
                 a[FALLBACK].n == n_items && (a[WEIGHT].n == 0 || a[WEIGHT].n == a[CLICK].n);
    if (!sizes) return fail(c, ERR_CORRUPT, "saved sessions: sizes do not agree");
    session_index ix = {
        .log = { (uint32_t)n_sessions, n_items, a[START].data, a[CLICK].data, a[WEIGHT].n ? a[WEIGHT].data : NULL },
        .holder_start = a[HOLDER_START].data, .holder = a[HOLDER].data, .idf = a[IDF].data, .fallback = a[FALLBACK].data,
    };
    bool sound = starts_hold(ix.log.start, n_sessions, a[CLICK].n, SESSION_MAX_CLICKS) && sessions_hold(&ix.log) &&
                 starts_hold(ix.holder_start, n_items, a[HOLDER].n, n_sessions) && all_below(ix.log.item, a[CLICK].n, ix.log.n_items) &&
                 all_below(ix.holder, a[HOLDER].n, ix.log.n_sessions) && holders_fall(&ix) &&
                 all_within(ix.idf, n_items, 0, 64) && all_within(ix.fallback, n_items, -1, 0) &&
                 all_within(a[WEIGHT].data, a[WEIGHT].n, 0, SESSION_MAX_WEIGHT);
    if (!sound) return fail(c, ERR_CORRUPT, "saved sessions: an index is out of range");
    *ret_index = ix;
    return ERR_OK;
}

err_code session_model_fit(ctx *c, const interactions *x, const double *param, size_t n_params, uint32_t per_item, void **ret_state) {
    session_log log;
    session_model *m = arena_new(c->arena, session_model, 1);
    double *kept = arena_new(c->arena, double, n_params);
    if (!m || !kept) return fail(c, ERR_NO_MEMORY, "a model of sessions");
    memcpy(kept, param, n_params * sizeof *kept);
    m->param = kept;
    TRY(session_log_of(c, x, &log));
    TRY(session_index_build(c, &log, per_item, &m->index));
    *ret_state = m;
    return ERR_OK;
}

err_code session_model_save(ctx *c, const session_model *m, size_t n_params, buf *out) {
    pack_array arrays[SESSION_INDEX_ARRAYS + 1];
    session_index_arrays(&m->index, arrays);
    arrays[SESSION_INDEX_ARRAYS] = (pack_array){ "param", m->param, sizeof(double), n_params };
    return pack_write(c, arrays, COUNT(arrays), out);
}

err_code session_model_load(ctx *c, const pack *p, uint32_t n_items, const model_param *params, size_t n_params,
                            void **ret_state) {
    session_model *m = arena_new(c->arena, session_model, 1);
    const void *param;
    if (!m) return fail(c, ERR_NO_MEMORY, "load a model of sessions");
    TRY(session_index_load(c, p, n_items, &m->index));
    TRY(pack_get(c, p, "param", sizeof(double), n_params, &param, NULL));
    TRY(model_check_params(c, params, n_params, param));
    m->param = param;
    *ret_state = m;
    return ERR_OK;
}
