/* Tests of the cryptography door: published vectors, tampering, and key files made by several processes at once. */
#include "tests/test.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "net/crypto.h"

static const char *hex_of(ctx *c, digest256 d) {
    buf b;
    buf_init_in(&b, c->arena, 100);
    buf_hex(&b, d.b, sizeof d.b);
    return buf_view(&b).p;
}

static str repeated(ctx *c, int byte, size_t n) {
    char *p = arena_alloc(c->arena, n);
    memset(p, byte, n);
    return (str){ p, n };
}

TEST(crypto, hmac_matches_rfc_4231) {
    TEST_CTX(c);
    assert_ok(c, crypto_start(c));
    const struct { str key, message; const char *hex; } cases[] = {
        { repeated(c, 0x0b, 20), STR("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { STR("Jefe"), STR("what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { repeated(c, 0xaa, 20), repeated(c, 0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        { repeated(c, 0xaa, 131), STR("Test Using Larger Than Block-Size Key - Hash Key First"),
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { { 0 }, { 0 }, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(cases[i].hex, hex_of(c, crypto_hmac_sha256(cases[i].key, cases[i].message)));
}

TEST(crypto, hashes_match_published_vectors) {
    TEST_CTX(c);
    assert_string_equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex_of(c, crypto_sha256(STR("abc"))));
    assert_string_equal("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319", hex_of(c, crypto_blake2b(STR("abc"))));
}

TEST(crypto, compares_whole_texts_only) {
    assert_true(crypto_equal(STR("secret"), STR("secret")));
    assert_true(crypto_equal((str){ 0 }, STR("")));
    assert_false(crypto_equal(STR("secret"), STR("secre")));
    assert_false(crypto_equal(STR("secret"), STR("Secret")));
}

TEST(crypto, hmac_by_a_key_made_ready_is_the_same) {
    TEST_CTX(c);
    hmac_key k = crypto_hmac_key(STR("Jefe"));
    const char *whole = hex_of(c, crypto_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?")));
    assert_string_equal(whole, hex_of(c, crypto_hmac_with(&k, STR("what do ya "), STR("want for nothing?"))));
    assert_string_equal(whole, hex_of(c, crypto_hmac_with(&k, STR("what do ya want for nothing?"), (str){ 0 })));
    crypto_wipe(&k, sizeof k);
    for (size_t i = 0; i < sizeof k.b; i++) assert_int_equal(0, k.b[i]);
}

TEST(crypto, base64_of_addresses_goes_there_and_back) {
    TEST_CTX(c);
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7);
    for (size_t n = 0; n < sizeof bytes; n++) {
        str back = { 0 }, text = crypto_base64url(c->arena, (str){ bytes, n });
        assert_int_equal((n * 4 + 2) / 3, text.n);
        assert_true(str_find(text, STR("=")) == SIZE_MAX && str_find(text, STR("+")) == SIZE_MAX && str_find(text, STR("/")) == SIZE_MAX);
        assert_true(crypto_unbase64url(c->arena, text, &back));
        assert_true(str_eq(back, (str){ bytes, n }));
    }
    str back;
    assert_str("-_-_", crypto_base64url(c->arena, STR("\xfb\xff\xbf")));
    static const char *const wrong[] = { "Zg==", "Z", "Zm9v+A", "Zm9v/A", "Zh", "Zm 9v" };
    for (size_t i = 0; i < COUNT(wrong); i++) assert_false(crypto_unbase64url(c->arena, str_of(wrong[i]), &back));
}

TEST(crypto, base64_goes_there_and_back) {
    TEST_CTX(c);
    static const struct { const char *plain, *text; } cases[] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "foobar", "Zm9vYmFy" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        str back = { 0 };
        assert_str(cases[i].text, crypto_base64(c->arena, str_of(cases[i].plain)));
        assert_true(crypto_unbase64(c->arena, str_of(cases[i].text), &back));
        assert_str(cases[i].plain, back);
    }
    str back = { 0 };
    assert_true(crypto_unbase64(c->arena, STR("Zg"), &back));
    assert_str("f", back);
    static const char *const bad[] = { "Z", "Zg=", "Zg===", "Zh==", "Zm 9v", "Zm9v\n", "====", "Zm9-", "=Zg=" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(crypto_unbase64(c->arena, str_of(bad[i]), &back));
}

TEST(crypto, random_text_is_letters_and_digits_and_never_twice_the_same) {
    TEST_CTX(c);
    str a = crypto_random_text(c->arena, 32), b = crypto_random_text(c->arena, 32);
    assert_int_equal(32, a.n);
    assert_false(str_eq(a, b));
    for (size_t i = 0; i < a.n; i++) assert_non_null(strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", a.p[i]));
}

TEST(crypto, a_sealed_secret_opens_only_untouched_and_with_its_key) {
    TEST_CTX(c);
    seal_key key = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
    str sealed, again, plain;
    assert_ok(c, crypto_seal(c, &key, STR("cs_0123456789"), &sealed));
    assert_ok(c, crypto_seal(c, &key, STR("cs_0123456789"), &again));
    assert_false(str_eq(sealed, again));                    /* a fresh nonce each time */
    assert_ok(c, crypto_unseal(c, &key, sealed, &plain));
    assert_str("cs_0123456789", plain);
    assert_err(ERR_CORRUPT, crypto_unseal(c, &other, sealed, &plain));
    for (size_t i = 0; i < sealed.n; i++) {
        char *bent = (char *)(uintptr_t)str_dup(c->arena, sealed).p;
        bent[i] ^= 1;
        assert_err(ERR_CORRUPT, crypto_unseal(c, &key, (str){ bent, sealed.n }, &plain));
        assert_err(ERR_CORRUPT, crypto_unseal(c, &key, (str){ sealed.p, i }, &plain));
    }
    assert_ok(c, crypto_seal(c, &key, (str){ 0 }, &sealed));
    assert_ok(c, crypto_unseal(c, &key, sealed, &plain));
    assert_int_equal(0, plain.n);
}

static const char *key_path(ctx *c, const char *name) {
    buf b;
    buf_init_in(&b, c->arena, 4096);
    buf_printf(&b, "%s/%s", test_folder(), name);
    return buf_view(&b).p;
}

TEST(crypto, makes_a_private_key_file_once) {
    TEST_CTX(c);
    const char *path = key_path(c, "key");
    seal_key first, second;
    struct stat s;
    assert_ok(c, crypto_load_key(c, path, NULL, &first));
    assert_ok(c, crypto_load_key(c, path, "", &second));
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(0, stat(path, &s));
    assert_int_equal(0600, s.st_mode & 0777);
    assert_int_equal(65, s.st_size);
}

TEST(crypto, processes_starting_at_once_end_with_one_key) {
    TEST_CTX(c);
    enum { PROCESSES = 8 };
    const char *path = key_path(c, "shared-key");
    int ends[2], gate[2], status;
    assert_int_equal(0, pipe(ends));
    assert_int_equal(0, pipe(gate));
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid) continue;
        seal_key k;
        char go;
        close(gate[1]);
        bool ok = read(gate[0], &go, 1) == 0 && crypto_load_key(c, path, NULL, &k) == ERR_OK;
        _exit(ok && write(ends[1], &k, sizeof k) == sizeof k ? 0 : 1);
    }
    close(gate[0]);
    close(gate[1]);                                         /* all of them start now */
    seal_key k[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(0, status);
        assert_int_equal(sizeof k[i], read(ends[0], &k[i], sizeof k[i]));
        assert_memory_equal(&k[0], &k[i], sizeof k[0]);
    }
    close(ends[0]);
    close(ends[1]);
}

TEST(crypto, refuses_key_files_that_are_open_or_damaged) {
    TEST_CTX(c);
    seal_key k;
    const char *open_file = key_path(c, "open-key"), *damaged = key_path(c, "damaged-key");
    str digits = STR("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
    assert_ok(c, file_write_atomic(c, open_file, digits, 0644));
    assert_err(ERR_INVALID, crypto_load_key(c, open_file, NULL, &k));
    assert_non_null(strstr(c->error.text, "chmod 600"));
    assert_ok(c, file_write_atomic(c, damaged, str_sub(digits, 0, 40), 0600));
    assert_err(ERR_INVALID, crypto_load_key(c, damaged, NULL, &k));
    assert_err(ERR_STORAGE, crypto_load_key(c, "/nonexistent-folder/key", NULL, &k));
}

TEST(crypto, a_key_from_the_environment_wins_and_must_be_whole) {
    TEST_CTX(c);
    seal_key k;
    assert_ok(c, crypto_load_key(c, "/nonexistent-folder/key", "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF", &k));
    assert_int_equal(0x11, k.b[1]);
    assert_int_equal(0xff, k.b[31]);
    assert_err(ERR_INVALID, crypto_load_key(c, "/nonexistent-folder/key", "0011", &k));
    assert_err(ERR_INVALID, crypto_load_key(c, "/x", "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", &k));
}
