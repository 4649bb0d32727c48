/* vitrine doctor: looks at everything that can be wrong and says what to do. */
#include <stdarg.h>
#include "app/commands.h"
#include "app/doctor.h"
#include "base/file.h"
#include "base/limits.h"
#include "net/http_client.h"

enum { HEALTH_MS = 2500 };

static const option options[] = {
    { "port", OPTION_INT, "PORT", "VITRINE_PORT PORT", "8080", 1, 65535, "the port that should be free" },
    { "offline", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "do not ask the shops" },
    { "health", OPTION_TEXT, "URL", NULL, NULL, 0, 0, "ask only this address: 0 when it answers 200" },
};

static const struct { bool needs_database; doctor_check *run; } checks[] = {
    { false, doctor_check_folder }, { false, doctor_check_space }, { false, doctor_check_key }, { false, doctor_check_clock },
    { false, doctor_check_port },   { false, doctor_check_database },
    { true, doctor_check_stores },  { true, doctor_check_jobs },
};

static const char *const verdict_words[] = { [DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail" };

void doctor_say(doctor *d, doctor_verdict verdict, const char *what, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (verdict == DOCTOR_WARN) d->warned++;
    if (verdict == DOCTOR_FAIL) d->failed++;
    if (!d->json) {
        fprintf(d->v->out, "%-5s %-18s %s\n", verdict_words[verdict], what, text);
        return;
    }
    jw_object(d->json);
    jw_member_text(d->json, "verdict", verdict_words[verdict]);
    jw_member_text(d->json, "what", what);
    jw_member_text(d->json, "text", text);
    jw_end_object(d->json);
}

static void run_checks(ctx *c, doctor *d) {
    for (size_t i = 0; i < COUNT(checks); i++) {
        arena_mark m = arena_save(c->arena);
        if (!checks[i].needs_database || d->h->d) checks[i].run(c, d);
        arena_restore(c->arena, m);
    }
}

static void print_json(doctor *d, buf *b) {
    jw_end_array(d->json);
    jw_member_i64(d->json, "warnings", d->warned);
    jw_member_i64(d->json, "failures", d->failed);
    jw_end_object(d->json);
    fprintf(d->v->out, "%s\n", b->p);
}

/* Does a running server answer? Looks at nothing else: the health check of a container runs this every half minute. */
static err_code check_health(ctx *c, const invocation *v) {
    http_client *client;
    TRY(http_client_new(c, &(http_client_options){ .connect_ms = HEALTH_MS, .total_ms = HEALTH_MS, .max_body = 64 * KIB }, &client));
    http_answer answer;
    err_code e = http_client_do(c, client, &(http_call){ .method = STR("GET"), .url = invocation_text(v, "health") }, &answer);
    http_client_free(client);
    if (e) return e;
    if (answer.problem || answer.status != 200) {
        *v->said = true;
        fprintf(v->err, "vitrine: %s does not answer 200: ", invocation_cstr(v, "health"));
        if (answer.problem) fprintf(v->err, "%s\n", net_problem_name(answer.problem));
        else fprintf(v->err, "%d\n", answer.status);
        return ERR_NOT_READY;
    }
    fprintf(v->out, "%s\n", v->json ? "{\"status\":\"ok\"}" : "ok");
    return ERR_OK;
}

static err_code run(ctx *c, const invocation *v) {
    if (invocation_cstr(v, "health")) return check_health(c, v);
    AUTO_HOME h = { .dir = v->data };
    TRY(crypto_start(c));
    AUTO_BUF b;
    buf_init(&b, MIB);
    json_out w;
    jw_init(&w, &b);
    doctor d = { .v = v, .h = &h, .json = v->json ? &w : NULL };
    jw_object(&w);
    jw_key(&w, "checks");
    jw_array(&w);
    run_checks(c, &d);
    if (v->json) print_json(&d, &b);
    else fprintf(v->out, "%d warnings, %d failures\n", d.warned, d.failed);
    *v->said = d.failed > 0;
    return d.failed ? ERR_INVALID : buf_err(&b);
}

const command cmd_doctor = {
    .name = "doctor", .summary = "Look at database, shops, clock and permissions and say what to do", .usage = "[options]",
    .details = "Every line begins with ok, warn or fail. The exit code is 1 when something failed.",
    .options = options, .n_options = COUNT(options), .run = run,
};
