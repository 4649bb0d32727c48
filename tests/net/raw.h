/* Raw sockets for tests: a caller that may send anything, and a server that answers with prepared bytes.
 * Promise: everything is on 127.0.0.1, every wait ends after a few seconds. One test thread. */
#pragma once
#include "tests/test.h"

/* A connection to 127.0.0.1:port whose reads give up after 5 s; fails the test when there is none. */
int raw_dial(uint16_t port);
/* False when the other side is gone. */
bool raw_send(int fd, str bytes);
/* One whole answer (head, and a body of Content-Length bytes unless `head_only`), in c->arena; what is there at EOF or after 5 s. */
str raw_read_answer(ctx *c, int fd, bool head_only);
/* Everything up to EOF (or 5 s), in c->arena. */
str raw_read_to_end(ctx *c, int fd);
/* Dial, send, read to the end, close. */
str raw_exchange(ctx *c, uint16_t port, str bytes);
/* The number in "HTTP/1.1 200 OK"; 0 when there is none. */
int raw_status(str answer);
/* What stands behind the empty line. */
str raw_body(str answer);
/* True when the head has this header with this value. */
bool raw_has_header(str answer, const char *line);

typedef struct {
    str bytes;                  /* sent as they are once a whole request was read */
    bool keep_open;             /* the next request comes on the same connection */
    bool at_once;               /* sent before anything is read */
    bool hold;                  /* say nothing more until the caller goes away */
} raw_answer;

typedef struct raw_server raw_server;
/* Serve the answers one after another, one request each. */
raw_server *raw_server_start(const raw_answer *answers, size_t n, uint16_t *ret_port);
/* Ends it; the requests seen stay readable until the next start: request i, or empty. */
void raw_server_stop(raw_server *s);
str raw_server_request(const raw_server *s, size_t i);
size_t raw_server_connections(const raw_server *s);
void raw_server_free(raw_server *s);
