/* Reads fixed offsets and the system's compiled zone files. It does NOT format local times. */
#include "base/zone.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/parse.h"

enum { TZIF_HEADER = 44, LONGEST_NAME = 64 };

static int64_t big_endian(const char *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | (unsigned char)p[i];
    if (n == 4) return (int32_t)(uint32_t)v;
    return (int64_t)v;
}

/* The counts of a header and how long the block behind it is, with times of `width` bytes. */
typedef struct { uint64_t n_utc, n_std, n_leap, n_times, n_types, n_chars, bytes; } zone_block;

static bool read_header(str s, size_t width, zone_block *ret_block) {
    if (s.n < TZIF_HEADER || !str_starts(s, STR("TZif"))) return false;
    uint64_t n[6];
    for (size_t i = 0; i < COUNT(n); i++) {
        n[i] = (uint32_t)big_endian(s.p + 20 + 4 * i, 4);
        if (n[i] > 65536) return false;
    }
    zone_block b = { .n_utc = n[0], .n_std = n[1], .n_leap = n[2], .n_times = n[3], .n_types = n[4], .n_chars = n[5] };
    b.bytes = b.n_times * (width + 1) + b.n_types * 6 + b.n_chars + b.n_leap * (width + 4) + b.n_std + b.n_utc;
    if (b.n_types == 0 || b.bytes > s.n - TZIF_HEADER) return false;
    *ret_block = b;
    return true;
}

bool zone_read(str file, int64_t at_ms, int64_t *ret_offset_ms) {
    zone_block old, b;
    if (!read_header(file, 4, &old) || file.p[4] < '2') return false;          /* version 1 ends in 2038 and is not made any more */
    str second = str_sub(file, TZIF_HEADER + old.bytes, file.n);
    if (!read_header(second, 8, &b)) return false;
    const char *times = second.p + TZIF_HEADER, *kinds = times + 8 * b.n_times, *types = kinds + b.n_times;
    size_t kind = 0;                                                            /* before the first change: type 0 */
    for (size_t i = 0; i < b.n_times && big_endian(times + 8 * i, 8) <= at_ms / MS_PER_SECOND; i++) kind = (unsigned char)kinds[i];
    if (kind >= b.n_types) return false;
    int64_t offset_s = big_endian(types + 6 * kind, 4);
    if (offset_s < -26 * 3600 || offset_s > 26 * 3600) return false;            /* the RFC's range */
    *ret_offset_ms = offset_s * MS_PER_SECOND;
    return true;
}

/* "+02:00", "-0530", "+2". */
static bool read_fixed(str name, int64_t *ret_offset_ms) {
    if (name.n < 2 || (name.p[0] != '+' && name.p[0] != '-')) return false;
    str digits = str_sub(name, 1, name.n - 1);
    size_t colon = str_find(digits, STR(":")), split = colon != SIZE_MAX ? colon : digits.n > 2 ? digits.n - 2 : digits.n;
    size_t behind = colon != SIZE_MAX ? split + 1 : split;
    int64_t hours, minutes = 0;
    if (!parse_int_in(str_sub(digits, 0, split), 0, 14, &hours)) return false;
    if (behind < digits.n && !parse_int_in(str_sub(digits, behind, digits.n - behind), 0, 59, &minutes)) return false;
    *ret_offset_ms = (name.p[0] == '-' ? -1 : 1) * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE);
    return true;
}

/* Letters, digits, _ + - and single slashes between them: no way out of the folder. */
static bool is_zone_name(str name) {
    if (!name.n || name.n > LONGEST_NAME) return false;
    bool after_slash = true;
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        bool word = (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_' || ch == '+' || ch == '-';
        if (!word && (ch != '/' || after_slash)) return false;
        after_slash = ch == '/';
    }
    return !after_slash;
}

int64_t zone_offset_ms(ctx *c, str name, int64_t at_ms) {
    int64_t offset = 0;
    if (read_fixed(name, &offset) || !is_zone_name(name)) return offset;
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", STR_ARG(name));
    str file;
    arena_mark m = arena_save(c->arena);                    /* a report asks for many days */
    if (file_read(c, path, 64 * KIB, &file) || !zone_read(file, at_ms, &offset)) offset = 0;
    arena_restore(c->arena, m);
    return offset;
}

/* The clock shows midnight at start - offset before or at start - offset behind; at both where an hour is lived twice, at none
 * where it is skipped. */
int64_t zone_day_start_ms(ctx *c, str name, int64_t day) {
    int64_t midnight = day * MS_PER_DAY;
    int64_t early = midnight - zone_offset_ms(c, name, midnight - MS_PER_DAY);
    int64_t late = midnight - zone_offset_ms(c, name, midnight + MS_PER_DAY);
    int64_t first = early < late ? early : late, second = early < late ? late : early;
    if (first + zone_offset_ms(c, name, first) == midnight) return first;
    return second + zone_offset_ms(c, name, second) == midnight ? second : early;
}

int64_t zone_day_of(ctx *c, str name, int64_t at_ms) {
    int64_t local = at_ms + zone_offset_ms(c, name, at_ms);
    return local >= 0 ? local / MS_PER_DAY : -((MS_PER_DAY - 1 - local) / MS_PER_DAY);
}
