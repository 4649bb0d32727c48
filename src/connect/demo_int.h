/* Inside the demonstration shop: the const tables of the assortment and what is computed from them. Private to connect/demo*.c.
 * A department holds groups (the leaf categories), a group holds kinds ("espresso machine"),
         a kind holds models: the rungs of a
 * price ladder or the sizes of a pack. A model is one product. Its id says where it stands: DEMO_FIRST_ID + kind * 10 + rung. */
#pragma once
#include "base/map.h"
#include "connect/demo.h"

enum { DEMO_DEPARTMENTS = 8, DEMO_GROUPS = 32, DEMO_KINDS_PER_GROUP = 5, DEMO_KINDS = DEMO_GROUPS * DEMO_KINDS_PER_GROUP };
enum { DEMO_FIRST_ID = 1000, DEMO_MOST_RUNGS = 4, DEMO_MOST_MODELS = DEMO_KINDS * DEMO_MOST_RUNGS, DEMO_MOST_VARIATIONS = 6 };
enum { DEMO_VAT_PERCENT = 21 };

typedef struct {
    const char *ro, *en;
    const char *brands[5];
    unsigned char season[12];       /* demand per month, 100 = normal */
    const char *palette[3];         /* background, main, accent */
} demo_department;

typedef struct {
    const char *ro, *en;
    const char *attribute;          /* "Material" */
    const char *options;            /* "Inox|Fontă|Ceramică" */
    const char *text_ro, *text_en;  /* a sentence true of every product of the group */
    const char *drawing;            /* SVG shapes on 400 x 400; $m and $a stand for the palette's main and accent,
            $w for white */
} demo_group;

typedef enum { VARY_NOT, VARY_COLOUR, VARY_SIZE, VARY_SHOE, VARY_KINDS } demo_vary;
typedef struct {
    const char *ro, *en;
    int price_lei;                  /* of the first rung */
    int rungs;                      /* 1..DEMO_MOST_RUNGS; with `sizes` their number */
    const char *sizes;              /* "250 g|500 g|1 kg", or NULL: Start, Plus, Pro, Premium */
    demo_vary vary;
    int repeat_days;                /* consumed and bought again after about so many days; 0 = never */
} demo_kind;

typedef struct { const char *from, *to; int percent; } demo_pair;   /* English names of kinds */

extern const demo_department demo_departments[DEMO_DEPARTMENTS];
extern const demo_group demo_groups[DEMO_GROUPS];           /* four per department, in order */
extern const demo_kind demo_kinds[DEMO_KINDS];              /* five per group, in order */
extern const demo_pair demo_pairs[];
extern const size_t n_demo_pairs;

typedef struct { const char *name_ro, *slug; const char *const *options; int n; } demo_axis;
extern const demo_axis demo_axes[VARY_KINDS];

/* One product as the order maker sees it. */
typedef struct {
    int id, kind, rung, department, group;
    int brand;                      /* of the department's */
    int64_t regular_minor, price_minor;     /* with tax; price = regular or sale */
    double weight;                  /* popularity, long tail */
    int n_variations;               /* 0 = simple */
    bool on_offer;                  /* published, visible: can be bought */
    int64_t launch_day;             /* days since 1970 */
    int n_reviews, rating_sum;
    char name[160], name_en[160];
} demo_model;

/* A customer: 0..DEMO_CUSTOMERS-1 registered, then DEMO_GUESTS guests. */
typedef struct {
    bool guest;
    str id, email, email_hash, first, last, city, region;
    double taste[DEMO_DEPARTMENTS]; /* sums to 1 */
    double thrift;                  /* 0 = buys the best, 1 = buys the cheapest */
    double loyalty;                 /* 0..1: how strongly the own brand is preferred */
    int brand[DEMO_DEPARTMENTS];
    double weight;                  /* how often they order */
} demo_person;

typedef struct {
    uint64_t seed;
    int64_t now_ms, today;          /* days since 1970 */
    str url;                        /* before the addresses of products; empty: they are paths on the server that serves the front */
    int64_t store_id;
    demo_model *models;
    size_t n_models;
    int kind_first[DEMO_KINDS + 1]; /* models of kind k: [kind_first[k], kind_first[k + 1]) */
    demo_person *persons;           /* DEMO_CUSTOMERS + DEMO_GUESTS */
    int n_pairs;
    struct { int from, to; double p; } pairs[128];
} demo_shop;

/* A stream of its own for each thing of the shop, so that adding one does not change the others. */
rng demo_stream(uint64_t seed, const char *what, int64_t number);
/* Compute the assortment. c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code demo_shop_init(ctx *c, demo_shop *s, uint64_t seed, int64_t now_ms);
/* Which model of kind `to` goes with rung `rung` of the kind it complements. */
int demo_partner(const demo_shop *s, int to, int rung);
enum { DEMO_PARTNER_PERCENT = 75 };     /* how often the partner is taken, else any model of that kind */
/* Row k of a '|' separated list. */
str demo_option(const char *list, int k);
int demo_option_count(const char *list);
/* "Espressor automat" -> "espressor-automat": ASCII letters, Romanian ones without their marks. */
str demo_slug(arena *a, str name);

/* Text of at most 999 bytes in `a`, NUL-terminated; longer (our own mistake) gives an empty one. */
str demo_text(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

CHECK_RESULT err_code demo_put_categories(ctx *c, const demo_shop *s, const connect_sink *sink);
CHECK_RESULT err_code demo_put_products(ctx *c, const demo_shop *s, const connect_sink *sink);
CHECK_RESULT err_code demo_put_reviews(ctx *c, const demo_shop *s, const connect_sink *sink);
CHECK_RESULT err_code demo_put_coupons(ctx *c, const demo_shop *s, const connect_sink *sink);
CHECK_RESULT err_code demo_put_customers(ctx *c, const demo_shop *s, const connect_sink *sink);
CHECK_RESULT err_code demo_put_orders(ctx *c, const demo_shop *s, const connect_sink *sink);

CHECK_RESULT err_code demo_person_make(ctx *c, const demo_shop *s, int number, demo_person *ret_person);
