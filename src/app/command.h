/* Commands and their options as rows, and the one reader of command lines.
 * Promise: a command's body sees checked values only; --help, --json, suggestions and exit codes are the same everywhere.
 * A value comes from the flag, else the environment, else .env in the working folder, else its default.
 * Add a command: app/cmd_NAME.c with a `const command cmd_NAME`, and a line in app/commands.h. Single thread.
 * Read next: app/commands.h (all commands), app/home.h (data folder, database, key), app/cmd_version.c (the smallest one). */
#pragma once
#include <stdio.h>
#include "app/dotenv.h"
#include "base/ctx.h"
#include "base/json.h"

/* OPTION_LIST is a text that may be given more than once: its value holds all of them, a line break between. */
typedef enum { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_INT, OPTION_REAL } option_kind;
typedef struct {
    const char *name;           /* "port" is --port; one letter "n" is -n */
    option_kind kind;
    const char *value;          /* shown in help: "PORT"; NULL for a flag */
    const char *env;            /* spellings separated by blanks, the first that is set counts; NULL: none */
    const char *otherwise;      /* default as text; NULL: none (empty text, 0, false) */
    double low, high;           /* of a number, both inclusive */
    const char *help;           /* one line */
} option;

typedef struct invocation invocation;
typedef struct command {
    const char *name;
    const char *summary;        /* one line of `vitrine --help` */
    const char *usage;          /* what stands behind the name: "woocommerce URL [options]" */
    const char *details;        /* text of its --help, with line breaks; may be NULL */
    const option *options;
    size_t n_options;
    size_t min_args, max_args;  /* words that are not options */
    err_code (*run)(ctx *c, const invocation *v);
} command;

/* Where values come from besides the command line. */
typedef struct {
    char **environment;         /* "NAME=value", NULL at the end */
    const dotenv *file;         /* may be NULL */
} settings;

struct invocation {
    const command *command;
    const settings *settings;
    const char **values;        /* one for each option of the command, then one for each common one; NULL: not given anywhere */
    const char **args;
    size_t n_args;
    bool json, help;
    const char *data;           /* the data folder */
    bool *said;                 /* a body sets it when it has told its failure itself: only the exit code is left to do */
    FILE *out, *err;
};

/* Exit codes of the program. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Read the words behind the command's name.
 *   ret_v  in c->arena
 * ERR_INVALID names the option in error.field and says what would be right. */
CHECK_RESULT err_code command_parse(ctx *c, const command *m, const settings *s, int argc, char **argv, invocation *ret_v);
/* Value of an option; .p is NULL when it was given nowhere and has no default. The name must be one of the command's: asserted. */
str invocation_text(const invocation *v, const char *name);
/* The same as C text, NULL when not given. */
const char *invocation_cstr(const invocation *v, const char *name);
bool invocation_flag(const invocation *v, const char *name);
int64_t invocation_int(const invocation *v, const char *name);
double invocation_real(const invocation *v, const char *name);
/* Word `i` that is not an option; empty behind the last. */
str invocation_arg(const invocation *v, size_t i);
/* A wrong command line found by a command's body: exit code 2. Use as: return usage_error(c, "--key", "a shop needs ..."). */
err_code usage_error(ctx *c, const char *field, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whole text of a --help. */
void command_help(FILE *out, const command *m);
/* Name of `names` nearest to `word`, NULL when none is near. */
const char *nearest_word(const char *word, const char *const *names, size_t n);
/* Value of the first of the blank-separated names that is set: environment first, then .env; NULL when none is. */
const char *settings_get(ctx *c, const settings *s, const char *names);

/* Run the program: finds the command, reads its line, runs it, says what went wrong. Returns the exit code. */
int command_main(ctx *c, const settings *s, int argc, char **argv, FILE *out, FILE *err);
