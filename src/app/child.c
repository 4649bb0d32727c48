/* Processes beside this one, and the folder they work in. */
#include "app/child.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "base/limits.h"

enum { ARGS_MOST = 30, LOOK_MS = 10, END_MS = 20000, TOLD_BYTES = 400 };
extern char **environ;

err_code child_start(ctx *c, const char *const *args, const char *out, const char *err, pid_t *ret_pid) {
    const char *argv[ARGS_MOST + 2] = { "vitrine" };
    size_t n = 1;
    for (; args[n - 1] && n <= ARGS_MOST; n++) argv[n] = args[n - 1];
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    int bad = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!bad) bad = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (!bad) bad = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (!bad) bad = posix_spawn(ret_pid, "/proc/self/exe", &files, NULL, (char *const *)(void *)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    return bad ? fail(c, ERR_INTERNAL, "start this program once more: %s", strerror(bad)) : ERR_OK;
}

static err_code say_why(ctx *c, const char *word, const char *err) {
    str told;
    if (file_read(c, err, 16 * MIB, &told)) told = STR("it said nothing");
    told = str_trim(told);
    if (told.n > TOLD_BYTES) told = str_sub(told, told.n - TOLD_BYTES, TOLD_BYTES);
    return fail(c, ERR_INTERNAL, "vitrine %s failed: %.*s", word, STR_ARG(told));
}

err_code child_run(ctx *c, const char *const *args, const char *out, const char *err) {
    pid_t pid;
    int status = 0;
    TRY(child_start(c, args, out, err, &pid));
    for (pid_t got = 0; got != pid;) {
        err_code e = ctx_check(c);
        if (e) {
            child_end(c, pid);
            return e;
        }
        got = waitpid(pid, &status, WNOHANG);
        if (got < 0 && errno != EINTR) return fail(c, ERR_INTERNAL, "wait for vitrine %s: %s", args[0], strerror(errno));
        if (!got) c->time->sleep_ms(c->time, LOOK_MS);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ERR_OK : say_why(c, args[0], err);
}

bool child_has_ended(pid_t pid) { return waitpid(pid, NULL, WNOHANG) != 0; }

void child_end(const ctx *c, pid_t pid) {
    if (pid <= 0) return;
    (void)kill(pid, SIGTERM);                               /* fails when it has ended already: fine */
    for (int waited = 0; waited < END_MS; waited += LOOK_MS) {
        if (child_has_ended(pid)) return;
        c->time->sleep_ms(c->time, LOOK_MS);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

err_code child_folder(ctx *c, const char **ret_path) {
    const char *below = getenv("TMPDIR");
    buf path;
    buf_init_in(&path, c->arena, 4096);
    buf_printf(&path, "%s/vitrine-simulate-XXXXXX", below && *below ? below : "/tmp");
    TRY(buf_err(&path));
    if (!mkdtemp(path.p)) return fail(c, ERR_INTERNAL, "make a folder for the simulated shop, %s: %s", path.p, strerror(errno));
    *ret_path = path.p;
    return ERR_OK;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *where) {
    (void)s, (void)kind, (void)where;
    (void)remove(path);                                     /* what cannot be removed stays: it is a temporary folder */
    return 0;
}

void child_folder_remove(const char *path) {
    if (path) (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
