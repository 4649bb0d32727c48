/* Halving shares until one fits; see passes.h. */
#include "reports/passes.h"
#include "base/limits.h"
#include "base/map.h"

enum { MOST_PARTS = 4096 };

static void begin(report_passes *p, size_t most) {
    *p = (report_passes){ .most = most ? most : LIMIT_REPORT_UNITS, .parts = 1 };
    arena_init(&p->memory, LIMIT_REPORT_ARENA);
}

static bool next(report_passes *p) {
    if (p->over) {
        p->parts *= 2;
        p->part = 0;
    } else if (p->begun) {
        p->part++;
    }
    p->begun = true;
    p->over = false;
    p->n = 0;
    arena_reset(&p->memory);
    return p->part < p->parts;
}

bool report_passes_is_mine(const report_passes *p, str name) { return p->parts == 1 || hash_str(name) % p->parts == p->part; }

bool report_passes_is_my_number(const report_passes *p, uint64_t number) {
    return report_passes_is_mine(p, (str){ (const char *)&number, sizeof number });
}

err_code report_passes_count(ctx *c, report_passes *p) {
    if (p->n++ < p->most) return ERR_OK;
    p->over = true;
    return fail(c, ERR_TOO_LARGE, "one visitor did more than a report can remember; ask for fewer days");     /* shown in the last resort */
}

/* Too many units is no error while the shares can be halved. */
static err_code read_share(report_passes *p, const report_reader *r, void *arg) {
    err_code e = r->walk(arg);
    if (p->over) return p->parts < MOST_PARTS ? ERR_OK : e;
    return !e && r->collect ? r->collect(arg) : e;
}

err_code report_passes_read(report_passes *p, size_t most, arena *home, const report_reader *r, void *arg) {
    arena_mark rows = arena_save(home);
    begin(p, most);
    while (next(p)) {
        if (p->part == 0) {
            arena_restore(home, rows);
            TRY(r->begin(arg));
        }
        TRY(read_share(p, r, arg));
    }
    return ERR_OK;
}

void report_passes_end(report_passes *p) { arena_done(&p->memory); }
