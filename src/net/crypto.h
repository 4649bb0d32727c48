/* The cryptography Vitrine uses, over libsodium: HMAC, hashes, sealed secrets, random, base64. No keys of its own.
 * Promise: comparisons of secrets take constant time; key material on the stack is wiped. Call crypto_start() once before the
 * rest; after that any thread may call anything. Read next: oauth1.h. */
#pragma once
#include "base/ctx.h"

/* Choose the fastest code for this processor and open the random source. Again is fine. ERR_INTERNAL. */
CHECK_RESULT err_code crypto_start(ctx *c);

typedef struct { unsigned char b[32]; } digest256;
/* Keyed hash; key and message of any length. Source: RFC 2104, vectors RFC 4231. */
digest256 crypto_hmac_sha256(str key, str message);
/* A key made ready, for many messages under it: half the work of a short one. As secret as the key; wipe it with crypto_wipe(). */
typedef struct { _Alignas(16) unsigned char b[208]; } hmac_key;
hmac_key crypto_hmac_key(str key);
/* Of `a` and `b` one behind the other. */
digest256 crypto_hmac_with(const hmac_key *k, str a, str b);
void crypto_wipe(void *p, size_t n);
digest256 crypto_sha256(str message);
/* Is it such a digest in 64 lower-case hexadecimal digits? */
bool crypto_is_sha256_text(str text);
/* How an e-mail address is known without being kept: hex of SHA-256 of the address without blanks around it, its ASCII letters in
 * lower case. In `a`; empty for an empty address, .p NULL when the arena is full. */
str crypto_email_hash(arena *a, str email);
/* BLAKE2b with 32 bytes of output: for keys at rest, which are long and random, so a slow hash is not needed. */
digest256 crypto_blake2b(str message);
/* Same length and same bytes, in constant time for equal lengths. */
bool crypto_equal(str a, str b);

/* Standard base64 with padding, into `a`; .p NULL when the arena is full. */
str crypto_base64(arena *a, str bytes);
/* Tolerates missing padding; false when it is not base64 (or the arena is full). */
bool crypto_unbase64(arena *a, str text, str *ret_bytes);
/* The same with the letters of addresses and without padding (RFC 4648, 5); padding is refused. Not for secrets: time tells the bytes. */
str crypto_base64url(arena *a, str bytes);
bool crypto_unbase64url(arena *a, str text, str *ret_bytes);

void crypto_random(void *to, size_t n);
/* `n` random letters and digits (base62), in `a`: for keys; 32 letters carry 190 bits. .p NULL when the arena is full. */
str crypto_random_text(arena *a, size_t n);

/* Secrets at rest: XSalsa20-Poly1305 (secretbox) with a random nonce in front. */
typedef struct { unsigned char b[32]; } seal_key;
/* Read the key file (64 hex digits, mode 0600), or make it when it is not there; `from_env` (VITRINE_KEY, 64 hex digits, NULL or
 * empty: not given) wins over the file. Two processes that start at once end with the same key; a crash leaves no half key.
 * ERR_INVALID (wrong length, readable by others: says what to do), ERR_STORAGE. */
CHECK_RESULT err_code crypto_load_key(ctx *c, const char *path, const char *from_env, seal_key *ret_key);
/* Sealed bytes (24 nonce + 16 tag + plain) into c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code crypto_seal(ctx *c, const seal_key *k, str plain, str *ret_sealed);
/* Plain bytes into c->arena. ERR_CORRUPT when the key is another or the bytes were changed, ERR_NO_MEMORY. */
CHECK_RESULT err_code crypto_unseal(ctx *c, const seal_key *k, str sealed, str *ret_plain);
