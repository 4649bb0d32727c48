/* A mail server on this machine that takes one connection, answers RCPT with what it was told to, and remembers what it heard. */
#pragma once
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int listener;
    uint16_t port;
    pthread_t thread;
    const char *to_recipient;           /* its answer to RCPT */
    char heard[8192];
    size_t n;
} fake_smtp;

void fake_smtp_start(fake_smtp *s, const char *to_recipient);
/* Waits until the connection has ended. */
void fake_smtp_end(fake_smtp *s);
