/* Tests of the HTTP server over real sockets: what callers send, in whatever pieces, and what they must get. */
#include "tests/net/raw.h"
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

static void echo_handle(void *app, void *worker_state, http_request *r, http_response *response) {
    echo_app *e = app;
    atomic_fetch_add(&e->handled, 1);
    if (str_eq(r->path, STR("/wait"))) {
        sem_post(&e->entered);
        sem_wait(&e->gate);
    }
    response->status = 200;
    if (str_eq(r->path, STR("/nothing"))) response->status = 0;
    if (str_eq(r->path, STR("/static"))) response->static_body = STR("static text");
    if (str_eq(r->path, STR("/extra"))) {
        http_add_header(response, "X-One", STR("1"));
        http_add_header(response, "X-Split", STR("a\r\nX-Evil: 1"));
        response->content_type = "text/plain";
    }
    str a = http_query(r, "a"), header = http_header(r, "x-given");
    buf_printf(&response->body, "%.*s %.*s a=%.*s h=%.*s from=%.*s worker=%s body=%zu:", STR_ARG(r->method), STR_ARG(r->path), STR_ARG(a),
               STR_ARG(header), STR_ARG(r->peer), worker_state ? "yes" : "no", r->body.n);
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
    o.address = "127.0.0.1";
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
