/* All commands, in the order `vitrine --help` shows them. */
#pragma once
#include "app/command.h"

#define COMMAND_LIST(X)         \
    X(serve)                    \
    X(demo)                     \
    X(connect)                  \
    X(sync)                     \
    X(train)                    \
    X(recommend)                \
    X(import)                   \
    X(stores)                   \
    X(insights)                 \
    X(jobs)                     \
    X(experiments)              \
    X(mail)                     \
    X(widget)                   \
    X(report)                   \
    X(person)                   \
    X(policy)                   \
    X(simulate)                 \
    X(doctor)                   \
    X(eval)                     \
    X(version)

#define COMMAND_DECLARE(name) extern const command cmd_##name;
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

extern const command *const all_commands[];
extern const size_t n_commands;
