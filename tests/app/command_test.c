/* Tests of the command line reader: order of sources, checks, suggestions, exit codes. */
#include "tests/test.h"
#include "app/commands.h"
#include <stdlib.h>
#include <string.h>

static const option sample_options[] = {
    { "port", OPTION_INT, "PORT", "T_PORT T_OTHER_PORT", "8080", 0, 65535, "where" },
    { "share", OPTION_REAL, "X", NULL, NULL, 0, 1, "how much" },
    { "name", OPTION_TEXT, "NAME", "T_NAME", NULL, 0, 0, "who" },
    { "full", OPTION_FLAG, NULL, "T_FULL", NULL, 0, 0, "all of it" },
    { "n", OPTION_INT, "N", NULL, "3", 1, 50, "how many" },
};
static err_code nothing(ctx *c, const invocation *v) {
    (void)c, (void)v;
    return ERR_OK;
}
static const command sample = { "sample", "Try", "WORD [options]", NULL, sample_options, COUNT(sample_options), 0, 2, nothing };

/* Words separated by blanks become argv. */
static err_code parse(ctx *c, const settings *s, const char *line, invocation *v) {
    char *argv[32];
    int argc = 0;
    str rest = str_of(line);
    while (rest.n) {
        char *word = (char *)(uintptr_t)str_cstr(c->arena, str_cut(&rest, ' '));
        if (*word) argv[argc++] = word;
    }
    return command_parse(c, &sample, s, argc, argv, v);
}

TEST(command, takes_the_flag_then_the_environment_then_the_file_then_the_default) {
    TEST_CTX(c);
    dotenv file;
    assert_ok(c, dotenv_parse(c, STR("T_PORT=3\nT_NAME=file\n"), &file));
    char *empty[] = { NULL }, *set[] = { "T_PORT=2", NULL }, *other[] = { "T_OTHER_PORT=4", "T_PORT=", NULL };
    const struct { const char *line; char **environment; const dotenv *file; int port; } cases[] = {
        { "--port 1", set, &file, 1 }, { "--port=1", set, &file, 1 }, { "", set, &file, 2 }, { "", empty, &file, 3 },
        { "", other, &file, 4 }, { "", empty, NULL, 8080 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        invocation v;
        assert_ok(c, parse(c, &(settings){ cases[i].environment, cases[i].file }, cases[i].line, &v));
        assert_int_equal(cases[i].port, invocation_int(&v, "port"));
    }
}

TEST(command, reads_every_spelling_of_an_option) {
    TEST_CTX(c);
    invocation v;
    assert_ok(c, parse(c, &(settings){ 0 }, "a --full -n 7 --share=0.25 --name= -- --b", &v));
    assert_true(invocation_flag(&v, "full"));
    assert_int_equal(7, invocation_int(&v, "n"));
    assert_true(invocation_real(&v, "share") == 0.25);
    assert_str("", invocation_text(&v, "name"));
    assert_int_equal(2, v.n_args);
    assert_str("a", invocation_arg(&v, 0));
    assert_str("--b", invocation_arg(&v, 1));
    assert_null(invocation_arg(&v, 2).p);
    assert_string_equal("./data", v.data);
    assert_false(v.json);
}

TEST(command, says_what_is_wrong_with_a_line) {
    static const struct { const char *line, *field, *words; } cases[] = {
        { "--prot 1", "--prot", "did you mean --port?" },
        { "--prot=1", "--prot", "did you mean --port?" },
        { "--zzzzzzzz", "--zzzzzzzz", "'vitrine sample --help'" },
        { "--port", "--port", "needs a value" },
        { "--port x", "--port", "whole number from 0 to 65535" },
        { "--port 65536", "--port", "whole number from 0 to 65535" },
        { "--port 1.5", "--port", "whole number" },
        { "--share 1.01", "--share", "number from 0 to 1" },
        { "--share nan", "--share", "number from 0 to 1" },
        { "-n 0", "-n", "from 1 to 50" },
        { "--full=yes", "--full=yes", "takes no value" },
        { "a b c", "-", "'c' is too much" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        TEST_CTX(c);
        invocation v;
        assert_err(ERR_INVALID, parse(c, &(settings){ 0 }, cases[i].line, &v));
        assert_string_equal(cases[i].field, c->error.field);
        if (!strstr(c->error.text, cases[i].words)) test_fail("'%s' does not hold '%s'", c->error.text, cases[i].words);
    }
}

TEST(command, checks_values_of_the_environment_too) {
    TEST_CTX(c);
    char *port[] = { "T_PORT=many", NULL }, *flag[] = { "T_FULL=perhaps", NULL }, *yes[] = { "T_FULL=true", NULL };
    invocation v;
    assert_err(ERR_INVALID, parse(c, &(settings){ port, NULL }, "", &v));
    assert_err(ERR_INVALID, parse(c, &(settings){ flag, NULL }, "", &v));
    assert_ok(c, parse(c, &(settings){ yes, NULL }, "", &v));
    assert_true(invocation_flag(&v, "full"));
}

typedef struct { int code; char out[16384], err[4096]; } outcome;

static outcome run_program(const char *a, const char *b, const char *d) {
    TEST_CTX(c);
    outcome o = { 0 };
    char *argv[] = { "vitrine", (char *)(uintptr_t)a, (char *)(uintptr_t)b, (char *)(uintptr_t)d };
    int argc = d ? 4 : b ? 3 : a ? 2 : 1;
    FILE *out = fmemopen(o.out, sizeof o.out - 1, "w"), *err = fmemopen(o.err, sizeof o.err - 1, "w");
    o.code = command_main(c, &(settings){ 0 }, argc, argv, out, err);
    fclose(out), fclose(err);
    return o;
}

TEST(command, ends_with_0_when_done_and_2_when_the_line_is_wrong) {
    static const struct { const char *a, *b, *d; int code; const char *out, *err; } cases[] = {
        { NULL, NULL, NULL, 2, "", "usage: vitrine" },
        { "--help", NULL, NULL, 0, "usage: vitrine", "" },
        { "-h", NULL, NULL, 0, "usage: vitrine", "" },
        { "help", "version", NULL, 0, "vitrine version", "" },
        { "help", "versoin", NULL, 2, "", "did you mean 'version'?" },
        { "version", NULL, NULL, 0, "vitrine " VITRINE_VERSION, "" },
        { "--version", NULL, NULL, 0, "vitrine " VITRINE_VERSION, "" },
        { "version", "--json", NULL, 0, "{\"version\":\"" VITRINE_VERSION "\"}", "" },
        { "version", "--jsn", NULL, 2, "", "did you mean --json?" },
        { "version", "--jsn", "--json", 2, "\"code\":\"invalid\"", "did you mean --json?" },
        { "version", "more", NULL, 2, "", "'more' is too much" },
        { "vresion", NULL, NULL, 2, "", "did you mean 'version'?" },
        { "qqqqqqqqqqq", NULL, NULL, 2, "", "'vitrine --help' lists them" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        outcome o = run_program(cases[i].a, cases[i].b, cases[i].d);
        if (o.code != cases[i].code || !strstr(o.out, cases[i].out) || !strstr(o.err, cases[i].err))
            test_fail("case %zu: code %d, out '%s', err '%s'", i, o.code, o.out, o.err);
    }
}

TEST(command, has_a_help_for_every_command) {
    for (size_t i = 0; i < n_commands; i++) {
        const command *m = all_commands[i];
        outcome o = run_program(m->name, "--help", NULL);
        assert_int_equal(0, o.code);
        assert_non_null(strstr(o.out, m->summary));
        for (size_t k = 0; k < m->n_options; k++) {
            assert_non_null(strstr(o.out, m->options[k].help));
            assert_true(m->options[k].kind == OPTION_FLAG || m->options[k].value);
        }
    }
}
