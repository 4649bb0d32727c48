/* Messages: their bytes, what is refused, and how a mail server gets them. */
#include "net/mail.h"
#include <stdio.h>
#include "tests/net/fake_smtp.h"
#include "tests/test.h"

static mail_message greeting(void) {
    return (mail_message){ .from = { STR("Vitrine"), STR("vitrine@shop.example") }, .to = { STR("Ioana Țîru"), STR("ioana@shop.example") },
                           .subject = STR("Testul s-a încheiat: varianta B a câștigat"),
                           .text = STR("Bună,\nvarianta B a adus 7 % mai mult.\n"),
                           .html = STR("<p>Bună,</p>") };
}

static str composed(ctx *c, const mail_message *m) {
    buf b;
    buf_init_in(&b, c->arena, 4 * MIB);
    assert_ok(c, mail_compose(c, m, &b));
    return buf_view(&b);
}

static bool holds(str text, const char *part) { return str_find(text, str_of(part)) != SIZE_MAX; }

TEST(mail, is_written_in_both_forms_with_encoded_words) {
    TEST_CTX(c);
    time_source clock = time_source_manual(INT64_C(1763600473000));
    c->time = &clock;
    mail_message m = greeting();
    str bytes = composed(c, &m);
    assert_true(holds(bytes, "Date: Thu, 20 Nov 2025 01:01:13 +0000\r\n"));
    assert_true(holds(bytes, "From: Vitrine\r\n <vitrine@shop.example>\r\n"));
    assert_true(holds(bytes, "To: =?UTF-8?Q?Ioana_=C8=9A=C3=AEru?=\r\n <ioana@shop.example>\r\n"));
    assert_true(holds(bytes, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                             "Bun=C4=83,\r\n"));
    assert_true(holds(bytes, "<p>Bun=C4=83,</p>\r\n"));
    assert_true(holds(bytes, "\r\nAuto-Submitted: auto-generated\r\n"));
}

TEST(mail, keeps_every_line_short_and_ends_it_with_both_bytes) {
    TEST_CTX(c);
    mail_message m = greeting();
    char text[5000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = i % 977 == 976 ? '\n' : i % 13 == 12 ? ' ' : i % 31 == 30 ? '=' : 'x';
    m.text = (str){ text, sizeof text };
    m.subject = STR("șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ șțăîâ");
    for (str rest = composed(c, &m), line; rest.p;) {
        line = str_cut(&rest, '\n');
        if (!rest.p && !line.n) break;
        assert_true(line.n <= 77 && line.n > 0 && line.p[line.n - 1] == '\r');
        assert_true(str_is_utf8(line));
        for (size_t i = 0; i < line.n; i++) assert_true((unsigned char)line.p[i] < 128);
    }
}

/* The other direction, for the test alone. */
static str unquoted(ctx *c, str s) {
    char *out = arena_alloc(c->arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '=') out[n++] = s.p[i];
        else if (s.p[i + 1] == '\r') i += 2;
        else {
            unsigned byte;
            sscanf(s.p + i + 1, "%2X", &byte);
            out[n++] = (char)byte;
            i += 2;
        }
    }
    return (str){ out, n };
}

TEST(mail, says_any_text_as_it_is) {
    TEST_CTX(c);
    static const char *const pieces[] = { "a", " ", "\t", "=", ".", "ș", "€", "\n", "abcdefghijklmnop", "  ", "=20", "😀", "\"" };
    mail_message m = greeting();
    m.html = (str){ 0 };
    for (int round = 0; round < 200; round++) {
        buf text;
        buf_init_in(&text, c->arena, 64 * KIB);
        buf_text(&text, ".");
        for (int i = 0; i < 60; i++) buf_text(&text, pieces[rng_below(&c->random, COUNT(pieces))]);
        m.text = buf_view(&text);
        str bytes = composed(c, &m), body = str_sub(bytes, str_find(bytes, STR("\r\n\r\n")) + 4, bytes.n);
        str back = unquoted(c, body);
        buf expected;
        buf_init_in(&expected, c->arena, 64 * KIB);
        for (size_t i = 0; i < m.text.n; i++) {
            if (m.text.p[i] == '\n') buf_char(&expected, '\r');
            buf_char(&expected, m.text.p[i]);
        }
        buf_text(&expected, "\r\n");
        assert_true(str_eq(buf_view(&expected), back));
    }
}

TEST(mail, refuses_what_could_add_headers_or_people) {
    static const char *const bad[] = { "", "a", "@b", "a@", "a b@c.d", "a@b\r\nBcc: x@y.z", "a@b,c@d", "<a@b.c>", "a@@b.c", "a@b..c",
                                       ".a@b.c", "a.@b.c", "a@b.c.", "ana@șop.ro", "a@b c", "a@b;c", "\"a\"@b.c", "a@[1.2.3.4]" };
    static const char *const good[] = { "a@b.c", "ana.pop+shop@mail.shop.example", "o'neil@x-y.example", "a@localhost" };
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(mail_address_is_good(str_of(bad[i])));
    for (size_t i = 0; i < COUNT(good); i++) assert_true(mail_address_is_good(str_of(good[i])));
    TEST_CTX(c);
    buf b;
    buf_init_in(&b, c->arena, MIB);
    mail_message m = greeting();
    m.subject = STR("Hello\r\nBcc: all@shop.example");
    assert_false(holds(composed(c, &m), "\nBcc"));          /* encoded, not obeyed */
    m.from.name = STR("A, \"B\" <x@y.z>\r\n");
    assert_false(holds(composed(c, &m), "<x@y.z>"));
    m.text = (str){ 0 };
    assert_err(ERR_INVALID, mail_compose(c, &m, &b));
    m.text = STR("\xff");
    assert_err(ERR_INVALID, mail_compose(c, &m, &b));
    m = greeting();
    m.unsubscribe = STR("https://shop.example/>\r\nX: y");
    assert_err(ERR_INVALID, mail_compose(c, &m, &b));
}

/* ---- handing over ---- */
static err_code send_to(ctx *c, fake_smtp *s, const char *to_recipient) {
    fake_smtp_start(s, to_recipient);
    char url[60];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", s->port);
    mail_message m = greeting();
    m.text = STR("first\n.\n..two points\n");
    err_code e = mail_send(c, &(mail_server){ .url = str_of(url), .timeout_ms = 5000 }, &m);
    fake_smtp_end(s);
    return e;
}

TEST(mail, is_handed_over_whole) {
    TEST_CTX(c);
    fake_smtp s;
    assert_ok(c, send_to(c, &s, "250 fine\r\n"));
    str heard = { s.heard, s.n };
    assert_true(holds(heard, "MAIL FROM:<vitrine@shop.example>"));
    assert_true(holds(heard, "RCPT TO:<ioana@shop.example>\r\n"));
    assert_true(holds(heard, "\r\nfirst\r\n..\r\n...two points\r\n"));     /* points at the beginning of a line are doubled on the way */
}

TEST(mail, says_whether_another_try_makes_sense) {
    TEST_CTX(c);
    fake_smtp s;
    assert_err(ERR_INVALID, send_to(c, &s, "550 no such person\r\n"));
    assert_true(holds(str_of(c->error.text), "550"));
    assert_err(ERR_UPSTREAM, send_to(c, &s, "451 later\r\n"));
    mail_message m = greeting();
    assert_err(ERR_UPSTREAM, mail_send(c, &(mail_server){ .url = STR("smtp://127.0.0.1:1"), .timeout_ms = 2000 }, &m));
    assert_err(ERR_INVALID, mail_send(c, &(mail_server){ .url = STR("http://127.0.0.1:1") }, &m));
    assert_err(ERR_INVALID, mail_send(c, &(mail_server){ .url = STR("smtp://user:secret@127.0.0.1") }, &m));
}

TEST(mail, sends_no_password_without_tls) {
    TEST_CTX(c);
    fake_smtp s;
    fake_smtp_start(&s, "250 fine\r\n");
    char url[60];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", s.port);
    mail_message m = greeting();
    mail_server server = { .url = str_of(url), .user = STR("shop"), .password = STR("secret"), .timeout_ms = 5000 };
    assert_err(ERR_INVALID, mail_send(c, &server, &m));
    fake_smtp_end(&s);
    assert_false(holds((str){ s.heard, s.n }, "AUTH"));
    assert_false(holds((str){ s.heard, s.n }, "MAIL FROM"));
}
