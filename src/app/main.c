/* The program: the one place that touches the environment. */
#include <unistd.h>
#include "app/command.h"
#include "base/file.h"
#include "base/limits.h"

/* A .env that cannot be read is said and then left alone: a folder may hold one that belongs to something else. */
static void read_dotenv(ctx *c, dotenv *ret_env) {
    str text;
    if (!file_exists(".env")) return;
    if (file_read(c, ".env", LIMIT_ENV_FILE_BYTES, &text) || dotenv_parse(c, text, ret_env)) {
        fprintf(stderr, "vitrine: .env is not used: %s\n", c->error.text);
        return;
    }
    for (size_t i = 0; i < ret_env->n_problems; i++)
        fprintf(stderr, "vitrine: .env line %d is not used: %s\n", ret_env->problems[i].line, ret_env->problems[i].why);
}

int main(int argc, char **argv) {
    AUTO_ARENA a;
    arena_init(&a, LIMIT_JOB_ARENA);
    ctx c;
    ctx_init(&c, &a);
    const logger log = { .out = stderr, .level = LOG_WARN, .time = c.time };
    c.log = &log;
    dotenv file = { 0 };
    read_dotenv(&c, &file);
    const settings s = { .environment = environ, .file = &file };
    return command_main(&c, &s, argc, argv, stdout, stderr);
}
