/* Test harness: TEST(module, sentence) registers itself; tests/main.c runs them under cmocka.
 * A test has three parts: given, when, then. No sleep, no network, no real clock, no shared state. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail                                                 /* cmocka's macros; fail() is ours, of ctx.h */
#undef fail_msg
#define test_fail(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))
#include "base/ctx.h"
#include "base/limits.h"

typedef void test_body(void **state);
void test_register(const char *name, test_body *body);

#define TEST(module, sentence)                                                                   \
    static void test_##module##_##sentence(void **state);                                        \
    __attribute__((constructor)) static void register_##module##_##sentence(void) {              \
        test_register(#module ": " #sentence, test_##module##_##sentence);                       \
    }                                                                                            \
    static void test_##module##_##sentence(__attribute__((unused)) void **state)

/* A ctx over a fresh arena, given back at the end of the scope:  TEST_CTX(c); ... c->arena */
#define TEST_CTX(name)                                          \
    AUTO_ARENA name##_arena;                                    \
    arena_init(&name##_arena, 1024 * MIB);                      \
    ctx name##_value;                                           \
    ctx_init(&name##_value, &name##_arena);                     \
    ctx *name = &name##_value

/* assert_ok shows the detail when a call fails */
#define assert_ok(c, call)                                                                       \
    do {                                                                                         \
        err_code e_ = (call);                                                                    \
        if (e_) test_fail("%s: %s (%s)", #call, err_name(e_), (c)->error.text);                   \
    } while (0)
#define assert_err(expected, call) assert_string_equal(err_name(expected), err_name(call))
#define assert_str(expected, s)                                                                  \
    do {                                                                                         \
        str s_ = (s);                                                                            \
        if (!str_eq(str_of(expected), s_)) test_fail("expected '%s', got '%.*s'", expected, STR_ARG(s_)); \
    } while (0)

/* Folder of the shared material (recordings, data sets), or NULL: then skip with test_skip(). Path is ../shared, or $VITRINE_SHARED. */
const char *test_shared(const char *below);
#define skip_without(path)                                                                       \
    do {                                                                                         \
        if (!(path)) {                                                                           \
            print_message("skipped: the shared material is not on this machine\n");              \
            skip();                                                                              \
        }                                                                                        \
    } while (0)
/* A fresh folder below the system's temporary one, removed when the tests end. */
const char *test_folder(void);
