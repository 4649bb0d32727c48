/* What the makers of reports share. Private to reports/. */
#pragma once
#include "reports/reports.h"
#include "reports/sheet.h"
#include "reports/source.h"

typedef struct {
    ctx *c;                         /* its arena lives as long as the report */
    report_source from;
    const store *s;
    const report_request *q;
    unsigned by;
    report_sheet *out;
} report_job;
typedef CHECK_RESULT err_code report_maker(report_job *j);

report_maker report_performance, report_attributed, report_funnel, report_performers;      /* of answers: tables.c */
report_maker report_summary, report_caused, report_affinity;                               /* of the shop: overview.c */

/* Columns for what it is told by, and the cells of a row; .p NULL keys are all others. A product has its name beside it. */
void report_key_columns(const report_job *j);
CHECK_RESULT err_code report_key_cells(const report_job *j, const followed_row *row, report_cell **at);
/* A new row. ERR_NO_MEMORY. */
CHECK_RESULT err_code report_row(const report_job *j, report_cell **ret_row);
/* Name of a product as the shop has it, empty when it is gone. */
CHECK_RESULT err_code report_product_name(const report_job *j, str product_id, str *ret_name);
/* Rows that may be shown. */
size_t report_limit(const report_job *j);
