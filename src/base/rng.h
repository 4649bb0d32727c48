/* Random numbers from a seed: the same seed gives the same stream on every machine.
 * Not for secrets (those come from libsodium). One stream belongs to one thread. Source: Blackman and Vigna, xoshiro256**. */
#pragma once
#include <stdint.h>

typedef struct { uint64_t s[4]; } rng;

void rng_seed(rng *r, uint64_t seed);
uint64_t rng_u64(rng *r);
/* Uniform in [0, n), n > 0, without modulo bias. */
uint64_t rng_below(rng *r, uint64_t n);
/* Uniform in [0, 1). */
double rng_unit(rng *r);
/* Poisson with the given mean, 0..700 (Knuth). */
int rng_poisson(rng *r, double mean);
