/* The mail job: sends the letters that are due. */
#include "base/limits.h"
#include "base/map.h"
#include "jobs/kinds_int.h"
#include "jobs/letters.h"
#include "stores/stores.h"

typedef struct { int64_t sent, waiting, failed; } mail_tally;

/* Date apart, the same letter is the same bytes each time: its Message-ID too. */
static void seed_of_letter(ctx *c, const owner_letter *l) {
    uint64_t h = hash_str(l->letter);
    h = hash_bytes(l->recipient.p, l->recipient.n, h);
    h = hash_bytes(&l->store_id, sizeof l->store_id, h);
    rng_seed(&c->random, hash_bytes(&l->created_ms, sizeof l->created_ms, h));
}

static err_code send_one(ctx *c, job_task *t, const store *s, owner_letter *l, mail_tally *tally) {
    const letter words = { l->subject, l->text, l->html };
    seed_of_letter(c, l);
    err_code e = letters_send_now(c, t->services, s, l->recipient, &words);
    if (e == ERR_CANCELLED) return e;
    l->attempts++;
    l->error = e ? str_dup(c->arena, str_of(c->error.text)) : STR("");
    int64_t now_ms = ctx_now_ms(c);
    bool hopeless = now_ms - l->created_ms >= LETTER_GIVE_UP_MS;
    l->state = !e ? STR("sent") : hopeless ? STR("failed") : STR("waiting");
    l->due_ms = now_ms + letter_pause_ms(l->attempts);
    l->sent_ms = e ? 0 : now_ms;
    *(!e ? &tally->sent : hopeless ? &tally->failed : &tally->waiting) += 1;
    if (e) log_line(c->log, LOG_WARN, "mail.failed", "store=%lld letter=%.*s attempts=%lld error=%s why=%s", (long long)s->store_id,
                    STR_ARG(l->letter), (long long)l->attempts, err_name(e), c->error.text);
    return storage_put(c, t->d, &owner_letter_entity, l);
}

static err_code write_result(job_task *t, const mail_tally *tally) {
    json_out w;
    jw_init(&w, t->result);
    jw_object(&w);
    jw_member_i64(&w, "sent", tally->sent);
    jw_member_i64(&w, "waiting", tally->waiting);
    jw_member_i64(&w, "failed", tally->failed);
    jw_end_object(&w);
    return buf_err(t->result);
}

/* The name of a letter and its reader are kept; where it stands is read from the page. */
err_code job_body_mail(ctx *c, job_task *t) {
    enum { PAGE = 50 };
    const owner_letter of_store = { .store_id = t->row->store_id };
    owner_letter *page, after = of_store;
    mail_tally tally = { 0 };
    store s;
    TRY(store_get(c, t->d, t->row->store_id, &s));
    job_progress(t, STR("sending"), 0, 0);
    for (size_t n = PAGE, k = 0; n == PAGE; k++) {
        TRY(storage_scan(c, t->d, &owner_letter_entity, &of_store, 1, k ? &after : NULL, PAGE, &page, &n));
        for (size_t i = 0; i < n; i++) {
            TRY(ctx_check(c));
            bool due = str_eq(page[i].state, STR("waiting")) && (t->services->foreground || page[i].due_ms <= ctx_now_ms(c));
            if (due) TRY(send_one(c, t, &s, &page[i], &tally));
        }
        if (n) after = page[n - 1];
    }
    return write_result(t, &tally);
}
