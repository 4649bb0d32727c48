/* Tests of the HTTP server over real sockets: what callers send, in whatever pieces, and what they must get. */
#include "tests/net/raw.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <semaphore.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/http_server.h"

/* The application under the server: echoes what it saw. Paths choose what it does. */
typedef struct {
    atomic_int accepted, handled, finished, problems, last_status;
    sem_t gate;                 /* /wait stops here */
    sem_t entered;              /* ... and says so here */
} echo_app;

static void echo_accept(void *app, http_request *r, http_decision *d, http_response *response) {
    echo_app *e = app;
    atomic_fetch_add(&e->accepted, 1);
    d->max_body = str_eq(r->path, STR("/large")) ? 4 * MIB : 1000;
    d->waits = str_starts(r->path, STR("/work")) || str_eq(r->path, STR("/wait"));
    d->refuse = str_eq(r->path, STR("/refused"));
    if (d->refuse) {
        response->status = 401;
        buf_text(&response->body, "no");
    }
}

/* Answers from a thread of its own, or at once: both before and after handle() has returned. */
typedef struct { http_request *r; http_response *response; } late_answer;

static void *answer_late(void *arg) {
    late_answer l = *(late_answer *)arg;
    l.response->status = 200;
    buf_printf(&l.response->body, "late body=%zu", l.r->body.n);
    http_answer_now(l.r);
    return NULL;
}

static void handle_late(http_request *r, http_response *response) {
    pthread_t thread;
    late_answer *l = arena_new(r->c->arena, late_answer, 1);
    *l = (late_answer){ r, response };
    http_answer_later(r);
    if (str_ends(r->path, STR("now"))) (void)answer_late(l);
    else if (pthread_create(&thread, NULL, answer_late, l) == 0) pthread_detach(thread);
}

static void echo_handle(void *app, void *worker_state, http_request *r, http_response *response) {
    echo_app *e = app;
    atomic_fetch_add(&e->handled, 1);
    if (str_find(r->path, STR("late")) != SIZE_MAX) {
        handle_late(r, response);
        return;
    }
    if (str_eq(r->path, STR("/wait"))) {
        sem_post(&e->entered);
        sem_wait(&e->gate);
    }
    response->status = 200;
    if (str_eq(r->path, STR("/nothing"))) response->status = 0;
    if (str_eq(r->path, STR("/empty"))) {
        response->status = 204;
        return;
    }
    if (str_eq(r->path, STR("/huge")))
        for (size_t i = 0; i < LIMIT_REQUEST_ARENA / 64; i++)
            buf_text(&response->body, "0123456789012345678901234567890123456789012345678901234567890123456789");
    if (str_eq(r->path, STR("/static"))) response->static_body = STR("static text");
    if (str_eq(r->path, STR("/extra"))) {
        http_add_header(response, "X-One", STR("1"));
        http_add_header(response, "X-Split", STR("a\r\nX-Evil: 1"));
        response->content_type = "text/plain";
    }
    str a = http_query(r, "a"), header = http_header(r, "x-given");
    buf_str(&response->body, r->method);
    buf_char(&response->body, ' ');
    buf_str(&response->body, r->path);
    buf_printf(&response->body, " a=%.*s h=%.*s from=%.*s worker=%s body=%zu:", STR_ARG(a), STR_ARG(str_sub(header, 0, 100)),
               STR_ARG(r->peer), worker_state ? "yes" : "no", r->body.n);
    buf_str(&response->body, str_sub(r->body, 0, 2000));
}

static void echo_problem(void *app, http_request *r, err_code code, http_response *response) {
    echo_app *e = app;
    (void)r;                                                /* the real one writes its trace id */
    atomic_fetch_add(&e->problems, 1);
    buf_printf(&response->body, "problem=%s", err_name(code));
}

static void echo_finished(void *app, const http_request *r, int status, size_t bytes, int64_t elapsed_us) {
    echo_app *e = app;
    (void)r, (void)bytes, (void)elapsed_us;                 /* figures for metrics */
    atomic_store(&e->last_status, status);
    atomic_fetch_add(&e->finished, 1);
}

static void *worker_start(void *app) { return app; }

/* A running server and its application; ends with the scope. */
typedef struct { echo_app app; http_server *server; uint16_t port; } fixture;

static void fixture_end(fixture *f) {
    http_server_stop(f->server);
    sem_destroy(&f->app.gate);
    sem_destroy(&f->app.entered);
}
#define AUTO_FIXTURE __attribute__((cleanup(fixture_end))) fixture

static void fixture_begin_with(ctx *c, fixture *f, http_server_options o) {
    *f = (fixture){ 0 };
    sem_init(&f->app.gate, 0, 0);
    sem_init(&f->app.entered, 0, 0);
    if (!o.address) o.address = "127.0.0.1";
    if (!o.loops) o.loops = 2;
    if (!o.workers.threads) o.workers = (workers_options){ .name = "test", .threads = 2, .queue = 8 };
    o.workers.start = worker_start;
    o.workers.app = f;
    http_app app = { &f->app, echo_accept, echo_handle, echo_problem, echo_finished };
    assert_ok(c, http_server_start(c, &o, &app, &f->server));
    f->port = http_server_port(f->server);
}

static void fixture_begin(ctx *c, fixture *f) { fixture_begin_with(c, f, (http_server_options){ 0 }); }

#define HOST "Host: x\r\n"
#define LAST HOST "Connection: close\r\n\r\n"

TEST(http_server, answers_what_was_asked) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const struct { const char *request, *body; } cases[] = {
        { "GET /hello?a=b%20c&a=2 HTTP/1.1\r\nX-Given: yes\r\n" LAST, "GET /hello a=b c h=yes from=127.0.0.1 worker=no body=0:" },
        { "GET /h%C4%83i%2Fx?%61=1+2 HTTP/1.1\r\n" LAST, "GET /h\xC4\x83i/x a=1 2 h= from=127.0.0.1 worker=no body=0:" },
        { "GET http://x/abs?a=1 HTTP/1.1\r\n" LAST, "GET /abs a=1 h= from=127.0.0.1 worker=no body=0:" },
        { "GET /?a=%zz HTTP/1.1\r\n" LAST, "GET / a= h= from=127.0.0.1 worker=no body=0:" },
        { "POST /p HTTP/1.1\r\nContent-Length: 5\r\n" LAST "hello", "POST /p a= h= from=127.0.0.1 worker=no body=5:hello" },
        { "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" LAST "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
          "POST /p a= h= from=127.0.0.1 worker=no body=7:abcdefg" },
        { "POST /p HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST /p a= h= from=127.0.0.1 worker=no body=2:hi" },
        { "DELETE /d HTTP/1.1\r\nContent-Length: 2\r\n" LAST "hi", "DELETE /d a= h= from=127.0.0.1 worker=no body=2:hi" },
        { "BREW /pot HTTP/1.1\r\n" LAST, "BREW /pot a= h= from=127.0.0.1 worker=no body=0:" },
        { "POST /work HTTP/1.1\r\nContent-Length: 2\r\n" LAST "hi", "POST /work a= h= from=127.0.0.1 worker=yes body=2:hi" },
        { "GET /static HTTP/1.1\r\n" LAST, "static text" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str answer = raw_exchange(c, f.port, str_of(cases[i].request));
        assert_int_equal(200, raw_status(answer));
        assert_str(cases[i].body, raw_body(answer));
    }
    str extra = raw_exchange(c, f.port, STR("GET /extra HTTP/1.1\r\n" LAST));
    assert_true(raw_has_header(extra, "X-One: 1"));
    assert_true(raw_has_header(extra, "Content-Type: text/plain"));
    assert_int_equal(SIZE_MAX, str_find(extra, STR("X-Evil")));
}

TEST(http_server, refuses_what_is_malformed_or_smells_of_smuggling) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const struct { const char *request; int status; const char *problem; } cases[] = {
        { "POST /p HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" HOST "\r\n0\r\n\r\n"
          "GET /smuggled HTTP/1.1\r\n" LAST, 400, "invalid" },
        { "POST /p HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n" HOST "\r\nhello!", 400, "invalid" },
        { "POST /p HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n" HOST "\r\n0\r\n\r\n", 400, "invalid" },
        { "POST /p HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n" HOST "\r\n0\r\n\r\n", 400, "invalid" },
        { "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" HOST "\r\n0\r\n\r\n", 400, "invalid" },
        { "POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "invalid" },
        { "POST /p HTTP/1.1\r\nContent-Length: +5\r\n" HOST "\r\nhello", 400, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length: 5, 5\r\n" HOST "\r\nhello", 400, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length: 0x5\r\n" HOST "\r\nhello", 400, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length: -1\r\n" HOST "\r\nhello", 400, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n" HOST "\r\nhello", 413, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length : 5\r\n" HOST "\r\nhello", 400, NULL },
        { "POST /p HTTP/1.1\r\nContent-Length: 1001\r\n" HOST "\r\n", 413, "too_large" },
        { "GET /p HTTP/1.1\r\n\r\n", 400, NULL },
        { "GET /%zz HTTP/1.1\r\n" HOST "\r\n", 400, "invalid" },
        { "GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400, "invalid" },
        { "GET /a%0d%0ab HTTP/1.1\r\n" HOST "\r\n", 400, "invalid" },
        { "GET relative HTTP/1.1\r\n" HOST "\r\n", 400, "invalid" },
        { "AMETHODLONGERTHANANYKNOWNONE / HTTP/1.1\r\n" HOST "\r\n", 405, "method_not_allowed" },
        { "GET /nothing HTTP/1.1\r\n" LAST, 500, "internal" },
        { "GET /refused HTTP/1.1\r\n" LAST, 401, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str answer = raw_exchange(c, f.port, str_of(cases[i].request));
        if (raw_status(answer) != cases[i].status) test_fail("case %zu: expected %d, got '%.*s'", i, cases[i].status, STR_ARG(answer));
        assert_int_equal(SIZE_MAX, str_find(answer, STR("smuggled")));
        if (cases[i].problem) assert_true(str_ends(raw_body(answer), str_of(cases[i].problem)));
    }
    assert_int_equal(1, atomic_load(&f.app.handled));       /* only /nothing came through */
}

TEST(http_server, refuses_large_addresses_headers_and_chunked_bodies) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const struct { const char *before, *after; size_t filler; int low, high; } cases[] = {
        { "GET /", " HTTP/1.1\r\n" LAST, LIMIT_TARGET_BYTES - 1, 200, 200 },
        { "GET /", " HTTP/1.1\r\n" LAST, LIMIT_TARGET_BYTES + 1, 413, 414 },
        { "GET /", " HTTP/1.1\r\n" LAST, 100000, 400, 431 },
        { "GET / HTTP/1.1\r\nX-Long: ", "\r\n" LAST, LIMIT_HEADER_BYTES - 100, 200, 200 },
        { "GET / HTTP/1.1\r\nX-Long: ", "\r\n" LAST, LIMIT_HEADER_BYTES + 1, 413, 431 },
        { "GET / HTTP/1.1\r\nX-Long: ", "\r\n" LAST, 200000, 413, 431 },
        { "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "\r\nfa00\r\n", "\r\n0\r\n\r\n", 64000, 413, 413 },
        { "POST /large HTTP/1.1\r\nContent-Length: 2000000\r\n" LAST, "", 2000000, 200, 200 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO_BUF b;
        buf_init(&b, 4 * MIB);
        buf_text(&b, cases[i].before);
        char *to = buf_room(&b, cases[i].filler);
        memset(to, 'a', cases[i].filler);
        b.n += cases[i].filler;
        buf_text(&b, cases[i].after);
        int status = raw_status(raw_exchange(c, f.port, buf_view(&b)));
        /* a server that closes while we still write may reset the connection before we read its answer */
        bool cut = status == 0 && cases[i].filler >= 100000 && cases[i].low >= 400;
        if (!cut && (status < cases[i].low || status > cases[i].high)) test_fail("case %zu: status %d", i, status);
    }
}

TEST(http_server, cuts_a_chunked_body_without_end) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static char piece[65536 + 9] = "10000\r\n";
    memset(piece + 7, 'x', 65536);
    memcpy(piece + 7 + 65536, "\r\n", 2);
    int fd = raw_dial(f.port), sent = 0;
    assert_true(raw_send(fd, STR("POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "\r\n")));
    while (sent < 1000 && raw_send(fd, (str){ piece, sizeof piece })) sent++;
    assert_true(sent < 1000);
    close(fd);
    assert_int_equal(200, raw_status(raw_exchange(c, f.port, STR("GET / HTTP/1.1\r\n" LAST))));
}

TEST(http_server, answers_head_like_get_without_the_body) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    int fd = raw_dial(f.port);
    assert_true(raw_send(fd, STR("HEAD /static HTTP/1.1\r\n" HOST "\r\nGET /static HTTP/1.1\r\n" HOST "\r\n")));
    str head = raw_read_answer(c, fd, true), get = raw_read_answer(c, fd, false);
    close(fd);
    assert_int_equal(200, raw_status(head));
    assert_true(raw_has_header(head, "Content-Length: 11"));
    assert_str("static text", raw_body(get));
}

TEST(http_server, serves_many_requests_on_one_connection_also_when_sent_at_once) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    int fd = raw_dial(f.port);
    enum { REQUESTS = 50 };
    AUTO_BUF b;
    buf_init(&b, 100000);
    for (int i = 0; i < REQUESTS; i++)
        buf_printf(&b, "POST /%s?a=%d HTTP/1.1\r\nContent-Length: 1\r\n" HOST "\r\n%d", i % 3 ? "p" : "work", i, i % 10);
    assert_true(raw_send(fd, buf_view(&b)));
    for (int i = 0; i < REQUESTS; i++) {
        str answer = raw_read_answer(c, fd, false);
        buf_reset(&b);
        buf_printf(&b, "POST /%s a=%d h= from=127.0.0.1 worker=%s body=1:%d", i % 3 ? "p" : "work", i, i % 3 ? "no" : "yes", i % 10);
        assert_str(b.p, raw_body(answer));
    }
    close(fd);
}

TEST(http_server, understands_a_request_that_comes_byte_by_byte) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    str request = STR("POST /p?a=7 HTTP/1.1\r\nX-Given: slow\r\nContent-Length: 4\r\n" HOST "\r\nbody");
    int fd = raw_dial(f.port);
    for (size_t i = 0; i < request.n; i++) assert_true(raw_send(fd, str_sub(request, i, 1)));
    assert_str("POST /p a=7 h=slow from=127.0.0.1 worker=no body=4:body", raw_body(raw_read_answer(c, fd, false)));
    close(fd);
}

TEST(http_server, goes_on_after_an_answer_without_body_and_one_too_large_for_memory) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    int fd = raw_dial(f.port);
    assert_true(raw_send(fd, STR("GET /empty HTTP/1.1\r\n" HOST "\r\n")));
    assert_int_equal(204, raw_status(raw_read_answer(c, fd, true)));
    assert_true(raw_send(fd, STR("GET /huge HTTP/1.1\r\n" HOST "\r\n")));
    str huge = raw_read_answer(c, fd, false);
    assert_int_equal(503, raw_status(huge));
    assert_str("problem=no_memory", raw_body(huge));
    assert_true(raw_send(fd, STR("GET /static HTTP/1.1\r\n" HOST "\r\n")));
    assert_str("static text", raw_body(raw_read_answer(c, fd, false)));
    close(fd);
}

TEST(http_server, calls_ipv4_callers_by_their_ipv4_address_on_every_socket) {
    TEST_CTX(c);
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) skip();                                              /* a machine without IPv6 */
    close(probe);
    AUTO_FIXTURE f;
    fixture_begin_with(c, &f, (http_server_options){ .address = "::" });
    str answer = raw_exchange(c, f.port, STR("GET / HTTP/1.1\r\n" LAST));
    assert_str("GET / a= h= from=127.0.0.1 worker=no body=0:", raw_body(answer));
}

TEST(http_server, keeps_http_1_0_connections_only_when_asked) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    assert_int_equal(200, raw_status(raw_exchange(c, f.port, STR("GET / HTTP/1.0\r\n\r\n"))));
    int fd = raw_dial(f.port);
    for (int i = 0; i < 2; i++) {
        assert_true(raw_send(fd, STR("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")));
        assert_int_equal(200, raw_status(raw_read_answer(c, fd, false)));
    }
    close(fd);
}

TEST(http_server, says_continue_only_when_it_wants_the_body) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    int fd = raw_dial(f.port);
    assert_true(raw_send(fd, STR("POST /p HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n" LAST)));
    str interim = raw_read_answer(c, fd, true);
    assert_int_equal(100, raw_status(interim));
    assert_true(raw_send(fd, STR("body")));
    assert_int_equal(200, raw_status(raw_read_answer(c, fd, false)));
    close(fd);
    str refused = raw_exchange(c, f.port, STR("POST /p HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4000\r\n" HOST "\r\n"));
    assert_int_equal(413, raw_status(refused));
}

TEST(http_server, never_takes_the_body_of_a_refused_request_for_a_request) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    str answer = raw_exchange(c, f.port, STR("POST /refused HTTP/1.1\r\nContent-Length: 60\r\n" HOST "\r\n"
                                             "GET /evil HTTP/1.1\r\n" HOST "\r\n"));
    assert_int_equal(401, raw_status(answer));
    assert_true(raw_has_header(answer, "Connection: close"));
    assert_int_equal(1, atomic_load(&f.app.accepted));
}

/* Wait until `*value` is `wanted`; the server's threads move it. */
static void wait_for(atomic_int *value, int wanted) {
    for (int i = 0; i < 1000 && atomic_load(value) != wanted; i++) poll(NULL, 0, 5);
    assert_int_equal(wanted, atomic_load(value));
}

static void wait_for_connections(const http_server *s, unsigned wanted) {
    for (int i = 0; i < 1000 && http_server_connections(s) != wanted; i++) poll(NULL, 0, 5);
    assert_int_equal(wanted, http_server_connections(s));
}

TEST(http_server, survives_callers_that_vanish_in_the_middle) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const char *const halves[] = {
        "", "G", "GET / HT", "GET / HTTP/1.1\r\nX-A: ", "POST /p HTTP/1.1\r\nContent-Length: 9\r\n" HOST "\r\nhalf",
        "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST "\r\n5\r\nhal", "GET /work HTTP/1.1\r\n" HOST "\r\n", "\0\1\2\3",
        "POST /work HTTP/1.1\r\nContent-Length: 4\r\n" HOST "\r\nbody",
    };
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT(halves); i++) {
            int fd = raw_dial(f.port);
            struct linger reset = { .l_onoff = round & 1 };             /* half of them end with a reset */
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            (void)raw_send(fd, str_of(halves[i]));                      /* the server may be quicker */
            close(fd);
        }
    }
    assert_int_equal(200, raw_status(raw_exchange(c, f.port, STR("GET / HTTP/1.1\r\n" LAST))));
    wait_for_connections(f.server, 0);
}

TEST(http_server, cuts_a_body_that_drips) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin_with(c, &f, (http_server_options){ .request_ms = 50 });
    int fd = raw_dial(f.port);
    char byte;
    assert_true(raw_send(fd, STR("POST /p HTTP/1.1\r\nContent-Length: 900\r\n" HOST "\r\nx")));
    for (int i = 0; i < 200 && raw_send(fd, STR("x")); i++) poll(NULL, 0, 5);
    assert_true(recv(fd, &byte, 1, 0) <= 0);                            /* closed or reset, no answer */
    assert_int_equal(0, atomic_load(&f.app.handled));
    close(fd);
}

TEST(http_server, closes_connections_that_say_nothing_or_never_come_to_the_point) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin_with(c, &f, (http_server_options){ .idle_ms = 100 });
    int silent = raw_dial(f.port), dripping = raw_dial(f.port);
    char byte;
    assert_true(raw_send(dripping, STR("GET / HTTP/1.1\r\nX-Drip: ")));
    for (int i = 0; i < 1000 && raw_send(dripping, STR("x")); i++) poll(NULL, 0, 5);
    assert_true(recv(dripping, &byte, 1, 0) <= 0);
    assert_int_equal(0, recv(silent, &byte, 1, 0));
    assert_int_equal(0, atomic_load(&f.app.accepted));
    close(silent);
    close(dripping);
}

TEST(http_server, notices_an_end_that_came_with_the_last_bytes) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const char *const last[] = { "GET / HTTP/1.1\r\nX-A", "GET / HTTP/1.1\r\n" HOST "\r\n" };
    for (size_t i = 0; i < COUNT(last); i++) {
        int fd = raw_dial(f.port), one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_CORK, &one, sizeof one);        /* so that both travel in one packet */
        assert_true(raw_send(fd, str_of(last[i])));
        shutdown(fd, SHUT_WR);
        assert_int_equal(i ? 200 : 0, raw_status(raw_read_answer(c, fd, false)));
        close(fd);
    }
    wait_for_connections(f.server, 0);
}

TEST(http_server, holds_a_thousand_idle_connections_while_serving_others) {
    TEST_CTX(c);
    enum { IDLE = 1000 };
    static int fds[IDLE];
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    struct rlimit limit;
    assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &limit));
    if (limit.rlim_cur < 2 * IDLE + 100) skip();                        /* this machine does not let us open so many */
    for (int i = 0; i < IDLE; i++) fds[i] = raw_dial(f.port);
    wait_for_connections(f.server, IDLE);
    for (int i = 0; i < 100; i++) assert_int_equal(200, raw_status(raw_exchange(c, f.port, STR("GET / HTTP/1.1\r\n" LAST))));
    for (int i = 0; i < IDLE; i++) {
        if (i % 10 == 0) {
            assert_true(raw_send(fds[i], STR("GET /static HTTP/1.1\r\n" LAST)));
            assert_int_equal(200, raw_status(raw_read_answer(c, fds[i], false)));
        }
        close(fds[i]);
    }
    wait_for_connections(f.server, 0);
}

TEST(http_server, says_busy_when_workers_are_and_goes_on_serving_the_rest) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin_with(c, &f, (http_server_options){ .workers = { .name = "one", .threads = 1, .queue = 1 } });
    int first = raw_dial(f.port), second = raw_dial(f.port);
    assert_true(raw_send(first, STR("GET /wait HTTP/1.1\r\n" LAST)));
    sem_wait(&f.app.entered);                                           /* the worker holds it */
    assert_true(raw_send(second, STR("GET /wait HTTP/1.1\r\n" LAST)));
    wait_for(&f.app.accepted, 2);
    str busy = { 0 };
    for (int i = 0; i < 50 && raw_status(busy) != 503; i++) {           /* until the second stands in the queue */
        int fd = raw_dial(f.port);
        assert_true(raw_send(fd, STR("GET /work HTTP/1.1\r\n" LAST)));
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, 100) == 1) busy = raw_read_to_end(c, fd);
        close(fd);
    }
    assert_int_equal(503, raw_status(busy));
    assert_str("problem=busy", raw_body(busy));
    assert_true(raw_has_header(busy, "Retry-After: 1"));
    assert_int_equal(200, raw_status(raw_exchange(c, f.port, STR("GET / HTTP/1.1\r\n" LAST))));
    sem_post(&f.app.gate);
    sem_post(&f.app.gate);
    assert_int_equal(200, raw_status(raw_read_to_end(c, first)));
    assert_int_equal(200, raw_status(raw_read_to_end(c, second)));
    close(first);
    close(second);
}

TEST(http_server, lets_running_requests_end_when_it_stops) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    int waiting = raw_dial(f.port), idle = raw_dial(f.port);
    assert_true(raw_send(waiting, STR("GET /wait HTTP/1.1\r\n" HOST "\r\n")));
    sem_wait(&f.app.entered);
    sem_post(&f.app.gate);
    http_server_stop(f.server);
    f.server = NULL;
    str answer = raw_read_to_end(c, waiting);
    assert_int_equal(200, raw_status(answer));
    assert_true(str_find(answer, STR("GET /wait")) != SIZE_MAX);
    assert_int_equal(1, atomic_load(&f.app.finished));
    assert_int_equal(200, atomic_load(&f.app.last_status));
    close(waiting);
    close(idle);
}

TEST(http_server, says_what_to_do_when_it_cannot_listen) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    http_app app = { &f.app, echo_accept, echo_handle, NULL, NULL };
    http_server *s = NULL;
    http_server_options taken = { .address = "127.0.0.1", .port = f.port }, bad = { .address = "localhost" };
    http_server_options other = { .address = "192.0.2.1" };             /* a documentation address: never this machine's */
    assert_err(ERR_CONFLICT, http_server_start(c, &taken, &app, &s));
    assert_non_null(strstr(c->error.text, "choose another port"));
    assert_err(ERR_INVALID, http_server_start(c, &bad, &app, &s));
    assert_err(ERR_INVALID, http_server_start(c, &other, &app, &s));
    assert_null(s);
}

TEST(http_server, tells_the_end_of_each_request_once) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const str requests[] = { { "GET /work HTTP/1.0\r\n\r\n", 23 }, { "GET /refused HTTP/1.0\r\n\r\n", 26 } };
    for (int i = 0; i < 10; i++) (void)raw_exchange(c, f.port, requests[i % 2]);
    wait_for(&f.app.finished, 10);
    assert_int_equal(10, atomic_load(&f.app.accepted));
    assert_int_equal(5, atomic_load(&f.app.handled));
}

TEST(http_server, sends_answers_that_other_threads_give_later) {
    TEST_CTX(c);
    AUTO_FIXTURE f;
    fixture_begin(c, &f);
    static const char *const paths[] = { "/late", "/late/now", "/worker/late", "/worker/late/now" };
    for (int round = 0; round < 50; round++)
        for (size_t i = 0; i < COUNT(paths); i++) {
            char request[200];
            snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nContent-Length: 3\r\n" LAST "abc", paths[i]);
            str answer = raw_exchange(c, f.port, str_of(request));
            assert_int_equal(200, raw_status(answer));
            assert_str("late body=3", raw_body(answer));
        }
    assert_int_equal(200, f.app.handled);
}
