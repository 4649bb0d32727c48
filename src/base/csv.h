/* csv: records of a CSV file (RFC 4180), streaming, with bounded memory; and one field of a file to be written.
 * Promise: quoted fields may hold separators, doubled quotes and line ends (given back as LF); separator and encoding are found out
 * or told; every field given out is valid UTF-8 without NUL bytes. A broken record is reported with its line and reading goes on
 * with the next line: one stray quote costs one line, not the file. One thread at a time. */
#pragma once
#include "base/lines.h"

typedef struct csv csv;

typedef enum {
    CSV_ENCODING_AUTO,          /* decided by the first line that is not plain ASCII: UTF-8 when it is valid, else Windows-1252 */
    CSV_UTF8,
    CSV_WINDOWS_1252            /* holds Latin-1 too */
} csv_encoding;

typedef struct {
    char separator;             /* ',' ';' '\t' '|', or 0 = whichever the first line has most of */
    csv_encoding encoding;
    size_t max_record;          /* bytes of a record; 0 = LIMIT_IMPORT_LINE_BYTES */
} csv_options;

typedef struct {
    const str *fields;          /* valid until the next call */
    size_t n;                   /* at most LIMIT_IMPORT_FIELDS; 1 empty field for an empty line */
    int64_t line;               /* where it begins, 1 = first line of the file */
    const char *problem;        /* NULL, or why this record cannot be read (static sentence); then n = 0 */
} csv_record;

/* A byte-order mark is skipped. o may be NULL. ERR_NOT_FOUND, ERR_INVALID (unreadable), ERR_NO_MEMORY. Close with csv_close(). */
CHECK_RESULT err_code csv_open(ctx *c, const char *path, const csv_options *o, csv **ret_csv);
/* The same over bytes in memory that outlive the reader. */
CHECK_RESULT err_code csv_open_memory(ctx *c, str bytes, const csv_options *o, csv **ret_csv);
/* NULL is fine. */
void csv_close(csv *r);
void csv_close_at(csv **r);
#define AUTO_CSV __attribute__((cleanup(csv_close_at))) csv

/* Next record. ret_more is false at the end (record untouched). ERR_INVALID (damaged gzip, read error), ERR_NO_MEMORY. */
CHECK_RESULT err_code csv_next(ctx *c, csv *r, csv_record *ret_record, bool *ret_more);

/* For progress, see lines.h. */
int64_t csv_bytes_read(const csv *r);
int64_t csv_bytes_total(const csv *r);

/* Write one text as a field (RFC 4180): quoted where any separator of csv_options stands in it. A text that a spreadsheet would run
 * as a formula (it begins with = + - @, their full-width twins, a tab or a line end, also behind blanks) gets an apostrophe in front.
 * Numbers of ours are written as they are, without this. Source: OWASP, "CSV Injection". */
void csv_put(buf *out, str text);
