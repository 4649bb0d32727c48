/* Tests of the HTTP client against prepared answers, the dirty ones real shops give included. */
#include "tests/net/raw.h"
#include <string.h>
#include "net/http_client.h"

#define BYTES(text) { text, sizeof(text) - 1 }
#define ANSWER(text) { .bytes = BYTES(text) }

static str local_url(ctx *c, uint16_t port, const char *path) {
    buf b;
    buf_init_in(&b, c->arena, 1000);
    buf_printf(&b, "http://127.0.0.1:%u%s", port, path);
    return buf_view(&b);
}

/* One GET with these options; the answer, and the server's requests in *ret_server when wanted. */
static http_answer get_with(ctx *c, const http_client_options *o, const raw_answer *answers, size_t n, raw_server **ret_server) {
    uint16_t port;
    http_client *h = NULL;
    http_answer a = { 0 };
    raw_server *s = raw_server_start(answers, n, &port);
    assert_ok(c, http_client_new(c, o, &h));
    http_call call = { .method = STR("GET"), .url = local_url(c, port, "/wp-json/x?a=1") };
    assert_ok(c, http_client_do(c, h, &call, &a));
    http_client_free(h);
    raw_server_stop(s);
    if (ret_server) *ret_server = s;
    else raw_server_free(s);
    return a;
}

TEST(http_client, brings_status_headers_and_body) {
    TEST_CTX(c);
    static const raw_answer answers[] = { ANSWER("HTTP/1.1 201 Created\r\nX-WP-Total: 80\r\nContent-Length: 5\r\n\r\nhello") };
    raw_server *s;
    http_answer a = get_with(c, NULL, answers, 1, &s);
    assert_int_equal(NET_OK, a.problem);
    assert_int_equal(201, a.status);
    assert_str("hello", a.body);
    assert_str("80", http_answer_header(&a, "x-wp-total"));
    assert_null(http_answer_header(&a, "absent").p);
    str request = raw_server_request(s, 0);
    assert_true(str_starts(request, STR("GET /wp-json/x?a=1 HTTP/1.1\r\n")));
    assert_true(raw_has_header(request, "User-Agent: Vitrine/" VITRINE_VERSION));
    assert_true(raw_has_header(request, "Accept-Encoding: gzip, deflate"));
    raw_server_free(s);
}

TEST(http_client, names_each_way_to_get_no_answer) {
    static const struct { const char *answer; net_problem problem; } cases[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ntoo short", NET_CUT_OFF },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", NET_CUT_OFF },
        { "", NET_CUT_OFF },
        { "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", NET_TOO_LARGE },
        { "<html>not http at all</html>", NET_OTHER },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!", NET_OTHER },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NET_CUT_OFF },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        raw_answer answer = { .bytes = str_of(cases[i].answer) };
        http_client_options o = { .max_body = 1000 };
        http_answer a = get_with(c, &o, &answer, 1, NULL);
        if (a.problem != cases[i].problem)
            test_fail("case %zu: expected %s, got %s", i, net_problem_name(cases[i].problem), net_problem_name(a.problem));
        assert_int_equal(0, a.status);
        assert_int_equal(0, a.body.n);
        assert_true(a.detail[0] != 0);
    }
}

TEST(http_client, stops_reading_at_the_limit_also_when_nobody_said_how_long) {
    TEST_CTX(c);
    static char text[200000] = "HTTP/1.1 200 OK\r\n\r\n";
    memset(text + 19, 'x', sizeof text - 19);
    raw_answer answer = { .bytes = { text, sizeof text } };
    http_client_options o = { .max_body = 100000 };
    assert_int_equal(NET_TOO_LARGE, get_with(c, &o, &answer, 1, NULL).problem);
    http_client_options wider = { .max_body = 200000 };
    http_answer a = get_with(c, &wider, &answer, 1, NULL);
    assert_int_equal(NET_OK, a.problem);
    assert_int_equal(sizeof text - 19, a.body.n);
}

TEST(http_client, counts_the_limit_after_decompression) {
    TEST_CTX(c);
    /* 50,000 zero bytes, gzipped */
    static const unsigned char bomb[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x01, 0x0d, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0xf7, 0x4f, 0x6d,
        0x0f, 0x07, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4f, 0x06, 0x25, 0xb3, 0xb7, 0x16, 0x50, 0xc3, 0x00, 0x00 };
    AUTO_BUF b;
    buf_init(&b, 1000);
    buf_printf(&b, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", sizeof bomb);
    buf_add(&b, bomb, sizeof bomb);
    raw_answer answer = { .bytes = buf_view(&b) };
    http_client_options o = { .max_body = 20000 };
    assert_int_equal(NET_TOO_LARGE, get_with(c, &o, &answer, 1, NULL).problem);
}

TEST(http_client, gives_up_on_a_slow_body) {
    TEST_CTX(c);
    static const raw_answer answers[] = { { .bytes = BYTES("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow"), .hold = true } };
    http_client_options o = { .total_ms = 150 };
    assert_int_equal(NET_TIMEOUT, get_with(c, &o, answers, 1, NULL).problem);
}

TEST(http_client, stops_at_the_deadline_and_when_cancelled) {
    TEST_CTX(c);
    static const raw_answer answers[] = { { .bytes = BYTES("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow"), .hold = true } };
    uint16_t port;
    http_client *h = NULL;
    http_answer a;
    assert_ok(c, http_client_new(c, NULL, &h));
    raw_server *s = raw_server_start(answers, 1, &port);
    http_call call = { .method = STR("GET"), .url = local_url(c, port, "/") };
    c->deadline_us = c->time->mono_us(c->time) + 150000;
    assert_err(ERR_DEADLINE, http_client_do(c, h, &call, &a));
    raw_server_stop(s);
    raw_server_free(s);
    atomic_bool cancel = true;
    c->deadline_us = 0;
    c->cancel = &cancel;
    assert_err(ERR_CANCELLED, http_client_do(c, h, &call, &a));
    http_client_free(h);
}

TEST(http_client, says_when_nobody_listens_or_the_address_is_none) {
    TEST_CTX(c);
    http_client *h = NULL;
    http_answer a;
    assert_ok(c, http_client_new(c, NULL, &h));
    static const struct { const char *url; net_problem problem; } cases[] = {
        { "http://127.0.0.1:1/", NET_REFUSED }, { "shop.example", NET_BAD_URL }, { "file:///etc/passwd", NET_BAD_URL },
        { "http://user:pw@127.0.0.1/", NET_BAD_URL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        http_call call = { .method = STR("GET"), .url = str_of(cases[i].url) };
        assert_ok(c, http_client_do(c, h, &call, &a));
        assert_string_equal(net_problem_name(cases[i].problem), net_problem_name(a.problem));
    }
    http_field split = { STR("X-A"), STR("b\r\nX-Evil: 1") };
    http_call bad_header = { .method = STR("GET"), .url = STR("http://127.0.0.1:1/"), .headers = &split, .n_headers = 1 };
    http_call bad_method = { .method = STR("GET / HTTP/1.1\r\n"), .url = STR("http://127.0.0.1:1/") };
    assert_err(ERR_INVALID, http_client_do(c, h, &bad_header, &a));
    assert_err(ERR_INVALID, http_client_do(c, h, &bad_method, &a));
    http_client_free(h);
}

TEST(http_client, calls_a_tls_problem_by_its_name) {
    TEST_CTX(c);
    static const raw_answer answers[] = { { .bytes = BYTES("HTTP/1.1 400 plain http lives here\r\n\r\n"), .at_once = true } };
    uint16_t port;
    http_client *h = NULL;
    http_answer a;
    buf url;
    raw_server *s = raw_server_start(answers, 1, &port);
    assert_ok(c, http_client_new(c, NULL, &h));
    buf_init_in(&url, c->arena, 100);
    buf_printf(&url, "https://127.0.0.1:%u/", port);
    http_call call = { .method = STR("GET"), .url = buf_view(&url) };
    assert_ok(c, http_client_do(c, h, &call, &a));
    assert_string_equal("certificate", net_problem_name(a.problem));
    http_client_free(h);
    raw_server_stop(s);
    raw_server_free(s);
}

TEST(http_client, follows_redirects_on_the_same_host_only) {
    static const struct { const char *location; bool follows; } cases[] = {
        { "/there?b=2", true }, { "http://localhost:1/", false }, { "https://127.0.0.1:8443/", false }, { "ftp://127.0.0.1/", false },
        { "http://127.0.0.1:1/", false }, { "//evil.example/", false }, { "http://x@127.0.0.1/", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        AUTO_BUF b;
        buf_init(&b, 1000);
        buf_printf(&b, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", cases[i].location);
        const raw_answer answers[] = { { .bytes = buf_view(&b) }, ANSWER("HTTP/1.1 200 OK\r\nX-Last: yes\r\nContent-Length: 2\r\n\r\nhi") };
        raw_server *s;
        http_answer a = get_with(c, NULL, answers, 2, &s);
        if (a.status != (cases[i].follows ? 200 : 302)) test_fail("%s: status %d", cases[i].location, a.status);
        assert_int_equal(cases[i].follows, http_answer_header(&a, "X-Last").p != NULL);
        assert_int_equal(cases[i].follows, http_answer_header(&a, "Location").p == NULL);
        if (cases[i].follows) {
            assert_true(str_ends(a.final_url, STR("/there?b=2")));
            assert_true(str_starts(raw_server_request(s, 1), STR("GET /there?b=2 ")));
        }
        raw_server_free(s);
    }
}

TEST(http_client, ends_a_redirect_loop) {
    TEST_CTX(c);
    raw_answer answers[10];
    for (size_t i = 0; i < COUNT(answers); i++)
        answers[i] = (raw_answer){ .bytes = STR("HTTP/1.1 301 Moved\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n") };
    raw_server *s;
    http_answer a = get_with(c, NULL, answers, COUNT(answers), &s);
    assert_int_equal(301, a.status);
    assert_int_equal(1 + HTTP_REDIRECTS_MOST, raw_server_connections(s));
    raw_server_free(s);
}

TEST(http_client, sends_bodies_headers_and_credentials_and_does_not_turn_post_into_get) {
    TEST_CTX(c);
    static const raw_answer answers[] = {
        { .bytes = BYTES("HTTP/1.1 307 Go\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"), .keep_open = true },
        ANSWER("HTTP/1.1 301 Moved\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n"),
    };
    uint16_t port;
    http_client *h = NULL;
    http_answer a;
    raw_server *s = raw_server_start(answers, 2, &port);
    assert_ok(c, http_client_new(c, NULL, &h));
    http_field headers[] = { { STR("Content-Type"), STR("application/json") }, { STR("X-Empty"), STR("") } };
    http_call call = { .method = STR("POST"), .url = local_url(c, port, "/a"), .headers = headers, .n_headers = 2, .body = STR("{\"a\":1}"),
                       .basic_user = STR("ck_1"), .basic_password = STR("cs_2") };
    assert_ok(c, http_client_do(c, h, &call, &a));
    http_client_free(h);
    raw_server_stop(s);
    assert_int_equal(301, a.status);
    assert_int_equal(1, raw_server_connections(s));         /* the connection was used again */
    for (size_t i = 0; i < 2; i++) {
        str request = raw_server_request(s, i);
        assert_true(str_starts(request, i ? STR("POST /b HTTP/1.1") : STR("POST /a HTTP/1.1")));
        assert_true(raw_has_header(request, "Authorization: Basic Y2tfMTpjc18y"));
        assert_true(raw_has_header(request, "Content-Type: application/json"));
        assert_true(raw_has_header(request, "X-Empty:"));
        assert_str("{\"a\":1}", raw_body(request));
    }
    raw_server_free(s);
}

TEST(http_client, keeps_all_headers_of_the_last_answer_only) {
    TEST_CTX(c);
    static const raw_answer answers[] = {
        ANSWER("HTTP/1.1 100 Continue\r\nX-Hundred: 1\r\n\r\n"
               "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n"),
    };
    http_answer a = get_with(c, NULL, answers, 1, NULL);
    size_t cookies = 0;
    for (size_t i = 0; i < a.n_headers; i++) cookies += str_eq_nocase(a.headers[i].name, STR("set-cookie"));
    assert_int_equal(2, cookies);
    assert_int_equal(200, a.status);
    assert_int_equal(0, a.body.n);
    assert_non_null(a.body.p);
}
