/* Rows of letters and the servers they leave by. It does NOT send what waits: mail.c does. */
#include "jobs/letters.h"
#include "base/limits.h"
#include "base/map.h"
#include "stores/stores.h"

static const json_value *settings_of(ctx *c, const store *s) {
    const json_value *v = NULL;
    return s->settings.n && json_parse(c, s->settings, JSON_READ_TOLERANT, &v) ? NULL : v;
}

err_code letters_owners(ctx *c, const store *s, const str **ret_addresses, size_t *ret_n) {
    str *list = arena_new(c->arena, str, LIMIT_OWNERS), rest = jr_string(jr_get(settings_of(c, s), "owner_email"));
    size_t n = 0;
    if (!list) return fail(c, ERR_NO_MEMORY, "read the owner's addresses");
    while (rest.n && n < LIMIT_OWNERS) {
        str words = str_cut(&rest, ',');
        while (words.n && n < LIMIT_OWNERS) {
            str address = str_cut(&words, ' ');
            if (mail_address_is_good(address)) list[n++] = address;
        }
    }
    *ret_addresses = list;
    *ret_n = n;
    return ERR_OK;
}

/* ---- written ---- */
static err_code put_all(ctx *c, db *d, const store *s, str name, const letter *l, size_t *n_new) {
    const str *to;
    size_t n;
    TRY(letters_owners(c, s, &to, &n));
    for (size_t i = 0; i < n; i++) {
        owner_letter row = { .store_id = s->store_id, .letter = name, .recipient = to[i] }, there = row;
        err_code e = storage_get(c, d, &owner_letter_entity, &there);
        if (e && e != ERR_NOT_FOUND) return e;
        if (!e) continue;
        row.state = STR("waiting");
        row.subject = l->subject, row.text = l->text, row.html = l->html;
        row.created_ms = row.due_ms = ctx_now_ms(c);
        TRY(storage_put(c, d, &owner_letter_entity, &row));
        (*n_new)++;
    }
    return ERR_OK;
}

err_code letters_put(ctx *c, db *d, const store *s, str name, const letter *l, size_t *ret_n) {
    size_t n = 0;
    bool ours = false;
    TRY(storage_join(c, d, &ours));
    err_code e = storage_leave(c, d, ours, put_all(c, d, s, name, l, &n));
    if (!e && ret_n) *ret_n = n;
    return e;
}

/* ---- servers ---- */
err_code letters_server(ctx *c, const job_services *services, const store *s, mail_server *ret_server, mailbox *ret_from) {
    const json_value *v = settings_of(c, s);
    const mail_defaults *of_machine = &services->mail;
    str own = jr_string(jr_get(v, "smtp_url")), from = jr_string(jr_get(v, "mail_from"));
    mail_server server = { .url = own, .user = jr_string(jr_get(v, "smtp_user")) };
    if (own.n) TRY(store_mail_password(c, &services->seal, s, &server.password));
    else server = (mail_server){ .url = of_machine->url, .user = of_machine->user, .password = of_machine->password };
    if (!from.n) from = of_machine->from;
    if (!server.url.n)
        return fail_field(c, ERR_NOT_FOUND, "smtp_url", "there is no mail server: set VITRINE_SMTP_URL, or the store's smtp_url");
    if (!from.n)
        return fail_field(c, ERR_NOT_FOUND, "mail_from", "letters have no sender: set VITRINE_MAIL_FROM, or the store's mail_from");
    *ret_server = server;
    *ret_from = (mailbox){ .name = STR("Vitrine"), .address = from };
    return ERR_OK;
}

err_code letters_send_now(ctx *c, const job_services *services, const store *s, str recipient, const letter *l) {
    mail_server server;
    mail_message m = { .to.address = recipient, .subject = l->subject, .text = l->text, .html = l->html };
    TRY(letters_server(c, services, s, &server, &m.from));
    return mail_send(c, &server, &m);
}

int64_t letter_pause_ms(int64_t attempts) {
    int64_t pause = MS_PER_MINUTE;
    for (int64_t i = 1; i < attempts && pause < 6 * (int64_t)MS_PER_HOUR; i++) pause *= 2;
    return pause < 6 * (int64_t)MS_PER_HOUR ? pause : 6 * (int64_t)MS_PER_HOUR;
}
