/* .env files: KEY=VALUE lines beside the program.
 * Promise: nothing in the file can do more than name values: no commands, no expansion, no other files. Lines that are not
 * understood are skipped and reported by number; a value is never repeated in a message, it may be a secret. Any thread. */
#pragma once
#include "base/ctx.h"

typedef struct { str key, value; } dotenv_pair;
typedef struct { int line; const char *why; } dotenv_problem;       /* why: static text */

enum { DOTENV_PAIRS = 256, DOTENV_PROBLEMS = 16 };
typedef struct {
    dotenv_pair *pairs;             /* in the order written; the last of a key counts */
    size_t n_pairs;
    dotenv_problem problems[DOTENV_PROBLEMS];
    size_t n_problems;              /* at most DOTENV_PROBLEMS are kept */
} dotenv;

/* Read the text of a .env file. Understood: blank lines, # comments, `export KEY=VALUE`, blanks around '=', 'literal',
 * "with \n \r \t \\ \" \$", and bare values that end at a blank followed by '#'. A quoted value ends on its own line.
 *   text     whole file, any bytes
 *   ret_env  pairs and their texts in c->arena
 * ERR_TOO_LARGE (LIMIT_ENV_FILE_BYTES), ERR_NO_MEMORY. */
CHECK_RESULT err_code dotenv_parse(ctx *c, str text, dotenv *ret_env);
/* Value of `key`; .p is NULL when it is not there. */
str dotenv_get(const dotenv *d, str key);
