/* What is known of a visitor at the moment of a lesson, and clicks as of a moment. */
#include "decide/learn_lessons_int.h"
#include "tests/test.h"
#include <math.h>

enum { LAMP, DESK, CUP, MINUTE = 60000 };

/* One visitor: views the desk, puts lamp and cup into the cart, buys the cup. */
static shop_visits browsing(void) {
    static uint64_t start[] = { 0, 4 };
    static uint32_t item[] = { DESK, LAMP, CUP, CUP };
    static uint8_t kind[] = { EVENT_VIEW, EVENT_CART, EVENT_CART, EVENT_PURCHASE };
    static int64_t time_ms[] = { 1 * MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE };
    return (shop_visits){ .n_visitors = 1, .start = start, .item = item, .kind = kind, .time_ms = time_ms };
}

TEST(lessons, know_what_the_visitor_had_done_and_nothing_of_the_moment_itself_or_after) {
    static const struct { int64_t at; size_t n_history, n_cart; uint32_t newest; } cases[] = {
        { 1 * MINUTE, 0, 0, 0 }, { 1 * MINUTE + 1, 1, 0, DESK }, { 2 * MINUTE, 1, 0, DESK }, { 3 * MINUTE, 2, 1, LAMP },
        { 4 * MINUTE, 3, 2, CUP }, { 9 * MINUTE, 4, 1, CUP },
    };
    const shop_visits v = browsing();
    for (size_t i = 0; i < COUNT(cases); i++) {
        lesson_past past;
        lesson_past_of(&v, &(shown_lesson){ .time_ms = cases[i].at, .visitor = 0, .product = SHOP_NONE }, &past);
        assert_int_equal(cases[i].n_history, past.n_history);
        assert_int_equal(cases[i].n_cart, past.n_cart);
        if (past.n_history) assert_int_equal(cases[i].newest, past.history[0].slot);
    }
    lesson_past nobody;
    lesson_past_of(&v, &(shown_lesson){ .time_ms = 9 * MINUTE, .visitor = SHOP_NONE }, &nobody);
    assert_int_equal(0, nobody.n_history + nobody.n_cart);
}

TEST(lessons, are_about_the_product_looked_at_else_the_newest_in_the_cart) {
    const shop_visits v = browsing();
    assert_int_equal(DESK, lesson_about(&v, &(shown_lesson){ .time_ms = 9 * MINUTE, .product = DESK }));
    assert_int_equal(LAMP, lesson_about(&v, &(shown_lesson){ .time_ms = 9 * MINUTE, .product = SHOP_NONE }));
    assert_int_equal(SHOP_NONE, lesson_about(&v, &(shown_lesson){ .time_ms = MINUTE, .product = SHOP_NONE }));
}

static content_model without_words(ctx *c, const shop_data *s) {
    uint64_t *none = arena_new(c->arena, uint64_t, (size_t)s->n_items + 1);
    return (content_model){ .shop = s, .start = none, .labels = { .start = none } };
}

/* Of lamp and cup, which are of one kind, and desk; nothing bought yet. */
static kinship kinship_of_three(ctx *c) {
    shop_item items[] = { [LAMP] = { .main_category = 0 }, [DESK] = { .main_category = 1 }, [CUP] = { .main_category = 0 } };
    uint64_t none[] = { 0 };
    shop_data s = { .items = items, .n_items = 3, .n_categories = 2, .baskets = { .start = none } };
    content_model m = without_words(c, &s);
    kinship k;
    assert_ok(c, kinship_of_baskets(c, &s, &m, &k));
    return k;
}

TEST(lessons, tell_clicks_of_answers_before_a_moment_alone) {
    TEST_CTX(c);
    shop_item items[] = { [LAMP] = { .main_category = 0 }, [DESK] = { .main_category = 1 }, [CUP] = { .main_category = 0 } };
    uint64_t none[] = { 0 };
    learning *l = arena_new(c->arena, learning, 1);
    shown_product products[] = { { .item = LAMP, .looked = true, .clicked = true, .chance = 1, .value = 0.25f },
                                 { .item = CUP, .looked = true, .chance = 0.5f } };
    shown_lesson x = { .time_ms = 1000, .place = &all_placements[0], .product = DESK, .visitor = SHOP_NONE, .n = 2, .stands_for = 1 };
    shown_lesson shown[] = { x, x };
    shown[1].time_ms = 2000;
    shown_log log = { .lessons = shown, .n = 2, .products = products };
    l->shop = (shop_data){ .items = items, .n_items = 3, .n_categories = 2, .baskets = { .start = none } };
    l->shown = &log;
    l->content = without_words(c, &l->shop);
    assert_ok(c, kinship_of_baskets(c, &l->shop, &l->content, &l->kin));
    clicks_then clicks;
    clicks_begin(&clicks, l, &l->kin);
    clicks_until(&clicks, 1000);
    assert_true(l->kin.liked[LAMP] == 0 && l->kin.liked[CUP] == 0);
    clicks_until(&clicks, 1001);
    float once = l->kin.liked[LAMP];
    assert_true(once > 0 && l->kin.liked[CUP] < 0);
    clicks_until(&clicks, 5000);
    assert_true(l->kin.liked[LAMP] > once);
    /* and one that stands for many tells of as many looks at what nobody clicked */
    float before = l->kin.liked[CUP];
    shown[1].stands_for = 8;
    clicks_begin(&clicks, l, &l->kin);
    assert_true(l->kin.liked[LAMP] == 0 && l->kin.kin[4].clicked == 0);
    clicks_until(&clicks, 5000);
    assert_true(l->kin.liked[CUP] < 2 * before);
}

TEST(lessons, tell_views_of_visits_before_a_moment_the_newest_loudest) {
    /* given: lamp and cup are of one kind; the lamp was opened eight times long ago, the cup eight times on the last day */
    TEST_CTX(c);
    enum { EACH = 8, DAY = MS_PER_DAY };
    shop_item items[] = { [LAMP] = { .main_category = 0 }, [DESK] = { .main_category = 1 }, [CUP] = { .main_category = 0 } };
    uint64_t none[] = { 0 }, start[] = { 0, 2 * EACH };
    uint32_t item[2 * EACH], by_time[2 * EACH];
    uint8_t kind[2 * EACH];
    int64_t time_ms[2 * EACH];
    for (uint32_t e = 0; e < 2 * EACH; e++) {
        by_time[e] = e, kind[e] = EVENT_VIEW;
        item[e] = e < EACH ? LAMP : CUP;
        time_ms[e] = (e < EACH ? 1 : 31) * (int64_t)DAY + e;
    }
    learning *l = arena_new(c->arena, learning, 1);
    shown_log nothing = { .n = 0 };
    l->shop = (shop_data){ .items = items, .n_items = 3, .n_categories = 2, .baskets = { .start = none } };
    l->visits = (shop_visits){ .n_visitors = 1, .n_visits = 1, .start = start, .item = item, .kind = kind, .time_ms = time_ms,
                               .by_time = by_time };
    l->shown = &nothing;
    l->content = without_words(c, &l->shop);
    assert_ok(c, kinship_of_baskets(c, &l->shop, &l->content, &l->kin));
    clicks_then clicks;
    clicks_begin(&clicks, l, &l->kin);
    /* then before the first nothing is known, soon after it the lamp is looked at, and in the end the cup */
    clicks_until(&clicks, 1 * (int64_t)DAY);
    assert_true(l->kin.viewed[LAMP] == 0 && l->kin.viewed[CUP] == 0);
    clicks_until(&clicks, 2 * (int64_t)DAY);
    float then = l->kin.viewed[LAMP];
    assert_true(then > 0 && l->kin.viewed[CUP] < 0 && l->kin.viewed[DESK] == 0);
    clicks_until(&clicks, 31 * (int64_t)DAY);
    assert_true(l->kin.viewed[LAMP] > 0 && l->kin.viewed[LAMP] < then);     /* long ago, and nothing contradicts it */
    clicks_until(&clicks, 32 * (int64_t)DAY);
    assert_true(l->kin.viewed[CUP] > 0 && l->kin.viewed[LAMP] < 0);
    /* and many years of silence later neither, in numbers that are some */
    clicks_until(&clicks, 20000 * (int64_t)DAY);
    assert_true(l->kin.viewed[CUP] == 0 && l->kin.viewed[LAMP] == 0);
    kinship_add_view(&l->kin, SHOP_NONE, CUP, 20000 * (int64_t)DAY);
    kinship_refresh(&l->kin, 20000 * (int64_t)DAY);
    assert_true(l->kin.viewed[CUP] > 0 && l->kin.viewed[LAMP] < 0);
    clicks_begin(&clicks, l, &l->kin);
    assert_true(l->kin.viewed[CUP] == 0);
}

TEST(lessons, count_clicks_over_what_visits_lead_to_expect) {
    /* given: lamp and cup are of one kind and shown equally often; the lamp's page is opened three times as often, and it is clicked
     * three times as often */
    TEST_CTX(c);
    enum { EACH = 400 };
    kinship k = kinship_of_three(c);
    for (int i = 0; i < EACH; i++) kinship_add_view(&k, SHOP_NONE, i % 4 ? LAMP : CUP, 1000);
    kinship_refresh(&k, 1000);
    assert_true(kinship_pull(&k, DESK, LAMP) > 2.8 * kinship_pull(&k, DESK, CUP));
    for (int i = 0; i < EACH; i++) {
        kinship_add_look(&k, &(kinship_look){ DESK, LAMP, 1, 0.1, i % 20 < 3 });
        kinship_add_look(&k, &(kinship_look){ DESK, CUP, 1, 0.1, i % 20 < 1 });
    }
    /* then neither is liked more than its visits say, and their sum tells the rates: .15 and .05 where .1 is usual */
    float kin = k.kin[2 * (k.n_kinds + 1) + 1].clicked;
    assert_true(fabs((double)k.liked[LAMP]) < 0.1 && fabs((double)k.liked[CUP]) < 0.2);
    assert_true(fabs((double)(kin + k.liked[LAMP] + k.viewed[LAMP]) - log(1.5)) < 0.1);
    assert_true(fabs((double)(kin + k.liked[CUP] + k.viewed[CUP]) - log(0.5)) < 0.2);
}

TEST(lessons, take_kinds_hardly_shown_for_what_baskets_say_of_them) {
    /* given: six kinds; the more often two are bought together, the more often one is clicked beside the other; two were never shown */
    TEST_CTX(c);
    enum { KINDS = 6, LOOKS = 600, WIDTH = KINDS + 1 };
    shop_item items[KINDS];
    uint64_t none[] = { 0 };
    for (uint32_t i = 0; i < KINDS; i++) items[i] = (shop_item){ .main_category = i };
    shop_data s = { .items = items, .n_items = KINDS, .n_categories = KINDS, .baskets = { .start = none } };
    content_model m = without_words(c, &s);
    kinship k;
    assert_ok(c, kinship_of_baskets(c, &s, &m, &k));
    for (uint32_t a = 0; a < KINDS; a++)
        for (uint32_t b = 0; b < KINDS; b++) k.kin[k.kind_of[a] * WIDTH + k.kind_of[b]].bought = (float)((a * 5 + b * 3) % 7) / 2 - 2;
    kinship_refresh(&k, 1000);
    assert_true(k.kin[k.kind_of[0] * WIDTH + k.kind_of[1]].clicked == 0);       /* nothing was clicked: nothing is said */
    for (int i = 0; i < LOOKS; i++)
        for (uint32_t a = 0; a < KINDS; a++)
            for (uint32_t b = 0; b < KINDS; b++) {
                double pull = exp(0.8 * (double)k.kin[k.kind_of[a] * WIDTH + k.kind_of[b]].bought - 0.5 * (a == b));
                bool clicked = fmod((i + 0.5) * 0.02 * pull, 1) < 0.02 * pull;  /* evenly spread */
                bool hidden = (a == 0 && b == 1) || (a == 2 && b == 3);
                if (!hidden) kinship_add_look(&k, &(kinship_look){ a, b, 1, 0.02, clicked });
            }
    kinship_refresh(&k, 2000);
    /* then those two differ as their baskets do, and one of a kind that is shown keeps what its own clicks say */
    const snapshot_kin *low = &k.kin[k.kind_of[0] * WIDTH + k.kind_of[1]], *high = &k.kin[k.kind_of[2] * WIDTH + k.kind_of[3]];
    double apart = (double)(high->clicked - low->clicked), baskets = (double)(high->bought - low->bought);
    assert_true(fabs(baskets) >= 0.5 && fabs(apart / baskets - 0.8) < 0.15);
    kinship_forget_clicks(&k);
    kinship_refresh(&k, 3000);
    assert_true(low->clicked == 0 && high->clicked == 0);
    /* and of few looks, at one pair, the belief is kept that kinds are clicked as they are bought */
    for (int i = 0; i < 10; i++) kinship_add_look(&k, &(kinship_look){ 4, 5, 1, 0.1, i == 0 });
    kinship_refresh(&k, 4000);
    assert_true(fabs((double)(high->clicked - low->clicked) / baskets - 0.7) < 0.1);
}

/* Lamps first, all of them, then cups: of the lamps' clicks their kind took its part before there was anything to compare with. */
static void look_at_both(kinship *k) {
    enum { LAMPS = 900, CUPS = 300 };
    for (int i = 0; i < LAMPS; i++) kinship_add_look(k, &(kinship_look){ DESK, LAMP, 1, 0.1, i % 20 < 8 });
    for (int i = 0; i < CUPS; i++) kinship_add_look(k, &(kinship_look){ DESK, CUP, 1, 0.1, i % 20 < 2 });
}

TEST(lessons, told_once_more_share_clicks_between_kind_and_product_as_their_joint_estimate_does) {
    TEST_CTX(c);
    kinship k = kinship_of_three(c);
    look_at_both(&k);
    const float *kin = &k.kin[k.kind_of[DESK] * (k.n_kinds + 1) + k.kind_of[LAMP]].clicked;
    double once = (double)(k.liked[LAMP] - k.liked[CUP]);
    for (int round = 0; round < 60; round++)
        for (kinship_part part = KINSHIP_KINDS; part < KINSHIP_ALL; part++) {
            kinship_count_again(&k, part);
            look_at_both(&k);
            kinship_counted(&k);
        }
    /* then lamps are liked four times as much, as they are, and each figure is what its clicks over the other's expectation say */
    double lamp = (double)k.liked[LAMP], cup = (double)k.liked[CUP], kind = exp((double)*kin);
    assert_true(fabs(lamp - cup - log(4)) < fabs(once - log(4)) && fabs(lamp - cup - log(4)) < 0.25);
    assert_true(fabs(lamp - log((360 + 4) / (90 * kind + 4))) < 0.01 && fabs(cup - log((30 + 4) / (30 * kind + 4))) < 0.01);
    double lead = k.lead[k.kind_of[DESK] * (k.n_kinds + 1) + k.kind_of[LAMP]];
    assert_true(fabs((double)*kin - log((390 + 4 * lead) / (90 * exp(lamp) + 30 * exp(cup) + 4))) < 0.02);
    kinship_add_look(&k, &(kinship_look){ DESK, CUP, 1, 0.1, true });
    assert_true((double)k.liked[CUP] > cup);                /* and the next look counts for all of them again */
}

/* Five clicks for each that was foreseen, or one, told often enough to be learned from. */
static void click_unevenly(kinship *k, uint32_t n_items, double most) {
    enum { LOOKS = 300 };
    for (kinship_part part = KINSHIP_KINDS; part < KINSHIP_ALL; part++) {
        kinship_count_again(k, part);
        for (uint32_t i = 0; i < n_items; i++)
            for (int j = 0; j < LOOKS; j++) {
                double rate = 0.02 * (i % 2 ? most : 1);
                kinship_add_look(k, &(kinship_look){ SHOP_NONE, i, 1, 0.02, fmod((j + 0.5) * rate, 1) < rate });
            }
        kinship_counted(k);
    }
}

TEST(lessons, believe_clicks_on_products_the_sooner_the_more_products_differ) {
    TEST_CTX(c);
    enum { ITEMS = 60 };
    static const double most[] = { 1, 5 };
    double strength[COUNT(most)];
    for (size_t t = 0; t < COUNT(most); t++) {
        shop_item items[ITEMS];
        uint64_t none[] = { 0 };
        for (uint32_t i = 0; i < ITEMS; i++) items[i] = (shop_item){ .main_category = 0 };
        shop_data s = { .items = items, .n_items = ITEMS, .n_categories = 1, .baskets = { .start = none } };
        content_model m = without_words(c, &s);
        kinship k;
        assert_ok(c, kinship_of_baskets(c, &s, &m, &k));
        double usual = k.liked_strength;
        click_unevenly(&k, ITEMS, most[t]);
        strength[t] = k.liked_strength;
        if (t) assert_true(fabs((double)(k.liked[1] - k.liked[0]) - log(5)) < 0.5);
        else assert_true(fabs((double)(k.liked[1] - k.liked[0])) < 0.01);
        /* and what is told anew, from the beginning, knows nothing of it */
        kinship_forget_clicks(&k);
        assert_true(strength[t] != usual && k.liked_strength == usual);
    }
    assert_true(strength[0] >= 64 && strength[1] <= 8);
}

TEST(lessons, expect_where_nothing_is_asked_about_clicks_as_kinds_are_visited) {
    /* given: lamps are opened four times as often as desks, and shown alone they are clicked four times as often */
    TEST_CTX(c);
    enum { EACH = 800 };
    shop_item items[] = { [LAMP] = { .main_category = 0 }, [DESK] = { .main_category = 1 } };
    uint64_t none[] = { 0 };
    shop_data s = { .items = items, .n_items = 2, .n_categories = 2, .baskets = { .start = none } };
    content_model m = without_words(c, &s);
    kinship k;
    assert_ok(c, kinship_of_baskets(c, &s, &m, &k));
    for (int i = 0; i < EACH; i++) kinship_add_view(&k, SHOP_NONE, i % 5 ? LAMP : DESK, 1000);
    kinship_refresh(&k, 1000);
    assert_true(kinship_pull(&k, SHOP_NONE, LAMP) > 3.6 * kinship_pull(&k, SHOP_NONE, DESK));
    assert_true(kinship_pull(&k, LAMP, LAMP) == 1 && kinship_pull(&k, LAMP, DESK) == 1);    /* beside a product it says what is wanted */
    for (int i = 0; i < EACH; i++) {
        kinship_add_look(&k, &(kinship_look){ SHOP_NONE, LAMP, 1, 0.02, i % 50 < 4 });
        kinship_add_look(&k, &(kinship_look){ SHOP_NONE, DESK, 1, 0.02, i % 50 < 1 });
    }
    kinship_refresh(&k, 2000);
    /* then neither kind is clicked more than its visits say */
    assert_true(fabs((double)(k.kin[k.kind_of[LAMP]].clicked - k.kin[k.kind_of[DESK]].clicked)) < 0.15);
}

/* A day on which lamps and cups are opened so often each, and both are shown to as many and clicked as often as they are opened. */
static void live_day(kinship *k, int day, int lamps, int cups) {
    enum { SHOWN = 200 };
    int64_t noon_ms = day * (int64_t)MS_PER_DAY + MS_PER_DAY / 2;
    for (int i = 0; i < lamps + cups; i++) kinship_add_view(k, SHOP_NONE, i < lamps ? LAMP : CUP, noon_ms);
    kinship_refresh(k, (int64_t)(day + 1) * MS_PER_DAY);
    for (int i = 0; i < SHOWN; i++) {
        kinship_add_look(k, &(kinship_look){ DESK, LAMP, 1, 0.1, i % 25 < lamps / 20 });
        kinship_add_look(k, &(kinship_look){ DESK, CUP, 1, 0.1, i % 25 < cups / 20 });
    }
}

TEST(lessons, of_a_product_that_falls_out_of_favour_count_as_little_as_its_visits_from_before) {
    /* given: for two weeks lamps are opened and clicked four times as often as cups, then the other way round */
    TEST_CTX(c);
    kinship k = kinship_of_three(c);
    for (int day = 1; day <= 14; day++) live_day(&k, day, 80, 20);
    double lamp = (double)(k.liked[LAMP] + k.viewed[LAMP]), cup = (double)(k.liked[CUP] + k.viewed[CUP]);
    assert_true(lamp - cup > log(3) && lamp - cup < log(5));
    /* then two days later cups are believed to be liked better, and three days later about as much as they are */
    for (int day = 15; day <= 17; day++) {
        live_day(&k, day, 20, 80);
        lamp = (double)(k.liked[LAMP] + k.viewed[LAMP]), cup = (double)(k.liked[CUP] + k.viewed[CUP]);
        if (day == 16) assert_true(cup > lamp);
    }
    assert_true(cup - lamp > log(2.2) && cup - lamp < log(5));
}
