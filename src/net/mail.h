/* One message to one person: written as bytes (mail_compose) and handed to a mail server (mail_send, SMTP over libcurl).
 * Promise: what the message consists of cannot add headers, recipients or commands: names and subjects are encoded, addresses with
 * anything unusual refused; texts may be any UTF-8 and arrive as they are, whatever the way (quoted-printable, lines of 76).
 * Passwords are sent over TLS only. Any thread. NOT here: templates, retries, who gets what. */
#pragma once
#include "base/ctx.h"

enum { LIMIT_MAIL_ADDRESS = 254, LIMIT_MAIL_SUBJECT = 500, LIMIT_MAIL_PART = 1 << 20 };

typedef struct { str name, address; } mailbox;      /* name may be empty */
typedef struct {
    mailbox from, to;
    str subject;
    str text;                       /* plain; never empty: some people read nothing else */
    str html;                       /* the same for the others; empty = text alone */
    str unsubscribe;                /* http(s) address for List-Unsubscribe; empty = none */
} mail_message;

/* user@host of ASCII without blanks, quotes or brackets; one '@', a point in no odd place. A host of other letters: xn--. */
bool mail_address_is_good(str address);
/* Write the message as RFC 5322 and MIME want it, CRLF at line ends.
 * ERR_INVALID with the field (an address, an empty text, over a limit, no UTF-8), ERR_NO_MEMORY. Time and c->random make the date,
 * the Message-ID and the boundary. Sources: RFC 5322, 2045 (quoted-printable), 2046 (alternative), 2047 (encoded words), 2369. */
CHECK_RESULT err_code mail_compose(ctx *c, const mail_message *m, buf *out);

typedef struct {
    str url;                        /* smtp://host[:port] (STARTTLS; not asked of a server on this machine), smtps://host[:port] */
    str user, password;             /* empty = no login */
    const char *ca_file;            /* NULL: the system's */
    int timeout_ms;                 /* of everything; 0 = 30 s */
} mail_server;
/* Compose and hand over. ERR_UPSTREAM when it may work later (no connection, the server says 4xx), ERR_INVALID when it will not (bad
 * address or server, 5xx), ERR_UPSTREAM_AUTH when the login is refused; the detail tells what to do. ERR_CANCELLED, ERR_DEADLINE. */
CHECK_RESULT err_code mail_send(ctx *c, const mail_server *s, const mail_message *m);
