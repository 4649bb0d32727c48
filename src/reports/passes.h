/* A log read in as many passes as memory asks for: each pass remembers its own share of visitors, so that memory is bounded and the
 * figures are the same whatever the number of passes.
 *     report_passes_begin(&p, 0);
 *     while (report_passes_next(&p)) TRY(report_passes_run(c, &p, walk, arg));     walk passes over what report_passes_is_mine() refuses
 *     report_passes_end(&p);
 * Part 0 comes again when there was more to remember than p.most: whoever adds up begins anew at part 0. One thread. */
#pragma once
#include "base/ctx.h"

typedef struct {
    arena memory;                   /* of a pass; emptied before each */
    size_t most, n;                 /* units remembered */
    uint64_t part, parts;
    bool begun, over;               /* over: more than `most`; the pass is given up */
} report_passes;

/*   most  units of a pass; 0 = LIMIT_REPORT_UNITS */
void report_passes_begin(report_passes *p, size_t most);
/* False when all parts are done. */
bool report_passes_next(report_passes *p);
/* Is this visitor, person or answer of the pass? */
bool report_passes_is_mine(const report_passes *p, str name);
/* The same of something that has a number. */
bool report_passes_is_my_number(const report_passes *p, uint64_t number);
/* One unit more is remembered. ERR_TOO_LARGE ends the walk: report_passes_run() knows what to do. */
CHECK_RESULT err_code report_passes_count(ctx *c, report_passes *p);
typedef err_code report_pass(void *arg);
/* Walk once. Errors are the caller's, that of too many units only when smaller shares do not help: one visitor alone is too much. */
CHECK_RESULT err_code report_passes_run(report_passes *p, report_pass *walk, void *arg);
/* Fine on zeroes. */
void report_passes_end(report_passes *p);
