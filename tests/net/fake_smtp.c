/* See fake_smtp.h. */
#include "tests/net/fake_smtp.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/test.h"

static bool reply(int fd, const char *line) { return send(fd, line, strlen(line), MSG_NOSIGNAL) > 0; }

static bool read_line(fake_smtp *s, int fd, char line[1024]) {
    size_t n = 0;
    while (n < 1023 && recv(fd, line + n, 1, 0) == 1)
        if (line[n++] == '\n') break;
    line[n] = 0;
    if (s->n + n < sizeof s->heard) memcpy(s->heard + s->n, line, n + 1), s->n += n;
    return n > 0;
}

static const char *answer_to(fake_smtp *s, const char *line, bool *data) {
    if (strncmp(line, "EHLO", 4) == 0) return "250-fake\r\n250 SIZE 1000000\r\n";
    if (strncmp(line, "RCPT", 4) == 0) return s->to_recipient;
    if (strncmp(line, "DATA", 4) == 0) *data = true;
    return *data ? "354 go on\r\n" : strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 fine\r\n";
}

static void *serve_one(void *arg) {
    fake_smtp *s = arg;
    char line[1024];
    int fd = accept(s->listener, NULL, NULL);
    bool data = false;
    for (bool alive = fd >= 0 && reply(fd, "220 fake\r\n"); alive && read_line(s, fd, line);) {
        if (!data) alive = reply(fd, answer_to(s, line, &data));
        else if (strcmp(line, ".\r\n") == 0) data = false, alive = reply(fd, "250 taken\r\n");
    }
    if (fd >= 0) close(fd);
    return NULL;
}

void fake_smtp_start(fake_smtp *s, const char *to_recipient) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    struct timeval patience = { .tv_sec = 5 };
    *s = (fake_smtp){ .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .to_recipient = to_recipient };
    setsockopt(s->listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(0, bind(s->listener, (struct sockaddr *)&at, sizeof at));
    assert_int_equal(0, listen(s->listener, 1));
    assert_int_equal(0, getsockname(s->listener, (struct sockaddr *)&at, &n));
    s->port = ntohs(at.sin_port);
    assert_int_equal(0, pthread_create(&s->thread, NULL, serve_one, s));
}

void fake_smtp_end(fake_smtp *s) {
    pthread_join(s->thread, NULL);
    close(s->listener);
}
