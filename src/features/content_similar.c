/* The most similar products of each, through an inverted index. It does NOT define similarity (content.c). */
#include "features/content.h"
#include <stdlib.h>
#include <string.h>
#include "num/parallel.h"

enum {
    MOST_SIMILAR = 200,
    POSTINGS_LEAST = 200,           /* a word leads to so many products at least */
    LADDER_REACH = 8,               /* neighbours looked at on each side of the price ladder */
    CANDIDATES_PER_PLACE = 4        /* candidates scored in full for each place in the list */
};

/* Products by word, weightiest first: those of term t are entries[start[t] .. start[t + 1]). */
typedef struct { uint64_t *start; topk_entry *entries; } postings;

typedef struct {
    const content_model *m;
    postings index;
    uint32_t k, candidates;
    struct scratch { float *sum; uint32_t *touched; topk_entry *wide, *best; bool *taken; } scratch[PARALLEL_MAX_THREADS];
    topk_entry *lists;
    uint32_t *length;
} search;

static err_code no_memory(ctx *c) { return fail(c, ERR_NO_MEMORY, "compare the products: it needs more memory than a job may have"); }

static int entry_order(const void *a, const void *b) {
    topk_entry x = *(const topk_entry *)a, y = *(const topk_entry *)b;
    return topk_better(x, y) ? -1 : 1;
}

/* Keep the `most` weightiest products of each word; the array is closed up in place. */
static void cut_postings(postings *p, uint32_t n_terms, uint64_t most) {
    uint64_t to = 0, from = 0;
    for (uint32_t t = 0; t < n_terms; t++) {
        uint64_t n = p->start[t + 1] - from;
        if (n > most) qsort(p->entries + from, n, sizeof *p->entries, entry_order);
        uint64_t kept = n > most ? most : n;
        memmove(p->entries + to, p->entries + from, kept * sizeof *p->entries);
        from = p->start[t + 1];
        p->start[t] = to;
        to += kept;
    }
    p->start[n_terms] = to;
}

static err_code build_postings(ctx *c, const content_model *m, postings *ret_postings) {
    uint32_t n = m->shop->n_items;
    uint64_t all = m->start[n], *start = arena_new(c->arena, uint64_t, (size_t)m->n_terms + 2);
    postings p = { start, arena_new(c->arena, topk_entry, all) };
    if (!p.start || !p.entries) return no_memory(c);
    for (uint64_t i = 0; i < all; i++) start[m->terms[i].term + 2]++;           /* shifted by one: becomes the fill position */
    for (uint32_t t = 0; t < m->n_terms; t++) start[t + 2] += start[t + 1];
    for (uint32_t item = 0; item < n; item++)
        for (uint64_t i = m->start[item]; i < m->start[item + 1]; i++)
            p.entries[start[m->terms[i].term + 1]++] = (topk_entry){ item, m->shop->items[item].listed ? m->terms[i].weight : 0 };
    uint64_t most = all ? m->params.work / all : 0;
    cut_postings(&p, m->n_terms, most > POSTINGS_LEAST ? most : POSTINGS_LEAST);
    *ret_postings = p;
    return ERR_OK;
}

/* Best items by words alone, into s->wide; how many. */
static uint32_t by_words(const search *f, struct scratch *s, uint32_t item) {
    const content_model *m = f->m;
    uint32_t n_touched = 0;
    for (uint64_t i = m->start[item]; i < m->start[item + 1]; i++) {
        const topk_entry *e = f->index.entries + f->index.start[m->terms[i].term];
        for (const topk_entry *end = f->index.entries + f->index.start[m->terms[i].term + 1]; e < end; e++) {
            if (s->sum[e->item] == 0 && e->score > 0) s->touched[n_touched++] = e->item;
            s->sum[e->item] += e->score * m->terms[i].weight;
        }
    }
    topk best = { s->wide, 0, f->candidates };
    for (uint32_t i = 0; i < n_touched; i++) {
        if (s->touched[i] != item) topk_offer(&best, s->touched[i], s->sum[s->touched[i]]);
        s->sum[s->touched[i]] = 0;
    }
    return best.n;
}

/* Add those that stand near on the price ladder of the category. */
static uint32_t add_ladder(const search *f, struct scratch *s, uint32_t item, uint32_t n) {
    const content_model *m = f->m;
    if (m->rung[item] == SHOP_NONE) return n;
    const shop_item *items = m->shop->items;
    for (int way = -1; way <= 1; way += 2) {
        int64_t at = (int64_t)m->rung[item] + way;
        for (int step = 0; step < LADDER_REACH && at >= 0 && at < (int64_t)m->n_ladder; step++, at += way) {
            uint32_t other = m->ladder[at];
            if (items[other].main_category != items[item].main_category) break;
            if (items[other].listed) s->wide[n++].item = other;
        }
    }
    return n;
}

static void search_item(search *f, struct scratch *s, uint32_t item) {
    uint32_t n = add_ladder(f, s, item, by_words(f, s, item));
    topk best = { s->best, 0, f->k };
    for (uint32_t i = 0; i < n; i++) {
        uint32_t other = s->wide[i].item;
        if (s->taken[other]) continue;
        s->taken[other] = true;
        topk_offer(&best, other, content_score(f->m, item, other));
    }
    for (uint32_t i = 0; i < n; i++) s->taken[s->wide[i].item] = false;
    topk_sort(&best);
    memcpy(f->lists + (uint64_t)item * f->k, best.entry, best.n * sizeof *best.entry);
    f->length[item] = best.n;
}

static void search_range(void *state, size_t from, size_t to, int worker) {
    search *f = state;
    for (size_t i = from; i < to; i++) search_item(f, &f->scratch[worker], (uint32_t)i);
}

static err_code make_scratch(ctx *c, search *f, int threads) {
    uint32_t n = f->m->shop->n_items;
    for (int t = 0; t < threads; t++) {
        struct scratch *s = &f->scratch[t];
        *s = (struct scratch){ arena_new(c->arena, float, n), arena_new(c->arena, uint32_t, n),
                               arena_new(c->arena, topk_entry, f->candidates + 2 * LADDER_REACH), arena_new(c->arena, topk_entry, f->k),
                               arena_new(c->arena, bool, n) };
        if (!s->sum || !s->touched || !s->wide || !s->best || !s->taken) return no_memory(c);
    }
    return ERR_OK;
}

err_code content_similar(ctx *c, const content_model *m, uint32_t k, topk_entry **ret_lists, uint32_t **ret_length) {
    if (k < 1 || k > MOST_SIMILAR) return fail(c, ERR_INVALID, "similar products: k is %u, not 1..%d", k, MOST_SIMILAR);
    uint32_t n = m->shop->n_items;
    int threads = parallel_threads(m->params.threads);
    search *f = arena_new(c->arena, search, 1);
    if (!f) return no_memory(c);
    *f = (search){ .m = m, .k = k, .candidates = k * CANDIDATES_PER_PLACE, .lists = arena_array(c->arena, n, k * sizeof(topk_entry)),
                   .length = arena_new(c->arena, uint32_t, n) };
    if (!f->lists || !f->length) return no_memory(c);
    arena_mark mark = arena_save(c->arena);
    TRY(build_postings(c, m, &f->index));
    TRY(make_scratch(c, f, threads));
    TRY(parallel_for(c, threads, n, 64, search_range, f));
    arena_restore(c->arena, mark);
    *ret_lists = f->lists;
    *ret_length = f->length;
    return ERR_OK;
}
