/* A log read in as many passes as memory asks for: each pass remembers its own share of visitors, so that memory is bounded and the
 * figures are the same whatever the number of passes.
 *     report_passes_read(&p, 0, home, &(report_reader){ begin, walk, NULL }, arg);    walk passes over what report_passes_is_mine() refuses
 *     report_passes_end(&p);
 * When there was more to remember than p.most, all is read again in smaller shares: whoever adds up begins anew. One thread. */
#pragma once
#include "base/ctx.h"

typedef struct {
    arena memory;                   /* of a pass; emptied before each */
    size_t most, n;                 /* units remembered */
    uint64_t part, parts;
    bool begun, over;               /* over: more than `most`; the pass is given up */
} report_passes;

/* Is this visitor, person or answer of the pass? */
bool report_passes_is_mine(const report_passes *p, str name);
/* The same of something that has a number. */
bool report_passes_is_my_number(const report_passes *p, uint64_t number);
/* One unit more is remembered. ERR_TOO_LARGE ends the walk: report_passes_read() knows what to do. */
CHECK_RESULT err_code report_passes_count(ctx *c, report_passes *p);
typedef err_code report_pass(void *arg);
typedef struct {
    report_pass *begin;             /* before the first share, which may come again: what `home` held since is gone */
    report_pass *walk;
    report_pass *collect;           /* after a share that could be remembered; NULL: nothing to do */
} report_reader;
/* Read with as few shares as memory allows.
 *   most  units of a pass; 0 = LIMIT_REPORT_UNITS
 *   home  where begin() makes its rows
 * Errors are those of the reader; that of too many units only when smaller shares do not help: one visitor alone is too much. */
CHECK_RESULT err_code report_passes_read(report_passes *p, size_t most, arena *home, const report_reader *r, void *arg);
/* Fine on zeroes. */
void report_passes_end(report_passes *p);
