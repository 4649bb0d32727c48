/* What a day taught, from figures. Promise: pure; each kind keeps chance below what FINDING_P says over all it looked at (Bonferroni), and
 * says nothing where there are too few days or looks. Read next: insights/series.h, insights/day.h (where the figures come from). */
#pragma once
#include "insights/finding.h"

#define FINDING_P 0.01              /* of a finding that is not there, a kind and day */

/* A day of the shop. */
typedef struct { double visitors, impressions, clicks, orders, revenue; } insight_figures;
/* A product at a placement, or a source or placement with an empty product, in the last week. Impressions once a visitor. */
typedef struct { str place, product; double impressions, clicks, lines, clicks_before; } insight_part;

typedef struct {
    const insight_figures *days;    /* n_days that follow each other, oldest first; the newest is judged */
    size_t n_days;
    int64_t first_day;              /* days since 1970-01-01 */
    const insight_part *products, *sources, *placements;    /* lines: bought by click; clicks_before: of the four weeks before */
    size_t n_products, n_sources, n_placements;
} insight_facts;

/* At most LIMIT_FINDINGS, the most pressing first, in c->arena; texts are those of the facts. ERR_NO_MEMORY. O(n^2) in days. */
CHECK_RESULT err_code findings_make(ctx *c, const insight_facts *x, finding **ret_findings, size_t *ret_n);
