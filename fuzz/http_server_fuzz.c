/* The running server: any bytes on a connection get an answer or its end, and the server's books balance afterwards. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "fuzz/fuzz.h"
#include "base/limits.h"
#include "net/http_server.h"

static void server_accept(void *app, http_request *r, http_decision *d, http_response *response) {
    (void)app, (void)response;                      /* nothing is refused */
    if (r->path.n == 0 || r->path.p[0] != '/') abort();
    d->max_body = 1000;
}

static void server_handle(void *app, void *worker_state, http_request *r, http_response *response) {
    (void)app, (void)worker_state;
    if (r->body.n > 1000) abort();
    response->status = 200;
    buf_str(&response->body, http_query(r, "a"));
    buf_str(&response->body, r->body);
    http_add_header(response, "X-Echo", http_header(r, "X-Given"));
}

/* Started with the first input, on a free port, and left to the end of the process. */
static http_server *fuzzed_server(void) {
    static http_server *server;
    static arena memory;
    if (server) return server;
    ctx c;
    arena_init(&memory, MIB);
    ctx_init(&c, &memory);
    http_app app = { NULL, server_accept, server_handle, NULL, NULL };
    if (http_server_start(&c, &(http_server_options){ .address = "127.0.0.1", .loops = 1 }, &app, &server)) abort();
    return server;
}

FUZZ_TARGET(data, size) {
    uint16_t port = http_server_port(fuzzed_server());
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    static uint32_t caller;                         /* another loopback address each time: the ports of one would run out */
    struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + caller++ % 65000) };
    struct linger reset = { .l_onoff = 1 };         /* no TIME_WAIT on our side */
    struct timeval patience = { .tv_usec = 20000 };     /* a keep-alive connection has no end of its own */
    char answer[4096];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0) abort();
    int refused = connect(fd, (struct sockaddr *)&to, sizeof to);
    if (refused && errno != EINTR) abort();         /* the fuzzer's own alarm clock interrupts it now and then */
    if (!refused) (void)send(fd, data, size, MSG_NOSIGNAL);     /* the server may have closed already */
    shutdown(fd, SHUT_WR);
    while (recv(fd, answer, sizeof answer, 0) > 0) continue;
    close(fd);
    return 0;
}
