/* A shop made in memory for tests and benches: rows as storage would give them, and a snapshot as learning would write it. */
#pragma once
#include "decide/serving_int.h"

typedef enum { FAKE_CROSS, FAKE_ALSO, FAKE_UPSELL, FAKE_SIMILAR, FAKE_LISTS } fake_list;
typedef struct { uint32_t from, to; float p; uint32_t count; float lift; bool by_chance; } fake_rule;
typedef struct { const char *who; uint32_t item; int64_t at_ms; } fake_purchase;

typedef struct {
    ctx *c;
    product *rows;                  /* parents and variations */
    const char **category, **brand; /* of each row; NULL = none */
    const product_attribute **attribute;
    float *popularity;              /* of each row; rows the snapshot does not know: negative */
    size_t n, most;
    fake_rule *rules[FAKE_LISTS];
    size_t n_rules[FAKE_LISTS], most_rules;
    fake_purchase purchases[16];
    size_t n_purchases;
    category *categories;
    size_t n_categories;
    const char *currency, *locale, *settings, *price_style;
    bool with_models;               /* a personal and a session model fitted on the cross-sell pairs, and vectors by category */
    bool without_session;           /* the personal model alone, as a shop without browsing data has it */
    const char *session;            /* that session model, of `visits` visits to four products near each other; NULL: as personal */
    uint32_t visits;
    const char *personal;           /* that model; NULL: item_knn. Told of each product its category and that it is one */
    const char *personal_set;       /* its settings, "key=value ..."; NULL: defaults */
    size_t personal_pairs;          /* pairs it is fitted on at most, spread over all; 0: all */
    str ranker;                     /* pack of a ranker and the kinds of question it answers; empty: none */
    uint64_t ranked;
    str outcomes;                   /* the same, of outcomes */
    uint64_t ranked_by_outcomes;
    const snapshot_promise *promises;
    size_t n_promises;
    str plugin_secret;              /* signs offers; empty: there are none */
    serving_registry *registry;
} fake_shop;

/* Room for `products` rows and `rules` of each list. */
void fake_init(fake_shop *f, ctx *c, size_t products, size_t rules);
void fake_done(fake_shop *f);
/* What visitors did counts from now on; publish afterwards. */
void fake_counted(fake_shop *f, struct counters *k);
#define AUTO_FAKE __attribute__((cleanup(fake_done))) fake_shop
/* A simple product in stock that may be sold; change what the test is about. Its id is its name in lower case letters. */
product *fake_product(fake_shop *f, const char *id, const char *category_name, int64_t price_minor);
product *fake_variation(fake_shop *f, const char *parent, const char *id, int64_t price_minor);
void fake_says(fake_shop *f, fake_list list, const char *from, const char *to, float p);
void fake_bought(fake_shop *f, const char *who, const char *id, int64_t at_ms);
/* Publish with (or without) a snapshot, replacing what was served. */
void fake_publish(fake_shop *f, bool with_snapshot);
/* The same, not published yet. */
loaded_shop *fake_load(fake_shop *f, bool with_snapshot);
const serving *fake_pin(fake_shop *f);
/* What is recommended; a refusal ends the process. */
recommend_answer fake_ask(fake_shop *f, const serving *s, const recommend_query *q);
/* Place of an id in the answer, or -1. */
int fake_place(const recommend_answer *a, const char *id);
enum { FAKE_STORE = 7 };
#define FAKE_NOW 1795137073000
