/* Tests of the scheduler's decisions, with clocks as numbers. */
#include "tests/test.h"
#include "jobs/schedule.h"

enum { MINUTE = MS_PER_MINUTE, HOUR = MS_PER_HOUR, DAY = MS_PER_DAY };
#define NOON (INT64_C(1784116800000))           /* 2026-07-15T12:00:00Z */

/* A shop synced and trained five minutes ago, swept last night: nothing is due. */
static store_facts calm(void) {
    return (store_facts){
        .store_id = 1, .can_sync = true, .interval_ms = 15 * MINUTE, .train_every_ms = 15 * MINUTE, .has_data = true,
        .created_ms = NOON - 30 * (int64_t)DAY,
        .synced_ms = NOON - 5 * MINUTE, .sync_ended_ms = NOON - 5 * MINUTE, .swept_ms = NOON - 5 * HOUR,
        .trained_ms = NOON - 5 * MINUTE, .train_ended_ms = NOON - 5 * MINUTE,
    };
}

typedef struct { bool sync, train; sync_depth depth; } expected;

static void check(const char *what, store_facts f, expected e) {
    store_plan p = schedule_decide(&f, NOON);
    if (p.sync != e.sync || p.train != e.train || (p.sync && p.depth != e.depth))
        test_fail("%s: sync %d, depth %d, train %d", what, p.sync, (int)p.depth, p.train);
}
#define CASE(what, change, ...)                     \
    do {                                            \
        store_facts f = calm();                     \
        change;                                     \
        check(what, f, (expected){ __VA_ARGS__ });  \
    } while (0)

TEST(schedule, leaves_a_fresh_store_alone) {
    CASE("calm", (void)0, false, false, 0);
}

TEST(schedule, syncs_when_the_interval_has_passed) {
    CASE("just before", f.synced_ms = f.sync_ended_ms = NOON - 15 * MINUTE + 1, false, false, 0);
    CASE("on the moment", f.synced_ms = f.sync_ended_ms = NOON - 15 * MINUTE, true, false, SYNC_CHANGES);
    CASE("never before", f.synced_ms = f.sync_ended_ms = f.swept_ms = 0, true, false, SYNC_CHANGES);
    CASE("after days of downtime once, with the sweep it missed",
         f.synced_ms = f.sync_ended_ms = f.swept_ms = NOON - 3 * (int64_t)DAY, true, false, SYNC_SWEEP);
    CASE("a failed one waits too", f.synced_ms = NOON - DAY, false, false, 0);
    CASE("another is open", (f.synced_ms = f.sync_ended_ms = 0, f.sync_open = true), false, false, 0);
    CASE("the owner wants none", (f.synced_ms = f.sync_ended_ms = 0, f.interval_ms = 0), false, false, 0);
    CASE("a platform that cannot be asked", (f.synced_ms = f.sync_ended_ms = 0, f.can_sync = false), false, false, 0);
    CASE("the clock was set back", f.synced_ms = f.sync_ended_ms = NOON + 2 * (int64_t)DAY, true, false, SYNC_CHANGES);
}

TEST(schedule, sweeps_once_a_night) {
    int64_t old = NOON - 20 * MINUTE;
    CASE("swept before this night", (f.synced_ms = f.sync_ended_ms = old, f.swept_ms = NOON - 20 * HOUR), true, false, SYNC_SWEEP);
    CASE("swept this night", (f.synced_ms = f.sync_ended_ms = old, f.swept_ms = NOON - 5 * HOUR), true, false, SYNC_CHANGES);
    CASE("made today", (f.synced_ms = f.sync_ended_ms = old, f.swept_ms = 0, f.created_ms = NOON - HOUR), true, false, SYNC_CHANGES);
    CASE("made yesterday", (f.synced_ms = f.sync_ended_ms = old, f.swept_ms = 0, f.created_ms = NOON - DAY), true, false, SYNC_SWEEP);
}

TEST(schedule, trains_at_first_after_changes_and_daily) {
    int64_t hour_ago = NOON - HOUR;
    CASE("never", f.trained_ms = f.train_ended_ms = 0, false, true, 0);
    CASE("nothing to learn from", (f.trained_ms = f.train_ended_ms = 0, f.has_data = false), false, false, 0);
    CASE("open already", (f.trained_ms = f.train_ended_ms = 0, f.train_open = true), false, false, 0);
    CASE("changed, but trained lately", f.changed_ms = NOON, false, false, 0);
    CASE("changed since", (f.trained_ms = f.train_ended_ms = hour_ago, f.changed_ms = NOON), false, true, 0);
    CASE("changed before", (f.trained_ms = f.train_ended_ms = hour_ago, f.changed_ms = hour_ago - 1), false, false, 0);
    CASE("a day old", f.trained_ms = f.train_ended_ms = NOON - DAY, false, true, 0);
    CASE("never, and the last try failed just now", f.trained_ms = 0, false, false, 0);
    CASE("never, and the last try failed an hour ago", (f.trained_ms = 0, f.train_ended_ms = hour_ago), false, true, 0);
}

TEST(schedule, learns_a_store_anew_when_its_file_cannot_be_read) {
    CASE("at once", (f.unreadable = true, f.train_ended_ms = NOON - 10 * MINUTE), false, true, 0);
    CASE("also where trainings are rare", (f.unreadable = true, f.train_ended_ms = NOON - HOUR, f.train_every_ms = DAY), false, true, 0);
    CASE("not while one runs", (f.unreadable = true, f.train_ended_ms = 0, f.train_open = true), false, false, 0);
    CASE("not again and again when it fails", f.unreadable = true, false, false, 0);
    CASE("not without data", (f.unreadable = true, f.train_ended_ms = 0, f.has_data = false), false, false, 0);
}

TEST(schedule, spreads_the_night_over_two_hours_of_local_time) {
    int64_t zone = 3 * (int64_t)HOUR;
    int minutes_used[120] = { 0 };
    for (int64_t id = 1; id <= 120; id++) {
        int64_t night = schedule_night_ms(id, zone, NOON);
        civil_time local = civil_from_ms(night + zone);
        assert_true(local.hour == 3 || local.hour == 4);
        assert_true(night <= NOON && night > NOON - DAY);
        minutes_used[(local.hour - 3) * 60 + local.minute]++;
    }
    for (size_t i = 0; i < COUNT(minutes_used); i++) assert_int_equal(1, minutes_used[i]);
    assert_int_equal(schedule_night_ms(1, zone, NOON), schedule_night_ms(1, zone, schedule_night_ms(1, zone, NOON)));
}
