/* The server alone: a constant 600-byte JSON answer, the yardstick of every other answer.
 *   http_const_bench           serve on a free port, drive it with wrk, print one JSON line for each number of connections
 *   http_const_bench serve P   serve on port P until killed, for a look with other tools */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/parse.h"
#include "net/http_server.h"

enum { ANSWER_BYTES = 600, CONNECTIONS = 64, SECONDS = 5 };
static char answer[ANSWER_BYTES];

static void accept_all(void *app, http_request *r, http_decision *d, http_response *response) {
    (void)app, (void)r, (void)response;             /* nothing to decide */
    d->max_body = 64 << 10;                         /* read and not looked at, so that other benches can send what they send elsewhere */
}

static void answer_constant(void *app, void *worker_state, http_request *r, http_response *response) {
    (void)app, (void)worker_state, (void)r;
    response->status = 200;
    buf_add(&response->body, answer, sizeof answer);        /* copied, as a computed answer would be written */
}

static void fill_answer(void) {
    memset(answer, 'x', sizeof answer);
    memcpy(answer, "{\"text\":\"", 9);
    memcpy(answer + sizeof answer - 2, "\"}", 2);
}

/* A figure of wrk's report: the word behind `label`, in plain units ("1.5k" is 1500, "2ms" is 2000 microseconds). */
static double figure(const char *report, const char *label) {
    const char *at = strstr(report, label);
    char unit[8] = "";
    double v = 0;
    if (!at || sscanf(at + strlen(label), " %lf%7[a-z]", &v, unit) < 1) return 0;
    if (strcmp(unit, "k") == 0) return v * 1e3;
    if (strcmp(unit, "ms") == 0) return v * 1e3;
    return strcmp(unit, "s") == 0 ? v * 1e6 : v;
}

static int drive(uint16_t port) {
    char command[200], report[4096];
    snprintf(command, sizeof command, "wrk -t1 -c%d -d%ds --latency http://127.0.0.1:%u/", CONNECTIONS, SECONDS, port);
    FILE *wrk = popen(command, "r");
    size_t n = wrk ? fread(report, 1, sizeof report - 1, wrk) : 0;
    report[n] = 0;
    if (!wrk || pclose(wrk) != 0) {
        puts("{\"bench\":\"http_const\",\"skipped\":\"wrk is not installed: script/packages bench\"}");
        return 0;
    }
    bool errors = strstr(report, "Socket errors") || strstr(report, "Non-2xx");
    printf("{\"bench\":\"http_const\",\"connections\":%d,\"requests_per_s\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"errors\":%s}\n",
           CONNECTIONS, figure(report, "Requests/sec:"), figure(report, "50%"), figure(report, "99%"), errors ? "true" : "false");
    return errors;
}

int main(int argc, char **argv) {
    AUTO_ARENA memory;
    arena_init(&memory, 1 << 20);
    ctx c;
    ctx_init(&c, &memory);
    http_server *s = NULL;
    http_app app = { NULL, accept_all, answer_constant, NULL, NULL };
    int64_t port = 0;
    bool stays = argc == 3 && strcmp(argv[1], "serve") == 0 && parse_int_in(str_of(argv[2]), 1, 65535, &port);
    http_server_options o = { .address = "127.0.0.1", .port = (uint16_t)port };
    fill_answer();
    if (http_server_start(&c, &o, &app, &s)) {
        fprintf(stderr, "%s\n", c.error.text);
        return 1;
    }
    if (stays) pause();
    int bad = drive(http_server_port(s));
    http_server_stop(s);
    return bad;
}
