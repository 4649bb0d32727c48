/* A message as bytes; see mail.h. It does NOT talk to servers: smtp.c does. */
#include "net/mail.h"
#include <stdio.h>

/* ---- addresses ---- */
static bool is_atom_byte(char ch) {
    bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
    return letter || (ch && strchr("!#$%&'*+-/=?^_`{|}~.", ch));
}

static bool is_dotted(str s, bool host) {
    if (!s.n || s.p[0] == '.' || s.p[s.n - 1] == '.') return false;
    for (size_t i = 0; i < s.n; i++) {
        bool fits = host ? is_atom_byte(s.p[i]) && !strchr("!#$%&'*+/=?^_`{|}~", s.p[i]) : is_atom_byte(s.p[i]);
        if (!fits || (s.p[i] == '.' && s.p[i + 1] == '.')) return false;       /* i + 1 < n: the last is no point */
    }
    return true;
}

bool mail_address_is_good(str address) {
    size_t at = str_find(address, STR("@"));
    if (at == SIZE_MAX || at > 64 || address.n > LIMIT_MAIL_ADDRESS) return false;
    return is_dotted(str_sub(address, 0, at), false) && is_dotted(str_sub(address, at + 1, address.n), true);
}

/* ---- encodings ---- */
static const char hex_digits[] = "0123456789ABCDEF";

static void put_escaped(buf *b, unsigned char ch) {
    buf_char(b, '=');
    buf_char(b, hex_digits[ch >> 4]);
    buf_char(b, hex_digits[ch & 15]);
}

/* A line break of any kind at s[i]: its length, else 0. */
static size_t break_at(str s, size_t i) {
    if (s.p[i] == '\r') return i + 1 < s.n && s.p[i + 1] == '\n' ? 2 : 1;
    return s.p[i] == '\n';
}

enum { LINE_MOST = 76 };
/* RFC 2045, 6.7: a blank before a line break is escaped, because servers on the way take it off. */
static void put_quoted_printable(buf *b, str s) {
    size_t column = 0;
    for (size_t i = 0; i < s.n; i++) {
        size_t ends = break_at(s, i);
        if (ends) {
            buf_text(b, "\r\n");
            column = 0;
            i += ends - 1;
            continue;
        }
        unsigned char ch = (unsigned char)s.p[i];
        bool last = i + 1 == s.n || break_at(s, i + 1);
        bool plain = (ch > ' ' && ch < 127 && ch != '=') || ((ch == ' ' || ch == '\t') && !last);
        size_t width = plain ? 1 : 3;
        if (column + width > LINE_MOST - 1) {               /* room for the '=' that says: goes on */
            buf_text(b, "=\r\n");
            column = 0;
        }
        if (plain) buf_char(b, s.p[i]);
        else put_escaped(b, ch);
        column += width;
    }
    buf_text(b, "\r\n");
}

static bool is_plain_header(str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~') return false;
    return s.n <= 60 && str_find(s, STR("=?")) == SIZE_MAX;
}

static size_t letter_length(str s, size_t i) {
    size_t n = 1;
    while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xC0) == 0x80) n++;
    return n;
}

/* RFC 2047: words of at most 75 letters, no letter torn in two, each on a line of its own. */
static void put_encoded_words(buf *b, str s) {
    size_t width = 0;
    buf_text(b, "=?UTF-8?Q?");
    for (size_t i = 0, n; i < s.n; i += n) {
        n = letter_length(s, i);
        if (width + 3 * n > 60) {
            buf_text(b, "?=\r\n =?UTF-8?Q?");
            width = 0;
        }
        char ch = s.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (plain || ch == ' ') buf_char(b, ch == ' ' ? '_' : ch);
        else
            for (size_t k = 0; k < n; k++) put_escaped(b, (unsigned char)s.p[i + k]);
        width += plain || ch == ' ' ? 1 : 3 * n;
    }
    buf_text(b, "?=");
}

static void put_words(buf *b, str s) {
    if (is_plain_header(s)) buf_str(b, s);
    else put_encoded_words(b, s);
}

/* A display name of plain letters still may hold commas and quotes: then it is encoded too. */
static void put_mailbox(buf *b, const char *header, const mailbox *m) {
    buf_text(b, header);
    bool simple = is_plain_header(m->name);
    for (size_t i = 0; simple && i < m->name.n; i++)
        simple = m->name.p[i] == ' ' || (is_atom_byte(m->name.p[i]) && m->name.p[i] != '.');
    if (m->name.n && simple) buf_str(b, m->name);
    else if (m->name.n) put_encoded_words(b, m->name);
    buf_text(b, m->name.n ? "\r\n <" : "<");
    buf_str(b, m->address);
    buf_text(b, ">\r\n");
}

/* ---- the whole ---- */
static err_code check_box(ctx *c, const char *field, const mailbox *m) {
    if (!mail_address_is_good(m->address))
        return fail_field(c, ERR_INVALID, field, "'%.*s' is not a mail address", STR_ARG(str_clip(m->address, 80)));
    if (m->name.n <= 200 && str_is_utf8(m->name)) return ERR_OK;
    return fail_field(c, ERR_INVALID, field, "the name of '%s' is too long or no UTF-8", field);
}

static err_code check(ctx *c, const mail_message *m) {
    TRY(check_box(c, "from", &m->from));
    TRY(check_box(c, "to", &m->to));
    if (!m->subject.n || m->subject.n > LIMIT_MAIL_SUBJECT || !str_is_utf8(m->subject))
        return fail_field(c, ERR_INVALID, "subject", "a subject has 1 to %d bytes of UTF-8", LIMIT_MAIL_SUBJECT);
    if (!m->text.n || m->text.n > LIMIT_MAIL_PART || !str_is_utf8(m->text))
        return fail_field(c, ERR_INVALID, "text", "a text has 1 to %d bytes of UTF-8", LIMIT_MAIL_PART);
    if (m->html.n > LIMIT_MAIL_PART || !str_is_utf8(m->html))
        return fail_field(c, ERR_INVALID, "html", "the HTML has at most %d bytes of UTF-8", LIMIT_MAIL_PART);
    for (size_t i = 0; i < m->unsubscribe.n; i++)
        if (m->unsubscribe.p[i] <= ' ' || m->unsubscribe.p[i] > '~' || strchr("<>", m->unsubscribe.p[i]))
            return fail_field(c, ERR_INVALID, "unsubscribe", "the address to unsubscribe at is not an address");
    return ERR_OK;
}

static void put_date(buf *b, int64_t now_ms) {
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    civil_time t = civil_from_ms(now_ms);
    buf_printf(b, "Date: %s, %d %s %lld %02d:%02d:%02d +0000\r\n", days[t.weekday], t.day, months[t.month - 1], (long long)t.year,
               t.hour, t.minute, t.second);
}

static void put_headers(ctx *c, const mail_message *m, buf *b) {
    str host = str_sub(m->from.address, str_find(m->from.address, STR("@")) + 1, m->from.address.n);
    put_date(b, ctx_now_ms(c));
    put_mailbox(b, "From: ", &m->from);
    put_mailbox(b, "To: ", &m->to);
    buf_text(b, "Subject: ");
    put_words(b, m->subject);
    buf_printf(b, "\r\nMessage-ID: <%016llx%016llx@%.*s>\r\n", (unsigned long long)rng_u64(&c->random),
               (unsigned long long)rng_u64(&c->random), STR_ARG(host));
    if (m->unsubscribe.n) {
        buf_text(b, "List-Unsubscribe: <");
        buf_str(b, m->unsubscribe);
        buf_text(b, ">\r\n");
    }
    buf_text(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

static void put_part(buf *b, const char *kind, str body) {
    buf_printf(b, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind);
    put_quoted_printable(b, body);
}

err_code mail_compose(ctx *c, const mail_message *m, buf *out) {
    TRY(check(c, m));
    put_headers(c, m, out);
    if (!m->html.n) put_part(out, "plain", m->text);
    else {
        char line[40];      /* "=_" is in no quoted-printable text: such a line can only be a boundary */
        int n = snprintf(line, sizeof line, "=_%016llx", (unsigned long long)rng_u64(&c->random));
        str boundary = { line, (size_t)n };
        buf_printf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%.*s\"\r\n\r\n--%.*s\r\n", STR_ARG(boundary),
                   STR_ARG(boundary));
        put_part(out, "plain", m->text);
        buf_printf(out, "--%.*s\r\n", STR_ARG(boundary));
        put_part(out, "html", m->html);
        buf_printf(out, "--%.*s--\r\n", STR_ARG(boundary));
    }
    return buf_err(out) ? fail(c, buf_err(out), "write a message") : ERR_OK;
}
