/* The one file that knows libsodium. It does NOT decide what is secret or how long keys live. */
#include "net/crypto.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

enum { NONCE = crypto_secretbox_NONCEBYTES, TAG = crypto_secretbox_MACBYTES, KEY_DIGITS = 2 * sizeof(seal_key), KEY_FILE_MOST = 1024 };
_Static_assert(sizeof(seal_key) == crypto_secretbox_KEYBYTES, "a seal key is a secretbox key");
_Static_assert(sizeof(digest256) == crypto_hash_sha256_BYTES, "a digest is a SHA-256");

err_code crypto_start(ctx *c) { return sodium_init() < 0 ? fail(c, ERR_INTERNAL, "libsodium found no random source") : ERR_OK; }

static const unsigned char *bytes_of(str s) { return (const unsigned char *)(s.p ? s.p : ""); }

digest256 crypto_hmac_sha256(str key, str message) {
    digest256 d;
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, bytes_of(key), key.n);
    crypto_auth_hmacsha256_update(&s, bytes_of(message), message.n);
    crypto_auth_hmacsha256_final(&s, d.b);
    sodium_memzero(&s, sizeof s);
    return d;
}

_Static_assert(sizeof(hmac_key) == sizeof(crypto_auth_hmacsha256_state), "a key made ready is libsodium's state");

hmac_key crypto_hmac_key(str key) {
    crypto_auth_hmacsha256_state s;
    hmac_key k;
    crypto_auth_hmacsha256_init(&s, bytes_of(key), key.n);
    memcpy(k.b, &s, sizeof k.b);
    sodium_memzero(&s, sizeof s);
    return k;
}

digest256 crypto_hmac_with(const hmac_key *k, str a, str b) {
    digest256 d;
    crypto_auth_hmacsha256_state s;
    memcpy(&s, k->b, sizeof s);
    crypto_auth_hmacsha256_update(&s, bytes_of(a), a.n);
    crypto_auth_hmacsha256_update(&s, bytes_of(b), b.n);
    crypto_auth_hmacsha256_final(&s, d.b);
    sodium_memzero(&s, sizeof s);
    return d;
}

void crypto_wipe(void *p, size_t n) { sodium_memzero(p, n); }

digest256 crypto_sha256(str message) {
    digest256 d;
    crypto_hash_sha256(d.b, bytes_of(message), message.n);
    return d;
}

bool crypto_is_sha256_text(str text) {
    for (size_t i = 0; i < text.n; i++)
        if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f'))) return false;
    return text.n == 2 * sizeof(digest256);
}

str crypto_email_hash(arena *a, str email) {
    str trimmed = str_trim(email);
    if (!trimmed.n) return STR("");
    buf lower, hex;
    buf_init_in(&lower, a, trimmed.n + 1);
    buf_init_in(&hex, a, 2 * sizeof(digest256) + 1);
    for (size_t i = 0; i < trimmed.n; i++) {
        char x = trimmed.p[i];
        buf_char(&lower, (char)(x >= 'A' && x <= 'Z' ? x + 32 : x));
    }
    digest256 d = crypto_sha256(buf_view(&lower));
    buf_hex(&hex, d.b, sizeof d.b);
    return buf_err(&lower) || buf_err(&hex) ? (str){ 0 } : buf_view(&hex);
}

digest256 crypto_blake2b(str message) {
    digest256 d;
    crypto_generichash(d.b, sizeof d.b, bytes_of(message), message.n, NULL, 0);
    return d;
}

bool crypto_equal(str a, str b) { return a.n == b.n && sodium_memcmp(bytes_of(a), bytes_of(b), a.n) == 0; }

str crypto_base64(arena *a, str bytes) {
    if (bytes.n > SIZE_MAX / 2) return (str){ 0 };
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);    /* with the NUL */
    char *to = arena_alloc(a, room);
    if (!to) return (str){ 0 };
    sodium_bin2base64(to, room, bytes_of(bytes), bytes.n, sodium_base64_VARIANT_ORIGINAL);
    return (str){ to, room - 1 };
}

/* By a table, six times as fast as libsodium's way, which hides the bytes from caches: answers are full of these, and they are public. */
str crypto_base64url(arena *a, str bytes) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *to = bytes.n < SIZE_MAX / 2 ? arena_alloc(a, bytes.n / 3 * 4 + 5) : NULL;
    const unsigned char *from = bytes_of(bytes);
    size_t n = 0;
    if (!to) return (str){ 0 };
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t w = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0);
        for (size_t k = 0; k < 4 && k <= left; k++) to[n++] = letters[w >> (18 - 6 * k) & 63];
    }
    return (str){ to, n };
}

/* The text without its padding; false when there is padding that does not fill a group of four. */
static bool without_padding(str text, str *ret_text) {
    size_t n = text.n, padding = 0;
    while (n && padding < 2 && text.p[n - 1] == '=') n--, padding++;
    if (padding && text.n % 4) return false;
    *ret_text = (str){ text.p, n };
    return true;
}

static bool from_base64(arena *a, str digits, int variant, str *ret_bytes) {
    size_t room = digits.n / 4 * 3 + 3, n = 0;
    unsigned char *to = arena_alloc(a, room);
    if (!to) return false;
    if (digits.n && sodium_base642bin(to, room, digits.p, digits.n, NULL, &n, NULL, variant) != 0) return false;
    *ret_bytes = (str){ (const char *)to, n };
    return true;
}

bool crypto_unbase64(arena *a, str text, str *ret_bytes) {
    str digits;
    return without_padding(text, &digits) && from_base64(a, digits, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, ret_bytes);
}

bool crypto_unbase64url(arena *a, str text, str *ret_bytes) {
    return from_base64(a, text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, ret_bytes);
}

void crypto_random(void *to, size_t n) { randombytes_buf(to, n); }

str crypto_random_text(arena *a, size_t n) {
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char *to = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;
    if (!to) return (str){ 0 };
    for (size_t i = 0; i < n; i++) to[i] = letters[randombytes_uniform(sizeof letters - 1)];
    return (str){ to, n };
}

static bool key_from_hex(str text, seal_key *ret_key) {
    seal_key k;
    size_t n = 0;
    const char *end = NULL;
    if (text.n != KEY_DIGITS) return false;
    if (sodium_hex2bin(k.b, sizeof k.b, text.p, text.n, NULL, &n, &end) != 0 || n != sizeof k.b || end != text.p + text.n) return false;
    *ret_key = k;
    sodium_memzero(&k, sizeof k);
    return true;
}

static err_code read_key_file(ctx *c, const char *path, seal_key *ret_key) {
    struct stat s;
    str text;
    if (stat(path, &s) == 0 && (s.st_mode & 077))
        return fail(c, ERR_INVALID, "the key file %s can be read by others. Run: chmod 600 %s", path, path);
    TRY(file_read(c, path, KEY_FILE_MOST, &text));
    if (!key_from_hex(str_trim(text), ret_key))
        return fail(c, ERR_INVALID, "the key file %s does not hold %d hex digits. Put back the right file: "
                    "without it the shops' keys cannot be read", path, KEY_DIGITS);
    return ERR_OK;
}

/* All of the text on disk under a name nobody else uses. */
static err_code write_new_file(ctx *c, const char *path, str text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return fail(c, ERR_STORAGE, "make the key file %s: %s", path, strerror(errno));
    bool ok = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    int why = errno;
    close(fd);
    if (ok) return ERR_OK;
    unlink(path);
    return fail(c, ERR_STORAGE, "write the key file %s: %s", path, strerror(why));
}

/* A fresh key under `path`, unless somebody else puts one there first: link() never replaces, so the first one wins and both
 * processes then read the same file; and the file has all its bytes before it has its name. */
static err_code make_key_file(ctx *c, const char *path) {
    char beside[4096], hex[KEY_DIGITS + 2], name[17];
    unsigned char key[sizeof(seal_key)], salt[8];
    randombytes_buf(key, sizeof key);
    randombytes_buf(salt, sizeof salt);
    sodium_bin2hex(name, sizeof name, salt, sizeof salt);
    int n = snprintf(beside, sizeof beside, "%s.%s.tmp", path, name);
    if (n < 0 || (size_t)n >= sizeof beside) return fail(c, ERR_INVALID, "path too long: %s", path);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    hex[KEY_DIGITS] = '\n';
    err_code e = write_new_file(c, beside, (str){ hex, KEY_DIGITS + 1 });
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    if (e) return e;
    int linked = link(beside, path), why = errno;
    unlink(beside);
    if (linked != 0 && why != EEXIST) return fail(c, ERR_STORAGE, "make the key file %s: %s", path, strerror(why));
    return file_sync_folder(c, path);
}

err_code crypto_load_key(ctx *c, const char *path, const char *from_env, seal_key *ret_key) {
    if (from_env && *from_env) {
        if (key_from_hex(str_of(from_env), ret_key)) return ERR_OK;
        return fail_field(c, ERR_INVALID, "VITRINE_KEY",
                          "VITRINE_KEY must be %d hex digits; 'openssl rand -hex 32' makes some", KEY_DIGITS);
    }
    if (!file_exists(path)) TRY(make_key_file(c, path));
    return read_key_file(c, path, ret_key);
}

err_code crypto_seal(ctx *c, const seal_key *k, str plain, str *ret_sealed) {
    unsigned char *to = plain.n < SIZE_MAX - NONCE - TAG ? arena_alloc(c->arena, NONCE + TAG + plain.n) : NULL;
    if (!to) return fail(c, ERR_NO_MEMORY, "seal %zu bytes", plain.n);
    randombytes_buf(to, NONCE);
    crypto_secretbox_easy(to + NONCE, bytes_of(plain), plain.n, to, k->b);
    *ret_sealed = (str){ (const char *)to, NONCE + TAG + plain.n };
    return ERR_OK;
}

err_code crypto_unseal(ctx *c, const seal_key *k, str sealed, str *ret_plain) {
    if (sealed.n < NONCE + TAG) return fail(c, ERR_CORRUPT, "a sealed secret is cut short");
    size_t n = sealed.n - NONCE - TAG;
    unsigned char *to = arena_alloc(c->arena, n + 1);
    if (!to) return fail(c, ERR_NO_MEMORY, "unseal %zu bytes", n);
    if (crypto_secretbox_open_easy(to, bytes_of(sealed) + NONCE, n + TAG, bytes_of(sealed), k->b) != 0)
        return fail(c, ERR_CORRUPT, "a sealed secret does not open: the key file is another one, or the bytes were changed");
    *ret_plain = (str){ (const char *)to, n };
    return ERR_OK;
}
