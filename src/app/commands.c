/* The list of commands as a table. */
#include "app/commands.h"

#define COMMAND_ADDRESS(name) &cmd_##name,
const command *const all_commands[] = { COMMAND_LIST(COMMAND_ADDRESS) };
const size_t n_commands = COUNT(all_commands);
