/* POSIX files. It does NOT know what is inside them. */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd) {
    if (*fd >= 0) close(*fd);
}
#define AUTO_FD __attribute__((cleanup(close_fd))) int

static err_code open_error(ctx *c, const char *path) {
    return fail(c, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, "open %s: %s", path, strerror(errno));
}

static bool read_all(int fd, char *to, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t got = read(fd, to + at, n - at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += (size_t)got;
    }
    return true;
}

err_code file_read(ctx *c, const char *path, size_t max, str *ret_text) {
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return open_error(c, path);
    struct stat s;
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) return fail(c, ERR_INVALID, "%s is not a plain file", path);
    if ((size_t)s.st_size > max) return fail(c, ERR_TOO_LARGE, "%s is larger than %zu bytes", path, max);
    char *p = arena_alloc(c->arena, (size_t)s.st_size + 1);
    if (!p) return fail(c, ERR_NO_MEMORY, "read %s: out of memory", path);
    if (!read_all(fd, p, (size_t)s.st_size)) return fail(c, ERR_INVALID, "read %s: %s", path, strerror(errno));
    *ret_text = (str){ p, (size_t)s.st_size };
    return ERR_OK;
}

static bool write_all(int fd, str text) {
    while (text.n) {
        ssize_t put = write(fd, text.p, text.n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        text = str_sub(text, (size_t)put, text.n);
    }
    return true;
}

static bool sync_folder_of(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int n = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path) : snprintf(folder, sizeof folder, ".");
    if (n < 0 || (size_t)n >= sizeof folder) return false;
    AUTO_FD fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0;
}

err_code file_sync_folder(ctx *c, const char *path) {
    if (!sync_folder_of(path)) return fail(c, ERR_STORAGE, "sync the folder of %s: %s", path, strerror(errno));
    return ERR_OK;
}

err_code file_write_atomic(ctx *c, const char *path, str text, unsigned mode) {
    char beside[4096];
    int n = snprintf(beside, sizeof beside, "%s.%ld.tmp", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof beside) return fail(c, ERR_INVALID, "path too long: %s", path);
    AUTO_FD fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return fail(c, ERR_STORAGE, "write %s: %s", beside, strerror(errno));
    if (!write_all(fd, text) || fsync(fd) != 0 || rename(beside, path) != 0) {
        int why = errno;
        unlink(beside);
        return fail(c, ERR_STORAGE, "write %s: %s", path, strerror(why));
    }
    return file_sync_folder(c, path);
}

err_code file_make_dirs(ctx *c, const char *path) {
    char part[4096];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) return fail(c, ERR_INVALID, "bad folder name '%s'", path);
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != 0) continue;
        char kept = part[i];
        part[i] = 0;
        if (mkdir(part, 0750) != 0 && errno != EEXIST)
            return fail(c, ERR_STORAGE, "make folder %s: %s. Choose another with --data, or create it yourself", part, strerror(errno));
        part[i] = kept;
    }
    struct stat s;
    if (stat(path, &s) != 0 || !S_ISDIR(s.st_mode)) return fail(c, ERR_STORAGE, "%s is not a folder", path);
    return ERR_OK;
}

bool file_exists(const char *path) {
    struct stat s;
    return stat(path, &s) == 0;
}

err_code file_map_open(ctx *c, const char *path, file_map *ret_map) {
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return open_error(c, path);
    struct stat s;
    if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size <= 0) return fail(c, ERR_INVALID, "%s is empty or not a file", path);
    void *data = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return fail(c, ERR_NO_MEMORY, "map %s: %s", path, strerror(errno));
    *ret_map = (file_map){ data, (size_t)s.st_size };
    return ERR_OK;
}

void file_unmap(file_map *m) {
    if (m->data) munmap((void *)(uintptr_t)m->data, m->size);
    *m = (file_map){ 0 };
}
