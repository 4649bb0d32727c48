/* The counters of one shop, and who fills them. Private to events/.
 * counters.c (memory) <- counters_room.c (what leaves) <- counters_log.c (events, attributions) <- counters_keep.c (load, keep, recount,
 * taker). */
#pragma once
#include <stdatomic.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/thread.h"
#include "events/counters.h"
#include "schema/exposed_items.h"

enum { KEY_PLACEMENT, KEY_SOURCE, KEY_ANCHOR, KEY_ITEM, KEY_ARM, KEY_PARTS, ARMS_COUNTED = 8 };
typedef struct { uint32_t of[KEY_PARTS]; } cell_key;

/* Sums times 2^((t - landmark) / half-life) of each moment t: the newest weigh most and nothing need be decayed again (forward decay:
 * Cormode et al. 2009). */
typedef struct { cell_key key; bool dirty; counter_sums sums; } cell;

/* Positions of an answer that were counted: bit = position - 1. */
typedef struct { uint64_t seen, clicked, carted; } counted_answer;
/* Answers in two generations; the older one leaves when the newer one is full. */
typedef struct { arena home; map64 at; counted_answer *answers; size_t n, room; int64_t newest_ms; } answer_set;

/* What an order line added, to be taken back. */
typedef struct { uint64_t line, order; uint32_t next, round; cell_key at; int64_t ordered_ms; double purchases, revenue; } counted_line;

typedef struct { uint32_t placement; examination e; } placement_curve;
enum { CURVES_MOST = 64 };

typedef struct {
    int64_t store_id;
    _Atomic int64_t last;           /* newest event counted */
    int64_t edition, orders_edition;    /* of the log and of the orders it was counted from: the mark's */
    uint32_t orders_round;          /* how often all orders were taken */
    uint64_t changes;               /* clicks, carts and purchases counted, by whoever writes; looks too while young */
    double half_life_ms;
    int64_t landmark_ms;            /* 0: nothing counted yet */
    arena home;                     /* of names */
    map64 names;                    /* hash of a name -> its number */
    str *name_of;                   /* by number from 1 */
    size_t n_names, names_room, named;  /* named: after those that nothing was counted of left */
    bool names_full;                /* one found no room */
    cell *cells;
    size_t n_cells, cells_room, most_cells, n_dirty;
    map64 index;                    /* hash of a key -> place in cells, from 1 */
    arena index_home;
    answer_set newer, older;
    size_t most_answers;
    int64_t forgot_ms;              /* answers up to then may have been counted and forgotten: they count no more */
    arena orders_home;
    map64 orders;                   /* hash of an order -> place of its first line, from 1 */
    counted_line *lines;
    size_t n_lines, lines_room, most_lines;
    int64_t lines_since_ms;         /* lines ordered before were forgotten: they stay as they were counted */
    placement_curve curves[CURVES_MOST];
    size_t n_curves;
    bool rewrite;                   /* cells left: all rows are written anew */
    uint64_t dropped;
} counter_state;

/* Who writes holds `writing`, and `guard` while the state changes under readers; the state itself is replaced under both. */
struct counters_shop {
    int64_t store_id;
    lock writing;
    pthread_rwlock_t guard;
    counter_state *state;           /* NULL until it was loaded, and when it was put away */
    atomic_size_t bytes;            /* what it takes, as weighed last; written with `writing` held */
    _Atomic int64_t used_ms;        /* loaded, or told of an event */
    bool unsure;                    /* counted events whose transaction has not ended well yet; guarded by `writing` */
    int64_t kept_ms;                /* when rows were written last; guarded by `writing` */
    uint64_t orders_told;           /* orders taken again, guarded by `writing` */
    uint64_t told;                  /* state->changes when `changed` was raised last */
    atomic_uint_fast64_t changed, shown;    /* see counters_shown_change() */
    atomic_int_fast64_t shown_ms;
    atomic_bool settled;            /* no longer young: what is shown may wait */
};

struct counters {
    lock mutex;                     /* guards places and shops; shops never go before the end */
    arena home;
    map64 places;
    counters_shop **shops;
    size_t n, room;
    counter_bounds most;
    struct exposure_log *waiting;   /* answers not on disk yet; NULL */
    atomic_size_t bytes;            /* of all shops */
    atomic_uint_fast64_t put_away, halved;
};

/* counters.c */
#define COUNTER_INDEX_ARENA (64 * MIB)  /* twice what the largest of them takes: a map that grows leaves what it was behind */
CHECK_RESULT err_code state_new(ctx *c, int64_t store_id, const counter_bounds *most, double half_life_ms, counter_state **ret_state);
void state_free(counter_state *s);
/* The number of a name, given when it is new; COUNTER_UNKNOWN when there is no room. */
uint32_t state_name(counter_state *s, str name);
/* Add to all levels of `at`, whose KEY_ARM is the whole text of arms. */
CHECK_RESULT err_code state_add(ctx *c, counter_state *s, const cell_key *at, const counter_sums *change, int64_t time_ms);
/* Set one cell as it was kept, purchases left out. */
CHECK_RESULT err_code state_restore(ctx *c, counter_state *s, const learning_counter *row);
/* Sums of a cell as of a time, as a row. */
learning_counter state_row(const counter_state *s, const cell *x, int64_t at_ms);
examination *state_curve(counter_state *s, uint32_t placement);
double state_seen(const counter_state *s, uint32_t placement, int64_t position);
counters_shop *shop_find(counters *k, int64_t store_id, bool make);
void answer_set_init(answer_set *a);
void answer_set_done(answer_set *a);

/* counters_room.c */
/* Room for one more thing to be counted, which names and sums leave for where there is none. Numbers of names change: before they are
 * asked for. */
CHECK_RESULT err_code state_make_room(ctx *c, counter_state *s);
/* The older half of the lines leaves, when there are as many as there may be. */
CHECK_RESULT err_code state_make_line_room(ctx *c, counter_state *s);
/* The older half of the answers that are told apart leaves: events about them count no more. */
void state_forget_answers(counter_state *s);
/* With `writing` held: what the shop takes from now on. */
void shop_weigh(counters *k, counters_shop *p);
/* All shops together: those that heard nothing for COUNTER_IDLE_MS are put away, longest first; else the largest gives up a half. With
 * no lock held. */
void counters_stay_bounded(ctx *c, counters *k);

/* counters_log.c */
/* Reads events and attributions against what was shown. */
typedef struct log_reader {
    ctx *c;
    db *d;
    counter_state *s;
    pthread_rwlock_t *guard;        /* of readers of `s`; NULL: nobody else knows it */
    arena page, shown;
    exposure answer;                /* the last one read, in `shown` */
    exposed_item *items;
    size_t n_items;
    struct exposure_log *waiting;   /* of the taker alone: inside a write, on the committer's thread */
    bool found;                     /* it was given, shown, and can be read */
    /* Told of each position looked at, or clicked, in place of counting it; NULL: counted. */
    void (*told)(void *arg, const struct log_reader *r, size_t position, bool clicked, int64_t time_ms);
    void *arg;
} log_reader;
void log_reader_init(log_reader *r, ctx *c, db *d, counter_state *s, pthread_rwlock_t *guard);
void log_reader_done(log_reader *r);
/* Count one event and be at it; of one up to s->last only remember what it counted. */
CHECK_RESULT err_code log_count(log_reader *r, const logged_event *e);
/* Events of the log with from < id < to (0 = no end). */
CHECK_RESULT err_code log_follow(log_reader *r, int64_t from, int64_t to);
/* The lines of one order; of all placed since, and none that are not there any more. */
CHECK_RESULT err_code log_take_order(log_reader *r, str order_id);
CHECK_RESULT err_code log_take_orders(log_reader *r, int64_t since_ms);

/* counters_keep.c */
typedef struct { str placement; examination e; } named_curve;
typedef struct {
    bool anew;                      /* from the log alone, but for the curves */
    void (*told)(void *arg, const log_reader *r, size_t position, bool clicked, int64_t time_ms);  /* as log_reader.told; no orders then */
    void *arg;
    struct exposure_log *waiting;   /* as log_reader.waiting */
    int64_t since_ms;               /* events before need not be read; 0 = as far back as they weigh something */
} build_plan;
/* Counters of a shop from rows and log, for nobody to see yet. */
CHECK_RESULT err_code counters_build(ctx *c, const counters *k, db *d, int64_t store_id, const build_plan *plan, counter_state **ret_state);
/* Keep these in place of the curves there are, and void the rest. */
CHECK_RESULT err_code counters_put_curves(ctx *c, db *d, int64_t store_id, const named_curve *curves, size_t n);
const examination *state_find_curve(const counter_state *s, str placement);     /* the prior when there is none */
