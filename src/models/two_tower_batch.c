/* What the two towers are trained on: who knows which items, and batches of users with a part of their items hidden.
 * It does NOT compute vectors (two_tower_step.c). */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "models/two_tower_int.h"

enum {
    VALIDATE_USERS = 1000, VALIDATE_ONE_IN = 20,            /* users held back: one of so many, at most so many */
    VALIDATE_LEAST_USERS = 400,                             /* with fewer nobody is held back */
    VALIDATE_SHARE = 5,                                     /* one of so many items of theirs, the latest */
    MOST_ITEMS = 1024,                                      /* of one user, the latest; a thousand tell what ten thousand tell */
};

/* ---- people ---- */

static void swap_items(tower_people *p, uint64_t a, uint64_t b) {
    uint32_t item = p->item[a];
    float pool = p->pool[a], weight = p->weight[a];
    p->item[a] = p->item[b], p->pool[a] = p->pool[b], p->weight[a] = p->weight[b];
    p->item[b] = item, p->pool[b] = pool, p->weight[b] = weight;
}

/* Distinct items of a user from the latest back, then turned; place[] is zero before and after. */
static void read_user(tower_people *p, uint32_t user, const tower_decay *decay, uint32_t *place) {
    history h = interactions_history(p->x, user);
    uint64_t from = p->start[user], n = 0;
    for (size_t e = h.n; e-- > 0 && n < MOST_ITEMS;) {
        uint32_t *at = &place[h.item[e]];
        if (!*at) {
            p->item[from + n] = h.item[e];
            p->pool[from + n] = p->weight[from + n] = 0;
            *at = (uint32_t)++n;
        }
        p->pool[from + *at - 1] += (float)tower_event_weight(&h, e, decay);
        p->weight[from + *at - 1] += h.weight ? h.weight[e] : 1;
    }
    for (uint64_t i = 0; i < n; i++) place[p->item[from + i]] = 0;
    for (uint64_t i = 0, j = n; i + 1 < j--; i++) swap_items(p, from + i, from + j);
    p->start[user + 1] = from + n;
    p->n_train[user] = (uint32_t)n;
}

/* Turn a user's items into a random order: where no times are known the order of a list may be that of anything (item numbers,
 * say), and the last of it no sample of what he takes. */
static void shuffle_items(tower_people *p, uint32_t user, rng *r) {
    uint64_t from = p->start[user];
    for (uint64_t i = p->start[user + 1] - from; i > 1; i--) swap_items(p, from + i - 1, from + rng_below(r, i));
}

/* Some items of a few users, drawn, are not trained on: the latest where times are known. */
static void hold_back(tower_people *p, uint64_t seed) {
    rng r;
    rng_seed(&r, seed ^ 0x76616c6964ull);
    uint32_t able = 0;
    for (uint32_t u = 0; u < p->x->n_users; u++) able += p->n_train[u] >= VALIDATE_SHARE;
    if (able < VALIDATE_LEAST_USERS) return;
    uint32_t want = able / VALIDATE_ONE_IN < VALIDATE_USERS ? able / VALIDATE_ONE_IN : VALIDATE_USERS, left = able;
    for (uint32_t u = 0; u < p->x->n_users && p->n_validated < want; u++) {
        if (p->n_train[u] < VALIDATE_SHARE) continue;
        if (rng_below(&r, left--) >= want - p->n_validated) continue;
        if (!p->x->time_ms) shuffle_items(p, u, &r);
        p->n_train[u] -= p->n_train[u] / VALIDATE_SHARE;
        p->validated[p->n_validated++] = u;
    }
}

err_code tower_people_read(ctx *c, const interactions *x, const tower_decay *decay, uint64_t seed, tower_people *ret_people) {
    uint64_t n_events = x->start[x->n_users];
    tower_people p = {
        .x = x, .start = arena_new(c->arena, uint64_t, (size_t)x->n_users + 1), .item = arena_new_raw(c->arena, uint32_t, n_events),
        .pool = arena_new_raw(c->arena, float, n_events), .weight = arena_new_raw(c->arena, float, n_events),
        .n_train = arena_new(c->arena, uint32_t, x->n_users), .chance = arena_new(c->arena, float, x->n_items),
        .sold = arena_new(c->arena, uint32_t, x->n_items), .validated = arena_new(c->arena, uint32_t, VALIDATE_USERS),
    };
    uint32_t *place = arena_new(c->arena, uint32_t, x->n_items);
    if (!p.start || !p.item || !p.pool || !p.weight || !p.n_train || !p.chance || !p.sold || !p.validated || !place)
        return tower_no_memory(c);
    for (uint32_t u = 0; u < x->n_users; u++) read_user(&p, u, decay, place);
    hold_back(&p, seed);
    for (uint32_t u = 0; u < x->n_users; u++) {
        float shown = p.n_train[u] > TOWER_HISTORY + TOWER_RIGHT ? (float)(TOWER_HISTORY + TOWER_RIGHT) / (float)p.n_train[u] : 1;
        for (uint64_t i = p.start[u]; i < p.start[u] + p.n_train[u]; i++) p.chance[p.item[i]] += shown;
    }
    for (uint32_t i = 0; i < x->n_items; i++)
        if (p.chance[i] > 0) p.sold[p.n_sold++] = i;
    *ret_people = p;
    return ERR_OK;
}

/* ---- batches ---- */

struct tower_sampler {
    const tower_people *p;
    tower_sampling how;
    rng random;
    tower_batch b;
    uint32_t *order, n_order, next;     /* users who train, and who comes next */
    uint32_t *column, *picked;          /* n_items: column of an item + 1 in this batch; scratch for one user's items */
    uint32_t *row_user;
    size_t own_cap;
};

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

uint32_t tower_sampler_most_rows(const tower_sampler *s) { return s->how.rows; }
uint32_t tower_sampler_most_items(const tower_sampler *s) { return smaller(s->how.most_items + s->how.extras, s->p->x->n_items); }
double tower_sampler_done(const tower_sampler *s) { return s->n_order ? (double)s->next / s->n_order : 1; }

static err_code make_batch(ctx *c, tower_sampler *s, uint32_t most_own) {
    size_t rows = s->how.rows, items = tower_sampler_most_items(s);
    s->own_cap = rows * most_own;
    s->b = (tower_batch){
        .item = arena_new_raw(c->arena, uint32_t, items), .keep = arena_new_raw(c->arena, float, items),
        .log_weight = arena_new_raw(c->arena, float, items), .own_start = arena_new(c->arena, uint64_t, rows + 1),
        .own = arena_new_raw(c->arena, uint32_t, s->own_cap), .value = arena_new_raw(c->arena, float, s->own_cap),
        .n_right = arena_new(c->arena, uint32_t, rows), .n_shown = arena_new(c->arena, uint32_t, rows),
        .feature = arena_new(c->arena, float, rows * TOWER_FEATURES), .shown_start = arena_new(c->arena, uint64_t, items + 2),
        .shown_row = arena_new_raw(c->arena, uint32_t, rows * TOWER_HISTORY),
        .shown_weight = arena_new_raw(c->arena, float, rows * TOWER_HISTORY),
    };
    const tower_batch *b = &s->b;
    return b->item && b->keep && b->log_weight && b->own_start && b->own && b->value && b->n_right && b->n_shown && b->feature &&
           b->shown_start && b->shown_row && b->shown_weight ? ERR_OK : tower_no_memory(c);
}

err_code tower_sampler_new(ctx *c, const tower_people *p, const tower_sampling *how, uint64_t seed, tower_sampler **ret_sampler) {
    tower_sampler *s = arena_new(c->arena, tower_sampler, 1);
    if (!s) return tower_no_memory(c);
    *s = (tower_sampler){ .p = p, .how = *how };
    rng_seed(&s->random, seed);
    uint32_t most = 1, n_items = p->x->n_items;
    s->order = arena_new(c->arena, uint32_t, p->x->n_users);
    for (uint32_t u = 0; s->order && u < p->x->n_users; u++) {
        if (p->n_train[u] > most) most = p->n_train[u];
        if (p->n_train[u]) s->order[s->n_order++] = u;
    }
    if (s->how.most_items < TOWER_HISTORY + TOWER_RIGHT) s->how.most_items = TOWER_HISTORY + TOWER_RIGHT;
    s->how.extras = smaller(how->extras, p->n_sold);
    s->column = arena_new(c->arena, uint32_t, n_items);
    s->picked = arena_new(c->arena, uint32_t, most);
    s->row_user = arena_new(c->arena, uint32_t, s->how.rows);
    if (!s->order || !s->column || !s->picked || !s->row_user) return tower_no_memory(c);
    TRY(make_batch(c, s, most));
    *ret_sampler = s;
    return ERR_OK;
}

void tower_sampler_shuffle(tower_sampler *s) {
    s->next = 0;
    for (uint32_t i = s->n_order; i > 1; i--) {
        uint32_t j = (uint32_t)rng_below(&s->random, i), kept = s->order[i - 1];
        s->order[i - 1] = s->order[j];
        s->order[j] = kept;
    }
}

/* Column of an item, made when it has none yet. */
static uint32_t column_of(tower_sampler *s, uint32_t item) {
    if (!s->column[item]) {
        s->b.item[s->b.n_items++] = item;
        s->column[item] = s->b.n_items;
    }
    return s->column[item] - 1;
}

/* The first `k` of s->picked become a random choice of its `n`. */
static void pick(tower_sampler *s, uint32_t k, uint32_t n) {
    for (uint32_t i = 0; i < k; i++) {
        uint32_t j = i + (uint32_t)rng_below(&s->random, n - i), kept = s->picked[i];
        s->picked[i] = s->picked[j];
        s->picked[j] = kept;
    }
}

/* Put a user in as one more row: some items to guess, the others to guess them from. */
static void add_row(tower_sampler *s, uint32_t user) {
    const tower_people *p = s->p;
    tower_batch *b = &s->b;
    uint32_t n = p->n_train[user], row = b->n_rows;
    bool stranger = rng_unit(&s->random) < s->how.stranger;
    if (n < 2 && !stranger) return;
    uint32_t right = n < 2 ? 1 : (uint32_t)lround((double)n * s->how.right_share);
    right = smaller(right < 1 ? 1 : right > n - 1 && n > 1 ? n - 1 : right, TOWER_RIGHT);
    uint32_t shown = stranger ? 0 : smaller(n - right, TOWER_HISTORY);
    for (uint32_t i = 0; i < n; i++) s->picked[i] = i;
    pick(s, right + shown, n);
    uint64_t at = b->own_start[row], from = p->start[user];
    double sum = 0;
    for (uint32_t i = 0; i < right + shown; i++) {
        uint64_t e = from + s->picked[i];
        b->own[at + i] = column_of(s, p->item[e]);
        b->value[at + i] = i < right ? p->weight[e] : p->pool[e];
    }
    for (uint32_t i = right + shown; i < n; i++) b->own[at + i] = p->item[from + s->picked[i]];    /* items: see mask_accidental() */
    for (uint32_t i = right; i < right + shown; i++) sum += (double)b->value[at + i];
    for (uint32_t i = right; i < right + shown; i++) b->value[at + i] = (float)((double)b->value[at + i] / sum);
    sum = 0;
    for (uint32_t i = 0; i < right; i++) sum += (double)b->value[at + i];
    for (uint32_t i = 0; i < right; i++) b->value[at + i] = (float)((double)b->value[at + i] / sum);
    history h = interactions_history(p->x, user);
    tower_behaviour(&h, shown, (double)shown / n, b->feature + (size_t)row * TOWER_FEATURES);
    b->n_right[row] = right, b->n_shown[row] = shown;
    b->own_start[row + 1] = at + n;
    s->row_user[row] = user;
    b->n_rows++;
}

/* Items of the catalogue beside those of the batch (Yang et al. 2020). Only items somebody took: that a newcomer was not taken
 * yet says nothing against it. */
static void add_extras(tower_sampler *s) {
    for (uint32_t k = 0; k < s->how.extras; k++) (void)column_of(s, s->p->sold[rng_below(&s->random, s->p->n_sold)]);
}

/* What a wrong answer counts: one over its chance to be a candidate, so that the sum over the batch stands for the sum over all
 * items (Yi et al. 2019, with chances instead of counts since a batch holds an item once); log_q 0..1 is how far. */
static void weigh_items(tower_sampler *s) {
    tower_batch *b = &s->b;
    double batch = fmin((double)b->n_rows / fmax(s->n_order, 1), 1), extra = fmin((double)s->how.extras / fmax(s->p->n_sold, 1), 1);
    for (uint32_t i = 0; i < b->n_items; i++) {
        double missed = pow(1 - batch, (double)s->p->chance[b->item[i]]) * exp(-extra);
        b->log_weight[i] = (float)(-s->how.log_q * log(fmax(1 - missed, 1e-6)));
        b->keep[i] = s->how.has_facts && rng_unit(&s->random) < s->how.id_dropout ? 0 : 1;
    }
}

/* Whatever else somebody has is no wrong answer either ("accidental hits"): what add_row() left as items behind the shown ones
 * becomes columns, where the batch has one; the rows close up in place. */
static void mask_accidental(tower_sampler *s) {
    tower_batch *b = &s->b;
    uint64_t to = 0, at = 0;
    for (uint32_t row = 0; row < b->n_rows; row++) {
        uint64_t end = b->own_start[row + 1], known = at + b->n_right[row] + b->n_shown[row];
        b->own_start[row] = to;
        for (; at < end; at++) {
            uint32_t column = at < known ? b->own[at] + 1 : s->column[b->own[at]];
            if (column) b->own[to] = column - 1, b->value[to++] = b->value[at];
        }
    }
    b->own_start[b->n_rows] = to;
}

/* The means of the rows by item, for the way back. */
static void turn_shown(tower_batch *b) {
    memset(b->shown_start, 0, ((size_t)b->n_items + 2) * sizeof *b->shown_start);
    uint64_t *at = b->shown_start + 1;                      /* shifted by one: becomes the fill position */
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t row = 0; row < b->n_rows; row++) {
            uint64_t from = b->own_start[row] + b->n_right[row];
            for (uint64_t e = from; e < from + b->n_shown[row]; e++) {
                if (pass == 0) {
                    at[b->own[e] + 1]++;
                    continue;
                }
                b->shown_row[at[b->own[e]]] = row;
                b->shown_weight[at[b->own[e]]++] = b->value[e];
            }
        }
        for (uint32_t i = 0; pass == 0 && i < b->n_items; i++) at[i + 1] += at[i];
    }
}

const tower_batch *tower_sampler_next(tower_sampler *s) {
    tower_batch *b = &s->b;
    if (s->next == s->n_order) return NULL;
    b->n_rows = b->n_items = 0;
    while (s->next < s->n_order && b->n_rows < s->how.rows && b->n_items + TOWER_HISTORY + TOWER_RIGHT <= s->how.most_items)
        add_row(s, s->order[s->next++]);
    add_extras(s);
    weigh_items(s);
    mask_accidental(s);
    turn_shown(b);
    for (uint32_t i = 0; i < b->n_items; i++) s->column[b->item[i]] = 0;
    return b;
}
