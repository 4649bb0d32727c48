/* vitrine mail: letters to the owner: which there are, whether they can leave, and the password of the store's mail server. */
#include <inttypes.h>
#include "app/commands.h"
#include "app/foreground.h"
#include "app/mail_way.h"
#include "app/pick.h"
#include "base/limits.h"
#include "app/signals.h"
#include "jobs/letters.h"
#include "stores/stores.h"

static const option options[] = {
    { "password", OPTION_TEXT, "PASSWORD", "SMTP_PASSWORD", NULL, 0, 0, "of the store's own mail server; empty takes it away" },
};

static void print_row(const invocation *v, const owner_letter *l) {
    char when[TIME_WORDS];
    (void)time_words(l->sent_ms ? l->sent_ms : l->due_ms, when);    /* the answer is `when` */
    fprintf(v->out, "%-8.*s %-24.*s %s  %.*s", STR_ARG(l->state), STR_ARG(l->recipient), when, STR_ARG(l->subject));
    if (l->error.n) fprintf(v->out, "\n         tried %" PRId64 " times: %.*s", l->attempts, STR_ARG(str_clip(l->error, 200)));
    fputc('\n', v->out);
}

static err_code list(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    owner_letter *rows;
    size_t n;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    TRY(storage_scan(c, h.d, &owner_letter_entity, &(owner_letter){ .store_id = s.store_id }, 1, NULL, LIMIT_PAGE_ROWS, &rows, &n));
    AUTO_BUF b;
    buf_init(&b, 64 * MIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "letters");
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        if (v->json) entity_json(&w, &owner_letter_entity, &rows[i], 2);
        else print_row(v, &rows[i]);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    if (v->json) return print_json(v, &b);
    if (!n) fputs("no letter yet\n", v->out);
    return ERR_OK;
}

static err_code set_password(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    str password = invocation_text(v, "password");
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    if (!password.p) return usage_error(c, "--password", "the password is missing: SMTP_PASSWORD in the environment or .env");
    TRY(store_set_mail_password(c, h.d, &h.key, s.store_id, password));
    if (v->json) fprintf(v->out, "{\"password\":%s}\n", password.n ? "true" : "false");
    else fprintf(v->out, "the mail password of %.*s is %s\n", STR_ARG(s.name), password.n ? "kept, sealed" : "taken away");
    return ERR_OK;
}

static err_code owner_of(ctx *c, const invocation *v, const store *s, str *ret_address) {
    const str *owners;
    size_t n;
    *ret_address = invocation_arg(v, 2);
    if (ret_address->n) return ERR_OK;
    TRY(letters_owners(c, s, &owners, &n));
    if (!n) return usage_error(c, "-", "to whom: vitrine mail test %.*s ADDRESS, or set the store's owner_email", STR_ARG(s->name));
    *ret_address = owners[0];
    return ERR_OK;
}

static err_code test(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    str to;
    letter l;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    TRY(owner_of(c, v, &s, &to));
    const letter_reader reader = letter_reader_of(c, &s);
    const job_services services = { .seal = h.key, .mail = mail_defaults_of(c, v->settings) };
    TRY(letter_write_trial(c, &reader, &l));
    uint64_t seed;
    crypto_random(&seed, sizeof seed);
    rng_seed(&c->random, seed);                             /* each trial is a letter of its own */
    TRY(letters_send_now(c, &services, &s, to, &l));
    if (v->json) fputs("{\"sent\":1}\n", v->out);
    else fprintf(v->out, "the mail server took a trial letter for %.*s\n", STR_ARG(to));
    return ERR_OK;
}

static err_code send_waiting(ctx *c, const invocation *v) {
    AUTO_HOME h = { 0 };
    store s;
    foreground_outcome sent;
    TRY(home_open(c, v, HOME_MUST_BE, &h));
    TRY(pick_store(c, h.d, invocation_arg(v, 1), &s));
    signals_start();
    TRY(foreground_run(c, v, &h, &s, &(foreground_order){ .kind = "mail", .input = "", .insist = true }, &sent));
    fprintf(v->out, "%.*s\n", STR_ARG(sent.result));
    return ERR_OK;
}

static const action actions[] = {
    { "list", 1, 2, list }, { "password", 2, 2, set_password }, { "test", 2, 3, test }, { "send", 2, 2, send_waiting },
};

static err_code run(ctx *c, const invocation *v) { return run_action(c, v, actions, COUNT(actions)); }

const command cmd_mail = {
    .name = "mail", .summary = "Letters to the owner: list them, try the way, set the mail password, send what waits",
    .usage = "[list STORE | test STORE [ADDRESS] | password STORE | send STORE]",
    .details = "The way of letters: VITRINE_SMTP_URL, VITRINE_SMTP_USER, VITRINE_SMTP_PASSWORD and VITRINE_MAIL_FROM in the environment\n"
               "or .env, or the store's own smtp_url, smtp_user and mail_from (vitrine stores settings). The owner: owner_email.",
    .options = options, .n_options = COUNT(options), .max_args = 3, .run = run,
};
