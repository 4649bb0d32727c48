/* Reads .env files line by line. It does NOT touch the environment: settings.c decides what wins. */
#include "app/dotenv.h"
#include "base/limits.h"

enum { KEY_BYTES = 100, VALUE_BYTES = 4096 };

static bool is_blank(char ch) { return ch == ' ' || ch == '\t'; }
static bool is_letter(char ch) { return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || ch == '_'; }
static bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

static str skip_blanks(str s) {
    size_t i = 0;
    while (i < s.n && is_blank(s.p[i])) i++;
    return str_sub(s, i, s.n - i);
}

/* Only a comment may stand behind a closing quote. */
static bool is_tail(str s) {
    s = skip_blanks(s);
    return s.n == 0 || s.p[0] == '#';
}

static const char *read_literal(str s, str *ret_value) {
    str rest = str_sub(s, 1, s.n - 1);
    size_t end = str_find(rest, STR("'"));
    if (end == SIZE_MAX) return "a quote is not closed on its line";
    if (!is_tail(str_sub(rest, end + 1, rest.n - end - 1))) return "something stands behind the closing quote";
    *ret_value = str_sub(rest, 0, end);
    return NULL;
}

static char unescape(char ch) {
    switch (ch) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '\\': case '"': case '$': return ch;
    default: return 0;
    }
}

static const char *read_quoted(arena *a, str s, str *ret_value) {
    char *out = arena_alloc(a, s.n + 1);
    if (!out) return "memory ended";
    size_t n = 0, i = 1;
    for (; i < s.n && s.p[i] != '"'; i++) {
        char plain = s.p[i] == '\\' && i + 1 < s.n ? unescape(s.p[i + 1]) : 0;
        out[n++] = plain ? plain : s.p[i];
        if (plain) i++;
    }
    if (i >= s.n) return "a quote is not closed on its line";
    if (!is_tail(str_sub(s, i + 1, s.n - i - 1))) return "something stands behind the closing quote";
    *ret_value = (str){ out, n };
    return NULL;
}

static str read_bare(str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '#' && (i == 0 || is_blank(s.p[i - 1]))) return str_trim(str_sub(s, 0, i));
    return str_trim(s);
}

static const char *read_value(arena *a, str s, str *ret_value) {
    s = skip_blanks(s);
    if (s.n && s.p[0] == '\'') return read_literal(s, ret_value);
    if (s.n && s.p[0] == '"') return read_quoted(a, s, ret_value);
    *ret_value = read_bare(s);
    return NULL;
}

/* One line with something on it. NULL, or why it was not understood. */
static const char *read_line(arena *a, str line, dotenv_pair *ret_pair) {
    if (str_starts(line, STR("export")) && line.n > 6 && is_blank(line.p[6])) line = skip_blanks(str_sub(line, 6, line.n - 6));
    size_t n = 0;
    while (n < line.n && (is_letter(line.p[n]) || (n && is_digit(line.p[n])))) n++;
    if (n == 0 || n > KEY_BYTES) return "a line starts with a name of letters, digits and _";
    str rest = skip_blanks(str_sub(line, n, line.n - n));
    if (!rest.n || rest.p[0] != '=') return "there is no = behind the name";
    str value;
    const char *why = read_value(a, str_sub(rest, 1, rest.n - 1), &value);
    if (why) return why;
    if (value.n > VALUE_BYTES) return "the value is longer than 4,096 bytes";
    if (!str_is_utf8(value)) return "the value is not UTF-8 text";
    value = str_dup(a, value);
    str key = str_dup(a, str_sub(line, 0, n));
    if (!value.p || !key.p) return "memory ended";
    *ret_pair = (dotenv_pair){ key, value };
    return NULL;
}

err_code dotenv_parse(ctx *c, str text, dotenv *ret_env) {
    if (text.n > LIMIT_ENV_FILE_BYTES) return fail(c, ERR_TOO_LARGE, "the .env file is larger than %zu bytes", LIMIT_ENV_FILE_BYTES);
    dotenv d = { .pairs = arena_new(c->arena, dotenv_pair, DOTENV_PAIRS) };
    if (!d.pairs) return fail(c, ERR_NO_MEMORY, "no memory for the .env file");
    str rest = str_starts(text, STR("\xEF\xBB\xBF")) ? str_sub(text, 3, text.n - 3) : text;
    for (int number = 1; rest.p && rest.n; number++) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (!line.n || line.p[0] == '#') continue;
        const char *why = d.n_pairs == DOTENV_PAIRS ? "there are more than 256 values; the rest is not read"
                                                    : read_line(c->arena, line, &d.pairs[d.n_pairs]);
        if (!why) d.n_pairs++;
        else if (d.n_problems < DOTENV_PROBLEMS) d.problems[d.n_problems++] = (dotenv_problem){ number, why };
    }
    *ret_env = d;
    return ERR_OK;
}

str dotenv_get(const dotenv *d, str key) {
    for (size_t i = d->n_pairs; i-- > 0;)
        if (str_eq(d->pairs[i].key, key)) return d->pairs[i].value;
    return (str){ 0 };
}
