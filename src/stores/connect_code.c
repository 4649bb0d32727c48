/* Connect codes as rows of store 0, which is no store. */
#include "stores/connect_code.h"

/* Crockford's base 32: no I, L, O, U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char letter_of(char ch) {
    if (ch >= 'a' && ch <= 'z') ch = (char)(ch - 32);
    if (ch == 'O') return '0';
    if (ch == 'I' || ch == 'L') return '1';
    for (size_t i = 0; i < sizeof letters - 1; i++)
        if (letters[i] == ch) return ch;
    return 0;
}

bool connect_code_read(arena *a, str text, str *ret_code) {
    char *code = text.n <= 4 * CODE_LETTERS ? arena_alloc(a, CODE_TEXT) : NULL;
    size_t n = 0;
    if (!code) return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '-' || text.p[i] == ' ') continue;
        char letter = letter_of(text.p[i]);
        if (!letter || n >= CODE_TEXT) return false;
        code[n++] = letter;
        if (n == 4 || n == 9) code[n++] = '-';
    }
    *ret_code = (str){ code, n };
    return n == CODE_TEXT;
}

/* With the installation's key: who reads the database alone cannot try all codes against the hash. */
static err_code row_of(ctx *c, const seal_key *k, str text, connect_code *ret_row) {
    str code;
    buf whole, hex;
    if (!connect_code_read(c->arena, text, &code)) return ERR_FORBIDDEN;
    buf_init_in(&whole, c->arena, 64);
    buf_text(&whole, "connect code ");
    buf_str(&whole, code);
    digest256 mac = crypto_hmac_sha256((str){ (const char *)k->b, sizeof k->b }, buf_view(&whole));
    buf_init_in(&hex, c->arena, 2 * sizeof mac);
    buf_hex(&hex, mac.b, sizeof mac.b);
    if (buf_err(&whole) || buf_err(&hex)) return fail(c, ERR_NO_MEMORY, "read a connect code");
    *ret_row = (connect_code){ .code_hash = buf_view(&hex) };
    return ERR_OK;
}

static str random_code(arena *a) {
    unsigned char bytes[CODE_LETTERS];
    char text[CODE_LETTERS];
    str code = { 0 };
    crypto_random(bytes, sizeof bytes);
    for (size_t i = 0; i < CODE_LETTERS; i++) text[i] = letters[bytes[i] & 31];
    bool whole = connect_code_read(a, (str){ text, sizeof text }, &code);
    crypto_wipe(bytes, sizeof bytes);
    crypto_wipe(text, sizeof text);
    return whole ? code : (str){ 0 };
}

/* What nobody can use any more goes.
 *   ret_open  codes that are still good */
static err_code sweep(ctx *c, db *d, size_t *ret_open) {
    connect_code key = { 0 }, *rows = NULL;
    size_t n = 0;
    *ret_open = 0;
    TRY(storage_scan(c, d, &connect_code_entity, &key, 1, NULL, LIMIT_SCAN_ROWS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        bool gone = rows[i].used_ms || rows[i].end_ms <= ctx_now_ms(c);
        if (gone) TRY(storage_delete(c, d, &connect_code_entity, &rows[i], 2, NULL));
        else ++*ret_open;
    }
    return ERR_OK;
}

static err_code add(ctx *c, db *d, const connect_code *row) {
    size_t open = 0;
    TRY(sweep(c, d, &open));
    if (open >= LIMIT_CONNECT_CODES)
        return fail(c, ERR_CONFLICT, "%d connect codes are open; use one of them, or wait until they are over", LIMIT_CONNECT_CODES);
    return storage_put(c, d, &connect_code_entity, row);
}

err_code connect_code_make(ctx *c, db *d, const seal_key *k, str *ret_code, int64_t *ret_end_ms) {
    connect_code row;
    bool ours = false;
    str code = random_code(c->arena);
    if (!code.p) return fail(c, ERR_NO_MEMORY, "make a connect code");
    TRY(row_of(c, k, code, &row));
    row.created_ms = ctx_now_ms(c);
    row.end_ms = row.created_ms + (int64_t)CODE_HOURS * MS_PER_HOUR;
    TRY(storage_join(c, d, &ours));
    TRY(storage_leave(c, d, ours, add(c, d, &row)));
    *ret_code = code;
    *ret_end_ms = row.end_ms;
    return ERR_OK;
}

static err_code find(ctx *c, db *d, const seal_key *k, str code, connect_code *ret_row) {
    connect_code row;
    err_code e = row_of(c, k, code, &row);
    if (!e) e = storage_get(c, d, &connect_code_entity, &row);
    bool good = !e && !row.used_ms && row.end_ms > ctx_now_ms(c);
    if (good) *ret_row = row;
    if (good || (e && e != ERR_NOT_FOUND && e != ERR_FORBIDDEN)) return e;
    return fail_field(c, ERR_FORBIDDEN, "code", "this connect code is not known, was used already, or is older than %d hours: make a new "
                      "one on the server with 'vitrine connect code'", CODE_HOURS);
}

err_code connect_code_check(ctx *c, db *d, const seal_key *k, str code) {
    connect_code row;
    return find(c, d, k, code, &row);
}

err_code connect_code_use(ctx *c, db *d, const seal_key *k, str code) {
    connect_code row;
    TRY(find(c, d, k, code, &row));
    row.used_ms = ctx_now_ms(c);
    return storage_put(c, d, &connect_code_entity, &row);
}
