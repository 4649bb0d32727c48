/* Reads command lines against the tables. It does NOT know any command. */
#include "app/command.h"
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "base/parse.h"

static const option common_options[] = {
    { "data", OPTION_TEXT, "DIR", "VITRINE_DATA", "./data", 0, 0, "folder of the database, the key file and the models" },
    { "json", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "answer as JSON, for programs" },
    { "help", OPTION_FLAG, NULL, NULL, NULL, 0, 0, "this text" },
};
enum { COMMON = COUNT(common_options), MOST_ARGS = 64, MOST_WORD_BYTES = 8192 };

static const option *option_at(const command *m, size_t i) {
    return i < m->n_options ? &m->options[i] : &common_options[i - m->n_options];
}

static size_t option_count(const command *m) { return m->n_options + COMMON; }

static size_t option_index(const command *m, str name) {
    for (size_t i = 0; i < option_count(m); i++)
        if (str_eq(name, str_of(option_at(m, i)->name))) return i;
    return SIZE_MAX;
}

/* ---- suggestions ---- */

static size_t least(size_t a, size_t b, size_t x) {
    size_t m = a < b ? a : b;
    return m < x ? m : x;
}

/* Changes that make one short word of another, two letters swapped counting as one (optimal string alignment: Damerau 1964); long
 * words are far from everything. */
static size_t word_distance(const char *a, const char *b) {
    enum { LONGEST = 40 };
    size_t na = strlen(a), nb = strlen(b), rows[3][LONGEST + 1];
    if (na > LONGEST || nb > LONGEST) return LONGEST;
    for (size_t j = 0; j <= nb; j++) rows[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j]) row[j] = before[j - 2] + 1;
        }
    }
    return rows[na % 3][nb];
}

const char *nearest_word(const char *word, const char *const *names, size_t n) {
    const char *best = NULL;
    size_t best_distance = strlen(word) / 2 + 1;            /* more than half of the letters wrong is another word */
    for (size_t i = 0; i < n; i++) {
        size_t d = word_distance(word, names[i]);
        if (d < best_distance && d <= 3) best = names[i], best_distance = d;
    }
    return best;
}

/* ---- settings ---- */

static const char *environment_get(const settings *s, str name) {
    for (char **e = s->environment; e && *e; e++)
        if (strncmp(*e, name.p, name.n) == 0 && (*e)[name.n] == '=') return *e + name.n + 1;
    return NULL;
}

const char *settings_get(ctx *c, const settings *s, const char *names) {
    str rest = str_of(names);
    while (rest.p) {
        const char *found = environment_get(s, str_cut(&rest, ' '));
        if (found && *found) return found;                  /* an empty variable counts as not set, as in most shells' scripts */
    }
    rest = str_of(names);
    while (s->file && rest.p) {
        str found = dotenv_get(s->file, str_cut(&rest, ' '));
        if (found.n) return str_cstr(c->arena, found);
    }
    return NULL;
}

/* ---- reading ---- */

err_code usage_error(ctx *c, const char *field, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail_field(c, ERR_INVALID, field, "%s", text);
}

static err_code unknown_option(ctx *c, const command *m, const char *word, str name) {
    const char **names = arena_new(c->arena, const char *, option_count(m));
    const char *plain = str_cstr(c->arena, name);
    if (!names || !plain) return fail(c, ERR_NO_MEMORY, "no memory for the command line");
    for (size_t i = 0; i < option_count(m); i++) names[i] = option_at(m, i)->name;
    const char *near = nearest_word(plain, names, option_count(m));
    if (near) return usage_error(c, word, "there is no option %s; did you mean %s%s?", word, near[1] ? "--" : "-", near);
    return usage_error(c, word, "there is no option %s; 'vitrine %s --help' lists them", word, m->name);
}

/* Both texts with a line break between; NULL when memory ends. */
static const char *joined(ctx *c, const char *first, const char *next) {
    buf b;
    buf_init_in(&b, c->arena, LIMIT_BODY_BYTES);
    buf_text(&b, first);
    buf_char(&b, '\n');
    buf_text(&b, next);
    return buf_err(&b) ? NULL : b.p;
}

/* "--port=8080", "--port 8080", "-n 5". `*i` moves over what was used. */
static err_code read_option(ctx *c, const command *m, int argc, char **argv, int *i, invocation *v) {
    const char *word = argv[*i];
    str name = str_of(word + (word[1] == '-' ? 2 : 1));
    size_t equals = str_find(name, STR("="));
    const char *value = equals == SIZE_MAX ? NULL : name.p + equals + 1;
    if (value) name = str_sub(name, 0, equals);
    if (str_eq(name, STR("h"))) name = STR("help");
    size_t at = option_index(m, name);
    if (at == SIZE_MAX) return unknown_option(c, m, str_cstr(c->arena, (str){ word, strcspn(word, "=") }), name);
    const option *o = option_at(m, at);
    if (o->kind == OPTION_FLAG) {
        if (value) return usage_error(c, word, "%s%s takes no value", o->name[1] ? "--" : "-", o->name);
        v->values[at] = "yes";
        return ERR_OK;
    }
    if (!value && *i + 1 < argc) value = argv[++*i];
    if (!value) return usage_error(c, word, "%s needs a value: %s %s", word, word, o->value);
    if (o->kind == OPTION_LIST && v->values[at]) value = joined(c, v->values[at], value);
    if (!value) return fail(c, ERR_NO_MEMORY, "no memory for the command line");
    v->values[at] = value;
    return ERR_OK;
}

static err_code check_value(ctx *c, const option *o, const char *value) {
    double number;
    int64_t whole;
    const char *dash = o->name[1] ? "--" : "-";
    char field[60];
    snprintf(field, sizeof field, "%s%s", dash, o->name);
    if (o->kind == OPTION_INT && !parse_int_in(str_of(value), (int64_t)o->low, (int64_t)o->high, &whole))
        return usage_error(c, field, "%s is a whole number from %.0f to %.0f, not '%.40s'", field, o->low, o->high, value);
    if (o->kind == OPTION_REAL && (!parse_double(str_of(value), &number) || number < o->low || number > o->high))
        return usage_error(c, field, "%s is a number from %g to %g, not '%.40s'", field, o->low, o->high, value);
    bool yes;
    if (o->kind == OPTION_FLAG && !parse_bool(str_of(value), &yes))
        return usage_error(c, field, "%s is yes or no, not '%.40s'", o->env ? o->env : field, value);
    return ERR_OK;
}

/* What the line left open comes from the environment, the file, the defaults; then everything is checked. */
static err_code complete_values(ctx *c, const command *m, const settings *s, invocation *v) {
    for (size_t i = 0; i < option_count(m); i++) {
        const option *o = option_at(m, i);
        if (!v->values[i] && o->env) v->values[i] = settings_get(c, s, o->env);
        if (!v->values[i]) v->values[i] = o->otherwise;
        if (v->values[i]) TRY(check_value(c, o, v->values[i]));
    }
    return ERR_OK;
}

static err_code check_count(ctx *c, const command *m, const invocation *v) {
    if (v->n_args < m->min_args) return usage_error(c, "-", "something is missing: vitrine %s %s", m->name, m->usage);
    if (v->n_args > m->max_args)
        return usage_error(c, "-", "'%.60s' is too much: vitrine %s %s", v->args[m->max_args], m->name, m->usage);
    return ERR_OK;
}

err_code command_parse(ctx *c, const command *m, const settings *s, int argc, char **argv, invocation *ret_v) {
    invocation v = { .command = m, .settings = s };
    v.values = arena_new(c->arena, const char *, option_count(m));
    v.args = arena_new(c->arena, const char *, MOST_ARGS);
    if (!v.values || !v.args) return fail(c, ERR_NO_MEMORY, "no memory for the command line");
    bool only_args = false;
    for (int i = 0; i < argc; i++) {
        if (strlen(argv[i]) > MOST_WORD_BYTES) return usage_error(c, "-", "a word of the command line is longer than 8,192 bytes");
        if (!only_args && strcmp(argv[i], "--") == 0) only_args = true;
        else if (!only_args && argv[i][0] == '-' && argv[i][1]) TRY(read_option(c, m, argc, argv, &i, &v));
        else if (v.n_args == MOST_ARGS) return usage_error(c, "-", "more than %d words", MOST_ARGS);
        else v.args[v.n_args++] = argv[i];
    }
    v.help = v.values[option_index(m, STR("help"))] != NULL;
    v.json = v.values[option_index(m, STR("json"))] != NULL;
    *ret_v = v;                                             /* also when the values are wrong: the caller must know about --json */
    if (v.help) return ERR_OK;
    TRY(complete_values(c, m, s, &v));
    TRY(check_count(c, m, &v));
    v.data = invocation_cstr(&v, "data");
    *ret_v = v;
    return ERR_OK;
}

/* ---- what a body asks ---- */

const char *invocation_cstr(const invocation *v, const char *name) {
    size_t i = option_index(v->command, str_of(name));
    assert(i != SIZE_MAX && "option is not in the command's table");
    return v->values[i];
}

str invocation_text(const invocation *v, const char *name) { return str_of(invocation_cstr(v, name)); }

bool invocation_flag(const invocation *v, const char *name) {
    bool yes = false;
    return invocation_cstr(v, name) && parse_bool(invocation_text(v, name), &yes) && yes;
}

int64_t invocation_int(const invocation *v, const char *name) {
    int64_t value = 0;
    (void)parse_i64(invocation_text(v, name), &value);      /* checked by command_parse(); 0 when not given */
    return value;
}

double invocation_real(const invocation *v, const char *name) {
    double value = 0;
    (void)parse_double(invocation_text(v, name), &value);   /* checked by command_parse(); 0 when not given */
    return value;
}

str invocation_arg(const invocation *v, size_t i) { return i < v->n_args ? str_of(v->args[i]) : (str){ 0 }; }

/* ---- help ---- */

static void help_option(FILE *out, const option *o) {
    char left[64];
    snprintf(left, sizeof left, "%s%s%s%s", o->name[1] ? "--" : "-", o->name, o->value ? " " : "", o->value ? o->value : "");
    fprintf(out, "  %-24s %s", left, o->help);
    if (o->otherwise) fprintf(out, " (default %s)", o->otherwise);
    if (o->env) fprintf(out, " [%s]", o->env);
    fputc('\n', out);
}

void command_help(FILE *out, const command *m) {
    fprintf(out, "vitrine %s%s%s\n\n%s.\n", m->name, *m->usage ? " " : "", m->usage, m->summary);
    if (m->details) fprintf(out, "\n%s\n", m->details);
    fputs("\noptions:\n", out);
    for (size_t i = 0; i < option_count(m); i++) help_option(out, option_at(m, i));
    fputs("\nNames in [] may be set in the environment or in a .env file in the working folder; flags win.\n", out);
}
