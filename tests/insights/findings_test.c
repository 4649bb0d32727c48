/* Tests of what a day taught: planted truths are found, shops without any are left alone. */
#include "tests/test.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/rng.h"
#include "insights/findings.h"

enum { DAYS = 57, MONDAY = 4, PRODUCTS = 12 };

typedef struct { insight_figures days[DAYS]; insight_part products[PRODUCTS], sources[3], placements[2]; insight_facts x; } shop;

static double chance_of(rng *r, double n, double p) {
    double hits = 0;
    for (int i = 0; i < (int)n; i++) hits += rng_unit(r) < p;
    return hits;
}

static const char *const names[PRODUCTS] = { "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11" };

/* A shop in which nothing ever changes, but for chance. */
static void calm_shop(rng *r, shop *s) {
    *s = (shop){ 0 };
    for (size_t i = 0; i < DAYS; i++) {
        double visitors = 200 + chance_of(r, 400, .5), clicks = chance_of(r, visitors, .2), orders = chance_of(r, visitors, .05);
        s->days[i] = (insight_figures){ visitors, 4 * visitors, clicks, orders, 5000 * orders };
    }
    for (size_t i = 0; i < PRODUCTS; i++)
        s->products[i] = (insight_part){ i % 2 ? STR("cart") : STR("product"), str_of(names[i]), 400, chance_of(r, 400, .06),
                                         chance_of(r, 400, .01), 0 };
    for (size_t i = 0; i < 3; i++)
        s->sources[i] = (insight_part){ str_of(names[i]), (str){ 0 }, 2000, chance_of(r, 2000, .05), 10, chance_of(r, 8000, .05) };
    for (size_t i = 0; i < 2; i++)
        s->placements[i] = (insight_part){ i ? STR("cart") : STR("product"), (str){ 0 }, 3000, chance_of(r, 3000, .05),
                                           chance_of(r, 3000, .01),
                                           chance_of(r, 12000, .05) };
    s->x = (insight_facts){ s->days, DAYS, MONDAY, s->products, s->sources, s->placements, PRODUCTS, 3, 2 };
}

static const finding *look(ctx *c, const shop *s, finding_kind kind) {
    finding *f = NULL;
    size_t n = 0;
    assert_ok(c, findings_make(c, &s->x, &f, &n));
    assert_true(n <= LIMIT_FINDINGS);
    for (size_t i = 0; i < n; i++)
        if (f[i].kind == kind) return &f[i];
    return NULL;
}

TEST(findings, are_few_where_nothing_happens) {
    rng r;
    rng_seed(&r, 11);
    int found[FINDING_KINDS] = { 0 };
    for (int i = 0; i < 300; i++) {
        TEST_CTX(c);
        shop s;
        finding *f = NULL;
        size_t n = 0;
        calm_shop(&r, &s);
        assert_ok(c, findings_make(c, &s.x, &f, &n));
        for (size_t k = 0; k < n; k++) found[f[k].kind]++;
    }
    for (int k = 0; k < FINDING_KINDS; k++)                 /* kinds that look at two placements may err in each */
        if (found[k] > 300 * 0.06) test_fail("%s: %d in 300 calm days", finding_words[k], found[k]);
}

TEST(findings, tell_what_was_planted) {
    TEST_CTX(c);
    rng r;
    rng_seed(&r, 12);
    shop s;
    calm_shop(&r, &s);
    s.days[DAYS - 1].orders = 80, s.days[DAYS - 1].impressions = 0;
    s.products[3].clicks = 90, s.products[5].clicks = 0;
    s.placements[0].lines = 90, s.placements[1].lines = 10;
    s.sources[0].clicks = 20, s.sources[1].clicks = 200;
    const finding *f = look(c, &s, FINDING_UNUSUAL);
    assert_non_null(f);
    assert_str("orders", f->metric);
    assert_true(f->value > 79 && f->usual < 40 && f->high < 80);
    f = look(c, &s, FINDING_NOT_SEEN);
    assert_non_null(f);
    assert_true(f->usual > 1000);
    f = look(c, &s, FINDING_PREFERRED);
    assert_non_null(f);
    assert_str("p3", f->subject);
    assert_str("cart", f->place);
    assert_true(f->value > .2 && f->usual < .1 && f->p < .001);
    f = look(c, &s, FINDING_IGNORED);
    assert_non_null(f);
    assert_str("p5", f->subject);
    f = look(c, &s, FINDING_PLACE);
    assert_non_null(f);
    assert_str("product", f->place);
    assert_true(f->value > 29.9 && f->value < 30.1);
    f = look(c, &s, FINDING_DRIFT);
    assert_non_null(f);
    assert_str("source", f->metric);
}

TEST(findings, tell_where_a_shop_is_going) {
    TEST_CTX(c);
    rng r;
    rng_seed(&r, 13);
    shop s;
    calm_shop(&r, &s);
    for (size_t i = 0; i < DAYS; i++) s.days[i].revenue *= 1 + 0.02 * (double)i;
    const finding *f = look(c, &s, FINDING_TREND);
    assert_non_null(f);
    assert_str("revenue", f->metric);
    assert_true(f->value > .05 && f->value < .16);
}

TEST(findings, say_nothing_without_figures) {
    TEST_CTX(c);
    shop s = { .x = { .n_days = 0 } };
    finding *f = NULL;
    size_t n = 9;
    assert_ok(c, findings_make(c, &s.x, &f, &n));
    assert_int_equal(0, n);
}

TEST(findings, come_back_from_json_as_they_were) {
    TEST_CTX(c);
    const finding kept[2] = {
        { .kind = FINDING_PREFERRED, .place = STR("cart"), .subject = STR("7"), .subject_name = STR("Husă \"neagră\""), .other = STR("8"),
          .value = .1,
          .usual = .05, .p = 1e-9 },
        { .kind = FINDING_TREND, .metric = STR("revenue"), .value = -.07, .p = .001 },
    };
    buf b;
    buf_init_in(&b, c->arena, KIB * 16);
    json_out w;
    jw_init(&w, &b);
    findings_write(&w, kept, 2);
    const json_value *v = NULL;
    finding *got = NULL;
    size_t n = 0;
    assert_ok(c, json_parse(c, buf_view(&b), JSON_READ_STRICT, &v));
    assert_ok(c, findings_read(c, v, &got, &n));
    assert_int_equal(2, n);
    assert_str("Husă \"neagră\"", got[0].subject_name);
    assert_true(got[0].kind == FINDING_PREFERRED && got[0].p == 1e-9 && got[1].value == -.07);
    assert_ok(c, json_parse(c, STR("[{\"kind\":\"of a later program\"},7,{\"kind\":\"trend\",\"value\":\"x\"}]"), JSON_READ_STRICT, &v));
    assert_ok(c, findings_read(c, v, &got, &n));
    assert_int_equal(1, n);
}
