/* Values of an import as people write them: decimal commas, dates of three kinds. It does NOT guess: what it does not know is bad. */
#include "base/parse.h"
#include "connect/import_int.h"
#include "net/crypto.h"
#include <string.h>

/* Quoted in a report: short, so that one strange cell does not fill it. */
#define SHOWN(text) STR_ARG(str_clip((text), 40))

/* "1.234,50", "1,234.50", "12,5" and blanks as thousands -> a plain decimal. The last of '.' and ',' is the point, unless it is a
 * lone comma or point that repeats. */
static str plain_decimal(str text, char *out, size_t size) {
    size_t point = SIZE_MAX, n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '.' || text.p[i] == ',') point = i;
    for (size_t i = 0; i < text.n && n < size; i++) {
        char ch = text.p[i];
        if (i == point) out[n++] = '.';
        else if (ch != '.' && ch != ',' && ch != ' ') out[n++] = ch;
    }
    return (str){ out, n };
}

err_code import_money(ctx *c, str text, const char *column, int digits, opt_int *ret_minor) {
    char plain[40];
    if (!text.n) return ERR_OK;
    opt_int v = { 0, true };
    if (text.n > sizeof plain || !parse_money(plain_decimal(text, plain, sizeof plain), digits, &v.v))
        return fail(c, ERR_INVALID, "%s: '%.*s' is not an amount", column, SHOWN(text));
    *ret_minor = v;
    return ERR_OK;
}

err_code import_number(ctx *c, str text, const char *column, double *ret_value) {
    char plain[40];
    if (!text.n) return ERR_OK;
    double v;
    if (text.n > sizeof plain || !parse_double(plain_decimal(text, plain, sizeof plain), &v) || v > 1e9 || v < -1e9)
        return fail(c, ERR_INVALID, "%s: '%.*s' is not a number", column, SHOWN(text));
    *ret_value = v;
    return ERR_OK;
}

/* dd.mm.yyyy or dd/mm/yyyy, with a time behind it or not, as yyyy-mm-dd. */
static str european_date(str text, char out[40]) {
    if (text.n < 10 || text.n > 30 || (text.p[2] != '.' && text.p[2] != '/') || text.p[5] != text.p[2]) return text;
    memcpy(out, text.p + 6, 4);
    out[4] = out[7] = '-';
    memcpy(out + 5, text.p + 3, 2);
    memcpy(out + 8, text.p, 2);
    memcpy(out + 10, text.p + 10, text.n - 10);
    size_t n = text.n;
    if (n == 16) {                                          /* 05.11.2025 08:26 has no seconds */
        memcpy(out + n, ":00", 3);
        n += 3;
    }
    return (str){ out, n };
}

err_code import_time(ctx *c, str text, const char *column, int64_t *ret_ms) {
    char iso[40];
    if (!text.n) return ERR_OK;
    if (!time_parse(european_date(text, iso), ret_ms))
        return fail(c, ERR_INVALID, "%s: '%.*s' is not a date (2025-11-20 08:26:00 or 20.11.2025)", column, SHOWN(text));
    return ERR_OK;
}

err_code import_id(ctx *c, str text, const char *column, str *ret_id) {
    if (!text.n) return fail(c, ERR_INVALID, "%s is empty", column);
    if (text.n > LIMIT_ID_BYTES) return fail(c, ERR_INVALID, "%s is longer than %d bytes", column, LIMIT_ID_BYTES);
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20) return fail(c, ERR_INVALID, "%s holds control characters", column);
    *ret_id = text;
    return ERR_OK;
}

static str lower_email(ctx *c, str email) {
    char *p = arena_alloc(c->arena, email.n + 1);
    for (size_t i = 0; p && i < email.n; i++) p[i] = (char)(email.p[i] >= 'A' && email.p[i] <= 'Z' ? email.p[i] + 32 : email.p[i]);
    return (str){ p, p ? email.n : 0 };
}

err_code import_customer_of(ctx *c, str id, str email, customer *ret_row) {
    customer row = { 0 };
    if (id.n) TRY(import_id(c, id, "customer_id", &row.customer_id));
    if (email.n) {
        if (email.n > LIMIT_ID_BYTES || !memchr(email.p, '@', email.n)) return fail(c, ERR_INVALID, "email: not an address");
        row.email = lower_email(c, email);
        row.email_hash = crypto_email_hash(c->arena, row.email);
        buf guest;
        buf_init_in(&guest, c->arena, 80);
        buf_text(&guest, "guest:");
        buf_str(&guest, row.email_hash);
        if (!row.email_hash.p || buf_err(&guest)) return fail(c, ERR_NO_MEMORY, "no memory for a customer");
        row.guest = !id.n;
        if (!id.n) row.customer_id = buf_view(&guest);
    }
    *ret_row = row;
    return ERR_OK;
}
