/* The one file that knows libmicrohttpd. It does NOT know routes, keys or JSON: the application's four callbacks do.
 *
 * One daemon of the library per loop thread, all listening on the same socket, so that each loop has its own closure: its free
 * lists, counters and random stream need no lock. A connection stays with its loop; so does a request, except while a worker
 * runs its handler: then the connection is suspended and nobody else touches it. One more thread closes quiet connections.
 *
 * Life of a request:  on_target (address is here) -> on_part (headers: accept; body pieces; end: handle, maybe on a worker)
 *                     -> answer -> on_completed (last byte is out, arena emptied, request back to the free list). */
#include "net/http_server.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/limits.h"
#include "net/crypto.h"
#include "net/http_request_int.h"

/* CONNECTION_POOL holds address, headers, the library's list of headers and the head of the answer: LIMIT_TARGET_BYTES +
 * LIMIT_HEADER_BYTES and a quarter more. The library zeroes all of it after each request, so it is no larger than that: at
 * 32 KiB the zeroing took a tenth of the time of a small answer, and 1,000 idle connections 31 MB. */
enum {
    CONNECTION_POOL = 20 << 10,
    KEEP_ARENA = 256 << 10,         /* a request arena that grew beyond it is given back to the system */
    KEEP_REQUESTS = 32,             /* in the free list of each loop */
    DISCARD_MOST = 1 << 20,         /* of a chunked body that became too large; then the connection is cut */
    GRACE_MS = 5000,
    BODY_FIRST = 16 << 10,
    PROBLEM_RESERVE = 16 << 10,     /* beyond the arena's cap, so that "out of memory" can still be said */
    SWEEP_MS = 250,                /* at most so long between two looks for quiet connections */
    SPARE_FILES = 256,              /* databases, logs, outgoing calls */
    METHOD_BYTES = 24,
};

typedef enum { READING_HEADERS, READING_BODY, ELSEWHERE, ANSWER_READY, ANSWERED } phase;

typedef struct request {
    http_request seen;              /* what the application gets; seen.raw points back here */
    http_response response;
    http_decision decision;
    ctx c;
    arena memory;
    struct loop *loop;
    struct MHD_Connection *connection;
    struct request *next;           /* in the free list */
    str target;
    phase phase;
    buf body;
    size_t discarded;
    err_code failed;                /* why the body could not be taken */
    int64_t started_us;
    size_t sent;                    /* bytes of the answer's body */
    bool closes;                    /* this answer ends the connection */
    bool later;                     /* suspended; the answer goes out when `parts` is zero */
    atomic_int parts;               /* who still holds a suspended request: its handler, and whoever is to answer */
    char method[METHOD_BYTES];
} request;

/* One open connection. */
typedef struct peer {
    request *current;               /* the request being read or answered */
    struct peer *next, *previous;   /* in the loop's list of open ones, or (next only) of free ones */
    int fd;
    atomic_llong quiet_since_us;    /* waiting for a head or for more of a body since; 0 while a request runs. Read by the sweeper */
    int64_t gone_since_us;          /* the sweeper's: quiet_since_us when it found the caller gone */
    char address[INET6_ADDRSTRLEN];
    size_t address_n;
} peer;

typedef struct loop {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    request *free_requests;
    size_t n_free;
    peer *free_peers;
    rng random;
    lock peers_lock;                /* guards open_peers: taken when a connection comes or goes, and by the sweeper */
    peer *open_peers;
    atomic_uint connections, running;       /* written by this loop only, read by others */
} loop;

struct http_server {
    http_server_options options;
    http_app app;
    workers *pool;
    int listener;
    uint16_t port;
    atomic_bool closing;            /* no new work for the pool */
    atomic_bool cancelled;          /* every request's ctx.cancel */
    atomic_uint elsewhere;
    pthread_t sweeper;
    lock sweeper_lock;              /* guards sweeper_ends */
    pthread_cond_t sweeper_wakes;
    bool sweeper_runs, sweeper_ends;
    int n_loops;
    loop loops[HTTP_LOOPS_MOST];
};

static int64_t now_us(const http_server *s) { return s->options.time->mono_us(s->options.time); }

/* ---- requests and their free list ---- */

static request *take_request(loop *l) {
    request *q = l->free_requests;
    if (q) {
        l->free_requests = q->next;
        l->n_free--;
        return q;
    }
    q = calloc(1, sizeof *q);
    if (q) arena_init(&q->memory, LIMIT_REQUEST_ARENA);
    return q;
}

static void give_back_request(loop *l, request *q) {
    if (q->memory.held > KEEP_ARENA) arena_done(&q->memory);
    else arena_reset(&q->memory);
    if (l->n_free >= KEEP_REQUESTS) {
        arena_done(&q->memory);
        free(q);
        return;
    }
    q->next = l->free_requests;
    l->free_requests = q;
    l->n_free++;
}

static void begin_request(request *q, loop *l, struct MHD_Connection *connection) {
    const http_server_options *o = &l->server->options;
    q->c.arena = &q->memory;
    q->c.time = o->time;
    q->c.log = o->log;
    q->c.cancel = &l->server->cancelled;
    q->c.trace = rng_u64(&l->random);
    rng_seed(&q->c.random, q->c.trace);
    q->c.error.code = ERR_OK;
    q->c.error.field[0] = q->c.error.text[0] = 0;
    q->memory.cap = LIMIT_REQUEST_ARENA;
    q->seen = (http_request){ .c = &q->c, .raw = q };
    q->response = (http_response){ 0 };
    q->decision = (http_decision){ 0 };
    q->loop = l;
    q->connection = connection;
    q->phase = READING_HEADERS;
    q->failed = ERR_OK;
    q->discarded = q->sent = 0;
    q->closes = q->later = false;
    q->started_us = now_us(l->server);
    q->c.deadline_us = q->started_us + (int64_t)o->request_ms * 1000;
}

/* ---- answers ---- */

static void set_problem(request *q, err_code e) {
    http_response *a = &q->response;
    const http_app *app = &q->loop->server->app;
    *a = (http_response){ .status = err_http(e), .content_type = "text/plain; charset=utf-8" };
    q->memory.cap = LIMIT_REQUEST_ARENA + PROBLEM_RESERVE;
    buf_init_in(&a->body, &q->memory, LIMIT_REQUEST_ARENA);
    if (e == ERR_BUSY) http_add_header(a, "Retry-After", STR("1"));
    if (q->c.error.code != e) {
        q->c.error.code = e;                        /* a detail of another failure would mislead */
        q->c.error.field[0] = q->c.error.text[0] = 0;
    }
    if (app->problem) app->problem(app->app, &q->seen, e, a);
    else buf_text(&a->body, err_text(e));
}

static void add_headers(request *q, struct MHD_Response *to) {
    const http_response *a = &q->response;
    MHD_add_response_header(to, "Content-Type", a->content_type ? a->content_type : "application/json");
    for (size_t i = 0; i < a->n_headers; i++) {
        const char *value = str_cstr(&q->memory, a->headers[i].value);
        if (value) MHD_add_response_header(to, a->headers[i].name, value);      /* refuses line breaks */
    }
    if (q->closes) MHD_add_response_header(to, "Connection", "close");
}

/* Hand the answer to the library; the body stays where it is until on_completed(). */
static enum MHD_Result send_answer(request *q) {
    if (q->phase == ANSWERED) return MHD_YES;
    if (atomic_load_explicit(&q->loop->server->closing, memory_order_relaxed)) q->closes = true;
    if (!q->response.static_body.p && buf_err(&q->response.body)) set_problem(q, ERR_NO_MEMORY);
    else if (q->response.status < 200 || q->response.status > 599) set_problem(q, ERR_INTERNAL);
    const http_response *a = &q->response;
    str body = a->static_body.p ? a->static_body : buf_view(&a->body);
    union { const char *from; void *to; } p = { body.p ? body.p : "" };         /* the library does not write to it */
    struct MHD_Response *r = MHD_create_response_from_buffer(body.n, p.to, MHD_RESPMEM_PERSISTENT);
    if (!r) return MHD_NO;
    add_headers(q, r);
    q->sent = body.n;
    q->phase = ANSWERED;
    enum MHD_Result ok = MHD_queue_response(q->connection, (unsigned)a->status, r);
    MHD_destroy_response(r);                        /* the connection holds it now */
    return ok;
}

static enum MHD_Result refuse(request *q, err_code e) {
    set_problem(q, e);
    q->closes = true;                               /* what follows on this connection may be the body nobody reads */
    return send_answer(q);
}

/* ---- handlers, here or on a worker ---- */

static void run_handler(request *q, void *worker_state) {
    const http_app *app = &q->loop->server->app;
    buf_init_in(&q->response.body, &q->memory, LIMIT_REQUEST_ARENA);
    app->handle(app->app, worker_state, &q->seen, &q->response);
}

static void suspend(request *q) {
    q->later = true;
    q->phase = ELSEWHERE;
    atomic_store(&q->parts, 1);
    MHD_suspend_connection(q->connection);
}

/* One of its holders is done with a suspended request. The last one sends it back to its loop, and may not look at it again. */
static void let_go(request *q) {
    http_server *s = q->loop->server;
    if (atomic_fetch_sub(&q->parts, 1) > 1) return;
    q->phase = ANSWER_READY;
    MHD_resume_connection(q->connection);           /* takes the library's lock: the loop sees all we wrote */
    atomic_fetch_sub(&s->elsewhere, 1);             /* last: http_server_stop() waits for zero */
}

static void run_on_worker(void *worker_state, void *task) {
    request *q = task;
    run_handler(q, worker_state);
    let_go(q);
}

void http_answer_later(http_request *r) {
    request *q = r->raw;
    if (!q->later) {                                /* on its loop; at a worker it is suspended already */
        atomic_fetch_add(&q->loop->server->elsewhere, 1);
        suspend(q);
    }
    atomic_fetch_add(&q->parts, 1);
}

void http_answer_now(http_request *r) { let_go(r->raw); }

/* Suspend first: the worker may be done before this function is. */
static enum MHD_Result give_to_worker(request *q) {
    http_server *s = q->loop->server;
    atomic_fetch_add(&s->elsewhere, 1);
    if (atomic_load(&s->closing) || !s->pool) {
        atomic_fetch_sub(&s->elsewhere, 1);
        return refuse(q, s->pool ? ERR_BUSY : ERR_INTERNAL);
    }
    suspend(q);
    if (workers_give(s->pool, run_on_worker, q) == ERR_OK) return MHD_YES;
    set_problem(q, ERR_BUSY);
    let_go(q);
    return MHD_YES;
}

static enum MHD_Result answer(request *q) {
    if (q->failed) return refuse(q, q->failed);
    q->seen.body = buf_view(&q->body);
    if (q->decision.waits) return give_to_worker(q);
    run_handler(q, NULL);
    if (!q->later) return send_answer(q);
    let_go(q);                                      /* nobody but this loop sends it, so it was whole until here */
    return MHD_YES;
}

/* ---- headers ---- */

static peer *peer_of(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return i ? i->socket_context : NULL;
}

static enum MHD_Result add_to_framing(void *framing, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value,
                                      size_t value_n) {
    (void)kind;                                     /* we asked for headers only */
    http_framing_add(framing, (str){ name, name_n }, (str){ value, value_n });
    return MHD_YES;
}

static err_code read_head(request *q, const char *method, const char *version, http_framing *f) {
    size_t n = strlen(method);
    if (n >= METHOD_BYTES) return fail(&q->c, ERR_METHOD, "the method is longer than any known one");
    bool head = strcmp(method, "HEAD") == 0;
    memcpy(q->method, head ? "GET" : method, head ? 4 : n + 1);
    q->seen.method = (str){ q->method, head ? 3 : n };
    if (!q->target.p) return fail(&q->c, ERR_NO_MEMORY, "keep the address");
    TRY(http_target_read(&q->c, q->target, &q->seen.path, &q->seen.query));
    MHD_get_connection_values_n(q->connection, MHD_HEADER_KIND, add_to_framing, f);
    return http_framing_check(&q->c, f, strcmp(version, "HTTP/1.0") == 0);
}

/* The head is here: let the application decide. An answer given now ends the connection (the library takes it for a refusal to
 * read on), so an answer that needs no body is made at the end of the empty body: the next call. */
static enum MHD_Result on_head(request *q, const char *method, const char *version) {
    const http_app *app = &q->loop->server->app;
    http_framing f = { 0 };
    peer *from = peer_of(q->connection);
    q->seen.peer = (str){ from->address, from->address_n };         /* on_target() made no request without a peer */
    atomic_store_explicit(&from->quiet_since_us, 0, memory_order_relaxed);
    q->phase = READING_BODY;
    err_code e = read_head(q, method, version, &f);
    if (e) return refuse(q, e);
    buf_init_in(&q->response.body, &q->memory, LIMIT_REQUEST_ARENA);
    app->accept(app->app, &q->seen, &q->decision, &q->response);
    bool has_body = f.chunked || f.length > 0;
    if (q->decision.refuse) {
        q->closes = has_body;
        q->phase = ANSWER_READY;
        return has_body ? send_answer(q) : MHD_YES;
    }
    if (f.length > q->decision.max_body) {
        unsigned long long n = f.length;
        return refuse(q, fail(&q->c, ERR_TOO_LARGE, "the body has %llu bytes, at most %zu are taken", n, q->decision.max_body));
    }
    buf_init_in(&q->body, &q->memory, q->decision.max_body);
    if (f.length) (void)buf_room(&q->body, f.length < BODY_FIRST ? f.length : BODY_FIRST);  /* a failure shows in on_body() */
    if (has_body) atomic_store_explicit(&from->quiet_since_us, q->started_us, memory_order_relaxed);
    return MHD_YES;
}

/* A piece of the body. The library takes no answer before the end, so what is too much is read and dropped, up to a point. */
static enum MHD_Result on_body(request *q, const char *bytes, size_t *size) {
    int64_t now = q->c.time->mono_us(q->c.time);
    if (now > q->c.deadline_us) return MHD_NO;      /* dripping: cut it */
    atomic_store_explicit(&peer_of(q->connection)->quiet_since_us, now, memory_order_relaxed);
    if (!q->failed) {
        buf_add(&q->body, bytes, *size);
        q->failed = buf_err(&q->body);
        if (q->failed) (void)fail(&q->c, q->failed, "the body is larger than %zu bytes", q->decision.max_body);
    } else {
        q->discarded += *size;
    }
    *size = 0;
    return q->discarded > DISCARD_MOST ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_part(void *closure, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                               const char *bytes, size_t *size, void **state) {
    (void)closure, (void)url;                       /* the request knows the loop; the address was taken undecoded by on_target() */
    request *q = *state;
    if (!q) return MHD_NO;
    if (q->phase == READING_HEADERS) return on_head(q, method, version);
    if (*size) return on_body(q, bytes, size);
    atomic_store_explicit(&peer_of(connection)->quiet_since_us, 0, memory_order_relaxed);
    return q->phase == READING_BODY ? answer(q) : send_answer(q);
}

/* ---- the library's other events ---- */

static void drop_current(loop *l, peer *p) {
    if (!p->current) return;
    atomic_store_explicit(&p->quiet_since_us, now_us(l->server), memory_order_relaxed);
    give_back_request(l, p->current);
    p->current = NULL;
    atomic_fetch_sub_explicit(&l->running, 1, memory_order_relaxed);
}

static void *on_target(void *closure, const char *target, struct MHD_Connection *connection) {
    loop *l = closure;
    peer *p = peer_of(connection);
    if (!p) return NULL;
    drop_current(l, p);                             /* one whose headers were refused by the library: nobody told us its end */
    request *q = take_request(l);
    if (!q) return NULL;
    begin_request(q, l, connection);
    q->target = str_dup(&q->memory, str_of(target));
    p->current = q;
    atomic_fetch_add_explicit(&l->running, 1, memory_order_relaxed);
    return q;
}

static void on_completed(void *closure, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why) {
    (void)why;                                      /* whoever went away first: the request is over */
    loop *l = closure;
    request *q = *state;
    peer *p = peer_of(connection);
    *state = NULL;
    if (!q || !p || p->current != q) return;
    const http_app *app = &l->server->app;
    int status = q->phase == ANSWERED ? q->response.status : 0;
    if (app->finished) app->finished(app->app, &q->seen, status, q->sent, now_us(l->server) - q->started_us);
    drop_current(l, p);
}

static void write_address(peer *p, const struct sockaddr *from) {
    const void *bytes = NULL;
    int family = from ? from->sa_family : AF_UNSPEC;
    if (family == AF_INET) bytes = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
    if (family == AF_INET6) bytes = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    if (!bytes || !inet_ntop(family, bytes, p->address, sizeof p->address)) p->address[0] = 0;
    str mapped = STR("::ffff:");
    if (str_starts(str_of(p->address), mapped) && strchr(p->address, '.'))      /* IPv4 on a dual-stack socket */
        memmove(p->address, p->address + mapped.n, strlen(p->address + mapped.n) + 1);
    p->address_n = strlen(p->address);
}

static void open_peer(loop *l, peer *p, struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    p->fd = i ? i->connect_fd : -1;
    atomic_store_explicit(&p->quiet_since_us, now_us(l->server), memory_order_relaxed);
    atomic_fetch_add_explicit(&l->connections, 1, memory_order_relaxed);
    WITH_LOCK(&l->peers_lock);
    p->next = l->open_peers;
    if (p->next) p->next->previous = p;
    l->open_peers = p;
}

/* The library closes the socket after this, so the sweeper never sees a number that is somebody else's. */
static void close_peer(loop *l, peer *p) {
    drop_current(l, p);
    pthread_mutex_lock(&l->peers_lock);
    if (p->previous) p->previous->next = p->next;
    else l->open_peers = p->next;
    if (p->next) p->next->previous = p->previous;
    pthread_mutex_unlock(&l->peers_lock);
    p->next = l->free_peers;
    l->free_peers = p;
    atomic_fetch_sub_explicit(&l->connections, 1, memory_order_relaxed);
}

static void on_connection(void *closure, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode what) {
    loop *l = closure;
    peer *p = *context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (p) close_peer(l, p);
        *context = NULL;
        return;
    }
    if ((p = l->free_peers)) l->free_peers = p->next;
    else p = malloc(sizeof *p);
    if (!p) return;                                 /* on_part() closes connections without one */
    memset(p, 0, sizeof *p);
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    write_address(p, i ? i->client_addr : NULL);
    open_peer(l, p, connection);
    *context = p;
}

/* ---- connections that keep quiet ----
 * The library's own time-out begins anew with every byte, so a head that drips would hold its connection for ever. */

/* The caller's end arrived together with its last bytes: the library, woken once, reads the bytes and never hears of the end.
 * Only believed when nothing has changed since the last look, as a request may just be on its way from socket to handler. */
static bool is_gone_twice(peer *p, int64_t since_us) {
    char byte;
    bool gone = recv(p->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0, twice = gone && p->gone_since_us == since_us;
    p->gone_since_us = gone ? since_us : 0;
    return twice;
}

static void sweep(http_server *s) {
    int64_t latest_us = now_us(s) - (int64_t)s->options.idle_ms * 1000;
    for (int i = 0; i < s->n_loops; i++) {
        WITH_LOCK(&s->loops[i].peers_lock);
        for (peer *p = s->loops[i].open_peers; p; p = p->next) {
            int64_t since_us = atomic_load_explicit(&p->quiet_since_us, memory_order_relaxed);
            bool over = since_us && (since_us < latest_us || is_gone_twice(p, since_us));
            if (over) shutdown(p->fd, SHUT_RDWR);   /* its loop wakes up and closes it */
        }
    }
}

static void *run_sweeper(void *arg) {
    http_server *s = arg;
    long wait_ms = s->options.idle_ms / 4 < SWEEP_MS ? s->options.idle_ms / 4 + 1 : SWEEP_MS;
    WITH_LOCK(&s->sweeper_lock);
    while (!s->sweeper_ends) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);      /* what pthread_cond_timedwait() counts in */
        until.tv_nsec += wait_ms % 1000 * 1000000;
        until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&s->sweeper_wakes, &s->sweeper_lock, &until);
        if (!s->sweeper_ends) sweep(s);
    }
    return NULL;
}

static void stop_sweeper(http_server *s) {
    if (!s->sweeper_runs) return;
    pthread_mutex_lock(&s->sweeper_lock);
    s->sweeper_ends = true;
    pthread_cond_signal(&s->sweeper_wakes);
    pthread_mutex_unlock(&s->sweeper_lock);
    pthread_join(s->sweeper, NULL);
}

/* ---- start ---- */

static err_code read_address(ctx *c, const http_server_options *o, struct sockaddr_storage *to, socklen_t *ret_size) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)to;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)to;
    *to = (struct sockaddr_storage){ 0 };
    if (inet_pton(AF_INET, o->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(o->port);
        *ret_size = sizeof *v4;
        return ERR_OK;
    }
    if (inet_pton(AF_INET6, o->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(o->port);
        *ret_size = sizeof *v6;
        return ERR_OK;
    }
    return fail(c, ERR_INVALID, "'%s' is no address to listen on: give an IP address, like 127.0.0.1 or 0.0.0.0", o->address);
}

static err_code listen_failed(ctx *c, const http_server_options *o, int why) {
    if (why == EADDRINUSE)
        return fail(c, ERR_CONFLICT, "port %u of %s is taken by another program: stop that one, or choose another port",
                    o->port, o->address);
    if (why == EACCES)
        return fail(c, ERR_INVALID, "this user may not listen on port %u: choose one above 1023", o->port);
    if (why == EADDRNOTAVAIL)
        return fail(c, ERR_INVALID, "this machine does not have the address %s: use 127.0.0.1 or 0.0.0.0", o->address);
    return fail(c, ERR_INTERNAL, "listen on %s port %u: %s", o->address, o->port, strerror(why));
}

static err_code open_listener(ctx *c, http_server *s) {
    struct sockaddr_storage at;
    socklen_t size;
    int one = 1, zero = 0;
    TRY(read_address(c, &s->options, &at, &size));
    s->listener = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listener < 0) return listen_failed(c, &s->options, errno);
    setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (at.ss_family == AF_INET6) setsockopt(s->listener, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(s->listener, (struct sockaddr *)&at, size) != 0 || listen(s->listener, SOMAXCONN) != 0)
        return listen_failed(c, &s->options, errno);
    if (getsockname(s->listener, (struct sockaddr *)&at, &size) != 0) return listen_failed(c, &s->options, errno);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)&at;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)&at;
    s->port = ntohs(at.ss_family == AF_INET ? v4->sin_port : v6->sin6_port);
    return ERR_OK;
}

/* Let the process open as many files as there may be connections, as far as the system allows. */
static void raise_file_limit(unsigned connections) {
    struct rlimit r;
    rlim_t wanted = (rlim_t)connections + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= wanted) return;
    r.rlim_cur = r.rlim_max < wanted ? r.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &r);             /* fewer connections then; accept() says so to the client by waiting */
}

static err_code start_loop(ctx *c, http_server *s, loop *l) {
    unsigned limit = s->options.max_connections / (unsigned)s->n_loops + 1;
    uint64_t seed;
    crypto_random(&seed, sizeof seed);
    l->server = s;
    rng_seed(&l->random, seed);
    int fd = fcntl(s->listener, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return fail(c, ERR_INTERNAL, "share the listening socket: %s", strerror(errno));
    unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO;
    l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_part, l,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(s->options.idle_ms + 999) / 1000,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, l,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, l,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
        MHD_OPTION_END);
    if (l->daemon) return ERR_OK;
    close(fd);
    return fail(c, ERR_INTERNAL, "the HTTP library does not start a loop");
}

static void take_options(http_server *s, const http_server_options *o) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    s->options = *o;
    if (!o->time) s->options.time = time_source_system();
    if (o->max_connections == 0) s->options.max_connections = LIMIT_CONNECTIONS;
    if (o->idle_ms <= 0) s->options.idle_ms = LIMIT_IDLE_MS;
    if (o->request_ms <= 0) s->options.request_ms = LIMIT_REQUEST_MS;
    s->n_loops = o->loops > 0 ? o->loops : processors > 0 ? (int)processors : 1;
    if (s->n_loops > HTTP_LOOPS_MOST) s->n_loops = HTTP_LOOPS_MOST;
}

static err_code start_parts(ctx *c, http_server *s) {
    raise_file_limit(s->options.max_connections);
    TRY(crypto_start(c));
    TRY(open_listener(c, s));
    if (s->options.workers.threads > 0) TRY(workers_new(c, &s->options.workers, &s->pool));
    for (int i = 0; i < s->n_loops; i++) TRY(start_loop(c, s, &s->loops[i]));
    s->sweeper_runs = pthread_create(&s->sweeper, NULL, run_sweeper, s) == 0;
    if (!s->sweeper_runs) return fail(c, ERR_INTERNAL, "no thread that looks after quiet connections");
    (void)pthread_setname_np(s->sweeper, "http-sweeper");   /* only for the eyes of ps */
    return ERR_OK;
}

err_code http_server_start(ctx *c, const http_server_options *o, const http_app *app, http_server **ret_server) {
    http_server *s = calloc(1, sizeof *s);
    if (!s) return fail(c, ERR_NO_MEMORY, "start the HTTP server");
    s->app = *app;
    s->listener = -1;
    take_options(s, o);
    pthread_mutex_init(&s->sweeper_lock, NULL);
    pthread_cond_init(&s->sweeper_wakes, NULL);
    for (int i = 0; i < s->n_loops; i++) pthread_mutex_init(&s->loops[i].peers_lock, NULL);
    err_code e = start_parts(c, s);
    if (e) {
        http_server_stop(s);
        return e;
    }
    *ret_server = s;
    return ERR_OK;
}

/* ---- stop ---- */

static unsigned running(const http_server *s) {
    unsigned n = atomic_load(&s->elsewhere);
    for (int i = 0; i < s->n_loops; i++) n += atomic_load_explicit(&s->loops[i].running, memory_order_relaxed);
    return n;
}

static void wait_for_requests(http_server *s) {
    const time_source *t = time_source_system();    /* a grace period of the process, not of a request */
    for (int ms = 0; ms < GRACE_MS && running(s); ms += 5) t->sleep_ms(t, 5);
    atomic_store(&s->cancelled, true);
    while (atomic_load(&s->elsewhere)) t->sleep_ms(t, 5);      /* the library may not be stopped under a suspended connection */
}

static void free_loop(loop *l) {
    if (l->daemon) MHD_stop_daemon(l->daemon);
    for (request *q = l->free_requests, *next; q; q = next) {
        next = q->next;
        arena_done(&q->memory);
        free(q);
    }
    for (peer *p = l->free_peers, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    pthread_mutex_destroy(&l->peers_lock);
}

void http_server_stop(http_server *s) {
    if (!s) return;
    atomic_store(&s->closing, true);
    stop_sweeper(s);
    for (int i = 0; i < s->n_loops; i++) {
        int fd = s->loops[i].daemon ? MHD_quiesce_daemon(s->loops[i].daemon) : -1;
        if (fd >= 0) close(fd);
    }
    if (s->listener >= 0) close(s->listener);
    wait_for_requests(s);
    for (int i = 0; i < s->n_loops; i++) free_loop(&s->loops[i]);
    workers_free(s->pool);
    pthread_cond_destroy(&s->sweeper_wakes);
    pthread_mutex_destroy(&s->sweeper_lock);
    free(s);
}

uint16_t http_server_port(const http_server *s) { return s->port; }

unsigned http_server_connections(const http_server *s) {
    unsigned n = 0;
    for (int i = 0; i < s->n_loops; i++) n += atomic_load_explicit(&s->loops[i].connections, memory_order_relaxed);
    return n;
}

/* ---- for handlers ---- */

str http_header(const http_request *r, const char *name) {
    const request *q = r->raw;
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(q->connection, MHD_HEADER_KIND, name, strlen(name), &value, &n) != MHD_YES || !value)
        return (str){ 0 };
    return (str){ value, n };
}

str http_query(const http_request *r, const char *name) { return http_query_value(r->c->arena, r->query, str_of(name)); }

void http_add_header(http_response *response, const char *name, str value) {
    assert(response->n_headers < HTTP_HEADERS_OUT);
    if (response->n_headers >= HTTP_HEADERS_OUT) return;
    response->headers[response->n_headers].name = name;
    response->headers[response->n_headers++].value = value;
}
