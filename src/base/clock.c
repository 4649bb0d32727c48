/* System, manual and virtual clocks, and the calendar. It does NOT know time zones: shops send UTC twins of every date. */
#include "base/clock.h"
#include "base/parse.h"
#include <time.h>

static int64_t read_clock_us(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t system_now_ms(const time_source *t) {
    (void)t;                                                /* the system clock has no state */
    return read_clock_us(CLOCK_REALTIME) / 1000;
}

static int64_t system_mono_us(const time_source *t) {
    (void)t;                                                /* as above */
    return read_clock_us(CLOCK_MONOTONIC);
}

static void system_sleep_ms(const time_source *t, int64_t ms) {
    (void)t;                                                /* as above */
    struct timespec left = { ms / 1000, ms % 1000 * 1000000 };
    while (nanosleep(&left, &left) != 0) {}
}

const time_source *time_source_system(void) {
    static const time_source source = { system_now_ms, system_mono_us, system_sleep_ms, 0 };
    return &source;
}

static int64_t manual_now_ms(const time_source *t) { return t->manual_ms; }
static int64_t manual_mono_us(const time_source *t) { return t->manual_ms * 1000; }
static void manual_sleep_ms(const time_source *t, int64_t ms) { ((time_source *)(uintptr_t)t)->manual_ms += ms; }

time_source time_source_manual(int64_t now_ms) {
    return (time_source){ manual_now_ms, manual_mono_us, manual_sleep_ms, now_ms };
}

static int64_t virtual_now_ms(const time_source *t) { return atomic_load(&((const virtual_clock *)(const void *)t)->wall_ms); }

void virtual_clock_init(virtual_clock *v, int64_t now_ms) {
    v->source = (time_source){ virtual_now_ms, system_mono_us, system_sleep_ms, 0 };
    atomic_init(&v->wall_ms, now_ms);
}

bool virtual_clock_move(virtual_clock *v, int64_t now_ms) {
    int_fast64_t shown = atomic_load(&v->wall_ms);
    while (now_ms >= shown)
        if (atomic_compare_exchange_weak(&v->wall_ms, &shown, now_ms)) return true;
    return false;
}

int64_t cpu_time_us(void) { return read_clock_us(CLOCK_PROCESS_CPUTIME_ID); }

int64_t mono_time_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

civil_time civil_from_ms(int64_t ms) {
    int64_t days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0), rest = ms - days * MS_PER_DAY;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (int)((5 * doy + 2) / 153), month = mp + (mp < 10 ? 3 : -9);
    return (civil_time){
        .year = yoe + era * 400 + (month <= 2), .month = month, .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / MS_PER_HOUR), .minute = (int)(rest / MS_PER_MINUTE % 60),
        .second = (int)(rest / 1000 % 60), .weekday = (int)((days % 7 + 7 + 3) % 7),
    };
}

/* Exactly `n` digits at the front of *s, or -1. */
static int take_digits(str *s, size_t n) {
    uint64_t v;
    if (s->n < n || !parse_u64((str){ s->p, n }, &v)) return -1;
    *s = str_sub(*s, n, s->n);
    return (int)v;
}

static bool take_char(str *s, char c) {
    if (!s->n || s->p[0] != c) return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static int days_in_month(int year, int month) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool parse_zone(str *s, int64_t *ret_offset_ms) {
    if (!s->n || take_char(s, 'Z')) return true;
    bool behind = s->p[0] == '-';
    if (!take_char(s, '+') && !take_char(s, '-')) return false;
    int hours = take_digits(s, 2);
    (void)take_char(s, ':');                                /* "+0200" is as good as "+02:00" */
    int minutes = take_digits(s, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false;
    *ret_offset_ms = (hours * (int64_t)MS_PER_HOUR + minutes * (int64_t)MS_PER_MINUTE) * (behind ? -1 : 1);
    return true;
}

static bool parse_time_of_day(str *s, int64_t *ret_ms) {
    int hour = take_digits(s, 2);
    if (!take_char(s, ':')) return false;
    int minute = take_digits(s, 2), second = take_char(s, ':') ? take_digits(s, 2) : 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    int64_t ms = hour * (int64_t)MS_PER_HOUR + minute * (int64_t)MS_PER_MINUTE + second * 1000;
    if (take_char(s, '.')) {
        int64_t unit = 100;
        if (!s->n || s->p[0] < '0' || s->p[0] > '9') return false;
        for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; unit /= 10) ms += take_digits(s, 1) * unit;
    }
    *ret_ms = ms;
    return true;
}

bool time_parse(str text, int64_t *ret_ms) {
    str s = str_trim(text);
    int year = take_digits(&s, 4);
    if (!take_char(&s, '-')) return false;
    int month = take_digits(&s, 2);
    if (!take_char(&s, '-')) return false;
    int day = take_digits(&s, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
    int64_t of_day = 0, offset = 0;
    if (s.n) {
        if (!take_char(&s, 'T') && !take_char(&s, ' ')) return false;
        if (!parse_time_of_day(&s, &of_day) || !parse_zone(&s, &offset) || s.n) return false;
    }
    *ret_ms = days_from_civil(year, month, day) * MS_PER_DAY + of_day - offset;
    return true;
}

static void put_digits(char *out, int64_t v, int n) {
    for (int i = n - 1; i >= 0; i--, v /= 10) out[i] = (char)('0' + v % 10);
}

void time_format(int64_t ms, char out[21]) {
    civil_time t = civil_from_ms(ms);
    static const char shape[21] = "0000-00-00T00:00:00Z";
    for (int i = 0; i < 21; i++) out[i] = shape[i];
    put_digits(out, t.year, 4);
    put_digits(out + 5, t.month, 2);
    put_digits(out + 8, t.day, 2);
    put_digits(out + 11, t.hour, 2);
    put_digits(out + 14, t.minute, 2);
    put_digits(out + 17, t.second, 2);
}
