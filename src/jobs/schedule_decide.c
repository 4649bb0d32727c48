/* The scheduler's decisions. Pure: facts in, plan out. */
#include "jobs/schedule.h"

enum { NIGHT_FROM_MS = 3 * MS_PER_HOUR, NIGHT_MINUTES = 120, FUTURE_MS = MS_PER_MINUTE, RETRY_MS = 10 * MS_PER_MINUTE };

/* More than a minute ahead of the clock is not a time to wait for. */
static int64_t past(int64_t t_ms, int64_t now_ms) { return t_ms > now_ms + FUTURE_MS ? 0 : t_ms; }

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t schedule_night_ms(int64_t store_id, int64_t zone_ms, int64_t now_ms) {
    int64_t minute = (int64_t)((uint64_t)store_id * 7919 % NIGHT_MINUTES);      /* 7919 is prime: neighbours land far apart */
    int64_t local = now_ms + zone_ms, midnight = local - local % MS_PER_DAY;
    int64_t slot = midnight + NIGHT_FROM_MS + minute * MS_PER_MINUTE;
    return (slot <= local ? slot : slot - MS_PER_DAY) - zone_ms;
}

static bool sync_is_due(const store_facts *f, int64_t now_ms) {
    if (!f->can_sync || f->sync_open || f->interval_ms <= 0) return false;
    int64_t last = later(past(f->synced_ms, now_ms), past(f->sync_ended_ms, now_ms));
    return now_ms >= last + f->interval_ms;
}

/* A store copied today has nothing to sweep before its first night. */
static bool sweep_is_due(const store_facts *f, int64_t now_ms) {
    int64_t last = later(past(f->swept_ms, now_ms), past(f->created_ms, now_ms));
    return f->synced_ms > 0 && last < schedule_night_ms(f->store_id, f->zone_ms, now_ms);
}

static bool train_is_due(const store_facts *f, int64_t now_ms) {
    if (f->train_open || !f->has_data) return false;
    int64_t trained = past(f->trained_ms, now_ms), tried = later(trained, past(f->train_ended_ms, now_ms));
    if (f->unreadable) return now_ms >= past(f->train_ended_ms, now_ms) + RETRY_MS;     /* the shop is answered from its catalogue only */
    if (f->held_until_ms > now_ms && f->held_until_ms <= now_ms + MS_PER_DAY) return false;     /* further ahead: the clock was set back */
    if (tried > 0 && now_ms < tried + f->train_every_ms) return false;
    return trained == 0 || f->changed_ms > trained || now_ms >= trained + MS_PER_DAY;
}

store_plan schedule_decide(const store_facts *f, int64_t now_ms) {
    return (store_plan){
        .sync = sync_is_due(f, now_ms),
        .depth = sweep_is_due(f, now_ms) ? SYNC_SWEEP : SYNC_CHANGES,
        .train = train_is_due(f, now_ms),
        .mail = !f->mail_open && f->letter_due_ms > 0 && f->letter_due_ms <= now_ms,
    };
}
