/* Hold-out and arms from the names of persons. */
#include "experiments/assign.h"
#include <math.h>
#include <stdio.h>
#include "tests/test.h"

enum { PERSONS = 40000 };

static str person_of(int i, char room[24]) {
    int n = snprintf(room, 24, "v:%d", i);
    return (str){ room, (size_t)n };
}

static const str abc[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };

/* Five standard errors of a share of PERSONS. */
static double tolerance(double share) { return 5 * sqrt(share * (1 - share) / PERSONS); }

TEST(assign, holds_out_the_share_asked_for_and_keeps_those_when_it_is_raised) {
    int held = 0, left = 0;
    char room[24];
    for (int i = 0; i < PERSONS; i++) {
        str who = person_of(i, room);
        bool small = assign_is_held_out(1, who, 0.05);
        held += small;
        left += small && !assign_is_held_out(1, who, 0.2);
        assert_false(assign_is_held_out(1, who, 0));
    }
    assert_true(fabs((double)held / PERSONS - 0.05) < tolerance(0.05));
    assert_int_equal(0, left);
}

TEST(assign, gives_arms_their_shares) {
    static const double shares[] = { 0.5, 0.3, 0.2 };
    int count[3] = { 0 };
    char room[24];
    for (int i = 0; i < PERSONS; i++) count[assign_arm(1, STR("arm-1"), person_of(i, room), abc, shares, 3)]++;
    for (int k = 0; k < 3; k++) assert_true(fabs((double)count[k] / PERSONS - shares[k]) < tolerance(shares[k]));
}

TEST(assign, moves_only_into_the_arm_whose_share_is_raised) {
    static const double before[] = { 0.4, 0.4, 0.2 }, after[] = { 0.4, 0.4, 0.8 };
    int moved = 0;
    char room[24];
    for (int i = 0; i < PERSONS; i++) {
        str who = person_of(i, room);
        size_t from = assign_arm(1, STR("arm-1"), who, abc, before, 3), to = assign_arm(1, STR("arm-1"), who, abc, after, 3);
        if (from != to) assert_int_equal(2, to);
        moved += from != to;
    }
    assert_true(fabs((double)moved / PERSONS - (0.5 - 0.2)) < tolerance(0.3));
}

TEST(assign, makes_purposes_and_stores_independent) {
    static const double half[] = { 0.5, 0.5 };
    int both = 0, same = 0, held_in_a = 0, held = 0;
    char room[24];
    for (int i = 0; i < PERSONS; i++) {
        str who = person_of(i, room);
        size_t arm = assign_arm(1, STR("arm-1"), who, abc, half, 2);
        both += arm == 0 && assign_arm(1, STR("arm-2"), who, abc, half, 2) == 0;
        same += arm == assign_arm(2, STR("arm-1"), who, abc, half, 2);
        bool out = assign_is_held_out(1, who, 0.2);
        held += out;
        held_in_a += out && arm == 0;
    }
    assert_true(fabs((double)both / PERSONS - 0.25) < tolerance(0.25));
    assert_true(fabs((double)same / PERSONS - 0.5) < tolerance(0.5));
    assert_true(fabs((double)held_in_a / held - 0.5) < 5 * sqrt(0.25 / held));
}

TEST(assign, is_the_same_on_every_machine) {
    static const double half[] = { 0.5, 0.5 };
    assert_int_equal(8543, assign_bucket(7, STR("layer"), STR("v:ana")));
    assert_int_equal(1, assign_arm(7, STR("arm-1"), STR("v:ana"), abc, half, 2));
}
