/* Events as fast as they come.
 *   events_bench                                   the intake alone, without HTTP: bodies of 500 read and written, durable events a second
 *   events_bench load PORT KEY BATCH CONNECTIONS SECONDS PACE   drive a server over keep-alive connections; ids are new in every request
 * PACE: requests a second at most, 0 = as fast as they go.
 * One JSON line a figure; each beside what the disk does in the same run: syncs a second of a file that one page is appended to. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "api/event_body.h"
#include "base/limits.h"
#include "base/parse.h"
#include "events/intake.h"

/* Visitors come and go: so many are there at once, each for about so many events. */
enum { VISITORS = 1000000, AT_ONCE = 1000, EVENTS_A_VISITOR = 20, PRODUCTS = 500 };
enum { SYNC_SECONDS = 1, WAITING = 40, MOST_CONNECTIONS = 2000, ANSWER_BYTES = 4096 };

static void stop_on(ctx *c, err_code e) {
    if (!e) return;
    fprintf(stderr, "events_bench: %s: %s\n", err_name(e), c->error.text);
    exit(1);
}

static double seconds_since(ctx *c, int64_t began_us) { return (double)(c->time->mono_us(c->time) - began_us) / 1e6; }

/* What the disk of `folder` can do: one page more and a sync, again and again. */
static double syncs_a_second(ctx *c, const char *folder) {
    char path[300], page[4096] = { 0 };
    snprintf(path, sizeof path, "%s/sync", folder);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), n = 0;
    if (fd < 0) return 0;
    int64_t began_us = c->time->mono_us(c->time);
    while (seconds_since(c, began_us) < SYNC_SECONDS && write(fd, page, sizeof page) == sizeof page && fdatasync(fd) == 0) n++;
    double per_second = n / seconds_since(c, began_us);
    close(fd);
    unlink(path);
    return per_second;
}

/* ---- bodies: made once, then only digits change ---- */
static const char *const one_event = "{\"type\":\"%s\",\"id\":\"e000000000000\",\"visitor_id\":\"v000000\","
                                     "\"product_id\":\"2000\",\"time\":%lld,\"page\":\"/product/number/\",\"device\":\"mobile\"}";
typedef struct { char *text; size_t n, batch, *ids; } body;

static void put_digits(char *to, int digits, uint64_t value) {
    for (int i = digits; i-- > 0; value /= 10) to[i] = (char)('0' + value % 10);
}

static body body_make(ctx *c, size_t batch) {
    static const char *const kinds[] = { "view", "view", "view", "click", "cart_add", "wishlist" };
    buf b;
    buf_init(&b, 4 * MIB);
    body x = { .batch = batch, .ids = arena_new(c->arena, size_t, batch) };
    if (batch > 1) buf_text(&b, "{\"events\":[");
    for (size_t i = 0; i < batch; i++) {
        if (i) buf_char(&b, ',');
        size_t at = b.n;
        buf_printf(&b, one_event, kinds[i % COUNT(kinds)], (long long)ctx_now_ms(c));
        x.ids[i] = at + str_find((str){ b.p + at, b.n - at }, STR("\"e0")) + 2;
    }
    if (batch > 1) buf_text(&b, "]}");
    stop_on(c, buf_err(&b));
    x.text = b.p;
    x.n = b.n;
    return x;
}

/* Where visitor and product stand behind an id. */
static const size_t visitor_after = sizeof "000000000000\",\"visitor_id\":\"v" - 1;
static const size_t product_after = sizeof "000000000000\",\"visitor_id\":\"v000000\",\"product_id\":\"" - 1;

static void body_renew(body *x, rng *r, uint64_t *next_id) {
    for (size_t i = 0; i < x->batch; i++) {
        char *id = x->text + x->ids[i];
        put_digits(id, 12, (*next_id)++);
        uint64_t visitor = *next_id / EVENTS_A_VISITOR + rng_below(r, AT_ONCE);
        put_digits(id + visitor_after, 6, visitor * 611953 % VISITORS);         /* in no order of theirs */
        put_digits(id + product_after, 4, 2000 + rng_below(r, PRODUCTS));
    }
}

/* ---- the intake alone ---- */
typedef struct { arena home; ctx c; body text; event_list list; event_batch batch; atomic_bool ready; } slot;

static void batch_done(ctx *c, err_code e, event_batch *b) {
    stop_on(c, e);
    atomic_store(&((slot *)b->arg)->ready, true);
}

static void send_batch(slot *s, intake *k, rng *r, uint64_t *next_id) {
    arena_reset(&s->home);
    body_renew(&s->text, r, next_id);
    const event_context x = { .store_id = 1, .received_ms = ctx_now_ms(&s->c), .currency = STR("RON"), .digits = 2, .trusted = true };
    stop_on(&s->c, event_body_read(&s->c, (str){ s->text.text, s->text.n }, &x, &s->list));
    s->batch = (event_batch){ .store_id = 1, .received_ms = x.received_ms, .otherwise = CONSENT_ALL, .events = s->list.events,
                              .n = s->list.n, .done = batch_done, .arg = s };
    stop_on(&s->c, intake_give(k, &s->batch));
}

/* What a start costs that finds so many events of the last day. */
static void bench_restart(ctx *c, db *d, size_t n) {
    session_memory *memory;
    intake *k;
    session_memory_facts facts;
    stop_on(c, storage_put(c, d, &store_entity, &(store){ .store_id = 1, .name = STR("bench") }));
    int64_t cpu_us = cpu_time_us();
    stop_on(c, session_memory_new(c, 0, 1, &memory));
    stop_on(c, intake_new(c, d, &(intake_options){ .memory = memory, .seed = 1 }, &k));
    session_memory_get_facts(memory, &facts);
    printf("{\"bench\":\"events_restart\",\"events\":%zu,\"cpu_ms\":%.0f,\"visitors\":%zu,\"bytes_a_visitor\":%.0f}\n", n,
           (double)(cpu_time_us() - cpu_us) / 1e3, facts.visitors, (double)facts.bytes / (double)(facts.visitors ? facts.visitors : 1));
    intake_free(k);
    session_memory_free(memory);
}

static void bench_intake(ctx *c, const char *folder, size_t batch, int seconds) {
    static slot slots[WAITING];
    char url[400];
    db *d;
    committer *writes;
    session_memory *memory;
    intake *k;
    uint64_t next_id = 1, sent = 0;
    snprintf(url, sizeof url, "sqlite:%s/bench-%zu.db", folder, batch);
    const db_options o = { .url = str_of(url) };
    stop_on(c, storage_open(c, &o, &d));
    stop_on(c, storage_migrate(c, d));
    stop_on(c, committer_new(c, &o, 64, &writes));
    stop_on(c, session_memory_new(c, 0, 1, &memory));
    stop_on(c, intake_new(c, d, &(intake_options){ .writes = writes, .memory = memory, .seed = 1 }, &k));
    for (int i = 0; i < WAITING; i++) {
        arena_init(&slots[i].home, LIMIT_REQUEST_ARENA);
        ctx_init(&slots[i].c, &slots[i].home);
        slots[i].text = body_make(c, batch);
        atomic_store(&slots[i].ready, true);
    }
    int64_t began_us = c->time->mono_us(c->time), cpu_us = cpu_time_us();
    for (int i = 0; seconds_since(c, began_us) < seconds; i = (i + 1) % WAITING) {
        while (!atomic_load(&slots[i].ready)) c->time->sleep_ms(c->time, 1);
        atomic_store(&slots[i].ready, false);
        send_batch(&slots[i], k, &c->random, &next_id);
        sent += batch;
    }
    for (int i = 0; i < WAITING; i++)
        while (!atomic_load(&slots[i].ready)) sched_yield();
    double took = seconds_since(c, began_us);
    double cpu = (double)(cpu_time_us() - cpu_us) / (double)sent;
    printf("{\"bench\":\"events_intake\",\"batch\":%zu,\"events\":%llu,\"per_second\":%.0f,\"cpu_us_an_event\":%.2f,"
           "\"syncs_a_second\":%.0f}\n", batch, (unsigned long long)sent, (double)sent / took, cpu, syncs_a_second(c, folder));
    committer_free(writes);
    intake_free(k);
    session_memory_free(memory);
    bench_restart(c, d, (size_t)sent);
    storage_close(d);
    for (int i = 0; i < WAITING; i++) arena_done(&slots[i].home), free(slots[i].text.text), slots[i] = (slot){ 0 };
}

/* ---- a server ---- */
typedef struct client {
    int fd;
    body body;
    char *head;
    size_t head_n, sent, got;
    int64_t began_us;
    char answer[ANSWER_BYTES];
} client;
typedef struct {
    ctx *c;
    int poll;
    rng random;
    uint64_t next_id, requests, accepted, bad;
    double *latency_ms;
    size_t n_latency, most_latency, n_idle;
    struct client *idle[MOST_CONNECTIONS];  /* waiting for their turn */
    int64_t began_us, pace;
    uint64_t begun;
} load;

static void client_open(load *l, client *x, int port, const char *key, size_t batch) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    x->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (x->fd < 0 || connect(x->fd, (struct sockaddr *)&at, sizeof at) != 0) perror("events_bench: connect"), exit(1);
    setsockopt(x->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(x->fd, F_SETFL, O_NONBLOCK);
    x->body = body_make(l->c, batch);
    buf b;
    buf_init(&b, 4 * MIB);
    buf_printf(&b, "POST /api/v1/events/track HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n", key, x->body.n);
    x->head_n = b.n;
    buf_add(&b, x->body.text, x->body.n);
    free(x->body.text);
    x->head = b.p;
    x->body.text = b.p + x->head_n;
    struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = x };
    epoll_ctl(l->poll, EPOLL_CTL_ADD, x->fd, &e);
}

static void client_begin(load *l, client *x) {
    body_renew(&x->body, &l->random, &l->next_id);
    x->sent = x->got = 0;
    x->began_us = l->c->time->mono_us(l->c->time);
}

static void client_write(client *x) {
    size_t all = x->head_n + x->body.n;
    while (x->sent < all) {
        ssize_t n = write(x->fd, x->head + x->sent, all - x->sent);
        if (n <= 0) return;
        x->sent += (size_t)n;
    }
}

/* The body of a complete answer; .p NULL while it is on its way. */
static str whole_answer(const client *x) {
    str got = { x->answer, x->got }, length = got;
    size_t end = str_find(got, STR("\r\n\r\n")), at = str_find(got, STR("Content-Length: "));
    int64_t n = 0;
    if (end == SIZE_MAX || at == SIZE_MAX) return (str){ 0 };
    length = str_sub(got, at + sizeof "Content-Length: " - 1, 20);
    if (!parse_i64(str_cut(&length, '\r'), &n) || got.n < end + 4 + (size_t)n) return (str){ 0 };
    return str_sub(got, end + 4, (size_t)n);
}

static void take_answer(load *l, client *x, str answer) {
    int64_t n = 0;
    str rest = str_sub(answer, sizeof "{\"accepted\":" - 1, 20);
    bool good = str_starts((str){ x->answer, x->got }, STR("HTTP/1.1 200")) && parse_i64(str_cut(&rest, ','), &n);
    l->requests++;
    l->accepted += (uint64_t)n;
    l->bad += !good;
    if (l->n_latency < l->most_latency) l->latency_ms[l->n_latency++] = (double)(l->c->time->mono_us(l->c->time) - x->began_us) / 1e3;
}

/* Its turn, as the pace allows. */
static void begin_some(load *l) {
    double due = seconds_since(l->c, l->began_us) * (double)l->pace;
    while (l->n_idle && (!l->pace || (double)l->begun < due)) {
        client *x = l->idle[--l->n_idle];
        l->begun++;
        client_begin(l, x);
        client_write(x);
    }
}

static void client_go_on(load *l, client *x) {
    client_write(x);
    for (;;) {
        ssize_t n = read(x->fd, x->answer + x->got, sizeof x->answer - x->got);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) fprintf(stderr, "events_bench: the server closed a connection\n"), exit(1);
        x->got += (size_t)n;
        str answer = whole_answer(x);
        if (!answer.p) continue;
        take_answer(l, x, answer);
        l->idle[l->n_idle++] = x;
        return;
    }
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report_load(load *l, size_t batch, int connections, double took, double client_cpu) {
    if (!l->n_latency) fprintf(stderr, "events_bench: no answer at all\n"), exit(1);
    qsort(l->latency_ms, l->n_latency, sizeof *l->latency_ms, by_size);
    printf("{\"bench\":\"events_load\",\"batch\":%zu,\"connections\":%d,\"requests_per_second\":%.0f,\"events_per_second\":%.0f,", batch,
           connections, (double)l->requests / took, (double)l->accepted / took);
    printf("\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"bad\":%llu,\"accepted\":%llu,\"client_cpu_share\":%.2f}\n", l->latency_ms[l->n_latency / 2],
           l->latency_ms[l->n_latency * 99 / 100], (unsigned long long)l->bad, (unsigned long long)l->accepted, client_cpu);
}

static void bench_load(ctx *c, int port, const char *key, size_t batch, int connections, int seconds, int64_t pace) {
    static client clients[MOST_CONNECTIONS];
    static load l;
    l = (load){ .c = c, .pace = pace, .poll = epoll_create1(EPOLL_CLOEXEC), .most_latency = 4000000 };
    l.latency_ms = arena_new_raw(c->arena, double, l.most_latency);
    rng_seed(&l.random, (uint64_t)ctx_now_ms(c));
    l.next_id = (uint64_t)ctx_now_ms(c) % 1000000 * 1000000;
    for (int i = 0; i < connections; i++) client_open(&l, &clients[i], port, key, batch);
    for (int i = 0; i < connections; i++) l.idle[l.n_idle++] = &clients[i];
    int64_t cpu_us = cpu_time_us();
    l.began_us = c->time->mono_us(c->time);
    while (seconds_since(c, l.began_us) < seconds) {
        struct epoll_event e[256];
        begin_some(&l);
        int n = epoll_wait(l.poll, e, COUNT(e), pace ? 1 : 100);
        for (int i = 0; i < n; i++) client_go_on(&l, e[i].data.ptr);
    }
    double took = seconds_since(c, l.began_us);
    report_load(&l, batch, connections, took, (double)(cpu_time_us() - cpu_us) / 1e6 / took);
}

int main(int argc, char **argv) {
    arena home;
    ctx c;
    arena_init(&home, 1024 * MIB);
    ctx_init(&c, &home);
    int64_t numbers[5] = { 0 };
    if (argc == 8 && strcmp(argv[1], "load") == 0 && parse_int_in(str_of(argv[2]), 1, 65535, &numbers[0]) &&
        parse_int_in(str_of(argv[4]), 1, LIMIT_EVENTS, &numbers[1]) && parse_int_in(str_of(argv[5]), 1, MOST_CONNECTIONS, &numbers[2]) &&
        parse_int_in(str_of(argv[6]), 1, 3600, &numbers[3]) &&
        parse_int_in(str_of(argv[7]), 0, 1000000, &numbers[4])) {
        bench_load(&c, (int)numbers[0], argv[3], (size_t)numbers[1], (int)numbers[2], (int)numbers[3], numbers[4]);
        return 0;
    }
    char folder[] = "/tmp/vitrine-bench-XXXXXX", command[100];
    if (argc > 1 || !mkdtemp(folder)) return 1;
    bench_intake(&c, folder, LIMIT_EVENTS, 5);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}
