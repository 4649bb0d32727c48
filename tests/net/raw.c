/* Sockets of the tests. They do NOT know HTTP beyond finding the end of a message. */
#include "tests/net/raw.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/parse.h"

enum { REQUESTS = 16, REQUEST_BYTES = 8192, PATIENCE_S = 5 };

int raw_dial(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = PATIENCE_S };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) test_fail("cannot dial port %u", port);
    return fd;
}

bool raw_send(int fd, str bytes) {
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return true;
}

/* Bytes of the whole message at the front of `text`, SIZE_MAX when its head is not complete. */
static size_t message_bytes(str text, bool head_only) {
    size_t end = str_find(text, STR("\r\n\r\n"));
    if (end == SIZE_MAX || head_only) return end == SIZE_MAX ? end : end + 4;
    str head = { text.p, end };
    for (str line; head.p;) {
        line = str_cut(&head, '\n');
        str name = str_cut(&line, ':');
        int64_t n;
        if (str_eq_nocase(name, STR("content-length")) && parse_i64(str_trim(line), &n)) return end + 4 + (size_t)n;
    }
    return end + 4;
}

/* Read until `whole` bytes or a whole message are there, byte counts being what the message says. */
static str read_until(ctx *c, int fd, bool message, bool head_only) {
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    for (;;) {
        if (message && b.n && message_bytes(buf_view(&b), head_only) <= b.n) break;
        size_t want = message ? 1 : 65536;              /* never take bytes of the next message */
        size_t known = message && b.n ? message_bytes(buf_view(&b), head_only) : SIZE_MAX;
        if (known != SIZE_MAX && known > b.n) want = known - b.n;
        char *to = buf_room(&b, want);
        ssize_t n = to ? recv(fd, to, want, 0) : 0;
        if (n <= 0) break;
        b.n += (size_t)n;
        b.p[b.n] = 0;
    }
    return str_dup(c->arena, buf_view(&b));
}

str raw_read_answer(ctx *c, int fd, bool head_only) { return read_until(c, fd, true, head_only); }
str raw_read_to_end(ctx *c, int fd) { return read_until(c, fd, false, false); }

str raw_exchange(ctx *c, uint16_t port, str bytes) {
    int fd = raw_dial(port);
    (void)raw_send(fd, bytes);                          /* a server that refuses may close before it has read everything */
    str answer = raw_read_to_end(c, fd);
    close(fd);
    return answer;
}

int raw_status(str answer) {
    int64_t status = 0;
    if (!str_starts(answer, STR("HTTP/1."))) return 0;
    return parse_i64(str_sub(answer, 9, 3), &status) ? (int)status : 0;
}

str raw_body(str answer) {
    size_t at = str_find(answer, STR("\r\n\r\n"));
    return at == SIZE_MAX ? (str){ 0 } : str_sub(answer, at + 4, answer.n);
}

bool raw_has_header(str answer, const char *line) {
    size_t end = str_find(answer, STR("\r\n\r\n"));
    str head = { answer.p, end == SIZE_MAX ? answer.n : end };
    while (head.p)
        if (str_eq_nocase(str_trim(str_cut(&head, '\n')), str_of(line))) return true;
    return false;
}

struct raw_server {
    int listener;
    pthread_t thread;
    const raw_answer *answers;
    size_t n, served, connections;
    struct { char bytes[REQUEST_BYTES]; size_t n; } requests[REQUESTS];
};

/* One request into the next slot; false when the caller went away. */
static bool read_request(raw_server *s, int fd) {
    if (s->served >= REQUESTS) return false;
    char *to = s->requests[s->served].bytes;
    size_t n = 0;
    while (n < REQUEST_BYTES && message_bytes((str){ to, n }, false) > n) {
        ssize_t got = recv(fd, to + n, REQUEST_BYTES - n, 0);
        if (got <= 0) return false;
        n += (size_t)got;
    }
    s->requests[s->served].n = n;
    return true;
}

static void serve(raw_server *s, int fd) {
    while (s->served < s->n && (s->answers[s->served].at_once || read_request(s, fd))) {
        const raw_answer *a = &s->answers[s->served++];
        char byte;
        if (!raw_send(fd, a->bytes)) return;
        if (a->hold) (void)recv(fd, &byte, 1, 0);       /* 0 bytes: the caller went away */
        if (!a->keep_open) return;
    }
}

static void *run(void *arg) {
    raw_server *s = arg;
    while (s->served < s->n) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0) break;
        struct timeval patience = { .tv_sec = PATIENCE_S };
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        s->connections++;
        serve(s, fd);
        close(fd);
    }
    return NULL;
}

raw_server *raw_server_start(const raw_answer *answers, size_t n, uint16_t *ret_port) {
    raw_server *s = calloc(1, sizeof *s);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    s->answers = answers;
    s->n = n;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->listener, (struct sockaddr *)&at, size) || listen(s->listener, 8)) test_fail("no port for the prepared server");
    getsockname(s->listener, (struct sockaddr *)&at, &size);
    *ret_port = ntohs(at.sin_port);
    if (pthread_create(&s->thread, NULL, run, s) != 0) test_fail("no thread for the prepared server");
    return s;
}

void raw_server_stop(raw_server *s) {
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}

str raw_server_request(const raw_server *s, size_t i) {
    return i < s->served ? (str){ s->requests[i].bytes, s->requests[i].n } : (str){ 0 };
}

size_t raw_server_connections(const raw_server *s) { return s->connections; }
void raw_server_free(raw_server *s) { free(s); }
