/* Letters to owners on their way: written into the database with whatever they tell of, sent by the "mail" job until they arrive.
 * Promise: a letter is written once (its name is the key), in the transaction of what it tells, so neither exists without the other;
 * a mail server that is away, refuses or times out loses nothing for LETTER_GIVE_UP_MS. A process killed between the server's "taken"
 * and the row's "sent" sends it again under the same Message-ID, by which mail programs know it. Secrets of the machine never go to a
 * server that a store named. Read next: letters/letter.h (what they say), net/mail.h, jobs/mail.c. */
#pragma once
#include "jobs/jobs.h"
#include "letters/letter.h"
#include "net/mail.h"

#define LETTER_GIVE_UP_MS (30 * (int64_t)MS_PER_DAY)
enum { LIMIT_OWNERS = 10 };             /* addresses of the setting owner_email */

/* Write a letter for each address of the owner; one that is there already stays as it is. Without an address nothing is written.
 * Uses the open transaction, or one of its own.
 *   name   1..LIMIT_ID_BYTES letters: "experiment-7"
 *   ret_n  letters written now; may be NULL */
CHECK_RESULT err_code letters_put(ctx *c, db *d, const store *s, str name, const letter *l, size_t *ret_n);

/* Where a store's letters go out: its own server (settings smtp_url, smtp_user, sealed password), else the machine's (VITRINE_SMTP_*).
 *   ret_from  setting mail_from, else VITRINE_MAIL_FROM
 * ERR_NOT_FOUND says what to set when there is no server or no sender. */
CHECK_RESULT err_code letters_server(ctx *c, const job_services *services, const store *s, mail_server *ret_server, mailbox *ret_from);
/* Send one now, past the table: to try the way. Errors of mail_send(). */
CHECK_RESULT err_code letters_send_now(ctx *c, const job_services *services, const store *s, str recipient, const letter *l);
/* The addresses of the setting owner_email, separated by commas or blanks, good ones only, at most LIMIT_OWNERS, in c->arena. */
CHECK_RESULT err_code letters_owners(ctx *c, const store *s, const str **ret_addresses, size_t *ret_n);

/* Wait after the n-th failure: a minute, doubling, 6 hours at most. Pure. */
int64_t letter_pause_ms(int64_t attempts);
