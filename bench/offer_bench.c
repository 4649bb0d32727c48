/* What an offer in an answer costs: one token written, beside the hash alone of as many bytes, and one token read. One JSON line;
 * nanoseconds of one thread, the median of rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/limits.h"
#include "plugin/offer.h"

enum { ROUNDS = 51, EACH = 4000 };

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct { ctx *c; offer_key k; offer_order o; buf out; str token; } work;
static void write_one(work *w) {
    buf_reset(&w->out);
    if (offer_write(w->c, &w->k, &w->o, &w->out)) abort();
}
static void hash_one(work *w) {
    digest256 d = crypto_hmac_with(&w->k.mac, STR("offer."), str_sub(w->token, 0, w->token.n - 44));
    if (!d.b[0] && !d.b[1] && !d.b[2] && !d.b[3] && !d.b[4]) buf_reset(&w->out);        /* it is needed */
}
static void read_one(work *w) {
    signed_offer o;
    if (offer_read(w->c, &w->k, w->o.store_id, w->token, &o)) abort();
}

static double median_ns(work *w, void (*one)(work *w)) {
    double each[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double from = now_ns();
        for (int k = 0; k < EACH; k++) {
            arena_mark m = arena_save(w->c->arena);
            one(w);
            arena_restore(w->c->arena, m);
        }
        each[i] = (now_ns() - from) / EACH;
    }
    qsort(each, ROUNDS, sizeof each[0], by_size);
    return each[ROUNDS / 2];
}

int main(void) {
    AUTO_ARENA a;
    ctx c;
    arena_init(&a, 64 * MIB);
    ctx_init(&c, &a);
    if (crypto_start(&c)) return 1;
    work w = { .c = &c, .k = offer_key_of(STR("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")) };
    buf terms;
    buf_init_in(&terms, &a, KIB);
    buf_init_in(&w.out, &a, LIMIT_OFFER_BYTES);
    offer_write_terms(&terms, OFFER_BUNDLE, (str[]){ STR("2001"), STR("2012"), STR("2107") }, 3, 4);
    w.o = (offer_order){ .terms = buf_view(&terms), .store_id = 3, .end_s = ctx_now_ms(&c) / MS_PER_SECOND + OFFER_SECONDS,
                         .visitor_id = STR("4f1c22a0b3e94b6d8f1f0f4a"), .rec_id = STR("01KAMAHWKW0000000000000000") };
    write_one(&w);
    w.token = str_dup(&a, buf_view(&w.out));
    double hash = median_ns(&w, hash_one), written = median_ns(&w, write_one), read = median_ns(&w, read_one);
    printf("{\"bench\":\"offer\",\"bytes\":%zu,\"write_ns\":%.0f,\"hash_alone_ns\":%.0f,\"read_ns\":%.0f}\n",
           w.token.n, written, hash, read);
    return 0;
}
