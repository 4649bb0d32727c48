/* The cryptography Vitrine uses, over libsodium: HMAC, hashes, sealed secrets, random, base64. No keys of its own.
 * Promise: comparisons of secrets take constant time. Call crypto_start() once before the rest. */
#pragma once
#include "base/ctx.h"

CHECK_RESULT err_code crypto_start(ctx *c);
typedef struct { unsigned char b[32]; } digest256;
digest256 crypto_hmac_sha256(str key, str message);
digest256 crypto_sha256(str message);
digest256 crypto_blake2b(str message);
/* Same length and same bytes, in constant time for equal lengths. */
bool crypto_equal(str a, str b);
/* Standard base64 with padding, into `a`. */
str crypto_base64(arena *a, str bytes);
/* Tolerates missing padding; false when it is not base64. */
bool crypto_unbase64(arena *a, str text, str *ret_bytes);
void crypto_random(void *to, size_t n);
/* `n` random letters and digits (base62), in `a`: for keys; 32 letters carry 190 bits. */
str crypto_random_text(arena *a, size_t n);

/* Secrets at rest: XSalsa20-Poly1305 (secretbox) with a random nonce in front. */
typedef struct { unsigned char b[32]; } seal_key;
/* Read the key file (mode 0600), or make it when it is not there; VITRINE_KEY (64 hex digits) in `from_env` wins over the file.
 * ERR_INVALID (wrong length, readable by others: says what to do), ERR_STORAGE. */
CHECK_RESULT err_code crypto_load_key(ctx *c, const char *path, const char *from_env, seal_key *ret_key);
/* Sealed text into c->arena. ERR_NO_MEMORY. */
CHECK_RESULT err_code crypto_seal(ctx *c, const seal_key *k, str plain, str *ret_sealed);
/* ERR_CORRUPT when the key is another or the bytes were changed. */
CHECK_RESULT err_code crypto_unseal(ctx *c, const seal_key *k, str sealed, str *ret_plain);
