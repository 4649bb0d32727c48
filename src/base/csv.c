/* CSV records over base/lines. A record is parsed line by line; lines taken beyond its first are kept in `log`, so that a record
 * whose quote never closes can be given up after its first line and the others read again as records of their own.
 * It does NOT know what columns mean: connect/import.c does. */
#include "base/csv.h"
#include "base/limits.h"
#include <stdlib.h>
#include <string.h>

typedef enum { GOOD, TOO_LONG, HAS_NUL, NOT_UTF8, OPEN_QUOTE, AFTER_QUOTE, MANY_FIELDS } verdict;
static const char *const sentences[] = {
    [TOO_LONG] = "the line is longer than the limit",
    [HAS_NUL] = "the line holds NUL bytes",
    [NOT_UTF8] = "the line is not valid UTF-8",
    [OPEN_QUOTE] = "a quoted field is never closed",
    [AFTER_QUOTE] = "text stands behind a closing quote",
    [MANY_FIELDS] = "the line has more fields than the limit",
};

typedef struct { size_t from, n; bool doubled; } span;      /* of the record's text; doubled: holds "" */
typedef struct { str text; int64_t number; verdict how; } raw_line;

struct csv {
    lines *in;
    char separator;
    csv_encoding encoding;
    size_t max_record;
    bool started;
    buf converted;              /* a Windows-1252 line as UTF-8 */
    buf joined;                 /* text of a record of several lines */
    buf log;                    /* lines read ahead: a verdict byte, the text, LF */
    size_t log_at;              /* next line of the log to be read again */
    int64_t log_line;           /* its number */
    buf scratch;                /* fields with doubled quotes, undoubled */
    /* state of the record being parsed */
    bool in_quotes;
    span open;                  /* the quoted field not closed yet */
    size_t n;
    span spans[LIMIT_IMPORT_FIELDS];
    str fields[LIMIT_IMPORT_FIELDS];
};

/* Takes over `in`. */
static err_code csv_over(ctx *c, lines *in, const csv_options *o, csv **ret_csv) {
    csv *r = calloc(1, sizeof *r);
    if (!r) {
        lines_close(in);
        return fail(c, ERR_NO_MEMORY, "no memory for a CSV reader");
    }
    size_t max = o && o->max_record ? o->max_record : LIMIT_IMPORT_LINE_BYTES;
    r->in = in;
    r->max_record = max;
    if (o) r->separator = o->separator, r->encoding = o->encoding;
    buf_init(&r->converted, max * 3 + 16);              /* one byte of Windows-1252 is at most three of UTF-8 */
    buf_init(&r->joined, max * 4 + 16);
    buf_init(&r->log, max * 16 + 64);
    buf_init(&r->scratch, max * 4 + 16);
    *ret_csv = r;
    return ERR_OK;
}

static size_t line_limit(const csv_options *o) { return o && o->max_record ? o->max_record : LIMIT_IMPORT_LINE_BYTES; }

err_code csv_open(ctx *c, const char *path, const csv_options *o, csv **ret_csv) {
    lines *in = NULL;
    TRY(lines_open(c, path, line_limit(o), &in));
    return csv_over(c, in, o, ret_csv);
}

err_code csv_open_memory(ctx *c, str bytes, const csv_options *o, csv **ret_csv) {
    lines *in = NULL;
    TRY(lines_open_memory(c, bytes, line_limit(o), &in));
    return csv_over(c, in, o, ret_csv);
}

void csv_close(csv *r) {
    if (!r) return;
    lines_close(r->in);
    buf_free(&r->converted);
    buf_free(&r->joined);
    buf_free(&r->log);
    buf_free(&r->scratch);
    free(r);
}

void csv_close_at(csv **r) { csv_close(*r); }
int64_t csv_bytes_read(const csv *r) { return lines_bytes_read(r->in); }
int64_t csv_bytes_total(const csv *r) { return lines_bytes_total(r->in); }

static bool is_ascii(str s) {
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if (word & 0x8080808080808080u) return false;
    }
    for (; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

static void add_code_point(buf *b, unsigned u) {
    if (u < 0x80) {
        buf_char(b, (char)u);
    } else if (u < 0x800) {
        buf_char(b, (char)(0xC0 | u >> 6));
        buf_char(b, (char)(0x80 | (u & 0x3F)));
    } else {
        buf_char(b, (char)(0xE0 | u >> 12));
        buf_char(b, (char)(0x80 | (u >> 6 & 0x3F)));
        buf_char(b, (char)(0x80 | (u & 0x3F)));
    }
}

/* Bytes 0x80..0x9F; the five that mean nothing become U+FFFD. Source: WHATWG Encoding, index-windows-1252. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
    0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

static void from_windows_1252(buf *b, str s) {
    buf_reset(b);
    for (size_t i = 0; i < s.n; i++) {
        unsigned u = (unsigned char)s.p[i];
        add_code_point(b, u >= 0x80 && u < 0xA0 ? windows_1252[u - 0x80] : u);
    }
}

/* Make the line valid UTF-8, or say why it is not. The first line with a byte above 0x7F decides for the file. */
static void decode(csv *r, raw_line *l) {
    if (l->text.n && memchr(l->text.p, 0, l->text.n)) {
        l->how = HAS_NUL;
        return;
    }
    if (is_ascii(l->text)) return;
    if (r->encoding == CSV_ENCODING_AUTO) r->encoding = str_is_utf8(l->text) ? CSV_UTF8 : CSV_WINDOWS_1252;
    if (r->encoding == CSV_UTF8) {
        if (!str_is_utf8(l->text)) l->how = NOT_UTF8;
        return;
    }
    from_windows_1252(&r->converted, l->text);
    l->text = buf_view(&r->converted);
}

static err_code skip_mark(ctx *c, csv *r, str *text) {
    if (str_starts(*text, STR("\xEF\xBB\xBF"))) {
        *text = str_sub(*text, 3, text->n);
        if (r->encoding == CSV_ENCODING_AUTO) r->encoding = CSV_UTF8;
    }
    if (str_starts(*text, STR("\xFF\xFE")) || str_starts(*text, STR("\xFE\xFF")))
        return fail(c, ERR_INVALID, "the file is UTF-16; save it as UTF-8 and try again");
    return ERR_OK;
}

/* Most frequent of the known separators outside quotes; the comma when there is none. */
static char find_separator(str text) {
    static const char known[] = { ',', ';', '\t', '|' };
    size_t seen[256] = { 0 };
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') quoted = !quoted;
        else if (!quoted) seen[(unsigned char)text.p[i]]++;
    }
    char best = known[0];
    for (size_t i = 1; i < COUNT(known); i++)
        if (seen[(unsigned char)known[i]] > seen[(unsigned char)best]) best = known[i];
    return best;
}

static err_code take_from_file(ctx *c, csv *r, raw_line *ret_line, bool *ret_more) {
    line l = { 0 };
    bool more = false;
    TRY(lines_next(c, r->in, &l, &more));
    *ret_more = more;
    if (!more) return ERR_OK;
    *ret_line = (raw_line){ l.text, l.number, l.too_long ? TOO_LONG : GOOD };
    if (!r->started) TRY(skip_mark(c, r, &ret_line->text));
    if (!l.too_long) decode(r, ret_line);
    if (buf_err(&r->converted)) return fail(c, ERR_NO_MEMORY, "no memory for a line of CSV");
    if (!r->started && !r->separator) r->separator = find_separator(ret_line->text);
    r->started = true;
    return ERR_OK;
}

static raw_line take_from_log(csv *r) {
    str rest = str_sub(buf_view(&r->log), r->log_at, r->log.n);
    str text = str_cut(&rest, '\n');
    r->log_at += text.n + 1;
    return (raw_line){ str_sub(text, 1, text.n), r->log_line++, (verdict)text.p[0] };
}

static err_code take_line(ctx *c, csv *r, raw_line *ret_line, bool *ret_more) {
    if (r->log_at == r->log.n) return take_from_file(c, r, ret_line, ret_more);
    *ret_line = take_from_log(r);
    *ret_more = true;
    return ERR_OK;
}

/* A further line of a record that is open: read again from the log, or from the file and into the log. */
static err_code take_further(ctx *c, csv *r, raw_line *ret_line, bool *ret_more) {
    bool logged = r->log_at < r->log.n;
    TRY(take_line(c, r, ret_line, ret_more));
    if (logged || !*ret_more) return ERR_OK;
    r->log_line = ret_line->number + 1;
    buf_char(&r->log, (char)ret_line->how);
    if (ret_line->how == GOOD) buf_str(&r->log, ret_line->text);
    buf_char(&r->log, '\n');
    r->log_at = r->log.n;
    if (buf_err(&r->log)) return fail(c, ERR_NO_MEMORY, "no memory for a record of CSV");
    return ERR_OK;
}

static bool end_field(csv *r, span s) {
    if (r->n == LIMIT_IMPORT_FIELDS) return false;
    r->spans[r->n++] = s;
    return true;
}

/* From inside quotes at `i` to behind the closing one; false when the text ends first. */
static bool skip_quoted(csv *r, str text, size_t *i) {
    while (*i < text.n) {
        const char *quote = memchr(text.p + *i, '"', text.n - *i);
        if (!quote) break;
        *i = (size_t)(quote - text.p) + 1;
        if (*i == text.n || text.p[*i] != '"') {
            r->open.n = *i - 1 - r->open.from;
            return true;
        }
        r->open.doubled = true;
        ++*i;
    }
    *i = text.n;
    return false;
}

/* Go on parsing `text` at `i`, where the last call stopped: OPEN_QUOTE asks for another line. */
static verdict parse(csv *r, str text, size_t i) {
    const char separator = r->separator;
    for (;;) {
        if (!r->in_quotes && i < text.n && text.p[i] == '"') {
            r->open = (span){ .from = ++i };
            r->in_quotes = true;
        }
        span s = { .from = i };
        if (r->in_quotes) {
            if (!skip_quoted(r, text, &i)) return OPEN_QUOTE;
            r->in_quotes = false;
            if (i < text.n && text.p[i] != separator) return AFTER_QUOTE;
            s = r->open;
        } else {
            while (i < text.n && text.p[i] != separator) i++;
            s.n = i - s.from;
        }
        if (!end_field(r, s)) return MANY_FIELDS;
        if (i == text.n) return GOOD;
        i++;
    }
}

/* Add lines until the quote closes. On any other verdict the lines behind the first are read again by later calls. */
static err_code join(ctx *c, csv *r, raw_line first, str *ret_text, verdict *ret_how) {
    size_t log_from = r->log_at;
    verdict how = OPEN_QUOTE;
    buf_reset(&r->joined);
    buf_str(&r->joined, first.text);
    for (int n = 1; how == OPEN_QUOTE && n < LIMIT_IMPORT_RECORD_LINES && r->joined.n <= r->max_record; n++) {
        raw_line l = { 0 };
        bool more = false;
        TRY(take_further(c, r, &l, &more));
        if (!more || l.how != GOOD) break;
        size_t at = r->joined.n;
        buf_char(&r->joined, '\n');
        buf_str(&r->joined, l.text);
        if (buf_err(&r->joined)) return fail(c, ERR_NO_MEMORY, "no memory for a record of CSV");
        how = parse(r, buf_view(&r->joined), at);
    }
    if (how != GOOD) {
        r->log_line = first.number + 1;
        r->log_at = log_from;
    }
    *ret_text = buf_view(&r->joined);
    *ret_how = how;
    return ERR_OK;
}

/* Turn spans into fields; doubled quotes are undoubled in `scratch`, which has room for the whole text from the start. */
static err_code give_fields(ctx *c, csv *r, str text) {
    char *to = NULL;
    for (size_t k = 0; k < r->n; k++) {
        span s = r->spans[k];
        r->fields[k] = s.n ? (str){ text.p + s.from, s.n } : STR("");       /* an empty record has no text to point into */
        if (!s.doubled) continue;
        if (!to) {
            buf_reset(&r->scratch);
            to = buf_room(&r->scratch, text.n);
            if (!to) return fail(c, ERR_NO_MEMORY, "no memory for a record of CSV");
        }
        char *begin = to;
        for (size_t i = 0; i < s.n; i++) {
            *to++ = text.p[s.from + i];
            if (text.p[s.from + i] == '"') i++;
        }
        r->fields[k] = (str){ begin, (size_t)(to - begin) };
    }
    return ERR_OK;
}

/* Nothing of the log is waiting: forget it. Much of it was read again: move the rest to the front. */
static void tidy_log(csv *r) {
    if (r->log_at == r->log.n) {
        buf_reset(&r->log);
        r->log_at = 0;
    } else if (r->log_at > r->max_record) {
        memmove(r->log.p, r->log.p + r->log_at, r->log.n - r->log_at);
        r->log.n -= r->log_at;
        r->log_at = 0;
    }
}

err_code csv_next(ctx *c, csv *r, csv_record *ret_record, bool *ret_more) {
    tidy_log(r);
    raw_line l = { 0 };
    bool more = false;
    TRY(take_line(c, r, &l, &more));
    *ret_more = more;
    if (!more) return ERR_OK;
    r->n = 0;
    r->in_quotes = false;
    verdict how = l.how == GOOD ? parse(r, l.text, 0) : l.how;
    str text = l.text;
    if (how == OPEN_QUOTE) TRY(join(c, r, l, &text, &how));
    if (how == GOOD) TRY(give_fields(c, r, text));
    *ret_record = (csv_record){ r->fields, how == GOOD ? r->n : 0, l.number, how == GOOD ? NULL : sentences[how] };
    return ERR_OK;
}
