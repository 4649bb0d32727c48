/* Products as rows of facts. */
#include "features/facts.h"
#include <math.h>
#include <string.h>
#include "tests/features/little_shop.h"
#include "tests/test.h"

typedef struct { shop_data s; content_model m; shop_facts f; } known;

static void build(ctx *c, little_shop *shop, const content_params *p, known *ret) {
    facts_params how = facts_default_params();
    ret->s = little_shop_load(shop, 1);
    assert_ok(c, content_fit(c, &ret->s, p, &ret->m));
    assert_ok(c, facts_build(c, &ret->m, &how, &ret->f));
    assert_ok(c, csr_check(c, &ret->f.matrix));
}

static content_params romanian(void) {
    content_params p = content_default_params();
    p.locale = STR("ro_RO");
    return p;
}

static little_shop lamps_and_coffee(ctx *c) {
    little_shop shop = little_shop_open(c);
    shop_category_row(&shop, "home", "");
    shop_category_row(&shop, "lighting", "home");
    shop_category_row(&shop, "coffee", "");
    shop_product(&shop, "a1", "Lampă de birou neagră", 12000, "lighting");
    shop_product(&shop, "a2", "Lămpi de birou, alb", 13000, "lighting");
    shop_product(&shop, "a3", "Lampadar living", 48000, "lighting");
    shop_product(&shop, "b1", "Cafea boabe arabica", 9000, "coffee");
    shop_product(&shop, "b2", "Cafele măcinate arabica", 5000, "coffee");
    shop_product(&shop, "c1", "", -1, "");
    shop_tag(&shop, "a1", "office");
    shop_tag(&shop, "b1", "office");
    return shop;
}

static fact_family family_of(const shop_facts *f, uint32_t column) {
    fact_family k = FACT_WORD;
    while (k < FACT_FAMILIES && !(column >= f->family[k].from && column - f->family[k].from < f->family[k].n)) k++;
    return k;
}

/* Sum of squares of one family in the row of a product. */
static double squares(const known *k, const char *id, fact_family family) {
    uint32_t item = shop_find_item(&k->s, str_of(id));
    double sum = 0;
    for (uint64_t e = k->f.matrix.start[item]; e < k->f.matrix.start[item + 1]; e++)
        if (family_of(&k->f, k->f.matrix.col[e]) == family) sum += (double)k->f.matrix.value[e] * (double)k->f.matrix.value[e];
    return sum;
}

static double in_common(const known *k, const char *a, const char *b, fact_family family) {
    const csr *m = &k->f.matrix;
    uint32_t x = shop_find_item(&k->s, str_of(a)), y = shop_find_item(&k->s, str_of(b));
    double sum = 0;
    for (uint64_t i = m->start[x]; i < m->start[x + 1]; i++)
        for (uint64_t j = m->start[y]; j < m->start[y + 1]; j++)
            if (m->col[i] == m->col[j] && family_of(&k->f, m->col[i]) == family) sum += (double)m->value[i] * (double)m->value[j];
    return sum;
}

/* What the test is about, and then what is known of it. */
#define SHOP_OF(shop, opened, c)                                     \
    TEST_CTX(c);                                                     \
    AUTO_LITTLE_SHOP shop = opened(c);                               \
    const content_params p = romanian()
#define LAMPS_AND_COFFEE(k, c)                                       \
    SHOP_OF(shop, lamps_and_coffee, c);                              \
    known k;                                                         \
    build(c, &shop, &p, &k)

TEST(facts, each_family_weighs_what_it_should_or_nothing) {
    LAMPS_AND_COFFEE(k, c);
    facts_params how = facts_default_params();
    for (fact_family f = FACT_WORD; f < FACT_FAMILIES; f++) {
        assert_true(fabs(squares(&k, "a1", f) - (double)how.weight[f]) < 1e-5);
        assert_true(squares(&k, "c1", f) == 0);                     /* a product that says nothing has an empty row */
    }
    assert_true(squares(&k, "a3", FACT_LABEL) == 0);
}

TEST(facts, stems_categories_labels_and_prices_are_shared_by_what_is_alike) {
    LAMPS_AND_COFFEE(k, c);
    static const struct { fact_family family; const char *a, *near, *far; } cases[] = {
        { FACT_WORD, "a1", "a2", "b1" },                            /* lampă and lămpi */
        { FACT_WORD, "b1", "b2", "a1" },                            /* cafea and cafele */
        { FACT_CATEGORY, "a1", "a3", "b1" },
        { FACT_LABEL, "a1", "b1", "a2" },
        { FACT_PRICE, "a1", "a2", "a3" },
        { FACT_STANDING, "a1", "a2", "a3" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double near = in_common(&k, cases[i].a, cases[i].near, cases[i].family);
        double far = in_common(&k, cases[i].a, cases[i].far, cases[i].family);
        if (!(near > far)) test_fail("family %d: %s with %s %g, with %s %g", (int)cases[i].family, cases[i].a, cases[i].near, near,
                                     cases[i].far, far);
    }
    assert_true(in_common(&k, "a1", "a1", FACT_WORD) > 0.49);
}

TEST(facts, categories_count_with_their_ancestors) {
    SHOP_OF(shop, lamps_and_coffee, c);
    shop_product(&shop, "d1", "Ghiveci", 2000, "home");             /* in the department, not in its part */
    known k;
    build(c, &shop, &p, &k);
    assert_true(in_common(&k, "d1", "a1", FACT_CATEGORY) > 0);
    assert_true(in_common(&k, "d1", "b1", FACT_CATEGORY) == 0);
}

TEST(facts, a_price_counts_for_the_two_steps_it_stands_between) {
    SHOP_OF(shop, little_shop_open, c);
    shop_product(&shop, "1", "x1", 10000, "");                      /* half an octave below the median */
    shop_product(&shop, "2", "x2", 20000, "");                      /* half an octave above */
    shop_product(&shop, "3", "x3", 14142, "");                      /* the median */
    shop_product(&shop, "4", "x4", 1, "");
    shop_product(&shop, "5", "x5", 900000000000, "");               /* beyond both ends: the outermost steps */
    known k;
    build(c, &shop, &p, &k);
    static const struct { const char *id; uint32_t first, n; } cases[] = { { "1", 5, 2 }, { "4", 0, 1 }, { "5", 12, 1 }, { "3", 6, 1 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t n = 0, first = 0, item = shop_find_item(&k.s, str_of(cases[i].id));
        for (uint64_t e = k.f.matrix.start[item]; e < k.f.matrix.start[item + 1]; e++)
            if (family_of(&k.f, k.f.matrix.col[e]) == FACT_PRICE && n++ == 0) first = k.f.matrix.col[e] - k.f.family[FACT_PRICE].from;
        assert_int_equal(cases[i].first, first);
        assert_int_equal(cases[i].n, n);
    }
    assert_true(in_common(&k, "1", "3", FACT_PRICE) > 0 && in_common(&k, "2", "3", FACT_PRICE) > 0);
    assert_true(in_common(&k, "1", "2", FACT_PRICE) < in_common(&k, "1", "3", FACT_PRICE));
    assert_true(in_common(&k, "4", "5", FACT_PRICE) == 0);
}

TEST(facts, equal_shops_have_equal_facts) {
    SHOP_OF(shop, lamps_and_coffee, c);
    known a, b;
    build(c, &shop, &p, &a);
    build(c, &shop, &p, &b);
    uint64_t cells = a.f.matrix.start[a.s.n_items];
    assert_int_equal(cells, b.f.matrix.start[b.s.n_items]);
    assert_memory_equal(a.f.matrix.col, b.f.matrix.col, cells * sizeof(uint32_t));
    assert_memory_equal(a.f.matrix.value, b.f.matrix.value, cells * sizeof(float));
}

TEST(facts, families_tile_the_columns) {
    LAMPS_AND_COFFEE(k, c);
    for (uint32_t col = 0; col < k.f.matrix.n_cols; col++) assert_true(family_of(&k.f, col) < FACT_FAMILIES);
    assert_int_equal(FACT_FAMILIES, family_of(&k.f, k.f.matrix.n_cols));
}

TEST(facts, of_an_empty_shop_are_empty_and_wrong_settings_are_refused) {
    SHOP_OF(shop, little_shop_open, c);
    known k;
    build(c, &shop, &p, &k);
    assert_int_equal(0, k.f.matrix.n_rows);
    facts_params how = facts_default_params();
    how.word_columns = 1000;
    assert_err(ERR_INVALID, facts_build(c, &k.m, &how, &k.f));
    how = facts_default_params();
    how.weight[FACT_PRICE] = NAN;
    assert_err(ERR_INVALID, facts_build(c, &k.m, &how, &k.f));
}

/* Reference values: BM25 of "red leather sofa" over four documents, k1 1.2, b .75, rarity ln(1 + (N - n + .5) / (n + .5)). */
TEST(facts, bm25_gives_the_published_scores) {
    static const char *const documents[] = { "red leather sofa", "blue sofa bed with storage", "red rug", "leather armchair red leather" };
    static const double scores[] = { 1.851154, 0.589750, 0.432503, 1.253244 };
    static const char *const asked[] = { "red", "leather", "sofa" };
    static const double words[] = { 3, 5, 2, 4 };
    content_params p = content_default_params();
    p.k1 = 1.2f, p.b_text = 0.75f;
    for (size_t d = 0; d < COUNT(documents); d++) {
        double score = 0;
        for (size_t q = 0; q < COUNT(asked); q++) {
            double times = 0;
            uint64_t with = 0;
            for (size_t e = 0; e < COUNT(documents); e++) {
                bool has = false;
                for (str rest = str_of(documents[e]); rest.p;) {
                    bool same = str_eq(str_cut(&rest, ' '), str_of(asked[q]));
                    has |= same;
                    times += same && e == d;
                }
                with += has;
            }
            score += content_bm25_rarity(COUNT(documents), with) * content_bm25_saturated(&p, 0, times, 0, words[d] / 3.5);
        }
        if (fabs(score - scores[d]) > 1e-5) test_fail("'%s': %g, not %g", documents[d], score, scores[d]);
    }
}

TEST(facts, bm25_saturates_repeats_and_counts_the_name_more) {
    content_params p = content_default_params();
    double once = content_bm25_saturated(&p, 0, 1, 1, 1), often = content_bm25_saturated(&p, 0, 50, 1, 1);
    assert_true(often > once && often < (double)p.k1 + 1);
    assert_true(content_bm25_saturated(&p, 1, 0, 1, 1) > once);
    assert_true(content_bm25_saturated(&p, 0, 1, 1, 3) < once);     /* a word in a long text says less */
}

TEST(facts, bm25_keeps_like_beside_like) {
    SHOP_OF(shop, lamps_and_coffee, c);
    content_params by_bm25 = p;
    by_bm25.bm25 = true;
    known k;
    build(c, &shop, &by_bm25, &k);
    assert_true(in_common(&k, "a1", "a2", FACT_WORD) > in_common(&k, "a1", "b1", FACT_WORD));
    assert_true(fabs(squares(&k, "a1", FACT_WORD) - 0.5) < 1e-5);
}
