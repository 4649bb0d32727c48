/* lines: a file, gzip or plain, or standard input, read line by line with bounded memory.
 * Promise: a line may end in LF or CRLF, the last one in nothing; a line over the limit is skipped and reported, never cut in
 * silence; damaged or truncated gzip is an error, never a short file. Bytes are passed on as they are (NUL and wrong UTF-8 too:
 * csv.h and json.h judge them). Heap memory, at most max_line plus 64 KiB. One thread at a time. Read next: base/csv.h. */
#pragma once
#include "base/ctx.h"

typedef struct lines lines;

typedef struct {
    str text;               /* without its ending; valid until the next call */
    int64_t number;         /* 1 for the first */
    bool too_long;          /* over the limit: text is its beginning, the rest was skipped */
} line;

/* Open a file; gzip is recognised by its first bytes. "-" is standard input.
 *   max_line   longest line accepted, bytes without the ending, > 0
 * ERR_NOT_FOUND, ERR_INVALID (a folder, not readable), ERR_NO_MEMORY. Close with lines_close(). */
CHECK_RESULT err_code lines_open(ctx *c, const char *path, size_t max_line, lines **ret_lines);
/* The same over bytes in memory, which must outlive the reader; taken as they are, gzip is not unpacked. ERR_NO_MEMORY. */
CHECK_RESULT err_code lines_open_memory(ctx *c, str bytes, size_t max_line, lines **ret_lines);
/* NULL is fine. */
void lines_close(lines *l);
#define AUTO_LINES __attribute__((cleanup(lines_close_at))) lines
void lines_close_at(lines **l);

/* Next line.
 *   ret_more   false at the end of the file; ret_line is then untouched
 * ERR_INVALID (damaged or truncated gzip, read error), ERR_NO_MEMORY; after an error the reader is of no more use. */
CHECK_RESULT err_code lines_next(ctx *c, lines *l, line *ret_line, bool *ret_more);

/* Bytes of the file consumed so far (compressed ones when it is gzip), for progress. */
int64_t lines_bytes_read(const lines *l);
/* Size of the file; 0 = not known (standard input, a pipe). */
int64_t lines_bytes_total(const lines *l);
