/* Checks of the machine: folder, space, key file, clock, port. */
#include "app/doctor.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/limits.h"

#define SPACE_FAIL (64 * MIB)
#define SPACE_WARN (1024 * MIB)

void doctor_check_folder(ctx *c, doctor *d) {
    (void)c;
    const char *dir = d->h->dir;
    struct stat s;
    if (stat(dir, &s) != 0) {
        doctor_say(d, DOCTOR_FAIL, "data folder", "%s: %s; make it, or name another with --data", dir, strerror(errno));
        return;
    }
    if (access(dir, R_OK | W_OK | X_OK) != 0)
        doctor_say(d, DOCTOR_FAIL, "data folder", "%s cannot be written by this user; run: chown -R %ld %s", dir, (long)geteuid(), dir);
    else if (s.st_mode & S_IRWXO)
        doctor_say(d, DOCTOR_WARN, "data folder", "%s is open to every user of this machine; run: chmod o-rwx %s", dir, dir);
    else
        doctor_say(d, DOCTOR_OK, "data folder", "%s", dir);
}

void doctor_check_space(ctx *c, doctor *d) {
    (void)c;
    struct statvfs s;
    if (statvfs(d->h->dir, &s) != 0) {
        doctor_say(d, DOCTOR_WARN, "free space", "cannot be told: %s", strerror(errno));
        return;
    }
    uint64_t left = (uint64_t)s.f_bavail * s.f_frsize;
    doctor_verdict verdict = left < SPACE_FAIL ? DOCTOR_FAIL : left < SPACE_WARN ? DOCTOR_WARN : DOCTOR_OK;
    doctor_say(d, verdict, "free space", "%llu MB%s", (unsigned long long)(left / MIB),
               verdict == DOCTOR_OK ? "" : "; free some, or move the data folder to a larger disk");
}

void doctor_check_key(ctx *c, doctor *d) {
    const char *path = home_path(c, d->h->dir, "key");
    struct stat s;
    seal_key key;
    if (settings_get(c, d->v->settings, "VITRINE_KEY")) {
        err_code e = crypto_load_key(c, path, settings_get(c, d->v->settings, "VITRINE_KEY"), &key);
        doctor_say(d, e ? DOCTOR_FAIL : DOCTOR_OK, "key", "%s", e ? c->error.text : "taken from VITRINE_KEY");
        return;
    }
    if (!path || stat(path, &s) != 0) {
        doctor_say(d, DOCTOR_WARN, "key file", "there is none yet; it is made with the first store");
        return;
    }
    if (s.st_mode & 077) doctor_say(d, DOCTOR_FAIL, "key file", "others may read it; run: chmod 600 %s", path);
    else if (crypto_load_key(c, path, NULL, &key)) doctor_say(d, DOCTOR_FAIL, "key file", "%s", c->error.text);
    else doctor_say(d, DOCTOR_OK, "key file", "%s, only its owner may read it", path);
}

/* Without a shop to compare with, only a clock that is plainly wrong can be seen. */
void doctor_check_clock(ctx *c, doctor *d) {
    int64_t now_ms = ctx_now_ms(c), made_ms = days_from_civil(2026, 1, 1) * MS_PER_DAY;
    char text[21];
    time_format(now_ms, text);
    if (now_ms < made_ms) doctor_say(d, DOCTOR_FAIL, "clock", "it says %s, before this program was made; set the time", text);
    else doctor_say(d, DOCTOR_OK, "clock", "%s", text);
}

/* Bind and let go: somebody else may still be faster, but then the server says so itself. */
static int try_port(const char *address, uint16_t port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    if (inet_pton(AF_INET, address, &a.sin_addr) != 1) return EINVAL;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (fd < 0) return errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);       /* as the server does */
    int why = bind(fd, (struct sockaddr *)&a, sizeof a) == 0 ? 0 : errno;
    close(fd);
    return why;
}

void doctor_check_port(ctx *c, doctor *d) {
    (void)c;
    uint16_t port = (uint16_t)invocation_int(d->v, "port");
    int why = try_port("127.0.0.1", port);
    if (why == EADDRINUSE)
        doctor_say(d, DOCTOR_WARN, "port", "%u is in use: Vitrine itself if it serves already, else choose another with --port", port);
    else if (why) doctor_say(d, DOCTOR_FAIL, "port", "%u cannot be used: %s; choose another with --port", port, strerror(why));
    else doctor_say(d, DOCTOR_OK, "port", "%u is free", port);
}
