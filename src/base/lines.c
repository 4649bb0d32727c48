/* Lines over zlib's file reader, which passes plain files through. It does NOT know about quotes or encodings: csv.c does. */
#include "base/lines.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { CHUNK = 64 * 1024, ZLIB_BUFFER = 128 * 1024 };

struct lines {
    gzFile file;                /* NULL: memory */
    str memory;                 /* what is still to be read */
    int64_t memory_total;
    int64_t total;              /* size of the file, 0 = not known */
    char *p;                    /* bytes read and not yet given: p[from..to) */
    size_t from, to, cap;
    size_t searched;            /* p[from..searched) holds no line end */
    size_t max_line;
    int64_t number;
    bool at_end;                /* the source has no more */
};

static err_code lines_new(ctx *c, size_t max_line, lines **ret_lines) {
    lines *l = calloc(1, sizeof *l);
    char *p = malloc(2 * CHUNK);
    if (!l || !p) {
        free(l);
        free(p);
        return fail(c, ERR_NO_MEMORY, "no memory for a line reader");
    }
    *l = (lines){ .p = p, .cap = 2 * CHUNK, .max_line = max_line };
    *ret_lines = l;
    return ERR_OK;
}

void lines_close(lines *l) {
    if (!l) return;
    if (l->file) gzclose_r(l->file);
    free(l->p);
    free(l);
}

void lines_close_at(lines **l) { lines_close(*l); }

static err_code open_fd(ctx *c, const char *path, int *ret_fd, int64_t *ret_size) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(c, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, "open %s: %s", path, strerror(errno));
    struct stat s;
    if (fstat(fd, &s) != 0 || S_ISDIR(s.st_mode)) {
        close(fd);
        return fail(c, ERR_INVALID, "%s is a folder, not a file", path);
    }
    *ret_size = S_ISREG(s.st_mode) ? (int64_t)s.st_size : 0;
    *ret_fd = fd;
    return ERR_OK;
}

err_code lines_open(ctx *c, const char *path, size_t max_line, lines **ret_lines) {
    int fd = -1;
    int64_t size = 0;
    TRY(open_fd(c, path, &fd, &size));
    lines *l = NULL;
    err_code e = lines_new(c, max_line, &l);
    if (e) {
        close(fd);
        return e;
    }
    l->file = gzdopen(fd, "rb");
    if (!l->file) {
        close(fd);
        lines_close(l);
        return fail(c, ERR_NO_MEMORY, "no memory to read %s", path);
    }
    (void)gzbuffer(l->file, ZLIB_BUFFER);               /* only makes it faster */
    l->total = size;
    *ret_lines = l;
    return ERR_OK;
}

err_code lines_open_memory(ctx *c, str bytes, size_t max_line, lines **ret_lines) {
    lines *l = NULL;
    TRY(lines_new(c, max_line, &l));
    l->memory = bytes;
    l->memory_total = (int64_t)bytes.n;
    *ret_lines = l;
    return ERR_OK;
}

/* Room for one more chunk behind p[to): first move what is left to the front, then grow. */
static err_code make_room(ctx *c, lines *l) {
    if (l->from) {
        memmove(l->p, l->p + l->from, l->to - l->from);
        l->to -= l->from;
        l->searched -= l->from;
        l->from = 0;
    }
    if (l->cap - l->to >= CHUNK) return ERR_OK;
    size_t cap = l->cap * 2;
    if (cap > l->max_line + 2 * CHUNK) cap = l->max_line + 2 * CHUNK;
    char *p = realloc(l->p, cap);
    if (!p) return fail(c, ERR_NO_MEMORY, "no memory for a line of %zu bytes", l->to);
    l->p = p;
    l->cap = cap;
    return ERR_OK;
}

static size_t read_memory(lines *l, char *to, size_t n) {
    if (n > l->memory.n) n = l->memory.n;
    if (n) memcpy(to, l->memory.p, n);
    l->memory = str_sub(l->memory, n, l->memory.n);
    return n;
}

static err_code read_file(ctx *c, lines *l, char *to, size_t n, size_t *ret_n) {
    int got = gzread(l->file, to, (unsigned)n), code = Z_OK;
    const char *why = gzerror(l->file, &code);
    if (code == Z_BUF_ERROR) return fail(c, ERR_INVALID, "the gzip file is cut off after line %lld", (long long)l->number);
    if (got < 0 || code < Z_OK) {
        if (code == Z_ERRNO) why = strerror(errno);
        return fail(c, ERR_INVALID, "read after line %lld: %s", (long long)l->number, why);
    }
    *ret_n = (size_t)got;
    return ERR_OK;
}

static err_code fill(ctx *c, lines *l) {
    TRY(make_room(c, l));
    size_t got = 0;
    if (l->file) TRY(read_file(c, l, l->p + l->to, CHUNK, &got));
    else got = read_memory(l, l->p + l->to, CHUNK);
    if (got == 0) l->at_end = true;
    l->to += got;
    return ERR_OK;
}

/* Where the line end is, reading more when needed; l->to when the source ends first or the line is over the limit. */
static err_code find_end(ctx *c, lines *l, size_t *ret_end) {
    for (;;) {
        char *end = l->to > l->searched ? memchr(l->p + l->searched, '\n', l->to - l->searched) : NULL;
        if (end) {
            *ret_end = (size_t)(end - l->p);
            return ERR_OK;
        }
        l->searched = l->to;
        if (l->at_end || l->to - l->from > l->max_line + 1) break;
        TRY(fill(c, l));
    }
    *ret_end = l->to;
    return ERR_OK;
}

/* Throw away up to and including the next line end, but keep the `n` bytes given out in front of the buffer. */
static err_code skip_rest(ctx *c, lines *l, size_t n) {
    if (l->from) memmove(l->p, l->p + l->from, n);
    for (;;) {
        l->from = l->searched = l->to = n;
        if (l->at_end) return ERR_OK;
        size_t got = 0;
        if (l->file) TRY(read_file(c, l, l->p + n, CHUNK, &got));
        else got = read_memory(l, l->p + n, CHUNK);
        if (got == 0) l->at_end = true;
        char *end = got ? memchr(l->p + n, '\n', got) : NULL;
        if (!end) continue;
        l->to = n + got;
        l->from = l->searched = (size_t)(end - l->p) + 1;
        return ERR_OK;
    }
}

err_code lines_next(ctx *c, lines *l, line *ret_line, bool *ret_more) {
    size_t end = 0;
    TRY(find_end(c, l, &end));
    if (end == l->from && l->at_end && end == l->to) {
        *ret_more = false;
        return ERR_OK;
    }
    bool ended = end < l->to;
    size_t at = l->from, n = end - l->from;
    if (n && l->p[end - 1] == '\r' && (ended || l->at_end)) n--;
    bool too_long = n > l->max_line;
    l->number++;
    if (too_long) n = l->max_line < CHUNK ? l->max_line : CHUNK;
    if (too_long && !ended) {
        TRY(skip_rest(c, l, n));
        at = 0;
    } else {
        l->from = l->searched = ended ? end + 1 : end;
    }
    *ret_line = (line){ { l->p + at, n }, l->number, too_long };
    *ret_more = true;
    return ERR_OK;
}

int64_t lines_bytes_read(const lines *l) {
    if (!l->file) return l->memory_total - (int64_t)l->memory.n;
    return (int64_t)gzoffset(l->file);
}

int64_t lines_bytes_total(const lines *l) { return l->file ? l->total : l->memory_total; }
