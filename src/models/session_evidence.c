/* Gather evidence by candidate. Sums are sparse: a small hash table of the items touched, never an array of all items. */
#include "models/session_evidence.h"
#include <math.h>
#include <string.h>
#include "num/topk.h"

/* ---- what is learned ---- */
static const pair_params after_params = {
    .forward = 1, .gap_decay = 1.5, .same = 1, .window = 20, .half_life_share = 0.6, .per_item = 150,
};
static const pair_params before_params = {
    .backward = 1, .gap_decay = 1.5, .same = 1, .window = 20, .half_life_share = 0.6, .per_item = 150,
};
static const pair_params near_params = {
    .forward = 1, .backward = 1, .gap_decay = 8, .same = 1, .window = 40, .half_life_share = 0.75, .per_item = 150,
};
static const double PRIOR = 3;                  /* pairs a sum is shrunk by: one lucky pair is no likeness */
static const double LATELY = 0.06, JUST_NOW = 0.012;    /* half-lives of popularity, shares of all sessions */
static const double AGE_FLOOR = 2e-4;           /* share of all sessions below which ages are alike */

enum { FACT_COUNT, FACT_LATELY, FACT_JUST_NOW, FACT_LAST_SEEN, FACT_FIRST_SEEN, FACT_REPEATED };

static float log_age(double sessions, uint32_t n_sessions) { return (float)log(sessions / fmax(1, n_sessions) + AGE_FLOOR); }

/* A click tells how popular its item is, and whether an item is clicked twice running. */
static void count_session(const session_log *log, uint32_t s, float *facts, uint32_t *first_seen, float *followed) {
    double age = log->n_sessions - 1.0 - s, n = log->n_sessions;
    for (uint64_t e = log->start[s]; e < log->start[s + 1]; e++) {
        uint32_t item = log->item[e];
        float *f = facts + (size_t)item * EVIDENCE_ITEM_FACTS;
        f[FACT_COUNT] += 1;
        f[FACT_LATELY] += (float)exp2(-age / (LATELY * n));
        f[FACT_JUST_NOW] += (float)exp2(-age / (JUST_NOW * n));
        f[FACT_LAST_SEEN] = (float)age;
        if (first_seen[item] == log->n_sessions) first_seen[item] = s;
        if (e + 1 == log->start[s + 1]) continue;
        followed[item] += 1;
        f[FACT_REPEATED] += log->item[e + 1] == item;
    }
}

static void finish_facts(const session_log *log, const uint32_t *first_seen, const float *followed, float *facts) {
    double followed_all = 0, repeated_all = 0;
    for (uint32_t i = 0; i < log->n_items; i++) {
        followed_all += (double)followed[i];
        repeated_all += (double)facts[(size_t)i * EVIDENCE_ITEM_FACTS + FACT_REPEATED];
    }
    double usual = followed_all > 0 ? repeated_all / followed_all : 0;
    for (uint32_t i = 0; i < log->n_items; i++) {
        float *f = facts + (size_t)i * EVIDENCE_ITEM_FACTS;
        bool known = first_seen[i] < log->n_sessions;
        double age = known ? (double)f[FACT_LAST_SEEN] : log->n_sessions, old = log->n_sessions - (double)first_seen[i];
        f[FACT_COUNT] = logf(f[FACT_COUNT] + 1);
        f[FACT_LATELY] = logf(f[FACT_LATELY] + 0.1f);
        f[FACT_JUST_NOW] = logf(f[FACT_JUST_NOW] + 0.03f);
        f[FACT_LAST_SEEN] = log_age(age, log->n_sessions);
        f[FACT_FIRST_SEEN] = log_age(old, log->n_sessions);
        f[FACT_REPEATED] = (float)(((double)f[FACT_REPEATED] + usual * PRIOR) / ((double)followed[i] + PRIOR));
    }
}

static err_code learn_facts(ctx *c, const session_log *log, session_evidence *e) {
    float *facts = arena_new(c->arena, float, (size_t)log->n_items * EVIDENCE_ITEM_FACTS);
    uint32_t *first_seen = arena_new_raw(c->arena, uint32_t, log->n_items);
    arena_mark mark = arena_save(c->arena);
    float *followed = arena_new(c->arena, float, log->n_items);
    if (!facts || !first_seen || !followed) return fail(c, ERR_NO_MEMORY, "facts of %u items", log->n_items);
    for (uint32_t i = 0; i < log->n_items; i++) first_seen[i] = log->n_sessions;
    for (uint32_t s = 0; s < log->n_sessions; s++) count_session(log, s, facts, first_seen, followed);
    finish_facts(log, first_seen, followed, facts);
    arena_restore(c->arena, mark);
    e->facts = facts, e->first_seen = first_seen;
    return ctx_check(c);
}

/* Sums of pairs to cosines, in place: the arrays are ours. */
static err_code to_cosines(ctx *c, session_pairs *near) {
    uint64_t cells = near->rows.start[near->rows.n_rows];
    float *value = arena_new_raw(c->arena, float, cells);
    if (!value) return fail(c, ERR_NO_MEMORY, "likeness of %u items", near->rows.n_rows);
    for (uint32_t i = 0; i < near->rows.n_rows; i++)
        for (uint64_t e = near->rows.start[i]; e < near->rows.start[i + 1]; e++) {
            double norm = ((double)near->total[i] + PRIOR) * ((double)near->total[near->rows.col[e]] + PRIOR);
            value[e] = (float)((double)near->rows.value[e] / sqrt(norm));
        }
    near->rows.value = value;
    return ERR_OK;
}

err_code session_evidence_build(ctx *c, const session_log *log, int threads, session_evidence *ret_evidence) {
    session_evidence e;
    vstan_scale t;
    vstan_prepare_default(&t);
    TRY(session_index_build(c, log, vstan_sample(&t), &e.index));
    TRY(session_pairs_count(c, log, &after_params, threads, &e.after));
    TRY(session_pairs_count(c, log, &before_params, threads, &e.before));
    TRY(session_pairs_count(c, log, &near_params, threads, &e.near));
    TRY(to_cosines(c, &e.near));
    TRY(learn_facts(c, log, &e));
    *ret_evidence = e;
    return ERR_OK;
}

/* ---- asking: sums by item touched ---- */
enum {
    SUM_VSTAN,                      /* score of vstan */
    SUM_SHARP,                      /* the same leaning to near neighbours and the very next place */
    SUM_VOICES,                     /* clicks in neighbours */
    SUM_AFTER_LAST, SUM_AFTER_SECOND, SUM_AFTER_ALL,    /* share of what follows the last item, the one before it, all (fading) */
    SUM_BEFORE_LAST,                /* share of what stands before the last item */
    SUM_NEAR,                       /* likeness to all items of the session (fading) */
    SUM_NEAR_NEAR,                  /* likeness to what is like them */
    SUMS
};
enum { TABLE_SIZE = 2 * EVIDENCE_MAX_TOUCHED, PREFIX_PAIRS = 12, SEEDS = 60 };
static const double PREFIX_DECAY = 2.5;

struct evidence_desk {
    vstan_scale scale;
    uint32_t slot_of[TABLE_SIZE];   /* slot + 1; 0: free */
    uint32_t n;                     /* slots taken */
    uint32_t item[EVIDENCE_MAX_TOUCHED];
    float sum[EVIDENCE_MAX_TOUCHED][SUMS];
    bool chosen[EVIDENCE_MAX_TOUCHED];
    session_neighbour *list;        /* vstan_sample() */
    float *scratch;
};

err_code evidence_desk_new(ctx *c, evidence_desk **ret_desk) {
    evidence_desk *d = arena_alloc_raw(c->arena, sizeof *d);
    if (!d) return fail(c, ERR_NO_MEMORY, "evidence of a session");
    vstan_prepare_default(&d->scale);
    d->list = arena_new_raw(c->arena, session_neighbour, vstan_sample(&d->scale));
    d->scratch = arena_new_raw(c->arena, float, vstan_sample(&d->scale));
    if (!d->list || !d->scratch) return fail(c, ERR_NO_MEMORY, "evidence of a session");
    memset(d->slot_of, 0, sizeof d->slot_of);
    d->n = 0;
    *ret_desk = d;
    return ERR_OK;
}

static uint32_t table_place(const evidence_desk *d, uint32_t item) {
    uint32_t at = item * 2654435761U % TABLE_SIZE;
    while (d->slot_of[at] && d->item[d->slot_of[at] - 1] != item) at = (at + 1) % TABLE_SIZE;
    return at;
}

/* Sums of an item; NULL when the desk is full. */
static float *sums_of(evidence_desk *d, uint32_t item) {
    uint32_t at = table_place(d, item);
    if (!d->slot_of[at]) {
        if (d->n == EVIDENCE_MAX_TOUCHED) return NULL;
        d->item[d->n] = item;
        d->chosen[d->n] = false;
        memset(d->sum[d->n], 0, sizeof d->sum[d->n]);
        d->slot_of[at] = ++d->n;
    }
    return d->sum[d->slot_of[at] - 1];
}

static void clear_desk(evidence_desk *d) {
    for (uint32_t i = d->n; i-- > 0;) d->slot_of[table_place(d, d->item[i])] = 0;   /* last in, first out keeps the probe paths whole */
    d->n = 0;
}

/* The very next place counts most, twice as near neighbours four times. */
static float sharp_vote(session_neighbour near, float step, uint64_t match, uint64_t place) {
    float gap = place > match ? (float)(place - match - 1) : (float)(match - place);
    float far = (place > match ? 1 : 0.2f) * expf(-gap / 1.2f);
    return near.similarity * near.similarity * step * far;
}

static void ask_neighbours(const session_evidence *e, evidence_desk *d, const session_query *q) {
    const session_log *log = &e->index.log;
    uint32_t n = vstan_neighbours(&e->index, &d->scale, q, d->list, d->scratch);
    for (uint32_t k = 0; k < n; k++) {
        uint64_t match = session_match_position(&e->index, q, d->list[k]);
        for (uint64_t at = log->start[d->list[k].session]; at < log->start[d->list[k].session + 1]; at++) {
            float *sum = sums_of(d, log->item[at]);
            if (!sum) continue;
            sum[SUM_VSTAN] += vstan_vote(&e->index, &d->scale, d->list[k], match, at);
            sum[SUM_SHARP] += sharp_vote(d->list[k], d->scale.step[d->list[k].match], match, at);
            sum[SUM_VOICES] += 1;
        }
    }
}

/* Add a row of pairs, scaled, to one sum. */
static void add_row(evidence_desk *d, const session_pairs *p, uint32_t item, float worth, int to) {
    for (uint64_t e = p->rows.start[item]; e < p->rows.start[item + 1]; e++) {
        float *sum = sums_of(d, p->rows.col[e]);
        if (sum) sum[to] += worth * p->rows.value[e];
    }
}

static float row_share(const session_pairs *p, uint32_t item) { return 1 / (p->total[item] + (float)PRIOR); }

static void ask_pairs(const session_evidence *e, evidence_desk *d, const session_query *q) {
    add_row(d, &e->after, q->item[0], row_share(&e->after, q->item[0]), SUM_AFTER_LAST);
    add_row(d, &e->before, q->item[0], row_share(&e->before, q->item[0]), SUM_BEFORE_LAST);
    if (q->n > 1) add_row(d, &e->after, q->item[1], row_share(&e->after, q->item[1]), SUM_AFTER_SECOND);
    for (uint32_t i = 0; i < q->n && i < PREFIX_PAIRS; i++) {
        float fade = (float)exp(-(double)q->ago[i] / PREFIX_DECAY) * q->weight[i];
        add_row(d, &e->after, q->item[i], fade * row_share(&e->after, q->item[i]), SUM_AFTER_ALL);
        add_row(d, &e->near, q->item[i], fade, SUM_NEAR);
    }
}

/* The slots with the largest value of one sum, only those above 0. */
static uint32_t largest(const evidence_desk *d, int sum, uint32_t most, topk_entry *ret) {
    topk best = { ret, 0, most };
    for (uint32_t i = 0; i < d->n; i++)
        if (d->sum[i][sum] > 0) topk_offer(&best, i, d->sum[i][sum]);
    return best.n;
}

static void ask_near_near(const session_evidence *e, evidence_desk *d) {
    topk_entry seed[SEEDS];
    uint32_t n = largest(d, SUM_NEAR, SEEDS, seed);
    topk sorted = { seed, n, SEEDS };
    topk_sort(&sorted);                                     /* one order of adding, whatever the heap's */
    for (uint32_t i = 0; i < n; i++) add_row(d, &e->near, d->item[seed[i].item], seed[i].score, SUM_NEAR_NEAR);
}

/* ---- candidates ---- */
static const struct { int sum; uint32_t most; } quotas[] = {
    { SUM_VSTAN, 100 }, { SUM_AFTER_ALL, 50 }, { SUM_NEAR, 50 }, { SUM_NEAR_NEAR, 70 }, { SUM_SHARP, 50 },
};
enum { QUOTA_MOST = 100 };

static void choose(evidence_desk *d, const session_query *q) {
    topk_entry best[QUOTA_MOST];
    for (size_t s = 0; s < COUNT(quotas); s++)
        for (uint32_t i = largest(d, quotas[s].sum, quotas[s].most, best); i-- > 0;) d->chosen[best[i].item] = true;
    for (uint32_t i = 0; i < q->n; i++)
        if (sums_of(d, q->item[i])) d->chosen[d->slot_of[table_place(d, q->item[i])] - 1] = true;
}

typedef struct { float most[SUMS]; const session_query *q; } scene;

static float log_sum(float x) { return logf(x + 1e-4f); }

/* The item's place in the session asked with: clicks back, 0 when it is not in it. */
static uint32_t clicks_back(const session_query *q, uint32_t item) {
    for (uint32_t i = 0; i < q->n; i++)
        if (q->item[i] == item) return q->ago[i] + 1;
    return 0;
}

static void fill_inputs(const session_evidence *e, const evidence_desk *d, const scene *s, uint32_t slot, float *ret) {
    uint32_t item = d->item[slot], back = clicks_back(s->q, item), n_sessions = e->index.log.n_sessions;
    const float *sum = d->sum[slot], *facts = e->facts + (size_t)item * EVIDENCE_ITEM_FACTS;
    double apart = fabs((double)e->first_seen[item] - (double)e->first_seen[s->q->item[0]]);
    int n = 0;
    for (int i = 0; i < SUMS; i++) ret[n++] = log_sum(sum[i]);
    ret[n++] = log_sum(sum[SUM_VSTAN] / s->most[SUM_VSTAN]);
    ret[n++] = log_sum(sum[SUM_SHARP] / s->most[SUM_SHARP]);
    ret[n++] = log_sum(sum[SUM_NEAR] / s->most[SUM_NEAR]);
    ret[n++] = log_sum(sum[SUM_NEAR_NEAR] / s->most[SUM_NEAR_NEAR]);
    for (int i = 0; i < EVIDENCE_ITEM_FACTS; i++) ret[n++] = facts[i];
    ret[n++] = log_age(apart, n_sessions);
    ret[n++] = back == 1;
    ret[n++] = back == 2;
    ret[n++] = back > 2 ? 1 / (float)back : 0;
    ret[n++] = back == 1 ? facts[FACT_REPEATED] : 0;
    ret[n++] = logf((float)s->q->clicks);
}

uint32_t session_evidence_ask(const session_evidence *e, evidence_desk *d, const history *h, uint32_t *ret_item, float *ret_vstan,
                              float *ret_inputs) {
    session_query q = session_query_of(h, e->index.log.n_items, vstan_recent(&d->scale));
    scene s = { .q = &q };
    uint32_t n = 0;
    if (q.n == 0) return 0;
    ask_neighbours(e, d, &q);
    ask_pairs(e, d, &q);
    ask_near_near(e, d);
    choose(d, &q);
    for (int i = 0; i < SUMS; i++) s.most[i] = 1e-9f;
    for (uint32_t i = 0; i < d->n; i++)
        for (int k = 0; k < SUMS; k++) s.most[k] = d->sum[i][k] > s.most[k] ? d->sum[i][k] : s.most[k];
    for (uint32_t i = 0; i < d->n && n < EVIDENCE_MAX_CANDIDATES; i++) {
        if (!d->chosen[i]) continue;
        ret_item[n] = d->item[i];
        ret_vstan[n] = d->sum[i][SUM_VSTAN];
        fill_inputs(e, d, &s, i, ret_inputs + (size_t)n++ * EVIDENCE_WIDTH);
    }
    clear_desk(d);
    return n;
}

/* ---- as a pack ---- */
enum { TAG_AFTER, TAG_BEFORE, TAG_NEAR };

void session_evidence_arrays(const session_evidence *e, session_evidence_names *names, pack_array ret_arrays[EVIDENCE_ARRAYS]) {
    const session_pairs *const pairs[] = { [TAG_AFTER] = &e->after, [TAG_BEFORE] = &e->before, [TAG_NEAR] = &e->near };
    uint64_t n_items = e->index.log.n_items;
    size_t n = SESSION_INDEX_ARRAYS;
    session_index_arrays(&e->index, ret_arrays);
    for (int tag = 0; tag < (int)COUNT(pairs); tag++, n += SESSION_PAIRS_ARRAYS)
        session_pairs_arrays(pairs[tag], tag, &names->pairs[tag], ret_arrays + n);
    ret_arrays[n++] = (pack_array){ "facts", e->facts, sizeof(float), n_items * EVIDENCE_ITEM_FACTS };
    ret_arrays[n++] = (pack_array){ "first_seen", e->first_seen, sizeof(uint32_t), n_items };
}

err_code session_evidence_load(ctx *c, const pack *p, uint32_t n_items, session_evidence *ret_evidence) {
    session_evidence e;
    const void *facts, *first_seen;
    TRY(session_index_load(c, p, n_items, &e.index));
    TRY(session_pairs_load(c, p, TAG_AFTER, n_items, &e.after));
    TRY(session_pairs_load(c, p, TAG_BEFORE, n_items, &e.before));
    TRY(session_pairs_load(c, p, TAG_NEAR, n_items, &e.near));
    TRY(pack_get(c, p, "facts", sizeof(float), (uint64_t)n_items * EVIDENCE_ITEM_FACTS, &facts, NULL));
    TRY(pack_get(c, p, "first_seen", sizeof(uint32_t), n_items, &first_seen, NULL));
    e.facts = facts, e.first_seen = first_seen;
    for (size_t i = 0; i < (size_t)n_items * EVIDENCE_ITEM_FACTS; i++)
        if (!isfinite(e.facts[i])) return fail(c, ERR_CORRUPT, "saved sessions: a fact is not a number");
    *ret_evidence = e;
    return ERR_OK;
}
