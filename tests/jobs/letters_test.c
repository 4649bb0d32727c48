/* Letters on their way: written once, kept while the server is away, sent once. */
#include "jobs/letters.h"
#include <stdio.h>
#include "storage/job_queue.h"
#include "jobs/runner.h"
#include "stores/stores.h"
#include "tests/net/fake_smtp.h"
#include "tests/storage/backends.h"
#include "tests/test.h"

#define NOON (INT64_C(1784116800000))
typedef struct { job_services services; job_runner_options o; db *d; time_source clock; store s; } desk;

static err_code with_settings(ctx *c, store *s, void *arg) {
    (void)c;
    s->settings = str_of(arg);
    return ERR_OK;
}

static void begin(ctx *c, desk *k, const char *settings) {
    *k = (desk){ .clock = time_source_manual(NOON) };
    c->time = &k->clock;
    k->d = test_database(c, &backends[0], &k->services.database);
    k->services.owner = STR("here:1");
    k->o = (job_runner_options){ .services = &k->services, .kinds = job_kinds, .n_kinds = n_job_kinds, .threads = 1, .time = c->time };
    assert_ok(c, store_create(c, k->d, &(store_order){ .name = STR("tea"), .platform = STR("import") }, &k->s));
    assert_ok(c, store_change(c, k->d, k->s.store_id, with_settings, (void *)(uintptr_t)settings, &k->s));
}

static owner_letter only_letter(ctx *c, desk *k) {
    owner_letter *rows;
    size_t n;
    assert_ok(c, storage_scan(c, k->d, &owner_letter_entity, &(owner_letter){ .store_id = k->s.store_id }, 1, NULL, 10, &rows, &n));
    assert_int_equal(1, n);
    return rows[0];
}

static void run_mail(ctx *c, desk *k) {
    int64_t id;
    bool ran;
    assert_ok(c, job_submit(c, k->d, &(job_order){ .store_id = k->s.store_id, .kind = STR("mail") }, &id, NULL));
    assert_ok(c, job_runner_step(c, &k->o, k->d, &ran));
    assert_true(ran);
}

#define HELLO (&(letter){ STR("Hello"), STR("text\n"), STR("<p>text</p>") })

TEST(letters, are_written_once_for_each_address_of_the_owner) {
    TEST_CTX(c);
    desk k;
    size_t n = 0;
    begin(c, &k, "{\"owner_email\":\"ana@shop.example, ion@shop.example ,not an address\"}");
    assert_ok(c, letters_put(c, k.d, &k.s, STR("experiment-7"), HELLO, &n));
    assert_int_equal(2, n);
    assert_ok(c, letters_put(c, k.d, &k.s, STR("experiment-7"), &(letter){ STR("Again"), STR("x"), STR("y") }, &n));
    assert_int_equal(0, n);
    owner_letter row = { .store_id = k.s.store_id, .letter = STR("experiment-7"), .recipient = STR("ana@shop.example") };
    assert_ok(c, storage_get(c, k.d, &owner_letter_entity, &row));
    assert_str("Hello", row.subject);
    storage_close(k.d);
}

TEST(letters, wait_while_the_mail_server_is_away_and_leave_once) {
    TEST_CTX(c);
    desk k;
    begin(c, &k, "{\"owner_email\":\"ana@shop.example\",\"mail_from\":\"vitrine@shop.example\",\"smtp_url\":\"smtp://127.0.0.1:1\"}");
    assert_ok(c, letters_put(c, k.d, &k.s, STR("experiment-7"), HELLO, NULL));
    run_mail(c, &k);
    owner_letter l = only_letter(c, &k);
    assert_str("waiting", l.state);
    assert_int_equal(1, l.attempts);
    assert_int_equal(NOON + MS_PER_MINUTE, l.due_ms);
    assert_true(l.error.n > 0);
    run_mail(c, &k);                                        /* not due yet: nobody is bothered */
    assert_int_equal(1, only_letter(c, &k).attempts);

    fake_smtp server;
    char settings[200];
    fake_smtp_start(&server, "250 fine\r\n");
    snprintf(settings, sizeof settings,
             "{\"owner_email\":\"ana@shop.example\",\"mail_from\":\"vitrine@shop.example\",\"smtp_url\":\"smtp://127.0.0.1:%u\"}",
             server.port);
    assert_ok(c, store_change(c, k.d, k.s.store_id, with_settings, settings, NULL));
    k.clock.manual_ms += 2 * MS_PER_MINUTE;
    run_mail(c, &k);
    fake_smtp_end(&server);
    assert_str("sent", only_letter(c, &k).state);
    assert_int_equal(k.clock.manual_ms, only_letter(c, &k).sent_ms);
    assert_true(str_find(str_of(server.heard), STR("RCPT TO:<ana@shop.example>")) != SIZE_MAX);
    k.clock.manual_ms += MS_PER_DAY;
    run_mail(c, &k);                                        /* the server is gone: a second sending would fail */
    assert_int_equal(2, only_letter(c, &k).attempts);
    storage_close(k.d);
}

/* The bytes of a letter that was sent before its row could say so. */
static str message_id(const fake_smtp *s) {
    str heard = { s->heard, s->n };
    return str_sub(heard, str_find(heard, STR("Message-ID:")), 50);
}

TEST(letters, sent_again_after_a_crash_are_known_by_their_message_id) {
    TEST_CTX(c);
    desk k;
    char settings[200];
    static fake_smtp first, second;
    fake_smtp_start(&first, "250 fine\r\n");
    fake_smtp_start(&second, "250 fine\r\n");
    begin(c, &k, "{\"owner_email\":\"ana@shop.example\",\"mail_from\":\"vitrine@shop.example\"}");
    assert_ok(c, letters_put(c, k.d, &k.s, STR("experiment-7"), HELLO, NULL));
    fake_smtp *const servers[] = { &first, &second };
    for (size_t i = 0; i < 2; i++) {
        owner_letter unsent = only_letter(c, &k);
        snprintf(settings, sizeof settings, "smtp://127.0.0.1:%u", servers[i]->port);
        k.services.mail = (mail_defaults){ .url = str_of(settings), .from = STR("vitrine@shop.example") };
        run_mail(c, &k);
        fake_smtp_end(servers[i]);
        assert_str("sent", only_letter(c, &k).state);
        assert_ok(c, storage_put(c, k.d, &owner_letter_entity, &unsent));      /* the row as the crash left it */
    }
    assert_true(message_id(&first).n > 20);
    assert_true(str_eq(message_id(&first), message_id(&second)));
    storage_close(k.d);
}

TEST(letters, of_a_store_with_a_server_of_its_own_take_no_password_of_the_machine) {
    TEST_CTX(c);
    desk k;
    mail_server way;
    mailbox from;
    begin(c, &k, "{\"smtp_url\":\"smtps://mail.shop.example\",\"smtp_user\":\"tea\",\"mail_from\":\"tea@shop.example\"}");
    k.services.mail = (mail_defaults){ STR("smtps://machine.example"), STR("root"), STR("secret"), STR("machine@machine.example") };
    assert_ok(c, letters_server(c, &k.services, &k.s, &way, &from));
    assert_str("smtps://mail.shop.example", way.url);
    assert_int_equal(0, way.password.n);
    assert_ok(c, crypto_start(c));
    assert_ok(c, store_set_mail_password(c, k.d, &k.services.seal, k.s.store_id, STR("own")));
    assert_ok(c, store_get(c, k.d, k.s.store_id, &k.s));
    assert_false(str_find(k.s.smtp_password, STR("own")) != SIZE_MAX);
    assert_ok(c, letters_server(c, &k.services, &k.s, &way, &from));
    assert_str("own", way.password);
    assert_str("tea@shop.example", from.address);
    assert_ok(c, store_change(c, k.d, k.s.store_id, with_settings, (void *)(uintptr_t)"{}", &k.s));
    assert_ok(c, letters_server(c, &k.services, &k.s, &way, &from));
    assert_str("secret", way.password);
    k.services.mail = (mail_defaults){ 0 };
    assert_err(ERR_NOT_FOUND, letters_server(c, &k.services, &k.s, &way, &from));
    assert_string_equal("smtp_url", c->error.field);
    storage_close(k.d);
}

TEST(letters, are_tried_less_and_less_often_and_given_up_after_a_month) {
    TEST_CTX(c);
    desk k;
    assert_int_equal(MS_PER_MINUTE, letter_pause_ms(1));
    assert_int_equal(4 * MS_PER_MINUTE, letter_pause_ms(3));
    assert_int_equal(6 * MS_PER_HOUR, letter_pause_ms(100));
    begin(c, &k, "{\"owner_email\":\"ana@shop.example\"}");
    assert_ok(c, letters_put(c, k.d, &k.s, STR("experiment-7"), HELLO, NULL));
    k.clock.manual_ms += LETTER_GIVE_UP_MS - 1;
    run_mail(c, &k);
    assert_str("waiting", only_letter(c, &k).state);
    k.clock.manual_ms += MS_PER_DAY;
    run_mail(c, &k);
    assert_str("failed", only_letter(c, &k).state);
    storage_close(k.d);
}
