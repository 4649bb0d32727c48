/* From the words of the command line to an exit code: which command, what went wrong. */
#include <string.h>
#include "app/commands.h"
#include "base/limits.h"

static void program_help(FILE *out) {
    fputs("Vitrine " VITRINE_VERSION ": the brain of an online shop.\n\nusage: vitrine COMMAND [options]\n\n", out);
    for (size_t i = 0; i < n_commands; i++) fprintf(out, "  %-12s %s\n", all_commands[i]->name, all_commands[i]->summary);
    fputs("\n'vitrine COMMAND --help' tells more. A first look: vitrine serve --demo\n", out);
}

static const command *find_command(const char *name) {
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(all_commands[i]->name, name) == 0) return all_commands[i];
    return NULL;
}

static err_code unknown_command(ctx *c, const char *name) {
    const char *names[64];
    size_t n = n_commands < COUNT(names) ? n_commands : COUNT(names);
    for (size_t i = 0; i < n; i++) names[i] = all_commands[i]->name;
    const char *near = nearest_word(name, names, n);
    if (near) return usage_error(c, "-", "there is no command '%.40s'; did you mean '%s'?", name, near);
    return usage_error(c, "-", "there is no command '%.40s'; 'vitrine --help' lists them", name);
}

static bool ends_sentence(const char *text) {
    size_t n = strlen(text);
    return n && strchr(".!?", text[n - 1]);
}

/* A detail about the user's own input, or one that names what is wrong, says everything; others get the public sentence, which
 * says what to do. */
static void tell(const ctx *c, err_code e, FILE *err) {
    const char *detail = c->error.text;
    bool enough = *detail && (err_http(e) < 499 || *c->error.field);
    fprintf(err, "vitrine: %s%s", detail, *detail && !ends_sentence(detail) ? "." : "");
    if (!enough) fprintf(err, "%s%s", *detail ? "\n         " : "", err_text(e));
    fputc('\n', err);
}

static void tell_json(ctx *c, err_code e, FILE *out) {
    AUTO_BUF b;
    buf_init(&b, 16 * KIB);
    json_out w;
    jw_init(&w, &b);
    jw_object(&w);
    jw_key(&w, "error");
    jw_object(&w);
    jw_member_text(&w, "code", err_name(e));
    jw_member_text(&w, "message", *c->error.text ? c->error.text : err_text(e));
    jw_member_text(&w, "field", *c->error.field ? c->error.field : NULL);
    jw_end_object(&w);
    jw_end_object(&w);
    if (!buf_err(&b)) fprintf(out, "%s\n", b.p);
}

/* Usage errors name the option, or "-" for the line as a whole. */
static int report(ctx *c, err_code e, bool json, FILE *out, FILE *err) {
    if (!e) return EXIT_DONE;
    bool usage = e == ERR_INVALID && c->error.field[0] == '-';
    if (usage && !c->error.field[1]) c->error.field[0] = '\0';
    tell(c, e, err);
    if (json) tell_json(c, e, out);
    return usage ? EXIT_USAGE : EXIT_FAILED;
}

static bool asks_for_json(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--json") == 0) return true;
    return false;
}

static int run_command(ctx *c, const command *m, const settings *s, int argc, char **argv, FILE *out, FILE *err) {
    invocation v = { 0 };
    err_code e = command_parse(c, m, s, argc - 2, argv + 2, &v);
    v.out = out;
    v.err = err;
    if (e) return report(c, e, asks_for_json(argc, argv), out, err);
    if (v.help) {
        command_help(out, m);
        return EXIT_DONE;
    }
    bool said = false;
    v.said = &said;
    e = m->run(c, &v);
    return e && said ? EXIT_FAILED : report(c, e, v.json, out, err);
}

/* --version, -h and the like are commands spelled as options. */
static const char *command_word(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return "help";
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) return "version";
    return argv[1];
}

static int help(ctx *c, int argc, char **argv, FILE *out, FILE *err) {
    const char *about = argc > 2 ? argv[2] : NULL;
    if (!about) {
        program_help(argc < 2 ? err : out);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    const command *m = find_command(about);
    if (!m) return report(c, unknown_command(c, about), false, out, err);
    command_help(out, m);
    return EXIT_DONE;
}

int command_main(ctx *c, const settings *s, int argc, char **argv, FILE *out, FILE *err) {
    const char *word = command_word(argc, argv);
    if (strcmp(word, "help") == 0) return help(c, argc, argv, out, err);
    const command *m = find_command(word);
    if (!m) return report(c, unknown_command(c, word), asks_for_json(argc, argv), out, err);
    return run_command(c, m, s, argc, argv, out, err);
}
